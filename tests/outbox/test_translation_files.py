"""The translator's file: what it has, what an upload does with each row, and its pages."""

import io
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook, load_workbook

from core.conflicts import NothingChanged
from core.spreadsheet_parsing import Unreadable, parse_spreadsheet
from outbox.models import MessageTemplate
from outbox.services.template_editing import MAX_BODY_LENGTH, review_template, versions_of
from outbox.services.translation_files import COLUMNS, LANGUAGES, write_translations
from outbox.services.translation_import import (
    FileRow,
    Outcome,
    TranslationConflict,
    check_translations,
    read_translations,
    store_translations,
)
from tests.eoi.form import words_of
from tests.factories import NOON, UserFactory
from tests.outbox.texts import BODY, LIST, edited, sign_in, translation, write
from tests.redlines import added, deleted
from tests.triage.staff import told

pytestmark = pytest.mark.usefixtures("kind")

UPLOAD, STORE = f"{LIST}translations/upload/", f"{LIST}translations/store/"
REFUSED = f"{LIST}translations/refused/"
FRENCH = BODY.replace("Dear", "Bonjour")


@pytest.fixture
def english():
    return write()


@pytest.fixture
def french(english):
    return translation(english, write)


def row(part="body", new_text=FRENCH, **facts):
    given = {"number": 2, "kind": "parcel", "language": "fr", "version": "1", "source_version": "1"}
    return FileRow(**{**given, "part": part, "new_text": new_text, **facts})


def check_one(**facts):
    [checked] = check_translations([row(**facts)], "fr")
    return checked


def store(*rows, expected=None, **facts):
    given = {"language": "fr", "by": UserFactory(), "at": NOON, **facts}
    numbers = [each.number for each in rows] if expected is None else expected
    return store_translations(rows, expected=numbers, **given)


def sheet_of(content):
    """Return the rows of a workbook as dictionaries, those of the kind of the tests alone."""
    heading, *lines = load_workbook(io.BytesIO(content)).worksheets[0].iter_rows(values_only=True)
    return [
        line
        for each in lines
        if (line := dict(zip(heading, each, strict=True)))["kind"] == "parcel"
    ]


def downloaded(language="fr"):
    file = io.BytesIO()
    write_translations(language, file)
    return file.getvalue()


def filled_in(content, **new_texts):
    """Return a downloaded workbook with new texts of the kind of the tests, by part."""
    book = load_workbook(io.BytesIO(content))
    sheet = book.worksheets[0]
    for line in sheet.iter_rows(min_row=2):
        if line[0].value == "parcel" and line[2].value in new_texts:
            line[COLUMNS.index("new text")].value = new_texts[line[2].value]
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def upload(client, content, language="fr", name="texts.xlsx"):
    return client.post(UPLOAD, {"language": language, "file": SimpleUploadedFile(name, content)})


def test_file_has_each_part_with_its_source_state_limit_and_versions(french):
    edited(french)

    subject, body = sheet_of(downloaded())

    assert subject == {
        "kind": "parcel",
        "name": "Parcel",
        "part": "subject",
        "language": "fr",
        "English": "Parcel {number}",
        "present text": "Parcel {number}",
        "new text": None,
        "state": "Not reviewed",
        "limit": "60",
        "placeholders": "{number}",
        "version": 2,
        "English version": 1,
    }
    assert body["English"] == BODY
    assert body["present text"] == BODY.replace("Dear", "Hello")
    assert body["placeholders"] == "{name}, {number}, {contents}, {private_page}*"


def test_file_says_which_texts_are_outdated_inactive_or_missing(english, french):
    translation(english, write, language="es")
    MessageTemplate.objects.filter(pk=french.pk).update(is_active=False)
    edited(english)

    states = [sheet_of(downloaded(code))[1]["state"] for code in ("fr", "es", "ru")]

    assert states == ["Inactive", "Outdated", "Missing"]


@pytest.mark.parametrize(("code", "is_right_to_left"), [("ar", True), ("fr", None)])
def test_file_has_the_direction_of_its_language(code, is_right_to_left):
    sheet = load_workbook(io.BytesIO(downloaded(code))).worksheets[0]

    assert bool(sheet.sheet_view.rightToLeft) is bool(is_right_to_left)
    assert (sheet["A2"].data_type, sheet["A2"].number_format) == ("s", "@")


def test_file_that_nobody_filled_in_changes_nothing(french):
    rows = read_translations(parse_spreadsheet(downloaded()))

    checked = check_translations(rows, "fr")

    assert {each.outcome for each in checked} == {Outcome.SAME}


