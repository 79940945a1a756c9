"""The open data about needs and offers. Who wrote about one is in no column."""

from collections.abc import Mapping
from typing import Any, Final

from django.db.models import Aggregate, F, OuterRef, QuerySet, Subquery, TextField, Value
from django.db.models.functions import Concat
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from commitments.services.open_data import public_rows
from commitments.services.open_data.coalition_resources import FOCUS_AREA_KEY, address_of
from commitments.services.open_data.columns import Column, ForeignKey, Kind, Resource, day_in_geneva
from opportunities.models import (
    PUBLIC,
    Opportunity,
    OpportunityKind,
    OpportunityStatus,
    Place,
    Support,
)
from opportunities.services.register import CONTACTS, IS_ANSWERED, matching

AREA: Final = _("The number of the focus area.")
# One of the three is not empty.
CODE: Final = Concat("country", "region", "group")
PLACES: Final = _(
    "The codes of countries (ISO 3166-1 alpha-2), ITU regions or groups of countries."
)


class Joined(Aggregate):
    """The texts of all rows, with a blank between them."""

    function = "STRING_AGG"
    template = "%(function)s(%(expressions)s)"
    output_field = TextField()

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """Use the name that SQLite has for it."""
        return self.as_sql(compiler, connection, function="GROUP_CONCAT", **context)


def _all(model: Any, text: Any) -> Subquery:
    """Return a text of all rows that belong to a need or an offer."""
    rows = model.objects.filter(opportunity=OuterRef("pk"))
    joined = Joined(text, Value(" "))
    return Subquery(rows.values("opportunity").annotate(joined=joined).values("joined"))


def _items(joined: str | None) -> list[str]:
    return sorted((joined or "").split())


def matching_now(filters: Mapping[str, Any]) -> "QuerySet[Opportunity]":
    """Return the needs and offers that match the filters of the public list at this moment."""
    return matching(filters, at=timezone.now())


OPPORTUNITIES: Final = Resource(
    name="opportunities",
    title=_("Needs and offers"),
    description=_("What members look for or offer, also what has ended."),
    columns=(
        Column("opportunity", Kind.TEXT, _("The reference."), "reference", is_required=True),
        Column("kind", Kind.TEXT, _("Whether it is a need or an offer."), choices=OpportunityKind),
        Column(
            "status", Kind.TEXT, _("The status."), choices=[OpportunityStatus(x) for x in PUBLIC]
        ),
        Column("title", Kind.TEXT, _("The title.")),
        Column("text", Kind.TEXT, _("What is needed or offered.")),
        Column("details", Kind.TEXT, _("Of a need: what exists already. Of an offer: conditions.")),
        Column("language", Kind.TEXT, _("The language of the texts.")),
        Column("title_en", Kind.TEXT, _("The title in English, if it is in another language.")),
        Column("member", Kind.TEXT, _("The organisation."), "member__organisation_name"),
        Column(
            "listed_member",
            Kind.TEXT,
            _("The organisation among the members, if it agreed to be listed there."),
            public_rows.listed("member"),
        ),
        Column("places", Kind.LIST, PLACES, _all(Place, CODE), _items),
        Column("support", Kind.LIST, _("The kinds of support."), _all(Support, F("kind")), _items),
        Column("focus_area", Kind.INTEGER, AREA, "focus_area__number"),
        Column("pillar", Kind.TEXT, _("The pillar, in English."), "pillar__name_en"),
        Column("action", Kind.TEXT, _("The key of the action of the Action Framework.")),
        Column("until", Kind.DATE, _("By when it is needed, or until when it is offered.")),
        Column(
            "published_on",
            Kind.DATE,
            _("The day of publication, in Geneva."),
            "published_at",
            day_in_geneva,
            is_required=True,
        ),
        Column("ended_on", Kind.DATE, _("The day on which it ended."), "ended_at", day_in_geneva),
        Column("members_that_wrote", Kind.INTEGER, _("How many members wrote about it."), CONTACTS),
        Column(
            "is_answered", Kind.BOOLEAN, _("Whether one of them was accepted."), IS_ANSWERED, bool
        ),
        Column(
            "commitment",
            Kind.TEXT,
            _("The reference of the commitment that came of it."),
            public_rows.public_reference("commitment"),
        ),
        Column(
            "page",
            Kind.TEXT,
            _("The address of its page."),
            "reference",
            lambda reference: address_of(f"opportunities/{reference}"),
        ),
    ),
    key=("opportunity",),
    rows=Opportunity.objects.public,
    foreign_keys=(
        FOCUS_AREA_KEY,
        ForeignKey(("listed_member",), "members", ("member",)),
        ForeignKey(("commitment",), "commitments", ("commitment",)),
    ),
)
