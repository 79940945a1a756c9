"""A file shows one moment, also if others change the data while it is written."""

import threading

import pytest
from django.db import connection

from commitments.models import Commitment, Place, Target
from commitments.services.open_data.files import consistent_read
from tests.commitments.open_data.hard_cases import a_commitment
from tests.commitments.open_data.reading import body, get
from tests.factories import PlaceFactory, TargetFactory

pytestmark = pytest.mark.django_db(transaction=True)


def in_another_connection(call):
    def run():
        try:
            call()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()


@pytest.fixture
def commitment():
    return a_commitment("C-000001")


def test_writer_need_not_wait_for_a_reader(commitment):
    with consistent_read():
        assert Commitment.objects.count() == 1
        in_another_connection(lambda: Commitment.objects.update(title="Another title"))

    assert Commitment.objects.get().title == "Another title"


def test_rows_of_one_commitment_are_of_one_moment(commitment):
    """Somebody adds a target and a place when the targets are already read, the places not yet."""
    added = []

    def add():
        TargetFactory(commitment=commitment)
        PlaceFactory(commitment=commitment)

    def add_before_places(execute, sql, params, many, context):
        if 'FROM "commitments_place"' in sql and not added:
            added.append(sql)
            in_another_connection(add)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(add_before_places):
        written = body(get("/data/commitments/C-000001.json")).decode()

    assert (Target.objects.count(), Place.objects.count(), len(added)) == (1, 1, 1)
    assert '"targets": []' in written
    assert '"places": []' in written
