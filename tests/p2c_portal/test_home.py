from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.cache import caches
from django.template.loader import get_template
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains

from commitments.models import CommitmentStatus
from commitments.services.figures import refresh_figures
from focus_areas.models import FOCUS_AREA_NAMES, FocusArea, HomeSection, HomeSectionKind, Link
from meetings.models import Meeting, MeetingKind, MeetingStatus
from members.models import Call, Member, PublicProfile
from p2c_portal.views.home import CONTENT, call_at
from tests.factories import (
    NOON,
    AmountFactory,
    CallFactory,
    CommitmentFactory,
    FocusAreaFactory,
    LinkFactory,
    MeetingFactory,
    MemberFactory,
    PublicProfileFactory,
)

RATE = {"rate": 1, "rate_month": date(2021, 10, 1), "rate_source": "1:1"}
MINUTE = timedelta(minutes=1)


def listed_member(**facts):
    return MemberFactory(**{"status": "admitted", "publication_consent": True, **facts})


def kinds_on(response):
    return [[str(kind) for kind in row.kinds] for row in response.context["rows"]]


@pytest.fixture(autouse=True)
def _no_rows_but_the_tests_own(db):
    Call.objects.all().delete()
    Meeting.objects.all().delete()


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
    hero = response.text.partition('<div class="call">')[2].partition("</figure>")[0]
    assert 'href="/en/expression-of-interest/">Express your interest</a>' in hero
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
    assertContains(response, '<p class="small muted" lang="fr" dir="auto">Un</p>', html=True)


def test_home_shows_the_newest_three_commitments_with_the_money_of_the_register(client):
    area = FocusAreaFactory(number=1)
    for day in range(1, 5):
        commitment = CommitmentFactory(
            title=f"Promise {day}",
            status=CommitmentStatus.PUBLISHED,
            focus_area=area,
            published_at=NOON + timedelta(days=day),
        )
        AmountFactory(
            commitment=commitment, original=2_000_000, usd=2_000_000, **RATE, stage="firm"
        )
    CommitmentFactory(title="Not public", status=CommitmentStatus.APPROVED)
    refresh_figures(at=NOON)

    response = client.get("/en/")

    shown = [row.commitment.title for row in response.context["commitments"]]
    assert shown == ["Promise 4", "Promise 3", "Promise 2"]
    assert response.context["commitment_count"] == 4
    assertContains(response, "Promised USD\N{NO-BREAK SPACE}8.0\N{NO-BREAK SPACE}m: ")
    assertContains(response, "As of Monday 25 October 2021, 14:00 Geneva (UTC+2).")


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
    hero = response.text.partition('<div class="call">')[2].partition("</figure>")[0]
    assert ("Express your interest" in hero) == leads_to_the_form
    link = 'href="/en/expression-of-interest/next-call/">Tell me when the next call opens</a>'
    assert (link in hero) == (not leads_to_the_form)


def test_home_shows_focus_areas_and_published_links_in_their_order(client):
    Link.objects.all().delete()
    LinkFactory(title="Second", position=2)
    LinkFactory(title="First", position=1)
    LinkFactory(title="Hidden", position=0, is_published=False)

    response = client.get("/en/")

    assert [card.number for card in response.context["focus_areas"]] == [1, 2, 3, 4]
    for area in FocusArea.objects.all():
        assertContains(response, f'href="/en/focus-areas/{area.slug}/"')
    assert [link.title for link, *_languages in response.context["links"]] == ["First", "Second"]
    assertNotContains(response, "Hidden")


def test_every_section_has_its_content_and_its_template():
    assert CONTENT.keys() == set(HomeSectionKind)
    for kind in HomeSectionKind:
        assert get_template(f"p2c_portal/home/_{kind}.html")


def test_home_has_the_sections_in_the_order_of_staff_narrow_ones_beside_each_other(client):
    listed_member()
    MeetingFactory(is_public=True, starts_at=timezone.now() + timedelta(days=1))
    order = [
        ("documents", True),
        ("benefits", True),
        ("map", False),
        ("focus_areas", True),
        ("events", True),
        ("figures", True),
        ("before_you_start", True),
    ]
    for position, (kind, is_shown) in enumerate(order):
        HomeSection.objects.filter(kind=kind).update(position=position, is_shown=is_shown)

    response = client.get("/en/")

    assert kinds_on(response) == [
        ["documents", "benefits"],
        ["focus_areas"],
        ["events"],
        ["figures"],
        ["before_you_start"],
    ]
    headings = ["documents", "benefits", "focus-areas", "next", "figures", "before"]
    places = [response.text.index(f'<h2 id="{heading}"') for heading in headings]
    assert places == sorted(places)
    assertNotContains(response, "Where members come from")


def test_home_leaves_out_what_has_nothing_to_show(client):
    Link.objects.all().delete()
    MeetingFactory(is_public=True, starts_at=timezone.now() - timedelta(days=9))
    cancelled = {"is_public": True, "status": MeetingStatus.CANCELLED}
    MeetingFactory(starts_at=timezone.now() + timedelta(days=1), **cancelled)

    response = client.get("/en/")

    assert kinds_on(response) == [["focus_areas"], ["before_you_start", "benefits"]]
    assertContains(response, "No members yet.")