def test_new_text_is_shown_with_its_differences(french):
    checked = check_one(new_text=f"{FRENCH}\r\n")

    assert (checked.outcome, checked.text) == (Outcome.CHANGES, FRENCH)
    assert [(each.what, each.words) for each in checked.differences][:2] == [
        ("gone", "Dear"),
        ("new", "Bonjour"),
    ]


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"kind": "unknown"}, "No email template has this kind and part"),
        ({"part": "footer"}, "No email template has this kind and part"),
        ({"kind": "goodbye", "part": "subject"}, "No email template has this kind and part"),
        ({"language": "es"}, "not in the language of the upload, French"),
        ({"kind": "goodbye"}, "does not exist in this language"),
        ({"version": "2"}, "This text has changed since"),
        ({"version": ""}, "This text has changed since"),
        ({"version": "9" * 30}, "This text has changed since"),
        ({"source_version": "2"}, "The English text has changed since"),
        ({"new_text": "Bonjour\n\n{contents}"}, "{private_page} is missing"),
        ({"new_text": f"{FRENCH} {{wrong}}"}, "{wrong} is not available"),
        ({"new_text": f"{FRENCH}\n\n{{"}, "Unmatched brace"),
        ({"new_text": f"{FRENCH}{'x' * MAX_BODY_LENGTH}"}, "at most 10000 characters"),
        ({"part": "subject", "new_text": "x" * 61}, "at most 60 characters, but it has 61"),
        ({"part": "subject", "new_text": "Colis {name}"}, "cannot be used in the subject"),
    ],
)
def test_row_that_is_not_fit_has_a_reason(french, facts, reason):
    checked = check_one(**facts)

    assert checked.outcome == Outcome.REFUSED
    assert reason in checked.reason


def test_text_of_exactly_the_limit_is_fit(french):
    body = FRENCH + "x" * (MAX_BODY_LENGTH - len(FRENCH))

    checked = [check_one(part="subject", new_text="x" * 60), check_one(new_text=body)]

    assert [each.outcome for each in checked] == [Outcome.CHANGES] * 2


def test_row_of_an_inactive_text_is_refused(english):
    write(language="fr", is_active=False)

    assert "inactive" in check_one().reason


def test_second_row_of_a_text_is_refused_and_an_empty_one_is_not_counted(french):
    rows = [row(number=2, new_text=""), row(number=3), row(number=4)]

    checked = check_translations(rows, "fr")

    assert [each.outcome for each in checked] == ["same", "changes", "refused"]
    assert checked[2].reason == "Row 3 is for the same text."


def test_part_is_fit_although_the_other_part_is_refused(french):
    rows = [row("subject", "Colis {number}"), row(number=3, new_text="No link")]

    checked = check_translations(rows, "fr")
    stored = store(*rows, expected=[2])

    assert [each.outcome for each in checked] == [Outcome.CHANGES, Outcome.REFUSED]
    french.refresh_from_db()
    assert (stored, french.subject, french.body) == (1, "Colis {number}", BODY)


def test_review_of_the_same_text_does_not_refuse_a_row(english, french):
    by = UserFactory()
    review_template(template=english, version=1, source_version=None, by=by, at=NOON)
    review_template(template=french, version=1, source_version=2, by=by, at=NOON)

    assert check_one().outcome == Outcome.CHANGES


def test_text_that_a_colleague_changed_meanwhile_is_refused(english, french):
    edited(english)
    english_changed = check_one()
    edited(french)

    assert "The English text has changed" in english_changed.reason
    assert "This text has changed" in check_one().reason


def test_store_changes_both_parts_as_one_version_with_its_author(french):
    by = UserFactory(name="Grace Hopper")

    number = store(row("subject", "Colis {number}"), row(number=3), by=by)

    french.refresh_from_db()
    assert (number, french.subject, french.body) == (1, "Colis {number}", FRENCH)
    assert (french.version, french.reviewed_at) == (2, None)
    latest = versions_of(french).last()
    assert (latest.history_user, latest.history_date) == (by, NOON)


def test_second_press_stores_nothing(french):
    store(row())

    with pytest.raises(TranslationConflict, match="Nothing was stored"):
        store(row())

    french.refresh_from_db()
    assert french.version == 2


def test_store_stores_nothing_if_one_text_changed_after_the_check(french):
    write(language="fr", template_type="goodbye", subject="", body="Cordialement")
    edited(french)
    rows = [row("body", "Au revoir", kind="goodbye"), row(number=3)]

    with pytest.raises(TranslationConflict):
        store(*rows)

    texts = MessageTemplate.objects.filter(language="fr", template_type__in=["parcel", "goodbye"])
    assert "Au revoir" not in texts.values_list("body", flat=True)


def test_store_of_nothing_is_refused(french):
    with pytest.raises(NothingChanged):
        store(row(new_text=""), expected=[])


def test_check_has_as_many_queries_for_many_stale_rows(french, django_assert_num_queries):
    rows = [row(number=number, version="7") for number in range(2, 12)]

    with django_assert_num_queries(2):
        check_translations(rows, "fr")


