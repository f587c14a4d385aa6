"""The answers of the sandbox, one function an endpoint, one file for each API group."""
