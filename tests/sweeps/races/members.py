"""Two concurrent decisions on one member, by staff or focal points."""

from functools import partial

from accounts.models import User
from core.conflicts import Conflict, NothingChanged
from members.models import (
    AnswerFile,
    ClosingReason,
    GrantedRole,
    MemberStatus,
    SpamSignal,
    TimelineEntry,
)
from members.services.answer_files import validate_answer_file
from members.services.assignment import (
    assign_to_self,
    clear_spam_flag,
    flag_as_spam,
    reassign,
    take_over,
    unassign,
    undo_spam_flag,
)
from members.services.bulk_assignment import reassign_all
from members.services.conflicts import WrongStatus
from members.services.corrections import correct_answers
from members.services.correspondence import write_letter
from members.services.decisions import (
    admit_to_focus_area,
    close_without_letter,
    decline,
    move_to_focus_area,
    record_answer,
    reopen,
    request_information,
    withdraw,
)
from members.services.notes import add_note
from members.services.summaries import save_summary
from outbox.models import Message, MessageStatus
from tests.factories import NOON, FocalPointFactory, FocusAreaFactory, MemberFactory, UserFactory
from tests.papers.files import PDF
from tests.sweeps.races.race import Race, has_each_file, own

MEMBER, PERSON, MESSAGE = "members_member", "members_focalpoint", "outbox_message"
PENDING, ADMITTED, DECLINED = MemberStatus.PENDING, MemberStatus.ADMITTED, MemberStatus.DECLINED
ASKED = MemberStatus.INFORMATION_REQUESTED
ENTRY = {TimelineEntry: 1}
ENTRY_WITH_LETTER = {TimelineEntry: 1, Message: 1}

STEPS = {
    assign_to_self: {},
    unassign: {},
    reassign: {"to": lambda: User.objects.get(email="colleague@example.org")},
    take_over: {"by": lambda: UserFactory(is_superuser=True)},
    clear_spam_flag: {},
    flag_as_spam: {},
    undo_spam_flag: {},
    request_information: {"missing": "More."},
    record_answer: {"answer": "Yes."},
    admit_to_focus_area: {
        "focus_area": lambda: FocusAreaFactory(number=2),
        "role": GrantedRole.PARTICIPANT,
    },
    move_to_focus_area: {
        "focus_area": lambda: FocusAreaFactory(number=2),
        "role": GrantedRole.PARTICIPANT,
    },
    decline: {},
    close_without_letter: {"reason": ClosingReason.ABANDONED},
    withdraw: {},
    write_letter: {"text": "Hello."},
    save_summary: {"summary": "Finances 57 countries.", "is_public": False},
    reopen: {},
    correct_answers: {
        "facts": {"acronym": "CORRECTED"},
        "focal_points": {},
        "reason": "Typing error.",
    },
}


def step(function, member, by=None, **seen):
    """Return a decision by an officer, or by a focal point, on a copy of the member."""
    facts = {name: fact() if callable(fact) else fact for name, fact in STEPS[function].items()}
    facts = {"by": by or UserFactory(), **facts}
    return partial(function, member=own(member), at=NOON, **facts, **seen)


def a_member(status=PENDING, **facts):
    area = FocusAreaFactory(number=1) if status == ADMITTED else None
    facts = {name: fact() if callable(fact) else fact for name, fact in facts.items()}
    return FocalPointFactory(member__status=status, member__focus_area=area, **facts).member


def steps(first, second=None, status=PENDING, *, version=None, **facts):
    """Two officers make a decision each, by default the same."""

    def arrange():
        UserFactory(email="colleague@example.org", is_superuser=True)
        member = a_member(status, **{f"member__{name}": fact for name, fact in facts.items()})
        return tuple(step(each, member, version=version) for each in (first, second or first))

    return arrange


def one_step(first, refusal, *, second=None, has_letter=False, **facts):
    """A row in which the first decision is made and the second refused."""
    return Race(
        steps(first, second, **facts),
        MEMBER,
        (TimelineEntry, refusal),
        ENTRY_WITH_LETTER if has_letter else ENTRY,
    )


