"""Moments: times as Go reads them."""

from __future__ import annotations

import pytest

from fakes.api_server.builtin.moments import moment


@pytest.mark.parametrize("text", ["9999-12-31T23:59:59-05:00", "0001-01-01T00:00:00+05:00", "2026-02-30T00:00:00Z"])
def test_a_time_that_is_none_in_utc_is_out_of_range(text: str) -> None:
    with pytest.raises(ValueError, match=r"parsing time .*: day out of range"):
        moment(text)
