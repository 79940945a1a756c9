"""What leaves the queue as a spreadsheet, who may take it, and that it is written down."""

import pytest
from django.db import DatabaseError, transaction
from django.db.models import ProtectedError
from django.utils import timezone
from django.utils.translation import override

from eoi.forms.expression import ExpressionOfInterestForm
from members.models import GrantedRole, Member, MemberStatus
from members.services.intake import receive_expression_of_interest
from tests.core.test_spreadsheets import THAT_STRANGERS_SEND
from tests.eoi.form import query
from tests.factories import (
    NOON,
    CallFactory,
    ExportFactory,
    FocalPointFactory,
    FocusAreaFactory,
    MemberFactory,
    UserFactory,
)
from tests.triage.spreadsheets.exports import (
    EXPORT,
    a_member,
    exported,
    read_with_heading_alone,
    written_to,
)
from tests.triage.spreadsheets.sheets import CSV, XLSX
from tests.triage.staff import officer, signed_in
from triage.spreadsheets.forms import rows_of, validate_rows
from triage.spreadsheets.models import Export
from triage.spreadsheets.services.columns import SheetRow
from triage.spreadsheets.services.parsing import parse_spreadsheet

KINDS = pytest.mark.parametrize("kind", [CSV, XLSX])


def without_references(content):
    """The rows of an export as if they were those of other members."""
    return [
        SheetRow(
            row.number, {name: cell for name, cell in row.cells.items() if name != "reference"}
        )
        for row in rows_of(parse_spreadsheet(content))
    ]


# What is written -----------------------------------------------------------------------------


def test_export_has_every_answer_and_what_became_of_it():
    colleague = UserFactory(name="Amina Diallo")
    member = MemberFactory(
        reference="P2C-ABCDEF",
        call__title="October call",
        submitted_at=NOON,
        decided_at=NOON,
        status=MemberStatus.ADMITTED,
        focus_area=FocusAreaFactory(number=2),
        granted_role=GrantedRole.CO_LEAD,
        assignee=colleague,
        organisation_name="Union",
        acronym="U",
        category="academia",
        country="CI",
        website="https://example.org",
        about="About us.",
        first_choice=FocusAreaFactory(number=2),
        also_connecting_people_everywhere=True,
        also_incentivizing_investments=True,
        role="lead",
        contributes_policy=True,
        contributes_undecided=True,
        motivation="To connect.",
        publication_consent=True,
    )
    FocalPointFactory(
        member=member,
        title="ms",
        given_name="Ada",
        family_name="Lovelace",
        position="Director",
        email="ada@example.org",
        phone="+12025550123",
        language="fr",
        time_zone="America/New_York",
    )
    FocalPointFactory(member=member, is_alternate=True, family_name="Hopper", email="g@example.org")
    client = signed_in(officer())

    [row] = exported(client, "?status=all")

    assert row == {
        "Reference": "P2C-ABCDEF",
        "Call": "October call",
        "Status": "Admitted",
        "Received on": "2021-10-25T14:00:00+02:00",
        "Decided on": "2021-10-25T14:00:00+02:00",
        "Focus area admitted to": "2 · Empowering Communities",
        "Role granted": "Co-lead",
        "Taken by": "Amina Diallo",
        "Suspected": "No",
        "Organisation": "Union",
        "Acronym": "U",
        "Category": "Academia",
        "Country": "Côte d’Ivoire",
        "Website": "https://example.org",
        "About the organisation": "About us.",
        "First choice": "2 · Empowering Communities",
        "Also interested in": "1 · Connecting People Everywhere; 4 · Incentivizing Investments",
        "Role sought": "Willing to lead",
        "Contribution": "Policy; Not decided yet",
        "Motivation": "To connect.",
        "Title": "Ms",
        "Given name": "Ada",
        "Family name": "Lovelace",
        "Position": "Director",
        "Email": "ada@example.org",
        "Phone": "+1 202 555 0123",
        "Language of correspondence": "French",
        "Time zone": "America/New_York",
        "Title of the alternate": "",
        "Given name of the alternate": "Ada",
        "Family name of the alternate": "Hopper",
        "Position of the alternate": "",
        "Email address of the alternate": "g@example.org",
        "Phone of the alternate": "",
        "Language of correspondence of the alternate": "English",
        "Time zone of the alternate": "Europe/Zurich",
        "Authorised to express the interest": "Yes",
        "Agreed to the privacy notice": "Yes",
        "May be listed publicly": "Yes",
        "Wants the newsletter": "No",
    }


def test_export_tells_that_a_file_is_suspected_and_not_why():
    a_member(spam_signal="trap", submission_key="the-secret-key")

    _export, content = written_to(CSV)

    [row] = parse_spreadsheet(content).rows
    assert row[1][8] == "Yes"
    assert b"hidden field" not in content
    assert b"the-secret-key" not in content


