import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.factories import FocalPointFactory, MemberFactory
from tests.triage.staff import observer, signed_in


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
    one, other = two_of_one()
    MemberFactory(organisation_name="Université d’Abomey", country="TG")
    client = signed_in(observer())

    response = client.get(reverse("admin:members_member_change", args=[one.pk]))

    assert list(response.context["others"]) == [other]
    assert beside(one, other) in response.content.decode()


def test_file_of_an_organisation_that_wrote_once_says_nothing_of_others():
    one = FocalPointFactory(member__organisation_name="Only one").member
    MemberFactory(organisation_name="Only one more")

    response = signed_in(observer()).get(reverse("admin:members_member_change", args=[one.pk]))

    assert list(response.context["others"]) == []
    assert "Also from this organisation" not in response.content.decode()


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
    assert response.content.decode().count('class="differs"') == sum(
        row.differs for part in response.context["parts"] for row in part.rows
    )


def test_beside_itself_is_no_page():
    one, _other = two_of_one()

    assert signed_in(observer()).get(beside(one, one)).status_code == 404


@pytest.mark.parametrize("page", ["members_member_compare", "members_member_change"])
def test_files_of_one_organisation_do_not_grow_in_queries(page):
    one, other = two_of_one()
    client = signed_in(observer())
    arguments = [one.pk, other.pk] if page.endswith("compare") else [one.pk]
    address = reverse(f"admin:{page}", args=arguments)
    client.get(address)
    with CaptureQueriesContext(connection) as for_two:
        client.get(address)

    two_of_one()
    with CaptureQueriesContext(connection) as for_four:
        client.get(address)

    assert len(for_four) == len(for_two)
