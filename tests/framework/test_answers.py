from datetime import timedelta

import pytest

from core.conflicts import Refused
from framework.models import (
    Amendment,
    AmendmentKind,
    AmendmentStatus,
    Answer,
    AnswerKind,
    DraftStatus,
    Recommendation,
)
from framework.services.answers import AnswerConflict, recommend_answer
from members.models import FocalPoint, GrantedRole, Member
from members.services.co_leads import NotCoLead
from tests.factories import (
    NOON,
    AmendmentFactory,
    AnswerFactory,
    FocusAreaFactory,
    FrameworkDraftFactory,
    ParagraphFactory,
    UserFactory,
    WordingFactory,
)
from tests.framework.steps import LATER, a_proposer, answering

CLOSED = {"draft__closes_at": NOON}


def stored():
    return [list(table.objects.order_by("pk").values()) for table in (Answer, Recommendation)]


def refused_without_a_trace(call, *args, **facts):
    """Return the code of a refusal, or its class if it has none of its own."""
    before = stored()
    with pytest.raises(Refused) as refused:
        call(*args, **facts)
    assert stored() == before
    return refused.value.code if type(refused.value) is Refused else type(refused.value)


def recommending(amendment, by, kind=AnswerKind.NOT_TAKEN, *, note="", at=LATER):
    return recommend_answer(amendment=amendment, kind=kind, note=note, by=by, at=at)


def a_co_lead(draft):
    return a_proposer(draft, role=GrantedRole.CO_LEAD)


def test_answer_says_what_became_of_the_amendment_why_and_who_decided():
    amendment = AmendmentFactory(**CLOSED)
    by = UserFactory(name="Ada Lovelace")

    answer = answering(amendment, AnswerKind.NOT_TAKEN, reason=" Too\u200b long.\r\n", by=by)

    answer.refresh_from_db()
    assert (answer.amendment, answer.kind, answer.reason) == (amendment, "not_taken", "Too long.")
    assert (answer.answered_by, answer.answered_by_name) == (by, "Ada Lovelace")
    assert (answer.answered_at, answer.version) == (LATER, 1)
    assert (answer.paragraph, answer.merged_with) == (amendment.paragraph, None)
    assert [each.history_by_name for each in answer.history.all()] == ["Ada Lovelace"]


def test_answer_can_be_changed_until_the_next_draft_opens():
    amendment = AmendmentFactory(**CLOSED)
    other = AmendmentFactory(draft=amendment.draft)
    answering(amendment, AnswerKind.MERGED, reason="Alike.", merged_with=other)

    answer = answering(amendment, version=1)

    assert Answer.objects.get() == answer
    assert (answer.kind, answer.reason, answer.merged_with) == ("taken", "", None)
    assert answer.version == 2


@pytest.mark.parametrize("kind", [each for each in AnswerKind if each != AnswerKind.TAKEN])
@pytest.mark.parametrize("reason", ["", " \u200b\n"])
def test_every_answer_but_taken_needs_a_reason(kind, reason):
    amendment = AmendmentFactory(**CLOSED)

    assert refused_without_a_trace(answering, amendment, kind, reason=reason) == "no_reason"


def test_reason_of_an_answer_is_as_long_as_that_of_an_amendment():
    amendment = AmendmentFactory(**CLOSED)

    assert refused_without_a_trace(answering, amendment, reason="word " * 151) == "too_long"
    assert answering(amendment, reason="word " * 150).pk


@pytest.mark.parametrize("version", [0, 2])
def test_answer_of_a_colleague_stays(version):
    amendment = AmendmentFactory(**CLOSED)
    answering(amendment, by=UserFactory(name="Ada Lovelace"))

    with pytest.raises(AnswerConflict, match=r"Ada Lovelace answered .* Taken\. Your answer"):
        answering(amendment, AnswerKind.NOTED, reason="Later.", version=version)

    assert Answer.objects.get().kind == AnswerKind.TAKEN


@pytest.mark.parametrize("status", [AmendmentStatus.DRAFT, AmendmentStatus.WITHDRAWN])
def test_only_sent_amendments_are_answered(status):
    amendment = AmendmentFactory(status=status, **CLOSED)

    assert refused_without_a_trace(answering, amendment) == "withdrawn"


def test_amendment_is_answered_from_the_moment_at_which_its_draft_closes():
    amendment = AmendmentFactory(draft__closes_at=LATER)
    just_before = LATER - timedelta(microseconds=1)

    assert refused_without_a_trace(answering, amendment, at=just_before) == "open"
    assert answering(amendment, at=LATER).pk


@pytest.mark.parametrize("status", [DraftStatus.OPENED, DraftStatus.ADOPTED])
def test_answer_stays_once_the_next_draft_is_shown(status):
    amendment = AmendmentFactory(**CLOSED)
    AnswerFactory(amendment=amendment, version=1)
    FrameworkDraftFactory(framework=amendment.draft.framework, status=status)

    code = refused_without_a_trace(
        answering, amendment, AnswerKind.NOTED, reason="Later.", version=1
    )

    assert code == "opened"


def test_amendment_is_merged_with_another_sent_one_of_the_same_draft():
    amendment = AmendmentFactory(**CLOSED)
    draft = amendment.draft
    withdrawn = AmendmentFactory(draft=draft, status=AmendmentStatus.WITHDRAWN)
    earlier = FrameworkDraftFactory(framework=draft.framework, number=9, closes_at=NOON)
    elsewhere = AmendmentFactory(draft=earlier)
    draft.number = 10
    draft.save()

    def merging(other, kind=AnswerKind.MERGED):
        return refused_without_a_trace(
            answering, amendment, kind, reason="Alike.", merged_with=other
        )

    codes = {merging(other) for other in (None, amendment, withdrawn, elsewhere)}
    codes.add(merging(AmendmentFactory(draft=draft), AnswerKind.TAKEN))

    assert codes == {"not_merged"}


