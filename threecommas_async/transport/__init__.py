"""What lies between a resource and the socket, one file a concern."""
