from datetime import timedelta

import pytest

from core.autosave import Outcome, other_fields, typed_fields
from core.conflicts import NothingChanged, Refused
from framework.models import (
    Amendment,
    AmendmentKind,
    AmendmentStatus,
    DraftStatus,
    Framework,
    ParagraphKind,
    Support,
)
from framework.services import amendments
from framework.services.amendments import (
    AmendmentConflict,
    DraftClosed,
    MayNotPropose,
    Place,
    discard_typed,
    support_amendment,
    withdraw_amendment,
    withdraw_support,
)
from members.models import ClosingReason, FocalPoint, GrantedRole, Member, MemberStatus
from tests.factories import (
    NOON,
    AmendmentFactory,
    AnswerFactory,
    FocalPointFactory,
    FocusAreaFactory,
    FrameworkDraftFactory,
    MemberFactory,
    ParagraphFactory,
    SupportFactory,
    WordingFactory,
)
from tests.framework.steps import LATER, a_place, a_proposer, sending, typing

TABLES = (Amendment, Support)


def stored():
    return [list(table.objects.order_by("pk").values()) for table in TABLES]


def refused_without_a_trace(call, *args, **facts):
    """Return the code of a refusal, or its class if it has none of its own."""
    before = stored()
    with pytest.raises(Refused) as refused:
        call(*args, **facts)
    assert stored() == before
    return refused.value.code if type(refused.value) is Refused else type(refused.value)


def test_sent_amendment_says_who_proposed_what_when_and_why():
    place = a_place()
    by = a_proposer(place.draft)

    sent = sending(place, by, text=" Connect all\u200b. ", reason="Notre loi.\r\n")

    sent.refresh_from_db()
    assert (sent.draft, sent.paragraph, sent.kind) == (place.draft, place.paragraph, "change")
    assert (sent.text, sent.reason, sent.language) == ("Connect all.", "Notre loi.", "en")
    assert (sent.member, sent.sent_by, sent.sent_by_name) == (by.member, by, by.full_name)
    assert (sent.status, sent.sent_at, sent.saved_by_name) == ("sent", NOON, by.full_name)
    assert (sent.version, sent.sent_version, sent.typed) == (1, 1, {})


@pytest.mark.parametrize(
    ("kind", "has_paragraph", "facts"),
    [
        (AmendmentKind.DELETE, True, {"text": ""}),
        (AmendmentKind.KEEP, True, {"text": ""}),
        (AmendmentKind.COMMENT, True, {"text": ""}),
        (AmendmentKind.ADD, True, {"added_kind": "text"}),
        (AmendmentKind.ADD, False, {"added_kind": "text"}),
    ],
)
def test_each_kind_of_amendment_is_sent(kind, has_paragraph, facts):
    place = a_place(kind)
    place = place if has_paragraph else Place(place.draft, None, kind)

    sent = sending(place, a_proposer(place.draft))

    assert {name: getattr(sent, name) for name in facts} == facts
    assert Amendment.objects.get().paragraph == place.paragraph


def test_added_heading_is_checked_as_a_heading():
    place = a_place(AmendmentKind.ADD)
    by = a_proposer(place.draft)

    code = refused_without_a_trace(
        sending, place, by, text="**Why**", added_kind=ParagraphKind.HEADING
    )

    assert code == "heading"
    assert sending(place, by, text="Why", added_kind=ParagraphKind.HEADING).added_kind == "heading"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ({"text": ""}, "no_text"),
        ({"text": "# No"}, "markup"),
        ({"reason": ""}, "no_text"),
        ({"reason": "word " * 151}, "too_long"),
        ({"text": "Connect one school."}, "same_text"),
    ],
)
def test_amendment_with_bad_texts_is_not_sent(content, code):
    draft = FrameworkDraftFactory()
    wording = WordingFactory(draft=draft, text_en="Connect one school.")
    place = Place(draft, wording.paragraph, AmendmentKind.CHANGE)

    assert refused_without_a_trace(sending, place, a_proposer(draft), **content) == code


def test_another_wording_of_a_sent_amendment_replaces_it():
    place = a_place()
    by = a_proposer(place.draft)
    sent = sending(place, by)

    changed = sending(place, by, amendment=sent, version=1, at=LATER, text="Connect all of them.")

    assert Amendment.objects.get() == changed
    assert (changed.text, changed.sent_version) == ("Connect all of them.", 2)
    assert (changed.sent_at, changed.saved_at) == (NOON, LATER)


