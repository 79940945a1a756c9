"""What somebody who takes part chooses: which mail they get, in which language and zone."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from accounts.models import User
from accounts.services.preferences import save_preferences
from core.conflicts import NothingChanged, lock
from core.history import set_history_actor
from members.models import FocalPoint
from members.services.corrections import change_language_and_time_zone
from members.services.private_links import InvalidLink
from participation.models import MailPreferences


@transaction.atomic
def save_mail_preferences(
    *,
    user: User,
    people: Sequence[FocalPoint],
    day_before: bool,
    hour_before: bool,
    new_papers: bool,
    language: str,
    time_zone: str,
    at: datetime,
) -> MailPreferences:
    """Keep what somebody chose; the same once more is no change.

    Language and zone are of each role that they hold, which staff see in its file; only another
    one than they were shown, which is that of the first, is kept in all of them. Preferences are of
    the account, not of a role or of a version of links: whoever wants no mail wants none about
    any organisation, also after their links were revoked.
    """
    # Locked, so that of two windows of one person the second finds the row of the first.
    lock(user)
    preferences = MailPreferences.objects.filter(user=user).first() or MailPreferences(user=user)
    wanted = {"day_before": day_before, "hour_before": hour_before, "new_papers": new_papers}
    if any(getattr(preferences, name) != value for name, value in wanted.items()):
        for name, value in wanted.items():
            setattr(preferences, name, value)
        set_history_actor(preferences, user, at)
        preferences.save()
    # The mail with the code to sign in goes by the account's own.
    save_preferences(
        user=user,
        language=language,
        time_zone=time_zone,
        wants_digest=user.wants_digest,
        by=user,
        at=at,
    )
    shown = people[0]
    if (language, time_zone) == (shown.language, shown.time_zone):
        return preferences
    for person in sorted(people, key=lambda each: each.member_id):
        try:
            change_language_and_time_zone(
                focal_point=person, language=language, time_zone=time_zone, by=person, at=at
            )
        except (NothingChanged, InvalidLink):
            # A role that somebody else took over at this moment is theirs to say.
            continue
    return preferences


def mail_preferences_of(user: User) -> MailPreferences:
    """Return what somebody wishes: what they have chosen, or the default, which is not stored."""
    return MailPreferences.objects.filter(user=user).first() or MailPreferences(user=user)
