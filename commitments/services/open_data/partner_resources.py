"""The columns of the open data about the partners of commitments, and what host countries say."""

from typing import Final

from django.db.models import Case, F, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from commitments.models import Acknowledgement, PartnerAnswer, PartnerRole
from commitments.services.open_data import public_rows
from commitments.services.open_data.coalition_resources import COUNTRY_DESCRIPTION
from commitments.services.open_data.columns import Column, ForeignKey, Kind, Resource, day_in_geneva
from commitments.services.open_data.commitment_resources import COMMITMENT_KEY, reference

# The name of a partner is that of the member today, or as the lead typed it.
PARTNER_NAME: Final = Coalesce(F("member__organisation_name"), F("name"))

PARTNERS = Resource(
    name="partners",
    title=_("Partners"),
    description=_(
        "The organisations that take part: those that confirmed it, and those that the lead names "
        "and that are no members."
    ),
    columns=(
        reference(),
        Column("partner", Kind.TEXT, _("The number of the partner."), "key", str, is_required=True),
        Column("organisation", Kind.TEXT, _("The name of the organisation."), PARTNER_NAME),
        Column(
            "member",
            Kind.TEXT,
            _("The partner among the members, if it agreed to be listed there."),
            public_rows.listed("member"),
        ),
        Column("role", Kind.TEXT, _("What it does in the commitment."), choices=PartnerRole),
        Column(
            "is_confirmed",
            Kind.BOOLEAN,
            _("Whether it confirmed that it takes part."),
            Case(When(answer=PartnerAnswer.CONFIRMED, then=True), default=False),
        ),
    ),
    key=("commitment", "partner"),
    rows=public_rows.partners,
    commitment="commitment",
    foreign_keys=(COMMITMENT_KEY, ForeignKey(("member",), "members", ("member",))),
)
ACKNOWLEDGEMENTS = Resource(
    name="acknowledgements",
    title=_("Acknowledgements"),
    description=_("What members of the host countries answered about the commitments."),
    columns=(
        reference(),
        Column(
            "organisation",
            Kind.TEXT,
            _("The member that said it."),
            "member__organisation_name",
            is_required=True,
        ),
        Column("country", Kind.TEXT, COUNTRY_DESCRIPTION),
        Column("answer", Kind.TEXT, _("What it said."), choices=public_rows.PUBLIC_ANSWERS),
        Column(
            "answered_on",
            Kind.DATE,
            _("The day of the answer, in Geneva."),
            "answered_at",
            day_in_geneva,
        ),
    ),
    key=("commitment", "organisation", "country"),
    rows=lambda: public_rows.of_public(Acknowledgement, answer__in=public_rows.PUBLIC_ANSWERS),
    commitment="commitment",
    foreign_keys=(COMMITMENT_KEY,),
)
