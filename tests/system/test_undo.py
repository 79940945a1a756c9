"""The letter of a decision waits for the undo, in a real queue with a real worker."""

from datetime import timedelta

import pytest
from django.utils.timezone import now

from members.services.decisions import decline
from members.services.undo import undo_decision
from outbox.models import Message, MessageStatus
from tests.factories import FocalPointFactory, UserFactory
from tests.system.test_outbox import A_SWEEP, becomes, mail_to

pytestmark = pytest.mark.django_db(transaction=True)

# In seconds. The decisions are made so long before the test that this is left of two minutes.
LEFT = 10


@pytest.mark.patient
def test_letter_is_sent_when_the_decision_settles_and_never_after_an_undo(on_redis, sink, settings):
    settings.UNDO_SECONDS = 120
    officer = UserFactory(is_superuser=True)
    at = now() - timedelta(seconds=settings.UNDO_SECONDS - LEFT)
    kept, undone = (
        FocalPointFactory(email=f"{name}@example.org").member for name in ("kept", "undone")
    )
    for member in (kept, undone):
        decline(member=member, by=officer, at=at)
    undo_decision(member=undone, by=officer, at=now())
    message = Message.objects.get(reference=kept.reference)

    assert becomes(message, MessageStatus.SENT, within=LEFT + A_SWEEP)

    message.refresh_from_db()
    assert message.sent_at >= kept.settles_at
    assert len(mail_to(sink, "kept@example.org")) == 1
    assert mail_to(sink, "undone@example.org") == []
