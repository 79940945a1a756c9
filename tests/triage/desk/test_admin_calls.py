"""Calls, and requests to send late, in the admin."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import localdate

from eoi.models import LateRequest, LateRequestState
from eoi.services.draft_notices import notify_of_moved_deadlines
from members.models import Call
from members.services.calls import latest_change
from outbox.models import Message
from tests.eoi.form import make_call, words_of
from tests.factories import (
    CallAlertFactory,
    CallFactory,
    EoiDraftFactory,
    LateRequestFactory,
    MemberFactory,
)
from tests.triage.staff import observer, officer, read, signed_in, told

# Midnight in Geneva after 31 October 2021, a day of 25 hours there.
END_OF_OCTOBER = datetime(2021, 10, 31, 23, tzinfo=UTC)
TYPED = {
    "title_en": "A call",
    "title_fr": "Un appel",
    "opens_at": "2021-10-18T00:00",
    "closes_at": "2021-10-31",
    "grace_ends_at": "2021-11-01T13:00",
    "reply_within_days": "10",
    "contact_email": "coalition@example.org",
}
ADD = "/admin/members/call/add/"


def address(page, call):
    return reverse(f"admin:members_call_{page}", args=[call.pk])


def shown(call):
    """The data of a call's form besides the typed values."""
    return {"history_shown": call.history.latest("history_id").pk}


def test_call_is_added_by_its_last_day_in_geneva_and_saved_as_shown_keeps_its_deadline():
    Call.objects.all().delete()
    client = signed_in(officer())

    client.post(ADD, TYPED)
    call = Call.objects.get()
    form = client.get(address("change", call)).context["adminform"].form
    response = client.post(address("change", call), TYPED | shown(call))

    assert (call.title_en, call.title_fr) == ("A call", "Un appel")
    assert call.closes_at == END_OF_OCTOBER
    assert call.opens_at == datetime(2021, 10, 17, 22, tzinfo=UTC)
    assert call.grace_ends_at == datetime(2021, 11, 1, 12, tzinfo=UTC)
    assert form["closes_at"].value() == date(2021, 10, 31)
    assert 'value="2021-11-01T13:00"' in str(form["grace_ends_at"])
    listed = words_of(client.get(LIST))
    assert " 1 November 2021, 13:00 " in listed
    call.refresh_from_db()
    assert (response.status_code, call.closes_at) == (302, END_OF_OCTOBER)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"title_en": ""}, "This field is required."),
        ({"closes_at": "2021-10-17"}, "The call must close after it opens."),
        (
            {"grace_ends_at": "2021-10-30T13:00"},
            "The grace period cannot end before the call closes.",
        ),
        ({"closes_at": "someday"}, "Enter a valid date."),
    ],
)
def test_call_says_what_is_wrong(changes, said):
    before = list(Call.objects.values_list("pk"))

    response = signed_in(officer()).post(ADD, {**TYPED, **changes})

    assert said in response.text
    assert list(Call.objects.values_list("pk")) == before


@pytest.mark.parametrize(
    ("made", "is_deleted"),
    [
        (CallFactory, True),
        (lambda: MemberFactory().call, False),
        (lambda: EoiDraftFactory().call, False),
        (lambda: CallAlertFactory(call=CallFactory()).call, False),
    ],
    ids=["unanswered", "answered", "begun", "announced"],
)
def test_call_is_deleted_while_nobody_has_answered_it_or_begun_to(made, is_deleted):
    call = made()

    response = signed_in(officer()).post(address("delete", call), {"post": "yes"})

    assert response.status_code == (302 if is_deleted else 403)
    assert Call.objects.filter(pk=call.pk).exists() != is_deleted


LIST = "/admin/members/call/"
DAY = timedelta(days=1)


def begun(call, number=1):
    """Drafts for a call."""
    return [
        EoiDraftFactory(call=call, expires_at=timezone.now() + 30 * DAY) for _draft in range(number)
    ]


def seen(call):
    return {"version": latest_change(call)}


def test_call_whose_deadline_is_moved_on_its_form_tells_who_has_not_finished():
    call = make_call()
    begun(call, 2)
    client = signed_in(officer())
    page = words_of(client.get(address("change", call)))
    last_day = localdate() + 40 * DAY
    moved = {
        "opens_at": "2021-10-18T00:00",
        "closes_at": str(last_day),
        "grace_ends_at": f"{last_day + DAY}T13:00",
    }

    response = client.post(address("change", call), TYPED | moved | shown(call), follow=True)

    sentence = "2 people with an unfinished expression of interest are notified."
    assert f"If you move the deadline: {sentence}" in page
    assert sentence in told(response)
    assert notify_of_moved_deadlines(at=timezone.now()) == 2
    change = call.history.order_by("history_id").last()
    assert change.history_user == response.context["user"]


