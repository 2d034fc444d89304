"""Discovery: what the server says that it has."""
