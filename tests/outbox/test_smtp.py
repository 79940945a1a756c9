import pytest
from django.core.mail import EmailMessage

from outbox.services import smtp
from outbox.services.smtp import NoSMTPUTF8, RecordingSMTPBackend
from tests.mail_server import Sink, mail_server


def mail(number=1):
    return EmailMessage("Subject", "Text", "from@example.org", [f"a{number}@example.org"])


@pytest.fixture
def backend():
    made = []

    def make(port):
        made.append(RecordingSMTPBackend(host="127.0.0.1", port=port, timeout=5))
        return made[0]

    yield make
    for each in made:
        each.close()


def test_answer_is_what_the_server_said(backend):
    with mail_server(Sink()) as port:
        connection = backend(port)
        connection.open()

        connection.send_messages([mail()])

        assert connection.answer == "250 2.0.0 Ok: queued as 1"


def test_opened_connection_carries_many_messages(backend):
    sink = Sink()
    with mail_server(sink) as port:
        connection = backend(port)
        for number in range(3):
            connection.open()
            connection.send_messages([mail(number)])

    assert sink.recipients == [f"a{n}@example.org" for n in range(3)]
    assert len(set(sink.peers)) == 1


@pytest.mark.parametrize("idle", [-1.0, 5.0])
def test_connection_is_opened_again_after_the_server_was_away(backend, monkeypatch, idle):
    monkeypatch.setattr(smtp, "IDLE_SECONDS", idle)
    sink = Sink()
    with mail_server(sink) as port:
        connection = backend(port)
        connection.open()
        connection.send_messages([mail(1)])
        if idle > 0:
            # As smtplib leaves it after the server has closed the connection.
            connection.connection.close()
        else:
            connection.connection.sock.shutdown(2)

        connection.open()
        connection.send_messages([mail(2)])

    assert sink.recipients == ["a1@example.org", "a2@example.org"]


def test_unopened_connection_is_closed_after_sending():
    with mail_server(Sink()) as port:
        connection = RecordingSMTPBackend(host="127.0.0.1", port=port, timeout=5)

        accepted = connection.send_messages([mail()])

    assert accepted == 1
    assert connection.connection is None


def mail_of_any_script():
    return EmailMessage(
        "Ключ",
        "Größe",
        "Coalition <from@example.org>",
        ["用户@xn--fsqu00a.xn--fiqs8s"],
        headers={"To": '"王小明" <用户@xn--fsqu00a.xn--fiqs8s>'},
    )


def test_letters_of_any_script_are_sent_with_smtputf8(backend, settings):
    settings.MAIL_SMTPUTF8 = True
    sink = Sink()
    with mail_server(sink) as port:
        connection = backend(port)
        connection.send_messages([mail_of_any_script()])
        connection.send_messages([mail()])

    assert sink.recipients == ["用户@xn--fsqu00a.xn--fiqs8s", "a1@example.org"]
    arrived = sink.arrived[0][1]
    assert '\r\nTo: "王小明" <用户@xn--fsqu00a.xn--fiqs8s>\r\n'.encode() in arrived.content
    assert arrived["Subject"] == "Ключ"
    assert arrived.get_content().strip() == "Größe"


@pytest.mark.parametrize("is_on", [True, False])
def test_letters_of_any_script_are_not_sent_where_they_cannot_arrive(backend, settings, is_on):
    settings.MAIL_SMTPUTF8 = is_on
    sink = Sink()
    with mail_server(sink, enable_SMTPUTF8=not is_on) as port:
        connection = backend(port)
        connection.open()

        with pytest.raises(NoSMTPUTF8):
            connection.send_messages([mail_of_any_script()])
        connection.send_messages([mail()])

    assert sink.recipients == ["a1@example.org"]
