import logging
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db.models import Count

from accounts.models import User
from core.personal_data import ERASED_NAME, ERASED_TEXT
from members.models import (
    AnswerFile,
    FocalPoint,
    LetterDraft,
    Member,
    MemberStatus,
    OpinionRequest,
    SearchEntry,
    TimelineEntry,
    TimelineKind,
)
from members.services.figures import public_figures
from outbox.models import ERASED, Message, MessageStatus
from privacy.models import RetentionKind, RetentionPeriod, RetentionRun
from privacy.services import emptying
from privacy.services.retained_rows import retained_tables
from privacy.services.retention_periods import cutoff_of, delete_batch, delete_due
from tests.dumping import tables_with
from tests.factories import (
    NOON,
    AnswerFileFactory,
    AttendanceFactory,
    CommitmentFactory,
    FingerprintFactory,
    FocalPointFactory,
    FocusAreaFactory,
    LetterDraftFactory,
    MemberAccountFactory,
    MemberFactory,
    MessageFactory,
    OpinionRequestFactory,
    ReadingEventFactory,
    RetentionHoldFactory,
    SignInEventFactory,
    TimelineEntryFactory,
    UserFactory,
)
from triage.duplicates.models import Fingerprint
from triage.statistics.models import StatisticsSnapshot
from triage.statistics.services.snapshots import refresh_snapshots

pytestmark = pytest.mark.django_db

