"""The admin pages of letters of co-leads: their list, and the decision on one."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.admin.base import StaffRequest, get_visible_or_404
from accounts.services.permissions import insist, needs
from core.conflicts import Refused
from mailings.admin.pages import VIEW, address_of, mailing_page
from mailings.forms.mailings import ReleaseForm, ReturnForm
from mailings.models import GroupLetter
from mailings.services.group_letters import (
    MAY_RELEASE,
    number_of_recipients,
    release_letter,
    return_letter,
    whole_text,
)
from outbox.services.rendering import as_fragment

MAX_SETTLED = 50


@require_safe
@needs(VIEW)
def group_letters(request: StaffRequest) -> HttpResponse:
    """List the letters that wait for release, and the latest others."""
    found = GroupLetter.objects.visible_to(request.user).select_related("focus_area", "mailing")
    return mailing_page(
        request,
        "group_letters",
        {"waiting": found.waiting(), "settled": found.settled()[:MAX_SETTLED]},
        title=_("Letters of co-leads"),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@needs(VIEW)
def group_letter(request: StaffRequest, pk: int) -> HttpResponse:
    """Show one letter with the number of its recipients; on POST, release or return it."""
    rows = GroupLetter.objects.select_related("focus_area", "mailing", "focal_point")
    letter = get_visible_or_404(rows, request.user, pk)
    if request.method != "POST":
        return _page(request, letter)
    insist(request.user, MAY_RELEASE)
    return _release(request, letter) if "release" in request.POST else _return(request, letter)


def _release(request: StaffRequest, letter: GroupLetter) -> HttpResponse:
    form = ReleaseForm(request.POST)
    if not form.is_valid():
        refusal = _("The form was incomplete. Nothing was sent.")
        return _page(request, letter, refusal=refusal, status=422)
    number, version = form.cleaned_data["number"], form.version_seen
    try:
        mailing = release_letter(
            letter=letter, version=version, number=number, by=request.user, at=now()
        )
    except Refused as refused:
        return _page(request, letter, refusal=str(refused), status=409)
    messages.success(request, _("The letter is released, and is being sent now."))
    return redirect(address_of(mailing))


def _return(request: StaffRequest, letter: GroupLetter) -> HttpResponse:
    form = ReturnForm(request.POST, label_suffix="")
    if not form.is_valid():
        return _page(request, letter, form=form, status=422)
    reason, version = form.cleaned_data["reason"], form.version_seen
    try:
        return_letter(letter=letter, version=version, reason=reason, by=request.user, at=now())
    except Refused as refused:
        return _page(request, letter, form=form, refusal=str(refused), status=409)
    messages.success(request, _("The letter was returned. The co-lead was told the reason."))
    return redirect("admin:mailings_mailing_group_letters")


def _page(
    request: StaffRequest,
    letter: GroupLetter,
    *,
    form: ReturnForm | None = None,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    # A refused change leaves the letter of the request half changed.
    shown = GroupLetter.objects.select_related("focus_area", "mailing", "focal_point").get(
        pk=letter.pk
    )
    return mailing_page(
        request,
        "group_letter",
        {
            "letter": shown,
            "html": as_fragment(whole_text(shown), language=shown.language),
            "number": number_of_recipients(shown, by=request.user, at=now()),
            "form": form or ReturnForm(label_suffix=""),
            "may_release": shown.is_waiting and request.user.has_perm(MAY_RELEASE),
            "refusal": refusal,
        },
        title=_("Letter of a co-lead"),
        status=status,
    )
