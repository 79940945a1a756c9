from datetime import timedelta

import pytest
from django.utils import timezone

from outbox.models import Message
from tests.factories import (
    CallFactory,
    EoiDraftFactory,
    FocalPointFactory,
    MemberFactory,
    UserFactory,
)
from tests.triage.follow_ups.silence import asked
from triage import tasks
from triage.desk.services.daily_digest import is_digest_time
from triage.duplicates.models import PossibleDuplicate
from triage.follow_ups.models import FollowUp
from triage.statistics.models import StatisticsSnapshot

DAY = timedelta(days=1)


@pytest.mark.parametrize("times", [1, 2])
def test_compare_new_tells_of_another_eoi_once_however_often_it_comes(times):
    now = timezone.now()
    for hours in (2, 1):
        member = MemberFactory(
            organisation_name="The same", submitted_at=now - timedelta(hours=hours)
        )
        FocalPointFactory(member=member)

    for _time in range(times):
        tasks.notify_of_repeat_expressions()

    assert Message.objects.count() == 1


@pytest.mark.parametrize("times", [1, 2])
def test_find_likeness_proposes_a_pair_once_however_often_it_comes(times):
    for _n in range(2):
        FocalPointFactory(member__organisation_name="The same")

    for _time in range(times):
        tasks.match_new_members()

    assert PossibleDuplicate.objects.count() == 1


@pytest.mark.parametrize("times", [1, 2])
def test_refresh_statistics_counts_each_member_once_however_often_it_comes(times):
    member = MemberFactory(country="KE")

    for _time in range(times):
        tasks.refresh_statistics()

    assert StatisticsSnapshot.objects.get(call=member.call).figures["country"] == [
        ["arrived", 1, "KE", 1]
    ]


@pytest.mark.parametrize("times", [1, 2])
def test_take_due_steps_takes_what_is_due_once_however_often_it_comes(times):
    asked(at=timezone.now() - 8 * DAY)

    for _time in range(times):
        tasks.run_due_follow_ups()

    assert FollowUp.objects.count() == 1


@pytest.mark.parametrize("times", [1, 2])
def test_remind_of_deadline_reminds_once_however_often_it_comes(times):
    now = timezone.now()
    call = CallFactory(opens_at=now - 9 * DAY, closes_at=now + 2 * DAY)
    EoiDraftFactory(
        call=call,
        started_at=now - 5 * DAY,
        saved_at=now - 4 * DAY,
        expires_at=now + 26 * DAY,
    )

    for _time in range(times):
        tasks.remind_of_deadline()

    assert Message.objects.filter(topic__contains="/near-").count() == 1


def test_write_digests_writes_to_those_whose_morning_it_is_now():
    MemberFactory()
    UserFactory(is_superuser=True)

    tasks.send_daily_digests()

    is_now = is_digest_time(UserFactory.build(), timezone.now())
    assert Message.objects.filter(topic__startswith="digest/").count() == int(is_now)
