"""The admin of message templates, where staff edit the texts in each language."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from accounts.admin.base import StaffRequest
from accounts.services.permissions import insist
from core.admin.lookups import RestrictedLookupsAdmin
from core.conflicts import NothingChanged, Refused
from core.languages import PAGE_REVIEWS
from outbox.admin.mail_preview import (
    mail_frame,
    page_with_mail_frame,
    refuse_typed,
    show_typed,
    store_previews,
    stored_preview,
)
from outbox.admin.template_filters import LanguageFilter, StateFilter
from outbox.admin.template_history import show_history, take_back
from outbox.admin.template_pages import find_template, text_page
from outbox.admin.translation_files import (
    download_refused_translations,
    download_translations,
    store_checked_translations,
    upload_translations,
)
from outbox.forms import ComparedForm, TextForm
from outbox.models import MessageTemplate
from outbox.models.template_types import TemplateType, template_types
from outbox.services import template_editing
from outbox.services.letters import RenderedLetter, texts_of
from outbox.services.rendering import as_html
from outbox.services.sample_sending import render_sample, send_test_copy
from outbox.services.template_rendering import TemplateText
from outbox.services.template_states import (
    SourceText,
    edits_since,
    fallback_language,
    language_of,
    placeholders_of,
    retired_templates,
    source_text,
    state_of,
    texts_by_kind,
)
from outbox.services.translation_files import LANGUAGES

PREVIEWED, COPY, SAVED = "preview", "test_copy", "save"


@admin.register(MessageTemplate)
class MessageTemplateAdmin(RestrictedLookupsAdmin):
    """The message templates: a row for each kind, and a page for each text with its history."""

    list_display = ["template_type", "language"]
    list_filter = [LanguageFilter, StateFilter]
    list_per_page = 1000
    list_max_show_all = 1000
    list_select_related = False
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    search_fields = ["subject", "body"]
    search_help_text = gettext_lazy("Search by subject or text.")
    ordering = ["pk"]
    actions = None
    change_list_template = "admin/outbox/messagetemplate/change_list.html"

    def get_urls(self) -> list[URLPattern]:
        pages = (
            ("<int:pk>/preview/", self.preview_view, "preview"),
            ("<int:pk>/preview/typed/", self.preview_typed_view, "preview_typed"),
            ("<int:pk>/preview/<str:key>/<int:number>/", self.typed_preview_view, "typed_preview"),
            ("<int:pk>/review/", self.review_view, "review"),
            ("<int:pk>/take-back/<int:version>/", take_back, "take_back"),
            ("translations/upload/", upload_translations, "upload_translations"),
            ("translations/store/", store_checked_translations, "store_translations"),
            ("translations/refused/", download_refused_translations, "refused_translations"),
            ("translations/<str:language>/", download_translations, "translations"),
        )
        return [
            *(
                path(route, self.admin_site.admin_view(view), name=f"outbox_messagetemplate_{name}")
                for route, view, name in pages
            ),
            *super().get_urls(),
        ]

    # The templates are fixed: one for each kind and language that the code declares.
    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # A template can be taken out of use instead.
        return False

    def has_review_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("outbox.review_messagetemplate")

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Any]":
        rows: QuerySet[Any] = super().get_queryset(request)
        return rows.filter(template_type__in=[kind.name for kind in template_types()])

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        response = super().changelist_view(request, extra_context)
        context = getattr(response, "context_data", None)
        if context and "cl" in context:
            code = request.GET.get(LanguageFilter.parameter_name)
            codes = [code] if code in settings.MODELTRANSLATION_LANGUAGES else []
            names = [template.template_type for template in context["cl"].result_list]
            context["rows"] = texts_by_kind(names, codes)
            # A row of the list has the templates of a kind in all languages.
            context["cl"].result_count = len(context["rows"])
            context["pages"] = [
                (language, PAGE_REVIEWS.get(language))
                for language in codes or settings.MODELTRANSLATION_LANGUAGES
            ]
            context["translated"] = [language_of(each) for each in LANGUAGES]
            context["retired"] = retired_templates()
            context["title"] = _("Email templates")
        return response

    @method_decorator(page_with_mail_frame)
    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        template, kind = find_template(request, object_id)
        if request.method != "POST":
            return self._edit_page(request, template, TextForm(None, template=template, kind=kind))
        insist(request.user, "outbox.change_messagetemplate")
        form = TextForm(request.POST, template=template, kind=kind)
        is_fit = form.is_valid()
        steps: dict[str, Callable[..., HttpResponse]] = {
            SAVED: self._save,
            COPY: self._send_copy,
            PREVIEWED: self._show_preview,
        }
        step = next((steps[name] for name in steps if name in request.POST), None)
        if step is None or not is_fit:
            return self._edit_page(request, template, form, status=200 if is_fit else 422)
        return step(request, template, form)

    def _save(
        self, request: StaffRequest, template: MessageTemplate, form: TextForm
    ) -> HttpResponse:
        """Save the form, or show it again with the reason why it was refused."""
        try:
            template_editing.edit_template(
                template=template,
                **form.facts,
                version=form.version_seen,
                source_version=form.source_version_seen,
                by=request.user,
                at=now(),
            )
        except NothingChanged as refused:
            messages.info(request, str(refused))
        except Refused as refused:
            return self._edit_page(request, template, form, status=409, refusal=refused)
        else:
            messages.success(request, _("Text saved. New messages will use it."))
        return redirect("admin:outbox_messagetemplate_change", template.pk)

    def _send_copy(
        self, request: StaffRequest, template: MessageTemplate, form: TextForm
    ) -> HttpResponse:
        """Send a test copy of the form's text to the user."""
        mail = render_sample(form.kind, form.wording)
        try:
            copy = send_test_copy(template=template, mail=mail, by=request.user, at=now())
        except Refused as refused:
            return self._edit_page(request, template, form, status=409, refusal=refused)
        sentence = _("A test copy is being sent to you at %(address)s. Nothing was saved.")
        messages.success(request, sentence % {"address": copy.recipient})
        return self._edit_page(request, template, form)

    def _show_preview(
        self, request: HttpRequest, template: MessageTemplate, form: TextForm
    ) -> HttpResponse:
        """Show a preview of the form's text."""
        return self._edit_page(
            request, template, form, typed=render_sample(form.kind, form.wording)
        )

    def _edit_page(
        self,
        request: HttpRequest,
        template: MessageTemplate,
        form: TextForm,
        *,
        status: int = 200,
        refusal: Exception | None = None,
        typed: RenderedLetter | None = None,
    ) -> HttpResponse:
        """Show the page of one text, with what was typed if the form was submitted."""
        # Loaded again, since the text may have changed if the form was refused under the lock.
        stored, kind = MessageTemplate.objects.get(pk=template.pk), form.kind
        faults, source = _faults_as_stored(stored, kind), source_text(stored)
        # Only a form that nobody has submitted takes it.
        form.initial["source_version"] = source.template.version if source else None
        is_confirmed = stored.reviewed_at and not (source and source.is_outdated)
        context = {
            "form": form,
            "refusal": refusal,
            **_conflict(refusal, stored, source, form),
            "source": source,
            "state": state_of(stored, source.digest if source else ""),
            "may_change": self.has_change_permission(request, stored),
            "may_review": self.has_review_permission(request) and not is_confirmed,
            "instead": fallback_language(kind, stored.language, texts_of(kind.name)),
            "placeholders": placeholders_of(kind, stored.language),
            "preview_for_member": reverse(kind.preview, args=[stored.pk]) if kind.preview else "",
            "saved_faults": faults,
            "saved": None if faults else render_sample(kind, _wording_of(stored)),
            "typed": typed,
            "typed_key": _kept(request, typed) if typed else "",
        }
        return text_page(request, "change_form", stored, kind, context, status=status)

    @method_decorator(mail_frame)
    def preview_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show the saved text with samples, as mail programs show it.

        Raises Http404 if the text is not valid and cannot be filled in.
        """
        template, kind = find_template(request, str(pk))
        if _faults_as_stored(template, kind):
            raise Http404
        mail = render_sample(kind, _wording_of(template))
        return HttpResponse(as_html(mail.subject, mail.body, language=mail.language))

    @method_decorator(mail_frame)
    def typed_preview_view(
        self, request: HttpRequest, pk: int, key: str, number: int
    ) -> HttpResponse:
        """Show a mail of the user's own preview, as mail programs show it."""
        find_template(request, str(pk))
        return stored_preview(request, key, number)

    @method_decorator(require_POST)
    def preview_typed_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Preview the text while it is being typed, for js/letter_text.js. Nothing is saved."""
        template, kind = find_template(request, str(pk))
        insist(request.user, "outbox.change_messagetemplate")
        form = TextForm(request.POST, template=template, kind=kind)
        if faults := _faults_as_typed(form):
            return refuse_typed(faults)
        return show_typed(
            request,
            render_sample(kind, form.wording),
            title=_("The email as you typed it"),
            frame="admin:outbox_messagetemplate_typed_preview",
            pk=pk,
        )

    @method_decorator(require_POST)
    def review_view(self, request: StaffRequest, pk: int) -> HttpResponse:
        """Mark a text as reviewed, in the version that the user saw."""
        template, _kind = find_template(request, str(pk))
        insist(request.user, "outbox.review_messagetemplate")
        shown = ComparedForm(request.POST)
        try:
            template_editing.review_template(
                template=template,
                version=shown.version_seen,
                source_version=shown.source_version_seen,
                by=request.user,
                at=now(),
            )
        except Refused as refused:
            messages.warning(request, str(refused))
        else:
            messages.success(request, _("Text marked as reviewed."))
        return redirect("admin:outbox_messagetemplate_change", pk)

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return show_history(request, object_id)


def _conflict(
    refusal: Exception | None,
    template: MessageTemplate,
    source: SourceText | None,
    form: TextForm,
) -> dict[str, object]:
    """Return what changed in the text or in its English text after the person opened the page."""
    if isinstance(refusal, template_editing.TemplateConflict):
        return {"has_changed": True, "edits": edits_since(template, form.version_seen)}
    if isinstance(refusal, template_editing.SourceConflict) and source:
        return {
            "source_has_changed": True,
            "edits": edits_since(source.template, form.source_version_seen),
            "edits_language": source.language,
        }
    return {}


def _wording_of(template: MessageTemplate) -> TemplateText:
    return TemplateText(template.template_type, template.language, template.subject, template.body)


def _faults_as_stored(template: MessageTemplate, kind: TemplateType) -> list[str]:
    """Return the errors of a stored text, which a new release of the portal may have caused."""
    faults = template_editing.validate_template(
        kind,
        template.language,
        subject=template.subject,
        body=template.body,
        is_active=template.is_active,
    )
    return [sentence for sentences in faults.values() for sentence in sentences]


def _faults_as_typed(form: TextForm) -> list[str]:
    """Return the errors of the subject and of the text in a form, each with the field's label."""
    return [
        _("%(heading)s: %(words)s") % {"heading": form[name].label, "words": sentence}
        for name in ("subject", "body")
        for sentence in form.errors.get(name, ())
    ]


def _kept(request: HttpRequest, mail: RenderedLetter) -> str:
    return store_previews(request, [(mail.subject, mail.body, mail.language)])
