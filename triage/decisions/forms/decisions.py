"""What the decision pages ask."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, cast

from django import forms
from django.contrib.auth.backends import ModelBackend
from django.db import models
from django.db.models import QuerySet
from django.template.defaultfilters import filesizeformat
from django.utils.datastructures import MultiValueDict
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from core.admin.conflicts import VersionForm
from eoi.forms.status import AnswerFilesField
from focus_areas.models import FocusArea
from inbox.models import IncomingFile, IncomingMail
from inbox.services.replies import content_of_file, waiting_replies
from members.models import (
    MAX_SUMMARY_LENGTH,
    GrantedRole,
    LetterDraftBase,
    Member,
    Reason,
    ReasonPurpose,
    SoughtRole,
)
from members.services.answer_files import (
    MAX_FILES,
    max_files_size,
    too_large_together,
    too_many_files,
)
from members.services.decisions import PROPOSED_ROLES
from members.services.notes import MAX_NOTE_LENGTH
from members.services.opinions import MAX_QUESTION_LENGTH
from outbox.services.template_rendering import FIRST_STRONG_ISOLATE, POP_ISOLATE


def colleague_field(*, but: User | None = None) -> forms.Field:
    """Return a field with the active staff who may take members, including superusers."""
    able: QuerySet[User] = ModelBackend().with_perm("members.take_member")
    colleagues = able.filter(is_staff=True).order_by("name", "email")
    return forms.ModelChoiceField(
        colleagues.exclude(pk=but.pk) if but else colleagues,
        label=gettext_lazy("Assignee"),
        error_messages={"required": gettext_lazy("Choose a colleague.")},
    )


class DecisionForm(VersionForm):
    """The base form of all decision pages, with the version of the row that the person saw.

    A saved draft is restored with the version that it was written for.
    """

    restored: "DecisionForm | None" = None
    # Whether the draft is that of a colleague, who asks this person to confirm.
    is_kept_by_colleague = False
    # Whether a letter is all that the decision does, so that it is always sent.
    needs_letter = False
    # Whether the fields are short enough to stand beside each other.
    is_in_one_row = False

    def __init__(
        self, data: Any = None, files: Any = None, *, row: Any, kept: LetterDraftBase | None = None
    ) -> None:
        self.row = row
        initial = {"version": row.version, **self.proposal_for(row)}
        super().__init__(data, files, initial=initial)
        self.label_suffix = ""
        self.kept = kept
        if kept and data is None:
            self.restored = type(self)(kept.answers, row=row)
            self.initial = {**self.initial, **storable_data(self, kept)}

    def proposal_for(self, row: Any) -> dict[str, Any]:
        """Return the values that the page proposes, by field name."""
        return {}

    @property
    def choice(self) -> dict[str, Any]:
        """The chosen values as the letter takes them, or the proposed ones until then."""
        if self.restored:
            return self.restored.choice
        if not self.is_valid():
            return self.proposal_for(self.row)
        own = self.fields.keys() - DecisionForm.base_fields.keys()
        return {name: self.cleaned_data[name] for name in own}

    @property
    def arguments(self) -> dict[str, Any]:
        """The chosen values as the service takes them."""
        return self.choice

    @property
    def version_seen(self) -> int:
        """The version that the decision, or the saved draft, is based on."""
        return self.restored.version_seen if self.restored else super().version_seen


def form_with(
    fields: Mapping[str, forms.Field], proposal: Callable[[Any], dict[str, Any]] | None = None
) -> type[DecisionForm]:
    """Return a form with some fields, for a decision whose form needs no other code.

    `proposal` returns the values that the page proposes for a row.
    """
    declared: dict[str, Any] = dict(fields)
    if proposal:
        declared["proposal_for"] = lambda _form, row: proposal(row)
    return type("DecisionForm", (DecisionForm,), declared)


def storable_data(form: forms.Form, kept: LetterDraftBase) -> dict[str, Any]:
    """Return the saved values of a form, by field name."""
    answers = kept.answers
    values = {
        name: field.widget.value_from_datadict(answers, MultiValueDict(), name)
        for name, field in form.fields.items()
    }
    # Without a version in the data, the member's own version is used.
    return {name: value for name, value in values.items() if value or name != "version"}


class ReasonsField(forms.ModelMultipleChoiceField):
    """The reasons that staff may give, as checkboxes."""

    widget = forms.CheckboxSelectMultiple

    def __init__(
        self,
        use: ReasonPurpose,
        *,
        required: bool = True,
        label: Promise | None = None,
    ) -> None:
        super().__init__(
            Reason.objects.offered_for(use),
            label=label or gettext_lazy("Reasons"),
            help_text=gettext_lazy(
                "Each reason that you choose becomes a paragraph of the letter."
            ),
            required=required,
            error_messages={"required": gettext_lazy("Choose at least one reason.")},
        )

    def clean(self, value: Any) -> Any:
        return list(super().clean(value))


class FocusAreaField(forms.ModelChoiceField):
    """A choice among the four focus areas, each with its number."""

    def label_from_instance(self, obj: FocusArea) -> str:
        return f"{obj.number} · {obj}"


class RoleSelect(forms.RadioSelect):
    """The roles, each with a keyboard shortcut: its place among them."""

    def create_option(
        self,
        name: str,
        value: Any,
        label: Any,
        selected: Any,
        index: int,
        subindex: int | None = None,
        attrs: dict[str, Any] | None = None,
    ) -> dict[str, Any]:
        option = super().create_option(name, value, label, selected, index, subindex, attrs)
        key = str(index + 1)
        option["attrs"] |= {"data-keys": key, "aria-keyshortcuts": key}
        return option


class FocusAreaAndRoleForm(DecisionForm):
    """The member's working group, and its role there."""

    is_in_one_row = True

    focus_area = FocusAreaField(
        FocusArea.objects.order_by("number"),
        label=gettext_lazy("Focus area"),
        empty_label=None,
    )
    role = forms.ChoiceField(
        label=gettext_lazy("Role granted"),
        choices=GrantedRole.choices,
        widget=RoleSelect,
        error_messages={"required": gettext_lazy("Choose a role.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        areas: Any = self.fields["focus_area"]
        # A menu reads its choices twice, and a list of them would count them first.
        areas.widget.choices = cache(lambda: list(iter(areas.choices)))


class AdmitForm(FocusAreaAndRoleForm):
    """Proposes the working group and role that the organisation asked for, but never a co-lead."""

    def proposal_for(self, row: Member) -> dict[str, Any]:
        role = PROPOSED_ROLES.get(SoughtRole(row.role), "")
        return {"focus_area": row.first_choice, "role": role}


class MoveForm(FocusAreaAndRoleForm):
    """Proposes the member's current working group and role."""

    def proposal_for(self, row: Member) -> dict[str, Any]:
        return {
            "focus_area": row.focus_area or row.first_choice,
            "role": row.granted_role or GrantedRole.PARTICIPANT,
        }


class MissingInformationForm(forms.Form):
    """What is missing: common reasons, text for this member, or both."""

    reasons = ReasonsField(ReasonPurpose.REQUEST_INFORMATION, required=False)
    missing = forms.CharField(
        label=gettext_lazy("Other missing information"),
        help_text=gettext_lazy(
            "In the language of the letter. It becomes a paragraph of the letter, and is kept with "
            "the organisation."
        ),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}),
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not cleaned.get("reasons") and not cleaned.get("missing"):
            self.add_error("missing", _("Choose a reason above, or say what is missing."))
        return cleaned


class RequestInformationForm(MissingInformationForm, DecisionForm):
    """The information that is missing for one member."""

    def proposal_for(self, row: Member) -> dict[str, Any]:
        return {"reasons": [], "missing": ""}


class WriteLetterForm(DecisionForm):
    """What to write to one member: standard texts, a text for this member, or both."""

    # A letter that is not sent would be nothing.
    needs_letter = True
    reasons = ReasonsField(
        ReasonPurpose.REQUEST_INFORMATION, required=False, label=gettext_lazy("Standard texts")
    )
    text = forms.CharField(
        label=gettext_lazy("Your text"),
        help_text=gettext_lazy(
            "In the language of the letter. It becomes a paragraph of the letter, and is kept with "
            "the organisation."
        ),
        required=False,
        widget=forms.Textarea(attrs={"rows": 6, "dir": "auto"}),
    )

    def proposal_for(self, row: Member) -> dict[str, Any]:
        return {"reasons": [], "text": ""}

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not cleaned.get("reasons") and not cleaned.get("text"):
            self.add_error("text", _("Choose a standard text above, or write your own."))
        return cleaned


class NoteField(forms.CharField):
    """A note with paragraphs. A line break counts as one character, as in browsers."""

    def to_python(self, value: Any) -> Any:
        return super().to_python(value.replace("\r\n", "\n") if value else value)


class SummaryForm(DecisionForm):
    """What staff say about an organisation in a few words of English."""

    summary = NoteField(
        label=gettext_lazy("Summary in English"),
        help_text=gettext_lazy("At most 400 characters. If it is empty, there is none."),
        max_length=MAX_SUMMARY_LENGTH,
        required=False,
        widget=forms.Textarea(attrs={"rows": 6, "lang": "en", "dir": "ltr"}),
    )
    is_public = forms.BooleanField(
        label=gettext_lazy("Show it on the public page too, if the organisation has one"),
        required=False,
    )

    def proposal_for(self, row: Member) -> dict[str, Any]:
        return {"summary": row.summary, "is_public": row.summary_is_public}


class ReceivedFilesField(forms.ModelMultipleChoiceField):
    """The files that came with replies by mail, as checkboxes."""

    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, obj: IncomingFile) -> str:
        return f"{FIRST_STRONG_ISOLATE}{obj.file_name}{POP_ISOLATE}, {filesizeformat(obj.size)}"

    def clean(self, value: Any) -> Any:
        """Return the chosen files with their content."""
        try:
            return [content_of_file(file) for file in super().clean(value)]
        except OSError as trouble:
            raise forms.ValidationError(_("This file is missing"), code="missing") from trouble


class RecordAnswerForm(DecisionForm):
    """The answer to a request for information, filled in from the replies that came by mail."""

    answer = forms.CharField(
        label=gettext_lazy("Reply"),
        help_text=gettext_lazy("Copy it from the email. It is kept with the organisation."),
        required=False,
        widget=forms.Textarea(attrs={"rows": 8, "dir": "auto"}),
    )
    received = ReceivedFilesField(
        IncomingFile.objects.none(), label=gettext_lazy("Files of the reply"), required=False
    )
    documents = AnswerFilesField(label=gettext_lazy("Documents"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast("AnswerFilesField", self.fields["documents"]).describe_limits()
        files = IncomingFile.objects.filter(mail__in=self.replies).exclude(file="").order_by("pk")
        cast("ReceivedFilesField", self.fields["received"]).queryset = files.available()
        if not self.received_files:
            del self.fields["received"]

    @cached_property
    def replies(self) -> list[IncomingMail]:
        """The replies by mail that wait to be recorded, the oldest first."""
        return waiting_replies(self.row) if self.row.pk else []

    @property
    def received_files(self) -> list[IncomingFile]:
        """The files of these replies that can be recorded."""
        files = (file for reply in self.replies for file in reply.files.all())
        return [file for file in files if file.file and file.is_available]

    def proposal_for(self, row: Member) -> dict[str, Any]:
        kept = [file.pk for file in self.received_files]
        texts = [reply.text for reply in self.replies if reply.text]
        return {"answer": "\n\n".join(texts), "received": kept[:MAX_FILES]}

    @property
    def arguments(self) -> dict[str, Any]:
        return {
            "answer": self.cleaned_data["answer"],
            "documents": [*self.cleaned_data.get("received", []), *self.cleaned_data["documents"]],
        }

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        files = [*cleaned.get("received", []), *cleaned.get("documents", [])]
        if len(files) > MAX_FILES:
            self.add_error("documents", too_many_files())
        if sum(file.size for file in files) > max_files_size():
            self.add_error("documents", too_large_together())
        # A document may be the whole answer.
        if not cleaned.get("answer") and not files and not self.errors:
            self.add_error("answer", _("Copy or summarise the reply."))
        return cleaned


class SearchForm(forms.Form):
    """The search terms for another member."""

    q = forms.CharField(
        label=gettext_lazy("Find the other organisation"),
        help_text=gettext_lazy("A name, an acronym, a reference or an email address."),
        widget=forms.TextInput(attrs={"type": "search"}),
        error_messages={
            "required": gettext_lazy("Enter a search term to find the other organisation.")
        },
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, label_suffix="")


class NoteForm(DecisionForm):
    """A note that is stored with the member."""

    note = forms.CharField(
        label=gettext_lazy("Note (optional)"),
        help_text=gettext_lazy(
            "For colleagues: for example, where and when the organisation said so."
        ),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
    )


class InternalNoteForm(forms.Form):
    """An internal note about a member, for other staff."""

    text = NoteField(
        label=gettext_lazy("Note"),
        help_text=gettext_lazy("Visible to staff only."),
        max_length=MAX_NOTE_LENGTH,
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
        error_messages={"required": gettext_lazy("Enter a note.")},
    )
    # The number of the latest entry on the timeline that the page shows.
    after = forms.IntegerField(
        required=False, max_value=models.BigIntegerField.MAX_BIGINT, widget=forms.HiddenInput
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, auto_id="note-%s", label_suffix="")


class ReassignForm(DecisionForm):
    """The colleague to assign the member to."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"] = colleague_field(but=self.row.assignee)


class AskOpinionForm(DecisionForm):
    """The colleague to ask for an opinion, and the question."""

    asked_of = forms.ModelChoiceField(
        User.objects.filter(is_active=True, is_staff=True).order_by("name", "email"),
        label=gettext_lazy("Ask"),
        help_text=gettext_lazy("Anyone with an active staff account."),
        error_messages={"required": gettext_lazy("Choose a colleague.")},
    )
    question = NoteField(
        label=gettext_lazy("Question"),
        help_text=gettext_lazy("It is in the email, which may be forwarded."),
        max_length=MAX_QUESTION_LENGTH,
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}),
        error_messages={"required": gettext_lazy("Write your question.")},
    )
