"""Reports are saved, sent, asked about and published; each step tells the lead."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial

import pytest

from commitments.models import (
    Amount,
    CommitmentEvent,
    CommitmentStatus,
    Condition,
    EventKind,
    Report,
    ReportStatus,
    Stage,
)
from commitments.services.reports import (
    AlreadySent,
    ReportConflict,
    ask_question,
    asked_on,
    content_of,
    due_on_of,
    last_published,
    open_report,
    publish_report,
    save_draft,
    send,
)
from core.autosave import Page, ThirdVersion, other_fields, typed_fields
from core.conflicts import Refused
from members.services.conflicts import WrongStatus
from outbox.models import Message
from tests.commitments.desk import refused
from tests.commitments.reporting import (
    DAY,
    FIRST_DUE,
    a_commitment,
    at,
    content,
    kinds,
    reporter,
    sent,
    text_of,
)
from tests.factories import ReportFactory, TargetFactory, UserFactory
from tests.races import POSTGRESQL_ONLY, overtaken

NOW = at(FIRST_DUE)


def events(commitment):
    return list(commitment.events.order_by("pk").values_list("kind", flat=True))


@pytest.fixture
def commitment():
    return a_commitment()


def saved(commitment, typed=None, *, version=0, page="", is_other=False, now=NOW):
    return save_draft(
        commitment=commitment,
        typed={"narrative": "We trained"} if typed is None else typed,
        by=reporter(commitment),
        page=Page(page, version, is_other),
        at=now,
    ).report


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2024, 3, 1), None),
        (date(2025, 1, 29), None),
        (date(2025, 1, 30), date(2025, 3, 1)),
        (date(2025, 3, 1), date(2025, 3, 1)),
        (date(2026, 1, 29), date(2025, 3, 1)),
        (date(2026, 1, 30), date(2026, 3, 1)),
    ],
)
def test_report_is_asked_for_from_thirty_days_before_each_anniversary(day, expected):
    assert asked_on(date(2024, 3, 1), day) == expected


@pytest.mark.parametrize(
    ("reported_for", "day", "expected"),
    [
        # Before the first anniversary is asked for.
        (None, date(2024, 3, 2), date(2024, 3, 2)),
        (None, date(2025, 1, 29), date(2025, 1, 29)),
        (None, date(2025, 1, 30), FIRST_DUE),
        # An additional report does not stand for the anniversary.
        (date(2025, 1, 29), date(2025, 1, 30), FIRST_DUE),
        (FIRST_DUE, date(2025, 2, 10), date(2025, 2, 10)),
        (FIRST_DUE, date(2026, 1, 29), date(2026, 1, 29)),
        (FIRST_DUE, date(2026, 1, 30), date(2026, 3, 1)),
        (date(2025, 9, 9), date(2026, 1, 30), date(2026, 3, 1)),
    ],
)
def test_report_is_for_the_anniversary_that_is_asked_for_or_for_its_day(
    commitment, reported_for, day, expected
):
    if reported_for:
        ReportFactory(commitment=commitment, due_on=reported_for, status=ReportStatus.PUBLISHED)

    assert due_on_of(commitment, day=day) == expected


def test_draft_keeps_the_text_as_typed_and_tells_nobody(commitment):
    report = saved(commitment, {"value_1": "four hundred", "narrative": " We "})

    report.refresh_from_db()
    assert report.status == ReportStatus.DRAFT
    assert report.typed == {"value_1": "four hundred", "narrative": " We "}
    assert report.due_on == FIRST_DUE
    assert report.version == 1
    assert report.saved_by_name == str(reporter(commitment))
    assert events(commitment) == []
    assert kinds() == []


def test_same_text_again_changes_nothing_whatever_the_version(commitment):
    saved(commitment)

    report = saved(commitment, version=7)

    assert report.version == 1


def test_text_of_another_page_is_kept_beside_the_newer_one(commitment):
    saved(commitment)
    saved(commitment, {"narrative": "Second"}, version=1)

    report = saved(commitment, {"narrative": "Third"}, version=1)

    report.refresh_from_db()
    assert typed_fields(report) == {"narrative": "Second"}
    assert other_fields(report) == {"narrative": "Third"}
    assert report.version == 2


def test_two_versions_of_a_report_change_places_and_a_third_is_refused(commitment):
    saved(commitment, {"narrative": "First"}, page="one")
    saved(commitment, {"narrative": "Second"}, page="two")

    report = saved(commitment, {"narrative": "Both"}, version=1, page="three", is_other=True)
    with pytest.raises(ThirdVersion):
        saved(commitment, {"narrative": "Third"}, version=1, page="four")

    report.refresh_from_db()
    assert typed_fields(report) == {"narrative": "Both"}
    assert other_fields(report) == {"narrative": "First"}


def test_report_that_was_sent_meanwhile_is_not_overwritten(commitment):
    saved(commitment)
    sent(commitment, version=1)

    with pytest.raises(ReportConflict, match="changed this report"):
        saved(commitment, {"narrative": "Later"}, version=1)

    assert Report.objects.get().typed == {}


def test_draft_that_was_not_sent_becomes_one_for_the_next_date(commitment):
    saved(commitment)
    next_year = at(date(2026, 2, 1))

    report = saved(commitment, {"narrative": "Later"}, version=1, now=next_year)

    assert Report.objects.get() == report
    assert report.due_on == date(2026, 3, 1)


def test_send_stores_values_and_tells_every_focal_point_in_their_language():
    commitment = a_commitment(targets=2)
    saved(commitment)

    report = send(
        commitment=commitment,
        content=content(
            commitment,
            links="https://www.example.org/report",
            paid=Decimal("12.5"),
            paid_currency="EUR",
            paid_until=FIRST_DUE,
        ),
        by=reporter(commitment),
        version=1,
        at=NOW,
    )

    report.refresh_from_db()
    assert report.status == ReportStatus.SENT
    assert report.typed == {}
    assert (report.sent_at, report.sent_by_name) == (NOW, str(reporter(commitment)))
    assert content_of(report).paid == Decimal("12.5")
    assert list(report.values.values_list("value", "on")) == [(400, FIRST_DUE)] * 2
    assert events(commitment) == [EventKind.REPORT_SENT]
    assert kinds() == ["report-received", "report-received"]
    french, english = Message.objects.order_by("pk")
    assert (french.language, english.language) == ("fr", "en")
    assert commitment.title[:20] in french.subject
    assert english.subject == f"Report received: {commitment.title}"
    assert "http://testserver/en/commitments/report/" in text_of(english)
    assert "http://testserver/fr/commitments/report/" in text_of(french)
    # It counts as sent, and is not published.
    commitment.refresh_from_db()
    assert commitment.condition == Condition.NO_REPORT
    assert commitment.next_report_on == date(2026, 3, 1)
    assert list(Amount.objects.all()) == []


def test_sent_twice_is_refused_and_tells_nobody_again(commitment):
    sent(commitment)

    with refused(AlreadySent):
        sent(commitment)


def test_report_can_be_corrected_until_it_is_published(commitment):
    first = sent(commitment)

    corrected = sent(commitment, version=1, value=500)

    assert corrected == first
    assert list(first.values.values_list("value", flat=True)) == [500]
    assert corrected.version == 2
    assert events(commitment) == [EventKind.REPORT_SENT] * 2
    publish_report(report=corrected, by=UserFactory(), at=NOW)
    with refused(Refused, match="You can write the next one"):
        sent(commitment, version=3, value=600)


def test_nothing_is_saved_of_a_commitment_that_is_no_longer_in_force():
    commitment = a_commitment(status=CommitmentStatus.ENDED)

    with refused(WrongStatus):
        saved(commitment)


def test_value_of_a_target_that_is_gone_is_refused(commitment):
    stated = content(commitment)
    commitment.targets.update(is_current=False)
    TargetFactory(commitment=commitment)

    with refused(Refused, match="The targets of the commitment have changed"):
        send(commitment=commitment, content=stated, by=reporter(commitment), version=0, at=NOW)


def test_question_goes_to_the_lead_with_the_link_to_the_same_report(commitment):
    report = sent(commitment)
    Message.objects.all().delete()
    officer = UserFactory()

    ask_question(report=report, question="How many are *women*?", by=officer, version=1, at=NOW)

    report.refresh_from_db()
    assert (report.status, report.version) == (ReportStatus.QUESTION_ASKED, 2)
    assert report.narrative == "We trained 400 teachers."
    event = commitment.events.order_by("pk").last()
    assert (event.kind, event.by_user, event.note) == (
        EventKind.REPORT_QUESTION,
        officer,
        "How many are *women*?",
    )
    assert kinds() == ["report-question", "report-question"]
    english = Message.objects.order_by("pk")[1]
    assert "How many are *women*?" in text_of(english)
    assert "/en/commitments/report/" in text_of(english)
    # The lead answers in the report, and sends it again.
    answered = sent(commitment, version=2, narrative="We trained 400 teachers, 210 of them women.")
    assert answered.status == ReportStatus.SENT
    assert answered.question == "How many are *women*?"


def test_publish_shows_values_money_and_condition_and_thanks_the_lead(commitment):
    TargetFactory(commitment=commitment, value=None, unit="", baseline=None, is_yes_no=True)
    stated = content(commitment, paid=Decimal(1000), paid_currency="USD", paid_until=FIRST_DUE)
    stated = type(stated)(**{**vars(stated), "values": stated.values[:1]})
    report = send(commitment=commitment, content=stated, by=reporter(commitment), version=0, at=NOW)
    Message.objects.all().delete()

    publish_report(report=report, by=UserFactory(), version=1, at=NOW + DAY)

    report.refresh_from_db()
    commitment.refresh_from_db()
    assert (report.status, report.published_at) == (ReportStatus.PUBLISHED, NOW + DAY)
    assert (commitment.status, commitment.condition) == (
        CommitmentStatus.PUBLISHED,
        Condition.NO_REPORT,
    )
    assert commitment.last_report_at == NOW
    paid = Amount.objects.get()
    assert (paid.stage, paid.original, paid.usd, paid.report) == (Stage.PAID, 1000, 1000, report)
    assert events(commitment)[:2] == [EventKind.REPORT_SENT, EventKind.REPORT_PUBLISHED]
    assert kinds() == ["report-published", "report-published"]


def test_last_report_ends_the_commitment(commitment):
    report = sent(commitment, is_last=True)

    publish_report(report=report, by=UserFactory(), at=NOW)

    commitment.refresh_from_db()
    assert (commitment.status, commitment.ended_at) == (CommitmentStatus.ENDED, NOW)
    assert commitment.condition == Condition.NOT_REACHED
    assert commitment.next_report_on is None
    assert events(commitment)[-2:] == [EventKind.REPORT_PUBLISHED, EventKind.ENDED]


@pytest.mark.parametrize("status", [ReportStatus.DRAFT, ReportStatus.PUBLISHED])
def test_only_a_report_that_waits_is_published_or_asked_about(status):
    report = ReportFactory(commitment=a_commitment(), due_on=FIRST_DUE, status=status)

    with refused(Refused, match="status of the report"):
        publish_report(report=report, by=UserFactory(), at=NOW)
    with refused(Refused, match="status of the report"):
        ask_question(report=report, question="Why?", by=UserFactory(), at=NOW)


def test_report_that_was_corrected_meanwhile_is_not_published_unread(commitment):
    report = sent(commitment)
    sent(commitment, version=1, value=1)

    with refused(ReportConflict, match="changed this report"):
        publish_report(report=report, by=UserFactory(), version=1, at=NOW)


def test_additional_report_is_for_the_day_it_was_sent_and_the_anniversary_is_still_asked_for(
    commitment,
):
    publish_report(report=sent(commitment), by=UserFactory(), at=NOW)
    day = date(2025, 9, 9)

    additional = sent(commitment, day=day, value=500)
    corrected = sent(commitment, day=day + DAY, value=510, version=additional.version)
    publish_report(report=corrected, by=UserFactory(), at=at(day + DAY))

    commitment.refresh_from_db()
    assert (corrected.pk, corrected.due_on) == (additional.pk, day)
    assert commitment.next_report_on == date(2026, 3, 1)
    assert last_published(commitment) == additional
    following = open_report(commitment, at=at(date(2026, 1, 30)))
    assert (following.pk, following.due_on, following.version) == (None, date(2026, 3, 1), 0)


def test_additional_report_that_was_sent_after_one_for_a_later_day_is_the_latest(commitment):
    early, later = date(2025, 2, 1), date(2025, 2, 9)
    publish_report(
        report=sent(commitment, day=early, paid=10, paid_currency="USD", paid_until=early),
        by=UserFactory(),
        at=at(early),
    )

    report = sent(commitment, day=later, value=500, paid=7, paid_currency="USD", paid_until=later)
    publish_report(report=report, by=UserFactory(), at=at(later))

    assert (last_published(commitment), report.due_on) == (report, later)
    paid = Amount.objects.get(commitment=commitment, stage=Stage.PAID, is_current=True)
    assert paid.original == 7


def test_draft_that_was_not_sent_goes_to_the_day_of_its_sending(commitment):
    day = date(2024, 6, 1)
    draft = saved(commitment, now=at(day))
    before = draft.due_on

    report = sent(commitment, day=day + 2 * DAY, version=draft.version)

    assert (report.pk, before, report.due_on) == (draft.pk, day, day + 2 * DAY)


def test_second_report_of_a_day_is_refused_until_the_next_day(commitment):
    publish_report(report=sent(commitment), by=UserFactory(), at=NOW)

    with pytest.raises(Refused, match="You can write the next one tomorrow") as refusal:
        sent(commitment, value=500)

    assert refusal.value.code == "once_a_day"
    assert commitment.reports.count() == 1
    assert sent(commitment, day=FIRST_DUE + DAY, value=500).due_on == FIRST_DUE + DAY


def test_day_of_an_additional_report_is_that_of_geneva(commitment):
    publish_report(report=sent(commitment), by=UserFactory(), at=NOW)
    midnight_in_geneva = datetime(2025, 9, 8, 22, 0, tzinfo=UTC)

    days = [
        open_report(commitment, at=moment).due_on
        for moment in (midnight_in_geneva - timedelta(seconds=1), midnight_in_geneva)
    ]

    assert days == [date(2025, 9, 8), date(2025, 9, 9)]


def publish(commitment):
    return publish_report(report=commitment.reports.get(), by=UserFactory(), at=NOW)


def ask(commitment):
    report, officer = commitment.reports.get(), UserFactory()
    return ask_question(report=report, question="Why?", by=officer, version=1, at=NOW)


class TestRaces:
    pytestmark = POSTGRESQL_ONLY

    def test_two_texts_that_are_saved_at_once_are_both_kept(self, commitment):
        overtaken(
            lambda: saved(commitment),
            lambda: saved(type(commitment).objects.get(), {"narrative": "Two"}),
            at="commitments_report",
        )

        report = Report.objects.get()
        assert typed_fields(report) == {"narrative": "We trained"}
        assert other_fields(report) == {"narrative": "Two"}

    @pytest.mark.parametrize(
        ("is_sent", "first", "second", "refusal", "left"),
        [
            (False, sent, sent, AlreadySent, (ReportStatus.SENT, 1, 2)),
            (True, publish, publish, Refused, (ReportStatus.PUBLISHED, 2, 4)),
            (
                True,
                ask,
                partial(sent, version=1, value=500),
                ReportConflict,
                (ReportStatus.QUESTION_ASKED, 2, 4),
            ),
        ],
    )
    def test_of_two_steps_at_once_the_second_is_refused(
        self, commitment, is_sent, first, second, refusal, left
    ):
        if is_sent:
            sent(commitment)

        outcomes = overtaken(
            *(lambda step=step: step(type(commitment).objects.get()) for step in (first, second)),
            at="commitments_report",
        )

        written = CommitmentEvent.objects.count(), Message.objects.count()
        assert [type(each) for each in outcomes] == [Report, refusal]
        assert (Report.objects.get().status, *written) == left
