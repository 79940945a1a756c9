"""The translations of the adopted draft, a page for each language with the English beside."""

from typing import Final

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from accounts.admin.base import StaffRequest
from accounts.services.permissions import needs
from core.conflicts import Refused
from framework.admin.pages import (
    CHANGE,
    VIEW,
    Pages,
    address_of,
    framework_page,
    get_framework_or_404,
)
from framework.forms.drafts import TranslationsForm, with_new_texts
from framework.models import Draft, DraftStatus, Framework
from framework.services.texts import as_html
from framework.services.translations import translate_wordings, translations_of
from members.models import CorrespondenceLanguage

LANGUAGES: Final = [
    (code, label)
    for code, label in CorrespondenceLanguage.choices
    if code != CorrespondenceLanguage.ENGLISH
]


@require_http_methods(["GET", "HEAD", "POST"])
@needs(VIEW, CHANGE)
def translate(request: StaffRequest, pk: int, language: str) -> HttpResponse:
    """Show the adopted draft in one language beside the English; on POST, save what changed."""
    framework = get_framework_or_404(request, pk)
    draft = _adopted_or_404(framework, language)
    if request.method != "POST":
        form = TranslationsForm(None, rows=translations_of(draft, language), language=language)
        return _page(request, draft, form, language)
    form = TranslationsForm(request.POST, rows=translations_of(draft, language), language=language)
    if not form.is_valid():
        return _page(request, draft, form, language, status=422)
    try:
        number = translate_wordings(
            draft=draft, language=language, texts=form.texts(), by=request.user, at=now()
        )
    except Refused as refused:
        rows = translations_of(draft, language)
        form = TranslationsForm(with_new_texts(request.POST, rows), rows=rows, language=language)
        return _page(request, draft, form, language, status=409, refusal=str(refused))
    saved = ngettext("%(number)d translation saved.", "%(number)d translations saved.", number)
    messages.success(request, saved % {"number": number})
    return redirect(address_of(framework, "translate", language))


def _adopted_or_404(framework: Framework, language: str) -> Draft:
    """Return the draft that was adopted last. Raises Http404 for English and unknown languages."""
    adopted = framework.drafts.filter(status=DraftStatus.ADOPTED).order_by("-number").first()
    if adopted is None or language not in dict(LANGUAGES):
        raise Http404
    return adopted


def _page(
    request: StaffRequest,
    draft: Draft,
    form: TranslationsForm,
    language: str,
    *,
    status: int = 200,
    refusal: str = "",
) -> HttpResponse:
    rows = [
        (row, as_html(row.numbered.wording.text_en), field, former)
        for row, field, former in form.pairs()
    ]
    missing = sum(1 for row in form.rows if not row.text)
    return framework_page(
        request,
        "translate",
        {
            "draft": draft,
            "form": form,
            "rows": rows,
            "refusal": refusal,
            "missing": missing,
            "total": len(rows),
            "language": language,
            "languages": LANGUAGES,
        },
        framework=draft.framework,
        title=_("Translate into %(language)s")
        % {"language": CorrespondenceLanguage(language).label},
        status=status,
    )


PAGES: Pages = (("translate", "<int:pk>/translations/<str:language>/", translate),)
