"""The front page of the desk, and the daily digest of what waits."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape
from zoneinfo import ZoneInfo

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.utils import translation
from django.utils.timezone import now

from members.models import MemberStatus, SpamSignal
from outbox.models import CancelReason, Message, MessageStatus
from outbox.services.rendering import as_text
from tests.eoi.form import make_call, words_of
from tests.factories import (
    CallFactory,
    FocusAreaFactory,
    FollowUpFactory,
    InvitationFactory,
    LateRequestFactory,
    MemberFactory,
    MessageFactory,
    OpinionRequestFactory,
    PossibleDuplicateFactory,
    UserFactory,
)
from tests.triage.staff import QUEUE, coordinator, may, observer, officer, signed_in
from triage.desk.services import work_queue
from triage.desk.services.daily_digest import is_digest_time, send_daily_digests
from triage.desk.services.dashboard import WAITING, dashboard_context
from triage.follow_ups.models import FollowUpStep
from triage.statistics.services.snapshots import refresh_snapshots

FRONT = "/admin/"
DAY = timedelta(days=1)
NOTHING = {
    "needs_action": "Nothing is waiting for us",
    "overdue": "Nothing is overdue",
    "replied": "No replies to read",
    "unassigned": "Every waiting member is assigned",
    "mine": "No waiting member is assigned to you",
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
    monkeypatch.setattr(work_queue, "_count_together", lambda rows: dict.fromkeys(rows, 1234))

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
    # and no opinion is asked.
    assert set(waiting) == set(WAITING) - {"mail_failed", "late", "opinions"}


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
    assert item["text"] == "No failed email to the members that you can see"
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

    [url] = re.findall(r'href="([^"]+)">Open the first member<', response.text)
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


# Monday, 7:00 in Geneva, in summer.
SEVEN = datetime(2021, 10, 25, 5, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


def digests():
    return list(Message.objects.filter(topic__startswith="digest/").order_by("pk"))


def lines_of(message):
    """The lines of the digest, and the list that each one links to."""
    lines = [line for line in as_text(message.body).splitlines() if line.startswith("- ")]
    return [tuple(line.removeprefix("- ").removesuffix(">").split(" <")) for line in lines]


def something_waits():
    MemberFactory(submitted_at=SEVEN - HOUR)


def test_officer_is_told_what_waits_as_the_front_page_counts_it():
    amina = officer(name="Amina Diallo", email="amina@example.org")
    OpinionRequestFactory(asked_of=amina, member__assignee=officer(wants_digest=False))
    long_ago = SEVEN - timedelta(days=60)
    MemberFactory(submitted_at=long_ago)
    MemberFactory(assignee=amina, submitted_at=SEVEN - HOUR, replied_at=SEVEN - HOUR)
    MemberFactory(assignee=amina, submitted_at=SEVEN - HOUR)
    FollowUpFactory(
        step=FollowUpStep.PROPOSE_CLOSING, entry__member__assignee=officer(wants_digest=False)
    )
    failed = MemberFactory(status=MemberStatus.DECLINED)
    MessageFactory(reference=failed.reference, status=MessageStatus.FAILED)

    assert send_daily_digests(at=SEVEN) == 1

    (mail,) = digests()
    assert (mail.topic, mail.recipient, mail.recipient_name, mail.language, mail.reference) == (
        f"digest/user-{amina.pk}/2021-10-25",
        "amina@example.org",
        "Amina Diallo",
        "en",
        "",
    )
    assert mail.expires_at == SEVEN + 5 * HOUR
    assert "Dear Amina Diallo," in mail.body
    assert "http://testserver/accounts/preferences/" in mail.body
    here = f"http://testserver{QUEUE}"
    assert lines_of(mail) == [
        ("1 opinion is asked of you", f"{here}opinions/"),
        ("1 member is unassigned", f"{here}?view=unassigned"),
        ("2 members are assigned to you", f"{here}?view=mine"),
        ("1 member is overdue", f"{here}?view=overdue"),
        ("1 organisation has replied to our request", f"{here}?view=replied"),
        ("Email to 1 organisation failed", f"{here}?view=mail_failed"),
        ("Closing is proposed for 1 member", f"{here}?view=waiting_for_organisation&to_close=yes"),
    ]


def test_digest_comes_once_a_day_from_seven_however_often_it_is_asked_for():
    something_waits()
    officer()

    counts = [send_daily_digests(at=SEVEN + minutes * MINUTE) for minutes in (-1, 0, 0, 10, 200)]

    assert counts == [0, 1, 0, 0, 0]
    assert send_daily_digests(at=SEVEN + 24 * HOUR) == 1


def test_digest_comes_from_monday_to_friday():
    user, monday = UserFactory.build(time_zone="UTC"), datetime(2021, 10, 25, 7, tzinfo=UTC)

    days = [is_digest_time(user, monday + number * 24 * HOUR) for number in range(7)]

    assert days == [True] * 5 + [False] * 2


def test_digest_is_for_those_who_are_here_and_want_it_and_may_take_files():
    something_waits()
    for facts in ({"is_active": False}, {"is_staff": False}, {"wants_digest": False}):
        officer(**facts)
    InvitationFactory(user=officer())
    observer()
    # Nothing of what waits is theirs.
    may(coordinator(FocusAreaFactory()), "take_member")
    UserFactory()
    root = UserFactory(is_superuser=True)

    assert send_daily_digests(at=SEVEN) == 1

    assert [mail.recipient for mail in digests()] == [root.email]


@pytest.mark.parametrize(
    ("language", "written_in", "greeting"), [("fr", "fr", "Bonjour"), ("ar", "en", "Dear")]
)
def test_digest_is_in_the_language_of_its_reader_if_pages_have_it(language, written_in, greeting):
    something_waits()
    officer(language=language)

    send_daily_digests(at=SEVEN)

    (mail,) = digests()
    assert (mail.language, mail.preferred_language) == (written_in, "")
    assert greeting in mail.body


@pytest.mark.parametrize(
    ("zone", "first"),
    [
        ("Asia/Kathmandu", datetime(2021, 10, 25, 1, 15, tzinfo=UTC)),
        ("Asia/Kolkata", datetime(2021, 10, 25, 1, 30, tzinfo=UTC)),
        ("Pacific/Chatham", datetime(2021, 10, 24, 17, 15, tzinfo=UTC)),
        ("Pacific/Kiritimati", datetime(2021, 10, 24, 17, tzinfo=UTC)),
        ("Pacific/Pago_Pago", datetime(2021, 10, 25, 18, tzinfo=UTC)),
        # The Monday after the clocks went back, and the one after they went forward.
        ("Europe/Zurich", datetime(2021, 11, 1, 6, tzinfo=UTC)),
        ("Europe/Zurich", datetime(2022, 3, 28, 5, tzinfo=UTC)),
        ("America/New_York", datetime(2021, 11, 8, 12, tzinfo=UTC)),
    ],
)
def test_morning_begins_at_seven_on_the_clock_of_each(zone, first):
    user = UserFactory.build(time_zone=zone)

    assert not is_digest_time(user, first - MINUTE)
    assert is_digest_time(user, first)
    assert is_digest_time(user, first + 5 * HOUR - MINUTE)
    assert not is_digest_time(user, first + 5 * HOUR)


def test_day_and_noon_are_those_of_the_reader():
    something_waits()
    reader = officer(time_zone="Pacific/Kiritimati")

    send_daily_digests(at=datetime(2021, 10, 24, 17, tzinfo=UTC))

    (mail,) = digests()
    assert mail.topic == f"digest/user-{reader.pk}/2021-10-25"
    assert mail.expires_at == datetime(2021, 10, 25, 12, tzinfo=ZoneInfo("Pacific/Kiritimati"))


def test_run_costs_the_same_for_each_reader(django_assert_max_num_queries):
    something_waits()
    costs = []
    for number in (0, 1, 3):
        for _n in range(number):
            officer()
        Message.objects.all().delete()
        with django_assert_max_num_queries(200) as asked:
            send_daily_digests(at=SEVEN)
        costs.append(len(asked))

    # Written messages, calls and templates are read once for any number of recipients.
    none, one, four = costs
    assert none == 1
    assert four - one == 3 * (one - none - 3)
    assert one <= 16
