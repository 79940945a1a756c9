"""What a reply to a request for information does. It decides nothing: staff record it.

As long as nobody has, the member is among those that replied, and the automatic steps that follow
when nobody answers are not taken.
"""

from inbox.models import IncomingFile, IncomingMail
from members.models import Member, MemberStatus, TimelineKind
from members.services.letters.composing import topic_of_kind
from members.services.letters.officers import notify_assignee
from outbox.models import Message
from outbox.services.rendering import escape_inline
from papers.services.file_types import ValidFile


def waiting_replies(member: Member) -> list[IncomingMail]:
    """Return the replies by mail to the latest request, the oldest first, until one is recorded."""
    if member.status != MemberStatus.INFORMATION_REQUESTED:
        return []
    requests = member.timeline.filter(kind=TimelineKind.INFORMATION_REQUESTED, is_void=False)
    asked_at = requests.order_by("-pk").values("at")[:1]
    replies = IncomingMail.objects.of_organisations().filter(
        reference=member.reference, received_at__gte=asked_at
    )
    return list(
        replies.select_related("message").prefetch_related("files").order_by("received_at", "pk")
    )


def notify_assignee_of_reply(mail: IncomingMail) -> Message | None:
    """Notify the assigned officer, if active, of a reply by mail to a request for information."""
    if not mail.reference:
        return None
    member = Member.objects.filter(reference=mail.reference).first()
    if member is None or mail not in waiting_replies(member):
        return None
    # The name in a mail is typed by its sender, and may be anything.
    is_known = mail.message is not None and not mail.is_from_other_address
    by = mail.message.recipient_name if mail.message and is_known else mail.sender
    return notify_assignee(
        member,
        "officer_mail_received",
        {"by": escape_inline(by or mail.sender)},
        topic=f"{topic_of_kind(member, TimelineKind.ANSWERED)}/mail-{mail.pk}",
        at=mail.received_at,
    )


def content_of_file(file: IncomingFile) -> ValidFile:
    """Read a file that was checked when it came. Raises OSError if it is missing on the disk."""
    with file.file.open() as stored:
        return ValidFile(stored.read(), file.content_type, file.file_name)
