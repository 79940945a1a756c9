"""The list of partners for staff: what each was asked, and what it has answered."""

from typing import Any, Final

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy

from commitments.admin.specs import VIEW
from commitments.models import (
    Commitment,
    CommitmentEvent,
    EventKind,
    Partner,
    PartnerAnswer,
)
from commitments.services.given_sums import given_sums, sums_of
from core.admin.lookups import LookOnly

# The filter for partners that have confirmed, and are asked about sums that changed.
ASKED_AGAIN: Final = "asked_again"
ASKED_AGAIN_LABEL: Final = gettext_lazy("Confirmed, and asked about other amounts")


class AnswerFilter(admin.SimpleListFilter):
    """By what the partner has answered."""

    title = gettext_lazy("answer")
    parameter_name = "answer"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [*PartnerAnswer.choices, (ASKED_AGAIN, ASKED_AGAIN_LABEL)]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Partner]") -> "QuerySet[Partner]":
        chosen = self.value()
        if chosen == ASKED_AGAIN:
            return queryset.filter(asked_again_at__isnull=False)
        return queryset.filter(answer=chosen) if chosen in PartnerAnswer else queryset


@admin.register(Partner)
class PartnerAdmin(LookOnly):
    """The partners of commitments that were sent, read-only: the sums, the question, the answer."""

    list_display = (
        *("organisation", "commitment_shown", "role", "sums", "answer_shown", "invited_at"),
        *("times_asked", "answered_at", "answered_by_name"),
    )
    list_filter = (AnswerFilter, "role")
    search_fields = ("name", "commitment__reference", "commitment__title")
    search_help_text = gettext_lazy("Search by organisation, reference or title.")
    list_select_related = ("commitment__lead", "member")
    list_per_page = 50
    ordering = ("-answered_at", "-invited_at", "-pk")
    fields = (
        *("organisation", "commitment_shown", "role", "sums", "answer_shown", "invited_at"),
        *("times_asked", "asked_again_at", "answered_at", "answered_by_name", "is_current"),
    )
    readonly_fields = fields
    change_list_template = "admin/commitments/partner/list.html"

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Partner]":
        commitments = Commitment.objects.visible_to(request.user)  # type: ignore[arg-type]
        events = CommitmentEvent.objects.filter(
            commitment=OuterRef("commitment"), kind=EventKind.PARTNER_INVITED, note=OuterRef("name")
        )
        number = events.order_by().values("commitment").annotate(number=Count("pk"))
        partners = Partner.objects.filter(commitment__in=commitments).annotate(
            times=Coalesce(Subquery(number.values("number"), output_field=IntegerField()), 0)
        )
        return partners.order_by(*self.ordering)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return PartnerList

    def get_object(self, *args: Any, **kwargs: Any) -> Any:
        partner = super().get_object(*args, **kwargs)
        if partner is not None:
            partner.given = sums_of(partner)
        return partner

    @admin.display(description=gettext_lazy("organisation"), ordering="name")
    def organisation(self, partner: Partner) -> str:
        return partner.member.organisation_name if partner.member else partner.name

    @admin.display(description=gettext_lazy("commitment"), ordering="commitment__title")
    def commitment_shown(self, partner: Partner) -> str:
        commitment = partner.commitment
        return render_to_string(
            "admin/commitments/partner/_commitment.html", {"commitment": commitment}
        )

    @admin.display(description=gettext_lazy("amounts"))
    def sums(self, partner: Any) -> str:
        return render_to_string("admin/commitments/partner/_sums.html", {"sums": partner.given})

    @admin.display(description=gettext_lazy("answer"), ordering="answer")
    def answer_shown(self, partner: Partner) -> str:
        return str(ASKED_AGAIN_LABEL if partner.asked_again_at else partner.get_answer_display())

    @admin.display(description=gettext_lazy("times asked"), ordering="times")
    def times_asked(self, partner: Any) -> int:
        return int(partner.times)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.has_perm(VIEW))

    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm(VIEW))


class PartnerList(ChangeList):
    """A page of the list. The sums of all its rows are read at once."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        partners: Any = list(self.result_list)
        sums = given_sums({partner.commitment_id for partner in partners})
        for partner in partners:
            partner.given = sums.get(partner.pk, ())
        self.result_list = partners
