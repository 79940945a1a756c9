"""The record of processing: made from the declarations, with the texts of ITU."""

import pytest

from core.conflicts import NothingChanged
from privacy.models import ProcessingStatement, ProcessingTopic
from privacy.services.processing import change_statement, processed_tables
from privacy.services.tables import DECLARED_TABLES
from tests.factories import NOON, UserFactory
from tests.triage.staff import desk_manager, observer, read, signed_in

pytestmark = pytest.mark.django_db
RECORD = "/admin/privacy/processingstatement/"


def officer_statement():
    return ProcessingStatement.objects.get(topic=ProcessingTopic.OFFICER)


def test_each_topic_has_a_row():
    assert set(ProcessingStatement.objects.values_list("topic", flat=True)) == set(
        ProcessingTopic.values
    )


def test_record_has_every_declared_table_with_its_data_and_period(django_assert_num_queries):
    with django_assert_num_queries(1):
        purposes = processed_tables()

    tables = [table for each in purposes.values() for table in each]
    assert len(tables) == len(DECLARED_TABLES)
    assert all(purposes.values())
    assert [table.name for table in tables if not table.periods] == []
    signing_in = next(table for table in tables if table.name == "Sign-ins")
    assert signing_in.columns == ["when", "how", "outcome", "browser"]
    assert "365 days" in " ".join(signing_in.periods)


def test_change_keeps_the_author_and_refuses_the_same_text():
    by = UserFactory()

    change_statement(statement=officer_statement(), text="The officer of ITU.", by=by, at=NOON)

    version = officer_statement().history.get()
    assert (version.text, version.history_user, version.history_date) == (
        "The officer of ITU.",
        by,
        NOON,
    )
    with pytest.raises(NothingChanged):
        change_statement(statement=officer_statement(), text="The officer of ITU.", by=by, at=NOON)


def test_page_marks_what_itu_has_not_written():
    client = signed_in(desk_manager())

    saved = client.post(f"{RECORD}{officer_statement().pk}/change/", {"text": "Our officer."})

    assert saved.status_code == 302
    shown = read(client.get(RECORD))
    assert "Our officer." in shown
    assert shown.count("To be written by ITU") == len(ProcessingTopic.values) - 1
    assert "Edit: Data protection officer" in shown
    assert "Edit:" not in read(signed_in(observer()).get(RECORD))
