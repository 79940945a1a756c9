"""Declining a member, closing it without a letter, and reopening it."""

from datetime import timedelta

import pytest
from django.utils.translation import gettext, override

from core.conflicts import Refused
from members.models import ClosingReason, MemberStatus, TimelineKind
from members.services.assignment import clear_spam_flag
from outbox.models import Message, MessageStatus
from tests.factories import NOON, MemberFactory, UserFactory
from tests.members.decisions.files import (
    UNDECIDED,
    close,
    close_as_duplicate,
    closed_as,
    decline,
    facts,
    in_short,
    member_with_focal_point,
    refused,
    reopen,
    stored,
    withdraw,
)
from tests.triage.staff import reasons


def test_close_as_duplicate_names_the_other_and_stands_on_both_timelines():
    officer = UserFactory(name="Amina Diallo")
    first = MemberFactory(reference="P2C-FRST23")
    member, before = member_with_focal_point(), facts(first)

    entry = close_as_duplicate(member, first, by=officer)

    closed = (MemberStatus.CLOSED, ClosingReason.DUPLICATE, first.pk, officer.pk)
    assert stored(member, "status", "closing_reason", "duplicate_of", "decided_by") == closed
    words = "Duplicate of another EOI: P2C-FRST23"
    assert in_short(entry) == (TimelineKind.CLOSED, words, False)
    on_the_other = first.timeline.get()
    assert in_short(on_the_other) == (TimelineKind.DUPLICATE_CLOSED, member.reference, False)
    assert (on_the_other.by_name, on_the_other.at) == ("Amina Diallo", NOON)
    assert facts(first) == before
    assert list(Message.objects.all()) == []


@pytest.mark.parametrize("is_circle", [True, False])
def test_close_refuses_a_duplicate_of_a_closed_duplicate_and_names_the_one_that_stands(is_circle):
    member = MemberFactory()
    first = MemberFactory(reference="P2C-STND23", organisation_name="The first")
    standing = member if is_circle else first
    other = closed_as(closed_as(standing))
    said = rf"{other.reference} was itself closed as .* P2C-STND23 · The first: choose"

    circle = "as a duplicate of this organisation"
    with refused(member, Refused, circle if is_circle else said):
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

    with refused(member, Refused, "Choose the other organisation"):
        close(member, reason, duplicate_of=others[of])


@pytest.mark.parametrize("language", ["en", "fr"])
def test_what_officers_chose_is_kept_in_english_and_read_in_the_readers_language(language):
    with override(language):
        entries = [
            close(MemberFactory(), ClosingReason.NOT_GENUINE),
            close_as_duplicate(MemberFactory(), MemberFactory(reference="P2C-FRST23")),
            clear_spam_flag(member=MemberFactory(spam_signal="haste"), by=UserFactory(), at=NOON),
        ]

    noted = ["Not genuine", "Duplicate of another EOI: P2C-FRST23", "submitted too fast"]
    assert [entry.note for entry in entries] == noted
    with override("fr"):
        assert [entry.note_in_words for entry in entries] == [
            "Non authentique",
            f"{gettext('Duplicate of another EOI')}: P2C-FRST23",
            gettext("submitted too fast"),
        ]


def test_decline_says_why():
    officer = UserFactory()
    member = member_with_focal_point()

    entry = decline(member, reasons=reasons("not-enough-known", "not-authorised"), by=officer)

    member.refresh_from_db()
    assert member.status == MemberStatus.DECLINED
    assert (member.decided_by, member.decided_at, member.focus_area) == (officer, NOON, None)
    told = [
        (
            "We asked the organisation, and it did not confirm that the interest was expressed "
            "on its behalf."
        ),
        "What we know of the organisation and its work is not enough for us to decide.",
    ]
    assert (entry.kind, entry.note, entry.is_public) == (TimelineKind.DECLINED, "", True)
    given = entry.reasons_given.order_by("position")
    assert [(reason.position, reason.text) for reason in given] == list(enumerate(told, start=1))
    assert "\n\n".join(told) in Message.objects.get().body


@pytest.mark.parametrize(
    "status", [MemberStatus.DECLINED, MemberStatus.CLOSED, MemberStatus.WITHDRAWN]
)
def test_reopen_puts_the_file_on_the_desk_as_if_undecided(status):
    officer = UserFactory()
    before = {"replied_at": NOON - timedelta(days=1)}
    if status == MemberStatus.WITHDRAWN:
        # It was admitted first, and is in the working group until now.
        member = MemberFactory(status=MemberStatus.ADMITTED, **before)
        withdraw(member, at=NOON - timedelta(hours=1))
    else:
        member = MemberFactory(status=status, **before)

    entry = reopen(member, by=officer, note="They sent the letter.")

    member.refresh_from_db()
    assert (
        member.status,
        member.focus_area,
        member.granted_role,
        member.decided_at,
        member.decided_by,
        member.withdrawn_at,
        member.closing_reason,
        member.duplicate_of,
        member.replied_at,
        member.assignee,
    ) == (MemberStatus.PENDING, None, "", None, None, None, "", None, None, officer)
    assert (entry.kind, entry.note) == (TimelineKind.REOPENED, "They sent the letter.")


def test_reopen_of_a_duplicate_stands_on_the_timeline_of_the_other_too():
    other = MemberFactory()
    member = closed_as(other)

    reopen(member, by=UserFactory(name="Amina Diallo"))

    entry = other.timeline.get()
    assert in_short(entry) == (TimelineKind.DUPLICATE_REOPENED, member.reference, False)
    assert entry.by_name == "Amina Diallo"
    assert stored(member, "status", "duplicate_of") == (MemberStatus.PENDING, None)


@pytest.mark.parametrize("ending", ["declined", "withdrawn"])
def test_reopen_cancels_the_letters_of_the_ending_that_have_not_gone_out(ending):
    member = member_with_focal_point(reference="P2C-BACK23")
    if ending == "declined":
        decline(member)
    else:
        withdraw(member, by=member.focal_points.get())

    reopen(member)

    assert Message.objects.get().status == MessageStatus.CANCELLED
