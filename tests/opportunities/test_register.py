"""The public list of needs and offers: its tabs, filters, order and figures."""

from datetime import timedelta

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext

from focus_areas.models import FocusArea
from members.services.search import fold
from opportunities.forms.register import RegisterForm
from opportunities.models import ContactStatus, OpportunityStatus
from opportunities.services.register import Tab, count_by_tab, figures, in_tab, matching, rows_of
from tests.factories import NOON, FocusAreaFactory, MemberFactory
from tests.factories.focus_areas import PillarFactory
from tests.factories.opportunities import (
    ContactFactory,
    OfferFactory,
    OpportunityFactory,
    OpportunityPlaceFactory,
    SupportOfferedFactory,
)


def need(*countries, factory=OpportunityFactory, days=3, **facts):
    row = factory(published_at=NOON - timedelta(days=days), **facts)
    for country in countries:
        OpportunityPlaceFactory(opportunity=row, country=country)
    return row


def offer(*countries, **facts):
    return need(*countries, factory=OfferFactory, **facts)


def found(**filters):
    form = RegisterForm(QueryDict(mutable=True) | filters)
    assert form.is_valid(), form.errors
    return set(matching(form.cleaned_data, at=NOON))


def test_list_has_only_what_is_public():
    public = {
        OpportunityFactory(status=status)
        for status in (OpportunityStatus.OPEN, OpportunityStatus.EXPIRED, OpportunityStatus.AGREED)
    }
    for status in ("draft", "sent", "question_asked", "closed_by_staff"):
        OpportunityFactory(status=status)
    OpportunityFactory(status="withdrawn", published_at=None)

    assert found() == public


def test_words_are_found_in_titles_english_titles_references_and_names_of_members():
    wanted = OpportunityFactory(
        reference="N-8WZC3M",
        title="Formation d’enseignants",
        title_en="Training of teachers",
        search_text=fold("Formation d’enseignants Training of teachers N-8WZC3M"),
        member=MemberFactory(organisation_name="Université de Niamey", acronym="UAM"),
    )
    OpportunityFactory(title="Satellites", search_text=fold("Satellites N-000000"))

    for words in ("ENSEIGNANTS", "training", "n-8wzc3m", "universite", "uam formation"):
        assert found(q=words) == {wanted}, words


def test_country_finds_what_names_it_and_offers_for_its_region_or_one_of_its_groups():
    of_niger = [need("NE", "TD"), offer("NE")]
    of_niger.append(OfferFactory())
    OpportunityPlaceFactory(opportunity=of_niger[-1], country="", region="AFR")
    of_niger.append(OfferFactory())
    OpportunityPlaceFactory(opportunity=of_niger[-1], country="", group="LLDC")
    need("TD")
    for_islands = OfferFactory()
    OpportunityPlaceFactory(opportunity=for_islands, country="", group="SIDS")
    for_americas = OfferFactory()
    OpportunityPlaceFactory(opportunity=for_americas, country="", region="AMS")

    assert found(country="NE") == {*of_niger}


def test_support_focus_area_and_pillar_narrow_the_list():
    first, second = (FocusArea.objects.get(number=number) for number in (1, 2))
    pillar = PillarFactory(focus_area=first)
    training = OpportunityFactory(focus_area=first, pillar=pillar)
    SupportOfferedFactory(opportunity=training, kind="training")
    SupportOfferedFactory(opportunity=training, kind="content")
    money = OpportunityFactory(focus_area=second)
    SupportOfferedFactory(opportunity=money, kind="money")

    assert found(support="content") == {training}
    assert found(area=first.slug) == {training}
    assert found(pillar=str(pillar.pk)) == {training}
    assert found(area=second.slug, support="money") == {money}
    assert found(area=second.slug, support="training") == set()


