"""The columns of the open data about results: what is added up, one row for each target."""

from decimal import Decimal
from typing import Final

from django.db.models import DecimalField, ExpressionWrapper, F, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from commitments.models import STATUSES_IN_FORCE, ReportStatus, Target, TargetValue
from commitments.services.indicators import BY_CODE, SUMMABLE_CODES
from commitments.services.open_data.coalition_resources import FOCUS_AREA_KEY
from commitments.services.open_data.columns import Column, ForeignKey, Kind, Resource, day_in_geneva
from commitments.services.open_data.commitment_resources import COMMITMENT_KEY, reference

NUMBER: Final = DecimalField(max_digits=19, decimal_places=3)
START: Final = Coalesce(F("baseline"), Value(Decimal(0)), output_field=NUMBER)
NEWEST: Final = TargetValue.objects.filter(
    target=OuterRef("pk"), report__status=ReportStatus.PUBLISHED
).order_by("-on", "-report__due_on", "-pk")


def _summed() -> "QuerySet[Target]":
    """Return the targets that results.py adds up."""
    return Target.objects.filter(
        commitment__status__in=STATUSES_IN_FORCE,
        is_current=True,
        indicator_code__in=SUMMABLE_CODES,
        value__gt=START,
    )


def _not_below_zero(gain: Decimal | None) -> Decimal | None:
    return None if gain is None else max(gain, Decimal(0))


RESULTS: Final = Resource(
    name="results",
    title=_("Results"),
    description=_(
        "What each target promises and has reached, if it is added up with others of the same "
        "indicator. The sums of the page of figures are sums of these rows: by place with the "
        "places of the commitment, by year of a value with the reported values."
    ),
    columns=(
        reference(),
        Column(
            "target",
            Kind.TEXT,
            _("The number of the target. It stays the same in all versions."),
            "key",
            str,
            is_required=True,
        ),
        Column(
            "indicator_code",
            Kind.TEXT,
            _("The indicator. Only values of the same one can be added up."),
            choices=[BY_CODE[code] for code in SUMMABLE_CODES],
            is_required=True,
        ),
        Column(
            "lead",
            Kind.TEXT,
            _("The name of the lead. It counts once for each indicator."),
            "commitment__lead__organisation_name",
        ),
        Column(
            "focus_area",
            Kind.INTEGER,
            _("The number of the focus area."),
            "commitment__focus_area__number",
        ),
        Column(
            "published_on",
            Kind.DATE,
            _("The day of publication, in Geneva."),
            "commitment__published_at",
            day_in_geneva,
        ),
        Column(
            "promised",
            Kind.NUMBER,
            _("The target value minus the value at the start."),
            ExpressionWrapper(F("value") - START, output_field=NUMBER),
        ),
        Column(
            "reached",
            Kind.NUMBER,
            _("The newest reported value minus that at the start, never below zero."),
            ExpressionWrapper(
                Subquery(NEWEST.values("value")[:1], output_field=NUMBER) - START,
                output_field=NUMBER,
            ),
            _not_below_zero,
        ),
        Column(
            "reached_on",
            Kind.DATE,
            _("The day of the newest reported value."),
            Subquery(NEWEST.values("on")[:1]),
        ),
    ),
    key=("commitment", "target"),
    rows=_summed,
    commitment="commitment",
    foreign_keys=(
        COMMITMENT_KEY,
        FOCUS_AREA_KEY,
        ForeignKey(("commitment", "target"), "targets", ("commitment", "target")),
    ),
)
