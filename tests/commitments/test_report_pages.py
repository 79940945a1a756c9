"""The page of a report, by a private link or after signing in, and the page of a host."""

from datetime import date, timedelta
from decimal import Decimal
from urllib.parse import urlsplit

import pytest
from django.utils import timezone

from commitments.models import (
    Acknowledgement,
    Commitment,
    CommitmentStatus,
    HostAnswer,
    Report,
    ReportStatus,
)
from commitments.services.conditions import value_due_on
from commitments.services.hosts import ask_hosts
from commitments.services.reports import ask_question, content_of, publish_report
from core.dates import format_date_short
from members.models import MemberStatus
from members.services.focal_points import revoke_links
from outbox.models import Message
from p2c_portal.log_formatters import mask
from tests.commitments.reporting import (
    A_YEAR_AGO,
    TODAY,
    a_commitment,
    a_host,
    due_yesterday,
    fields,
    host_path,
    path_of,
    reporter,
)
from tests.factories import (
    PlaceFactory,
    ReportFactory,
    TargetFactory,
    TargetValueFactory,
    UserFactory,
)
from tests.participation.people import signed_in_as


@pytest.fixture
def commitment():
    return due_yesterday()


@pytest.fixture
def path(commitment):
    return path_of(commitment)


@pytest.fixture
def post(client, commitment, path):
    """Send the complete form of the page, with what is typed otherwise."""
    return lambda **typed: client.post(path, fields(commitment, **typed))


def test_link_opens_the_form_with_targets_their_last_values_and_the_currency(client, commitment):
    policy = TargetFactory(
        commitment=commitment, is_yes_no=True, value=None, baseline=None, unit="", indicator="Law"
    )
    earlier = ReportFactory(
        commitment=commitment,
        due_on=date(2020, 1, 1),
        status=ReportStatus.PUBLISHED,
        paid=Decimal(1500),
        paid_currency="XOF",
        paid_until=date(2020, 1, 1),
    )
    TargetValueFactory(
        report=earlier, target=commitment.targets.first(), value=250, on=date(2020, 1, 1)
    )
    TargetValueFactory(report=earlier, target=policy, value=None, reached=True, on=TODAY)

    response = client.get(path_of(commitment))

    assert response.status_code == 200
    form = response.context["form"]
    first = commitment.targets.order_by("pk").first()
    assert form[f"value_{first.pk}"].value() == "250"
    assert form[f"on_{first.pk}"].value() == TODAY
    assert form[f"value_{policy.pk}"].value() == "yes"
    assert (form["paid"].value(), form["paid_currency"].value()) == ("1,500", "XOF")
    assert "Promised: 1,000 by 31 Dec 2028" in response.text
    assert "Last reported: 250 on 1 Jan 2020" in response.text
    assert response["X-Robots-Tag"] == "noindex, nofollow"
    assert "no-store" in response["Cache-Control"]
    assert not Report.objects.exclude(pk=earlier.pk).exists()


def test_report_is_sent_and_then_shown_read_only(client, path, post):
    response = post(
        paid="12,000.50",
        paid_currency="EUR",
        paid_until=TODAY.isoformat(),
        links="www.example.org/report\nhttps://example.org/b",
    )

    assert (response.status_code, response["Location"]) == (302, path)
    report = Report.objects.get()
    stated = content_of(report)
    assert report.status == ReportStatus.SENT
    assert (stated.paid, stated.paid_currency) == (Decimal("12000.5"), "EUR")
    assert stated.links == "https://www.example.org/report\nhttps://example.org/b"
    page = client.get(path)
    assert page.context["form"] is None
    assert "Thank you. The report is sent." in page.text
    assert "400 people" in page.text
    assert 'href="?correct=1"' in page.text


def test_second_click_and_back_send_once(post):
    answers = [post().status_code for _click in range(2)]

    assert answers == [302, 302]
    assert Report.objects.get().version == 1
    assert Message.objects.count() == 2


