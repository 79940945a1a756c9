from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from members.as_sent import people_of
from members.follow_up import addressee_of, write_again
from members.links import (
    LinkRefused,
    Purpose,
    confirmation_code,
    eoi_address,
    feed_address,
    focal_point_of,
    successor_of,
    take_over_address,
    token_for,
    token_for_row,
    working_group_address,
)
from members.models import (
    FocalPoint,
    Member,
    MemberStatus,
    Successor,
    TimelineEntry,
    TimelineKind,
)
from members.people import (
    HasEnded,
    NotAskedAnyMore,
    end_unanswered,
    name_successor,
    revoke_links,
    take_back,
    take_over,
    turn_down,
)
from members.triage import move_to_focus_area, withdraw
from outbox.models import Message, MessageStatus
from outbox.queueing import LinkMissing, retry_message
from outbox.rendering import as_text
from tests.factories import (
    NOON,
    FocalPointFactory,
    FocusAreaFactory,
    MemberFactory,
    MessageFactory,
    SuccessorFactory,
    UserFactory,
)
from tests.sweeps.addresses import changed_since, everything_stored


def last_history_of(focal_point):
    """Return who is said to have changed a focal point last, and when."""
    row = focal_point.history.order_by("history_id").last()
    return row.history_type, row.history_user, row.history_date


def test_revoke_links_writes_history_of_the_person_in_the_name_of_the_officer():
    officer = UserFactory()
    focal_point = FocalPointFactory()

    revoke_links(focal_point=focal_point, link_version=1, by=officer, at=NOON)

    assert last_history_of(focal_point) == ("~", officer, NOON)


def test_revoke_links_closes_every_door_of_that_person_alone():
    focal_point = FocalPointFactory(given_name="Ada", family_name="Byron")
    alternate = FocalPointFactory(member=focal_point.member, is_alternate=True)
    tokens = [(purpose, token_for(focal_point, purpose)) for purpose in Purpose]
    kept = token_for(alternate, Purpose.FEED)

    entry = revoke_links(focal_point=focal_point, link_version=1, by=UserFactory(), at=NOON)

    for purpose, token in tokens:
        with pytest.raises(LinkRefused):
            focal_point_of(token, purpose)
    assert focal_point_of(kept, Purpose.FEED) == alternate
    assert (entry.kind, entry.note) == (TimelineKind.LINKS_REVOKED, "Ada Byron")


def unsent_admission(focal_point, **values):
    return MessageFactory(
        topic=f"{focal_point.member.reference}/admitted/entry-1/focal-point-{focal_point.pk}",
        reference=focal_point.member.reference,
        recipient=focal_point.email,
        body="[[private-page]]",
        private_page="https://p2c.example/en/working-group/old/",
        **values,
    )


def test_revoke_links_cancels_the_letter_that_would_bring_dead_ones():
    focal_point = FocalPointFactory(member__status=MemberStatus.ADMITTED)
    admission = unsent_admission(focal_point)
    without_links = MessageFactory(
        reference=focal_point.member.reference, recipient=focal_point.email
    )

    revoke_links(focal_point=focal_point, link_version=1, by=UserFactory(), at=NOON)

    assert dict(Message.objects.values_list("pk", "status")) == {
        admission.pk: MessageStatus.CANCELLED,
        without_links.pk: MessageStatus.QUEUED,
    }
    again = write_again(
        message=Message.objects.get(pk=admission.pk), times=0, by=UserFactory(), at=NOON
    )
    assert token_for(focal_point, Purpose.WORKING_GROUP) in again.private_page


def test_revoke_links_leaves_the_letter_of_the_other_person_at_the_same_address():
    focal_point = FocalPointFactory(email="office@example.org")
    alternate = FocalPointFactory(
        member=focal_point.member, is_alternate=True, email="office@example.org"
    )
    revoked, kept = unsent_admission(focal_point), unsent_admission(alternate)

    revoke_links(focal_point=focal_point, link_version=1, by=UserFactory(), at=NOON)

    assert dict(Message.objects.values_list("pk", "status")) == {
        revoked.pk: MessageStatus.CANCELLED,
        kept.pk: MessageStatus.QUEUED,
    }


