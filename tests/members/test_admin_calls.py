from datetime import UTC, date, datetime

import pytest
from django.urls import reverse

from members.models import Call
from tests.factories import NOON, CallFactory, MemberFactory, UserFactory
from tests.members.desk import observer, officer, signed_in

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
