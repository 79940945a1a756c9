"""Texts are sent as quoted-printable, so that no relay changes them and breaks their signature."""

from email import message_from_bytes, policy

import pytest

from outbox.models import Message
from outbox.services.delivery import compose
from outbox.services.rendering import as_text_and_html
from outbox.services.smtp import RecordingSMTPBackend
from tests.mail_server import Sink, mail_server
from tests.members.test_intake import received

CALENDAR = "BEGIN:VCALENDAR\r\nSUMMARY:{summary}\r\nEND:VCALENDAR\r\n"
SUMMARIES = {
    "en": "Meeting = " + "x" * 100,
    "ar": "اجتماع الفريق " * 9,
    "zh-hans": "工作组会议" * 30,
}
LANGUAGES = ("ar", "zh-hans", "en")


@pytest.fixture(params=LANGUAGES)
def letter(request):
    """A letter in a language, with a calendar file."""
    received(language=request.param)
    message = Message.objects.get(topic__contains="/received/")
    message.attachment_name = "meetings.ics"
    message.attachment_type = "text/calendar; method=PUBLISH"
    message.attachment = CALENDAR.format(summary=SUMMARIES[request.param])
    return message


def parts_of(content):
    mail = message_from_bytes(content, policy=policy.default)
    return [part for part in mail.walk() if not part.is_multipart()]


def assert_is_quoted_printable(content, letter):
    text, html, calendar = parts_of(content)
    for part in (text, html, calendar):
        assert part["Content-Transfer-Encoding"] == "quoted-printable"
        assert part.get_content_charset() == "utf-8"
        lines = part.get_payload().splitlines()
        assert max(map(len, lines)) <= 76
    _head, _blank, body = content.partition(b"\r\n\r\n")
    assert body.isascii()
    expected = as_text_and_html(
        letter.subject, letter.body, language=letter.language, **letter.keys
    )
    found = [part.get_payload(decode=True).decode() for part in (text, html, calendar)]
    assert [each.replace("\r\n", "\n").rstrip("\n") for each in found] == [
        each.replace("\r\n", "\n").rstrip("\n") for each in (*expected, letter.attachment)
    ]
    assert calendar.get_content_type() == "text/calendar"
    assert calendar.get_param("method") == "PUBLISH"
    assert calendar.get_filename() == "meetings.ics"


def test_each_text_of_a_letter_is_quoted_printable_with_short_lines(letter):
    content = compose(letter).message().as_bytes(linesep="\r\n")

    assert_is_quoted_printable(content, letter)


@pytest.mark.parametrize("recipient", ["ada@example.org", "用户@example.org"])
def test_mail_server_gets_quoted_printable_also_with_smtputf8(letter, settings, recipient):
    settings.MAIL_SMTPUTF8 = True
    letter.recipient = recipient
    sink = Sink()
    with mail_server(sink) as port:
        connection = RecordingSMTPBackend(host="127.0.0.1", port=port, timeout=5)
        connection.send_messages([compose(letter)])

    assert sink.recipients == [recipient]
    assert_is_quoted_printable(sink.arrived[0][1].content, letter)
