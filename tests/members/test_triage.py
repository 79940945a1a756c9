from datetime import timedelta

import pytest
from django.utils.translation import gettext, override

from focus_areas.models import MeetingStatus
from members.follow_up import Draft
from members.locking import ChangedMeanwhile
from members.models import (
    ClosingReason,
    GrantedRole,
    Member,
    MemberStatus,
    Suspicion,
    TimelineEntry,
    TimelineKind,
)
from members.triage import (
    AskedSomethingElse,
    CannotTake,
    DecidedAlready,
    DuplicateItself,
    NoDuplicate,
    NothingToMove,
    NotSuspected,
    NotTaken,
    TakenAlready,
    WrongStatus,
    admit_to_focus_area,
    clear_suspicion,
    close,
    decline,
    hand_to,
    move_to_focus_area,
    record_answer,
    release,
    reopen,
    request_information,
    take,
    withdraw,
)
from outbox.models import Message, MessageStatus
from tests.factories import (
    NOON,
    FocalPointFactory,
    FocusAreaFactory,
    MeetingFactory,
    MemberFactory,
    MessageFactory,
    TimelineEntryFactory,
    UserFactory,
)
from tests.members import desk
from tests.members.desk import reasons

DECIDED = [
    MemberStatus.ADMITTED,
    MemberStatus.DECLINED,
    MemberStatus.CLOSED,
    MemberStatus.WITHDRAWN,
]
UNDECIDED = [MemberStatus.PENDING, MemberStatus.INFORMATION_REQUESTED]


def facts(member):
    """Every column of the row as it is stored."""
    return Member.objects.filter(pk=member.pk).values().get()


def assert_nothing_written(member, before):
    assert facts(member) == before
    assert list(TimelineEntry.objects.filter(member=member, at=NOON)) == []
    assert list(Message.objects.all()) == []


def member_with_focal_point(**values):
    member = MemberFactory(**values)
    FocalPointFactory(member=member)
    return member


# Taking, releasing, handing over


def test_take_gives_the_file_to_the_officer():
    officer = UserFactory(name="Amina Diallo")
    member = MemberFactory()

    entry = take(member=member, by=officer, at=NOON)

    member.refresh_from_db()
    assert member.assignee == officer
    assert member.version == 2
    assert (entry.kind, entry.by_user, entry.by_name, entry.at, entry.is_public) == (
        TimelineKind.TAKEN,
        officer,
        "Amina Diallo",
        NOON,
        False,
    )


def test_take_writes_history_in_the_name_of_the_officer():
    officer = UserFactory()
    member = MemberFactory()

    take(member=member, by=officer, at=NOON)

    last = member.history.order_by("history_id").last()
    assert (last.history_user, last.history_date) == (officer, NOON)


def test_take_refuses_what_a_colleague_has():
    member = MemberFactory(assignee=UserFactory(name="Bo Lind"))
    before = facts(member)

    with pytest.raises(TakenAlready, match="Bo Lind has this file already"):
        take(member=member, by=UserFactory(), at=NOON)

    assert_nothing_written(member, before)


def test_release_gives_the_file_back():
    officer = UserFactory()
    member = MemberFactory(assignee=officer)

    entry = release(member=member, by=officer, at=NOON)

    member.refresh_from_db()
    assert member.assignee is None
    assert (entry.kind, entry.note) == (TimelineKind.RELEASED, "")


def test_release_of_a_colleagues_file_says_whose_it_was():
    member = MemberFactory(assignee=UserFactory(name="Bo Lind"))

    entry = release(member=member, by=UserFactory(), at=NOON)

    assert entry.note == "Bo Lind"


def test_release_refuses_what_nobody_has():
    member = MemberFactory(assignee=None)
    before = facts(member)

    with pytest.raises(NotTaken):
        release(member=member, by=UserFactory(), at=NOON)

    assert_nothing_written(member, before)


def test_hand_to_gives_the_file_to_a_colleague():
    colleague = desk.officer(name="Bo Lind")
    member = MemberFactory(assignee=UserFactory())

    entry = hand_to(member=member, to=colleague, by=UserFactory(), at=NOON)

    member.refresh_from_db()
    assert member.assignee == colleague
    assert (entry.kind, entry.note) == (TimelineKind.HANDED_OVER, "Bo Lind")


