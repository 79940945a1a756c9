"""The register of what people ask about their data."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils.timezone import now

from core.conflicts import Refused
from members.services.response_times import day_in_geneva
from privacy.models import DataRequest, DataRequestKind, DataRequestOutcome, ErasureStatus
from privacy.services import emptying
from privacy.services.data_requests import answer_data_request, record_data_request
from privacy.services.erasure import erase_person
from privacy.services.retained_rows import find_table
from tests.factories import (
    NOON,
    DataExportFactory,
    DataRequestFactory,
    ErasureRequestFactory,
    FocalPointFactory,
    UserFactory,
)
from tests.refusals import refused
from tests.triage.staff import desk_manager, observer, read, signed_in

pytestmark = pytest.mark.django_db
LIST = "/admin/privacy/datarequest/"
ASKED = {
    "kind": DataRequestKind.ACCESS,
    "name": "Ada Lovelace",
    "address": "ada@example.org",
    "details": "Wants a copy.",
}
ANSWER = {"outcome": DataRequestOutcome.DONE, "answer": "Sent.", "erasure": None, "export": None}


def page(request, name="change"):
    return reverse(f"admin:privacy_datarequest_{name}", args=[request.pk])


def test_record_makes_a_request_that_is_due_after_thirty_days():
    by = UserFactory()

    asked = record_data_request(**ASKED, received_on=date(2021, 10, 1), by=by, at=NOON)

    assert (
        DataRequest.objects.filter(
            **ASKED,
            received_on=date(2021, 10, 1),
            due_on=date(2021, 10, 31),
            recorded_by=by,
            recorded_at=NOON,
            outcome="",
        ).get()
        == asked
    )


def test_record_refuses_a_day_that_has_not_come():
    with refused("not_received_yet"):
        record_data_request(
            **ASKED, received_on=NOON.date() + timedelta(days=1), by=UserFactory(), at=NOON
        )

    assert not DataRequest.objects.exists()


def test_answer_keeps_the_outcome_and_what_answers_it():
    asked, by = DataRequestFactory(), UserFactory()
    export = DataExportFactory()

    answer_data_request(request=asked, **{**ANSWER, "export": export}, by=by, at=NOON)

    asked.refresh_from_db()
    assert (asked.outcome, asked.answer, asked.export) == ("done", "Sent.", export)
    assert (asked.answered_by, asked.answered_at) == (by, NOON)


def test_second_answer_is_refused_and_changes_nothing():
    asked = DataRequestFactory()
    answer_data_request(request=asked, **ANSWER, by=UserFactory(), at=NOON)

    with pytest.raises(Refused, match="colleague has answered"):
        answer_data_request(request=asked, **{**ANSWER, "answer": "No."}, by=UserFactory(), at=NOON)

    asked.refresh_from_db()
    assert asked.answer == "Sent."


def test_erasure_of_the_person_leaves_what_was_asked_and_when():
    FocalPointFactory(
        email="ada@example.org",
        given_name="Ada",
        family_name="Lovelace",
        member__status="withdrawn",
    )
    asked = record_data_request(
        **{**ASKED, "details": "Ada Lovelace wants a copy."},
        received_on=NOON.date(),
        by=UserFactory(),
        at=NOON,
    )

    erase_person(address="ada@example.org", by=UserFactory(), at=NOON)

    asked.refresh_from_db()
    assert (asked.name, asked.address) == ("[erased]", "")
    assert (asked.kind, asked.details) == ("access", "[erased] wants a copy.")


def test_answered_requests_are_emptied_when_their_period_ends():
    DataRequestFactory()
    asked = DataRequestFactory()
    answer_data_request(request=asked, **ANSWER, by=UserFactory(), at=NOON)
    table = find_table("privacy.DataRequest")
    due = table.due(NOON + timedelta(days=1), at=NOON)
    assert list(due) == [asked]

    emptying.empty_data_requests([asked.pk], NOON)

    asked.refresh_from_db()
    assert (asked.name, asked.address) == ("[erased]", "")
    assert (asked.details, asked.answer, asked.outcome) == ("[erased]", "[erased]", "done")
    assert not due.all().exists()


def test_desk_manager_records_and_answers_a_request():
    client = signed_in(desk_manager())
    today = day_in_geneva(now())

    made = client.post(f"{LIST}record/", {**ASKED, "received_on": today})
    asked = DataRequest.objects.get()
    erasure = ErasureRequestFactory(
        status=ErasureStatus.DONE, address="", decided_by=UserFactory(), decided_at=now()
    )
    answered = client.post(
        page(asked, "answer"), {"outcome": "done", "answer": "Erased.", "erasure": erasure.pk}
    )

    assert (made.status_code, made["Location"]) == (302, page(asked))
    assert answered["Location"] == page(asked)
    asked.refresh_from_db()
    assert (asked.outcome, asked.erasure) == ("done", erasure)
    shown = read(client.get(page(asked)))
    assert "Erased." in shown
    assert page(asked, "answer") not in shown


def test_form_says_what_is_wrong_beside_the_field():
    client = signed_in(desk_manager())
    tomorrow = day_in_geneva(now()) + timedelta(days=1)

    response = client.post(f"{LIST}record/", {**ASKED, "received_on": tomorrow})

    assert response.status_code == 422
    assert response.context["form"].errors == {
        "received_on": ["This day has not come yet. Enter the day on which the request came."]
    }


def test_answer_offers_only_what_was_done_since_and_for_this_person():
    asked = DataRequestFactory(address="ada@example.org")
    own = DataExportFactory(address="Ada@example.org", at=NOON)
    DataExportFactory(address="Ada@example.org", at=NOON - timedelta(days=2))
    DataExportFactory(address="grace@example.org", at=NOON)
    ErasureRequestFactory()

    form = signed_in(desk_manager()).get(page(asked, "answer")).context["form"]

    assert list(form.fields["export"].queryset) == [own]
    assert list(form.fields["erasure"].queryset) == []


def test_front_page_counts_what_waits_and_what_is_overdue():
    today = day_in_geneva(now())
    DataRequestFactory(received_on=today - timedelta(days=31), due_on=today - timedelta(days=1))
    DataRequestFactory(received_on=today - timedelta(days=30), due_on=today)
    answered = DataRequestFactory()
    answer_data_request(request=answered, **ANSWER, by=UserFactory(), at=NOON)

    shown = read(signed_in(desk_manager()).get("/admin/"))
    overdue = signed_in(desk_manager()).get(LIST, {"state": "overdue"})

    assert "2 requests wait for an answer" in shown
    assert "1 is overdue" in shown
    assert overdue.context["cl"].result_count == 1
    assert "wait for an answer" not in read(signed_in(observer()).get("/admin/"))
