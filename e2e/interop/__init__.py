"""Clients that other people wrote, on the cluster of the tests."""
