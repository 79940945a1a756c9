"""Two people at one draft of an Action Framework: its text, its amendments and their answers."""

from datetime import timedelta
from functools import partial

from core.conflicts import NothingChanged
from framework.models import (
    Amendment,
    AmendmentKind,
    Answer,
    AnswerKind,
    Draft,
    DraftStatus,
    ParagraphKind,
    Support,
    Wording,
)
from framework.services.amendments import (
    AmendmentConflict,
    DraftClosed,
    MayNotPropose,
    Place,
    support_amendment,
    withdraw_amendment,
)
from framework.services.answers import AnswerConflict
from framework.services.drafts import (
    DraftConflict,
    move_closing,
    open_draft,
    prepare_next_draft,
)
from framework.services.paragraphs import (
    WordingConflict,
    WordingGone,
    add_paragraph,
    delete_paragraph,
    edit_wording,
    merge_paragraphs,
    move_paragraph,
    split_paragraph,
)
from members.models import TimelineEntry
from members.services.decisions import withdraw as withdraw_member
from outbox.models import Message
from tests.factories import (
    NOON,
    FocalPointFactory,
    FrameworkDraftFactory,
    FrameworkFactory,
    UserFactory,
    WordingFactory,
)
from tests.framework.steps import (
    LATER,
    SOON,
    a_place,
    a_prepared_draft,
    a_proposer,
    answering,
    positions_of,
    sending,
    texts_of,
    typing,
)
from tests.sweeps.races.race import Race, own

AMENDMENT, ANSWER = Amendment._meta.db_table, Answer._meta.db_table
DRAFT, WORDING = Draft._meta.db_table, Wording._meta.db_table


def at_a_text(*calls, texts=()):
    """Let two coordinators change the text of one draft, on pages that they opened before.

    `texts` is the text afterwards, if it says more than the numbers of its paragraphs.
    """

    def arrange():
        draft, wordings = a_prepared_draft("One.", "Two.", "Three.")

        def changing(call):
            by = {"version": 1, "by": UserFactory(), "at": NOON}
            return partial(call, *[own(each) for each in wordings], **by)

        def is_as_both_left_it():
            has_positions = positions_of(draft) == list(range(1, draft.wordings.count() + 1))
            return has_positions and (not texts or texts_of(draft) == list(texts))

        return *map(changing, calls), is_as_both_left_it

    return arrange


def edit(one, _two, _three, **by):
    return edit_wording(
        wording=one, kind=ParagraphKind.TEXT, text=f"By {by['by'].pk}.", pillar=None, **by
    )


def split(one, _two, _three, **by):
    return split_paragraph(wording=one, first="One", second="half.", **by)


def merge_into_first(one, two, _three, **by):
    return merge_paragraphs(wording=one, other=two, text="Both.", **by)


def merge_into_second(one, two, _three, **by):
    return merge_paragraphs(wording=two, other=one, text="Both.", **by)


def move_first(one, _two, three, **by):
    return move_paragraph(wording=one, after=three.paragraph, **by)


def move_third(_one, _two, three, **by):
    return move_paragraph(wording=three, after=None, **by)


def delete(one, _two, _three, **by):
    return delete_paragraph(wording=one, **by)


def add(one, _two, _three, version, **by):
    facts = {"kind": ParagraphKind.TEXT, "text": "New.", "pillar": None}
    return add_paragraph(draft=own(one.draft), after=one.paragraph, **facts, **by)


def two_begin():
    framework = FrameworkFactory()

    def beginning():
        return partial(prepare_next_draft, framework=own(framework), by=UserFactory(), at=NOON)

    return beginning(), beginning()


def two_open():
    draft = FrameworkDraftFactory(status=DraftStatus.PREPARATION)
    WordingFactory(draft=draft)

    def opening():
        facts = {"closes_at": SOON, "version": 1, "by": UserFactory(), "at": NOON}
        return partial(open_draft, draft=own(draft), **facts)

    return opening(), opening()


def a_sent_amendment(kind=AmendmentKind.CHANGE, **facts):
    place = a_place(kind, **facts)
    by = a_proposer(place.draft)
    return sending(place, by), place, by


def two_answer():
    amendment, _place, _by = a_sent_amendment(closes_at=LATER)

    def answered(kind):
        return partial(answering, own(amendment), kind, reason="Agreed.", by=UserFactory())

    return answered(AnswerKind.TAKEN), answered(AnswerKind.NOTED)


