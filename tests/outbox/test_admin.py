from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils.timezone import now

from outbox.models import BEAT, Message, MessageStatus
from outbox.services.rendering import PRIVATE_FEED, PRIVATE_PAGE
from tests.factories import NOON, HeartbeatFactory, MessageFactory, UserFactory

LIST = "/admin/outbox/message/"
RETRY_ALL = "/admin/outbox/message/retry-deferred/"
PRIVATE = {
    "body": f"Your page: {PRIVATE_PAGE}, [your feed]({PRIVATE_FEED})",
    "private_page": "https://p2c.example/working-group/secret-page/",
    "private_feed": "https://p2c.example/calendar/private/secret-feed.ics",
}


@pytest.fixture
def person(client):
    """Sign somebody in who may do what the test says."""

    def sign_in(*codenames, **facts):
        user = UserFactory(**facts)
        user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
        client.force_login(user)
        return user

    return sign_in


@pytest.fixture
def officer(person):
    return person("view_message", "retry_message", "cancel_message", "view_heartbeat")


def address(name, message):
    return reverse(f"admin:outbox_message_{name}", args=[message.pk])


def act(client, action, *chosen, **fields):
    return client.post(
        LIST,
        {"action": action, "_selected_action": [message.pk for message in chosen], **fields},
        follow=True,
    )


def said(response):
    return [str(message) for message in response.context["messages"]]


def test_list_says_what_became_of_each(client, officer):
    MessageFactory(
        subject="P2C-AAAAAA: received",
        recipient="ada@example.org",
        reference="P2C-AAAAAA",
        status=MessageStatus.FAILED,
        server_response="550 5.1.1 No such user",
        queued_at=now() - timedelta(hours=3),
    )

    response = client.get(LIST)

    row = " ".join(response.content.decode().split())
    for words in (
        "P2C-AAAAAA: received",
        "ada@example.org",
        "3 hours",
        '<span class="status status-failed">Failed</span>',
        "The mail server knows no such address. Ask the organisation for another.",
    ):
        assert words in row


def test_list_says_whether_the_outbox_moves(client, officer):
    MessageFactory(due_at=now() - timedelta(minutes=20))
    HeartbeatFactory(name=BEAT, at=now() - timedelta(minutes=2))

    text = client.get(LIST).content.decode().replace("\xa0", " ")

    assert "The oldest due message has waited for 20 minutes." in text
    assert "The workers were last alive 2 minutes ago." in text


def test_empty_list_says_what_will_be_there(client, officer):
    text = client.get(LIST).content.decode()

    assert "Every message that the portal writes appears here" in text
    assert "Nothing that is due waits." in text
    assert "The workers have not been alive yet." in text


@pytest.mark.parametrize(
    "query",
    [
        {"status__exact": "failed"},
        {"q": "P2C-AAAAAA"},
        {"q": "ada@example.org"},
        {"queued_at__gte": "2021-10-25 00:00:00+00:00"},
    ],
)
def test_list_is_searched_and_filtered(client, officer, query):
    found = MessageFactory(
        status=MessageStatus.FAILED,
        reference="P2C-AAAAAA",
        recipient="ada@example.org",
        queued_at=NOON,
    )
    MessageFactory(
        reference="P2C-BBBBBB", recipient="b@example.org", queued_at=NOON - timedelta(days=9)
    )

    response = client.get(LIST, query)

    assert list(response.context["cl"].result_list) == [found]


def test_list_costs_the_same_for_one_and_for_three(client, officer, django_assert_num_queries):
    client.get(LIST)
    for count in (1, 3):
        for _number in range(count):
            MessageFactory()
        # Session, person, two for permissions, counts, rows, what waits, beat, what went out last.
        with django_assert_num_queries(10):
            client.get(LIST)
        Message.objects.all().delete()


def test_page_of_a_message_costs_the_same_however_often_it_was_written_again(
    client, officer, django_assert_num_queries
):
    first = MessageFactory()
    client.get(address("change", first))
    for _number in range(3):
        MessageFactory(resent_from=first)
        # Session, person, two for permissions, the message, how often it was written again, what
        # was reported of it, whether its address is suppressed.
        with django_assert_num_queries(9):
            client.get(address("change", first))


