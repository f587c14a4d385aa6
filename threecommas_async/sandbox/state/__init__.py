"""The state of a sandbox: keys, accounts, and what is in them. Knows neither JSON nor HTTP."""
