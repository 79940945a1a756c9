"""A translation knows the English text that it was made from, and is outdated once that changes."""

from datetime import timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from core.conflicts import Refused
from outbox.models import MessageTemplate, digest_of, is_outdated
from outbox.services.default_templates import DefaultTemplate, store_default_templates
from outbox.services.template_editing import (
    SourceConflict,
    edit_template,
    restore_version,
    review_template,
    source_of,
    versions_of,
)
from outbox.services.template_rendering import TemplateSet
from outbox.services.template_states import (
    TextState,
    count_states,
    english_digests,
    source_text,
    state_of,
)
from tests.factories import NOON, UserFactory
from tests.outbox.texts import BODY, OTHER, edited, reviewed, translation, write

pytestmark = pytest.mark.usefixtures("kind")

SUBJECT = "Parcel {number}"
SOURCE, OTHER_SOURCE = digest_of(SUBJECT, BODY), digest_of(SUBJECT, OTHER)
MIGRATION = import_module("outbox.migrations.0004_known_sources")


def edit(template, **facts):
    given = {"subject": template.subject, "body": OTHER, "is_active": True, "version": 1}
    return edit_template(
        template=template,
        **{**given, "source_version": 1, "by": UserFactory(), "at": NOON, **facts},
    )


def review(template, **facts):
    given = {"version": 1, "source_version": 1, "by": UserFactory(), "at": NOON, **facts}
    return review_template(template=template, **given)


def stored(template):
    return MessageTemplate.objects.values().get(pk=template.pk)


def state(template):
    template.refresh_from_db()
    return state_of(template, english_digests(MessageTemplate.objects.all()).get("parcel", ""))


@pytest.mark.parametrize(
    ("source", "english", "outdated"),
    [("a", "b", True), ("a", "a", False), ("", "b", False), ("a", "", False), ("", "", False)],
)
def test_text_is_outdated_if_its_source_is_known_and_is_not_the_english_text(
    source, english, outdated
):
    assert is_outdated(source, english) is outdated


# Services ----------------------------------------------------------------------------------------


def test_edited_translation_has_the_english_text_on_screen_as_its_source():
    write()
    template = write("fr")

    edit(template)

    assert stored(template)["source_digest"] == SOURCE
    assert versions_of(template).last().source_digest == SOURCE


def test_translation_keeps_its_source_while_its_words_stay():
    write()
    template = write("fr", source_digest=OTHER_SOURCE)

    edit(template, body=BODY, is_active=False)

    assert stored(template)["source_digest"] == OTHER_SOURCE


def test_english_text_has_no_source():
    template = write()

    edit(template)
    review(template, version=2)

    assert (stored(template)["source_digest"], source_of(template)) == ("", None)


def test_text_without_an_english_one_has_no_source():
    template = write("fr")

    edit(template)

    assert stored(template)["source_digest"] == ""
    assert source_text(template) is None


def test_review_confirms_a_translation_against_the_english_text_on_screen():
    english = write()
    template = translation(english, reviewed)
    edited(english)

    by = UserFactory(name="Ada Lovelace")
    review(template, source_version=2, by=by, at=NOON + timedelta(days=1))

    facts = stored(template)
    assert (facts["source_digest"], facts["reviewed_by_name"]) == (OTHER_SOURCE, "Ada Lovelace")
    assert facts["reviewed_at"] == NOON + timedelta(days=1)
    assert state(template) == TextState.REVIEWED


@pytest.mark.parametrize("change", [edit, review])
@pytest.mark.parametrize("source_version", [0, 1, 3])
def test_change_of_a_translation_is_refused_if_the_english_text_changed(change, source_version):
    english = write()
    template = translation(english, write)
    edited(english)
    before = stored(template)

    with pytest.raises(SourceConflict, match=r"Grace Hopper changed the English text on .+, after"):
        change(template, source_version=source_version)

    assert stored(template) == before
    assert versions_of(template).count() == 1


