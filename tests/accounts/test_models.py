import pytest
from django.core.exceptions import ValidationError

from accounts.models import User
from tests.factories import UserFactory


def test_user_email_that_is_taken_is_refused_in_words():
    UserFactory(email="ada@example.org")

    with pytest.raises(ValidationError, match="An account with this email address already exists"):
        UserFactory.build(email="ADA@example.org").validate_constraints()


def test_create_user_without_a_password_cannot_sign_in_by_one():
    user = User.objects.create_user("ada@EXAMPLE.org")

    assert user.email == "ada@example.org"
    assert not user.has_usable_password()
    assert (user.is_staff, user.is_superuser, user.is_active) == (False, False, True)


def test_create_superuser_may_do_everything():
    user = User.objects.create_superuser("ada@example.org", "correct horse battery staple")

    assert (user.is_staff, user.is_superuser) == (True, True)
    assert user.check_password("correct horse battery staple")


def test_user_keeps_the_history_of_its_facts_but_never_of_its_password():
    user = UserFactory(name="Ada")
    user.name = "Ada Lovelace"
    user.save(update_fields=["name"])

    assert [row.name for row in user.history.order_by("history_date", "pk")] == [
        "Ada",
        "Ada Lovelace",
    ]
    assert not hasattr(user.history.first(), "password")
