import pytest

from focus_areas.models import FocusArea
from tests.triage.staff import desk_manager


@pytest.fixture
def ruth():
    return desk_manager(name="Ruth Mwangi")


@pytest.fixture
def areas():
    return list(FocusArea.objects.order_by("number")[:2])
