from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import localdate

from eoi.services.drafts import notify_of_moved_deadlines
from members.models import Call
from members.services.calls import latest_change
from tests.eoi.form import make_call, text_of, words_of
from tests.factories import NOON, CallFactory, EoiDraftFactory, MemberFactory, UserFactory
from tests.triage.staff import observer, officer, signed_in, told

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
    """Return what the form of a call sends beside what is typed."""
    return {"history_shown": call.history.latest("history_id").pk}


def test_call_is_added_by_its_last_day_in_geneva():
    Call.objects.all().delete()

    signed_in(officer()).post(ADD, TYPED)

    call = Call.objects.get()
    assert (call.title_en, call.title_fr) == ("A call", "Un appel")
    assert call.closes_at == END_OF_OCTOBER
    assert call.opens_at == datetime(2021, 10, 17, 22, tzinfo=UTC)
    assert call.grace_ends_at == datetime(2021, 11, 1, 12, tzinfo=UTC)


def test_call_has_its_title_asked_for_in_each_language_by_its_name():
    page = signed_in(officer()).get(ADD).context["adminform"].form

    labels = [str(page[f"title_{code}"].label) for code in ("en", "zh_hans", "ar")]
    assert labels == ["Title, in English", "Title, in Simplified Chinese", "Title, in Arabic"]


def test_call_shows_the_last_day_that_was_typed():
    call = CallFactory(closes_at=END_OF_OCTOBER)
    client = signed_in(officer())

    form = client.get(address("change", call)).context["adminform"].form

    assert form["closes_at"].value() == date(2021, 10, 31)


def test_call_saved_as_shown_keeps_its_deadline():
    call = CallFactory(opens_at=datetime(2021, 10, 17, 22, tzinfo=UTC), closes_at=END_OF_OCTOBER)

    response = signed_in(officer()).post(address("change", call), TYPED | shown(call))

    call.refresh_from_db()
    assert response.status_code == 302
    assert call.closes_at == END_OF_OCTOBER


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"title_en": ""}, "This field is required."),
        ({"closes_at": "2021-10-17"}, "The call must close after it opens."),
        ({"grace_ends_at": "2021-10-30T13:00"}, "The grace cannot end before the call closes."),
        ({"closes_at": "someday"}, "Enter a valid date."),
    ],
)
def test_call_says_what_is_wrong(changes, said):
    before = list(Call.objects.values_list("pk"))

    response = signed_in(officer()).post(ADD, {**TYPED, **changes})

    assert said in response.content.decode()
    assert list(Call.objects.values_list("pk")) == before


def test_call_that_was_answered_is_not_deleted():
    call = MemberFactory().call
    client = signed_in(officer())

    response = client.post(address("delete", call), {"post": "yes"})

    assert response.status_code == 403
    assert Call.objects.filter(pk=call.pk).exists()


def test_call_that_nobody_answered_is_deleted():
    call = CallFactory()

    signed_in(officer()).post(address("delete", call), {"post": "yes"})

    assert not Call.objects.filter(pk=call.pk).exists()


def test_call_has_its_history():
    call = CallFactory(title="Before")
    client = signed_in(officer(name="Ada"))
    client.post(address("change", call), TYPED | shown(call))

    page = client.get(address("history", call)).content.decode()

    assert "<ins><bdi>A call</bdi></ins>" in page
    assert "Ada" in page


def test_call_has_no_page_of_an_old_version():
    call = CallFactory()
    version = call.history.get().pk

    response = signed_in(UserFactory(is_superuser=True)).post(
        f"/admin/members/call/{call.pk}/history/{version}/", TYPED
    )

    assert response.status_code == 302
    call.refresh_from_db()
    assert call.closes_at != END_OF_OCTOBER


def test_call_is_not_saved_over_what_a_colleague_saved():
    call = CallFactory(title="Before")
    opened = shown(call)
    call.title = "Theirs"
    call._history_user, call._history_date = UserFactory(name="Amina"), NOON
    call.save()

    response = signed_in(officer()).post(address("change", call), TYPED | opened)

    call.refresh_from_db()
    assert response.status_code == 409
    assert (
        "Amina changed this after you opened it, on 25 October 2021, 14:00. Nothing was saved."
    ) in response.content.decode()
    assert 'value="A call"' in response.content.decode()
    assert f'name="history_shown" value="{opened["history_shown"]}"' in response.content.decode()
    assert call.title == "Theirs"


def test_call_is_saved_over_it_once_it_was_read():
    call = CallFactory(title="Before")
    opened = shown(call)
    call.title = "Theirs"
    call.save()
    read = {"history_read": shown(call)["history_shown"]}
    client = signed_in(officer())
    refused = client.post(address("change", call), TYPED | opened)

    response = client.post(address("change", call), TYPED | opened | read)

    call.refresh_from_db()
    box = f'<input type="checkbox" name="history_read" value="{read["history_read"]}">'
    assert box in refused.content.decode()
    assert response.status_code == 302
    assert call.title == "A call"


def test_call_is_not_saved_without_what_was_shown():
    call = CallFactory(title="Before")

    response = signed_in(officer()).post(address("change", call), TYPED)

    call.refresh_from_db()
    assert response.status_code == 409
    assert call.title == "Before"


def test_call_is_changed_by_no_observer():
    call = CallFactory(title="Before")
    client = signed_in(observer())

    opened = client.get(address("change", call))
    posted = [client.post(address("change", call), TYPED), client.post(ADD, TYPED)]

    call.refresh_from_db()
    assert opened.status_code == 200
    assert [response.status_code for response in posted] == [403, 403]
    assert call.title == "Before"


# Drafts, and the pages on which a call is opened, extended and closed

