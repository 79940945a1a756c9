"""Edit, restore and review message templates: the only code that changes one, except defaults."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.models import User
from core.conflicts import Conflict, NothingChanged, Refused, check_version, lock_rows
from core.history import set_history_actor
from outbox.models import MessageTemplate, digest_of, is_outdated
from outbox.models.template_types import TemplateType, get_template_type
from outbox.services.template_rendering import ENGLISH, validate_text

# In characters; nobody reads a longer mail.
MAX_BODY_LENGTH: Final = 10_000
# Stored with a version, and translated when it is shown.
REVIEWED: Final = gettext_noop("Reviewed")
TAKEN_BACK: Final = gettext_noop("Restored to an earlier version")

REVIEW_FIELDS: Final = ("reviewed_at", "reviewed_by", "reviewed_by_name", "source_digest")


class TemplateConflict(Conflict):
    """The text changed after the person opened it."""

    def __init__(self, template: MessageTemplate) -> None:
        super().__init__(
            _(
                "%(name)s changed this on %(when)s, after you opened it. Your changes were not "
                "saved."
            )
            % _latest_change(template)
        )


class SourceConflict(Conflict):
    """The English text changed after the person opened a translation of it."""

    def __init__(self, english: MessageTemplate) -> None:
        super().__init__(
            _(
                "%(name)s changed the English text on %(when)s, after you opened this page. "
                "Nothing was saved. Compare the two texts again."
            )
            % _latest_change(english)
        )


def _latest_change(template: MessageTemplate) -> dict[str, str]:
    """Return who made the latest change of a text, and when."""
    latest = versions_of(template).last()
    return {
        "name": latest.history_by_name or _("The portal"),
        "when": date_format(localtime(latest.history_date), _("j F Y, H:i")),
    }


@transaction.atomic
def edit_template(
    *,
    template: MessageTemplate,
    subject: str,
    body: str,
    is_active: bool,
    version: int,
    source_version: int | None,
    by: User,
    at: datetime,
) -> MessageTemplate:
    """Change the text of a template, or whether it is in use.

    A changed text must be reviewed again. `version` is the one that the person had on screen, and
    `source_version` that of the English text beside a translation. It becomes the translation's
    source if the text changed.

    Raises TemplateConflict, SourceConflict, NothingChanged, and Refused (invalid).
    """
    source = _lock(template, version, source_version)
    _check(template, subject=subject, body=body, is_active=is_active)
    if (subject, body, is_active) == (template.subject, template.body, template.is_active):
        raise NothingChanged
    template.is_active = is_active
    _write(template, subject=subject, body=body, source_digest=source, by=by, at=at)
    return template


@transaction.atomic
def restore_version(
    *, template: MessageTemplate, to: int, version: int, by: User, at: datetime
) -> MessageTemplate:
    """Restore the text of an earlier version of a template, with its source, as a new version.

    Raises TemplateConflict, NothingChanged, and Refused (version_not_found, or invalid if the text
    uses placeholders that the kind no longer has).
    """
    _lock(template, version, None)
    earlier = versions_of(template).filter(version=to).first()
    if earlier is None:
        raise Refused(_("This earlier version does not exist."), code="version_not_found")
    _check(template, subject=earlier.subject, body=earlier.body, is_active=template.is_active)
    if (earlier.subject, earlier.body) == (template.subject, template.body):
        raise NothingChanged
    _write(
        template,
        subject=earlier.subject,
        body=earlier.body,
        source_digest=earlier.source_digest,
        by=by,
        at=at,
        because=TAKEN_BACK,
    )
    return template


@transaction.atomic
def review_template(
    *,
    template: MessageTemplate,
    version: int,
    source_version: int | None,
    by: User,
    at: datetime,
) -> MessageTemplate:
    """Mark a template as reviewed, in the version that the person had on screen.

    The English text beside a translation, in `source_version`, becomes its source.

    Raises TemplateConflict, SourceConflict, and Refused (already_reviewed).
    """
    source = _lock(template, version, source_version)
    if template.reviewed_at and not is_outdated(template.source_digest, source):
        raise Refused(_("This text is already reviewed."), code="already_reviewed")
    template.reviewed_at, template.reviewed_by = at, by
    template.reviewed_by_name = str(by)
    template.source_digest = source
    _save(template, *REVIEW_FIELDS, by=by, at=at, because=REVIEWED)
    return template


def validate_template(
    kind: TemplateType, language: str, *, subject: str, body: str, is_active: bool
) -> dict[str, list[str]]:
    """Return the error messages for a text of a kind in a language, by field."""
    found = validate_text(kind, subject=subject, body=body)
    if kind.has_subject and not subject:
        found.setdefault("subject", []).append(_("Enter a subject."))
    if not kind.has_subject and subject:
        found.setdefault("subject", []).append(_("This kind of message has no subject."))
    if not body:
        found.setdefault("body", []).insert(0, _("Enter the text."))
    if language == ENGLISH and not is_active:
        found["is_active"] = [
            _(
                "The English text must stay active. It is used if the text in another language is "
                "missing."
            )
        ]
    return found


def clean_body(body: str) -> str:
    """Return a typed text with normalised line breaks."""
    return body.replace("\r\n", "\n").replace("\r", "\n").strip()


def versions_of(template: MessageTemplate) -> Any:
    """Return all versions of a template, the oldest first."""
    history: Any = template
    # By ID, since the clocks of the machines may differ.
    return history.history.order_by("history_id")


def shipped_version(template: MessageTemplate) -> int | None:
    """Return the version that has the default text, or None."""
    words = versions_of(template).values_list("version", "subject", "body")
    return next(
        (
            version
            for version, subject, body in words
            if digest_of(subject, body) == template.default_digest
        ),
        None,
    )


def source_of(template: MessageTemplate) -> MessageTemplate | None:
    """Return the English text of a translation, or None. The English text itself has none."""
    if template.language == ENGLISH:
        return None
    return MessageTemplate.objects.filter(
        template_type=template.template_type, language=ENGLISH
    ).first()


def lock_texts(kinds: Collection[str], language: str) -> None:
    """Lock texts of a language and their English texts until the end of the transaction."""
    lock_rows(
        MessageTemplate.objects.filter(template_type__in=kinds, language__in={ENGLISH, language})
    )


def _lock(template: MessageTemplate, version: int, source_version: int | None) -> str:
    """Refresh a template, and lock it and its English text until the end of the transaction.

    Return the digest of the English text, or "" if there is none.

    Raises TemplateConflict or SourceConflict if one is not the version that the person had on
    screen. If `source_version` is None, the person did not compare the texts.
    """
    lock_texts({template.template_type}, template.language)
    template.refresh_from_db()
    check_version(template, version, TemplateConflict)
    source = source_of(template)
    if source is None:
        return ""
    check_version(source, source_version, SourceConflict)
    return digest_of(source.subject, source.body)


def _check(template: MessageTemplate, *, subject: str, body: str, is_active: bool) -> None:
    """Refuse a text that is not valid for its kind."""
    kind = get_template_type(template.template_type)
    if kind is None:
        raise Refused(_("This kind of message is no longer sent."), code="invalid")
    faults = validate_template(
        kind, template.language, subject=subject, body=body, is_active=is_active
    )
    if faults:
        sentences = (sentence for field in faults.values() for sentence in field)
        raise Refused(" ".join(sentences), code="invalid")


def _write(
    template: MessageTemplate,
    *,
    subject: str,
    body: str,
    source_digest: str,
    by: User,
    at: datetime,
    because: str | None = None,
) -> None:
    """Save the text of a locked template. If it is different, it has a new source and no review."""
    if (subject, body) != (template.subject, template.body):
        template.subject, template.body = subject, body
        template.reviewed_at, template.reviewed_by = None, None
        template.reviewed_by_name = ""
        template.source_digest = source_digest
    _save(
        template,
        "subject",
        "body",
        "is_active",
        *REVIEW_FIELDS,
        by=by,
        at=at,
        because=because,
    )


def _save(
    template: MessageTemplate, *fields: str, by: User, at: datetime, because: str | None = None
) -> None:
    """Save some fields of a locked template as a new version."""
    template.version += 1
    set_history_actor(template, by, at)
    # django-simple-history reads the reason from this attribute.
    template._change_reason = because  # type: ignore[attr-defined]
    template.save(update_fields=[*fields, "version"])
