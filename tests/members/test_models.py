from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from focus_areas.models import FocusArea
from members.figures import what_waits
from members.models import (
    UNDECIDED,
    Call,
    ClosingReason,
    EoiDraft,
    GrantedRole,
    LinkRequest,
    Member,
    MemberStatus,
    Resemblance,
    Successor,
    TimelineKind,
    Trait,
)
from members.triage import record_answer
from outbox.models import Message
from tests.factories import (
    NOON,
    CallFactory,
    EoiDraftFactory,
    FocalPointFactory,
    FocusAreaFactory,
    LinkRequestFactory,
    MemberFactory,
    MessageFactory,
    ResemblanceFactory,
    SuccessorFactory,
    TimelineEntryFactory,
    TraitFactory,
    UserFactory,
)
from tests.members.desk import coordinator, observer, officer


def refused_by(constraint):
    """The database refuses, and names the constraint."""
    return pytest.raises(IntegrityError, match=constraint)


# Calls: a year after the circular's own, which every migrate brings

NEXT_YEAR = NOON + timedelta(days=365)


def call(*, opens, closes, grace):
    """A call by days and seconds around the same hour of the next year."""
    return CallFactory(
        opens_at=NEXT_YEAR + opens, closes_at=NEXT_YEAR + closes, grace_ends_at=NEXT_YEAR + grace
    )


DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
NOW = timedelta()


def test_call_open_at_keeps_what_takes_an_eoi_at_that_instant():
    open_call = call(opens=NOW, closes=DAY, grace=DAY)
    in_its_grace = call(opens=-9 * DAY, closes=NOW, grace=SECOND)
    call(opens=SECOND, closes=DAY, grace=DAY)
    call(opens=-9 * DAY, closes=-DAY, grace=NOW)

    assert list(Call.objects.open_at(NEXT_YEAR)) == [open_call, in_its_grace]


def test_call_to_come_keeps_what_is_not_open_yet():
    call(opens=NOW, closes=DAY, grace=DAY)
    later = call(opens=2 * DAY, closes=3 * DAY, grace=3 * DAY)
    next_one = call(opens=DAY, closes=3 * DAY, grace=3 * DAY)

    assert list(Call.objects.to_come(NEXT_YEAR)) == [next_one, later]


def test_call_over_keeps_what_no_longer_takes_an_eoi():
    over = call(opens=-9 * DAY, closes=-DAY, grace=NOW)
    call(opens=-9 * DAY, closes=NOW, grace=SECOND)
    circulars = Call.objects.get(opens_at__year=2021)

    assert list(Call.objects.over(NEXT_YEAR)) == [over, circulars]


def test_call_closes_after_opening():
    with refused_by("members_call_closes_after_opening"):
        CallFactory(opens_at=NOON, closes_at=NOON, grace_ends_at=NOON)


def test_call_grace_ends_after_closing():
    with refused_by("members_call_grace_ends_after_closing"):
        CallFactory(closes_at=NOON, grace_ends_at=NOON - timedelta(seconds=1))


# Members


def test_member_with_waiting_since_counts_from_the_latest_request_or_reply():
    asked_again = MemberFactory(status=MemberStatus.INFORMATION_REQUESTED)
    for hours in (3, 4, 1):
        TimelineEntryFactory(
            member=asked_again,
            kind=TimelineKind.INFORMATION_REQUESTED,
            at=NOON + timedelta(hours=hours),
        )
    TimelineEntryFactory(member=asked_again, kind=TimelineKind.TAKEN, at=NOON + timedelta(hours=5))
    replied = MemberFactory(replied_at=NOON + timedelta(hours=2))
    TimelineEntryFactory(member=replied, kind=TimelineKind.INFORMATION_REQUESTED, at=NOON)
    new = MemberFactory(submitted_at=NOON)

    since = dict(Member.objects.with_waiting_since().values_list("pk", "waiting_since"))

    assert since == {
        asked_again.pk: NOON + timedelta(hours=4),
        replied.pk: NOON + timedelta(hours=2),
        new.pk: NOON,
    }


