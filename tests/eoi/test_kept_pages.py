"""What the pages of the form and their script keep, and how a browser finds it again."""

import re

import pytest
from django.http import QueryDict
from django.test import Client

from eoi.models import EoiDraft
from members.models import FocalPoint, Member
from tests.eoi.form import (
    ANSWERS,
    CHECK,
    FORM,
    carried_by,
    fields_of,
    posted,
    text_of,
    value_of,
    words_of,
)

pytestmark = [pytest.mark.usefixtures("open_call")]

OUR_PAGE = {"origin": "http://testserver"}
ORGANISATION = f"{FORM}change/organisation/"


def acronyms():
    return [
        (draft.answers.get("acronym"), draft.other_answers.get("acronym"))
        for draft in EoiDraft.objects.order_by("pk")
    ]


# Finding it again


def test_form_shows_what_was_posted_until_it_is_cleared(client):
    typed = posted(email="nonsense", contributions=["policy", "advocacy"], motivation="1\r\n<2>")
    client.post(FORM, typed)

    shown = client.get(FORM)
    cleared = client.post(f"{FORM}clear/", fields_of(shown, f"{FORM}clear/"), follow=True)

    fields = fields_of(shown)
    for name, value in typed.items():
        assert fields[name] == (value if isinstance(value, list) else [value]), name
    assert "Your unfinished form, saved on:" in words_of(shown)
    assert 'role="alert"' not in text_of(shown)
    assert shown["Cache-Control"] == "private, no-cache"
    assert "The form is cleared. Nothing that you typed is kept." in words_of(cleared)
    assert value_of(cleared, "family_name") == ""
    assert value_of(cleared, "submission_key") != ANSWERS["submission_key"]
    assert not EoiDraft.objects.exists()


def test_cookie_is_for_the_server_alone_and_ends_with_the_draft(client):
    cookie = client.post(FORM, posted()).cookies["eoi_form"]

    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
    assert (cookie["max-age"], cookie["path"]) == (24 * 60 * 60, "/")
    assert "sessionid" not in client.cookies


@pytest.mark.parametrize("cookie", ["", "key-of-the-form", "key-of-the-form:forged:signature"])
def test_get_takes_no_key_and_no_forged_cookie(client, cookie):
    client.post(FORM, posted())
    stranger = Client()
    if cookie:
        stranger.cookies["eoi_form"] = cookie

    response = stranger.get(FORM, {"submission_key": ANSWERS["submission_key"]})
    checked = stranger.get(CHECK, {"submission_key": ANSWERS["submission_key"]})

    assert value_of(response, "family_name") == ""
    assert checked["Location"] == FORM


def test_page_that_is_open_finds_the_form_again_after_the_cookies_were_lost(client):
    client.post(FORM, posted())
    page = client.get(FORM)
    client.cookies.clear()

    response = client.post(FORM, fields_of(page, position="Minister"), follow=True)

    assert response.redirect_chain == [(CHECK, 302)]
    assert "Minister" in words_of(response)
    assert EoiDraft.objects.count() == 1


def test_sent_form_leaves_an_empty_one_also_if_its_key_is_in_a_cookie(client):
    client.post(FORM, posted())
    cookie = client.cookies["eoi_form"].value
    client.post(CHECK, carried_by(client.get(CHECK)))
    after = [client.get(FORM)]
    client.cookies["eoi_form"] = cookie
    after.append(client.get(FORM))

    for response in after:
        assert value_of(response, "submission_key") != ANSWERS["submission_key"]
        assert value_of(response, "family_name") == ""
    assert client.get(CHECK)["Location"] == FORM


# Two windows


def test_two_windows_that_were_opened_empty_send_one_expression(client):
    first, second = client.get(FORM), client.get(FORM)
    client.post(FORM, fields_of(first, **posted(submission_key=value_of(first, "submission_key"))))
    typed = posted(submission_key=value_of(second, "submission_key"), acronym="SECOND")

    other = client.post(FORM, fields_of(second, **typed), follow=True)
    merged = client.post(FORM, fields_of(other), follow=True)
    client.post(CHECK, carried_by(merged))

    assert other.redirect_chain == [(f"{FORM}?version=other", 302)]
    assert value_of(other, "acronym") == "SECOND"
    assert "There is" not in words_of(other)
    assert Member.objects.get().acronym == "SECOND"


def test_other_version_is_offered_until_the_form_is_sent(client):
    client.post(FORM, posted(acronym="FIRST", page="a"))
    client.post(FORM, posted(acronym="SECOND", page="b"))

    form, other = client.get(FORM), client.get(f"{FORM}?version=other")

    assert acronyms() == [("FIRST", "SECOND")]
    assert (value_of(form, "acronym"), value_of(other, "acronym")) == ("FIRST", "SECOND")
    assert f'href="{FORM}?version=other"' in text_of(form)
    assert "The other version was saved on" in words_of(other)
    assert other.context["differences"] == [("Acronym", ["FIRST"], ["SECOND"])]
    assert "From: FIRST To: SECOND" in words_of(other)


