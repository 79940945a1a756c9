"""Wrong rows for the constraints of outbox and mailings, and right ones, for `wrong_rows.py`."""

from datetime import timedelta

from mailings.models import Exclusion, MailingStatus
from outbox.models import MessageStatus
from tests.factories import (
    NOON,
    MailingFactory,
    MessageFactory,
    RecipientFactory,
    SuppressedAddressFactory,
    UserFactory,
)
from tests.sweeps.second_rows import same

SECOND = timedelta(seconds=1)


def confirmed_alone(_factory):
    user = UserFactory()
    decided = {"status": "confirmed", "decided_at": NOON, "decided_by": user}
    return {"requested_by": user, **decided}


# A letter of a co-lead on which somebody has decided.
SETTLED = {"decided_at": NOON, "decided_by": UserFactory}
SENDING = {
    "status": MessageStatus.SENDING,
    "lease": "b3f3a4f0-32c5-4c9b-8f1c-7a4d42ba1d52",
    "leased_until": NOON,
}
CANCELLED, SENT = MessageStatus.CANCELLED, {"status": MessageStatus.SENT, "sent_at": NOON}

WRONG_ROWS = {
    "inbox_incomingfile_is_kept_or_says_why_not": [
        {"file": ""},
        {"trouble": "Another type."},
    ],
    "inbox_incomingmail.sha256": [same("sha256")],
    "inbox_incomingmail_attached_when_and_by_whom": [
        {"attached_at": NOON},
        {"attached_by": UserFactory},
        {"attached_by_name": "Ada"},
        {"attached_at": NOON, "attached_by": UserFactory, "reference": "P2C-K7M4Q2"},
        {"attached_at": NOON, "attached_by": UserFactory, "attached_by_name": "Ada"},
    ],
    "inbox_incomingmail_known_kind": [{"kind": "gossip"}],
    "inbox_incomingmail_known_source": [{"source": "pigeon"}],
    "inbox_mailboxreading_error_has_its_time": [
        {"failing_since": NOON},
        {"trouble": "MailboxLoginError"},
    ],
    "outbox_deliveryevent_known_kind": [{"kind": "burnt"}],
    "outbox_deliveryevent.key": [same("key")],
    "outbox_suppressedaddress_known_reason": [{"reason": "away"}],
    "outbox_suppressedaddress_in_small_letters": [{"address": "Ada@example.org"}],
    "outbox_suppressedaddress_lifted_when_and_by_whom": [
        {"lifted_at": NOON},
        {"lifted_by": UserFactory},
        {"lifted_by_name": "Ada"},
        {"lifted_at": NOON, "lifted_by": UserFactory},
    ],
    "outbox_suppressedaddress_once_at_a_time": [same("address")],
    "outbox_message_known_status": [{"status": "lost"}],
    "outbox_message_known_queue": [{"queue": "other"}],
    "outbox_message_known_cancel_reason": [{"cancel_reason": "other"}],
    "outbox_message_sent_has_its_time": [{"status": MessageStatus.SENT}, {"sent_at": NOON}],
    "outbox_message_sending_has_a_lease": [
        {**SENDING, "lease": None},
        {**SENDING, "leased_until": None},
        {"leased_until": NOON},
        {"lease": SENDING["lease"]},
    ],
    "outbox_message_finished_keeps_no_private_link": [
        {**SENT, "private_page": "https://x"},
        {"status": CANCELLED, "private_page": "https://x"},
        {"status": CANCELLED, "private_code": "7K3MQ9XY"},
        {"status": CANCELLED, "private_unsubscribe": "https://x"},
        {"status": CANCELLED, "private_links": "https://x"},
    ],
    "outbox_message_whole_attachment": [
        {"attachment": "BEGIN:VCALENDAR"},
        {"attachment_name": "meetings.ics", "attachment_type": "text/calendar"},
        {"attachment": "BEGIN:VCALENDAR", "attachment_type": "text/calendar"},
    ],
    "outbox_message_first_due_first": [{"first_due_at": NOON + SECOND, "due_at": NOON}],
    "outbox_message_only_what_waits_waits_for_the_server": [
        {"server_trouble_at": NOON, **SENT},
        {"server_trouble_at": NOON, "status": MessageStatus.FAILED},
        {"server_trouble_at": NOON, "status": CANCELLED},
    ],
    "outbox_message_only_what_was_sent_comes_back": [
        {"bounced_at": NOON, "status": MessageStatus.QUEUED},
        {"bounced_at": NOON, "status": MessageStatus.FAILED},
    ],
    "outbox_message_held_back_is_cancelled": [{"suppressed_by": SuppressedAddressFactory}],
    "outbox_message.topic": [same("topic")],
    "outbox_message.message_id": [same("message_id")],
    "outbox_messageaction_known_kind": [{"kind": "burnt"}],
    "outbox_messagetemplate_one_a_language": [same("template_type", "language")],
    "outbox_messagetemplate_known_language": [{"language": "tlh"}],
    "outbox_messagetemplate_says_something": [{"body": ""}, {"template_type": ""}],
    "outbox_messagetemplate_english_stays_in_use": [{"is_active": False}],
    "outbox_messagetemplate_reviewed_by_somebody": [
        {"reviewed_at": NOON},
        {"reviewed_by": UserFactory},
    ],
    "outbox_heartbeat_one_of_each": [same("name", "queue")],
    "outbox_installation_only_one": [{"id": 2}],
    "outbox_installation.id": [same("id")],
    "outbox_mailhold_known_reason": [{"reason": "bored"}],
    "outbox_mailhold_released_with_a_reason": [
        {"release_reason": ""},
        {"released_at": None, "release_reason": "Checked."},
        {"released_at": None, "released_by": UserFactory},
    ],
    "outbox_mailhold_one_at_a_time": [same("released_at", released_at=None)],
    "mailings_groupletter_known_language": [{"language": "tlh"}],
    "mailings_groupletter_status_agrees_with_decision": [
        {"status": "released", **SETTLED},
        {"status": "released", "mailing": MailingFactory},
        {"status": "returned", **SETTLED},
        {"status": "returned", "reason": "Too long."},
        {"status": "withdrawn", "reason": "Too long.", **SETTLED},
        {"status": "waiting", **SETTLED},
        {"status": "lost", **SETTLED},
    ],
    "mailings_groupletter_waiting_once": [same("focus_area", "subject")],
    "mailings_groupletter.mailing_id": [
        same("mailing", mailing=MailingFactory, status="released", **SETTLED)
    ],
    "mailings_mailing_known_kind": [{"kind": "gossip"}],
    "mailings_mailing_known_language": [{"language": "tlh"}],
    "mailings_mailing_known_selection": [{"selection": "guessed"}],
    "mailings_mailing_known_status": [{"status": "lost", "started_at": None}],
    "mailings_mailing_confirmed_by_somebody": [
        {"scheduled_for": NOON},
        {"status": MailingStatus.SCHEDULED, "confirmed_by": None},
        {"status": MailingStatus.CANCELLED, "scheduled_for": NOON},
    ],
    "mailings_mailing_started_has_its_time": [
        {"status": MailingStatus.SENDING, "started_at": None},
        {"started_at": NOON},
    ],
    "mailings_mailing_stopped_has_its_time": [{"status": MailingStatus.PAUSED, "stopped_at": None}],
    "mailings_mailing_ended_has_its_time": [
        {"status": MailingStatus.SENT, "ended_at": None},
        {"ended_at": NOON},
    ],
    "mailings_mailingtext_one_a_language": [same("mailing", "language")],
    "mailings_mailingtext_known_language": [{"language": "tlh"}],
    "mailings_recipient_known_reason": [{"exclusion": "shy"}],
    "mailings_recipient_chosen_once": [same("mailing", "focal_point")],
    "mailings_recipient_one_mail_an_address": [same("mailing", "address", message=MessageFactory)],
    "mailings_recipient_left_out_is_not_written_to": [
        {"exclusion": Exclusion.NOT_AGREED, "message": MessageFactory}
    ],
    "mailings_recipient_shares_with_another": [
        {"exclusion": Exclusion.SAME_ADDRESS},
        {"merged_into": RecipientFactory},
    ],
    "mailings_recipient_removed_by_somebody": [
        {"exclusion": Exclusion.REMOVED},
        {"removed_at": NOON},
        {"removed_by": UserFactory},
    ],
    "mailings_recipient.message_id": [same("message", message=MessageFactory)],
    "mailings_sendrequest_status_agrees_with_decision": [
        {"status": "confirmed", "decided_at": NOON},
        {"status": "confirmed", "decided_by": UserFactory},
        {"status": "confirmed", "reason": "Too long.", **SETTLED},
        {"status": "returned", **SETTLED},
        {"status": "returned", "reason": "Too long."},
        {"status": "withdrawn", "reason": "Too long.", **SETTLED},
        {"status": "waiting", **SETTLED},
        {"status": "lost", **SETTLED},
    ],
    "mailings_sendrequest_confirmed_by_a_second_person": [confirmed_alone],
    "mailings_sendrequest_one_waiting": [same("mailing")],
    "mailings_unsubscription.address": [same("address")],
}
RIGHT_ROWS = {
    "mailings_sendrequest_one_waiting": [same("mailing", status="withdrawn", **SETTLED)],
    "mailings_groupletter_waiting_once": [
        same("focus_area", "subject", status="withdrawn", **SETTLED)
    ],
    "mailings_recipient_one_mail_an_address": [
        same("mailing", "address", message=MessageFactory, then={"message": None})
    ],
    "outbox_mailhold_one_at_a_time": [same("reason")],
    "outbox_suppressedaddress_once_at_a_time": [
        same("address", lifted_at=NOON, lifted_by=UserFactory, lifted_by_name="Ada")
    ],
}
