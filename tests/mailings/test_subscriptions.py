import pytest
from django.test import Client
from django.urls import reverse

from mailings.models import MailingKind, Unsubscription
from mailings.services.sending import send_due_mailings
from mailings.services.subscriptions import is_unsubscribed, resubscribe, unsubscribe
from mailings.services.unsubscribe_links import unsubscribe_address
from members.models import FocalPoint
from members.services.focal_points import revoke_links
from members.services.letters.resend import resend
from members.services.private_links import LinkPurpose, token_for
from outbox.models import CancelReason, Message, MessageStatus
from outbox.services.queue import Expired, PrivateLinkMissing, retry_message
from tests.eoi.own import address_of
from tests.factories import NOON, UserFactory
from tests.mailings.mailings import deliver, going, person

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


def path_of(focal_point):
    """The path of the URL in the header of a message."""
    return "/" + unsubscribe_address(focal_point).split("/", 3)[3]


def unsubscribed():
    return list(Unsubscription.objects.order_by("pk").values_list("address", flat=True))


def test_unsubscribe_cancels_the_bulletin_that_waits_and_no_letter():
    ada, other = person(email="ada@example.org"), person(email="other@example.org")
    going(ada, kind=MailingKind.BULLETIN)
    deliver(*Message.objects.all())
    going(ada, other, kind=MailingKind.BULLETIN)
    going(ada)

    unsubscribe(focal_point=ada, at=NOON)

    found = Message.objects.order_by("pk").values_list("recipient", "status")
    assert list(found) == [
        ("ada@example.org", "sent"),
        ("ada@example.org", "cancelled"),
        ("other@example.org", "queued"),
        ("ada@example.org", "queued"),
    ]


def test_bulletin_that_failed_is_not_tried_again_once_its_reader_has_unsubscribed():
    ada = person()
    going(ada, kind=MailingKind.BULLETIN)
    Message.objects.update(status=MessageStatus.FAILED)

    unsubscribe(focal_point=ada, at=NOON)

    with pytest.raises(Expired):
        retry_message(message=Message.objects.get(), by=UserFactory(), at=NOON)
    assert Message.objects.get().private_unsubscribe == ""


def test_one_click_of_a_mail_program_unsubscribes_without_cookie_or_page():
    ada = person(email="ada@example.org")
    client = Client(enforce_csrf_checks=True)

    response = client.post(path_of(ada), ONE_CLICK)

    assert response.status_code == 200
    assert unsubscribed() == ["ada@example.org"]


@pytest.mark.parametrize("method", ["get", "head"])
def test_opening_the_link_changes_nothing_and_leads_to_the_page_in_the_readers_language(method):
    ada = person(email="ada@example.org", language="fr")

    response = getattr(Client(), method)(path_of(ada))

    token = token_for(ada, LinkPurpose.BULLETINS)
    assert (response.status_code, response["Location"]) == (302, f"/fr/bulletins/{token}/")
    assert response["X-Robots-Tag"] == "noindex, nofollow"
    assert Client().get(response["Location"]).status_code == 200
    assert unsubscribed() == []


def test_page_unsubscribes_by_a_button_and_subscribes_again_by_another(client):
    ada = person(email="ada@example.org")
    page = reverse("mailings:subscription", args=[token_for(ada, LinkPurpose.BULLETINS)])
    assert "Unsubscribe from the bulletins" in client.get(page).text

    after = client.post(page, {"wish": "unsubscribe"}, follow=True)

    assert unsubscribed() == ["ada@example.org"]
    assert "You are unsubscribed" in after.text
    assert "Subscribe again" in after.text

    client.post(page, {"wish": "subscribe"})

    assert unsubscribed() == []


@pytest.mark.parametrize("name", ["mailings:subscription", "mailings:unsubscribe"])
def test_link_that_is_altered_revoked_or_of_something_else_opens_nothing(client, name):
    ada = person()
    token = token_for(ada, LinkPurpose.BULLETINS)
    others = [token[:-1] + "x", token_for(ada, LinkPurpose.EOI), "nonsense"]
    FocalPoint.objects.filter(pk=ada.pk).update(link_version=2)

    answers = [
        method(reverse(name, args=[each]))
        for each in (token, *others)
        for method in (client.get, client.post)
    ]

    assert {answer.status_code for answer in answers} == {404}
    assert "This link is not valid" in answers[0].text
    assert unsubscribed() == []


def test_link_of_the_bulletins_opens_nothing_else(client):
    ada = person()
    eoi = address_of(ada)
    token = token_for(ada, LinkPurpose.BULLETINS)

    assert client.get(eoi).status_code == 200
    assert client.get(f"{eoi.rstrip('/').rpartition('/')[0]}/{token}/").status_code == 404


def test_bulletin_that_waits_goes_with_the_links_of_its_reader_and_a_letter_stays():
    ada, other = person(email="ada@example.org"), person(email="other@example.org")
    going(ada, other, kind=MailingKind.BULLETIN)
    going(ada)

    revoke_links(focal_point=ada, link_version=ada.link_version, by=UserFactory(), at=NOON)

    found = Message.objects.order_by("pk").values_list("recipient", "status", "cancel_reason")
    assert list(found) == [
        ("ada@example.org", "cancelled", CancelReason.LINKS_REVOKED),
        ("other@example.org", "queued", ""),
        ("ada@example.org", "queued", ""),
    ]

    send_due_mailings(at=NOON)

    again = Message.objects.order_by("pk")[3]
    assert again.recipient == "ada@example.org"
    assert again.private_unsubscribe == unsubscribe_address(FocalPoint.objects.get(pk=ada.pk))


def test_letter_of_a_mailing_that_failed_is_written_again_and_a_bulletin_is_not():
    ada = person(email="old@example.org")
    going(ada, kind=MailingKind.BULLETIN)
    going(ada)
    Message.objects.update(status=MessageStatus.FAILED)
    FocalPoint.objects.filter(pk=ada.pk).update(email="new@example.org")
    bulletin, letter = Message.objects.order_by("pk")

    again = resend(message=letter, times=0, by=UserFactory(), at=NOON)

    assert (again.recipient, again.resent_from) == ("new@example.org", letter)
    # The page did not ask about bulletins.
    with pytest.raises(PrivateLinkMissing):
        resend(message=bulletin, times=0, by=UserFactory(), at=NOON)


def test_unsubscribe_is_of_the_address_in_whatever_role_and_taken_back_by_subscribing():
    ada, again = person(email="Ada@example.org"), person(email="ada@example.org")
    other = person(email="other@example.org")

    unsubscribe(focal_point=ada, at=NOON)
    unsubscribe(focal_point=again, at=NOON)

    assert unsubscribed() == ["ada@example.org"]
    assert [is_unsubscribed(each) for each in (ada, again, other)] == [True, True, False]

    resubscribe(focal_point=ada)
    resubscribe(focal_point=ada)

    assert unsubscribed() == []