def test_third_version_is_kept_as_a_form_of_its_own(client):
    for page in ("a", "b"):
        client.post(FORM, posted(acronym=page, page=page))

    response = client.post(FORM, posted(acronym="c", page="c"), follow=True)

    assert response.redirect_chain == [(f"{FORM}?refusal=several", 302)]
    assert "What you typed here is kept as a form of its own." in words_of(response)
    assert value_of(response, "acronym") == "c"
    assert value_of(response, "submission_key") != ANSWERS["submission_key"]
    assert acronyms() == [("a", "b"), ("c", None)]


def test_form_that_was_sent_before_is_kept_as_a_new_one(client):
    client.post(FORM, posted(confirmed="1"))

    response = client.post(FORM, posted(acronym="NEW"), follow=True)
    client.post(FORM, fields_of(response), follow=True)
    client.post(CHECK, carried_by(client.get(CHECK)))

    assert response.redirect_chain == [(f"{FORM}?refusal=sent", 302)]
    assert "This form has already been sent" in words_of(response)
    assert value_of(response, "acronym") == "NEW"
    assert list(Member.objects.order_by("pk").values_list("acronym", flat=True)) == ["", "NEW"]


# Languages


@pytest.mark.parametrize("acronym", ["MDA", ""])
def test_switch_keeps_the_form_and_opens_it_in_the_other_language(client, acronym):
    response = client.post(FORM, posted(acronym=acronym, email="half@", switch="fr"), follow=True)

    assert response.redirect_chain == [("/fr/expression-of-interest/", 302)]
    assert (value_of(response, "email"), value_of(response, "acronym")) == ("half@", acronym)
    assert client.cookies["django_language"].value == "fr"
    assert EoiDraft.objects.get().language == "en"


def test_switch_shows_errors_in_the_other_language_if_the_page_had_some(client):
    refused = client.post(FORM, posted(email="half@"), follow=True)
    fields = fields_of(refused, switch="fr", has_errors="1")

    response = client.post(FORM, fields, follow=True)

    assert 'name="has_errors" value="1" form="eoi-form"' in text_of(refused)
    assert response.redirect_chain == [("/fr/expression-of-interest/?errors=1", 302)]
    assert "Il y a 1 erreur" in words_of(response)


def test_switch_of_an_empty_form_keeps_nothing(client):
    fields = fields_of(client.get(FORM), switch="fr")

    response = client.post(FORM, fields, follow=True)

    assert response.redirect_chain[-1] == ("/fr/expression-of-interest/", 302)
    assert not EoiDraft.objects.exists()


def test_switch_on_the_other_pages_keeps_what_was_typed_there(client):
    checked = client.post(FORM, posted(country="BR"), follow=True)

    zone = {**carried_by(checked), "time_zone": "America/Manaus", "switch": "fr"}
    french = client.post(CHECK, zone, follow=True)
    section = client.get(ORGANISATION)
    client.post(
        ORGANISATION, fields_of(section, ORGANISATION, organisation_name="MDA", switch="fr")
    )
    saving = client.post(f"{FORM}draft/", fields_of(client.get(FORM)), follow=True)
    to = {**carried_by(saving), "link_to": "half@", "switch": "fr"}
    link = client.post(f"{FORM}draft/", to, follow=True)

    assert french.redirect_chain[-1] == ("/fr/expression-of-interest/check/", 302)
    assert Member.objects.count() == 0
    kept = EoiDraft.objects.get()
    assert kept.answers["time_zone"] == "America/Manaus"
    assert kept.answers["organisation_name"] == "MDA"
    assert link.redirect_chain[-1] == ("/fr/expression-of-interest/draft/", 302)
    assert value_of(link, "link_to") == "half@"


@pytest.mark.parametrize("language", ["xx", "", "EN'"])
def test_switch_to_no_language_is_an_ordinary_post(client, language):
    assert client.post(FORM, posted(switch=language))["Location"] == CHECK


def test_enter_presses_no_button_of_the_language_switch(client):
    page = text_of(client.get(FORM))

    first = re.search(r"<button[^>]*form=\"eoi-form\"[^>]*>", page)[0]
    assert 'name="' not in first
    assert page.count('name="switch" value="fr"') == 2


# One section


