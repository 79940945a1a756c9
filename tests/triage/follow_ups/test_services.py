"""What the portal does by itself while a request stays unanswered."""

import pytest

from members.models import (
    ClosingReason,
    GrantedRole,
    Member,
    MemberStatus,
    SpamSignal,
    TimelineKind,
)
from members.services.assignment import assign_to_self, unassign
from members.services.decisions import (
    admit_to_focus_area,
    close_without_letter,
    decline,
    record_answer,
    reopen,
    request_information,
    withdraw,
)
from members.services.focal_points import revoke_links
from members.services.private_links import status_page_url
from outbox.models import Message, MessageStatus
from outbox.services.rendering import as_text
from tests.factories import (
    NOON,
    CallFactory,
    EoiDraftFactory,
    FocalPointFactory,
    FocusAreaFactory,
    MemberFactory,
    UserFactory,
)
from tests.triage.follow_ups.silence import (
    CONFIRM,
    DAY,
    PROPOSE,
    PROPOSED_AT,
    REMIND,
    REMINDED_AT,
    TELL,
    TOLD_AT,
    ask,
    asked,
    reminders,
    run,
    send_all,
    set_days,
    taken,
    to_come,
    told,
)
from tests.triage.staff import officer
from triage.follow_ups import services
from triage.follow_ups.models import FollowUp, FollowUpStep, proposed_to_close
from triage.follow_ups.services import remind_of_deadline, run_due_follow_ups

SECOND = DAY / 86_400
QUEUED, SENT, CANCELLED = MessageStatus.QUEUED, MessageStatus.SENT, MessageStatus.CANCELLED


# Each step


def test_request_that_is_not_answered_is_reminded_of():
    member = asked()
    FocalPointFactory(member=member, is_alternate=True, email="alan@example.org", confirmed_at=NOON)
    (entry,) = member.timeline.filter(kind=TimelineKind.INFORMATION_REQUESTED)

    assert run_due_follow_ups(at=REMINDED_AT - SECOND) == 0
    assert run_due_follow_ups(at=REMINDED_AT) == 1

    assert taken() == [(REMIND, REMINDED_AT, False)]
    assert told(member) == [(TimelineKind.REMINDED, REMINDED_AT, "", "")]
    assert reminders() == [
        ("ada@example.org", "en", QUEUED),
        ("alan@example.org", "en", QUEUED),
    ]
    person = member.focal_points.get(is_alternate=False)
    letter = Message.objects.get(recipient="ada@example.org", status=QUEUED)
    assert letter.topic == (
        f"P2C-7K3MQ9/information-requested/entry-{entry.pk}/remind/focal-point-{person.pk}"
    )
    assert (letter.reference, letter.preferred_language) == ("P2C-7K3MQ9", "")
    text = as_text(letter.body, **letter.keys)
    assert "Who signs for you?" in text
    assert letter.private_page in text
    assert letter.private_page == status_page_url(person, "en")


def test_officer_who_has_the_file_is_told_that_no_answer_came():
    member = asked(by=officer(name="Kofi Mensah", email="kofi@example.org"))
    (entry,) = member.timeline.filter(kind=TimelineKind.INFORMATION_REQUESTED)
    run(REMINDED_AT)

    assert run_due_follow_ups(at=TOLD_AT - SECOND) == 0
    assert run_due_follow_ups(at=TOLD_AT) == 1

    assert taken()[1:] == [(TELL, TOLD_AT, False)]
    assert told(member)[1:] == [(TimelineKind.OFFICER_NOTIFIED, TOLD_AT, "", "Kofi Mensah")]
    assert reminders()[1:] == [("kofi@example.org", "en", QUEUED)]
    mail = Message.objects.get(recipient="kofi@example.org")
    assert mail.topic == (
        f"P2C-7K3MQ9/information-requested/entry-{entry.pk}/unanswered/user-{member.assignee.pk}"
    )
    assert mail.subject == "P2C-7K3MQ9: No answer to our request"
    assert f"/admin/members/member/{member.pk}/change/" in mail.body


def test_officer_is_told_in_their_own_language():
    asked(by=officer(email="kofi@example.org", language="fr"))
    run(REMINDED_AT)

    run_due_follow_ups(at=TOLD_AT)

    assert reminders()[1:] == [("kofi@example.org", "fr", QUEUED)]


