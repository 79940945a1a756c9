"""Two concurrent calls about retention periods."""

from datetime import timedelta
from functools import partial

from members.models import Member, MemberStatus, TimelineEntry
from members.services.decisions import reopen
from privacy.models import RetentionHold, RetentionKind, RetentionPeriod, RetentionRun
from privacy.services.retained_rows import retained_tables
from privacy.services.retention_periods import delete_batch, keep_longer
from tests.factories import NOON, LetterDraftFactory, MemberFactory, UserFactory
from tests.sweeps.races.members import MEMBER, step
from tests.sweeps.races.race import Race, own, twice

LONG_AGO = NOON - timedelta(days=4000)


def deletion(kind):
    """Return a call that deletes what is due of one kind."""
    RetentionPeriod.objects.update(begins_at=LONG_AGO)
    period = RetentionPeriod.objects.get(kind=kind)
    table = retained_tables(kind)[0]
    return partial(delete_batch, period, table, at=NOON)


def declined_member():
    return MemberFactory(status=MemberStatus.DECLINED, decided_at=LONG_AGO)


def two_runs():
    LetterDraftFactory(saved_at=LONG_AGO)
    return twice(deletion(RetentionKind.DRAFTS))


def reopening_and_run():
    member = declined_member()

    def is_kept():
        return Member.objects.get(pk=member.pk).personal_data_deleted_at is None

    return step(reopen, member), deletion(RetentionKind.DECLINED), is_kept


def hold_and_run():
    member = declined_member()
    hold = partial(
        keep_longer,
        model="members.Member",
        record=member.pk,
        reason="A complaint.",
        last_day=NOON.date() + timedelta(days=30),
        by=UserFactory(),
        at=NOON,
    )
    return hold, deletion(RetentionKind.DECLINED), lambda: own(member).organisation_name != ""


RACES = {
    "two runs find the same record": Race(
        two_runs, at="members_letterdraft", outcomes=(1, 0), written={RetentionRun: 1}
    ),
    "a member is reopened when its retention period ends": Race(
        reopening_and_run,
        at=MEMBER,
        outcomes=(TimelineEntry, 0),
        written={TimelineEntry: 1, RetentionRun: 0},
    ),
    "a record is held when its retention period ends": Race(
        hold_and_run,
        at="privacy_retentionhold",
        outcomes=(RetentionHold, 0),
        written={RetentionHold: 1, RetentionRun: 0},
    ),
}