def test_review_of_a_translation_that_is_not_outdated_is_refused():
    english = write()
    template = translation(english, reviewed)
    before = stored(template)

    with pytest.raises(Refused, match="already reviewed"):
        review(template)

    assert stored(template) == before


def test_restored_version_has_its_own_source_again():
    english = write()
    template = translation(english, write)
    edited(english)
    edit(template, source_version=2)

    restore_version(template=template, to=1, version=2, by=UserFactory(), at=NOON)

    assert stored(template)["source_digest"] == SOURCE
    assert state(template) == TextState.OUTDATED


# The state ---------------------------------------------------------------------------------------


def test_change_of_the_english_text_makes_a_reviewed_translation_outdated_until_it_is_undone():
    english = write()
    template, other = translation(english, reviewed), write("ar")

    edited(english)
    assert (state(template), state(other)) == (TextState.OUTDATED, TextState.UNREVIEWED)
    assert not TemplateSet("parcel").find("parcel", "fr").is_reviewed

    restore_version(template=english, to=1, version=2, by=UserFactory(), at=NOON)
    assert state(template) == TextState.REVIEWED
    assert TemplateSet("parcel").find("parcel", "fr").is_reviewed


def test_text_that_is_not_used_is_inactive_even_if_it_is_outdated():
    template = write("fr", source_digest=OTHER_SOURCE, is_active=False)
    write()

    assert state(template) == TextState.UNUSED


def test_source_text_shows_what_changed_in_the_english_text_since():
    english = write()
    template = translation(english, write)
    edited(english, subject="Parcel")
    edited(english, subject="Delivered")

    shown = source_text(template)

    changes = [(part.what, part.words) for part in shown.subject]
    assert changes == [("gone", SUBJECT), ("new", "Delivered")]
    assert [(part.what, part.words) for part in shown.body][:2] == [
        ("gone", "Dear"),
        ("new", "Hello"),
    ]


def test_source_text_has_no_changes_if_the_history_does_not_know_the_former_one():
    write()
    template = write("fr", source_digest=OTHER_SOURCE)

    shown = source_text(template)

    assert (shown.is_outdated, shown.subject, shown.body) == (True, [], [])


def test_states_are_counted_for_each_language_of_the_texts_in_use():
    MessageTemplate.objects.all().delete()
    english = write()
    translation(english, reviewed)
    write("ar", source_digest=OTHER_SOURCE)
    write("es", is_active=False)
    reviewed(template_type="goodbye", subject="", language="fr")
    write("ru", template_type="gone")

    counts = {
        each.language.code: tuple(number for _state, number in each.states)
        for each in count_states()
    }

    # Reviewed, outdated, not reviewed.
    assert counts == {
        "en": (0, 0, 1),
        "fr": (2, 0, 0),
        "es": (0, 0, 0),
        "ru": (0, 0, 0),
        "zh-hans": (0, 0, 0),
        "ar": (0, 1, 0),
    }


# Default texts -----------------------------------------------------------------------------------

ENGLISH = DefaultTemplate("parcel", "en", "Parcel", "It is here.")
FRENCH = DefaultTemplate("parcel", "fr", "Colis", "Il est là.")
NEW_ENGLISH = DefaultTemplate("parcel", "en", "Parcel", "It has arrived.")
NEW_FRENCH = DefaultTemplate("parcel", "fr", "Colis", "Il est arrivé.")


def digest(text):
    return digest_of(text.subject, text.body)


def french():
    return MessageTemplate.objects.get(template_type="parcel", language="fr")


def mark_as_reviewed(template):
    by = UserFactory(name="Grace Hopper")
    template.reviewed_at, template.reviewed_by, template.reviewed_by_name = NOON, by, by.name
    template.save()


def test_default_translation_has_the_default_english_text_as_its_source():
    store_default_templates([FRENCH, ENGLISH], apps)

    assert french().source_digest == digest(ENGLISH)
    assert french().history.get().source_digest == digest(ENGLISH)
    assert MessageTemplate.objects.get(template_type="parcel", language="en").source_digest == ""