def test_closing_is_proposed_in_the_end_and_nobody_is_written_to():
    member = asked()
    run(REMINDED_AT)
    run(TOLD_AT)
    before = Message.objects.count()

    assert run_due_follow_ups(at=PROPOSED_AT - SECOND) == 0
    assert run_due_follow_ups(at=PROPOSED_AT) == 1

    assert taken()[2:] == [(PROPOSE, PROPOSED_AT, False)]
    assert told(member)[2:] == [(TimelineKind.CLOSING_PROPOSED, PROPOSED_AT, "", "")]
    assert Message.objects.count() == before
    assert list(proposed_to_close(Member.objects.all())) == [member]
    member.refresh_from_db()
    assert member.status == MemberStatus.INFORMATION_REQUESTED
    assert to_come(member) == []
    assert run_due_follow_ups(at=PROPOSED_AT + 100 * DAY) == 0


def test_steps_leave_version_and_status_so_that_no_open_page_is_stale():
    member = asked()
    before = (member.version, member.status)

    run(REMINDED_AT)
    run(TOLD_AT)
    run(PROPOSED_AT)

    member.refresh_from_db()
    assert (member.version, member.status) == before


def test_page_that_is_stale_says_what_changed_the_file_and_not_that_we_reminded():
    member = asked()
    unassign(member=member, by=UserFactory(name="Amina Diallo"), at=NOON + DAY)
    run(REMINDED_AT)

    with pytest.raises(services.Refused, match="Released: Amina Diallo"):
        assign_to_self(member=member, by=UserFactory(), at=TOLD_AT, version=member.version - 1)


# Each once, one after another


def test_run_twice_is_once():
    asked()

    counts = [run_due_follow_ups(at=REMINDED_AT), run_due_follow_ups(at=REMINDED_AT)]

    assert counts == [1, 0]
    assert len(taken()) == len(reminders()) == 1


def test_after_a_standstill_one_step_is_taken_and_the_next_waits_its_days():
    member = asked()
    late = NOON + 60 * DAY

    assert [run(late), run(late), run(late + 7 * DAY - SECOND)] == [1, 0, 0]

    assert taken() == [(REMIND, late, False)]
    assert to_come(member) == [(TELL, late + 7 * DAY)]


def test_standstill_of_a_week_writes_nothing_twice():
    member = asked()
    run(REMINDED_AT)

    run(REMINDED_AT + 7 * DAY)
    run(REMINDED_AT + 14 * DAY)

    assert taken() == [(REMIND, REMINDED_AT, False), (TELL, TOLD_AT, False)]
    assert to_come(member) == [(PROPOSE, PROPOSED_AT)]


def test_new_request_is_followed_anew():
    member = asked()
    run(REMINDED_AT)
    record_answer(member=member, by=UserFactory(), at=REMINDED_AT + DAY)
    ask(member, at=REMINDED_AT + 2 * DAY, by=officer())

    assert to_come(member) == [(REMIND, REMINDED_AT + 9 * DAY)]

    assert run(REMINDED_AT + 9 * DAY) == 1
    assert [step for step, _at, _skipped in taken()] == [REMIND, REMIND]


# Rules


def test_days_are_those_that_staff_set():
    member = asked()
    set_days(REMIND, 3)

    assert to_come(member) == [(REMIND, NOON + 3 * DAY)]
    assert run(NOON + 3 * DAY) == 1


def test_days_that_change_count_from_the_step_before():
    member = asked()
    run(REMINDED_AT)

    set_days(TELL, 1)

    assert to_come(member) == [(TELL, REMINDED_AT + DAY)]


def test_step_out_of_use_is_left_out_and_the_next_counts_from_what_came_before():
    member = asked()
    set_days(REMIND, 7, is_active=False)

    assert to_come(member) == [(TELL, NOON + 7 * DAY)]
    run(NOON + 7 * DAY)

    assert taken() == [(TELL, NOON + 7 * DAY, False)]


def test_step_back_in_use_does_not_come_after_a_later_one():
    member = asked()
    set_days(REMIND, 7, is_active=False)
    run(NOON + 7 * DAY)

    set_days(REMIND, 7)

    assert to_come(member) == [(PROPOSE, NOON + 21 * DAY)]


def test_nothing_comes_where_no_step_is_in_use():
    member = asked()
    for step in FollowUpStep:
        set_days(step, 7, is_active=False)

    assert to_come(member) == []
    assert run(NOON + 300 * DAY) == 0


# To whom nothing goes


