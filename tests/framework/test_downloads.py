import csv
import io
import time
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from openpyxl import load_workbook

from core.spreadsheets import SafeXlsx, unescape_formula, unescaped
from framework.models import Amendment, AmendmentKind, AnswerKind, DraftStatus, Framework
from framework.services.links import framework_address
from framework.services.reader import Reader
from framework.services.word import CONTENT_TYPE
from framework.views.downloads import download_links
from members.models import GrantedRole, MemberStatus
from tests.factories import (
    NOON,
    AmendmentFactory,
    AnswerFactory,
    FocalPointFactory,
    FrameworkDraftFactory,
    MemberFactory,
    SupportFactory,
    UserFactory,
)
from tests.framework.framework_drafts import (
    ACTION,
    AFTER,
    BEFORE,
    HEADING,
    TEXT,
    a_public_framework,
    drafts_of,
)
from tests.framework.word_files import WordFile
from tests.triage.staff import signed_in

pytestmark = pytest.mark.django_db
SOON = timezone.now() + timedelta(days=7)


def page(framework):
    return f"/en/focus-areas/{framework.focus_area.slug}/framework/"


def link_of(framework):
    """Return the private address of a focal point of the working group."""
    person = FocalPointFactory(
        member__status=MemberStatus.ADMITTED,
        member__granted_role=GrantedRole.PARTICIPANT,
        member__focus_area=framework.focus_area,
        language="en",
    )
    return framework_address(person, framework).removeprefix("http://testserver")


def rows_of(response):
    text = response.content.decode("utf-8-sig")
    return [
        [unescape_formula(cell) for cell in row]
        for row in csv.reader(io.StringIO(text, newline=""))
    ]


@pytest.fixture
def framework():
    return a_public_framework()


@pytest.fixture
def two_drafts(framework):
    (before, after), _paragraphs = drafts_of(framework, BEFORE, AFTER)
    return before, after


def test_word_with_the_changes_is_a_public_file_that_caches_keep(framework, two_drafts):
    response = Client().get(f"{page(framework)}drafts/0/1.docx")

    assert response.status_code == 200
    assert response["Content-Type"] == CONTENT_TYPE
    assert response["Content-Disposition"] == (
        'attachment; filename="p2c-framework-1-changes-0-1.docx"'
    )
    assert response["Cache-Control"] == "public, max-age=300"
    assert "Cookie" in response["Vary"]
    file = WordFile(io.BytesIO(response.content))
    assert file.head[1] == "Draft 1, with the changes since draft 0"
    assert file.accepted()[0].text == "Who we are"
    again = Client().get(
        f"{page(framework)}drafts/0/1.docx", headers={"If-None-Match": response["ETag"]}
    )
    assert (again.status_code, again.content) == (304, b"")


def test_word_of_a_draft_changes_its_tag_with_the_text(framework, two_drafts):
    address = f"{page(framework)}drafts/1.docx"
    response = Client().get(address)
    two_drafts[1].wordings.filter(position=1).update(text_en="Who we were")

    again = Client().get(address, headers={"If-None-Match": response["ETag"]})

    assert WordFile(io.BytesIO(again.content)).accepted()[0].text == "Who we were"
    assert again["ETag"] != response["ETag"]


def test_file_for_the_group_and_for_staff_is_never_cached(framework, two_drafts):
    staff = signed_in(UserFactory(is_superuser=True))

    answers = [
        Client().get(f"{link_of(framework)}drafts/0/1.docx"),
        staff.get(f"{page(framework)}drafts/0/1.docx"),
        staff.get(f"{page(framework)}drafts/0.csv"),
    ]

    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert [
        ("no-store" in answer["Cache-Control"], "public" in answer["Cache-Control"])
        for answer in answers
    ] == [(True, False)] * 3


def test_files_of_a_framework_that_is_not_public_are_for_its_group(framework, two_drafts):
    Framework.objects.update(is_public=False)
    names = ("drafts/0/1.docx", "drafts/1.docx", "drafts/0.csv", "drafts/0.xlsx")
    private = link_of(framework)

    assert {Client().get(f"{page(framework)}{name}").status_code for name in names} == {404}
    assert {Client().get(f"{private}{name}").status_code for name in names} == {200}
    assert {Client().get(f"/en/framework/altered/{name}").status_code for name in names} == {404}