def test_section_changes_its_own_answers_and_leads_back(client):
    client.post(FORM, posted(contributions=["policy"], leave_empty="", phone="0712 345678"))
    page = client.get(f"{FORM}change/focal-point/?field=position")

    fields = fields_of(page, f"{FORM}change/focal-point/", position="Minister")
    response = client.post(f"{FORM}change/focal-point/", fields, follow=True)

    names = {name for name in fields if name not in ("draft_version", "page", "submission_key")}
    assert names == {"given_name", "family_name", "position", "email", "language"}
    assert re.search(r'<input[^>]*name="position"[^>]* autofocus', text_of(page))
    assert response.redirect_chain == [(CHECK, 302)]
    assert "Position Minister" in words_of(response)
    answers = EoiDraft.objects.get().answers
    assert (answers["contributions"], answers["phone"]) == ("policy", "0712 345678")


def test_section_says_what_is_wrong_in_it_alone(client):
    client.post(FORM, posted(position="", organisation_name="Ministry"))
    fields = fields_of(client.get(ORGANISATION), ORGANISATION, organisation_name="")

    response = client.post(ORGANISATION, fields, follow=True)

    assert response.redirect_chain == [(f"{ORGANISATION}?errors=1", 302)]
    assert "There is 1 error" in words_of(response)
    assert '<a href="#id_organisation_name">' in text_of(response)


def test_section_of_an_older_version_replaces_nothing(client):
    client.post(FORM, posted(acronym="FIRST", page="a"))
    fields = fields_of(client.get(ORGANISATION), ORGANISATION, organisation_name="Other")
    newer = {"draft_version": fields["draft_version"], "organisation_name": "Newer"}
    client.post(FORM, posted(**newer))

    response = client.post(ORGANISATION, fields, follow=True)

    assert response.redirect_chain == [(f"{FORM}?version=other", 302)]
    assert value_of(response, "organisation_name") == "Other"
    assert EoiDraft.objects.get().answers["organisation_name"] == "Newer"


def test_section_without_a_kept_form_leads_to_the_form(client):
    assert client.get(ORGANISATION)["Location"] == FORM
    assert client.get(f"{FORM}change/nonsense/").status_code == 404
    client.post(ORGANISATION, {"organisation_name": "Kept", "submission_key": "key"})
    assert value_of(client.get(FORM), "organisation_name") == "Kept"


# Without a CSRF token


@pytest.fixture
def strict():
    return Client(enforce_csrf_checks=True)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        (OUR_PAGE, 302),
        ({}, 403),
        ({"origin": "null"}, 403),
        ({"origin": "https://testserver"}, 403),
        ({"origin": "http://evil.example"}, 403),
    ],
)
def test_form_without_token_is_kept_only_from_our_own_page(strict, headers, status):
    response = strict.post(FORM, posted(), headers=headers)

    assert response.status_code == status
    assert EoiDraft.objects.exists() is (status == 302)
    if status == 302:
        assert "Ng’ang’a" in words_of(strict.get(CHECK))


def test_nothing_is_sent_without_a_token(strict):
    strict.post(FORM, posted(), headers=OUR_PAGE)
    carried = carried_by(strict.get(CHECK))

    refused = strict.post(CHECK, carried, headers=OUR_PAGE, follow=True)
    by_script = strict.post(FORM, posted(confirmed="1"), headers=OUR_PAGE)
    link = strict.post(f"{FORM}draft/", {**carried, "link_to": "ada@example.org"}, headers=OUR_PAGE)

    assert refused.redirect_chain == [(f"{CHECK}?refusal=expired", 302)]
    assert "Not sent yet: this page had expired" in words_of(refused)
    assert by_script.status_code == link.status_code == 302
    assert not Member.objects.exists()
    assert EoiDraft.objects.get().email == ""
    token = strict.cookies["csrftoken"].value
    again = carried_by(strict.get(CHECK))
    sent = strict.post(CHECK, {**again, "csrfmiddlewaretoken": token})
    assert sent["Location"].endswith("/received/")
    assert FocalPoint.objects.get().email == ANSWERS["email"]


def test_other_pages_are_refused_without_a_token_as_before(strict):
    for address in (f"{FORM}clear/", f"{FORM}link/"):
        assert strict.post(address, posted(), headers=OUR_PAGE).status_code == 403


def test_script_saves_an_address_and_what_the_check_page_asks_without_sending(client):
    checked = client.post(FORM, posted(country="BR"), follow=True)
    zone = {**carried_by(checked), "time_zone": "America/Manaus", "keep": "1"}

    answered = client.post(CHECK, zone)
    link = {**carried_by(client.get(f"{FORM}draft/")), "link_to": "ada@example.org", "keep": "1"}
    linked = client.post(f"{FORM}draft/", link)

    draft = EoiDraft.objects.get()
    assert (answered.status_code, linked.json()["version"]) == (200, draft.version)
    assert (draft.answers["time_zone"], draft.answers["link_to"]) == (
        "America/Manaus",
        "ada@example.org",
    )
    assert draft.email == ""
    assert not Member.objects.exists()
    assert value_of(client.get(f"{FORM}draft/"), "link_to") == "ada@example.org"


