"""Requesting a role transfer, and those that are cancelled, declined or not answered."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import gettext, override

from members.models import FocalPoint, RoleTransfer, TimelineEntry, TimelineKind
from members.services.decisions import withdraw
from members.services.focal_points import (
    MembershipEnded,
    TransferClosed,
    accept_role_transfer,
    cancel_role_transfer,
    decline_role_transfer,
    expire_role_transfers,
)
from members.services.private_links import (
    InvalidLink,
    role_transfer_url,
    status_page_url,
    successor_of,
    token_for_object,
)
from outbox.models import ERASED, Message
from tests.factories import NOON, FocalPointFactory, RoleTransferFactory
from tests.members.successors import (
    HOPPER,
    LATER,
    TOO_LATE,
    a_member,
    letters,
    name,
    nothing_came_of_it,
    text_to,
)
from tests.sweeps.changed_tables import changed_since, everything_stored


def test_name_successor_keeps_who_is_asked_and_writes_to_everybody_concerned(person):
    role_transfer = name(person)

    kept = RoleTransfer.objects.get()
    assert kept == role_transfer
    assert {column: str(getattr(kept, column)) for column in HOPPER} == HOPPER
    assert (kept.focal_point, kept.named_by) == (person, person)
    assert (kept.named_at, kept.expires_at) == (NOON, TOO_LATE)
    entry = TimelineEntry.objects.get()
    assert entry.kind == TimelineKind.ROLE_TRANSFER_REQUESTED
    assert (entry.note, entry.by_focal_point, entry.is_public) == ("Focal point", person, True)
    assert letters() == [
        ("grace@example.org", "fr", "queued"),
        ("ada@example.org", "en", "queued"),
        ("alan@example.org", "fr", "queued"),
    ]
    asked = Message.objects.get(recipient="grace@example.org")
    assert asked.private_page == role_transfer_url(role_transfer, "fr")
    person.refresh_from_db()
    assert (person.full_name, person.link_version) == ("Ada Lovelace", 1)


@pytest.mark.parametrize(
    ("whose", "by", "told"),
    [
        ("primary", "primary", ["ada@example.org", "alan@example.org"]),
        ("primary", "alternate", ["ada@example.org"]),
        ("alternate", "primary", ["alan@example.org"]),
        ("alternate", "alternate", ["ada@example.org", "alan@example.org"]),
    ],
)
def test_name_successor_tells_whose_role_it_is_and_who_did_not_ask(whose, by, told):
    _member, *people = a_member()
    people = dict(zip(("primary", "alternate"), people, strict=True))

    role_transfer = name(people[whose], by=people[by])

    assert (role_transfer.focal_point, role_transfer.named_by) == (people[whose], people[by])
    assert [recipient for recipient, *_rest in letters()] == ["grace@example.org", *told]


def test_letters_of_a_naming_say_who_asks_what_and_until_when(person, alternate):
    name(person, by=alternate, language="en")

    asked, told = text_to("grace@example.org"), text_to("ada@example.org")
    assert asked.startswith(
        "Dear Dr Grace Hopper,\n\nPlease accept or decline a role: Alan Turing asks you to take "
        "over a role for Ministry of Health (P2C-7K3MQ9) in the Partner2Connect Digital Coalition."
    )
    assert "\n- The role: focal point\n- Who holds it now: Ada Lovelace\n" in asked
    assert (
        "Please answer by:\nMonday 8 November 2021, 15:00 Nairobi (UTC+3)\n"
        "Monday 8 November 2021, 13:00 Geneva (UTC+1)\n" in asked
    )
    assert told.startswith(
        "Dear Ada Lovelace,\n\nYou need not do anything if this is right: Alan Turing asked Grace "
        "Hopper to take over a role for Ministry of Health (P2C-7K3MQ9)."
    )
    assert "\n- The role: focal point\n- Who holds it now: Ada Lovelace\n" in told
    assert "Rear Admiral" not in asked + told


def test_whose_role_it_is_hears_of_a_naming_with_their_own_link(person):
    name(person)

    text = text_to("ada@example.org")
    assert text.startswith(
        "Dear Ada Lovelace,\n\nYou need not do anything if it was you who asked Grace Hopper to "
        "take over your role for Ministry of Health (P2C-7K3MQ9)."
    )
    assert "\n- The role: focal point\n" in text
    assert "If it was not you who asked, somebody else has your link" in text
    assert status_page_url(person, "en") in text


def test_name_successor_again_ends_the_earlier_link_and_its_letter(person, alternate):
    earlier = name(person)
    token = token_for_object(earlier)
    for_the_other_role = name(alternate, by=person)

    later = name(person, email="barbara@example.org", at=LATER)

    assert {*RoleTransfer.objects.all()} == {for_the_other_role, later}
    with pytest.raises(InvalidLink):
        successor_of(token, at=LATER)
    assert letters()[0] == (ERASED, "fr", "cancelled")
    assert {*Message.objects.filter(recipient=ERASED).values_list("private_page")} == {("",)}


@pytest.mark.parametrize(
    ("case", "refusal"),
    [
        *((status, MembershipEnded) for status in ("declined", "closed", "withdrawn")),
        ("links revoked at that moment", InvalidLink),
        ("another member", FocalPoint.DoesNotExist),
    ],
)
def test_name_successor_refuses_what_has_ended_and_who_may_not(case, refusal):
    member, person, alternate = a_member(case if refusal is MembershipEnded else "pending")
    if case == "links revoked at that moment":
        FocalPoint.objects.filter(pk=alternate.pk).update(link_version=2)
    whose = FocalPointFactory() if case == "another member" else person

    with pytest.raises(refusal):
        name(whose, by=alternate)

    assert nothing_came_of_it(member)


def test_take_back_deletes_who_was_asked_and_names_nobody_on_the_timeline(person, alternate):
    role_transfer = name(person)
    token = token_for_object(role_transfer)

    entry = cancel_role_transfer(role_transfer=role_transfer, by=alternate, at=LATER)

    assert list(RoleTransfer.objects.all()) == []
    with pytest.raises(InvalidLink):
        successor_of(token, at=LATER)
    assert (entry.kind, entry.by_focal_point) == (TimelineKind.ROLE_TRANSFER_ENDED, alternate)
    assert (entry.is_public, entry.note) == (True, "Focal point: cancelled")
    assert letters()[0] == (ERASED, "fr", "cancelled")
    assert not any(
        "Hopper" in text for text in TimelineEntry.objects.values_list("note", flat=True)
    )


def test_take_back_is_for_this_member_alone(person):
    role_transfer = name(person)
    before_other = FocalPointFactory()
    before = everything_stored()

    with pytest.raises(TransferClosed):
        cancel_role_transfer(role_transfer=role_transfer, by=before_other, at=LATER)

    assert changed_since(before) == []


def test_role_that_nobody_took_over_is_told_in_the_readers_language(person, alternate):
    with override("fr"):
        role_transfer = name(person)
        cancel_role_transfer(role_transfer=role_transfer, by=alternate, at=LATER)

    entries = list(TimelineEntry.objects.filter(kind__startswith="successor").order_by("pk"))
    assert [entry.note for entry in entries] == ["Focal point", "Focal point: cancelled"]
    with override("fr"):
        told = [entry.note_in_words for entry in entries]
        assert told == ["Point focal", f"Point focal: {gettext('cancelled')}"]


def take_back(*, role_transfer, at):
    by = FocalPoint.objects.get(is_alternate=True)
    return cancel_role_transfer(role_transfer=role_transfer, by=by, at=at)


GONE = {
    "accepted": lambda asked: accept_role_transfer(role_transfer=asked, at=LATER),
    "declined": lambda asked: decline_role_transfer(role_transfer=asked, at=LATER),
    "cancelled": lambda asked: take_back(role_transfer=asked, at=LATER),
    "replaced": lambda asked: name(asked.focal_point, email="barbara@example.org", at=LATER),
    "ended": lambda _asked: expire_role_transfers(at=TOO_LATE),
}


@pytest.mark.parametrize("how", GONE)
@pytest.mark.parametrize("answer", [accept_role_transfer, decline_role_transfer, take_back])
def test_who_is_asked_no_more_can_neither_answer_nor_be_taken_back(how, answer, person):
    role_transfer = name(person)
    GONE[how](RoleTransfer.objects.get())
    before = everything_stored()

    with pytest.raises(TransferClosed):
        answer(role_transfer=role_transfer, at=LATER)

    assert changed_since(before) == []


@pytest.mark.parametrize("answer", [accept_role_transfer, decline_role_transfer])
def test_who_answers_too_late_is_refused(answer, person):
    role_transfer = name(person)
    before = everything_stored()

    with pytest.raises(TransferClosed):
        answer(role_transfer=role_transfer, at=TOO_LATE)

    assert changed_since(before) == []


def test_turn_down_deletes_who_was_asked_and_tells_who_named_them(person, alternate):
    role_transfer = name(person, by=alternate)
    Message.objects.all().delete()
    FocalPoint.objects.update(language="en")

    entry = decline_role_transfer(role_transfer=role_transfer, at=LATER)

    assert list(RoleTransfer.objects.all()) == []
    assert entry.kind == TimelineKind.ROLE_TRANSFER_ENDED
    assert (entry.by_name, entry.is_public, entry.note) == ("", True, "Focal point: declined")
    assert letters() == [("alan@example.org", "en", "queued")]
    text = text_to("alan@example.org")
    assert text.startswith(
        "Dear Alan Turing,\n\nYou can ask somebody else: the person whom you named on Monday 25 "
        "October 2021 to take over a role for Ministry of Health (P2C-7K3MQ9) has declined.\n"
    )
    assert "\nNothing has changed: Ada Lovelace still holds the role. " in text


def test_end_unanswered_ends_what_is_too_late_and_nothing_else(member, person, alternate):
    late = name(person)
    in_time = name(alternate, by=person, at=LATER)
    # To nobody is written where the EOI has ended.
    of_another = FocalPointFactory()
    name(of_another, email="other@example.org")
    withdraw(member=of_another.member, by=of_another, at=LATER)
    Message.objects.all().delete()

    ended = expire_role_transfers(at=TOO_LATE)
    again = expire_role_transfers(at=TOO_LATE)

    assert (ended, again) == (2, 0)
    assert RoleTransfer.objects.get() == in_time
    entries = [each.timeline.latest("pk").note for each in (member, of_another.member)]
    assert entries == ["Focal point: not answered in time"] * 2
    assert letters() == [("ada@example.org", "en", "queued")]
    assert "did not answer in time" in text_to("ada@example.org")
    assert late.focal_point.member == member


def test_end_unanswered_takes_as_long_for_each():
    def number_of_queries(number):
        for _n in range(number):
            RoleTransferFactory()
        with CaptureQueriesContext(connection) as queries:
            assert expire_role_transfers(at=TOO_LATE) == number
        return len(queries)

    first = number_of_queries(1)

    assert number_of_queries(3) == 3 * first - 2
