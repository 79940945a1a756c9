"""Previews of a message template as a real member would read it. Nothing is sent from here."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.admin.base import StaffRequest, post_data
from accounts.services.permissions import needs
from members.models import Member
from members.services.letters.sample_letters import sample_letter
from members.services.search import find
from outbox.admin.mail_preview import page_with_mail_frame
from outbox.forms import TextForm
from outbox.models import MessageTemplate
from outbox.models.template_types import Placeholder, TemplateType, get_template_type
from outbox.services.template_rendering import TemplateText
from outbox.services.template_states import language_of
from triage.decisions.admin.letter_preview import Preview, previews_of
from triage.staff_pages.pages import focal_points_of, member_page

# If there are more results, people add a word to their search.
MAX_OPTIONS = 10
SEVERAL = 2


class ChooseMemberForm(forms.Form):
    """The recipient of the preview: the search terms, and the chosen member among the results."""

    who = forms.CharField(
        label=gettext_lazy("Organisation"),
        help_text=gettext_lazy(
            "Reference, organisation, acronym, or a focal point's name or email."
        ),
        max_length=254,
        required=False,
    )
    member = forms.ModelChoiceField(
        label=gettext_lazy("Choose an organisation"),
        queryset=Member.objects.none(),
        required=False,
        widget=forms.RadioSelect,
        empty_label=None,
    )

    def __init__(self, data: QueryDict | None, *, among: "QuerySet[Member]") -> None:
        who = data.get("who", "").strip() if data else ""
        keys: list[int] = []
        if who and "\0" not in who:
            rows = find(among, who).members.order_by("submitted_at", "pk")
            keys = list(rows.values_list("pk", flat=True)[:MAX_OPTIONS])
        self.found = len(keys)
        if data is not None:
            data = data.copy()
            if data.get("member") not in {str(key) for key in keys}:
                # The choice came from a search for other words.
                data["member"] = str(keys[0]) if self.found == 1 else ""
        super().__init__(data, label_suffix="")
        choice: Any = self.fields["member"]
        choice.queryset = Member.objects.filter(pk__in=keys).order_by("submitted_at", "pk")
        if self.found < SEVERAL:
            choice.widget = forms.HiddenInput()

    def clean_who(self) -> str:
        """Require search terms if the person searched, but not if they came from the template."""
        who: str = self.cleaned_data["who"]
        if not who and "who" in self.data:
            raise forms.ValidationError(_("Enter a search term to find an organisation."))
        return who

    @property
    def chosen(self) -> Member | None:
        """The chosen member, or the only one that was found."""
        if not self.is_bound or not self.is_valid():
            return None
        chosen: Member | None = self.cleaned_data["member"]
        return chosen


@require_http_methods(["GET", "HEAD", "POST"])
@needs("outbox.view_messagetemplate", "members.view_member")
@page_with_mail_frame
def preview_template_for_member(request: StaffRequest, template: int) -> HttpResponse:
    """Show a template as a letter to a member that the person chooses, as typed or else as saved.

    Nothing is queued, and no private link is created.
    """
    stored = get_object_or_404(MessageTemplate, pk=template)
    kind = get_template_type(stored.template_type)
    if kind is None or not kind.preview:
        raise Http404
    is_typed = "body" in request.POST
    text = TextForm(request.POST if is_typed else _as_saved(stored), template=stored, kind=kind)
    is_fit = text.is_valid()
    who = ChooseMemberForm(post_data(request), among=Member.objects.visible_to(request.user))
    member = who.chosen if is_fit else None
    previews, on_samples = _previews(request, kind, text.wording, member) if member else ([], [])
    return member_page(
        request,
        "preview_template",
        {
            "stored": stored,
            "kind": kind,
            "language": language_of(stored.language),
            "text": text,
            "is_typed": is_typed,
            "who": who,
            "has_searched": bool(who["who"].value()),
            "tried": member,
            "previews": previews,
            "on_samples": on_samples,
        },
        title=_("Preview for an organisation"),
        status=200 if is_fit else 422,
    )


def _previews(
    request: StaffRequest, kind: TemplateType, wording: TemplateText, member: Member
) -> tuple[list[Preview], list[Placeholder]]:
    """Draft the letter to each focal point, and return which of its values are samples."""
    tried = [
        (person, sample_letter(kind, wording, person, at=now()))
        for person in focal_points_of(member)
    ]
    samples = dict.fromkeys(
        placeholder for _person, each in tried for placeholder in each.on_samples
    )
    letters = [(person, each.letter) for person, each in tried]
    return previews_of(request, letters), list(samples)


def _as_saved(template: MessageTemplate) -> QueryDict:
    """Return the template as an unedited form would submit it."""
    sent_back = QueryDict(mutable=True)
    sent_back.update(
        {
            "subject": template.subject,
            "body": template.body,
            "is_active": "on" if template.is_active else "",
            "version": str(template.version),
        }
    )
    return sent_back
