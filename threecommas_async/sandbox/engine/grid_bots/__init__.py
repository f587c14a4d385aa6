"""Grid bots: their lines, what they buy and sell there, and what is wrong with their settings."""
