"""The pages on which a lead writes a commitment part by part."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.decorators import method_decorator
from django.utils.translation import get_language, override
from django.views import View

from commitments.forms.commitment import (
    TITLES,
    CommitmentForm,
    compared_parts,
    fields_of,
    form_for,
    shown_part,
)
from commitments.forms.part_form import PartForm
from commitments.forms.parts import FORMS, known_fields
from commitments.forms.rows import with_row_removed, with_rows_added
from commitments.models import Commitment, CommitmentStatus
from commitments.services.completeness import FormPart, Gap, gaps_in
from commitments.services.drafts import (
    Fields,
    SavedPart,
    Typed,
    autosave_part,
    typed_part,
)
from commitments.services.indicators import INDICATORS, units
from commitments.services.leads import is_editable, waiting_change_of
from commitments.services.typed_numbers import currencies, currency_name, currency_of
from commitments.services.typed_places import proposed_places
from commitments.views.my_commitments import EDIT_PAGES, commitment_of
from core.autosave import (
    Page,
    ThirdVersion,
    is_by_script,
    new_page,
    other_version_response,
    refused_response,
    saved_response,
)
from core.conflicts import Refused
from core.dates import GENEVA, format_datetime
from core.language_switch import HAS_ERRORS, switched_language
from core.numbers import whole_number
from core.sorting import sorting_key
from members.models import CorrespondenceLanguage, FocalPoint
from members.views.signed_in import member_page

# The hidden field with the language of the page, in which numbers were typed.
TYPED_IN: Final = "typed_in"


class LeadView(View):
    """The base of the pages of a commitment that its lead can edit."""

    http_method_names = ["get", "head", "post"]
    commitment: Commitment
    person: FocalPoint
    at: datetime

    @method_decorator(member_page)
    def dispatch(
        self,
        request: HttpRequest,
        people: Sequence[FocalPoint],
        at: datetime,
        reference: str,
        **kwargs: Any,
    ) -> HttpResponseBase:
        self.commitment, self.person = commitment_of(people, reference)
        self.at = at
        return super().dispatch(request, **kwargs)

    @property
    def status(self) -> CommitmentStatus:
        """The status of the commitment."""
        return CommitmentStatus(self.commitment.status)

    def check_address(self) -> str:
        """Return the address of the page on which all is read and sent."""
        return reverse(EDIT_PAGES[self.status], args=[self.commitment.reference])


class PartView(LeadView):
    """One part of the form. A POST keeps what was typed, and redirects.

    With `keep=1`, a script in the page saves while somebody types. `?errors=1` says what is wrong,
    and `?version=other` shows what was typed on another copy of the page.
    """

    part: FormPart

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            self.part = FormPart(kwargs.pop("part"))
        except ValueError as unknown:
            raise Http404 from unknown
        response = super().dispatch(request, *args, **kwargs)
        # The browser may store the page, so that Back restores what was typed.
        del response["Cache-Control"]
        patch_cache_control(response, private=True, no_cache=True)
        return response

    def get(self, request: HttpRequest) -> HttpResponse:
        if not is_editable(self.commitment) or waiting_change_of(self.commitment):
            return redirect("commitments:my_commitment", self.commitment.reference)
        return self.page()

    def post(self, request: HttpRequest) -> HttpResponse:
        fields = known_fields(request.POST, self.part)
        fields, anchor = self.with_rows(fields)
        try:
            kept = self.keep(fields)
        except Refused as refused:
            if is_by_script(request.POST):
                return refused_response(refused)
            return self.refused_page(fields, refused)
        if is_by_script(request.POST):
            if kept.is_other_version:
                return other_version_response()
            return saved_response(kept.version, kept.saved_at)
        if kept.is_other_version:
            return redirect(self.address(version="other"))
        return redirect(self.address_after(anchor))

    def with_rows(self, fields: Fields) -> tuple[Fields, str]:
        """Return posted fields with a row added or removed, and the anchor of the place to show."""
        row_class, posted = FORMS[self.part].row_class, self.request.POST
        if row_class is None:
            return fields, ""
        removed = whole_number(posted.get("remove"))
        if removed is not None:
            return with_row_removed(fields, row_class.kind, removed), "rows"
        if "add" in posted:
            count = FORMS[self.part].rows_added
            fields, first = with_rows_added(fields, row_class.kind, count)
            return fields, f"{row_class.kind}-{first}"
        return fields, ""

    def keep(self, fields: Fields) -> SavedPart:
        """Keep posted fields. Raises WrongStatus, TooLong and ThirdVersion."""
        language = self.request.POST.get(TYPED_IN, "")
        if language not in CorrespondenceLanguage.values:
            language = get_language() or "en"
        return autosave_part(
            commitment=self.commitment,
            part=self.part,
            typed=Typed(fields, language),
            page=Page.that_posted(self.request.POST),
            by=self.person,
            at=self.at,
        )

    # Addresses

    def address(self, part: FormPart | None = None, **query: str) -> str:
        """Return the address of a part, by default this one."""
        address = reverse("commitments:edit", args=[self.commitment.reference, part or self.part])
        return f"{address}?{urlencode(query)}" if query else address

    def address_after(self, anchor: str) -> str:
        """Return the address after the form was kept."""
        posted = self.request.POST
        if language := switched_language(self.request):
            with override(language):
                return self.address(errors="1") if HAS_ERRORS in posted else self.address()
        if anchor:
            return f"{self.address()}#{anchor}"
        if "check" in posted:
            return self.check_address()
        if form_for(self.commitment).parts[self.part].all_errors:
            return self.address(errors="1")
        parts = list(FormPart)
        following = parts.index(self.part) + 1
        return self.address(parts[following]) if following < len(parts) else self.check_address()

    # Pages

    def page(self) -> HttpResponse:
        """Show the part with what was kept."""
        query = self.request.GET
        form = form_for(self.commitment)
        kept = typed_part(self.commitment, self.part)
        is_other = query.get("version") == "other" and kept is not None and kept.has_other
        kept_part = shown_part(form, self.part)
        if is_other:
            form.parts[self.part] = self.other_part(form)
        shown = shown_part(form, self.part) if is_other else kept_part
        has_errors = "errors" in query
        errors = shown.all_errors if has_errors else []
        if not has_errors:
            shown.without_errors()
        gaps = gaps_in(form.content(), [self.part]) if kept or self.is_correction else []
        return self.form_page(
            shown,
            errors=errors,
            gaps=gaps,
            version=kept.version if kept else 0,
            done={
                part
                for part, each in form.parts.items()
                if (self.is_correction or typed_part(self.commitment, part)) and not each.all_errors
            },
            is_other=is_other,
            has_other=kept is not None and kept.has_other,
            differences=compared_parts(kept_part, shown) if is_other else [],
        )

    @property
    def is_correction(self) -> bool:
        """Whether the commitment was sent before."""
        return self.status != CommitmentStatus.DRAFT

    def other_part(self, form: CommitmentForm) -> PartForm:
        """Return the part with what was typed on another copy of the page."""
        fields, language = fields_of(self.commitment, self.part, base=form.base, is_other=True)
        situation = form.parts[self.part].situation
        return FORMS[self.part](fields, language=language, situation=situation)

    def refused_page(self, fields: Fields, refused: Refused) -> HttpResponse:
        """Show the part as it was typed, and say why it is not kept.

        If two versions are kept already, saving once more replaces the one that is compared.
        """
        # It may have been taken meanwhile.
        self.commitment.refresh_from_db()
        form = form_for(self.commitment)
        situation = form.parts[self.part].situation
        shown = FORMS[self.part](fields, language=get_language() or "en", situation=situation)
        version = 0
        more: dict[str, Any] = {}
        if isinstance(refused, ThirdVersion):
            kept = typed_part(self.commitment, self.part)
            version = kept.version if kept else 0
            more = {
                "is_replacing": True,
                "differences": compared_parts(shown_part(form, self.part), shown),
            }
        return self.form_page(
            shown.without_errors(),
            errors=[],
            gaps=[],
            version=version,
            refused=refused,
            status=409,
            **more,
        )

    def form_page(
        self,
        form: PartForm,
        *,
        gaps: Sequence[Gap],
        version: int,
        done: Collection[FormPart] = (),
        status: int = 200,
        **more: object,
    ) -> HttpResponse:
        parts = list(FormPart)
        context = {
            "form": form,
            "commitment": self.commitment,
            "part": self.part,
            "part_template": [
                f"commitments/_part_{self.part}.html",
                "commitments/_part_fields.html",
            ],
            "title": TITLES[self.part],
            "number": parts.index(self.part) + 1,
            "total": len(parts),
            "parts": [(each, TITLES[each], each in done) for each in parts],
            "previous": parts[parts.index(self.part) - 1] if self.part is not parts[0] else "",
            "check_address": self.check_address() if is_editable(self.commitment) else "",
            "gaps": gaps,
            "is_correction": self.is_correction,
            "page_fields": [
                (TYPED_IN, get_language()),
                *Page(new_page(), version, bool(more.get("is_other"))).hidden_fields,
            ],
            "saved_at": format_datetime(self.commitment.saved_at, self.person.time_zone or GENEVA),
            **self.proposals(),
            **more,
        }
        return render(self.request, "commitments/edit.html", context, status=status)

    def proposals(self) -> dict[str, object]:
        """Return the words that the page proposes, by the IDs of their lists."""
        language = get_language() or "en"
        if self.part is FormPart.TARGETS:
            indicators = [(each.name, each.topic.label) for each in INDICATORS]
            return {"lists": {"indicators": indicators, "units": [(unit, "") for unit in units()]}}
        if self.part is FormPart.PLACES:
            return {"lists": {"places": [(name, "") for name in proposed_places(language)]}}
        if self.part is FormPart.MONEY:
            own = currency_of(self.commitment.lead.country)
            named = [(code, currency_name(code, language)) for code in currencies()]
            named.sort(
                key=lambda each: (
                    each[0] != own,
                    each[0] != "USD",
                    sorting_key(each[1], language),
                )
            )
            return {"lists": {"currencies": named}}
        return {}
