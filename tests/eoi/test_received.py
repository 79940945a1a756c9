"""The page after an EOI was sent: the reference, and the correction of a wrong address."""

import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from eoi.services.spam_check import CORRECTIONS_PER_EOI
from eoi.views.received import ADDRESS_SHOWN_FOR
from members.models import (
    Call,
    FocalPoint,
    Member,
    MemberStatus,
    TimelineEntry,
    TimelineKind,
)
from members.services.private_links import InvalidLink, LinkPurpose, focal_point_of, token_for
from outbox.models import Message, MessageStatus
from tests.eoi.form import FORM, RECEIVED, posted, text_of, words_of

pytestmark = [pytest.mark.usefixtures("open_call")]


def test_eoi_received_gives_the_reference_and_says_what_comes_next(client):
    Call.objects.update(reply_within_days=12)
    client.post(FORM, posted(confirmed="1"))

    response = client.get(RECEIVED)

    words = words_of(response)
    assert Member.objects.get().reference in words
    assert "We are sending an acknowledgement to the email address that you provided." in words
    assert "writes to the focal point within 12 working days" in words
    assert "You do this there: Follow its status, and answer our questions." in words
    assert "Ministry of Digital Affairs" not in text_of(response)
    assert response["Cache-Control"] == "private, no-cache"


def test_eoi_received_says_of_what_is_suspected_that_it_arrived_and_no_mail_goes_out_yet(client):
    client.post(FORM, posted(confirmed="1", leave_empty="x"))

    words = words_of(client.get(RECEIVED))

    assert Member.objects.get().reference in words
    assert (
        "It was received in time. Our team reviews it before we write to the email address that "
        "you provided."
    ) in words
    assert "We are sending" not in words


def test_eoi_received_says_that_the_acknowledgement_waits(client, settings):
    settings.ACKNOWLEDGEMENTS_PER_HOUR = 1
    Client().post(FORM, posted(submission_key="first", confirmed="1", organisation_name="First"))
    client.post(FORM, posted(confirmed="1"))

    words = words_of(client.get(RECEIVED))

    assert "it may take some hours until our email reaches you" in words
    assert "We are sending" not in words


@pytest.mark.parametrize("cookie", ["", "P2C-234567", "P2C-234567:forged:signature"])
def test_eoi_received_tells_a_stranger_nothing(client, cookie):
    client.post(FORM, posted(confirmed="1"))
    stranger = Client()
    if cookie:
        stranger.cookies["eoi_reference"] = cookie

    response = stranger.get(RECEIVED)

    assert response.status_code == 200
    assert "P2C-" not in words_of(response)
    assert "Your reference is in our email to you" in words_of(response)


def test_eoi_received_needs_two_statements(client, django_assert_num_queries):
    client.post(FORM, posted(confirmed="1"))

    with django_assert_num_queries(2):
        client.get(RECEIVED)


@pytest.fixture
def sent(client):
    """The focal point of an EOI that this browser has just sent."""
    client.post(FORM, posted(confirmed="1", email="wanjiku@exmaple.org"))
    return FocalPoint.objects.get()


def correction(person, email="wanjiku@example.org", **changes):
    typed = {
        "seen": person.link_version,
        "family_name": person.family_name,
        "email": email,
        **changes,
    }
    fields = {f"{person.pk}-{name}": value for name, value in typed.items()}
    return {**fields, "focal_point": person.pk}


def written():
    return (
        list(FocalPoint.objects.values_list("email", "link_version")),
        Message.objects.count(),
        TimelineEntry.objects.count(),
    )


def test_eoi_received_says_where_we_write_to(client):
    alternate = {"alternate_family_name": "Otieno", "alternate_email": "otieno@example.org"}
    client.post(FORM, posted(confirmed="1", **alternate))

    words = words_of(client.get(RECEIVED))

    # Whole addresses are for the people who know them.
    assert "Focal point w…@example.org" in words
    assert "Alternate focal point o…@example.org" in words
    assert words.count("Correct it now") == 2
    for hidden in ("wanjiku@", "otieno@", "Ng’ang’a", "Otieno"):
        assert hidden not in text_of(client.get(RECEIVED))


