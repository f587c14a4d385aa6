"""How the API writes what the sandbox knows: JSON documents, field by field."""
