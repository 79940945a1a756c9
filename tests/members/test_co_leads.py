import pytest

from members.models import GrantedRole, MemberStatus
from members.services.co_leads import listed_co_leads
from tests.factories import FocusAreaFactory, MemberFactory


def co_lead(area, name, **facts):
    facts = {"status": MemberStatus.ADMITTED, "publication_consent": True, **facts}
    return MemberFactory(
        **{"focus_area": area, "granted_role": GrantedRole.CO_LEAD, **facts}, organisation_name=name
    )


def test_listed_co_leads_keeps_admitted_co_leads_who_agreed_to_be_listed():
    area = FocusAreaFactory(number=2)
    kept = co_lead(area, "Kept")
    co_lead(area, "Did not agree", publication_consent=False)
    co_lead(area, "Participant", granted_role=GrantedRole.PARTICIPANT)
    MemberFactory(status=MemberStatus.PENDING, publication_consent=True)

    assert dict(listed_co_leads(at_most=5)) == {area.pk: [kept]}


@pytest.mark.django_db
def test_listed_co_leads_has_the_first_of_each_area_by_name_in_one_query(
    django_assert_num_queries,
):
    first, second = FocusAreaFactory(number=1), FocusAreaFactory(number=2)
    names = {"b": second, "B": first, "a": first, "c": first}
    members = {name: co_lead(area, name) for name, area in names.items()}

    with django_assert_num_queries(1):
        found = listed_co_leads(at_most=2)

    assert dict(found) == {
        first.pk: [members["a"], members["B"]],
        second.pk: [members["b"]],
    }
