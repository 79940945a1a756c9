"""The public page of a member, and its logo."""

from datetime import UTC, datetime

import pytest

from focus_areas.models import FocusArea
from members.models import GrantedRole, MemberStatus
from members.services.decisions import withdraw
from members.services.public_profile import publish_profile, take_back_profile
from tests.factories import (
    NOON,
    FocalPointFactory,
    MemberFactory,
)
from tests.members.pictures import a_logo
from tests.members.test_corrections import correct

pytestmark = pytest.mark.usefixtures("folder")
PAGE = "/en/members/liquid/"


@pytest.fixture
def member():
    return MemberFactory(
        organisation_name="Liquid Intelligent Technologies",
        slug="liquid",
        status=MemberStatus.ADMITTED,
        focus_area=FocusArea.objects.get(number=1),
        granted_role=GrantedRole.CO_LEAD,
        decided_at=datetime(2021, 11, 3, 23, 30, tzinfo=UTC),
        category="sector_member",
        country="ZA",
        publication_consent=True,
        contributes_financial=True,
        contributes_knowledge=True,
        website="https://private.example.org",
        about="Only for staff.",
        motivation="Only for staff.",
    )


@pytest.fixture
def person(member):
    return FocalPointFactory(member=member, family_name="Kamau", email="kamau@example.org")


def published(person, **facts):
    given = {
        "about": "Builds networks.\n\nTrains engineers.",
        "language": "en",
        "website": "https://www.liquid.example/about",
        "logo": a_logo(),
        "by": person,
        "at": NOON,
    }
    return publish_profile(member=person.member, **{**given, **facts})


def logo_of(profile):
    return f"/members/liquid/{profile.logo_version}.png"


LISTED = [
    "Liquid Intelligent Technologies",
    "ITU-D Sector Member",
    "Connecting People Everywhere",
    "South Africa (Africa)",
]
PROFILE_FACTS = [
    "Member since 4 November 2021",
    "Builds networks.",
    "Last changed 25 October 2021.",
    "liquid.example",
    "Co-lead in working group 1",
    "financial",
    'class="logo"',
]


def assert_nothing_private_is_in(response, person):
    private = ("private.example.org", "Only for staff.", "Kamau", person.member.reference)
    assert [words for words in private if words in response.text] == []


def test_member_page_shows_only_the_listed_facts_without_a_profile(client, person):
    response = client.get(PAGE)

    assert [fact for fact in LISTED if fact not in response.text] == []
    assert [fact for fact in PROFILE_FACTS if fact.lower() in response.text.lower()] == []
    assert_nothing_private_is_in(response, person)
    assert "<title>Liquid Intelligent Technologies · " in response.text
    assert (
        '<meta name="description" content="Liquid Intelligent Technologies, South Africa: a member '
        "of the Partner2Connect Digital Coalition in the focus area Connecting People "
        'Everywhere.">' in response.text
    )


def test_member_page_shows_a_published_profile(client, person):
    published(person)

    response = client.get(PAGE)

    facts = [*LISTED, *PROFILE_FACTS]
    assert [fact for fact in facts if fact.lower() not in response.text.lower()] == []
    assert_nothing_private_is_in(response, person)
    # Links that people typed have no weight.
    assert (
        '<a href="https://www.liquid.example/about" rel="nofollow ugc noopener external">'
        in response.text
    )
    assert '<a href="/en/countries/south-africa/">South Africa</a>' in response.text


def test_member_page_names_the_language_of_the_text_and_escapes_it(client, person):
    published(person, about="نعمل <script>", language="ar")

    response = client.get(PAGE)

    assert 'lang="ar" dir="auto"><p>نعمل &lt;script&gt;</p>' in response.text


def test_member_page_leaves_out_what_is_empty(client, member, person):
    member.contributes_financial = member.contributes_knowledge = False
    member.save()
    published(person, about="", website="", logo=None)

    response = client.get(PAGE)

    terms = [part.split("</dt>")[0] for part in response.text.split("<dt>")[1:]]
    assert terms == ["Country", "Role"]
    assert ("<h2>About</h2>" in response.text, "<img" in response.text) == (False, False)


def withdrawn(member, person):
    withdraw(member=member, by=person, at=NOON)


def unlisted_by_staff(member, person):
    correct(member, {"publication_consent": False})


def taken_off(member, person):
    take_back_profile(member=member, unlists=True, by=person, at=NOON)


@pytest.mark.parametrize("end", [withdrawn, unlisted_by_staff, taken_off])
def test_member_page_and_logo_end_with_membership_and_consent(client, member, person, end):
    logo = logo_of(published(person))
    assert (client.get(PAGE).status_code, client.get(logo).status_code) == (200, 200)

    end(member, person)

    unknown = client.get("/en/members/unknown/")
    assert unknown.status_code == 404
    assert client.get(PAGE).text == unknown.text.replace("/members/unknown/", "/members/liquid/")
    assert client.get(logo).status_code == 404


def test_profile_that_is_taken_back_leaves_the_listed_facts_and_no_logo(client, member, person):
    logo = logo_of(published(person))

    take_back_profile(member=member, by=person, at=NOON)

    response = client.get(PAGE)
    assert [fact for fact in LISTED if fact not in response.text] == []
    assert [fact for fact in PROFILE_FACTS if fact.lower() in response.text.lower()] == []
    assert client.get(logo).status_code == 404


def test_logo_is_sent_to_anybody_as_a_picture_that_caches_may_keep(client, person):
    profile = published(person)

    response = client.get(logo_of(profile))

    assert response.content == a_logo().content
    assert response["Content-Type"] == "image/png"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cache-Control"] == "public, max-age=3600"
    assert response["Content-Security-Policy"].startswith("default-src 'none'; sandbox;")
    assert (response.cookies, "Cookie" in response.get("Vary", "")) == ({}, False)
    # It has another address when it changes.
    new = published(person, logo=a_logo("navy"))
    assert [client.get(logo_of(each)).status_code for each in (profile, new)] == [404, 200]


def test_logo_whose_file_is_missing_is_a_404_and_logged(client, person, caplog):
    profile = published(person)
    profile.logo.storage.delete(profile.logo.name)

    response = client.get(logo_of(profile))

    assert response.status_code == 404
    assert f"The logo of profile {profile.pk} cannot be read" in caplog.text
    assert client.get(PAGE).status_code == 200