def test_position_takes_the_place_of_the_former_one_and_comments_add_up():
    place = a_place()
    by = a_proposer(place.draft)
    comment = Place(place.draft, place.paragraph, AmendmentKind.COMMENT)

    change = sending(place, by)
    delete = sending(Place(place.draft, place.paragraph, AmendmentKind.DELETE), by, at=LATER)
    comments = [sending(comment, by, reason=reason) for reason in ("One.", "Two.")]

    change.refresh_from_db()
    assert (change.status, change.withdrawn_at) == ("withdrawn", LATER)
    assert list(Amendment.objects.sent().filter(member=by.member)) == [*comments, delete]


def test_positions_of_two_members_and_about_two_paragraphs_stand_side_by_side():
    place = a_place()
    other = Place(place.draft, WordingFactory(draft=place.draft).paragraph, place.kind)
    by = a_proposer(place.draft)

    sending(place, by)
    sending(other, by)
    sending(place, a_proposer(place.draft))

    assert Amendment.objects.sent().count() == 3


@pytest.mark.parametrize("kind", [AmendmentKind.CHANGE, AmendmentKind.COMMENT])
def test_second_click_sends_nothing(kind):
    place = a_place(kind)
    by = a_proposer(place.draft)
    sent = sending(place, by)

    version = sent.version if place.kind == AmendmentKind.CHANGE else 0
    assert refused_without_a_trace(sending, place, by, version=version) is NothingChanged


@pytest.mark.parametrize("version", [0, 2])
def test_amendment_that_a_colleague_changed_stays(version):
    place = a_place()
    by = a_proposer(place.draft)
    sending(place, by)

    refused = refused_without_a_trace(sending, place, by, version=version, text="Mine.")

    assert refused is AmendmentConflict


def test_comment_that_a_colleague_sent_meanwhile_is_not_sent_again():
    place = a_place(AmendmentKind.COMMENT)
    by = a_proposer(place.draft)
    typing(place, by, {"reason": "Why?"})
    sending(place, by, version=1, reason="Why?")

    assert refused_without_a_trace(sending, place, by, version=1, reason="Why not?") is (
        AmendmentConflict
    )


@pytest.mark.parametrize("at", [NOON + timedelta(days=7), NOON + timedelta(days=8)])
def test_draft_takes_nothing_from_the_moment_of_closing(at):
    place = a_place()
    by, other = a_proposer(place.draft), a_proposer(place.draft)
    sent = sending(place, by, at=at - timedelta(days=2))
    support = {"amendment": sent, "version": 1, "by": other}
    support_amendment(**support, at=NOON)
    facts = {"amendment": sent, "at": at}

    codes = {
        refused_without_a_trace(sending, place, other, at=at),
        refused_without_a_trace(withdraw_amendment, by=by, **facts),
        refused_without_a_trace(support_amendment, at=at, **support),
        refused_without_a_trace(withdraw_support, by=other, **facts),
    }

    assert codes == {DraftClosed}


def test_draft_takes_amendments_until_just_before_it_closes():
    place = a_place()
    at = place.draft.closes_at - timedelta(microseconds=1)

    assert sending(place, a_proposer(place.draft), at=at).sent_at == at


def test_request_that_waited_until_the_next_draft_was_prepared_is_too_late():
    place = a_place(closes_at=LATER)
    FrameworkDraftFactory(framework=place.draft.framework, status=DraftStatus.PREPARATION)

    assert refused_without_a_trace(sending, place, a_proposer(place.draft)) is DraftClosed


@pytest.mark.parametrize("status", [DraftStatus.PREPARATION, DraftStatus.ADOPTED])
def test_draft_that_was_never_open_takes_nothing(status):
    place = a_place(status=status)
    by = a_proposer(place.draft)

    assert refused_without_a_trace(sending, place, by) is DraftClosed
    assert refused_without_a_trace(typing, place, by, {"text": "x"}) is DraftClosed


def moved(member):
    member.focus_area = FocusAreaFactory(number=2)


def withdrawn(member):
    member.status, member.withdrawn_at = MemberStatus.WITHDRAWN, NOON


def closed_as_duplicate(member):
    member.status, member.closing_reason = MemberStatus.CLOSED, ClosingReason.DUPLICATE
    member.focus_area, member.granted_role = None, ""
    member.duplicate_of = MemberFactory(status=MemberStatus.ADMITTED)


def excluded_observer(member):
    member.granted_role = GrantedRole.OBSERVER
    Framework.objects.update(observers_may_propose=False)


def handed_over(member):
    FocalPoint.objects.filter(member=member).update(email="successor@example.org")


