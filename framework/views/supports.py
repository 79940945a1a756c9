"""Steps about one amendment: support it, take the support back, withdraw or discard one's own."""

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from core.autosave import typed_fields
from core.conflicts import NothingChanged, Refused
from core.numbers import whole_number
from core.rate_limits import HOUR, TooManyAttempts, count_attempt
from eoi.views.autosaved_page import MAX_SAVES_PER_HOUR
from eoi.views.error_summary import with_retry_after
from framework.models import Amendment, AmendmentStatus
from framework.services.amendments import (
    AmendmentConflict,
    discard_typed,
    support_amendment,
    withdraw_amendment,
)
from framework.services.amendments import withdraw_support as take_support_back
from framework.services.proposing import takes_proposals
from framework.services.reader import Reader
from framework.views.pages import paragraph_address, proposer_page, refused_page
from members.models import FocalPoint
from members.services.private_links import check_unrevoked


@require_POST
@proposer_page
def support(request: HttpRequest, reader: Reader, person: FocalPoint, pk: int) -> HttpResponseBase:
    """Support an amendment of another organisation, in the wording that the page showed."""
    found = _sent(reader, pk)
    if refused := _refused_step(request, reader, person):
        return refused
    support_now(request, reader, person, pk, whole_number(request.POST.get("version")))
    return redirect(paragraph_address(reader, found.paragraph))


@require_POST
@proposer_page
def withdraw_support(
    request: HttpRequest, reader: Reader, person: FocalPoint, pk: int
) -> HttpResponseBase:
    """Take back the support of the reader's organisation."""
    found = _sent(reader, pk)
    if refused := _refused_step(request, reader, person):
        return refused
    try:
        take_support_back(amendment=found, by=person, at=reader.at)
        messages.success(request, _("Your organisation no longer supports the proposal."))
    except NothingChanged:
        messages.info(request, _("Your organisation does not support this proposal."))
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect(paragraph_address(reader, found.paragraph))


@require_http_methods(["GET", "HEAD", "POST"])
@proposer_page
def withdraw(request: HttpRequest, reader: Reader, person: FocalPoint, pk: int) -> HttpResponseBase:
    """Ask whether the reader's organisation withdraws its amendment; POST does it."""
    own = get_object_or_404(_rows(reader), pk=pk, member=person.member_id)
    back = paragraph_address(reader, own.paragraph)
    asked = {"reader": reader, "amendment": own, "back": back}
    if request.method != "POST":
        may = takes_proposals(own.draft, reader)
        return render(request, "framework/withdraw.html", asked | {"may_withdraw": may})
    if refused := _refused_step(request, reader, person):
        return refused
    if whole_number(request.POST.get("version")) != own.sent_version:
        sentence = _("The proposal was changed after you opened the page. Look at it again.")
        context = asked | {"may_withdraw": True, "refused": sentence}
        return render(request, "framework/withdraw.html", context, status=409)
    try:
        withdraw_amendment(amendment=own, by=person, at=reader.at)
        messages.success(request, _("The proposal is withdrawn."))
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect(back)


@require_http_methods(["GET", "HEAD", "POST"])
@proposer_page
def discard(request: HttpRequest, reader: Reader, person: FocalPoint, pk: int) -> HttpResponseBase:
    """Ask whether to delete what was typed and not sent; POST does it."""
    rows = Amendment.objects.select_related("draft__framework")
    rows = rows.filter(draft__framework=reader.framework, member=person.member_id)
    if request.method != "POST":
        own = get_object_or_404(rows, pk=pk, status=AmendmentStatus.DRAFT)
        context = {"reader": reader, "amendment": own, "typed": typed_fields(own)}
        return render(request, "framework/discard.html", context)
    if refused := _refused_step(request, reader, person):
        return refused
    # A second click, or a colleague, may have deleted it already.
    if typed := rows.filter(pk=pk).first():
        try:
            shown = whole_number(request.POST.get("version"))
            version = -1 if shown is None else shown
            discard_typed(amendment=typed, version=version, by=person, at=reader.at)
            messages.success(request, _("What was typed is deleted."))
        except Refused as refusal:
            messages.error(request, str(refusal))
    return redirect(reader.address("mine"))


def support_now(
    request: HttpRequest, reader: Reader, person: FocalPoint, pk: int | None, version: int | None
) -> None:
    """Support an amendment, and say in a message what came of it."""
    found = _sent(reader, pk)
    shown = -1 if version is None else version
    try:
        support_amendment(amendment=found, version=shown, by=person, at=reader.at)
        name = found.member.organisation_name
        sentence = _("Your organisation supports the proposal of %(name)s.") % {"name": name}
        messages.success(request, sentence)
    except NothingChanged:
        messages.info(request, _("Your organisation supports this proposal already."))
    except AmendmentConflict:
        sentence = _("The wording was changed meanwhile. Read it again before you support it.")
        messages.warning(request, sentence)
    except Refused as refusal:
        messages.error(request, str(refusal))


def _rows(reader: Reader) -> QuerySet[Amendment]:
    related = Amendment.objects.sent().select_related("draft__framework", "paragraph", "member")
    return related.filter(draft__framework=reader.framework)


def _sent(reader: Reader, pk: int | None) -> Amendment:
    return get_object_or_404(_rows(reader), pk=pk)


def _refused_step(request: HttpRequest, reader: Reader, person: FocalPoint) -> HttpResponse | None:
    """Return the answer to a step that is one too many in an hour, or by a revoked link."""
    who, limit = f"{person.pk} steps", MAX_SAVES_PER_HOUR
    try:
        count_attempt("amendment", who, limit=limit, within=HOUR, at=reader.at)
    except TooManyAttempts as refused:
        page = refused_page(request, reader, _("Not saved"), str(refused), status=429)
        return with_retry_after(page, refused)
    if reader.token:
        check_unrevoked(person)
    return None
