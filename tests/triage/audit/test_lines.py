"""The audit as lines of JSON, in an export and for the collector of a security team."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from accounts.models import ReadingEvent, ReadingKind, SignInMethod, SignInOutcome
from core.spreadsheet_parsing import parse_spreadsheet
from core.spreadsheets import SpreadsheetFormat
from members.models import Member
from tests.factories import (
    NOON,
    EventDigestFactory,
    MemberFactory,
    ReadingEventFactory,
    SignInEventFactory,
    TimelineEntryFactory,
    UserFactory,
)
from tests.triage.staff import observer, read, signed_in
from triage.audit.services import lines
from triage.audit.services.lines import audit_lines, whole_lines

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

MINUTE = timedelta(minutes=1)
EXPORT = "/admin/audit/export/"
SINCE, UNTIL = ("--since", "2021-10-25"), ("--until", "2021-10-25")
DAYS = {"since": "2021-10-25", "until": "2021-10-25"}


@pytest.fixture
def ada():
    return UserFactory(name="Ada Lovelace")


def exported(since=NOON, until=NOON + 10 * MINUTE):
    return [json.loads(line) for line in whole_lines(since=since, until=until)]


def sent(since=NOON, until=NOON + 10 * MINUTE):
    return [facts for _at, facts in audit_lines(since=since, until=until, is_whole=False)]


def renamed_member(ada, at=NOON):
    """Return a member whose name somebody has changed."""
    member = MemberFactory(organisation_name="Old Name")
    member._history_user, member._history_date = ada, at
    member.organisation_name = "New Name"
    member.save()
    Member.history.exclude(history_date=at).update(history_date=NOON - MINUTE)
    return member


def test_lines_have_sign_ins_and_readings_with_their_facts(ada):
    sign_in = SignInEventFactory(
        at=NOON,
        user=ada,
        method=SignInMethod.PASSWORD,
        outcome=SignInOutcome.WRONG,
        browser="Firefox on Linux",
        network="0123456789ab",
    )
    reading = ReadingEventFactory(at=NOON + MINUTE, by=ada, record_pk=7, kind=ReadingKind.FILE)

    assert sent() == [
        {
            "id": f"accounts.signinevent-{sign_in.pk}",
            "at": "2021-10-25T12:00:00+00:00",
            "by": "Ada Lovelace",
            "what": "Sign-in",
            "address": "",
            "account_kind": "staff",
            "method": "password",
            "outcome": "wrong",
            "browser": "Firefox on Linux",
            "network": "0123456789ab",
            "fields": [],
        },
        {
            "id": f"accounts.readingevent-{reading.pk}",
            "at": "2021-10-25T12:01:00+00:00",
            "by": "Ada Lovelace",
            "what": "Reading of personal data",
            "address": "",
            "record_type": "members.member",
            "record_pk": 7,
            "kind": "file",
            "fields": [],
        },
    ]


def test_export_has_old_and_new_values_and_the_stream_has_none(ada):
    member = renamed_member(ada)

    [whole, end], [short] = exported(), sent()

    assert whole["record"] == str(Member.objects.get())
    assert whole["fields"] == [{"field": "Organisation", "old": "Old Name", "new": "New Name"}]
    assert short["fields"] == ["Organisation"]
    assert (short["id"], short["by"]) == (whole["id"], "Ada Lovelace")
    assert short["address"] == reverse("admin:members_member_change", args=[member.pk])
    assert "Name" not in json.dumps(short, default=str)
    assert end == {"lines": 1}


def test_stream_has_no_note_and_no_address_of_a_person(ada):
    TimelineEntryFactory(at=NOON, by_name="ada@example.org", note="Call Grace Hopper")

    [line] = [line for line in sent() if line["id"].startswith("timeline-")]

    assert line["by"] == ""
    assert "Grace" not in json.dumps(line)


def test_lines_are_in_the_order_of_time_and_end_before_the_end(ada, monkeypatch):
    monkeypatch.setattr(lines, "BATCH_SIZE", 2)
    for minutes in (3, 0, 2, 1, 10):
        SignInEventFactory(at=NOON + minutes * MINUTE, user=ada)
        EventDigestFactory(at=NOON + minutes * MINUTE)

    moments = [line["at"][14:16] for line in sent()]

    assert moments == ["00", "00", "01", "01", "02", "02", "03", "03"]


def test_lines_take_as_many_queries_for_nine_events_as_for_three(ada, django_assert_num_queries):
    for number in range(9):
        SignInEventFactory(at=NOON + number * MINUTE, user=ada)

    with django_assert_num_queries(2):
        assert len(sent(until=NOON + 3 * MINUTE)) == 3
    with django_assert_num_queries(2):
        assert len(sent()) == 9


def test_export_page_sends_the_days_and_records_the_reader(ada):
    SignInEventFactory(at=NOON, user=ada)
    reader = observer()

    response = signed_in(reader).post(EXPORT, {"format": "jsonl", **DAYS})

    content = [json.loads(line) for line in response.getvalue().splitlines()]
    assert response.headers["Content-Disposition"] == (
        'attachment; filename="audit-2021-10-25-2021-10-25.jsonl"'
    )
    assert [line["what"] for line in content[:-1]] == ["Sign-in"]
    assert content[-1] == {"lines": 1}
    events = ReadingEvent.objects.values_list("by", "record_type", "record_pk", "kind")
    assert list(events) == [(reader.pk, "audit", 0, "export")]


@pytest.mark.parametrize(
    ("days", "said"),
    [
        ({"since": ""}, "This field is required."),
        ({"since": "2021-10-25", "until": "2021-10-24"}, "not before the first one"),
        ({"since": "2021-10-25", "until": "2022-01-25"}, "Choose at most 92 days."),
    ],
)
def test_export_page_refuses_wrong_days_and_records_nothing(days, said):
    response = signed_in(observer()).post(EXPORT, {"format": "jsonl"} | days)

    assert response.status_code == 422
    assert said in response.content.decode()
    assert not ReadingEvent.objects.exists()


@pytest.mark.parametrize("kind", SpreadsheetFormat)
def test_export_page_sends_what_the_filters_show_as_a_spreadsheet_and_records_the_reader(ada, kind):
    renamed_member(ada)
    TimelineEntryFactory(at=NOON, by_name="Grace")
    reader = observer()

    response = signed_in(reader).post(EXPORT, {"format": kind, "text": "ada love", **DAYS})

    name = f"audit-2021-10-25-2021-10-25.{kind}"
    table = parse_spreadsheet(response.getvalue(), max_rows=2)
    [(_number, cells)] = table.rows
    assert response.headers["Content-Disposition"] == f'attachment; filename="{name}"'
    assert table.heading == [
        "When",
        "Who",
        "Record",
        "What",
        "Field",
        "Old value",
        "New value",
        "Note",
    ]
    assert cells[1:7] == [
        "Ada Lovelace",
        str(Member.objects.filter(organisation_name="New Name").get()),
        "Member: Changed",
        "Organisation",
        "Old Name",
        "New Name",
    ]
    assert list(ReadingEvent.objects.values_list("by", "kind")) == [(reader.pk, "export")]


def test_export_page_refuses_more_changes_than_the_pages_show_and_records_nothing(ada, monkeypatch):
    monkeypatch.setattr(lines, "MAX_CHANGES", 1)
    renamed_member(ada)

    response = signed_in(observer()).post(EXPORT, {"format": "csv"})

    assert response.status_code == 422
    assert "There are more than 1 changes." in read(response)
    assert not ReadingEvent.objects.exists()


def test_export_page_has_the_filters_of_the_audit(ada):
    page = read(signed_in(observer()).get(EXPORT, {"text": "Coded", "since": "2021-10-25"}))

    assert 'value="Coded"' in page
    assert 'value="2021-10-25"' in page


def test_readings_name_the_export_of_the_audit(ada):
    reader = observer()
    signed_in(reader).post(EXPORT, {"format": "jsonl", **DAYS}).getvalue()

    page = signed_in(reader).get("/admin/accounts/readingevent/").content.decode()

    assert "Audit: many" in page


def test_command_prints_the_lines_and_records_the_reader(ada):
    SignInEventFactory(at=NOON, user=ada)
    reader, printed = observer(), StringIO()

    call_command("export_audit", *SINCE, *UNTIL, "--by", reader.email, stdout=printed)

    first, last = map(json.loads, printed.getvalue().splitlines())
    assert (first["what"], last) == ("Sign-in", {"lines": 1})
    [event] = ReadingEvent.objects.all()
    assert (event.by, event.record_type) == (reader, "audit")


@pytest.mark.parametrize("email", ["nobody@example.org", "colleague@example.org"])
def test_command_refuses_who_may_not_read_the_audit(email):
    UserFactory(email="colleague@example.org")

    with pytest.raises(CommandError, match="may read the audit"):
        call_command("export_audit", *SINCE, *UNTIL, "--by", email, stdout=StringIO())

    assert not ReadingEvent.objects.exists()
