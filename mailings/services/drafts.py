"""Drafts of mailings: saving their texts, and sending a test copy."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core.conflicts import check_version, save_next_version
from core.history import set_history_actor
from mailings.models import Mailing, MailingKind, MailingText, Recipient
from mailings.services.exceptions import MailingConflict, NothingToSend
from mailings.services.letters import MailingTexts, topic_of
from mailings.services.recipients import check_all_recipients, lock_draft
from outbox.models import Message
from outbox.services.letters import Addressee, EditableLetter
from outbox.services.queue import Envelope, post
from outbox.services.rendering import PRIVATE_UNSUBSCRIBE


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

    An empty text is deleted. Saving without a change does not change the version.

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
def send_test_copy(*, mailing: Mailing, recipient: Recipient, by: User, at: datetime) -> Message:
    """Send the officer a copy of the mailing as one recipient would get it.

    The subject says that it is a test. The copy contains no private link, belongs to no member, and
    is not part of the mailing.

    Raises NothingToSend, and AlreadyQueued for a second click in the same minute on the same text.
    """
    texts = MailingTexts(mailing)
    if not texts.can_go:
        raise NothingToSend
    letter = texts.letter_to(recipient.focal_point)
    own_link = _("(the recipient's private link)")
    version, minute = mailing.version, f"{at:%Y-%m-%dT%H:%M}"
    copy = EditableLetter(
        _("[Test] %(subject)s") % {"subject": letter.subject},
        # The link is removed: with it, the officer could unsubscribe somebody else.
        letter.body.replace(f"({PRIVATE_UNSUBSCRIBE})", f" {own_link}").replace(
            PRIVATE_UNSUBSCRIBE, own_link
        ),
        letter.language,
    )
    topic = f"{topic_of(mailing)}/test/user-{by.pk}/{recipient.pk}/version-{version}/{minute}"
    return post(Envelope(copy, Addressee(by.email, letter.language, by.name), topic), at=at)


def _store(row: MailingText, written: DraftText | None, by: User, at: datetime) -> None:
    set_history_actor(row, by, at)
    if written is None:
        row.delete()
        return
    row.subject, row.body = written.subject, written.body
    row.save()
