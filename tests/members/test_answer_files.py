"""The files of an answer: recorded with its words, kept with them, and deleted with them."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.storage import default_storage
from django.db import DatabaseError, connection, transaction
from django.db.models import ProtectedError

from members.models import AnswerFile, Member, MemberStatus, TimelineEntry, TimelineKind
from members.services.answer_files import delete_answer_files, validate_answer_file
from members.services.conflicts import WrongStatus
from members.services.decisions import record_answer
from outbox.models import Message
from papers.services.file_types import InvalidFile
from papers.services.stored_files import NotStored
from tests.factories import NOON, AnswerFileFactory, FocalPointFactory, UserFactory
from tests.papers.files import JPEG, PDF, PNG, REFUSED, TAKEN, office

pytestmark = pytest.mark.usefixtures("folder")
WORD = office("docx")
NOT_FOR_ANSWERS = "Choose a PDF, a Word document"
OTHER_TYPES = ("txt", "xlsx", "pptx", "odt", "ods", "odp")


@pytest.fixture
def person():
    return FocalPointFactory(
        member__status=MemberStatus.INFORMATION_REQUESTED,
        member__assignee=UserFactory(email="amina@example.org"),
    )


def fit(content=PDF, name="Statutes.pdf"):
    return validate_answer_file(content, typed_name=name)


def answered(person, *files, text="Attached."):
    return record_answer(member=person.member, answer=text, documents=files, by=person, at=NOON)


def stored_files():
    """Return the names of the files on the disk, as rows have them."""
    folder = Path(settings.MEDIA_ROOT)
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def nothing_is_recorded(person):
    person.member.refresh_from_db()
    return (
        person.member.status,
        person.member.version,
        TimelineEntry.objects.count(),
        AnswerFile.objects.count(),
        Message.objects.count(),
        stored_files(),
    ) == (MemberStatus.INFORMATION_REQUESTED, 1, 0, 0, 0, set())


def test_record_answer_stores_its_files_with_the_words(person):
    entry = answered(person, fit(), fit(WORD, "Letter.docx"))

    assert (entry.kind, entry.note) == (TimelineKind.ANSWERED, "Attached.")
    first, second = entry.files.order_by("pk")
    assert first.content_type == "application/pdf"
    assert (first.file_name, first.size) == ("Statutes.pdf", len(PDF))
    assert (second.file_name, second.size) == ("Letter.docx", len(WORD))
    folder = Path(settings.MEDIA_ROOT)
    assert [(folder / row.file.name).read_bytes() for row in (first, second)] == [PDF, WORD]
    assert stored_files() == {first.file.name, second.file.name}
    # The names are random.
    for row in (first, second):
        assert re.fullmatch(r"answers/\w{32}", row.file.name)
    assert [message.recipient for message in Message.objects.all()] == ["amina@example.org"]


def test_record_answer_that_is_refused_keeps_no_file(person):
    person.member.status = MemberStatus.PENDING
    person.member.save()

    with pytest.raises(WrongStatus):
        answered(person, fit())

    assert (AnswerFile.objects.count(), stored_files()) == (0, set())


def test_record_answer_that_fails_halfway_keeps_no_file(person):
    def fail(execute, sql, params, many, context):
        if sql.startswith("INSERT") and "members_answerfile" in sql:
            raise DatabaseError
        return execute(sql, params, many, context)

    with connection.execute_wrapper(fail), pytest.raises(DatabaseError), transaction.atomic():
        answered(person, fit(), fit(WORD, "Letter.docx"))

    assert nothing_is_recorded(person)


def test_record_answer_on_a_full_disk_records_nothing_and_keeps_no_file(person, monkeypatch):
    save = default_storage.save

    def refuse_pictures(name, content):
        if content.read() == PNG:
            raise OSError(28, "No space left on device")
        content.seek(0)
        return save(name, content)

    monkeypatch.setattr(default_storage, "save", refuse_pictures)

    with pytest.raises(NotStored):
        answered(person, fit(), fit(PNG, "Stamp.png"))

    assert nothing_is_recorded(person)


@pytest.mark.parametrize("ending", ["pdf", "docx", "png", "jpg"])
def test_answer_file_is_known_by_what_is_in_it(ending):
    content, content_type = TAKEN[ending]

    file = fit(content, "scan.exe")

    assert (file.name, file.content_type) == (f"scan.exe.{ending}", content_type)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        *REFUSED.values(),
        (JPEG[:-2] + PDF + JPEG[-2:], "combines two file types"),
        # A paper may have more types.
        *((TAKEN[ending][0], NOT_FOR_ANSWERS) for ending in OTHER_TYPES),
    ],
)
def test_answer_file_is_refused_as_a_paper_is(content, sentence):
    said = NOT_FOR_ANSWERS if sentence == "This file type is not accepted" else sentence

    with pytest.raises(InvalidFile, match=said):
        fit(content, "Statutes.pdf")


def test_delete_removes_files_from_the_disk_after_the_commit_alone(
    person, django_capture_on_commit_callbacks
):
    answered(person, fit(), fit(WORD, "Letter.docx"))
    of_another = AnswerFileFactory()
    before = stored_files()

    with django_capture_on_commit_callbacks() as callbacks:
        deleted = delete_answer_files(member=person.member)

    assert (deleted, list(AnswerFile.objects.all())) == (2, [of_another])
    # Were the transaction rolled back now, the rows would have their files.
    assert stored_files() == before
    for callback in callbacks:
        callback()
    assert stored_files() == set()


def test_delete_goes_on_if_a_file_cannot_be_deleted(
    person, monkeypatch, caplog, django_capture_on_commit_callbacks
):
    answered(person, fit(name="Secret of Amina.pdf"))

    def refuse(name):
        raise PermissionError(name)

    monkeypatch.setattr(default_storage, "delete", refuse)

    with django_capture_on_commit_callbacks(execute=True):
        delete_answer_files(member=person.member)

    assert AnswerFile.objects.count() == 0
    assert "could not be deleted" in caplog.text
    assert "Amina" not in caplog.text


def test_record_with_files_cannot_be_deleted_without_them(person):
    entry = answered(person, fit())

    with pytest.raises(ProtectedError):
        entry.delete()

    delete_answer_files(member=person.member)
    entry.delete()
    assert Member.objects.get().timeline.count() == 0
