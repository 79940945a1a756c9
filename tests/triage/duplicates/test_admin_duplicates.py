import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from focus_areas.models import FocusArea
from members.models import ClosingReason, Member, MemberStatus, TimelineEntry, TimelineKind
from tests.factories import (
    NOON,
    FocalPointFactory,
    MemberFactory,
    PossibleDuplicateFactory,
    UserFactory,
)
from tests.triage.staff import QUEUE, coordinator, may, observer, officer, signed_in, told
from triage.duplicates.models import PossibleDuplicate

NOT_A_DUPLICATE = "is not a duplicate"


def address(page, *members):
    return reverse(f"admin:members_member_{page}", args=[member.pk for member in members])


def a_pair(**facts):
    earlier = MemberFactory(organisation_name="Ministry of Communications", country="GH")
    later = MemberFactory(organisation_name="Ministry of Telecom", country="GH")
    for member in (earlier, later):
        FocalPointFactory(member=member)
    return PossibleDuplicateFactory(earlier=earlier, later=later, **facts)


def text_of(response):
    return response.content.decode()


def others_in(response, name="pairs"):
    return [pair.other for pair in response.context[name]]


# The file ---------------------------------------------------------------------------------------


def test_file_shows_what_it_may_be_a_duplicate_of_and_why():
    pair = a_pair(same_person=True)
    Member.objects.filter(pk=pair.later_id).update(assignee=UserFactory(name="Amina Diallo"))

    page = text_of(signed_in(officer()).get(address("change", pair.earlier)))

    assert f"{pair.later.reference} · <bdi>Ministry of Telecom</bdi>" in page
    assert "Proposed because of: same domain, same person." in page
    assert "Taken by Amina Diallo" in page
    assert "Ghana ·" in page
    for step in ("compare", "close_as_duplicate", "set_apart"):
        assert f'"{address(step, pair.earlier, pair.later)}"' in page
    assert f'"{address("close_as_duplicate", pair.later, pair.earlier)}"' in page


def test_file_shows_the_pair_from_either_side():
    pair = a_pair()
    client = signed_in(officer())

    pages = [client.get(address("change", member)) for member in (pair.earlier, pair.later)]

    assert [others_in(page) for page in pages] == [[pair.later], [pair.earlier]]


def test_file_puts_what_it_has_most_in_common_with_first():
    pair = a_pair()
    closer = PossibleDuplicateFactory(earlier=pair.earlier, same_name=True)
    PossibleDuplicateFactory(earlier=pair.earlier)

    response = signed_in(officer()).get(address("change", pair.earlier))

    assert others_in(response)[0] == closer.later


def test_file_without_any_says_nothing_of_duplicates():
    member = FocalPointFactory().member
    PossibleDuplicateFactory()

    page = text_of(signed_in(officer()).get(address("change", member)))

    assert "Possible duplicates" not in page
    assert "Closed as duplicates" not in page


def test_file_offers_an_observer_no_step():
    pair = a_pair()

    page = text_of(signed_in(observer()).get(address("change", pair.earlier)))

    assert "Possible duplicates" in page
    for step in ("close_as_duplicate", "set_apart"):
        assert address(step, pair.earlier, pair.later) not in page


def test_file_that_is_decided_offers_to_close_the_other_alone():
    pair = a_pair()
    Member.objects.filter(pk=pair.earlier_id).update(
        status=MemberStatus.DECLINED, decided_at=NOON, decided_by=UserFactory()
    )

    page = text_of(signed_in(officer()).get(address("change", pair.earlier)))

    assert address("close_as_duplicate", pair.earlier, pair.later) not in page
    assert address("close_as_duplicate", pair.later, pair.earlier) in page


def test_file_lists_what_was_set_aside_with_who_said_so():
    pair = a_pair(dismissed_at=NOON, dismissed_by=UserFactory(name="Amina Diallo"))

    response = signed_in(officer()).get(address("change", pair.earlier))

    assert (others_in(response), others_in(response, "set_aside")) == ([], [pair.later])
    assert "Said by Amina Diallo, 25 October 2021, 14:00 (Geneva time)." in text_of(response)
    assert address("propose_again", pair.earlier, pair.later) in text_of(response)


def test_file_lists_its_closed_duplicates_and_each_leads_to_the_file_that_stands():
    pair = a_pair()
    Member.objects.filter(pk=pair.later_id).update(
        status=MemberStatus.CLOSED,
        closing_reason=ClosingReason.DUPLICATE,
        duplicate_of=pair.earlier,
        decided_at=NOON,
        decided_by=UserFactory(),
    )
    client = signed_in(officer())

    standing, closed = (client.get(address("change", each)) for each in (pair.earlier, pair.later))

    assert "Closed as duplicates of this file" in text_of(standing)
    assert list(standing.context["duplicates"]) == [pair.later]
    assert (others_in(standing), others_in(closed)) == ([], [])
    assert f'"{address("change", pair.earlier)}"' in text_of(closed)


