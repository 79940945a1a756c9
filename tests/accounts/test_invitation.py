"""The link of an invitation, and the page on which the invited person sets a password."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Invitation, User
from accounts.services.invitations import (
    accept_invitation,
    invitation_url,
    token_of,
)
from tests.accounts.second_factor import PASSWORD
from tests.factories import InvitationFactory, UserFactory
from tests.triage.staff import observer, signed_in

DAY = timedelta(days=1)
TYPED = {"new_password1": PASSWORD, "new_password2": PASSWORD}


@pytest.fixture
def invitation():
    now = timezone.now()
    user = User.objects.create_user("kofi@example.org", name="Kofi Mensah", is_staff=True)
    return InvitationFactory(user=user, sent_at=now, expires_at=now + DAY)


def page_of(invitation):
    return reverse("accounts:invitation", args=[token_of(invitation)])


def test_page_says_whose_invitation_it_is_and_changes_nothing(client, invitation):
    response = client.get(page_of(invitation))

    assert response.status_code == 200
    assert "Welcome, <bdi>Kofi Mensah</bdi>." in response.text
    assert "<bdi>kofi@example.org</bdi>" in response.text
    assert "no-store" in response["Cache-Control"]
    assert response["X-Robots-Tag"] == "noindex, nofollow"
    assert not User.objects.get(pk=invitation.user.pk).has_usable_password()
    assert list(Invitation.objects.all()) == [invitation]


def test_person_sets_a_password_and_is_signed_in(client, invitation):
    response = client.post(page_of(invitation), TYPED)

    user = User.objects.get(pk=invitation.user.pk)
    latest = user.history.latest("history_id")
    assert response["Location"] == reverse("admin:index")
    assert client.get(reverse("admin:index")).wsgi_request.user == user
    assert user.check_password(PASSWORD)
    assert user.signed_in_at is not None
    assert (latest.history_change_reason, latest.history_by_name) == (
        "Invitation accepted",
        "Kofi Mensah",
    )
    assert list(Invitation.objects.all()) == []


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({}, "Enter a password."),
        ({"new_password1": "short", "new_password2": "short"}, "at least 12 characters"),
        ({"new_password1": PASSWORD, "new_password2": f"{PASSWORD}!"}, "match"),
        ({"new_password1": "kofi@example.org", "new_password2": "kofi@example.org"}, "similar"),
    ],
)
def test_password_that_is_not_good_enough_is_refused(client, invitation, typed, said):
    response = client.post(page_of(invitation), typed)

    assert response.status_code == 422
    assert said in response.text
    assert not User.objects.get(pk=invitation.user.pk).has_usable_password()
    assert list(Invitation.objects.all()) == [invitation]


def used(invitation):
    accept_invitation(invitation=invitation, password="another long password", at=timezone.now())


def expired(invitation):
    now = timezone.now()
    Invitation.objects.update(sent_at=now - 8 * DAY, expires_at=now - DAY)


def replaced(invitation):
    Invitation.objects.all().delete()
    InvitationFactory(user=invitation.user, expires_at=timezone.now() + DAY)


ENDS = [
    used,
    expired,
    replaced,
    lambda _invitation: Invitation.objects.all().delete(),
    lambda invitation: User.objects.filter(pk=invitation.user.pk).update(is_active=False),
    lambda invitation: User.objects.filter(pk=invitation.user.pk).update(is_staff=False),
]
FORGED = ["x", "WzEsIngiXQ:" + "a" * 43, "null", "%00", "[1,2]", "é" * 40]


@pytest.mark.parametrize("end", ENDS)
def test_link_that_has_ended_is_answered_like_a_forged_one(client, invitation, end):
    page = page_of(invitation)
    end(invitation)
    before = list(User.objects.values()), list(Invitation.objects.values())
    forged = client.get(reverse("accounts:invitation", args=["x"])).text

    answers = [client.get(page), client.post(page, TYPED)]

    assert [answer.status_code for answer in answers] == [404, 404]
    assert {without_token(answer.text) for answer in answers} == {without_token(forged)}
    assert "_auth_user_id" not in client.session
    assert (list(User.objects.values()), list(Invitation.objects.values())) == before


def without_token(text):
    """Return a page without what differs in every answer."""
    return re.sub(r'(name="csrfmiddlewaretoken" value|name="next" value)="[^"]*"', "", text)


@pytest.mark.parametrize("token", FORGED)
def test_forged_link_opens_nothing(client, invitation, token):
    assert client.get(f"/accounts/invitation/{token}/").status_code == 404
    assert client.post(f"/accounts/invitation/{token}/", TYPED).status_code == 404
    assert list(Invitation.objects.all()) == [invitation]


def test_link_works_once(invitation):
    first, second = Client(), Client()
    page = page_of(invitation)
    first.get(page)
    second.get(page)

    statuses = [each.post(page, TYPED).status_code for each in (first, second)]

    assert statuses == [302, 404]


def test_page_is_in_the_language_of_the_mail_unless_another_was_chosen(client, invitation):
    User.objects.filter(pk=invitation.user.pk).update(language="fr")

    in_french = client.get(page_of(invitation), headers={"accept-language": "en"})
    client.cookies["django_language"] = "en"
    in_english = client.get(page_of(invitation))

    assert in_french["Content-Language"] == "fr"
    assert in_english["Content-Language"] == "en"


def test_administration_goes_on_in_the_language_of_the_page(client, invitation):
    User.objects.filter(pk=invitation.user.pk).update(language="fr")

    client.post(page_of(invitation), TYPED, headers={"accept-language": "en"})

    page = client.get(reverse("admin:index"), headers={"accept-language": "en"})
    assert page["Content-Language"] == "fr"


def test_colleague_who_is_signed_in_there_is_signed_out(invitation):
    client = signed_in(observer(name="Ingrid Berg"))

    page = client.get(page_of(invitation)).text
    client.post(page_of(invitation), TYPED)

    assert "<bdi>Ingrid Berg</bdi> is signed in here and will be signed out." in page
    assert client.get(reverse("admin:index")).wsgi_request.user == invitation.user


def test_url_has_the_token_and_the_host(invitation, settings):
    settings.SITE_URL = "https://p2c.example"

    assert invitation_url(invitation) == f"https://p2c.example{page_of(invitation)}"


def test_sign_in_is_recorded_without_a_version_in_the_history(client):
    user = UserFactory()
    user.set_password(PASSWORD)
    user.save()
    versions = user.history.count()

    client.post(reverse("accounts:sign_in"), {"username": user.email, "password": PASSWORD})

    user.refresh_from_db()
    assert user.signed_in_at is not None
    assert user.history.count() == versions
