"""The front page of the desk."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.utils import translation
from django.utils.timezone import now

from members.models import MemberStatus, SpamSignal
from outbox.models import CancelReason, MessageStatus
from tests.eoi.form import make_call, words_of
from tests.factories import (
    CallFactory,
    FocusAreaFactory,
    FollowUpFactory,
    LateRequestFactory,
    MemberFactory,
    MentionFactory,
    MessageFactory,
    PossibleDuplicateFactory,
    UserFactory,
)
from tests.triage.staff import coordinator, may, observer, officer, signed_in
from triage.desk.services import work_queue
from triage.desk.services.dashboard import WAITING, dashboard_context
from triage.follow_ups.models import FollowUpStep
from triage.statistics.services.snapshots import refresh_snapshots

FRONT = "/admin/"
DAY = timedelta(days=1)
NOTHING = {
    "needs_action": "Nothing is waiting for us",
    "overdue": "Nothing is overdue",
    "replied": "No replies to read",
    "unassigned": "Every waiting applicant is assigned",
    "mine": "No waiting applicant is assigned to you",
    "duplicates": "No possible duplicates",
    "suspected": "No possible spam",
    "waiting_for_organisation": "Nothing is waiting for an organisation",
    "to_close": "No closing is proposed",
    "messages_failed": "No undelivered messages",
}


@pytest.fixture
def call():
    return make_call(title="The latest call")


def front(user, **asked):
    refresh_snapshots(at=now())
    return signed_in(user).get(FRONT, asked)


def told(user):
    """What waits, by name, in the order of the page."""
    work = dashboard_context(user, at=now())
    items = [*filter(None, [work["next"]]), *work["queue"], *work["own"], *work["review"]]
    return {item["name"]: item for item in items}


ROLES = {
    "officer": officer,
    "observer": observer,
    "coordinator": lambda: coordinator(FocusAreaFactory(number=2)),
    "superuser": lambda: UserFactory(is_superuser=True),
    "without a group": UserFactory,
}


@pytest.mark.parametrize("role", ROLES)
def test_every_link_leads_somewhere(role, call):
    person = ROLES[role]()
    MemberFactory(call=call)
    MemberFactory(call=call, status=MemberStatus.INFORMATION_REQUESTED)
    client = signed_in(person)

    links = set(re.findall(r'<a [^>]*href="(/[^"#]*)', front(person).text))

    answers = {link: client.get(unescape(link), follow=True).status_code for link in links}
    assert len(answers) > 3
    assert {link for link, status in answers.items() if status != 200} == set()


def test_zero_is_said_kindly_and_leads_nowhere():
    waiting = told(officer())

    assert {name: item["text"] for name, item in waiting.items()} == NOTHING
    assert {item["address"] for item in waiting.values()} == {""}


def test_count_leads_to_a_list_of_exactly_that_many():
    me, colleague = officer(), officer()
    long_ago = now() - 60 * DAY
    for assignee in (None, None, me, me, me, colleague):
        MemberFactory(assignee=assignee, submitted_at=long_ago)
    MemberFactory(assignee=me, replied_at=now())
    for _n in range(2):
        MemberFactory(status=MemberStatus.INFORMATION_REQUESTED, assignee=me)
    FollowUpFactory(step=FollowUpStep.PROPOSE_CLOSING)
    FollowUpFactory(step=FollowUpStep.NOTIFY_OFFICER)
    for status in (MemberStatus.ADMITTED, MemberStatus.DECLINED, MemberStatus.WITHDRAWN):
        member = MemberFactory(status=status, assignee=me)
        MessageFactory(reference=member.reference, status=MessageStatus.FAILED)
    LateRequestFactory(requested_at=now(), draft__expires_at=now() + DAY)
    suspect = MemberFactory(assignee=me, spam_signal=SpamSignal.TOO_FAST)
    PossibleDuplicateFactory(earlier=suspect, later=MemberFactory(assignee=colleague))
    MentionFactory(entry__member=suspect, colleague=me)
    client = signed_in(me)

    waiting = told(me)

    numbers = {name: int(re.search(r"\d+", item["text"])[0]) for name, item in waiting.items()}
    lists = {name: client.get(item["address"]).context["cl"] for name, item in waiting.items()}
    # The opinions are no list of the admin: see tests/triage/opinions.
    assert set(numbers) == set(WAITING) - {"opinions"}
    assert {name: files.result_count for name, files in lists.items()} == numbers
    assert min(numbers.values()) > 0


def test_counts_have_thousands_separators_in_the_language_of_the_reader(monkeypatch):
    me = officer()
    MemberFactory()
    monkeypatch.setattr(work_queue, "count_together", lambda rows: dict.fromkeys(rows, 1234))

    with translation.override("en"):
        english = told(me)["messages_failed"]["text"]
    with translation.override("fr"):
        french = told(me)["messages_failed"]["text"]

    assert english == "1,234 undelivered messages"
    assert "1\xa0234" in french


@pytest.mark.parametrize(
    "facts",
    [
        {"reference": ""},
        {"reference": "draft-1"},
        {"topic": "P2C-TEST/assigned/user-1"},
        {"topic": "P2C-TEST/role-taken-over/entry-1/former-focal-point-1"},
        {"cancel_reason": CancelReason.LINKS_REVOKED},
    ],
)
def test_front_page_never_says_that_no_mail_failed_while_one_did(facts, call):
    MemberFactory(reference="P2C-TEST")
    message = MessageFactory(**{"status": MessageStatus.FAILED, **facts})

    client = signed_in(officer())
    text = words_of(client.get(FRONT))
    item = told(officer())["messages_failed"]

    assert "1 undelivered message" in text
    assert "No undelivered messages" not in text
    assert "No failed email" not in text
    assert list(client.get(item["address"]).context["cl"].result_list) == [message]


@pytest.mark.parametrize("person", [observer, lambda: UserFactory(is_superuser=True)])
def test_reader_of_every_member_sees_all_work(person, call):
    MemberFactory(call=call)

    waiting = told(person())

    # That no member has failed mail is implied by no failed mail at all. Nobody asks to be late,
    # no opinion is asked, and no note names the reader.
    assert set(waiting) == set(WAITING) - {"mail_failed", "late", "opinions", "mentions"}


def test_coordinator_sees_the_failed_mail_of_their_areas_and_nothing_of_the_queue(call):
    second, third = FocusAreaFactory(number=2), FocusAreaFactory(number=3)
    for area in (second, third, third):
        beyond = MemberFactory(call=call, status=MemberStatus.ADMITTED, focus_area=area)
    MemberFactory(call=call, first_choice=second)
    MessageFactory(reference=beyond.reference, status=MessageStatus.FAILED)
    LateRequestFactory(requested_at=now(), draft__expires_at=now() + DAY)

    response = front(coordinator(second))

    work = response.context
    assert (work["next"], work["queue"], work["own"]) == (None, [], [])
    [item] = work["review"]
    assert item["name"] == "mail_failed"
    assert item["text"] == "No failed email to the organisations that you can see"
    assert "workload" not in work
    numbers = {total.label: total.number for total in work["call_totals"]}
    assert numbers == {"Admitted": "1", "Withdrawn": "0"}


@pytest.mark.parametrize("person", [coordinator, lambda: may(UserFactory(), "view_call")])
def test_others_of_the_staff_see_no_work_but_the_tables(person, call):
    MemberFactory(call=call)

    response = front(person())

    assert response.status_code == 200
    assert "has_work" not in response.context
    assert "call_totals" not in response.context
    assert "Work queue" not in words_of(response)


def first_of(user):
    work = dashboard_context(user, at=now())["next"]
    return work and (work["name"], work["member"])


def test_next_is_a_reply_before_the_overdue_before_the_unassigned_before_the_rest(call):
    me, long_ago = officer(), now() - 60 * DAY
    nothing = first_of(me)
    waiting = MemberFactory(assignee=me, submitted_at=now())
    only_assigned = first_of(me)
    unassigned = MemberFactory(submitted_at=now())
    with_unassigned = first_of(me)
    MemberFactory(assignee=me, submitted_at=long_ago + DAY)
    overdue = MemberFactory(assignee=me, submitted_at=long_ago)
    with_overdue = first_of(me)
    MemberFactory(submitted_at=long_ago, replied_at=now())
    replied = MemberFactory(submitted_at=now() - 3 * DAY, replied_at=now() - 2 * DAY)

    assert nothing is None
    assert only_assigned == ("needs_action", waiting)
    assert with_unassigned == ("unassigned", unassigned)
    assert with_overdue == ("overdue", overdue)
    assert first_of(me) == ("replied", replied)


def test_next_opens_the_first_member_in_its_list(call):
    me = officer()
    for days in (1, 2):
        member = MemberFactory(
            submitted_at=now() - 9 * DAY,
            replied_at=now() - days * DAY,
            organisation_name=f"Replied {days}",
        )
    MemberFactory(submitted_at=now() - 20 * DAY)

    response = front(me)

    [url] = re.findall(r'href="([^"]+)">Open the first applicant<', response.text)
    page = signed_in(me).get(unescape(url))
    assert page.context["member"] == member
    assert "Replied 2 , waiting for us: 2 days" in words_of(response)
    assert {row.member.organisation_name for row in page.context["rows"]} == {
        "Replied 1",
        "Replied 2",
    }


def test_call_is_summed_up_with_the_days_left_and_a_link_to_its_figures(call):
    for status in (MemberStatus.ADMITTED, MemberStatus.DECLINED, MemberStatus.PENDING):
        MemberFactory(call=call, status=status)
    person, area = officer(), FocusAreaFactory(number=2)
    LogEntry.objects.log_actions(person.pk, [area], CHANGE, "Changed", single_object=True)

    response = front(person)

    text = words_of(response)
    # They would lack the decisions.
    assert "Recent actions" not in text
    assert "days left, until" in text
    numbers = {total.label: total.number for total in response.context["call_totals"]}
    assert (numbers["Received"], numbers["Not decided yet"]) == ("3", "1")
    assert '<a href="/admin/figures/">All figures</a>' in response.text


@pytest.mark.parametrize(("hours", "is_left"), [(1, True), (-1, False)])
def test_days_left_are_shown_until_the_grace_period_is_over(hours, is_left):
    CallFactory(
        opens_at=now() - 7 * DAY,
        closes_at=now() - DAY,
        grace_ends_at=now() + timedelta(hours=hours),
    )

    assert front(officer()).context["call_is_open"] is is_left