def test_page_of_a_message_shows_it_whole(client, officer):
    first = MessageFactory(recipient="wrong@example.org", status=MessageStatus.FAILED)
    message = MessageFactory(
        subject="P2C-AAAAAA: welcome",
        recipient="ada@example.org",
        recipient_name="Ada Lovelace",
        status=MessageStatus.SENT,
        sent_at=NOON,
        server_response="250 2.0.0 Ok: queued as 4F1A2",
        body="Dear **Ada**,",
        resent_from=first,
    )

    text = client.get(address("change", message)).content.decode()

    for words in (
        "P2C-AAAAAA: welcome",
        "ada@example.org",
        "Ada Lovelace",
        "Handed over to the mail server",
        "250 2.0.0 Ok: queued as 4F1A2",
        "Dear Ada,",
        "wrong@example.org",
        address("preview", message),
    ):
        assert words in text


@pytest.mark.parametrize(("language", "direction"), [("en", "ltr"), ("ar", "rtl")])
def test_text_of_a_message_runs_as_its_language_does(client, officer, language, direction):
    message = MessageFactory(language=language, body="ليلى,\n\nwelcome.")

    text = client.get(address("change", message)).content.decode()

    start = " ".join(text[text.index('<pre class="mail-text"') :].split())
    assert start.startswith(f'<pre class="mail-text" lang="{language}" dir="{direction}"')


def test_private_links_are_shown_nowhere(client, person):
    person(is_superuser=True)
    message = MessageFactory(**PRIVATE)

    pages = [
        client.get(LIST),
        client.get(LIST, {"q": "secret"}),
        *(
            client.get(address(name, message))
            for name in ("change", "preview", "history", "cancel")
        ),
    ]

    assert [page.status_code for page in pages] == [200] * len(pages)
    assert [page for page in pages if b"secret-" in page.content] == []
    assert "(the recipient&#x27;s private link)" in pages[2].content.decode()
    assert "(the recipient's private link)" in pages[3].content.decode()


def test_preview_is_the_mail_in_a_page_that_allows_nothing(client, officer):
    message = MessageFactory(subject="Welcome", body="Dear **Ada**,")

    response = client.get(address("preview", message))

    assert "Dear <strong>Ada</strong>," in response.content.decode()
    assert sorted(response["Content-Security-Policy"].split("; ")) == [
        "base-uri 'none'",
        "default-src 'none'",
        "form-action 'none'",
        "frame-ancestors 'self'",
        "sandbox",
        "style-src 'unsafe-inline'",
    ]
    assert response["X-Frame-Options"] == "SAMEORIGIN"


def test_page_of_a_message_allows_our_own_frame_and_no_style_of_its_own(client, officer):
    response = client.get(address("change", MessageFactory()))

    policy = response["Content-Security-Policy"]
    assert "frame-src 'self'" in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize("superuser", [True, False])
def test_nothing_is_added_changed_or_deleted(client, person, superuser):
    person(
        "view_message", "add_message", "change_message", "delete_message", is_superuser=superuser
    )
    message = MessageFactory(subject="As it was")

    answers = [
        client.get(f"{LIST}add/").status_code,
        client.post(f"{LIST}add/", {"subject": "New"}).status_code,
        client.post(address("change", message), {"subject": "Other"}).status_code,
        client.get(address("delete", message)).status_code,
        client.post(address("delete", message), {"post": "yes"}).status_code,
    ]
    act(client, "delete_selected", message, post="yes")

    assert answers == [403] * 5
    assert list(Message.objects.values_list("subject", flat=True)) == ["As it was"]


def test_retry_asks_and_then_tries_again(client, officer):
    message = MessageFactory(status=MessageStatus.FAILED, subject="Welcome")

    asked = client.get(address("retry", message))
    before = Message.objects.get().status
    done = client.post(address("retry", message), follow=True)

    assert "The same words go to the same address once more." in asked.content.decode()
    assert before == MessageStatus.FAILED
    assert Message.objects.get().status == MessageStatus.QUEUED
    assert said(done) == ["1 message: Is tried again now."]
    entry = LogEntry.objects.get()
    assert (entry.user, entry.object_id) == (officer, str(message.pk))


def put_off(**facts):
    """A message that the mail server did not take, a minute ago."""
    at = now()
    return MessageFactory(
        **{
            "first_due_at": at - timedelta(minutes=1),
            "due_at": at + timedelta(hours=6),
            "server_trouble_at": at,
            "server_response": "535 5.7.8 No",
            **facts,
        }
    )