# What the script of a page saves between two POSTs, and what it asks for


def test_script_saves_and_learns_the_version(client):
    page = client.get(FORM)
    key = value_of(page, "submission_key")
    fields = fields_of(page, **posted(submission_key=key, email="half@", keep="1"))

    first = client.post(FORM, fields)
    second = client.post(FORM, {**fields, "draft_version": first.json()["version"], "acronym": "X"})

    draft = EoiDraft.objects.get()
    assert first.status_code == 200
    assert second.json() == {"version": draft.version, "saved_at": draft.saved_at.isoformat()}
    assert second.json()["version"] == first.json()["version"] + 1
    assert (draft.answers["email"], draft.answers["acronym"]) == ("half@", "X")
    assert value_of(client.get(FORM), "email") == "half@"


def test_script_saves_one_section_alone(client):
    client.post(FORM, posted())
    fields = fields_of(client.get(ORGANISATION), ORGANISATION, organisation_name="New", keep="1")

    response = client.post(ORGANISATION, fields)

    answers = EoiDraft.objects.get().answers
    assert response.status_code == 200
    assert (answers["organisation_name"], answers["family_name"]) == ("New", "Ng’ang’a")


def test_script_saves_nothing_while_nothing_is_typed(client):
    response = client.post(FORM, fields_of(client.get(FORM), keep="1"))

    assert (response.status_code, response.json()) == (200, {})
    assert not EoiDraft.objects.exists()


@pytest.mark.parametrize("why", ["changed", "sent", "many"])
def test_script_learns_why_nothing_is_saved(client, settings, why):
    if why == "changed":
        client.post(FORM, posted(page="a"))
    elif why == "sent":
        client.post(FORM, posted(confirmed="1"))
    else:
        settings.EOI_PER_NETWORK = 0

    response = client.post(FORM, posted(acronym="X", keep="1"), REMOTE_ADDR="192.0.2.1")

    said = {"changed": "Changed in another window.", "sent": "was sent on", "many": "Not saved:"}
    assert response.status_code == 409
    assert said[why] in response.json()["refusal"]


def asked(page, path=FORM):
    """What the script of a page asks, soon after it was opened."""
    fields = fields_of(page, path)
    names = ("submission_key", "draft_version")
    return {"newer": "1", **{name: fields[name] for name in names}}


def test_script_learns_what_was_kept_after_its_page_was_requested(client):
    left, opened = client.get(FORM), client.get(FORM)
    key = value_of(left, "submission_key")
    typed = posted(submission_key=key, contributions=["policy", "advocacy"], motivation="1\r\n<2>")
    saved = client.post(FORM, fields_of(left, **typed, keep="1")).json()
    before = list(EoiDraft.objects.values())

    response = client.post(FORM, asked(opened))

    answer = response.json()
    answers = QueryDict(answer.pop("answers"))
    assert answer == saved
    assert answers.getlist("contributions") == ["policy", "advocacy"]
    assert answers["motivation"] == "1\r\n<2>"
    assert response["Cache-Control"] == "private, no-cache"
    assert list(EoiDraft.objects.values()) == before
    # A page that shows it learns nothing.
    assert client.post(FORM, asked(client.get(FORM))).json() == {}


@pytest.mark.parametrize("path", [CHECK, ORGANISATION, f"{FORM}draft/"])
def test_script_of_each_page_learns_what_is_newer(client, path):
    client.post(FORM, posted(page="left"))
    opened = client.get(path)
    client.post(FORM, posted(page="left", acronym="MDA", keep="1"))

    answer = client.post(path, asked(opened, path)).json()

    assert "data-reopened" in text_of(opened)
    assert answer["version"] == EoiDraft.objects.get().version
    assert QueryDict(answer["answers"])["acronym"] == "MDA"


def test_script_learns_nothing_of_a_form_that_is_not_kept_or_was_sent(client):
    client.post(FORM, posted())
    page = client.get(FORM)
    client.post(CHECK, carried_by(client.get(CHECK)))

    assert client.post(FORM, asked(page)).json() == {}
    assert client.post(FORM, {"newer": "1", "submission_key": "unknown"}).json() == {}


def test_script_asks_only_where_something_may_be_kept_that_the_page_does_not_show(client):
    first, again = client.get(FORM), client.get(FORM)
    client.post(FORM, posted(page="a"))
    client.post(FORM, posted(acronym="OTHER", page="b"))

    other = client.get(f"{FORM}?version=other")
    with_errors = client.post(FORM, posted(confirmed="1", email="half@"))

    assert with_errors.status_code == 422
    pages = [first, again, client.get(FORM), other, with_errors]
    assert ["data-reopened" in text_of(page) for page in pages] == [False, True, True, False, False]