def test_member_with_last_message_says_what_became_of_the_latest_letter():
    written, silent = MemberFactory(), MemberFactory()
    for days, status in enumerate(("queued", "failed", "cancelled")):
        MessageFactory(
            reference=written.reference, status=status, queued_at=NOON - timedelta(days=days)
        )

    latest = dict(Member.objects.with_last_message().values_list("pk", "last_message"))

    assert latest == {written.pk: "queued", silent.pk: None}


def test_member_with_mail_to_the_officer_alone_is_not_told_of_it_as_a_letter():
    me = officer()
    member = MemberFactory(assignee=me, status=MemberStatus.INFORMATION_REQUESTED)
    person = FocalPointFactory(member=member)
    MessageFactory(reference=member.reference, queued_at=NOON - timedelta(days=1))
    record_answer(member=member, answer="Here it is", by=person, at=NOON)
    Message.objects.filter(recipient=me.email).update(status="failed")

    told = Member.objects.with_last_message().with_failed_mail()

    assert told.values_list("last_message", "has_failed_mail").get() == ("queued", False)
    assert what_waits(user=me, calls=[], at=NOON)["mail_failed"] == 0


def test_member_with_unconfirmed_address_looks_at_the_first_person_of_what_waits():
    unconfirmed, confirmed = MemberFactory(), MemberFactory()
    admitted = MemberFactory(status=MemberStatus.ADMITTED)
    for member in (unconfirmed, confirmed, admitted):
        at = NOON if member == confirmed else None
        FocalPointFactory(member=member, confirmed_at=at)
        FocalPointFactory(member=member, is_alternate=True, confirmed_at=None if at else NOON)

    members = Member.objects.with_unconfirmed_address()

    assert dict(members.values_list("pk", "has_unconfirmed_address")) == {
        unconfirmed.pk: True,
        confirmed.pk: False,
        admitted.pk: False,
    }


def test_member_undecided_keeps_what_waits_oldest_first():
    younger = MemberFactory(submitted_at=NOON)
    older = MemberFactory(
        submitted_at=NOON - timedelta(days=1), status=MemberStatus.INFORMATION_REQUESTED
    )
    for status in ("admitted", "declined", "closed", "withdrawn"):
        MemberFactory(status=status)

    assert list(Member.objects.undecided()) == [older, younger]


def test_member_of_working_group_keeps_who_was_admitted_to_it():
    area = FocusAreaFactory(number=2)
    admitted = MemberFactory(status=MemberStatus.ADMITTED, focus_area=area)
    MemberFactory(status=MemberStatus.ADMITTED, focus_area=FocusAreaFactory(number=3))
    MemberFactory(
        status=MemberStatus.WITHDRAWN,
        focus_area=area,
        granted_role=GrantedRole.PARTICIPANT,
        decided_at=NOON,
        decided_by=UserFactory(),
    )

    assert list(Member.objects.of_working_group(area)) == [admitted]


def test_member_listed_publicly_keeps_admitted_who_agreed():
    listed = MemberFactory(status=MemberStatus.ADMITTED, publication_consent=True)
    MemberFactory(status=MemberStatus.ADMITTED, publication_consent=False)
    MemberFactory(status=MemberStatus.PENDING, publication_consent=True)

    assert list(Member.objects.listed_publicly()) == [listed]


def test_member_reference_is_unique():
    MemberFactory(reference="P2C-TWICE2")

    with pytest.raises(IntegrityError):
        MemberFactory(reference="P2C-TWICE2")


def test_member_submission_key_is_unique():
    MemberFactory(submission_key="the-same")

    with pytest.raises(IntegrityError):
        MemberFactory(submission_key="the-same")


def test_member_known_category():
    with refused_by("members_member_known_category"):
        MemberFactory(category="planet")


def test_member_known_role():
    with refused_by("members_member_known_role"):
        MemberFactory(role="chair")


def test_member_known_suspicion():
    with refused_by("members_member_known_suspicion"):
        MemberFactory(suspicion="a hunch")


@pytest.mark.parametrize("missing", [{"is_authorised": False}, {"privacy_version": ""}])
def test_member_authorised_and_agreed(missing):
    with refused_by("members_member_authorised_and_agreed"):
        MemberFactory(**missing)


