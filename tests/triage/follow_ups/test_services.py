"""Automatic steps while a request is not answered."""

import pytest
from django.utils.translation import override

from accounts.models import User
from core.conflicts import Refused
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
    another_asked,
    ask,
    asked,
    key_of,
    reminders,
    run,
    set_days,
    taken,
    to_come,
    told,
)
from tests.triage.staff import officer
from triage.follow_ups import services
from triage.follow_ups.models import FollowUp, FollowUpStep, proposed_to_close
from triage.follow_ups.services import (
    remind_of_deadline,
    run_due_follow_ups,
    run_follow_up,
    skip_follow_up,
)

SECOND = DAY / 86_400
QUEUED, SENT, CANCELLED = MessageStatus.QUEUED, MessageStatus.SENT, MessageStatus.CANCELLED


def test_request_that_is_not_answered_is_reminded_of():
    member = asked()
    FocalPointFactory(member=member, is_alternate=True, email="alan@example.org", confirmed_at=NOON)
    (entry,) = member.timeline.filter(kind=TimelineKind.INFORMATION_REQUESTED)

    assert run_due_follow_ups(at=REMINDED_AT - SECOND) == 0
    assert run_due_follow_ups(at=REMINDED_AT) == 1

    assert taken() == [(REMIND, REMINDED_AT, False)]
    assert told(member) == [(TimelineKind.REMINDED, REMINDED_AT, "", "")]
    assert reminders() == [("ada@example.org", "en", QUEUED), ("alan@example.org", "en", QUEUED)]
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
    assert mail.subject == "P2C-7K3MQ9: No reply to our request for information"
    assert f"/admin/members/member/{member.pk}/change/" in mail.body


def test_closing_is_proposed_in_the_end_and_nobody_is_written_to():
    member = asked()
    version = member.version
    run(REMINDED_AT)
    run(TOLD_AT)
    before = Message.objects.count()

    assert run_due_follow_ups(at=PROPOSED_AT - SECOND) == 0
    assert run_due_follow_ups(at=PROPOSED_AT) == 1

    assert taken()[2:] == [(PROPOSE, PROPOSED_AT, False)]
    assert told(member)[2:] == [(TimelineKind.CLOSING_PROPOSED, PROPOSED_AT, "", "")]
    assert Message.objects.count() == before
    assert list(proposed_to_close(Member.objects.all())) == [member]
    # None of the three steps makes an open page outdated.
    member.refresh_from_db()
    assert (member.version, member.status) == (version, MemberStatus.INFORMATION_REQUESTED)
    assert to_come(member) == []
    assert run_due_follow_ups(at=PROPOSED_AT + 100 * DAY) == 0


def test_page_that_is_stale_says_what_changed_the_file_and_not_that_we_reminded():
    member = asked()
    unassign(member=member, by=UserFactory(name="Amina Diallo"), at=NOON + DAY)
    run(REMINDED_AT)

    with pytest.raises(services.Refused, match="Unassigned: Amina Diallo"):
        assign_to_self(member=member, by=UserFactory(), at=TOLD_AT, version=member.version - 1)


def test_after_a_standstill_one_step_is_taken_and_the_next_waits_its_days():
    member = asked()
    late = NOON + 60 * DAY

    assert [run(late), run(late), run(late + 7 * DAY - SECOND)] == [1, 0, 0]

    assert taken() == [(REMIND, late, False)]
    assert to_come(member) == [(TELL, late + 7 * DAY)]


def test_new_request_is_followed_anew():
    member = asked()
    run(REMINDED_AT)
    record_answer(member=member, by=UserFactory(), at=REMINDED_AT + DAY)
    ask(member, at=REMINDED_AT + 2 * DAY, by=officer())

    assert to_come(member) == [(REMIND, REMINDED_AT + 9 * DAY)]

    assert run(REMINDED_AT + 9 * DAY) == 1
    assert [step for step, _at, _skipped in taken()] == [REMIND, REMIND]


def test_days_are_those_that_staff_set_and_count_from_the_step_before():
    member = asked()
    run(REMINDED_AT)

    set_days(TELL, 1)

    assert to_come(member) == [(TELL, REMINDED_AT + DAY)]
    assert [run(REMINDED_AT + DAY - SECOND), run(REMINDED_AT + DAY)] == [0, 1]


def test_step_out_of_use_is_left_out_and_does_not_come_after_a_later_one():
    member = asked()
    set_days(REMIND, 7, is_active=False)

    assert to_come(member) == [(TELL, NOON + 7 * DAY)]
    run(NOON + 7 * DAY)
    set_days(REMIND, 7)

    assert taken() == [(TELL, NOON + 7 * DAY, False)]
    assert to_come(member) == [(PROPOSE, NOON + 21 * DAY)]


