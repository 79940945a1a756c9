"""Invite, change and deactivate staff: the account, its focus areas, its members and the mail."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, override

from accounts.models import Invitation, User
from accounts.services import invitations, second_factor, staff_accounts
from accounts.services.accounts import record_account_change
from accounts.services.invitations import invitation_url
from accounts.services.staff_roles import StaffRole, role_of
from core.addresses import normalise_address
from core.conflicts import Refused, lock_rows
from core.dates import format_date
from focus_areas.models import FocusArea
from focus_areas.services import set_coordinated_areas
from members.models import UNDECIDED_STATUSES, FocalPoint, Member, MemberStatus
from members.services.assignment import reassign, unassign
from members.services.letters.officers import staff_addressee
from outbox.models import Message
from outbox.services.letters import write
from outbox.services.queue import Envelope, cancel, post
from outbox.services.rendering import escape_inline
from triage.staff_accounts.services.template_types import INVITATION, SECOND_FACTOR_RESET

# The history stores it in English, and shows it in the reader's language.
AREAS_CHANGED = gettext_noop("Focus areas changed")
# The statuses of a member whose focal points may still sign in, or may do so later.
CURRENT = (*UNDECIDED_STATUSES, MemberStatus.ADMITTED)
INVITATION_TOPIC: Final = "staff-invitation"
SECOND_FACTOR_TOPIC: Final = "second-factor-reset"


@transaction.atomic
def invite_staff(
    *,
    email: str,
    name: str,
    role: StaffRole,
    areas: Collection[FocusArea],
    language: str,
    by: User,
    at: datetime,
) -> User:
    """Create an account of staff without a password, and send its owner an invitation.

    Raises what `create_staff_account` raises, and Refused (address_of_focal_point).
    """
    check_address(email)
    user = staff_accounts.create_staff_account(
        email=email, name=name, role=role, language=language, by=by, at=at
    )
    set_coordinated_areas(user=user, areas=_areas_for(role, areas), by=by, at=at)
    queue_invitation(invitations.send_invitation(user=user, by=by, at=at), by=by, at=at)
    return user


@transaction.atomic
def invite_again(*, user: User, by: User, at: datetime, version: int | None = None) -> Invitation:
    """Send a colleague without a password a new invitation. The link of the earlier one ends.

    Raises what `send_invitation` raises.
    """
    invitation = invitations.send_invitation(user=user, by=by, at=at, version=version)
    cancel_invitations(user, at=at)
    queue_invitation(invitation, by=by, at=at)
    return invitation


@transaction.atomic
def withdraw_invitation(*, user: User, by: User, at: datetime, version: int | None = None) -> None:
    """Withdraw an invitation, and deactivate its account.

    Raises what `invitations.withdraw_invitation` raises.
    """
    invitations.withdraw_invitation(user=user, by=by, at=at, version=version)
    cancel_invitations(user, at=at)


@transaction.atomic
def change_staff(
    *,
    user: User,
    name: str,
    role: StaffRole,
    areas: Collection[FocusArea],
    by: User,
    at: datetime,
    version: int | None = None,
) -> None:
    """Change the name, the role and the focus areas of a colleague.

    Only coordinators have focus areas. Raises what `change_staff_account` raises.
    """
    staff_accounts.change_staff_account(
        user=user, name=name, role=role, by=by, at=at, version=version
    )
    if set_coordinated_areas(user=user, areas=_areas_for(role, areas), by=by, at=at):
        record_account_change(AREAS_CHANGED, user=user, by=by, at=at)


@transaction.atomic
def deactivate_staff(
    *,
    user: User,
    reason: str,
    to: User | None = None,
    by: User,
    at: datetime,
    version: int | None = None,
) -> int:
    """Deactivate a colleague, and reassign their members to another one, or to nobody.

    Open work of other apps is assigned to nobody. Returns the number of members. Raises what
    `deactivate_staff_account` raises, and Refused (cannot_be_assigned).
    """
    staff_accounts.deactivate_staff_account(user=user, reason=reason, by=by, at=at, version=version)
    cancel_invitations(user, at=at)
    assigned = lock_rows(Member.objects.filter(assignee=user, status__in=UNDECIDED_STATUSES))
    for member in Member.objects.filter(pk__in=assigned).order_by("pk"):
        if to is None:
            unassign(member=member, by=by, at=at)
        else:
            reassign(member=member, to=to, by=by, at=at)
    for work in other_work():
        work.release(user=user, by=by, at=at)
    return len(assigned)


@transaction.atomic
def reset_second_factor(
    *, user: User, reason: str, by: User, at: datetime, version: int | None = None
) -> None:
    """Remove the second factor of a colleague who has lost it, and tell them by mail.

    The history of the account shows the reason. Raises what `lock_staff_account` raises, and
    NoSecondFactor.
    """
    staff_accounts.lock_staff_account(user, by=by, version=version)
    second_factor.remove_second_factor(user=user, by=by, at=at)
    record_account_change(reason, user=user, by=by, at=at)
    queue_second_factor_reset(user, by=by, at=at)


def check_address(email: str) -> None:
    """Raise Refused (address_of_focal_point) if a focal point has an address."""
    people = FocalPoint.objects.filter(
        email__iexact=normalise_address(email), member__status__in=CURRENT
    )
    reference = people.values_list("member__reference", flat=True).first()
    if reference:
        raise Refused(
            _(
                "This address belongs to a focal point of %(reference)s. Nothing was changed and "
                "nothing was sent. Staff need an address of their own."
            )
            % {"reference": reference},
            code="address_of_focal_point",
        )


def _areas_for(role: StaffRole, areas: Collection[FocusArea]) -> Collection[FocusArea]:
    return areas if role == StaffRole.COORDINATOR else ()


def queue_invitation(invitation: Invitation, *, by: User, at: datetime) -> Message:
    """Queue the mail with the link of an invitation."""
    user = invitation.user
    reader = staff_addressee(user)
    with override(reader.language):
        role = role_of(user)
        values = {
            "name": escape_inline(reader.name),
            "by": escape_inline(str(by)),
            "role": str(role.label) if role else "–",
            "expires_on": format_date(localdate(invitation.expires_at)),
        }
    return post(
        Envelope(
            write(INVITATION.name, reader.language, values),
            reader,
            topic=f"{_topic_of(user)}/{invitation.pk}",
            keys={"private_page": lambda: invitation_url(invitation)},
            expires_at=invitation.expires_at,
        ),
        at=at,
    )


def cancel_invitations(user: User, *, at: datetime) -> None:
    """Cancel the unsent mails with the links of earlier invitations."""
    cancel(topic=_topic_of(user), at=at)


def queue_second_factor_reset(user: User, *, by: User, at: datetime) -> Message:
    """Queue the mail that tells a member of staff that their second factor was removed."""
    reader = staff_addressee(user)
    values = {"name": escape_inline(reader.name), "by": escape_inline(str(by))}
    letter = write(SECOND_FACTOR_RESET.name, reader.language, values)
    topic = f"{SECOND_FACTOR_TOPIC}/user-{user.pk}/{at.isoformat()}"
    return post(Envelope(letter, reader, topic=topic), at=at)


def _topic_of(user: User) -> str:
    return f"{INVITATION_TOPIC}/user-{user.pk}"


@dataclass(frozen=True)
class OtherWork:
    """What one app does with the open work of a colleague who leaves."""

    # Returns a sentence for the page that asks, or "" if there is no open work.
    in_words: Callable[[User], str]
    # Removes the assignee; called with `user`, `by` and `at`.
    release: Callable[..., object]


_REGISTERED: list[OtherWork] = []


def register_other_work(work: OtherWork) -> None:
    """Add the work of an app that this one does not know."""
    _REGISTERED.append(work)


def other_work() -> Iterator[OtherWork]:
    """Yield the work of all registered apps."""
    yield from _REGISTERED


def other_work_in_words(user: User) -> list[str]:
    """Return a sentence for each app in which open work is assigned to a person."""
    return [words for work in other_work() if (words := work.in_words(user))]