def test_there_is_no_file_of_drafts_that_are_not_shown_or_in_the_wrong_order(framework, two_drafts):
    FrameworkDraftFactory(framework=framework, number=2, status=DraftStatus.PREPARATION)

    for name in ("1/0.docx", "0/0.docx", "0/2.docx", "2.docx", "2.csv", "7.docx", f"{9**30}.xlsx"):
        assert Client().get(f"{page(framework)}drafts/{name}").status_code == 404


def test_amendments_of_an_open_draft_are_for_the_group(framework):
    drafts_of(framework, BEFORE, closes_at=SOON)

    assert Client().get(f"{page(framework)}drafts/0.csv").status_code == 404
    assert Client().get(f"{link_of(framework)}drafts/0.csv").status_code == 200


def some_amendments(before, paragraphs):
    """Amendments of every kind, the last ones of the text first, with answers and supporters."""
    organisation = "وزارة الاتصالات"
    change = AmendmentFactory(
        draft=before,
        paragraph=paragraphs["schools"],
        member__organisation_name=organisation,
        text="Connect schools, +clinics.",
        reason='=HYPERLINK("http://example.org")\n- it\x07 is fair',
        sent_by_name="Zyxwvut",
    )
    facts = {"draft": before, "member": change.member, "sent_by": None, "sent_by_name": "Zyxwvut"}
    keep = AmendmentFactory(**facts, paragraph=paragraphs["last"], kind=AmendmentKind.KEEP)
    delete = AmendmentFactory(**facts, paragraph=paragraphs["gone"], kind=AmendmentKind.DELETE)
    comment = AmendmentFactory(**facts, paragraph=paragraphs["why"], kind=AmendmentKind.COMMENT)
    add = AmendmentFactory(**facts, paragraph=None, kind=AmendmentKind.ADD, text="Agree first.")
    AmendmentFactory(**facts, paragraph=paragraphs["moved"], status="withdrawn")
    AnswerFactory(amendment=change, kind=AnswerKind.TAKEN_WITH_CHANGES, reason="With clinics.")
    AnswerFactory(amendment=keep)
    AnswerFactory(amendment=delete, kind=AnswerKind.NOT_TAKEN, reason="Needed.")
    AnswerFactory(amendment=comment, kind=AnswerKind.NOTED, reason="Thank you.")
    AnswerFactory(amendment=add, kind=AnswerKind.MERGED, merged_with=change, reason="The same.")
    SupportFactory(amendment=change, member__organisation_name="A", by_name="Zyxwvut")
    SupportFactory(amendment=change, member__organisation_name="=B", amendment_version=0)
    return organisation


def test_amendments_are_in_the_order_of_the_text_and_of_the_form_of_iso(framework):
    (before, _after), paragraphs = drafts_of(framework, BEFORE, AFTER)
    name = some_amendments(before, paragraphs)

    response = Client().get(f"{link_of(framework)}drafts/0.csv")

    assert response["Content-Type"] == "text/csv"
    assert response["Content-Disposition"] == (
        'attachment; filename="p2c-framework-1-draft-0-proposals.csv"'
    )
    schools = BEFORE[1][2]
    assert rows_of(response) == [
        [
            "Member body",
            "Clause",
            "Paragraph (for ADD: the one before)",
            "Type",
            "Comment",
            "Proposed change",
            "Observation of the secretariat",
            "Supporters",
        ],
        [name, "", "", "ADD", "Our law asks for it.", "Agree first.", ANSWERS[0], ""],
        [name, "", "Why we act", "Comment", "Our law asks for it.", "", ANSWERS[1], ""],
        [
            name,
            "1.1",
            schools,
            "MOD",
            '=HYPERLINK("http://example.org")\n- it\x07 is fair',
            "Connect schools, +clinics.",
            ANSWERS[2],
            "A; =B (an earlier wording)",
        ],
        [name, "1.3", "Publish the prices.", "SUP", "Our law asks for it.", "", ANSWERS[3], ""],
        [name, "1.5", "It ends in 2030.", "NOC", "Our law asks for it.", "", "Taken", ""],
    ]
    assert b"Zyxwvut" not in response.content
    # No program runs a cell as a formula.
    assert b"\"'=HYPERLINK" in response.content
    assert b"A; '=B" in response.content


