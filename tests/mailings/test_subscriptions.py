import logging
import re
from importlib import import_module

import pytest
from django.apps import apps
from django.conf import settings
from django.test import Client
from django.urls import reverse

from core.conflicts import Refused
from core.personal_data import erased_address
from mailings.models import MailingKind, Recipient, Unsubscription
from mailings.services.personal_data import PERSONAL_TABLES
from mailings.services.sending import send_due_mailings
from mailings.services.subscriptions import is_unsubscribed, resubscribe, unsubscribe
from mailings.services.unsubscribe_links import unsubscribe_address
from members.models import FocalPoint, MemberStatus
from members.services.corrections import correct_unconfirmed_address
from members.services.focal_points import revoke_links
from members.services.letters.resend import resend
from members.services.private_links import LinkPurpose, name_of_key, token_for
from outbox.models import CancelReason, Message, MessageStatus
from outbox.services.queue import retry_message
from tests.factories import NOON, UserFactory
from tests.mailings.mailings import deliver, going, person
from tests.participation.people import handed_over

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


def delivered(*people, **facts):
    """The recipients of a bulletin that was delivered to some people."""
    mailing = going(*people, kind=MailingKind.BULLETIN, **facts)
    deliver(*Message.objects.all())
    return list(mailing.recipients.order_by("pk"))


def path_of(recipient):
    """The path of the URL in the header of a message."""
    return "/" + unsubscribe_address(recipient).split("/", 3)[3]


def token_of(recipient):
    return path_of(recipient).split("/")[2]


def page_of(recipient):
    return reverse("mailings:subscription", args=[token_of(recipient)])


def unsubscribed():
    return list(Unsubscription.objects.order_by("pk").values_list("address", flat=True))


def test_unsubscribe_cancels_the_bulletin_that_waits_and_no_letter():
    ada, other = person(email="ada@example.org"), person(email="other@example.org")
    going(ada, kind=MailingKind.BULLETIN)
    deliver(*Message.objects.all())
    going(ada, other, kind=MailingKind.BULLETIN)
    going(ada)

    unsubscribe(address=ada.email, at=NOON)

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

    unsubscribe(address=ada.email, at=NOON)

    with pytest.raises(Refused, match="no longer relevant"):
        retry_message(message=Message.objects.get(), by=UserFactory(), at=NOON)
    assert Message.objects.get().private_unsubscribe == ""


def test_one_click_of_a_mail_program_unsubscribes_without_cookie_or_page():
    [ada] = delivered(person(email="Ada@example.org"))
    client = Client(enforce_csrf_checks=True)

    response = client.post(path_of(ada), ONE_CLICK)

    assert response.status_code == 200
    assert unsubscribed() == ["ada@example.org"]


def used():
    """The mailings whose link unsubscribed their recipient."""
    rows = Recipient.objects.filter(unsubscribed_at__isnull=False).order_by("pk")
    return list(rows.values_list("mailing", flat=True))


@pytest.mark.parametrize("place", [path_of, page_of])
def test_mailing_whose_link_was_used_counts_it_once(client, place):
    reader = person(email="ada@example.org")
    [first], [second] = delivered(reader), delivered(reader)

    client.post(place(second), ONE_CLICK)
    [at] = Recipient.objects.filter(pk=second.pk).values_list("unsubscribed_at", flat=True)
    for row in (first, second):
        client.post(place(row), ONE_CLICK)

    assert used() == [second.mailing_id]
    second.refresh_from_db()
    assert second.unsubscribed_at == at
    client.post(page_of(second), {"wish": "subscribe"})
    client.post(place(first), ONE_CLICK)
    assert used() == [first.mailing_id, second.mailing_id]


def test_no_mailing_counts_an_address_that_staff_unsubscribe_or_that_the_row_does_not_have():
    [ada], [alan] = delivered(person()), delivered(person(email="alan@example.org"))

    unsubscribe(address=ada.address, at=NOON)
    unsubscribe(address="other@example.org", recipient=alan.pk, at=NOON)

    assert used() == []


