import pytest
from django.apps import apps

from outbox.models import MessageTemplate
from outbox.services.default_templates import DefaultTemplate, store_default_templates
from tests.factories import NOON, UserFactory

pytestmark = pytest.mark.django_db

FIRST = DefaultTemplate("parcel", "en", "Parcel", "It is here.")
BETTER = DefaultTemplate("parcel", "en", "Your parcel", "It has arrived.")


def stored():
    return MessageTemplate.objects.get(template_type="parcel", language="en")


def test_ship_stores_what_is_missing_with_its_history():
    assert store_default_templates([FIRST], apps) == 1

    text = stored()
    assert (text.subject, text.body, text.is_active, text.is_as_shipped) == (
        "Parcel",
        "It is here.",
        True,
        True,
    )
    [version] = text.history.all()
    assert (version.body, version.history_type, version.history_by_name) == ("It is here.", "+", "")


def test_ship_renews_what_nobody_has_edited_and_it_is_to_be_reviewed_again():
    store_default_templates([FIRST], apps)
    reviewer = UserFactory()
    MessageTemplate.objects.update(
        reviewed_at=NOON, reviewed_by=reviewer, reviewed_by_name=reviewer.name
    )

    assert store_default_templates([BETTER], apps) == 1

    text = stored()
    assert (text.body, text.version, text.reviewed_at) == ("It has arrived.", 2, None)
    assert [version.body for version in text.history.all()] == ["It has arrived.", "It is here."]


def test_ship_leaves_what_staff_have_edited():
    store_default_templates([FIRST], apps)
    text = stored()
    text.body = "Come and fetch it."
    text.save()

    assert store_default_templates([BETTER], apps) == 0
    assert stored().body == "Come and fetch it."
    assert not stored().is_as_shipped


def test_ship_asks_as_few_queries_for_many_as_for_one(django_assert_num_queries):
    many = [DefaultTemplate(f"parcel-{number}", "en", "Parcel", "Here.") for number in range(9)]

    # What is there; a savepoint; the texts; their history.
    with django_assert_num_queries(5):
        store_default_templates(many, apps)
    with django_assert_num_queries(3):
        assert store_default_templates(many, apps) == 0