AREA = {"focus_area": FocusAreaFactory, "granted_role": lambda: "participant"}
DECISION = {"decided_at": lambda: NOON, "decided_by": UserFactory}
DISAGREEING = [
    ("pending", ["focus_area"]),
    ("pending", ["granted_role"]),
    ("pending", ["focus_area", "granted_role"]),
    ("pending", ["decided_at"]),
    ("pending", ["decided_by"]),
    ("pending", ["decided_at", "decided_by"]),
    ("information_requested", ["focus_area", "granted_role", "decided_at", "decided_by"]),
    ("admitted", []),
    ("admitted", ["focus_area", "granted_role"]),
    ("admitted", ["decided_at", "decided_by"]),
    ("admitted", ["focus_area", "decided_at", "decided_by"]),
    ("admitted", ["granted_role", "decided_at", "decided_by"]),
    ("admitted", ["focus_area", "granted_role", "decided_at"]),
    ("declined", []),
    ("declined", ["decided_at"]),
    ("declined", ["focus_area", "granted_role", "decided_at", "decided_by"]),
    ("closed", []),
    ("closed", ["decided_by"]),
    ("closed", ["focus_area", "granted_role", "decided_at", "decided_by"]),
    ("withdrawn", ["focus_area", "granted_role"]),
    ("withdrawn", ["decided_at", "decided_by"]),
    ("withdrawn", ["focus_area", "granted_role", "decided_at"]),
    ("dreaming", []),
]


@pytest.mark.parametrize(("status", "what_is_set"), DISAGREEING)
def test_member_status_agrees_with_decision(status, what_is_set):
    nothing = {"focus_area": None, "granted_role": "", "decided_at": None, "decided_by": None}
    given = {name: make() for name, make in {**AREA, **DECISION}.items() if name in what_is_set}

    with refused_by("members_member_status_agrees_with_decision"):
        MemberFactory(status=status, **{**nothing, **given})


def test_member_who_was_asked_has_no_reply():
    with refused_by("members_member_asked_has_no_reply"):
        MemberFactory(status=MemberStatus.INFORMATION_REQUESTED, replied_at=NOON)


def test_member_withdrawn_has_its_time():
    with refused_by("members_member_withdrawn_has_its_time"):
        MemberFactory(status=MemberStatus.WITHDRAWN, withdrawn_at=None)


def test_member_has_no_time_of_withdrawal_before_it():
    with refused_by("members_member_withdrawn_has_its_time"):
        MemberFactory(status=MemberStatus.PENDING, withdrawn_at=NOON)


@pytest.mark.parametrize(
    ("status", "reason"), [("closed", ""), ("closed", "boredom"), ("declined", "abandoned")]
)
def test_member_closed_has_its_reason(status, reason):
    with refused_by("members_member_closed_has_its_reason"):
        MemberFactory(status=status, closing_reason=reason)


def test_member_duplicate_names_the_other():
    with refused_by("members_member_duplicate_names_the_other"):
        MemberFactory(status=MemberStatus.CLOSED, closing_reason=ClosingReason.DUPLICATE)


def test_member_names_no_other_when_it_is_no_duplicate():
    with refused_by("members_member_duplicate_names_the_other"):
        MemberFactory(
            status=MemberStatus.CLOSED,
            closing_reason=ClosingReason.ABANDONED,
            duplicate_of=MemberFactory(),
        )


def test_member_no_duplicate_of_itself():
    member = MemberFactory(
        status=MemberStatus.CLOSED,
        closing_reason=ClosingReason.DUPLICATE,
        duplicate_of=MemberFactory(),
    )

    with refused_by("members_member_no_duplicate_of_itself"):
        Member.objects.filter(pk=member.pk).update(duplicate_of=member)


# Focal points


def test_focal_point_one_of_each():
    member = FocalPointFactory(is_alternate=True).member

    # PostgreSQL names the constraint, SQLite its columns.
    with refused_by("members_focalpoint_one_of_each|members_focalpoint.is_alternate"):
        FocalPointFactory(member=member, is_alternate=True)


def test_focal_point_one_of_each_lets_both_be():
    member = FocalPointFactory(is_alternate=True).member

    primary = FocalPointFactory(member=member, is_alternate=False)

    assert set(member.focal_points.values_list("is_alternate", flat=True)) == {True, False}
    assert primary.pk