def two_change_an_answer():
    amendment, _place, _by = a_sent_amendment(closes_at=LATER)
    answering(amendment)

    def answered(reason):
        facts = {"reason": reason, "version": 1, "by": UserFactory()}
        return partial(answering, own(amendment), AnswerKind.NOTED, **facts)

    return answered("First."), answered("Second."), lambda: Answer.objects.get().reason == "First."


def answered_and(at, *, changed):
    """A coordinator answers at the moment of closing, and the focal point acts just before."""

    def arrange():
        amendment, place, by = a_sent_amendment(closes_at=LATER)
        before = LATER - timedelta(seconds=1)
        if changed:
            facts = {"amendment": own(amendment), "version": 1, "text": "Late.", "at": before}
            acting = partial(sending, place, by, **facts)
        else:
            acting = partial(withdraw_amendment, amendment=own(amendment), by=by, at=before)
        answered = partial(answering, own(amendment), by=UserFactory())
        return (answered, acting) if at == ANSWER else (acting, answered)

    return arrange


def merged_in_a_circle():
    first, place, _by = a_sent_amendment(closes_at=LATER)
    second = sending(place, a_proposer(place.draft))

    def merging(one, other):
        facts = {"reason": "Alike.", "merged_with": own(other), "by": UserFactory()}
        return partial(answering, own(one), AnswerKind.MERGED, **facts)

    return merging(first, second), merging(second, first)


def closed_and_sent(place_of_first):
    """The draft closes this moment, and an organisation sends with a page of the moment before."""

    def arrange():
        place = a_place()
        closing = partial(
            move_closing,
            draft=own(place.draft),
            closes_at=NOON,
            version=1,
            by=UserFactory(),
            at=NOON,
        )
        place = Place(own(place.draft), place.paragraph, place.kind)
        sent = partial(sending, place, a_proposer(place.draft))
        return (closing, sent) if place_of_first == "closing" else (sent, closing)

    return arrange


def opened_and_sent():
    """A late request with a time before the closing comes while the next draft opens."""
    place = a_place(closes_at=LATER)
    draft = prepare_next_draft(framework=place.draft.framework, by=UserFactory(), at=LATER)
    facts = {"closes_at": SOON, "version": 1, "by": UserFactory(), "at": LATER}
    late = partial(sending, Place(own(place.draft), place.paragraph, place.kind), a_proposer(draft))
    return partial(open_draft, draft=own(draft), **facts), late


def answered_and_opened():
    """A coordinator answers the last amendment while a colleague opens the next draft."""
    amendment, place, _by = a_sent_amendment(closes_at=LATER)
    draft = prepare_next_draft(framework=place.draft.framework, by=UserFactory(), at=LATER)
    facts = {"closes_at": SOON, "version": 1, "by": UserFactory(), "at": LATER}
    answered = partial(answering, own(amendment), by=UserFactory())
    return answered, partial(open_draft, draft=own(draft), **facts)


def two_of_one_organisation(one, other):
    """Two focal points of one organisation take a position about one paragraph."""

    def arrange():
        place = a_place()
        by = a_proposer(place.draft)
        colleague = FocalPointFactory(member=by.member, is_alternate=True)

        def taking(kind, person):
            here = Place(own(place.draft), place.paragraph, AmendmentKind(kind))
            return partial(sending, here, own(person))

        return (
            taking(one, by),
            taking(other, colleague),
            lambda: Amendment.objects.sent().count() == 1,
        )

    return arrange


def two_type():
    """Two focal points of one organisation type about one paragraph, and both texts are kept."""
    place = a_place()
    by = a_proposer(place.draft)
    colleague = FocalPointFactory(member=by.member, is_alternate=True)

    def typed(person, page):
        def call():
            here = Place(own(place.draft), place.paragraph, place.kind)
            return typing(here, own(person), {"text": page}, page=page)[1].value

        return call

    def has_both():
        kept = Amendment.objects.get().typed
        return (kept["text"], kept["_other"]) == ("one", {"text": "two"})

    return typed(by, "one"), typed(colleague, "two"), has_both


def two_support():
    amendment, place, _by = a_sent_amendment()
    by = a_proposer(place.draft)
    colleague = FocalPointFactory(member=by.member, is_alternate=True)

    def supporting(person):
        facts = {"amendment": own(amendment), "version": 1, "by": own(person), "at": NOON}
        return partial(support_amendment, **facts)

    return supporting(by), supporting(colleague)