@pytest.mark.parametrize(
    "leave", [moved, withdrawn, closed_as_duplicate, excluded_observer, handed_over]
)
def test_who_no_longer_takes_part_changes_nothing(leave):
    place = a_place()
    by = a_proposer(place.draft)
    sent, other = sending(place, by), AmendmentFactory(draft=place.draft)
    SupportFactory(amendment=other, member=by.member, by=by)
    member = Member.objects.get(pk=by.member_id)
    leave(member)
    member.save()
    facts = {"by": by, "at": NOON}

    codes = {
        refused_without_a_trace(sending, place, by, amendment=sent, version=1, text="New."),
        refused_without_a_trace(typing, place, by, {"text": "x"}, amendment=sent, version=1),
        refused_without_a_trace(withdraw_amendment, amendment=sent, **facts),
        refused_without_a_trace(discard_typed, amendment=sent, version=1, **facts),
        refused_without_a_trace(support_amendment, amendment=other, version=1, **facts),
        refused_without_a_trace(withdraw_support, amendment=other, **facts),
    }

    assert codes == {MayNotPropose}


@pytest.mark.parametrize("role", GrantedRole)
def test_every_role_proposes_unless_the_coordinator_excludes_observers(role):
    place = a_place()

    assert sending(place, a_proposer(place.draft, role=role)).pk


def test_paragraph_that_is_not_in_the_draft_takes_no_amendment():
    place = a_place()
    elsewhere = ParagraphFactory(framework=place.draft.framework)

    for paragraph, kind in ((elsewhere, "change"), (elsewhere, "add"), (None, "comment")):
        gone = Place(place.draft, paragraph, AmendmentKind(kind))
        assert refused_without_a_trace(sending, gone, a_proposer(place.draft)) == "gone"


def test_amendment_of_another_organisation_stays():
    place = a_place()
    sent = sending(place, a_proposer(place.draft))
    by = a_proposer(place.draft)

    codes = {
        refused_without_a_trace(sending, place, by, amendment=sent, version=1, text="New."),
        refused_without_a_trace(typing, place, by, {"text": "x"}, amendment=sent, version=1),
        refused_without_a_trace(withdraw_amendment, amendment=sent, by=by, at=NOON),
    }

    assert codes == {"not_theirs"}


def test_answered_amendment_stays():
    place = a_place()
    by = a_proposer(place.draft)
    sent = sending(place, by)
    AnswerFactory(amendment=sent)

    codes = {
        refused_without_a_trace(sending, place, by, amendment=sent, version=1, text="New."),
        refused_without_a_trace(withdraw_amendment, amendment=sent, by=by, at=NOON),
    }

    assert codes == {"answered"}


def test_withdrawn_amendment_stays_withdrawn_and_another_can_be_sent():
    place = a_place()
    by = a_proposer(place.draft)
    sent = sending(place, by)

    withdraw_amendment(amendment=sent, by=by, at=LATER)

    assert (sent.status, sent.withdrawn_at, sent.version) == ("withdrawn", LATER, 2)
    codes = {
        refused_without_a_trace(withdraw_amendment, amendment=sent, by=by, at=LATER),
        refused_without_a_trace(sending, place, by, amendment=sent, version=2),
        refused_without_a_trace(typing, place, by, {"text": "x"}, amendment=sent, version=2),
    }
    assert codes == {"withdrawn"}
    assert sending(place, by, at=LATER) != sent


def test_unsent_amendment_is_not_withdrawn():
    place = a_place()
    by = a_proposer(place.draft)
    kept, _outcome = typing(place, by, {"text": "x"})

    assert refused_without_a_trace(withdraw_amendment, amendment=kept, by=by, at=NOON) == "not_sent"


def test_what_was_typed_and_not_sent_is_discarded_also_after_the_draft_has_closed():
    place = a_place()
    by = a_proposer(place.draft)
    kept, _outcome = typing(place, by, {"text": "x"})
    other, _outcome = typing(place, a_proposer(place.draft), {"text": "y"})

    discard_typed(amendment=kept, version=kept.version, by=by, at=place.draft.closes_at)

    assert list(Amendment.objects.all()) == [other]


def test_only_what_an_organisation_itself_did_not_send_is_discarded():
    place = a_place()
    by, other = a_proposer(place.draft), a_proposer(place.draft)
    sent = sending(place, by)
    theirs, _outcome = typing(place, other, {"text": "y"})
    kept, _outcome = typing(Place(place.draft, None, AmendmentKind.ADD), by, {"text": "x"})
    gone = Amendment.objects.get(pk=kept.pk)
    discard_typed(amendment=kept, version=kept.version, by=by, at=NOON)
    facts = {"by": by, "at": NOON}

    codes = [
        refused_without_a_trace(discard_typed, amendment=each, version=each.version, **facts)
        for each in (sent, theirs, gone)
    ]

    assert codes == ["sent", "not_theirs", NothingChanged]


def test_what_a_colleague_typed_meanwhile_is_not_discarded():
    place = a_place()
    by = a_proposer(place.draft)
    kept, _outcome = typing(place, by, {"text": "x"})
    shown = kept.version
    typing(place, by, {"text": "More."}, version=shown)
    facts = {"amendment": kept, "by": by, "at": NOON}

    refused = refused_without_a_trace(discard_typed, version=shown, **facts)

    assert refused == AmendmentConflict