def test_revoke_links_cancels_what_was_written_again_and_nothing_of_a_longer_number():
    focal_point = FocalPointFactory()
    reference = focal_point.member.reference
    facts = {"reference": reference, "private_page": "https://p2c.example/en/working-group/old/"}
    topic = f"{reference}/admitted/entry-1/focal-point-{focal_point.pk}"
    again = MessageFactory(topic=f"{topic}/again-1", **facts)
    other = MessageFactory(topic=f"{topic}0", **facts)

    revoke_links(focal_point=focal_point, link_version=1, by=UserFactory(), at=NOON)

    assert dict(Message.objects.values_list("pk", "status")) == {
        again.pk: MessageStatus.CANCELLED,
        other.pk: MessageStatus.QUEUED,
    }


def test_revoke_links_leaves_a_failed_letter_to_be_written_again():
    focal_point = FocalPointFactory()
    admission = unsent_admission(focal_point, status=MessageStatus.FAILED)

    revoke_links(focal_point=focal_point, link_version=1, by=UserFactory(), at=NOON)

    with pytest.raises(LinkMissing):
        retry_message(message=admission, by=UserFactory(), at=NOON)
    admission.refresh_from_db()
    assert (admission.status, admission.private_page) == (MessageStatus.FAILED, "")


# Handing a role over ----------------------------------------------------------------------------

HOPPER = {
    "title": "dr",
    "given_name": "Grace",
    "family_name": "Hopper",
    "position": "Rear Admiral",
    "email": "grace@example.org",
    "phone": "+41227305111",
    "language": "fr",
    "time_zone": "Africa/Nairobi",
}
LATER = NOON + timedelta(days=1)
TOO_LATE = NOON + timedelta(days=14)


def a_member(status=MemberStatus.PENDING, **facts):
    """A member with both focal points, in English and in French."""
    member = MemberFactory(
        status=status, organisation_name="Ministry of Health", reference="P2C-7K3MQ9", **facts
    )
    person = FocalPointFactory(
        member=member, given_name="Ada", family_name="Lovelace", email="ada@example.org"
    )
    alternate = FocalPointFactory(
        member=member,
        is_alternate=True,
        given_name="Alan",
        family_name="Turing",
        email="alan@example.org",
        language="fr",
    )
    return member, person, alternate


def name(person, by=None, at=NOON, **facts):
    return name_successor(focal_point=person, by=by or person, at=at, **{**HOPPER, **facts})


def letters():
    """Whom each letter is to and in which language, the first written first."""
    return [(m.recipient, m.language, m.status) for m in Message.objects.order_by("pk")]


def text_to(recipient):
    letter = Message.objects.filter(recipient=recipient).latest("pk")
    return as_text(letter.body, **letter.keys)


def test_name_successor_keeps_who_is_asked_and_writes_to_everybody_concerned():
    _member, person, _alternate = a_member()

    successor = name(person)

    kept = Successor.objects.get()
    assert kept == successor
    assert {column: str(getattr(kept, column)) for column in HOPPER} == HOPPER
    assert (kept.focal_point, kept.named_by) == (person, person)
    assert (kept.named_at, kept.expires_at) == (NOON, TOO_LATE)
    entry = TimelineEntry.objects.get()
    assert (entry.kind, entry.note, entry.by_focal_point, entry.is_public) == (
        TimelineKind.SUCCESSOR_NAMED,
        "Focal point",
        person,
        True,
    )
    assert letters() == [
        ("grace@example.org", "fr", "queued"),
        ("ada@example.org", "en", "queued"),
        ("alan@example.org", "fr", "queued"),
    ]
    asked = Message.objects.get(recipient="grace@example.org")
    assert asked.private_page == take_over_address(successor, "fr")
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

    successor = name(people[whose], by=people[by])

    assert (successor.focal_point, successor.named_by) == (people[whose], people[by])
    assert [recipient for recipient, *_rest in letters()] == ["grace@example.org", *told]


