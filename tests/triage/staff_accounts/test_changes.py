"""What desk managers do with accounts: invite, change, deactivate, reactivate, reset."""

from datetime import timedelta
from functools import partial

import pytest
from django.contrib.auth.models import Group
from django.utils.translation import override

from accounts.models import Invitation, Session, User
from accounts.services.invitations import (
    invitation_of,
)
from accounts.services.second_factor import has_second_factor
from accounts.services.staff_accounts import (
    StaffConflict,
    latest_version,
    reactivate_staff_account,
)
from accounts.services.staff_roles import StaffRole, role_of
from commitments.models import CommitmentEvent, CommitmentStatus, EventKind
from core.conflicts import Refused
from focus_areas.models import FocusArea
from members.models import MemberStatus, TimelineEntry, TimelineKind
from outbox.models import Message, MessageStatus
from outbox.services.rendering import as_text
from tests.accounts.second_factor import give_app, with_password
from tests.factories import (
    NOON,
    CommitmentFactory,
    FocalPointFactory,
    MemberFactory,
    ProposedChangeFactory,
    SessionFactory,
    UserFactory,
)
from tests.refusals import refused
from tests.triage.staff import desk_manager, may, observer, officer
from triage.staff_accounts.services.changes import (
    change_staff,
    deactivate_staff,
    invite_again,
    invite_staff,
    reset_second_factor,
    withdraw_invitation,
)


def test_change_of_the_role_gives_it_alone_and_of_the_name_keeps_what_was_given(ruth, areas):
    user = may(officer(name="Kofi"), "decline_member_state")
    user.groups.add(Group.objects.create(name="Another"))
    change = partial(change_staff, user=user, areas=areas, by=ruth, at=NOON)

    change(name="Kofi M.", role=StaffRole.OFFICER)
    renamed = User.objects.get(pk=user.pk)
    is_kept = renamed.has_perm("members.decline_member_state")
    change(name="Kofi", role=StaffRole.COORDINATOR)
    as_coordinator = User.objects.get(pk=user.pk)
    role, groups = role_of(as_coordinator), [each.name for each in as_coordinator.groups.all()]
    permissions = list(as_coordinator.user_permissions.all())
    coordinated = list(FocusArea.objects.filter(coordinators=user).order_by("number"))
    reason = reasons_of(user)[-1]
    change(name="Kofi", role=StaffRole.OBSERVER)

    assert (renamed.name, is_kept) == ("Kofi M.", True)
    assert (role, groups) == (StaffRole.COORDINATOR, ["Focus area coordinators"])
    assert (permissions, coordinated) == ([], areas)
    assert reason == ("Focus areas changed", "Ruth Mwangi")
    assert list(FocusArea.objects.filter(coordinators=user)) == []


def test_administrator_invites_an_administrator_and_makes_an_officer_of_them_and_again():
    root = UserFactory(is_superuser=True)
    user = invite(root, role=StaffRole.ADMINISTRATOR)
    change = partial(change_staff, user=user, name="Kofi", areas=[], by=root, at=NOON)
    roles = [role_of(user)]

    for role in (StaffRole.OFFICER, StaffRole.ADMINISTRATOR):
        change(role=role)
        roles.append(role_of(User.objects.get(pk=user.pk)))

    assert roles == [StaffRole.ADMINISTRATOR, StaffRole.OFFICER, StaffRole.ADMINISTRATOR]
    assert list(user.groups.all()) == []


def changes(user):
    """Each change of an account, without `by`."""
    return {
        "change": partial(change_staff, name="New", role=StaffRole.OBSERVER, areas=[]),
        "invite again": invite_again,
        "withdraw": withdraw_invitation,
        "deactivate": partial(deactivate_staff, reason="Left ITU."),
        "reactivate": reactivate_staff_account,
        "reset": partial(reset_second_factor, reason="Lost phone."),
    }


@pytest.mark.parametrize("name", changes(None))
@pytest.mark.parametrize(
    ("who", "whom", "refusal"),
    [
        (desk_manager, lambda _by: UserFactory(is_superuser=True), "role_too_high"),
        (lambda: may(officer(), "manage_staff"), lambda _by: desk_manager(), "role_too_high"),
        (desk_manager, lambda by: by, "own_account"),
        (lambda: UserFactory(is_superuser=True), lambda by: by, "own_account"),
        (officer, lambda _by: observer(), "no_longer_manager"),
        (lambda: desk_manager(is_active=False), lambda _by: observer(), "no_longer_manager"),
        (desk_manager, lambda _by: UserFactory(is_staff=False), "not_staff"),
    ],
)
def test_change_is_refused_above_ones_role_of_oneself_and_without_permission(
    name, who, whom, refusal
):
    by = who()
    user = whom(by)
    before = stored()

    with refused(refusal):
        changes(user)[name](user=user, by=by, at=NOON)

    assert stored() == before


