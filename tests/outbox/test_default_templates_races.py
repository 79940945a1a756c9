"""A new release that comes up while staff still work with the one before."""

import pytest
from django.apps import apps

from outbox.models import MessageTemplate
from outbox.services.default_templates import DefaultTemplate, store_default_templates
from outbox.services.template_editing import TemplateConflict, edit_template, versions_of
from tests.factories import NOON, UserFactory
from tests.outbox.texts import BODY, OTHER, write
from tests.races import POSTGRESQL_ONLY, overtaken, without_locks

pytestmark = [*POSTGRESQL_ONLY, pytest.mark.usefixtures("kind")]

NEWER = DefaultTemplate("parcel", "en", "Parcel {number}", f"{BODY}\n\nYours")


def editing(template, by):
    return lambda: edit_template(
        template=MessageTemplate.objects.get(pk=template.pk),
        subject=template.subject,
        body=OTHER,
        is_active=True,
        version=1,
        by=by,
        at=NOON,
    )


def shipping():
    return store_default_templates([NEWER], apps)


def versions(template):
    return list(versions_of(template).values_list("version", "body"))


def test_edit_while_a_text_is_renewed_is_told_and_nothing_is_lost():
    template, by = write(), UserFactory()

    shipped, edited = overtaken(shipping, editing(template, by), at="outbox_messagetemplate")

    assert shipped == 1
    assert isinstance(edited, TemplateConflict)
    assert versions(template)[-1] == (2, NEWER.body)


def test_without_locks_the_words_of_staff_would_be_gone():
    template, by = write(), UserFactory()

    with without_locks():
        shipped, edited = overtaken(shipping, editing(template, by), at="outbox_messagetemplate")

    assert (shipped, edited.body) == (1, OTHER)
    template.refresh_from_db()
    assert template.body == NEWER.body
