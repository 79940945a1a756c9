"""The queue: order, filters, permissions, and queries."""

from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import now

from focus_areas.models import FocusArea
from members.models import Category, GrantedRole, MemberStatus, SpamSignal, TimelineKind
from outbox.models import MessageStatus
from tests.factories import (
    NOON,
    FocalPointFactory,
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
    queries_of,
    read,
    signed_in,
)
from triage.desk.admin import queue
from triage.follow_ups.models import FollowUpStep


def test_queue_shows_what_waits_for_us_the_oldest_first():
    client = signed_in(officer())
    MemberFactory(organisation_name="New", submitted_at=NOON)
    MemberFactory(organisation_name="Old", submitted_at=NOON - timedelta(days=2))
    MemberFactory(
        organisation_name="Info requested",
        submitted_at=NOON - timedelta(days=1),
        status=MemberStatus.INFORMATION_REQUESTED,
    )
    MemberFactory(organisation_name="Admitted", status=MemberStatus.ADMITTED)

    response = client.get(QUEUE)

    assert listed(response) == ["Old", "New"]


def test_queue_alone_shows_what_has_replied_ahead_the_longest_waiting_first():
    client = signed_in(officer())
    for name, came, replied in (("Old", 9, 0), ("Late reply", 8, 1), ("Early reply", 3, 2)):
        MemberFactory(
            organisation_name=name,
            submitted_at=NOON - timedelta(hours=came),
            replied_at=NOON - timedelta(hours=replied) if replied else None,
        )

    orders = {
        query: listed(client.get(QUEUE + query))
        for query in ("", "?view=undecided", "?view=needs_action", "?view=all", "?q=l")
    }

    queue, in_order = ["Early reply", "Late reply", "Old"], ["Old", "Late reply", "Early reply"]
    assert [*orders.values()] == [queue, queue, queue, in_order, in_order]


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
    MemberFactory(
        organisation_name="University",
        acronym="UoM",
        category=Category.ACADEMIA,
        country="FR",
        first_choice=two,
        assignee=me,
        spam_signal=SpamSignal.HONEYPOT,
        submitted_at=NOON + timedelta(hours=1),
    )
    MemberFactory(
        organisation_name="Agency",
        category=Category.OTHER,
        country="CH",
        first_choice=one,
        assignee=UserFactory(),
        spam_signal=SpamSignal.NETWORK,
        status=MemberStatus.ADMITTED,
        focus_area=three,
        submitted_at=NOON + timedelta(hours=2),
    )

    found = {query: listed(client.get(f"{QUEUE}?{query}")) for query in NARROWED}
    of_me = listed(client.get(QUEUE, {"taken_by": me.pk}))
    unknown = listed(client.get(f"{QUEUE}?view=all&group=unknown"))
    of_a_call = listed(client.get(QUEUE, {"call__id__exact": ministry.call.pk}))

    assert found == NARROWED
    assert of_me == ["University"]
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
            focus_area=FocusArea.objects.get(number=1),
            granted_role=GrantedRole.PARTICIPANT,
            submitted_at=NOON,
            decided_at=NOON,
            decided_by=UserFactory(),
            withdrawn_at=at,
        )

    submitted = client.get(QUEUE, {"submitted": "2026-01-05..2026-01-11"})
    decided = client.get(QUEUE, {"view": "all", "decided": "2026-01-05..2026-01-05"})

    assert listed(submitted) == ["Monday", "Next Sunday night"]
    assert listed(decided) == ["Monday withdrawn"]
    chips = [
        (field.title, field.chosen, field.without)
        for page in (submitted, decided)
        for field in page.context["narrowed_by"]
    ]
    assert chips == [
        ("submitted", "5 Jan 2026 to 11 Jan 2026", "?"),
        ("decided or withdrawn", "5 Jan 2026", "?view=all"),
    ]