def test_file_shows_a_coordinator_no_pair_beyond_their_areas():
    theirs, another = FocusArea.objects.order_by("number")[:2]
    admitted = {"status": MemberStatus.ADMITTED}
    member = MemberFactory(focus_area=theirs, **admitted)
    within = MemberFactory(focus_area=theirs, **admitted)
    beyond = [MemberFactory(focus_area=another, **admitted), MemberFactory()]
    for other in [within, *beyond]:
        PossibleDuplicateFactory(earlier=member, later=other)

    response = signed_in(coordinator(theirs)).get(address("change", member))

    assert others_in(response) == [within]
    assert not any(other.reference in text_of(response) for other in beyond)
    assert NOT_A_DUPLICATE not in text_of(response)


@pytest.mark.parametrize("facts", [{}, {"dismissed_at": NOON}])
def test_file_does_not_grow_in_queries_by_its_possible_duplicates(facts):
    if facts:
        facts = {**facts, "dismissed_by": UserFactory()}
    pair = a_pair(**facts)
    client = signed_in(officer())
    page = address("change", pair.earlier)
    client.get(page)
    with CaptureQueriesContext(connection) as for_one:
        client.get(page)

    for _n in range(2):
        PossibleDuplicateFactory(earlier=pair.earlier, later__assignee=UserFactory(), **facts)
    with CaptureQueriesContext(connection) as for_three:
        client.get(page)

    assert len(for_three) == len(for_one)


# Finding the original ---------------------------------------------------------------------------


def found_by(client, member, words):
    """The files found, in their order, for who closes one as a duplicate."""
    response = client.get(address("find_original", member), {"q": words})
    return [other for other, _country in response.context["found"]]


@pytest.mark.parametrize("words", ["p2c-frst23", "posts", "telegraph ministry", "ada@example.org"])
def test_original_is_found_by_reference_name_or_address_and_leads_to_the_two_side_by_side(words):
    member = FocalPointFactory(member__organisation_name="Telecom").member
    original = FocalPointFactory(
        email="ada@example.org",
        member__organisation_name="Ministry of Posts and Telegraphs",
        member__reference="P2C-FRST23",
    ).member
    FocalPointFactory(member__organisation_name="Another")
    client = signed_in(officer())

    page = text_of(client.get(address("find_original", member), {"q": words}))

    assert found_by(client, member, words) == [original]
    assert "P2C-FRST23 · <bdi>Ministry of Posts and Telegraphs</bdi>" in page
    assert f'"{address("close_as_duplicate", member, original)}"' in page
    assert f'"{address("close_as_duplicate", original, member)}"' in page


def test_original_is_never_the_file_itself():
    member = FocalPointFactory(member__organisation_name="Ministry").member

    assert found_by(signed_in(officer()), member, member.reference) == []


def test_original_of_a_file_beyond_a_persons_reach_is_looked_for_by_none():
    client = signed_in(may(coordinator(FocusArea.objects.get(number=1)), "close_member"))
    foreign = FocalPointFactory().member

    response = client.get(address("find_original", foreign), {"q": "ministry"})

    assert response.status_code == 404


def test_original_is_proposed_until_one_searches():
    pair = a_pair()
    client = signed_in(officer())
    page = address("find_original", pair.earlier)

    proposed = client.get(page)
    searched = client.get(page, {"q": "nothing has this name"})

    assert others_in(proposed) == [pair.later]
    assert f'"{address("close_as_duplicate", pair.earlier, pair.later)}"' in text_of(proposed)
    assert others_in(searched) == []
    assert "No other file that you may see has these words." in text_of(searched)


@pytest.mark.parametrize("words", ["", "   ", "\0"])
def test_original_is_not_searched_for_by_nothing(words):
    pair = a_pair()

    response = signed_in(officer()).get(address("find_original", pair.earlier), {"q": words})

    assert response.status_code == 200
    assert response.context["found"] == []
    assert "errorlist" in text_of(response)


def test_original_is_among_at_most_twenty_and_the_page_says_that_there_are_more():
    member = FocalPointFactory().member
    for _number in range(21):
        FocalPointFactory(member__organisation_name="Ministry")

    response = signed_in(officer()).get(address("find_original", member), {"q": "ministry"})

    assert len(response.context["found"]) == 20
    assert "There are more. Add a word." in text_of(response)


