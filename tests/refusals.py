"""Expects a refusal by its code."""

import pytest

from core.conflicts import Refused


def refused(code):
    """Expect that the block is refused with this code."""
    return pytest.raises(Refused, check=lambda refusal: refusal.code == code)
