"""Autosave: what somebody types into a form is kept as a draft, from every window and device.

A draft keeps at most two versions: the text that was saved last, and beside it the text of a page
that had not seen it. Nothing that was typed replaces a text that its writer has not seen. Each app
stores its drafts in its own rows; this is the rule for all of them.
"""

import re
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from typing import Any, Final, Generic, NamedTuple, Protocol, TypeVar, cast

from django import forms
from django.forms import BoundField
from django.http import JsonResponse, QueryDict
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from core.conflicts import Refused
from core.numbers import whole_number

Text = TypeVar("Text")

PLAIN_PAGE: Final = re.compile(r"[\w-]{1,16}", re.ASCII)
# What a row has beside the fields of its form: the page that saved them, and the other version with
# its page.
PAGE, OTHER, OTHER_PAGE = KEPT_NAMES = ("_page", "_other", "_other_page")


class TooLong(Refused):
    """The text is longer than any form."""

    def __init__(self) -> None:
        super().__init__(_("The form is too long to save. Shorten the longest texts."))


class ThirdVersion(Refused):
    """The draft already keeps two versions, and this is another one."""

    def __init__(self) -> None:
        super().__init__(_("This form was changed in several windows or on several devices."))


class Page(NamedTuple):
    """The copy of a page that posts a form, as it is shown in one window.

    `version` is that of the draft that it showed. With `is_other`, it showed the other version.
    """

    name: str
    version: int
    is_other: bool = False

    @classmethod
    def that_posted(cls, posted: QueryDict) -> "Page":
        """Return the page that posted a form, from its hidden fields."""
        name = str(posted.get("page", ""))
        return cls(
            name if PLAIN_PAGE.fullmatch(name) else "",
            whole_number(posted.get("draft_version")) or 0,
            "is_other" in posted,
        )

    @property
    def hidden_fields(self) -> list[tuple[str, object]]:
        """The names and values of its hidden fields."""
        fields: list[tuple[str, object]] = [("draft_version", self.version), ("page", self.name)]
        return [*fields, ("is_other", "1")] if self.is_other else fields


@dataclass(frozen=True)
class Draft(Generic[Text]):
    """What is kept of a form: the text that was saved last, and another version if there is one.

    `page` is the name of the page that saved the text; the same page may save again.
    """

    text: Text
    version: int
    page: str
    saved_at: datetime
    other: Text | None = None
    other_page: str = ""


class Outcome(Enum):
    """What became of a posted text."""

    SAVED = "saved"
    KEPT_BESIDE = "kept beside"
    # The same page has saved a later text already.
    OUTDATED = "outdated"


def autosave(
    draft: Draft[Text], text: Text, *, page: Page, at: datetime
) -> tuple[Draft[Text], Outcome]:
    """Return a draft with a posted text, and what became of the text.

    If another page saved another text since then, the posted text is kept beside it as the other
    version. If the page showed the other version, the two change places. A text that a page posted
    before the one that is kept from it changes nothing.

    Raises ThirdVersion if another page has kept a third text beside.
    """
    is_same_page = bool(page.name) and page.name == draft.page
    if is_same_page and at < draft.saved_at:
        # A page that is left saves again without waiting, and the later text has come first.
        return draft, Outcome.OUTDATED
    if page.version == draft.version or is_same_page or text == draft.text:
        # A page that saves again has changed places already.
        if page.is_other and not is_same_page:
            draft = replace(draft, other=draft.text, other_page=draft.page)
        saved = replace(
            draft,
            text=text,
            version=draft.version + (text != draft.text),
            page=page.name,
            # The time was read before waiting for the lock, so another save may be later.
            saved_at=max(at, draft.saved_at),
        )
        return saved, Outcome.SAVED
    is_from_its_page = bool(page.name) and page.name == draft.other_page
    if draft.other not in (None, text) and not is_from_its_page:
        raise ThirdVersion
    return replace(draft, other=text, other_page=page.name), Outcome.KEPT_BESIDE


