"""What the page of a framework says of its actions."""

import pytest
from django.utils.translation import override

from commitments.models import CommitmentStatus, Condition
from framework.services.action_facts import ActionFacts, actions_served
from framework.services.numbering import numbered_text
from tests.commitments.register import published
from tests.commitments.writing import a_lead
from tests.factories import FrameworkDraftFactory, PlaceFactory, WordingFactory
from tests.framework.adopted import adopted, keys_of
from tests.participation.people import signed_in_as
from tests.queries import queries_of

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def served_of(paragraphs):
    draft = paragraphs[0].framework.drafts.latest("number")
    return actions_served(draft, numbered_text(draft))


def test_facts_are_those_of_the_commitments_that_serve_an_action():
    paragraphs = adopted("Connect schools.", "Share towers.", "Train people.")
    first, second, third = keys_of(paragraphs)
    one = published(actions=[first, second], present_condition=Condition.BEHIND)
    other = published(actions=[first], present_condition=Condition.REACHED_LATE)
    gone = published(actions=[first], status=CommitmentStatus.WITHDRAWN, reason="Over.")
    published(present_condition=Condition.BEHIND)
    published(actions=[third], status=CommitmentStatus.APPROVED, published_at=None)
    for commitment, country in ((one, "ZM"), (other, "MW"), (gone, "TD")):
        PlaceFactory(commitment=commitment, country=country)
    PlaceFactory(commitment=one, country="", region="AFR")

    served = served_of(paragraphs)

    facts = served.facts[first]
    assert facts.commitments == {one.pk, other.pk}
    assert facts.places == ["Malawi", "Zambia", "Africa (ITU region)"]
    assert [(each.words, each.number) for each in facts.conditions] == [
        ("Behind", 1),
        ("Reached", 1),
        ("Withdrawn or superseded", 1),
    ]
    assert facts.url == f"/en/commitments/?action={first}"
    assert served.facts[second].commitments == {one.pk}
    assert served.facts[third].number == 0
    assert served.without == [("1.3", third)]
    assert served.sentence == "2 commitments serve 2 of 3 actions."


def test_numbers_of_conditions_are_those_of_the_register(client):
    paragraphs = adopted("Connect schools.")
    [key] = keys_of(paragraphs)
    for condition in (Condition.BEHIND, Condition.BEHIND, Condition.ON_COURSE):
        published(actions=[key], present_condition=condition)
    published(actions=[key], status=CommitmentStatus.WITHDRAWN, reason="Over.")

    tabs = client.get(served_of(paragraphs).facts[key].url).context["tabs"]

    assert {each.words: each.number for each in served_of(paragraphs).facts[key].conditions} == {
        str(group.label): number for group, number, _query, _is_current in tabs if number
    }


def test_names_of_places_are_in_the_language_of_the_reader():
    paragraphs = adopted("Connect schools.")
    PlaceFactory(commitment=published(actions=keys_of(paragraphs)), country="TD")

    with override("fr"):
        [facts] = served_of(paragraphs).facts.values()

    assert facts.places_in_words == "Tchad"


def test_many_places_are_counted():
    places = ["Chad", "Fiji", "Kenya", "Malawi", "Niger", "Peru", "Togo", "Zambia"]

    words = ActionFacts(places=places).places_in_words

    assert words == "Chad, Fiji, Kenya, Malawi, Niger, Peru and 2 more"


def test_draft_that_is_not_adopted_has_no_facts():
    draft = FrameworkDraftFactory()
    WordingFactory(draft=draft)

    assert actions_served(draft, numbered_text(draft)) is None


def test_framework_that_nothing_serves_says_so():
    served = served_of(adopted("Connect schools.", "Share towers."))

    assert served.sentence == "No commitment serves one of the 2 actions yet."
    assert [number for number, _key in served.without] == ["1.1", "1.2"]


@pytest.mark.parametrize("number", [3, 9])
def test_facts_need_two_queries(django_assert_num_queries, number):
    paragraphs = adopted(*(f"Action {each}" for each in range(number)))
    for key in keys_of(paragraphs):
        PlaceFactory(commitment=published(actions=[key]), country="MW")
    draft = paragraphs[0].framework.drafts.latest("number")
    rows = numbered_text(draft)

    with django_assert_num_queries(2):
        served = actions_served(draft, rows)

    assert served.served == number


ADDRESS = "/en/focus-areas/connecting-people-everywhere/framework/"
BUTTON = "Make a commitment for this action"
QUERIES = 6


def test_page_says_which_actions_are_served_and_leads_to_their_commitments(client):
    first, second = adopted("Connect schools.", "Share towers.")
    published(actions=keys_of([first]), present_condition=Condition.BEHIND)
    gone = {"status": CommitmentStatus.WITHDRAWN, "reason": "Over."}
    published(actions=keys_of([second]), **gone)

    page = client.get(ADDRESS)

    assert "1 commitment serves 1 of 2 actions." in page.text
    assert f'<a href="#{second.key}">1.2</a>' in page.text
    assert f'<a href="/en/commitments/?action={first.key}">1 commitment<' in page.text
    assert "Behind: 1" in page.text
    assert "Withdrawn or superseded: 1" in page.text
    assert BUTTON not in page.text


def test_member_of_the_group_begins_a_commitment_for_an_action():
    [paragraph] = adopted("Connect schools.")
    mine = signed_in_as(a_lead())

    page = mine.get(ADDRESS)

    assert BUTTON in page.text
    assert f'href="/en/my/commitments/?action={paragraph.key}#begin"' in page.text


@pytest.mark.parametrize("number", [3, 9])
def test_page_takes_as_many_queries_for_nine_actions_as_for_three(client, number):
    for key in keys_of(adopted(*(f"Action {each}" for each in range(number)))):
        PlaceFactory(commitment=published(actions=[key]), country="MW")

    assert queries_of(client, ADDRESS) == QUERIES
