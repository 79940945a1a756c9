"""What holds after whatever sequence of edits, drafts, amendments and answers."""

from contextlib import suppress
from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from core.conflicts import Refused
from framework.models import (
    Amendment,
    AmendmentKind,
    AmendmentStatus,
    Answer,
    AnswerKind,
    ParagraphKind,
    Wording,
)
from framework.services.amendments import Place, withdraw_amendment
from framework.services.drafts import (
    adopt_draft,
    draft_in_preparation,
    latest_draft,
    open_draft,
    prepare_next_draft,
    unanswered_amendments,
)
from framework.services.paragraphs import (
    add_paragraph,
    delete_paragraph,
    edit_wording,
    merge_paragraphs,
    move_paragraph,
    split_paragraph,
)
from tests.factories import NOON, FrameworkFactory, UserFactory
from tests.framework.steps import a_proposer, answering, sending

DAY = timedelta(days=1)
TAKEN = (AnswerKind.TAKEN, AnswerKind.TAKEN_WITH_CHANGES)
numbers = st.integers(0, 9)


class Round:
    """One framework, its coordinator and three organisations, which do one thing a day."""

    def __init__(self):
        self.framework, self.by, self.at = FrameworkFactory(), UserFactory(), NOON
        self.members = [a_proposer() for _number in range(3)]
        # The paragraph about which each amendment was sent, and all paragraphs that were shown.
        self.sent, self.shown = {}, set()

    @property
    def prepared(self):
        return draft_in_preparation(self.framework)

    @property
    def latest(self):
        return latest_draft(self.framework)

    def wording(self, number, draft=None):
        found = list((draft or self.prepared).wordings.order_by("position"))
        return found[number % len(found)]

    def facts(self, **facts):
        return {**facts, "by": self.by, "at": self.at}

    def prepare(self, *_numbers):
        prepare_next_draft(framework=self.framework, **self.facts())

    def show(self, one, other):
        """Open or adopt the draft in preparation."""
        draft = self.prepared
        facts = self.facts(draft=draft, version=draft.version)
        waiting = unanswered_amendments(self.framework)
        if waiting:
            with pytest.raises(Refused):
                adopt_draft(**facts)
        elif one < 7:
            open_draft(closes_at=self.at + (other + 1) * DAY, **facts)
        else:
            adopt_draft(**facts)
        if not waiting:
            self.shown |= set(draft.wordings.values_list("paragraph", flat=True))

    def add(self, one, other):
        after = self.wording(one).paragraph if self.prepared.wordings.exists() and one else None
        kind = list(ParagraphKind)[other % 3]
        facts = self.facts(draft=self.prepared, after=after, kind=kind)
        add_paragraph(text=f"Added {other}.", pillar=None, **facts)

    def edit(self, one, other):
        wording = self.wording(one)
        facts = self.facts(wording=wording, kind=wording.kind, version=wording.version)
        edit_wording(text=f"Edited {other}.", pillar=None, **facts)

    def split(self, one, _other):
        wording = self.wording(one)
        facts = self.facts(wording=wording, version=wording.version)
        split_paragraph(first="First half.", second="Second half.", **facts)

    def merge(self, one, other):
        wording = self.wording(one)
        facts = self.facts(wording=wording, version=wording.version)
        merge_paragraphs(other=self.wording(other), text="Merged.", **facts)

    def move(self, one, other):
        wording = self.wording(one)
        after = self.wording(other).paragraph if other else None
        move_paragraph(after=after, **self.facts(wording=wording, version=wording.version))

    def delete(self, one, _other):
        wording = self.wording(one)
        delete_paragraph(**self.facts(wording=wording, version=wording.version))

    def propose(self, one, other):
        by, kind = self.members[other % 3], list(AmendmentKind)[other % 5]
        place = Place(self.latest, self.wording(one, self.latest).paragraph, kind)
        shown = Amendment.objects.filter(
            draft=place.draft, paragraph=place.paragraph, kind=kind, member=by.member
        ).exclude(status=AmendmentStatus.WITHDRAWN)
        amendment = shown.first()
        version = amendment.version if amendment else 0
        text = {"text": f"Proposed {one}."} if kind in ("add", "change") else {}
        reason = f"Because of {other}."
        at = {"version": version, "at": self.at, "reason": reason}
        sent = sending(place, by, amendment=amendment, **at, **text)
        self.sent[sent.pk] = place.paragraph.pk

    def withdraw(self, one, _other):
        amendments = list(Amendment.objects.sent())
        amendment = amendments[one % len(amendments)]
        withdraw_amendment(amendment=amendment, by=amendment.sent_by, at=self.at)

    def answer(self, one, other):
        amendments = list(Amendment.objects.sent().filter(draft=self.latest))
        amendment = amendments[one % len(amendments)]
        kind = list(AnswerKind)[other % 5]
        facts = {}
        if kind == AnswerKind.MERGED:
            facts["merged_with"] = amendments[other % len(amendments)]
        if kind in TAKEN and amendment.kind == AmendmentKind.ADD:
            facts["paragraph"] = self.wording(other).paragraph
        found = Answer.objects.filter(amendment=amendment).first()
        version = found.version if found else 0
        answering(amendment, kind, reason="So.", version=version, by=self.by, at=self.at, **facts)

    def answer_all(self, *_numbers):
        for amendment in unanswered_amendments(self.framework):
            answering(amendment, AnswerKind.NOTED, reason="So.", by=self.by, at=self.at)

    def close(self, *_numbers):
        self.at = max(self.at, self.latest.closes_at or self.at)

    def possible(self):
        """Return the steps that may succeed now."""
        if self.prepared:
            return WRITING
        return OPEN if self.latest and self.latest.is_open_at(self.at) else CLOSED

    def take(self, step):
        number, one, other = step
        name = step[0] if isinstance(step[0], str) else None
        # Any step is tried now and then.
        among = EVERY if name is None and number % 10 == 0 else self.possible()
        name = name or among[number % len(among)]
        # Refused, or there is nothing yet that it could be about.
        with suppress(Refused, ZeroDivisionError, AttributeError), transaction.atomic():
            getattr(self, name)(one, other)
        self.at += DAY / 24

    def check(self):
        for draft in self.framework.drafts.all():
            positions = draft.wordings.order_by("position").values_list("position", flat=True)
            assert list(positions) == list(range(1, len(positions) + 1))
        amendments = Amendment.objects.exclude(status=AmendmentStatus.DRAFT)
        assert dict(amendments.values_list("pk", "paragraph")) == self.sent
        followed = Amendment.objects.sent().filter(draft__number__lt=self.latest.number)
        assert followed.filter(answer=None).count() == 0
        assert set(Answer.objects.values_list("amendment__status", flat=True)) <= {"sent"}
        read = Wording.objects.filter(draft__in=self.framework.drafts.shown())
        assert set(read.values_list("paragraph", flat=True)) == self.shown
        merged = Answer.objects.filter(kind=AnswerKind.MERGED)
        assert not merged.filter(merged_with__answer__kind=AnswerKind.MERGED).exists()


OPEN = ("propose", "propose", "propose", "propose", "withdraw", "close")
CLOSED = ("answer", "answer", "prepare", "propose")
TEXT = ("add", "edit", "split", "merge", "move", "delete")
WRITING = (*TEXT, "answer", "answer", "answer_all", "show", "show")
EVERY = (*OPEN, *CLOSED, *WRITING)
steps = st.tuples(st.integers(0, 999), numbers, numbers)
BEGINNING = [("prepare", 0, 0), ("add", 0, 1), ("add", 0, 2), ("add", 1, 4), ("show", 0, 9)]


@given(steps=st.lists(steps, min_size=30, max_size=60))
@pytest.mark.django_db
def test_whatever_happens_every_amendment_stays_with_its_paragraph_and_gets_one_answer(steps):
    with transaction.atomic():
        here = Round()
        for step in (*BEGINNING, *steps):
            here.take(step)
            here.check() if here.latest else None
        transaction.set_rollback(True)
