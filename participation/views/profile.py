"""The pages on which focal points edit the public profile of their organisation.

The preview has the form and the logo as hidden fields: nothing is stored that nobody publishes.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core.conflicts import NothingChanged, Refused
from core.language_switch import HAS_ERRORS, form_as_typed, switched_language
from core.uploads import accepts_files
from members.models import FocalPoint, PublicProfile
from members.services.logos import MAX_LOGO_SIZE, data_url, logo_content
from members.services.private_links import InvalidLink
from members.services.public_pages import page_with
from members.services.public_profile import (
    ProfileConflict,
    profile_of,
    publish_profile,
    take_back_profile,
)
from members.views.signed_in import MemberRequest, member_page
from papers.services.stored_files import NotStored
from participation.forms.profile import ProfileForm, TakeBackForm

# A hidden field of the preview.
PREVIEW = "preview"


@require_http_methods(["GET", "HEAD", "POST"])
@member_page
@accepts_files(lambda: MAX_LOGO_SIZE)
def my_profile(
    request: MemberRequest, people: Sequence[FocalPoint], at: datetime, reference: str
) -> HttpResponseBase:
    """Edit the public profile of one organisation.

    The first POST shows the page as it will be, `change` the form again, and `publish` publishes.
    If another focal point changed the profile meanwhile, the response is 409 with both versions.
    """
    person = person_of(people, reference)
    profile = profile_of(person.member)
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    form = ProfileForm(*sent, profile=profile, person=person)
    if switched_language(request):
        return switched_page(request, form, profile, at)
    if not form.is_valid():
        return form_page(request, form, profile, status=422 if sent else 200)
    if "change" in request.POST:
        return form_page(request, form, profile)
    if "publish" not in request.POST:
        return preview_page(request, form, profile, at)
    try:
        publish_profile(member=person.member, **form.facts(), by=person, at=at)
    except NothingChanged:
        # The form was sent twice, or a colleague published the same.
        pass
    except (Refused, NotStored) as refused:
        now = profile_of(person.member)
        is_conflict = isinstance(refused, ProfileConflict)
        return form_page(request, form, now, status=409, refused=refused, is_conflict=is_conflict)
    except InvalidLink:
        return redirect("participation:my_page")
    messages.success(request, _("The public page is published."))
    return redirect("participation:my_profile", reference)


@require_http_methods(["GET", "HEAD", "POST"])
@member_page
def take_back(
    request: MemberRequest, people: Sequence[FocalPoint], at: datetime, reference: str
) -> HttpResponseBase:
    """Ask what a focal point wants to take back, and take it back on POST."""
    person = person_of(people, reference)
    profile = profile_of(person.member)
    sent = request.POST if request.method == "POST" else None
    form = TakeBackForm(sent, profile=profile)
    is_switch = bool(switched_language(request))
    if is_switch:
        form = form_as_typed(form)
    context = {"form": form, "profile": profile, "member": person.member}
    if is_switch or not form.is_valid():
        status = 422 if form.errors else 200
        return render(request, "participation/take_back.html", context, status=status)
    unlists = form.cleaned_data["what"] == TakeBackForm.PAGE
    try:
        take_back_profile(
            member=person.member, unlists=unlists, by=person, at=at, version=form.version_seen
        )
    except Refused as refused:
        is_conflict = isinstance(refused, ProfileConflict)
        now = profile_of(person.member)
        context |= {"profile": now, "refused": refused, "is_conflict": is_conflict}
        return render(request, "participation/take_back.html", context, status=409)
    except InvalidLink:
        return redirect("participation:my_page")
    messages.success(
        request,
        _("The organisation is no longer listed publicly.")
        if unlists
        else _("The profile is no longer public."),
    )
    return redirect("participation:my_profile", reference)


def person_of(people: Sequence[FocalPoint], reference: str) -> FocalPoint:
    """Return the focal point of the person for one of their organisations. Raises Http404."""
    for person in people:
        if person.member.reference == reference:
            return person
    raise Http404


def form_page(
    request: MemberRequest, form: ProfileForm, profile: PublicProfile, **context: Any
) -> HttpResponse:
    """Show the form, with the logo that was chosen or is stored."""
    status = context.pop("status", 200)
    stored = logo_content(profile)
    context |= {
        "form": form,
        "profile": profile,
        "member": profile.member,
        "new_logo": form.new_logo,
        "stored_logo_url": data_url(stored) if stored else "",
    }
    return render(request, "participation/my_profile.html", context, status=status)


def switched_page(
    request: MemberRequest, form: ProfileForm, profile: PublicProfile, at: datetime
) -> HttpResponse:
    """Show the form or the preview in another language.

    The logo is read, so that it need not be chosen again. If it is refused, the page says so.
    """
    if form.is_valid() and PREVIEW in request.POST:
        return preview_page(request, form, profile, at)
    if HAS_ERRORS not in request.POST:
        for name in form.errors.keys() - {"file", "logo"}:
            del form.errors[name]
    return form_page(request, form, profile)


def preview_page(
    request: MemberRequest, form: ProfileForm, profile: PublicProfile, at: datetime
) -> HttpResponse:
    """Show the public page as it will be, with the form hidden in it."""
    facts = form.facts()
    logo = facts["logo"]
    stored = None if logo or facts["removes_logo"] else logo_content(profile)
    shown = PublicProfile(
        member=profile.member,
        about=facts["about"],
        language=facts["language"],
        website=facts["website"],
        logo_width=logo.width if logo else profile.logo_width,
        logo_height=logo.height if logo else profile.logo_height,
        published_at=at,
    )
    url = logo.data_url if logo else data_url(stored) if stored else ""
    context = {"form": form, "page": page_with(shown, logo_url=url)}
    return render(request, "participation/profile_preview.html", context)