def test_file_without_the_columns_is_unreadable():
    with pytest.raises(Unreadable, match="each of these headings once"):
        read_translations(parse_spreadsheet(b"kind,part\nparcel,body\n"))


def test_translator_fills_in_the_file_and_the_texts_are_checked_then_stored(client, french):
    sign_in(client, "view_messagetemplate", "change_messagetemplate")
    file = client.get(f"{LIST}translations/fr/")
    content = filled_in(b"".join(file.streaming_content), body=FRENCH)

    page = upload(client, content)

    assert re.search(
        r'filename="email-templates-fr-\d{4}-\d\d-\d\d\.xlsx"', file["Content-Disposition"]
    )
    assert page.status_code == 200
    assert "1 row will change" in words_of(page)
    assert deleted("Dear") + added("Bonjour") in page.content.decode()
    french.refresh_from_db()
    assert french.body == BODY

    parcel = {"parcel": page.context["sealed"]}
    done = client.post(STORE, parcel, follow=True)
    again = client.post(STORE, parcel)

    assert told(done) == ["1 text stored."]
    french.refresh_from_db()
    assert (french.body, french.version) == (FRENCH, 2)
    assert again.status_code == 409
    assert "Nothing was stored" in words_of(again)


def test_refused_rows_can_be_downloaded_with_reason_before_and_after_the_rest_is_stored(
    client, french
):
    sign_in(client, "view_messagetemplate", "change_messagetemplate")
    content = filled_in(downloaded(), subject="Colis {number}", body="No link")

    page = upload(client, content)
    before = client.post(REFUSED, {"parcel": page.context["sealed"]})
    done = client.post(STORE, {"parcel": page.context["sealed"]})
    after = client.post(REFUSED, {"parcel": done.context["sealed"]})

    assert "1 row is refused" in words_of(done)
    for answer, version in ((before, 1), (after, 2)):
        [line] = sheet_of(b"".join(answer.streaming_content))
        assert (line["part"], line["new text"], line["version"]) == ("body", "No link", version)
        assert "{private_page} is missing" in line["reason"]


def test_rows_of_unknown_kinds_are_kept_in_the_file_of_refused_rows(client, french):
    sign_in(client, "view_messagetemplate", "change_messagetemplate")
    book = Workbook()
    book.active.append(COLUMNS)
    book.active.append(["lost", "", "body", "fr", "", "", "Typed"])
    file = io.BytesIO()
    book.save(file)

    page = upload(client, file.getvalue())
    answer = client.post(REFUSED, {"parcel": page.context["sealed"]})

    sheet = load_workbook(io.BytesIO(b"".join(answer.streaming_content))).worksheets[0]
    assert [cell.value for cell in sheet[2] if cell.value] == [
        *("lost", "body", "fr", "Typed", "No email template has this kind and part.")
    ]


def with_formula():
    return filled_in(downloaded(), body="=1+1")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (lambda: b"", "The file is empty"),
        (lambda: b"kind,part\n", "not a workbook"),
        (lambda: b"%PDF-1.7", "not a workbook"),
        (lambda: b"PK\x03\x04broken", "not a readable spreadsheet"),
        (lambda: b"x" * (5 * 1024 * 1024 + 1), "at most 5 MB"),
        (with_formula, "is a formula"),
    ],
)
def test_bad_file_is_refused_at_the_field(client, french, content, reason):
    sign_in(client, "view_messagetemplate", "change_messagetemplate")

    page = upload(client, content())

    assert page.status_code == 422
    assert reason in str(page.context["form"].errors["file"])


def test_parcel_of_another_person_or_an_altered_one_stores_nothing(client, french):
    sign_in(client, "view_messagetemplate", "change_messagetemplate")
    parcel = upload(client, filled_in(downloaded(), body=FRENCH)).context["sealed"]
    altered = [client.post(url, {"parcel": parcel[:-1]}) for url in (STORE, REFUSED)]
    sign_in(client, "view_messagetemplate", "change_messagetemplate")

    others = client.post(STORE, {"parcel": parcel}, follow=True)

    assert [answer.status_code for answer in altered] == [302, 302]
    assert told(others)[-1].startswith("Nothing was stored because the check has expired.")
    french.refresh_from_db()
    assert french.version == 1


def test_who_may_only_view_downloads_and_does_not_upload(client, french):
    sign_in(client, "view_messagetemplate")

    answers = [client.get(f"{LIST}translations/{code}/").status_code for code in LANGUAGES]

    assert answers == [200] * 5
    assert client.get(f"{LIST}translations/en/").status_code == 404
    assert client.get(UPLOAD).status_code == 403
    assert [client.post(url).status_code for url in (UPLOAD, STORE, REFUSED)] == [403] * 3
    assert UPLOAD not in client.get(LIST).content.decode()
