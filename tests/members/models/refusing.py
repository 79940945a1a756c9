"""What the database refuses."""

import pytest
from django.db import IntegrityError


def refused_by(constraint):
    """The database refuses, and names the constraint."""
    return pytest.raises(IntegrityError, match=constraint)
