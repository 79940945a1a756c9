from datetime import timedelta

import pytest
from django.test import Client

from members.models import FocalPoint
from members.services.focal_points import renew_feed
from members.services.private_links import InvalidLink
from participation.models import CalendarFeed, DeclinedMeetings, FeedReminder
from participation.services.feeds import choose_feed, note_fetch, renew_address
from participation.services.feeds import feed_of as choices_of
from tests.factories import NOON, UserFactory
from tests.participation.group import browser_of, feed_of
from tests.participation.people import account_of, focal_point_in, handed_over, withdrawn
from tests.queries import queries_of

FEED = "/en/my/feed/"
RENEW = "/en/my/feed/renew/"
CHOICES = {"declined": "omit", "reminder": "1_hour"}


@pytest.fixture
def client(focal_point):
    return browser_of(focal_point)


@pytest.fixture
def second_role(focal_point, other_area):
    return focal_point_in(other_area, "Elsewhere", email=focal_point.email, is_alternate=True)


def test_my_feed_shows_the_address_and_how_to_subscribe(client, focal_point):
    response = client.get(FEED)

    address = f"testserver{feed_of(focal_point)}"
    assert f'href="http://{address}"' in response.text
    assert f'href="webcal://{address}"' in response.text
    assert "Google Calendar refreshes once or twice a day." in response.text
    assert "No calendar app has fetched your meetings yet." in response.text
    assert response["Cache-Control"].startswith("max-age=0, no-cache, no-store")


def test_my_feed_has_one_address_for_all_roles_that_stays(client, focal_point, second_role):
    page = client.get(FEED).text

    assert "the working groups of your 2 roles" in page
    assert "Elsewhere" in page
    assert feed_of(focal_point) in page
    assert feed_of(second_role) not in page


def test_my_feed_says_on_which_day_it_was_last_fetched(client, focal_point):
    note_fetch(user_pk=account_of(focal_point).pk, at=NOON)

    page = client.get(FEED).text

    assert "A calendar app last fetched your meetings on Monday 25 October 2021 (UTC)." in page


def test_my_feed_keeps_what_the_person_chose(client, focal_point):
    response = client.post(FEED, CHOICES, follow=True)

    assert "Saved. Your calendar app shows it when it next fetches your meetings." in response.text
    feed = CalendarFeed.objects.get(user=account_of(focal_point))
    assert (feed.declined, feed.reminder) == ("omit", "1_hour")
    assert response.context["form"].initial == CHOICES


def test_my_feed_refuses_what_is_not_offered_and_keeps_the_rest(client):
    response = client.post(FEED, {"declined": "omit", "reminder": "2_days"})

    assert response.status_code == 422
    assert list(response.context["form"].errors) == ["reminder"]
    assert response.context["form"]["declined"].value() == "omit"
    assert not CalendarFeed.objects.exists()


def test_my_feed_takes_as_many_queries_for_three_organisations_as_for_one(
    client, focal_point, other_area
):
    for_one = queries_of(client, FEED)
    for _n in range(2):
        focal_point_in(other_area, email=focal_point.email)

    assert queries_of(client, FEED) == for_one


def test_renew_feed_gives_a_new_address_and_ends_the_old_one(client, focal_point):
    old = feed_of(focal_point)

    asked = client.get(RENEW).text
    response = client.post(RENEW, {"feed_version": "0"})

    assert 'name="feed_version" value="0"' in asked
    focal_point.refresh_from_db()
    assert response["Location"] == FEED
    page = client.get(response["Location"]).text
    assert "Your calendar link was reset. The old link no longer works." in page
    assert feed_of(focal_point) in page
    stranger = Client()
    assert "no longer works" in stranger.get(old).text
    assert "no longer works" not in stranger.get(feed_of(focal_point)).text


def test_renew_feed_ends_the_addresses_of_all_roles_and_of_nobody_else(
    client, focal_point, second_role, other_area
):
    *old, of_another = (
        feed_of(role) for role in (focal_point, second_role, focal_point_in(other_area))
    )

    client.post(RENEW, {"feed_version": "0"})

    assert all("no longer works" in Client().get(address).text for address in old)
    assert "no longer works" not in Client().get(of_another).text


@pytest.mark.parametrize("sent", ["", "x", "-1", "7"])
def test_feed_is_not_renewed_by_what_no_page_sent(client, focal_point, sent):
    response = client.post(RENEW, {"feed_version": sent}, follow=True)

    focal_point.refresh_from_db()
    assert focal_point.feed_version == 0
    assert "Your calendar link was already reset" in response.text
    # A second click does not renew it again.
    for _n in range(2):
        client.post(RENEW, {"feed_version": 0})
    focal_point.refresh_from_db()
    assert focal_point.feed_version == 1


def test_renewal_ends_the_address_of_a_member_that_withdrew_too(client, focal_point, second_role):
    old = feed_of(second_role)
    withdrawn(second_role)
    assert "no longer works" not in Client().get(old).text

    client.post(RENEW, {"feed_version": "0"})

    assert "no longer works" in Client().get(old).text


def test_feed_of_a_role_that_was_handed_over_meanwhile_is_not_renewed(focal_point, second_role):
    handed_over(FocalPoint.objects.get(pk=second_role.pk))
    with pytest.raises(InvalidLink):
        renew_feed(focal_point=second_role, feed_version=0, by=second_role, at=NOON)

    renew_address(people=[focal_point, second_role], feed_version=0, at=NOON)

    versions = FocalPoint.objects.order_by("pk").values_list("feed_version", flat=True)
    assert list(versions) == [1, 0]


# The choices, and whether a calendar program fetches the feed

DAY = timedelta(days=1)


@pytest.fixture
def user():
    return UserFactory(is_staff=False)


def choose(user, declined=DeclinedMeetings.OMIT, reminder=FeedReminder.HOUR, at=NOON):
    return choose_feed(user=user, declined=declined, reminder=reminder, at=at)


def test_feed_without_choices_shows_declined_meetings_as_free_and_reminds_of_nothing(user):
    feed = choices_of(user)

    assert (feed.declined, feed.reminder, feed.pk) == ("free", "none", None)


def test_choose_feed_stores_the_choices_once_with_their_author(user):
    for at in (NOON, NOON + DAY):
        choose(user, at=at)

    feed = CalendarFeed.objects.get(user=user)
    assert (feed.declined, feed.reminder, feed.changed_at) == ("omit", "1_hour", NOON)
    [version] = feed.history.all()
    assert (version.history_user, version.history_date) == (user, NOON)


def test_note_fetch_keeps_the_choices_and_choosing_keeps_the_day(user):
    note_fetch(user_pk=user.pk, at=NOON)
    choose(user)
    note_fetch(user_pk=user.pk, at=NOON + DAY)

    feed = CalendarFeed.objects.get(user=user)
    assert (feed.declined, feed.reminder) == ("omit", "1_hour")
    assert feed.fetched_on == (NOON + DAY).date()
    # Fetching is no change of a person.
    assert feed.history.count() == 1
