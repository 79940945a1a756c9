import pytest


@pytest.fixture
def media(settings, tmp_path):
    """An empty folder for stored files."""
    settings.MEDIA_ROOT = str(tmp_path)
    return tmp_path
