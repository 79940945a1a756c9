"""Two colleagues who save one form of the admin at once, in real transactions."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories import CallFactory, LinkFactory, UserFactory
from tests.hostile.pages import Page
from tests.races import POSTGRESQL_ONLY, overtaken, without_locks

pytestmark = POSTGRESQL_ONLY
FORMS = {
    "accounts_user": (UserFactory, "name"),
    "focus_areas_link": (LinkFactory, "title_en"),
    "members_call": (CallFactory, "title_en"),
}


def saved_at_once(name):
    """Open a form twice, save both at once, and return the answers and who saved at last."""
    factory, field = FORMS[name]
    row = factory()
    address = reverse(f"admin:{name}_change", args=[row.pk])

    def save(words):
        client = Client()
        client.force_login(UserFactory(is_superuser=True))
        fields = Page(client.get(address)).fields_of(address)
        return lambda: client.post(address, {**fields, field: words, "_continue": "1"})

    answers = overtaken(save("First"), save("Second"), at=name)
    row.refresh_from_db()
    return [answer.status_code for answer in answers], row.history.count(), getattr(row, field)


@pytest.mark.parametrize("name", FORMS)
def test_form_saved_by_two_at_once_is_refused_to_the_second(name):
    assert saved_at_once(name) == ([302, 409], 2, "First")


@pytest.mark.parametrize("name", FORMS)
def test_form_saved_by_two_at_once_needs_the_lock(name):
    with without_locks():
        codes, _history, _words = saved_at_once(name)

    assert codes == [302, 302]
