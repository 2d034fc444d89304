"""Ownership: who set which field, and server-side apply."""
