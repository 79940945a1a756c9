from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse
from django.utils.timezone import now

from outbox.models import BEAT, Message, MessageStatus
from tests.factories import NOON, HeartbeatFactory, MessageFactory
from tests.outbox.texts import sign_in
from tests.triage.staff import told

LIST = "/admin/outbox/message/"
RETRY_ALL = "/admin/outbox/message/retry-deferred/"


@pytest.fixture
def officer(client):
    return sign_in(client, "view_message", "retry_message", "cancel_message", "view_heartbeat")


def address(name, message):
    return reverse(f"admin:outbox_message_{name}", args=[message.pk])


def act(client, action, *chosen, **fields):
    return client.post(
        LIST,
        {"action": action, "_selected_action": [message.pk for message in chosen], **fields},
        follow=True,
    )


def put_off(**facts):
    """A message that the mail server did not accept a minute ago."""
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


def failed():
    return MessageFactory(status=MessageStatus.FAILED)


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
        '<span class="chip is-late">Failed</span>',
        "The mail server does not know this address. Ask the organisation for another address.",
    ):
        assert words in row


def test_list_says_whether_the_outbox_moves(client, officer):
    empty = client.get(LIST).content.decode()
    MessageFactory(due_at=now() - timedelta(minutes=20))
    HeartbeatFactory(name=BEAT, at=now() - timedelta(minutes=2))
    text = client.get(LIST).content.decode().replace("\xa0", " ")

    assert "All messages from the portal appear here" in empty
    assert "No due messages are waiting." in empty
    assert "No worker heartbeat yet." in empty
    assert "The oldest due message has waited for 20 minutes." in text
    assert "Last worker heartbeat: 2 minutes ago." in text