@pytest.mark.parametrize(
    "spam_signal",
    [SpamSignal.HONEYPOT, SpamSignal.TAMPERED, SpamSignal.NETWORK, SpamSignal.ADDRESS],
)
def test_suspected_robot_is_not_reminded_and_its_officer_is_told(spam_signal):
    member = asked(spam_signal=spam_signal)

    assert to_come(member) == [(TELL, NOON + 7 * DAY)]
    assert run(NOON + 7 * DAY) == 1
    assert reminders() == [("kofi@example.org", "en", SENT)]


def test_who_got_no_letter_is_not_reminded_of_it_and_the_officer_is_told():
    member = MemberFactory()
    FocalPointFactory(member=member, confirmed_at=NOON)
    kofi = officer(email="kofi@example.org")
    request_information(member=member, missing="Who?", by=kofi, at=NOON, message=None)

    assert to_come(member) == [(TELL, NOON + 7 * DAY)]
    assert run(NOON + 7 * DAY) == 1
    assert reminders() == [("kofi@example.org", "en", SENT)]


def test_letter_that_was_cancelled_asked_nobody():
    member = asked()
    Message.objects.update(status=CANCELLED, sent_at=None)

    assert to_come(member) == [(TELL, NOON + 7 * DAY)]


@pytest.mark.parametrize("gone", [{"is_active": False}, {"is_staff": False}])
def test_officer_who_has_left_is_not_told_and_closing_is_proposed(gone):
    kofi = officer(email="kofi@example.org")
    member = asked(by=kofi)
    run(REMINDED_AT)
    for name, value in gone.items():
        setattr(kofi, name, value)
    kofi.save()

    assert to_come(member) == [(PROPOSE, REMINDED_AT + 14 * DAY)]
    assert [run(TOLD_AT), run(REMINDED_AT + 14 * DAY)] == [0, 1]
    assert reminders() == [("ada@example.org", "en", SENT)]


def test_file_that_nobody_has_tells_nobody():
    member = asked()
    run(REMINDED_AT)
    unassign(member=member, by=UserFactory(), at=REMINDED_AT + DAY)

    assert to_come(member) == [(PROPOSE, REMINDED_AT + 14 * DAY)]


# The cause is gone


def answer(member, by):
    record_answer(member=member, by=by, at=REMINDED_AT + SECOND)


def admit(member, by):
    admit_to_focus_area(
        member=member,
        focus_area=FocusAreaFactory(),
        role=GrantedRole.PARTICIPANT,
        by=by,
        at=REMINDED_AT + SECOND,
    )


def turn_down(member, by):
    decline(member=member, by=by, at=REMINDED_AT + SECOND)


def put_aside(member, by):
    close_without_letter(
        member=member, reason=ClosingReason.ABANDONED, by=by, at=REMINDED_AT + SECOND
    )


def pull_out(member, by):
    withdraw(member=member, by=by, at=REMINDED_AT + SECOND)


def revoke(member, by):
    person = member.focal_points.get()
    revoke_links(focal_point=person, link_version=1, by=by, at=REMINDED_AT + SECOND)


ENDS = [answer, admit, turn_down, put_aside, pull_out]


@pytest.mark.parametrize("end", [*ENDS, revoke])
def test_reminder_that_has_not_gone_out_is_cancelled_with_its_cause(end):
    member = asked()
    run_due_follow_ups(at=REMINDED_AT)

    end(member, UserFactory())

    assert reminders() == [("ada@example.org", "en", CANCELLED)]


@pytest.mark.parametrize("end", ENDS)
def test_mail_to_the_officer_that_has_not_gone_out_is_cancelled_with_its_cause(end):
    member = asked()
    run(REMINDED_AT)
    run_due_follow_ups(at=TOLD_AT)

    end(member, UserFactory())

    assert reminders()[1:] == [("kofi@example.org", "en", CANCELLED)]


@pytest.mark.parametrize("end", ENDS)
def test_nothing_comes_once_the_cause_is_gone(end):
    member = asked()
    end(member, UserFactory())
    send_all(REMINDED_AT)

    assert to_come(member) == []
    assert run(NOON + 300 * DAY) == 0
    assert taken() == []


def test_file_that_is_reopened_is_not_reminded_of_what_was_asked_before():
    member = asked()
    put_aside(member, UserFactory())
    reopen(member=member, by=UserFactory(), at=TOLD_AT)

    assert run(NOON + 300 * DAY) == 0


# Which, and how many


