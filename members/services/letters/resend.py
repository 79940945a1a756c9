"""Send a message again, to the focal point's current address or to a corrected one."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.models import User
from core.conflicts import lock
from core.personal_data import ERASED_TEXT
from members.models import NOTE_LANGUAGE, FocalPoint, MemberStatus
from members.services.corrections import correct_answers
from members.services.letters.composing import ADDRESSEE, WORKING_GROUP_KINDS, key_makers, kind_of
from members.services.private_links import is_page_expired
from outbox.models import FINAL_STATUSES, Message
from outbox.services.letters import keys_in
from outbox.services.queue import resend_message as write_message_again


class CannotResend(Exception):
    """The message cannot be sent again, for the reason in the exception's message."""


@transaction.atomic
def correct_and_resend(
    *, message: Message, email: str, times: int, version: int, by: User, at: datetime
) -> Message:
    """Correct the address of the focal point of a message, and send the message again to it.

    The reason on the timeline is that the message did not arrive.

    Raises CannotResend like `resend()`, and NothingChanged and Conflict like
    `correct_answers()`. Then the address is not corrected either.
    """
    focal_point = focal_point_of_message(message)
    if not focal_point:
        raise CannotResend(_("This message was not sent to a focal point."))
    with override(NOTE_LANGUAGE):
        reason = _("This email did not arrive: %(subject)s") % {"subject": message.subject}
    correct_answers(
        member=focal_point.member,
        facts={},
        focal_points={focal_point.pk: {"email": email}},
        reason=reason,
        by=by,
        at=at,
        version=version,
    )
    return resend(message=message, times=times, by=by, at=at)


@transaction.atomic
def resend(*, message: Message, times: int, by: User, at: datetime) -> Message:
    """Queue a copy of a message to its focal point's current address, with new private links.

    `times` is how many copies existed when the user opened the page.

    Raises CannotResend if the message was not sent yet, was sent again meanwhile, was not
    addressed to a focal point, or has private links that would no longer open.
    """
    focal_point = focal_point_of_message(message)
    if not focal_point:
        raise CannotResend(_("This message was not sent to a focal point."))
    member = focal_point.member
    # Locked, so that a second click has no effect, and no links are revoked in between.
    lock(member)
    focal_point.refresh_from_db()
    message.refresh_from_db()
    if member.personal_data_deleted_at is not None or message.body == ERASED_TEXT:
        raise CannotResend(_("The text or the recipient of this message was deleted."))
    if message.status not in FINAL_STATUSES:
        raise CannotResend(_("This message has not been sent yet."))
    if message.resent_as.count() != times:
        raise CannotResend(_("This message was resent after you opened this page."))
    kind = kind_of(message)
    keys = keys_in(message.body, key_makers(focal_point, kind))
    if keys and kind in WORKING_GROUP_KINDS and member.status != MemberStatus.ADMITTED:
        raise CannotResend(
            _("This message contains private links, but the member is no longer admitted.")
        )
    if keys and is_page_expired(member, at=at):
        raise CannotResend(_("This message contains a private link to a page that has expired."))
    return write_message_again(
        message=message,
        recipient=focal_point.email,
        recipient_name=focal_point.full_name,
        by=by,
        at=at,
        **keys,
    )


def focal_point_of_message(message: Message) -> FocalPoint | None:
    """Return the focal point in the topic of a message, or None."""
    named = ADDRESSEE.search(message.topic)
    return FocalPoint.objects.filter(pk=int(named[1])).first() if named else None
