"""The public pages of the focus areas, and the papers that anyone may download."""

from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains

from commitments.models import CommitmentStatus
from focus_areas.models import Pillar
from meetings.models import MeetingStatus
from tests.factories import (
    NOON,
    CommitmentFactory,
    FocusAreaFactory,
    MeetingFactory,
    MemberFactory,
    PaperFactory,
    PaperVersionFactory,
    PillarFactory,
    PublicProfileFactory,
)
from tests.sweeps.rows_of_pages import a_paper

pytestmark = pytest.mark.usefixtures("no_meetings")
PAGE = "/en/focus-areas/empowering-communities/"
SOON = timezone.now() + timedelta(days=3)


def listed_member(area, name, **facts):
    facts = {"status": "admitted", "publication_consent": True, "focus_area": area, **facts}
    return MemberFactory(organisation_name=name, **facts)


def titles_in(months):
    return [entry.meeting.title for month in months for entry in month.entries]


def public_paper(area=None, **facts):
    paper = PaperFactory(**{"focus_area": area, "is_public": True, **facts})
    return PaperVersionFactory(paper=paper).paper


def test_focus_area_list_names_the_four_areas_with_their_pillars(client):
    Pillar.objects.filter(name_en="Skills").update(is_published=False)
    listed_member(FocusAreaFactory(number=3), "Listed")
    listed_member(FocusAreaFactory(number=3), "Not listed", publication_consent=False)

    response = client.get("/en/focus-areas/")

    assert [each["members"] for each in response.context["areas"]] == [0, 0, 1, 0]
    assert [each["area"].number for each in response.context["areas"]] == [1, 2, 3, 4]
    assertContains(response, "2. Empowering Communities")
    assertContains(response, 'href="/en/focus-areas/incentivizing-investments/"')
    assertContains(response, '<li><bdi lang="en">Digital inclusion</bdi></li>', html=True)
    assertNotContains(response, ">Skills</li>")


def test_focus_area_detail_is_not_there_for_another_address(client):
    assert client.get("/en/focus-areas/something-else/").status_code == 404


def test_focus_area_detail_shows_its_description_as_html_and_in_which_language(client, area):
    area.description_en = "Works for **everybody**.\n\n<script>alert(1)</script>"
    area.description_fr = ""
    area.save()

    response = client.get("/fr/focus-areas/empowering-communities/")

    assertContains(response, 'lang="en" dir="auto"><p>Works for <strong>everybody')
    assertNotContains(response, "<script>alert")


def test_focus_area_detail_has_its_published_pillars_in_their_order(client, area, other_area):
    Pillar.objects.all().delete()
    PillarFactory(focus_area=area, name="Second", position=2)
    PillarFactory(focus_area=area, name="First", position=1, summary="What it is.")
    PillarFactory(focus_area=area, name="Hidden", is_published=False)
    PillarFactory(focus_area=other_area, name="Of another area")

    response = client.get(PAGE)

    assert [pillar.name for pillar, *_ in response.context["pillars"]] == ["First", "Second"]
    assertContains(response, "What it is.")


def test_focus_area_detail_has_its_own_and_the_coalitions_next_public_meetings(
    client, area, other_area
):
    public = {"is_public": True, "starts_at": SOON, "join_link": "https://meet.example.org/room"}
    MeetingFactory(**{**public, "starts_at": SOON + timedelta(days=1)}, title="B", focus_area=None)
    MeetingFactory(**public, focus_area=area, title="A")
    MeetingFactory(
        **{**public, "starts_at": SOON + timedelta(days=2)},
        focus_area=area,
        title="C",
        status=MeetingStatus.CANCELLED,
    )
    MeetingFactory(**public, focus_area=other_area, title="Of another area")
    MeetingFactory(**{**public, "is_public": False}, focus_area=area, title="Private")
    MeetingFactory(**{**public, "starts_at": NOON}, focus_area=area, title="Past")

    response = client.get(PAGE)

    assert titles_in(response.context["next_months"]) == ["A", "B", "C"]
    assert titles_in(response.context["past_months"]) == ["Past"]
    assertContains(response, '<strong class="chip is-ended">Cancelled</strong>', html=True)
    assertNotContains(response, "meet.example.org")
    assertContains(response, 'href="webcal://testserver/calendar/')
    assertContains(response, 'href="https://outlook.live.com/calendar/0/addfromweb?url=http')


