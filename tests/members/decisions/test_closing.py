"""Closing a file without a letter, often as the duplicate of another."""

import pytest
from django.utils.translation import gettext, override

from members.models import ClosingReason, MemberStatus, TimelineKind
from members.services.assignment import clear_spam_flag
from members.services.decisions import close_without_letter
from members.services.exceptions import NotADuplicate, TargetIsDuplicate
from outbox.models import Message
from tests.factories import NOON, MemberFactory, UserFactory
from tests.members.decisions.files import (
    UNDECIDED,
    assert_nothing_written,
    closed_as,
    facts,
    member_with_focal_point,
)


def test_close_as_duplicate_names_the_other():
    officer = UserFactory()
    first = MemberFactory(reference="P2C-FRST23")
    member = member_with_focal_point()

    entry = close_without_letter(
        member=member, reason=ClosingReason.DUPLICATE, duplicate_of=first, by=officer, at=NOON
    )

    member.refresh_from_db()
    assert (member.status, member.closing_reason, member.duplicate_of, member.decided_by) == (
        MemberStatus.CLOSED,
        ClosingReason.DUPLICATE,
        first,
        officer,
    )
    assert (entry.kind, entry.note, entry.is_public) == (
        TimelineKind.CLOSED,
        "Duplicate of another: P2C-FRST23",
        False,
    )


def test_close_as_duplicate_stands_on_the_timeline_of_the_other_too():
    officer, first, member = UserFactory(name="Amina Diallo"), MemberFactory(), MemberFactory()
    before = facts(first)

    close_without_letter(
        member=member, reason=ClosingReason.DUPLICATE, duplicate_of=first, by=officer, at=NOON
    )

    entry = first.timeline.get()
    assert (entry.kind, entry.note, entry.by_name, entry.at, entry.is_public) == (
        TimelineKind.DUPLICATE_CLOSED,
        member.reference,
        "Amina Diallo",
        NOON,
        False,
    )
    assert facts(first) == before


def test_close_refuses_a_duplicate_of_a_closed_duplicate_and_names_the_one_that_stands():
    standing = MemberFactory(reference="P2C-STND23", organisation_name="The first")
    other = closed_as(closed_as(standing))
    member = MemberFactory()
    before = facts(member)

    with pytest.raises(
        TargetIsDuplicate, match=rf"{other.reference} was closed as .* P2C-STND23 · The first: name"
    ) as refused:
        close_without_letter(
            member=member,
            reason=ClosingReason.DUPLICATE,
            duplicate_of=other,
            by=UserFactory(),
            at=NOON,
        )

    assert refused.value.standing == standing
    assert_nothing_written(member, before)


def test_close_refuses_a_circle():
    member = MemberFactory()
    other = closed_as(closed_as(member))
    before = facts(member)

    with pytest.raises(TargetIsDuplicate, match="as a duplicate of this file"):
        close_without_letter(
            member=member,
            reason=ClosingReason.DUPLICATE,
            duplicate_of=other,
            by=UserFactory(),
            at=NOON,
        )

    assert_nothing_written(member, before)


@pytest.mark.parametrize("status", [*UNDECIDED, MemberStatus.ADMITTED, MemberStatus.DECLINED])
def test_close_takes_a_duplicate_of_whatever_is_no_duplicate(status):
    member, other = MemberFactory(), MemberFactory(status=status)

    close_without_letter(
        member=member,
        reason=ClosingReason.DUPLICATE,
        duplicate_of=other,
        by=UserFactory(),
        at=NOON,
    )

    member.refresh_from_db()
    assert member.duplicate_of == other


def test_close_writes_no_letter():
    member = member_with_focal_point()

    close_without_letter(member=member, reason=ClosingReason.NOT_GENUINE, by=UserFactory(), at=NOON)

    assert list(Message.objects.all()) == []


def test_close_refuses_a_duplicate_of_nothing():
    member = MemberFactory()
    before = facts(member)

    with pytest.raises(NotADuplicate):
        close_without_letter(
            member=member, reason=ClosingReason.DUPLICATE, by=UserFactory(), at=NOON
        )

    assert_nothing_written(member, before)


def test_close_refuses_a_duplicate_of_itself():
    member = MemberFactory()
    before = facts(member)

    with pytest.raises(NotADuplicate):
        close_without_letter(
            member=member,
            reason=ClosingReason.DUPLICATE,
            duplicate_of=member,
            by=UserFactory(),
            at=NOON,
        )

    assert_nothing_written(member, before)


def test_close_refuses_another_file_where_it_is_no_duplicate():
    member = MemberFactory()
    before = facts(member)

    with pytest.raises(NotADuplicate):
        close_without_letter(
            member=member,
            reason=ClosingReason.ABANDONED,
            duplicate_of=MemberFactory(),
            by=UserFactory(),
            at=NOON,
        )

    assert_nothing_written(member, before)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_what_officers_chose_is_kept_in_english_and_read_in_the_readers_language(language):
    duplicate = {"reason": "duplicate", "duplicate_of": MemberFactory(reference="P2C-FRST23")}

    with override(language):
        entries = [
            close_without_letter(
                member=MemberFactory(), reason="not_genuine", by=UserFactory(), at=NOON
            ),
            close_without_letter(member=MemberFactory(), **duplicate, by=UserFactory(), at=NOON),
            clear_spam_flag(member=MemberFactory(spam_signal="haste"), by=UserFactory(), at=NOON),
        ]

    noted = ["Not genuine", "Duplicate of another: P2C-FRST23", "filled in too fast"]
    assert [entry.note for entry in entries] == noted
    with override("fr"):
        assert [entry.note_in_words for entry in entries] == [
            gettext("Not genuine"),
            f"{gettext('Duplicate of another')}: P2C-FRST23",
            gettext("filled in too fast"),
        ]
        assert entries[0].note_in_words == "Non authentique"