def by_focal_points(first, second, status=ASKED):
    """Two decisions by an officer (None), a focal point (False) or an alternate (True)."""

    def arrange():
        member = MemberFactory(
            status=status,
            focus_area=FocusAreaFactory(number=1) if status == ADMITTED else None,
            assignee=UserFactory(),
        )
        people = {each: FocalPointFactory(member=member, is_alternate=each) for each in (0, 1)}
        calls = [
            step(function, member, None if who is None else own(people[who]))
            for function, who in (first, second)
        ]
        return *calls, lambda: not letters_to_wait_for(member)

    return arrange


def letters_to_wait_for(member):
    """Return whether a welcome letter to a withdrawn member is still queued."""
    waiting = Message.objects.filter(status=MessageStatus.QUEUED, topic__contains="/admitted/")
    return own(member).status == MemberStatus.WITHDRAWN and waiting.exists()


def note_and_step():
    member = a_member()
    noting = partial(add_note, member=own(member), text="Called.", by=UserFactory(), at=NOON)
    return step(assign_to_self, member, version=1), noting


SUSPECT = {"spam_signal": SpamSignal.values[0]}
HELD = {"assignee": UserFactory}


def two_notes():
    member = a_member()
    return tuple(
        partial(add_note, member=own(member), text=text, by=UserFactory(), at=NOON)
        for text in ("Called.", "They called.")
    )


# A decision by two people is made once.
MADE_ONCE = {
    assign_to_self: one_step(assign_to_self, "already_assigned"),
    unassign: one_step(unassign, "not_assigned", **HELD),
    reassign: one_step(reassign, "already_assigned"),
    take_over: one_step(take_over, Conflict, has_letter=True, version=1, **HELD),
    clear_spam_flag: one_step(clear_spam_flag, "not_flagged_as_spam", has_letter=True, **SUSPECT),
    flag_as_spam: one_step(flag_as_spam, "flagged_as_spam"),
    undo_spam_flag: one_step(
        undo_spam_flag, "not_flagged_as_spam", has_letter=True, spam_signal=SpamSignal.UNUSUAL
    ),
    request_information: one_step(request_information, WrongStatus, has_letter=True),
    record_answer: one_step(record_answer, WrongStatus, status=ASKED),
    admit_to_focus_area: one_step(admit_to_focus_area, WrongStatus, has_letter=True),
    move_to_focus_area: one_step(
        move_to_focus_area, "already_in_focus_area", has_letter=True, status=ADMITTED
    ),
    decline: one_step(decline, WrongStatus, has_letter=True),
    close_without_letter: one_step(close_without_letter, WrongStatus),
    withdraw: one_step(withdraw, WrongStatus),
    reopen: one_step(reopen, WrongStatus, status=DECLINED),
    correct_answers: one_step(correct_answers, NothingChanged),
    save_summary: one_step(save_summary, NothingChanged),
}


def answers_with_files():
    """Return two answers by both focal points, each with a file."""
    member = MemberFactory(status=ASKED)
    people = [FocalPointFactory(member=member, is_alternate=each) for each in (False, True)]

    def answering(person):
        file = validate_answer_file(PDF, typed_name="Statutes.pdf")
        return partial(record_answer, member=own(member), documents=[file], by=person, at=NOON)

    return *map(answering, people), partial(has_each_file, AnswerFile)


def all_of(members):
    """Return a call that reassigns all members of a colleague, and returns how many these are."""
    facts = {
        "members": [member.pk for member in members],
        "assignee": members[0].assignee,
        "to": User.objects.get(email="colleague@example.org"),
        "reason": "On leave.",
        "by": UserFactory(),
        "at": NOON,
    }
    return lambda: len(reassign_all(**facts).entries)


def two_of_a_colleague():
    UserFactory(email="colleague@example.org", is_superuser=True)
    assignee = UserFactory()
    return [a_member(member__assignee=assignee) for _n in range(2)]


