"""DCA bots: when they open deals, and what is wrong with their settings."""
