"""Preferences of a participant: mail, calendar, language and time zone."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services.accounts import save_preferences
from core.conflicts import NothingChanged, Refused, lock
from core.history import set_history_actor
from core.time_zones import validate_time_zone
from members.models import FocalPoint
from members.services.corrections import change_language_and_time_zone
from members.services.private_links import InvalidLink
from participation.models import CalendarChoice, MailPreferences
from participation.services.calendar_choices import has_invitations
from participation.services.email_consents import save_email_consent
from participation.services.invitation_updates import invitations_begin_or_end


@transaction.atomic
def save_mail_preferences(
    *,
    user: User,
    people: Sequence[FocalPoint],
    day_before: bool,
    hour_before: bool,
    new_papers: bool,
    calendar: CalendarChoice,
    shows_email: bool | None = None,
    language: str,
    time_zone: str,
    at: datetime,
) -> MailPreferences:
    """Save the preferences of a person; saving without a change does nothing.

    Language and time zone belong to each role of the person, and staff see them on the member. They
    are saved for all roles only if they differ from those of the first role, which the page showed.
    Mail preferences belong to the account, and not to a role or a version of links: they apply to
    all organisations, also after links were revoked. `shows_email` is the consent that co-leads see
    the address, which belongs to each role; with None, it stays as it is.

    Raises Refused (no_invitations) if answers to invitations cannot reach the portal.
    """
    if calendar == CalendarChoice.INVITATIONS and not has_invitations():
        raise Refused(_("Invitations cannot be sent at present."), code="no_invitations")
    # The lock makes sure that a second request of the same person finds the new row.
    lock(user)
    wanted = {
        "day_before": day_before,
        "hour_before": hour_before,
        "new_papers": new_papers,
        "calendar": calendar,
    }
    # The mail with the sign-in code uses the language of the account.
    save_preferences(user=user, language=language, time_zone=time_zone, by=user, at=at)
    if shows_email is not None:
        save_email_consent(user=user, people=people, agrees=shows_email, at=at)
    _save_for_all_roles(people, language=language, time_zone=time_zone, at=at)
    # After the roles, as when somebody answers: so two requests do not wait for each other.
    preferences = mail_preferences_of(user)
    if preferences.pk:
        lock(preferences)
    if any(getattr(preferences, name) != value for name, value in wanted.items()):
        for name, value in wanted.items():
            setattr(preferences, name, value)
        if calendar == CalendarChoice.INVITATIONS and preferences.organiser_id is None:
            # It stays, so that answers to earlier invitations still reach the person's RSVPs.
            preferences.organiser_id = uuid.uuid4()
        with invitations_begin_or_end(preferences, user=user, at=at):
            set_history_actor(preferences, user, at)
            preferences.save()
    return preferences


@transaction.atomic
def save_time_zone(
    *, user: User, people: Sequence[FocalPoint], time_zone: str, at: datetime
) -> None:
    """Save the time zone of a person, for the account and all roles.

    Raises ValidationError if there is no such zone.
    """
    validate_time_zone(time_zone)
    save_preferences(user=user, time_zone=time_zone, by=user, at=at)
    _save_for_all_roles(people, language=people[0].language, time_zone=time_zone, at=at)


def _save_for_all_roles(
    people: Sequence[FocalPoint], *, language: str, time_zone: str, at: datetime
) -> None:
    """Save what differs from the first role, which the page showed."""
    shown = people[0]
    if (language, time_zone) == (shown.language, shown.time_zone):
        return
    for person in sorted(people, key=lambda each: each.member_id):
        try:
            change_language_and_time_zone(
                focal_point=person, language=language, time_zone=time_zone, by=person, at=at
            )
        except (NothingChanged, InvalidLink):
            # Somebody else just took over this role, and decides for themselves.
            continue


def mail_preferences_of(user: User) -> MailPreferences:
    """Return the saved preferences, or unsaved defaults."""
    return MailPreferences.objects.filter(user=user).first() or MailPreferences(user=user)