@pytest.mark.parametrize(
    "days",
    [
        "2026-01-05",
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


MEMBERS_BY_VIEW = {
    "needs_action": {"Replied", "Late", "New", "Mine"},
    "replied": {"Replied"},
    "mine": {"Mine", "Mine asked"},
    "unassigned": {"Replied", "Late", "Info requested", "New"},
    "overdue": {"Late"},
    "duplicates": {"New"},
    "suspected": {"Mine"},
    "mail_failed": {"Info requested", "Admitted"},
    "waiting_for_organisation": {"Info requested", "Mine asked"},
    "undecided": {"Replied", "Late", "Info requested", "New", "Mine", "Mine asked"},
    "all": {"Replied", "Late", "Info requested", "New", "Mine", "Mine asked", "Admitted"},
}
UNCONFIRMED = {
    "unconfirmed=yes": {"Late", "Info requested"},
    "unconfirmed=no": {"Replied", "New", "Mine", "Mine asked"},
}


# Each filter once, with the parameters of the list.
FILTERED = (
    *("first_choice=1", "category__exact=academia", "taken_by=me", "taken_by=0", "region=EUR"),
    *("region=none", "submitted=2026-01-05..2026-01-11", "decided=2026-01-05..2026-01-11"),
    *("status=pending", "focus_area=1", "group=LDC", "to_close=no", "unconfirmed=yes"),
    *("suspected=no", "duplicates=yes", "duplicates=no", "origin=form", "call__id__exact=1"),
)


@pytest.fixture
def me():
    """An officer, and a member for each view."""
    user, today, day = officer(), now(), timedelta(days=1)

    def add(name, age, *, confirmed=True, **facts):
        member = MemberFactory(organisation_name=name, submitted_at=today - age * day, **facts)
        FocalPointFactory(member=member, confirmed_at=today if confirmed else None)
        # The alternate's confirmation does not matter.
        FocalPointFactory(member=member, is_alternate=True)
        return member

    asked, admitted = MemberStatus.INFORMATION_REQUESTED, MemberStatus.ADMITTED
    add("Replied", 40, replied_at=today - day)
    add("Late", 30, confirmed=False)
    failed = add("Info requested", 20, status=asked, confirmed=False)
    new = add("New", 1)
    add("Mine", 1, assignee=user, spam_signal=SpamSignal.TOO_FAST)
    add("Mine asked", 3, assignee=user, status=asked)
    facts = {"assignee": user, "spam_signal": SpamSignal.TOO_FAST, "replied_at": today - day}
    decided = add("Admitted", 2, status=admitted, confirmed=False, **facts)
    for member in (failed, decided):
        MessageFactory(reference=member.reference, status=MessageStatus.FAILED)
    PossibleDuplicateFactory(earlier=new, later=decided)
    return user


def test_view_shows_its_members_and_its_tab_counts_them(me):
    client = signed_in(me)
    undecided = {"view": "undecided"}

    pages = {name: client.get(QUEUE, {"view": name}) for name in MEMBERS_BY_VIEW}
    found = {
        query: {*listed(client.get(f"{QUEUE}?view=undecided&{query}"))} for query in UNCONFIRMED
    }

    assert {name: {*listed(page)} for name, page in pages.items()} == MEMBERS_BY_VIEW
    assert found == UNCONFIRMED
    tabs = client.get(QUEUE, undecided).context["views"]
    numbers = {name: number for name, _view, number, _is_shown in tabs}
    counted = {name: len(members) for name, members in MEMBERS_BY_VIEW.items()}
    assert numbers == {**counted, "all": None}


def test_tabs_are_links_with_their_counts_and_one_is_the_page(me):
    page = read(signed_in(me).get(QUEUE, {"view": "mine"}))

    assert (
        f'<a href="{QUEUE}?view=mine" aria-current="page">Assigned to me '
        '<span class="count">2</span></a>'
    ) in page
    assert f'<a href="{QUEUE}?view=overdue">Overdue <span class="count">1</span></a>' in page
    assert f'<a href="{QUEUE}?view=all">All</a>' in page
    assert page.count('aria-current="page"') == 1


@pytest.mark.parametrize(("language", "number"), [("en", "1,234"), ("fr", "1\xa0234")])
def test_counts_of_tabs_have_thousands_separators(language, number, monkeypatch):
    monkeypatch.setattr(queue, "view_counts", lambda _reader: {"needs_action": 1234})
    client = signed_in(officer(language=language))

    page = client.get(QUEUE, headers={"accept-language": language}).text

    assert f'<span class="count">{number}</span>' in page


@pytest.mark.parametrize("view", MEMBERS_BY_VIEW)
def test_status_is_a_column_where_the_name_of_the_view_does_not_say_it(me, view):
    page = signed_in(me).get(QUEUE, {"view": view}).text

    says_it = {"needs_action", "replied", "overdue", "waiting_for_organisation"}
    assert ("column-status_in_words" in page) == (view not in says_it)


def test_coordinator_has_the_views_that_can_have_their_members():
    area = FocusArea.objects.get(number=1)
    admitted = {"status": MemberStatus.ADMITTED, "focus_area": area}
    failed = MemberFactory(organisation_name="Failed", **admitted)
    MemberFactory(organisation_name="Admitted", **admitted)
    MessageFactory(reference=failed.reference, status=MessageStatus.FAILED)
    beyond = MemberFactory(status=MemberStatus.ADMITTED, focus_area=FocusArea.objects.get(number=2))
    MessageFactory(reference=beyond.reference, status=MessageStatus.FAILED)
    client = signed_in(coordinator(area))

    page = client.get(QUEUE)

    views = [(name, number, shown) for name, _view, number, shown in page.context["views"]]
    assert views == [("mail_failed", 1, False), ("all", None, True)]
    assert {*listed(page)} == {"Failed", "Admitted"}
    assert listed(client.get(QUEUE, {"view": "mail_failed"})) == ["Failed"]
    assert {*listed(client.get(QUEUE, {"view": "mine"}))} == {"Failed", "Admitted"}


def test_search_from_the_first_view_finds_every_member_and_from_another_those_of_it(me):
    client = signed_in(me)

    first, other, chosen = (
        read(client.get(QUEUE, {"view": view, "o": "1"}))
        for view in ("needs_action", "mine", "all")
    )

    assert '<input type="hidden" name="view"' not in first
    assert "The search looks in all members." in first
    # Without the view, the number of the column would mean another one.
    assert '<input type="hidden" name="o"' not in first
    assert '<input type="hidden" name="view" value="mine">' in other
    assert "The search looks in this view." in other
    assert '<input type="hidden" name="o" value="1">' in other
    assert '<input type="hidden" name="view" value="all">' in chosen


def test_form_leads_to_an_address_without_what_was_left_empty():
    client = signed_in(officer())

    some = client.get(QUEUE, {"q": "", "region": "EUR", "category__exact": "", "view": "mine"})
    none = client.get(QUEUE, {"q": "", "region": ""})

    assert (some.status_code, some.url) == (302, f"{QUEUE}?region=EUR&view=mine")
    assert (none.status_code, none.url) == (302, QUEUE)


def test_filters_are_fields_with_the_choice_selected():
    me = officer(name="Amina Diallo")
    member = MemberFactory(country="CH", assignee=me)
    MemberFactory(call=member.call)

    page = signed_in(me).get(QUEUE, {"taken_by": me.pk, "origin": "form"})

    fields = {field.name: field for field in page.context["filters"]}
    more = {field.name: field for field in page.context["more_filters"]}
    assert [*fields] == ["first_choice", "category__exact", "taken_by", "region"]
    assert [*more] == [
        *("status", "focus_area", "group", "to_close", "unconfirmed", "suspected"),
        *("duplicates", "origin", "call__id__exact"),
    ]
    assert (fields["taken_by"].chosen, more["origin"].chosen) == ("Amina Diallo", "Form")
    assert page.context["more_active"] == 1
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
        "": "No members in this view.",
        "?view=mine": "No members in this view.",
        "?region=AFR": "No matches. Remove a filter or use fewer search terms.",
        "?q=nobody": "No matches. Remove a filter or use fewer search terms.",
    }

    pages = {query: client.get(QUEUE + query).text for query in words}
    assert {query: words[query] in pages[query] for query in words} == dict.fromkeys(words, True)
    assert not [query for query in words if "Actions on the selected" in pages[query]]
    MemberFactory()
    assert "Actions on the selected" in client.get(QUEUE).text
    assert client.get(QUEUE).context["narrowed_by"] == []
    kept = client.get(QUEUE, {"view": "mine", "region": "AFR"}).text
    assert f'<a href="{QUEUE}?view=mine">Clear filters</a>' in kept


def test_queue_keeps_search_filters_and_order_for_each_other_and_for_the_files(monkeypatch):
    monkeypatch.setattr("triage.desk.admin.queue.MemberAdmin.list_per_page", 2)
    MemberFactory.create_batch(3, country="CH")
    query = "region=EUR&q=organisation&o=1&p=2"

    response = signed_in(officer()).get(f"{QUEUE}?{query}")

    [last] = response.context["cl"].result_list
    kept = f"?_changelist_filters={urlencode({'': query})[1:]}"
    assert f"/admin/members/member/{last.pk}/change/{kept}" in response.text
    # Without one filter, the list starts at the first page, and keeps the other filters.
    assert 'href="?o=1&amp;q=organisation"' in response.text
    assert "?o=1&amp;p=1&amp;q=organisation&amp;region=EUR" in response.text


def test_queue_asks_the_same_queries_for_three_rows_and_for_nine():
    me = officer()
    client = signed_in(me)
    pages = [
        f"{QUEUE}?{query}" for query in (*(f"view={view}" for view in MEMBERS_BY_VIEW), *FILTERED)
    ]
    pair = PossibleDuplicateFactory(earlier__assignee=me)
    MemberFactory(call=pair.earlier.call)
    client.get(QUEUE)
    for_three = {page: queries_of(client, page) for page in pages}
    MemberFactory.create_batch(2, status=MemberStatus.INFORMATION_REQUESTED)
    for area in FocusArea.objects.order_by("number"):
        member = MemberFactory(first_choice=area, assignee=UserFactory(), replied_at=NOON)
        FocalPointFactory(member=member)
        MessageFactory(reference=member.reference, status=MessageStatus.FAILED)
        PossibleDuplicateFactory(earlier=pair.earlier, later=member)

    assert {page: queries_of(client, page) for page in pages} == for_three


def test_actions_for_several_files_lead_back_to_the_list_that_they_were_chosen_in():
    member = FocalPointFactory().member
    chosen = {"action": "release", "index": 0, "_selected_action": [member.pk]}

    response = signed_in(officer()).post(f"{QUEUE}?region=EUR&o=1", chosen, follow=True)

    assert response.context["address_of_the_queue"] == f"{QUEUE}?region=EUR&o=1"
    assert f'href="{QUEUE}?region=EUR&amp;o=1"' in response.text
