"""The page on which a focal point exports what is known of them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts.services.sign_in_codes import CodeNotSent, ask_for_code, has_typed_code_since
from accounts.views.sign_in import page_to_type_on, refused_page
from core.language_switch import form_as_typed, switched_language
from core.rate_limits import TooManyAttempts
from members.models import FocalPoint
from members.views.signed_in import MemberRequest, member_page
from privacy.forms import ExportForm
from privacy.services.exports import export_person

# A session may last for 30 days, and a file with all data is worth more than a page.
CODE_IS_RECENT_FOR: Final = timedelta(minutes=15)
TEMPLATE: Final = "privacy/my_data.html"


@require_http_methods(["GET", "HEAD", "POST"])
@member_page
def my_data(request: MemberRequest, people: Sequence[FocalPoint], at: datetime) -> HttpResponseBase:
    """Show what the file contains; on POST, send it, or first a code if the last one is old."""
    is_confirmed = has_typed_code_since(request, at - CODE_IS_RECENT_FOR)
    form = ExportForm(request.POST if request.method == "POST" else None)
    context = {"form": form, "is_confirmed": is_confirmed}
    if switched_language(request):
        return render(request, TEMPLATE, {**context, "form": form_as_typed(form)})
    if request.method != "POST":
        return render(request, TEMPLATE, context)
    try:
        if not is_confirmed:
            return _code(request, at)
        if not form.is_valid():
            return render(request, TEMPLATE, context, status=422)
        return _file(request, form, people, at)
    except (TooManyAttempts, CodeNotSent) as refused:
        return refused_page(request, TEMPLATE, context, refused)


def _code(request: MemberRequest, at: datetime) -> HttpResponse:
    """Send a code to the person's address. When they have typed it, this page opens again."""
    email = request.user.email
    ask_for_code(request, email=email, shown=email, at=at)
    return redirect(page_to_type_on(reverse("privacy:my_data")))


def _file(
    request: MemberRequest, form: ExportForm, people: Sequence[FocalPoint], at: datetime
) -> HttpResponse:
    file = export_person(
        address=request.user.email,
        kind=form.cleaned_data["format"],
        by=request.user,
        is_own=True,
        zone=people[0].time_zone,
        at=at,
    )
    return HttpResponse(file.content, content_type=file.content_type, headers=file.headers)
