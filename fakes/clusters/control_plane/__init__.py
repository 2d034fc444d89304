"""A real control plane, kube-apiserver, kube-controller-manager and etcd, as child processes on loopback ports."""