@pytest.mark.parametrize("method", ["get", "head"])
def test_opening_the_link_changes_nothing_and_leads_to_the_page_in_the_readers_language(method):
    [ada] = delivered(person(email="ada@example.org", language="fr"))

    response = getattr(Client(), method)(path_of(ada))

    assert (response.status_code, response["Location"]) == (302, f"/fr/bulletins/{token_of(ada)}/")
    assert response["X-Robots-Tag"] == "noindex, nofollow"
    assert Client().get(response["Location"]).status_code == 200
    assert unsubscribed() == []


def test_page_unsubscribes_by_a_button_and_subscribes_again_by_another(client):
    [ada] = delivered(person(email="ada@example.org"))
    page = page_of(ada)
    assert "Unsubscribe from the bulletins" in client.get(page).text

    after = client.post(page, {"wish": "unsubscribe"}, follow=True)

    assert unsubscribed() == ["ada@example.org"]
    assert "You are unsubscribed" in after.text
    assert "Subscribe again" in after.text

    client.post(page, {"wish": "subscribe"})

    assert unsubscribed() == []


def links_revoked(ada):
    revoke_links(focal_point=ada, link_version=ada.link_version, by=UserFactory(), at=NOON)


def address_corrected(ada):
    correct_unconfirmed_address(
        focal_point=ada,
        family_name=ada.family_name,
        email="grace@example.org",
        link_version=ada.link_version,
        at=NOON,
    )


def role_transferred(ada):
    handed_over(ada, email="grace@example.org")


def message_deleted(_ada):
    Recipient.objects.update(message=None)
    Message.objects.all().delete()


LATER_CHANGES = [links_revoked, address_corrected, role_transferred, message_deleted]
KEEP_LINK_SECRETS = import_module("mailings.migrations.0004_link_secrets_of_bulletins")


def path_of_release_1_0_0(recipient):
    """The path of the URL that release 1.0.0 sent, once its secret is kept."""
    token = token_for(recipient.focal_point, LinkPurpose.BULLETINS)
    KEEP_LINK_SECRETS.keep_link_secrets(apps, None)
    return reverse("mailings:unsubscribe", args=[token])


@pytest.mark.parametrize("path", [path_of, path_of_release_1_0_0])
@pytest.mark.parametrize("happens", LATER_CHANGES)
def test_link_of_a_delivered_bulletin_is_for_its_address_whatever_happens(client, happens, path):
    ada = person(email="Ada@example.org", status=MemberStatus.PENDING)
    [recipient] = delivered(ada)
    address = path(recipient)
    happens(ada)

    page = client.get(address, follow=True)
    answer = client.post(address, ONE_CLICK)

    assert "ada@example.org" in page.text.lower()
    assert "grace@example.org" not in page.text
    assert (page.status_code, answer.status_code) == (200, 200)
    assert unsubscribed() == ["ada@example.org"]


def test_link_does_not_show_the_address():
    [ada] = delivered(person(email="ada@example.org"))

    key = name_of_key(settings.SECRET_KEY)

    # The last part is a signature, which is as long for every address.
    assert re.fullmatch(rf"{key}\.{ada.pk}:[\w-]{{43}}", token_of(ada))


def erased():
    Recipient.objects.update(address=erased_address())


def given_to_another_row():
    """The primary key was used again, after an older backup was restored."""
    Recipient.objects.update(address="grace@example.org")


def deleted():
    Recipient.objects.all().delete()


@pytest.mark.parametrize("happens", [erased, given_to_another_row, deleted])
@pytest.mark.parametrize("name", ["mailings:subscription", "mailings:unsubscribe"])
def test_link_opens_nothing_once_the_row_has_another_address(client, name, happens):
    [ada] = delivered(person(email="ada@example.org"))
    address = reverse(name, args=[token_of(ada)])
    happens()

    answers = [client.get(address), client.post(address, ONE_CLICK)]

    assert [answer.status_code for answer in answers] == [404, 404]
    assert not any("@example.org" in answer.text for answer in answers)
    assert unsubscribed() == []