def test_sent_report_can_be_corrected_with_its_own_text(client, commitment, path):
    client.post(path, fields(commitment))

    page = client.get(f"{path}?correct=1")
    form = page.context["form"]
    answer = client.post(
        f"{path}?correct=1",
        fields(commitment, draft_version=form["draft_version"].value(), narrative="410 by now."),
    )

    assert form["narrative"].value() == "We trained 400 teachers."
    assert answer["Location"] == path
    assert Report.objects.get().narrative == "410 by now."


def test_question_is_shown_above_the_report_with_its_text(client, path, post):
    post()
    report = Report.objects.get()
    ask_question(report=report, question="How many women?", by=UserFactory(), at=timezone.now())

    page = client.get(path)

    assert "How many women?" in page.text
    assert page.context["form"]["narrative"].value() == "We trained 400 teachers."


def test_wrong_text_is_kept_as_typed_with_an_error_at_the_field(client, commitment, path, post):
    name = f"value_{commitment.targets.get().pk}"

    response = post(**{name: "about 400"}, narrative="", paid="100")

    form = response.context["form"]
    assert response.status_code == 422
    assert set(form.errors) == {name, "narrative", "paid_currency", "paid_until"}
    assert form["draft_version"].value() == "1"
    assert Report.objects.get().status == ReportStatus.DRAFT
    # A reload or another device shows the same text, without sending anything.
    again = client.get(path).context["form"]
    assert (again[name].value(), again.errors) == ("about 400", {})


@pytest.mark.parametrize(
    ("name", "typed", "message"),
    [
        ("on", "2999-01-01", "Enter a day between 2000 and 2070."),
        ("on", "", "Enter the day of this value."),
        ("on", (TODAY + timedelta(days=1)).isoformat(), "This day is in the future."),
        ("links", "\n".join(f"https://example.org/{n}" for n in range(6)), "at most 5"),
        ("links", "ftp://example.org/x", "is no web address"),
        ("links", "javascript:alert(1)", "is no web address"),
        ("links", "https://example.org/" + "x" * 600, "is no web address"),
        ("narrative", "word " * 201, "200 words or fewer"),
        ("paid", "-5", "not below zero"),
    ],
)
def test_each_field_says_what_is_wrong(name, typed, message, commitment, post):
    name = f"on_{commitment.targets.get().pk}" if name == "on" else name

    response = post(**{name: typed})

    assert response.status_code == 422
    assert message in response.context["form"].errors[name][0]
    assert Report.objects.get().status == ReportStatus.DRAFT


REASON = "The cable came three months late."


def test_commitment_that_falls_behind_says_why(client, commitment, path, post):
    # 1,000 are to be reached by the end of 2028, and a tenth of the way is tolerated.
    name = f"value_{commitment.targets.get().pk}"
    due = value_due_on(
        commitment.targets.get(), TODAY, published_on=timezone.localdate(commitment.published_at)
    )

    refused = post(**{name: str(due - 1)})
    kept = client.get(path).context["form"]
    version = refused.context["form"]["draft_version"].value()
    too_long = post(**{name: str(due - 1)}, draft_version=version, behind_reason="x" * 201)
    version = too_long.context["form"]["draft_version"].value()
    sent = post(**{name: str(due - 1)}, draft_version=version, behind_reason=f" {REASON}\n")

    assert refused.status_code == 422
    asked = (
        f"With these numbers the commitment is behind: {due} was due for “Teachers trained”. Say "
        "in one sentence why."
    )
    assert refused.context["form"].errors == {"behind_reason": [asked]}
    assert (kept[name].value(), kept["narrative"].value()) == (
        str(due - 1),
        "We trained 400 teachers.",
    )
    assert "200 characters or fewer" in too_long.context["form"].errors["behind_reason"][0]
    assert sent.status_code == 302
    assert content_of(Report.objects.get()).behind_reason == REASON
    assert REASON in client.get(path).text
    correction = client.get(f"{path}?correct=1").context["form"]
    assert correction["behind_reason"].value() == REASON