def test_focal_point_known_language():
    with refused_by("members_focalpoint_known_language"):
        FocalPointFactory(language="tlh")


def test_focal_point_known_title():
    with refused_by("members_focalpoint_known_title"):
        FocalPointFactory(title="sir")


@pytest.mark.parametrize("missing", ["family_name", "email"])
def test_focal_point_has_name_and_email(missing):
    with refused_by("members_focalpoint_has_name_and_email"):
        FocalPointFactory(**{missing: ""})


# Timeline


def test_timeline_entry_known_kind():
    with refused_by("members_timelineentry_known_kind"):
        TimelineEntryFactory(kind="rumoured")


def test_timeline_entry_notes_are_internal():
    with refused_by("members_timelineentry_notes_are_internal"):
        TimelineEntryFactory(kind=TimelineKind.NOTED, is_public=True)


def test_timeline_entry_by_one_person():
    focal_point = FocalPointFactory()

    with refused_by("members_timelineentry_by_one_person"):
        TimelineEntryFactory(
            member=focal_point.member,
            by_user=UserFactory(),
            by_focal_point=focal_point,
            by_name="Two people",
        )


def test_timeline_entry_keeps_the_name():
    with refused_by("members_timelineentry_keeps_the_name"):
        TimelineEntryFactory(by_user=UserFactory(), by_name="")


def test_account_with_a_past_cannot_be_deleted():
    officer = UserFactory()
    TimelineEntryFactory(by_user=officer, by_name="Amina Diallo")

    with pytest.raises(IntegrityError), transaction.atomic():
        officer.delete()


# Successors


@pytest.mark.parametrize(
    ("constraint", "facts"),
    [
        ("members_successor_expires_after_naming", {"expires_at": NOON}),
        ("members_successor_known_language", {"language": "xx"}),
        ("members_successor_known_title", {"title": "king"}),
        ("members_successor_has_name_and_email", {"family_name": ""}),
        ("members_successor_has_name_and_email", {"email": ""}),
    ],
)
def test_successor_constraint_refuses(constraint, facts):
    with refused_by(constraint), transaction.atomic():
        SuccessorFactory(**facts)

    assert list(Successor.objects.all()) == []


def test_focal_point_has_one_successor_at_a_time():
    first = SuccessorFactory()

    with pytest.raises(IntegrityError), transaction.atomic():
        SuccessorFactory(focal_point=first.focal_point)

    assert list(Successor.objects.all()) == [first]


# Drafts and requests for links


@pytest.mark.parametrize(
    ("constraint", "facts"),
    [
        ("members_eoidraft_times_in_order", {"started_at": NOON + SECOND, "saved_at": NOON}),
        ("members_eoidraft_times_in_order", {"saved_at": NOON, "expires_at": NOON}),
        ("members_eoidraft_known_language", {"language": "xx"}),
        ("members_eoidraft_has_email_and_key", {"email": ""}),
        ("members_eoidraft_has_email_and_key", {"submission_key": ""}),
    ],
)
def test_draft_constraint_refuses(constraint, facts):
    with refused_by(constraint), transaction.atomic():
        EoiDraftFactory(**facts)

    assert list(EoiDraft.objects.all()) == []


def test_draft_is_unique_by_the_key_of_its_form():
    first = EoiDraftFactory()

    with pytest.raises(IntegrityError), transaction.atomic():
        EoiDraftFactory(submission_key=first.submission_key)

    assert list(EoiDraft.objects.all()) == [first]


def test_draft_is_kept_until_the_instant_at_which_it_expires():
    kept = EoiDraftFactory(expires_at=NOON + SECOND)
    expired = EoiDraftFactory(expires_at=NOON, saved_at=NOON - SECOND)

    assert list(EoiDraft.objects.kept_at(NOON)) == [kept]
    assert list(EoiDraft.objects.expired_at(NOON)) == [expired]


def test_draft_gives_back_what_was_typed():
    typed = "acronym=&contributions=policy&contributions=advocacy&x=%E2%82%AC"

    draft = EoiDraftFactory(typed=typed)

    assert draft.answers.getlist("contributions") == ["policy", "advocacy"]
    assert (draft.answers["acronym"], draft.answers["x"]) == ("", "€")


