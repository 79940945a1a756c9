"""The queue: its order, its filters, who sees it, and what it costs."""

from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.timezone import now

from focus_areas.models import FocusArea
from members.models import Category, Member, MemberStatus, SpamSignal, TimelineEntry, TimelineKind
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
from tests.triage.staff import QUEUE, listed, observer, officer, run, signed_in
from triage.follow_ups.models import FollowUpStep


def test_queue_shows_the_undecided_the_oldest_first():
    client = signed_in(officer())
    MemberFactory(organisation_name="New", submitted_at=NOON)
    MemberFactory(organisation_name="Old", submitted_at=NOON - timedelta(days=2))
    MemberFactory(
        organisation_name="Asked",
        submitted_at=NOON - timedelta(days=1),
        status=MemberStatus.INFORMATION_REQUESTED,
    )
    MemberFactory(organisation_name="Admitted", status=MemberStatus.ADMITTED)

    response = client.get(QUEUE)

    assert listed(response) == ["Old", "Asked", "New"]


@pytest.mark.parametrize("status", ["", "waiting", "pending"])
def test_queue_shows_what_has_replied_ahead_the_longest_waiting_first(status):
    client = signed_in(officer())
    hour = timedelta(hours=1)
    MemberFactory(organisation_name="Old", submitted_at=NOON - 9 * hour)
    MemberFactory(
        organisation_name="Replied later", submitted_at=NOON - 8 * hour, replied_at=NOON - hour
    )
    MemberFactory(
        organisation_name="Replied first", submitted_at=NOON - 3 * hour, replied_at=NOON - 2 * hour
    )

    response = client.get(QUEUE, {"status": status} if status else {})

    assert listed(response) == ["Replied first", "Replied later", "Old"]


@pytest.mark.parametrize("query", [{"status": "all"}, {"q": "Member"}])
def test_list_of_more_than_the_queue_is_in_the_order_in_which_they_came(query):
    client = signed_in(officer())
    MemberFactory(organisation_name="Member 1", submitted_at=NOON - timedelta(hours=2))
    MemberFactory(
        organisation_name="Member 2", submitted_at=NOON - timedelta(hours=1), replied_at=NOON
    )

    response = client.get(QUEUE, query)

    assert listed(response) == ["Member 1", "Member 2"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"status": "all"}, ["Ministry", "University", "Agency"]),
        ({"status": "waiting"}, ["Ministry", "University"]),
        ({"status": "admitted"}, ["Agency"]),
        ({"category": "academia"}, ["University"]),
        ({"region": "ASP"}, ["Ministry"]),
        ({"group": "is_lldc"}, ["Ministry"]),
        ({"group": "is_sids"}, []),
        ({"first_choice": "2"}, ["University"]),
        ({"status": "all", "focus_area": "3"}, ["Agency"]),
        ({"taken_by": "me"}, ["University"]),
        ({"taken_by": "colleagues"}, []),
        ({"taken_by": "nobody"}, ["Ministry"]),
        ({"q": "minis"}, ["Ministry"]),
        ({"q": "UoM"}, ["University"]),
        ({"q": "P2C-AGENCY"}, ["Agency"]),
        ({"q": "Hopper"}, ["Ministry"]),
        ({"q": "grace@example.org"}, ["Ministry"]),
        ({"q": "minis", "status": "admitted"}, []),
        # Several at once.
        ({"status": "all", "region": "EUR", "first_choice": "1", "taken_by": "nobody"}, ["Agency"]),
        (
            {"category__exact": "academia", "first_choice": "2", "q": "uni", "o": "-1"},
            ["University"],
        ),
    ],
)
def test_queue_is_narrowed_by_filters_and_search(query, found):
    me = officer()
    one, two, three = (FocusArea.objects.get(number=number) for number in (1, 2, 3))
    ministry = MemberFactory(
        organisation_name="Ministry",
        category=Category.MEMBER_STATE,
        country="NP",
        first_choice=one,
        submitted_at=NOON,
    )
    FocalPointFactory(member=ministry, family_name="Hopper", email="grace@example.org")
    MemberFactory(
        organisation_name="University",
        acronym="UoM",
        category=Category.ACADEMIA,
        country="FR",
        first_choice=two,
        assignee=me,
        submitted_at=NOON + timedelta(hours=1),
    )
    MemberFactory(
        organisation_name="Agency",
        reference="P2C-AGENCY",
        category=Category.OTHER,
        country="CH",
        first_choice=one,
        status=MemberStatus.ADMITTED,
        focus_area=three,
        submitted_at=NOON + timedelta(hours=2),
    )

    response = signed_in(me).get(QUEUE, query)

    assert listed(response) == found


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