@KINDS
def test_export_in_french_is_in_french(kind):
    a_member(category="member_state")

    with override("fr"):
        _export, content = written_to(kind)
        table = parse_spreadsheet(content)

        row = dict(zip(table.heading, table.rows[0][1], strict=True))

    assert row["Catégorie"] == "État Membre"
    assert row["Pays"] == "Suisse"


def test_export_of_nothing_is_a_file_with_its_heading():
    client = signed_in(officer())

    response = client.post(EXPORT, {"format": "csv"})

    lines = read_with_heading_alone(b"".join(response.streaming_content))
    assert [line[0] for line in lines] == ["Reference"]
    assert Export.objects.get().row_count == 0


@KINDS
def test_what_is_exported_is_judged_as_what_it_was(kind):
    member = a_member(
        country="US",
        category="other",
        acronym="=1+1",
        about="- one\n- two",
        also_empowering_communities=True,
        contributes_policy=True,
        newsletter=True,
    )
    _export, content = written_to(kind)

    [judged] = validate_rows(member.call, without_references(content), at=timezone.now())

    answers = judged.row.answers
    assert judged.errors == []
    assert judged.row.received_at == member.submitted_at
    assert {name: answers[name] for name in ("country", "category", "acronym", "about")} == {
        "country": "US",
        "category": "other",
        "acronym": "=1+1",
        "about": "- one\n- two",
    }
    assert answers["further_focus_areas"] == ["empowering-communities"]
    assert answers["contributions"] == ["policy"]
    assert answers["newsletter"] is True
    assert answers["phone"] == "+41227305111"
    assert answers["time_zone"] == "Europe/Zurich"


@KINDS
def test_what_strangers_sent_is_exported_and_taken_in_again_as_it_was(kind):
    sent = []
    for number, text in enumerate(THAT_STRANGERS_SEND):
        form = ExpressionOfInterestForm(
            query(
                submission_key=f"key-{number}",
                organisation_name=text,
                motivation=text,
                about=text,
                family_name=text,
                position=text,
                acronym=text,
                further_focus_areas=["empowering-communities", "building-digital-ecosystems"],
                contributions=["policy", "knowledge"],
                email=f"{number}@example.org",
                phone="+254712345678",
                title="he",
            )
        )
        if form.is_valid():
            sent.append(form.answers())
    call = CallFactory()
    for answers in sent:
        receive_expression_of_interest(call=call, at=NOON, **answers)
    _export, content = written_to(kind)

    judged = validate_rows(call, without_references(content), at=NOON)

    assert len(sent) > 20
    assert [each.errors for each in judged] == [[] for _answers in sent]
    without_key = [
        {name: answer for name, answer in answers.items() if name != "submission_key"}
        for answers in sent
    ]
    assert [each.row.answers for each in judged] == without_key


@KINDS
def test_every_hostile_text_is_read_out_of_the_file_as_it_was(kind):
    for text in THAT_STRANGERS_SEND:
        a_member(organisation_name=text[:200], motivation=text, about=text)

    _export, content = written_to(kind)

    table = parse_spreadsheet(content)
    rows = [dict(zip(table.heading, cells, strict=True)) for _number, cells in table.rows]
    headings = ("Organisation", "Motivation", "About the organisation")
    assert sorted(tuple(row[heading] for heading in headings) for row in rows) == sorted(
        (text[:200], text, text) for text in THAT_STRANGERS_SEND
    )


# What is recorded ----------------------------------------------------------------------------


def test_export_records_who_took_what_when_and_how_many():
    by = UserFactory(name="Amina Diallo")
    for _n in range(3):
        a_member()

    export, _content = written_to(XLSX, by=by, filters="status: Waiting", at=NOON)

    export.refresh_from_db()
    assert (export.by, export.by_name, export.at) == (by, "Amina Diallo", NOON)
    assert (export.format, export.filters, export.row_count) == ("xlsx", "status: Waiting", 3)


def test_export_that_cannot_be_written_is_not_recorded():
    a_member(category="member_state")
    broken = Member.objects.extra(where=["no such column"])

    with pytest.raises(DatabaseError), transaction.atomic():
        written_to(CSV, members=broken)

    assert Export.objects.count() == 0


def test_export_is_recorded_in_english_whoever_takes_it():
    client = signed_in(officer())

    exported(client, "?first_choice=1&group=is_ldc", headers={"accept-language": "fr"})

    assert Export.objects.get().filters == (
        "status: Waiting · country group: Least developed (LDC) · "
        "first choice: 1 · Connecting People Everywhere"
    )


def test_filters_are_read_in_the_readers_language():
    export = ExportFactory(filters="status: Waiting · a search")

    with override("fr"):
        in_french = export.filters_in_words

    as_read = in_french.replace("\N{NO-BREAK SPACE}", " ")
    assert as_read.startswith("statut : En attente de décision · ")
    assert export.filters_in_words == "status: Waiting · a search"


def test_who_exported_cannot_be_deleted():
    export = ExportFactory()

    with pytest.raises(ProtectedError):
        export.by.delete()
