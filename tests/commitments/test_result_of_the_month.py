"""The result of the month: staff choose it, and everybody reads it until the end of the next."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags

from commitments.models import (
    CommitmentStatus,
    HostAnswer,
    Report,
    ReportStatus,
    ResultOfTheMonth,
)
from commitments.services.result_of_the_month import (
    ResultConflict,
    choose_result,
    first_sentences,
    result_of_the_month_shown,
    take_away_result,
)
from commitments.services.withdrawal import withdraw_by_lead
from core.conflicts import NothingChanged, Refused
from focus_areas.models import FocusArea
from members.services.conflicts import WrongStatus
from tests.commitments.register import published, report_of
from tests.factories import (
    NOON,
    AcknowledgementFactory,
    FocalPointFactory,
    TargetFactory,
    UserFactory,
)
from tests.triage.staff import coordinator, observer, officer, signed_in

SCHOOLS = {"indicator": "Schools connected", "unit": "schools"}
FIGURES = "/en/commitments/figures/"
TODAY = date(2021, 10, 25)
DAY = timedelta(days=1)


def a_report(value=300, target=None, **facts):
    """Return a published report with a value of a target of 1,000 schools."""
    commitment = published()
    row = TargetFactory(commitment=commitment, **(target or SCHOOLS))
    text = {"narrative": "Mails arrive now. Teachers plan together.", **facts}
    return report_of(commitment, (row, value), **text)


def choose(report, version=0, at=NOON, by=None, **facts):
    target = report.values.get().target_id
    asked = {"target": target, "version": version, "by": by or UserFactory(), "at": at}
    return choose_result(report=report, **{**asked, **facts})


def test_value_of_a_published_report_is_chosen_for_the_present_month():
    report, by = a_report(), UserFactory()

    chosen = choose(report, by=by)

    chosen.refresh_from_db()
    assert (chosen.month, chosen.report, chosen.target.commitment) == (
        date(2021, 10, 1),
        report,
        report.commitment,
    )
    assert (chosen.chosen_by, chosen.chosen_at, chosen.version) == (by, NOON, 1)


def test_month_is_that_of_geneva():
    chosen = choose(a_report(), at=datetime(2021, 10, 31, 23, 30, tzinfo=UTC))

    assert chosen.month == date(2021, 11, 1)


def test_choice_is_replaced_and_taken_away_and_its_history_stays():
    first, second, by = a_report(), a_report(), UserFactory()
    choose(first, by=by)
    choose(second, version=1, by=by)
    take_away_result(version=2, by=by, at=NOON + DAY)

    history = ResultOfTheMonth.history.order_by("history_id")
    assert not ResultOfTheMonth.objects.exists()
    assert [(row.history_type, row.report, row.history_by_name) for row in history] == [
        ("+", first, str(by)),
        ("~", second, str(by)),
        ("-", second, str(by)),
    ]
    assert history.last().history_date == NOON + DAY


def test_colleague_who_chose_meanwhile_is_named():
    choose(a_report(), by=UserFactory(name="Ada Diallo"))

    with pytest.raises(ResultConflict, match="Ada Diallo has chosen another result"):
        choose(a_report(), version=0)
    with pytest.raises(ResultConflict, match="Ada Diallo"):
        take_away_result(version=2, by=UserFactory(), at=NOON)
    assert ResultOfTheMonth.objects.get().version == 1


def test_same_choice_again_is_refused():
    report = a_report()
    choose(report)

    with pytest.raises(NothingChanged):
        choose(report, version=1)


def test_what_nobody_chose_cannot_be_taken_away():
    with pytest.raises(ResultConflict, match="was changed meanwhile"):
        take_away_result(version=0, by=UserFactory(), at=NOON)


@pytest.mark.parametrize("status", [ReportStatus.DRAFT, ReportStatus.SENT])
def test_report_that_is_not_published_is_refused(status):
    report = a_report()
    sent = None if status == ReportStatus.DRAFT else NOON
    Report.objects.update(status=status, published_at=None, sent_at=sent)

    with pytest.raises(Refused, match="Choose a value"):
        choose(report)
    assert not ResultOfTheMonth.objects.exists()


def test_target_of_another_report_yes_or_no_and_former_target_are_refused():
    report, other = a_report(), a_report()
    yes = a_report(
        value=True, target={"is_yes_no": True, "unit": "", "value": None, "baseline": None}
    )
    former = a_report()
    former.commitment.targets.update(is_current=False)

    with pytest.raises(Refused, match="Choose a value"):
        choose(report, target=other.values.get().target_id)
    for refused in (yes, former):
        with pytest.raises(Refused, match="Choose a value"):
            choose(refused)


@pytest.mark.parametrize("status", [CommitmentStatus.WITHDRAWN, CommitmentStatus.SUPERSEDED])
def test_commitment_that_is_not_in_force_is_refused(status):
    report = a_report()
    report.commitment.status = status
    report.commitment.reason = "No funds."
    report.commitment.superseded_by = published()
    report.commitment.save()

    with pytest.raises(WrongStatus):
        choose(report)


def test_everything_shown_is_drawn_from_the_report():
    report = a_report()
    AcknowledgementFactory(
        commitment=report.commitment, answer=HostAnswer.SUPPORTS, answered_at=NOON
    )
    AcknowledgementFactory(
        commitment=report.commitment,
        country="ZM",
        answer=HostAnswer.DOES_NOT_KNOW,
        answered_at=NOON,
    )
    choose(report)

    shown = result_of_the_month_shown(on=TODAY)

    assert shown.sentence == ("", "300", "schools connected")
    assert shown.promised == "of 1,000 promised by 31 Dec 2028"
    assert shown.excerpt == "Mails arrive now. Teachers plan together."
    assert [host.words for host in shown.hosts] == ["Malawi supports it"]
    assert shown.chart.rows == [("25 Oct 2021", "300")]


def test_target_in_own_words_keeps_them():
    choose(a_report(target={"indicator": "Écoles reliées", "unit": "lieux"}))

    shown = result_of_the_month_shown(on=TODAY)

    assert (shown.sentence, shown.value) == (None, "300 lieux")


def test_gain_is_shown_if_the_target_has_a_value_at_the_start():
    choose(a_report(target={**SCHOOLS, "baseline": Decimal(100)}))

    shown = result_of_the_month_shown(on=TODAY)

    assert (shown.sentence.number, shown.promised) == ("200", "of 900 promised by 31 Dec 2028")


@pytest.mark.parametrize(
    ("on", "is_shown"),
    [
        (date(2021, 9, 30), False),
        (date(2021, 10, 1), True),
        (date(2021, 11, 30), True),
        (date(2021, 12, 1), False),
    ],
)
def test_it_is_shown_in_its_month_and_the_next(on, is_shown):
    choose(a_report())

    assert (result_of_the_month_shown(on=on) is not None) == is_shown


def test_later_month_comes_first_while_it_can_be_shown():
    choose(a_report(value=1), at=NOON)
    later = a_report(value=2)
    choose(later, at=NOON + 31 * DAY)
    on = TODAY + 31 * DAY
    assert result_of_the_month_shown(on=on).sentence.number == "2"

    lead = FocalPointFactory(member=later.commitment.lead)
    withdraw_by_lead(later.commitment, reason="No funds.", by=lead, at=NOON)

    assert result_of_the_month_shown(on=on).sentence.number == "1"


@pytest.mark.parametrize(
    ("text", "excerpt"),
    [
        ("", ""),
        ("One. Two.", "One. Two."),
        (f"{'a' * 200}. {'b' * 98}. Third.", f"{'a' * 200}."),
        (f"{'a' * 200}. {'b' * 97}. Third.", f"{'a' * 200}. {'b' * 97}."),
        (f"{'很好' * 100}。{'学校' * 60}。", f"{'很好' * 100}。"),
        (f"{'word ' * 100}.", f"{'word ' * 59}word…"),
        ("a" * 400, f"{'a' * 300}…"),
    ],
)
def test_excerpt_has_whole_sentences_if_one_fits(text, excerpt):
    assert first_sentences(text) == excerpt


def page_of(report, name="change"):
    return reverse(f"admin:commitments_report_{name}", args=[report.pk])


def words_of(response):
    return " ".join(strip_tags(response.text).split())


def form_of(report):
    return page_of(report, "result_of_the_month")


def test_staff_choose_replace_and_take_away_on_the_page_of_a_report(browser, client):
    first, second = a_report(), a_report(value=400)
    target = second.values.get().target_id

    browser.post(form_of(first), {"version": 0, "target": first.values.get().target_id})
    page = browser.get(page_of(second))
    stale = browser.post(form_of(second), {"version": 0, "target": target})
    replaced = browser.post(form_of(second), {"version": 1, "target": target})
    public = client.get(FIGURES)
    browser.post(form_of(second), {"version": 2, "take_away": "1"})

    assert "Replace the result of the month" in page.text
    assert (stale.status_code, replaced["Location"]) == (409, page_of(second))
    assert "400 schools connected" in words_of(public)
    assert "Teachers plan together." in public.text
    assert not ResultOfTheMonth.objects.exists()
    assert "Result of the month" not in client.get(FIGURES).text


def test_home_shows_it_with_the_commitments(client):
    choose(a_report(), at=timezone.now())

    assert "300 schools connected" in words_of(client.get("/en/"))


def test_only_who_decides_about_commitments_chooses():
    report = a_report()
    report.commitment.focus_area = FocusArea.objects.get(number=1)
    report.commitment.save()
    asked = {"version": 0, "target": report.values.get().target_id}

    answers = [
        signed_in(person).post(form_of(report), asked).status_code
        for person in (observer(), coordinator(FocusArea.objects.get(number=2)))
    ]

    assert answers == [403, 403]
    assert "Choose as result" not in signed_in(observer()).get(page_of(report)).text
    assert "Choose as result" in signed_in(officer()).get(page_of(report)).text
    assert not ResultOfTheMonth.objects.exists()
