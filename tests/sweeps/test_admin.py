"""Every list of the admin can be searched, and is narrowed only by its filters.

`test_access` opens every page, and `test_queries` counts their queries.
"""

import re
from urllib.parse import quote

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group
from django.urls import reverse

from accounts.models import ListReading, ReadingEvent, SignInEvent, User
from opportunities.models import Contact
from tests.factories import UserFactory
from tests.sweeps.rows import a_row_of

NO_KEYS = ("nobody", "\0", "9" * 40, "9" * 5_000)
MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label)
# The others are events, which have no page of their own.
# The others are only listed.
WITHOUT_PAGES = (Contact, ListReading, ReadingEvent, SignInEvent)
MODELS_WITH_PAGES = [model for model in MODELS if model not in WITHOUT_PAGES]
# Accounts have a list of another kind, to which Django's leads.
LISTED = [model for model in MODELS if model != User]
ADD_LINK = re.compile(r'<a class="addlink" href="[^"]+">([^<]+)<')
IN_FRENCH = {"accept-language": "fr"}


def name_of(model):
    return model._meta.label


def address(model, page, *arguments):
    options = model._meta
    return reverse(f"admin:{options.app_label}_{options.model_name}_{page}", args=arguments)


@pytest.fixture
def superuser(client):
    user = UserFactory(is_superuser=True)
    client.force_login(user)
    return user


def test_links_to_add_a_row_have_an_article_in_french(client):
    client.force_login(UserFactory(is_superuser=True))

    labels = {
        name_of(model): label.strip()
        for model in MODELS
        for label in ADD_LINK.findall(
            client.get(address(model, "changelist"), headers=IN_FRENCH).text
        )
    }

    assert labels["meetings.Meeting"] == "Ajouter une réunion"
    assert len(labels) > 5
    assert [label for label in labels.values() if not re.match("Ajouter une? ", label)] == []


@pytest.mark.parametrize("model", LISTED, ids=name_of)
def test_admin_list_can_be_searched(model, client, superuser):
    a_row_of(model)

    response = client.get(address(model, "changelist"), {"q": "something"})

    assert response.status_code == 200


@pytest.mark.usefixtures("undrawn")
@pytest.mark.parametrize("model", [each for each in LISTED if each != Group], ids=name_of)
def test_admin_list_is_narrowed_by_no_column_that_it_offers_no_filter_for(model, client, superuser):
    a_row_of(model)
    names = {field.name for field in model._meta.get_fields()}
    offered = admin.site.get_model_admin(model).list_filter
    names -= {each[0] if isinstance(each, tuple) else each for each in offered}
    page = address(model, "changelist")

    refused = {
        name for name in names if client.get(page, {f"{name}__isnull": "0"}).status_code == 400
    }

    assert refused == names


@pytest.mark.usefixtures("undrawn")
@pytest.mark.parametrize("model", MODELS_WITH_PAGES, ids=name_of)
def test_admin_finds_a_row_by_its_key_where_no_other_field_is_named(model, client, superuser):
    row = a_row_of(model)

    response = client.get(address(model, "change", row.pk), {"_to_field": ""})

    assert response.status_code == 200


@pytest.mark.usefixtures("undrawn")
@pytest.mark.parametrize("model", MODELS_WITH_PAGES, ids=name_of)
def test_admin_has_no_history_of_what_is_no_key(model, client, superuser):
    page = address(model, "history", 1).replace("/1/", "/{}/")

    codes = {client.get(page.format(quote(key))).status_code for key in NO_KEYS}

    assert codes <= {302, 404}


@pytest.mark.parametrize("model", MODELS, ids=name_of)
def test_admin_action_takes_no_key_that_is_none(model, client, superuser):
    actions = list(admin.site._registry[model].actions or ()) or ["delete_selected"]

    codes = {
        client.post(
            address(model, "changelist"), {"action": action, "_selected_action": key}
        ).status_code
        for action in actions
        for key in NO_KEYS
    }

    # The list of retention periods takes no action at all.
    assert codes <= {200, 302, 400, 405}
