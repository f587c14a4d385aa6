"""Deals of DCA bots: their orders, their levels, and what fills, prices and time do to them."""