@pytest.mark.parametrize(
    ("chosen", "found"),
    [
        ("yes", ["Robot", "Crowd"]),
        ("no", ["Ministry"]),
        ("trap", ["Robot"]),
        ("network", ["Crowd"]),
        ("haste", []),
        ("nonsense", ["Robot", "Crowd", "Ministry"]),
    ],
)
def test_queue_is_narrowed_by_what_is_suspected(chosen, found):
    named = [("Robot", SpamSignal.HONEYPOT), ("Crowd", SpamSignal.NETWORK), ("Ministry", "")]
    for hours, (name, spam_signal) in enumerate(named):
        MemberFactory(
            organisation_name=name,
            spam_signal=spam_signal,
            submitted_at=NOON + timedelta(hours=hours),
        )

    response = signed_in(observer()).get(QUEUE, {"suspected": chosen})

    assert listed(response) == found


def test_queue_asks_the_same_queries_for_one_row_and_for_three():
    me = officer()
    client = signed_in(me)
    FocalPointFactory(member=MemberFactory(assignee=UserFactory()))
    client.get(QUEUE)
    with CaptureQueriesContext(connection) as for_one:
        client.get(QUEUE)
    for number in (2, 3):
        area = FocusArea.objects.get(number=number)
        FocalPointFactory(member=MemberFactory(assignee=UserFactory(), first_choice=area))

    with CaptureQueriesContext(connection) as for_three:
        client.get(QUEUE)

    assert len(for_three) == len(for_one)


def test_observer_is_offered_no_action_and_can_run_none():
    client = signed_in(observer())
    member = MemberFactory()

    page = client.get(QUEUE)
    run(client, "take", [member])

    member.refresh_from_db()
    assert page.context["action_form"] is None
    assert member.assignee is None
    assert list(TimelineEntry.objects.all()) == []


@pytest.mark.parametrize("page", ["add/", "{pk}/delete/"])
def test_nobody_adds_or_deletes_a_file(page):
    client = signed_in(UserFactory(is_superuser=True))
    member = MemberFactory()

    responses = [
        client.get(QUEUE + page.format(pk=member.pk)),
        client.post(QUEUE + page.format(pk=member.pk), {"post": "yes"}),
    ]

    assert [response.status_code for response in responses] == [403, 403]
    assert list(Member.objects.all()) == [member]


def test_queue_sends_a_stranger_to_sign_in(client):
    response = client.get(QUEUE, follow=True)

    assert response.redirect_chain[-1][0] == f"{reverse('accounts:sign_in')}?next={QUEUE}"


def test_queue_refuses_staff_without_the_permission():
    response = signed_in(UserFactory()).get(QUEUE)

    assert response.status_code == 403


def test_front_page_says_what_waits():
    MemberFactory()
    MemberFactory()
    MemberFactory(status=MemberStatus.INFORMATION_REQUESTED)
    MemberFactory(status=MemberStatus.ADMITTED)

    page = " ".join(signed_in(observer()).get("/admin/").content.decode().split())

    assert "2 expressions of interest wait on us" in page
    assert "1 waits on its organisation" in page


