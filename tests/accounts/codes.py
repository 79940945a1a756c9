"""Sign-in codes by e-mail, and the pages that ask for them."""

import re

from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend

from accounts.tasks import send_sign_in_code
from core.codes import ALPHABET
from p2c_portal.celery import app

# In right-to-left text, a direction mark keeps the two parts of a code in order.
CODE = re.compile(rf"^ +\u200e?([{ALPHABET}]{{4}}-[{ALPHABET}]{{4}})\r?$", re.MULTILINE)
ASK = "/accounts/sign-in/code/"
ENTER = "/accounts/sign-in/code/enter/"
MY = "?next=%2Fen%2Fmy%2F"
WRONG = "2222-2222"


class RefusingBackend(BaseEmailBackend):
    """A mail server that takes nothing."""

    def send_messages(self, email_messages):
        raise OSError("refused")


def worker(monkeypatch):
    """Return a function that runs the queued tasks as a worker would, and returns the e-mails.

    Its `tasks` are the queued tasks, as arguments and options.
    """
    tasks = []

    def send_task(name, args, **options):
        # Other code publishes tasks too.
        if name == send_sign_in_code.name:
            tasks.append((args, options))

    monkeypatch.setattr(app, "send_task", send_task)

    def work():
        while tasks:
            args, _options = tasks.pop(0)
            send_sign_in_code(*args)
        return mail.outbox

    work.tasks = tasks
    return work


def code_in(letter):
    return CODE.search(letter.body)[1]


def ask(client, email="wanjiku@example.org", network="192.0.2.1", **more):
    return client.post(ASK, {"email": email, **more}, REMOTE_ADDR=network)


def enter(client, code, network="192.0.2.1", **more):
    return client.post(ENTER, {"code": code, **more}, REMOTE_ADDR=network)


def is_in(client):
    return client.get("/en/").wsgi_request.user.is_authenticated
