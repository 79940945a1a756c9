"""The pages that put a member on hold and end it, and what they show of a hold."""

from datetime import timedelta

import pytest
from django.utils.timezone import now

from members.models import TimelineEntry
from members.services.response_times import day_in_geneva
from tests.factories import FocalPointFactory
from tests.triage.staff import QUEUE, address, observer, officer, read, signed_in
from triage.holds.models import Hold, WaitsFor
from triage.holds.services import hold

REASON = "They know the ministry."


def a_member(**facts):
    return FocalPointFactory(member__submitted_at=now(), **facts).member


def held(by, waits_for=WaitsFor.REGIONAL_OFFICE):
    member = a_member()
    ends_on = day_in_geneva(now()) + timedelta(days=3)
    hold(member=member, waits_for=waits_for, ends_on=ends_on, reason=REASON, by=by, at=now())
    return member


def test_page_puts_a_member_on_hold_until_a_day():
    me, member = officer(), a_member()
    day = day_in_geneva(now()) + timedelta(days=3)
    chosen = {"waits_for": "day", "ends_on": day.isoformat(), "reason": REASON}

    response = signed_in(me).post(
        address("hold", member), {**chosen, "version": 1, "decide": 1}, follow=True
    )

    assert (Hold.objects.get().ends_on, Hold.objects.get().entry.by_user) == (day, me)
    assert "The applicant is on hold." in response.text


@pytest.mark.parametrize(
    ("chosen", "words"),
    [
        ({"waits_for": "day", "reason": REASON}, "Choose a day."),
        ({"waits_for": "day", "ends_on": "soon", "reason": REASON}, "Enter a valid date."),
        ({"waits_for": "legal"}, "Enter a reason."),
        ({"reason": REASON}, "Choose what to wait for."),
    ],
)
def test_page_says_what_is_missing(chosen, words):
    member = a_member()

    response = signed_in(officer()).post(
        address("hold", member), {**chosen, "version": 1, "decide": 1}
    )

    assert (response.status_code, response.text.count(words)) == (422, 1)
    assert not TimelineEntry.objects.exists()


def test_page_refuses_a_day_that_has_passed():
    member = a_member()
    chosen = {"waits_for": "day", "ends_on": "2021-10-25", "reason": REASON}

    response = signed_in(officer()).post(
        address("hold", member), {**chosen, "version": 1, "decide": 1}
    )

    assert (response.status_code, Hold.objects.exists()) == (409, False)
    assert "Choose a day after today." in response.text


@pytest.mark.parametrize(
    ("waits_for", "words"),
    [
        (WaitsFor.REGIONAL_OFFICE, f"<bdi>Regional office: {REASON}</bdi>"),
        (WaitsFor.DAY, f"<bdi>{REASON}</bdi>"),
    ],
)
def test_member_page_says_until_when_it_is_on_hold_why_and_by_whom(waits_for, words):
    me = officer(name="Amina Diallo")
    member = held(me, waits_for)

    page = read(signed_in(me).get(address("change", member)))

    ends_on = Hold.objects.get().ends_on
    until = f"{ends_on:%A} {ends_on.day} {ends_on:%B}"
    assert f"On hold until {until} (Amina Diallo). {words}" in page
    assert address("end_hold", member) in page
    assert address("hold", member) not in page


def test_undo_leads_back_to_the_page_with_what_was_chosen(undo_is_on):
    me = officer()
    member = held(me)
    client = signed_in(me)

    undone = client.post(address("undo"), {"decided": f"{member.pk}-2"}, follow=True)

    assert undone.redirect_chain[-1][0] == address("hold", member)
    form = undone.context["form"]
    proposed = {name: form[name].value() for name in ("waits_for", "ends_on", "reason")}
    assert proposed == {"waits_for": "regional_office", "ends_on": None, "reason": REASON}


def test_member_page_shows_the_beginning_of_a_long_reason_above_the_rest():
    me, member = officer(), a_member()
    hold(member=member, waits_for=WaitsFor.LEGAL, reason="long " * 1000, by=me, at=now())

    page = read(signed_in(me).get(address("change", member)))

    assert "long long…</bdi>" in page


def test_button_on_the_page_ends_the_hold():
    me = officer()
    member = held(me)
    client = signed_in(me)

    client.post(address("end_hold", member), {"version": 2, "decide": 1})

    page = client.get(address("change", member)).text
    assert ("On hold until" in page, address("hold", member) in page) == (False, True)


def test_list_says_until_when_a_member_is_on_hold():
    me = officer()
    held(me)
    a_member()
    ends_on = Hold.objects.get().ends_on

    page = read(signed_in(me).get(f"{QUEUE}?view=on_hold"))

    assert f"on hold until {ends_on.day} {ends_on:%b}" in page
    assert page.count('class="action-select"') == 1


def test_observers_see_a_hold_and_cannot_change_it():
    member = held(officer())
    client = signed_in(observer())

    page = client.get(address("change", member)).text
    refused = [
        client.post(address(step, member), {"version": 2, "decide": 1}).status_code
        for step in ("hold", "end_hold")
    ]

    assert "On hold until" in page
    assert address("end_hold", member) not in page
    assert refused == [403, 403]
