"""What a working group sees of a decision that can still be undone: nothing."""

from datetime import timedelta

import pytest
from django.utils import timezone

from members.models import GrantedRole, Member
from members.services.decisions import admit_to_focus_area, move_to_focus_area
from members.services.participants import participants
from participation.services.expected_attendees import invited_focal_points
from tests.factories import FocalPointFactory, UserFactory
from tests.participation.group import feed_of, meeting_of, page_of, summaries
from tests.participation.people import focal_point_in, signed_in_as

pytestmark = pytest.mark.usefixtures("undo_is_on")
ONE_MINUTE, THREE_MINUTES = timedelta(minutes=1), timedelta(minutes=3)


def admitted(area, *, ago, name="Recent", role=GrantedRole.PARTICIPANT):
    person = FocalPointFactory(member__organisation_name=name)
    admit_to_focus_area(
        member=person.member,
        focus_area=area,
        role=role,
        by=UserFactory(),
        at=timezone.now() - ago,
    )
    return person


def moved(person, area, *, ago, role=GrantedRole.PARTICIPANT):
    move_to_focus_area(
        member=person.member, focus_area=area, role=role, by=UserFactory(), at=timezone.now() - ago
    )
    person.refresh_from_db()
    return person


def test_admission_gives_access_once_it_has_settled(client, area):
    meeting = meeting_of(area)
    recent, settled = admitted(area, ago=ONE_MINUTE), admitted(area, ago=THREE_MINUTES)

    assert list(participants()) == [settled]
    assert list(invited_focal_points(meeting)) == [settled]
    statuses = [
        (
            client.get(page_of(person)).status_code,
            client.get(feed_of(person)).status_code,
            signed_in_as(person).get("/en/my/").status_code,
        )
        for person in (recent, settled)
    ]
    assert statuses == [(404, 404, 403), (200, 200, 200)]


def test_move_counts_in_pages_and_feed_once_it_has_settled(client, area, other_area):
    meeting_of(area, title="Of the earlier group")
    meeting_of(other_area, title="Of the new group")
    recent = moved(focal_point_in(area), other_area, ago=ONE_MINUTE)
    settled = moved(focal_point_in(area), other_area, ago=THREE_MINUTES)

    feeds = [summaries(client.get(feed_of(person))) for person in (recent, settled)]
    groups = [signed_in_as(person).get("/en/my/").context["groups"] for person in (recent, settled)]

    assert feeds == [["Of the earlier group"], ["Of the new group"]]
    assert groups == [[area], [other_area]]


def test_feed_is_new_for_programs_that_remember_it_when_a_move_settles(client, area, other_area):
    meeting_of(area)
    person = moved(focal_point_in(area), other_area, ago=ONE_MINUTE)
    first = client.get(feed_of(person))
    Member.objects.filter(pk=person.member_id).update(settles_at=timezone.now())

    known = {"If-None-Match": first["ETag"]}
    by_tag = client.get(feed_of(person), headers=known)

    assert by_tag.status_code == 200


def test_co_lead_who_was_moved_is_shown_in_the_earlier_role_until_the_move_settles(
    area, focal_point
):
    person = focal_point_in(area, "Leading", member__granted_role=GrantedRole.CO_LEAD)
    moved(person, area, ago=ONE_MINUTE)

    page = signed_in_as(focal_point).get(f"/en/my/groups/{area.slug}/members/")

    assert [
        (member.organisation_name, member.granted_role) for member in page.context["co_leads"]
    ] == [("Leading", GrantedRole.CO_LEAD)]
