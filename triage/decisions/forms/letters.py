"""The letter on a decision page: composed for the choice, edited, or not sent at all."""

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass, replace
from functools import partial
from hashlib import sha256
from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS
from django.http import QueryDict
from django.utils.functional import cached_property
from django.utils.translation import get_language_info, gettext_lazy
from django.utils.translation import gettext as _

from members.models import CorrespondenceLanguage, FocalPoint
from members.services.letters.composing import DEFAULT_LETTER, addressee, with_reference
from outbox.services.letters import EditableLetter, RenderedLetter, render_letter
from outbox.services.marker_faults import marker_faults, missing_markers
from triage.decisions.forms.decisions import DecisionForm, storable_data

# The fields that a draft stores. The other fields concern the page.
STORED_LETTER_FIELDS = ("subject", "body", "leave_link_out", "do_not_write", "composed")
ENGLISH = CorrespondenceLanguage.ENGLISH


@dataclass(frozen=True)
class Recipient:
    """One focal point who gets the letter, and the letter as they read it."""

    focal_point: FocalPoint
    letter: RenderedLetter
    # The recipient's language, if the standard letter is not completely translated into it.
    wanted: CorrespondenceLanguage | None
    is_reviewed: bool
    # Whether this person's letter is in another language than that of the first focal point.
    is_translated: bool

    @property
    def language(self) -> CorrespondenceLanguage:
        """The language of the letter."""
        return CorrespondenceLanguage(self.letter.language)

    @property
    def direction(self) -> str:
        """The text direction of the letter's language, independent of the name at its start."""
        return direction_of(self.letter.language)


