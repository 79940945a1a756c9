"""The e-mail that tells each member of staff in the morning what waits for them.

It has the same counts, texts and links as the front page of the admin, and before them what is
new since the last digest.
"""

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, ngettext_lazy

from accounts.models import User
from members.models import UNDECIDED_STATUSES, Call, Member, TimelineEntry, TimelineKind
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
# How many organisations a line of news names, and for how many days an earlier digest is looked.
MAX_NAMES: Final = 5
DAYS_BACK: Final = 14
# In the order of the digest. An organisation is named once.
NEWS: Final[tuple[tuple[tuple[str, ...], Promise], ...]] = (
    (
        (TimelineKind.ASSIGNED, TimelineKind.REASSIGNED),
        ngettext_lazy("%(number)s assigned to you", "%(number)s assigned to you", "number"),
    ),
    (
        (TimelineKind.ANSWERED,),
        ngettext_lazy("%(number)s reply received", "%(number)s replies received", "number"),
    ),
    (
        (TimelineKind.RECEIVED,),
        ngettext_lazy("%(number)s new applicant", "%(number)s new applicants", "number"),
    ),
)
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
    days = [at - timedelta(days=number) for number in range(DAYS_BACK + 1)]
    former = {_topic(user, day): user.pk for user in mornings.values() for day in days}
    there = dict(Message.objects.filter(topic__in=former).values_list("topic", "queued_at"))
    left = {topic: mornings[topic] for topic in mornings.keys() - there.keys()}
    if not left:
        return 0
    last = {former[topic]: there[topic] for topic in sorted(there)}
    calls, wordings = list(Call.objects.all()), texts_of(KIND)
    return sum(
        _write(
            user,
            topic,
            since=last.get(user.pk) or last_working_day(user, at),
            calls=calls,
            wordings=wordings,
            at=at,
        )
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


def last_working_day(user: User, at: datetime) -> datetime:
    """Return when the morning of the working day before began in a user's time zone."""
    there = at.astimezone(ZoneInfo(user.time_zone))
    days = 3 if there.weekday() == 0 else 1
    return datetime.combine(there.date() - timedelta(days), DIGEST_FROM, tzinfo=there.tzinfo)


def news_in_markdown(user: User, *, since: datetime, at: datetime) -> str:
    """Return what is new to a user since a time, with links; empty if nothing is."""
    kinds = [kind for kinds, _words in NEWS for kind in kinds]
    entries = (
        TimelineEntry.objects.filter(
            at__gt=since,
            at__lte=at,
            kind__in=kinds,
            member__in=Member.objects.visible_to(user),
            member__status__in=UNDECIDED_STATUSES,
            member__spam_signal="",
        )
        .exclude(by_user=user)
        .order_by("at", "pk")
        .values_list("kind", "member", "member__organisation_name", "member__assignee")
    )
    found = list(entries)
    named: set[int] = set()
    lines = []
    for kinds_of_line, words in NEWS:
        is_own = TimelineKind.ASSIGNED in kinds_of_line
        names = {
            member: name
            for kind, member, name, assignee in found
            if kind in kinds_of_line and member not in named and (assignee == user.pk or not is_own)
        }
        named |= names.keys()
        if names:
            lines.append(_line(words, names))
    if not lines:
        return ""
    moment = date_format(since.astimezone(ZoneInfo(user.time_zone)), _("j F Y, H:i"))
    return "\n".join([_("New since %(moment)s:") % {"moment": moment}, "", *lines])


def _line(words: Promise, names: dict[int, str]) -> str:
    """Return a line with the number of some organisations and links to the first ones."""
    links = [
        f"[{escape_inline(name)}]"
        f"(<{settings.SITE_URL}{reverse('admin:members_member_change', args=[member])}>)"
        for member, name in list(names.items())[:MAX_NAMES]
    ]
    if (left := len(names) - MAX_NAMES) > 0:
        links.append(
            ngettext("and %(number)s more", "and %(number)s more", left) % {"number": left}
        )
    return "- " + _("%(heading)s: %(words)s") % {
        "heading": words % {"number": len(names)},
        "words": ", ".join(links),
    }


def _write(
    user: User,
    topic: str,
    *,
    since: datetime,
    calls: Iterable[Call],
    wordings: TemplateSet,
    at: datetime,
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
            "waiting": lambda: "\n\n".join(
                filter(None, [news_in_markdown(user, since=since, at=at), list_in_markdown(some)])
            ),
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
