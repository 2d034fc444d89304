"""How resource versions compare: as decimal numbers where both are, and otherwise only for equality.

Rule: KEP-5504 (comparable resource versions), https://kep.k8s.io/5504. Only versions of one resource type compare.
"""

from __future__ import annotations


def is_older(version: str, than: str) -> bool:
    """True when `version` is certainly older. Opaque or missing versions are never older than anything."""
    if not (version.isdecimal() and than.isdecimal()):
        return False
    return (len(version), version) < (len(than), than)


def newest(one: str, other: str) -> str:
    """The version to resume from after seeing `one` and then `other`: it never goes back where the two compare."""
    return one if not other or is_older(other, one) else other
