import pytest
from django.contrib.auth.models import Group, Permission
from django.test import Client
from django.urls import reverse

from accounts.models import User
from core.history import set_history_actor
from tests.accounts.second_factor import a_passkey_of, give_app
from tests.factories import NOON, UserFactory
from tests.hostile.pages import Page

# The other form data of an account, as a superuser sends it.
MAIL = {"language": "en", "time_zone": "Europe/Zurich", "wants_digest": "on"}

PASSWORD = "seventeen-green-lamps"


@pytest.fixture
def superuser(client):
    user = UserFactory(is_superuser=True, name="Root")
    client.force_login(user)
    return user


def address(page, *arguments):
    return reverse(f"admin:accounts_user_{page}", args=arguments)


def shown(row):
    """The history field of a row's form, as the user opened it."""
    return {"history_shown": row.history.latest("history_id").pk}


def test_account_is_added_by_email_and_name(client, superuser):
    response = client.post(
        address("add"),
        {
            "email": "ada@example.org",
            "name": "Ada",
            "usable_password": "true",
            "password1": PASSWORD,
            "password2": PASSWORD,
        },
    )

    user = User.objects.get(email="ada@example.org")
    assert response["Location"] == address("change", user.pk)
    assert (user.name, user.is_staff, user.check_password(PASSWORD)) == ("Ada", False, True)


def test_account_is_deactivated_put_in_a_group_and_given_preferences(client, superuser):
    user = UserFactory(email="ada@example.org", name="Ada")
    group = Group.objects.get(name="Observers")

    client.post(
        address("change", user.pk),
        {
            "language": "fr",
            "time_zone": "Asia/Kathmandu",
            "email": "ada@example.org",
            "name": "Ada L.",
            "is_staff": "on",
            "groups": [group.pk],
            **shown(user),
        },
    )

    user.refresh_from_db()
    assert (user.name, user.is_active, user.is_staff) == ("Ada L.", False, True)
    assert (user.language, user.time_zone, user.wants_digest) == ("fr", "Asia/Kathmandu", False)
    assert list(user.groups.all()) == [group]


def test_account_that_a_colleague_deactivated_meanwhile_is_not_put_back(client, superuser):
    user = UserFactory(email="ada@example.org", name="Ada")
    typed = {"email": user.email, "name": "Ada L.", "is_active": "on", **shown(user)}
    set_history_actor(user, UserFactory(name="Grace"), NOON)
    user.is_active = False
    user.save()

    response = client.post(address("change", user.pk), typed)

    user.refresh_from_db()
    assert response.status_code == 409
    assert (
        "Grace changed this on 25 October 2021, 14:00, after you opened it."
        in response.content.decode()
    )
    assert response.context["adminform"].form["name"].value() == "Ada L."
    assert (user.name, user.is_active) == ("Ada", False)


def test_account_of_a_member_keeps_a_language_that_has_no_pages(client, superuser):
    user = UserFactory(language="ru", is_staff=False)

    page = Page(client.get(address("change", user.pk)))

    assert page.fields_of(address("change", user.pk))["language"] == [b"ru"]


def test_group_that_a_colleague_changed_meanwhile_is_not_saved_over(client, superuser):
    group = Group.objects.get(name="Observers")
    page = reverse("admin:auth_group_change", args=[group.pk])
    before = client.get(page).context["adminform"].form.initial["history_shown"] or ""
    group.name = "Auditors"
    group.save()

    response = client.post(page, {"name": "Onlookers", "history_shown": before})

    group.refresh_from_db()
    assert response.status_code == 409
    assert group.name == "Auditors"
    assert group.permissions.exists()


@pytest.mark.parametrize("name", ["Groups", "User permissions"])
def test_rights_are_boxes_to_tick_under_one_name(client, superuser, name):
    page = client.get(address("change", superuser.pk))

    assert f'<div class="checkboxes" role="group" aria-label="{name}"><div id="id_' in page.text


