"""What an export of a person contains, and what it never contains."""

import json
from datetime import timedelta
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from commitments.models import ReportStatus
from members.models import TimelineKind
from members.services.focal_points import accept_role_transfer
from privacy.models import DataExportFormat
from privacy.services.exports import export_person, exported_tables
from privacy.services.people import find_person
from tests.factories import (
    NOON,
    AttendanceFactory,
    EoiDraftFactory,
    FocalPointFactory,
    MessageFactory,
    OpinionRequestFactory,
    PaperOpeningFactory,
    ReportFactory,
    RoleTransferFactory,
    RsvpFactory,
    TimelineEntryFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
ADA = "ada@example.org"
ZONE = "Africa/Nairobi"


@pytest.fixture
def ada():
    return FocalPointFactory(
        given_name="Ada", family_name="Lovelace", email=ADA, phone="+41227305111", time_zone=ZONE
    )


def exported(address=ADA, kind=DataExportFormat.JSON, **facts):
    facts = {"by": UserFactory(), "is_own": False, "zone": ZONE, "at": NOON, **facts}
    return export_person(address=address, kind=kind, **facts)


def rows_of(file, model):
    return [
        row
        for table in json.loads(file.content)["tables"]
        if table["table"] == model
        for row in table["rows"]
    ]


def test_export_contains_the_rows_of_the_person_with_purpose_and_period(ada):
    user = UserFactory(email=ADA, name="Ada Lovelace", is_staff=False)
    MessageFactory(recipient="Ada@Example.org", subject="Welcome", body="Dear Ada")
    RsvpFactory(focal_point=ada, by=user, choice="yes")
    AttendanceFactory(focal_point=ada, name="Ada Lovelace", organisation_name="Ministry")
    EoiDraftFactory(email=ADA, form_data="motivation=To+connect&acronym=MoC")
    TimelineEntryFactory(
        member=ada.member,
        kind=TimelineKind.ANSWERED,
        by_focal_point=ada,
        by_name="Ada Lovelace",
        is_public=True,
        note="Here is our answer.",
    )

    file = exported()

    (person,) = rows_of(file, "members.FocalPoint")
    assert (person["family_name"], person["phone"]) == ("Lovelace", "+41227305111")
    (message,) = rows_of(file, "outbox.Message")
    assert (message["subject"], message["body"]) == ("Welcome", "Dear Ada")
    assert [row["choice"] for row in rows_of(file, "participation.Rsvp")] == ["yes"]
    assert rows_of(file, "participation.Attendance")[0]["organisation_name"] == "Ministry"
    assert rows_of(file, "members.TimelineEntry")[0]["note"] == "Here is our answer."
    assert rows_of(file, "members.Member")[0]["motivation"] == ada.member.motivation
    assert rows_of(file, "members.HistoricalFocalPoint")[0]["history_type"] == "+"
    assert rows_of(file, "accounts.User")[0]["name"] == "Ada Lovelace"
    (table,) = (
        each for each in json.loads(file.content)["tables"] if each["table"] == "outbox.Message"
    )
    assert table["purpose"] == "To write to people, and to know what arrived"
    assert table["kept"].startswith("Messages: 1095 days, counted from")


def test_export_contains_nothing_of_others_and_no_secrets(ada):
    member = ada.member
    FocalPointFactory(
        member=member, is_alternate=True, family_name="Turing", email="alan@x.example"
    )
    RoleTransferFactory(focal_point=ada, family_name="Hopper", email="grace@example.org")
    report = {"status": ReportStatus.SENT, "commitment__lead": member}
    ReportFactory(**report, sent_by_name="Alan Turing", saved_by_name="Ada Lovelace")
    UserFactory(email=ADA, name="Ada Lovelace", is_staff=True)
    officer = UserFactory(email="officer@itu.example", name="Olga Officer")
    TimelineEntryFactory(
        member=member,
        kind=TimelineKind.NOTE_ADDED,
        by_user=officer,
        by_name=officer.name,
        note="Hopeless case",
    )
    OpinionRequestFactory(member=member, asked_by=officer, question="Are they hopeless?")
    MessageFactory(recipient="alan@x.example", subject="For Alan", body="Dear Alan")
    # Anybody may have typed her address.
    EoiDraftFactory(email="", form_data="email=ada%40example.org&motivation=Anybody")

    for kind in DataExportFormat:
        text = exported(kind=kind).content.decode()

        assert "Lovelace" in text
        for other in (
            "Turing",
            "Hopper",
            "Olga",
            "opeless",
            "Dear Alan",
            "grace@",
            "officer@",
            "Anybody",
        ):
            assert other not in text
        for secret in (ada.link_secret, ada.feed_secret):
            assert secret not in text


def test_export_of_a_former_holder_ends_where_their_successor_began(ada):
    transfer = RoleTransferFactory(
        focal_point=ada,
        given_name="Grace",
        family_name="Hopper",
        email="grace@example.org",
        expires_at=NOON + timedelta(days=3),
    )
    accept_role_transfer(role_transfer=transfer, at=NOON)

    of_ada, of_grace = exported(), exported("grace@example.org")

    assert rows_of(of_ada, "members.FocalPoint") == []
    versions = rows_of(of_ada, "members.HistoricalFocalPoint")
    assert {row["family_name"] for row in versions} == {"Lovelace"}
    # The letter that told Ada names her successor, but not their address.
    assert "grace@example.org" not in of_ada.content.decode()
    assert ADA not in of_grace.content.decode()


def test_html_is_one_page_in_the_language_of_the_reader_without_script(ada):
    with override("ar"):
        file = exported(kind=DataExportFormat.HTML)

    text = file.content.decode()
    assert '<html lang="ar" dir="rtl">' in text
    assert "<script" not in text
    assert "src=" not in text
    assert "<link" not in text
    assert "Lovelace" in unescape(text)
    assert file.name == f"personal-data-{NOON:%Y-%m-%d-%H%M}.html"


def test_html_escapes_what_people_typed():
    FocalPointFactory(email=ADA, family_name="<script>alert(1)</script>")

    text = exported(kind=DataExportFormat.HTML).content.decode()

    assert "<script" not in text
    assert "&lt;script&gt;" in text


def test_export_of_many_rows_takes_as_many_queries_as_of_one(ada):
    person = find_person(ADA)
    MessageFactory(recipient=ADA)
    with CaptureQueriesContext(connection) as few:
        list(exported_tables(person, zone=ZONE))
    MessageFactory.create_batch(3, recipient=ADA)
    AttendanceFactory.create_batch(2, focal_point=ada, name="Ada Lovelace")
    with CaptureQueriesContext(connection) as many:
        list(exported_tables(person, zone=ZONE))

    assert len(many) == len(few)


def test_export_has_the_papers_that_the_person_opened_and_no_others(ada):
    account = UserFactory(email=ADA, is_staff=False)
    PaperOpeningFactory(user=account, opened_at=NOON)
    PaperOpeningFactory(opened_at=NOON - timedelta(days=1))

    rows = rows_of(exported(), "participation.PaperOpening")

    assert [row["opened_at"] for row in rows] == [NOON.isoformat()]