@pytest.mark.parametrize(
    "query",
    [
        {"status__exact": "failed"},
        {"arrival": "failed"},
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
        "Accepted by the mail server",
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


@pytest.mark.parametrize(
    ("permissions", "is_offered"), [(["retry_message"], True), (["cancel_message"], False)]
)
def test_list_says_at_once_that_the_mail_server_takes_nothing(client, permissions, is_offered):
    sign_in(client, "view_message", *permissions)
    put_off()

    text = " ".join(client.get(LIST).content.decode().split())

    assert "Email delivery is stalled" in text
    assert (
        "The mail server has not accepted any email yet. 1 message is waiting. Last server "
        "response: \u2068535 5.7.8 No\u2069"
    ) in text
    assert (RETRY_ALL in text) == is_offered


def test_all_that_was_put_off_is_tried_again_after_asking(client, officer):
    messages = [put_off() for _number in range(2)]
    later = MessageFactory(due_at=now() + timedelta(hours=1))

    asked = " ".join(client.get(RETRY_ALL).content.decode().split())
    before = Message.objects.filter(due_at__lte=now()).count()
    done = client.post(RETRY_ALL, follow=True)

    assert "2 deferred messages are waiting. They will be retried immediately." in asked
    assert before == 0
    assert done.redirect_chain == [(LIST, 302)]
    assert told(done) == ["Retrying 2 messages now."]
    assert set(Message.objects.filter(due_at__lte=now())) == set(messages)
    assert later.actions.count() == 0
    assert [message.actions.get().by for message in messages] == [officer] * 2


def test_trying_all_again_says_where_nothing_was_put_off(client, officer):
    done = client.post(RETRY_ALL, follow=True)

    assert told(done) == ["There are no deferred messages to retry."]


def test_several_are_tried_again_after_asking_with_a_result_for_each(client, officer):
    first, second = (MessageFactory(status=MessageStatus.FAILED) for _number in range(2))
    queued = MessageFactory(subject="Queued")

    asked = act(client, "retry_messages", first, second, queued)
    before = set(Message.objects.filter(status=MessageStatus.FAILED))
    done = act(client, "retry_messages", first, second, queued, confirmed="1")

    assert asked.context["selected"] == [first.pk, second.pk, queued.pk]
    assert before == {first, second}
    assert told(done) == [
        "Queued: Only a failed or deferred message can be retried.",
        "2 messages: Retrying now.",
    ]
    assert set(Message.objects.filter(status=MessageStatus.QUEUED)) == {first, second, queued}


def test_a_whole_list_is_cancelled_after_asking(client, officer):
    messages = [MessageFactory() for _number in range(3)]
    across = {"select_across": "1", "index": "0"}

    asked = act(client, "cancel_messages", messages[0], **across)
    act(client, "cancel_messages", messages[0], confirmed="1", **across)

    assert len(asked.context["selected"]) == 1
    assert Message.objects.filter(status=MessageStatus.CANCELLED).count() == 3


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
    client, status, permissions, offered
):
    sign_in(client, "view_message", *permissions)
    message = MessageFactory(status=status)

    text = client.get(address("change", message)).content.decode()

    assert [name for name in ("retry", "cancel") if address(name, message) in text] == offered


def test_preview_is_the_mail_in_a_page_that_allows_nothing_and_its_frame_is_allowed(
    client, officer
):
    message = MessageFactory(subject="Welcome", body="Dear **Ada**,")

    response = client.get(address("preview", message))
    around = client.get(address("change", message))["Content-Security-Policy"]

    assert "Dear <strong>Ada</strong>," in response.content.decode()
    assert sorted(response["Content-Security-Policy"].split("; ")) == [
        "base-uri 'none'",
        "default-src 'none'",
        "form-action 'none'",
        "frame-ancestors 'self'",
        "sandbox",
        "style-src 'unsafe-inline'",
    ]
    assert ("frame-src 'self'" in around, "unsafe" in around) == (True, False)


@pytest.mark.parametrize(
    ("name", "permission"), [("retry", "cancel_message"), ("cancel", "retry_message")]
)
def test_change_is_refused_to_who_may_make_the_other_alone(client, name, permission):
    sign_in(client, "view_message", permission)
    status = MessageStatus.FAILED if name == "retry" else MessageStatus.QUEUED
    message = MessageFactory(status=status)

    response = client.post(address(name, message))
    act(client, f"{name}_messages", message, confirmed="1")

    assert response.status_code == 403
    assert Message.objects.get().status == status


def test_heartbeats_are_seen_with_how_long_ago_or_ahead_they_were(client, officer):
    HeartbeatFactory(name=BEAT, at=now() - timedelta(minutes=4))
    before = client.get("/admin/outbox/heartbeat/").content.decode()
    HeartbeatFactory(name="mail@host", at=now() + timedelta(hours=1, seconds=30))
    after = client.get("/admin/outbox/heartbeat/").content.decode()

    assert "4\xa0minutes" in before
    assert "ahead" not in before
    assert "1\xa0hour ahead" in after


@pytest.mark.parametrize(
    ("name", "make", "asks", "becomes", "words"),
    [
        ("retry", failed, "The same text is sent to the same", "queued", "Retrying now."),
        ("retry", put_off, "The same text is sent to the same", "queued", "Retrying now."),
        (
            "cancel",
            MessageFactory,
            "Cancelled messages are not sent",
            "cancelled",
            "Cancelled. Nothing will be sent.",
        ),
    ],
)
def test_change_is_offered_asked_for_and_then_made(
    client, officer, name, make, asks, becomes, words
):
    message = make()
    before = (message.status, message.due_at)

    offered = client.get(address("change", message)).text
    asked = client.get(address(name, message)).text
    message.refresh_from_db()
    unchanged = (message.status, message.due_at)
    done = client.post(address(name, message), follow=True)

    assert address(name, message) in offered
    assert asks in asked
    assert unchanged == before
    message.refresh_from_db()
    assert (message.status, message.due_at <= now()) == (becomes, True)
    assert told(done) == [f"1 message: {words}"]
    entry = LogEntry.objects.get()
    assert (entry.user, entry.object_id) == (officer, str(message.pk))
