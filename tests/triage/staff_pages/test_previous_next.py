from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import resolve, reverse

from focus_areas.models import FocusArea
from members.models import Member, MemberStatus, TimelineEntry, TimelineKind
from tests.factories import (
    NOON,
    FocalPointFactory,
    MemberFactory,
    PossibleDuplicateFactory,
    TimelineEntryFactory,
    UserFactory,
)
from tests.triage.staff import QUEUE, coordinator, officer, signed_in, told
from triage.staff_pages.previous_next import previous_and_next

LISTS = [
    "",
    "status=all",
    "status=information_requested",
    "region=EUR",
    "q=office",
    "q=office&taken_by=nobody&o=1",
    "waiting_on=us&replied=no",
    # Each column that orders the list, and both ways those that may have nothing in them.
    *(f"status=all&o={column}" for column in (1, -2, 3, 4, -4, 5, -5, -8)),
    "o=2.-1",
]


@pytest.fixture
def _files():
    """Files that share most of what a list is ordered by, and differ in the rest."""
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
    page = reverse("admin:members_member_change", args=[member.pk])
    return f"{page}?{urlencode({'_changelist_filters': came_from})}" if came_from else page


def neighbours_at(address, user):
    """Return the key of a file, and what its page has for the way on and back."""
    request = RequestFactory().get(address)
    request.user, request.resolver_match = user, resolve(request.path)
    member = Member.objects.get(**request.resolver_match.kwargs)
    return member.pk, previous_and_next(request, member)


def walk(user, address):
    """Go on from file to file, and return their keys and what each has for the way back."""
    keys, back = [], []
    while address:
        key, neighbours = neighbours_at(address, user)
        assert key not in keys
        keys.append(key)
        back.append(neighbours.previous)
        address = neighbours.next
    return keys, back


@pytest.mark.usefixtures("_files")
@pytest.mark.parametrize("came_from", LISTS)
def test_next_and_previous_go_through_the_list_that_one_came_from(came_from):
    user = officer()
    client = signed_in(user)
    files = list(client.get(f"{QUEUE}?{came_from}").context["cl"].result_list)

    there, back = walk(user, file(files[0], came_from))

    assert len(files) >= 3
    page = client.get(file(files[0], came_from))
    assert page.context["neighbours"].next == file(files[1], came_from)
    assert there == [member.pk for member in files]
    assert back == ["", *(file(member, came_from) for member in files[:-1])]


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


@pytest.mark.parametrize("nonsense", ["o=x", "status=nonsense", "q=%00", "call__id__exact=x"])
def test_address_that_somebody_altered_is_no_error(nonsense):
    member = FocalPointFactory().member

    response = signed_in(officer()).get(file(member, nonsense))

    assert response.status_code == 200


def test_list_that_asks_for_what_no_filter_offers_is_refused_here_too():
    member = FocalPointFactory().member

    response = signed_in(officer()).get(file(member, "focal_points__email__regex=a"))

    assert response.status_code == 400


def test_file_and_decision_lead_back_to_the_list_as_it_was():
    member = FocalPointFactory().member
    client = signed_in(officer())
    came_from = "region=EUR&q=organisation&o=1&p=1"
    back = f"{QUEUE}?{came_from}"
    links = client.get(back).context["cl"]
    assert links.result_count == 1

    page = client.get(file(member, came_from))
    decision = client.get(
        reverse("admin:members_member_take", args=[member.pk]),
        {"_changelist_filters": came_from},
    )
    taken = client.post(decision.wsgi_request.get_full_path(), {"decide": "1", "version": "1"})

    href = back.replace("&", "&amp;")
    for response in (page, decision, client.get(taken["Location"])):
        assert f'href="{href}"' in response.content.decode()
    assert taken["Location"] == file(member, came_from)


def test_draft_that_is_saved_leads_back_with_the_list():
    member = FocalPointFactory().member
    page = reverse("admin:members_member_decline", args=[member.pk])
    address = f"{page}?{urlencode({'_changelist_filters': 'q=organisation'})}"

    saved = signed_in(officer()).post(address, {"save_draft": "1", "version": "1"})

    assert saved["Location"] == address


@pytest.mark.parametrize("step", ["set_apart", "propose_again"])
def test_pair_that_is_settled_leads_back_with_the_list(step):
    pair = PossibleDuplicateFactory(same_name=True)
    client, came_from = signed_in(officer()), "duplicates=yes"
    page = reverse(f"admin:members_member_{step}", args=[pair.earlier_id, pair.later_id])
    address = f"{page}?{urlencode({'_changelist_filters': came_from})}"

    settled = client.post(address)

    assert settled["Location"] == file(pair.earlier, came_from)