def test_home_counts_members_who_agreed_to_be_listed_and_the_others_only_in_total(client):
    area = FocusAreaFactory(number=2)
    listed_member(focus_area=area, country="NE")
    listed_member(focus_area=area, country="CH")
    listed_member(focus_area=area, country="TD", publication_consent=False)
    MemberFactory(status="pending", country="ML", publication_consent=True)

    response = client.get("/en/")

    assertContains(response, "<dt>members, 2 of them listed here</dt><dd>3</dd>", html=True)
    assertContains(response, "<dt>of 197 countries have a listed member</dt><dd>2</dd>", html=True)
    assert response.context["least_developed"].with_member == 1
    assert [len(hub.dots) for hub in response.context["drawing"].hubs] == [0, 2, 0, 0]
    assertContains(response, "Empowering Communities (2)", count=2)


def test_home_counts_the_meetings_of_the_past_year(client):
    listed_member()
    now, month = timezone.now(), timedelta(days=30)
    MeetingFactory(starts_at=now - month)
    MeetingFactory(starts_at=now - month, is_public=True)
    for facts in (
        {"starts_at": now - month, "status": MeetingStatus.CANCELLED},
        {"starts_at": now - month, "status": MeetingStatus.DRAFT},
        {"starts_at": now - month, "kind": MeetingKind.DEADLINE},
        {"starts_at": now - 13 * month},
        {"starts_at": now + month},
    ):
        MeetingFactory(**facts)

    assert client.get("/en/").context["meetings_held"] == 2


def test_home_names_co_leads_who_agreed_to_be_listed(client):
    area = FocusAreaFactory(number=2)
    shown = listed_member(organisation_name="Shown", focus_area=area, granted_role="co_lead")
    PublicProfileFactory(member=shown)
    facts = {"focus_area": area, "granted_role": "co_lead", "publication_consent": False}
    listed_member(organisation_name="Not shown", **facts)

    response = client.get("/en/")

    link = f'<a href="/en/members/{shown.slug}/"><bdi>Shown</bdi></a>'
    assertContains(response, f"<li>{link}</li>", html=True)
    assertNotContains(response, "Not shown")


def list_of_focus_areas(client, address):
    return (
        client.get(address).text.partition('<ul class="grid four">')[2].partition("</section>")[0]
    )


@pytest.fixture
def co_lead():
    member = listed_member(
        organisation_name="Before", focus_area=FocusAreaFactory(number=2), granted_role="co_lead"
    )
    PublicProfileFactory(member=member)
    return member


@pytest.mark.parametrize(
    ("model", "change"),
    [
        (FocusArea, {"summary_en": "Other words"}),
        (FocusArea, {"summary_en": "", "summary_fr": "En français"}),
        (FocusArea, {"slug": "another-address"}),
        (Member, {"organisation_name": "After"}),
        (Member, {"slug": "another-page"}),
        (Member, {"granted_role": "participant"}),
        (Member, {"publication_consent": False}),
        (PublicProfile, {"published_at": None, "published_by": None}),
    ],
    ids=str,
)
def test_home_shows_a_change_of_a_focus_area_or_its_co_lead_at_once(client, co_lead, model, change):
    rows = {
        FocusArea: FocusArea.objects.filter(pk=co_lead.focus_area_id),
        Member: Member.objects.filter(pk=co_lead.pk),
        PublicProfile: PublicProfile.objects.filter(member=co_lead),
    }
    before = list_of_focus_areas(client, "/en/")
    # As another process would, which cannot clear what this one keeps.
    rows[model].update(**change)

    shown = list_of_focus_areas(client, "/en/")

    caches["template_fragments"].clear()
    assert shown == list_of_focus_areas(client, "/en/")
    assert shown != before


def test_home_counts_a_new_member_of_a_focus_area_at_once(client, co_lead):
    before = list_of_focus_areas(client, "/en/")

    listed_member(focus_area=co_lead.focus_area)

    after = list_of_focus_areas(client, "/en/")
    assert [text.count("1 listed member<") for text in (before, after)] == [1, 0]
    assert [text.count("2 listed members<") for text in (before, after)] == [0, 1]


def test_home_keeps_the_focus_areas_of_each_language_apart(client, monkeypatch, co_lead):
    # Nothing but the words of the page differs.
    for number in FOCUS_AREA_NAMES:
        monkeypatch.setitem(FOCUS_AREA_NAMES, number, f"Area {number}")
    FocusArea.objects.update(summary_en="Words", summary_fr="", summary_ar="")
    fresh = {}
    for language in ("en", "fr", "ar"):
        caches["template_fragments"].clear()
        fresh[language] = list_of_focus_areas(client, f"/{language}/")

    kept = {language: list_of_focus_areas(client, f"/{language}/") for language in fresh}

    assert kept == fresh
    assert len(set(fresh.values())) == 3


def test_home_has_the_next_three_public_meetings(client):
    now = timezone.now()
    for number in (4, 2, 1, 3):
        MeetingFactory(title=f"In {number}", is_public=True, starts_at=now + timedelta(days=number))
    MeetingFactory(title="Private", starts_at=now + timedelta(hours=1))

    response = client.get("/en/")

    titles = [
        row.meeting.title for month in response.context["next_months"] for row in month.entries
    ]
    assert titles == ["In 1", "In 2", "In 3"]
    assertNotContains(response, "meet.example.org")