@pytest.mark.parametrize(
    "lookup", ["submission_key__startswith", "answers_digest__regex", "focal_points__email__regex"]
)
def test_queue_tells_nothing_of_a_column_to_whoever_guesses_at_it(lookup):
    MemberFactory()

    response = signed_in(observer()).get(QUEUE, {lookup: "a"})

    assert response.status_code == 400


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"waiting_on": "us"}, ["Replied", "Late", "New"]),
        ({"waiting_on": "overdue"}, ["Late"]),
        ({"waiting_on": "them"}, ["Asked"]),
        ({"waiting_on": "nonsense"}, ["Replied", "Late", "Asked", "New"]),
        ({"replied": "yes"}, ["Replied"]),
        ({"replied": "no"}, ["Late", "Asked", "New"]),
        ({"mail_failed": "yes"}, ["Asked"]),
        ({"mail_failed": "no"}, ["Replied", "Late", "New"]),
        ({"unconfirmed": "yes"}, ["Late", "Asked"]),
        ({"unconfirmed": "no"}, ["Replied", "New"]),
        ({"unconfirmed": "no", "status": "all"}, ["Replied", "New", "Admitted"]),
    ],
)
def test_queue_is_narrowed_by_whose_turn_it_is_and_what_is_to_know(query, found):
    today = now()
    day = timedelta(days=1)

    def add(name, age, *, confirmed=True, **facts):
        member = MemberFactory(organisation_name=name, submitted_at=today - age * day, **facts)
        FocalPointFactory(member=member, confirmed_at=today if confirmed else None)
        # Whether the alternate has confirmed is no matter.
        FocalPointFactory(member=member, is_alternate=True)
        return member

    add("Replied", 40, replied_at=today - day)
    add("Late", 30, confirmed=False)
    asked = add("Asked", 20, status=MemberStatus.INFORMATION_REQUESTED, confirmed=False)
    MessageFactory(reference=asked.reference, status=MessageStatus.FAILED)
    add("New", 1)
    add("Admitted", 0, status=MemberStatus.ADMITTED, confirmed=False)

    response = signed_in(officer()).get(QUEUE, query)

    assert sorted(listed(response)) == sorted(found)


@pytest.fixture
def _of_every_kind():
    """Files of which something is to know, in each way in which it can be, and one without."""
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
@pytest.mark.parametrize(
    ("narrowed_by", "column"),
    [
        ("mail_failed", "has_failed_mail"),
        ("duplicates", "has_possible_duplicates"),
        ("to_close", "is_proposed_to_close"),
        ("unconfirmed", "has_unconfirmed_address"),
    ],
)
def test_filter_keeps_the_files_whose_row_says_so_and_no_others(narrowed_by, column, status):
    client = signed_in(officer())
    everything = client.get(QUEUE, {"status": status}).context["cl"].result_list
    assert {getattr(member, column) for member in everything} == {True, False}

    found = {
        answer: {*client.get(QUEUE, {"status": status, narrowed_by: answer}).context["cl"].queryset}
        for answer in ("yes", "no")
    }

    assert found == {
        "yes": {member for member in everything if getattr(member, column)},
        "no": {member for member in everything if not getattr(member, column)},
    }


@pytest.mark.usefixtures("_of_every_kind")
@pytest.mark.parametrize("answer", ["yes", "no"])
@pytest.mark.parametrize(
    ("narrowed_by", "of_each_row"),
    [
        ("mail_failed", '"reference" = ("members_member"."reference")'),
        ("duplicates", '_id" = ("members_member"."id")'),
        ("to_close", "CASE WHEN"),
    ],
)
def test_filter_asks_no_question_of_every_file_there_is(narrowed_by, of_each_row, answer):
    client = signed_in(officer())

    with CaptureQueriesContext(connection) as queries:
        client.get(QUEUE, {"status": "all", narrowed_by: answer})

    counted = [each["sql"] for each in queries if each["sql"].startswith("SELECT COUNT(")]
    counted = [sql for sql in counted if 'FROM "members_member"' in sql]
    assert len(counted) == 1
    assert of_each_row not in counted[0]


def test_queue_is_narrowed_by_call():
    first = MemberFactory(organisation_name="First")
    MemberFactory(organisation_name="Second")

    response = signed_in(officer()).get(QUEUE, {"call__id__exact": first.call.pk})

    assert listed(response) == ["First"]