def test_retry_of_what_was_put_off_makes_it_due(client, officer):
    message = put_off(subject="Welcome")

    page = client.get(address("change", message)).content.decode()
    done = client.post(address("retry", message), follow=True)

    assert address("retry", message) in page
    assert said(done) == ["1 message: Is tried again now."]
    assert Message.objects.get().due_at <= now()


def test_retry_of_what_was_sent_meanwhile_says_so(client, officer):
    message = put_off(subject="Welcome")
    client.get(address("retry", message))
    Message.objects.update(
        status=MessageStatus.SENT, sent_at=now(), server_trouble_at=None, server_response="250 Ok"
    )

    done = client.post(address("retry", message), follow=True)

    assert said(done) == ["Welcome: This message was handed over to the mail server already."]
    assert Message.objects.get().status == MessageStatus.SENT
    assert list(LogEntry.objects.all()) == []


def test_list_says_at_once_that_the_mail_server_takes_nothing(client, officer):
    put_off()

    text = " ".join(client.get(LIST).content.decode().split())

    assert "Mail stands still" in text
    assert "No mail has been accepted yet; 1 waits; last answer: \u2068535 5.7.8 No\u2069" in text
    assert RETRY_ALL in text


def test_list_offers_to_try_all_again_only_to_who_may(client, person):
    person("view_message")
    put_off()

    text = client.get(LIST).content.decode()

    assert "Mail stands still" in text
    assert RETRY_ALL not in text


def test_all_that_was_put_off_is_tried_again_after_asking(client, officer):
    messages = [put_off() for _number in range(2)]
    later = MessageFactory(due_at=now() + timedelta(hours=1))

    asked = " ".join(client.get(RETRY_ALL).content.decode().split())
    before = Message.objects.filter(due_at__lte=now()).count()
    done = client.post(RETRY_ALL, follow=True)

    assert "2 messages were due, were put off and wait. They go to the workers at once." in asked
    assert before == 0
    assert done.redirect_chain == [(LIST, 302)]
    assert said(done) == ["2 messages are tried again now."]
    assert set(Message.objects.filter(due_at__lte=now())) == set(messages)
    assert later.actions.count() == 0
    assert [message.actions.get().by for message in messages] == [officer] * 2


def test_trying_all_again_says_where_nothing_was_put_off(client, officer):
    done = client.post(RETRY_ALL, follow=True)

    assert said(done) == ["No message waits to be tried again."]


@pytest.mark.parametrize("permissions", [(), ("view_message",), ("retry_message",)])
def test_trying_all_again_is_refused_without_its_permission(client, person, permissions):
    person(*permissions)
    message = put_off()

    answers = [client.get(RETRY_ALL).status_code, client.post(RETRY_ALL).status_code]

    assert answers == [403, 403]
    assert Message.objects.get().due_at == message.due_at


def test_cancel_asks_and_then_cancels(client, officer):
    message = MessageFactory(subject="Welcome")

    asked = client.get(address("cancel", message))
    before = Message.objects.get().status
    done = client.post(address("cancel", message), follow=True)

    assert "What was written will not be sent" in asked.content.decode()
    assert before == MessageStatus.QUEUED
    assert Message.objects.get().status == MessageStatus.CANCELLED
    assert said(done) == ["1 message: Is cancelled and will not be sent."]


def test_retry_of_what_a_colleague_tried_again_says_so(client, officer):
    message = MessageFactory(status=MessageStatus.QUEUED, subject="Welcome")

    done = client.post(address("retry", message), follow=True)

    assert said(done) == [
        "Welcome: Only a message that failed, or was put off, can be tried again."
    ]
    assert list(LogEntry.objects.all()) == []


def test_several_are_tried_again_after_asking_with_a_result_for_each(client, officer):
    first, second = (MessageFactory(status=MessageStatus.FAILED) for _number in range(2))
    queued = MessageFactory(subject="Queued")

    asked = act(client, "retry_messages", first, second, queued)
    before = set(Message.objects.filter(status=MessageStatus.FAILED))
    done = act(client, "retry_messages", first, second, queued, confirmed="1")

    assert asked.context["selected"] == [first.pk, second.pk, queued.pk]
    assert before == {first, second}
    assert said(done) == [
        "Queued: Only a message that failed, or was put off, can be tried again.",
        "2 messages: Is tried again now.",
    ]
    assert set(Message.objects.filter(status=MessageStatus.QUEUED)) == {first, second, queued}