def test_history_says_who_changed_what(client, superuser):
    user = UserFactory(name="Ada", email="ada@example.org")
    client.post(
        address("change", user.pk),
        {**MAIL, "email": "ada@example.org", "name": "Ada L.", **shown(user)},
    )

    page = client.get(address("history", user.pk)).content.decode()

    assert "<del><bdi>Ada</bdi></del>" in page
    assert "<ins><bdi>Ada L.</bdi></ins>" in page
    assert "Root" in page
    assert "password" not in page.replace("password_change", "").replace("Change password", "")


def test_history_says_what_was_added_to_a_list_and_what_was_taken_away(client, superuser):
    user, other = UserFactory(name="Ada"), Group.objects.create(name="Other")
    user.groups.add(Group.objects.get(name="Observers"), other)
    user.groups.remove(other)

    page = client.get(address("history", user.pk)).content.decode()

    assert "Groups, added: <ins><bdi>Observers, Other</bdi></ins>" in page
    assert "Groups, removed: <del><bdi>Other</bdi></del>" in page


def test_history_shortens_what_is_long_without_the_words_of_a_library(client, superuser):
    user = UserFactory(name="A" * 150)
    client.post(
        address("change", user.pk),
        {**MAIL, "email": user.email, "name": "A" * 149 + "B", **shown(user)},
    )

    page = client.get(address("history", user.pk)).content.decode()

    assert "[…]" in page
    assert "chars]" not in page


def an_editor():
    """Return a client of a user who may edit accounts and is not a superuser."""
    editor = UserFactory()
    editor.user_permissions.add(
        *Permission.objects.filter(codename__in=["change_user", "view_user"])
    )
    client = Client()
    client.force_login(editor)
    return client, editor


def test_editor_gives_nobody_rights():
    client, editor = an_editor()
    group = Group.objects.get(name="Triage officers")

    client.post(
        address("change", editor.pk),
        {
            "email": editor.email,
            "name": "Editor",
            "is_active": "on",
            "is_staff": "on",
            "is_superuser": "on",
            "groups": [group.pk],
            **shown(editor),
        },
    )

    editor.refresh_from_db()
    assert editor.name == "Editor"
    assert not editor.is_superuser
    assert list(editor.groups.all()) == []


def test_editor_does_not_change_a_superusers_account_or_password(superuser):
    client, _editor = an_editor()

    responses = [
        client.post(address("change", superuser.pk), {"email": "mine@example.org"}),
        client.post(
            reverse("admin:auth_user_password_change", args=[superuser.pk]),
            {"usable_password": "true", "password1": PASSWORD, "password2": PASSWORD},
        ),
    ]

    superuser.refresh_from_db()
    assert [response.status_code for response in responses] == [403, 403]
    assert superuser.email != "mine@example.org"
    assert not superuser.check_password(PASSWORD)


def test_old_address_of_the_list_leads_to_the_one_of_staff(client, superuser):
    response = client.get(address("changelist"))

    assert response.headers["Location"] == reverse("admin:accounts_user_staff")


# Second factors ---------------------------------------------------------------------------------


def test_account_says_whether_its_person_has_a_second_factor(client, superuser):
    nobody, somebody = UserFactory(), UserFactory()
    give_app(somebody)
    a_passkey_of(somebody)
    a_passkey_of(somebody)

    said = {
        user: Page(client.get(address("change", user.pk))).text.partition("Second factor: ")[2]
        for user in (nobody, somebody)
    }

    assert said[nobody].startswith("None ")
    assert said[somebody].startswith("Authenticator app 2 passkeys ")


# Who opens these pages --------------------------------------------------------------------------


def test_superuser_does_not_lock_themselves_out(client, superuser):
    typed = {**MAIL, "email": superuser.email, "name": "Root", **shown(superuser)}

    client.post(address("change", superuser.pk), typed)

    superuser.refresh_from_db()
    assert (superuser.is_active, superuser.is_staff, superuser.is_superuser) == (True, True, True)