def test_request_for_links_has_an_address():
    with refused_by("members_linkrequest_has_email"), transaction.atomic():
        LinkRequestFactory(email="")

    assert list(LinkRequest.objects.all()) == []


# Possible duplicates


@pytest.mark.parametrize(
    ("constraint", "facts"),
    [
        ("members_resemblance_has_a_reason", {"same_domain": False}),
        ("members_resemblance_dismissed_by_somebody", {"dismissed_at": NOON}),
    ],
)
def test_resemblance_constraint_refuses(constraint, facts):
    with refused_by(constraint), transaction.atomic():
        ResemblanceFactory(**facts)

    assert not Resemblance.objects.exists()


def test_resemblance_is_of_two_files_in_one_order():
    one, other = MemberFactory(), MemberFactory()

    for earlier, later in [(other, one), (one, one)]:
        with refused_by("members_resemblance_two_files_in_order"), transaction.atomic():
            ResemblanceFactory(earlier=earlier, later=later)


def test_resemblance_of_two_files_is_there_once():
    pair = ResemblanceFactory()

    # members_resemblance_once: PostgreSQL names the constraint, SQLite its columns.
    with pytest.raises(IntegrityError), transaction.atomic():
        ResemblanceFactory(earlier=pair.earlier, later=pair.later)


@pytest.mark.parametrize(
    ("constraint", "facts"),
    [
        ("members_trait_known_kind", {"kind": "colour"}),
        ("members_trait_has_a_value", {"value": ""}),
    ],
)
def test_trait_constraint_refuses(constraint, facts):
    with refused_by(constraint), transaction.atomic():
        TraitFactory(**facts)

    assert not Trait.objects.exists()


def test_trait_is_once_in_a_file():
    trait = TraitFactory()
    TraitFactory(value=trait.value)

    # members_trait_once_in_a_file: PostgreSQL names the constraint, SQLite its columns.
    with pytest.raises(IntegrityError), transaction.atomic():
        TraitFactory(member=trait.member, value=trait.value)


def marked(reader):
    members = Member.objects.within_reach_of(reader).with_possible_duplicates(reader)
    return set(members.filter(has_possible_duplicates=True))


@pytest.mark.parametrize("status", [*UNDECIDED, MemberStatus.ADMITTED])
def test_member_with_possible_duplicates_marks_both_files_that_stand(status):
    pair = ResemblanceFactory(earlier__status=status)
    MemberFactory()

    assert marked(observer()) == {pair.earlier, pair.later}


@pytest.mark.parametrize(
    "status", [MemberStatus.DECLINED, MemberStatus.CLOSED, MemberStatus.WITHDRAWN]
)
@pytest.mark.parametrize("which", ["earlier", "later"])
def test_member_with_possible_duplicates_marks_none_where_one_stands_no_more(which, status):
    ResemblanceFactory(**{f"{which}__status": status})

    assert marked(observer()) == set()


def test_member_with_possible_duplicates_leaves_out_what_was_set_aside():
    ResemblanceFactory(dismissed_at=NOON, dismissed_by=UserFactory())

    assert marked(observer()) == set()


def test_member_with_possible_duplicates_shows_a_coordinator_none_beyond_their_reach():
    theirs, another = FocusArea.objects.order_by("number")[:2]
    admitted = {"status": MemberStatus.ADMITTED}
    member = MemberFactory(focus_area=theirs, **admitted)
    ResemblanceFactory(earlier=member, later=MemberFactory(focus_area=another, **admitted))
    ResemblanceFactory(earlier=member, later=MemberFactory())
    within = ResemblanceFactory(
        earlier=MemberFactory(focus_area=theirs, **admitted),
        later=MemberFactory(focus_area=theirs, **admitted),
    )

    assert marked(coordinator(theirs)) == {within.earlier, within.later}


def test_member_to_find_likeness_keeps_what_was_not_looked_at():
    new = MemberFactory()
    MemberFactory(likeness_found_at=NOON)

    assert list(Member.objects.to_find_likeness()) == [new]
