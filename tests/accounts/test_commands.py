from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounts.services.second_factor import has_second_factor
from tests.accounts.second_factor import give_app
from tests.factories import UserFactory


def test_take_away_second_factor_is_for_who_runs_the_portal():
    user = UserFactory(email="ada@example.org")
    give_app(user)
    said = StringIO()

    call_command("take_away_second_factor", "ADA@example.org", stdout=said)

    assert not has_second_factor(user)
    assert user.history.latest("history_id").history_user is None
    assert "ada@example.org sets up a new second factor" in said.getvalue()


@pytest.mark.parametrize(
    ("email", "words"),
    [
        ("ada@example.org", "has not set up two-factor authentication"),
        ("nobody@example.org", "No account has the email nobody@example.org"),
    ],
)
def test_take_away_second_factor_says_where_there_is_none(email, words):
    UserFactory(email="ada@example.org")

    with pytest.raises(CommandError, match=words):
        call_command("take_away_second_factor", email)