def test_original_of_what_is_decided_is_not_looked_for():
    member = FocalPointFactory(member__status=MemberStatus.DECLINED).member

    response = signed_in(officer()).get(address("find_original", member), follow=True)

    assert response.redirect_chain[0][0] == address("change", member)
    assert told(response)[0].startswith("This member was declined.")


def test_search_for_the_original_keeps_the_list_that_the_person_came_from():
    pair = a_pair()

    page = text_of(
        signed_in(officer()).get(
            address("find_original", pair.earlier), {"_changelist_filters": "region=AFR"}
        )
    )

    assert '<input type="hidden" name="_changelist_filters" value="region=AFR">' in page


def test_original_is_found_with_as_many_queries_among_three_as_among_one():
    member = FocalPointFactory().member
    client, grace = signed_in(officer()), officer()

    def queries():
        with CaptureQueriesContext(connection) as asked:
            found_by(client, member, "ministry")
        return len(asked)

    FocalPointFactory(member__organisation_name="Ministry", member__assignee=grace)
    queries()
    for_one = queries()
    for _number in range(2):
        FocalPointFactory(member__organisation_name="Ministry", member__assignee=grace)

    assert queries() == for_one


def test_close_leads_to_the_search_for_the_original_and_takes_no_duplicate_itself():
    member = FocalPointFactory().member

    page = text_of(signed_in(officer()).get(address("close", member)))

    assert f'"{address("find_original", member)}"' in page
    assert 'value="duplicate"' not in page


# Same as ----------------------------------------------------------------------------------------


def test_same_as_says_what_will_happen_and_closes_the_file():
    pair, by = a_pair(), officer()
    client = signed_in(by)
    page = address("close_as_duplicate", pair.earlier, pair.later)

    shown = client.get(page)
    response = client.post(page, {"decide": "1", "version": pair.earlier.version}, follow=True)

    will_happen = (
        f"{pair.earlier.reference} will leave the queue as a duplicate of {pair.later.reference}"
    )
    assert will_happen in text_of(shown)
    member = Member.objects.get(pk=pair.earlier_id)
    assert (member.status, member.duplicate_of, member.decided_by) == (
        MemberStatus.CLOSED,
        pair.later,
        by,
    )
    assert told(response) == ["The file was closed as a duplicate."]
    assert pair.later.timeline.get().kind == TimelineKind.DUPLICATE_CLOSED


def test_same_as_shows_the_two_files_side_by_side_before_it_closes_one():
    pair = a_pair()

    page = text_of(
        signed_in(officer()).get(address("close_as_duplicate", pair.earlier, pair.later))
    )

    table = page[page.index('<table class="beside">') : page.index("</table>")]
    for member in (pair.earlier, pair.later):
        assert f"{member.reference} · <bdi>{member.organisation_name}</bdi>" in table
    assert 'class="differs"' in table
    assert page.index("</table>") < page.index('name="decide"')
    assert f'"{address("close_as_duplicate", pair.later, pair.earlier)}"' in page


def test_same_as_refuses_what_has_changed_and_writes_nothing():
    pair = a_pair()
    Member.objects.filter(pk=pair.earlier_id).update(version=2)

    response = signed_in(officer()).post(
        address("close_as_duplicate", pair.earlier, pair.later), {"decide": "1", "version": 1}
    )

    assert response.status_code == 409
    assert "The file has changed since you opened it." in text_of(response)
    assert Member.objects.get(pk=pair.earlier_id).status == MemberStatus.PENDING
    assert not TimelineEntry.objects.exists()


def test_same_as_a_closed_duplicate_names_the_file_that_stands():
    pair, standing = a_pair(), MemberFactory(organisation_name="The first")
    Member.objects.filter(pk=pair.later_id).update(
        status=MemberStatus.CLOSED,
        closing_reason=ClosingReason.DUPLICATE,
        duplicate_of=standing,
        decided_at=NOON,
        decided_by=UserFactory(),
    )

    response = signed_in(officer()).post(
        address("close_as_duplicate", pair.earlier, pair.later), {"decide": "1", "version": 1}
    )

    assert response.status_code == 409
    assert f"{standing.reference} · The first" in text_of(response)
    assert Member.objects.get(pk=pair.earlier_id).status == MemberStatus.PENDING


def test_same_as_itself_is_no_page():
    member = MemberFactory()

    assert (
        signed_in(officer()).get(address("close_as_duplicate", member, member)).status_code == 404
    )


