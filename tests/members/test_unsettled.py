"""What the public sees of a decision that can still be undone: nothing."""

from datetime import timedelta

import pytest
from django.utils import timezone

from members.models import GrantedRole, Member
from members.services.co_leads import listed_co_leads
from members.services.decisions import admit_to_focus_area, move_to_focus_area, withdraw
from members.services.figures import public_figures
from tests.factories import (
    FocalPointFactory,
    FocusAreaFactory,
    MemberFactory,
    PublicProfileFactory,
    UserFactory,
)
from tests.members.test_directory import MEMBERS, SHEET, listed, names_in, rows_of
from tests.queries import queries_of

pytestmark = pytest.mark.usefixtures("undo_is_on")

ONE_MINUTE, THREE_MINUTES = timedelta(minutes=1), timedelta(minutes=3)


def decided(decision, member, *, ago, **facts):
    """Make a decision some time ago, by the clock of the database."""
    decision(member=member, by=UserFactory(), at=timezone.now() - ago, **facts)
    return member


def admitted(*, ago, area, role=GrantedRole.PARTICIPANT, **facts):
    member = MemberFactory(publication_consent=True, **facts)
    FocalPointFactory(member=member)
    return decided(admit_to_focus_area, member, ago=ago, focus_area=area, role=role)


def moved(*, ago, area, to, role=GrantedRole.PARTICIPANT, **facts):
    member = listed(focus_area=area, granted_role=role, **facts)
    FocalPointFactory(member=member)
    return decided(move_to_focus_area, member, ago=ago, focus_area=to, role=GrantedRole.PARTICIPANT)


@pytest.fixture
def areas():
    return [FocusAreaFactory(number=number) for number in (1, 2)]


def everywhere(client, area):
    """What the public pages say of one area: list, sheet, figures and the page of the area."""
    today = timezone.localdate()
    figures = public_figures(on=today)
    page = client.get(f"/en/focus-areas/{area.slug}/")
    return {
        "list": names_in(client.get(MEMBERS, {"focus_area": area.slug})),
        "sheet": [row[0] for row in rows_of(client.get(SHEET, {"focus_area": area.slug}))],
        "figures": figures.by_focus_area.get(area.pk, 0),
        "area": [member.organisation_name for member in page.context["members"]],
        "count": page.context["member_count"],
    }


def found(*names):
    return {
        "list": [*names],
        "sheet": [*names],
        "figures": len(names),
        "area": [*names],
        "count": len(names),
    }


def test_admission_is_public_once_it_has_settled_and_withdrawal_at_once(client, areas):
    area, _other = areas
    recent = admitted(ago=ONE_MINUTE, area=area, organisation_name="Recent")
    admitted(ago=THREE_MINUTES, area=area, organisation_name="Settled")
    withdrawn = listed(focus_area=area)
    FocalPointFactory(member=withdrawn)
    decided(withdraw, withdrawn, ago=timedelta(0))

    assert everywhere(client, area) == found("Settled")
    assert public_figures(on=timezone.localdate()).admitted == 1
    assert client.get(f"/en/members/{recent.slug}/").status_code == 404


def test_move_is_public_once_it_has_settled(client, areas):
    area, other = areas
    recent = moved(ago=ONE_MINUTE, area=area, to=other, organisation_name="Recent")
    settled = moved(ago=THREE_MINUTES, area=area, to=other, organisation_name="Settled")

    assert everywhere(client, area) == found("Recent")
    assert everywhere(client, other) == found("Settled")
    shown = [
        client.get(f"/en/members/{member.slug}/").context["page"].member.focus_area
        for member in (recent, settled)
    ]
    assert shown == [area, other]
    # The column of the area in the complete list and sheet.
    rows = client.get(MEMBERS).context["rows"]
    assert [member.focus_area for member, *_more in rows] == [area, other]
    sheet = client.get(SHEET)
    assert [row[-1] for row in rows_of(sheet)] == [area.name, other.name]
    Member.objects.filter(pk=recent.pk).update(settles_at=timezone.now() - ONE_MINUTE)
    assert client.get(SHEET)["ETag"] != sheet["ETag"]


def test_role_of_a_moved_co_lead_is_public_once_it_has_settled(areas):
    area, other = areas
    for ago, name in ((ONE_MINUTE, "Recent"), (THREE_MINUTES, "Settled")):
        member = moved(
            ago=ago, area=area, to=other, role=GrantedRole.CO_LEAD, organisation_name=name
        )
        PublicProfileFactory(member=member, published_by=member.focal_points.get())

    assert dict(listed_co_leads(at_most=5)) == {
        area.pk: [Member.objects.get(organisation_name="Recent")]
    }


def test_list_takes_no_more_queries_for_recent_admissions(client, areas):
    for number in range(3):
        listed(focus_area=areas[0], organisation_name=f"Listed {number}")
    before = queries_of(client, MEMBERS)
    for number in range(3):
        admitted(ago=ONE_MINUTE, area=areas[0], organisation_name=f"Recent {number}")

    assert queries_of(client, MEMBERS) == before
