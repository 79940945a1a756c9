"""Two concurrent calls about one message, its delivery events, or a template."""

from functools import partial

from django.apps import apps
from django.core import mail
from django.core.mail import get_connection
from django.db import transaction

from outbox.models import (
    HoldReason,
    MailHold,
    Message,
    MessageAction,
    MessageStatus,
    MessageTemplate,
)
from outbox.models.delivery_event import DeliveryEvent, EventKind, SuppressedAddress, hash_of
from outbox.services.default_templates import DefaultTemplate, store_default_templates
from outbox.services.delivery import (
    FIRST_DELAY,
    LONGEST_DELAY,
    claim,
    deliver_message,
    schedule_retry,
)
from outbox.services.delivery_events import (
    AlreadyLifted,
    lift_suppression,
    match_pending_events,
    record_events,
)
from outbox.services.installation import NotHeld, begin_hold, cancel_due_before, release_mail
from outbox.services.letters import Addressee, EditableLetter
from outbox.services.queue import (
    AlreadyQueued,
    Envelope,
    cancel,
    cancel_message,
    post,
    retry_deferred,
    retry_message,
)
from outbox.services.template_editing import (
    SourceConflict,
    TemplateConflict,
    edit_template,
    review_template,
)
from outbox.services.translation_import import FileRow, TranslationConflict, store_translations
from tests.factories import (
    NOON,
    MailHoldFactory,
    MessageFactory,
    SuppressedAddressFactory,
    UserFactory,
)
from tests.outbox.test_delivery_events import DAY, MINUTE, SENT, report
from tests.outbox.test_erasure import erase, to_them
from tests.sweeps.races.race import Race, own, twice

MESSAGE, EVENT, TEMPLATE = "outbox_message", "outbox_deliveryevent", "outbox_messagetemplate"
QUEUED, FAILED, CANCELLED = MessageStatus.QUEUED, MessageStatus.FAILED, MessageStatus.CANCELLED
LATER = NOON + LONGEST_DELAY
STEP = {MessageAction: 1}


def two_queue():
    @transaction.atomic
    def queue():
        letter = EditableLetter("Subject", "Text.", "en")
        return post(Envelope(letter, Addressee("ada@example.org", "en"), "topic"), at=NOON)

    return twice(queue)


def retrying(message):
    return partial(retry_message, message=own(message), by=UserFactory(), at=NOON)


def cancelling(message):
    return partial(cancel_message, message=own(message), by=UserFactory(), at=NOON)


def cancelling_its_cause(message):
    return partial(cancel, reference=message.reference, at=NOON)


def claiming(message, at=NOON):
    return partial(claim, own(message), at)


def claiming_in_a_transaction(message):
    return transaction.atomic(claiming(message))


def claiming_later(message):
    """Claim a message once it is due again, by a worker that has just read it."""
    return lambda: claim(own(message), LATER)


def delivering(message, at=NOON):
    return lambda: deliver_message(message_pk=message.pk, connection=get_connection(), at=at)


def at_a_message(first, second, **facts):
    """Two calls for one message, with its status and number of attempts afterwards."""
    becomes, mails = facts.pop("becomes"), facts.pop("mails", 0)

    def arrange():
        message = MessageFactory(**facts)
        return (
            first(message),
            second(message),
            lambda: (own(message).status, len(mail.outbox)) == (becomes, mails),
        )

    return arrange


def cause_gone_and_put_back():
    """A worker releases a message while its cause disappears. It is not tried again."""
    message = MessageFactory()
    claimed = claim(own(message), NOON)

    def is_not_tried_again():
        deliver_message(message_pk=message.pk, connection=None, at=LATER)
        now = own(message)
        return (now.status, now.server_response) == (CANCELLED, "Its cause is gone")

    putting_back = partial(schedule_retry, claimed, "451 Later", NOON)
    return cancelling_its_cause(message), putting_back, is_not_tried_again


DEFERRED = {
    "first_due_at": NOON - FIRST_DELAY,
    "due_at": NOON + FIRST_DELAY,
    "attempts": 1,
    "server_response": "450",
}


def two_retry_all():
    for _number in range(3):
        MessageFactory(**DEFERRED)
    return twice(partial(retry_deferred, by=UserFactory(), at=NOON))


def recording(*reports, at=NOON):
    return partial(record_events, list(reports), at=at)


def two_record_the_same():
    message = MessageFactory(**SENT)
    return *twice(recording(report(message))), lambda: own(message).bounced_at == NOON


def two_record_of_one_message():
    message = MessageFactory(**SENT)
    bounced = report(message, EventKind.SOFT_BOUNCE, at=NOON, key="a")
    arrived = report(message, EventKind.DELIVERED, at=NOON + MINUTE, key="b")

    def what_happened_last_counts():
        return (message.events.count(), own(message).bounced_at) == (2, None)

    calls = [recording(each, at=NOON + DAY) for each in (bounced, arrived)]
    return *calls, what_happened_last_counts


