"""The page on which the member of a host country answers. A GET changes nothing."""

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from commitments.forms.reports import HostAnswerForm
from commitments.models import CommitmentStatus, HostAnswer
from commitments.services.hosts import SameAnswer, answer_as_host
from commitments.services.private_pages import acknowledgement_of
from commitments.services.report_words import goal_in_words
from commitments.services.reports import reported_targets
from core.conflicts import Refused
from core.dates import format_date_short
from core.language_switch import form_as_typed, switched_language
from core.rate_limits import HOUR, TooManyAttempts, count_attempt
from eoi.views.error_summary import ErrorSummary
from eoi.views.token_auth import no_index
from members.services.countries import name_of
from members.services.private_links import InvalidLink, check_unrevoked

MAX_ANSWERS_PER_HOUR = 20


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def host(request: HttpRequest, token: str) -> HttpResponseBase:
    """Show a commitment to a host with three answers; POST records one."""
    at = timezone.now()
    try:
        person, asked = acknowledgement_of(token, at=at)
    except InvalidLink:
        return no_index(render(request, "commitments/report_refused.html", status=404))
    sent = request.POST if request.method == "POST" else None
    form = HostAnswerForm(
        sent, initial={"answer": asked.answer, "note": asked.note}, label_suffix=""
    )
    refusal, status = None, 200
    try:
        if sent is None:
            pass
        elif switched_language(request):
            form = form_as_typed(form)
        elif form.is_valid():
            check_unrevoked(person)
            count_attempt("host", str(asked.pk), limit=MAX_ANSWERS_PER_HOUR, within=HOUR, at=at)
            answer_as_host(
                acknowledgement=asked,
                answer=HostAnswer(form.cleaned_data["answer"]),
                note=form.cleaned_data["note"],
                by=person,
                at=at,
            )
            messages.success(request, _("Thank you. Your answer is recorded."))
            return no_index(redirect(request.path))
        else:
            status = 422
    except InvalidLink:
        return no_index(render(request, "commitments/report_refused.html", status=404))
    except SameAnswer:
        # A second click: the page shows the answer.
        return no_index(redirect(request.path))
    except (Refused, TooManyAttempts) as refused:
        refusal = ErrorSummary(_("Your answer was not recorded"), (str(refused),))
        status = 429 if isinstance(refused, TooManyAttempts) else 409
    commitment = asked.commitment
    targets = reported_targets(commitment)
    context = {
        "person": person,
        "asked": asked,
        "answer": HostAnswer(asked.answer).label if asked.answer else "",
        "country": name_of(asked.country),
        "commitment": commitment,
        "targets": [(target, goal_in_words(target)) for target in targets],
        "form": form,
        "refusal": refusal,
        "answered_on": asked.answered_at and format_date_short(localdate(asked.answered_at)),
        "is_open": commitment.status == CommitmentStatus.PUBLISHED,
    }
    return no_index(render(request, "commitments/host.html", context, status=status))