def test_hand_to_refuses_the_colleague_who_has_it():
    colleague = UserFactory()
    member = MemberFactory(assignee=colleague)
    before = facts(member)

    with pytest.raises(TakenAlready):
        hand_to(member=member, to=colleague, by=UserFactory(), at=NOON)

    assert_nothing_written(member, before)


@pytest.mark.parametrize(
    ("role", "gone"),
    [
        (desk.officer, {"is_active": False}),
        (desk.officer, {"is_staff": False}),
        (desk.observer, {}),
    ],
)
def test_hand_to_refuses_who_may_not_take_files(role, gone):
    colleague = role(name="Bo Lind", **gone)
    member = MemberFactory()
    before = facts(member)

    with pytest.raises(CannotTake, match=r"^Bo Lind may not take files\.$"):
        hand_to(member=member, to=colleague, by=UserFactory(), at=NOON)

    assert_nothing_written(member, before)


# Suspected


def test_clear_suspicion_acknowledges_what_has_waited_for_it():
    officer = UserFactory()
    member = member_with_focal_point(suspicion=Suspicion.TRAP)
    FocalPointFactory(member=member, is_alternate=True, email="alternate@example.org")

    entry = clear_suspicion(member=member, by=officer, at=NOON)

    member.refresh_from_db()
    assert (member.suspicion, member.status, member.version) == ("", MemberStatus.PENDING, 2)
    assert (entry.kind, entry.note, entry.by_user, entry.is_public) == (
        TimelineKind.SUSPICION_CLEARED,
        "hidden field filled in",
        officer,
        False,
    )
    first, second = Message.objects.order_by("pk")
    assert first.recipient == member.focal_points.get(is_alternate=False).email
    assert second.recipient == "alternate@example.org"
    assert first.subject == f"{member.reference}: We received your expression of interest"
    assert first.queued_at == NOON


def test_clear_suspicion_acknowledges_nothing_that_was_written_to_before():
    member = member_with_focal_point(suspicion=Suspicion.HASTE)
    before = MessageFactory(reference=member.reference)

    clear_suspicion(member=member, by=UserFactory(), at=NOON)

    assert list(Message.objects.all()) == [before]


def test_clear_suspicion_refuses_what_is_not_suspected():
    member = member_with_focal_point()
    before = facts(member)

    with pytest.raises(NotSuspected, match="not marked as suspected"):
        clear_suspicion(member=member, by=UserFactory(), at=NOON)

    assert_nothing_written(member, before)


@pytest.mark.parametrize("status", DECIDED)
def test_clear_suspicion_refuses_what_is_decided(status):
    member = member_with_focal_point(status=status, suspicion=Suspicion.TRAP)
    before = facts(member)

    with pytest.raises(DecidedAlready):
        clear_suspicion(member=member, by=UserFactory(), at=NOON)

    assert_nothing_written(member, before)


# Asking and answering


def test_request_information_waits_for_the_organisation():
    officer = UserFactory()
    member = member_with_focal_point(reference="P2C-ASK234", replied_at=NOON - timedelta(hours=2))

    entry = request_information(
        member=member, missing="Which ministry do you write for?", by=officer, at=NOON
    )

    member.refresh_from_db()
    assert (member.status, member.replied_at, member.assignee) == (
        MemberStatus.INFORMATION_REQUESTED,
        None,
        officer,
    )
    assert (entry.kind, entry.note, entry.is_public) == (
        TimelineKind.INFORMATION_REQUESTED,
        "Which ministry do you write for?",
        True,
    )
    message = Message.objects.get()
    assert message.topic == (
        f"P2C-ASK234/information-requested/entry-{entry.pk}"
        f"/focal-point-{member.focal_points.get().pk}"
    )
    assert "Which ministry do you write for?" in message.body


def test_request_information_refuses_to_ask_twice():
    member = member_with_focal_point(status=MemberStatus.INFORMATION_REQUESTED)
    before = facts(member)

    with pytest.raises(WrongStatus, match="was asked for information"):
        request_information(member=member, missing="More.", by=UserFactory(), at=NOON)

    assert_nothing_written(member, before)


def test_record_answer_brings_the_file_back_to_the_desk():
    officer = UserFactory()
    member = MemberFactory(status=MemberStatus.INFORMATION_REQUESTED, assignee=UserFactory())

    entry = record_answer(member=member, answer="The ministry of health.", by=officer, at=NOON)

    member.refresh_from_db()
    assert (member.status, member.replied_at, member.assignee) == (
        MemberStatus.PENDING,
        NOON,
        officer,
    )
    assert (entry.kind, entry.note, entry.is_public) == (
        TimelineKind.ANSWERED,
        "The ministry of health.",
        True,
    )


