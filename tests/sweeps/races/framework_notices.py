"""Two concurrent calls about one draft: it is told by two tasks, or while a member proposes."""

from functools import partial

from framework.models import Amendment, Notice
from framework.services.amendments import AmendmentContent, Place, send_amendment
from framework.services.notices import send_notices
from outbox.models import Message
from tests.factories import NOON, FrameworkDraftFactory, WordingFactory
from tests.framework.readers import DAY, reader, told_of
from tests.sweeps.races.race import Race, own, twice

NOTICE = "framework_notice"


def two_tell():
    FrameworkDraftFactory()
    reader(), reader(email="grace@example.org")
    return twice(partial(send_notices, at=NOON))


def two_remind():
    draft = FrameworkDraftFactory(closes_at=NOON + 2 * DAY)
    told_of(draft, reader())
    return twice(partial(send_notices, at=NOON))


def reminded_and_proposed():
    """An amendment that is sent meanwhile waits for the framework, or nobody is reminded."""
    draft = FrameworkDraftFactory(closes_at=NOON + 2 * DAY)
    paragraph = WordingFactory(draft=draft).paragraph
    person = reader()
    told_of(draft, person)
    sending = partial(
        send_amendment,
        place=Place(own(draft), paragraph, "keep"),
        amendment=None,
        content=AmendmentContent(reason="It is right as it is.", language="en"),
        version=0,
        by=own(person),
        at=NOON,
    )
    return partial(send_notices, at=NOON), sending


RACES = {
    "tell of a draft": Race(two_tell, NOTICE, (2, 0), {Message: 2, Notice: 2}),
    "remind of a draft": Race(two_remind, NOTICE, (1, 0), {Message: 1, Notice: 1}),
    "remind of a draft, and propose": Race(
        reminded_and_proposed,
        NOTICE,
        (1, Amendment),
        {Message: 1, Notice: 1, Amendment: 1},
        needs_lock=False,
    ),
}
