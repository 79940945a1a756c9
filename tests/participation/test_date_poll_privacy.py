"""What the portal keeps about a person's answers to date polls, exports, and erases."""

import json

import pytest

from core.personal_data import ERASED_TEXT
from members.models import FocalPoint
from participation.models import DateReply
from privacy.models import DataExportFormat
from privacy.services.erasure import erase_person
from privacy.services.exports import export_person
from tests.factories import NOON, UserFactory
from tests.participation.date_polls import (
    IF_NEED_BE,
    NO,
    YES,
    answered,
    asked_for_a_date,
    choices_in,
)
from tests.participation.people import focal_point_in, handed_over, withdrawn

pytestmark = pytest.mark.django_db


@pytest.fixture
def reply(area, focal_point):
    """The answers of a person, beside those of a colleague who names them."""
    other = focal_point_in(area, "Agency")
    poll = asked_for_a_date(area)
    answered(poll, other, word="Ask Wanjiku Kamau.")
    return answered(poll, focal_point, YES, IF_NEED_BE, NO, word="I travel on Fridays.")


def exported(address):
    facts = {"by": UserFactory(), "is_own": False, "zone": "UTC", "at": NOON}
    file = export_person(address=address, kind=DataExportFormat.JSON, **facts)
    return json.dumps(json.loads(file.content), ensure_ascii=False)


def test_export_has_the_word_and_the_answers_of_the_person_alone(reply, focal_point):
    words = exported(focal_point.email)

    assert "I travel on Fridays." in words
    assert '"if_need_be"' in words
    assert "Ask Wanjiku Kamau." not in words


def test_erasure_takes_the_word_and_the_name_in_other_words_and_keeps_the_numbers(
    reply, focal_point
):
    withdrawn(focal_point)

    erase_person(address=focal_point.email, by=UserFactory(), at=NOON)

    reply.refresh_from_db()
    assert reply.word == ERASED_TEXT
    assert choices_in(reply) == [YES, IF_NEED_BE, NO]
    other = DateReply.objects.exclude(pk=reply.pk).get()
    assert "Wanjiku" not in other.word
    assert "Kamau" not in other.word


def test_successor_exports_and_erases_nothing_of_who_held_the_role_before(reply, focal_point):
    handed_over(focal_point)
    successor = FocalPoint.objects.get(pk=focal_point.pk)

    words = exported(successor.email)
    withdrawn(successor)
    erase_person(address=successor.email, by=UserFactory(), at=NOON)

    assert "I travel on Fridays." not in words
    reply.refresh_from_db()
    assert reply.word == "I travel on Fridays."