def test_record_answer_by_the_focal_point_names_the_person():
    focal_point = FocalPointFactory(
        member=MemberFactory(status=MemberStatus.INFORMATION_REQUESTED),
        given_name="Ada",
        family_name="Byron",
    )

    entry = record_answer(member=focal_point.member, answer="Yes.", by=focal_point, at=NOON)

    assert (entry.by_focal_point, entry.by_user, entry.by_name) == (
        focal_point,
        None,
        "Ada Byron",
    )


def asked_by(officer, **person):
    """A focal point whose member was asked something by an officer, and the entry that says so."""
    member = MemberFactory(reference="P2C-ANSW23", organisation_name="Union of Villages")
    focal_point = FocalPointFactory(member=member, **person)
    entry = request_information(
        member=member, missing="Which ministry?", by=officer, at=NOON, message=None
    )
    return focal_point, entry


def test_record_answer_by_the_focal_point_tells_the_officer_without_the_answer():
    officer = UserFactory(email="amina@example.org", name="Amina Diallo")
    focal_point, _asked = asked_by(officer, given_name="Ada", family_name="Lovelace")

    entry = record_answer(
        member=focal_point.member, answer="A secret of ours.", by=focal_point, at=NOON
    )

    message = Message.objects.get()
    assert (message.topic, message.reference, message.recipient, message.subject) == (
        f"P2C-ANSW23/answered/entry-{entry.pk}/user-{officer.pk}",
        "P2C-ANSW23",
        "amina@example.org",
        "P2C-ANSW23: The answer to your request is in the file",
    )
    assert "Union of Villages" in message.body
    assert "Ada Lovelace" in message.body
    assert f"/admin/members/member/{focal_point.member.pk}/change/" in message.body
    assert "secret" not in message.body


@pytest.mark.parametrize("gone", [{"is_active": False}, {"is_staff": False}])
def test_record_answer_tells_nobody_who_has_left(gone):
    officer = UserFactory(**gone)
    focal_point, _asked = asked_by(officer)

    record_answer(member=focal_point.member, answer="Yes.", by=focal_point, at=NOON)

    assert Message.objects.count() == 0


def test_record_answer_of_a_file_that_nobody_has_tells_nobody():
    focal_point, _asked = asked_by(UserFactory())
    release(member=focal_point.member, by=UserFactory(), at=NOON)

    record_answer(member=focal_point.member, answer="Yes.", by=focal_point, at=NOON)

    assert Message.objects.count() == 0


def test_record_answer_by_an_officer_tells_no_colleague():
    focal_point, _asked = asked_by(UserFactory())

    record_answer(member=focal_point.member, answer="Yes.", by=UserFactory(), at=NOON)

    assert Message.objects.count() == 0


def test_record_answer_takes_the_answer_to_the_question_that_was_shown():
    focal_point, asked = asked_by(UserFactory())

    entry = record_answer(
        member=focal_point.member, answer="Yes.", question=asked.pk, by=focal_point, at=NOON
    )

    assert (entry.kind, entry.note) == (TimelineKind.ANSWERED, "Yes.")


def test_record_answer_refuses_the_answer_to_an_earlier_question():
    officer = UserFactory()
    focal_point, first = asked_by(officer)
    member = focal_point.member
    record_answer(member=member, answer="By telephone.", by=officer, at=NOON)
    request_information(member=member, missing="And?", by=officer, at=NOON, message=None)
    before = facts(member)

    with pytest.raises(AskedSomethingElse, match="Something else was asked"):
        record_answer(member=member, answer="Yes.", question=first.pk, by=focal_point, at=NOON)

    assert facts(member) == before
    assert (member.timeline.count(), Message.objects.count()) == (3, 0)


def test_record_answer_cancels_the_question_that_has_not_gone_out():
    member = MemberFactory(reference="P2C-ASK234", status=MemberStatus.INFORMATION_REQUESTED)
    question = MessageFactory(
        topic="P2C-ASK234/information-requested/entry-1/focal-point-1", reference="P2C-ASK234"
    )

    record_answer(member=member, answer="Yes.", by=UserFactory(), at=NOON)

    question.refresh_from_db()
    assert question.status == MessageStatus.CANCELLED