def test_merged_amendments_make_no_chain():
    first = AmendmentFactory(**CLOSED)
    second, third = AmendmentFactory(draft=first.draft), AmendmentFactory(draft=first.draft)
    answering(second, AnswerKind.MERGED, reason="Alike.", merged_with=first)
    merged = {"kind": AnswerKind.MERGED, "reason": "Alike."}

    with_a_merged_one = refused_without_a_trace(answering, third, merged_with=second, **merged)
    what_others_merge_with = refused_without_a_trace(answering, first, merged_with=third, **merged)

    assert (with_a_merged_one, what_others_merge_with) == ("chain", "chain")
    assert answering(third, merged_with=first, **merged).merged_with == first


def an_addition():
    addition = AmendmentFactory(kind=AmendmentKind.ADD, **CLOSED)
    draft = FrameworkDraftFactory(
        framework=addition.draft.framework, status=DraftStatus.PREPARATION
    )
    return addition, WordingFactory(draft=draft).paragraph


@pytest.mark.parametrize("kind", [AnswerKind.TAKEN, AnswerKind.TAKEN_WITH_CHANGES])
def test_addition_that_is_taken_needs_the_paragraph_that_shows_it(kind):
    addition, paragraph = an_addition()
    elsewhere = ParagraphFactory(framework=addition.draft.framework)
    facts = {"reason": "Good."}

    codes = {
        refused_without_a_trace(answering, addition, kind, **facts),
        refused_without_a_trace(answering, addition, kind, paragraph=elsewhere, **facts),
        refused_without_a_trace(answering, addition, kind, paragraph=addition.paragraph, **facts),
    }

    assert codes == {"not_shown"}
    assert answering(addition, kind, paragraph=paragraph, **facts).paragraph == paragraph


def test_addition_that_is_not_taken_is_shown_nowhere():
    addition, _paragraph = an_addition()

    assert answering(addition, AnswerKind.NOTED, reason="Later.").paragraph is None


def test_change_can_be_shown_by_another_paragraph_of_the_next_draft():
    amendment = AmendmentFactory(**CLOSED)
    draft = FrameworkDraftFactory(
        framework=amendment.draft.framework, status=DraftStatus.PREPARATION
    )
    paragraph = WordingFactory(draft=draft).paragraph
    elsewhere = ParagraphFactory(framework=draft.framework)

    code = refused_without_a_trace(answering, amendment, paragraph=elsewhere)

    assert code == "not_shown"
    assert answering(amendment, paragraph=paragraph).paragraph == paragraph


def test_co_lead_recommends_an_answer_and_changes_it():
    amendment = AmendmentFactory(**CLOSED)
    by = a_co_lead(amendment.draft)

    recommending(amendment, by)
    recommendation = recommending(amendment, by, AnswerKind.TAKEN, note=" As agreed.")

    assert Recommendation.objects.get() == recommendation
    assert (recommendation.kind, recommendation.note) == ("taken", "As agreed.")
    assert (recommendation.member, recommendation.by) == (by.member, by)
    assert (recommendation.by_name, recommendation.at) == (by.full_name, LATER)


def test_recommendations_of_two_co_leads_stand_side_by_side():
    amendment = AmendmentFactory()

    for by in (a_co_lead(amendment.draft), a_co_lead(amendment.draft)):
        recommending(amendment, by)

    assert amendment.recommendations.count() == 2


def role_ended(by):
    Member.objects.filter(pk=by.member_id).update(granted_role=GrantedRole.PARTICIPANT)


def moved(by):
    Member.objects.filter(pk=by.member_id).update(focus_area=FocusAreaFactory(number=2))


def handed_over(by):
    FocalPoint.objects.filter(pk=by.pk).update(email="successor@example.org")


@pytest.mark.parametrize("leave", [role_ended, moved, handed_over])
def test_who_no_longer_leads_the_group_recommends_nothing(leave):
    amendment = AmendmentFactory()
    by = a_co_lead(amendment.draft)
    leave(by)

    assert refused_without_a_trace(recommending, amendment, by) is NotCoLead


def test_recommendation_at_an_own_withdrawn_or_answered_amendment_is_refused():
    by = a_co_lead(FrameworkDraftFactory(closes_at=NOON))
    draft = {"draft__framework__focus_area": by.member.focus_area}
    own = AmendmentFactory(member=by.member, sent_by=by, **draft)
    withdrawn = AmendmentFactory(status=AmendmentStatus.WITHDRAWN, **draft)
    answered = AmendmentFactory(**draft)
    AnswerFactory(amendment=answered)

    codes = [refused_without_a_trace(recommending, each, by) for each in (own, withdrawn, answered)]

    assert codes == ["own", "withdrawn", "answered"]


def test_long_note_of_a_co_lead_is_refused():
    amendment = AmendmentFactory()

    code = refused_without_a_trace(
        recommending, amendment, a_co_lead(amendment.draft), note="word " * 151
    )

    assert code == "too_long"


def test_amendments_without_an_answer_are_those_that_are_sent():
    waiting = AmendmentFactory()
    AnswerFactory(amendment=AmendmentFactory(draft=waiting.draft))
    for status in (AmendmentStatus.DRAFT, AmendmentStatus.WITHDRAWN):
        AmendmentFactory(draft=waiting.draft, status=status)

    assert list(Amendment.objects.unanswered()) == [waiting]
