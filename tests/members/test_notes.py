import pytest

from core.conflicts import Conflict, Refused
from members.models import MemberStatus, TimelineEntry, TimelineKind
from members.services.assignment import assign_to_self, unassign
from members.services.notes import MAX_NOTE_LENGTH, add_note
from outbox.models import Message
from tests.factories import NOON, MemberFactory, UserFactory
from tests.members.decisions.files import facts, in_short, refused


@pytest.mark.parametrize("text", ["They called.", "x" * MAX_NOTE_LENGTH])
@pytest.mark.parametrize("status", [MemberStatus.PENDING, MemberStatus.WITHDRAWN])
def test_note_stands_on_the_timeline_and_changes_nothing_of_the_file(status, text):
    member = MemberFactory(status=status)
    officer, before = UserFactory(name="Amina Diallo"), facts(member)

    entry = add_note(member=member, text=f"  {text}\n", by=officer, at=NOON)

    assert facts(member) == before
    assert member.history.count() == 1
    assert list(TimelineEntry.objects.filter(member=member)) == [entry]
    assert in_short(entry) == (TimelineKind.NOTE_ADDED, text, False)
    assert (entry.by_user, entry.by_name, entry.at) == (officer, "Amina Diallo", NOON)
    assert list(Message.objects.all()) == []


@pytest.mark.parametrize(
    ("text", "refusal"),
    [("", "Enter a note"), (" \n\t ", "Enter a note"), ("x" * (MAX_NOTE_LENGTH + 1), "Shorten")],
)
def test_note_refuses_what_nobody_reads_and_writes_nothing(text, refusal):
    member = MemberFactory()

    with refused(member, Refused, refusal):
        add_note(member=member, text=text, by=UserFactory(), at=NOON)


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


def test_colleague_is_told_what_changed_the_file_and_not_of_the_note():
    member = MemberFactory()
    assign_to_self(member=member, by=UserFactory(name="Bo Lind"), at=NOON, version=1)
    add_note(member=member, text="They called.", by=UserFactory(name="Amina Diallo"), at=NOON)

    with pytest.raises(Conflict, match="Assigned: Bo Lind, Monday 25 October 2021, 14:00"):
        unassign(member=member, by=UserFactory(), at=NOON, version=1)
