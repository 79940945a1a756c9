"""Which focal points let the co-leads of their group see their email address."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet

from accounts.models import User
from core.conflicts import lock
from core.history import set_history_actor
from focus_areas.models import FocusArea
from members.models import FocalPoint, Member, area_shown
from members.services.participants import focal_points_of, participants
from participation.models import EmailConsent


@transaction.atomic
def save_email_consent(
    *, user: User, people: Sequence[FocalPoint], agrees: bool, at: datetime
) -> None:
    """Let co-leads see the address of a person in all their roles, or hide it again at once.

    Saving without a change does nothing. A role that somebody else took over meanwhile is left out.
    """
    for person in sorted(people, key=lambda each: each.member_id):
        # Locked, so that the role is not handed over meanwhile.
        lock(Member(pk=person.member_id))
        holder = focal_points_of(user).filter(pk=person.pk).first()
        if holder is None:
            continue
        consent = EmailConsent.objects.filter(focal_point=holder).first()
        is_current = consent is not None and consent.link_version == holder.link_version
        if agrees and not is_current:
            consent = consent or EmailConsent(focal_point=holder)
            consent.link_version, consent.agreed_at = holder.link_version, at
            set_history_actor(consent, user, at)
            consent.save()
        elif consent is not None and not agrees:
            set_history_actor(consent, user, at)
            consent.delete()


def email_shown_since(people: Sequence[FocalPoint]) -> datetime | None:
    """Return since when co-leads see the address of a person in one of their roles, if they do."""
    consents = EmailConsent.objects.current().filter(focal_point__in=people)
    return consents.order_by("agreed_at").values_list("agreed_at", flat=True).first()


def group_contacts(focus_area: FocusArea) -> QuerySet[Any]:
    """Return the focal points of a working group who agreed, by organisation, with their member."""
    people = participants().alias(area=area_shown("member__"))
    agreed = people.filter(area=focus_area.pk, email_consent__link_version=F("link_version"))
    found: QuerySet[Any] = agreed.select_related("member").order_by(
        "member__organisation_name", "member_id", "is_alternate", "pk"
    )
    return found
