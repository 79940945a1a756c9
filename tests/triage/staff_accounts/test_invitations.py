"""What desk managers do with invitations: invite, invite again, withdraw."""

from datetime import timedelta

import pytest
from django.utils.translation import override

from accounts.models import Invitation, User
from accounts.services.invitations import HasPassword, NotInvited, invitation_of
from accounts.services.staff_accounts import (
    AddressInUse,
    AlreadyInactive,
    NoLongerManager,
    NotStaff,
    RoleTooHigh,
)
from accounts.services.staff_roles import StaffRole, role_of
from focus_areas.models import FocusArea
from members.models import MemberStatus
from outbox.models import MessageStatus
from outbox.services.rendering import as_text
from tests.accounts.second_factor import with_password
from tests.factories import NOON, FocalPointFactory, UserFactory
from tests.triage.staff import desk_manager, may, officer
from tests.triage.staff_accounts.accounts import invite, mail_of, reasons_of, stored
from triage.staff_accounts.services.changes import (
    AddressOfFocalPoint,
    invite_again,
    withdraw_invitation,
)

DAY = timedelta(days=1)


# Invite -----------------------------------------------------------------------------------------


def test_invite_creates_an_account_of_staff_without_a_password(ruth):
    user = User.objects.get(pk=invite(ruth).pk)

    assert (user.email, user.name, user.language) == ("Kofi@example.org", "Kofi Mensah", "en")
    assert (user.is_staff, user.is_active, user.is_superuser) == (True, True, False)
    assert role_of(user) == StaffRole.OFFICER
    assert not user.has_usable_password()
    assert ("Invitation sent", "Ruth Mwangi") in reasons_of(user)
    assert (user.invitation.sent_at, user.invitation.expires_at) == (NOON, NOON + 7 * DAY)


def test_invite_sends_a_mail_with_a_link_that_opens_the_invitation(ruth):
    user = invite(ruth)

    mail = mail_of(user)
    token = mail.private_page.rstrip("/").rpartition("/")[2]
    text = as_text(mail.body, private_page=mail.private_page)
    assert (mail.subject, mail.language) == (
        "Your invitation to the Partner2Connect staff pages",
        "en",
    )
    assert "Dear Kofi Mensah,\n\nRuth Mwangi has invited you to the staff" in text
    assert "Your role: Triage officer." in text
    assert f"\n\n{mail.private_page}\n\n" in text
    assert "The link works once, until Monday 1 November 2021." in text
    assert mail.private_page not in mail.body
    assert mail.expires_at == NOON + 7 * DAY
    assert invitation_of(token, at=NOON).user == user


def test_invite_writes_in_french_if_the_colleague_says_so(ruth):
    with override("en"):
        mail = mail_of(invite(ruth, language="fr", role=StaffRole.OBSERVER))

    assert mail.language == "fr"
    assert mail.subject == "Votre invitation aux pages du personnel de Partner2Connect"
    assert "Bonjour Kofi Mensah" in mail.body
    assert "jusqu’au lundi 1er novembre 2021" in mail.body


def test_invite_gives_areas_to_a_coordinator_and_to_nobody_else(ruth, areas):
    kofi = invite(ruth, role=StaffRole.COORDINATOR, areas=areas)
    ama = invite(ruth, email="ama@example.org", areas=areas)

    assert list(FocusArea.objects.filter(coordinators=kofi).order_by("number")) == areas
    assert list(FocusArea.objects.filter(coordinators=ama)) == []
    latest = areas[0].history.latest("history_id")
    assert (latest.history_by_name, latest.history_date) == ("Ruth Mwangi", NOON)


def test_administrator_invites_an_administrator():
    user = invite(UserFactory(is_superuser=True), role=StaffRole.ADMINISTRATOR)

    assert (user.is_superuser, list(user.groups.all())) == (True, [])


