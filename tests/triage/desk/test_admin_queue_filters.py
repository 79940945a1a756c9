"""The filters of the queue: which members they keep, and what the queue says about them."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from focus_areas.models import FocusArea
from members.models import Category, MemberStatus, SoughtRole, SpamSignal, TimelineKind
from outbox.models import MessageStatus
from tests.factories import (
    NOON,
    FocalPointFactory,
    FocusAreaFactory,
    FollowUpFactory,
    MemberFactory,
    MessageFactory,
    PossibleDuplicateFactory,
    SuppressedAddressFactory,
    TimelineEntryFactory,
    UserFactory,
)
from tests.triage.staff import (
    QUEUE,
    coordinator,
    listed,
    observer,
    officer,
    read,
    signed_in,
)
from triage.follow_ups.models import FollowUpStep

NARROWED = {
    "view=all": ["Ministry", "University", "Agency"],
    "view=undecided": ["Ministry", "University"],
    "view=nonsense": ["Ministry", "University"],
    "status=admitted": ["Agency"],
    "status=answered": ["Agency"],
    "status=nonsense": ["Ministry", "University", "Agency"],
    "view=all&status=admitted": ["Agency"],
    "view=undecided&status=admitted": [],
    "category__exact=academia": ["University"],
    "region=ASP": ["Ministry"],
    "region=none": [],
    "group=LLDC": ["Ministry"],
    "group=SIDS": [],
    "first_choice=2": ["University"],
    "focus_area=3": ["Agency"],
    "taken_by=me": ["University"],
    "view=all&taken_by=colleagues": ["Agency"],
    "taken_by=nobody": ["Ministry"],
    "taken_by=0": [],
    "taken_by=nonsense": ["Ministry", "University"],
    f"taken_by={'9' * 40}": ["Ministry", "University"],
    "country=NP": ["Ministry"],
    "language=ru": ["University"],
    "view=all&language=ar": ["Agency"],
    "language=nonsense": ["Ministry", "University"],
    "role__exact=lead": ["University"],
    "role__exact=nonsense": [],
    "decided_by=me": ["Agency"],
    "decided_by=me&view=undecided": [],
    "decided_by=0": [],
    "decided_by=nonsense": ["Ministry", "University", "Agency"],
    "country=XX": ["Ministry", "University"],
    "country=' OR 1=1": ["Ministry", "University"],
    "view=all&suspected=yes": ["University", "Agency"],
    "suspected=no": ["Ministry"],
    "view=all&suspected=trap": ["University"],
    "suspected=haste": [],
    "suspected=nonsense": ["Ministry", "University"],
    "q=UoM": ["University"],
    "q=agency": ["Agency"],
    "q=agency&view=undecided": [],
    "q=minis&status=admitted": [],
    # Several at the same time.
    "view=all&region=EUR&first_choice=1&taken_by=colleagues": ["Agency"],
    "category__exact=academia&first_choice=2&q=uni&o=-1": ["University"],
    "view=all&language=ar&decided_by=me&country=CH&role__exact=participant": ["Agency"],
    "view=all&language=ru&decided_by=me": [],
}


def test_queue_is_narrowed_by_filters_and_search():
    me, client = (user := officer()), signed_in(user)
    one, two, three = (FocusArea.objects.get(number=number) for number in (1, 2, 3))
    ministry = MemberFactory(
        organisation_name="Ministry",
        category=Category.MEMBER_STATE,
        country="NP",
        first_choice=one,
        submitted_at=NOON,
    )
    university = MemberFactory(
        organisation_name="University",
        acronym="UoM",
        category=Category.ACADEMIA,
        country="FR",
        first_choice=two,
        role=SoughtRole.LEAD,
        assignee=me,
        spam_signal=SpamSignal.HONEYPOT,
        submitted_at=NOON + timedelta(hours=1),
    )
    agency = MemberFactory(
        organisation_name="Agency",
        category=Category.OTHER,
        country="CH",
        first_choice=one,
        assignee=UserFactory(),
        spam_signal=SpamSignal.NETWORK,
        status=MemberStatus.ADMITTED,
        focus_area=three,
        decided_by=me,
        submitted_at=NOON + timedelta(hours=2),
    )
    # The language of the alternate does not matter.
    for member, language, of_alternate in (
        (ministry, "en", "ru"),
        (university, "ru", "ar"),
        (agency, "ar", "ru"),
    ):
        FocalPointFactory(member=member, language=language)
        FocalPointFactory(member=member, is_alternate=True, language=of_alternate)

    found = {query: listed(client.get(f"{QUEUE}?{query}")) for query in NARROWED}
    of_me = listed(client.get(QUEUE, {"taken_by": me.pk}))
    decided_by_me = listed(client.get(QUEUE, {"decided_by": me.pk}))
    unknown = listed(client.get(f"{QUEUE}?view=all&group=unknown"))
    of_a_call = listed(client.get(QUEUE, {"call__id__exact": ministry.call.pk}))

    assert found == NARROWED
    assert of_me == ["University"]
    assert decided_by_me == ["Agency"]
    assert unknown == ["Ministry", "University", "Agency"]
    assert of_a_call == ["Ministry"]


def test_queue_is_narrowed_to_days_in_geneva_and_says_so():
    client = signed_in(officer())
    monday = datetime(2026, 1, 4, 23, tzinfo=UTC)
    times = {
        "Sunday night": monday - timedelta(seconds=1),
        "Monday": monday,
        "Next Sunday night": monday + timedelta(days=7, seconds=-1),
        "Next Monday": monday + timedelta(days=7),
    }
    for name, at in times.items():
        MemberFactory(organisation_name=name, submitted_at=at)
        MemberFactory(
            organisation_name=f"{name} withdrawn",
            status=MemberStatus.WITHDRAWN,
            submitted_at=NOON,
            withdrawn_at=at,
        )

    submitted = client.get(QUEUE, {"submitted": "2026-01-05..2026-01-11"})
    decided = client.get(QUEUE, {"view": "all", "decided": "2026-01-05..2026-01-05"})
    since = client.get(QUEUE, {"submitted": "2026-01-06.."})
    until = client.get(QUEUE, {"view": "all", "decided": "..2026-01-04"})
    turned_round = client.get(QUEUE, {"submitted": "2026-01-11..2026-01-05"})

    assert listed(submitted) == ["Monday", "Next Sunday night"]
    assert listed(decided) == ["Monday withdrawn"]
    assert listed(since) == ["Next Sunday night", "Next Monday"]
    assert listed(until) == ["Sunday night withdrawn"]
    assert listed(turned_round) == listed(submitted)
    chips = [
        (field.title, field.chosen, field.without)
        for page in (submitted, decided, since, until)
        for field in page.context["narrowed_by"]
    ]
    assert chips == [
        ("submitted", "5 Jan 2026 to 11 Jan 2026", "?"),
        ("decided or withdrawn", "5 Jan 2026", "?view=all"),
        ("submitted", "from 6 Jan 2026", "?"),
        ("decided or withdrawn", "until 4 Jan 2026", "?view=all"),
    ]


@pytest.mark.parametrize(
    "days",
    [
        "2026-01-05",
        "..",
        "2026-02-30..2026-03-01",
        "0001-01-01..9999-12-31",
        "２０２６-01-05..2026-01-11",
        "2026-01-05..2026-01-11\n",
        "\0",
    ],
)
def test_queue_ignores_days_that_are_none(days):
    MemberFactory(organisation_name="Ministry")

    page = signed_in(officer()).get(QUEUE, {"submitted": days})

    assert listed(page) == ["Ministry"]
    assert page.context["narrowed_by"] == []


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL goes by how many rows it has")
def test_queue_of_a_first_choice_is_counted_from_an_index_alone():
    client = signed_in(observer())
    with CaptureQueriesContext(connection) as queries:
        client.get(QUEUE, {"first_choice": "2"})
    [count] = [
        each["sql"]
        for each in queries
        if each["sql"].startswith("SELECT COUNT(*)") and '"first_choice_id" = ' in each["sql"]
    ]

    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {count}")
        plan = [row[-1] for row in cursor.fetchall()]

    assert any("COVERING INDEX members_member_first_choice (" in step for step in plan)


def test_form_leads_to_an_address_without_what_was_left_empty():
    client = signed_in(officer())

    some = client.get(QUEUE, {"q": "", "region": "EUR", "category__exact": "", "view": "mine"})
    show_all = client.get(QUEUE, {"q": "", "region": "EUR", "all": ""})
    none = client.get(QUEUE, {"q": "", "region": ""})

    assert (show_all.status_code, show_all.url) == (302, f"{QUEUE}?region=EUR&all=1")
    assert (some.status_code, some.url) == (302, f"{QUEUE}?region=EUR&view=mine")
    assert (none.status_code, none.url) == (302, QUEUE)


def test_days_of_the_form_become_one_parameter_of_the_address():
    client = signed_in(officer())

    both = client.get(QUEUE, {"submitted_from": "2026-01-05", "submitted_to": "2026-01-11"})
    one = client.get(QUEUE, {"decided_from": "", "decided_to": "2026-01-11", "region": "EUR"})
    none = client.get(QUEUE, {"submitted_from": "5 January", "submitted_to": ""})
    shown = read(client.get(both.url))

    assert both.url == f"{QUEUE}?submitted=2026-01-05..2026-01-11"
    assert one.url == f"{QUEUE}?region=EUR&decided=..2026-01-11"
    assert none.url == QUEUE
    for field in ('name="submitted_from" value="2026-01-05"', 'name="decided_to" value=""'):
        assert f'<input type="date" {field}' in shown


def test_choices_that_a_view_has_too_are_offered_only_to_an_address_that_has_them():
    client = signed_in(officer())

    def values(query, name):
        page = client.get(QUEUE, query)
        fields = [*page.context["filters"], *page.context["more_filters"]]
        return [each.value for field in fields if field.name == name for each in field.options]

    assert "pending" not in values({}, "status")
    assert "pending" in values({"status": "pending"}, "status")
    assert values({}, "taken_by")[0] == "colleagues"
    assert values({"taken_by": "nobody"}, "taken_by")[:2] == ["colleagues", "nobody"]
    assert "yes" not in values({}, "suspected")
    assert "yes" in values({"suspected": "yes"}, "suspected")
    assert values({}, "duplicates") == []
    assert values({"duplicates": "no"}, "duplicates") == ["yes", "no"]


def test_countries_that_occur_are_offered_in_the_readers_language():
    for country in ("DE", "EG", "DE"):
        MemberFactory(country=country)
    ours = FocusAreaFactory(number=1)
    MemberFactory(country="CH", status=MemberStatus.ADMITTED, focus_area=ours)

    def countries_for(user, **query):
        page = signed_in(user).get(QUEUE, query, headers={"accept-language": "fr"})
        [field] = [each for each in page.context["filters"] if each.name == "country"]
        return [option.label for option in field.options]

    assert countries_for(officer()) == ["Allemagne", "Égypte", "Suisse"]
    assert countries_for(officer(), country="NP") == ["Allemagne", "Égypte", "Népal", "Suisse"]
    assert countries_for(coordinator(ours)) == ["Suisse"]


def test_people_who_decided_or_may_take_members_are_offered_once_for_both_filters():
    left = UserFactory(name="Left us", is_staff=True, is_active=False)
    MemberFactory(status=MemberStatus.DECLINED, decided_by=left)
    UserFactory(name="Outside", is_staff=False)
    client = signed_in(officer(name="Amina Diallo"))

    with CaptureQueriesContext(connection) as queries:
        page = client.get(QUEUE)

    fields = {field.name: field for field in page.context["filters"]}
    assert [each.label for each in fields["decided_by"].options] == [
        *("Me", "Amina Diallo", "Left us"),
    ]
    people = [each["sql"] for each in queries if '"decided_by_id" = ' in each["sql"]]
    assert len(people) == 1


def test_filters_are_fields_with_the_choice_selected():
    me = officer(name="Amina Diallo")
    member = MemberFactory(country="CH", assignee=me)
    MemberFactory(call=member.call)

    page = signed_in(me).get(QUEUE, {"taken_by": me.pk, "origin": "form"})

    fields = {field.name: field for field in page.context["filters"]}
    more = {field.name: field for field in page.context["more_filters"]}
    assert [*fields] == ["language", "role__exact", "country", "first_choice", "decided_by"]
    assert [*more] == [
        *("category__exact", "taken_by", "region", "group", "status", "focus_area"),
        *("submitted", "decided", "to_close", "unconfirmed", "suspected"),
        *("origin", "call__id__exact"),
    ]
    assert (more["taken_by"].chosen, more["origin"].chosen) == ("Amina Diallo", "Form")
    assert page.context["more_active"] == 2
    assert f'<option value="{me.pk}" selected>Amina Diallo</option>' in read(page)
    assert '<option value="EUR">Europe</option>' in read(page)


@pytest.fixture
def _of_every_kind():
    """Members with each fact that the queue shows, and one without."""
    failed, came_back, written_again, suppressed, _alone = (
        FocalPointFactory(confirmed_at=NOON).member for _number in range(5)
    )
    FocalPointFactory()
    MessageFactory(reference=failed.reference, status=MessageStatus.FAILED)
    MessageFactory(
        reference=came_back.reference, status=MessageStatus.SENT, sent_at=NOON, bounced_at=NOON
    )
    first = MessageFactory(reference=written_again.reference, status=MessageStatus.FAILED)
    MessageFactory(reference=written_again.reference, resent_from=first)
    SuppressedAddressFactory(address=suppressed.focal_points.get().email)
    PossibleDuplicateFactory()
    PossibleDuplicateFactory(earlier=failed, later__status=MemberStatus.DECLINED)
    asked = {"status": MemberStatus.INFORMATION_REQUESTED}
    for days, is_skipped in enumerate((False, True)):
        entry = TimelineEntryFactory(
            member=MemberFactory(**asked), kind=TimelineKind.INFORMATION_REQUESTED
        )
        by = {"by": UserFactory(), "by_name": "Ada"} if is_skipped else {}
        FollowUpFactory(
            step=FollowUpStep.PROPOSE_CLOSING,
            entry=entry,
            at=NOON + timedelta(days=days),
            is_skipped=is_skipped,
            **by,
        )


@pytest.mark.usefixtures("_of_every_kind")
@pytest.mark.parametrize("view", ["undecided", "all"])
def test_filter_keeps_the_files_whose_row_says_so_and_no_others(view):
    client = signed_in(officer())
    everything = client.get(QUEUE, {"view": view}).context["cl"].result_list

    for narrowed_by, column in {
        "duplicates": "has_possible_duplicates",
        "to_close": "is_proposed_to_close",
        "unconfirmed": "has_unconfirmed_address",
    }.items():
        found = [
            {*client.get(QUEUE, {"view": view, narrowed_by: answer}).context["cl"].queryset}
            for answer in ("yes", "no")
        ]

        those = {member for member in everything if getattr(member, column)}
        assert those not in (set(), {*everything})
        assert found == [those, {*everything} - those]
    failed = {member for member in everything if member.has_failed_mail}
    those = client.get(QUEUE, {"view": "mail_failed"}).context["cl"].queryset
    assert failed
    assert {member for member in those if view == "all" or member.is_undecided} == failed


@pytest.mark.usefixtures("_of_every_kind")
@pytest.mark.parametrize(
    ("narrowed_by", "of_each_row"),
    [
        ("view", '"reference" = ("members_member"."reference")'),
        ("duplicates", '_id" = ("members_member"."id")'),
        ("to_close", "CASE WHEN"),
    ],
)
def test_filter_asks_no_question_of_every_file_there_is(narrowed_by, of_each_row):
    client, counted = signed_in(officer()), []

    for answer in ("mail_failed",) if narrowed_by == "view" else ("yes", "no"):
        with CaptureQueriesContext(connection) as queries:
            client.get(QUEUE, {"view": "all", narrowed_by: answer})
        counted += [each["sql"] for each in queries if each["sql"].startswith("SELECT COUNT(")]

    counted = [sql for sql in counted if 'FROM "members_member"' in sql]
    assert counted
    assert not [sql for sql in counted if of_each_row in sql]


def test_queue_says_what_it_is_narrowed_to_and_how_to_widen_it():
    client = signed_in(officer())
    MemberFactory(organisation_name="Ministry")
    query = {"region": "EUR", "taken_by": "nobody", "q": "minis", "o": "1"}

    response = client.get(QUEUE, query)

    page = " ".join(response.text.split())
    said = [(each.title, each.chosen) for each in response.context["narrowed_by"]]
    assert said == [("assignee", "Unassigned"), ("ITU region", "Europe")]
    assert response.context["without_search"] == "?o=1&region=EUR&taken_by=nobody"
    assert "ITU region: Europe" in page
    assert "Search: “<bdi>minis</bdi>”" in page
    assert '<a href="/admin/members/member/">Clear filters</a>' in page
    without = [each.without for each in response.context["narrowed_by"]]
    assert without == ["?o=1&q=minis&region=EUR", "?o=1&q=minis&taken_by=nobody"]


def test_view_without_a_member_says_so_and_a_filter_can_be_removed():
    client = signed_in(officer())
    words = {
        "": "Nothing in this view.",
        "?view=mine": "Nothing in this view.",
        "?region=AFR": "No matches. Remove a filter or use fewer search terms.",
        "?q=nobody": "No matches. Remove a filter or use fewer search terms.",
    }

    pages = {query: client.get(QUEUE + query).text for query in words}
    assert {query: words[query] in pages[query] for query in words} == dict.fromkeys(words, True)
    assert not [query for query in words if "Actions on the selected rows" in pages[query]]
    MemberFactory()
    assert "Actions on the selected rows" in client.get(QUEUE).text
    assert client.get(QUEUE).context["narrowed_by"] == []
    kept = client.get(QUEUE, {"view": "mine", "region": "AFR"}).text
    assert f'<a href="{QUEUE}?view=mine">Clear filters</a>' in kept
