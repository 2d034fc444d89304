"""The Python face: what a test calls without a request."""