def test_letters_of_a_naming_say_who_asks_what_and_until_when():
    _member, person, alternate = a_member()

    name(person, by=alternate, language="en")

    asked, told = text_to("grace@example.org"), text_to("ada@example.org")
    assert asked.startswith(
        "Dear Dr Grace Hopper,\n\nAlan Turing asks you to become the focal point of Ministry of "
        "Health (P2C-7K3MQ9) in the Partner2Connect Digital Coalition. You would take over from "
        "Ada Lovelace."
    )
    assert (
        "Please answer by Monday 8 November 2021, 15:00 Nairobi (UTC+3), which is "
        "Monday 8 November 2021, 13:00 Geneva (UTC+1)." in asked
    )
    assert told.startswith(
        "Dear Ada Lovelace,\n\nAlan Turing asked Grace Hopper to take over your role as the focal "
        "point of Ministry of Health (P2C-7K3MQ9)."
    )
    assert "Rear Admiral" not in asked + told


def test_whose_role_it_is_hears_of_a_naming_with_their_own_link():
    _member, person, _alternate = a_member()

    name(person)

    text = text_to("ada@example.org")
    assert text.startswith(
        "Dear Ada Lovelace,\n\nYou asked Grace Hopper to take over your role as the focal point of "
        "Ministry of Health (P2C-7K3MQ9)."
    )
    assert "If it was not you who asked, somebody else has your link" in text
    assert eoi_address(person, "en") in text


def test_name_successor_again_ends_the_earlier_link_and_its_letter():
    _member, person, _alternate = a_member()
    earlier = name(person)
    token = token_for_row(earlier)

    later = name(person, email="barbara@example.org", at=LATER)

    assert Successor.objects.get() == later
    with pytest.raises(LinkRefused):
        successor_of(token, at=LATER)
    assert letters()[0] == ("grace@example.org", "fr", "cancelled")
    assert Message.objects.get(recipient="grace@example.org").private_page == ""


def test_name_successor_leaves_who_was_asked_for_the_other_role():
    _member, person, alternate = a_member()
    other = name(alternate, by=person)

    successor = name(person)

    assert {*Successor.objects.all()} == {other, successor}


@pytest.mark.parametrize("status", ["declined", "closed", "withdrawn"])
def test_name_successor_refuses_what_has_ended(status):
    member, person, _alternate = a_member(status)

    with pytest.raises(HasEnded, match="has ended"):
        name(person)

    assert nothing_came_of_it(member)


def test_name_successor_refuses_whose_links_were_revoked_at_that_moment():
    member, person, alternate = a_member()
    FocalPoint.objects.filter(pk=alternate.pk).update(link_version=2)

    with pytest.raises(LinkRefused):
        name(person, by=alternate)

    assert nothing_came_of_it(member)


def test_name_successor_names_nobody_for_another_member():
    member, person, _alternate = a_member()
    other = FocalPointFactory()

    with pytest.raises(FocalPoint.DoesNotExist):
        name(other, by=person)

    assert nothing_came_of_it(member)


def nothing_came_of_it(member):
    member.refresh_from_db()
    return (
        list(Successor.objects.all()) == []
        and list(TimelineEntry.objects.all()) == []
        and list(Message.objects.all()) == []
        and member.version == 1
    )


