"""Feeds answer only GET and HEAD, without a session, a redirect or the page of the CSRF check."""

import pytest
from django.test import Client

from meetings.models import MeetingStatus
from members.models import MemberStatus
from tests.factories import FocalPointFactory, MeetingFactory
from tests.participation.group import feed_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def addresses():
    meeting = MeetingFactory(is_public=True, status=MeetingStatus.SCHEDULED)
    person = FocalPointFactory(member__status=MemberStatus.ADMITTED)
    return [
        "/calendar/all.ics",
        "/calendar/empowering-communities.ics",
        f"/calendar/meetings/{meeting.uid}.ics",
        feed_of(person),
        "/calendar/private/no-token.ics",
    ]


@pytest.mark.parametrize("method", ["PROPFIND", "REPORT", "POST", "PUT", "PATCH", "DELETE", "X"])
def test_feed_refuses_other_methods_and_names_its_own(addresses, method):
    client = Client(enforce_csrf_checks=True)

    answers = [client.generic(method, address, b"<x/>", "text/xml") for address in addresses]

    assert {(one.status_code, one["Allow"], one.content) for one in answers} == {
        (405, "GET, HEAD", b"")
    }


def test_feed_says_its_methods_when_asked(addresses):
    answers = [Client().options(address) for address in addresses]

    assert {(one.status_code, one["Allow"], one.content) for one in answers} == {
        (204, "GET, HEAD", b"")
    }
    # It is no CalDAV server.
    assert not any("DAV" in one for one in answers)


def test_head_of_a_feed_has_the_headers_and_no_content(addresses):
    client, address = Client(), addresses[0]

    whole, head = client.get(address), client.head(address)

    assert (head.status_code, head["ETag"], head.content) == (200, whole["ETag"], b"")


@pytest.mark.parametrize(("asked", "tag"), [("zh-hans", "zh-Hans"), ("fr", "fr")])
def test_feed_names_its_language_by_a_valid_tag(asked, tag):
    response = Client().get("/calendar/all.ics", headers={"Accept-Language": asked})

    assert response["Content-Language"] == tag
