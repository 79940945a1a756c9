from django.urls import reverse

from members.models import MemberStatus
from tests.factories import NOON, FocalPointFactory, MemberFactory, UserFactory
from tests.triage.staff import observer, queries_of, signed_in


def two_of_one(**facts):
    members = [
        MemberFactory(organisation_name="Université d’Abomey", country="BJ"),
        MemberFactory(organisation_name="université d’abomey", country="BJ", **facts),
    ]
    for member in members:
        FocalPointFactory(member=member, position="Director")
    return members


def beside(one, other):
    return reverse("admin:members_member_compare", args=[one.pk, other.pk])


def test_file_leads_to_the_others_of_the_organisation_and_to_no_others():
    decided = {"status": MemberStatus.DECLINED, "decided_at": NOON}
    one, other = two_of_one(**decided, decided_by=UserFactory(name="Bo Lind"))
    MemberFactory(organisation_name="Université d’Abomey", country="TG")
    client = signed_in(observer())

    response = client.get(reverse("admin:members_member_change", args=[one.pk]))

    assert list(response.context["others"]) == [other]
    page = " ".join(response.text.split())
    assert "decided 25 October 2021, 14:00 by Bo Lind" in page
    assert beside(one, other) in page


def test_beside_marks_what_differs_and_only_that():
    one, other = two_of_one(acronym="UAC")
    FocalPointFactory(member=other, is_alternate=True, family_name="Hounkpè")

    response = signed_in(observer()).get(beside(one, other))

    eoi, focal_point, alternate = response.context["parts"]
    differs = {row.label for row in eoi.rows if row.differs}
    assert differs == {"Organisation", "Acronym"}
    acronym = next(row for row in eoi.rows if row.label == "Acronym")
    assert (acronym.here, acronym.there) == ("", "UAC")
    position = next(row for row in focal_point.rows if row.label == "Position")
    assert (position.here, position.differs) == ("Director", False)
    name = next(row for row in alternate.rows if row.label == "Name")
    assert (name.here, name.there) == ("", "Ada Hounkpè")
    assert response.text.count('class="is-chosen"') == sum(
        row.differs for part in response.context["parts"] for row in part.rows
    )


def test_beside_itself_is_no_page():
    one, _other = two_of_one()

    assert signed_in(observer()).get(beside(one, one)).status_code == 404


def test_beside_does_not_grow_in_queries():
    page, client = beside(*two_of_one()), signed_in(observer())
    client.get(page)
    for_two = queries_of(client, page)
    two_of_one()

    assert queries_of(client, page) == for_two