def test_record_answer_refuses_where_nothing_was_asked():
    member = MemberFactory(status=MemberStatus.PENDING)
    before = facts(member)

    with pytest.raises(WrongStatus, match="is pending"):
        record_answer(member=member, answer="Yes.", by=UserFactory(), at=NOON)

    assert_nothing_written(member, before)


# Admitting and moving


def test_admit_places_the_member_and_welcomes_it():
    officer = UserFactory()
    area = FocusAreaFactory(number=3)
    member = member_with_focal_point(reference="P2C-ADM234")

    entry = admit_to_focus_area(
        member=member, focus_area=area, role=GrantedRole.CO_LEAD, by=officer, at=NOON
    )

    member.refresh_from_db()
    assert (
        member.status,
        member.focus_area,
        member.granted_role,
        member.decided_at,
        member.decided_by,
        member.assignee,
        member.version,
    ) == (MemberStatus.ADMITTED, area, GrantedRole.CO_LEAD, NOON, officer, officer, 2)
    assert (entry.kind, entry.note, entry.is_public) == (
        TimelineKind.ADMITTED,
        "Building Digital Ecosystems · Co-lead",
        True,
    )
    message = Message.objects.get()
    assert message.subject == "P2C-ADM234: Welcome to the Partner2Connect Digital Coalition"
    assert "Building Digital Ecosystems" in message.body


def test_admit_gives_each_focal_point_private_links_of_their_own():
    member = member_with_focal_point()
    FocalPointFactory(member=member, is_alternate=True)

    admit_to_focus_area(
        member=member,
        focus_area=FocusAreaFactory(),
        role=GrantedRole.PARTICIPANT,
        by=UserFactory(),
        at=NOON,
    )

    links = Message.objects.values_list("private_page", "private_feed")
    assert len(links) == 2
    assert len({page for page, _feed in links} | {feed for _page, feed in links}) == 4
    assert "" not in {link for pair in links for link in pair}


def test_admit_names_the_next_meetings_that_stand():
    member = member_with_focal_point()
    area = FocusAreaFactory(number=1)
    MeetingFactory(focus_area=area, title="First sitting")
    MeetingFactory(focus_area=area, title="Called off", status=MeetingStatus.CANCELLED)
    MeetingFactory(focus_area=FocusAreaFactory(number=2), title="Of another area")
    MeetingFactory(focus_area=area, title="Not announced", status=MeetingStatus.DRAFT)

    admit_to_focus_area(
        member=member, focus_area=area, role=GrantedRole.PARTICIPANT, by=UserFactory(), at=NOON
    )

    body = Message.objects.get().body
    assert "First sitting" in body
    assert "Called off" not in body
    assert "Of another area" not in body
    assert "Not announced" not in body


def test_admit_sends_the_letter_as_edited():
    member = member_with_focal_point(reference="P2C-ADM234")

    admit_to_focus_area(
        member=member,
        focus_area=FocusAreaFactory(),
        role=GrantedRole.PARTICIPANT,
        by=UserFactory(),
        at=NOON,
        message=Draft(subject="Welcome, colleagues", body="A text of our own."),
    )

    message = Message.objects.get()
    assert message.subject == "P2C-ADM234: Welcome, colleagues"
    assert "A text of our own." in message.body
    assert (message.private_page, message.private_feed) == ("", "")


def test_admit_writes_nothing_when_the_officer_says_so():
    member = member_with_focal_point()

    admit_to_focus_area(
        member=member,
        focus_area=FocusAreaFactory(),
        role=GrantedRole.PARTICIPANT,
        by=UserFactory(),
        at=NOON,
        message=None,
    )

    member.refresh_from_db()
    assert member.status == MemberStatus.ADMITTED
    assert list(Message.objects.all()) == []


def test_admit_takes_a_colleagues_file_over():
    officer = UserFactory()
    member = member_with_focal_point(assignee=UserFactory())

    admit_to_focus_area(
        member=member,
        focus_area=FocusAreaFactory(),
        role=GrantedRole.PARTICIPANT,
        by=officer,
        at=NOON,
    )

    member.refresh_from_db()
    assert member.assignee == officer


