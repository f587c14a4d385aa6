"""Proof that failures are told truly: a raw-socket server that breaks things, and a client that has to face it."""