def two_reassign_all():
    members = two_of_a_colleague()
    return all_of(members), all_of(members)


def decline_and_reassign_all():
    members = two_of_a_colleague()
    return step(decline, members[0]), all_of(members)


RACES = {
    **{function.__name__: race for function, race in MADE_ONCE.items()},
    # If two decisions come from the same page, the second one is refused.
    "take, and hand over": one_step(assign_to_self, Conflict, second=reassign, version=1),
    "release, and admit": one_step(
        unassign, Conflict, second=admit_to_focus_area, version=1, **HELD
    ),
    "clear suspicion, and close": one_step(
        clear_spam_flag,
        Conflict,
        second=close_without_letter,
        has_letter=True,
        version=1,
        **SUSPECT,
    ),
    "ask, and decline": one_step(
        request_information, Conflict, second=decline, has_letter=True, version=1
    ),
    "answer, and decline": one_step(
        record_answer, Conflict, second=decline, status=ASKED, version=1
    ),
    "admit, and decline": one_step(
        admit_to_focus_area, WrongStatus, second=decline, has_letter=True, version=1
    ),
    "decline, and correct": one_step(
        decline, Conflict, second=correct_answers, has_letter=True, version=1
    ),
    "withdraw, and admit": one_step(withdraw, WrongStatus, second=admit_to_focus_area),
    "withdraw, and move": one_step(
        withdraw, WrongStatus, second=move_to_focus_area, status=ADMITTED
    ),
    "correct, and reopen": one_step(
        correct_answers, Conflict, second=reopen, status=DECLINED, version=1
    ),
    "write, twice from one page": one_step(
        write_letter, Conflict, has_letter=True, status=ADMITTED, version=1
    ),
    "summarise, twice from one page": one_step(save_summary, Conflict, version=1),
    "take, and note": Race(
        note_and_step, MEMBER, (TimelineEntry, TimelineEntry), {TimelineEntry: 2}, needs_lock=False
    ),
    "reassign all, twice": Race(
        two_reassign_all, MEMBER, (2, "nothing_to_reassign"), {TimelineEntry: 2, Message: 2}
    ),
    # The member that was declined first is skipped.
    "decline, and reassign all": Race(
        decline_and_reassign_all, MEMBER, (TimelineEntry, 1), {TimelineEntry: 2, Message: 3}
    ),
    # The search entry has both notes.
    "note, and note": Race(
        two_notes,
        "members_searchentry",
        (TimelineEntry, TimelineEntry),
        {TimelineEntry: 2},
    ),
    # Focal points and officers concurrently.
    "answer by both focal points": Race(
        by_focal_points((record_answer, 0), (record_answer, 1)),
        MEMBER,
        (TimelineEntry, WrongStatus),
        ENTRY_WITH_LETTER,
    ),
    "answer with files by both focal points": Race(
        answers_with_files, MEMBER, (TimelineEntry, WrongStatus), {TimelineEntry: 1, AnswerFile: 1}
    ),
    "answer by a focal point, and decline": Race(
        by_focal_points((record_answer, 0), (decline, None)),
        MEMBER,
        (TimelineEntry, TimelineEntry),
        {TimelineEntry: 2, Message: 3},
        needs_lock=False,
    ),
    "decline, and answer by a focal point": Race(
        by_focal_points((decline, None), (record_answer, 0)),
        MEMBER,
        (TimelineEntry, WrongStatus),
        {TimelineEntry: 1, Message: 2},
    ),
    "withdraw by a focal point, and admit": Race(
        by_focal_points((withdraw, 0), (admit_to_focus_area, None), PENDING),
        MEMBER,
        (TimelineEntry, WrongStatus),
        {TimelineEntry: 1, Message: 3},
    ),
    "admit, and withdraw by a focal point": Race(
        by_focal_points((admit_to_focus_area, None), (withdraw, 0), PENDING),
        MEMBER,
        (TimelineEntry, TimelineEntry),
        {TimelineEntry: 2, Message: 5},
    ),
}