def test_queue_says_what_it_is_narrowed_to_and_how_to_widen_it():
    client = signed_in(officer())
    MemberFactory(organisation_name="Ministry")
    query = {"region": "EUR", "taken_by": "nobody", "q": "minis", "o": "1"}

    response = client.get(QUEUE, query)

    page = " ".join(response.content.decode().split())
    said = [(each.title, each.chosen) for each in response.context["narrowed_by"]]
    assert said == [("taken by", "Nobody"), ("ITU region", "Europe")]
    assert "ITU region: Europe" in page
    assert "found by “<bdi>minis</bdi>”" in page
    assert '<a href="/admin/members/member/">Show the whole queue</a>' in page
    without = [each.without for each in response.context["narrowed_by"]]
    assert without == ["?o=1&q=minis&region=EUR", "?o=1&q=minis&taken_by=nobody"]


def test_queue_narrowed_unasked_to_what_waits_says_so_and_leads_to_the_rest():
    client = signed_in(officer())
    member = MemberFactory(organisation_name="Admitted", status=MemberStatus.ADMITTED)
    MessageFactory(reference=member.reference, status=MessageStatus.FAILED)

    empty = client.get(QUEUE, {"mail_failed": "yes"})

    assert "No expression of interest is like this." in empty.content.decode()
    said = [(each.title, each.chosen) for each in empty.context["narrowed_by"]]
    assert said == [("status", "Waiting"), ("mail failed", "Yes")]
    everything = client.get(QUEUE + empty.context["narrowed_by"][0].without)
    assert listed(everything) == ["Admitted"]
    assert everything.context["narrowed_by"][0].chosen == "All"


def test_queue_as_it_opens_says_what_it_is():
    MemberFactory()

    response = signed_in(officer()).get(QUEUE)

    assert response.context["narrowed_by"] == []
    assert "Everything that waits for a decision" in response.content.decode()


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({}, "Nothing waits for a decision."),
        ({"region": "AFR"}, "No expression of interest is like this."),
        ({"q": "nobody"}, "No expression of interest is like this."),
    ],
)
def test_queue_without_a_file_says_what_to_do(query, words):
    response = signed_in(officer()).get(QUEUE, query)

    assert words in response.content.decode()


def test_queue_keeps_search_filters_and_order_for_each_other_and_for_the_files():
    members = MemberFactory.create_batch(60, country="CH")
    client = signed_in(officer())
    query = "region=EUR&q=organisation&o=1&p=2"

    response = client.get(f"{QUEUE}?{query}")

    page = response.content.decode()
    files = response.context["cl"]
    kept = f"?_changelist_filters={urlencode({'': query})[1:]}"
    links = [f"/admin/members/member/{member.pk}/change/{kept}" for member in files.result_list]
    assert len(links) == len(members) - 50
    assert [link in page for link in links] == [True] * len(links)
    for name, value in (("region", "EUR"), ("o", "1")):
        assert f'<input type="hidden" name="{name}" value="{value}">' in page
    # Another filter begins at the first page again, and keeps the rest.
    assert "?o=1&amp;q=organisation&amp;region=EUR&amp;taken_by=me" in page
    assert "?o=1&amp;p=1&amp;q=organisation&amp;region=EUR" in page


def test_queue_asks_the_same_queries_for_three_rows_and_for_nine():
    me = officer()
    client = signed_in(me)
    first = MemberFactory(assignee=me)
    MemberFactory.create_batch(2, call=first.call)
    client.get(QUEUE)
    with CaptureQueriesContext(connection) as for_three:
        client.get(QUEUE)
    MemberFactory.create_batch(3, call=first.call, status=MemberStatus.INFORMATION_REQUESTED)
    for member in MemberFactory.create_batch(3, call=first.call, assignee=UserFactory()):
        FocalPointFactory(member=member)
        MessageFactory(reference=member.reference)

    with CaptureQueriesContext(connection) as for_nine:
        client.get(QUEUE)

    assert len(for_nine) == len(for_three)


def test_actions_for_several_files_lead_back_to_the_list_that_they_were_chosen_in():
    member = FocalPointFactory().member
    chosen = {"action": "release", "index": 0, "_selected_action": [member.pk]}

    response = signed_in(officer()).post(f"{QUEUE}?region=EUR&o=1", chosen, follow=True)

    assert response.context["address_of_the_queue"] == f"{QUEUE}?region=EUR&o=1"
    assert f'href="{QUEUE}?region=EUR&amp;o=1"' in response.content.decode()
