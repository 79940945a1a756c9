"""A feed that was revoked: one event that explains it, for 30 days, and then nothing."""

from datetime import date, timedelta

import pytest
from django.utils import timezone
from django.utils.translation import override
from icalendar import Calendar

from members.models import FocalPoint
from members.services.corrections import correct_answers
from members.services.focal_points import renew_feed, revoke_links
from tests.factories import FocalPointFactory, UserFactory
from tests.participation.group import feed_of, meeting_of
from tests.participation.people import focal_point_in, handed_over, withdrawn

NOW = timezone.now().replace(microsecond=0)
DAY = timedelta(days=1)
TITLE = "This Partner2Connect calendar link no longer works"


def renewed(person, at):
    renew_feed(focal_point=person, feed_version=person.feed_version, by=person, at=at)


def revoked(person, at):
    version = person.link_version
    revoke_links(focal_point=person, link_version=version, by=UserFactory(), at=at)


def corrected(person, at):
    facts = {person.pk: {"email": "after@example.org"}}
    correct_answers(
        member=person.member, facts={}, focal_points=facts, reason="New.", by=UserFactory(), at=at
    )


ENDS = [renewed, revoked, corrected, handed_over, withdrawn]


@pytest.mark.parametrize("end", ENDS)
def test_feed_that_was_revoked_explains_itself_and_forgets_the_meetings(
    client, area, focal_point, end
):
    meeting_of(area)
    address = feed_of(focal_point)
    end(focal_point, at=NOW - DAY)

    response = client.get(address)

    assert response.status_code == 200
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    assert response["Cache-Control"] == "private, no-cache"
    assert response["X-Robots-Tag"] == "noindex, nofollow"
    [event] = Calendar.from_ical(response.content).events
    assert event["SUMMARY"] == TITLE
    assert event["URL"] == "http://testserver/en/my/feed/"
    assert "http://testserver/en/my/feed/" in event["DESCRIPTION"]
    assert event["TRANSP"] == "TRANSPARENT"
    assert client.get(address).content == response.content
    told = response.text.replace("\r\n ", "")
    for private in ("meet.example.org", "Wanjiku", "Kamau", "Ministry", "example.org/room"):
        assert private not in told


@pytest.mark.parametrize(
    ("end", "days", "status"), [(renewed, 29, 200), *((end, 30, 404) for end in ENDS)]
)
def test_feed_that_was_revoked_explains_itself_for_thirty_days(
    client, focal_point, end, days, status
):
    address = feed_of(focal_point)

    end(focal_point, at=NOW - days * DAY)

    assert client.get(address).status_code == status


def test_explanation_is_on_the_day_and_in_the_language_of_the_former_holder(client, area):
    person = focal_point_in(area, language="fr", time_zone="Pacific/Kiritimati")
    address = feed_of(person)
    at = NOW.replace(hour=13, minute=0) - 2 * DAY

    handed_over(person, at=at, language="ar", time_zone="UTC")

    [event] = Calendar.from_ical(client.get(address).content).events
    assert event["DTSTART"].dt == date.fromordinal(at.toordinal() + 1)
    assert event["URL"] == "http://testserver/fr/my/feed/"
    with override("fr"):
        assert event["DTSTAMP"].dt == at


def test_each_former_address_ends_on_its_own_day(client, focal_point):
    addresses = []
    for days in (40, 20, 10):
        addresses.append(feed_of(focal_point))
        renewed(focal_point, at=NOW - days * DAY)

    statuses = [client.get(address).status_code for address in addresses]

    assert statuses == [404, 200, 200]
    days = [
        Calendar.from_ical(client.get(address).content).events[0]["DTSTART"].dt
        for address in addresses[1:]
    ]
    assert days[1] - days[0] == 10 * DAY


def test_member_that_withdrew_before_it_was_admitted_had_no_feed(client):
    person = FocalPointFactory()
    withdrawn(person, at=NOW)

    assert client.get(feed_of(person)).status_code == 404


def test_address_of_another_person_with_the_same_number_explains_nothing(client, focal_point):
    address = feed_of(focal_point)
    # As after a restore of the database: the same versions with another secret.
    FocalPoint.objects.update(link_secret="another")

    assert client.get(address).status_code == 404


def test_explanation_takes_as_many_queries_for_a_long_history_as_for_a_short_one(
    client, focal_point, django_assert_num_queries
):
    address = feed_of(focal_point)
    for _n in range(3):
        renewed(focal_point, at=NOW)

    with django_assert_num_queries(3):
        client.get(address)