def test_admit_cancels_the_question_that_has_not_gone_out():
    member = member_with_focal_point(
        reference="P2C-ADM234", status=MemberStatus.INFORMATION_REQUESTED
    )
    question = MessageFactory(
        topic="P2C-ADM234/information-requested/entry-1/focal-point-1", reference="P2C-ADM234"
    )

    admit_to_focus_area(
        member=member,
        focus_area=FocusAreaFactory(),
        role=GrantedRole.PARTICIPANT,
        by=UserFactory(),
        at=NOON,
    )

    question.refresh_from_db()
    assert question.status == MessageStatus.CANCELLED


def test_admit_tells_who_decided_first():
    colleague = UserFactory(name="Bo Lind")
    member = member_with_focal_point()
    decline(member=member, by=colleague, at=NOON - timedelta(minutes=5), message=None)
    before = facts(member)

    with pytest.raises(
        DecidedAlready, match=r"was declined.*Bo Lind, Monday 25 October 2021, 13:55"
    ):
        admit_to_focus_area(
            member=member,
            focus_area=FocusAreaFactory(),
            role=GrantedRole.PARTICIPANT,
            by=UserFactory(),
            at=NOON,
        )

    assert_nothing_written(member, before)


def test_move_changes_area_and_role_and_tells_the_member():
    member = member_with_focal_point(
        status=MemberStatus.ADMITTED, focus_area=FocusAreaFactory(number=1)
    )
    area = FocusAreaFactory(number=4)

    entry = move_to_focus_area(
        member=member, focus_area=area, role=GrantedRole.OBSERVER, by=UserFactory(), at=NOON
    )

    member.refresh_from_db()
    assert (member.status, member.focus_area, member.granted_role) == (
        MemberStatus.ADMITTED,
        area,
        GrantedRole.OBSERVER,
    )
    assert (entry.kind, entry.note, entry.is_public) == (
        TimelineKind.MOVED,
        "Incentivizing Investments · Observer",
        True,
    )
    assert "Incentivizing Investments" in Message.objects.get().body


@pytest.mark.parametrize("earlier", [TimelineKind.ADMITTED, TimelineKind.MOVED])
def test_move_cancels_the_letter_on_its_place_that_has_not_gone_out(earlier):
    member = member_with_focal_point(
        status=MemberStatus.ADMITTED, focus_area=FocusAreaFactory(number=1)
    )
    unsent = MessageFactory(
        topic=f"{member.reference}/{earlier}/entry-0/focal-point-1", reference=member.reference
    )

    move_to_focus_area(
        member=member,
        focus_area=FocusAreaFactory(number=2),
        role=GrantedRole.PARTICIPANT,
        by=UserFactory(),
        at=NOON,
    )

    unsent.refresh_from_db()
    assert unsent.status == MessageStatus.CANCELLED
    assert Message.objects.exclude(pk=unsent.pk).get().status == MessageStatus.QUEUED


def test_move_keeps_who_decided():
    decider = UserFactory()
    member = member_with_focal_point(
        status=MemberStatus.ADMITTED,
        focus_area=FocusAreaFactory(number=1),
        decided_by=decider,
        decided_at=NOON - timedelta(days=1),
    )

    move_to_focus_area(
        member=member,
        focus_area=FocusAreaFactory(number=2),
        role=GrantedRole.PARTICIPANT,
        by=UserFactory(),
        at=NOON,
    )

    member.refresh_from_db()
    assert (member.decided_by, member.decided_at) == (decider, NOON - timedelta(days=1))


def test_move_refuses_where_the_member_is_already():
    area = FocusAreaFactory(number=1)
    member = member_with_focal_point(
        status=MemberStatus.ADMITTED, focus_area=area, granted_role=GrantedRole.OBSERVER
    )
    before = facts(member)

    with pytest.raises(NothingToMove):
        move_to_focus_area(
            member=member, focus_area=area, role=GrantedRole.OBSERVER, by=UserFactory(), at=NOON
        )

    assert_nothing_written(member, before)


@pytest.mark.parametrize("status", [status for status in MemberStatus if status != "admitted"])
def test_move_refuses_who_is_not_admitted(status):
    member = member_with_focal_point(status=status)
    before = facts(member)

    with pytest.raises(WrongStatus):
        move_to_focus_area(
            member=member,
            focus_area=FocusAreaFactory(number=2),
            role=GrantedRole.OBSERVER,
            by=UserFactory(),
            at=NOON,
        )

    assert_nothing_written(member, before)


# Declining and closing


