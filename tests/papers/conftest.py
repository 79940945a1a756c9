import pytest

from focus_areas.models import FocusArea
from tests.triage.staff import officer as triage_officer
from tests.triage.staff import signed_in


@pytest.fixture
def folder(settings, tmp_path):
    """Store the files of papers in a folder of the test."""
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def area(db):
    return FocusArea.objects.get(number=2)


@pytest.fixture
def other_area(db):
    return FocusArea.objects.get(number=3)


@pytest.fixture
def desk():
    """A client in which a triage officer is signed in."""
    return signed_in(triage_officer())
