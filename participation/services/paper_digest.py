"""Digests: one mail a day about new papers, if there are any, and urgent ones in between.

Code that adds a paper does not send mail. Every morning, the files that members can see and that
were in no digest yet make the digest of the day. Files of a meeting that begins within 48 hours
make an urgent digest, as soon as no more are added. Files of withdrawn papers are left out, and are
included later if the paper is restored.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Final
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction

from core.dates import GENEVA
from core.languages import page_url
from meetings.models import Meeting, MeetingStatus
from members.services.participants import participants, with_member_as_shown
from outbox.models import Message, Queue
from outbox.services.letters import texts_of
from outbox.services.queue import Envelope, post_all
from outbox.services.template_rendering import TemplateSet
from papers.models import Paper, PaperVersion, PaperVersionQuerySet
from participation.models import DigestedVersion, MailPreferences, PaperDigest
from participation.services.invited import load_parts
from participation.services.letters import (
    Recipient,
    letter_to,
    recipients_among,
)
from participation.services.meeting_changes import NO_WAIT, SHORT_WAIT, wait_before
from participation.services.paper_digest_text import NewPaper, new_papers, new_papers_text
from participation.services.paper_kinds import NEW_PAPERS

# In Geneva. Files that were added before are announced then, or once the portal runs again.
EACH_DAY_AT: Final = time(7)
# The papers of meetings that begin in less than this are announced before the next morning.
URGENT_BEFORE: Final = timedelta(hours=48)
# The limits of a transaction and of a run; the next run continues.
BATCH_SIZE, MAX_PER_RUN = 200, 2000
# An older digest is not sent. The page of papers still lists its files.
EXPIRES_AFTER: Final = timedelta(days=7)


def send_paper_digests(*, at: datetime) -> int:
    """Send digests to everybody whom new papers concern; return the number of mails.

    Each reader gets one digest a day, and one of each urgent digest, however often and from however
    many processes it is called.
    """
    start_urgent_digest(at=at)
    start_digest(at=at)
    unfinished = PaperDigest.objects.filter(finished_at__isnull=True).order_by("made_at", "pk")
    return sum(_go_on(pk, at) for pk in unfinished.values_list("pk", flat=True))


def start_digest(*, at: datetime) -> PaperDigest | None:
    """Create the digest of the day, from files in no digest that were added before this morning.

    Files that wait for the virus scanner are announced later. Returns None if there are no files,
    or if another process has created the digest.
    """
    morning = latest_digest_time(at)
    day = morning.astimezone(ZoneInfo(GENEVA)).date()
    if PaperDigest.objects.filter(day=day).exists():
        return None
    new = undigested_versions().available().filter(uploaded_at__lt=morning)
    return _start(list(new), day=day, at=at)


def start_urgent_digest(*, at: datetime) -> PaperDigest | None:
    """Create a digest of the new papers of meetings that begin soon.

    The papers of a meeting wait until none was added for two minutes, and for ten minutes at most;
    if less than two hours are left, not at all. Returns None if there are no such papers, or if
    another process has created the digest.
    """
    available = undigested_versions().available()
    soon = available.filter(
        paper__meeting__status=MeetingStatus.SCHEDULED,
        paper__meeting__starts_at__lt=at + URGENT_BEFORE,
        paper__meeting__ends_at__gt=at,
    )
    by_meeting: dict[Meeting, list[PaperVersion]] = defaultdict(list)
    for version in soon.select_related("paper__meeting"):
        if meeting := version.paper.meeting:
            by_meeting[meeting].append(version)
    settled: list[PaperVersion] = []
    for meeting, versions in by_meeting.items():
        is_next = wait_before(meeting.starts_at, at=at) is NO_WAIT
        wait = NO_WAIT if is_next else SHORT_WAIT
        first, last = versions[0].uploaded_at, versions[-1].uploaded_at
        if last <= at - wait.quiet_period or first <= at - wait.longest:
            settled += versions
    return _start(settled, day=None, at=at)


def _start(new: Sequence[PaperVersion], *, day: date | None, at: datetime) -> PaperDigest | None:
    """Create a digest of some files, unless another process has announced one of them."""
    if not new:
        return None
    try:
        with transaction.atomic():
            digest = PaperDigest.objects.create(day=day, made_at=at)
            DigestedVersion.objects.bulk_create(
                DigestedVersion(digest=digest, version=version) for version in new
            )
    except IntegrityError:
        is_taken = DigestedVersion.objects.filter(version__in=new).exists()
        if not is_taken and not (day and PaperDigest.objects.filter(day=day).exists()):
            raise
        return None
    return digest


@transaction.atomic
def mark_all_as_digested(*, at: datetime) -> None:
    """Mark all visible files as announced without mail, for a portal that was just filled."""
    digest = PaperDigest.objects.create(
        day=latest_digest_time(at).astimezone(ZoneInfo(GENEVA)).date(), made_at=at, finished_at=at
    )
    DigestedVersion.objects.bulk_create(
        DigestedVersion(digest=digest, version=version) for version in undigested_versions()
    )


def undigested_versions() -> PaperVersionQuerySet:
    """Return the files that members can see and that were in no digest, the oldest first."""
    seen = Paper.objects.for_members().values("pk")
    return PaperVersion.objects.filter(paper__in=seen, digested_version=None).order_by(
        "uploaded_at", "pk"
    )


def latest_digest_time(at: datetime) -> datetime:
    """Return the latest time at which a digest was due in Geneva."""
    zone = ZoneInfo(GENEVA)
    there = at.astimezone(zone)
    today = datetime.combine(there.date(), EACH_DAY_AT, tzinfo=zone)
    if today <= there:
        return today
    return datetime.combine(there.date() - timedelta(days=1), EACH_DAY_AT, tzinfo=zone)


def digest_recipients(*, at: datetime) -> list[Recipient]:
    """Return the participants who want digests."""
    people = participants().select_related("member__focus_area")
    everybody = recipients_among(with_member_as_shown(people, at=at))
    addresses = [reader.address for reader in everybody]
    wanting = MailPreferences.objects.addresses_opted_in("new_papers", addresses)
    return [reader for reader in everybody if reader.address in wanting]


def _go_on(pk: int, at: datetime) -> int:
    """Queue a digest to the readers whom it concerns and who do not have it yet."""
    everybody, words, written = digest_recipients(at=at), texts_of(NEW_PAPERS), 0
    while written < MAX_PER_RUN:
        now = _write_some(pk, everybody, words, at)
        if now is None:
            break
        written += now
    return written


@transaction.atomic
def _write_some(
    pk: int, everybody: Sequence[Recipient], words: TemplateSet, at: datetime
) -> int | None:
    """Queue the next batch and return the number of mails; None if the digest is finished."""
    # The lock makes sure that a second process sees which mails the first one queued.
    digest = PaperDigest.objects.select_for_update().get(pk=pk)
    if digest.finished_at:
        return None
    news = _news_of(digest)
    there = set(
        Message.objects.filter(topic__startswith=f"{_topic(digest)}/").values_list(
            "topic", flat=True
        )
    )
    left = [
        (reader, theirs)
        for reader in everybody
        if f"{_topic(digest)}/{reader.segment}" not in there
        and (theirs := [each for each in news if each.concerns(reader)])
    ]
    letters = [_letter(digest, *each, words, at) for each in left[:BATCH_SIZE]]
    post_all(letters, at=at, may_repeat=False)
    if len(left) <= BATCH_SIZE:
        # The clocks of servers may differ.
        digest.finished_at = max(at, digest.made_at)
        digest.save(update_fields=["finished_at"])
    return len(letters)


def _news_of(digest: PaperDigest) -> list[NewPaper]:
    """Return the new papers of a digest, without those that were withdrawn since."""
    seen = Paper.objects.for_members().values("pk")
    versions = PaperVersion.objects.filter(digested_version__digest=digest, paper__in=seen)
    with_papers = versions.select_related("paper__meeting__focus_area", "paper__focus_area")
    news = new_papers(with_papers.order_by("paper__kind", "paper__title", "paper_id", "pk"))
    load_parts(each.paper.meeting for each in news if each.paper.meeting)
    return news


def _letter(
    digest: PaperDigest,
    reader: Recipient,
    news: Sequence[NewPaper],
    words: TemplateSet,
    at: datetime,
) -> Envelope:
    page = page_url("participation:my_papers", reader.person.language)
    return letter_to(
        reader,
        NEW_PAPERS,
        {"papers": partial(new_papers_text, news), "papers_page": page},
        words=words,
        topic=_topic(digest),
        queue=Queue.MAIL if digest.is_urgent else Queue.BULK,
        expires_at=at + EXPIRES_AFTER,
    )


def _topic(digest: PaperDigest) -> str:
    return f"papers/{digest.day or f'urgent-{digest.pk}'}"
