import pytest
from django.core import mail

from accounts.models import SignInEvent, User
from accounts.services import login_throttling
from members.models import MemberStatus
from tests.accounts.codes import code_in, is_in
from tests.broker import refusing_broker
from tests.factories import FocalPointFactory, UserFactory
from tests.participation.group import LINK, browser_of, feed_of, meeting_of, page_of
from tests.participation.people import focal_point_in

ENTER = "/accounts/sign-in/code/enter/?next=%2Fen%2Fmy%2F"


def test_working_group_says_whose_it_is_and_nothing_of_the_group(
    client, area, focal_point, django_assert_num_queries
):
    meeting_of(area, title="A meeting")
    focal_point_in(area, "University")

    with django_assert_num_queries(1):
        response = client.get(page_of(focal_point))

    assert response.status_code == 200
    assert "Empowering Communities" in response.text
    assert "The page of a focal point of <bdi>Ministry of Somewhere</bdi>." in response.text
    assert "We send it to <bdi>w…u@example.org</bdi>; you need no password." in response.text
    for hidden in (
        "Kamau",
        "A meeting",
        LINK,
        "University",
        "wanjiku@example.org",
        feed_of(focal_point),
    ):
        assert hidden not in response.text


def test_working_group_sends_a_code_that_opens_it(client, focal_point, sent_codes):
    response = client.post(page_of(focal_point))

    # The account is created immediately: the message with the link may be faster than the task.
    assert (response.status_code, response["Location"]) == (302, ENTER)
    [letter] = sent_codes()
    assert letter.to == ["wanjiku@example.org"]
    shown = client.get(ENTER)
    assert "w…u@example.org" in shown.text
    assert "wanjiku@example.org" not in shown.text
    entered = client.post(ENTER, {"code": code_in(letter)})
    assert (entered.status_code, entered["Location"]) == (302, "/en/my/")
    assert client.get("/en/my/").context["people"][0] == focal_point


def test_working_group_in_french_goes_on_in_french(client, focal_point):
    response = client.post(page_of(focal_point, "fr"))

    assert response["Location"] == "/accounts/sign-in/code/enter/?next=%2Ffr%2Fmy%2F"
    assert client.get(response["Location"])["Content-Language"] == "fr"


def test_working_group_of_somebody_else_signs_in_that_person_instead(focal_point, sent_codes, area):
    client = browser_of(focal_point_in(area, email="other@example.org"))

    asked = client.post(page_of(focal_point))
    client.post(asked["Location"], {"code": code_in(*sent_codes())})
    once_signed_in = client.get(page_of(focal_point))

    assert client.get("/en/my/").context["people"][0] == focal_point
    assert (once_signed_in.status_code, once_signed_in["Location"]) == (302, "/en/my/")


def test_working_group_sends_one_code_however_often_it_is_asked(client, focal_point, sent_codes):
    for _n in range(6):
        last = client.post(page_of(focal_point))

    [letter] = sent_codes()
    client.post(ENTER, {"code": code_in(letter)})

    assert last["Location"] == ENTER
    assert client.get("/en/my/").context["people"][0] == focal_point


def test_working_group_asks_a_network_for_patience(client, focal_point, sent_codes, monkeypatch):
    monkeypatch.setattr(login_throttling, "CODES_ASKED_FOR_BY_A_NETWORK", 2)
    answers = [client.post(page_of(focal_point)) for _n in range(3)]

    assert [answer.status_code for answer in answers] == [302, 302, 429]
    assert "Try again in 1 hour." in answers[-1].text


def test_working_group_says_so_where_the_broker_is_down(client, focal_point):
    with refusing_broker():
        response = client.post(page_of(focal_point))

    assert response.status_code == 503
    assert "The code could not be sent. Try again in a minute." in response.text


def test_working_group_is_kept_by_nobody_on_the_way(client, focal_point, sent_codes):
    response = client.get(page_of(focal_point))

    assert response["Cache-Control"] == "max-age=0, no-cache, no-store, must-revalidate, private"
    assert response["X-Robots-Tag"] == "noindex, nofollow"
    # Opening it changes nothing either.
    assert (sent_codes(), mail.outbox, User.objects.filter(is_staff=False).count()) == ([], [], 0)


def altered(focal_point):
    return page_of(focal_point)[:-2] + "x/", feed_of(focal_point)[:-5] + "x.ics"


def of_a_member_that_is_pending(focal_point):
    pending = FocalPointFactory(member__status=MemberStatus.PENDING)
    return page_of(pending), feed_of(pending)


