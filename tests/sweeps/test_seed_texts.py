"""Every text that comes with the portal is in all six languages."""

import pytest
from django.conf import settings
from modeltranslation.translator import translator
from modeltranslation.utils import build_localized_fieldname

from focus_areas.models import FocusArea, Link, Pillar
from members.models import Call, Reason

# The models with translated fields of which `migrate` creates rows.
SEEDED = {Call, FocusArea, Link, Pillar, Reason}
MODELS = sorted(
    translator.get_registered_models(abstract=False), key=lambda model: model._meta.label
)


def lacking(rows):
    """The columns of rows that are empty, although the field has a text in another language."""
    found = set()
    for row in rows:
        for field in translator.get_options_for_model(type(row)).get_field_names():
            columns = [
                build_localized_fieldname(field, language)
                for language in settings.MODELTRANSLATION_LANGUAGES
            ]
            empty = {column for column in columns if not getattr(row, column)}
            if empty != set(columns):
                found |= {(str(row), column) for column in empty}
    return found


@pytest.mark.django_db
def test_seeded_texts_are_in_six_languages():
    rows = {model: list(model.objects.all()) for model in MODELS}

    assert {model for model in MODELS if rows[model]} == SEEDED
    assert {model: lacking(rows[model]) for model in SEEDED} == {model: set() for model in SEEDED}


@pytest.mark.django_db
def test_seeded_translations_are_no_copies_of_the_english_text():
    for area in FocusArea.objects.all():
        texts = [
            getattr(area, build_localized_fieldname("description", language))
            for language in settings.MODELTRANSLATION_LANGUAGES
        ]
        assert len(set(texts)) == len(texts)
