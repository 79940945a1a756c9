"""The page with all that a reader's organisation proposed and supported."""

from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from framework.models import Amendment, AmendmentStatus
from framework.services.proposing import placed_amendments
from framework.services.reader import Reader
from framework.views.pages import proposer_page
from members.models import FocalPoint


@require_safe
@proposer_page
def mine(request: HttpRequest, reader: Reader, person: FocalPoint) -> HttpResponseBase:
    """List what the organisation proposed and supported, with answers, and what is not sent."""
    drafts = list(reader.framework.drafts.shown())
    about = Amendment.objects.filter(draft__in=drafts).order_by("pk")
    known: dict[str, Any] = {"drafts": drafts, "answered": drafts[1:]}
    member = person.member
    own = placed_amendments(reader, about.filter(member=member), **known)
    supported = about.filter(supports__member=member, status=AmendmentStatus.SENT)
    context = {
        "reader": reader,
        "member": member,
        "sent": [each for each in own if each.status == AmendmentStatus.SENT],
        "unsent": [each for each in own if each.status == AmendmentStatus.DRAFT],
        "withdrawn": [each for each in own if each.status == AmendmentStatus.WITHDRAWN],
        "supported": placed_amendments(reader, supported, **known),
    }
    return render(request, "framework/mine.html", context)