@pytest.mark.parametrize(
    "typed",
    [
        {"value": "on_the_border"},
        # Nothing is due before the first milestone.
        {"value": "0", "milestones": [["2070-01-01", "1"], ["2070-02-01", "2"]]},
        # It is not behind but not reached.
        {"value": "0", "is_last": "on"},
        # Nothing is known of it.
        {"value": ""},
        # It is reached.
        {"value": "1000"},
    ],
)
def test_no_reason_is_asked_of_one_that_is_not_behind(commitment, post, typed):
    target = commitment.targets.get()
    target.milestones = typed.pop("milestones", [])
    target.by = date(2070, 12, 31)
    target.save()
    if typed["value"] == "on_the_border":
        published_on = timezone.localdate(commitment.published_at)
        typed["value"] = str(value_due_on(target, TODAY, published_on=published_on))

    response = post(**{f"value_{target.pk}": typed.pop("value")}, **typed)

    assert response.status_code == 302
    assert Report.objects.get().behind_reason == ""


def test_reason_is_asked_if_an_earlier_value_keeps_it_behind(commitment, post):
    target = commitment.targets.get()
    earlier = ReportFactory(
        commitment=commitment, due_on=date(2020, 1, 1), status=ReportStatus.PUBLISHED
    )
    TargetValueFactory(report=earlier, target=target, value=-1, on=TODAY - timedelta(days=1))

    response = post(**{f"value_{target.pk}": ""})

    assert list(response.context["form"].errors) == ["behind_reason"]


def test_form_says_what_is_due_of_each_target(client, commitment, path):
    target = commitment.targets.get()
    target.milestones = [["2024-01-01", "250"], ["2028-01-01", "600"]]
    target.save()

    page = client.get(path).text

    assert (
        "Promised: 1,000 by 31 Dec 2028 · Milestones: 250 by 1 Jan 2024 and 600 by 1 Jan 2028"
    ) in page
    assert ": 250<br>" in page or ": 250</p>" in page
    assert "Why is it behind?" in page


def test_lead_without_an_open_report_reads_the_last_one_and_may_write_another(
    client, commitment, path, post
):
    post()
    publish_report(report=Report.objects.get(), by=UserFactory(), at=timezone.now())

    page, form = client.get(path), client.get(f"{path}?write=1")
    sent = client.post(f"{path}?write=1", fields(commitment, narrative="We trained 500."))
    again = client.get(path)

    assert (page.context["form"], form.context["form"]["narrative"].value()) == (None, None)
    assert "Report for " in page.text
    assert 'href="?write=1"' in page.text
    assert "We still ask you for the report that is due on" in form.text
    assert sent["Location"] == path
    assert f"Report of {format_date_short(TODAY)}" in again.text
    assert list(Report.objects.order_by("pk").values_list("due_on", flat=True)) == [
        TODAY - timedelta(days=1),
        TODAY,
    ]


def test_second_report_of_a_day_is_refused_with_when_it_can_be_written(client, path, post):
    commitment = a_commitment(published_at=timezone.now() - timedelta(days=100))
    path = path_of(commitment)
    client.post(path, fields(commitment))
    publish_report(report=Report.objects.get(), by=UserFactory(), at=timezone.now())

    page, refused = client.get(path), client.post(path, fields(commitment, narrative="More"))

    assert "You can write the next one tomorrow." in page.text
    assert "?write=1" not in page.text
    assert refused.status_code == 409
    assert Report.objects.count() == 1


def test_language_switch_shows_the_form_as_typed_and_stores_nothing(post):
    form = post(narrative="Typed", switch="en").context["form"]

    assert (form["narrative"].value(), form.errors) == ("Typed", {})
    assert not Report.objects.exists()