@pytest.mark.parametrize(
    ("name", "facts", "refusal"),
    [
        ("invite again", {}, "has_password"),
        ("invite again", {"is_active": False}, "already_inactive"),
        ("invite again", {"is_staff": False}, "not_staff"),
        ("withdraw", {}, "not_invited"),
        ("deactivate", {"is_active": False}, "already_inactive"),
        ("reactivate", {}, "already_active"),
        ("reset", {}, "no_second_factor"),
    ],
)
def test_change_that_does_not_apply_is_refused(ruth, name, facts, refusal):
    user = with_password(**facts)
    before = stored()

    with refused(refusal):
        changes(user)[name](user=user, by=ruth, at=NOON)

    assert stored() == before


@pytest.mark.parametrize("name", changes(None))
def test_change_is_refused_if_a_colleague_changed_the_account_first(ruth, name):
    user = observer(name="Kofi")
    seen = latest_version(user)
    change_staff(
        user=user,
        name="Kofi M.",
        role=StaffRole.OFFICER,
        areas=[],
        by=desk_manager(name="Grace"),
        at=NOON,
    )
    before = stored()

    with pytest.raises(StaffConflict, match="Grace changed this account on 25 October 2021"):
        changes(user)[name](user=user, by=ruth, at=NOON, version=seen)

    assert stored() == before


def test_deactivate_ends_sessions_and_says_why(ruth):
    user, other = invite(ruth), SessionFactory()
    SessionFactory(user=user)
    member = MemberFactory(assignee=user)

    deactivate_staff(user=user, reason="Left ITU.", by=ruth, at=NOON)

    user.refresh_from_db()
    member.refresh_from_db()
    assert not user.is_active
    assert list(Session.objects.all()) == [other]
    assert reasons_of(user)[-1] == ("Left ITU.", "Ruth Mwangi")
    assert list(Invitation.objects.all()) == []
    assert mail_of(user).status == MessageStatus.CANCELLED
    assert (member.assignee, member.timeline.get().kind) == (None, TimelineKind.UNASSIGNED)


def test_deactivate_gives_the_members_to_a_colleague(ruth):
    user, tom = officer(), officer(name="Tom")
    members = [MemberFactory(assignee=user) for _n in range(2)]
    decided = MemberFactory(assignee=user, status=MemberStatus.DECLINED)
    other = MemberFactory(assignee=tom)

    number = deactivate_staff(user=user, reason="Left ITU.", to=tom, by=ruth, at=NOON)

    for member in (*members, decided, other):
        member.refresh_from_db()
    entries = TimelineEntry.objects.filter(kind=TimelineKind.REASSIGNED).order_by("member")
    assert number == 2
    assert [member.assignee for member in members] == [tom, tom]
    assert [(entry.member, entry.by_user, entry.note) for entry in entries] == [
        (member, ruth, "Tom") for member in members
    ]
    assert (decided.assignee, other.version) == (user, 1)


def test_deactivate_leaves_open_commitments_without_an_assignee(ruth):
    user, tom = officer(), officer()
    waiting = CommitmentFactory(assignee=user, status=CommitmentStatus.SUBMITTED)
    changing = CommitmentFactory(assignee=user, status=CommitmentStatus.PUBLISHED)
    ProposedChangeFactory(commitment=changing)
    quiet = CommitmentFactory(assignee=user, status=CommitmentStatus.PUBLISHED)
    other = CommitmentFactory(assignee=tom, status=CommitmentStatus.SUBMITTED)

    deactivate_staff(user=user, reason="Left ITU.", to=tom, by=ruth, at=NOON)

    for commitment in (waiting, changing, quiet, other):
        commitment.refresh_from_db()
    events = CommitmentEvent.objects.order_by("commitment")
    assert (waiting.assignee, changing.assignee) == (None, None)
    assert (quiet.assignee, other.assignee) == (user, tom)
    assert [(event.commitment, event.kind, event.by_user, event.at) for event in events] == [
        (commitment, EventKind.UNASSIGNED, ruth, NOON) for commitment in (waiting, changing)
    ]


def test_deactivate_refuses_a_colleague_who_cannot_take_members(ruth):
    user = officer()
    MemberFactory(assignee=user)
    reader = observer()
    before = stored()

    with pytest.raises(Refused, match="cannot be assigned to"):
        deactivate_staff(user=user, reason="Left ITU.", to=reader, by=ruth, at=NOON)

    assert stored() == before


def test_reactivate_restores_the_role(ruth):
    user = officer()
    deactivate_staff(user=user, reason="On leave.", by=ruth, at=NOON)

    reactivate_staff_account(user=user, by=ruth, at=NOON)

    user = User.objects.get(pk=user.pk)
    assert (user.is_active, role_of(user)) == (True, StaffRole.OFFICER)
    assert reasons_of(user)[-1] == ("Account reactivated", "Ruth Mwangi")


