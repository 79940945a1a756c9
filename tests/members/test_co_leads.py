from members.models import GrantedRole, MemberStatus
from members.services.co_leads import listed_co_leads
from tests.factories import FocusAreaFactory, MemberFactory, PublicProfileFactory


def co_lead(area, name, **facts):
    facts = {"status": MemberStatus.ADMITTED, "publication_consent": True, **facts}
    profile = PublicProfileFactory(
        member=MemberFactory(
            **{"focus_area": area, "granted_role": GrantedRole.CO_LEAD, **facts},
            organisation_name=name,
        )
    )
    return profile.member


def test_listed_co_leads_keeps_admitted_co_leads_who_published_their_role():
    area = FocusAreaFactory(number=2)
    facts = {"focus_area": area, "granted_role": GrantedRole.CO_LEAD, "publication_consent": True}
    MemberFactory(**facts, status=MemberStatus.ADMITTED, organisation_name="Listed without role")
    PublicProfileFactory(
        member=MemberFactory(**facts, status=MemberStatus.ADMITTED),
        published_at=None,
        published_by=None,
    )
    kept = co_lead(area, "Kept")
    co_lead(area, "Did not agree", publication_consent=False)
    co_lead(area, "Participant", granted_role=GrantedRole.PARTICIPANT)
    MemberFactory(status=MemberStatus.PENDING, publication_consent=True)

    assert dict(listed_co_leads(at_most=5)) == {area.pk: [kept]}


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
