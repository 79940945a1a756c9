"""On each page with a form, the language switch is part of the form, and nothing typed is lost."""

import pytest

from tests.language_switch import LANGUAGES, FormReader, assert_kept_in_both_directions
from tests.sweeps.addresses import Address
from tests.sweeps.changed_tables import watched_changes
from tests.sweeps.test_languages import NAMES, READERS, is_page

# Pages of the form of the Expression of Interest. Their POST keeps the form, and redirects;
# tests/eoi/test_kept_pages.py shows what it keeps.
KEPT = {"eoi:create", "eoi:check", "eoi:section", "eoi:draft", "eoi:save_draft"}
# The same for the parts of a commitment: tests/commitments/test_form_pages.py.
KEPT |= {"commitments:edit"}
# No call is open, so this page has the form of another one.
ELSEWHERE = {"eoi:create": "/en/expression-of-interest/next-call/"}
# The addresses of these pages say in their query which draft they are about.
NAMES_ITS_DRAFT = {
    f"framework:{page}{suffix}" for page in ("add", "propose") for suffix in ("", "_by_link")
}
# Pages with a form that this test opens. Others appear only in a certain state; the tests of their
# own switch between languages.
PAGES_WITH_FORM = {
    "accounts:sign_in",
    "accounts:sign_in_code",
    "commitments:answer",
    "commitments:check",
    "commitments:edit",
    "commitments:partner_answer",
    "commitments:propose_change",
    "commitments:withdraw",
    "eoi:accept_handover",
    "eoi:confirmation_code",
    "eoi:correct",
    "eoi:create",
    "eoi:draft",
    "eoi:hand_over",
    "eoi:next_call",
    "eoi:recover_link",
    "eoi:request_late",
    "eoi:withdraw",
    "framework:add",
    "framework:add_by_link",
    "framework:amendment",
    "framework:amendment_by_link",
    "participation:group_agenda",
    "framework:propose",
    "framework:propose_by_link",
    "framework:recommend",
    "framework:recommend_by_link",
    "mailings:write_letter",
    "opportunities:change",
    "opportunities:change_by_link",
    "opportunities:close",
    "opportunities:close_by_link",
    "opportunities:report",
    "opportunities:write",
    "opportunities:write_by_link",
    "participation:add_group_paper",
    "participation:add_group_version",
    "participation:answer_poll",
    "participation:my_feed",
    "participation:my_poll",
    "participation:my_preferences",
    "participation:my_profile",
    "participation:propose_meeting",
    "participation:take_back",
    "participation:working_group",
}


def forms_of(name, visitors):
    """Yield each page with a form in which a person types, with the client that opened it."""
    for visitor in READERS:
        client, path = visitors.client(visitor, name), Address(name).of(visitor, visitors)
        response = client.get(path)
        if is_page(response) and FormReader(response).typed_in:
            yield client, response


@pytest.mark.parametrize("name", NAMES)
def test_language_buttons_belong_to_the_form_of_the_page(name, visitors):
    found = set()
    for _client, response in forms_of(name, visitors):
        page = FormReader(response)
        path = ELSEWHERE.get(name, response.request["PATH_INFO"])
        found.add(name)
        assert page.typed_in == list(page.buttons)
        [addresses] = page.buttons.values()
        if name in NAMES_ITS_DRAFT:
            addresses = {
                language: {address.partition("?")[0] for address in found_at}
                for language, found_at in addresses.items()
            }
        assert addresses == {
            language: {path.replace("/en/", f"/{language}/", 1)} for language in LANGUAGES
        }

    assert bool(found) == (name in PAGES_WITH_FORM)


@pytest.mark.parametrize("name", sorted(PAGES_WITH_FORM - KEPT))
def test_typed_text_survives_the_language_switch_and_nothing_is_stored(name, visitors):
    pages = list(forms_of(name, visitors))

    with watched_changes() as changes:
        for client, response in pages:
            assert_kept_in_both_directions(client, response)

    assert changes.tables() == []
