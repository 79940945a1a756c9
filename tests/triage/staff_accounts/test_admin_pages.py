"""The pages about staff: what they show, and what a desk manager does on them."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Invitation, ListReading, User
from accounts.services.second_factor import has_second_factor
from accounts.services.staff_accounts import latest_version
from accounts.services.staff_roles import StaffRole, role_of
from commitments.models import CommitmentStatus
from focus_areas.models import FocusArea
from members.models import MemberStatus
from outbox.models import Message
from tests.accounts.second_factor import a_passkey_of, give_app, with_password
from tests.factories import CommitmentFactory, InvitationFactory, MemberFactory, UserFactory
from tests.hostile.pages import Page
from tests.queries import queries_of
from tests.triage.staff import coordinator, observer, officer, read, signed_in, told

INVITED = {"name": "Kofi", "email": "kofi@example.org", "role": "officer", "language": "en"}


@pytest.fixture
def client(ruth):
    return signed_in(ruth)


def url(name, *arguments):
    return reverse(f"admin:accounts_user_{name}", args=[row.pk for row in arguments])


def send(client, step, user, /, **typed):
    """Send the page of a step as it was opened."""
    page = url(step, user)
    shown = Page(client.get(page)).fields_of(page)
    return client.post(page, {**shown, **typed}, follow=True)


def rows_of(client):
    """The text of each row of the list, by address."""
    response = client.get(url("staff"))
    return {row.user.email: row for row in response.context["rows"]}


def test_list_shows_staff_with_role_areas_second_factor_and_members(client, ruth):
    area = FocusArea.objects.get(number=1)
    sofia = coordinator(area, name="Sofia")
    amina = officer(name="Amina")
    give_app(amina)
    a_passkey_of(amina)
    a_passkey_of(amina)
    MemberFactory(assignee=amina)
    MemberFactory(assignee=amina, status=MemberStatus.INFORMATION_REQUESTED)
    MemberFactory(assignee=amina, status=MemberStatus.DECLINED, decided_by=ruth)
    UserFactory(name="A focal point", is_staff=False)

    rows = rows_of(client)

    assert set(rows) == {ruth.email, sofia.email, amina.email}
    row = rows[amina.email]
    assert (row.role, row.has_app, row.passkeys, row.members) == (StaffRole.OFFICER, True, 2, 2)
    row = rows[sofia.email]
    assert (row.role, row.areas, row.members) == (StaffRole.COORDINATOR, [area], 0)


def test_list_says_who_can_sign_in():
    now, day = timezone.now(), timedelta(days=1)
    client = signed_in(with_password(name="1", is_superuser=True))
    InvitationFactory(user__name="2", sent_at=now, expires_at=now + day)
    InvitationFactory(user__name="3", sent_at=now - 8 * day, expires_at=now - day)
    User.objects.create_user("four@example.org", name="4", is_staff=True)
    a_passkey_of(UserFactory(name="5"))
    UserFactory(name="0", is_active=False)

    rows = client.get(url("staff")).context["rows"]

    assert [(row.user.name, row.state) for row in rows] == [
        ("1", "active"),
        ("2", "invited"),
        ("3", "expired"),
        ("4", "no_password"),
        ("5", "active"),
        ("0", "inactive"),
    ]


@pytest.mark.parametrize("query", ["amin", "AMINA@", "  Amina ", "triage off", "nobody"])
def test_list_is_searched_by_name_address_and_group(client, query):
    amina = officer(name="Amina", email="amina@example.org")
    found = [] if query == "nobody" else [amina]

    response = client.get(url("staff"), {"q": query})

    assert [row.user for row in response.context["rows"]] == found
    assert ("No matches." in response.text) == (not found)


def test_list_shows_languages_and_absence(client):
    amina = officer(name="Amina", away_until=timezone.localdate() + timedelta(days=1))
    back = officer(name="Back", away_until=timezone.localdate() - timedelta(days=1))
    amina.read_languages.create(language="fr")

    page = client.get(url("staff")).text

    assert page.count("away until") == 1
    assert page.count("<div>French</div>") == 1
    assert back.name in page


def test_list_has_all_accounts_only_for_superusers_and_records_who_read_them(client, ruth):
    person = UserFactory(name="A focal point", is_staff=False)
    root = with_password(name="Root", is_superuser=True)

    of_manager = client.get(url("staff"), {"all": "1"})
    of_superuser = signed_in(root).get(url("staff"), {"all": "1"})

    assert {row.user for row in of_manager.context["rows"]} == {ruth, root}
    assert {row.user for row in of_superuser.context["rows"]} == {ruth, root, person}
    for row in (ruth, root, person):
        assert f'href="{url("change", row)}"' in of_superuser.text
        assert f'href="{url("change", row)}"' not in of_manager.text
    [reading] = ListReading.objects.all()
    assert (reading.by, reading.record_type, reading.row_count) == (root, "accounts.user", 3)


def test_list_needs_as_many_queries_for_three_as_for_one(client):
    coordinator(FocusArea.objects.get(number=1))
    client.get(url("staff"))
    for_one = queries_of(client, url("staff"))

    for number in range(2, 4):
        amina = coordinator(FocusArea.objects.get(number=number))
        give_app(amina)
        MemberFactory(assignee=amina)
        InvitationFactory()

    assert queries_of(client, url("staff")) == for_one


def test_page_needs_as_many_queries_for_three_areas_as_for_one(client):
    sofia = coordinator(FocusArea.objects.get(number=1))
    client.get(url("staff_page", sofia))
    for_one = queries_of(client, url("staff_page", sofia))

    for number in range(2, 4):
        FocusArea.objects.get(number=number).coordinators.add(sofia)
        MemberFactory(assignee=sofia)

    assert queries_of(client, url("staff_page", sofia)) == for_one


def steps_of(client, user):
    return [step.name for step in client.get(url("staff_page", user)).context["steps"]]


def test_page_offers_what_applies_to_the_account(client):
    with_factor = with_password()
    give_app(with_factor)
    invited = InvitationFactory(user=User.objects.create_user("k@example.org", is_staff=True)).user

    assert steps_of(client, with_factor) == ["change_role", "reset_second_factor", "deactivate"]
    assert steps_of(client, invited) == [
        "change_role",
        "invite_again",
        "withdraw_invitation",
        "deactivate",
    ]
    assert steps_of(client, with_password(is_active=False)) == ["change_role", "reactivate"]


def test_page_offers_nothing_to_staff_who_only_read():
    user = officer()

    response = signed_in(observer()).get(url("staff_page", user))

    assert response.context["steps"] == []
    assert "Can invite, change and deactivate staff" in response.text


@pytest.mark.parametrize("name", ["change_role", "deactivate", "reset_second_factor"])
def test_step_that_is_not_allowed_says_why_and_has_no_form(client, ruth, name):
    root = UserFactory(is_superuser=True)

    pages = [client.get(url("staff_page", user)).text for user in (ruth, root)]
    steps = [client.get(url(name, user)).text for user in (ruth, root)]

    assert "This is your own account." in pages[0]
    assert "The role of this person is above yours" in pages[1]
    assert "You cannot change your own account." in steps[0]
    assert "Your role does not allow you to change this role: Administrator." in steps[1]
    assert 'name="version"' not in "".join(steps)


def test_account_that_is_not_staff_has_no_page(client):
    user = UserFactory(is_staff=False)

    statuses = {client.get(url(name, user)).status_code for name in ("staff_page", "deactivate")}

    assert statuses == {404}


def test_page_of_the_roles_shows_who_has_each_permission(client):
    page = Page(client.get(url("staff_roles"))).text

    assert "Permission Desk manager Triage officer Focus area coordinator Observer" in page
    assert "Can admit a member to a focus area and move it Yes Yes – –" in page
    assert "Can decline a Member State Yes – – –" in page
    assert "Can view: members Yes Yes Yes Yes" in page


def test_invite_sends_a_mail_and_opens_the_page_of_the_person(client):
    response = client.post(url("invite"), INVITED, follow=True)

    user = User.objects.get(email="kofi@example.org")
    assert response.redirect_chain == [(url("staff_page", user), 302)]
    assert told(response) == ["The invitation to Kofi is on its way."]
    assert Message.objects.get().recipient == "kofi@example.org"
    assert "Invited on" in response.text


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"name": ""}, "Enter the name."),
        ({"email": "kofi"}, "Enter a valid email address, like name@example.org."),
        ({"role": ""}, "Choose a role."),
        ({"role": "administrator"}, "Choose a role from the list."),
        ({"role": "coordinator"}, "Choose at least one focus area."),
        ({"language": "ru"}, "Choose a language from the list."),
        ({"email": "zoe@example.org"}, "the account of a person who is not staff"),
    ],
)
def test_invite_refuses_what_is_missing_or_wrong(client, typed, said):
    UserFactory(email="zoe@example.org", is_staff=False)

    response = client.post(url("invite"), {**INVITED, **typed})

    assert response.status_code == (409 if "account" in said else 422)
    assert said in response.text
    assert f'value="{typed.get("email", INVITED["email"])}"' in response.text
    assert not User.objects.filter(email="kofi@example.org").exists()
    assert list(Message.objects.all()) == []


def test_change_gives_the_role_and_the_areas(client):
    amina = officer(name="Amina")

    response = send(client, "change_role", amina, name="A.", role="coordinator", areas=["1", "2"])

    amina = User.objects.get(pk=amina.pk)
    assert told(response) == ["The account of A. was changed."]
    assert (amina.name, role_of(amina)) == ("A.", StaffRole.COORDINATOR)
    assert FocusArea.objects.filter(coordinators=amina).count() == 2


def test_change_that_a_colleague_made_first_is_shown_and_can_be_overruled(client):
    amina, root = officer(name="Amina"), signed_in(UserFactory(name="Noor", is_superuser=True))
    page = url("change_role", amina)
    shown = Page(client.get(page)).fields_of(page)
    send(root, "change_role", amina, name="Amina D.", role="observer")

    refused = client.post(page, {**shown, "name": "Mine", "role": "officer"})
    again = {**Page(refused).fields_of(page), "name": "Mine", "role": "officer"}
    accepted = client.post(page, again)

    assert refused.status_code == 409
    assert "Noor changed this account on" in refused.text
    assert "<ins><bdi>Amina D.</bdi></ins>" in read(refused)
    assert 'value="Mine"' in refused.text
    assert accepted.status_code == 302
    assert User.objects.get(pk=amina.pk).name == "Mine"


def test_deactivate_reassigns_the_members_and_ends_the_session(client):
    amina, tom = officer(name="Amina"), officer(name="Tom")
    member, browser = MemberFactory(assignee=amina), signed_in(amina)

    response = send(client, "deactivate", amina, to=tom.pk, reason="Left ITU.")

    member.refresh_from_db()
    assert told(response) == ["The account of Amina was deactivated."]
    assert member.assignee == tom
    assert browser.get(reverse("admin:index")).status_code == 302
    assert "Left ITU." in client.get(url("history", amina)).text


def test_deactivate_asks_for_a_reason_and_for_a_colleague_only_if_there_is_work(client):
    amina, tom = officer(), officer()
    MemberFactory(assignee=amina)
    CommitmentFactory(assignee=amina, status=CommitmentStatus.SUBMITTED)

    pages = [client.get(url("deactivate", user)).text for user in (amina, tom)]
    refused = [send(client, "deactivate", amina, reason=reason) for reason in ("", "x" * 101)]
    is_active = User.objects.get(pk=amina.pk).is_active
    send(client, "deactivate", amina, reason="x" * 100)

    words = "1 open commitment is assigned to this person. Afterwards nobody is assigned to it."
    assert [words in page for page in pages] == [True, False]
    for part in ("Reassign their applicants to", "open commitment"):
        assert [part in page for page in pages] == [True, False]
    assert [response.status_code for response in refused] == [422, 422]
    assert "Give the reason." in refused[0].text
    assert is_active
    assert amina.history.latest("history_id").history_change_reason == "x" * 100


def test_reactivate_invite_again_and_withdraw_do_what_they_say(client):
    user = User.objects.create_user("kofi@example.org", name="Kofi", is_staff=True)
    said = []

    said += told(send(client, "invite_again", user))
    said += told(send(client, "withdraw_invitation", user))
    asked = client.get(url("reactivate", user)).text
    said += told(send(client, "reactivate", user))

    user.refresh_from_db()
    assert said == [
        "A new invitation to Kofi is on its way.",
        "The invitation of Kofi was withdrawn.",
        "The account of Kofi is active again.",
    ]
    assert "no password. Send a new invitation next" in asked
    assert user.is_active
    assert list(Invitation.objects.all()) == []


def test_reset_of_the_second_factor_asks_for_a_reason_and_tells_the_person(client):
    amina = officer(name="Amina")
    give_app(amina)

    asked = client.get(url("reset_second_factor", amina)).text
    response = send(client, "reset_second_factor", amina, reason="Lost phone.")

    history = client.get(url("history", amina)).text
    assert f"all recovery codes of <bdi>{amina.email}</bdi> stop working immediately" in asked
    assert told(response) == ["Two-factor authentication of Amina was reset."]
    assert not has_second_factor(amina)
    assert Message.objects.get().recipient == amina.email
    assert "Two-factor authentication reset" in history
    assert "Lost phone." in history


def test_step_that_does_not_apply_says_so(client):
    amina = with_password()

    page = client.get(url("invite_again", amina)).text
    refused = client.post(url("invite_again", amina), {"version": latest_version(amina)})

    assert "This step does not apply to the account as it is now." in page
    assert refused.status_code == 409
    assert "has set a password already" in refused.text
