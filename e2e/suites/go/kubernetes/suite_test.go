// Package suite pins Kubernetes and what its end-to-end tests need.
package suite

import _ "k8s.io/kubernetes/test/e2e"
