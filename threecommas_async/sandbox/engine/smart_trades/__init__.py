"""SmartTrades: a position, its take profit steps and its stop loss, and what fills, prices and time do to them."""
