"""The release of informer-kit that is installed."""

from importlib.metadata import version

__version__ = version("informer-kit")
