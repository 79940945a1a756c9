"""The state and the history of message templates, as the pages of the admin show them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.translation import get_language_info, override
from django.utils.translation import gettext as _

from core.text_diff import DiffSegment, diff_words
from outbox.models import MessageTemplate, digest_of
from outbox.models.template_types import Placeholder, TemplateType, template_types
from outbox.services.letters import texts_of
from outbox.services.rendering import as_text, without_keys
from outbox.services.template_editing import versions_of
from outbox.services.template_rendering import NoTemplateText, TemplateSet

# A person whose page is older than this sees only the latest changes.
MAX_VERSIONS_SHOWN = 20


@dataclass(frozen=True)
class Language:
    """One of the six languages, with its name and writing direction for pages."""

    code: str
    name: str
    direction: str


@dataclass(frozen=True)
class TemplateState:
    """The state of a kind in one language, and the language used instead, if there is no text."""

    language: Language
    template: MessageTemplate | None
    written_in: str

    @property
    def state(self) -> str:
        """The state as one word, which is also the name of its icon."""
        if self.template is None:
            return "missing"
        if not self.template.is_active:
            return "unused"
        return "reviewed" if self.template.reviewed_at else "unreviewed"

    @property
    def is_edited(self) -> bool:
        """Whether staff have changed the default text."""
        return self.template is not None and not self.template.is_as_shipped


@dataclass(frozen=True)
class TemplateTypeRow:
    """One kind, with its text in each of the requested languages."""

    kind: TemplateType
    texts: list[TemplateState]


@dataclass(frozen=True)
class TemplateVersion:
    """One version of a text: who made it, and the differences from the version before it."""

    who: str
    at: datetime
    version: int
    what: str
    subject: list[DiffSegment]
    body: list[DiffSegment]
    # None if it did not change.
    is_in_use: bool | None
    has_other_words: bool
    is_the_text_now: bool
    is_shipped: bool


def language_of(code: str) -> Language:
    """Return a language by its code, with its translated name."""
    info = get_language_info(code)
    return Language(code, str(info["name_translated"]), "rtl" if info["bidi"] else "ltr")


def texts_by_kind(names: Iterable[str], codes: list[str]) -> list[TemplateTypeRow]:
    """Return some kinds, in the order of their declaration, with their texts in some languages.

    If `codes` is empty, all languages are returned.
    """
    wanted = {*names}
    shown = [kind for kind in template_types() if kind.name in wanted]
    rows = {
        (template.template_type, template.language): template
        for template in MessageTemplate.objects.filter(template_type__in=wanted).order_by("pk")
    }
    words = texts_of(*(kind.name for kind in shown))
    languages = [language_of(code) for code in codes or settings.MODELTRANSLATION_LANGUAGES]
    return [
        TemplateTypeRow(
            kind,
            [
                TemplateState(
                    language,
                    rows.get((kind.name, language.code)),
                    fallback_language(kind, language.code, words),
                )
                for language in languages
            ],
        )
        for kind in shown
    ]


def retired_templates() -> list[MessageTemplate]:
    """Return the texts that staff edited, of kinds that are no longer sent."""
    declared = [kind.name for kind in template_types()]
    rows = MessageTemplate.objects.exclude(template_type__in=declared)
    return [row for row in rows.order_by("template_type", "pk") if not row.is_as_shipped]


def fallback_language(kind: TemplateType, language: str, words: TemplateSet) -> str:
    """Return the name of the language that a kind falls back on, or "" if it needs no fallback."""

    def is_whole(code: str) -> bool:
        return not kind.ending or words.has(kind.ending, code)

    try:
        found = words.find(kind.name, language, is_whole=is_whole).language
    except NoTemplateText:
        return _("nothing")
    return "" if found == language else language_of(found).name


def edits_since(template: MessageTemplate, version: int) -> list[TemplateVersion]:
    """Return the latest changes to a text after a version, the oldest first.

    At most MAX_VERSIONS_SHOWN are returned.
    """
    later = versions_of(template).filter(version__gte=version).reverse()
    rows = list(later[: MAX_VERSIONS_SHOWN + 1])[::-1]
    return edits_between(rows, template)[1:]


def edits_between(rows: list[Any], template: MessageTemplate) -> list[TemplateVersion]:
    """Return each version with its differences from the one before; the first has none."""
    return [
        _edit(before, after, template) for before, after in zip([None, *rows], rows, strict=False)
    ]


def _edit(before: Any, after: Any, template: MessageTemplate) -> TemplateVersion:
    former = before or after
    return TemplateVersion(
        who=after.history_by_name,
        at=after.history_date,
        version=after.version,
        what=_(after.history_change_reason) if after.history_change_reason else "",
        subject=diff_words(former.subject, after.subject),
        body=diff_words(former.body, after.body),
        is_in_use=None if former.is_active == after.is_active else after.is_active,
        has_other_words=before is None
        or (before.subject, before.body) != (after.subject, after.body),
        is_the_text_now=(after.subject, after.body) == (template.subject, template.body),
        is_shipped=template.default_digest == digest_of(after.subject, after.body),
    )


@dataclass(frozen=True)
class PlaceholderShown:
    """A placeholder that a text may use, with a sample in the language of the text."""

    placeholder: Placeholder
    sample: str


def placeholders_of(kind: TemplateType, language: str) -> list[PlaceholderShown]:
    """Return the placeholders of a kind, with samples in a language."""
    with override(language):
        return [
            PlaceholderShown(each, as_text(without_keys(value() if callable(value) else value)))
            for each in kind.placeholders
            for value in [each.sample]
        ]
