"""Store the default templates, which come with the portal, in the database."""

import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from django.apps.registry import Apps
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext, override

from outbox.models import digest_of
from outbox.models.template_types import TemplateType
from outbox.services.template_rendering import ENGLISH

SUBJECT: Final = "Subject:"
# The English text of a heading or a button, in the file of a default text.
INTERFACE_TEXT_RE: Final = re.compile(r"<<(.+?)>>")


@dataclass(frozen=True)
class DefaultTemplate:
    """The default text of one kind in one language."""

    template_type: str
    language: str
    subject: str
    body: str


def read_texts(folder: Path, kinds: Iterable[TemplateType]) -> tuple[DefaultTemplate, ...]:
    """Read the texts of some kinds from a folder with a subfolder for each language.

    Each kind has a file, with the subject on the first line and the text in Markdown below it.
    `<<Transfer the role>>` in a file is replaced by what the page says in the language of the file.
    """
    kinds = list(kinds)
    texts = (
        _read_text(folder, kind.name, language)
        for language in settings.MODELTRANSLATION_LANGUAGES
        for kind in kinds
    )
    return tuple(filter(None, texts))


# Read once per process, since tests seed the database many times.
@cache
def _read_text(folder: Path, kind: str, language: str) -> DefaultTemplate | None:
    file = folder / language / f"{kind}.md"
    if not file.exists():
        return None
    with override(language):
        text = INTERFACE_TEXT_RE.sub(
            lambda quoted: gettext(quoted[1]), file.read_text(encoding="utf-8")
        )
    first, _newline, body = text.partition("\n")
    return DefaultTemplate(kind, language, first.removeprefix(SUBJECT).strip(), body.strip())


@transaction.atomic
def store_default_templates(texts: Iterable[DefaultTemplate], apps: Apps) -> int:
    """Store default texts, and return how many were created or updated.

    A text that staff have edited is not changed. Any other text is updated to the new default, and
    must be reviewed again. A default translation has the default English text as its source; if
    that alone is new, a reviewed translation keeps its source, and is outdated. The models are
    those of `apps`: during a migration, they have columns but no methods.
    """
    texts = list(texts)
    english = {
        text.template_type: digest_of(text.subject, text.body)
        for text in texts
        if text.language == ENGLISH
    }
    MessageTemplate: Any = apps.get_model("outbox", "MessageTemplate")
    kinds = {text.template_type for text in texts}
    # Locked, because staff may be editing one of them in the previous release.
    there = (
        MessageTemplate.objects.select_for_update().filter(template_type__in=kinds).order_by("pk")
    )
    rows = {(row.template_type, row.language): row for row in there}
    missing, renewed = [], []
    for text in texts:
        digest = digest_of(text.subject, text.body)
        source = "" if text.language == ENGLISH else english.get(text.template_type, "")
        row = rows.get((text.template_type, text.language))
        if row is None:
            row = MessageTemplate(**asdict(text), default_digest=digest)
            row.source_digest = source
            missing.append(row)
        elif _needs_renewal(row, digest, source):
            row.subject, row.body, row.default_digest = text.subject, text.body, digest
            row.reviewed_at, row.reviewed_by_id, row.reviewed_by_name = None, None, ""
            row.source_digest = source
            row.version += 1
            renewed.append(row)
    MessageTemplate.objects.bulk_create(missing)
    for row in renewed:
        # Not save(): the model may be a historical one, without the portal's own methods.
        MessageTemplate.objects.filter(pk=row.pk).update(**_columns_of(row))
    _keep([(row, "+") for row in missing] + [(row, "~") for row in renewed], apps)
    return len(missing) + len(renewed)


def _needs_renewal(row: Any, digest: str, source: str) -> bool:
    """Return whether a row has a default text, and that text or its source is another one now."""
    if row.default_digest != digest_of(row.subject, row.body):
        return False
    # Before the migration that adds it, the row has no such column.
    has_new_source = bool(source) and getattr(row, "source_digest", source) != source
    return bool(row.default_digest != digest or (has_new_source and row.reviewed_at is None))


def _keep(versions: list[tuple[Any, str]], apps: Apps) -> None:
    """Write the history of the stored texts, so that staff can restore them."""
    HistoricalMessageTemplate: Any = apps.get_model("outbox", "HistoricalMessageTemplate")
    at = timezone.now()
    HistoricalMessageTemplate.objects.bulk_create(
        HistoricalMessageTemplate(id=row.pk, history_type=what, history_date=at, **_columns_of(row))
        for row, what in versions
    )


def _columns_of(row: Any) -> dict[str, Any]:
    names = [field.attname for field in row._meta.concrete_fields if not field.primary_key]
    return {name: getattr(row, name) for name in names}