def test_take_back_deletes_who_was_asked_and_names_nobody_on_the_timeline():
    _member, person, alternate = a_member()
    successor = name(person)
    token = token_for_row(successor)

    entry = take_back(successor=successor, by=alternate, at=LATER)

    assert list(Successor.objects.all()) == []
    with pytest.raises(LinkRefused):
        successor_of(token, at=LATER)
    assert (entry.kind, entry.by_focal_point, entry.is_public, entry.note) == (
        TimelineKind.SUCCESSOR_GONE,
        alternate,
        True,
        "Focal point: taken back",
    )
    assert letters()[0] == ("grace@example.org", "fr", "cancelled")
    assert not any(
        "Hopper" in text for text in TimelineEntry.objects.values_list("note", flat=True)
    )


def test_take_over_puts_the_successor_in_the_place_of_the_focal_point():
    member, person, alternate = a_member()
    successor = name(person)

    taken = take_over(successor=successor, at=LATER)

    person.refresh_from_db()
    member.refresh_from_db()
    assert taken == person
    assert {column: str(getattr(person, column)) for column in HOPPER} == HOPPER
    assert (person.is_alternate, person.confirmed_at, person.link_version) == (False, LATER, 2)
    assert list(Successor.objects.all()) == []
    assert member.version == 2
    entry = TimelineEntry.objects.latest("pk")
    assert (entry.kind, entry.by_focal_point, entry.by_name, entry.is_public) == (
        TimelineKind.ROLE_TAKEN_OVER,
        person,
        "Grace Hopper",
        True,
    )
    assert entry.note == (
        "Focal point: Ada Lovelace → Grace Hopper. Agreed to the privacy notice "
        f"{settings.PRIVACY_NOTICE_VERSION}."
    )
    names = person.history.order_by("history_id").values_list("family_name", flat=True)
    assert list(names) == ["Lovelace", "Hopper"]
    alternate.refresh_from_db()
    assert (alternate.full_name, alternate.link_version) == ("Alan Turing", 1)


def test_take_over_ends_every_link_of_who_left_and_no_other():
    _member, person, alternate = a_member(MemberStatus.ADMITTED)
    old = [(purpose, token_for(person, purpose)) for purpose in Purpose]
    kept = [(purpose, token_for(alternate, purpose)) for purpose in Purpose]
    unsent = unsent_admission(person)
    successor = name(person)

    take_over(successor=successor, at=LATER)

    for purpose, token in old:
        with pytest.raises(LinkRefused):
            focal_point_of(token, purpose)
    assert {focal_point_of(token, purpose) for purpose, token in kept} == {alternate}
    unsent.refresh_from_db()
    assert (unsent.status, unsent.private_page) == (MessageStatus.CANCELLED, "")


def test_take_over_writes_to_who_comes_who_leaves_and_who_stays():
    _member, person, _alternate = a_member()
    successor = name(person, language="en")
    Message.objects.all().delete()

    take_over(successor=successor, at=LATER)

    person.refresh_from_db()
    assert letters() == [
        ("grace@example.org", "en", "queued"),
        ("ada@example.org", "en", "queued"),
        ("alan@example.org", "fr", "queued"),
    ]
    welcome = Message.objects.get(recipient="grace@example.org")
    assert welcome.private_page == eoi_address(person, "en")
    assert welcome.private_code == confirmation_code(person)
    assert text_to("grace@example.org").startswith(
        "Dear Dr Grace Hopper,\n\nYou are now the focal point of Ministry of Health (P2C-7K3MQ9)"
    )
    farewell = Message.objects.get(recipient="ada@example.org")
    assert text_to("ada@example.org").startswith(
        "Dear Ada Lovelace,\n\nGrace Hopper has taken over your role as a focal point of Ministry "
        "of Health (P2C-7K3MQ9). We no longer write to you"
    )
    assert (farewell.recipient_name, farewell.keys) == (
        "Ada Lovelace",
        {"private_page": "", "private_feed": "", "private_code": "", "private_unsubscribe": ""},
    )
    # Written again at the desk, it would go to who has the role now.
    assert addressee_of(farewell) is None
    assert addressee_of(welcome) == person


