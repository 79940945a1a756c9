import pytest

from tests.members.successors import a_member


@pytest.fixture
def both():
    return a_member()


@pytest.fixture
def member(both):
    return both[0]


@pytest.fixture
def person(both):
    return both[1]


@pytest.fixture
def alternate(both):
    return both[2]


@pytest.fixture
def undo_is_on(settings):
    settings.UNDO_SECONDS = 120


@pytest.fixture
def media_folder(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)
