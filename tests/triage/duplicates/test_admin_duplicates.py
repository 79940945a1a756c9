import pytest
from django.urls import reverse

from focus_areas.models import FocusArea
from members.models import ClosingReason, Member, MemberStatus, TimelineKind
from tests.factories import (
    NOON,
    FocalPointFactory,
    MemberFactory,
    PossibleDuplicateFactory,
    UserFactory,
)
from tests.queries import queries_of
from tests.triage.staff import (
    address,
    coordinator,
    may,
    observer,
    officer,
    signed_in,
    told,
)
from triage.duplicates.models import PossibleDuplicate


def decide(pk, **facts):
    """Make a decision on a member."""
    facts = {"decided_at": NOON, "decided_by": UserFactory(), **facts}
    Member.objects.filter(pk=pk).update(**facts)


def a_pair(**facts):
    earlier = MemberFactory(organisation_name="Ministry of Communications", country="GH")
    later = MemberFactory(organisation_name="Ministry of Telecom", country="GH")
    for member in (earlier, later):
        FocalPointFactory(member=member)
    return PossibleDuplicateFactory(earlier=earlier, later=later, **facts)


def others_in(response, name="pairs"):
    return [pair.other for pair in response.context[name]]


def test_file_shows_what_it_may_be_a_duplicate_of_and_why_the_likest_first():
    pair, client = a_pair(same_person=True), signed_in(officer())
    Member.objects.filter(pk=pair.later_id).update(assignee=UserFactory(name="Amina Diallo"))
    less_alike = PossibleDuplicateFactory(earlier=pair.earlier)
    came_from = "?_changelist_filters=q%3Dx"

    response = client.get(address("change", pair.earlier) + came_from)
    from_the_other = client.get(address("change", pair.later))

    assert others_in(response) == [pair.later, less_alike.later]
    assert others_in(from_the_other) == [pair.earlier]
    steps = ("compare", "close_as_duplicate", "set_apart")
    for words in (
        f"{pair.later.reference} · <bdi>Ministry of Telecom</bdi>",
        "Matched on: same domain, same person.",
        "Assigned to Amina Diallo",
        "Ghana ·",
        *(f'"{address(step, pair.earlier, pair.later)}{came_from}"' for step in steps),
        f'"{address("close_as_duplicate", pair.later, pair.earlier)}{came_from}"',
        f'"{address("change", pair.later)}{came_from}"',
    ):
        assert words in response.text
    assert "Closed as duplicates" not in response.text


def test_file_offers_an_observer_no_step_and_asks_no_question():
    pair = a_pair()

    response = signed_in(observer()).get(address("change", pair.earlier))

    assert "flag" not in response.context
    assert f"Compare with {pair.later.reference}" in response.text
    for step in ("close_as_duplicate", "set_apart"):
        assert address(step, pair.earlier, pair.later) not in response.text


def test_file_that_is_decided_offers_to_close_the_other_alone():
    pair = a_pair()
    decide(pair.earlier_id, status=MemberStatus.DECLINED)

    page = signed_in(officer()).get(address("change", pair.earlier)).text

    assert address("close_as_duplicate", pair.earlier, pair.later) not in page
    assert address("close_as_duplicate", pair.later, pair.earlier) in page


def test_file_lists_its_closed_duplicates_and_each_leads_to_the_file_that_stands():
    pair = a_pair()
    closed_as = {"closing_reason": ClosingReason.DUPLICATE, "duplicate_of": pair.earlier}
    decide(pair.later_id, status=MemberStatus.CLOSED, **closed_as)
    client = signed_in(officer())

    standing, closed = (client.get(address("change", each)) for each in (pair.earlier, pair.later))

    assert "Closed as duplicates of this organisation" in standing.text
    assert list(standing.context["duplicates"]) == [pair.later]
    assert (others_in(standing), others_in(closed)) == ([], [])
    assert f'"{address("change", pair.earlier)}"' in closed.text


def test_pair_beyond_the_areas_of_a_coordinator_is_neither_shown_nor_settled_with_permission():
    theirs, another = FocusArea.objects.order_by("number")[:2]
    admitted = {"status": MemberStatus.ADMITTED}
    member = MemberFactory(focus_area=theirs, **admitted)
    within = MemberFactory(focus_area=theirs, **admitted)
    beyond = [MemberFactory(focus_area=another, **admitted), MemberFactory()]
    for other in [within, *beyond]:
        PossibleDuplicateFactory(earlier=member, later=other)
    client = signed_in(may(coordinator(theirs), "settle_duplicate_member"))

    response = client.get(address("change", member))
    codes = {client.post(address("set_apart", member, other)).status_code for other in beyond}

    assert others_in(response) == [within]
    assert not any(other.reference in response.text for other in beyond)
    assert codes == {404}
    assert not PossibleDuplicate.objects.exclude(dismissed_at=None).exists()


def found_in(response):
    """The found members, in order, for a user who closes one as a duplicate."""
    return [other for other, _country in response.context["found"]]


def test_original_is_found_by_words_and_leads_to_the_two_side_by_side():
    member = FocalPointFactory(member__organisation_name="Telegraph Ministry").member
    original = FocalPointFactory(
        member__organisation_name="Ministry of Posts and Telegraphs", member__reference="P2C-FRST23"
    ).member
    FocalPointFactory(member__organisation_name="Another")
    client = signed_in(officer())
    asked = {"q": "telegraph ministry", "_changelist_filters": "region=AFR"}

    close = client.get(address("close", member)).text
    response = client.get(address("find_original", member), asked)

    assert f'"{address("find_original", member)}"' in close
    assert 'value="duplicate"' not in close
    # The member itself cannot be its original.
    assert found_in(response) == [original]
    assert "P2C-FRST23 · <bdi>Ministry of Posts and Telegraphs</bdi>" in response.text
    for pair in ((member, original), (original, member)):
        assert (
            f'"{address("close_as_duplicate", *pair)}?_changelist_filters=region%3DAFR"'
            in response.text
        )
    assert '<input type="hidden" name="_changelist_filters" value="region=AFR">' in response.text