def test_eoi_received_corrects_an_address_that_nobody_has_confirmed(client, sent):
    [old_letter] = Message.objects.all()
    old_token = token_for(sent, LinkPurpose.EOI)

    response = client.post(RECEIVED, correction(sent))

    assert (response.status_code, response["Location"]) == (302, RECEIVED)
    sent.refresh_from_db()
    assert (sent.email, sent.link_version) == ("wanjiku@example.org", 2)
    with pytest.raises(InvalidLink):
        focal_point_of(old_token, LinkPurpose.EOI)
    old_letter.refresh_from_db()
    assert old_letter.cancel_reason or old_letter.status == MessageStatus.SENT
    letter = Message.objects.latest("pk")
    assert letter.recipient == "wanjiku@example.org"
    assert letter.subject == f"{sent.member.reference}: Please confirm your email address"
    assert token_for(sent, LinkPurpose.EOI) in letter.private_page
    entry = TimelineEntry.objects.latest("pk")
    assert (entry.kind, entry.by_focal_point) == (TimelineKind.CORRECTED, sent)
    assert entry.note == "Focal point, email: wanjiku@exmaple.org → wanjiku@example.org"
    assert "The address is corrected." in words_of(client.get(RECEIVED))


def test_eoi_received_tells_the_old_address_in_its_language_and_repeats_nothing(client):
    client.post(FORM, posted(confirmed="1", email="wanjiku@exmaple.org", language="fr"))
    sent = FocalPoint.objects.get()

    client.post(RECEIVED, correction(sent))

    [told] = Message.objects.filter(recipient="wanjiku@exmaple.org").exclude(
        topic__contains="/received/"
    )
    reference = sent.member.reference
    assert told.subject == f"{reference} : adresse électronique corrigée"
    assert (told.language, told.private_page, told.private_code) == ("fr", "", "")
    for typed in ("wanjiku@", "Ministry", "Ng’ang’a"):
        assert typed not in told.body


@pytest.mark.parametrize("family_name", ["NG'ANG'A", " ng’ang’a "])
def test_eoi_received_takes_the_family_name_in_any_spelling(client, sent, family_name):
    client.post(RECEIVED, correction(sent, family_name=family_name))

    assert FocalPoint.objects.get().email == "wanjiku@example.org"


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"family_name": ""}, "Enter the family name that was entered in the form"),
        (
            {"family_name": "Lovelace"},
            "This is not the family name that was entered in the form.",
        ),
        ({"email": "nonsense"}, "Enter a valid email address, like name@example.org"),
        ({"email": "wanjiku@exmaple.org"}, "This is the address that we already have."),
        ({"email": "wanjiku@gmial.com"}, "Did you mean wanjiku@gmail.com?"),
    ],
)
def test_eoi_received_corrects_nothing_for_a_passer_by(client, sent, changes, sentence):
    before = written()

    response = client.post(RECEIVED, correction(sent, **changes))

    assert response.status_code == 422
    assert sentence in words_of(response)
    assert '<details class="panel fold" open>' in text_of(response)
    assert written() == before


@pytest.mark.parametrize(("family_name", "status"), [("X", 422), ("Ng’ang’a", 302)])
def test_eoi_received_limits_corrections_and_attempts_at_the_family_name(
    client, sent, family_name, status
):
    for number in range(CORRECTIONS_PER_EOI):
        sent.refresh_from_db()
        typed = correction(sent, f"a{number}@example.org", family_name=family_name)
        assert client.post(RECEIVED, typed).status_code == status
    sent.refresh_from_db()
    before = written()

    response = client.post(RECEIVED, correction(sent))

    assert response.status_code == 429
    assert int(response["Retry-After"]) > 0
    assert written() == before


def test_eoi_received_forgets_what_was_sent(client, sent):
    assert "Done: forget this on this device" in words_of(client.get(RECEIVED))

    response = client.post(RECEIVED, {"forget": "1"})

    assert (response.status_code, response["Location"]) == (302, "/en/")
    assert sent.member.reference not in words_of(client.get(RECEIVED))
    assert sent_before(client) is None
    assert client.post(RECEIVED, correction(sent)).status_code == 404
    assert FocalPoint.objects.get().email == "wanjiku@exmaple.org"


