"""A member's file while somebody changes it: locked, compared with what they saw, saved."""

from datetime import datetime

from django.db import models
from django.utils.translation import gettext as _

from accounts.models import User
from focus_areas.times import GENEVA, moment_in_words
from members.models import FocalPoint, Member, TimelineEntry, TimelineKind


class Refused(Exception):
    """A change was not made; the text tells the person why."""


class ChangedMeanwhile(Refused):
    """The file changed after the person opened it; `entry` is what happened last."""

    def __init__(self, member: Member) -> None:
        # By number: the clock was read before the lock, where somebody may have waited. A note
        # changes nothing.
        entries = member.timeline.exclude(kind=TimelineKind.NOTED)
        self.entry = entries.order_by("-pk").first()
        super().__init__(
            _(
                "The file has changed since you opened it. %(what_happened)s Nothing of yours "
                "was saved: look at the file, then decide again."
            )
            % {"what_happened": what_happened(self.entry)}
        )


def lock(member: Member) -> None:
    """Refresh a member and lock its row until the transaction ends."""
    member.refresh_from_db(from_queryset=Member.objects.select_for_update())


def check_version(member: Member, version: int | None) -> None:
    """Compare a locked member with the version that the person had on screen, if any.

    Raises ChangedMeanwhile where the file has moved on.
    """
    if version is not None and member.version != version:
        raise ChangedMeanwhile(member)


def save_next_version(
    member: Member, *fields: str, by: User | FocalPoint | None, at: datetime
) -> None:
    """Save some fields of a locked member, as its next version, in the name of `by`."""
    member.version += 1
    attribute_history(member, by, at)
    member.save(update_fields=[*fields, "version"])


def attribute_history(row: models.Model, by: User | FocalPoint | None, at: datetime) -> None:
    """Have the next history row of a model instance say who makes the change, and when."""
    # The names that django-simple-history looks for, before it asks request and clock.
    row._history_user = by if isinstance(by, User) else None  # type: ignore[attr-defined]
    row._history_date = at  # type: ignore[attr-defined]


def what_happened(entry: TimelineEntry | None) -> str:
    """Return one sentence on who did what and when, in Geneva time."""
    if entry is None:
        return ""
    return _("%(what)s: %(name)s, %(when)s.") % {
        "what": entry.get_kind_display(),
        "name": entry.by_name or _("the portal"),
        "when": moment_in_words(entry.at, GENEVA),
    }
