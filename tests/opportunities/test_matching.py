"""Which needs and offers match, in which order, and the reasons that are printed."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils.translation import override

from focus_areas.models import FocusArea
from members.models import MemberStatus
from opportunities.models import OpportunityStatus
from opportunities.services.content import Where
from opportunities.services.matching import matches_for, matches_of, own_matches
from opportunities.services.reader import Reader
from tests.factories import (
    NOON,
    ContactFactory,
    FrameworkDraftFactory,
    FrameworkFactory,
    MemberFactory,
    PillarFactory,
    WordingFactory,
)
from tests.framework.reading import signed_in
from tests.opportunities.fitting import (
    AFRICA,
    DAY,
    LEAST_DEVELOPED,
    NIGER,
    a_need,
    an_offer,
    reader_of,
)
from tests.triage.staff import read

pytestmark = pytest.mark.django_db
MALI, FIJI = Where(country="ML"), Where(country="FJ")


def others(opportunity, at=NOON):
    return [match.other for match in matches_of(opportunity, at=at)]


def reasons(opportunity, *, own=False, at=NOON):
    (match,) = matches_of(opportunity, at=at)
    return [str(each) for each in match.reasons(own=own)]


# The rule


def test_need_and_offer_match_that_share_support_and_a_country():
    need, offer = a_need(), an_offer()

    assert others(need) == [offer]
    assert others(offer) == [need]


@pytest.mark.parametrize(
    "facts",
    [
        {"supports": ["money"]},
        {"places": [MALI]},
        {"places": [Where(region="EUR")]},
        {"places": [Where(group="SIDS")]},
        {"places": []},
        {"supports": []},
        {"status": OpportunityStatus.EXPIRED},
        {"status": OpportunityStatus.SENT},
        {"status": OpportunityStatus.CLOSED_BY_STAFF},
    ],
)
def test_need_and_offer_do_not_match_without_one_condition(facts):
    need, offer = a_need(), an_offer(**facts)

    assert others(need) == []
    assert others(offer) == []


@pytest.mark.parametrize("status", [each for each in MemberStatus if each != "admitted"])
def test_nothing_of_who_is_no_member_now_is_matched(status):
    need, offer = a_need(), an_offer(member=MemberFactory(status=status))

    assert others(need) == []
    assert others(offer) == []


def test_nothing_of_a_member_whose_admission_can_be_undone_is_matched():
    settles_at = datetime.now(UTC) + timedelta(hours=1)
    member = MemberFactory(
        status=MemberStatus.ADMITTED, settles_at=settles_at, shown_version=1, version=2
    )
    need, offer = a_need(), an_offer(member=member)

    assert others(need) == []
    assert others(offer) == []


def test_two_of_one_member_do_not_match():
    need = a_need()
    an_offer(member=need.member)

    assert others(need) == []


def test_two_needs_do_not_match():
    need = a_need()
    a_need()

    assert others(need) == []


@pytest.mark.parametrize("place", [NIGER, AFRICA, LEAST_DEVELOPED, Where(group="LLDC")])
def test_offer_for_a_region_or_a_group_fits_a_country_in_it(place):
    need, offer = a_need(), an_offer(places=[FIJI, place])

    assert others(need) == [offer]
    assert others(offer) == [need]


def test_region_of_a_need_says_nothing_about_its_countries():
    need = a_need(places=[AFRICA])
    an_offer(places=[AFRICA])

    assert others(need) == []


def test_group_is_that_of_the_day():
    """Bhutan is in the group of least developed countries until 13 December 2023."""
    need, offer = a_need(places=[Where(country="BT")]), an_offer(places=[LEAST_DEVELOPED])
    last_evening = datetime(2023, 12, 12, 22, 59, tzinfo=UTC)

    assert others(need, at=last_evening) == [offer]
    assert others(offer, at=last_evening) == [need]
    assert others(need, at=last_evening + timedelta(minutes=1)) == []
    assert others(offer, at=last_evening + timedelta(minutes=1)) == []


# The order


def test_matches_are_in_order_of_action_pillar_area_and_waiting_time():
    area = FocusArea.objects.get(number=1)
    pillar = PillarFactory(focus_area=area)
    need = a_need(action="an-action", pillar=pillar)
    elsewhere = {"focus_area": FocusArea.objects.get(number=2)}
    expected = [
        an_offer(**facts, published_at=NOON - number * DAY)
        for number, facts in enumerate(
            [
                {"focus_area": area, "pillar": pillar, "action": "an-action"},
                {**elsewhere, "action": "an-action"},
                {"focus_area": area, "pillar": pillar, "action": "another"},
                {"focus_area": area},
                elsewhere,
            ]
        )
    ]
    later = an_offer(**elsewhere, published_at=NOON)
    last = an_offer(**elsewhere, published_at=NOON)

    assert others(need) == [*expected, later, last]


def test_what_has_no_action_and_no_pillar_has_none_in_common():
    need = a_need()
    later, earlier = (an_offer(published_at=NOON - days * DAY) for days in (1, 2))

    assert others(need) == [earlier, later]


def test_ten_matches_are_shown_those_that_wait_longest():
    need = a_need()
    offers = [an_offer(published_at=NOON - number * DAY) for number in range(11)]

    assert others(need) == offers[:0:-1]


# The reasons


def test_reasons_of_an_offer_to_a_need_of_others():
    need = a_need(supports=["content", "training", "money"])
    an_offer(supports=["training", "content"], focus_area=need.focus_area)

    assert reasons(need) == [
        "Offers training and content.",
        "The offer names Niger.",
        "Both belong to the focus area Connecting People Everywhere.",
    ]


def test_reasons_of_a_need_to_an_offer_of_others():
    offer = an_offer(places=[LEAST_DEVELOPED])
    a_need(places=[NIGER, FIJI, MALI])

    assert reasons(offer) == [
        "Asks for training.",
        "The offer names the least developed countries, including Niger and Mali.",
    ]


def test_reasons_to_the_member_of_a_need():
    need = a_need()
    an_offer(places=[AFRICA])

    assert reasons(need, own=True) == [
        "Offers what you ask for: training.",
        "The offer names the ITU region Africa, including Niger.",
    ]


def test_reasons_to_the_member_of_an_offer():
    offer = an_offer(supports=["content", "training"], places=[AFRICA, LEAST_DEVELOPED, NIGER])
    a_need(
        supports=["content", "training"],
        places=[Where(country="GH"), MALI, NIGER],
    )

    assert reasons(offer, own=True) == [
        "You offer what is asked for: training and content.",
        "You named the ITU region Africa, including Ghana.",
        "You named the least developed countries, including Mali.",
        "You named Niger.",
    ]


def test_pillar_is_a_reason_in_its_language():
    pillar = PillarFactory(name_en="Digital skills")
    need = a_need(focus_area=pillar.focus_area, pillar=pillar)
    an_offer(focus_area=pillar.focus_area, pillar=pillar)

    with override("fr"):
        (match,) = matches_of(need, at=NOON)
        reason = match.reasons()[-1]

    assert (reason.text, reason.language) == ("Digital skills", "en")


@pytest.mark.parametrize(
    ("is_public", "text"), [(True, "1.1 Train teachers in their language."), (False, "1.1")]
)
def test_action_is_a_reason_in_words_only_if_everybody_reads_the_framework(is_public, text):
    framework = FrameworkFactory()
    framework.is_public = is_public
    framework.save()
    draft = FrameworkDraftFactory(status="adopted", framework=framework)
    action = WordingFactory(
        draft=draft, kind="action", text_en="Train **teachers** in their language."
    )
    need = a_need(action=str(action.paragraph.key))
    an_offer(action=str(action.paragraph.key))

    assert reasons(need)[-1] == f"Both serve this action: {text}"


# On the page


def test_reader_who_is_no_member_reads_no_matches():
    need = a_need()
    an_offer()

    assert matches_for(Reader(at=NOON), need) == {}


def test_own_offers_come_first_with_reasons_in_the_second_person():
    need, own, other = a_need(), an_offer(), an_offer()

    context = matches_for(reader_of(own), need)

    ((mine, _address, why),) = context["own_matches"]
    assert (mine, str(why[0])) == (own, "You offer what is asked for: training.")
    ((theirs, _address, why),) = context["other_matches"]
    assert (theirs, str(why[0])) == (other, "Offers training.")
    assert context["contact_address"] == f"/en/opportunities/{need.reference}/contact/"


def test_member_reads_what_fits_its_own_need_in_the_second_person():
    need, offer = a_need(), an_offer()

    context = matches_for(reader_of(need), need)

    assert context["own_matches"] == []
    ((_offer, address, why),) = context["other_matches"]
    assert address == f"/en/opportunities/{offer.reference}/"
    assert str(why[0]) == "Offers what you ask for: training."


def test_reader_by_a_private_link_stays_on_its_way():
    need, offer = a_need(), an_offer()
    reader = Reader(at=NOON, people=reader_of(need).people, token="token")

    ((_offer, address, _why),) = matches_for(reader, need)["other_matches"]

    assert address == f"/en/opportunities/private/token/{offer.reference}/"


def test_own_match_is_of_the_reader():
    need, own = a_need(), an_offer()
    an_offer()

    (match,) = own_matches(reader_of(own), need)

    assert (match.opportunity, match.other) == (own, need)


@pytest.mark.parametrize("number", [3, 9])
def test_number_of_queries_does_not_grow_with_the_matches(django_assert_num_queries, number):
    draft = FrameworkDraftFactory(status="adopted")
    key = str(WordingFactory(draft=draft, kind="action").paragraph.key)
    pillar = PillarFactory()
    facts = {"action": key, "pillar": pillar}
    need, own = a_need(**facts), an_offer(**facts)
    for _ in range(number):
        an_offer(**facts)
        an_offer(**facts, member=own.member)
    reader = reader_of(own)

    need.refresh_from_db()
    with django_assert_num_queries(11):
        context = matches_for(reader, need)

    assert len(context["other_matches"]) == number


def page_for(reader, row):
    """The page of a need or an offer as a focal point reads it."""
    return read(signed_in(reader.people[0]).get(address_of(row)))


def address_of(row, page="opportunity"):
    return reverse(f"opportunities:{page}", args=[row.reference])


def test_page_shows_the_own_offer_with_one_button_then_those_of_others():
    need, own, other = a_need(), an_offer(title="Our courses"), an_offer(title="Their courses")

    page = page_for(reader_of(own), need)

    own_part, rest = page.split("Other offers that fit")
    assert "What you offer fits this need" in own_part
    assert "Our courses" in own_part
    assert "You offer what is asked for: training." in own_part
    assert page.count(f'href="{address_of(need, "contact")}"') == 1
    assert "Their courses" in rest
    assert f'href="{address_of(other)}"' in rest
    assert "Shown by rule, without a score" in rest


def test_page_marks_the_language_of_a_pillar():
    pillar = PillarFactory(name_en="Digital skills")
    facts = {"focus_area": pillar.focus_area, "pillar": pillar}
    need, own = a_need(**facts), an_offer(**facts)

    page = page_for(reader_of(own), need)

    assert 'Both are about this pillar: <bdi lang="en">Digital skills</bdi>' in page


def test_page_offers_no_button_once_the_member_wrote():
    need, own = a_need(), an_offer()
    ContactFactory(opportunity=need, member=own.member, own=own)

    page = page_for(reader_of(own), need)

    assert "What you offer fits this need" in page
    assert f'href="{address_of(need, "contact")}"' not in page


@pytest.mark.parametrize("status", [OpportunityStatus.OPEN, OpportunityStatus.EXPIRED])
def test_visitor_reads_no_matches_and_nobody_those_of_what_ended(client, status):
    need, offer = a_need(status=status), an_offer(title="Their courses")
    pages = [read(client.get(address_of(need)))]
    if status == OpportunityStatus.EXPIRED:
        pages.append(page_for(reader_of(offer), need))

    assert ["Their courses" in page for page in pages] == [False] * len(pages)
