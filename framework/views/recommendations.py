"""The pages on which co-leads recommend answers to the amendments of other organisations."""

from functools import wraps

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core.conflicts import Refused
from core.language_switch import form_as_typed, switched_language
from core.pagination import get_page
from framework.forms.answers import RecommendationForm
from framework.models import Amendment, Draft, Recommendation
from framework.services.amendment_queue import amendments_to_recommend, waiting_for
from framework.services.answers import recommend_answer
from framework.services.drafts import latest_draft
from framework.services.proposing import placed_amendments
from framework.services.reader import Reader
from framework.services.shown_amendments import AmendmentShown
from framework.views.pages import FrameworkPage, framework_page
from members.models import FocalPoint
from members.services.co_leads import NotCoLead


def lead_page(view: FrameworkPage) -> FrameworkPage:
    """Restrict a page of a framework to the co-leads of its working group.

    Others sign in; for those who did, the page does not exist, also if they lose the role while the
    request runs. The view gets the focal point and the last draft.
    """

    @framework_page
    @wraps(view)
    def opened(
        request: HttpRequest, reader: Reader, *args: object, **kwargs: object
    ) -> HttpResponseBase:
        if reader.person is None and not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path(), "accounts:sign_in_code")
        draft = latest_draft(reader.framework)
        if reader.person is None or not reader.is_co_lead or draft is None:
            raise Http404
        try:
            return view(request, reader, reader.person, draft, *args, **kwargs)
        except NotCoLead as lost:
            raise Http404 from lost

    return opened


@require_safe
@lead_page
def to_recommend(
    request: HttpRequest, reader: Reader, person: FocalPoint, draft: Draft
) -> HttpResponse:
    """List the amendments of others, those without a recommendation of the co-lead first."""
    found = amendments_to_recommend(draft, person.member)
    page = get_page(found, request)
    keys = [each.pk for each in page]
    shown = _placed(reader, draft, keys)
    own = Recommendation.objects.filter(member=person.member, amendment__in=keys)
    recommended = {each.amendment_id: each for each in own}
    context = {
        "reader": reader,
        "here": _("Recommend answers"),
        "draft": draft,
        "page": page,
        "rows": [(*shown[key], recommended.get(key)) for key in keys],
        "waiting": waiting_for(draft, person.member).count(),
    }
    return render(request, "framework/to_recommend.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@lead_page
def recommend(
    request: HttpRequest, reader: Reader, person: FocalPoint, draft: Draft, pk: int
) -> HttpResponse:
    """Show an amendment of another organisation with a form; on POST, recommend the answer."""
    amendment = get_object_or_404(amendments_to_recommend(draft, person.member), pk=pk)
    amendment.draft = draft
    own = amendment.recommendations.filter(member=person.member).first()
    initial = {"kind": own.kind, "note": own.note} if own else {}
    form = RecommendationForm(request.POST or None, initial=initial, label_suffix="")
    if switched_language(request):
        return _form_page(request, reader, amendment, form_as_typed(form))
    if request.method != "POST" or not form.is_valid():
        status = 422 if request.method == "POST" else 200
        return _form_page(request, reader, amendment, form, status=status)
    try:
        recommend_answer(amendment=amendment, **form.cleaned_data, by=person, at=reader.at)
    except NotCoLead:
        raise
    except Refused as refused:
        return _form_page(request, reader, amendment, form, refused=refused, status=409)
    messages.success(request, _("Your recommendation is saved. The coordinators see it."))
    return redirect(reader.address("to_recommend"))


def _placed(reader: Reader, draft: Draft, keys: list[int]) -> dict[int, tuple[AmendmentShown, str]]:
    """Return amendments as the reader sees them, each with its paragraph in words, by their key."""
    amendments = Amendment.objects.filter(pk__in=keys)
    placed = placed_amendments(reader, amendments, drafts=[draft], answered=[draft])
    return {
        each.shown.amendment.pk: (each.shown, each.row.label if each.row else _("Beginning"))
        for each in placed
    }


def _form_page(
    request: HttpRequest,
    reader: Reader,
    amendment: Amendment,
    form: RecommendationForm,
    *,
    refused: Refused | None = None,
    status: int = 200,
) -> HttpResponse:
    shown, label = _placed(reader, amendment.draft, [amendment.pk])[amendment.pk]
    context = {
        "reader": reader,
        "here": _("Recommend an answer"),
        "draft": amendment.draft,
        "each": shown,
        "label": label,
        "form": form,
        "refused": refused,
    }
    return render(request, "framework/recommend.html", context, status=status)
