"""Test suites that other people wrote for API servers and their clients, on the served fake. `nox -s conformance` runs them."""
