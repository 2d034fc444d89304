// Package suite pins controller-runtime and what its tests need.
package suite

import _ "sigs.k8s.io/controller-runtime/pkg/cache"
