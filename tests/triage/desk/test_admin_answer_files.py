"""The files of answers on the page of a member, and their download by staff."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from members.models import MemberStatus, TimelineKind
from members.services.answer_files import validate_answer_file
from members.services.decisions import record_answer
from tests.factories import NOON, AnswerFileFactory, FocalPointFactory, MemberFactory, UserFactory
from tests.papers.files import PDF
from tests.triage.staff import (
    address,
    may,
    observer,
    officer,
    queries_of,
    read,
    signed_in,
)


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def answered(*names, text="Attached."):
    person = FocalPointFactory(member__status=MemberStatus.INFORMATION_REQUESTED)
    files = [validate_answer_file(PDF, typed_name=name) for name in names]
    return record_answer(member=person.member, answer=text, documents=files, by=person, at=NOON)


def file_url(file, member=None):
    return f"/admin/members/member/{(member or file.entry.member).pk}/files/{file.pk}/"


def test_file_of_an_answer_stands_beside_its_words():
    entry = answered("النظام الأساسي.pdf", "<i>Letter</i>.pdf", text="As you asked.")
    first, second = entry.files.order_by("pk")

    page = signed_in(observer()).get(address("change", entry.member)).content.decode()

    timeline = page.partition('id="timeline-heading"')[2]
    after_the_words = timeline.partition("As you asked.")[2]
    for file in (first, second):
        link = f'<a href="{file_url(file)}"><bdi>{file.file_name}</bdi></a>'
        assert f"{link}, {len(PDF)}\xa0bytes" in after_the_words
    assert "<i>" not in after_the_words


def test_file_of_an_answer_is_sent_to_be_saved():
    file = answered("Statutes.pdf").files.get()

    response = signed_in(observer()).get(file_url(file))

    assert b"".join(response.streaming_content) == PDF
    assert response["Content-Disposition"] == 'attachment; filename="Statutes.pdf"'
    assert response["Content-Type"] == "application/pdf"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"].startswith("default-src 'none'; sandbox;")


def test_file_of_an_answer_is_not_for_others():
    file = answered("Statutes.pdf").files.get()
    of_another = AnswerFileFactory()

    refused = signed_in(may(UserFactory(), "view_paper")).get(file_url(file))
    mixed = signed_in(officer()).get(file_url(of_another, member=file.entry.member))

    assert refused.status_code == 403
    assert "You do not have permission to do this." in read(refused)
    assert mixed.status_code == 404
    assert "This file is missing" not in read(mixed)


def test_file_of_an_answer_that_is_missing_leads_back_to_the_member(folder):
    file = answered("Statutes.pdf").files.get()
    (folder / file.file.name).unlink()

    response = signed_in(officer()).get(file_url(file))

    assert response.status_code == 404
    assert "This file is missing" in read(response)
    assert f'href="{address("change", file.entry.member)}"' in response.content.decode()


def test_member_page_asks_the_same_queries_for_one_file_and_for_three():
    member = MemberFactory()
    FocalPointFactory(member=member)
    facts = {"entry__member": member, "entry__kind": TimelineKind.ANSWERED}
    AnswerFileFactory(**facts)
    client = signed_in(officer())
    page = address("change", member)
    client.get(page)

    for_one = queries_of(client, page)
    entry = AnswerFileFactory(**facts).entry
    AnswerFileFactory(entry=entry)

    assert queries_of(client, page) == for_one


def test_file_of_an_answer_asks_the_same_queries_for_one_file_and_for_three():
    client = signed_in(officer())

    def queries(file):
        with CaptureQueriesContext(connection) as captured:
            b"".join(client.get(file_url(file)).streaming_content)
        return len(captured)

    one = answered("a.pdf").files.get()
    first_of_three = answered("a.pdf", "b.pdf", "c.pdf").files.order_by("pk")[0]
    queries(one)

    assert queries(one) == queries(first_of_three)
