"""Staff remind a lead of an overdue report, at most once in a week."""

from datetime import timedelta

import pytest

from commitments.models import CommitmentStatus, EventKind
from commitments.services.conditions import update_condition
from commitments.services.overdue_reports import asked_about, with_requests
from commitments.services.report_reminders import remind, reminders_for
from commitments.services.report_requests import ask_for_reports, cancel_expired_requests
from core.addresses import normalise_address
from core.conflicts import Refused
from members.models import MemberStatus
from members.services.conflicts import WrongStatus
from outbox.models import Message, MessageStatus, Queue
from tests.commitments.reporting import (
    DAY,
    FIRST_DUE,
    a_commitment,
    at,
    path_of,
    reporter,
    sent,
    text_of,
)
from tests.factories import (
    FocalPointFactory,
    MemberFactory,
    SuppressedAddressFactory,
    UserFactory,
)
from tests.races import POSTGRESQL_ONLY, overtaken

NOW = at(FIRST_DUE + 10 * DAY)
A_SECOND = timedelta(seconds=1)


def an_overdue(**facts):
    commitment = a_commitment(**facts)
    update_condition(commitment, at=NOW)
    return commitment


@pytest.fixture
def commitment():
    return an_overdue()


@pytest.fixture
def officer():
    return UserFactory(name="Ada Lovelace")


def suppress(*people):
    for person in people:
        SuppressedAddressFactory(address=normalise_address(person.email))


def test_reminder_goes_to_both_focal_points_with_links_of_their_own(commitment, officer):
    event = remind(commitment=commitment, by=officer, at=NOW)

    first, second = commitment.lead.focal_points.order_by("is_alternate")
    french, english = Message.objects.order_by("pk")
    assert (french.recipient, english.recipient) == (first.email, second.email)
    assert english.subject == "Report overdue: Digital skills for 1,000 teachers"
    assert f"http://testserver{path_of(commitment, second)}" in text_of(english)
    assert (english.queue, english.expires_at) == (Queue.MAIL, NOW + timedelta(days=30))
    facts = (event.kind, event.by_user, event.note, event.is_shared)
    assert facts == (EventKind.REPORT_ASKED, officer, "2025-03-01", True)


def test_reminder_passes_over_a_suppressed_address(commitment, officer):
    suppress(reporter(commitment))

    remind(commitment=commitment, by=officer, at=NOW)

    assert Message.objects.get().recipient != reporter(commitment).email


def test_reminder_goes_to_other_contacts_if_no_focal_point_can_be_reached(commitment, officer):
    lead = commitment.lead
    suppress(*lead.focal_points.all())
    member = MemberFactory(
        status=MemberStatus.ADMITTED,
        organisation_name=lead.organisation_name,
        country=lead.country,
    )
    other = FocalPointFactory(member=member)

    remind(commitment=commitment, by=officer, at=NOW)

    message = Message.objects.get()
    assert (message.recipient, message.private_links) == (other.email, "")
    assert message.subject == "Who reports now: Digital skills for 1,000 teachers"


def test_second_reminder_within_a_week_says_when_and_by_whom_it_was(commitment, officer):
    remind(commitment=commitment, by=officer, at=NOW)

    with pytest.raises(Refused) as refusal:
        remind(commitment=commitment, by=UserFactory(), at=NOW + 7 * DAY - A_SECOND)

    assert refusal.value.code == "asked_lately"
    assert str(refusal.value) == (
        "Ada Lovelace reminded the lead on 11 Mar 2025, 13:00 Geneva (UTC+1). A reminder is "
        "possible again on 18 Mar 2025, 13:00 Geneva (UTC+1)."
    )
    assert Message.objects.count() == 2
    remind(commitment=commitment, by=UserFactory(), at=NOW + 7 * DAY)
    assert Message.objects.count() == 4


def test_reminder_within_a_week_of_the_portal_is_refused_too(commitment, officer):
    ask_for_reports(at=NOW - DAY)

    with pytest.raises(Refused, match="The portal asked the lead on") as refusal:
        remind(commitment=commitment, by=officer, at=NOW)

    assert refusal.value.code == "asked_lately"


def not_overdue(commitment):
    # It is due today.
    commitment.next_report_on = NOW.date()
    commitment.save(update_fields=["next_report_on"])


def sent_meanwhile(commitment):
    sent(commitment, day=FIRST_DUE + DAY)


def an_earlier_report_waits(commitment):
    sent(commitment, day=FIRST_DUE - 60 * DAY)
    update_condition(commitment, at=NOW)


