"""The texts that come with the portal, stored where staff edit them."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from django.apps.registry import Apps
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from outbox.models import digest_of
from outbox.models.template_types import TemplateType

SUBJECT: Final = "Subject:"


@dataclass(frozen=True)
class DefaultTemplate:
    """The text of one kind in one language, as it is before staff have changed it."""

    template_type: str
    language: str
    subject: str
    body: str


def read_texts(folder: Path, kinds: Iterable[TemplateType]) -> tuple[DefaultTemplate, ...]:
    """Read the texts of some kinds from a folder that has one for each language.

    There is a file for each kind, with the subject in its first line and the text, in Markdown,
    below.
    """
    kinds = list(kinds)
    texts = (
        _read_text(folder, kind.name, language)
        for language in settings.MODELTRANSLATION_LANGUAGES
        for kind in kinds
    )
    return tuple(filter(None, texts))


# Read once in a process: tests seed the database again and again.
@cache
def _read_text(folder: Path, kind: str, language: str) -> DefaultTemplate | None:
    file = folder / language / f"{kind}.md"
    if not file.exists():
        return None
    first, _newline, body = file.read_text(encoding="utf-8").partition("\n")
    return DefaultTemplate(kind, language, first.removeprefix(SUBJECT).strip(), body.strip())


@transaction.atomic
def store_default_templates(texts: Iterable[DefaultTemplate], apps: Apps) -> int:
    """Store texts that come with the portal, and return how many were stored or renewed.

    One that staff have changed stays as it is. One that they have not follows what comes with a
    new version of the portal, and is to be reviewed again. The models are those of `apps`, which
    in the middle of a migration have columns and nothing else.
    """
    texts = list(texts)
    MessageTemplate: Any = apps.get_model("outbox", "MessageTemplate")
    kinds = {text.template_type for text in texts}
    # Locked: the release before may still be running, and staff editing one of them.
    there = (
        MessageTemplate.objects.select_for_update().filter(template_type__in=kinds).order_by("pk")
    )
    rows = {(row.template_type, row.language): row for row in there}
    missing, renewed = [], []
    for text in texts:
        digest = digest_of(text.subject, text.body)
        row = rows.get((text.template_type, text.language))
        if row is None:
            missing.append(MessageTemplate(**asdict(text), default_digest=digest))
        elif row.default_digest != digest and row.default_digest == digest_of(
            row.subject, row.body
        ):
            row.subject, row.body, row.default_digest = text.subject, text.body, digest
            row.reviewed_at, row.reviewed_by_id, row.reviewed_by_name = None, None, ""
            row.version += 1
            renewed.append(row)
    MessageTemplate.objects.bulk_create(missing)
    for row in renewed:
        # No history of its own: its model may have no methods of ours.
        MessageTemplate.objects.filter(pk=row.pk).update(**_columns_of(row))
    _keep([(row, "+") for row in missing] + [(row, "~") for row in renewed], apps)
    return len(missing) + len(renewed)


def _keep(versions: list[tuple[Any, str]], apps: Apps) -> None:
    """Write the history of what was stored, so that staff can go back to it."""
    HistoricalMessageTemplate: Any = apps.get_model("outbox", "HistoricalMessageTemplate")
    at = timezone.now()
    HistoricalMessageTemplate.objects.bulk_create(
        HistoricalMessageTemplate(id=row.pk, history_type=what, history_date=at, **_columns_of(row))
        for row, what in versions
    )


def _columns_of(row: Any) -> dict[str, Any]:
    """Return the columns of a text, but for its number."""
    names = [field.attname for field in row._meta.concrete_fields if not field.primary_key]
    return {name: getattr(row, name) for name in names}
