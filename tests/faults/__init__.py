"""Proof that failures are told truly: a raw-socket server that breaks things, and what is asked of the client under it."""