@pytest.mark.parametrize(
    ("existing", "said"),
    [
        ({"is_staff": True}, "Ama is staff already, with this address."),
        ({"is_staff": True, "is_active": False}, "Ama has a deactivated account"),
        ({"is_staff": False}, "the account of a person who is not staff, for example of a focal"),
        ({"is_staff": False, "is_active": False}, "is not staff, for example of a focal point"),
    ],
)
def test_invite_refuses_an_address_with_an_account_and_says_what_it_is(ruth, existing, said):
    UserFactory(email="kofi@example.org", name="Ama", **existing)
    before = stored()

    with pytest.raises(AddressInUse, match=said):
        invite(ruth)

    assert stored() == before


@pytest.mark.parametrize("status", [MemberStatus.PENDING, MemberStatus.ADMITTED])
def test_invite_refuses_the_address_of_a_focal_point(ruth, status):
    person = FocalPointFactory(email="kofi@example.org", member__status=status)
    before = stored()

    with pytest.raises(AddressOfFocalPoint, match=f"focal point of {person.member.reference}"):
        invite(ruth)

    assert stored() == before


def test_invite_accepts_the_address_of_a_former_focal_point(ruth):
    FocalPointFactory(email="kofi@example.org", member__status=MemberStatus.WITHDRAWN)

    assert invite(ruth).is_staff


@pytest.mark.parametrize(
    ("who", "role", "refusal"),
    [
        (desk_manager, StaffRole.ADMINISTRATOR, RoleTooHigh),
        (lambda: may(officer(), "manage_staff"), StaffRole.DESK_MANAGER, RoleTooHigh),
        (officer, StaffRole.OBSERVER, NoLongerManager),
        (lambda: desk_manager(is_active=False), StaffRole.OBSERVER, NoLongerManager),
        (lambda: desk_manager(is_staff=False), StaffRole.OBSERVER, NoLongerManager),
    ],
)
def test_invite_refuses_a_role_that_the_colleague_may_not_give(who, role, refusal):
    by = who()
    before = stored()

    with pytest.raises(refusal):
        invite(by, role=role)

    assert stored() == before


# Invite again, withdraw -------------------------------------------------------------------------


def test_invite_again_ends_the_earlier_link_and_its_unsent_mail(ruth):
    user = invite(ruth)
    first = mail_of(user)

    invite_again(user=user, by=ruth, at=NOON + DAY)

    first.refresh_from_db()
    second = mail_of(user)
    assert (first.status, first.private_page) == (MessageStatus.CANCELLED, "")
    assert second.status == MessageStatus.QUEUED
    assert invitation_of(second.private_page.rstrip("/").rpartition("/")[2], at=NOON).user == user
    assert Invitation.objects.get().expires_at == NOON + 8 * DAY


def test_invite_again_is_for_an_account_that_never_had_a_password(ruth):
    user = User.objects.create_user("kofi@example.org", is_staff=True)

    invite_again(user=user, by=ruth, at=NOON)

    assert mail_of(user).private_page != ""


@pytest.mark.parametrize(
    ("facts", "refusal"),
    [({}, HasPassword), ({"is_active": False}, AlreadyInactive), ({"is_staff": False}, NotStaff)],
)
def test_invite_again_refuses_other_accounts(ruth, facts, refusal):
    user = with_password(**facts)
    before = stored()

    with pytest.raises(refusal):
        invite_again(user=user, by=ruth, at=NOON)

    assert stored() == before


def test_withdraw_ends_the_link_and_deactivates_the_account(ruth):
    user = invite(ruth)

    withdraw_invitation(user=user, by=ruth, at=NOON + DAY)

    user.refresh_from_db()
    assert not user.is_active
    assert mail_of(user).status == MessageStatus.CANCELLED
    assert list(Invitation.objects.all()) == []
    assert reasons_of(user)[-1] == ("Invitation withdrawn", "Ruth Mwangi")


def test_withdraw_refuses_without_an_invitation(ruth):
    user = officer()
    before = stored()

    with pytest.raises(NotInvited):
        withdraw_invitation(user=user, by=ruth, at=NOON)

    assert stored() == before