def test_list_of_calls_says_where_each_stands_and_how_many_answered():
    Call.objects.all().delete()
    to_come = make_call(opens=1, closes=2, grace_ends=3)
    in_grace = make_call(opens=-3, closes=-0.1, grace_ends=1)
    open_now = make_call()
    begun(open_now, 2)
    sent = begun(open_now)[0]
    MemberFactory(call=open_now, submission_key=sent.submission_key)
    EoiDraftFactory(call=open_now, expires_at=timezone.now())

    page = words_of(signed_in(observer()).get(LIST))

    states = ["Upcoming", "Grace period", "Open"]
    for call, state in zip([to_come, in_grace, open_now], states, strict=True):
        assert f"{call.title} {state} " in page
    assert "1 2 coalition@example.org" in page
    assert page.count("0 0 coalition@example.org") == 2


@pytest.mark.parametrize(
    ("times", "offered"),
    [
        ({"opens": 1, "closes": 2, "grace_ends": 3}, ["open_now", "extend"]),
        ({}, ["extend", "close_now"]),
        ({"opens": -3, "closes": -1, "grace_ends": 1}, ["extend", "close_now"]),
        ({"opens": -3, "closes": -2, "grace_ends": -1}, ["extend"]),
    ],
)
def test_call_offers_what_can_be_done_with_it(times, offered):
    call, client = make_call(**times), signed_in(officer())

    page = client.get(address("change", call)).text
    to_read = signed_in(observer()).get(address("change", call)).text

    for step in ("open_now", "extend", "close_now"):
        assert (f'href="{address(step, call)}"' in page) == (step in offered)
        assert address(step, call) not in to_read
        step_page = client.get(address(step, call))
        assert ("btn btn-main" in step_page.text) == (step in offered)
        refusal = "This step does not apply to the call as it is now."
        assert (refusal in words_of(step_page)) == (step not in offered)


@pytest.mark.parametrize(
    ("step", "times", "words"),
    [
        (
            "open_now",
            {"opens": 1, "closes": 2, "grace_ends": 3},
            "“ The next ” opens now instead of on",
        ),
        ("close_now", {}, "closes now, earlier than announced and without a grace period"),
    ],
)
def test_open_now_and_close_now_name_what_happens_and_do_it(step, times, words):
    call = make_call(title="The next", **times)
    begun(call)
    client = signed_in(officer())

    asked = words_of(client.get(address(step, call)))
    response = client.post(address(step, call), seen(call), follow=True)

    assert words in asked
    assert "1 person with an unfinished expression of interest is notified." in asked
    assert response.redirect_chain == [(address("change", call), 302)]
    assert told(response)[0] == "“The next” was changed."
    call.refresh_from_db()
    assert call.is_open_at(timezone.now()) == (step == "open_now")


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        (0, ""),
        (1, "1 person asked to be told when the next call opens."),
        (3, "3 people asked to be told"),
    ],
)
def test_call_says_how_many_wait_for_the_next_one(number, sentence):
    upcoming = make_call(opens=1, closes=2, grace_ends=3)
    CallAlertFactory.create_batch(number)
    CallAlertFactory(confirmed_at=None)
    CallAlertFactory(call=CallFactory())
    client = signed_in(officer())

    pages = [
        words_of(client.get(page))
        for page in (ADD, address("change", upcoming), address("open_now", upcoming))
    ]
    other = words_of(client.get(address("extend", upcoming)))

    assert [sentence in page for page in pages] == [True] * 3
    assert ["asked to be told" in page for page in (*pages, other)] == [number > 0] * 3 + [False]


def test_extend_names_who_is_told_and_tells_them():
    call = make_call()
    begun(call, 2)
    client = signed_in(officer())
    last_day = localdate() + 40 * DAY

    asked = words_of(client.get(address("extend", call)))
    response = client.post(
        address("extend", call), {"closes_at": str(last_day), **seen(call)}, follow=True
    )

    assert "2 people with an unfinished expression of interest are notified." in asked
    assert told(response)[1:] == [
        "2 people with an unfinished expression of interest are notified."
    ]
    call.refresh_from_db()
    assert localdate(call.closes_at - timedelta(microseconds=1)) == last_day
    assert notify_of_moved_deadlines(at=timezone.now()) == 2


@pytest.mark.parametrize("typed", ["", "2021-01-01"])
def test_extend_says_what_is_wrong_with_the_day(typed):
    call = make_call()
    before = call.history.count()

    response = signed_in(officer()).post(
        address("extend", call), {"closes_at": typed, **seen(call)}
    )

    assert response.status_code == (409 if typed == "2021-01-01" else 422)
    assert call.history.count() == before


LATE_REQUESTS = "/admin/eoi/laterequest/"


