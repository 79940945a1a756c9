"""The list of staff: who they are, what they may do, and whether they can sign in."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.db.models import (
    Count,
    Exists,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    TextChoices,
)
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from accounts.models import Invitation, User
from accounts.services.staff_roles import StaffRole, role_of
from focus_areas.models import FocusArea
from members.models import UNDECIDED_STATUSES, Member


class StaffState(TextChoices):
    """Whether a member of staff can sign in."""

    ACTIVE = "active", _("Active")
    INVITED = "invited", _("Invited")
    EXPIRED = "expired", _("Invitation expired")
    NO_PASSWORD = "no_password", _("Active, without a password")
    INACTIVE = "inactive", _("Deactivated")


@dataclass(frozen=True)
class StaffRow:
    """One member of staff, as the list and their page show them."""

    user: User
    role: StaffRole | None
    state: StaffState
    invitation: Invitation | None
    has_app: bool
    passkeys: int
    # Undecided members that are assigned to them.
    members: int
    areas: Sequence[FocusArea] = field(default_factory=list)


def staff_accounts(query: str = "", *, are_all: bool = False) -> QuerySet[User]:
    """Return the accounts of staff whose name, address or group has a text, active ones first.

    With `are_all`, those of the people of organisations are among them.
    """
    factors = Authenticator.objects.filter(user=OuterRef("pk"))
    accounts = User.objects.all() if are_all else User.objects.filter(is_staff=True)
    accounts = accounts.annotate(
        has_app=Exists(factors.filter(type=Authenticator.Type.TOTP)),
        passkeys=_number_of(factors.filter(type=Authenticator.Type.WEBAUTHN), "user"),
        is_linked=Exists(SocialAccount.objects.filter(user=OuterRef("pk"))),
        members=_number_of(
            Member.objects.filter(assignee=OuterRef("pk"), status__in=UNDECIDED_STATUSES),
            "assignee",
        ),
    )
    if query:
        in_group = Q(pk__in=User.objects.filter(groups__name__icontains=query))
        accounts = accounts.filter(Q(name__icontains=query) | Q(email__icontains=query) | in_group)
    rows = accounts.select_related("invitation").prefetch_related("groups")
    return rows.order_by("-is_active", "name", "email", "pk")


def staff_rows(users: Iterable[User], *, at: datetime) -> list[StaffRow]:
    """Return the rows of some accounts from `staff_accounts`, with one more query."""
    users = list(users)
    areas: dict[int, list[FocusArea]] = defaultdict(list)
    coordinated = FocusArea.coordinators.through.objects.filter(user__in=users)
    for link in coordinated.select_related("focusarea").order_by("focusarea__number"):
        areas[link.user_id].append(link.focusarea)
    return [_row(user, areas[user.pk], at) for user in users]


def _row(user: User, areas: list[FocusArea], at: datetime) -> StaffRow:
    # With the columns that `staff_accounts` adds.
    facts: Any = user
    invitation: Invitation | None = getattr(user, "invitation", None)
    return StaffRow(
        user=user,
        role=role_of(user),
        state=_state_of(user, invitation, has_other_way=facts.passkeys or facts.is_linked, at=at),
        invitation=invitation,
        has_app=bool(facts.has_app),
        passkeys=facts.passkeys,
        members=facts.members,
        areas=areas,
    )


def _state_of(
    user: User, invitation: Invitation | None, *, has_other_way: bool, at: datetime
) -> StaffState:
    if not user.is_active:
        return StaffState.INACTIVE
    if invitation:
        return StaffState.INVITED if invitation.expires_at > at else StaffState.EXPIRED
    can_sign_in = user.has_usable_password() or has_other_way
    return StaffState.ACTIVE if can_sign_in else StaffState.NO_PASSWORD


def _number_of(rows: QuerySet[Member] | QuerySet[Authenticator], column: str) -> Coalesce:
    """Return the number of some rows of each user, as a subquery of its own."""
    counted = rows.order_by().values(column).annotate(number=Count("pk"))
    return Coalesce(Subquery(counted.values("number"), output_field=IntegerField()), 0)