def test_those_that_are_not_due_do_not_keep_others_from_their_turn(monkeypatch):
    monkeypatch.setattr(services, "BATCH_SIZE", 2)
    for number in range(3):
        early = MemberFactory()
        FocalPointFactory(member=early, confirmed_at=NOON)
        ask(early, at=NOON + number * SECOND)
    run(NOON + 8 * DAY)
    run(NOON + 8 * DAY)
    late = MemberFactory()
    FocalPointFactory(member=late, confirmed_at=NOON)
    ask(late, at=NOON + DAY)

    assert run(NOON + 9 * DAY) == 1
    assert late.timeline.filter(kind=TimelineKind.REMINDED).count() == 1


def test_who_was_asked_anew_does_not_keep_others_from_their_turn(monkeypatch):
    monkeypatch.setattr(services, "BATCH_SIZE", 1)
    anew = asked()
    record_answer(member=anew, by=UserFactory(), at=NOON + DAY)
    ask(anew, at=NOON + 6 * DAY)
    late = MemberFactory()
    FocalPointFactory(member=late, confirmed_at=NOON)
    ask(late, at=NOON + DAY)

    assert run(NOON + 8 * DAY) == 1
    assert late.timeline.filter(kind=TimelineKind.REMINDED).count() == 1


def test_one_run_takes_the_longest_overdue_and_the_next_goes_on(monkeypatch):
    monkeypatch.setattr(services, "BATCH_SIZE", 2)
    members = []
    for number in (2, 0, 1):
        member = MemberFactory()
        FocalPointFactory(member=member, confirmed_at=NOON)
        ask(member, at=NOON + number * DAY)
        members.append(member)
    late, *first_two = members

    assert run(NOON + 20 * DAY) == 2
    assert {step.entry.member for step in FollowUp.objects.all()} == set(first_two)
    assert run(NOON + 20 * DAY) == 1
    assert late.timeline.filter(kind=TimelineKind.REMINDED).exists()


def queries_for(number, django_assert_max_num_queries):
    """How many queries a run makes for so many members, as all of them are due."""
    for _n in range(number):
        member = MemberFactory()
        FocalPointFactory(member=member, confirmed_at=NOON)
        ask(member, at=NOON)
    with django_assert_max_num_queries(1000) as asked_for:
        assert run_due_follow_ups(at=REMINDED_AT) == number
    FollowUp.objects.all()
    return len(asked_for)


def test_run_asks_the_same_for_each_member(django_assert_max_num_queries):
    none = queries_for(0, django_assert_max_num_queries)
    one = queries_for(1, django_assert_max_num_queries)
    three = queries_for(3, django_assert_max_num_queries)

    assert three - none == 3 * (one - none)
    assert one - none <= 20


def test_run_asks_nothing_of_those_that_are_not_due(django_assert_num_queries):
    for _n in range(3):
        member = MemberFactory()
        FocalPointFactory(member=member, confirmed_at=NOON)
        ask(member, at=NOON)

    # The rules; who was asked, and what was done since; who is to confirm.
    with django_assert_num_queries(4):
        assert run_due_follow_ups(at=NOON + DAY) == 0


def test_request_and_address_are_followed_each_by_itself():
    member = asked()
    member.focal_points.update(confirmed_at=None)

    assert to_come(member) == [(CONFIRM, NOON + 5 * DAY), (REMIND, REMINDED_AT)]
    assert run(NOON + 300 * DAY) == 2


# Deadlines


@pytest.fixture
def closes_at():
    """When the call of one draft closes."""
    closes_at = NOON + 7 * DAY
    EoiDraftFactory(call=CallFactory(closes_at=closes_at))
    return closes_at


def test_owners_of_drafts_are_reminded_three_days_before_a_deadline(closes_at):
    assert remind_of_deadline(at=closes_at - 3 * DAY - SECOND) == 0
    assert remind_of_deadline(at=closes_at - 3 * DAY) == 1


def test_owners_of_drafts_are_reminded_as_many_days_before_as_staff_set(closes_at):
    set_days(FollowUpStep.REMIND_OF_DEADLINE, 5)

    assert remind_of_deadline(at=closes_at - 5 * DAY) == 1


def test_owners_of_drafts_are_not_reminded_while_the_rule_is_out_of_use(closes_at):
    set_days(FollowUpStep.REMIND_OF_DEADLINE, 3, is_active=False)

    assert remind_of_deadline(at=closes_at - 3 * DAY) == 0