def test_eoi_received_writes_no_letter_before_an_officer_has_checked_the_eoi(client):
    client.post(FORM, posted(confirmed="1", leave_empty="x", email="wanjiku@exmaple.org"))

    client.post(RECEIVED, correction(FocalPoint.objects.get()))

    assert FocalPoint.objects.get().email == "wanjiku@example.org"
    assert list(Message.objects.all()) == []


def test_eoi_received_takes_an_unusual_address_on_the_second_try(client, sent):
    client.post(RECEIVED, correction(sent, "w@gmial.com", asked_about="w@gmial.com"))

    assert FocalPoint.objects.get().email == "w@gmial.com"


@pytest.mark.parametrize(
    "settled",
    [
        lambda person: FocalPoint.objects.update(confirmed_at=person.member.submitted_at),
        lambda _person: FocalPoint.objects.update(link_version=2),
        lambda person: Member.objects.update(
            status=MemberStatus.WITHDRAWN, withdrawn_at=person.member.submitted_at
        ),
    ],
)
def test_eoi_received_corrects_no_address_that_is_settled(client, sent, settled):
    settled(sent)
    before = written()

    response = client.post(RECEIVED, correction(sent))

    assert response.status_code == 409
    assert "The address can no longer be corrected here." in words_of(response)
    assert written() == before


def test_eoi_received_shows_and_corrects_addresses_for_a_short_time_only(client, sent):
    late = sent.member.submitted_at - ADDRESS_SHOWN_FOR - timedelta(minutes=1)
    Member.objects.update(submitted_at=late)
    before = written()

    response = client.post(RECEIVED, correction(sent))

    assert response.status_code == 404
    assert written() == before
    page = words_of(client.get(RECEIVED))
    assert sent.member.reference in page
    assert "exmaple.org" not in page


@pytest.mark.parametrize("cookie", ["", "P2C-234567"])
def test_eoi_received_corrects_nothing_for_another_browser(client, sent, cookie):
    stranger = Client()
    if cookie:
        stranger.cookies["eoi_reference"] = cookie
    before = written()

    response = stranger.post(RECEIVED, correction(sent))

    assert response.status_code == 404
    assert "P2C-" not in words_of(response)
    assert written() == before


def test_eoi_received_corrects_no_other_expression_of_interest(client, sent):
    other = Client()
    other.post(FORM, posted(confirmed="1", submission_key="other", motivation="Other."))

    response = other.post(RECEIVED, correction(sent))

    assert response.status_code == 404
    sent.refresh_from_db()
    assert sent.email == "wanjiku@exmaple.org"


def test_eoi_received_counts_a_correction_for_its_address_like_an_expression(client, sent):
    for number in range(settings.EOI_PER_ADDRESS):
        Client().post(
            FORM, posted(confirmed="1", submission_key=f"key-{number}", motivation=f"No {number}.")
        )
    before = written()

    response = client.post(RECEIVED, correction(sent))

    assert response.status_code == 429
    assert written() == before


def sent_before(client):
    """The heading of what this browser sent before, on the page of the form."""
    found = re.search(r'<h2 id="sent-before">([^<]+)</h2>', text_of(client.get(FORM)))
    return found[1] if found else None


@pytest.mark.parametrize(
    ("ago", "sentence"),
    [
        (timedelta(seconds=20), "You have just sent {}."),
        (timedelta(seconds=70), "You sent {} 1 minute ago."),
        (timedelta(minutes=3), "You sent {} 3 minutes ago."),
        (timedelta(minutes=119), "You sent {} 1 hour ago."),
        (timedelta(hours=5), "You sent {} 5 hours ago."),
    ],
)
def test_eoi_create_tells_the_browser_what_it_sent_before(client, sent, ago, sentence):
    Member.objects.update(submitted_at=timezone.now() - ago)

    page = client.get(FORM)

    assert sent_before(client) == sentence.format(sent.member.reference)
    assert f'<a class="btn" href="{RECEIVED}">' in text_of(page)
    assert 'name="organisation_name"' in text_of(page)
    assert "Ministry of Digital Affairs" not in text_of(page)
    assert "exmaple.org" not in text_of(page)


def test_eoi_create_tells_nobody_else_and_nothing_of_what_has_ended(client, sent):
    assert sent_before(Client()) is None

    Member.objects.update(status=MemberStatus.WITHDRAWN, withdrawn_at=timezone.now())

    assert sent_before(client) is None
