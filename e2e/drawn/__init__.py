"""Random sequences of requests: what a step is, how sequences are drawn, and how one is played on a server."""
