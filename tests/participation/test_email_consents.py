"""Focal points let the co-leads of their group see their email address, and take it back."""

from datetime import timedelta

import pytest

from members.services.focal_points import revoke_links
from participation.models import EmailConsent
from participation.services.email_consents import (
    email_shown_since,
    group_contacts,
    save_email_consent,
)
from tests.factories import NOON, EmailConsentFactory, FocalPointFactory
from tests.participation.people import (
    account_of,
    focal_point_in,
    handed_over,
    signed_in_as,
    withdrawn,
)
from tests.participation.proposals import co_lead_of
from tests.queries import queries_of
from tests.triage.staff import officer

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(days=1)
PREFERENCES = "/en/my/preferences/"


def agrees(person, *, agrees=True, at=NOON, people=None):
    user = account_of(person)
    save_email_consent(user=user, people=people or [person], agrees=agrees, at=at)


def contacts(area):
    return [person.email for person in group_contacts(area)]


def test_address_is_shown_only_after_consent_and_hidden_at_once(area, person):
    focal_point_in(area, email="silent@example.org")
    before = contacts(area), email_shown_since([person])

    agrees(person)
    shown = contacts(area), email_shown_since([person])
    agrees(person, agrees=False, at=LATER)

    assert (before, shown) == (([], None), ([person.email], NOON))
    assert (contacts(area), email_shown_since([person])) == ([], None)


def test_consent_is_recorded_once_with_its_first_time_and_so_is_its_end(person):
    for at in (NOON, LATER):
        agrees(person, at=at)
    agreed_at = EmailConsent.objects.get().agreed_at
    agrees(person, agrees=False, at=LATER)

    rows = EmailConsent.history.order_by("history_id")
    assert [(row.history_type, row.history_date) for row in rows] == [("+", NOON), ("-", LATER)]
    assert {row.history_user for row in rows} == {account_of(person)}
    assert agreed_at == NOON


def test_contacts_are_of_the_group_alone(area, other_area):
    first = focal_point_in(area, "B", email="b@example.org")
    second = focal_point_in(area, "A", email="a@example.org")
    alternate = FocalPointFactory(member=second.member, is_alternate=True, email="c@example.org")
    elsewhere = focal_point_in(other_area, email="elsewhere@example.org")
    for each in (first, second, alternate, elsewhere):
        EmailConsentFactory(focal_point=each)

    assert contacts(area) == ["a@example.org", "c@example.org", "b@example.org"]


@pytest.mark.parametrize(
    "end",
    [
        withdrawn,
        handed_over,
        lambda person: revoke_links(
            focal_point=person, link_version=person.link_version, by=officer(), at=LATER
        ),
    ],
    ids=["withdrawn", "handed over", "links revoked"],
)
def test_who_left_and_a_successor_are_never_shown(area, person, end):
    agrees(person)

    end(person)

    assert contacts(area) == []


def test_successor_is_shown_after_their_own_consent(area, person):
    agrees(person)
    new = handed_over(person, email="new@example.org")

    agrees(new, at=LATER)

    assert contacts(area) == ["new@example.org"]
    assert EmailConsent.objects.get().agreed_at == LATER


def test_role_that_was_taken_over_meanwhile_gets_no_consent(area, person):
    account = account_of(person)
    handed_over(person, email="new@example.org")

    save_email_consent(user=account, people=[person], agrees=True, at=LATER)

    assert not EmailConsent.objects.exists()


def test_preferences_page_says_who_sees_the_address_and_since_when(area, mine, person):
    sent = {
        "calendar": "feed",
        "language": "en",
        "time_zone": "Africa/Nairobi",
        "shows_email": "on",
    }

    before = mine.get(PREFERENCES).text
    mine.post(PREFERENCES, sent)
    agreed = mine.get(PREFERENCES)
    mine.post(PREFERENCES, {**sent, "shows_email": ""})

    assert "They see it since" not in before
    assert "They see it since" in agreed.text
    assert agreed.context["form"]["shows_email"].value() is True
    assert contacts(area) == []


def test_page_lists_those_who_agreed_in_as_many_queries_for_three_as_for_one(area, person):
    client = signed_in_as(co_lead_of(area, email="lead@example.org"))
    page = f"/en/my/groups/{area.slug}/contacts/"
    empty = client.get(page).text
    agrees(person)
    before = queries_of(client, page)
    for number in range(2):
        more = focal_point_in(area, email=f"{number}@example.org", position="Adviser")
        EmailConsentFactory(focal_point=more)

    assert "Nobody has agreed yet." in empty
    assert queries_of(client, page) == before
    assert "Adviser" in client.get(page).text
    assert signed_in_as(person).get(page).status_code == 404
