"""Label selectors as objects have them: maps and expressions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fakes.api_server.tables import row
from informer.selectors import LabelSelector, SelectorError


def selects(selector: Mapping[str, Any] | None, labels: Mapping[str, str]) -> bool:
    """Whether it selects what has these labels: none selects nothing. Of one that makes no sense others complain."""
    if selector is None:
        return False
    try:
        return LabelSelector.parse(row.selector(selector, "")).matches(labels)
    except SelectorError:
        return True