def test_reset_removes_the_second_factor_and_tells_the_person(ruth):
    user = officer(name="Kofi", email="kofi@example.org", language="fr")
    give_app(user)

    reset_second_factor(user=user, reason="Lost phone.", by=ruth, at=NOON)

    mail = mail_of(user)
    assert not has_second_factor(user)
    assert reasons_of(user)[-2:] == [
        ("Two-factor authentication reset", "Ruth Mwangi"),
        ("Lost phone.", "Ruth Mwangi"),
    ]
    assert mail.subject == "Votre authentification à deux facteurs a été réinitialisée"
    assert "Ruth Mwangi a réinitialisé" in mail.body


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


DAY = timedelta(days=1)


def test_invite_creates_an_account_without_a_password_and_sends_a_link_to_the_invitation(ruth):
    user = User.objects.get(pk=invite(ruth).pk)

    assert (user.email, user.name, user.language) == ("Kofi@example.org", "Kofi Mensah", "en")
    assert (user.is_staff, user.is_active, user.is_superuser) == (True, True, False)
    assert role_of(user) == StaffRole.OFFICER
    assert not user.has_usable_password()
    assert ("Invitation sent", "Ruth Mwangi") in reasons_of(user)
    assert (user.invitation.sent_at, user.invitation.expires_at) == (NOON, NOON + 7 * DAY)
    mail = mail_of(user)
    token = mail.private_page.rstrip("/").rpartition("/")[2]
    text = as_text(mail.body, private_page=mail.private_page)
    assert (mail.subject, mail.language) == (
        "Your invitation to the Partner2Connect staff pages",
        "en",
    )
    assert text.startswith("Dear Kofi Mensah,\n\nPlease set up your sign-in to the staff pages of ")
    assert "Ruth Mwangi has invited you to the staff." in text
    assert "Your role: Triage officer." in text
    assert mail.private_page in text
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
    assert "jusqu’au **lundi 1er novembre 2021**" in mail.body


def test_invite_gives_areas_to_a_coordinator_and_to_nobody_else(ruth, areas):
    kofi = invite(ruth, role=StaffRole.COORDINATOR, areas=areas)
    ama = invite(ruth, email="ama@example.org", areas=areas)

    assert list(FocusArea.objects.filter(coordinators=kofi).order_by("number")) == areas
    assert list(FocusArea.objects.filter(coordinators=ama)) == []
    latest = areas[0].history.latest("history_id")
    assert (latest.history_by_name, latest.history_date) == ("Ruth Mwangi", NOON)


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

    with pytest.raises(Refused, match=said):
        invite(ruth)

    assert stored() == before


@pytest.mark.parametrize("status", [MemberStatus.PENDING, MemberStatus.ADMITTED])
def test_invite_refuses_the_address_of_a_focal_point(ruth, status):
    person = FocalPointFactory(email="kofi@example.org", member__status=status)
    FocalPointFactory(email="former@example.org", member__status=MemberStatus.WITHDRAWN)
    before = stored()

    with pytest.raises(Refused, match=f"focal point of {person.member.reference}"):
        invite(ruth)

    assert stored() == before
    assert invite(ruth, email="former@example.org").is_staff


@pytest.mark.parametrize(
    ("who", "role", "refusal"),
    [
        (desk_manager, StaffRole.ADMINISTRATOR, "role_too_high"),
        (lambda: may(officer(), "manage_staff"), StaffRole.DESK_MANAGER, "role_too_high"),
        (officer, StaffRole.OBSERVER, "no_longer_manager"),
        (lambda: desk_manager(is_active=False), StaffRole.OBSERVER, "no_longer_manager"),
        (lambda: desk_manager(is_staff=False), StaffRole.OBSERVER, "no_longer_manager"),
    ],
)
def test_role_that_the_colleague_may_not_give_is_refused(who, role, refusal):
    by, user = who(), observer()
    change = partial(change_staff, user=user, name="Kofi", areas=[], by=by, at=NOON)
    before = stored()

    for give in (partial(invite, by), change):
        with refused(refusal):
            give(role=role)

    assert stored() == before


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


def test_withdraw_ends_the_link_and_deactivates_the_account(ruth):
    user = invite(ruth)

    withdraw_invitation(user=user, by=ruth, at=NOON + DAY)

    user.refresh_from_db()
    assert not user.is_active
    assert mail_of(user).status == MessageStatus.CANCELLED
    assert list(Invitation.objects.all()) == []
    assert reasons_of(user)[-1] == ("Invitation withdrawn", "Ruth Mwangi")
