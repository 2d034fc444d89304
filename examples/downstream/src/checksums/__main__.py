"""`python -m checksums [NAMESPACE]`: on the cluster of the usual kubeconfig, or of the pod, until SIGTERM or Ctrl-C."""

import sys

from checksums.controller import Checksums
from informer import SharedInformerFactory

factory = SharedInformerFactory.from_config(namespace=sys.argv[1] if len(sys.argv) > 1 else None)
factory.run_forever(Checksums(factory).controller)
