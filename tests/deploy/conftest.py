import os
import shutil

import pytest


@pytest.fixture
def found():
    """Return the path of a program; without it, the test is skipped, or fails in CI."""

    def find(name):
        path = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin:/sbin")
        if path is None and os.environ.get("CI") == "true":
            pytest.fail(f"{name} is not installed.")
        if path is None:
            pytest.skip(f"{name} is not installed.")
        return path

    return find
