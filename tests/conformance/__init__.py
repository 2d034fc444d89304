"""The conformance suite: request scripts, what a real kube-apiserver answered to them, and whether the fake answers the same."""
