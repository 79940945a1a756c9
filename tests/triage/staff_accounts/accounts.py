"""Accounts that desk managers invite and change, and what these changes write."""

from accounts.models import Invitation, Session, User
from accounts.services.staff_roles import StaffRole
from focus_areas.models import FocusArea
from members.models import TimelineEntry
from outbox.models import Message
from tests.factories import NOON
from triage.staff_accounts.services.changes import invite_staff


def invite(by, **facts):
    return invite_staff(
        **{
            "email": "Kofi@Example.org",
            "name": "Kofi Mensah",
            "role": StaffRole.OFFICER,
            "areas": [],
            "language": "en",
            "by": by,
            "at": NOON,
            **facts,
        }
    )


def stored():
    """Everything that a change of an account writes."""
    return [
        list(rows.order_by("pk").values())
        for rows in (
            User.objects,
            User.history,
            User.groups.through.objects,
            FocusArea.coordinators.through.objects,
            Invitation.objects,
            Message.objects,
            TimelineEntry.objects,
            Session.objects,
        )
    ]


def mail_of(user):
    return Message.objects.filter(recipient=user.email).latest("pk")


def reasons_of(user):
    rows = user.history.order_by("history_id")
    return list(rows.values_list("history_change_reason", "history_by_name"))
