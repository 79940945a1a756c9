"""Pages to correct a member's facts and to revoke private links."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.admin.base import StaffRequest, int_or_invalid, post_data
from accounts.services.permissions import needs
from core.conflicts import Conflict, Refused, check_version
from members.services import corrections
from members.services import focal_points as people
from members.services.conflicts import member_conflict
from triage.desk.forms import CorrectionForm
from triage.staff_pages.changes import changes_since
from triage.staff_pages.pages import (
    focal_points_of,
    get_member_or_404,
    member_page,
    member_url,
)


@require_http_methods(["GET", "HEAD", "POST"])
@needs("members.correct_member")
def correct(request: StaffRequest, pk: int) -> HttpResponse:
    """Correct the facts of a member, with a reason.

    The status is 422 if something is missing or wrong, and 409 if the member has changed. The typed
    data and the version stay until the person confirms that they have read the change.
    """
    member = get_member_or_404(request, pk)
    focal_points = focal_points_of(member)
    form = CorrectionForm(post_data(request), member=member, focal_points=focal_points)
    refused, is_complete = None, request.method != "POST" or form.is_valid()
    if request.method == "POST":
        try:
            # The service compares the version again, under the lock.
            check_version(member, form.version_seen or None, member_conflict)
            if is_complete:
                corrections.correct_answers(
                    member=member,
                    facts=form.facts,
                    focal_points=form.facts_of_people,
                    reason=form.cleaned_data["reason"],
                    by=request.user,
                    at=now(),
                    version=form.version_seen,
                )
                messages.success(request, _("Answers corrected."))
                return redirect(member_url(request, pk))
        except Refused as refusal:
            refused = refusal
    return member_page(
        request,
        "correct",
        {
            "form": form,
            "refused": refused,
            "has_changed": isinstance(refused, Conflict),
            "differences": form.differences_in_words if refused else [],
            "changes": changes_since(member, form.version_seen) if refused else [],
        },
        title=_("Correct answers"),
        member=member,
        status=409 if refused else 200 if is_complete else 422,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@needs("members.revoke_links_focalpoint")
def revoke_links(request: StaffRequest, pk: int, focal_point: int) -> HttpResponse:
    """Revoke all private links of a focal point, after confirmation."""
    member = get_member_or_404(request, pk)
    person = get_object_or_404(member.focal_points, pk=focal_point)
    refused = None
    if request.method == "POST":
        try:
            people.revoke_links(
                focal_point=person,
                link_version=int_or_invalid(request.POST, "link_version"),
                by=request.user,
                at=now(),
            )
        except Refused as refusal:
            refused = refusal
        else:
            sentence = _("The private links of %(name)s no longer work.")
            messages.success(request, sentence % {"name": person})
            return redirect(member_url(request, pk))
    return member_page(
        request,
        "revoke_links",
        {"person": person, "refused": refused},
        title=_("Revoke private links"),
        member=member,
        status=409 if refused else 200,
    )