LIST = "/admin/members/call/"
DAY = timedelta(days=1)
STEPS = ("open_now", "extend", "close_now")


def begun(call, number=1):
    """Unfinished expressions of interest for a call."""
    return [
        EoiDraftFactory(call=call, expires_at=timezone.now() + 30 * DAY) for _draft in range(number)
    ]


def seen(call):
    return {"version": latest_change(call)}


def test_call_with_drafts_is_not_deleted():
    call = make_call()
    begun(call)

    response = signed_in(officer()).post(address("delete", call), {"post": "yes"})

    assert response.status_code == 403
    assert Call.objects.filter(pk=call.pk).exists()


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

    sentence = "2 people with an unfinished expression of interest are told."
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

    states = ["To come", "In grace", "Open"]
    for call, state in zip([to_come, in_grace, open_now], states, strict=True):
        assert f"{call.title} {state} " in page
    assert "1 2 coalition@example.org" in page
    assert page.count("0 0 coalition@example.org") == 2


def test_list_of_calls_does_not_grow_in_queries():
    client = signed_in(officer())
    counts = []
    for _time in range(2):
        for _call in range(len(counts) + 1):
            begun(make_call(), 2)
        client.get(LIST)
        with CaptureQueriesContext(connection) as asked:
            client.get(LIST)
        counts.append(len(asked))

    assert counts[0] == counts[1]


@pytest.mark.parametrize(
    ("times", "offered"),
    [
        ({"opens": 1, "closes": 2, "grace_ends": 3}, ["Open now", "Extend"]),
        ({}, ["Extend", "Close now"]),
        ({"opens": -3, "closes": -1, "grace_ends": 1}, ["Extend", "Close now"]),
        ({"opens": -3, "closes": -2, "grace_ends": -1}, ["Extend"]),
    ],
)
def test_call_offers_what_can_be_done_with_it(times, offered):
    call = make_call(**times)

    page = text_of(signed_in(officer()).get(address("change", call)))
    to_read = text_of(signed_in(observer()).get(address("change", call)))

    for label in ("Open now", "Extend", "Close now"):
        assert (f">{label}</a>" in page) == (label in offered)
        assert f">{label}</a>" not in to_read


def test_open_now_names_what_happens_and_opens_the_call():
    call = make_call(opens=1, closes=2, grace_ends=3, title="The next")
    client = signed_in(officer())

    asked = words_of(client.get(address("open_now", call)))
    response = client.post(address("open_now", call), seen(call), follow=True)

    assert "“ The next ” opens now instead of on" in asked
    assert "0 people with an unfinished expression of interest are told." in asked
    assert response.redirect_chain == [(address("change", call), 302)]
    assert told(response) == ["“The next” was changed."]
    call.refresh_from_db()
    assert call.opens_at <= timezone.now()


def test_extend_names_who_is_told_and_tells_them():
    call = make_call()
    begun(call, 14)
    client = signed_in(officer())
    last_day = localdate() + 40 * DAY

    asked = words_of(client.get(address("extend", call)))
    response = client.post(
        address("extend", call), {"closes_at": str(last_day), **seen(call)}, follow=True
    )

    assert "14 people with an unfinished expression of interest are told." in asked
    assert told(response)[1:] == ["14 people with an unfinished expression of interest are told."]
    call.refresh_from_db()
    assert localdate(call.closes_at - timedelta(microseconds=1)) == last_day
    assert notify_of_moved_deadlines(at=timezone.now()) == 14


def test_close_now_closes_and_tells():
    call = make_call()
    begun(call)
    client = signed_in(officer())

    asked = words_of(client.get(address("close_now", call)))
    client.post(address("close_now", call), seen(call))

    assert "closes now, earlier than announced, and without a grace" in asked
    assert "1 person with an unfinished expression of interest is told." in asked
    call.refresh_from_db()
    assert not call.is_open_at(timezone.now())
    assert notify_of_moved_deadlines(at=timezone.now()) == 1


@pytest.mark.parametrize("typed", ["", "someday", "2021-01-01"])
def test_extend_says_what_is_wrong_with_the_day(typed):
    call = make_call()
    before = call.history.count()

    response = signed_in(officer()).post(
        address("extend", call), {"closes_at": typed, **seen(call)}
    )

    assert response.status_code == (409 if typed == "2021-01-01" else 422)
    assert call.history.count() == before


@pytest.mark.parametrize("step", STEPS)
def test_steps_show_what_a_colleague_changed_meanwhile_and_change_nothing(step):
    call = make_call(opens=1 if step == "open_now" else -1, closes=2, grace_ends=3)
    opened = seen(call)
    call.title = "Theirs"
    call._history_user, call._history_date = UserFactory(name="Amina"), NOON
    call.save()
    before = call.history.count()
    typed = {"closes_at": "2040-01-01"}

    response = signed_in(officer()).post(address(step, call), typed | opened)

    assert response.status_code == 409
    assert "Amina changed this call after you opened it" in words_of(response)
    assert "Theirs" in words_of(response)
    assert call.history.count() == before


@pytest.mark.parametrize("step", ["open_now", "close_now"])
def test_steps_that_are_not_possible_offer_no_button(step):
    call = make_call(opens=-3, closes=-2, grace_ends=-1)

    response = signed_in(officer()).get(address(step, call))

    assert response.status_code == 200
    assert "button default" not in text_of(response)


@pytest.mark.parametrize("step", STEPS)
def test_steps_are_no_observers(step):
    call = make_call()
    before = call.history.count()
    client = signed_in(observer())

    answered = [
        client.get(address(step, call)).status_code,
        client.post(address(step, call), {"closes_at": "2040-01-01", **seen(call)}).status_code,
    ]

    assert answered == [403, 403]
    assert call.history.count() == before
