"""What a reply by mail to a request for information does, and what only staff do."""

import pytest

from inbox.models import IncomingKind, IncomingMail, Source, replied_by_mail
from inbox.services.attaching import attach_mail, detach_mail
from inbox.services.receiving import receive
from inbox.services.replies import notify_assignee_of_reply, waiting_replies
from members.models import Member, MemberStatus
from members.services.decisions import record_answer
from outbox.models import Message
from tests.factories import NOON, IncomingMailFactory, MemberFactory, MessageFactory
from tests.inbox.mails import reply, reply_address
from tests.triage.follow_ups.silence import DAY, PROPOSED_AT, REMINDED_AT, asked
from tests.triage.staff import officer
from triage.desk.services.work_queue import VIEWS
from triage.follow_ups.models import proposed_to_close
from triage.follow_ups.services import run_due_follow_ups, scheduled_follow_ups

LATER = NOON + DAY


@pytest.fixture(autouse=True)
def with_return_addresses(settings, media):
    settings.MAIL_RETURN_DOMAIN = "return.example"


def asked_of(by=None):
    """A member that was asked by Kofi, and the letter that it got."""
    member = asked(by=by or officer(name="Kofi Mensah", email="kofi@example.org"))
    return member, Message.objects.get(recipient="ada@example.org")


def received(letter, text="We are 40 people.", *, at=LATER, **facts):
    raw = reply(reply_address(letter), text, **facts).as_bytes()
    return receive(raw=raw, envelope_to="", source=Source.IMAP, at=at)


def replied():
    return list(Member.objects.filter(VIEWS["replied"].condition(None)))


def letters_to_kofi():
    return list(Message.objects.filter(recipient="kofi@example.org"))


def test_reply_puts_the_member_among_those_that_replied_and_decides_nothing():
    member, letter = asked_of()

    mail = received(letter)

    assert (replied(), waiting_replies(member)) == ([member], [mail])
    before = member.version
    member.refresh_from_db()
    assert (member.status, member.version) == (MemberStatus.INFORMATION_REQUESTED, before)
    assert member.replied_at is None


def test_reply_tells_the_assignee_who_wrote_and_nothing_of_what_was_written():
    member, letter = asked_of()

    received(letter, sender='"Click https://evil.example" <ada@example.org>')

    [told] = letters_to_kofi()
    assert told.subject == "P2C-7K3MQ9: Reply by email to your request for information"
    assert f"The email is from {letter.recipient_name}, and answers" in told.body
    assert "40 people" not in told.body
    assert "evil" not in told.body
    assert f"/admin/members/member/{member.pk}/change/" in told.body


def test_reply_from_another_address_is_told_with_the_address():
    _member, letter = asked_of()

    received(letter, sender="Ada <eve@example.com>")

    assert "The email is from eve" in letters_to_kofi()[0].body


def test_reply_stops_the_reminder_and_what_follows_it():
    member, letter = asked_of()
    assert len(scheduled_follow_ups(member)) == 1

    received(letter)

    assert scheduled_follow_ups(member) == []
    assert run_due_follow_ups(at=REMINDED_AT) == 0


def test_closing_is_no_longer_proposed_once_a_reply_came():
    member, letter = asked_of()
    for _step in range(3):
        run_due_follow_ups(at=PROPOSED_AT)
    run_due_follow_ups(at=PROPOSED_AT + 30 * DAY)
    run_due_follow_ups(at=PROPOSED_AT + 60 * DAY)
    assert list(proposed_to_close(Member.objects.all())) == [member]

    received(letter, at=PROPOSED_AT + 70 * DAY)

    assert list(proposed_to_close(Member.objects.all())) == []


def test_recorded_reply_waits_no_longer_even_if_more_is_asked():
    member, letter = asked_of()
    received(letter)

    record_answer(member=member, answer="40.", by=officer(), at=LATER)

    assert waiting_replies(member) == []
    assert not Member.objects.filter(replied_by_mail()).exists()


def test_reply_before_the_request_does_not_answer_it():
    member, letter = asked_of()

    received(letter, at=NOON - DAY)

    assert (replied(), waiting_replies(member), letters_to_kofi()) == ([], [], [])


@pytest.mark.parametrize(
    ("topic", "facts"),
    [
        ("", {"is_held": True}),
        ("", {"kind": IncomingKind.AUTOMATIC}),
        ("", {"reference": "P2C-OTHERS"}),
        ("P2C-7K3MQ9/answered/entry-1/user-7", {}),
        ("commitment-P2C-C-1/asked/1", {}),
        ("mailing-3/P2C-7K3MQ9", {}),
    ],
    ids=["held", "automatic", "of another", "to a colleague", "of a commitment", "of a mailing"],
)
def test_other_mail_answers_nothing(topic, facts):
    member, _letter = asked_of()
    message = MessageFactory(topic=topic) if topic else None
    mail = IncomingMailFactory(
        **{"reference": member.reference, "received_at": LATER, "message": message, **facts}
    )

    assert notify_assignee_of_reply(mail) is None
    assert (replied(), waiting_replies(member)) == ([], [])
    assert len(scheduled_follow_ups(member)) == 1


def test_reply_to_a_member_that_was_not_asked_is_only_kept():
    member = MemberFactory(reference="P2C-7K3MQ9", assignee=officer(email="kofi@example.org"))
    letter = MessageFactory(reference=member.reference)

    received(letter)

    assert (IncomingMail.objects.count(), replied(), letters_to_kofi()) == (1, [], [])


def test_reply_that_a_colleague_attaches_is_told_to_the_assignee_once():
    member, _letter = asked_of()
    mail = IncomingMailFactory(received_at=LATER, sender="eve@example.com")
    grace = officer(name="Grace Hopper")

    for _time in range(2):
        attach_mail(mail=mail, reference=member.reference, by=grace, at=LATER)
        assert waiting_replies(member) == [mail]
        detach_mail(mail=mail, by=grace)

    assert len(letters_to_kofi()) == 1