def test_take_over_of_an_admitted_member_brings_the_working_group_too():
    _member, person, _alternate = a_member(MemberStatus.ADMITTED)
    successor = name(person, language="en")
    Message.objects.all().delete()

    take_over(successor=successor, at=LATER)

    person.refresh_from_db()
    _welcome, group = Message.objects.filter(recipient="grace@example.org").order_by("pk")
    assert group.private_page == working_group_address(person, "en")
    assert group.private_feed == feed_address(person)
    assert "takes part in the working group of the focus area" in as_text(group.body)
    assert "another mail brings you the page of its working group" in as_text(_welcome.body)
    again = write_again(
        message=Message.objects.get(pk=sent(group).pk), times=0, by=UserFactory(), at=LATER
    )
    assert again.private_page == working_group_address(person, "en")


def sent(message):
    message.status, message.sent_at, message.server_answer = MessageStatus.SENT, LATER, "250 OK"
    for column in message.keys:
        setattr(message, column, "")
    message.save()
    return message


def test_a_move_overtakes_the_letter_that_brings_the_working_group():
    member, person, _alternate = a_member(MemberStatus.ADMITTED)
    take_over(successor=name(person), at=LATER)
    group = Message.objects.get(topic__contains="/admitted/")
    member.refresh_from_db()

    move_to_focus_area(
        member=member,
        focus_area=FocusAreaFactory(number=3),
        role="participant",
        by=UserFactory(),
        at=LATER,
    )

    group.refresh_from_db()
    assert group.status == MessageStatus.CANCELLED


def test_take_over_of_the_alternates_role():
    _member, person, alternate = a_member()
    successor = name(alternate, by=person, language="en")

    take_over(successor=successor, at=LATER)

    alternate.refresh_from_db()
    assert (alternate.full_name, alternate.is_alternate) == ("Grace Hopper", True)
    assert text_to("grace@example.org").startswith(
        "Dear Dr Grace Hopper,\n\nYou are now the alternate focal point of"
    )
    assert text_to("ada@example.org").startswith(
        "Dear Ada Lovelace,\n\nGrace Hopper is now the alternate focal point of Ministry of "
        "Health (P2C-7K3MQ9), in place of Alan Turing."
    )


def gone_through(how):
    """Have a successor answer, be taken back or be replaced; return what is left of it."""
    _member, person, alternate = a_member()
    successor = name(person)
    match how:
        case "accepted":
            take_over(successor=Successor.objects.get(), at=LATER)
        case "declined":
            turn_down(successor=Successor.objects.get(), at=LATER)
        case "taken back":
            take_back(successor=Successor.objects.get(), by=alternate, at=LATER)
        case "replaced":
            name(person, email="barbara@example.org", at=LATER)
        case "ended":
            end_unanswered(at=TOO_LATE)
    return successor


GONE = ["accepted", "declined", "taken back", "replaced", "ended"]


@pytest.mark.parametrize("how", GONE)
@pytest.mark.parametrize("answer", [take_over, turn_down])
def test_who_is_asked_no_more_cannot_answer(how, answer):
    successor = gone_through(how)
    before = everything_stored()

    with pytest.raises(NotAskedAnyMore):
        answer(successor=successor, at=LATER)

    assert changed_since(before) == []


@pytest.mark.parametrize("how", GONE)
def test_who_is_asked_no_more_cannot_be_taken_back(how):
    successor = gone_through(how)
    by = FocalPoint.objects.get(is_alternate=True)
    before = everything_stored()

    with pytest.raises(NotAskedAnyMore):
        take_back(successor=successor, by=by, at=LATER)

    assert changed_since(before) == []


@pytest.mark.parametrize("answer", [take_over, turn_down])
def test_who_answers_too_late_is_refused(answer):
    _member, person, _alternate = a_member()
    successor = name(person)
    before = everything_stored()

    with pytest.raises(NotAskedAnyMore):
        answer(successor=successor, at=TOO_LATE)

    assert changed_since(before) == []