def test_focus_area_detail_names_only_members_who_agreed_to_be_listed(client, area, other_area):
    listed_member(area, "Beta")
    PublicProfileFactory(member=listed_member(area, "alpha", granted_role="co_lead"))
    listed_member(area, "Private lead", granted_role="co_lead", publication_consent=False)
    listed_member(other_area, "Elsewhere")

    response = client.get(PAGE)

    assert response.context["member_count"] == 2
    assert [each.organisation_name for each in response.context["members"]] == ["alpha", "Beta"]
    assert [each.organisation_name for each in response.context["co_leads"]] == ["alpha"]
    assertContains(response, 'href="/en/members/?focus_area=empowering-communities"')
    assertNotContains(response, "Private lead")
    assertNotContains(response, "Elsewhere")


def test_focus_area_detail_names_the_first_members_alone(client, area):
    for number in range(12):
        listed_member(area, f"Member {number:02}")

    response = client.get(PAGE)

    assert response.context["member_count"] == 12
    assert len(response.context["members"]) == 10


def test_focus_area_detail_without_anything_says_what_will_appear(client):
    response = client.get("/en/focus-areas/incentivizing-investments/")

    assertContains(response, "No meetings yet.")
    assertContains(response, "Members appear here once they are admitted")
    assertNotContains(response, 'id="pillars"')
    assertNotContains(response, 'id="documents"')


def test_focus_area_detail_has_its_own_and_the_coalitions_public_papers(client, area, other_area):
    own, of_the_coalition = public_paper(area, title="Own"), public_paper(title="Of all")
    public_paper(other_area)
    public_paper(area, is_public=False)
    public_paper(area, is_withdrawn=True)
    newest = PaperVersionFactory(paper=own, number=2, uploaded_at=NOON + timedelta(days=1))
    french = PaperVersionFactory(paper=own, language="fr")

    response = client.get(PAGE)

    assert response.context["papers"] == [
        (own, [newest, french]),
        (of_the_coalition, list(of_the_coalition.versions.all())),
    ]
    assertContains(response, f'href="/en/papers/{newest.pk}/"')


def published_commitment(area, **facts):
    return CommitmentFactory(status=CommitmentStatus.PUBLISHED, focus_area=area, **facts)


def test_focus_area_detail_shows_its_newest_commitments(client, area):
    for number in range(5):
        published_commitment(
            area, title=f"Promise {number}", published_at=SOON + timedelta(days=number)
        )
    published_commitment(FocusAreaFactory(number=4), title="Of another area")

    response = client.get(PAGE)

    shown = [row.commitment.title for row in response.context["commitments"]]
    assert shown == ["Promise 4", "Promise 3", "Promise 2"]
    assertContains(response, f'href="/en/commitments/?area={area.slug}"')


@pytest.fixture
def stored(folder):
    """Return a public paper with its file on disk."""
    return a_paper()


def test_public_paper_is_the_file_to_be_saved(client, stored):
    response = client.get(f"/en/papers/{stored.versions.get().pk}/")

    assert b"".join(response.streaming_content) == b"Terms of reference"
    assert response["Content-Disposition"] == 'attachment; filename="terms.txt"'
    assert response["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("facts", [{"is_public": False}, {"is_withdrawn": True}], ids=str)
def test_public_paper_is_not_there_if_it_is_private_or_withdrawn(client, stored, facts):
    type(stored).objects.update(**facts)

    assert client.get(f"/en/papers/{stored.versions.get().pk}/").status_code == 404


def test_public_paper_has_no_earlier_version(client, stored):
    earlier = stored.versions.get()
    PaperVersionFactory(paper=stored, number=2)

    assert client.get(f"/en/papers/{earlier.pk}/").status_code == 404