def two_match():
    message = MessageFactory.build(**SENT)
    record_events([report(message)], at=NOON)
    message.save()
    return twice(partial(match_pending_events, at=NOON))


def two_bounces_of_one_address():
    messages = [MessageFactory(recipient="ada@example.org", **SENT) for _number in range(2)]
    return tuple(recording(report(each, key=str(each.pk))) for each in messages)


def lifting(suppressed):
    return partial(lift_suppression, suppressed=own(suppressed), by=UserFactory(), at=NOON)


def two_release():
    MailHoldFactory(released_at=None)
    return (
        partial(release_mail, reason="Checked.", by=UserFactory(), at=NOON) for _person in range(2)
    )


def released_while_it_is_cancelled():
    MailHoldFactory(released_at=None)
    message = MessageFactory()
    return (
        partial(cancel_due_before, time=LATER, at=NOON),
        partial(release_mail, reason="Checked.", by=UserFactory(), at=NOON),
        lambda: own(message).status == CANCELLED,
    )


def two_find_out():
    return twice(partial(begin_hold, reason=HoldReason.OLDER, at=NOON))


def two_lift():
    suppressed = SuppressedAddressFactory()
    return lifting(suppressed), lifting(suppressed)


def lifted_while_it_is_sent():
    suppressed = SuppressedAddressFactory(address="ada@example.org")
    message = MessageFactory(recipient="ada@example.org")

    def says_why_it_was_not_sent():
        return (own(message).status, own(message).suppressed_by) == (CANCELLED, suppressed)

    return lifting(suppressed), delivering(message), says_why_it_was_not_sent


def erased_and_reported(*, first):
    def arrange():
        bounce = report(to_them(), EventKind.HARD_BOUNCE, response="550 <grace@example.org> no")

        def no_address_is_left():
            suppressed = set(SuppressedAddress.objects.values_list("address", flat=True))
            answers = set(DeliveryEvent.objects.values_list("response", flat=True))
            return suppressed <= {hash_of("grace@example.org")} and answers == {""}

        calls = [erase, recording(bounce)]
        return *(calls if first else calls[::-1]), no_address_is_left

    return arrange


def editing(template, words):
    return partial(
        edit_template,
        template=own(template),
        subject=template.subject,
        body=f"{template.body}\n\n{words}",
        is_active=True,
        version=template.version,
        source_version=None,
        by=UserFactory(),
        at=NOON,
    )


def a_translation():
    """Return a default text and the French translation of it."""
    english = a_template()
    return english, MessageTemplate.objects.get(template_type=english.template_type, language="fr")


def english_edited_while_its_translation_is(change):
    def arrange():
        english, french = a_translation()
        before = french.version
        return (
            editing(english, "New."),
            change(french, english),
            lambda: own(french).version == before,
        )

    return arrange


def edited_beside(french, english):
    return partial(editing(french, "Neuf."), source_version=english.version)


def reviewed_beside(french, english):
    return partial(
        review_template,
        template=own(french),
        version=french.version,
        source_version=english.version,
        by=UserFactory(),
        at=NOON,
    )


def a_template():
    return MessageTemplate.objects.filter(language="en").order_by("pk").first()


def two_edit():
    template = a_template()
    first_stays = lambda: own(template).body.endswith("First.")  # noqa: E731
    return editing(template, "First."), editing(template, "Second."), first_stays


def storing(french, english, words):
    """Return a call that stores the file of a translator with one text."""
    body = f"{french.body}\n\n{words}"
    versions = str(french.version), str(english.version)
    row = FileRow(2, french.template_type, "body", "fr", body, *versions)
    return partial(
        store_translations, [row], language="fr", expected=[2], by=UserFactory(), at=NOON
    )


def two_store_translations():
    english, french = a_translation()
    first_stays = lambda: own(french).body.endswith("Un.")  # noqa: E731
    calls = [storing(french, english, words) for words in ("Un.", "Deux.")]
    return *calls, first_stays


def renewed_while_it_is_edited():
    template = a_template()
    newer = DefaultTemplate(
        template.template_type, "en", template.subject, f"{template.body}\n\nNew."
    )
    newer_stays = lambda: own(template).body == newer.body  # noqa: E731
    return partial(store_default_templates, [newer], apps), editing(template, "Mine."), newer_stays


