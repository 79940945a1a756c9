"""Whatever happens to drafts and mail: each organisation is told each thing once."""

from collections import Counter
from contextlib import contextmanager

from django.db import transaction
from hypothesis import example, given
from hypothesis import strategies as st

from framework.models import Amendment, AnswerKind, Draft, Notice
from framework.services.amendments import support_amendment
from framework.services.drafts import (
    adopt_draft,
    move_closing,
    open_draft,
    prepare_next_draft,
)
from framework.services.notices import send_notices
from outbox.models import NO_PRIVATE_VALUES, Message, MessageStatus
from tests.factories import (
    NOON,
    AmendmentFactory,
    AnswerFactory,
    FrameworkDraftFactory,
    UserFactory,
    WordingFactory,
)
from tests.framework.readers import DAY, MINUTE, letters, reader

STEPS = ("run", "run_twice", "deliver", "propose", "support", "move", "close", "next", "wait")


class Round:
    """A framework with three organisations, and what can happen to it."""

    def __init__(self):
        self.at, self.by = NOON, UserFactory()
        self.draft = FrameworkDraftFactory(number=0, closes_at=NOON + 5 * DAY)
        self.paragraph = WordingFactory(draft=self.draft).paragraph
        self.people = [reader(f"Organisation {n}", email=f"{n}@example.org") for n in range(3)]

    def run(self):
        send_notices(at=self.at)

    def run_twice(self):
        send_notices(at=self.at)
        send_notices(at=self.at)

    def deliver(self):
        first = Message.objects.waiting().filter(cancel_reason="").order_by("pk").first()
        if first:
            Message.objects.filter(pk=first.pk).update(
                status=MessageStatus.SENT, sent_at=self.at, **NO_PRIVATE_VALUES
            )

    def propose(self):
        if self.draft.is_open_at(self.at):
            person = self.people[Amendment.objects.count() % 3]
            AmendmentFactory(
                draft=self.draft,
                paragraph=self.paragraph,
                kind="comment",
                reason=f"Reason {Amendment.objects.count()}.",
                member=person.member,
                sent_by=person,
            )

    def support(self):
        amendment = Amendment.objects.filter(draft=self.draft, supports=None).first()
        if amendment and self.draft.is_open_at(self.at):
            other = next(each for each in self.people if each.member != amendment.member)
            support_amendment(amendment=amendment, version=1, by=other, at=self.at)

    def move(self):
        if self.draft.is_open_at(self.at):
            self._close_at(self.draft.closes_at + DAY)

    def close(self):
        if self.draft.is_open_at(self.at):
            self._close_at(self.at)

    def wait(self):
        self.at += DAY

    def next(self, *, is_last=False):
        """Close, answer and open the next draft, or adopt it."""
        self.close()
        for amendment in Amendment.objects.unanswered():
            AnswerFactory(amendment=amendment, kind=AnswerKind.NOTED, reason="Thank you.")
        draft = prepare_next_draft(framework=self.draft.framework, by=self.by, at=self.at)
        facts = {"draft": draft, "version": draft.version, "by": self.by, "at": self.at}
        if is_last:
            self.draft = adopt_draft(**facts)
        else:
            self.draft = open_draft(**facts, closes_at=self.at + 5 * DAY)

    def _close_at(self, closes_at):
        version = Draft.objects.get(pk=self.draft.pk).version
        self.draft = move_closing(
            draft=self.draft, closes_at=closes_at, version=version, by=self.by, at=self.at
        )


def told_twice():
    """The address, the draft and the kind of what somebody was told more than once."""
    told = [(each.recipient, *each.topic.split("/")[1:3]) for each in letters()]
    return [each for each, number in Counter(told).items() if number > 1]


@contextmanager
def rolled_back():
    """Forget what an example wrote."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@example(steps=["propose", "next", "run"])
@given(steps=st.lists(st.sampled_from(STEPS), min_size=6, max_size=14))
def test_each_organisation_is_told_each_thing_once(db, steps):
    with rolled_back():
        check_course(steps)


def check_course(steps):
    course = Round()
    for step in steps:
        getattr(course, step)()
        course.at += MINUTE
        assert told_twice() == []
    course.next(is_last=True)
    course.run_twice()

    assert told_twice() == []
    adopted = Notice.objects.filter(draft=course.draft, kind="adopted")
    assert adopted.count() == len(course.people)
    # Each amendment is quoted once, in what was sent to its organisation.
    bodies = [each.body for each in letters()]
    for amendment in Amendment.objects.all():
        assert sum(f"“{amendment.reason}”" in body for body in bodies) == 1
