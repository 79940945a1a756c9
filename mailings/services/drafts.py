"""Drafts of mailings: copying a mailing, saving texts, and sending test copies."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.contrib.auth.backends import ModelBackend
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from core.conflicts import Refused, check_version, save_next_version
from core.history import set_history_actor
from core.rate_limits import HOUR, count_attempt
from mailings.models import Exclusion, Mailing, MailingKind, MailingText, Recipient, Selection
from mailings.services.exceptions import MailingConflict, NothingToSend
from mailings.services.letters import MailingTexts, topic_of
from mailings.services.recipients import (
    check_all_recipients,
    create_mailing,
    lock_draft,
    remove_recipients,
)
from mailings.services.second_person import withdraw_request
from members.models import MemberQuerySet
from members.services.letters.officers import IS_NOTIFIABLE
from outbox.models import Message
from outbox.services.queue import AlreadyQueued
from outbox.services.sample_sending import post_test_copy

MAX_COLLEAGUES: Final = 10
MAX_TESTS_PER_HOUR: Final = 20


@dataclass(frozen=True)
class DraftText:
    """A subject and a text as entered."""

    subject: str
    body: str


@transaction.atomic
def save_draft(
    *,
    mailing: Mailing,
    kind: MailingKind,
    language: str,
    texts: Mapping[str, DraftText],
    version: int,
    by: User,
    at: datetime,
) -> Mailing:
    """Save a draft: its kind, its first language, and a text in each language.

    An empty text is deleted. A change withdraws the request to send the mailing. Saving without a
    change does not change the version.

    Raises WrongStatus if the mailing is no longer a draft, and MailingConflict.
    """
    lock_draft(mailing)
    kept = {text.language: text for text in mailing.texts.all()}
    wanted = {code: text for code, text in texts.items() if text.subject or text.body}
    before = {code: DraftText(text.subject, text.body) for code, text in kept.items()}
    is_another_kind = mailing.kind != kind
    if (wanted, kind, language) == (before, mailing.kind, mailing.language):
        return mailing
    check_version(mailing, version, MailingConflict)

    withdraw_request(mailing, by=by, at=at)
    mailing.kind = kind
    mailing.language = language
    save_next_version(mailing, "kind", "language", by=by, at=at)
    for code in {*kept, *wanted}:
        if before.get(code) != wanted.get(code):
            row = kept.get(code) or MailingText(mailing=mailing, language=code)
            _store(row, wanted.get(code), by, at)
    if is_another_kind:
        check_all_recipients(mailing)
    return mailing


@transaction.atomic
def copy_mailing(*, mailing: Mailing, members: MemberQuerySet, by: User, at: datetime) -> Mailing:
    """Create a draft with the kind, the texts and the audience of another mailing.

    `members` are those who were chosen for the other mailing, or are in its list today. Recipients
    who were removed from it are removed from the draft too. Nothing of its sending is copied.

    Raises NoRecipients.
    """
    copy = create_mailing(
        kind=MailingKind(mailing.kind),
        language=mailing.language,
        members=members,
        selection=Selection(mailing.selection),
        query=mailing.query,
        selection_in_words=mailing.selection_in_words,
        by=by,
        at=at,
    )
    for text in mailing.texts.order_by("pk"):
        row = MailingText(mailing=copy, language=text.language)
        _store(row, DraftText(text.subject, text.body), by, at)
    removed = mailing.recipients.filter(exclusion=Exclusion.REMOVED).values("focal_point")
    rows = list(copy.recipients.filter(focal_point__in=removed).values_list("pk", flat=True))
    if rows:
        remove_recipients(mailing=copy, recipients=rows, by=by, at=at)
    return copy


@transaction.atomic
def send_test_copy(*, mailing: Mailing, recipient: Recipient, by: User, at: datetime) -> Message:
    """Send the officer a copy of the mailing as one recipient would get it.

    The subject says that it is a test. The copy contains no private link, belongs to no member, and
    is not part of the mailing.

    Raises NothingToSend, and AlreadyQueued for a second click in the same minute on the same text.
    """
    texts = MailingTexts(mailing)
    if not texts.can_go:
        raise NothingToSend
    topic = f"{_test_topic(mailing, by)}/{recipient.pk}/{_edition(mailing, at)}"
    return post_test_copy(texts.letter_to(recipient.focal_point), to=by, topic=topic, at=at)


def send_test_copies(
    *,
    mailing: Mailing,
    colleagues: Collection[User],
    languages: Collection[str],
    by: User,
    at: datetime,
) -> list[Message]:
    """Send each colleague a test copy of the mailing in each language, with sample values.

    The copies are marked as tests, belong to no member, and are not part of the mailing.

    Raises TooManyAttempts, NothingToSend if one of the texts cannot be sent, and Refused
    (too_many_colleagues, may_not_read, sent_already).
    """
    count_attempt("test copies", str(by.pk), limit=MAX_TESTS_PER_HOUR, within=HOUR, at=at)
    _check_readers(colleagues)
    texts = MailingTexts(mailing)
    if not languages or not texts.by_language.keys() >= set(languages):
        raise NothingToSend
    try:
        with transaction.atomic():
            return [
                post_test_copy(
                    texts.sample_in(language),
                    to=colleague,
                    topic=f"{_test_topic(mailing, colleague)}/{language}/{_edition(mailing, at)}",
                    at=at,
                )
                for colleague in colleagues
                for language in languages
            ]
    except AlreadyQueued as refused:
        raise Refused(
            _(
                "One of these copies was sent less than a minute ago. Nothing was sent now. Try "
                "again in a minute."
            ),
            code="sent_already",
        ) from refused


def possible_readers() -> QuerySet[User]:
    """Return the active staff who may view mailings, in the order of their names."""
    able: QuerySet[User] = ModelBackend().with_perm("mailings.view_mailing")
    return able.filter(IS_NOTIFIABLE).order_by("name", "email")


def _check_readers(colleagues: Collection[User]) -> None:
    if len(colleagues) > MAX_COLLEAGUES:
        raise Refused(
            _("Choose at most %(number)d colleagues.") % {"number": MAX_COLLEAGUES},
            code="too_many_colleagues",
        )
    chosen = [each.pk for each in colleagues]
    if not chosen or possible_readers().filter(pk__in=chosen).count() != len(chosen):
        raise Refused(
            _("Choose colleagues who may read mailings. Nothing was sent."), code="may_not_read"
        )


def _test_topic(mailing: Mailing, reader: User) -> str:
    return f"{topic_of(mailing)}/test/user-{reader.pk}"


def _edition(mailing: Mailing, at: datetime) -> str:
    """Return the part of a topic that differs for another version, and for another minute."""
    return f"version-{mailing.version}/{at:%Y-%m-%dT%H:%M}"


def _store(row: MailingText, written: DraftText | None, by: User, at: datetime) -> None:
    set_history_actor(row, by, at)
    if written is None:
        row.delete()
        return
    row.subject, row.body = written.subject, written.body
    row.save()