def of_the_other_purpose(focal_point):
    page, feed = page_of(focal_point), feed_of(focal_point)
    return (
        f"/en/working-group/{feed.removeprefix('/calendar/private/').removesuffix('.ics')}/",
        f"/calendar/private/{page.removeprefix('/en/working-group/').removesuffix('/')}.ics",
    )


@pytest.mark.parametrize(
    "addresses",
    [altered, of_a_member_that_is_pending, of_the_other_purpose],
)
def test_links_that_are_refused_say_what_to_do_and_nothing_else(client, focal_point, addresses):
    page, feed = addresses(focal_point)

    page_answer, feed_answer = client.get(page), client.get(feed)

    assert (page_answer.status_code, feed_answer.status_code) == (404, 404)
    assert "This working group link is not valid" in page_answer.text
    assert "Open the link in the latest email that you received from us." in page_answer.text
    assert "Ministry of Somewhere" not in page_answer.text
    assert "Empowering Communities" not in page_answer.text
    assert feed_answer.content == b""
    assert client.post(page).status_code == 404
    assert User.objects.filter(is_staff=False).count() == 0
    assert page_answer["X-Robots-Tag"] == feed_answer["X-Robots-Tag"] == "noindex, nofollow"


# The family name --------------------------------------------------------------------------------


def sign_in_with(client, focal_point, name):
    return client.post(page_of(focal_point), {"family_name": name})


def events():
    return list(SignInEvent.objects.order_by("pk").values_list("user__email", "method", "outcome"))


@pytest.mark.parametrize("typed", ["Kamau", " KAMAU ", "kámau", "Ka-mau"])
def test_link_and_family_name_sign_in_without_a_code(client, focal_point, sent_codes, typed):
    response = sign_in_with(client, focal_point, typed)

    assert (response.status_code, response["Location"]) == (302, "/en/my/")
    assert client.get("/en/my/").context["people"][0] == focal_point
    assert sent_codes() == []
    assert events() == [("wanjiku@example.org", "private_link", "succeeded")]


@pytest.mark.parametrize("typed", ["Kamaus", "Wanjiku", "", "-"])
def test_link_and_another_name_are_refused_and_recorded(client, focal_point, typed):
    response = sign_in_with(client, focal_point, typed)

    assert response.status_code == 422
    assert "This is not the family name that we have for this link." in response.text
    assert "Kamau<" not in response.text
    assert not is_in(client)
    assert events() == [("wanjiku@example.org", "private_link", "wrong")]


def test_names_of_one_link_are_limited(client, focal_point):
    answers = [
        sign_in_with(client, focal_point, "Otieno").status_code
        for _n in range(login_throttling.FAMILY_NAMES_OF_A_LINK)
    ]

    refused = sign_in_with(client, focal_point, "Kamau")

    assert answers == [422] * login_throttling.FAMILY_NAMES_OF_A_LINK
    assert refused.status_code == 429
    assert "Too many attempts. Try again in 1 hour." in refused.text
    assert not is_in(client)


@pytest.mark.parametrize(
    "facts", [{"is_staff": True}, {"is_superuser": True}, {"is_active": False}]
)
def test_link_and_family_name_open_no_account_of_staff_and_none_that_is_closed(
    client, focal_point, facts
):
    UserFactory(**{"email": "wanjiku@example.org", "is_staff": False, **facts})

    response = sign_in_with(client, focal_point, "Kamau")

    assert response.status_code == 422
    assert not is_in(client)


def test_session_by_a_link_is_no_way_to_the_desk_for_who_becomes_staff(client, focal_point):
    sign_in_with(client, focal_point, "Kamau")
    User.objects.update(is_staff=True, is_superuser=True)

    response = client.get("/admin/", follow=True)

    assert response.status_code == 403


def test_session_by_a_link_exports_no_data_without_a_code(client, focal_point, sent_codes):
    sign_in_with(client, focal_point, "Kamau")

    client.post("/en/my/data/", {"format": "json"})

    assert len(sent_codes()) == 1


def test_revoked_link_signs_nobody_in(client, focal_point):
    page = page_of(focal_point)
    focal_point.link_version += 1
    focal_point.save()

    response = client.post(page, {"family_name": "Kamau"})

    assert response.status_code == 404
    assert not is_in(client)


def test_family_name_by_a_link_signs_out_who_was_there(focal_point, area):
    client = browser_of(focal_point_in(area, email="other@example.org"))

    sign_in_with(client, focal_point, "Kamau")

    assert client.get("/en/my/").context["people"][0] == focal_point


def test_opening_the_link_signs_nobody_in(client, focal_point):
    client.get(page_of(focal_point), {"family_name": "Kamau"})

    assert not is_in(client)
    assert events() == []