def test_original_is_proposed_until_one_searches_for_something():
    pair, client = a_pair(), signed_in(officer())
    page = address("find_original", pair.earlier)

    proposed, searched, empty = (
        client.get(page, asked) for asked in ({}, {"q": "nothing has this name"}, {"q": "   "})
    )

    assert others_in(proposed) == [pair.later]
    assert f'"{address("close_as_duplicate", pair.earlier, pair.later)}"' in proposed.text
    assert others_in(searched) == []
    assert "No other organisation that you can view matches." in searched.text
    assert found_in(empty) == []
    assert "errorlist" in empty.text


@pytest.mark.parametrize("at_most", [2, 3])
def test_original_is_among_so_many_at_most_and_the_page_says_that_there_are_more(
    at_most, monkeypatch
):
    monkeypatch.setattr("triage.duplicates.admin.duplicates.FOUND_AT_MOST", at_most)
    member = FocalPointFactory().member
    for _number in range(3):
        FocalPointFactory(member__organisation_name="Ministry")

    response = signed_in(officer()).get(address("find_original", member), {"q": "ministry"})

    assert len(response.context["found"]) == at_most
    assert ("There are more results. Add a word to narrow the search." in response.text) == (
        at_most == 2
    )


def test_original_of_what_is_decided_is_not_looked_for():
    member = FocalPointFactory(member__status=MemberStatus.DECLINED).member

    response = signed_in(officer()).get(address("find_original", member), follow=True)

    assert response.redirect_chain[0][0] == address("change", member)
    assert told(response)[0].startswith("This applicant was declined.")


def test_original_is_found_with_as_many_queries_among_three_as_among_one():
    member, client, grace = FocalPointFactory().member, signed_in(officer()), officer()
    asked = client, address("find_original", member), {"q": "ministry"}
    FocalPointFactory(member__organisation_name="Ministry", member__assignee=grace)
    queries_of(*asked)
    for_one = queries_of(*asked)
    for _number in range(2):
        FocalPointFactory(member__organisation_name="Ministry", member__assignee=grace)

    assert queries_of(*asked) == for_one


def test_same_as_says_what_will_happen_and_closes_the_file():
    pair, by = a_pair(), officer()
    client, page = signed_in(by), address("close_as_duplicate", pair.earlier, pair.later)

    shown = client.get(page).text
    response = client.post(page, {"decide": "1", "version": pair.earlier.version}, follow=True)

    one, other = pair.earlier, pair.later
    assert f"{one.reference} will be closed as a duplicate of {other.reference}" in shown
    table = shown[shown.index('<table class="table is-figures">') : shown.index("</table>")]
    for member in (one, other):
        assert f"{member.reference} · <bdi>{member.organisation_name}</bdi>" in table
    assert 'class="is-chosen"' in table
    assert shown.index("</table>") < shown.index('name="decide"')
    assert f'"{address("close_as_duplicate", other, one)}"' in shown
    member = Member.objects.get(pk=one.pk)
    assert (member.status, member.duplicate_of) == (MemberStatus.CLOSED, other)
    assert (member.decided_by, other.timeline.get().kind) == (by, TimelineKind.DUPLICATE_CLOSED)
    assert told(response) == ["The applicant was closed as duplicate."]


def test_set_apart_is_said_by_a_button_listed_with_who_said_so_and_taken_back_by_another():
    pair, by = a_pair(), officer(name="Amina Diallo")
    client = signed_in(by)

    said = client.post(address("set_apart", pair.later, pair.earlier), follow=True)
    pair.refresh_from_db()
    dismissed_by = pair.dismissed_by
    taken_back = client.post(address("propose_again", pair.later, pair.earlier), follow=True)
    pair.refresh_from_db()

    assert told(said) == ["Marked as not duplicates."]
    assert said.redirect_chain == [(address("change", pair.later), 302)]
    assert dismissed_by == by
    assert (others_in(said), others_in(said, "set_aside")) == ([], [pair.earlier])
    assert "Marked by Amina Diallo, " in said.text
    assert address("propose_again", pair.later, pair.earlier) in said.text
    assert told(taken_back) == ["Restored as possible duplicates."]
    assert pair.dismissed_at is None


def test_pair_that_is_not_proposed_any_more_is_refused():
    page = address("set_apart", MemberFactory(), MemberFactory())

    response = signed_in(officer()).post(page, follow=True)

    assert told(response) == [
        "These two organisations are no longer proposed as possible duplicates."
    ]
    assert not PossibleDuplicate.objects.exists()


def test_beside_offers_the_same_two_steps_and_to_close_alone_what_nobody_proposed():
    pair, client = a_pair(), signed_in(officer())
    one, other = (FocalPointFactory().member for _n in range(2))

    proposed = client.get(address("compare", pair.earlier, pair.later)).text
    others = client.get(address("compare", one, other)).text

    steps = ("close_as_duplicate", "set_apart")
    assert [address(step, pair.earlier, pair.later) in proposed for step in steps] == [True, True]
    assert [address(step, one, other) in others for step in steps] == [True, False]


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


@pytest.mark.parametrize("page", ["compare", "close_as_duplicate"])
def test_no_page_compares_a_member_with_itself(page):
    member = MemberFactory()

    assert signed_in(officer()).get(address(page, member, member)).status_code == 404
