"""The translations of an adopted draft, in the service and on the desk."""

import pytest

from core.conflicts import NothingChanged, Refused
from framework.models import DraftStatus
from framework.services.paragraphs import edit_wording
from framework.services.translations import (
    TranslationConflict,
    translate_wordings,
    translations_of,
)
from tests.factories import NOON, FrameworkDraftFactory, UserFactory, WordingFactory
from tests.framework.desk import address, client_of, next_draft, prepared_draft
from tests.triage.staff import read, told

pytestmark = pytest.mark.django_db


def adopted(*texts, **facts):
    draft = FrameworkDraftFactory(status=DraftStatus.ADOPTED, **facts)
    wordings = [WordingFactory(draft=draft, text_en=text) for text in texts]
    return draft, [each.paragraph.key for each in wordings]


def translate(draft, texts, language="fr"):
    return translate_wordings(
        draft=draft, language=language, texts=texts, by=UserFactory(), at=NOON
    )


def french_of(draft):
    return list(draft.wordings.order_by("position").values_list("text_fr", flat=True))


def test_translations_are_saved_by_paragraph():
    draft, (first, second) = adopted("Connect.", "Publish.")

    number = translate(draft, {first: ("", "Connecter."), second: ("", "")})

    assert number == 1
    assert french_of(draft) == ["Connecter.", None]
    assert draft.wordings.get(position=1).version == 2


def test_translation_is_also_that_of_a_later_draft_with_the_same_english():
    draft, (first, second) = adopted("Connect.", "Publish.")
    later = next_draft(draft)
    later.wordings.filter(paragraph__key=second).update(text_en="Publish all.")

    translate(draft, {first: ("", "Connecter."), second: ("", "Publier.")})

    assert french_of(later) == ["Connecter.", None]


def test_translation_of_a_colleague_is_not_overwritten():
    draft, (first, second) = adopted("Connect.", "Publish.")
    translate(draft, {first: ("", "Connecter.")})

    with pytest.raises(TranslationConflict) as refused:
        translate(draft, {first: ("", "Relier."), second: ("", "Publier.")})

    assert refused.value.keys == {first}
    assert french_of(draft) == ["Connecter.", None]


def test_two_languages_are_translated_at_the_same_time():
    draft, (first,) = adopted("Connect.")
    translate(draft, {first: ("", "Connecter.")})

    translate(draft, {first: ("", "连接。")}, language="zh-hans")

    wording = draft.wordings.get()
    assert (wording.text_fr, wording.text_zh_hans) == ("Connecter.", "连接。")


def test_nothing_is_saved_twice():
    draft, (first,) = adopted("Connect.")
    translate(draft, {first: ("", "Connecter.")})

    with pytest.raises(NothingChanged):
        translate(draft, {first: ("Connecter.", "Connecter.")})


def test_draft_that_is_not_adopted_is_not_translated():
    draft = prepared_draft("Connect.")

    with pytest.raises(Refused) as refused:
        translate(draft, {draft.wordings.get().paragraph.key: ("", "Connecter.")})

    assert refused.value.code == "not_adopted"
    assert french_of(draft) == [None]


def changed_after_translation():
    """An adopted draft whose English changed after the draft before it was translated."""
    before, (key,) = adopted("Connect schools.")
    translate(before, {key: ("", "Connecter les écoles.")})
    draft = next_draft(before)
    edit_wording(
        wording=draft.wordings.get(),
        kind="action",
        text="Connect all schools.",
        pillar=None,
        version=1,
        by=UserFactory(),
        at=NOON,
    )
    draft.status, draft.adopted_at = DraftStatus.ADOPTED, NOON
    draft.save()
    return draft, key


def test_translation_of_other_english_is_shown_with_what_changed():
    draft, _key = changed_after_translation()

    (row,) = translations_of(draft, "fr")

    assert (row.text, row.former) == ("", "Connecter les écoles.")
    assert [each.words for each in row.changes if each.what == "new"] == [" all"]


def test_page_marks_what_is_missing_or_older_than_the_english():
    draft, _key = changed_after_translation()
    WordingFactory(draft=draft, text_en="Publish.")

    page = read(client_of(draft.framework).get(address("translate", draft.framework, "fr")))

    assert "2 of 2 paragraphs have no translation. Readers get them in English." in page
    assert page.count("Older than the English") == 1
    assert page.count(">Missing<") == 1


def test_page_takes_a_former_translation_that_is_still_right():
    draft, key = changed_after_translation()

    answer = client_of(draft.framework).post(
        address("translate", draft.framework, "fr"),
        {f"initial-text-{key}": "", f"text-{key}": "", f"former-{key}": "on"},
        follow=True,
    )

    assert french_of(draft) == ["Connecter les écoles."]
    assert told(answer) == ["1 translation saved."]


def test_page_keeps_what_was_typed_and_shows_what_a_colleague_saved():
    draft, (key,) = adopted("Connect.")
    translate(draft, {key: ("", "Connecter.")})
    client, page = client_of(draft.framework), address("translate", draft.framework, "fr")

    refused = client.post(page, {f"initial-text-{key}": "", f"text-{key}": "Relier."})
    before = french_of(draft)
    client.post(page, {f"initial-text-{key}": "Connecter.", f"text-{key}": "Relier."})

    assert refused.status_code == 409
    assert ">\nRelier.</textarea>" in refused.text
    assert f'name="initial-text-{key}" value="Connecter."' in refused.text
    assert before == ["Connecter."]
    assert french_of(draft) == ["Relier."]


def test_page_refuses_what_cannot_be_shown():
    draft, (key,) = adopted("Connect.")

    refused = client_of(draft.framework).post(
        address("translate", draft.framework, "fr"), {f"text-{key}": "<b>Relier</b>"}
    )

    assert refused.status_code == 422
    assert french_of(draft) == [None]


@pytest.mark.parametrize("language", ["en", "de"])
def test_page_exists_for_the_other_five_languages_only(language):
    draft, _keys = adopted("Connect.")

    answer = client_of(draft.framework).get(address("translate", draft.framework, language))

    assert answer.status_code == 404


@pytest.mark.parametrize("number", [3, 9])
def test_page_asks_as_many_queries_however_long_the_draft_is(number, django_assert_num_queries):
    draft, _keys = adopted(*(f"Connect school {each}." for each in range(number)))
    client, page = client_of(draft.framework), address("translate", draft.framework, "ar")
    client.get(page)

    # One of them is for the counts of the bar.
    with django_assert_num_queries(9):
        client.get(page)
