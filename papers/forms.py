"""Forms for papers. The type of a file is detected from its content."""

from typing import Any
from uuid import uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.utils.translation import get_language_info, gettext_lazy
from django.utils.translation import gettext as _

from accounts.models import User
from core.admin.conflicts import ConflictForm
from core.dates import format_date_short
from focus_areas.models import EVERY_AREA, FocusArea
from meetings.forms.meetings import languages
from meetings.models import AgendaItem, Meeting
from papers.models import Paper, PaperKind
from papers.services.file_types import (
    ACCEPTED,
    InvalidFile,
    ValidFile,
    accepted_types_text,
    max_paper_size,
    too_large,
    validate_file,
)


class FileForm(forms.Form):
    """One file, its language, and a note about it."""

    use_required_attribute = False

    language = forms.ChoiceField(label=gettext_lazy("Language of the file"), choices=languages)
    file = forms.FileField(
        label=gettext_lazy("File"),
        widget=forms.FileInput(attrs={"accept": ACCEPTED}),
        error_messages={
            "required": gettext_lazy("Choose a file"),
            "empty": gettext_lazy("The file is empty."),
        },
    )
    note = forms.CharField(
        label=gettext_lazy("What changed"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("Optional. Visible to members."),
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].help_text = accepted_types_text()

    def clean_file(self) -> ValidFile:
        """Return the file with its detected type."""
        file: UploadedFile = self.cleaned_data["file"]
        # Only the beginning of a file that is too large is available here.
        if (file.size or 0) > max_paper_size():
            raise ValidationError(too_large())
        try:
            return validate_file(file.read(), typed_name=str(file.name))
        except InvalidFile as refused:
            raise ValidationError(str(refused)) from refused


class PaperForm(FileForm):
    """A paper with its first file."""

    title = forms.CharField(
        label=gettext_lazy("Title"),
        max_length=200,
        help_text=gettext_lazy("In the language of the file."),
        error_messages={"required": gettext_lazy("Enter a title.")},
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=PaperKind)


def item_field() -> forms.ModelChoiceField:
    """Return the choice of the agenda item of a paper; its items are set by the form."""
    return forms.ModelChoiceField(
        AgendaItem.objects.none(),
        label=gettext_lazy("Agenda item"),
        required=False,
        empty_label=gettext_lazy("No item"),
    )


def offer_items(form: forms.BaseForm, meeting: Meeting | None) -> None:
    """Offer the items of a meeting in a form; without any, the form has no such field."""
    if "agenda_item" not in form.fields:
        return
    items = AgendaItem.objects.filter(meeting=meeting) if meeting else AgendaItem.objects.none()
    if not items.exists():
        del form.fields["agenda_item"]
        return
    offered: Any = form.fields["agenda_item"]
    offered.queryset = items.order_by("position", "pk")


class AddPaperForm(PaperForm):
    """A paper by staff: for a meeting, for an area, or for the whole coalition."""

    focus_area: forms.ModelChoiceField = forms.ModelChoiceField(
        FocusArea.objects.none(), label=gettext_lazy("Belongs to")
    )

    agenda_item: forms.ModelChoiceField = item_field()
    form_key = forms.UUIDField(required=False, initial=uuid4, widget=forms.HiddenInput)

    field_order = (
        "title",
        "kind",
        "focus_area",
        "agenda_item",
        "language",
        "file",
        "note",
        "form_key",
    )

    def __init__(self, *args: Any, user: User, meeting: Meeting | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_items(self, meeting)
        if meeting:
            del self.fields["focus_area"]
            return
        offered: Any = self.fields["focus_area"]
        offered.queryset = FocusArea.objects.visible_to(user).order_by("number")
        if user.has_perm(EVERY_AREA):
            offered.required = False
            offered.empty_label = _("Whole coalition")

    def facts(self) -> dict[str, Any]:
        """Return the arguments for the service function, from a valid form."""
        return {"focus_area": None, **self.cleaned_data}


class GroupPaperForm(PaperForm):
    """A paper by a co-lead: for their working group or for one of its meetings."""

    meeting: forms.ModelChoiceField = forms.ModelChoiceField(
        Meeting.objects.none(),
        label=gettext_lazy("Belongs to"),
        required=False,
        to_field_name="uid",
        empty_label=gettext_lazy("The working group, without a meeting"),
    )
    agenda_item: forms.ModelChoiceField = item_field()

    field_order = ("title", "kind", "meeting", "agenda_item", "language", "file", "note")

    def __init__(self, *args: Any, meetings: QuerySet[Meeting], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered: Any = self.fields["meeting"]
        offered.queryset = meetings
        offered.label_from_instance = lambda meeting: (
            _("%(title)s, %(day)s")
            % {
                "title": meeting.title,
                "day": format_date_short(meeting.local_day),
            }
        )
        self._offer_items(meetings)

    def _offer_items(self, meetings: QuerySet[Meeting]) -> None:
        """Offer the items of the meeting that the page is about, or else of all meetings."""
        items = AgendaItem.objects.filter(meeting__in=meetings).select_related("meeting")
        if meeting := self.initial.get("meeting"):
            items = items.filter(meeting__uid=meeting)
        offered: Any = self.fields["agenda_item"]
        offered.queryset = items.order_by("-meeting__starts_at", "meeting", "position", "pk")
        offered.label_from_instance = lambda item: (
            _("%(day)s: %(title)s")
            % {"day": format_date_short(item.meeting.local_day), "title": item.title}
        )
        if not items.exists():
            del self.fields["agenda_item"]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        item = cleaned.get("agenda_item")
        if item and "meeting" in cleaned:
            cleaned["meeting"] = cleaned["meeting"] or item.meeting
            if cleaned["meeting"] != item.meeting:
                self.add_error("agenda_item", _("Choose an item of the agenda of this meeting."))
        return cleaned


class AddVersionForm(FileForm):
    """The next version of a paper, or another language of an existing version."""

    number = forms.TypedChoiceField(label=gettext_lazy("Version"), coerce=int)
    seen = forms.IntegerField(widget=forms.HiddenInput)

    field_order = ("number", "language", "file", "note", "seen")

    def __init__(
        self, *args: Any, languages_by_number: dict[int, list[str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        newest = max(languages_by_number, default=0)
        offered: Any = self.fields["number"]
        offered.choices = [
            (newest + 1, _("Version %(number)d (new)") % {"number": newest + 1}),
            *(
                (
                    number,
                    _("Version %(number)d in another language; already available: %(languages)s")
                    % {
                        "number": number,
                        "languages": ", ".join(
                            str(get_language_info(code)["name_translated"]) for code in there
                        ),
                    },
                )
                for number, there in sorted(languages_by_number.items(), reverse=True)
            ),
        ]
        self.initial = {"seen": newest, "number": newest + 1}


class CorrectPaperForm(ConflictForm):
    """The title, the kind and the agenda item of a paper, and whether it is public."""

    class Meta:
        model = Paper
        fields = ("title", "kind", "agenda_item", "is_public")
        widgets = {"title": forms.TextInput(attrs={"dir": "auto", "class": "vTextField"})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_items(self, self.instance.meeting)

    @property
    def seen(self) -> int:
        """The ID of the latest history row that the person saw."""
        seen: int = self.cleaned_data["history_read"] or self.cleaned_data["history_shown"]
        return seen
