"""A framework as large as one can become: 300 paragraphs, 40 organisations, 2,000 amendments."""

import time
from itertools import cycle, islice

from django.db import connection
from django.test.utils import CaptureQueriesContext

from framework.models import Amendment, Answer, Draft, Paragraph, Wording
from framework.services.drafts import open_draft, prepare_next_draft
from tests.factories import NOON, FrameworkDraftFactory, UserFactory
from tests.framework.steps import SOON, a_proposer

# Seconds until the next draft is open.
LIMIT = 5


def a_closed_draft(*, paragraphs, members, amendments):
    """Return a closed draft with as many answers as amendments."""
    draft, by = FrameworkDraftFactory(closes_at=NOON), UserFactory()
    made = Paragraph.objects.bulk_create(
        Paragraph(framework=draft.framework) for _number in range(paragraphs)
    )
    Wording.objects.bulk_create(
        Wording(draft=draft, paragraph=each, position=place, kind="text", text_en="Words. " * 20)
        for place, each in enumerate(made, start=1)
    )
    people = [a_proposer(draft) for _number in range(members)]
    facts = {
        "draft": draft,
        "kind": "comment",
        "status": "sent",
        "reason": "Our law.",
        "version": 1,
    }
    facts |= {"sent_at": NOON, "saved_at": NOON}
    sent = Amendment.objects.bulk_create(
        Amendment(paragraph=paragraph, member=person.member, sent_by=person, **facts)
        for paragraph, person in islice(zip(cycle(made), cycle(people), strict=False), amendments)
    )
    Answer.objects.bulk_create(
        Answer(amendment=each, kind="taken", answered_at=NOON, answered_by=by) for each in sent
    )
    return draft


def following(last):
    """Return the number of queries that it takes to begin and open the next draft."""
    by = {"by": UserFactory(), "at": NOON}
    with CaptureQueriesContext(
        connection,
    ) as queries:
        draft = prepare_next_draft(framework=last.framework, **by)
        open_draft(draft=draft, closes_at=SOON, version=1, **by)
    assert draft.wordings.count() == last.wordings.count()
    return len(queries)


def test_next_draft_of_a_large_framework_opens_soon_and_with_as_many_queries():
    few = following(a_closed_draft(paragraphs=300, members=1, amendments=2))
    Answer.objects.all().delete()
    Amendment.objects.all().delete()
    Wording.objects.all().delete()
    Draft.objects.all().delete()
    large = a_closed_draft(paragraphs=300, members=40, amendments=2_000)

    begun = time.monotonic()
    many = following(large)

    assert time.monotonic() - begun < LIMIT
    assert many == few