class KeptRow(Protocol):
    """A row that keeps a form as it was typed, in a JSON column."""

    typed: Any
    version: Any
    saved_at: Any


def typed_fields(row: KeptRow) -> dict[str, str]:
    """Return the fields of the form as they were typed last; empty if nothing was typed."""
    return {name: text for name, text in row.typed.items() if name not in KEPT_NAMES}


def other_fields(row: KeptRow) -> dict[str, str]:
    """Return the fields of the other version; empty if there is none."""
    return dict(row.typed.get(OTHER) or {})


def draft_in(row: KeptRow) -> Draft[dict[str, str]]:
    """Return the draft that a row keeps."""
    return Draft(
        text=typed_fields(row),
        version=row.version,
        page=str(row.typed.get(PAGE, "")),
        saved_at=row.saved_at,
        other=other_fields(row) or None,
        other_page=str(row.typed.get(OTHER_PAGE, "")),
    )


def as_json(draft: Draft[dict[str, str]]) -> dict[str, Any]:
    """Return a draft as the JSON column of a row has it."""
    kept = {PAGE: draft.page, OTHER: draft.other, OTHER_PAGE: draft.other_page}
    return {**draft.text, **{name: value for name, value in kept.items() if value}}


def new_page() -> str:
    """Generate the name of one copy of a page."""
    return secrets.token_urlsafe(6)


def storable(text: str) -> str:
    """Return a text as both databases store it: without NUL and lone surrogates.

    What replaces these characters is refused by the forms with a sentence.
    """
    return text.replace("\x00", "\ufffd").encode("utf-8", "replace").decode("utf-8")


def is_by_script(posted: QueryDict) -> bool:
    """Return whether the script of a page saves while somebody types."""
    return "keep" in posted


def saved_response(version: int, saved_at: datetime, **more: object) -> JsonResponse:
    """Tell the script of a page which version is saved, and when it was."""
    return JsonResponse({"version": version, "saved_at": saved_at.isoformat(), **more})


def other_version_response() -> JsonResponse:
    """Tell the script of a page that another page saved another text."""
    return refused_response(_("Changed in another window. Save to compare the versions."))


def refused_response(sentence: object, *, status: int = 409) -> JsonResponse:
    """Tell the script of a page why nothing is saved."""
    return JsonResponse({"refusal": str(sentence)}, status=status)


def labelled_fields(form: forms.BaseForm) -> Iterator[tuple[str, BoundField]]:
    """Yield the fields that somebody sees, with their labels."""
    return ((str(field.label), field) for field in form.visible_fields())


class Difference(NamedTuple):
    """A field in which two versions differ, with the lines of both."""

    label: str
    was: list[str]
    now: list[str]


def differences(
    before: Iterable[tuple[str, BoundField]], after: Iterable[tuple[str, BoundField]]
) -> list[Difference]:
    """Return the fields with another text, of two versions of a form with their labels.

    Nothing is validated: what is wrong is shown as it was typed.
    """
    old, new = (
        {field.html_name: (label, field) for label, field in each} for each in (before, after)
    )
    found = []
    for name in dict.fromkeys([*new, *old]):
        label = (new.get(name) or old[name])[0]
        was, now = (
            _lines(each[name][1]) if name in each else [_("Not given")] for each in (old, new)
        )
        if was != now:
            found.append(Difference(label, was, now))
    return found


def _lines(field: BoundField) -> list[str]:
    """Return what was typed or chosen, as lines of text."""
    value: Any = field.value()
    if isinstance(field.field, forms.BooleanField):
        return [_("Yes") if value else _("No")]
    values = value if isinstance(value, list) else [value]
    values = [str(each) for each in values if each not in (None, "")]
    if not values:
        return [_("Not given")]
    if isinstance(field.field, forms.ChoiceField):
        choices = cast("list[tuple[object, object]]", field.field.choices)
        labels = {str(key): str(label) for key, label in choices}
        return [str(capfirst(labels.get(each, each))) for each in values]
    return [line for each in values for line in each.splitlines()]