def test_file_leads_to_what_it_resembles_and_to_its_duplicates_with_the_list():
    pair = PossibleDuplicateFactory(same_name=True)
    FocalPointFactory(member=pair.earlier)
    closed = MemberFactory(
        status=MemberStatus.CLOSED, closing_reason="duplicate", duplicate_of=pair.earlier
    )

    page = signed_in(officer()).get(file(pair.earlier, "q=x")).content.decode()

    kept = urlencode({"_changelist_filters": "q=x"})
    both = [pair.earlier_id, pair.later_id]
    pages = [
        reverse("admin:members_member_change", args=[pair.later_id]),
        reverse("admin:members_member_change", args=[closed.pk]),
        reverse("admin:members_member_compare", args=both),
        reverse("admin:members_member_close_as_duplicate", args=both),
        reverse("admin:members_member_set_apart", args=both),
    ]
    for address in pages:
        assert f'"{address}?{kept}"' in page


def decided(client, member, came_from="", *, value="next"):
    """Take a file, and return where that leads."""
    page = reverse("admin:members_member_take", args=[member.pk])
    query = f"?{urlencode({'_changelist_filters': came_from})}" if came_from else ""
    return client.post(page + query, {"decide": value, "version": str(member.version)}, follow=True)


@pytest.fixture
def two():
    return [
        FocalPointFactory(
            member=MemberFactory(
                organisation_name=name, reference=f"P2C-{name}", submitted_at=NOON + n * HOUR
            )
        ).member
        for n, name in enumerate(("FIRST2", "SECND2"))
    ]


HOUR = timedelta(hours=1)


def test_decision_leads_on_to_the_next_file_and_says_which_it_was(two):
    client = signed_in(officer())
    first, second = two

    response = decided(client, first, "taken_by=nobody")

    assert response.redirect_chain == [(file(second, "taken_by=nobody"), 302)]
    assert told(response) == ["P2C-FIRST2 · FIRST2: You have this file."]


def test_decision_on_the_last_file_leads_back_to_the_list(two):
    client = signed_in(officer())
    _first, second = two

    response = decided(client, second, "taken_by=nobody")

    assert response.redirect_chain == [(f"{QUEUE}?taken_by=nobody", 302)]
    assert told(response) == ["P2C-SECND2 · SECND2: You have this file."]


def test_decision_without_going_on_leads_back_to_the_file(two):
    client = signed_in(officer())
    first, _second = two

    response = decided(client, first, value="1")

    assert response.redirect_chain == [(file(first), 302)]
    assert told(response) == ["You have this file."]


def test_decision_that_is_refused_leads_nowhere(two):
    client = signed_in(officer())
    first, _second = two
    Member.objects.filter(pk=first.pk).update(version=5)

    response = decided(client, first)

    assert (response.status_code, response.redirect_chain) == (409, [])
    assert list(TimelineEntry.objects.all()) == []


def test_neighbours_are_found_by_the_same_queries_among_three_files_and_nine():
    client = signed_in(officer())
    members = [MemberFactory(submitted_at=NOON + timedelta(hours=number)) for number in range(3)]
    FocalPointFactory(member=members[1])
    client.get(file(members[1], "region=EUR"))
    with CaptureQueriesContext(connection) as among_three:
        client.get(file(members[1], "region=EUR"))
    MemberFactory.create_batch(6, call=members[0].call)

    with CaptureQueriesContext(connection) as among_nine:
        client.get(file(members[1], "region=EUR"))

    assert len(among_nine) == len(among_three)


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite explains nothing")
@pytest.mark.parametrize(
    ("came_from", "index"),
    [("", "members_member_waiting"), ("status=all", "members_member_oldest_first")],
)
def test_neighbours_are_answered_from_the_index_of_the_list(came_from, index):
    client = signed_in(officer())
    member = FocalPointFactory().member
    with CaptureQueriesContext(connection) as queries:
        client.get(file(member, came_from))
    [query] = [each["sql"] for each in queries if each["sql"].startswith("SELECT COALESCE((")]
    with connection.cursor() as cursor:
        # With so few rows it would read them all, or sort them, whichever it counts as cheaper.
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")
        cursor.execute("SET LOCAL enable_sort = off")
        cursor.execute(f"EXPLAIN {query}")
        plan = "\n".join(row for (row,) in cursor.fetchall())

    assert f"using {index}" in plan
    assert "Sort" not in plan