def test_suspected_robot_is_not_reminded_and_its_officer_is_told():
    member = asked(spam_signal=SpamSignal.HONEYPOT)

    assert to_come(member) == [(TELL, NOON + 7 * DAY)]
    assert run(NOON + 7 * DAY) == 1
    assert reminders() == [("kofi@example.org", "en", SENT)]


def test_who_got_no_letter_is_not_reminded_and_the_officer_is_told_in_their_language():
    cancelled, member = asked(), MemberFactory()
    Message.objects.update(status=CANCELLED, sent_at=None)
    FocalPointFactory(member=member, confirmed_at=NOON)
    zoe = officer(email="zoe@example.org", language="fr")
    request_information(member=member, missing="Who?", by=zoe, at=NOON, message=None)

    coming = [to_come(each) for each in (cancelled, member)]
    count = run(NOON + 7 * DAY)

    assert coming == [[(TELL, NOON + 7 * DAY)]] * 2
    assert count == 2
    assert reminders() == [("kofi@example.org", "en", SENT), ("zoe@example.org", "fr", SENT)]


@pytest.mark.parametrize("gone", [{"is_active": False}, {"is_staff": False}, None])
def test_officer_who_has_left_or_given_it_back_is_not_told_and_closing_is_proposed(gone):
    kofi = officer(email="kofi@example.org")
    member = asked(by=kofi)
    run(REMINDED_AT)
    if gone is None:
        unassign(member=member, by=UserFactory(), at=REMINDED_AT + DAY)
    else:
        User.objects.filter(pk=kofi.pk).update(**gone)

    assert to_come(member) == [(PROPOSE, REMINDED_AT + 14 * DAY)]
    assert [run(TOLD_AT), run(REMINDED_AT + 14 * DAY)] == [0, 1]
    assert reminders() == [("ada@example.org", "en", SENT)]


def end(step, member):
    """End a request by one of the possible steps."""
    facts = {
        admit_to_focus_area: {"focus_area": FocusAreaFactory(), "role": GrantedRole.PARTICIPANT},
        close_without_letter: {"reason": ClosingReason.ABANDONED},
    }.get(step, {})
    step(member=member, by=UserFactory(), at=TOLD_AT + SECOND, **facts)


@pytest.mark.parametrize(
    "step", [record_answer, admit_to_focus_area, decline, close_without_letter, withdraw]
)
def test_what_has_not_gone_out_is_cancelled_with_its_cause_and_nothing_more_comes(step):
    member = asked()
    run_due_follow_ups(at=REMINDED_AT)
    run_due_follow_ups(at=TOLD_AT)

    end(step, member)

    assert reminders() == [
        ("ada@example.org", "en", CANCELLED),
        ("kofi@example.org", "en", CANCELLED),
    ]
    assert to_come(member) == []
    assert run(NOON + 300 * DAY) == 0


def test_reminder_that_has_not_gone_out_is_cancelled_with_the_links_in_it():
    member = asked()
    run_due_follow_ups(at=REMINDED_AT)

    revoke_links(
        focal_point=member.focal_points.get(), link_version=1, by=UserFactory(), at=TOLD_AT
    )

    assert reminders() == [("ada@example.org", "en", CANCELLED)]


def test_those_that_are_not_due_do_not_keep_others_from_their_turn(monkeypatch):
    monkeypatch.setattr(services, "BATCH_SIZE", 2)
    for number in range(3):
        another_asked(NOON + number * SECOND)
    run(NOON + 8 * DAY)
    run(NOON + 8 * DAY)
    late = another_asked(NOON + DAY)

    assert run(NOON + 9 * DAY) == 1
    assert late.timeline.filter(kind=TimelineKind.REMINDED).count() == 1


def test_who_was_asked_anew_does_not_keep_others_from_their_turn(monkeypatch):
    monkeypatch.setattr(services, "BATCH_SIZE", 1)
    anew = asked()
    record_answer(member=anew, by=UserFactory(), at=NOON + DAY)
    ask(anew, at=NOON + 6 * DAY)
    late = another_asked(NOON + DAY)

    assert run(NOON + 8 * DAY) == 1
    assert late.timeline.filter(kind=TimelineKind.REMINDED).count() == 1


def test_one_run_takes_the_longest_overdue_and_the_next_goes_on(monkeypatch):
    monkeypatch.setattr(services, "BATCH_SIZE", 2)
    late, *first_two = [another_asked(NOON + number * DAY) for number in (2, 0, 1)]

    assert run(NOON + 20 * DAY) == 2
    assert {step.entry.member for step in FollowUp.objects.all()} == set(first_two)
    assert run(NOON + 20 * DAY) == 1
    assert late.timeline.filter(kind=TimelineKind.REMINDED).exists()


