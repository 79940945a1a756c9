"""Closing a member without a letter, often as a duplicate of another."""

import pytest
from django.utils.translation import gettext, override

from members.models import ClosingReason, MemberStatus, TimelineKind
from members.services.assignment import clear_spam_flag
from members.services.exceptions import NotADuplicate, TargetIsDuplicate
from outbox.models import Message
from tests.factories import NOON, MemberFactory, UserFactory
from tests.members.decisions.files import (
    UNDECIDED,
    close,
    close_as_duplicate,
    closed_as,
    facts,
    in_short,
    member_with_focal_point,
    refused,
    stored,
)


def test_close_as_duplicate_names_the_other_and_stands_on_both_timelines():
    officer = UserFactory(name="Amina Diallo")
    first = MemberFactory(reference="P2C-FRST23")
    member, before = member_with_focal_point(), facts(first)

    entry = close_as_duplicate(member, first, by=officer)

    closed = (MemberStatus.CLOSED, ClosingReason.DUPLICATE, first.pk, officer.pk)
    assert stored(member, "status", "closing_reason", "duplicate_of", "decided_by") == closed
    words = "Duplicate of another member: P2C-FRST23"
    assert in_short(entry) == (TimelineKind.CLOSED, words, False)
    on_the_other = first.timeline.get()
    assert in_short(on_the_other) == (TimelineKind.DUPLICATE_CLOSED, member.reference, False)
    assert (on_the_other.by_name, on_the_other.at) == ("Amina Diallo", NOON)
    assert facts(first) == before
    assert list(Message.objects.all()) == []


def test_close_refuses_a_duplicate_of_a_closed_duplicate_and_names_the_one_that_stands():
    standing = MemberFactory(reference="P2C-STND23", organisation_name="The first")
    other = closed_as(closed_as(standing))
    member = MemberFactory()
    said = rf"{other.reference} was itself closed as .* P2C-STND23 · The first: choose"

    with refused(member, TargetIsDuplicate, said) as raised:
        close_as_duplicate(member, other)

    assert raised.value.standing == standing


def test_close_refuses_a_circle():
    member = MemberFactory()
    other = closed_as(closed_as(member))

    with refused(member, TargetIsDuplicate, "as a duplicate of this member"):
        close_as_duplicate(member, other)


@pytest.mark.parametrize("status", [*UNDECIDED, MemberStatus.ADMITTED, MemberStatus.DECLINED])
def test_close_takes_a_duplicate_of_whatever_is_no_duplicate(status):
    member, other = MemberFactory(), MemberFactory(status=status)

    close_as_duplicate(member, other)

    member.refresh_from_db()
    assert member.duplicate_of == other


@pytest.mark.parametrize(
    ("reason", "of"),
    [
        (ClosingReason.DUPLICATE, "nothing"),
        (ClosingReason.DUPLICATE, "itself"),
        (ClosingReason.ABANDONED, "another"),
    ],
)
def test_close_refuses_what_is_no_duplicate(reason, of):
    member = MemberFactory()
    others = {"nothing": None, "itself": member, "another": MemberFactory()}

    with refused(member, NotADuplicate):
        close(member, reason, duplicate_of=others[of])


@pytest.mark.parametrize("language", ["en", "fr"])
def test_what_officers_chose_is_kept_in_english_and_read_in_the_readers_language(language):
    with override(language):
        entries = [
            close(MemberFactory(), ClosingReason.NOT_GENUINE),
            close_as_duplicate(MemberFactory(), MemberFactory(reference="P2C-FRST23")),
            clear_spam_flag(member=MemberFactory(spam_signal="haste"), by=UserFactory(), at=NOON),
        ]

    noted = ["Not genuine", "Duplicate of another member: P2C-FRST23", "submitted too fast"]
    assert [entry.note for entry in entries] == noted
    with override("fr"):
        assert [entry.note_in_words for entry in entries] == [
            "Non authentique",
            f"{gettext('Duplicate of another member')}: P2C-FRST23",
            gettext("submitted too fast"),
        ]
