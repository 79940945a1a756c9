"""What the pages of message templates show: where each text stands, and what became of it."""

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

# Somebody who has had a page open for longer is told of the latest.
MAX_VERSIONS_SHOWN = 20


@dataclass(frozen=True)
class Language:
    """One of the six languages, as pages name it and write in it."""

    code: str
    name: str
    direction: str


@dataclass(frozen=True)
class TemplateState:
    """Where a kind stands in one language, and in which one it is written if not in that."""

    language: Language
    template: MessageTemplate | None
    written_in: str

    @property
    def state(self) -> str:
        """Its state in one word, which is also the name of its shape."""
        if self.template is None:
            return "missing"
        if not self.template.is_active:
            return "unused"
        return "reviewed" if self.template.reviewed_at else "unreviewed"

    @property
    def is_edited(self) -> bool:
        """Whether staff have changed what came with the portal."""
        return self.template is not None and not self.template.is_as_shipped


@dataclass(frozen=True)
class TemplateTypeRow:
    """One kind with its text in each language asked for."""

    kind: TemplateType
    texts: list[TemplateState]


@dataclass(frozen=True)
class TemplateVersion:
    """One version of a text: who made it, and what became of the words before it."""

    who: str
    at: datetime
    version: int
    what: str
    subject: list[DiffSegment]
    body: list[DiffSegment]
    # None where it stayed as it was.
    is_in_use: bool | None
    has_other_words: bool
    is_the_text_now: bool
    is_shipped: bool


def language_of(code: str) -> Language:
    """Return a language as pages name it."""
    info = get_language_info(code)
    return Language(code, str(info["name_translated"]), "rtl" if info["bidi"] else "ltr")


def texts_by_kind(names: Iterable[str], codes: list[str]) -> list[TemplateTypeRow]:
    """Return some kinds in the order in which they were declared, in some languages."""
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


def fallback_language(kind: TemplateType, language: str, words: TemplateSet) -> str:
    """Name the language that a kind is written in where it is not written in one; else nothing."""

    def is_whole(code: str) -> bool:
        return not kind.ending or words.has(kind.ending, code)

    try:
        found = words.find(kind.name, language, is_whole=is_whole).language
    except NoTemplateText:
        return _("nothing")
    return "" if found == language else language_of(found).name


def edits_since(template: MessageTemplate, version: int) -> list[TemplateVersion]:
    """Return what became of a text after a version of it, the oldest first; some at most."""
    later = versions_of(template).filter(version__gte=version).reverse()
    rows = list(later[: MAX_VERSIONS_SHOWN + 1])[::-1]
    return edits_between(rows, template)[1:]


def edits_between(rows: list[Any], template: MessageTemplate) -> list[TemplateVersion]:
    """Return each of some versions as a change of the one before it; the first as it was."""
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
    """A name that a text may use: what it stands for, and a sample in the text's language."""

    placeholder: Placeholder
    sample: str


def placeholders_of(kind: TemplateType, language: str) -> list[PlaceholderShown]:
    """Return what a text of a kind may name, with samples in a language."""
    with override(language):
        return [
            PlaceholderShown(each, as_text(without_keys(value() if callable(value) else value)))
            for each in kind.placeholders
            for value in [each.sample]
        ]
