"""The pages on which staff say who belongs to the parts of a working group."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from accounts.admin.base import StaffRequest, page, post_data
from accounts.services.permissions import needs
from core.admin.conflicts import VersionForm
from core.conflicts import NothingChanged, Refused
from focus_areas.models import EVERY_AREA, FocusArea
from meetings.admin.meetings import parts_visible_to
from meetings.admin.permissions import CHANGE
from meetings.models import Meeting, Part
from members.models import Member
from participation.models import PartMember
from participation.services.parts import add_part, change_part, possible_members

# The value of the choice of the whole coalition, which has no focus area.
COALITION = "coalition"


class PartForm(VersionForm):
    """The name and the members of a part."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=100,
        help_text=gettext_lazy("Such as “Editors”. Only staff see it."),
    )
    members = forms.MultipleChoiceField(
        label=gettext_lazy("Members"), widget=forms.CheckboxSelectMultiple, choices=()
    )

    def __init__(self, *args: Any, members: list[Member], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["members"]
        field.choices = [(member.pk, member.organisation_name) for member in members]

    def facts(self) -> dict[str, Any]:
        """Return the arguments for the service functions, from a valid form."""
        chosen = [int(pk) for pk in self.cleaned_data["members"]]
        return {"name": self.cleaned_data["name"], "members": chosen}


@require_safe
@needs(CHANGE)
def parts(request: StaffRequest) -> HttpResponse:
    """List the parts of the groups that a person may see; choose a group to add one."""
    found = parts_visible_to(request.user).order_by("focus_area__number", "name", "pk")
    areas = [
        (each.slug, each.name)
        for each in FocusArea.objects.visible_to(request.user).order_by("number")
    ]
    if request.user.has_perm(EVERY_AREA):
        areas.append((COALITION, _("Whole coalition")))
    return page(
        request,
        "admin/participation/meeting/parts.html",
        {"parts": found, "areas": areas},
        model=Meeting,
        title=_("Parts of groups"),
    )


@needs(CHANGE)
def part_new(request: StaffRequest, focus_area: str) -> HttpResponse:
    """Show a form for a part of a group; on POST, create it."""
    visible = FocusArea.objects.visible_to(request.user)
    area = visible.filter(slug=focus_area).first()
    if area is None and not (focus_area == COALITION and request.user.has_perm(EVERY_AREA)):
        raise Http404
    form = PartForm(post_data(request), initial={"version": 0}, members=possible_members(area))
    refusal = ""
    if form.is_valid():
        try:
            add_part(focus_area=area, by=request.user, at=now(), **form.facts())
        except Refused as refused:
            refusal = str(refused)
        else:
            messages.success(request, _("Saved. You can choose the part in a meeting now."))
            return redirect("admin:meetings_meeting_parts")
    return _form_page(request, form, refusal, title=_("Add a part of a group"))


@needs(CHANGE)
def part(request: StaffRequest, pk: int) -> HttpResponse:
    """Show the name and the members of a part; on POST, save them."""
    found = parts_visible_to(request.user).filter(pk=pk).first()
    if found is None:
        raise Http404
    belonging = PartMember.objects.filter(part=found, removed_at=None).select_related("member")
    present = [each.member for each in belonging.order_by("pk")]
    # Who left the group meanwhile can still be taken out.
    possible = {each.pk: each for each in [*possible_members(found.focus_area), *present]}
    initial = {
        "version": found.version,
        "name": found.name,
        "members": [each.pk for each in present],
    }
    members = sorted(possible.values(), key=lambda each: (each.organisation_name, each.pk))
    form = PartForm(post_data(request), initial=initial, members=members)
    refusal = ""
    if form.is_valid():
        try:
            change_part(
                part=found, version=form.version_seen, by=request.user, at=now(), **form.facts()
            )
        except NothingChanged:
            return redirect("admin:meetings_meeting_parts")
        except Refused as refused:
            refusal = str(refused)
            form = PartForm(
                initial={**form.cleaned_data, "version": found.version}, members=members
            )
        else:
            messages.success(
                request, _("Saved. Who joined or left is told of the meetings to come.")
            )
            return redirect("admin:meetings_meeting_parts")
    return _form_page(request, form, refusal, title=found.name, part=found)


def _form_page(
    request: StaffRequest, form: PartForm, refusal: str, *, title: str, part: Part | None = None
) -> HttpResponse:
    return page(
        request,
        "admin/participation/meeting/part.html",
        {"form": form, "refusal": refusal, "part": part, "members": form["members"]},
        model=Meeting,
        title=title,
        status=409 if refusal else 422 if form.errors else 200,
    )
