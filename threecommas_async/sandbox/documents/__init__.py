"""JSON documents: how the API writes what the sandbox knows, field by field."""
