from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import resolve, reverse

from focus_areas.models import FocusArea
from members.models import UNDECIDED_STATUSES, Member, MemberStatus, TimelineKind
from tests.factories import (
    NOON,
    FocalPointFactory,
    MemberFactory,
    PossibleDuplicateFactory,
    TimelineEntryFactory,
    UserFactory,
)
from tests.triage.staff import QUEUE, address, coordinator, officer, signed_in, told
from triage.staff_pages.previous_next import list_around, previous_and_next

LISTS = [
    "",
    "q=office&taken_by=nobody&o=1",
    # The best match first.
    "q=2",
    "q=office 2&view=undecided",
    "view=undecided",
    # Some columns of the list's order, and both directions of one that may be null.
    *(f"view=all&o={column}" for column in (-2, 4, -4, 5)),
    "o=2.-1",
]


@pytest.fixture
def _files():
    """Members that have most ordered columns in common, and differ in the rest."""
    holders = [UserFactory(name="Bo"), UserFactory(name="Ada"), None]
    areas = [FocusArea.objects.get(number=number) for number in (2, 1)]
    statuses = [
        MemberStatus.PENDING,
        MemberStatus.PENDING,
        MemberStatus.INFORMATION_REQUESTED,
        MemberStatus.ADMITTED,
    ]
    for number in range(12):
        status = statuses[number % 4]
        is_back = status == MemberStatus.PENDING and number % 3 == 0
        member = MemberFactory(
            organisation_name=f"Office {number * 5 % 4}",
            status=status,
            submitted_at=NOON - timedelta(hours=number % 5),
            replied_at=NOON - timedelta(minutes=number % 2) if is_back else None,
            assignee=holders[number % 3],
            first_choice=areas[number % 2],
            country=["CH", "NP", "FR"][number % 3],
        )
        FocalPointFactory(member=member)
        if status == MemberStatus.INFORMATION_REQUESTED:
            TimelineEntryFactory(member=member, kind=TimelineKind.INFORMATION_REQUESTED, at=NOON)


def file(member, came_from=""):
    query = f"?{urlencode({'_changelist_filters': came_from})}" if came_from else ""
    return address("change", member) + query


def following(member, came_from=""):
    """The address that leads from a member to the next one to work on."""
    return address("next", member) + file(member, came_from).removeprefix(file(member))


def opened(page, user):
    """Return the request for the page of a member, and the member."""
    request = RequestFactory().get(page)
    request.user, request.resolver_match = user, resolve(request.path)
    return request, Member.objects.with_waiting_since().get(**request.resolver_match.kwargs)


def neighbours_at(page, user):
    """Return the key of a member, and the next and previous ones on its page."""
    request, member = opened(page, user)
    return member.pk, previous_and_next(request, member)


def walk(user, page):
    """Go from member to member, and return their keys and the previous one of each."""
    keys, back = [], []
    while page:
        key, neighbours = neighbours_at(page, user)
        assert key not in keys
        keys.append(key)
        back.append(neighbours.previous)
        page = neighbours.next
    return keys, back


@pytest.mark.usefixtures("_files")
@pytest.mark.parametrize("came_from", LISTS)
def test_file_stands_where_it_is_in_the_list_that_one_came_from(came_from, monkeypatch):
    monkeypatch.setattr("triage.staff_pages.previous_next.ROWS_BEFORE", 2)
    monkeypatch.setattr("triage.staff_pages.previous_next.ROWS_AFTER", 3)
    user = officer()
    client = signed_in(user)
    files = list(client.get(f"{QUEUE}?{came_from}").context["cl"].result_list)
    assert len(files) > 3

    there, back = walk(user, file(files[0], came_from))
    around = [list_around(*opened(file(member, came_from), user)) for member in files]
    page = client.get(file(files[2], came_from))

    assert there == [member.pk for member in files]
    assert back == ["", *(file(member, came_from) for member in files[:-1])]
    assert [(part.before, part.after) for part in around] == [
        (files[max(place - 2, 0) : place], files[place + 1 : place + 4])
        for place in range(len(files))
    ]
    is_work = files[2].status in UNDECIDED_STATUSES
    step = following(files[2], came_from) if is_work else file(files[3], came_from)
    assert page.context["neighbours"].next == step
    rows = page.context["rows"]
    assert [row.member for row in rows] == files[:6]
    assert [row.member for row in rows if row.is_current] == [files[2]]
    assert rows[0].url == file(files[0], came_from)


@pytest.mark.usefixtures("_files")
def test_coordinator_is_led_to_no_file_of_another_area():
    first, second = (FocusArea.objects.get(number=number) for number in (1, 2))
    for number, area in enumerate((first, second, first)):
        member = MemberFactory(
            status=MemberStatus.ADMITTED,
            focus_area=area,
            submitted_at=NOON + timedelta(days=number),
        )
        FocalPointFactory(member=member)
    ours = list(Member.objects.filter(focus_area=second).order_by("submitted_at", "pk"))

    there, _back = walk(coordinator(second), file(ours[0]))

    assert there == [member.pk for member in ours]