def test_tabs_divide_the_list_and_count_it_in_one_query():
    rows = {
        Tab.NEEDS: {need("NE"), need("NE", days=29)},
        Tab.UNANSWERED: {need("NE", days=30)},
        Tab.OFFERS: {offer("NE", days=50)},
        Tab.COMMITTED: {need(status="committed"), offer(status="committed")},
        Tab.ENDED: {need(status="expired"), need(status="nothing"), offer(status="withdrawn")},
    }
    declined = need("NE", days=40)
    ContactFactory(opportunity=declined, status=ContactStatus.DECLINED)
    answered = need("NE", days=41)
    ContactFactory(opportunity=answered, status=ContactStatus.ACCEPTED)
    rows[Tab.UNANSWERED].add(declined)
    rows[Tab.NEEDS] |= {answered, *rows[Tab.UNANSWERED]}

    with CaptureQueriesContext(connection) as queries:
        counts = count_by_tab({"show": Tab.OFFERS.value}, at=NOON)

    assert len(queries) == 1
    assert {tab: set(in_tab({}, tab, at=NOON)) for tab in Tab} == rows
    assert counts == {tab: len(those) for tab, those in rows.items()}


def test_those_that_wait_longest_come_first_and_those_that_ended_last_at_the_other_tabs():
    newer, older = need(days=2), need(days=9)
    first = need(status="expired", days=90, ended_at=NOON - timedelta(days=20))
    last = need(status="agreed", days=10, ended_at=NOON - timedelta(days=1))

    assert list(in_tab({}, Tab.NEEDS, at=NOON)) == [older, newer]
    assert list(in_tab({}, Tab.ENDED, at=NOON)) == [last, first]


def test_row_counts_members_that_did_not_take_their_message_back_and_never_names_them():
    row = need("FJ", "WS", "TO", "NE", days=41)
    SupportOfferedFactory(opportunity=row, kind="money")
    SupportOfferedFactory(opportunity=row, kind="content")
    for status in (ContactStatus.SENT, ContactStatus.DECLINED, ContactStatus.WITHDRAWN):
        ContactFactory(opportunity=row, status=status)

    [shown] = rows_of(in_tab({}, Tab.NEEDS, at=NOON), at=NOON)

    assert (shown.waiting, shown.support) == ("41 days", "Money, Content")
    assert shown.where == "Fiji, Samoa, Tonga and 1 more"
    assert (shown.contacts, shown.is_answered) == ("2 offers of help", False)


def test_member_that_wrote_twice_counts_once():
    row = offer("NE")
    again = ContactFactory(opportunity=row, status=ContactStatus.DECLINED)
    ContactFactory(opportunity=row, member=again.member, status=ContactStatus.ACCEPTED)

    [shown] = rows_of(in_tab({}, Tab.OFFERS, at=NOON), at=NOON)

    assert (shown.contacts, shown.is_answered) == ("1 member asked", True)


def test_figures_count_countries_members_and_commitments_once():
    need("NE", "TD"), need("NE", days=31)
    first = offer("MW")
    offer("KE", member=first.member)
    need("BO", status="expired")
    committed = need("FJ", status="committed")
    offer("FJ", status="committed", commitment=committed.commitment)

    assert figures(at=NOON) == {
        "needs": 2,
        "countries": 2,
        "offers": 2,
        "members": 1,
        "unanswered": 1,
        "commitments": 1,
    }


@pytest.mark.parametrize("name", ["country", "support", "area", "pillar", "show"])
def test_form_refuses_values_that_it_does_not_offer(name):
    form = RegisterForm(QueryDict(f"{name}=none"))

    assert not form.is_valid()
    assert form.left_out() == ["none"]


def test_form_offers_the_published_pillars_by_focus_area():
    area = FocusAreaFactory(number=2)
    shown, hidden = PillarFactory(focus_area=area), PillarFactory(is_published=False)

    keys = {
        key
        for name, label in RegisterForm(QueryDict()).fields["pillar"].choices
        if isinstance(label, list) and name == area.name
        for key, _name in label
    }

    assert str(shown.pk) in keys
    assert str(hidden.pk) not in keys


def test_list_takes_as_many_queries_for_nine_rows_as_for_three():
    numbers = []
    for _round in range(2):
        for _number in range(3):
            row = need("NE", "TD")
            SupportOfferedFactory(opportunity=row)
            ContactFactory(opportunity=row)
        with CaptureQueriesContext(connection) as queries:
            rows_of(in_tab({"country": "NE"}, Tab.NEEDS, at=NOON), at=NOON)
        numbers.append(len(queries))

    assert numbers == [3, 3]
