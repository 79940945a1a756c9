"""Which journeys go on one back end alone."""

import pytest
from django.db import connection

# Pages look the same whichever database is below. So a journey that only looks, and another way
# of doing the same (on a phone, without a script), goes on SQLite; what writes goes on both.
on_sqlite = pytest.mark.skipif(connection.vendor != "sqlite", reason="Walked on SQLite")
