"""A letter to one organisation that decides nothing."""

import pytest

from members.models import MemberStatus, TimelineEntry, TimelineKind
from members.services.correspondence import write_letter
from members.services.letter_drafts import save_letter_draft
from outbox.models import Message
from outbox.services.letters import EditableLetter
from tests.factories import NOON, FocalPointFactory, MemberFactory, UserFactory
from tests.refusals import refused
from tests.triage.staff import reasons

pytestmark = pytest.mark.django_db


def a_member(**facts):
    member = MemberFactory(**facts)
    FocalPointFactory(member=member, email="ada@example.org", language="en")
    FocalPointFactory(member=member, email="two@example.org", language="fr", is_alternate=True)
    return member


@pytest.mark.parametrize("status", MemberStatus)
def test_letter_goes_to_each_focal_point_in_their_language_and_changes_no_status(status):
    member, officer = a_member(status=status), UserFactory()

    entry = write_letter(member=member, text="See you in *Geneva*.", by=officer, at=NOON)

    member.refresh_from_db()
    assert (member.status, member.version) == (status, 2)
    assert (entry.kind, entry.note, entry.by_user, entry.is_public, entry.settles_at) == (
        TimelineKind.LETTER_SENT,
        "See you in *Geneva*.",
        officer,
        False,
        None,
    )
    english, french = Message.objects.order_by("pk")
    assert (english.recipient, french.recipient) == ("ada@example.org", "two@example.org")
    assert (english.language, french.language) == ("en", "fr")
    assert english.subject == f"{member.reference}: About your expression of interest"
    assert "See you in \\*Geneva\\*." in english.body
    assert "Nous vous écrivons" in french.body
    assert english.due_at == NOON
    assert {m.reference for m in (english, french)} == {member.reference}
    assert {m.conversations for m in (english, french)} == {member.reference}


def test_standard_texts_are_in_the_language_of_each_reader():
    member, [reason] = a_member(), reasons("what-it-does")

    entry = write_letter(member=member, reasons=[reason], by=UserFactory(), at=NOON)

    english, french = Message.objects.order_by("pk")
    assert reason.snippet_en in english.body
    assert reason.snippet_fr in french.body
    assert entry.reasons_given.count() == 1


def test_edited_letter_replaces_the_text():
    letter = EditableLetter("Hello", "Please call us.", language="en")

    write_letter(member=a_member(), text="x", by=UserFactory(), at=NOON, message=letter)

    assert all("Please call us." in message.body for message in Message.objects.all())
    assert Message.objects.count() == 2


def test_letter_that_is_sent_twice_is_written_once():
    member = a_member()
    first = write_letter(member=member, text="Hello", by=UserFactory(), at=NOON, version=1)

    with refused(""):
        write_letter(member=member, text="Hello", by=UserFactory(), at=NOON, version=1)

    assert list(TimelineEntry.objects.filter(member=member)) == [first]
    assert Message.objects.count() == 2


def test_letter_is_refused_if_it_is_not_to_be_sent_or_nobody_is_left_to_read_it():
    member = a_member()
    emptied = a_member(status=MemberStatus.CLOSED, personal_data_deleted_at=NOON)

    with refused("no_letter"):
        write_letter(member=member, text="x", by=UserFactory(), at=NOON, message=None)
    with refused("personal_data_deleted"):
        write_letter(member=emptied, text="x", by=UserFactory(), at=NOON)

    assert not TimelineEntry.objects.exists()
    assert not Message.objects.exists()


def test_letter_ends_its_draft():
    member, officer = a_member(status=MemberStatus.ADMITTED), UserFactory()
    save_letter_draft(
        row=member,
        kind=TimelineKind.LETTER_SENT,
        from_statuses=tuple(MemberStatus),
        form_data="text=Hello",
        in_place_of=0,
        by=officer,
        at=NOON,
    )

    write_letter(member=member, text="Hello", by=officer, at=NOON)

    assert not member.letter_drafts.open().exists()
