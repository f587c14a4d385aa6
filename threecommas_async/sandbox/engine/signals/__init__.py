"""Signals: what a program sends to the webhooks, and what becomes of it."""
