"""informer-kit: Kubernetes shared informers for Python. The public names of the production half; the test half is `fakes`."""

from importlib.metadata import version as _version

__version__ = _version("informer-kit")