def test_a_whole_list_is_cancelled_after_asking(client, officer):
    messages = [MessageFactory() for _number in range(3)]
    across = {"select_across": "1", "index": "0"}

    asked = act(client, "cancel_messages", messages[0], **across)
    act(client, "cancel_messages", messages[0], confirmed="1", **across)

    assert len(asked.context["selected"]) == 1
    assert Message.objects.filter(status=MessageStatus.CANCELLED).count() == 3


@pytest.mark.parametrize("name", ["retry", "cancel"])
@pytest.mark.parametrize(
    "permissions", [(), ("view_message",), ("retry_message", "cancel_message")]
)
def test_change_is_refused_without_its_permission(client, person, name, permissions):
    person(*permissions)
    status = MessageStatus.FAILED if name == "retry" else MessageStatus.QUEUED
    message = MessageFactory(status=status)

    answers = [
        client.get(address(name, message)).status_code,
        client.post(address(name, message)).status_code,
    ]
    act(client, f"{name}_messages", message, confirmed="1")

    assert answers == [403, 403]
    assert Message.objects.get().status == status


@pytest.mark.parametrize(
    ("status", "permissions", "offered"),
    [
        (MessageStatus.FAILED, ["retry_message", "cancel_message"], ["retry"]),
        (MessageStatus.QUEUED, ["retry_message", "cancel_message"], ["cancel"]),
        (MessageStatus.CANCELLED, ["retry_message", "cancel_message"], []),
        (MessageStatus.FAILED, ["cancel_message"], []),
        (MessageStatus.QUEUED, ["retry_message"], []),
    ],
)
def test_changes_are_offered_to_those_who_may_and_where_they_can_be_made(
    client, person, status, permissions, offered
):
    person("view_message", *permissions)
    message = MessageFactory(status=status)

    text = client.get(address("change", message)).content.decode()

    assert [name for name in ("retry", "cancel") if address(name, message) in text] == offered


@pytest.mark.parametrize("name", ["change", "preview", "retry", "cancel"])
def test_pages_of_a_message_are_for_staff(client, name):
    message = MessageFactory()

    response = client.get(address(name, message))

    assert response.status_code == 302
    assert response["Location"].startswith("/admin/login/")


def test_preview_is_refused_without_the_permission_to_view(client, person):
    person()

    response = client.get(address("preview", MessageFactory()))

    assert response.status_code == 403


def test_heartbeats_are_seen_and_not_changed(client, officer):
    heartbeat = HeartbeatFactory(name=BEAT, at=now() - timedelta(minutes=4))

    seen = client.get("/admin/outbox/heartbeat/")
    deleted = client.post(f"/admin/outbox/heartbeat/{heartbeat.pk}/delete/", {"post": "yes"})

    assert "4\xa0minutes" in seen.content.decode()
    assert "ahead" not in seen.content.decode()
    assert deleted.status_code == 403


def test_heartbeat_in_the_future_is_seen_as_such(client, officer):
    HeartbeatFactory(name="mail@host", at=now() + timedelta(hours=1, seconds=30))

    seen = client.get("/admin/outbox/heartbeat/").content.decode()

    assert "1\xa0hour ahead" in seen


@pytest.mark.parametrize("column", ["private_page", "private_feed", "body", "recipient"])
def test_list_tells_nothing_of_a_column_to_whoever_guesses_at_it(client, person, column):
    person("view_message")
    MessageFactory(**PRIVATE)

    response = client.get(LIST, {f"{column}__regex": "^h"})

    assert response.status_code == 400


def test_list_is_narrowed_by_its_filters(client, person):
    person("view_message")
    MessageFactory(status=MessageStatus.QUEUED, queued_at=NOON)
    failed = MessageFactory(status=MessageStatus.FAILED, queued_at=NOON)

    response = client.get(
        LIST, {"status__exact": "failed", "queued_at__gte": "2021-10-25 00:00:00+00:00"}
    )

    assert list(response.context["cl"].result_list) == [failed]
