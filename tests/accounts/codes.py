"""Codes to sign in by, as they would be mailed, and the pages that ask for them."""

import re

from django.core import mail

from accounts.tasks import send_sign_in_code
from core.codes import ALPHABET
from p2c_portal.celery import app

# In right-to-left text a mark keeps its two parts in order.
CODE = re.compile(rf"^ +\u200e?([{ALPHABET}]{{4}}-[{ALPHABET}]{{4}})\r?$", re.MULTILINE)
ASK = "/accounts/sign-in/code/"
ENTER = "/accounts/sign-in/code/enter/"
MY = "?next=%2Fen%2Fmy%2F"
WRONG = "2222-2222"


def worker(monkeypatch):
    """Return what does the work of a worker: sends what was asked for, and returns the mails.

    Its `tasks` are what waits: arguments, and options.
    """
    tasks = []

    def send_task(name, args, **options):
        # Others publish tasks, too.
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
