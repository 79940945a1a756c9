"""Mail servers that accept or refuse messages, and the outcomes."""

import smtplib

import requests
from anymail.exceptions import AnymailRequestsAPIError
from django.core.mail.backends.base import BaseEmailBackend


class Backend(BaseEmailBackend):
    """Accepts messages, or raises what it was created with. It first calls a given function."""

    answer = "250 2.0.0 Ok: queued as 4F1A2"

    def __init__(self, trouble=None, meanwhile=None):
        super().__init__()
        self.trouble = trouble
        self.meanwhile = meanwhile
        self.sent = []
        self.is_closed = False

    def close(self):
        self.is_closed = True

    def send_messages(self, messages):
        if self.meanwhile:
            self.meanwhile()
        if self.trouble:
            raise self.trouble
        self.sent += [sent.message() for sent in messages]
        return len(messages)


def refused(code, words):
    return smtplib.SMTPRecipientsRefused({"ada@example.org": (code, words)})


def of_an_interface(code):
    response = requests.Response()
    response.status_code, response.reason, response._content = code, "Refused", b"{}"
    return AnymailRequestsAPIError(response=response)


def state(message):
    message.refresh_from_db()
    return (message.status, message.attempts, message.server_response, message.lease)
