"""The personal data in commitments, their partners and their reports."""

from collections.abc import Mapping
from typing import Any, Final

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from commitments.services.fields import FIELDS
from core.personal_data import (
    ERASED_NAME,
    ERASED_TEXT,
    DataSubject,
    PersonalTable,
    acted,
    any_of,
    has_account,
    has_address,
    nobody,
    own_name_erased,
)

# The lead's own texts. Other fields of a commitment have choices, numbers or days.
TYPED_FIELDS: Final = tuple(each for each in FIELDS if each.is_typed)
# What a commitment says that was never published, when its organisation is erased.
ERASED_CONTENT: Final[Mapping[str, Any]] = {
    **{each.name: ERASED_TEXT if each.required else "" for each in TYPED_FIELDS},
    "english_by": "",
    "reason": ERASED_TEXT,
    "typed": {},
    "search_text": "",
}
UNPUBLISHED: Final = Q(commitment__published_at=None)
PUBLIC_RECORD: Final = _("A public record. Names of people in it are replaced.")


def _answered_for_partner(person: DataSubject) -> Q:
    """Return the condition of partners whose contact is the person, or for whom they answered."""
    answered = Q(
        member__focal_points__in=person.keys("members.FocalPoint"),
        answered_by_name__in=person.names,
    )
    return has_address("contact_email")(person) | answered


def _took_part(person: DataSubject) -> Q:
    """Return the condition of what a person did; a partner without account acts by name alone."""
    with_role = acted(account="by_user", role="by_focal_point", name="by_name")
    return with_role(person) | Q(
        by_user=None, by_focal_point=None, by_name__in=person.distinct_names
    )


def _saved_or_sent(person: DataSubject) -> Q:
    of_lead = Q(commitment__lead__focal_points__in=person.keys("members.FocalPoint"))
    names = (Q(sent_by_name__in=person.names), Q(saved_by_name__in=person.names))
    return of_lead & any_of(names)


PERSONAL_TABLES: Final = (
    PersonalTable(
        model="commitments.Commitment",
        name=_("commitments"),
        purpose="commitments",
        retention="commitments",
        is_statement=True,
        about=nobody,
        free_text=(
            *(each.name for each in TYPED_FIELDS),
            "typed",
            "announced_at_event",
            "reason",
            "search_text",
        ),
        member="lead",
        organisation_fields=ERASED_CONTENT,
        organisation_rows=Q(published_at=None),
        not_personal=("reference", "language", "sdgs", "topics", "actions"),
        kept_because=PUBLIC_RECORD,
    ),
    PersonalTable(
        model="commitments.Target",
        name=_("targets of commitments"),
        purpose="commitments",
        retention="commitments",
        about=nobody,
        free_text=("indicator", "unit"),
        member="commitment__lead",
        organisation_fields={"indicator": ERASED_TEXT, "indicator_code": ""},
        organisation_rows=UNPUBLISHED,
        not_personal=("milestones",),
        kept_because=PUBLIC_RECORD,
    ),
    PersonalTable(
        model="commitments.Amount",
        name=_("amounts of commitments"),
        purpose="commitments",
        retention="commitments",
        about=nobody,
        free_text=("contributor_name", "label"),
        member="commitment__lead",
        organisation_fields={"contributor_name": ERASED_NAME, "label": ""},
        organisation_rows=UNPUBLISHED,
        not_personal=("currency", "portions", "rate_source"),
        kept_because=PUBLIC_RECORD,
    ),
    PersonalTable(
        model="commitments.Partner",
        name=_("partners of commitments"),
        purpose="commitments",
        retention="commitments",
        about=_answered_for_partner,
        fields={"contact_email": "", "answered_by_name": ERASED_NAME},
        free_text=("name",),
        exported=("name", "contact_email", "answer", "answered_at", "answered_by_name"),
        member="member",
        organisation_fields={"name": ERASED_NAME},
        not_personal=("link_secret", "asked_sums"),
        kept_because=_("The organisation remains a partner, without its contact."),
    ),
    PersonalTable(
        model="commitments.Acknowledgement",
        name=_("answers of hosts"),
        purpose="commitments",
        retention="commitments",
        about=lambda person: Q(
            member__focal_points__in=person.keys("members.FocalPoint"),
            answered_by_name__in=person.names,
        ),
        fields={"answered_by_name": ERASED_NAME},
        free_text=("note",),
        exported=("country", "answer", "note", "answered_at", "answered_by_name"),
        member="member",
        organisation_fields={"note": ""},
        not_personal=("country", "answer"),
    ),
    PersonalTable(
        model="commitments.CommitmentEvent",
        name=_("events of commitments"),
        purpose="accountability",
        retention="commitments",
        about=_took_part,
        fields={"by_name": ERASED_NAME},
        free_text=("note", "content_before"),
        exported=("kind", "at", "by_name"),
        # A name alone may be that of somebody else.
        exported_about=acted(account="by_user", role="by_focal_point", name="by_name"),
        member="commitment__lead",
        organisation_fields={"content_before": None},
        organisation_rows=UNPUBLISHED,
    ),
    PersonalTable(
        model="commitments.CommitmentVersion",
        name=_("published versions of commitments"),
        purpose="commitments",
        retention="commitments",
        about=nobody,
        free_text=("content", "reason"),
        member="commitment__lead",
        kept_because=PUBLIC_RECORD,
    ),
    PersonalTable(
        model="commitments.ProposedChange",
        name=_("proposed changes of commitments"),
        purpose="commitments",
        retention="commitments",
        about=acted(role="proposed_by", name="proposed_by_name"),
        fields={"proposed_by_name": ERASED_NAME},
        free_text=("content", "reason", "decision_note"),
        exported=("proposed_at", "proposed_by_name", "reason"),
        member="commitment__lead",
    ),
    PersonalTable(
        model="commitments.PublicationRequest",
        name=_("requests to publish a commitment"),
        purpose="commitments",
        retention="commitments",
        about=lambda person: person.has_account("requested_by") | person.has_account("decided_by"),
        free_text=("reason",),
        exported=("kind", "status", "requested_at", "decided_at"),
        member="commitment__lead",
        kept_because=_(
            "Who requested and confirmed it leads to accounts that have no name any more."
        ),
    ),
    PersonalTable(
        model="commitments.LetterDraft",
        name=_("letter drafts"),
        purpose="commitments",
        retention="work",
        about=has_account("by"),
        free_text=("form_data",),
        exported=("kind", "saved_at"),
        member="commitment__lead",
        is_deleted_with_organisation=True,
    ),
    PersonalTable(
        model="commitments.Report",
        name=_("reports about commitments"),
        purpose="commitments",
        retention="commitments",
        is_statement=True,
        about=_saved_or_sent,
        fields={"sent_by_name": own_name_erased, "saved_by_name": own_name_erased},
        free_text=("narrative", "obstacles", "behind_reason", "links", "typed", "question"),
        exported=("due_on", "sent_at", "sent_by_name", "saved_at", "saved_by_name"),
        member="commitment__lead",
        not_personal=("language", "paid_currency"),
    ),
    PersonalTable(
        model="commitments.ResultOfTheMonth",
        name=_("results of the month"),
        purpose="accountability",
        retention="commitments",
        about=has_account("chosen_by"),
        exported=("month", "chosen_at"),
        member="report__commitment__lead",
    ),
)
