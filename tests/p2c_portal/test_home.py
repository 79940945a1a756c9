from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone
from django.utils.translation import override
from pytest_django.asserts import assertContains, assertNotContains

from focus_areas.models import FocusArea, Link
from members.models import Call
from p2c_portal.views.home import call_at
from tests.factories import NOON, CallFactory, LinkFactory, MemberFactory

MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _no_call_but_the_tests_own():
    Call.objects.all().delete()


def test_call_at_knows_an_open_call_by_its_last_moment_in_geneva():
    call = CallFactory(
        opens_at=NOON,
        # Summer time ended on that day: it had 25 hours.
        closes_at=datetime(2021, 10, 31, 23, tzinfo=UTC),
        grace_ends_at=datetime(2021, 11, 1, 12, tzinfo=UTC),
        contact_email="call@example.org",
    )

    found = call_at(NOON)

    assert found == {
        "call": call,
        "call_language": "en",
        "call_state": "open",
        "moment": datetime(2021, 10, 31, 22, 59, tzinfo=UTC),
        "moment_in_words": "Sunday 31 October 2021, 23:59 Geneva (UTC+1)",
        "contact": "call@example.org",
    }


def test_call_at_keeps_a_call_open_in_its_grace_and_no_longer():
    call = CallFactory(
        opens_at=NOON - timedelta(days=7), closes_at=NOON, grace_ends_at=NOON + timedelta(hours=2)
    )

    states = {
        at - NOON: (call_at(at)["call_state"], call_at(at)["moment"])
        for at in (NOON - MINUTE, NOON, NOON + timedelta(hours=2))
    }

    assert call_at(NOON)["call"] == call
    assert states == {
        -MINUTE: ("open", NOON - MINUTE),
        timedelta(): ("in_grace", NOON + timedelta(hours=2) - MINUTE),
        timedelta(hours=2): ("over", NOON - MINUTE),
    }


def test_call_at_prefers_what_is_open_to_what_comes_and_that_to_what_was():
    over = CallFactory(opens_at=NOON - timedelta(days=9), closes_at=NOON - timedelta(days=8))
    to_come = CallFactory(opens_at=NOON + timedelta(days=8), closes_at=NOON + timedelta(days=9))
    open_now = CallFactory(opens_at=NOON, closes_at=NOON + MINUTE, grace_ends_at=NOON + MINUTE)

    assert call_at(NOON)["call"] == open_now
    assert (call_at(NOON + MINUTE)["call"], call_at(NOON + MINUTE)["call_state"]) == (
        to_come,
        "to_come",
    )
    assert call_at(NOON + timedelta(days=30))["call_state"] == "over"
    assert over.closes_at < open_now.closes_at


def test_call_at_without_any_call_names_the_coalitions_mailbox(settings):
    settings.MAIL_REPLY_TO = "mailbox@example.org"

    found = call_at(NOON)

    assert (found["call"], found["call_state"]) == (None, "none")
    assert found["contact"] == "mailbox@example.org"


def test_home_leads_to_the_form_while_a_call_is_open(client):
    now = timezone.now()
    CallFactory(
        title="The autumn call",
        opens_at=now - MINUTE,
        closes_at=datetime(2199, 12, 1, tzinfo=UTC),
        contact_email="call@example.org",
    )

    response = client.get("/en/")

    assertContains(response, "The autumn call")
    assertContains(
        response,
        '<a class="btn btn-primary" href="/en/expression-of-interest/">Express your interest</a>',
        html=True,
    )
    # The instant for the visitor's own zone, and the text for everybody.
    assertContains(response, 'datetime="2199-11-30T23:59:00Z"')
    assertContains(response, "Sunday 1 December 2199, 00:59 Geneva (UTC+1)")
    assertContains(response, "mailto:call@example.org")


def test_home_says_in_what_language_a_text_is_that_lacks_the_readers(client):
    Link.objects.all().delete()
    LinkFactory(title_en="Only English", title_fr="", description_en="One", description_fr="Un")

    response = client.get("/fr/")

    link = '<a href="{}" rel="noreferrer" lang="en" dir="auto">Only English</a>'
    assertContains(response, link.format(Link.objects.get().url), html=True)
    assertContains(response, '<p lang="fr" dir="auto">Un</p>', html=True)


def test_home_asks_as_many_questions_with_three_of_all_as_with_one(
    client, django_assert_num_queries
):
    Link.objects.all().delete()
    for _time in range(3):
        LinkFactory()
        MemberFactory(
            status="admitted", call=CallFactory(closes_at=timezone.now() + timedelta(days=1))
        )
        # The call, the focus areas, the links.
        with django_assert_num_queries(3):
            client.get("/en/")


def test_home_reads_from_right_to_left_in_arabic(client, settings):
    settings.LANGUAGES = [*settings.LANGUAGES, ("ar", "Arabic")]

    with override("ar"):
        response = client.get("/ar/")

    assertContains(response, '<html lang="ar" dir="rtl">')
    assertContains(response, "bootstrap.rtl.css")


@pytest.mark.parametrize(
    ("opens_in", "closes_in", "grace_ends_in", "sentence", "leads_to_the_form"),
    [
        (-5, -2, -2, "No call is open at the moment", False),
        (2, 5, 5, "The next call opens soon", False),
        (-5, -1, 1, "Expressions of interest are still accepted as on time", True),
    ],
)
def test_home_says_what_is_the_matter_without_an_open_call(
    client, opens_in, closes_in, grace_ends_in, sentence, leads_to_the_form
):
    days = {"opens_at": opens_in, "closes_at": closes_in, "grace_ends_at": grace_ends_in}
    moments = {name: timezone.now() + timedelta(days=number) for name, number in days.items()}
    CallFactory(title="The other call", **moments)

    response = client.get("/en/")

    assertContains(response, sentence)
    assertContains(response, "The other call")
    assert ("btn-primary" in response.text) == leads_to_the_form


def test_home_shows_focus_areas_and_published_links_in_their_order(client):
    Link.objects.all().delete()
    LinkFactory(title="Second", position=2)
    LinkFactory(title="First", position=1)
    LinkFactory(title="Hidden", position=0, is_published=False)

    response = client.get("/en/")

    assert [area.number for area, _language in response.context["focus_areas"]] == [1, 2, 3, 4]
    for area in FocusArea.objects.all():
        assertContains(response, f'href="/en/focus-areas/{area.slug}/"')
    assert [link.title for link, *_languages in response.context["links"]] == ["First", "Second"]
    assertNotContains(response, "Hidden")
