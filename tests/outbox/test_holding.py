"""What is held after a restore is listed, cancelled in part, and released."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from outbox.models import MailHold, Message, MessageAction, MessageActionKind, MessageStatus
from outbox.services.holding import NotHeld, cancel_due_before, held_messages, release_mail
from tests.factories import NOON, MailHoldFactory, MessageFactory
from tests.triage.staff import desk_manager, officer, signed_in, told

HOUR = timedelta(hours=1)
PAGE = "/admin/outbox/mailhold/held/"


@pytest.fixture
def held():
    """A portal that was restored at noon from a backup of ten, and had worked until eleven."""
    return MailHoldFactory(
        released_at=None,
        held_at=NOON,
        backup_at=NOON - 2 * HOUR,
        outside_at=NOON - HOUR,
    )


def waiting(**facts):
    """A message that was queued and due before the backup, unless told otherwise."""
    at = NOON - 3 * HOUR
    return MessageFactory(**{"queued_at": at, "due_at": at, "published_at": at, **facts})


def in_backup(held, **facts):
    """The last message in the backup. Those that are made later come after the restore."""
    message = waiting(**facts)
    MailHold.objects.filter(pk=held.pk).update(last_message=message.pk)
    held.refresh_from_db()
    return message


def status(message):
    return Message.objects.get(pk=message.pk).status


def test_held_messages_says_which_were_in_the_backup(held):
    old, since = in_backup(held), waiting()
    waiting(status=MessageStatus.SENT, sent_at=NOON)

    found = held_messages(held)

    assert {each.pk: each.is_from_backup for each in found} == {old.pk: True, since.pk: False}
    assert held_messages(held, is_from_backup=True).get() == old
    assert held_messages(held, is_from_backup=False).get() == since


def test_cancel_due_before_cancels_what_the_former_portal_may_have_sent(held, monkeypatch):
    monkeypatch.setattr("outbox.services.holding.CHANGED_AT_ONCE", 2)
    sent = [waiting() for _number in range(5)]
    later = waiting(due_at=NOON + HOUR)
    by = officer()

    number = cancel_due_before(time=NOON - HOUR, by=by, at=NOON)

    assert number == 5
    assert {status(message) for message in sent} == {MessageStatus.CANCELLED}
    assert status(later) == MessageStatus.QUEUED
    assert set(MessageAction.objects.values_list("kind", "by_name")) == {
        (MessageActionKind.CANCELLED, by.get_full_name())
    }
    assert MessageAction.objects.count() == 5


def test_cancel_due_before_is_refused_while_nothing_is_held():
    message = waiting()

    with pytest.raises(NotHeld):
        cancel_due_before(time=NOON, by=None, at=NOON)

    assert status(message) == MessageStatus.QUEUED


def test_release_records_who_when_and_why_and_lets_the_sweep_publish(held):
    message, by = waiting(), desk_manager()

    release_mail(held=held, reason="Checked with the log.", by=by, at=NOON)

    held.refresh_from_db()
    assert (held.released_at, held.released_by, held.released_by_name, held.release_reason) == (
        NOON,
        by,
        by.get_full_name(),
        "Checked with the log.",
    )
    message.refresh_from_db()
    assert message.published_at is None


def test_release_is_refused_a_second_time(held):
    release_mail(held=held, reason="First.", by=None, at=NOON)

    with pytest.raises(NotHeld):
        release_mail(held=held, reason="Second.", by=desk_manager(), at=NOON + HOUR)

    assert MailHold.objects.get().release_reason == "First."


def test_page_lists_what_waits_and_where_it_comes_from(held):
    in_backup(held, subject="In the dump")
    waiting(subject="Since then")
    client = signed_in(desk_manager())

    everything, backup = client.get(PAGE).text, client.get(PAGE, {"of": "backup"}).text

    assert "In the dump" in everything
    assert "Since then" in everything
    assert "In the dump" in backup
    assert "Since then" not in backup
    # The minute after the former portal was last at work, in Geneva.
    assert 'value="2021-10-25T13:01"' in everything


def test_page_does_not_ask_more_for_more_messages(held, django_assert_max_num_queries):
    client = signed_in(desk_manager())
    waiting()
    with django_assert_max_num_queries(30) as first:
        client.get(PAGE)
    waiting()
    waiting()
    with django_assert_max_num_queries(len(first)):
        client.get(PAGE)


def test_page_cancels_the_selected_messages(held):
    chosen, other = waiting(), waiting()

    response = signed_in(desk_manager()).post(
        PAGE, {"cancel": "1", "message": [chosen.pk, "x", "9" * 30]}, follow=True
    )

    assert (status(chosen), status(other)) == (MessageStatus.CANCELLED, MessageStatus.QUEUED)
    assert "1 message was cancelled." in told(response)


def test_page_cancels_what_was_due_before_a_time(held):
    old, new = waiting(), waiting(due_at=NOON)

    signed_in(desk_manager()).post(PAGE, {"cancel_before": "1", "before": "2021-10-25T13:01"})

    assert (status(old), status(new)) == (MessageStatus.CANCELLED, MessageStatus.QUEUED)


def test_page_releases_with_a_reason_only(held):
    client = signed_in(desk_manager())

    refused = client.post(PAGE, {"release": "1", "reason": ""})
    assert refused.status_code == 422
    assert MailHold.objects.get().released_at is None

    released = client.post(PAGE, {"release": "1", "reason": "Checked."})
    assert released["Location"] == reverse("admin:outbox_message_changelist")
    assert MailHold.objects.get().released_at is not None
    assert "Email is not held." in client.get(PAGE).text


def test_page_is_for_desk_managers(held):
    client = signed_in(officer())

    assert client.get(PAGE).status_code == 403
    assert client.post(PAGE, {"release": "1", "reason": "Checked."}).status_code == 403
    assert MailHold.objects.get().released_at is None


@pytest.mark.parametrize("page", ["/admin/", "/admin/outbox/message/"])
def test_banner_is_on_the_desk_while_mail_is_held_and_no_other_warning(held, page):
    client = signed_in(officer())
    text = client.get(page).text
    assert "No email is sent since" in text
    assert "Email delivery is stalled" not in text

    release_mail(held=held, reason="Checked.", by=None, at=NOON)
    text = client.get(page).text
    assert "No email is sent since" not in text
    assert "Email delivery is stalled" in text


def test_sign_in_page_says_that_no_code_is_sent(held, client):
    assert "sends no email at the moment" in client.get("/accounts/sign-in/code/").text


def test_readyz_says_that_mail_is_held(held, client):
    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json()["checks"]["mail_held"]["ok"] is False


def test_release_mail_lists_without_names_then_cancels_and_releases(held, capsys):
    old, new = in_backup(held, recipient="ada@example.org"), waiting(due_at=NOON)

    call_command("release_mail")
    listed = capsys.readouterr().out
    call_command("release_mail", cancel_before="2021-10-25T11:01:00+00:00", reason="Checked.")

    assert f"{old.pk}  due 2021-10-25 09:00  in the backup" in listed
    assert f"{new.pk}  due 2021-10-25 12:00  since the restore" in listed
    assert "ada@" not in listed
    assert (status(old), status(new)) == (MessageStatus.CANCELLED, MessageStatus.QUEUED)
    assert MailHold.objects.get().released_by is None
    with pytest.raises(CommandError, match="not held"):
        call_command("release_mail")


def test_release_mail_refuses_a_time_without_its_zone(held):
    message = waiting()

    with pytest.raises(CommandError, match="time zone"):
        call_command("release_mail", cancel_before="2021-10-25T11:01", reason="Checked.")

    assert status(message) == MessageStatus.QUEUED
    assert MailHold.objects.get().released_at is None


def test_hold_mail_holds_once(capsys):
    call_command("hold_mail")
    call_command("hold_mail", restored=True)

    assert MailHold.objects.count() == 1
    assert capsys.readouterr().out.count("Email is held since") == 2
