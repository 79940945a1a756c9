"""The queue: order, filters, permissions, and queries."""

from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import now

from focus_areas.models import FocusArea
from members.models import Category, MemberStatus, SpamSignal, TimelineKind
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
from tests.triage.staff import QUEUE, listed, observer, officer, queries_of, signed_in
from triage.follow_ups.models import FollowUpStep


def test_queue_shows_the_undecided_the_oldest_first():
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

    assert listed(response) == ["Old", "Info requested", "New"]


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
        for query in ("", "?status=waiting", "?status=pending", "?status=all", "?q=l")
    }

    queue, in_order = ["Early reply", "Late reply", "Old"], ["Old", "Late reply", "Early reply"]
    assert [*orders.values()] == [queue, queue, queue, in_order, in_order]


NARROWED = {
    "status=all": ["Ministry", "University", "Agency"],
    "status=waiting": ["Ministry", "University"],
    "status=admitted": ["Agency"],
    "category__exact=academia": ["University"],
    "region=ASP": ["Ministry"],
    "group=LLDC": ["Ministry"],
    "group=SIDS": [],
    "first_choice=2": ["University"],
    "status=all&focus_area=3": ["Agency"],
    "taken_by=me": ["University"],
    "status=all&taken_by=colleagues": ["Agency"],
    "taken_by=nobody": ["Ministry"],
    "status=all&suspected=yes": ["University", "Agency"],
    "suspected=no": ["Ministry"],
    "status=all&suspected=trap": ["University"],
    "suspected=haste": [],
    "suspected=nonsense": ["Ministry", "University"],
    "q=UoM": ["University"],
    "q=minis&status=admitted": [],
    # Several at the same time.
    "status=all&region=EUR&first_choice=1&taken_by=colleagues": ["Agency"],
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
    unknown = listed(client.get(f"{QUEUE}?status=all&group=unknown"))
    of_a_call = listed(client.get(QUEUE, {"call__id__exact": ministry.call.pk}))

    assert found == NARROWED
    assert unknown == ["Ministry", "University", "Agency"]
    assert of_a_call == ["Ministry"]


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL goes by how many rows it has")
def test_queue_of_a_first_choice_is_counted_from_an_index_alone():
    client = signed_in(observer())
    with CaptureQueriesContext(connection) as queries:
        client.get(QUEUE, {"first_choice": "2"})
    [count] = [
        each["sql"]
        for each in queries
        if each["sql"].startswith("SELECT COUNT") and 'FROM "members_member"' in each["sql"]
    ]

    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {count}")
        plan = [row[-1] for row in cursor.fetchall()]

    assert any("COVERING INDEX members_member_first_choice (" in step for step in plan)


WHOSE_TURN = {
    "waiting_on=us": {"Replied", "Late", "New"},
    "waiting_on=overdue": {"Late"},
    "waiting_on=them": {"Info requested"},
    "waiting_on=nonsense": {"Replied", "Late", "Info requested", "New"},
    "replied=yes": {"Replied"},
    "replied=yes&status=all": {"Replied"},
    "replied=no": {"Late", "Info requested", "New"},
    "mail_failed=yes": {"Info requested"},
    "mail_failed=no": {"Replied", "Late", "New"},
    "unconfirmed=yes": {"Late", "Info requested"},
    "unconfirmed=no": {"Replied", "New"},
    "unconfirmed=no&status=all": {"Replied", "New", "Admitted"},
}


def test_queue_is_narrowed_by_whose_turn_it_is_and_what_is_to_know():
    client, today, day = signed_in(officer()), now(), timedelta(days=1)

    def add(name, age, *, confirmed=True, **facts):
        member = MemberFactory(organisation_name=name, submitted_at=today - age * day, **facts)
        FocalPointFactory(member=member, confirmed_at=today if confirmed else None)
        # The alternate's confirmation does not matter.
        FocalPointFactory(member=member, is_alternate=True)
        return member

    add("Replied", 40, replied_at=today - day)
    add("Late", 30, confirmed=False)
    asked = add("Info requested", 20, status=MemberStatus.INFORMATION_REQUESTED, confirmed=False)
    MessageFactory(reference=asked.reference, status=MessageStatus.FAILED)
    add("New", 1)
    add("Admitted", 2, status=MemberStatus.ADMITTED, confirmed=False, replied_at=today - day)

    found = {query: {*listed(client.get(f"{QUEUE}?{query}"))} for query in WHOSE_TURN}

    assert found == WHOSE_TURN


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
@pytest.mark.parametrize("status", ["waiting", "all"])
def test_filter_keeps_the_files_whose_row_says_so_and_no_others(status):
    client = signed_in(officer())
    everything = client.get(QUEUE, {"status": status}).context["cl"].result_list

    for narrowed_by, column in {
        "mail_failed": "has_failed_mail",
        "duplicates": "has_possible_duplicates",
        "to_close": "is_proposed_to_close",
        "unconfirmed": "has_unconfirmed_address",
    }.items():
        found = [
            {*client.get(QUEUE, {"status": status, narrowed_by: answer}).context["cl"].queryset}
            for answer in ("yes", "no")
        ]

        those = {member for member in everything if getattr(member, column)}
        assert those not in (set(), {*everything})
        assert found == [those, {*everything} - those]


@pytest.mark.usefixtures("_of_every_kind")
@pytest.mark.parametrize(
    ("narrowed_by", "of_each_row"),
    [
        ("mail_failed", '"reference" = ("members_member"."reference")'),
        ("duplicates", '_id" = ("members_member"."id")'),
        ("to_close", "CASE WHEN"),
    ],
)
def test_filter_asks_no_question_of_every_file_there_is(narrowed_by, of_each_row):
    client, counted = signed_in(officer()), []

    for answer in ("yes", "no"):
        with CaptureQueriesContext(connection) as queries:
            client.get(QUEUE, {"status": "all", narrowed_by: answer})
        counted += [each["sql"] for each in queries if each["sql"].startswith("SELECT COUNT(")]

    counted = [sql for sql in counted if 'FROM "members_member"' in sql]
    assert [of_each_row in sql for sql in counted] == [False, False]


def test_queue_says_what_it_is_narrowed_to_and_how_to_widen_it():
    client = signed_in(officer())
    MemberFactory(organisation_name="Ministry")
    query = {"region": "EUR", "taken_by": "nobody", "q": "minis", "o": "1"}

    response = client.get(QUEUE, query)

    page = " ".join(response.text.split())
    said = [(each.title, each.chosen) for each in response.context["narrowed_by"]]
    assert said == [("assignee", "Unassigned"), ("ITU region", "Europe")]
    assert "ITU region: Europe" in page
    assert "Search: “<bdi>minis</bdi>”" in page
    assert '<a href="/admin/members/member/">Clear filters</a>' in page
    without = [each.without for each in response.context["narrowed_by"]]
    assert without == ["?o=1&q=minis&region=EUR", "?o=1&q=minis&taken_by=nobody"]


def test_queue_narrowed_unasked_to_what_waits_says_so_and_leads_to_the_rest():
    client = signed_in(officer())
    member = MemberFactory(organisation_name="Admitted", status=MemberStatus.ADMITTED)
    MessageFactory(reference=member.reference, status=MessageStatus.FAILED)

    empty = client.get(QUEUE, {"mail_failed": "yes"})

    assert "No matches. Remove a filter or use fewer search terms." in empty.text
    said = [(each.title, each.chosen) for each in empty.context["narrowed_by"]]
    assert said == [("status", "Waiting"), ("email failed", "Yes")]
    everything = client.get(QUEUE + empty.context["narrowed_by"][0].without)
    assert listed(everything) == ["Admitted"]
    assert everything.context["narrowed_by"][0].chosen == "All"


def test_queue_says_what_it_is_and_without_a_file_what_to_do():
    client = signed_in(officer())
    words = {
        "": "No members are waiting for a decision.",
        "?region=AFR": "No matches. Remove a filter or use fewer search terms.",
        "?q=nobody": "No matches. Remove a filter or use fewer search terms.",
    }

    assert {query: words[query] in client.get(QUEUE + query).text for query in words} == (
        dict.fromkeys(words, True)
    )
    MemberFactory()
    opened = client.get(QUEUE)
    assert opened.context["narrowed_by"] == []
    assert "Members waiting for a decision" in opened.text


def test_queue_keeps_search_filters_and_order_for_each_other_and_for_the_files(monkeypatch):
    monkeypatch.setattr("triage.desk.admin.queue.MemberAdmin.list_per_page", 2)
    MemberFactory.create_batch(3, country="CH")
    query = "region=EUR&q=organisation&o=1&p=2"

    response = signed_in(officer()).get(f"{QUEUE}?{query}")

    [last] = response.context["cl"].result_list
    kept = f"?_changelist_filters={urlencode({'': query})[1:]}"
    assert f"/admin/members/member/{last.pk}/change/{kept}" in response.text
    for name, value in (("region", "EUR"), ("o", "1")):
        assert f'<input type="hidden" name="{name}" value="{value}">' in response.text
    # Another filter starts at the first page, and keeps the other filters.
    assert "?o=1&amp;q=organisation&amp;region=EUR&amp;taken_by=me" in response.text
    assert "?o=1&amp;p=1&amp;q=organisation&amp;region=EUR" in response.text


def test_queue_asks_the_same_queries_for_three_rows_and_for_nine():
    me = officer()
    client = signed_in(me)
    pair = PossibleDuplicateFactory(earlier__assignee=me)
    MemberFactory(call=pair.earlier.call)
    client.get(QUEUE)
    for_three = queries_of(client, QUEUE), queries_of(client, QUEUE, {"duplicates": "yes"})
    MemberFactory.create_batch(2, status=MemberStatus.INFORMATION_REQUESTED)
    for area in FocusArea.objects.order_by("number"):
        member = MemberFactory(first_choice=area, assignee=UserFactory())
        FocalPointFactory(member=member)
        MessageFactory(reference=member.reference)
        PossibleDuplicateFactory(earlier=pair.earlier, later=member)

    for_nine = queries_of(client, QUEUE), queries_of(client, QUEUE, {"duplicates": "yes"})

    assert for_nine == for_three


def test_actions_for_several_files_lead_back_to_the_list_that_they_were_chosen_in():
    member = FocalPointFactory().member
    chosen = {"action": "release", "index": 0, "_selected_action": [member.pk]}

    response = signed_in(officer()).post(f"{QUEUE}?region=EUR&o=1", chosen, follow=True)

    assert response.context["address_of_the_queue"] == f"{QUEUE}?region=EUR&o=1"
    assert f'href="{QUEUE}?region=EUR&amp;o=1"' in response.text
