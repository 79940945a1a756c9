import pytest

from tests.participation.people import focal_point_in, signed_in_as
from tests.participation.proposals import co_lead_of


@pytest.fixture(autouse=True)
def _no_meetings(no_meetings):
    """Start without the default meetings."""


@pytest.fixture
def focal_point(area):
    return focal_point_in(
        area,
        given_name="Wanjiku",
        family_name="Kamau",
        email="wanjiku@example.org",
        time_zone="Africa/Nairobi",
    )


@pytest.fixture
def co_lead(area):
    return co_lead_of(area, given_name="Wanjiku", family_name="Kamau")


@pytest.fixture
def person(focal_point):
    """The focal point, for tests about more than their links."""
    return focal_point


@pytest.fixture
def mine(person):
    """A client in which that person is signed in."""
    return signed_in_as(person)


@pytest.fixture
def mailbox(settings):
    """A mailbox for what comes back, without which there are no invitations."""
    settings.MAIL_RETURN_DOMAIN = "return.example"
