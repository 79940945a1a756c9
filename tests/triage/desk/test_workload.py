"""The page that shows how many members each colleague has, and the one to reassign them."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils.timezone import localtime, now

from members.models import Call, MemberStatus, TimelineEntry
from tests.factories import (
    NOON,
    FocusAreaFactory,
    MemberFactory,
    UserFactory,
)
from tests.queries import queries_of
from tests.triage.staff import (
    QUEUE,
    coordinator,
    may,
    observer,
    officer,
    read,
    signed_in,
    told,
)
from triage.desk.services.work_queue import Reader, undecided_by_assignee
from triage.desk.services.workload import COUNTED_VIEWS, workload

DAY = timedelta(days=1)
ASKED = MemberStatus.INFORMATION_REQUESTED
WORKLOAD = reverse("admin:members_member_workload")
REASON = {"reason": "On leave."}


def page_of(colleague):
    return reverse("admin:members_member_reassign_all", args=[colleague.pk])


def numbers(rows):
    return {str(row.person or "nobody"): (*row.counts.values(), row.oldest_in_days) for row in rows}


def test_workload_counts_what_each_colleague_has_and_how_old_it_is():
    bo, ada = officer(name="Bo"), officer(name="Ada")
    gone = UserFactory(name="Gone", is_active=False)
    observer(name="Observer")
    # Nothing that waits is assigned to them any more.
    left = UserFactory(name="Left", is_active=False)
    MemberFactory(assignee=left, status=MemberStatus.DECLINED)
    MemberFactory(submitted_at=NOON - DAY)
    MemberFactory(submitted_at=NOON - 60 * DAY, assignee=bo)
    MemberFactory(submitted_at=NOON - 90 * DAY, replied_at=NOON - 3 * DAY, assignee=bo)
    MemberFactory(submitted_at=NOON - 80 * DAY, status=ASKED, assignee=bo)
    MemberFactory(submitted_at=NOON - 80 * DAY, status=ASKED, assignee=gone)
    MemberFactory(submitted_at=NOON - 80 * DAY, status=MemberStatus.ADMITTED, assignee=ada)

    reader = Reader(user=ada, calls=Call.objects.all(), at=NOON)
    rows = workload(undecided_by_assignee(reader, COUNTED_VIEWS), at=NOON)

    assert COUNTED_VIEWS == ("undecided", "needs_action", "overdue", "waiting_for_organisation")
    assert numbers(rows) == {
        "nobody": (1, 1, 0, 0, 1),
        "Ada": (0, 0, 0, 0, None),
        "Bo": (3, 2, 1, 1, 60),
        "Gone": (1, 0, 0, 1, None),
    }


def test_each_figure_leads_to_exactly_its_members():
    me, bo = officer(name="Me"), officer(name="Bo")
    # At midday, because the page counts days of the calendar, and the clocks change in between.
    today = localtime().replace(hour=12)
    for age, facts in ((60, {}), (1, {"replied_at": now()}), (70, {}), (2, {"status": ASKED})):
        for assignee in (bo, None):
            MemberFactory(submitted_at=today - age * DAY, assignee=assignee, **facts)
    client = signed_in(me)

    page = client.get(WORKLOAD)

    markup = read(page)
    for row in page.context["workload"]:
        for view, number in row.counts.items():
            link = f"{QUEUE}?view={view}&taken_by={row.assignee}"
            assert (f'<a href="{link}">'.replace("&", "&amp;") in markup) == bool(number)
            assert client.get(link).context["cl"].result_count == number
    oldest = f"{QUEUE}?view=needs_action&taken_by={bo.pk}&o=3"
    assert f'<a href="{oldest}">70 days</a>'.replace("&", "&amp;") in markup
    first = client.get(oldest).context["cl"].result_list[0]
    assert first.submitted_at == today - 70 * DAY


def test_workload_takes_the_same_queries_for_one_colleague_and_for_three():
    client = signed_in(officer())
    member = MemberFactory(assignee=officer())
    client.get(WORKLOAD)
    for_one = queries_of(client, WORKLOAD)
    for _n in range(2):
        MemberFactory(assignee=officer(), call=member.call)

    assert queries_of(client, WORKLOAD) == for_one


def test_workload_offers_reassigning_to_who_may_and_is_for_who_sees_every_member():
    bo = officer(name="Bo")
    MemberFactory(assignee=bo)
    client = signed_in(may(coordinator(FocusAreaFactory()), "reassign_all_member"))

    pages = [signed_in(user).get(WORKLOAD) for user in (officer(), observer())]
    refused = [client.get(page).status_code for page in (WORKLOAD, page_of(bo))]

    assert [page_of(bo) in page.text for page in pages] == [True, False]
    assert refused == [403, 403]


def test_page_says_what_will_happen_and_to_how_many():
    bo = officer(name="Bo Lind")
    officer(name="Ada Kent")
    shown = [MemberFactory(assignee=bo, submitted_at=NOON + number * DAY) for number in range(2)]
    shown.append(MemberFactory(assignee=bo, submitted_at=NOON + 3 * DAY, status=ASKED))
    MemberFactory(assignee=bo, status=MemberStatus.DECLINED)
    observer(name="Olga")

    page = signed_in(officer(name="Zoe")).get(page_of(bo))

    markup = read(page)
    assert "Reassign all members of <bdi>Bo Lind</bdi>" in markup
    assert "3 members that wait for a decision are assigned to Bo Lind." in markup
    assert (page.context["pending"], page.context["asked"]) == (2, 1)
    keys = ",".join(str(member.pk) for member in shown)
    assert f'<input type="hidden" name="members" value="{keys}">' in markup
    offered = [str(label) for _value, label in page.context["form"].fields["to"].choices]
    assert offered == ["---------", "Nobody: the members will be unassigned", "Ada Kent", "Zoe"]
    nothing = signed_in(officer()).get(page_of(officer(name="New")))
    assert "No member that waits for a decision is assigned to New." in nothing.text


def test_members_are_reassigned_and_what_was_skipped_is_said():
    bo, ada = officer(name="Bo"), officer(name="Ada")
    first, second = MemberFactory.create_batch(2, assignee=bo)
    decided = MemberFactory(reference="P2C-DECID2", assignee=bo, status=MemberStatus.DECLINED)
    keys = f"{first.pk},{second.pk},{decided.pk}"

    response = signed_in(officer()).post(
        page_of(bo), {"members": keys, "to": ada.pk, **REASON}, follow=True
    )

    signed_in(officer()).post(page_of(ada), {"members": second.pk, "to": "nobody", **REASON})

    assert response.redirect_chain == [(WORKLOAD, 302)]
    skipped = "1 member was skipped, because it was decided or reassigned after you opened the page"
    assert told(response) == ["2 members reassigned.", f"{skipped}: P2C-DECID2"]
    assert {*TimelineEntry.objects.values_list("member", flat=True)} == {first.pk, second.pk}
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.assignee, second.assignee) == (ada, None)


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"to": ""}, "Choose a colleague, or nobody."),
        ({"to": "0"}, "Select a valid choice. 0 is not one of the available choices."),
        ({"reason": ""}, "Give the reason."),
        ({"members": "1,x"}, "Open this page again."),
        ({"members": ""}, "Open this page again."),
        ({"members": ",".join("1" * 1_001)}, "Open this page again."),
    ],
)
def test_form_that_is_not_complete_comes_back_and_changes_nothing(given, error):
    bo, ada = officer(), officer()
    member = MemberFactory(assignee=bo)
    whole = {"members": member.pk, "to": ada.pk, **REASON}

    response = signed_in(officer()).post(page_of(bo), {**whole, **given})

    assert response.status_code == 422
    assert error in response.text
    member.refresh_from_db()
    assert member.assignee == bo


def test_what_a_colleague_reassigned_first_is_refused_with_the_reason():
    bo, ada = officer(name="Bo"), officer(name="Ada")
    member = MemberFactory(assignee=ada)

    response = signed_in(officer()).post(
        page_of(bo), {"members": member.pk, "to": ada.pk, **REASON}
    )

    assert response.status_code == 409
    assert "No member that waits for a decision is assigned to Bo any more." in response.text
    assert list(TimelineEntry.objects.all()) == []


def test_account_that_is_not_staff_has_no_page():
    assert signed_in(officer()).get(page_of(UserFactory(is_staff=False))).status_code == 404