ANSWERS = [
    "Merged with another\nThe same.",
    "Noted\nThank you.",
    "Taken with changes\nWith clinics.",
    "Not taken\nNeeded.",
]


def test_workbook_has_the_same_lines_as_text(framework):
    (before, _after), paragraphs = drafts_of(framework, BEFORE, AFTER)
    some_amendments(before, paragraphs)
    link = link_of(framework)

    response = Client().get(f"{link}drafts/0.xlsx")

    assert response["Content-Type"] == SafeXlsx.content_type
    sheet = load_workbook(io.BytesIO(response.content))["Draft 0"]
    cells = [[unescaped(cell.value or "") for cell in row] for row in sheet.iter_rows()]
    assert cells == rows_of(Client().get(f"{link}drafts/0.csv"))
    assert {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value} == {"s"}


def test_answers_and_names_are_hidden_as_on_the_page(framework):
    (before,), paragraphs = drafts_of(framework, BEFORE)
    some_amendments(before, paragraphs)

    rows = rows_of(Client().get(f"{page(framework)}drafts/0.csv"))[1:]

    assert {row[0] for row in rows} == {"An organisation that is not listed"}
    assert {row[6] for row in rows} == {""}
    assert "An organisation that is not listed (an earlier wording)" in rows[2][7]


def test_page_offers_the_files_that_its_reader_may_open(framework, two_drafts):
    def offered(draft, **facts):
        reader = Reader(framework=framework, at=timezone.now(), **facts)
        links = download_links(reader, draft)
        assert {Client().get(link.url).status_code for link in links} <= {200}
        return [link.words for link in links]

    before, after = two_drafts
    proposals = ["Proposals (CSV)", "Proposals (XLSX)"]
    assert offered(before) == ["Word", *proposals]
    assert offered(after) == ["Word", "Word with the changes marked", *proposals]
    opened = FrameworkDraftFactory(framework=framework, number=2, closes_at=SOON)
    assert offered(opened) == ["Word", "Word with the changes marked"]
    adopted = FrameworkDraftFactory(framework=framework, number=3, status=DraftStatus.ADOPTED)
    assert offered(adopted) == ["Word", "Word with the changes marked", "Open data"]
    prepared = FrameworkDraftFactory(framework=framework, status=DraftStatus.PREPARATION)
    assert offered(prepared, is_staff=True) == []


def many(framework, paragraphs, amendments):
    """Two drafts of which each paragraph changed, and amendments of forty organisations."""
    kinds = [HEADING, *[TEXT, ACTION] * 5]
    words = "The group asks each country to connect its schools, and to say what that costs. " * 5
    drafts, known = drafts_of(
        framework,
        *(
            [
                (place, kinds[place % len(kinds)], f"{words}{place} {last}" if place % 11 else "A")
                for place in range(paragraphs)
            ]
            for last in ("today.", "soon, with *help*.")
        ),
    )
    area = framework.focus_area
    members = [
        MemberFactory(
            status=MemberStatus.ADMITTED, granted_role=GrantedRole.PARTICIPANT, focus_area=area
        )
        for _each in range(40)
    ]
    Amendment.objects.bulk_create(
        Amendment(
            draft=drafts[0],
            paragraph=known[number % paragraphs],
            kind=AmendmentKind.COMMENT,
            member=members[number % 40],
            status="sent",
            reason=words,
            language="en",
            saved_at=NOON,
            sent_at=NOON,
        )
        for number in range(amendments)
    )


NAMES = ("drafts/0/1.docx", "drafts/1.docx", "drafts/0.csv", "drafts/0.xlsx")


def test_large_framework_takes_as_many_queries_and_under_five_seconds(
    framework, django_assert_max_num_queries
):
    many(framework, 300, 2000)

    for name in NAMES:
        with django_assert_max_num_queries(10):
            begun = time.process_time()
            response = Client().get(f"{page(framework)}{name}")
            seconds = time.process_time() - begun

        assert response.status_code == 200
        assert seconds < 5, name
        assert len(response.content) < 2_000_000
