"""The e-mail that tells each member of staff in the morning what waits for them.

It has the same counts, texts and links as the front page of the admin.
"""

from collections.abc import Iterable
from datetime import datetime, time
from functools import partial
from typing import Final
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.db.models import QuerySet
from django.urls import reverse

from accounts.models import User
from members.models import Call
from members.services.letters.officers import IS_NOTIFIABLE, staff_addressee
from outbox.models import Message
from outbox.services.letters import texts_of, write
from outbox.services.queue import AlreadyQueued, Envelope, post
from outbox.services.rendering import escape_inline
from outbox.services.template_rendering import TemplateSet
from triage.desk.services.template_types import OFFICER_DIGEST
from triage.desk.services.work_queue import Reader, list_in_markdown, work_queue

KIND: Final = OFFICER_DIGEST.name
ASSIGN_PERMISSION: Final = "members.take_member"
# In the time zone of the reader. After an outage, the digest is still useful until noon.
DIGEST_FROM, DIGEST_UNTIL = time(7), time(12)
FRIDAY: Final = 4
# In the order of the digest, with the names in WAITING.
DIGEST_ITEMS: Final = (
    "opinions",
    "unassigned",
    "mine",
    "overdue",
    "replied",
    "late",
    "mail_failed",
    "to_close",
)


def send_daily_digests(*, at: datetime) -> int:
    """Send the digest to all staff for whom it is morning and something waits.

    Each person gets at most one per local day, even with repeated or concurrent calls.
    Returns the number of messages.
    """
    mornings = {_topic(user, at): user for user in digest_recipients() if is_digest_time(user, at)}
    there = Message.objects.filter(topic__in=mornings).values_list("topic", flat=True)
    left = {topic: mornings[topic] for topic in mornings.keys() - set(there)}
    if not left:
        return 0
    calls, wordings = list(Call.objects.all()), texts_of(KIND)
    return sum(
        _write(user, topic, calls=calls, wordings=wordings, at=at)
        for topic, user in sorted(left.items())
    )


def digest_recipients() -> QuerySet[User]:
    """Return the recipients: active staff who may take members and want the digest."""
    may_take_files: QuerySet[User] = ModelBackend().with_perm(ASSIGN_PERMISSION)
    return may_take_files.filter(IS_NOTIFIABLE, wants_digest=True).order_by("pk")


def is_digest_time(user: User, at: datetime) -> bool:
    """Return whether it is the morning of a working day in a user's time zone."""
    there = at.astimezone(ZoneInfo(user.time_zone))
    return there.weekday() <= FRIDAY and DIGEST_FROM <= there.time() < DIGEST_UNTIL


def _write(
    user: User, topic: str, *, calls: Iterable[Call], wordings: TemplateSet, at: datetime
) -> int:
    """Send the digest to one user if anything waits; return the number of messages."""
    counts = work_queue(Reader(user=user, calls=calls, at=at)).counts
    some = {name: counts[name] for name in DIGEST_ITEMS if counts.get(name)}
    if not some:
        return 0
    reader = staff_addressee(user)
    letter = write(
        KIND,
        reader.language,
        {
            "name": escape_inline(reader.name),
            "waiting": partial(list_in_markdown, some),
            "preferences": settings.SITE_URL + reverse("accounts:preferences"),
        },
        words=wordings,
    )
    there = at.astimezone(ZoneInfo(user.time_zone))
    expires_at = datetime.combine(there.date(), DIGEST_UNTIL, tzinfo=there.tzinfo)
    try:
        post(Envelope(letter, reader, topic=topic, expires_at=expires_at), at=at)
    except AlreadyQueued:
        # Another process has already queued it.
        return 0
    return 1


def _topic(user: User, at: datetime) -> str:
    return f"digest/user-{user.pk}/{at.astimezone(ZoneInfo(user.time_zone)):%Y-%m-%d}"