RACES = {
    "store two translator's files": Race(
        two_store_translations, TEMPLATE, (1, TranslationConflict), {}
    ),
    "queue the same": Race(
        two_queue,
        MESSAGE,
        (Message, AlreadyQueued),
        {Message: 1},
        is_either_first=True,
        needs_lock=False,
    ),
    "retry": Race(
        at_a_message(retrying, retrying, status=FAILED, becomes=QUEUED),
        MESSAGE,
        (Message, "not_retriable"),
        STEP,
    ),
    "retry what was put off": Race(
        at_a_message(retrying, retrying, **DEFERRED, becomes=QUEUED),
        MESSAGE,
        (Message, "not_retriable"),
        STEP,
    ),
    "retry all": Race(two_retry_all, MESSAGE, (3, "nothing_deferred"), {MessageAction: 3}),
    "cancel": Race(
        at_a_message(cancelling, cancelling, becomes=CANCELLED),
        MESSAGE,
        (Message, "not_queued"),
        STEP,
    ),
    "cancel, and cancel the cause": Race(
        at_a_message(cancelling, cancelling_its_cause, becomes=CANCELLED),
        MESSAGE,
        (Message, 0),
        STEP,
    ),
    "cancel the cause, and cancel": Race(
        at_a_message(cancelling_its_cause, cancelling, becomes=CANCELLED),
        MESSAGE,
        (1, "not_queued"),
    ),
    "cancel, and claim": Race(
        at_a_message(cancelling, claiming, becomes=CANCELLED), MESSAGE, (Message, None), STEP
    ),
    "cancel the cause, and claim": Race(
        at_a_message(cancelling_its_cause, claiming, becomes=CANCELLED), MESSAGE, (1, None)
    ),
    "cancel the cause, and put back": Race(cause_gone_and_put_back, MESSAGE, (0, None)),
    "claim, and cancel": Race(
        at_a_message(claiming, cancelling, becomes=MessageStatus.SENDING),
        f"after {MESSAGE}",
        (Message, "not_queued"),
        needs_lock=False,
    ),
    "claim": Race(
        at_a_message(claiming_in_a_transaction, claiming, becomes=MessageStatus.SENDING),
        f"after {MESSAGE}",
        (Message, None),
        needs_lock=False,
    ),
    "deliver": Race(
        at_a_message(delivering, delivering, becomes=MessageStatus.SENT, mails=1),
        MESSAGE,
        (None, None),
        needs_lock=False,
    ),
    "retry what was put off, and claim": Race(
        at_a_message(retrying, claiming_later, **DEFERRED, becomes=QUEUED),
        MESSAGE,
        (Message, None),
        STEP,
    ),
    "deliver what was put off, and retry": Race(
        at_a_message(
            partial(delivering, at=LATER), retrying, **DEFERRED, becomes=MessageStatus.SENT, mails=1
        ),
        f"after {MESSAGE}",
        (None, "not_retriable"),
        needs_lock=False,
    ),
    "report the same": Race(
        two_record_the_same,
        EVENT,
        (None, None),
        {DeliveryEvent: 1, SuppressedAddress: 1},
        needs_lock=False,
    ),
    "report twice of one message": Race(
        two_record_of_one_message, MESSAGE, (None, None), {DeliveryEvent: 2}
    ),
    "match a report": Race(two_match, EVENT, (1, 0), {SuppressedAddress: 1}),
    "report of two messages to one address": Race(
        two_bounces_of_one_address,
        "outbox_suppressedaddress",
        (None, None),
        {DeliveryEvent: 2, SuppressedAddress: 1},
        needs_lock=False,
    ),
    "release held email": Race(two_release, "outbox_mailhold", (MailHold, NotHeld)),
    "cancel held email, and release": Race(
        released_while_it_is_cancelled, MESSAGE, (1, MailHold), {}, needs_lock=False
    ),
    "hold email": Race(
        two_find_out, "outbox_mailhold", (MailHold, MailHold), {MailHold: 1}, needs_lock=False
    ),
    "lift a suppression": Race(
        two_lift, "outbox_suppressedaddress", (SuppressedAddress, AlreadyLifted)
    ),
    "lift a suppression, and deliver": Race(
        lifted_while_it_is_sent,
        "outbox_suppressedaddress",
        (SuppressedAddress, None),
        needs_lock=False,
    ),
    "erase, and report": Race(
        erased_and_reported(first=True), f"after {MESSAGE}", (1, None), needs_lock=False
    ),
    "report, and erase": Race(
        erased_and_reported(first=False),
        MESSAGE,
        (None, 1),
        {SuppressedAddress: 1},
        needs_lock=False,
    ),
    "edit a text": Race(two_edit, TEMPLATE, (MessageTemplate, TemplateConflict)),
    "edit an English text, and its translation": Race(
        english_edited_while_its_translation_is(edited_beside),
        TEMPLATE,
        (MessageTemplate, SourceConflict),
    ),
    "edit an English text, and review its translation": Race(
        english_edited_while_its_translation_is(reviewed_beside),
        TEMPLATE,
        (MessageTemplate, SourceConflict),
    ),
    "renew a text, and edit it": Race(renewed_while_it_is_edited, TEMPLATE, (1, TemplateConflict)),
}
