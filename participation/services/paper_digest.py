"""What those who take part are told of new papers: one mail a day, if there is anything new.

Nobody who adds a paper has to think of it. What members see each morning and were never told is
the news of that day; what was withdrawn by then is not, and is once it is put back.
"""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from functools import partial
from typing import Final
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from core.dates import GENEVA
from core.languages import page_url
from outbox.models import Message, Queue
from outbox.services.letters import texts_of
from outbox.services.queue import queue_messages
from outbox.services.template_rendering import TemplateSet
from papers.models import Paper, PaperVersion
from participation.models import DigestedVersion, MailPreferences, PaperDigest
from participation.services.letters import (
    Recipient,
    letter_to,
    recipients_among,
)
from participation.services.paper_digest_text import NewPaper, new_papers, new_papers_text
from participation.services.paper_kinds import NEW_PAPERS
from participation.services.participants import participants

# In Geneva: what was added before is told then, or as soon after as the portal runs.
EACH_DAY_AT: Final = time(7)
# In one transaction, and in one run; the next run goes on.
BATCH_SIZE, MAX_PER_RUN = 200, 2000
# Later it is old, and stands on the page.
EXPIRES_AFTER: Final = timedelta(days=7)


def send_paper_digests(*, at: datetime) -> int:
    """Write to those whom new papers concern; return how many mails that is.

    Once for each day and reader, however often and from how many processes it is called.
    """
    start_digest(at=at)
    unfinished = PaperDigest.objects.filter(finished_at__isnull=True).order_by("day")
    return sum(_go_on(pk, at) for pk in unfinished.values_list("pk", flat=True))


def start_digest(*, at: datetime) -> PaperDigest | None:
    """Take what was never told, and was added before this morning, as the news of the day.

    None where there is nothing, or another process was as quick.
    """
    morning = latest_digest_time(at)
    day = morning.astimezone(ZoneInfo(GENEVA)).date()
    if PaperDigest.objects.filter(day=day).exists():
        return None
    new = list(undigested_versions().filter(uploaded_at__lt=morning))
    if not new:
        return None
    try:
        with transaction.atomic():
            digest = PaperDigest.objects.create(day=day, made_at=at)
            DigestedVersion.objects.bulk_create(
                DigestedVersion(digest=digest, version=version) for version in new
            )
    except IntegrityError:
        if not PaperDigest.objects.filter(day=day).exists():
            raise
        return None
    return digest


@transaction.atomic
def mark_all_as_digested(*, at: datetime) -> None:
    """Take all that members see as told, without a mail, for a portal that was just filled."""
    digest = PaperDigest.objects.create(
        day=latest_digest_time(at).astimezone(ZoneInfo(GENEVA)).date(), made_at=at, finished_at=at
    )
    DigestedVersion.objects.bulk_create(
        DigestedVersion(digest=digest, version=version) for version in undigested_versions()
    )


def undigested_versions() -> QuerySet[PaperVersion]:
    """Keep the files that members see and were never told of, the first first."""
    seen = Paper.objects.for_members().values("pk")
    return PaperVersion.objects.filter(paper__in=seen, digested_version=None).order_by(
        "uploaded_at", "pk"
    )


def latest_digest_time(at: datetime) -> datetime:
    """Return when it was last the hour at which Geneva is told."""
    zone = ZoneInfo(GENEVA)
    there = at.astimezone(zone)
    today = datetime.combine(there.date(), EACH_DAY_AT, tzinfo=zone)
    if today <= there:
        return today
    return datetime.combine(there.date() - timedelta(days=1), EACH_DAY_AT, tzinfo=zone)


def digest_recipients() -> list[Recipient]:
    """Return those who take part and want to be told of papers."""
    everybody = recipients_among(participants().select_related("member__focus_area"))
    addresses = [reader.address for reader in everybody]
    wanting = MailPreferences.objects.addresses_opted_in("new_papers", addresses)
    return [reader for reader in everybody if reader.address in wanting]


def _go_on(pk: int, at: datetime) -> int:
    """Write to those whom the news of a day concern and who are not written to yet."""
    everybody, words, written = digest_recipients(), texts_of(NEW_PAPERS), 0
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
    """Write to some more, and return to how many; None once it is finished."""
    # Locked, so that of two processes the second sees whom the first has written to.
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
        and (theirs := [each for each in news if each.concerns(reader.areas)])
    ]
    letters = [_letter(digest, *each, words, at) for each in left[:BATCH_SIZE]]
    queue_messages(letters, may_repeat=False, is_left_to_sweep=True)
    if len(left) <= BATCH_SIZE:
        # Machines' clocks may disagree.
        digest.finished_at = max(at, digest.made_at)
        digest.save(update_fields=["finished_at"])
    return len(letters)


def _news_of(digest: PaperDigest) -> list[NewPaper]:
    """Return what is new of a day, without what was withdrawn since."""
    seen = Paper.objects.for_members().values("pk")
    versions = PaperVersion.objects.filter(digested_version__digest=digest, paper__in=seen)
    with_papers = versions.select_related("paper__meeting__focus_area", "paper__focus_area")
    return new_papers(with_papers.order_by("paper__kind", "paper__title", "paper_id", "pk"))


def _letter(
    digest: PaperDigest,
    reader: Recipient,
    news: Sequence[NewPaper],
    words: TemplateSet,
    at: datetime,
) -> Message:
    page = page_url("participation:my_papers", reader.person.language)
    return letter_to(
        reader,
        NEW_PAPERS,
        {"papers": partial(new_papers_text, news), "papers_page": page},
        words=words,
        topic=_topic(digest),
        queue=Queue.BULK,
        at=at,
        expires_at=at + EXPIRES_AFTER,
    )


def _topic(digest: PaperDigest) -> str:
    return f"papers/{digest.day:%Y-%m-%d}"
