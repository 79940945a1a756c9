"""The audit has the drafts and the paragraphs of frameworks."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from framework.models import ParagraphKind
from framework.services.paragraphs import append_paragraphs
from framework.services.pasted_text import NewParagraph
from tests.factories import NOON, UserFactory
from tests.framework.desk import prepared_draft
from tests.triage.staff import observer, read, signed_in

pytestmark = pytest.mark.django_db
AUDIT = "/admin/audit/?of=framework.wording"


def paste(draft, number, name="Amina Diallo"):
    pasted = [NewParagraph(ParagraphKind.TEXT, f"Paragraph {each}.") for each in range(number)]
    append_paragraphs(draft=draft, paragraphs=pasted, by=UserFactory(name=name), at=NOON)


def queries_of(client):
    with CaptureQueriesContext(connection) as queries:
        client.get(AUDIT)
    return len(queries)


def test_audit_names_the_paragraph_and_who_wrote_it():
    paste(prepared_draft(), 1)

    page = read(signed_in(observer()).get(AUDIT))

    assert "Connecting People Everywhere: 0 · 1" in page
    assert "Amina Diallo" in page


def test_audit_asks_as_many_queries_however_many_paragraphs_were_pasted():
    draft, client = prepared_draft(), signed_in(observer())
    paste(draft, 3)
    client.get(AUDIT)
    few = queries_of(client)
    paste(draft, 6)

    assert queries_of(client) == few
