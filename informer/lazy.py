"""Lazy names: a package whose public names are imported when they are first used, so that importing one of its modules costs no more."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable


def lazy_names(package: str, **homes: str) -> Callable[[str], object]:
    """The `__getattr__` of a package: `homes` says which of its modules has which names, with spaces between. Each is looked up once."""
    home_of = {name: f"{package}.{module}" for module, names in homes.items() for name in names.split()}

    def look_up(name: str) -> object:
        if name not in home_of:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        found: object = getattr(importlib.import_module(home_of[name]), name)
        setattr(sys.modules[package], name, found)
        return found

    return look_up
