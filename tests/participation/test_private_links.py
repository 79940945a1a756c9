import pytest
from django.core import mail

from accounts.models import User
from accounts.services import login_throttling
from members.models import MemberStatus
from tests.accounts.codes import code_in
from tests.broker import refusing_broker
from tests.factories import FocalPointFactory
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
    assert "The page of <bdi>Wanjiku Kamau</bdi>, for <bdi>Ministry of Somewhere</bdi>." in (
        response.text
    )
    assert "We send it to <bdi>w…u@example.org</bdi>; you need no password." in response.text
    for hidden in ("A meeting", LINK, "University", "wanjiku@example.org", feed_of(focal_point)):
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


def test_working_group_sends_a_few_codes_and_then_asks_for_patience(
    client, focal_point, sent_codes
):
    for _n in range(login_throttling.CODES_FOR_AN_ADDRESS_BY_A_NETWORK):
        client.post(page_of(focal_point))

    refused = client.post(page_of(focal_point))

    assert refused.status_code == 429
    assert "Try again in 1 hour." in refused.text
    assert len(sent_codes()) == login_throttling.CODES_FOR_AN_ADDRESS_BY_A_NETWORK


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
