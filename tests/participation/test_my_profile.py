"""Focal points edit the public profile of their organisation."""

import re
from base64 import b64encode

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from members.models import MemberStatus, PublicProfile, TimelineEntry
from members.services.logos import logo_content
from members.services.public_profile import publish_profile
from tests.factories import NOON, FocalPointFactory, MemberFactory
from tests.language_switch import FormReader, fill_in, switch
from tests.members.pictures import SVG, a_logo, opened, picture
from tests.participation.people import (
    focal_point_in,
)
from tests.queries import queries_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("folder")]
TYPED = {
    "about": "We connect schools.",
    "language": "en",
    "website": "www.example.org",
    "agrees": "on",
    "version": "0",
}
FILE = b"secret bytes of the upload"


@pytest.fixture
def member(person):
    person.member.publication_consent = True
    person.member.about = "As the form said."
    person.member.website = "https://form.example.org"
    person.member.save()
    return person.member


@pytest.fixture
def page(member):
    return f"/en/my/profile/{member.reference}/"


def upload(content, name="logo.png", content_type="image/png"):
    return SimpleUploadedFile(name, content, content_type)


def published(person, **facts):
    given = {"about": "Before.", "language": "en", "website": "", "by": person, "at": NOON}
    return publish_profile(member=person.member, **{**given, **facts})


def hidden_inputs(response):
    """Return what the preview sends again."""
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', response.text)
    return {name: value for name, value in found if name != "csrfmiddlewaretoken"}


def nothing_is_published():
    return (PublicProfile.objects.count(), TimelineEntry.objects.count()) == (0, 0)


def test_form_of_a_new_profile_starts_with_the_expression_of_interest(mine, page):
    response = mine.get(page)

    form = response.context["form"]
    assert [form[name].value() for name in ("about", "website", "language", "version")] == [
        "As the form said.",
        "https://form.example.org",
        "en",
        0,
    ]
    assert "agrees_to_listing" not in form.fields
    assert nothing_is_published()


def shown(response):
    """What is on a page about the member."""
    text = response.text.split("<h1>")[1].split("</main>")[0]
    return re.sub(r"\s+|</div>", "", text)


def test_publish_stores_and_shows_what_the_preview_showed_and_redirects(
    mine, page, person, member, client
):
    preview = mine.post(page, {**TYPED, "file": upload(picture((640, 320)))})

    response = mine.post(page, {**hidden_inputs(preview), "publish": "1"}, follow=True)

    assert response.redirect_chain == [(page, 302)]
    assert "The public page is published." in response.text
    profile = PublicProfile.objects.get()
    assert (profile.about, profile.website, profile.published_by) == (
        "We connect schools.",
        "https://www.example.org",
        person,
    )
    assert opened(logo_content(profile)).size == (320, 160)
    assert shown(preview) == shown(client.get(f"/en/members/{member.slug}/"))


def test_publish_sent_twice_says_that_it_is_published(mine, page):
    sent = {**hidden_inputs(mine.post(page, {**TYPED, "file": upload(picture())})), "publish": "1"}
    mine.post(page, sent)

    response = mine.post(page, sent)

    assert (response.status_code, PublicProfile.objects.get().version) == (302, 1)


def test_change_shows_the_form_again_with_everything_typed(mine, page):
    preview = mine.post(page, {**TYPED, "file": upload(picture())})

    response = mine.post(page, {**hidden_inputs(preview), "change": "1"})

    assert response.context["form"]["about"].value() == "We connect schools."
    assert hidden_inputs(response)["logo"] == b64encode(a_logo().content).decode()
    assert nothing_is_published()


def test_form_with_an_error_loses_neither_text_nor_logo(mine, page):
    response = mine.post(page, {**TYPED, "website": "nowhere", "file": upload(picture())})

    assert response.status_code == 422
    assert response.context["form"]["about"].value() == "We connect schools."
    assert hidden_inputs(response)["logo"] == b64encode(a_logo().content).decode()


@pytest.mark.parametrize(
    ("sent", "error"),
    [
        ({"agrees": ""}, "We can only publish the profile if you agree."),
        ({"language": "tlh"}, "Choose a language from the list."),
        ({"about": "word " * 301}, "Shorten “About the organisation” to 300 words or fewer"),
        ({"website": "javascript://x.example/%0aalert(1)"}, "begins with https:// or http://"),
        ({"logo": "no base64"}, "Choose the logo again."),
        ({"logo": b64encode(SVG).decode()}, "Choose the logo again."),
    ],
)
def test_form_refuses_wrong_answers(mine, page, sent, error):
    response = mine.post(page, {**TYPED, **sent, "publish": "1"})

    assert response.status_code == 422
    assert error in response.text
    assert nothing_is_published()


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (FILE, "Choose a PNG, JPEG or WebP picture. SVG and other files are not accepted."),
        (b"", "The file is empty."),
        (picture() + bytes(2 * 1024 * 1024), "Choose a file of at most 2 MB."),
    ],
    ids=["text", "empty", "2 MB"],
)
def test_form_refuses_a_wrong_logo_and_logs_none_of_its_bytes(mine, page, caplog, content, error):
    response = mine.post(page, {**TYPED, "file": upload(content), "publish": "1"})

    assert response.status_code == 422
    assert error in response.text
    assert nothing_is_published()
    assert "secret bytes" not in caplog.text


