"""What a sandbox remembers: keys, accounts, and what is in them. Knows neither JSON nor HTTP."""
