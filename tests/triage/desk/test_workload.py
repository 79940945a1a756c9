"""The table of the team, and the page to reassign the members of a colleague."""

from datetime import timedelta

import pytest
from django.db import connection
from django.urls import reverse
from django.utils.timezone import localdate, localtime, now

from members.models import Call, MemberStatus, TimelineEntry
from tests.factories import (
    NOON,
    FocusAreaFactory,
    HoldFactory,
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
from triage.desk.services.workload import COUNTED_VIEWS, TeamNumbers, team

DAY = timedelta(days=1)
ASKED = MemberStatus.INFORMATION_REQUESTED
WORKLOAD = reverse("admin:members_member_workload")
TEAM = reverse("admin:figures")
NOTHING_DONE = TeamNumbers({}, None)
REASON = {"reason": "On leave."}


def page_of(colleague):
    return reverse("admin:members_member_reassign_all", args=[colleague.pk])


def numbers(rows):
    return {str(row.person or "nobody"): tuple(row.counts.values()) for row in rows}


def test_team_counts_what_each_colleague_has_and_what_is_due():
    bo, ada = officer(name="Bo"), officer(name="Ada")
    gone = UserFactory(name="Gone", is_active=False)
    observer(name="Observer")
    # Nothing that waits is assigned to them any more.
    left = UserFactory(name="Left", is_active=False)
    MemberFactory(assignee=left, status=MemberStatus.DECLINED)
    # NOON is a Monday. Due on Friday, and on the Monday after it.
    MemberFactory(submitted_at=NOON - 10 * DAY, assignee=None)
    MemberFactory(submitted_at=NOON - 7 * DAY, assignee=ada)
    # On hold until tomorrow; the hold of another ended today.
    for days in (1, 0):
        member = MemberFactory(submitted_at=NOON - 70 * DAY, assignee=ada)
        HoldFactory(entry__member=member, ends_on=(NOON + days * DAY).date())
    # Overdue, and replied.
    MemberFactory(submitted_at=NOON - 60 * DAY, assignee=bo)
    MemberFactory(submitted_at=NOON - 90 * DAY, replied_at=NOON - 11 * DAY, assignee=bo)
    MemberFactory(submitted_at=NOON - 80 * DAY, status=ASKED, assignee=bo)
    MemberFactory(submitted_at=NOON - 80 * DAY, status=ASKED, assignee=gone)
    MemberFactory(submitted_at=NOON - 80 * DAY, status=MemberStatus.ADMITTED, assignee=ada)

    reader = Reader(user=ada, calls=Call.objects.all(), at=NOON)
    rows = team(undecided_by_assignee(reader, COUNTED_VIEWS), NOTHING_DONE, at=NOON)

    assert (
        *("undecided", "due_this_week", "on_hold", "waiting_for_organisation"),
    ) == COUNTED_VIEWS
    assert numbers(rows) == {
        "Ada": (3, 0, 1, 0),
        "Bo": (3, 1, 0, 1),
        "Gone": (1, 0, 0, 1),
        "nobody": (1, 1, 0, 0),
    }
    # Each number again, in SQL.
    # A Saturday, and the Sunday after it, in Geneva: what arrives then is due in this week.
    due = ("2021-10-10 22:00:00+00:00", "2021-10-17 22:00:00+00:00")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT assignee_id, COUNT(*), SUM(CASE WHEN status = 'pending' AND "
            "COALESCE(replied_at, submitted_at) >= %s AND COALESCE(replied_at, submitted_at) < %s "
            "THEN 1 ELSE 0 END), "
            "SUM(CASE WHEN EXISTS (SELECT 1 FROM triage_hold JOIN members_timelineentry e "
            "ON e.id = entry_id WHERE member_id = members_member.id AND ends_on > '2021-10-25') "
            "THEN 1 ELSE 0 END), "
            "SUM(CASE WHEN status = 'information_requested' THEN 1 ELSE 0 END) "
            "FROM members_member WHERE status IN ('pending', 'information_requested') GROUP BY 1",
            due,
        )
        in_sql = {pk: tuple(counts) for pk, *counts in cursor.fetchall()}
    assert in_sql == {
        row.person and row.person.pk: tuple(row.counts.values())
        for row in rows
        if any(row.counts.values())
    }


def test_team_shows_who_decided_on_the_call_and_forgets_yesterday():
    ada = UserFactory(name="Ada")
    people = [
        {
            "pk": ada.pk,
            "today": 3,
            "decided": 7,
            "answers": 8,
            "in_time": 7,
            "half_within": 2,
        }
    ]

    [today, _nobody] = team({}, TeamNumbers.of(people, NOON - timedelta(hours=1)), at=NOON)
    [later, _nobody] = team({}, TeamNumbers.of(people, NOON - DAY), at=NOON)

    assert (today.decided_today, today.decided, today.half_within, today.in_promise) == (
        3,
        7,
        2,
        87,
    )
    assert (later.person, later.decided_today, later.decided) == (ada, 0, 7)


def test_each_number_leads_to_exactly_its_members():
    me, bo = officer(name="Me"), officer(name="Bo")
    # At midday, because the page counts days of the calendar, and the clocks change in between.
    today = localtime().replace(hour=12)
    for age, facts in ((60, {}), (13, {}), (1, {"replied_at": now()}), (2, {"status": ASKED})):
        for assignee in (bo, None):
            MemberFactory(submitted_at=today - age * DAY, assignee=assignee, **facts)
    client = signed_in(me)

    page = client.get(TEAM)

    markup = read(page)
    for row in page.context["team"]:
        for view, number in row.counts.items():
            link = f"{QUEUE}?view={view}&taken_by={row.assignee}"
            assert f'<a href="{link}">'.replace("&", "&amp;") in markup or not number
            assert client.get(link).context["cl"].result_count == number
    assert f'<a href="{reverse("admin:members_member_share_out")}">Share out 4</a>' in markup


def test_old_address_of_the_workload_leads_to_the_team():
    response = signed_in(officer()).get(WORKLOAD)

    assert (response.status_code, response["Location"]) == (302, f"{TEAM}#team")


def test_team_says_who_is_away_and_what_they_read():
    bo = officer(name="Bo", away_until=localdate() + DAY)
    bo.read_languages.create(language="fr")
    officer(name="Ada", away_until=localdate() - DAY)

    page = signed_in(officer(name="Me")).get(TEAM)

    away = [(str(row.person), row.is_away, row.languages) for row in page.context["team"][:2]]
    assert away == [("Ada", False, "English"), ("Bo", True, "English, French")]
    assert page.text.count("away until") == 1


def test_team_takes_the_same_queries_for_one_colleague_and_for_three():
    client = signed_in(officer())
    member = MemberFactory(assignee=officer())
    client.get(TEAM)
    for_one = queries_of(client, TEAM)
    for _n in range(2):
        MemberFactory(assignee=officer(), call=member.call)

    assert queries_of(client, TEAM) == for_one


def test_team_offers_reassigning_to_who_may_and_is_for_who_sees_every_member():
    bo = officer(name="Bo")
    MemberFactory(assignee=bo)
    client = signed_in(may(coordinator(FocusAreaFactory()), "reassign_all_member"))

    pages = [signed_in(user).get(TEAM) for user in (officer(), observer())]
    refused = [client.get(page).status_code for page in (WORKLOAD, page_of(bo))]
    led = client.get(TEAM)

    assert [page_of(bo) in page.text for page in pages] == [True, False]
    assert refused == [403, 403]
    assert (led.status_code, led["Location"]) == (302, reverse("admin:figures_applied"))


def test_page_says_what_will_happen_and_to_how_many():
    bo = officer(name="Bo Lind")
    officer(name="Ada Kent")
    shown = [MemberFactory(assignee=bo, submitted_at=NOON + number * DAY) for number in range(2)]
    shown.append(MemberFactory(assignee=bo, submitted_at=NOON + 3 * DAY, status=ASKED))
    MemberFactory(assignee=bo, status=MemberStatus.DECLINED)
    observer(name="Olga")

    page = signed_in(officer(name="Zoe")).get(page_of(bo))

    markup = read(page)
    assert "Reassign all applicants of <bdi>Bo Lind</bdi>" in markup
    assert "3 applicants that wait for a decision are assigned to Bo Lind." in markup
    assert (page.context["pending"], page.context["asked"]) == (2, 1)
    keys = ",".join(str(member.pk) for member in shown)
    assert f'<input type="hidden" name="members" value="{keys}">' in markup
    offered = [str(label) for _value, label in page.context["form"].fields["to"].choices]
    assert offered == ["---------", "Nobody: the applicants will be unassigned", "Ada Kent", "Zoe"]
    nothing = signed_in(officer()).get(page_of(officer(name="New")))
    assert "No applicant that waits for a decision is assigned to New." in nothing.text


def test_members_are_reassigned_and_what_was_skipped_is_said():
    bo, ada = officer(name="Bo"), officer(name="Ada")
    first, second = MemberFactory.create_batch(2, assignee=bo)
    decided = MemberFactory(reference="P2C-DECID2", assignee=bo, status=MemberStatus.DECLINED)
    keys = f"{first.pk},{second.pk},{decided.pk}"

    response = signed_in(officer()).post(
        page_of(bo), {"members": keys, "to": ada.pk, **REASON}, follow=True
    )

    signed_in(officer()).post(page_of(ada), {"members": second.pk, "to": "nobody", **REASON})

    assert response.redirect_chain == [(f"{TEAM}#team", 302)]
    skipped = (
        "1 applicant was skipped, because it was decided or reassigned after you opened the page"
    )
    assert told(response) == ["2 applicants reassigned.", f"{skipped}: P2C-DECID2"]
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
    assert "No applicant that waits for a decision is assigned to Bo any more." in response.text
    assert list(TimelineEntry.objects.all()) == []


def test_account_that_is_not_staff_has_no_page():
    assert signed_in(officer()).get(page_of(UserFactory(is_staff=False))).status_code == 404
