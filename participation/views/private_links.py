"""The private link of a focal point to the sign-in for their page."""

from datetime import datetime

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.services.sign_in_codes import CodeNotSent, ask_for_code
from accounts.views.sign_in import page_to_type_on, refused_page
from core.rate_limits import TooManyAttempts
from eoi.views.token_auth import no_index
from focus_areas.models import FocusArea
from members.models import FocalPoint, MemberStatus
from members.services.participants import focal_points_of
from members.services.private_links import InvalidLink, LinkPurpose, focal_point_of
from members.services.undo import as_shown
from participation.services.member_accounts import sync_member_account

TEMPLATE = "participation/working_group.html"


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def working_group(request: HttpRequest, token: str) -> HttpResponseBase:
    """Show whose working group it is; POST sends a code to sign in.

    Mails get forwarded, so the link alone shows nothing of the group. The page is the same for
    every reason why a link is invalid.
    """
    at = timezone.now()
    try:
        focal_point, area = admitted_focal_point(token, at=at)
    except InvalidLink:
        return no_index(render(request, "participation/working_group_refused.html", status=404))

    going_to = reverse("participation:my_page")
    user = request.user
    if user.is_authenticated and focal_points_of(user).filter(pk=focal_point.pk).exists():
        return no_index(redirect(going_to))
    shown = masked_email(focal_point.email)
    page = {"focal_point": focal_point, "area": area, "shown": shown}
    if request.method != "POST":
        return no_index(render(request, TEMPLATE, page))
    # The reader may open the link before the task has created their account.
    sync_member_account(focal_point=focal_point, at=at)
    try:
        ask_for_code(request, email=focal_point.email, shown=shown, at=at)
    except (TooManyAttempts, CodeNotSent) as refused:
        return no_index(refused_page(request, TEMPLATE, page, refused))
    return no_index(redirect(page_to_type_on(going_to)))


def admitted_focal_point(token: str, *, at: datetime) -> tuple[FocalPoint, FocusArea]:
    """Return the focal point of a link to a working group, and the area of their member.

    Raises InvalidLink, also if the member is not admitted.
    """
    focal_point = focal_point_of(token, LinkPurpose.WORKING_GROUP)
    member = focal_point.member = as_shown(focal_point.member, at=at)
    if member.status != MemberStatus.ADMITTED or member.focus_area is None:
        raise InvalidLink
    return focal_point, member.focus_area


def masked_email(email: str) -> str:
    """Return an address that its owner recognises, and that tells others little."""
    local, _at, domain = email.rpartition("@")
    return f"{local[0]}…{local[-1] if len(local) > 2 else ''}@{domain}"
