"""A refused admin page says which permission is missing, and who has it."""

import pytest
from django.test import Client
from django.urls import reverse

from focus_areas.models import FocusArea
from members.models import MemberStatus
from tests.factories import FocalPointFactory, MemberFactory, MessageFactory, UserFactory
from tests.triage.staff import coordinator, observer, officer, signed_in

DESK = '<a href="/admin/">Go to the administration</a>'


def words_of(response):
    return " ".join(response.content.decode().split())


def is_at_the_desk(response):
    page = words_of(response)
    return 'id="user-tools"' in page and DESK in page and "mailto:" not in page


def test_refusal_stays_at_the_desk_and_says_what_is_lacking_and_who_has_it():
    officer(name="Amina Diallo")
    member = FocalPointFactory().member

    response = signed_in(observer(name="Ingrid Berg")).get(
        reverse("admin:members_member_admit", args=[member.pk])
    )

    assert response.status_code == 403
    assert is_at_the_desk(response)
    page = words_of(response)
    assert "<h1>You do not have access to this page</h1>" in page
    assert "<strong>Can admit a member to a focus area and move it</strong>" in page
    assert "Triage officers" in page
    assert "<bdi>Amina Diallo</bdi>" in page


def test_form_whose_cookie_is_gone_is_refused_at_the_desk():
    person = officer()
    client = Client(enforce_csrf_checks=True)
    client.force_login(person)
    member = FocalPointFactory().member

    response = client.post(reverse("admin:members_member_take", args=[member.pk]))

    assert response.status_code == 403
    assert is_at_the_desk(response)
    assert "the portal checks a cookie" in words_of(response)


@pytest.mark.parametrize("path", ["/admin/members/member/999999/change/", "/admin/nothing/"])
def test_page_that_does_not_exist_is_missing_at_the_desk(path):
    response = signed_in(officer()).get(path)

    assert response.status_code == 404
    assert is_at_the_desk(response)


def test_pages_of_the_desk_say_what_is_not_done_there_and_who_may():
    member = MemberFactory()
    FocalPointFactory(member=member)
    failed = MessageFactory(status="failed")
    officer(name="Amina Diallo")
    client = signed_in(observer())
    pages = {
        reverse("admin:members_member_changelist"): "Can admit a member to a focus area",
        reverse("admin:members_member_change", args=[member.pk]): "Can close a member without",
        reverse(
            "admin:outbox_message_change", args=[failed.pk]
        ): "Can retry a failed or deferred message",
    }

    for path, words in pages.items():
        page = words_of(client.get(path))
        assert "Actions that you cannot do here, and who can" in page, path
        assert words in page, path
        assert "<bdi>Amina Diallo</bdi>" in page, path


def test_coordinator_reads_what_is_not_theirs_to_do():
    area = FocusArea.objects.get(number=1)
    member = FocalPointFactory(member__status=MemberStatus.ADMITTED, member__focus_area=area).member

    page = words_of(
        signed_in(coordinator(area)).get(reverse("admin:members_member_change", args=[member.pk]))
    )

    assert "Can withdraw a member at its request" in page
    assert "Can add internal notes to a member" not in page


@pytest.mark.parametrize(
    ("is_superuser", "method", "name", "words"),
    [
        (False, "get", "members_call_add", "Can add: calls"),
        (False, "get", "outbox_message_changelist", "Can view: messages"),
        (False, "post", "outbox_message_retry_deferred", "Can retry a failed or deferred message"),
        (False, "get", "members_membermessage_changelist", "Can view: letters to members"),
        (True, "get", "members_member_add", "This is not possible here, whatever your permissions"),
    ],
)
def test_refusal_names_its_permission_or_that_nobody_has_it(is_superuser, method, name, words):
    client = signed_in(UserFactory(name="Newcomer", is_superuser=is_superuser))

    response = getattr(client, method)(reverse(f"admin:{name}"))

    assert response.status_code == 403
    assert is_at_the_desk(response)
    assert words.lower() in words_of(response).lower()


def test_refusal_outside_the_desk_or_of_who_is_no_staff_is_on_the_public_site():
    missing = signed_in(officer()).get("/en/nothing/")
    refused = signed_in(UserFactory(is_staff=False)).get("/admin/login/")

    assert (missing.status_code, refused.status_code) == (404, 403)
    assert not any('id="user-tools"' in words_of(each) for each in (missing, refused))