LONG_AGO = NOON - timedelta(days=4000)
# With a period of 400 days, what ended before this midnight in Geneva is due at noon.
DAYS = 400
LIMIT = datetime(2020, 9, 19, 22, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def periods():
    RetentionPeriod.objects.update(begins_at=LONG_AGO, days=DAYS)


def run(at=NOON):
    return delete_due(clock=lambda: at)


def member_in(status, ended_at, **facts):
    column = "withdrawn_at" if status == MemberStatus.WITHDRAWN else "decided_at"
    return MemberFactory(status=status, **{column: ended_at}, **facts)


MEMBERS = {
    RetentionKind.DECLINED: (MemberStatus.DECLINED, {}),
    RetentionKind.WITHDRAWN: (MemberStatus.WITHDRAWN, {}),
    RetentionKind.CLOSED: (MemberStatus.CLOSED, {}),
    RetentionKind.SUSPECTED: (MemberStatus.CLOSED, {"closing_reason": "not_genuine"}),
}


def two_rows(kind):
    """Create a record that is due, and one that is due a second later; return their keys."""
    moments = (LIMIT - SECOND, LIMIT)
    if kind in MEMBERS:
        status, facts = MEMBERS[kind]
        return [member_in(status, at, **facts).pk for at in moments]
    if kind == RetentionKind.DRAFTS:
        return [LetterDraftFactory(saved_at=at).pk for at in moments]
    if kind == RetentionKind.MESSAGES:
        return [sent_message(at).pk for at in moments]
    if kind == RetentionKind.FORMER_FOCAL_POINTS:
        return [replaced_focal_point(at)[1].pk for at in moments]
    if kind == RetentionKind.FORMER_MEMBER_ACCOUNTS:
        return [former_account(at).pk for at in moments]
    if kind == RetentionKind.FORMER_STAFF:
        return [former_colleague(at).pk for at in moments]
    if kind == RetentionKind.HISTORIES:
        return [old_version(at) for at in moments]
    if kind == RetentionKind.SIGN_IN_EVENTS:
        return [SignInEventFactory(at=at).pk for at in moments]
    return [ReadingEventFactory(at=at).pk for at in moments]


def sent_message(at, **facts):
    return MessageFactory(
        status=MessageStatus.SENT, sent_at=at, queued_at=LONG_AGO, due_at=LONG_AGO, **facts
    )


def replaced_focal_point(at):
    """Return a focal point who took over from Ada Lovelace, and the entry of the timeline."""
    person = FocalPointFactory(
        given_name="Ada", family_name="Lovelace", email="ada@example.org", phone="+41227305111"
    )
    FocalPoint.history.filter(id=person.pk).update(
        history_date=at - timedelta(days=9), history_by_name="Ada Lovelace"
    )
    TimelineEntryFactory(
        member=person.member,
        kind=TimelineKind.CORRECTED,
        at=at - timedelta(days=1),
        by_focal_point=person,
        by_name="Ada Lovelace",
    )
    person.given_name, person.family_name, person.email = "Grace", "Hopper", "grace@example.org"
    person._history_date = at
    person.save()
    entry = TimelineEntryFactory(
        member=person.member,
        kind=TimelineKind.ROLE_TAKEN_OVER,
        at=at,
        by_focal_point=person,
        by_name="Grace Hopper",
        note="Focal point: Ada Lovelace → Grace Hopper.",
    )
    return person, entry


def former_account(at):
    user = UserFactory(is_staff=False, is_active=False)
    MemberAccountFactory(user=user, made_at=LONG_AGO, ended_at=at)
    return user


def former_colleague(at, **facts):
    user = UserFactory(is_staff=True, is_active=False, **facts)
    User.history.filter(id=user.pk).update(history_date=at)
    return user


def old_version(at):
    """Return the key of a version in which an address was replaced."""
    person = FocalPointFactory(email="before@example.org")
    person.email = "after@example.org"
    person.save()
    versions = FocalPoint.history.filter(id=person.pk)
    versions.update(history_date=at, history_by_name="Ada Lovelace")
    return versions.latest().pk


@pytest.mark.parametrize("kind", RetentionKind)
def test_what_ended_a_second_before_the_limit_is_due_and_what_ended_at_it_is_not(kind):
    due, other = two_rows(kind)
    period = RetentionPeriod.objects.get(kind=kind)

    (table,) = (
        table
        for table in retained_tables(kind)
        if table.rows().filter(pk=due, since=LIMIT - SECOND).exists()
    )

    before = table.due(cutoff_of(period, NOON), at=NOON)
    assert (before.filter(pk=due).exists(), before.filter(pk=other).exists()) == (True, False)
    run()
    assert not table.rows().filter(pk=due).exists()
    assert table.rows().filter(pk=other).exists()


def test_a_declined_member_keeps_only_what_is_counted(
    django_capture_on_commit_callbacks,
):
    area = FocusAreaFactory()
    member = member_in(
        MemberStatus.DECLINED,
        LONG_AGO,
        organisation_name="Analytical Engines",
        acronym="AEL",
        website="https://engines.example.org",
        about="We compute.",
        motivation="Ada Lovelace wants to connect.",
        country="GB",
        first_choice=area,
    )
    person = FocalPointFactory(
        member=member,
        given_name="Ada",
        family_name="Lovelace",
        email="ada@example.org",
        phone="+41227305111",
        position="Countess",
        title="ms",
    )
    message = sent_message(
        LIMIT,
        reference=member.reference,
        recipient="ada@example.org",
        recipient_name="Ada Lovelace",
        body="Dear Ada",
        server_response="250 ada@example.org",
    )
    entry = TimelineEntryFactory(
        member=member,
        kind=TimelineKind.ANSWERED,
        at=LONG_AGO,
        by_focal_point=person,
        by_name="Ada Lovelace",
        note="Call Ada.",
    )
    name = default_storage.save("answers/engine", ContentFile(b"Ada"))
    AnswerFileFactory(entry=entry, file=name)
    LetterDraftFactory(member=member, form_data="body=Dear+Ada")
    OpinionRequestFactory(member=member, question="Who is Ada?", closed_at=NOON)
    FingerprintFactory(member=member)
    kept = (
        *("reference", "status", "category", "country", "first_choice", "role", "call"),
        *("submitted_at", "decided_at", "decided_by", "version"),
    )
    before = Member.objects.values(*kept).get(pk=member.pk)

    with django_capture_on_commit_callbacks(execute=True):
        run()

    assert Member.objects.values(*kept).get(pk=member.pk) == before
    member = Member.objects.get(pk=member.pk)
    assert member.personal_data_deleted_at == NOON
    assert [member.organisation_name, member.motivation] == [ERASED_NAME, ERASED_TEXT]
    assert [member.acronym, member.website, member.about] == [""] * 3
    person.refresh_from_db()
    erased_address = f"erased-{person.pk}@erased.invalid"
    assert (person.full_name, person.email) == (ERASED_NAME, erased_address)
    assert [person.phone, person.position, person.title] == [""] * 3
    message.refresh_from_db()
    assert (message.recipient, message.recipient_name, message.body) == (ERASED, "", ERASED_TEXT)
    assert (message.status, message.sent_at) == (MessageStatus.SENT, LIMIT)
    entry.refresh_from_db()
    assert (entry.kind, entry.at) == (TimelineKind.ANSWERED, LONG_AGO)
    assert (entry.by_name, entry.note) == ("[focal point]", "")
    for model in (AnswerFile, LetterDraft, OpinionRequest, Fingerprint):
        assert list(model.objects.all()) == []
    assert not default_storage.exists(name)
    assert "lovelace" not in SearchEntry.objects.get(member=member).text
    words = ("Lovelace", "ada@", "7305111", "Countess", "Engines", "AEL")
    assert tables_with(*words) == set()


def test_histories_of_a_declined_member_keep_when_and_which_fields_changed():
    member = member_in(MemberStatus.DECLINED, LONG_AGO, organisation_name="Engines")
    person = FocalPointFactory(member=member, email="one@example.org", phone="+41227305111")
    person.email = "two@example.org"
    person.save()
    Member.history.filter(id=member.pk).update(history_by_name="Ada Lovelace")
    dates = list(FocalPoint.history.order_by("history_id").values_list("history_date", flat=True))

    run()

    first, second = FocalPoint.history.filter(id=person.pk).order_by("history_id")
    assert [first.history_date, second.history_date] == dates
    assert (first.email, second.email) == ("erased-1@erased.invalid", "erased-2@erased.invalid")
    assert {change.field for change in second.diff_against(first).changes} == {"email"}
    assert str(first.phone) == "[erased 1]"
    old, new = Member.history.filter(id=member.pk).order_by("history_id")
    assert (old.organisation_name, new.organisation_name) == ("[erased 1]", ERASED_NAME)
    assert old.history_by_name == "[focal point]"
    assert new.history_change_reason == emptying.DELETED_BY_RETENTION


def test_a_withdrawn_member_with_a_published_commitment_keeps_the_name_of_the_register():
    member = member_in(MemberStatus.WITHDRAWN, LONG_AGO, organisation_name="Engines")
    CommitmentFactory(lead=member, status="published")
    person = FocalPointFactory(member=member)

    run()

    member.refresh_from_db()
    person.refresh_from_db()
    assert (member.organisation_name, person.family_name) == ("Engines", ERASED_NAME)


def test_figures_are_the_same_before_and_after():
    area = FocusAreaFactory()
    for status, facts in MEMBERS.values():
        member = member_in(status, LONG_AGO, country="FR", first_choice=area, **facts)
        FocalPointFactory(member=member)
        sent_message(LONG_AGO, reference=member.reference)
    admitted = MemberFactory(status=MemberStatus.ADMITTED, publication_consent=True)
    FocalPointFactory(member=admitted)

    def figures():
        refresh_snapshots(at=NOON)
        return (
            sorted(map(str, StatisticsSnapshot.objects.values_list("call", "figures"))),
            public_figures(on=NOON.date()),
            list(Member.objects.order_by("pk").values_list("status", "category", "country")),
            list(Message.objects.values_list("status").annotate(Count("pk"))),
            Member.objects.count(),
        )

    before = figures()

    assert run() > 0
    assert figures() == before


def test_a_former_focal_point_leaves_the_history_and_the_successor_stays():
    RetentionPeriod.objects.filter(kind=RetentionKind.HISTORIES).update(days=5000)
    person, _entry = replaced_focal_point(LIMIT - SECOND)
    AttendanceFactory(focal_point=person, name="Ada Lovelace")
    AttendanceFactory(focal_point=person, name="Grace Hopper")

    run()

    person.refresh_from_db()
    assert (person.full_name, person.email) == ("Grace Hopper", "grace@example.org")
    first, second = FocalPoint.history.filter(id=person.pk).order_by("history_id")
    assert (first.given_name, first.family_name) == ("[erased 1]", "[erased 1]")
    assert first.email == "erased-1@erased.invalid"
    # The telephone number was not replaced: the successor has it.
    assert (first.phone, second.phone) == ("+41227305111", "+41227305111")
    assert (second.given_name, second.family_name) == ("Grace", "Hopper")
    assert first.history_by_name == "[focal point]"
    entries = TimelineEntry.objects.filter(member=person.member).order_by("at")
    assert list(entries.values_list("by_name", "note")) == [
        (ERASED_NAME, ""),
        ("Grace Hopper", ERASED_TEXT),
    ]


def test_history_keeps_current_values_and_the_role_of_the_author():
    officer = UserFactory(name="Grace Hopper", is_staff=True)
    person = FocalPointFactory(email="one@example.org", phone="+41227305111")
    for address in ("two@example.org", "three@example.org"):
        person.email = address
        person._history_user = officer
        person.save()
    one, two, _three = FocalPoint.history.filter(id=person.pk).order_by("history_id")
    FocalPoint.history.filter(pk__in=[one.pk, two.pk]).update(history_date=LONG_AGO)

    run()

    versions = FocalPoint.history.filter(id=person.pk).order_by("history_id")
    assert [(row.email, str(row.phone)) for row in versions] == [
        ("erased-1@erased.invalid", "+41227305111"),
        ("two@example.org", "+41227305111"),
        ("three@example.org", "+41227305111"),
    ]
    assert [row.history_by_name for row in versions] == [
        "[portal]",
        "[former staff]",
        "Grace Hopper",
    ]


def test_a_message_keeps_its_kind_and_outcome():
    message = sent_message(LIMIT - SECOND, topic="P2C-1/received/entry-1/focal-point-1")
    recent = sent_message(LIMIT)
    waiting = MessageFactory(queued_at=LONG_AGO, due_at=LONG_AGO)

    run()

    message.refresh_from_db()
    assert (message.recipient, message.subject, message.body) == (ERASED, ERASED_TEXT, ERASED_TEXT)
    assert (message.topic, message.status, message.sent_at) == (
        "P2C-1/received/entry-1/focal-point-1",
        MessageStatus.SENT,
        LIMIT - SECOND,
    )
    for other in (recent, waiting):
        other.refresh_from_db()
        assert other.body == "A paragraph."


def test_a_former_colleague_keeps_a_row_without_a_name():
    user = former_colleague(LIMIT - SECOND, name="Grace Hopper", email="grace@example.org")
    member = MemberFactory(status=MemberStatus.ADMITTED)
    entry = TimelineEntryFactory(
        member=member, kind=TimelineKind.ADMITTED, by_user=user, by_name="Grace Hopper"
    )
    Member.history.filter(id=member.pk).update(history_user=user, history_by_name="Grace Hopper")

    run()

    user.refresh_from_db()
    assert (user.name, user.email) == (ERASED_NAME, f"erased-{user.pk}@erased.invalid")
    assert not user.has_usable_password()
    entry.refresh_from_db()
    assert (entry.by_user, entry.by_name) == (user, ERASED_NAME)
    assert Member.history.get(id=member.pk).history_by_name == "[former staff]"
    old, new = User.history.filter(id=user.pk).order_by("history_id")
    assert (old.email, new.email) == ("erased-1@erased.invalid", user.email)


def test_a_held_member_keeps_its_data_its_messages_and_its_history():
    member = member_in(MemberStatus.DECLINED, LONG_AGO)
    FocalPointFactory(member=member, email="ada@example.org")
    message = sent_message(LONG_AGO, reference=member.reference)
    FocalPoint.history.update(history_date=LONG_AGO)
    Member.history.update(history_date=LONG_AGO)
    hold = RetentionHoldFactory(record=member.pk, until=NOON + SECOND)

    assert run() == 0
    message.refresh_from_db()
    assert message.body == "A paragraph."
    assert run(hold.until) > 0
    member.refresh_from_db()
    assert member.personal_data_deleted_at == hold.until


def test_fewer_days_delete_nothing_for_seven_days():
    LetterDraftFactory(saved_at=LIMIT - SECOND)
    until = NOON + timedelta(days=7)
    RetentionPeriod.objects.filter(kind=RetentionKind.DRAFTS).update(
        previous_days=500, previous_until=until
    )

    assert run(until - SECOND) == 0
    assert run(until) == 1


def test_nothing_is_deleted_before_the_first_rows_were_shown():
    LetterDraftFactory(saved_at=LONG_AGO)
    RetentionPeriod.objects.update(begins_at=NOON + SECOND)

    assert run() == 0
    assert run(NOON + SECOND) == 1


def test_a_run_that_is_killed_is_continued_and_counted_once(monkeypatch):
    _first, second = (member_in(MemberStatus.DECLINED, LONG_AGO) for _number in range(2))
    period = RetentionPeriod.objects.get(kind=RetentionKind.DECLINED)
    (table,) = retained_tables(RetentionKind.DECLINED)
    monkeypatch.setattr(emptying, "write_search_entry", lambda member: member == second and 1 / 0)

    with pytest.raises(ZeroDivisionError):
        delete_batch(period, table, at=NOON)
    assert not Member.objects.exclude(personal_data_deleted_at=None).exists()
    monkeypatch.undo()

    assert (run(), run()) == (2, 0)
    ran = RetentionRun.objects.get()
    assert (ran.kind, ran.day, ran.number) == (RetentionKind.DECLINED, date(2021, 10, 25), 2)


def test_runs_of_a_day_are_added_and_in_the_history(caplog):
    LetterDraftFactory(saved_at=LONG_AGO, form_data="body=Dear+Ada")
    with caplog.at_level(logging.INFO):
        run()
    LetterDraftFactory(saved_at=LONG_AGO)
    run(NOON + timedelta(hours=1))

    ran = RetentionRun.objects.get()
    assert (ran.number, ran.history.count()) == (2, 2)
    ours = {record.getMessage() for record in caplog.records if record.name.startswith("privacy")}
    assert ours == {"Retention period of drafts: 1 deleted"}


def test_a_run_stops_when_its_time_is_over():
    for _number in range(3):
        SignInEventFactory(at=LONG_AGO)
    moments = iter([NOON, *[NOON + timedelta(minutes=1)] * 200])

    assert delete_due(clock=lambda: next(moments)) == 0