def make_request(**facts):
    """A request that was made an hour ago, three hours after the deadline."""
    now = timezone.now()
    call = facts.pop("call", None) or make_call(opens=-9, closes=-2, grace_ends=-1)
    call.closes_at = call.grace_ends_at = now - timedelta(hours=4)
    call.save()
    draft = EoiDraftFactory(
        call=call,
        started_at=now - DAY,
        saved_at=now - DAY,
        expires_at=now + 9 * DAY,
        form_data="organisation_name=Secret&motivation=Secret",
        **facts,
    )
    return LateRequestFactory(
        draft=draft, organisation_name="Ministry of Health", requested_at=now - DAY / 24
    )


def late_page(page, late_request):
    return reverse(f"admin:eoi_laterequest_{page}", args=[late_request.pk])


def state(late_request):
    late_request.refresh_from_db()
    return late_request.state_at(timezone.now())


def test_page_shows_who_asked_and_how_late_but_no_answer():
    late_request = make_request(email="ada@example.org", language="fr")
    client = signed_in(officer())

    for page in (
        LATE_REQUESTS,
        *(late_page(name, late_request) for name in ("change", "accept", "refuse")),
    ):
        words = words_of(client.get(page))
        assert "Ministry of Health" in words
        assert "ada@example.org" in words
        assert "3 hours" in words
        assert "Secret" not in words
    assert "in this language: French" in words
    accept = late_page("accept", late_request)
    pages = [
        signed_in(who).get(late_page("change", late_request)).text
        for who in (officer(), observer())
    ]
    assert [accept in page for page in pages] == [True, False]


def test_officer_accepts_until_the_end_of_a_day():
    late_request, by = make_request(email="ada@example.org"), officer()
    last_day = localdate() + DAY

    response = signed_in(by).post(
        late_page("accept", late_request), {"until": last_day.isoformat()}, follow=True
    )

    assert response.redirect_chain == [(LATE_REQUESTS, 302)]
    assert "Decided. An email to ada@example.org is on its way." in words_of(response)
    assert state(late_request) == LateRequestState.ACCEPTED
    assert localdate(late_request.accepted_until) == last_day + DAY
    assert late_request.decided_by == by
    assert Message.objects.get().recipient == "ada@example.org"


@pytest.mark.parametrize(
    ("page", "typed", "said"),
    [
        ("accept", {}, "This field is required."),
        ("accept", {"until": "2021-10-25"}, "Choose a last day within the next 14 days."),
        ("accept", {"until": "2121-10-25"}, "Choose a last day within the next 14 days."),
        ("refuse", {"reason": " "}, "This field is required."),
    ],
)
def test_wrong_decision_comes_back(page, typed, said):
    late_request = make_request()

    response = signed_in(officer()).post(late_page(page, late_request), typed)

    assert response.status_code == 422
    assert said in words_of(response)
    assert state(late_request) == LateRequestState.WAITING
    assert not Message.objects.exists()


def test_officer_refuses_with_a_reason_which_a_second_one_reads_on_a_page_without_a_button():
    late_request, client = make_request(), signed_in(officer())
    ada = officer(name="Ada Lovelace")

    refused = signed_in(ada).post(late_page("refuse", late_request), {"reason": "Too late."})
    response = client.post(
        late_page("accept", late_request), {"until": (localdate() + DAY).isoformat()}
    )
    page = client.get(late_page("change", late_request))

    assert (refused.status_code, response.status_code) == (302, 409)
    assert state(late_request) == LateRequestState.REFUSED
    assert (late_request.decided_by, late_request.refusal) == (ada, "Too late.")
    assert "Ada Lovelace decided this request on" in words_of(response)
    assert '<button class="btn btn-main">' not in response.text
    assert Message.objects.count() == 1
    for words in ("Decided by Ada Lovelace", "Reason Too late."):
        assert words in words_of(page)
    assert late_page("accept", late_request) not in page.text


def test_front_page_and_call_say_what_waits_and_lead_to_it_alone():
    client = signed_in(officer())
    call = make_call(opens=-9, closes=-2, grace_ends=-1)
    refused, sent, waits = (make_request(call=call) for _number in range(3))
    client.post(late_page("refuse", refused), {"reason": "Too late."})
    MemberFactory(submission_key=sent.draft.submission_key)

    front = read(client.get("/admin/"))
    page = read(client.get(f"/admin/members/call/{call.pk}/change/"))
    listed = client.get(LATE_REQUESTS, {"state": "waiting"}).context["cl"].result_list

    waiting = f'href="{LATE_REQUESTS}?state=waiting"'
    assert f"<a {waiting}>1 organisation asks to send its form late</a>" in front
    assert "1 organisation asks to send its form after the deadline." in page
    assert waiting in page
    assert [each.pk for each in listed] == [waits.pk]
    assert LateRequest.objects.count() == 3