def changed_and_supported():
    """The wording changes while another organisation supports the one that it read."""
    amendment, place, by = a_sent_amendment()
    facts = {"amendment": own(amendment), "version": 1, "by": a_proposer(place.draft), "at": NOON}
    changing = partial(sending, place, by, amendment=own(amendment), version=1, text="Other.")
    return changing, partial(support_amendment, **facts)


def withdrawn_member_and_sent():
    """The organisation leaves while its alternate sends an amendment."""
    place = a_place()
    by = a_proposer(place.draft)
    leaving = partial(withdraw_member, member=own(by.member), by=by, at=NOON)
    return leaving, partial(sending, place, own(by))


RACES = {
    "edit one paragraph": Race(at_a_text(edit, edit), WORDING, (Wording, WordingConflict)),
    "edit and split one paragraph": Race(
        at_a_text(edit, split), WORDING, (Wording, WordingConflict)
    ),
    "split one paragraph": Race(
        at_a_text(split, split), WORDING, (Wording, WordingConflict), {Wording: 1}
    ),
    "split and move one paragraph": Race(
        at_a_text(split, move_first), WORDING, (Wording, WordingConflict), {Wording: 1}
    ),
    "move two paragraphs": Race(
        at_a_text(move_first, move_third, texts=("Three.", "Two.", "One.")),
        WORDING,
        (Wording, Wording),
    ),
    "add two paragraphs at one place": Race(
        at_a_text(add, add), f"after {WORDING}", (Wording, Wording), {Wording: 2}
    ),
    "delete a paragraph and edit it": Race(
        at_a_text(delete, edit), WORDING, (None, WordingGone), {Wording: -1}
    ),
    "merge two paragraphs into each other": Race(
        at_a_text(merge_into_first, merge_into_second),
        WORDING,
        (Wording, WordingGone),
        {Wording: -1},
    ),
    "begin the next draft": Race(two_begin, DRAFT, (Draft, "in_preparation"), {Draft: 1}),
    "open a draft": Race(two_open, DRAFT, (Draft, DraftConflict)),
    "answer one amendment": Race(two_answer, ANSWER, (Answer, AnswerConflict), {Answer: 1}),
    "change one answer": Race(two_change_an_answer, ANSWER, (Answer, AnswerConflict)),
    "merge two amendments with each other": Race(
        merged_in_a_circle, ANSWER, (Answer, "chain"), {Answer: 1}
    ),
    "answer an amendment that is being changed": Race(
        answered_and(ANSWER, changed=True), ANSWER, (Answer, "answered"), {Answer: 1}
    ),
    "change an amendment that is being answered": Race(
        answered_and(AMENDMENT, changed=True),
        AMENDMENT,
        (Amendment, Answer),
        {Answer: 1},
        needs_lock=False,
    ),
    "withdraw an amendment that is being answered": Race(
        answered_and(AMENDMENT, changed=False), AMENDMENT, (Amendment, "withdrawn")
    ),
    "close a draft while somebody sends": Race(
        closed_and_sent("closing"), DRAFT, (Draft, DraftClosed)
    ),
    "send while a draft closes": Race(
        closed_and_sent("sending"), AMENDMENT, (Amendment, Draft), {Amendment: 1}, needs_lock=False
    ),
    "open the next draft while somebody sends to the last": Race(
        opened_and_sent, DRAFT, (Draft, DraftClosed), needs_lock=False
    ),
    "answer the last amendment while the next draft opens": Race(
        answered_and_opened, ANSWER, (Answer, Draft), {Answer: 1}
    ),
    "take one position twice": Race(
        two_of_one_organisation("change", "change"),
        AMENDMENT,
        (Amendment, NothingChanged),
        {Amendment: 1},
    ),
    "take two positions": Race(
        two_of_one_organisation("change", "delete"),
        AMENDMENT,
        (Amendment, Amendment),
        {Amendment: 2},
    ),
    "type about one paragraph": Race(two_type, AMENDMENT, ("saved", "kept beside"), {Amendment: 1}),
    "support one amendment": Race(
        two_support, Support._meta.db_table, (Support, NothingChanged), {Support: 1}
    ),
    "support a wording that is being changed": Race(
        changed_and_supported, AMENDMENT, (Amendment, AmendmentConflict)
    ),
    "send for an organisation that is leaving": Race(
        withdrawn_member_and_sent,
        "members_member",
        (TimelineEntry, MayNotPropose),
        {TimelineEntry: 1, Message: 1},
    ),
}
