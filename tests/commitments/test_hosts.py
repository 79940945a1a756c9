"""The hosts of a commitment are asked once, and what they do not know stays with staff."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from commitments.models import (
    Acknowledgement,
    Commitment,
    CommitmentEvent,
    CommitmentStatus,
    EventKind,
    HostAnswer,
)
from commitments.services import hosts
from commitments.services.hosts import SameAnswer, answer_as_host, ask_all_hosts, ask_hosts
from members.models import Category
from outbox.models import Message, MessageStatus
from tests.commitments.reporting import (
    DAY,
    PUBLISHED_AT,
    a_commitment,
    a_host,
    host_path,
    kinds,
    text_of,
)
from tests.factories import FocalPointFactory, MemberFactory, PlaceFactory
from tests.races import POSTGRESQL_ONLY, overtaken

NOW = PUBLISHED_AT + timedelta(hours=1)


def for_country(*countries, **facts):
    commitment = a_commitment(targets=0, **facts)
    for country in countries:
        PlaceFactory(commitment=commitment, country=country)
    return commitment


def asked():
    return list(Acknowledgement.objects.order_by("pk").values_list("member", "country"))


def test_every_focal_point_of_every_host_is_asked_once():
    commitment = for_country("MW", "ZM", "BT")
    malawi, zambia = a_host("MW"), a_host("ZM")
    FocalPointFactory(member=malawi, is_alternate=True, language="fr")

    assert ask_all_hosts(at=NOW) == 2
    assert ask_all_hosts(at=NOW + DAY) == 0

    assert asked() == [(malawi.pk, "MW"), (zambia.pk, "ZM")]
    assert kinds() == ["host-asked"] * 3
    english, french, _zambia = Message.objects.order_by("pk")
    assert english.subject == "Please answer: a commitment for Malawi"
    assert (french.language, "Malawi" in french.subject) == ("fr", True)
    assert english.reference == malawi.reference
    person = malawi.focal_points.get(is_alternate=False)
    assert f"http://testserver{host_path(commitment, person)}" in text_of(english)
    event = commitment.events.get()
    assert event.kind == EventKind.HOST_ASKED
    assert event.note == f"{malawi.organisation_name}, {zambia.organisation_name}"


def test_only_admitted_member_states_of_a_named_country_are_asked():
    lead = a_host("MW")
    for_country("MW", lead=lead)
    for_country("", lead=lead)
    MemberFactory(category=Category.MEMBER_STATE, country="MW")
    a_host("MW", category=Category.ACADEMIA)
    a_host("ZM")

    assert ask_all_hosts(at=NOW) == 0
    assert asked() == []


def test_new_member_is_asked_about_what_is_published_afterwards():
    commitment = for_country("MW")
    host = a_host("MW", decided_at=PUBLISHED_AT + DAY)

    before = ask_all_hosts(at=NOW + 2 * DAY)
    commitment.versions.update(published_at=PUBLISHED_AT + 3 * DAY)

    assert (before, ask_all_hosts(at=NOW + 4 * DAY)) == (0, 1)
    assert asked() == [(host.pk, "MW")]


def test_nobody_is_asked_about_what_is_not_published_now():
    commitment = for_country("MW")
    a_host("MW")
    Commitment.objects.update(status=CommitmentStatus.ENDED)

    assert (ask_all_hosts(at=NOW), ask_hosts(commitment, at=NOW)) == (0, 0)
    assert asked() == []


def test_run_is_bounded_and_finds_the_rest_with_as_many_queries(monkeypatch):
    a_host("MW")
    for _each in range(3):
        for_country("MW")
    monkeypatch.setattr(hosts, "MAX_PER_RUN", 2)

    assert [ask_all_hosts(at=NOW) for _run in range(3)] == [2, 1, 0]
    with CaptureQueriesContext(connection) as queries:
        ask_all_hosts(at=NOW)
    assert len(queries) == 2


def an_asked_host():
    commitment, host = for_country("MW"), a_host("MW")
    ask_hosts(commitment, at=NOW)
    row = Acknowledgement.objects.select_related("commitment").get()
    return row, host.focal_points.get()


def answered(row, person, answer=HostAnswer.SUPPORTS, note=""):
    return answer_as_host(acknowledgement=row, answer=answer, note=note, by=person, at=NOW)


@pytest.mark.parametrize("answer", HostAnswer)
def test_answer_is_recorded_and_the_lead_learns_it_unless_the_host_knows_nothing(answer):
    row, person = an_asked_host()

    answered(row, person, answer, "Ask the regulator.")

    row.refresh_from_db()
    assert (row.answer, row.note) == (answer, "Ask the regulator.")
    assert (row.answered_at, row.answered_by_name) == (NOW, str(person))
    event = row.commitment.events.get(kind=EventKind.HOST_ANSWERED)
    assert (event.by_focal_point, event.note) == (person, "")
    assert event.is_shared == (answer != HostAnswer.DOES_NOT_KNOW)
    assert set(Message.objects.values_list("status", flat=True)) == {MessageStatus.CANCELLED}


def test_answer_can_be_changed_and_the_same_one_is_refused():
    row, person = an_asked_host()
    answered(row, person, HostAnswer.KNOWS)
    answered(row, person, HostAnswer.SUPPORTS)

    with pytest.raises(SameAnswer):
        answered(row, person, HostAnswer.SUPPORTS)

    assert CommitmentEvent.objects.filter(kind=EventKind.HOST_ANSWERED).count() == 2


class TestRaces:
    pytestmark = POSTGRESQL_ONLY

    def test_two_workers_ask_once(self):
        commitment = for_country("MW")
        a_host("MW")

        def ask():
            return ask_hosts(Commitment.objects.get(pk=commitment.pk), at=NOW)

        assert overtaken(ask, ask, at="commitments_acknowledgement") == (1, 0)
        assert Message.objects.count() == 1

    def test_two_answers_at_once_are_both_recorded_in_turn(self):
        row, person = an_asked_host()

        def own():
            return Acknowledgement.objects.select_related("commitment").get(pk=row.pk)

        outcomes = overtaken(
            lambda: answered(own(), person, HostAnswer.KNOWS),
            lambda: answered(own(), person, HostAnswer.KNOWS),
            at="commitments_acknowledgement",
        )

        assert [type(each) for each in outcomes] == [Acknowledgement, SameAnswer]
