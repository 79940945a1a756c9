"""The open commitments of a colleague who leaves."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import ngettext

from accounts.models import User
from commitments.models import Commitment, CommitmentQuerySet
from commitments.services.decisions import ASSIGNABLE, release
from commitments.services.work_queue import is_open_work_of
from core.conflicts import lock_rows


def open_work_of(user: User) -> CommitmentQuerySet:
    """Return the commitments of a person that still need something and may change hands."""
    return Commitment.objects.filter(is_open_work_of(user), status__in=ASSIGNABLE)


def open_work_in_words(user: User) -> str:
    """Return what happens to the open commitments of a person, or "" if there are none."""
    number = open_work_of(user).count()
    if not number:
        return ""
    return ngettext(
        "%(number)d open commitment is assigned to this person. Afterwards nobody is assigned "
        "to it.",
        "%(number)d open commitments are assigned to this person. Afterwards nobody is assigned "
        "to them.",
        number,
    ) % {"number": number}


@transaction.atomic
def release_open_work(*, user: User, by: User, at: datetime) -> int:
    """Leave the open commitments of a person without an assignee; return their number."""
    assigned = lock_rows(open_work_of(user))
    for commitment in Commitment.objects.filter(pk__in=assigned).order_by("pk"):
        release(commitment, by=by, at=at)
    return len(assigned)
