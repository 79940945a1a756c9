"""The reader's own links in mail about a meeting: to reply, and to join, without signing in."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from core.models import AttemptCount
from meetings.models import Meeting, MeetingKind
from meetings.services.meetings import cancel_meeting, change_meeting, move_meeting
from members.services.focal_points import revoke_links
from members.services.private_links import InvalidLink, LinkPurpose
from outbox.models import Message
from outbox.services.delivery import compose
from participation.models import Rsvp, RsvpChoice
from participation.services.mail_links import LinksOfMail
from participation.services.meeting_links import meeting_link_of, reply_by_link
from participation.services.notices import send_notices
from participation.services.reminders import send_reminders
from participation.services.rsvps import NotInvited
from participation.views.private_links import MAX_REPLIES_PER_HOUR
from tests.factories import UserFactory
from tests.participation.notices import DAY, MINUTE, SETTLED, THEN, moved, told_meeting
from tests.participation.people import (
    LINK,
    SOON,
    account_of,
    handed_over,
    meeting_of,
    withdrawn,
)

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def links_for(person, meeting):
    """The paths of the links to reply, by answer, and of the link to join."""
    links = LinksOfMail("en")
    links.reply(person, meeting)
    links.join(person, meeting)
    paths = [address.removeprefix("http://testserver") for address in links.addresses]
    return {path.split("/")[3] if "/reply/" in path else "join": path for path in paths}


def token_in(path):
    return path.rstrip("/").rpartition("/")[2]


def press(client, path, meeting):
    return client.post(path, {"starts_at": meeting.starts_at.isoformat()})


def replies():
    return list(Rsvp.objects.order_by("pk").values_list("focal_point", "choice", "starts_at"))


def words_of(response):
    return " ".join(response.text.split())


def test_notice_and_reminder_carry_the_links_of_their_reader_in_text_and_html(area, focal_point):
    moved(told_meeting(area, place="Kigali"))
    send_notices(at=SETTLED)
    send_reminders(at=THEN)

    for message, number in zip(Message.objects.order_by("pk"), (3, 4), strict=True):
        mail = compose(message)
        [(document, _type)] = mail.alternatives
        assert len(message.private_links.split()) == number
        for address in message.private_links.split():
            assert f"<{address}>" in mail.body
            assert f'href="{address}"' in document
        assert "meet.example.org" not in mail.body + document
        assert "[[" not in mail.body + document
    reminder = mail.body
    assert "Join the meeting <http://testserver/en/join/" in reminder
    assert "Your reply: no reply yet\nWill you attend?\n\nYes, in person <" in reminder


def test_deadline_has_no_links_and_a_meeting_online_none_to_come_in_person(area, focal_point):
    online = meeting_of(area)

    assert list(links_for(focal_point, online)) == ["remote", "no", "join"]
    assert links_for(focal_point, meeting_of(area, kind=MeetingKind.DEADLINE)) == {}


@pytest.mark.parametrize("method", ["get", "head"])
def test_scanner_that_opens_the_links_changes_nothing(client, area, focal_point, method):
    meeting = meeting_of(area)

    for path in links_for(focal_point, meeting).values():
        assert getattr(client, method)(path).status_code == 200

    assert replies() == []
    assert not User.objects.filter(email=focal_point.email).exists()
    assert not AttemptCount.objects.exists()


def test_page_says_for_whom_it_replies_before_its_one_button(client, area, focal_point):
    meeting = meeting_of(area, title="Fourth meeting")

    response = client.get(links_for(focal_point, meeting)["remote"])

    words = words_of(response)
    whose = words.index("The reply of <bdi>Wanjiku Kamau</bdi>, for <bdi>Ministry of Somewhere")
    assert whose < words.index("Reply “Yes, remotely”")
    assert response.text.count('method="post"') - response.text.count("/language/") <= 1
    assert LINK not in response.text
    assert focal_point.email not in response.text
    assert response["X-Robots-Tag"] == "noindex, nofollow"
    assert "no-store" in response["Cache-Control"]


def test_button_records_the_reply_once_without_a_sign_in(area, focal_point):
    meeting = meeting_of(area)
    path = links_for(focal_point, meeting)["remote"]
    client = Client()

    first, second = press(client, path, meeting), press(client, path, meeting)

    assert [(each.status_code, each["Location"]) for each in (first, second)] == [(302, path)] * 2
    assert replies() == [(focal_point.pk, "remote", SOON)]
    assert Rsvp.objects.get().by.email == focal_point.email
    assert "_auth_user_id" not in client.session


def test_link_used_again_shows_the_answer_and_offers_to_change_it(client, area, focal_point):
    meeting = meeting_of(area, place="Kigali")
    paths = links_for(focal_point, meeting)
    press(client, paths["remote"], meeting)

    again, other = client.get(paths["remote"]), client.get(paths["no"])

    assert "Your reply: Yes, remotely" in again.text
    assert 'name="starts_at"' not in again.text
    assert f'href="{paths["yes"]}"' in again.text
    assert f'href="{paths["no"]}"' in again.text
    assert "Change my reply to “No”" in words_of(other)
    press(client, paths["no"], meeting)
    assert replies() == [(focal_point.pk, "no", SOON)]


def test_moved_meeting_is_asked_about_with_its_new_time(client, area, focal_point):
    meeting = meeting_of(area)
    path = links_for(focal_point, meeting)["remote"]
    press(client, path, meeting)
    later = SOON + DAY
    move_meeting(meeting=meeting, starts_at=later, ends_at=later + HOUR, by=None, at=timezone.now())

    page = client.get(path)
    stale = client.post(path, {"starts_at": SOON.isoformat()})

    assert "This meeting was moved after we sent you the email" in page.text
    assert "but the meeting has been moved since" in words_of(page)
    assert stale.status_code == 409
    assert "Check the new time, then reply again." in words_of(stale)
    assert replies() == [(focal_point.pk, "remote", SOON)]
    press(client, path, meeting)
    assert replies() == [(focal_point.pk, "remote", later)]


def over(meeting):
    Meeting.objects.update(starts_at=timezone.now() - 2 * HOUR, ends_at=timezone.now() - HOUR)


def cancelled(meeting):
    cancel_meeting(meeting=meeting, by=None, at=timezone.now())


@pytest.mark.parametrize(
    ("happens", "reply_words", "join_words"),
    [
        (over, "The meeting is over. You can no longer reply.", "The meeting is over."),
        (cancelled, "The meeting is cancelled. You can no", "There is nothing to join."),
    ],
)
def test_meeting_that_is_over_or_cancelled_takes_no_reply(
    client, area, focal_point, happens, reply_words, join_words
):
    meeting = meeting_of(area)
    paths = links_for(focal_point, meeting)
    happens(meeting)
    meeting.refresh_from_db()

    page, refused = client.get(paths["no"]), press(client, paths["no"], meeting)
    join = client.get(paths["join"])

    assert (page.status_code, refused.status_code, join.status_code) == (200, 409, 200)
    assert reply_words in page.text
    assert 'name="starts_at"' not in page.text
    assert join_words in join.text
    assert LINK not in join.text
    assert replies() == []


def left(person, meeting):
    withdrawn(person, at=timezone.now())


def role_handed_over(person, meeting):
    handed_over(person, at=timezone.now())


def links_revoked(person, meeting):
    revoke_links(focal_point=person, link_version=1, by=UserFactory(), at=timezone.now())


@pytest.mark.parametrize("happens", [left, role_handed_over, links_revoked])
def test_links_end_with_the_role(client, area, focal_point, happens):
    meeting = meeting_of(area)
    paths = links_for(focal_point, meeting)
    link = meeting_link_of(token_in(paths["no"]), LinkPurpose.RSVP, at=timezone.now())
    happens(focal_point, meeting)

    pages = [client.get(path) for path in paths.values()]
    posted = press(client, paths["no"], meeting)

    assert {page.status_code for page in (*pages, posted)} == {404}
    assert "This link no longer works" in pages[0].text
    assert LINK not in "".join(page.text for page in pages)
    # Nor if the page was opened before.
    with pytest.raises((InvalidLink, NotInvited)):
        reply_by_link(
            link=link, choice=RsvpChoice.NO, starts_at=meeting.starts_at, at=timezone.now()
        )
    assert replies() == []


def test_links_end_when_the_meeting_goes_to_another_group(client, area, other_area, focal_point):
    meeting = meeting_of(area)
    paths = links_for(focal_point, meeting)
    change_meeting(meeting=meeting, by=None, at=timezone.now(), focus_area=other_area)

    assert {client.get(path).status_code for path in paths.values()} == {404}


@pytest.mark.parametrize("purpose", [LinkPurpose.RSVP, LinkPurpose.JOIN])
def test_link_is_for_one_purpose_and_one_meeting(client, area, focal_point, purpose):
    paths = links_for(focal_point, meeting_of(area))
    other = {LinkPurpose.RSVP: "join", LinkPurpose.JOIN: "no"}[purpose]

    with pytest.raises(InvalidLink):
        meeting_link_of(token_in(paths[other]), purpose, at=timezone.now())
    with pytest.raises(InvalidLink):
        meeting_link_of("altered", purpose, at=timezone.now())
    assert client.get(f"/en/reply/perhaps/{token_in(paths['no'])}/").status_code == 404


@pytest.mark.parametrize("facts", [{"is_staff": True}, {"is_active": False}])
def test_staff_and_closed_accounts_reply_by_no_link(client, area, focal_point, facts):
    meeting = meeting_of(area)
    account = account_of(focal_point)
    User.objects.filter(pk=account.pk).update(**facts)

    refused = press(client, links_for(focal_point, meeting)["no"], meeting)

    assert refused.status_code == 409
    assert "Your reply was not saved." in refused.text
    assert replies() == []


def test_answer_that_is_no_longer_possible_is_not_offered(client, area, focal_point):
    meeting = meeting_of(area, place="Kigali")
    path = links_for(focal_point, meeting)["yes"]
    change_meeting(meeting=meeting, by=None, at=timezone.now(), place="")

    page = client.get(path)

    assert "The reply “Yes, in person” is no longer possible" in words_of(page)
    assert 'name="starts_at"' not in page.text


def test_replies_by_one_link_are_limited(client, area, focal_point):
    meeting = meeting_of(area)
    paths = links_for(focal_point, meeting)
    for number in range(MAX_REPLIES_PER_HOUR):
        press(client, paths[("remote", "no")[number % 2]], meeting)

    refused = press(client, paths["remote"], meeting)

    assert refused.status_code == 429
    assert int(refused["Retry-After"]) > 0
    assert "Try again in 1 hour." in refused.text
    assert replies() == [(focal_point.pk, "no", SOON)]


def test_reply_without_the_start_that_was_shown_is_refused(client, area, focal_point):
    path = links_for(focal_point, meeting_of(area))["no"]

    refused = client.post(path, {"starts_at": "tomorrow"})

    assert (refused.status_code, replies()) == (422, [])
    assert "Press the button again." in refused.text


@pytest.mark.parametrize(
    ("minutes", "is_open"), [(-61, False), (-60, False), (-59, True), (15, True), (16, False)]
)
def test_meeting_can_be_joined_from_fifteen_minutes_before_until_its_end(
    client, area, focal_point, minutes, is_open
):
    # A few seconds later than a whole minute, for the time that the test takes.
    starts_at = timezone.now() + minutes * MINUTE - timedelta(seconds=20 if minutes > 0 else -20)
    meeting = meeting_of(area, starts_at=starts_at, ends_at=starts_at + HOUR)
    if minutes == -60:
        Meeting.objects.update(ends_at=timezone.now())

    page = client.get(links_for(focal_point, meeting)["join"])

    assert (page.status_code, page.get("Location")) == ((302, LINK) if is_open else (200, None))
    assert ("You can join from" in page.text) == (minutes > 15)
    assert LINK not in page.text
    if not is_open:
        assert "For <bdi>Wanjiku Kamau</bdi>, <bdi>Ministry of Somewhere</bdi>." in page.text