@pytest.mark.parametrize("status", ["declined", "closed", "withdrawn"])
def test_take_over_refuses_what_has_ended(status):
    member, person, _alternate = a_member()
    successor = name(person)
    ended = MemberFactory.build(status=status, call=member.call, first_choice=member.first_choice)
    decided = {"decided_at": NOON, "decided_by": UserFactory()} if status != "withdrawn" else {}
    Member.objects.update(
        status=status,
        withdrawn_at=ended.withdrawn_at,
        closing_reason=ended.closing_reason,
        **decided,
    )
    before = everything_stored()

    with pytest.raises(HasEnded):
        take_over(successor=successor, at=LATER)

    assert changed_since(before) == []


def test_take_back_is_for_this_member_alone():
    _member, person, _alternate = a_member()
    successor = name(person)
    before_other = FocalPointFactory()
    before = everything_stored()

    with pytest.raises(NotAskedAnyMore):
        take_back(successor=successor, by=before_other, at=LATER)

    assert changed_since(before) == []


def test_turn_down_deletes_who_was_asked_and_tells_who_named_them():
    _member, person, alternate = a_member()
    successor = name(person, by=alternate)
    Message.objects.all().delete()
    FocalPoint.objects.update(language="en")

    entry = turn_down(successor=successor, at=LATER)

    assert list(Successor.objects.all()) == []
    assert (entry.kind, entry.by_name, entry.is_public, entry.note) == (
        TimelineKind.SUCCESSOR_GONE,
        "",
        True,
        "Focal point: declined",
    )
    assert letters() == [("alan@example.org", "en", "queued")]
    assert text_to("alan@example.org").startswith(
        "Dear Alan Turing,\n\nGrace Hopper, whom you asked to take over a role for Ministry of "
        "Health (P2C-7K3MQ9), has declined.\n\nNothing has changed: the role is still that of "
        "Ada Lovelace."
    )


def test_end_unanswered_ends_what_is_too_late_and_nothing_else():
    member, person, alternate = a_member()
    late = name(person)
    in_time = name(alternate, by=person, at=LATER)
    Message.objects.all().delete()

    ended = end_unanswered(at=TOO_LATE)
    again = end_unanswered(at=TOO_LATE)

    assert (ended, again) == (1, 0)
    assert Successor.objects.get() == in_time
    assert TimelineEntry.objects.latest("pk").note == "Focal point: not answered in time"
    assert letters() == [("ada@example.org", "en", "queued")]
    assert "did not answer in time" in text_to("ada@example.org")
    assert late.focal_point.member == member


def test_end_unanswered_writes_to_nobody_where_the_eoi_has_ended():
    member, person, _alternate = a_member()
    name(person)
    withdraw(member=member, by=person, at=LATER)
    Message.objects.all().delete()

    end_unanswered(at=TOO_LATE)

    assert list(Successor.objects.all()) == []
    assert list(Message.objects.all()) == []


def test_end_unanswered_takes_as_long_for_each():
    def number_of_queries(number):
        for _n in range(number):
            SuccessorFactory()
        with CaptureQueriesContext(connection) as queries:
            assert end_unanswered(at=TOO_LATE) == number
        return len(queries)

    first = number_of_queries(1)

    assert number_of_queries(3) == 3 * first - 2


def test_who_took_a_role_over_is_shown_beside_nobody_elses_particulars():
    focal_point = FocalPointFactory(email="ada@example.org", phone="+41227305111")
    alternate = FocalPointFactory(member=focal_point.member, is_alternate=True)
    successor = SuccessorFactory(
        focal_point=focal_point, email="grace@example.org", expires_at=NOON + timedelta(days=1)
    )

    taken_over = take_over(successor=successor, at=NOON)
    person, other = people_of([taken_over, alternate])

    facts = [*person.facts, *other.facts]
    assert [fact.label for fact in facts if fact.is_corrected] == []
    assert "ada@example.org" not in {fact.sent for fact in facts}