def test_run_asks_the_same_for_each_member(django_assert_max_num_queries):
    costs = []
    for number in (0, 1, 3):
        for _n in range(number):
            another_asked(NOON)
        with django_assert_max_num_queries(100) as asked_for:
            assert run_due_follow_ups(at=REMINDED_AT) == number
        costs.append(len(asked_for))

    none, one, three = costs
    assert three - none == 3 * (one - none)
    assert one - none <= 20


def test_run_asks_nothing_of_those_that_are_not_due(django_assert_num_queries):
    for _n in range(3):
        another_asked(NOON)

    # The rules; the requests, and the later events; the unconfirmed addresses.
    with django_assert_num_queries(4):
        assert run_due_follow_ups(at=NOON + DAY) == 0


def test_request_and_address_are_followed_each_by_itself():
    member = asked()
    member.focal_points.update(confirmed_at=None)

    assert to_come(member) == [(CONFIRM, NOON + 5 * DAY), (REMIND, REMINDED_AT)]
    assert run(NOON + 300 * DAY) == 2


@pytest.mark.parametrize("days", [3, 5])
def test_owners_of_drafts_are_reminded_as_many_days_before_a_deadline_as_staff_set(days):
    closes_at = EoiDraftFactory(call=CallFactory(closes_at=NOON + 7 * DAY)).call.closes_at
    # By default, it is three days.
    if days != 3:
        set_days(FollowUpStep.REMIND_OF_DEADLINE, days)

    assert remind_of_deadline(at=closes_at - days * DAY - SECOND) == 0
    set_days(FollowUpStep.REMIND_OF_DEADLINE, days, is_active=False)
    assert remind_of_deadline(at=closes_at - days * DAY) == 0
    set_days(FollowUpStep.REMIND_OF_DEADLINE, days)
    assert remind_of_deadline(at=closes_at - days * DAY) == 1


@pytest.mark.parametrize(
    ("change", "kind", "note", "written"),
    [
        (run_follow_up, TimelineKind.REMINDED, "", [("ada@example.org", "en", QUEUED)]),
        (
            skip_follow_up,
            TimelineKind.FOLLOW_UP_SKIPPED,
            "Remind the organisation of the information request",
            [],
        ),
    ],
)
def test_step_is_taken_or_skipped_in_the_name_of_a_person_and_the_next_counts_from_then(
    change, kind, note, written
):
    member, amina = asked(), UserFactory(name="Amina Diallo")

    step = change(member=member, key=key_of(member), by=amina, at=NOON + DAY)

    is_skipped = change == skip_follow_up
    assert (step.step, step.at, step.is_skipped) == (REMIND, NOON + DAY, is_skipped)
    assert (step.by, step.by_name) == (amina, "Amina Diallo")
    assert told(member) == [(kind, NOON + DAY, "Amina Diallo", note)]
    entry = member.timeline.get(kind=kind)
    with override("fr"):
        note_in_words = str(REMIND.label) if is_skipped else ""
        assert (entry.is_public, entry.note_in_words) == (not is_skipped, note_in_words)
    assert reminders() == written
    assert to_come(member) == [(TELL, NOON + 8 * DAY)]
    assert run(REMINDED_AT) == 0


@pytest.mark.parametrize("change", [run_follow_up, skip_follow_up])
@pytest.mark.parametrize("key", ["", "tell_officer-1"])
def test_step_that_is_not_planned_is_refused(change, key):
    member = asked()
    before = Message.objects.count()

    with pytest.raises(Refused, match="no longer scheduled"):
        change(member=member, key=key, by=UserFactory(), at=NOON + DAY)

    assert (taken(), told(member), Message.objects.count()) == ([], [], before)


@pytest.mark.parametrize(
    ("first", "change"), [(run_follow_up, skip_follow_up), (skip_follow_up, run_follow_up)]
)
def test_step_that_a_colleague_took_or_skipped_is_refused(first, change):
    member = asked()
    key = key_of(member)
    first(member=member, key=key, by=UserFactory(), at=NOON + DAY)
    before = (taken(), told(member), Message.objects.count())

    with pytest.raises(Refused, match="no longer scheduled"):
        change(member=member, key=key, by=UserFactory(), at=NOON + DAY)

    assert (taken(), told(member), Message.objects.count()) == before


def test_follow_up_is_refused_while_the_request_can_be_undone(settings):
    settings.UNDO_SECONDS = 120
    member, amina = asked(), UserFactory()
    entries = member.timeline.count()

    with pytest.raises(Refused, match="has not been sent yet"):
        run_follow_up(member=member, key=key_of(member), by=amina, at=NOON)

    assert member.timeline.count() == entries
    run_follow_up(member=member, key=key_of(member), by=amina, at=NOON + DAY)
