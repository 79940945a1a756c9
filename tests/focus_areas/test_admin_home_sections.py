"""The admin's list of the sections of the home page: their order, and which are shown."""

import pytest

from focus_areas.models import HomeSection
from tests.meetings.desk import staff_with

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