class LetterForm(forms.Form):
    """The letter's subject and text, or the wish not to write.

    The letter belongs to the choice that it was composed for. If the choice has changed when the
    person decides, the form has an error and shows the new letter to read first.
    """

    subject = forms.CharField(
        label=gettext_lazy("Subject"),
        help_text=gettext_lazy("The reference is added at the start."),
        max_length=200,
        required=False,
    )
    body = forms.CharField(
        label=gettext_lazy("Text"),
        help_text=gettext_lazy(
            "In Markdown: an empty line starts a new paragraph, two asterisks on each side make "
            "**bold**. Text in double square brackets is replaced by the recipient's own private "
            "link when the letter is sent."
        ),
        required=False,
        widget=forms.Textarea(attrs={"rows": 16, "class": "letter"}),
    )
    # Shown if the text lacks a private link of the standard letter.
    leave_link_out = forms.BooleanField(
        label=gettext_lazy("Leave the link out"),
        required=False,
    )
    do_not_write = forms.BooleanField(
        label=gettext_lazy("Do not send an email"),
        required=False,
    )
    # Digest of the standard letter as it was when the text was composed.
    composed = forms.CharField(required=False, widget=forms.HiddenInput)
    # The version of the officer's own draft that the page shows, 0 if there was none, and the later
    # version that they have seen and replace with this letter.
    draft_shown = forms.IntegerField(required=False, widget=forms.HiddenInput)
    draft_seen = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        data: QueryDict | None,
        *,
        form: DecisionForm,
        readers: list[FocalPoint],
        draft: Callable[..., EditableLetter],
    ) -> None:
        self.form, self.focal_points = form, readers
        self.posted = data if data is not None else QueryDict()
        self.draft = partial(draft, **form.choice)
        self.standard = self.draft(focal_point=self.focal_points[0])
        # A copy, so that a newly composed letter can replace the submitted one.
        self.sent = data.copy() if data is not None else None
        super().__init__(
            self.sent,
            initial={
                "subject": self.standard.subject,
                "body": self.standard.body,
                "composed": digest(self.standard),
                "draft_shown": form.kept.version
                if form.kept and not form.is_kept_by_colleague
                else 0,
            },
            label_suffix="",
        )
        if form.kept and data is None:
            of_the_letter = storable_data(self, form.kept)
            kept = {name: of_the_letter[name] for name in STORED_LETTER_FIELDS}
            self.initial = {**self.initial, **kept}
        language = self.standard.language
        for name in ("subject", "body"):
            self.fields[name].widget.attrs |= {"lang": language, "dir": direction_of(language)}

    @property
    def typed(self) -> EditableLetter:
        """The letter as the page shows it."""
        return EditableLetter(
            self.data.get("subject", "").strip(), self.data.get("body", "").strip()
        )

    @property
    def has_faults(self) -> bool:
        """Whether the person has something to correct, and not only the new letter to read."""
        return bool(self.errors.keys() - {NON_FIELD_ERRORS})

    @property
    def is_edited(self) -> bool:
        """Whether the person changed the composed letter, and did not just empty it."""
        return self.typed != EditableLetter("", "") and digest(self.typed) != self.data.get(
            "composed"
        )

    @property
    def is_for_another_choice(self) -> bool:
        """Whether the letter was composed for another choice than the current one."""
        return self.data.get("composed") != digest(self.standard)

    @property
    def letter(self) -> EditableLetter | None:
        """The letter as the services take it."""
        if self.cleaned_data["do_not_write"]:
            return None
        return self.to_send

    @property
    def to_send(self) -> EditableLetter:
        """The edited text, or else the standard letter of each recipient."""
        return (
            replace(self.typed, language=self.standard.language)
            if self.is_edited
            else DEFAULT_LETTER
        )

    @property
    def draft_in_place_of(self) -> int:
        """The version of the officer's draft that a new draft replaces; 0 for none."""
        self.is_valid()
        shown, seen = (self.cleaned_data.get(name) for name in ("draft_shown", "draft_seen"))
        return seen or shown or 0

    @property
    def as_posted(self) -> str:
        """All values on the page, as a browser would post them."""
        names = {*self.form.fields, *STORED_LETTER_FIELDS}
        kept = QueryDict(mutable=True)
        for name, values in self.posted.lists():
            if name in names:
                kept.setlist(name, values)
        return kept.urlencode()

    def compose_again(self) -> None:
        """Replace an unedited letter with the standard letter for the current choice."""
        if self.sent is None:
            return
        if not self.is_edited:
            self.sent["subject"] = self.standard.subject
            self.sent["body"] = self.standard.body
        self.sent["composed"] = digest(self.standard)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned["do_not_write"]:
            return cleaned
        if self.is_for_another_choice:
            if self.is_edited:
                refusal = _(
                    "You edited this letter before you made this choice. Check that it still "
                    "fits, then decide."
                )
            else:
                refusal = _("This is the letter for your choice. Read it, then decide.")
            self.compose_again()
            raise forms.ValidationError(refusal)
        for name in ("subject", "body"):
            if not cleaned.get(name):
                self.add_error(name, _("Fill in this field, or choose “Do not send an email”."))
        self.check_private_links(cleaned)
        return cleaned

    def check_private_links(self, cleaned: dict[str, Any]) -> None:
        """Add an error for each private link that is missing, used twice or misspelt."""
        subject, body = cleaned.get("subject", ""), cleaned.get("body", "")
        faults = marker_faults(subject=subject, body=body, standard=self.standard.body)
        for name, sentences in faults.items():
            self.add_error(name, forms.ValidationError(sentences))
        if body and not cleaned["leave_link_out"]:
            for marker in self.missing_links:
                self.add_error(
                    "body",
                    _("%(marker)s is missing. Put it back, or tick “Leave the link out”.")
                    % {"marker": marker},
                )

    @property
    def missing_links(self) -> list[str]:
        """The markers of the standard letter's private links that the shown text lacks."""
        return missing_markers(self.shown.body, standard=self.standard.body)

    @property
    def shown(self) -> EditableLetter:
        """The text that the page shows, in the language of the first focal point's letter."""
        subject, body = (str(self[name].value() or "").strip() for name in ("subject", "body"))
        return replace(self.standard, subject=subject, body=body)

    @property
    def is_shown_edited(self) -> bool:
        """Whether the text that the page shows is not the composed one, also in a draft."""
        return bool(digest(self.shown) != self["composed"].value())

    @property
    def recipients(self) -> list[Recipient]:
        """All recipients of the letter, starting with the first focal point."""
        return [self._recipient(focal_point) for focal_point in self.focal_points]

    @cached_property
    def in_english(self) -> RenderedLetter | None:
        """The standard letter to the first focal point in English, if theirs is not in English."""
        if self.standard.language == ENGLISH:
            return None
        reader = copy(self.focal_points[0])
        reader.language = ENGLISH
        return self.rendered(reader, self.draft(focal_point=reader))

    def rendered(self, focal_point: FocalPoint, letter: EditableLetter) -> RenderedLetter:
        """Return the complete letter as a focal point reads it."""
        return render_letter(addressee(focal_point), with_reference(self.form.row, letter))

    def _recipient(self, focal_point: FocalPoint) -> Recipient:
        """Return one recipient, with their own standard letter if its language is different.

        An edited text is for all recipients.
        """
        standard = self.standard
        if focal_point.language != self.focal_points[0].language:
            standard = self.draft(focal_point=focal_point)
        is_translated = standard.language != self.standard.language
        text = standard if is_translated and not self.is_shown_edited else self.shown
        return Recipient(
            focal_point=focal_point,
            letter=self.rendered(focal_point, text),
            wanted=None
            if focal_point.language == standard.language
            else CorrespondenceLanguage(focal_point.language),
            is_reviewed=standard.is_reviewed,
            is_translated=is_translated and not self.is_shown_edited,
        )


def direction_of(language: str) -> str:
    """Return the text direction of a language for the HTML `dir` attribute."""
    return "rtl" if get_language_info(language)["bidi"] else "ltr"


def digest(draft: EditableLetter) -> str:
    """Return a digest of a letter that does not depend on the browser's line endings."""
    lines = [draft.subject.strip(), *draft.body.strip().splitlines()]
    return sha256("\n".join(line.rstrip() for line in lines).encode()).hexdigest()
