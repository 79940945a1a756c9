"""What is held after a restore is listed, cancelled in part, and released."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse_lazy

from outbox.models import CANCELLED_BY, MailHold, Message, MessageStatus
from outbox.services.installation import OPERATOR, NotHeld, cancel_due_before, release_mail
from tests.factories import NOON, MailHoldFactory, MessageFactory
from tests.triage.staff import desk_manager, officer, signed_in, told

HOUR = timedelta(hours=1)
PAGE = reverse_lazy("admin:outbox_message_changelist")


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


def test_cancel_due_before_cancels_what_the_former_portal_may_have_sent(held):
    sent = [waiting() for _number in range(2)]
    later = waiting(due_at=NOON + HOUR)

    number = cancel_due_before(time=NOON - HOUR, at=NOON)

    assert number == 2
    assert {status(message) for message in sent} == {MessageStatus.CANCELLED}
    assert set(Message.objects.exclude(pk=later.pk).values_list("server_response", flat=True)) == {
        CANCELLED_BY + OPERATOR
    }
    assert status(later) == MessageStatus.QUEUED


def test_cancel_due_before_is_refused_while_nothing_is_held():
    message = waiting()

    with pytest.raises(NotHeld):
        cancel_due_before(time=NOON, at=NOON)

    assert status(message) == MessageStatus.QUEUED


def test_release_records_who_when_and_why_and_lets_the_sweep_publish(held):
    message, by = waiting(), desk_manager()

    release_mail(reason="Checked with the log.", by=by, at=NOON)

    held.refresh_from_db()
    assert (held.released_at, held.released_by, held.released_by_name, held.release_reason) == (
        NOON,
        by,
        by.get_full_name(),
        "Checked with the log.",
    )
    message.refresh_from_db()
    assert message.published_at is None


@pytest.mark.parametrize(
    ("origin", "subjects"),
    [
        ("", {"In the dump", "Due after it ended", "Since then", "Sent"}),
        ("backup", {"In the dump"}),
        ("since", {"Since then"}),
    ],
)
def test_list_shows_what_waits_by_its_origin(held, origin, subjects):
    waiting(subject="In the dump")
    waiting(subject="Sent", status=MessageStatus.SENT, sent_at=NOON)
    in_backup(held, subject="Due after it ended", due_at=NOON - HOUR / 2)
    waiting(subject="Since then")

    listed = signed_in(desk_manager()).get(PAGE, {"origin": origin} if origin else {})

    assert {message.subject for message in listed.context["cl"].result_list} == subjects
    assert "In the backup" in listed.text


def test_list_of_messages_has_no_origin_and_no_form_while_nothing_is_held():
    waiting()

    text = signed_in(desk_manager()).get(PAGE).text

    assert "In the backup" not in text
    assert "Release the email" not in text


def test_banner_leads_to_the_form_with_the_times_that_are_known(held):
    text = signed_in(desk_manager()).get(PAGE, {"status__exact": "queued"}).text

    assert f'href="{PAGE}?status__exact=queued"' in text
    assert "25 October 2021, 12:00:00" in text
    assert "25 October 2021, 13:00:00" in text
    assert "Release the email" in text


def test_release_needs_a_reason(held):
    refused = signed_in(desk_manager()).post(PAGE, {"release": "1", "reason": ""})

    assert refused.status_code == 422
    assert "This field is required." in refused.text
    assert MailHold.objects.get().released_at is None


def test_form_releases_with_its_reason(held):
    response = signed_in(desk_manager()).post(
        PAGE, {"release": "1", "reason": "Checked."}, follow=True
    )

    assert told(response) == ["Email is released. What is due is sent now."]
    assert MailHold.objects.get().release_reason == "Checked."


def test_form_that_comes_after_a_colleague_released_says_so(held):
    release_mail(reason="First.", by=None, at=NOON)

    response = signed_in(desk_manager()).post(
        PAGE, {"release": "1", "reason": "Second."}, follow=True
    )

    assert told(response) == ["Email is not held."]
    assert MailHold.objects.get().release_reason == "First."


def test_release_is_for_desk_managers(held):
    client = signed_in(officer())

    assert "Release the email" not in client.get(PAGE).text
    assert client.post(PAGE, {"release": "1", "reason": "Checked."}).status_code == 403
    assert MailHold.objects.get().released_at is None


@pytest.mark.parametrize("page", ["/admin/", "/admin/outbox/message/"])
def test_banner_is_on_the_desk_while_mail_is_held_and_no_other_warning(held, page):
    client = signed_in(officer())
    text = client.get(page).text
    assert "No email is sent since" in text
    assert "Email delivery is stalled" not in text

    release_mail(reason="Checked.", by=None, at=NOON)
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
