from datetime import timedelta

import pytest

from focus_areas.models import FocusArea, HomeSection, Pillar
from tests.factories import NOON, LinkFactory, UserFactory
from tests.meetings.desk import staff_with


def test_focus_area_change_offers_six_languages_keeps_its_history_and_requires_english(client):
    editor = staff_with("view_focusarea", "change_focusarea")
    client.force_login(editor)
    area = FocusArea.objects.get(number=1)
    page = f"/admin/focus_areas/focusarea/{area.pk}/change/"
    sent = {"short_name": "ACCESS", "answer_weeks": "6", "summary_es": "Mejor"}
    sent |= {"description_en": "Text", "history_shown": area.history.latest("history_id").pk}

    shown = client.get(page).text
    without_english = client.post(page, {**sent, "summary_en": ""})
    client.post(page, {**sent, "summary_en": "Better"})

    for language in ("en", "fr", "es", "ru", "zh_hans", "ar"):
        assert f'name="summary_{language}"' in shown
        assert f'name="description_{language}"' in shown
    assert 'name="number"' not in shown
    assert without_english.context["adminform"].form.errors == {
        "summary_en": ["This field is required."]
    }
    area.refresh_from_db()
    latest = area.history.latest("history_id")
    assert (area.summary_en, area.summary_es) == ("Better", "Mejor")
    assert (latest.summary_en, latest.summary_es) == ("Better", "Mejor")
    assert latest.history_user == editor


def test_history_lists_only_the_texts_that_changed(client):
    client.force_login(UserFactory(is_superuser=True))
    link = LinkFactory(title_en="Old", description_en="")
    page = f"/admin/focus_areas/link/{link.pk}/"
    sent = {"url": link.url, "position": link.position, "is_published": "on", "title_en": "New"}
    sent["history_shown"] = link.history.latest("history_id").pk

    client.post(f"{page}change/", sent)

    [latest, _first] = client.get(f"{page}history/").context["page_obj"]
    assert [change["field"] for change in latest.history_delta_changes] == ["Title, in English"]


@pytest.mark.parametrize("last", ["Amina", "The portal"])
def test_text_is_saved_over_the_change_that_came_last_only_once_that_was_read(client, last):
    client.force_login(UserFactory(is_superuser=True))
    area = FocusArea.objects.get(number=1)
    page = f"/admin/focus_areas/focusarea/{area.pk}/change/"
    shown = area.history.latest("history_id").pk
    sent = {"short_name": "A", "answer_weeks": "6", "description_en": "T", "summary_en": "Mine"}
    sent["history_shown"] = shown
    area.summary_en = "Theirs"
    area._history_user, area._history_date = UserFactory(name="Bo"), NOON + timedelta(hours=1)
    area.save()
    # The clock of this server is slow.
    area._history_user = UserFactory(name="Amina") if last == "Amina" else None
    area._history_date = NOON
    area.save()

    refused = client.post(page, sent)
    area.refresh_from_db()
    after_refusal = area.summary_en
    saved = client.post(page, {**sent, "history_read": area.history.latest("history_id").pk})

    area.refresh_from_db()
    assert refused.status_code == 409
    refusal = f"{last} changed this on 25 October 2021, 14:00, after you opened it. Your changes"
    assert refusal in refused.text
    assert "Mine" in refused.text
    assert after_refusal == "Theirs"
    assert (saved.status_code, area.summary_en) == (302, "Mine")


def test_pillar_add_makes_a_pillar_and_requires_english(client):
    client.force_login(staff_with("view_pillar", "add_pillar"))
    sent = {"focus_area": FocusArea.objects.get(number=4).pk, "position": "9", "is_published": "on"}

    without_english = client.post("/admin/focus_areas/pillar/add/", {**sent, "name_fr": "Le nôtre"})
    client.post("/admin/focus_areas/pillar/add/", {**sent, "name_en": "Ours"})

    assert without_english.context["adminform"].form.errors == {
        "name_en": ["This field is required."]
    }
    pillar = Pillar.objects.get(position=9)
    assert (pillar.name_en, pillar.focus_area.number, pillar.is_published) == ("Ours", 4, True)
    assert client.get(f"/admin/focus_areas/pillar/{pillar.pk}/delete/").status_code == 403


LIST = "/admin/focus_areas/homesection/"


@pytest.fixture
def editor(client):
    user = staff_with("view_homesection", "change_homesection")
    client.force_login(user)
    return user


def form_of(client):
    """Return the list's form as the browser would send it without a change."""
    formset = client.get(LIST).context["cl"].formset
    sent = {field.html_name: field.value() for field in formset.management_form}
    for form in formset:
        sent[form["id"].html_name] = form["id"].value()
        for name in ("position", "is_shown"):
            sent[form[name].html_name] = sent[form[name].html_initial_name] = form[name].value()
    # Browsers send nothing for a box that is not ticked.
    return {name: value for name, value in sent.items() if value is not False} | {"_save": "Save"}


def row_of(sent, section):
    return next(
        name.removesuffix("-id")
        for name, value in sent.items()
        if name.endswith("-id") and value == section.pk
    )


def test_list_puts_sections_in_order_and_switches_them(client, editor):
    sent = form_of(client)
    documents = HomeSection.objects.get(kind="documents")
    row = row_of(sent, documents)
    sent[f"{row}-position"] = "0"
    del sent[f"{row}-is_shown"]

    client.post(LIST, sent)

    documents.refresh_from_db()
    assert (documents.position, documents.is_shown) == (0, False)
    latest = documents.history.latest("history_id")
    assert (latest.position, latest.history_user) == (0, editor)
    assert HomeSection.objects.get(kind="map").history.count() == 1


def test_list_leaves_what_a_colleague_changed_meanwhile(client, editor):
    sent = form_of(client)
    HomeSection.objects.filter(kind="map").update(position=20, is_shown=False)
    sent[f"{row_of(sent, HomeSection.objects.get(kind='figures'))}-position"] = "7"

    client.post(LIST, sent)

    found = dict(HomeSection.objects.values_list("kind", "position"))
    assert (found["map"], found["figures"]) == (20, 7)
    assert not HomeSection.objects.get(kind="map").is_shown


def test_kind_of_a_section_stays(client, editor):
    section = HomeSection.objects.get(kind="map")

    page = client.get(f"{LIST}{section.pk}/change/")

    assert 'name="kind"' not in page.text
