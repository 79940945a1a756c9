import pytest
from django.urls import reverse

from eoi.services.application_status import application_status
from members.models import Member, MemberStatus, TimelineEntry, TimelineKind
from members.services.assignment import assign_to_self, unassign
from members.services.conflicts import MemberConflict
from members.services.notes import MAX_NOTE_LENGTH, EmptyNote, NoteTooLong, add_note
from members.services.private_links import LinkPurpose, token_for
from outbox.models import Message
from tests.eoi.own import address_of, own_person
from tests.factories import NOON, FocalPointFactory, MemberFactory, UserFactory
from tests.participation.group import browser_of

SECRET = "Ask the Director before anything is promised"


def facts(member):
    return Member.objects.filter(pk=member.pk).values().get()


@pytest.mark.parametrize("status", MemberStatus.values)
def test_note_stands_on_the_timeline_and_changes_nothing_of_the_file(status):
    member = MemberFactory(status=status)
    officer, before = UserFactory(name="Amina Diallo"), facts(member)

    entry = add_note(member=member, text="  They called.\n", by=officer, at=NOON)

    assert facts(member) == before
    assert member.history.count() == 1
    assert list(TimelineEntry.objects.filter(member=member)) == [entry]
    assert (entry.kind, entry.note, entry.by_user, entry.by_name, entry.at, entry.is_public) == (
        TimelineKind.NOTE_ADDED,
        "They called.",
        officer,
        "Amina Diallo",
        NOON,
        False,
    )
    assert list(Message.objects.all()) == []


@pytest.mark.parametrize(
    ("text", "refusal"),
    [("", EmptyNote), (" \n\t ", EmptyNote), ("x" * (MAX_NOTE_LENGTH + 1), NoteTooLong)],
)
def test_note_refuses_what_nobody_reads_and_writes_nothing(text, refusal):
    member = MemberFactory()

    with pytest.raises(refusal):
        add_note(member=member, text=text, by=UserFactory(), at=NOON)

    assert list(TimelineEntry.objects.all()) == []


def test_note_may_be_as_long_as_it_says():
    member = MemberFactory()

    entry = add_note(member=member, text="x" * MAX_NOTE_LENGTH, by=UserFactory(), at=NOON)

    assert len(entry.note) == MAX_NOTE_LENGTH


def test_note_that_a_page_sends_twice_is_one_and_a_colleagues_or_a_later_one_is_another():
    member, officer = MemberFactory(), UserFactory()
    said = {"member": member, "text": "They called.", "at": NOON}
    first = add_note(**said, by=officer, after=0)

    again = add_note(**said, by=officer, after=0)
    of_a_colleague = add_note(**said, by=UserFactory(), after=0)
    # From a page that showed the first one: the same note is added again.
    later = add_note(**said, by=officer, after=first.pk)

    assert again == first
    assert list(TimelineEntry.objects.order_by("pk")) == [first, of_a_colleague, later]


def test_colleague_decides_on_the_file_as_it_was_before_the_note():
    member, officer = MemberFactory(), UserFactory()
    seen = member.version
    add_note(member=member, text="They called.", by=UserFactory(), at=NOON)

    assign_to_self(member=member, by=officer, at=NOON, version=seen)

    assert Member.objects.get().assignee == officer


def test_colleague_is_told_what_changed_the_file_and_not_of_the_note():
    member = MemberFactory()
    assign_to_self(member=member, by=UserFactory(name="Bo Lind"), at=NOON, version=1)
    add_note(member=member, text="They called.", by=UserFactory(name="Amina Diallo"), at=NOON)

    with pytest.raises(MemberConflict, match="Assigned: Bo Lind, Monday 25 October 2021, 14:00"):
        unassign(member=member, by=UserFactory(), at=NOON, version=1)


@pytest.mark.parametrize("status", MemberStatus.values)
def test_note_is_no_part_of_what_the_organisation_reads(client, status):
    person = own_person(status)
    member = person.member
    said_before = application_status(member, member.timeline.all(), zone="Europe/Zurich").happened
    add_note(member=member, text=SECRET, by=UserFactory(name="Amina Diallo"), at=NOON)

    standing = application_status(member, member.timeline.all(), zone="Europe/Zurich")
    page = client.get(address_of(person))

    assert standing.happened == said_before
    assert page.status_code == 200
    assert SECRET not in page.content.decode()
    assert "Amina Diallo" not in page.content.decode()


@pytest.mark.parametrize(
    ("name", "purpose"),
    [("working_group", LinkPurpose.WORKING_GROUP), ("private_feed", LinkPurpose.FEED)],
)
def test_note_is_in_no_page_and_no_feed_of_the_working_group(client, name, purpose):
    person = FocalPointFactory(member=MemberFactory(status=MemberStatus.ADMITTED))
    add_note(member=person.member, text=SECRET, by=UserFactory(), at=NOON)

    response = client.get(reverse(f"participation:{name}", args=[token_for(person, purpose)]))
    page = browser_of(person).get("/en/my/")

    assert (response.status_code, page.status_code) == (200, 200)
    assert SECRET not in response.content.decode() + page.content.decode()