def test_consent_to_be_listed_is_asked_for_and_given_in_the_same_step(mine, page, member, client):
    member.publication_consent, member.slug = False, ""
    member.save()

    refused = mine.post(page, {**TYPED, "publish": "1"})
    mine.post(page, {**TYPED, "agrees_to_listing": "on", "publish": "1"})

    assert refused.status_code == 422
    assert "The organisation has a public page only if these may be listed." in refused.text
    member.refresh_from_db()
    assert member.publication_consent is True
    assert "We connect schools." in client.get(f"/en/members/{member.slug}/").text


def test_stored_logo_is_kept_shown_in_the_preview_and_can_be_removed(mine, page, person):
    published(person, logo=a_logo())

    kept = mine.post(page, {**TYPED, "version": "1"})
    removed = mine.post(page, {**TYPED, "version": "1", "removes_logo": "on"})
    mine.post(page, {**hidden_inputs(removed), "publish": "1"})

    assert a_logo().data_url in kept.text
    assert "<img" not in removed.text
    assert str(PublicProfile.objects.get().logo) == ""


def test_conflict_shows_both_versions_and_publishes_after_reading(mine, page, person):
    other = FocalPointFactory(member=person.member, is_alternate=True, given_name="Otieno")
    published(other, about="Their version.")

    response = mine.post(page, {**TYPED, "publish": "1"})

    assert response.status_code == 409
    assert "changed this profile on" in response.text
    assert "Their version." in response.text
    assert response.context["form"]["about"].value() == "We connect schools."
    assert PublicProfile.objects.get().about == "Their version."

    preview = mine.post(page, {**TYPED, "version_read": "1"})
    mine.post(page, {**hidden_inputs(preview), "publish": "1"})

    assert PublicProfile.objects.get().about == "We connect schools."


@pytest.mark.parametrize(
    ("what", "said", "status"),
    [
        ("profile", "The profile is no longer public.", 200),
        ("page", "The organisation is no longer listed publicly.", 404),
    ],
)
def test_take_back_leaves_the_listed_facts_or_nothing(
    mine, page, person, client, what, said, status
):
    published(person)

    response = mine.post(page + "take-back/", {"what": what, "version": "1"}, follow=True)

    assert response.redirect_chain == [(page, 302)]
    assert said in response.text
    shown = client.get(f"/en/members/{person.member.slug}/")
    assert (shown.status_code, "Before." in shown.text) == (status, False)


def test_take_back_asks_what(mine, page, person):
    published(person)

    response = mine.post(page + "take-back/", {"version": "1"})

    assert response.status_code == 422
    assert "Choose what you want to take back." in response.text
    assert PublicProfile.objects.get().is_published is True


def test_take_back_after_a_change_of_a_colleague_is_a_conflict(mine, page, person):
    published(person)

    response = mine.post(page + "take-back/", {"what": "profile", "version": "0"})
    again = {"what": "profile", "version": "0", "version_read": "1"}

    assert response.status_code == 409
    assert PublicProfile.objects.get().is_published is True
    assert mine.post(page + "take-back/", again).status_code == 302


@pytest.mark.parametrize("others", [0, 3])
def test_pages_take_as_many_queries_for_many_members(mine, page, person, area, others):
    published(person)
    for number in range(others):
        focal_point_in(area, organisation_name=f"Organisation {number}", email=person.email)
    MemberFactory(status=MemberStatus.ADMITTED)
    mine.get(page)

    assert [queries_of(mine, page), queries_of(mine, page + "take-back/")] == [4, 4]


def test_language_switch_keeps_the_form_with_a_chosen_logo(mine, page):
    shown = FormReader(mine.get(page))
    typed = {**fill_in(shown, "profile-form"), "file": upload(picture((640, 320)))}

    arabic = switch(mine, shown, "profile-form", typed, "ar")
    again = FormReader(arabic)
    kept = again.fields_of("profile-form")
    english = switch(mine, again, "profile-form", kept, "en")

    assert again.language == "ar"
    assert 'src="data:image/png;base64,' in arabic.text
    assert len(kept["logo"][0]) > 100
    assert kept["about"] == typed["about"]
    assert FormReader(english).fields_of("profile-form") == kept
    assert nothing_is_published()


def test_language_switch_says_that_a_file_was_not_accepted(mine, page):
    shown = FormReader(mine.get(page))
    typed = {**fill_in(shown, "profile-form"), "file": upload(SVG), "website": ["no address"]}

    response = switch(mine, shown, "profile-form", typed, "en")

    assert list(response.context["form"].errors) == ["file"]
    assert nothing_is_published()


def test_language_switch_on_the_preview_shows_the_preview_again(mine, page):
    response = mine.post(page, {**TYPED, "file": upload(picture())})

    for language in ("ar", "en"):
        shown = FormReader(response)
        fields = shown.fields_of("profile-form")
        response = switch(mine, shown, "profile-form", fields, language)
        assert FormReader(response).language == language
        assert FormReader(response).fields_of("profile-form") == fields

    assert "Not published yet" in response.text
    assert nothing_is_published()