@pytest.mark.parametrize("name", ["mailings:subscription", "mailings:unsubscribe"])
def test_link_that_is_altered_or_of_somebody_else_opens_nothing(client, name):
    ada, other = delivered(person(email="ada@example.org"), person(email="other@example.org"))
    key, rest = token_of(ada).split(".")
    _pk, signature = rest.split(":")
    altered = [
        f"{key}.{ada.pk}:{signature[:-1]}",
        f"{key}.{other.pk}:{signature}",
        f"00000000.{ada.pk}:{signature}",
        f"{key}.{ada.pk}:",
        f"{key}.{10**17}:{signature}",
        f"{key}.{10**30}:{signature}",
        "nonsense",
    ]

    answers = [
        method(reverse(name, args=[each]))
        for each in altered
        for method in (client.get, client.post)
    ]

    assert {answer.status_code for answer in answers} == {404}
    assert "This link is not valid" in answers[0].text
    assert unsubscribed() == []


def test_link_of_a_former_key_opens_and_is_logged(settings, client, caplog):
    [ada] = delivered(person(email="ada@example.org"))
    path, former = path_of(ada), settings.SECRET_KEY
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "a-new-key-5c1b7e0f93d2", [former]

    with caplog.at_level(logging.INFO):
        response = client.post(path, ONE_CLICK)

    assert (response.status_code, unsubscribed()) == (200, ["ada@example.org"])
    noted = f"Private link of former key {name_of_key(former)} in use: bulletin {ada.pk}"
    assert noted in [record.getMessage() for record in caplog.records]


def test_link_of_a_bulletin_of_release_1_0_0_unsubscribes(client):
    ada = person(email="Ada@example.org")
    address = reverse("mailings:unsubscribe", args=[token_for(ada, LinkPurpose.BULLETINS)])

    response = client.post(address, ONE_CLICK)

    assert (response.status_code, unsubscribed()) == (200, ["ada@example.org"])


def never_sent(ada):
    going(ada)


def corrected_before(ada):
    delivered(ada)
    FocalPoint.objects.filter(pk=ada.pk).update(email="new@example.org")


def erased_afterwards(ada):
    delivered(ada)
    KEEP_LINK_SECRETS.keep_link_secrets(apps, None)
    [declared] = [each for each in PERSONAL_TABLES if each.model == "mailings.Recipient"]
    Recipient.objects.update(**declared.fields)


@pytest.mark.parametrize("happened", [never_sent, corrected_before, erased_afterwards])
def test_revoked_link_of_release_1_0_0_opens_nothing_without_its_address(client, happened):
    ada = person(email="ada@example.org")
    happened(ada)
    address = reverse("mailings:unsubscribe", args=[token_for(ada, LinkPurpose.BULLETINS)])
    KEEP_LINK_SECRETS.keep_link_secrets(apps, None)
    FocalPoint.objects.filter(pk=ada.pk).update(link_version=2, link_secret="another")

    assert client.post(address, ONE_CLICK).status_code == 404
    assert unsubscribed() == []


def test_secrets_of_links_are_kept_once_and_forgotten_again():
    ada = person(email="Ada@example.org")
    delivered(ada)

    KEEP_LINK_SECRETS.keep_link_secrets(apps, None)
    FocalPoint.objects.update(link_secret="of-a-later-time")
    KEEP_LINK_SECRETS.keep_link_secrets(apps, None)

    assert Recipient.objects.get().link_secret == ada.link_secret
    KEEP_LINK_SECRETS.forget_link_secrets(apps, None)
    assert Recipient.objects.get().link_secret == ""


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
    recipient = Recipient.objects.get(message=again)
    assert again.private_unsubscribe == unsubscribe_address(recipient)


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
    with pytest.raises(Refused, match="needs a private link"):
        resend(message=bulletin, times=0, by=UserFactory(), at=NOON)


def test_unsubscribe_is_of_the_address_in_whatever_role_and_taken_back_by_subscribing():
    ada, again = person(email="Ada@example.org"), person(email="ada@example.org")
    other = person(email="other@example.org")

    unsubscribe(address=ada.email, at=NOON)
    unsubscribe(address=again.email, at=NOON)

    assert unsubscribed() == ["ada@example.org"]
    assert [is_unsubscribed(each.email) for each in (ada, again, other)] == [True, True, False]

    resubscribe(address=ada.email)
    resubscribe(address=ada.email)

    assert unsubscribed() == []