@pytest.mark.parametrize("what", ["altered", "revoked", "withdrawn", "other member"])
def test_link_that_no_longer_holds_opens_nothing_and_sends_nothing(client, what, commitment, path):
    if what == "altered":
        path = f"{path[:-8]}xxxxxxx/"
    elif what == "revoked":
        person, by = reporter(commitment), UserFactory()
        revoke_links(focal_point=person, link_version=1, by=by, at=timezone.now())
    elif what == "withdrawn":
        lead = commitment.lead
        lead.status, lead.focus_area, lead.granted_role = MemberStatus.DECLINED, None, ""
        lead.save()
    else:
        Commitment.objects.update(lead=a_commitment().lead)

    opened, posted = client.get(path), client.post(path, fields(commitment))

    assert (opened.status_code, posted.status_code) == (404, 404)
    assert "This link no longer works" in opened.text
    assert commitment.title not in opened.text
    assert not Report.objects.exists()


def test_commitment_that_has_ended_shows_its_last_report(client, path, post):
    post(is_last="on")
    publish_report(report=Report.objects.get(), by=UserFactory(), at=timezone.now())

    response = client.get(path)

    assert response.context["form"] is None
    assert "No report is needed" in response.text
    assert "We trained 400 teachers." in response.text


def test_signed_in_focal_point_sends_the_report_of_their_own_commitment(commitment):
    browser = signed_in_as(reporter(commitment))
    address = f"/en/my/commitments/{commitment.reference}/report/"

    answer = browser.post(address, fields(commitment))

    assert answer["Location"] == address
    assert Report.objects.get().sent_by == reporter(commitment)


# Hosts


@pytest.fixture
def asked(commitment):
    """A focal point of a host that was asked."""
    PlaceFactory(commitment=commitment, country="MW")
    host = a_host(decided_at=A_YEAR_AGO)
    ask_hosts(commitment, at=timezone.now())
    return host.focal_points.get()


def test_host_answers_with_one_choice_and_a_note(client, commitment, asked):
    path = host_path(commitment, asked)

    page = client.get(path)
    answers = [client.post(path, {"answer": "supports", "note": "Gladly."}) for _click in "12"]

    assert "A commitment for Malawi" in page.text
    assert commitment.statement in page.text
    assert [each["Location"] for each in answers] == [path, path]
    row = Acknowledgement.objects.get()
    assert (row.answer, row.note) == (HostAnswer.SUPPORTS, "Gladly.")
    assert "Your organisation’s answer: “Supports it”" in client.get(path).text


def test_host_who_chooses_nothing_keeps_the_note(client, commitment, asked):
    response = client.post(host_path(commitment, asked), {"note": "Which office?"})

    assert response.status_code == 422
    assert response.context["form"]["note"].value() == "Which office?"
    assert Acknowledgement.objects.get().answer == ""


def test_host_can_no_longer_answer_about_what_has_ended(client, commitment, asked):
    Commitment.objects.update(status=CommitmentStatus.ENDED)

    page = client.get(host_path(commitment, asked))
    response = client.post(host_path(commitment, asked), {"answer": "knows"})

    assert "You can no longer answer" in page.text
    assert response.status_code == 409
    assert Acknowledgement.objects.get().answer == ""


@pytest.mark.usefixtures("asked")
def test_link_of_a_host_opens_nothing_for_others(client, commitment):
    stranger = a_host(country="ZM").focal_points.get()

    for person in (stranger, reporter(commitment)):
        assert client.get(host_path(commitment, person)).status_code == 404
    report_link = path_of(commitment).replace("/report/", "/host/")
    assert client.get(report_link).status_code == 404


def test_links_are_masked_in_the_log(commitment, asked):
    for path in (path_of(commitment), host_path(commitment, asked)):
        token = urlsplit(path).path.split("/")[-2]
        assert token not in mask(f"GET {path} 200")
