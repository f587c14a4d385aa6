"""Simple trades: a single order, by market or at a limit, now or when a price has come."""
