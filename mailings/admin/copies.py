"""The pages on which a mailing is copied to a new draft, and sent to colleagues as a test."""

from copy import copy as shallow_copy
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override
from django.views.decorators.http import require_http_methods

from accounts.admin.base import StaffRequest, post_data
from accounts.services.permissions import needs
from accounts.views.decorators import too_many_attempts
from core.conflicts import Refused
from core.rate_limits import TooManyAttempts
from focus_areas.models import FocusArea
from mailings.admin.mailing_page import ADD
from mailings.admin.pages import CHANGE, VIEW, address_of, get_mailing_or_404, mailing_page
from mailings.forms import CopiesForm
from mailings.models import Mailing, Selection
from mailings.services.drafts import copy_mailing, send_test_copies
from mailings.services.letters import MailingTexts
from members.models import NOTE_LANGUAGE, Member, MemberQuerySet
from triage.spreadsheets.admin import members_in_list


@require_http_methods(["GET", "HEAD", "POST"])
@needs(VIEW, *ADD)
def copy(request: StaffRequest, pk: int) -> HttpResponse:
    """Show what is copied from a mailing; POST creates the draft."""
    mailing, refusal = get_mailing_or_404(request, pk), ""
    if request.method == "POST":
        members = _audience_today(request, mailing)
        try:
            draft = copy_mailing(mailing=mailing, members=members, by=request.user, at=now())
        except Refused as refused:
            refusal = str(refused)
        else:
            messages.success(request, _draft_created(draft))
            return redirect(address_of(draft))
    return mailing_page(
        request,
        "copy",
        {"refusal": refusal, "is_chosen": mailing.selection == Selection.CHOSEN},
        title=_("Copy mailing"),
        mailing=mailing,
        status=409 if refusal else 200,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@needs(VIEW, CHANGE)
def test_copies(request: StaffRequest, pk: int) -> HttpResponse:
    """Ask for colleagues and languages; POST sends each colleague a test copy in each language."""
    mailing = get_mailing_or_404(request, pk)
    texts = MailingTexts(mailing)
    form = CopiesForm(post_data(request), languages=sorted(texts.by_language), user=request.user)
    shown: dict[str, Any] = {"form": form, "can_go": bool(texts.by_language)}
    if not form.is_valid():
        return _test_page(request, mailing, shown, status=422 if form.is_bound else 200)
    try:
        sent = send_test_copies(mailing=mailing, by=request.user, at=now(), **form.cleaned_data)
    except TooManyAttempts as refused:
        return too_many_attempts(
            _test_page(request, mailing, {**shown, "refusal": refused}), refused
        )
    except Refused as refused:
        return _test_page(request, mailing, {**shown, "refusal": refused}, status=409)
    number = len(sent)
    sentence = ngettext(
        "%(number)d test copy is being sent.", "%(number)d test copies are being sent.", number
    )
    messages.success(request, sentence % {"number": number})
    return redirect(address_of(mailing))


def _test_page(
    request: StaffRequest, mailing: Mailing, shown: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    return mailing_page(
        request, "test_copies", shown, title=_("Send test copies"), mailing=mailing, status=status
    )


def _audience_today(request: StaffRequest, mailing: Mailing) -> MemberQuerySet:
    """Return the members of the list or focus area of a mailing as they are today.

    If there is no such list any more, or the members were selected individually, they are those of
    the recipients.
    """
    if mailing.selection == Selection.AREA:
        with override(NOTE_LANGUAGE):
            areas = {area.name: area for area in FocusArea.objects.order_by("pk")}
        if area := areas.get(mailing.selection_in_words):
            return Member.objects.of_working_group(area)
    if mailing.selection == Selection.FILTERED:
        asked = shallow_copy(request)
        asked.GET = QueryDict(mailing.query)
        try:
            queue = admin.site.get_model_admin(Member)
            return members_in_list(queue.get_changelist_instance(asked))
        except IncorrectLookupParameters:
            pass
    recipients = mailing.recipients.order_by().values("focal_point__member")
    return Member.objects.filter(pk__in=recipients)


def _draft_created(draft: Mailing) -> str:
    number = draft.recipients.included().count()
    sentence = ngettext(
        "Draft created for %(number)d recipient. Nothing sent.",
        "Draft created for %(number)d recipients. Nothing sent.",
        number,
    )
    return sentence % {"number": number}