def test_default_translation_of_an_english_text_that_staff_changed_is_outdated():
    store_default_templates([ENGLISH], apps)
    english = MessageTemplate.objects.get(template_type="parcel", language="en")
    edited(english, body=BODY)

    store_default_templates([NEW_ENGLISH, NEW_FRENCH], apps)

    assert state(french()) == TextState.OUTDATED


@pytest.mark.parametrize(
    ("change", "renewed", "source", "found"),
    [
        (None, FRENCH, NEW_ENGLISH, TextState.UNREVIEWED),
        (None, NEW_FRENCH, NEW_ENGLISH, TextState.UNREVIEWED),
        (mark_as_reviewed, FRENCH, ENGLISH, TextState.OUTDATED),
        (mark_as_reviewed, NEW_FRENCH, NEW_ENGLISH, TextState.UNREVIEWED),
        (lambda text: edited(text, body=BODY), NEW_FRENCH, ENGLISH, TextState.OUTDATED),
    ],
)
def test_new_default_english_text_and_its_translation(change, renewed, source, found):
    store_default_templates([ENGLISH, FRENCH], apps)
    if change:
        change(french())

    store_default_templates([NEW_ENGLISH, renewed], apps)

    assert french().source_digest == digest(source)
    assert state(french()) == found
    assert store_default_templates([NEW_ENGLISH, renewed], apps) == 0


def test_default_texts_are_stored_with_the_models_of_the_release_before():
    state_before = MigrationExecutor(connection).loader.project_state(
        [("outbox", "0002_sending_rate")]
    )

    assert store_default_templates([ENGLISH, FRENCH], state_before.apps) == 2
    assert store_default_templates([NEW_ENGLISH, FRENCH], state_before.apps) == 1
    assert french().source_digest == ""


# The migration -----------------------------------------------------------------------------------


@pytest.fixture
def before():
    """Return a function that runs the migration on rows as the release before left them."""

    def write_sources():
        for model in (MessageTemplate, MessageTemplate.history.model):
            model.objects.update(source_digest="")
        MIGRATION.write_sources(apps, None)

    store_default_templates([FRENCH, ENGLISH], apps)
    english = MessageTemplate.objects.get(template_type="parcel", language="en")
    return english, french(), write_sources


def test_migration_writes_the_default_english_text_of_default_translations(before):
    english, template, migrate = before
    edited(english, body=BODY)

    migrate()

    assert french().source_digest == digest(ENGLISH)
    assert template.history.get().source_digest == digest(ENGLISH)
    assert stored(english)["source_digest"] == ""
    assert state(french()) == TextState.OUTDATED


def test_migration_writes_the_english_text_of_the_time_of_the_latest_change(before):
    english, template, migrate = before
    edited(english, body=BODY)
    edited(template)
    edited(template, is_active=False, body=OTHER)
    edited(english)

    migrate()

    assert french().source_digest == digest_of(ENGLISH.subject, BODY)
    sources = [version.source_digest for version in versions_of(template)]
    assert sources == [digest(ENGLISH), *[digest_of(ENGLISH.subject, BODY)] * 2]


def test_migration_writes_the_english_text_of_the_time_of_the_review(before):
    english, template, migrate = before
    edited(english, body=BODY)
    review(template, source_version=None)
    edited(english)

    migrate()

    assert french().source_digest == digest_of(ENGLISH.subject, BODY)
    assert state(french()) == TextState.OUTDATED


def test_migration_leaves_a_source_that_is_known(before):
    _english, template, _migrate = before
    for rows in (MessageTemplate.objects.filter(pk=template.pk), template.history):
        rows.update(source_digest="known")

    MIGRATION.write_sources(apps, None)

    assert french().source_digest == "known"
    assert template.history.get().source_digest == "known"
