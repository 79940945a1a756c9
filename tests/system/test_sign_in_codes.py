"""A sign-in code from the page through a real broker and worker to a real mail server."""

import pytest
from django.test import Client

from accounts.models import User
from tests.accounts.codes import CODE
from tests.factories import UserFactory
from tests.processes import PATIENCE, eventually

pytestmark = [
    pytest.mark.patient,
    pytest.mark.postgresql_in_ci,
    pytest.mark.django_db(transaction=True),
]


def test_code_arrives_and_signs_in(on_redis, sink):
    UserFactory(email="wanjiku@codes.example", is_staff=False)
    UserFactory(email="officer@codes.example")
    client = Client()

    for email in ("officer@codes.example", "nobody@codes.example", "wanjiku@codes.example"):
        client.post("/accounts/sign-in/code/", {"email": email})
    assert eventually(lambda: "wanjiku@codes.example" in sink.recipients, within=PATIENCE)

    # Only for this message: one worker process runs the tasks of a queue in order.
    to_us = [mail for to, mail in sink.arrived if to[0].endswith("@codes.example")]
    [letter] = to_us
    code = CODE.search(letter.get_content())[1]
    entered = client.post("/accounts/sign-in/code/enter/", {"code": code})
    assert entered["Location"] == "/en/my/"
    assert client.session["_auth_user_id"] == str(
        User.objects.get(email="wanjiku@codes.example").pk
    )