def test_file_that_is_in_no_queue_any_more_has_its_place_in_it():
    client = signed_in(officer())
    old, admitted, new = (
        FocalPointFactory(
            member=MemberFactory(submitted_at=NOON + timedelta(hours=hours), status=status)
        ).member
        for hours, status in enumerate(("pending", "admitted", "pending"))
    )

    neighbours = client.get(file(admitted)).context["neighbours"]

    assert (neighbours.previous, neighbours.next) == (file(old), file(new))


@pytest.mark.parametrize(
    ("altered", "status"),
    [
        ("o=x", 200),
        ("q=%00", 200),
        ("call__id__exact=x", 200),
        # The list refuses this too.
        ("focal_points__email__regex=a", 400),
    ],
)
def test_address_that_somebody_altered_is_no_error(altered, status):
    member = FocalPointFactory().member

    assert signed_in(officer()).get(file(member, altered)).status_code == status


def test_file_and_decision_lead_back_to_the_list_as_it_was():
    member = FocalPointFactory().member
    client = signed_in(officer())
    came_from = "region=EUR&q=organisation&o=1&p=1"
    back = f"{QUEUE}?{came_from}"
    links = client.get(back).context["cl"]
    assert links.result_count == 1

    page = client.get(file(member, came_from))
    decision = client.get(
        reverse("admin:members_member_take", args=[member.pk]), {"_changelist_filters": came_from}
    )
    taken = client.post(decision.wsgi_request.get_full_path(), {"decide": "1", "version": "1"})

    href = back.replace("&", "&amp;")
    for response in (page, decision, client.get(taken["Location"])):
        assert f'href="{href}"' in response.text
    assert taken["Location"] == file(member, came_from)


def test_draft_that_is_saved_and_pair_that_is_settled_lead_back_with_the_list():
    pair, client = PossibleDuplicateFactory(same_name=True), signed_in(officer())
    FocalPointFactory(member=pair.earlier)
    with_list = f"?{urlencode({'_changelist_filters': 'q=organisation'})}"
    draft = address("decline", pair.earlier) + with_list

    saved = client.post(draft, {"save_draft": "1", "version": "1"})
    settled = client.post(address("set_apart", pair.earlier, pair.later) + with_list)

    assert saved["Location"] == draft
    assert settled["Location"] == address("change", pair.earlier) + with_list


def decided(client, member, came_from="", *, value="next"):
    """Assign a member, and return the URL of the redirect."""
    query = f"?{urlencode({'_changelist_filters': came_from})}" if came_from else ""
    sent = {"decide": value, "version": str(member.version)}
    return client.post(address("take", member) + query, sent, follow=True)


@pytest.fixture
def two():
    return [
        FocalPointFactory(
            member__organisation_name=name,
            member__reference=f"P2C-{name}",
            member__submitted_at=NOON + timedelta(hours=hours),
        ).member
        for hours, name in enumerate(("FIRST2", "SECND2"))
    ]


def test_decision_leads_on_to_the_next_file_or_to_the_list_or_back_to_the_file(two):
    first, second = two
    client, of_nobody = signed_in(officer()), "taken_by=nobody"

    onwards = decided(client, first, of_nobody)
    at_the_end = decided(client, second, of_nobody)
    Member.objects.update(assignee=None, version=first.version)
    back = decided(client, first, value="1")

    assert onwards.redirect_chain == [(file(second, of_nobody), 302)]
    assert told(onwards) == ["P2C-FIRST2 · FIRST2: You are now the assignee."]
    assert at_the_end.redirect_chain == [(f"{QUEUE}?{of_nobody}", 302)]
    assert told(at_the_end) == ["P2C-SECND2 · SECND2: You are now the assignee."]
    assert back.redirect_chain == [(file(first), 302)]
    assert told(back) == ["You are now the assignee."]


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite explains nothing")
@pytest.mark.parametrize(
    ("came_from", "index"),
    [("", "members_member_waiting"), ("view=all", "members_member_oldest_first")],
)
@pytest.mark.parametrize("part", ["SELECT COALESCE((", "UNION ALL"])
def test_neighbours_are_answered_from_the_index_of_the_list(came_from, index, part):
    user = officer()
    member = FocalPointFactory().member
    page = file(member, came_from)
    with CaptureQueriesContext(connection) as queries:
        neighbours_at(page, user)
        signed_in(user).get(page)
    # The bar counts in one query too.
    asked = [each["sql"] for each in queries if part in each["sql"]]
    [query] = [sql for sql in asked if "COUNT(" not in sql]
    with connection.cursor() as cursor:
        # With few rows, it would scan or sort them, depending on its cost estimate.
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")
        cursor.execute("SET LOCAL enable_sort = off")
        cursor.execute(f"EXPLAIN {query}")
        plan = "\n".join(row for (row,) in cursor.fetchall())

    assert f"using {index}" in plan
    assert "Seq Scan on members_member" not in plan
    assert "Sort" not in plan