def test_decline_says_why():
    officer = UserFactory()
    member = member_with_focal_point()

    entry = decline(
        member=member,
        reasons=reasons("not-enough-known", "not-authorised"),
        by=officer,
        at=NOON,
    )

    member.refresh_from_db()
    assert (member.status, member.decided_by, member.decided_at, member.focus_area) == (
        MemberStatus.DECLINED,
        officer,
        NOON,
        None,
    )
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


def test_close_as_duplicate_names_the_other():
    officer = UserFactory()
    first = MemberFactory(reference="P2C-FRST23")
    member = member_with_focal_point()

    entry = close(
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


@pytest.mark.parametrize("language", ["en", "fr"])
def test_what_officers_chose_is_kept_in_english_and_read_in_the_readers_language(language):
    duplicate = {"reason": "duplicate", "duplicate_of": MemberFactory(reference="P2C-FRST23")}

    with override(language):
        entries = [
            close(member=MemberFactory(), reason="not_genuine", by=UserFactory(), at=NOON),
            close(member=MemberFactory(), **duplicate, by=UserFactory(), at=NOON),
            clear_suspicion(member=MemberFactory(suspicion="haste"), by=UserFactory(), at=NOON),
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


def closed_as(duplicate_of):
    return MemberFactory(
        status=MemberStatus.CLOSED,
        closing_reason=ClosingReason.DUPLICATE,
        duplicate_of=duplicate_of,
    )


def test_close_as_duplicate_stands_on_the_timeline_of_the_other_too():
    officer, first, member = UserFactory(name="Amina Diallo"), MemberFactory(), MemberFactory()
    before = facts(first)

    close(member=member, reason=ClosingReason.DUPLICATE, duplicate_of=first, by=officer, at=NOON)

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
        DuplicateItself, match=rf"{other.reference} was closed as .* P2C-STND23 · The first: name"
    ) as refused:
        close(
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

    with pytest.raises(DuplicateItself, match="as a duplicate of this file"):
        close(
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

    close(
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

    close(member=member, reason=ClosingReason.NOT_GENUINE, by=UserFactory(), at=NOON)

    assert list(Message.objects.all()) == []


def test_close_refuses_a_duplicate_of_nothing():
    member = MemberFactory()
    before = facts(member)

    with pytest.raises(NoDuplicate):
        close(member=member, reason=ClosingReason.DUPLICATE, by=UserFactory(), at=NOON)

    assert_nothing_written(member, before)


def test_close_refuses_a_duplicate_of_itself():
    member = MemberFactory()
    before = facts(member)

    with pytest.raises(NoDuplicate):
        close(
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

    with pytest.raises(NoDuplicate):
        close(
            member=member,
            reason=ClosingReason.ABANDONED,
            duplicate_of=MemberFactory(),
            by=UserFactory(),
            at=NOON,
        )

    assert_nothing_written(member, before)


# Withdrawing and reopening


@pytest.mark.parametrize("status", [*UNDECIDED, MemberStatus.ADMITTED])
def test_withdraw_leaves_the_rest_as_it_was(status):
    officer = UserFactory()
    member = MemberFactory(status=status, assignee=UserFactory())
    before = facts(member)

    entry = withdraw(member=member, by=officer, at=NOON, note="On the telephone.")

    assert facts(member) == {
        **before,
        "assignee_id": officer.pk,
        "status": MemberStatus.WITHDRAWN,
        "withdrawn_at": NOON,
        "version": 2,
    }
    assert (entry.kind, entry.note, entry.is_public) == (
        TimelineKind.WITHDRAWN,
        "On the telephone.",
        False,
    )


def test_withdraw_by_the_focal_point_leaves_the_file_with_its_officer():
    officer = UserFactory()
    focal_point = FocalPointFactory(member=MemberFactory(assignee=officer))

    withdraw(member=focal_point.member, by=focal_point, at=NOON)

    assert Member.objects.get().assignee == officer


def test_withdraw_by_the_focal_point_tells_all_of_them_and_the_officer():
    officer = UserFactory(email="amina@example.org")
    member = MemberFactory(reference="P2C-GNE234", assignee=officer)
    queued = MessageFactory(reference="P2C-GNE234")
    first = FocalPointFactory(member=member, email="first@example.org", family_name="Lovelace")
    FocalPointFactory(member=member, email="alternate@example.org", is_alternate=True)

    entry = withdraw(member=member, by=first, at=NOON, note="We lack the means.")

    assert (entry.is_public, entry.note) == (True, "We lack the means.")
    queued.refresh_from_db()
    assert queued.status == MessageStatus.CANCELLED
    written = Message.objects.exclude(pk=queued.pk).order_by("pk")
    assert [(message.recipient, message.subject, message.status) for message in written] == [
        ("first@example.org", "P2C-GNE234: Your expression of interest is withdrawn", "queued"),
        ("alternate@example.org", "P2C-GNE234: Your expression of interest is withdrawn", "queued"),
        ("amina@example.org", "P2C-GNE234: Withdrawn by the organisation", "queued"),
    ]
    to_first, to_alternate, to_officer = (message.body for message in written)
    assert "You have withdrawn" in to_first
    assert "Ada Lovelace has withdrawn" in to_alternate
    assert "Was it a mistake?" in to_first
    assert not any("We lack" in body for body in (to_first, to_alternate, to_officer))


def test_withdraw_by_an_officer_writes_to_nobody():
    member = member_with_focal_point(assignee=UserFactory())

    withdraw(member=member, by=UserFactory(), at=NOON)

    assert Message.objects.count() == 0


def test_reopen_cancels_the_letters_of_a_withdrawal_that_have_not_gone_out():
    focal_point = FocalPointFactory()
    withdraw(member=focal_point.member, by=focal_point, at=NOON)

    reopen(member=focal_point.member, by=UserFactory(), at=NOON)

    assert Message.objects.get().status == MessageStatus.CANCELLED


def test_withdraw_cancels_what_is_still_queued_for_it_alone():
    member = MemberFactory(reference="P2C-GNE234")
    queued = MessageFactory(reference="P2C-GNE234")
    of_another = MessageFactory(reference="P2C-STAYS2")
    sent = MessageFactory(reference="P2C-GNE234", status=MessageStatus.SENT, sent_at=NOON)

    withdraw(member=member, by=UserFactory(), at=NOON)

    assert set(Message.objects.values_list("pk", "status")) == {
        (queued.pk, MessageStatus.CANCELLED),
        (of_another.pk, MessageStatus.QUEUED),
        (sent.pk, MessageStatus.SENT),
    }


@pytest.mark.parametrize(
    "status", [MemberStatus.DECLINED, MemberStatus.CLOSED, MemberStatus.WITHDRAWN]
)
def test_withdraw_refuses_what_is_over(status):
    member = MemberFactory(status=status)
    before = facts(member)

    with pytest.raises(WrongStatus):
        withdraw(member=member, by=UserFactory(), at=NOON)

    assert_nothing_written(member, before)


@pytest.mark.parametrize(
    "status", [MemberStatus.DECLINED, MemberStatus.CLOSED, MemberStatus.WITHDRAWN]
)
def test_reopen_puts_the_file_on_the_desk_as_if_undecided(status):
    officer = UserFactory()
    member = MemberFactory(status=status, replied_at=NOON - timedelta(days=1))

    entry = reopen(member=member, by=officer, at=NOON, note="They sent the letter.")

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


def test_reopen_of_a_withdrawn_member_that_was_admitted_clears_its_place():
    member = MemberFactory(status=MemberStatus.ADMITTED)
    withdraw(member=member, by=UserFactory(), at=NOON - timedelta(hours=1))

    reopen(member=member, by=UserFactory(), at=NOON)

    member.refresh_from_db()
    assert (member.status, member.focus_area) == (MemberStatus.PENDING, None)


def test_reopen_of_a_duplicate_stands_on_the_timeline_of_the_other_too():
    other = MemberFactory()
    member = closed_as(other)

    reopen(member=member, by=UserFactory(name="Amina Diallo"), at=NOON)

    entry = other.timeline.get()
    assert (entry.kind, entry.note, entry.by_name, entry.is_public) == (
        TimelineKind.DUPLICATE_REOPENED,
        member.reference,
        "Amina Diallo",
        False,
    )
    member.refresh_from_db()
    assert (member.status, member.duplicate_of) == (MemberStatus.PENDING, None)


def test_reopen_refuses_what_a_colleague_reopened_and_names_the_colleague():
    member = MemberFactory(status=MemberStatus.DECLINED)
    reopen(member=member, by=UserFactory(name="Bo Lind"), at=NOON - timedelta(minutes=5))

    with pytest.raises(WrongStatus, match=r"is pending\. Reopened: Bo Lind"):
        reopen(member=member, by=UserFactory(), at=NOON)


def test_reopen_cancels_the_refusal_that_has_not_gone_out():
    member = member_with_focal_point(reference="P2C-BACK23")
    decline(member=member, by=UserFactory(), at=NOON - timedelta(minutes=1))

    reopen(member=member, by=UserFactory(), at=NOON)

    assert Message.objects.get().status == MessageStatus.CANCELLED


@pytest.mark.parametrize("status", [*UNDECIDED, MemberStatus.ADMITTED])
def test_reopen_refuses_what_is_not_over(status):
    member = MemberFactory(status=status)
    before = facts(member)

    with pytest.raises(WrongStatus):
        reopen(member=member, by=UserFactory(), at=NOON)

    assert_nothing_written(member, before)


# What holds for every step

ON_UNDECIDED = {
    "take": lambda member, **kwargs: take(member=member, **kwargs),
    "release": lambda member, **kwargs: release(member=member, **kwargs),
    "hand_to": lambda member, **kwargs: hand_to(member=member, to=desk.officer(), **kwargs),
    "request_information": lambda member, **kwargs: request_information(
        member=member, missing="More.", **kwargs
    ),
    "record_answer": lambda member, **kwargs: record_answer(member=member, answer="Yes.", **kwargs),
    "admit": lambda member, **kwargs: admit_to_focus_area(
        member=member, focus_area=FocusAreaFactory(), role=GrantedRole.PARTICIPANT, **kwargs
    ),
    "decline": lambda member, **kwargs: decline(member=member, **kwargs),
    "close": lambda member, **kwargs: close(
        member=member, reason=ClosingReason.ABANDONED, **kwargs
    ),
}


@pytest.mark.parametrize("status", DECIDED)
@pytest.mark.parametrize("step", ON_UNDECIDED.values(), ids=ON_UNDECIDED)
def test_step_on_an_undecided_file_refuses_what_was_decided(step, status):
    member = member_with_focal_point(status=status)
    before = facts(member)

    with pytest.raises(DecidedAlready):
        step(member, by=UserFactory(), at=NOON)

    assert_nothing_written(member, before)


STARTS_FROM = {
    **{name: (step, MemberStatus.PENDING) for name, step in ON_UNDECIDED.items()},
    "record_answer": (ON_UNDECIDED["record_answer"], MemberStatus.INFORMATION_REQUESTED),
    "move": (
        lambda member, **kwargs: move_to_focus_area(
            member=member,
            focus_area=FocusAreaFactory(number=2),
            role=GrantedRole.OBSERVER,
            **kwargs,
        ),
        MemberStatus.ADMITTED,
    ),
    "withdraw": (
        lambda member, **kwargs: withdraw(member=member, **kwargs),
        MemberStatus.PENDING,
    ),
    "reopen": (lambda member, **kwargs: reopen(member=member, **kwargs), MemberStatus.DECLINED),
}


@pytest.mark.parametrize(("step", "status"), STARTS_FROM.values(), ids=STARTS_FROM)
def test_step_refuses_a_page_that_a_colleague_has_overtaken(step, status):
    member = member_with_focal_point(status=status, version=7, assignee=UserFactory())
    TimelineEntryFactory(
        member=member,
        kind=TimelineKind.CORRECTED,
        by_user=UserFactory(),
        by_name="Bo Lind",
        at=NOON - timedelta(minutes=10),
    )
    before = facts(member)

    with pytest.raises(
        ChangedMeanwhile, match="Facts corrected: Bo Lind, Monday 25 October 2021, 13:50"
    ):
        step(member, by=UserFactory(), at=NOON, version=6)

    assert_nothing_written(member, before)


def test_refusal_names_who_came_last_although_the_other_looked_at_the_clock_later():
    member = MemberFactory()
    first, last = UserFactory(name="First"), UserFactory(name="Last")
    close(member=member, reason=ClosingReason.NOT_GENUINE, by=first, at=NOON + timedelta(minutes=1))
    reopen(member=member, by=first, at=NOON + timedelta(minutes=1))
    decline(member=member, by=last, at=NOON, message=None)

    with pytest.raises(DecidedAlready, match="Declined: Last"):
        take(member=member, by=first, at=NOON + timedelta(minutes=1))