def test_one_organisation_sends_so_many_amendments_and_no_more(monkeypatch):
    monkeypatch.setattr(amendments, "MAX_AMENDMENTS", 2)
    place = a_place(AmendmentKind.COMMENT)
    by = a_proposer(place.draft)
    sent = [sending(place, by, reason=reason) for reason in ("One.", "Two.")]

    assert refused_without_a_trace(sending, place, by, reason="Three.") == "too_many"
    assert sending(place, by, amendment=sent[0], version=1, reason="First.").reason == "First."


def test_support_is_of_the_wording_that_was_shown():
    place = a_place()
    author, by = a_proposer(place.draft), a_proposer(place.draft)
    sent = sending(place, author)

    first = support_amendment(amendment=sent, version=1, by=by, at=NOON)
    sending(place, author, amendment=sent, version=1, text="Connect all of them.")
    refused = refused_without_a_trace(support_amendment, amendment=sent, version=1, by=by, at=LATER)
    second = support_amendment(amendment=sent, version=2, by=by, at=LATER)

    assert (first.amendment_version, refused) == (1, AmendmentConflict)
    assert Support.objects.get() == second
    assert (second.member, second.amendment_version, second.at) == (by.member, 2, LATER)
    assert (second.by, second.by_name) == (by, by.full_name)


def test_support_is_refused_twice_for_oneself_and_for_what_was_withdrawn():
    place = a_place()
    author, by = a_proposer(place.draft), a_proposer(place.draft)
    sent = sending(place, author)
    facts = {"amendment": sent, "at": NOON}
    support_amendment(by=by, version=1, **facts)

    again = refused_without_a_trace(support_amendment, by=by, version=1, **facts)
    own = refused_without_a_trace(support_amendment, by=author, version=1, **facts)
    withdraw_amendment(by=author, **facts)
    late = refused_without_a_trace(support_amendment, by=by, version=1, **facts)

    assert (again, own, late) == (NothingChanged, "own", "withdrawn")


def test_support_is_taken_back_once():
    support = SupportFactory()
    facts = {"amendment": support.amendment, "by": support.by, "at": NOON}

    withdraw_support(**facts)

    assert list(Support.objects.all()) == []
    assert refused_without_a_trace(withdraw_support, **facts) is NothingChanged


def test_typed_text_is_kept_and_sent():
    place = a_place()
    by = a_proposer(place.draft)

    kept, outcome = typing(place, by, {"text": "Conn", "reason": ""})
    again, _outcome = typing(place, by, {"text": "Connect.", "reason": "x"}, version=1)

    assert (outcome, again, again.status) == (Outcome.SAVED, kept, AmendmentStatus.DRAFT)
    assert typed_fields(again) == {"text": "Connect.", "reason": "x"}
    assert (again.version, again.saved_by_name) == (2, by.full_name)
    sent = sending(place, by, version=2)
    assert (sent.pk, sent.typed, typed_fields(sent)) == (kept.pk, {}, {})


def test_typed_text_of_another_page_is_kept_beside():
    place = a_place()
    by = a_proposer(place.draft)
    colleague = FocalPointFactory(member=by.member, is_alternate=True)
    typing(place, by, {"text": "One."})

    kept, outcome = typing(place, colleague, {"text": "Two."}, page="two")

    assert outcome is Outcome.KEPT_BESIDE
    assert (typed_fields(kept), other_fields(kept)) == ({"text": "One."}, {"text": "Two."})
    assert kept.saved_by_name == by.full_name


def test_typed_text_is_kept_after_the_draft_has_closed():
    place = a_place(closes_at=NOON)

    kept, outcome = typing(place, a_proposer(place.draft), {"text": "Late."}, at=LATER)

    assert (outcome, typed_fields(kept)) == (Outcome.SAVED, {"text": "Late."})


def test_late_save_of_a_page_that_has_sent_makes_no_second_comment():
    place = a_place(AmendmentKind.COMMENT)
    by = a_proposer(place.draft)
    typing(place, by, {"reason": "Why?"})
    sending(place, by, version=1)

    refused = refused_without_a_trace(typing, place, by, {"reason": "Why?"}, version=1, at=LATER)

    assert refused is AmendmentConflict


def test_typed_text_about_a_sent_amendment_leaves_what_was_sent():
    place = a_place()
    by = a_proposer(place.draft)
    sent = sending(place, by)

    kept, _outcome = typing(place, by, {"text": "Perhaps."}, amendment=sent, version=1)

    assert (kept.text, kept.status, kept.sent_version) == (sent.text, AmendmentStatus.SENT, 1)
    assert (typed_fields(kept), kept.version) == ({"text": "Perhaps."}, 2)
