"""What the documentation says, run as a reader would run it."""
