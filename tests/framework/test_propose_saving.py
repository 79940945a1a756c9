"""What is typed into a proposal is saved, and two people who type at once lose nothing."""

import pytest

from core.models import AttemptCount
from framework.models import Amendment
from p2c_portal.log_formatters import mask
from tests.factories import (
    FocalPointFactory,
)
from tests.framework.proposing import (
    BEFORE,
    a_paragraph,
    a_proposer,
    an_open_draft,
    by_link,
    fields,
    kept,
    proposing,
    sent,
)
from tests.language_switch import assert_kept_in_both_directions


@pytest.fixture
def draft():
    return an_open_draft()


@pytest.fixture
def wording(draft):
    return a_paragraph(draft)


@pytest.fixture
def person():
    return a_proposer(organisation_name="Ministry of Somewhere")


@pytest.fixture
def path(person, wording):
    return by_link(person, proposing(wording))


@pytest.mark.parametrize("button", ["save", "keep", "show", "original", "send"])
def test_form_in_which_nothing_was_typed_keeps_nothing(client, path, button):
    pristine = fields(text=BEFORE, reason="")
    del pristine["send"]

    answers = [client.post(path, {**typed, button: "1"}) for typed in ({}, pristine)]

    expected = {"send": 422, "show": 302, "original": 302}.get(button, 409)
    assert [each.status_code for each in answers] == [expected] * 2
    assert not Amendment.objects.exists()


def test_wrong_form_with_nothing_typed_keeps_nothing_and_says_what_is_missing(client, path):
    response = client.post(path, fields(text=BEFORE, reason=""))

    assert (response.status_code, list(response.context["form"].errors)) == (
        422,
        ["text", "reason"],
    )
    assert not Amendment.objects.exists()


def test_script_saves_while_somebody_types_and_the_page_goes_on_there(client, path):
    saved = client.post(path, fields(keep="1", text="Connect"))
    other = client.post(path, fields(keep="1", text="Other", page="two"))

    assert saved.json()["version"] == 1
    assert (other.status_code, list(other.json())) == (409, ["refusal"])
    assert client.get(path).context["form"]["text"].value() == "Connect"
    assert not Amendment.objects.sent().exists()


def test_colleague_who_types_at_once_sees_what_differs_and_replaces_it(
    client, person, wording, path
):
    colleague = FocalPointFactory(member=person.member, is_alternate=True, language="en")
    theirs = by_link(colleague, proposing(wording))
    client.post(path, fields(keep="1", reason="One"))

    answer = client.post(theirs, fields(page="two", reason="Two"))
    shown = client.get(answer["Location"])
    form = shown.context["form"]
    page = {name: form[name].value() for name in ("draft_version", "page", "is_other")}
    client.post(theirs, fields(reason="Two", **page))

    assert answer["Location"] == f"{theirs}?draft=0&version=other"
    assert shown.context["differences"] == [("Why?", ["One"], ["Two"])]
    assert sent().reason == "Two"


def test_wording_that_a_colleague_sent_meanwhile_is_compared(client, person, wording, path):
    colleague = FocalPointFactory(member=person.member, is_alternate=True, language="en")
    client.post(by_link(colleague, proposing(wording)), fields(page="two", reason="Two"))

    response = client.post(path, fields(reason="One"))

    assert response.status_code == 409
    assert response.context["form"]["reason"].value() == "One"
    assert response.context["differences"] == [("Why?", ["Two"], ["One"])]
    assert sent().reason == "Two"


def test_back_button_sends_what_its_own_page_saved_before(client, path):
    client.post(path, fields(keep="1", reason="One"))

    client.post(path, fields(reason="Two"))

    assert sent().reason == "Two"


def test_language_switch_keeps_what_was_typed(client, path):
    page = client.get(path)

    assert_kept_in_both_directions(client, page)


def test_saves_are_limited(client, path):
    client.post(path, fields(keep="1"))
    AttemptCount.objects.update(number=600)

    response = client.post(path, fields(reason="More"))
    by_script = client.post(path, fields(reason="More", keep="1"))

    assert (response.status_code, by_script.status_code) == (429, 429)
    assert response["Retry-After"]
    assert response.context["form"]["reason"].value() == "More"
    assert "refusal" in by_script.json()
    assert kept().typed["reason"] == "Our law asks for it."


def test_what_is_typed_is_not_logged_and_the_link_is_masked(client, path, caplog):
    client.post(path, fields(text="# Secret wording", reason="Secret reason"))

    assert "Secret" not in caplog.text
    token = path.split("/framework/")[1].split("/")[0]
    assert token not in mask(f"POST {path} 422")
    assert mask("GET /en/focus-areas/connecting/framework/proposals/ 200").count("…") == 0