def test_same_as_what_is_decided_shows_the_file_and_says_so():
    pair = a_pair()
    Member.objects.filter(pk=pair.earlier_id).update(
        status=MemberStatus.DECLINED, decided_at=NOON, decided_by=UserFactory()
    )

    response = signed_in(officer()).get(
        address("close_as_duplicate", pair.earlier, pair.later), follow=True
    )

    assert told(response) == ["This member was declined."]


# Not a duplicate --------------------------------------------------------------------------------


def test_set_apart_is_said_by_a_button_and_taken_back_by_another():
    pair, by = a_pair(), officer()
    client = signed_in(by)

    said = client.post(address("set_apart", pair.later, pair.earlier), follow=True)
    pair.refresh_from_db()
    dismissed_by = pair.dismissed_by
    taken_back = client.post(address("propose_again", pair.later, pair.earlier), follow=True)
    pair.refresh_from_db()

    assert told(said) == ["The two files are no longer proposed as duplicates."]
    assert said.redirect_chain == [(address("change", pair.later), 302)]
    assert dismissed_by == by
    assert told(taken_back) == ["The two files are possible duplicates again."]
    assert pair.dismissed_at is None


def test_set_apart_tells_who_did_so_first():
    pair = a_pair(dismissed_at=NOON, dismissed_by=UserFactory(name="Amina Diallo"))

    response = signed_in(officer()).post(
        address("set_apart", pair.earlier, pair.later), follow=True
    )

    [refusal] = told(response)
    assert refusal.startswith("Amina Diallo said that these two are no duplicates: ")
    assert not TimelineEntry.objects.exists()


@pytest.mark.parametrize("step", ["set_apart", "propose_again"])
def test_pair_that_is_not_proposed_any_more_is_refused(step):
    one, other = MemberFactory(), MemberFactory()

    response = signed_in(officer()).post(address(step, one, other), follow=True)

    assert told(response) == ["These two files are no longer proposed as possible duplicates."]
    assert not PossibleDuplicate.objects.exists()


@pytest.mark.parametrize("step", ["set_apart", "propose_again"])
def test_pair_is_settled_by_nobody_without_the_permission(step):
    facts = {"dismissed_at": NOON, "dismissed_by": UserFactory()} if step != "set_apart" else {}
    pair = a_pair(**facts)
    before = pair.is_dismissed

    response = signed_in(observer()).post(address(step, pair.earlier, pair.later))

    pair.refresh_from_db()
    assert (response.status_code, pair.is_dismissed) == (403, before)


def test_pair_beyond_a_coordinators_reach_is_settled_by_none_even_with_the_permission():
    theirs, another = FocusArea.objects.order_by("number")[:2]
    admitted = {"status": MemberStatus.ADMITTED}
    pair = PossibleDuplicateFactory(
        earlier=MemberFactory(focus_area=theirs, **admitted),
        later=MemberFactory(focus_area=another, **admitted),
    )
    client = signed_in(may(coordinator(theirs), "settle_duplicate_member"))

    response = client.post(address("set_apart", pair.earlier, pair.later))

    pair.refresh_from_db()
    assert (response.status_code, pair.is_dismissed) == (404, False)


# Side by side -----------------------------------------------------------------------------------


def test_beside_offers_the_same_two_steps():
    pair = a_pair()

    page = text_of(signed_in(officer()).get(address("compare", pair.earlier, pair.later)))

    for step in ("close_as_duplicate", "set_apart"):
        assert f'"{address(step, pair.earlier, pair.later)}"' in page


def test_beside_of_two_that_nobody_proposed_offers_to_close_one_alone():
    one, other = (FocalPointFactory().member for _n in range(2))

    page = text_of(signed_in(officer()).get(address("compare", one, other)))

    assert address("close_as_duplicate", one, other) in page
    assert address("set_apart", one, other) not in page


# The queue --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("asked", "is_marked"), [("yes", True), ("no", False)])
def test_queue_is_narrowed_to_files_with_or_without_possible_duplicates(asked, is_marked):
    pair, alone = a_pair(), MemberFactory()

    response = signed_in(officer()).get(QUEUE, {"duplicates": asked})

    found = {*response.context["cl"].result_list}
    assert found == ({pair.earlier, pair.later} if is_marked else {alone})
    assert {member.has_possible_duplicates for member in found} == {is_marked}


def test_queue_does_not_grow_in_queries_by_possible_duplicates():
    client = signed_in(officer())
    a_pair()
    client.get(QUEUE)
    with CaptureQueriesContext(connection) as for_one:
        client.get(QUEUE, {"duplicates": "yes"})

    a_pair()
    a_pair()
    with CaptureQueriesContext(connection) as for_three:
        client.get(QUEUE, {"duplicates": "yes"})

    assert len(for_three) == len(for_one)
