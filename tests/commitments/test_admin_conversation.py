"""The conversation on the page of a commitment: letters about it, replies, notes and events."""

from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.urls import reverse

from commitments.models import EventKind
from commitments.services.topics import topic_of
from tests.commitments.desk import sent
from tests.factories import (
    NOON,
    CommitmentFactory,
    IncomingFileFactory,
    IncomingMailFactory,
    MessageFactory,
)
from tests.papers.files import PDF
from tests.triage.staff import observer, officer, signed_in

HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)


@pytest.fixture
def commitment():
    commitment = sent()
    commitment.events.create(kind=EventKind.SUBMITTED, at=NOON)
    commitment.events.create(kind=EventKind.NOTE_ADDED, at=NOON + 3 * HOUR, note="A note.")
    return commitment


def replied(commitment, **facts):
    """A reply to a letter about a commitment, which has the reference of its lead."""
    reference = commitment.lead.reference
    letter = MessageFactory(
        reference=reference, topic=topic_of(commitment, "asked", 1), queued_at=NOON + HOUR
    )
    facts = {"sender": letter.recipient, "received_at": NOON + 2 * HOUR, **facts}
    return IncomingMailFactory(message=letter, reference=reference, **facts)


def url(page, commitment, *more):
    return reverse(f"admin:commitments_commitment_{page}", args=[commitment.pk, *more])


def shown(client, commitment, part=""):
    page = client.get(url("change", commitment), {"part": part})
    return [piece.kind for piece in page.context["conversation"]]


def test_conversation_is_one_list_the_latest_first_with_a_filter(commitment):
    replied(commitment)
    client = signed_in(officer())

    assert shown(client, commitment) == ["note", "reply", "letters", "entry"]
    assert shown(client, commitment, "mail") == ["reply", "letters"]
    assert shown(client, commitment, "notes") == ["note"]
    assert shown(client, commitment, "history") == ["entry"]


def test_page_shows_a_reply_and_the_letter_that_it_answers(commitment):
    mail = replied(commitment, text="نعم")

    page = signed_in(observer()).get(url("change", commitment)).text

    assert 'dir="auto">نعم</div>' in page
    assert f'href="#message-{mail.message.pk}"' in page
    assert f'id="message-{mail.message.pk}"' in page


def test_mail_with_the_reference_of_the_commitment_is_in_its_conversation(commitment):
    IncomingMailFactory(reference=commitment.reference, text="By its reference.")

    assert "By its reference." in signed_in(observer()).get(url("change", commitment)).text


def test_mail_about_another_commitment_of_the_lead_is_not(commitment):
    file = IncomingFileFactory(mail=replied(CommitmentFactory(lead=commitment.lead)))
    client = signed_in(observer())

    assert "reply" not in shown(client, commitment)
    assert client.get(url("reply_file", commitment, file.pk)).status_code == 404


def test_file_of_a_reply_is_sent_to_be_saved(commitment):
    name = default_storage.save("incoming-files/a", ContentFile(PDF))
    file = IncomingFileFactory(mail=replied(commitment), file=name)

    response = signed_in(observer()).get(url("reply_file", commitment, file.pk))

    assert b"".join(response.streaming_content) == PDF
    assert response["Content-Disposition"] == 'attachment; filename="Statutes.pdf"'
