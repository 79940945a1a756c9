from datetime import timedelta

from django.utils import timezone

from outbox.models import Message
from tests.factories import (
    CallFactory,
    EoiDraftFactory,
    FocalPointFactory,
    UserFactory,
)
from tests.triage.follow_ups.silence import asked
from triage import tasks
from triage.desk.services.daily_digest import is_digest_time
from triage.duplicates.models import PossibleDuplicate
from triage.follow_ups.models import FollowUp
from triage.statistics.models import StatisticsSnapshot

DAY = timedelta(days=1)


def test_tasks_do_once_what_is_due_however_often_they_come():
    now = timezone.now()
    call = CallFactory(opens_at=now - 9 * DAY, closes_at=now + 2 * DAY)
    for days in (2, 1):
        FocalPointFactory(
            member__call=call,
            member__organisation_name="The same",
            member__country="KE",
            member__submitted_at=now - days * DAY,
        )
    EoiDraftFactory(
        call=call, started_at=now - 5 * DAY, saved_at=now - 4 * DAY, expires_at=now + 26 * DAY
    )
    asked(at=now - 8 * DAY)

    for _time in range(2):
        tasks.notify_of_repeat_expressions()
        tasks.match_new_members()
        tasks.refresh_statistics()
        tasks.run_due_follow_ups()
        tasks.remind_of_deadline()
        tasks.send_daily_digests()

    parts = ("same-organisation", "near-", "digest/")
    topics = list(Message.objects.values_list("topic", flat=True))
    written = [len([topic for topic in topics if part in topic]) for part in parts]
    is_morning = is_digest_time(UserFactory.build(), timezone.now())
    assert written == [1, 1, int(is_morning)]
    assert PossibleDuplicate.objects.count() == 1
    assert StatisticsSnapshot.objects.get(call=call).figures["country"] == [["arrived", 1, "KE", 2]]
    assert FollowUp.objects.count() == 1