def left(commitment):
    lead = commitment.lead
    lead.status, lead.focus_area, lead.granted_role = MemberStatus.DECLINED, None, ""
    lead.save()


def unreachable(commitment):
    suppress(*commitment.lead.focal_points.all())


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (not_overdue, "not_overdue"),
        (sent_meanwhile, "not_overdue"),
        (an_earlier_report_waits, "report_waits"),
        (left, "not_a_member"),
        (unreachable, "nobody_to_ask"),
    ],
)
def test_what_cannot_be_reminded_is_refused_and_nothing_is_written(
    change, code, commitment, officer
):
    change(commitment)
    mail, events = Message.objects.count(), commitment.events.count()

    with pytest.raises(Refused) as refusal:
        remind(commitment=commitment, by=officer, at=NOW)

    assert refusal.value.code == code
    assert (Message.objects.count(), commitment.events.count()) == (mail, events)


def test_ended_commitment_is_not_reminded(officer):
    with pytest.raises(WrongStatus):
        remind(commitment=an_overdue(status=CommitmentStatus.ENDED), by=officer, at=NOW)


def test_preview_says_to_whom_each_reminder_goes_and_why_one_is_refused(commitment, officer):
    suppress(reporter(commitment))
    reminded = an_overdue()
    remind(commitment=reminded, by=officer, at=NOW)

    first, second = reminders_for([commitment, reminded], at=NOW)

    alternate = commitment.lead.focal_points.get(is_alternate=True)
    assert (list(first.recipients), first.refusal) == ([alternate], None)
    assert first.contacts.unreachable == [reporter(commitment)]
    assert second.refusal.code == "asked_lately"


def test_reminder_is_cancelled_when_the_report_is_sent_or_its_reader_leaves(commitment, officer):
    remind(commitment=commitment, by=officer, at=NOW)
    person = reporter(commitment)
    person.email = "successor@example.org"
    person.save()

    assert cancel_expired_requests(at=NOW) == 1

    sent(commitment, day=FIRST_DUE + 10 * DAY)
    reminders = Message.objects.filter(topic__contains="/reminder-")
    assert set(reminders.values_list("status", flat=True)) == {MessageStatus.CANCELLED}


def test_staff_read_who_was_asked_when_and_by_which_address(
    commitment, officer, django_assert_num_queries
):
    ask_for_reports(at=at(FIRST_DUE))
    remind(commitment=commitment, by=officer, at=NOW)
    others = [an_overdue() for _each in range(3)]

    with django_assert_num_queries(3):
        asked = asked_about([commitment, *others], with_mail=True)

    first, second = commitment.lead.focal_points.order_by("is_alternate")
    reminder, step = asked[commitment.pk]
    assert (reminder.by, reminder.at) == ("Reminded by Ada Lovelace", NOW)
    assert [each.recipient for each in reminder.mail] == [first.email, second.email]
    assert (step.by, step.due_on) == ("On the day", FIRST_DUE)
    assert [each.recipient for each in step.mail] == [first.email]
    hidden = asked_about([commitment], with_mail=False)
    assert [each.mail for each in hidden[commitment.pk]] == [(), ()]


@pytest.mark.parametrize(("days", "is_silent"), [(59, False), (60, True)])
def test_lead_that_nobody_of_answered_is_silent_after_the_last_step(commitment, days, is_silent):
    for day in (-30, 0, 30, 45):
        ask_for_reports(at=at(FIRST_DUE) + day * DAY)
    asked = asked_about([commitment], with_mail=True)

    (report,) = with_requests([commitment], asked, at=at(FIRST_DUE) + days * DAY)

    assert (report.is_silent, len(report.asked)) == (is_silent, 4)


class TestRaces:
    pytestmark = POSTGRESQL_ONLY

    def test_two_colleagues_who_remind_at_once_send_one_reminder(self):
        commitment = an_overdue()
        first, second = UserFactory(), UserFactory()

        outcomes = overtaken(
            lambda: remind(commitment=commitment, by=first, at=NOW).by_user,
            lambda: remind(commitment=type(commitment).objects.get(), by=second, at=NOW),
            at="commitments_commitmentevent",
        )

        assert (outcomes[0], outcomes[1].code) == (first, "asked_lately")
        assert Message.objects.count() == 2

    def test_portal_and_a_colleague_ask_once(self):
        commitment = an_overdue()

        outcomes = overtaken(
            lambda: ask_for_reports(at=NOW),
            lambda: remind(commitment=type(commitment).objects.get(), by=UserFactory(), at=NOW),
            at="commitments_commitmentevent",
        )

        assert (outcomes[0], outcomes[1].code) == (1, "asked_lately")
        assert Message.objects.count() == 1
