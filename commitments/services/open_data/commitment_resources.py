"""The columns of the open data about commitments."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any, Final

from django.db.models import Case, CharField, F, OuterRef, Q, Subquery, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce, Concat
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from commitments.models import (
    PUBLIC,
    STATUSES_IN_FORCE,
    Commitment,
    CommitmentStatus,
    CommitmentVersion,
    Condition,
    EnglishBy,
    Instrument,
    NotCounted,
    Place,
    Report,
    ReportStatus,
    RetractedRow,
    RetractedTable,
    Stage,
)
from commitments.services.counting import COUNTS
from commitments.services.fields import FIELDS, FieldKind
from commitments.services.indicators import INDICATORS
from commitments.services.open_data import public_rows
from commitments.services.open_data.coalition_resources import (
    COUNTRY_DESCRIPTION,
    FOCUS_AREA_KEY,
    address_of,
)
from commitments.services.open_data.columns import Column, ForeignKey, Kind, Resource, day_in_geneva
from members.services.countries import Region, name_of

# How a place is named that is neither a country nor a region.
WORLD: Final = "world"


def _english_place(place: str) -> str:
    if place in Region:
        with override("en"):
            return str(Region(place).label)
    return name_of(place, "en") if place != WORLD else "The whole world"


def _month(day: date | None) -> str:
    return f"{day:%Y-%m}" if day else ""


def page_of(reference: str) -> str:
    """Return the address of the page of a commitment."""
    return address_of(f"commitments/{reference}")


def _pairs(pairs: list[list[Any]]) -> list[str]:
    return [f"{when}:{number}" for when, number in pairs]


# A country is named by its code, a region by its code, and the whole world by a word.
PLACE: Final[Combinable] = Case(
    When(country="", region="", then=Value(WORLD)),
    default=Concat("country", "region"),
)
LATEST_VERSION: Final = Subquery(
    CommitmentVersion.objects.filter(commitment=OuterRef("pk"))
    .order_by("-number")
    .values("number")[:1]
)
LATEST_REPORT: Final = Subquery(
    Report.objects.filter(commitment=OuterRef("pk"), status=ReportStatus.PUBLISHED)
    .order_by("-published_at")
    .values("published_at")[:1]
)


def reference(path: str = "commitment") -> Column:
    """Return the column that names the commitment of a row."""
    return Column(
        "commitment",
        Kind.TEXT,
        _("The reference of the commitment."),
        f"{path}__reference",
        is_required=True,
    )


COLUMN_KINDS: Final = {
    FieldKind.FOCUS_AREA: Kind.INTEGER,
    FieldKind.DAY: Kind.DATE,
    FieldKind.CHECKBOX: Kind.BOOLEAN,
    FieldKind.CHOICES: Kind.LIST,
    FieldKind.GOALS: Kind.LIST,
    FieldKind.ACTIONS: Kind.LIST,
}
# The paths of the values that are not in the field itself.
SOURCES: Final = {
    FieldKind.FOCUS_AREA: "focus_area__number",
    FieldKind.PILLAR: "pillar__name_en",
}
# The columns of declared fields that keep their place. Those of new fields come after them.
FIRST_NAMES: Final = ("title", "statement", "language", "type")
LATER_NAMES: Final = (
    *("focus_area", "pillar", "starts", "ends", "novelty", "announced_before", "conditions"),
    *("beneficiaries", "sdgs", "topics", "amount_not_disclosed", "title_en", "summary_en"),
)
NEW_NAMES: Final = tuple(each.name for each in FIELDS if each.name not in FIRST_NAMES + LATER_NAMES)


def field_columns(names: Iterable[str]) -> Iterator[Column]:
    """Yield the columns of declared fields of a commitment."""
    declared = {each.name: each for each in FIELDS}
    for field in (declared[name] for name in names):
        yield Column(
            field.name,
            COLUMN_KINDS.get(field.kind, Kind.TEXT),
            field.description,
            SOURCES.get(field.kind, ""),
            choices=field.choices if field.choices and field.kind is FieldKind.CHOICE else (),
            is_required=field.is_typed and bool(field.required),
        )


COMMITMENT_KEY: Final = ForeignKey(("commitment",), "commitments", ("commitment",))
COMMITMENTS = Resource(
    name="commitments",
    title=_("Commitments"),
    description=_("The commitments of the register, also those that were withdrawn."),
    columns=(
        Column(
            "commitment",
            Kind.TEXT,
            _("The reference of the commitment. It never changes."),
            "reference",
            is_required=True,
        ),
        *field_columns(FIRST_NAMES),
        Column(
            "status",
            Kind.TEXT,
            _("The status. Amounts count if it is published or ended."),
            choices=[CommitmentStatus(status) for status in PUBLIC],
        ),
        Column(
            "condition",
            Kind.TEXT,
            _("How it stands today: computed from targets, reports and the day."),
            "present_condition",
            choices=Condition,
        ),
        Column("lead", Kind.TEXT, _("The organisation that leads it."), "lead__organisation_name"),
        Column(
            "lead_member",
            Kind.TEXT,
            _("The lead among the members, if it agreed to be listed there."),
            public_rows.listed("lead"),
        ),
        *field_columns(LATER_NAMES + NEW_NAMES),
        Column(
            "english_by",
            Kind.TEXT,
            _("Who wrote the title and the sentence in English."),
            choices=EnglishBy,
        ),
        Column(
            "published_on",
            Kind.DATE,
            _("The day of publication, in Geneva."),
            "published_at",
            day_in_geneva,
            is_required=True,
        ),
        Column(
            "announced_at", Kind.TEXT, _("The event of the announcement."), "announced_at_event"
        ),
        Column("version", Kind.INTEGER, _("The number of the version in force."), LATEST_VERSION),
        Column("next_report_on", Kind.DATE, _("When the next report is due.")),
        Column(
            "last_report_on",
            Kind.DATE,
            _("The day of the latest published report, in Geneva."),
            LATEST_REPORT,
            day_in_geneva,
        ),
        Column(
            "ended_on", Kind.DATE, _("The day of its end, in Geneva."), "ended_at", day_in_geneva
        ),
        Column(
            "withdrawal_reason",
            Kind.TEXT,
            _("Why it was withdrawn."),
            Case(
                When(status=CommitmentStatus.WITHDRAWN, then=F("reason")), output_field=CharField()
            ),
        ),
        Column(
            "superseded_by",
            Kind.TEXT,
            _("The reference of the commitment that replaces it."),
            public_rows.public_reference("superseded_by"),
        ),
        Column("page", Kind.TEXT, _("The address of its page."), "reference", page_of),
    ),
    key=("commitment",),
    rows=Commitment.objects.public,
    commitment="pk",
    foreign_keys=(
        FOCUS_AREA_KEY,
        ForeignKey(("lead_member",), "members", ("member",)),
        ForeignKey(("superseded_by",), "commitments", ("commitment",)),
    ),
)
TARGETS = Resource(
    name="targets",
    title=_("Targets"),
    description=_("What the commitments want to reach, and by when."),
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
        Column("indicator", Kind.TEXT, _("What is measured."), is_required=True),
        Column("is_yes_no", Kind.BOOLEAN, _("Whether it is reached or not, without a number.")),
        Column("unit", Kind.TEXT, _("The unit of the values.")),
        Column("baseline", Kind.NUMBER, _("The value at the start.")),
        Column("baseline_on", Kind.DATE, _("The day of the value at the start.")),
        Column("value", Kind.NUMBER, _("The value to reach.")),
        Column("by", Kind.DATE, _("The day by which it is to be reached."), is_required=True),
        Column(
            "is_current",
            Kind.BOOLEAN,
            _("Whether it is in the version in force. Reports also speak of former targets."),
        ),
        Column(
            "milestones",
            Kind.LIST,
            _("The values to reach on the way, by day: 2027-12-31:400."),
            convert=_pairs,
        ),
        Column(
            "indicator_code",
            Kind.TEXT,
            _("The proposed indicator, if name and unit are those of one in any language."),
            choices=INDICATORS,
        ),
    ),
    key=("commitment", "target"),
    rows=public_rows.targets,
    commitment="commitment",
    foreign_keys=(COMMITMENT_KEY,),
)
PLACES = Resource(
    name="places",
    title=_("Places"),
    description=_("Where the commitments have an effect: countries, ITU regions, or the world."),
    columns=(
        reference(),
        Column(
            "place",
            Kind.TEXT,
            _("The code of the country or region, or “world”."),
            PLACE,
            is_required=True,
        ),
        Column("name", Kind.TEXT, _("The name of the place, in English."), PLACE, _english_place),
        Column("country", Kind.TEXT, COUNTRY_DESCRIPTION),
        Column("region", Kind.TEXT, _("The ITU region, if it is one."), choices=Region),
        Column(
            "share",
            Kind.NUMBER,
            _("The share of the place in per cent, if the lead knows it. It is never computed."),
        ),
        Column("is_ldc", Kind.BOOLEAN, _("Least developed country on the day of publication.")),
        Column(
            "is_lldc",
            Kind.BOOLEAN,
            _("Landlocked developing country on the day of publication."),
        ),
        Column(
            "is_sids",
            Kind.BOOLEAN,
            _("Small island developing State on the day of publication."),
        ),
    ),
    key=("commitment", "place"),
    rows=lambda: public_rows.of_public(Place),
    commitment="commitment",
    foreign_keys=(COMMITMENT_KEY,),
)
AMOUNTS = Resource(
    name="amounts",
    title=_("Amounts"),
    description=_(
        "Money, and what is given in kind, at one stage. Paid is a part of what is pledged or "
        "firm: never add it."
    ),
    columns=(
        reference(),
        Column(
            "amount",
            Kind.TEXT,
            _("The number of the amount. It stays the same in all versions."),
            "key",
            str,
            is_required=True,
        ),
        Column(
            "contributor",
            Kind.TEXT,
            _("The organisation that gives it; empty if it is the lead."),
            Coalesce(F("contributor__organisation_name"), F("contributor_name")),
        ),
        Column(
            "contributor_member",
            Kind.TEXT,
            _("The contributor among the members, if it agreed to be listed there."),
            public_rows.listed("contributor"),
        ),
        Column("label", Kind.TEXT, _("What it is for.")),
        Column("instrument", Kind.TEXT, _("How it is given."), choices=Instrument),
        Column("original", Kind.NUMBER, _("The amount in its own currency."), is_required=True),
        Column(
            "currency", Kind.TEXT, _("The currency, by its code in ISO 4217."), is_required=True
        ),
        Column(
            "stage",
            Kind.TEXT,
            _("Pledged is not binding, firm is decided in writing, paid is spent."),
            choices=Stage,
            is_required=True,
        ),
        Column("decided_on", Kind.DATE, _("The day of the decision.")),
        Column(
            "portions",
            Kind.LIST,
            _("The amount by year, in its own currency: 2027:500000."),
            convert=_pairs,
        ),
        Column(
            "usd",
            Kind.NUMBER,
            _("The amount in US dollars. Without a rate it is empty, and in no total."),
        ),
        Column("rate", Kind.NUMBER, _("Units of the currency for one US dollar.")),
        Column("rate_month", Kind.TEXT, _("The month of the rate: 2026-11."), convert=_month),
        Column("rate_source", Kind.TEXT, _("The source of the rate.")),
        Column(
            "is_counted",
            Kind.BOOLEAN,
            _(
                "Whether it counts: nothing speaks against it, and the commitment is published or "
                "ended. A published total is the sum of the US dollars of one stage."
            ),
            Case(
                When(reason=COUNTS, commitment__status__in=STATUSES_IN_FORCE, then=True),
                default=False,
            ),
        ),
        Column("not_counted", Kind.TEXT, _("Why it does not count."), "reason", choices=NotCounted),
        Column(
            "counted_in",
            Kind.TEXT,
            _("The reference of the commitment in which it counts instead."),
            public_rows.public_reference("counted_in", ~Q(reason=COUNTS)),
        ),
        Column(
            "report_due_on",
            Kind.DATE,
            _("The report that states it; empty if the commitment does."),
            "report__due_on",
        ),
    ),
    key=("commitment", "amount"),
    rows=public_rows.amounts,
    commitment="commitment",
    foreign_keys=(
        COMMITMENT_KEY,
        ForeignKey(("contributor_member",), "members", ("member",)),
        ForeignKey(("counted_in",), "commitments", ("commitment",)),
    ),
)
RETRACTIONS = Resource(
    name="retractions",
    title=_("Retractions"),
    description=_(
        "Rows that were in these files until a partner declined. Snapshots taken before that day "
        "still have them. Leave them out."
    ),
    columns=(
        reference(),
        Column("file", Kind.TEXT, _("The file that had the row."), "table", choices=RetractedTable),
        Column(
            "row",
            Kind.TEXT,
            _("The number of the amount or the partner in this file."),
            "key",
            str,
            is_required=True,
        ),
        Column(
            "retracted_on",
            Kind.DATE,
            _("The day on which it was taken out, in Geneva."),
            "retracted_at",
            day_in_geneva,
            is_required=True,
        ),
    ),
    key=("commitment", "file", "row"),
    rows=lambda: public_rows.of_public(RetractedRow),
    commitment="commitment",
    foreign_keys=(COMMITMENT_KEY,),
)
VERSIONS = Resource(
    name="versions",
    title=_("Versions"),
    description=_("When each commitment was published and changed, and why."),
    columns=(
        reference(),
        Column("number", Kind.INTEGER, _("The number of the version."), is_required=True),
        Column(
            "published_on",
            Kind.DATE,
            _("The day of its publication, in Geneva."),
            "published_at",
            day_in_geneva,
        ),
        Column("reason", Kind.TEXT, _("Why it was changed; the first version has no reason.")),
    ),
    key=("commitment", "number"),
    rows=lambda: public_rows.of_public(CommitmentVersion),
    commitment="commitment",
    foreign_keys=(COMMITMENT_KEY,),
)
