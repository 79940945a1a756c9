"""Views that create a mailing: to members selected in the queue, an area or a whole list."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.timezone import now
from django.utils.translation import get_language, ngettext, override
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.admin.base import StaffRequest, post_data
from accounts.services.permissions import needs
from core.conflicts import Refused
from mailings.admin.pages import mailing_page
from mailings.forms.mailings import NewMailingForm, RecipientsForm
from mailings.models import MailingKind, Selection
from mailings.services.recipients import create_mailing
from members.models import NOTE_LANGUAGE, FocalPoint, Member, MemberQuerySet
from triage.spreadsheets.admin import filters_in_words, filters_of, members_in_list

ADD = ("mailings.add_mailing", "members.view_member")


@require_http_methods(["GET", "HEAD", "POST"])
@needs(*ADD)
def new_mailing(request: StaffRequest) -> HttpResponse:
    """Ask for kind and recipients, and create a draft; the query string may name members."""
    named = " ".join(request.GET.getlist("reference"))
    form = RecipientsForm(post_data(request), user=request.user, initial={"references": named})
    refusal = ""
    if form.is_valid():
        area, references = form.cleaned_data["focus_area"], form.cleaned_data["references"]
        members = Member.objects.filter(reference__in=references)
        chosen: dict[str, Any] = {
            "members": members,
            "selection": Selection.CHOSEN,
            "selection_in_words": ", ".join(references),
        }
        if area:
            with override(NOTE_LANGUAGE):
                chosen = {
                    "members": Member.objects.of_working_group(area),
                    "selection": Selection.AREA,
                    "selection_in_words": area.name,
                }
        refusal, answer = _begun(request, form, chosen)
        if answer:
            return answer
    return mailing_page(
        request,
        "begin",
        {"form": form, "refusal": refusal},
        title=_("New mailing"),
        status=200 if request.method != "POST" else 422,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@needs(*ADD)
def new_mailing_from_list(request: StaffRequest) -> HttpResponse:
    """Show how many members a list of the queue has, and create a draft to all of them."""
    queue = admin.site.get_model_admin(Member)
    form, refusal = NewMailingForm(post_data(request), label_suffix=""), ""
    try:
        # Some filters translate their choices when they are created.
        with override(NOTE_LANGUAGE if form.is_valid() else get_language()):
            changelist = queue.get_changelist_instance(request)
    except IncorrectLookupParameters:
        return redirect("admin:members_member_changelist")
    members = members_in_list(changelist)
    if form.is_valid():
        with override(NOTE_LANGUAGE):
            words = filters_in_words(changelist)
        chosen = {
            "members": members,
            "selection": Selection.FILTERED,
            "selection_in_words": words,
            "query": request.GET.urlencode(),
        }
        refusal, answer = _begun(request, form, chosen)
        if answer:
            return answer
    return mailing_page(
        request,
        "new_from_list",
        {
            "form": form,
            "refusal": refusal,
            "files": members.count(),
            "people": _people_of(members, request).count(),
            "filters": filters_of(changelist),
            "query": request.GET.urlencode(),
            "searched_for": changelist.query,
        },
        title=_("New mailing to this list"),
        status=200 if request.method != "POST" else 422,
    )


def _people_of(members: MemberQuerySet, request: StaffRequest) -> Any:
    """Return the focal points of these members, as far as the user may see them."""
    reached = members.visible_to(request.user)
    return FocalPoint.objects.filter(member__in=reached.order_by().values("pk"))


def _begun(
    request: StaffRequest, form: NewMailingForm, chosen: dict[str, Any]
) -> tuple[str, HttpResponse | None]:
    """Create a mailing; return an error message, or a redirect to its draft."""
    try:
        mailing = create_mailing(
            kind=MailingKind(form.cleaned_data["kind"]),
            language=form.cleaned_data["language"],
            by=request.user,
            at=now(),
            **chosen,
        )
    except Refused as refused:
        return str(refused), None
    number = mailing.recipients.count()
    sentence = ngettext(
        "Draft created for %(number)d recipient. Nothing sent.",
        "Draft created for %(number)d recipients. Nothing sent.",
        number,
    )
    messages.success(request, sentence % {"number": number})
    return "", redirect("admin:mailings_mailing_change", mailing.pk)
