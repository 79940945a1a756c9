"""The state and the history of message templates, as the pages of the admin show them."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import get_language_info, gettext_lazy, override
from django.utils.translation import gettext as _

from accounts.models import User
from core.text_diff import DiffSegment, diff_words
from outbox.models import MessageTemplate, digest_of, is_outdated
from outbox.models.template_types import Placeholder, TemplateType, template_types
from outbox.services.letters import texts_of
from outbox.services.rendering import as_text, without_keys
from outbox.services.template_editing import source_of, versions_of
from outbox.services.template_rendering import (
    ENGLISH,
    NoTemplateText,
    TemplateSet,
    text_of_value,
)

# A person whose page is older than this sees only the latest changes.
MAX_VERSIONS_SHOWN = 20


class TextState(models.TextChoices):
    """The state of a text. It is derived from the row and from the English text, never stored."""

    MISSING = "missing", gettext_lazy("Missing")
    UNUSED = "unused", gettext_lazy("Inactive")
    # The English text changed since the translation was made or reviewed.
    OUTDATED = "outdated", gettext_lazy("Outdated")
    REVIEWED = "reviewed", gettext_lazy("Reviewed")
    UNREVIEWED = "unreviewed", gettext_lazy("Not reviewed")


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
    state: TextState

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
    english = english_digests(rows.values())
    words = texts_of(*(kind.name for kind in shown))
    languages = [language_of(code) for code in codes or settings.MODELTRANSLATION_LANGUAGES]
    return [
        TemplateTypeRow(
            kind,
            [
                TemplateState(
                    language,
                    template := rows.get((kind.name, language.code)),
                    fallback_language(kind, language.code, words),
                    state_of(template, english.get(kind.name, "")),
                )
                for language in languages
            ],
        )
        for kind in shown
    ]


def state_of(template: MessageTemplate | None, english_digest: str) -> TextState:
    """Return the state of a text. `english_digest` is "" if its kind has no English text."""
    if template is None:
        return TextState.MISSING
    if not template.is_active:
        return TextState.UNUSED
    if is_outdated(template.source_digest, english_digest):
        return TextState.OUTDATED
    return TextState.REVIEWED if template.reviewed_at else TextState.UNREVIEWED


def english_digests(templates: Iterable[MessageTemplate]) -> dict[str, str]:
    """Return the digests of those templates that are English texts, by kind."""
    return {
        template.template_type: digest_of(template.subject, template.body)
        for template in templates
        if template.language == ENGLISH
    }


def keys_in_state(state: TextState, templates: Iterable[MessageTemplate]) -> list[int]:
    """Return the keys of those templates that are in a state."""
    english = english_digests(MessageTemplate.objects.filter(language=ENGLISH))
    return [
        template.pk
        for template in templates
        if state_of(template, english.get(template.template_type, "")) == state
    ]


@dataclass(frozen=True)
class LanguageCount:
    """How many texts in use of a language are in each state: reviewed, outdated, not reviewed."""

    language: Language
    states: list[tuple[TextState, int]]


def count_states() -> list[LanguageCount]:
    """Return the number of texts in each state of those in use, for each language."""
    used = MessageTemplate.objects.filter(
        template_type__in=[kind.name for kind in template_types()], is_active=True
    )
    english = english_digests(used.filter(language=ENGLISH))
    counts = Counter(
        (template.language, state_of(template, english.get(template.template_type, "")))
        for template in used.defer("subject", "body")
    )
    shown = (TextState.REVIEWED, TextState.OUTDATED, TextState.UNREVIEWED)
    return [
        LanguageCount(language_of(code), [(state, counts[code, state]) for state in shown])
        for code in settings.MODELTRANSLATION_LANGUAGES
    ]


def front_page_templates(user: User) -> dict[str, Any]:
    """Return what the front page of the admin says of email templates to who may view them."""
    may_view = user.has_perm("outbox.view_messagetemplate")
    return {"template_counts": count_states() if may_view else []}


@dataclass(frozen=True)
class SourceText:
    """The English text of a translation. If it is outdated: what changed since, if known."""

    template: MessageTemplate
    language: Language
    is_outdated: bool
    subject: list[DiffSegment] = field(default_factory=list)
    body: list[DiffSegment] = field(default_factory=list)

    @property
    def digest(self) -> str:
        return digest_of(self.template.subject, self.template.body)


def source_text(template: MessageTemplate) -> SourceText | None:
    """Return the English text of a translation with its changes, or None if there is none."""
    english = source_of(template)
    if english is None:
        return None
    language = language_of(ENGLISH)
    if not is_outdated(template.source_digest, digest_of(english.subject, english.body)):
        return SourceText(english, language, is_outdated=False)
    words = versions_of(english).reverse().values_list("subject", "body")
    before = next((each for each in words if digest_of(*each) == template.source_digest), None)
    if before is None:
        return SourceText(english, language, is_outdated=True)
    return SourceText(
        english,
        language,
        is_outdated=True,
        subject=diff_words(before[0], english.subject),
        body=diff_words(before[1], english.body),
    )


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
            PlaceholderShown(each, as_text(without_keys(text_of_value(each.sample))))
            for each in kind.placeholders
        ]
