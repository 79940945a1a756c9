"""How unassigned members are shared out, and the page that does it."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils.timezone import localdate

from accounts.models import ReadLanguage
from focus_areas.models import FocusArea
from members.models import Member, MemberStatus, SpamSignal
from tests.factories import NOON, FocalPointFactory, MemberFactory
from tests.triage.staff import desk_manager, may, observer, officer, read, signed_in, told
from triage.desk.services.shares import ShareOutBy, colleagues_here, shares_of, unassigned

PAGE = reverse("admin:members_member_share_out")
TODAY = localdate(NOON)
DAY = timedelta(days=1)


@pytest.fixture
def bo():
    return officer(name="Bo Lind", signed_in_at=NOON)


@pytest.fixture
def ada():
    return officer(name="Ada Kent", signed_in_at=NOON)


def waiting(language="en", **facts):
    facts = {f"member__{name}": value for name, value in facts.items()}
    return FocalPointFactory(language=language, **facts).member


def shared(by, *colleagues):
    return {
        str(colleague): share
        for colleague, share in shares_of(unassigned(), colleagues, by).items()
    }


def test_colleagues_here_have_signed_in_and_are_not_away(bo):
    officer(signed_in_at=None)
    officer(signed_in_at=NOON, away_until=TODAY)
    officer(signed_in_at=NOON, is_active=False)
    observer(signed_in_at=NOON)
    back = officer(name="Back", signed_in_at=NOON, away_until=TODAY - DAY)

    assert list(colleagues_here(today=TODAY)) == [back, bo]


def test_unassigned_leaves_out_the_assigned_the_decided_and_possible_spam(bo):
    waits = waiting("fr")
    waiting(assignee=bo)
    waiting(status=MemberStatus.DECLINED)
    waiting(spam_signal=SpamSignal.HONEYPOT)

    assert [(member, member.language) for member in unassigned()] == [(waits, "fr")]


def test_shares_are_even_and_the_oldest_come_first(bo, ada):
    oldest, second, third = (waiting(submitted_at=NOON + number * DAY) for number in range(3))

    shares = shared(ShareOutBy.NOTHING, bo, ada)

    assert shares == {"Bo Lind": [oldest, third], "Ada Kent": [second]}


def test_shares_by_language_go_to_those_who_read_it_and_are_even_otherwise(bo, ada):
    ReadLanguage.objects.create(user=ada, language="fr")
    in_english = [waiting(), waiting()]
    in_french = [waiting("fr"), waiting("fr")]
    in_arabic = waiting("ar")

    shares = shared(ShareOutBy.LANGUAGE, bo, ada)

    assert shares["Ada Kent"] == [*in_french]
    assert sorted(shares["Bo Lind"], key=lambda each: each.pk) == [*in_english, in_arabic]


def test_shares_by_region_or_first_choice_keep_together_what_is_alike(bo, ada):
    first, second = FocusArea.objects.filter(number__in=(1, 2)).order_by("number")
    in_europe = [waiting(country=code, first_choice=first) for code in ("CH", "FR", "DE")]
    in_asia = [waiting(country=code, first_choice=second) for code in ("NP", "JP")]

    by_region = shared(ShareOutBy.REGION, bo, ada)
    by_area = shared(ShareOutBy.FIRST_CHOICE, bo, ada)

    assert by_region == by_area == {"Bo Lind": in_europe, "Ada Kent": in_asia}


def test_page_shows_the_shares_and_assigns_as_shown(bo, ada):
    manager = desk_manager(name="Zoe", signed_in_at=None)
    first, second = waiting(), waiting()
    client = signed_in(manager)
    choice = {
        "members": f"{first.pk},{second.pk}",
        "colleagues": [str(bo.pk)],
        "by": ShareOutBy.NOTHING,
    }

    opened = client.get(PAGE)
    shown = client.post(PAGE, {**choice, "share_out": opened.context["shown"]})
    done = client.post(PAGE, {**choice, "share_out": shown.context["shown"]}, follow=True)

    assert "<bdi>Ada Kent</bdi>: 1 applicant" in read(opened)
    # The choice is another one than the page had shown.
    assert shown.status_code == 200
    assert "<bdi>Bo Lind</bdi>: 2 applicants" in read(shown)
    assert "Ada Kent</bdi>:" not in read(shown)
    assert done.redirect_chain == [(reverse("admin:figures") + "#team", 302)]
    assert told(done) == ["2 applicants assigned."]
    assert set(Member.objects.values_list("assignee", flat=True)) == {bo.pk}


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"colleagues": []}, "Choose a colleague."),
        ({"by": ""}, "Choose how to share out."),
        ({"members": "x"}, "Open this page again."),
    ],
)
def test_page_refuses_what_is_missing(changed, said, bo):
    member = waiting()
    choice = {"members": str(member.pk), "colleagues": [str(bo.pk)], "by": ShareOutBy.NOTHING}

    page = signed_in(desk_manager()).post(PAGE, {**choice, "share_out": "", **changed})

    assert page.status_code == 422
    assert said in read(page)
    assert not Member.objects.filter(assignee__isnull=False).exists()


def test_page_says_that_nothing_is_left_after_somebody_was_faster(bo, ada):
    member = MemberFactory(assignee=ada)
    choice = {
        "members": str(member.pk),
        "colleagues": [str(bo.pk)],
        "by": ShareOutBy.NOTHING,
        "share_out": f"evenly {bo.pk}",
    }

    page = signed_in(desk_manager()).post(PAGE, choice)

    assert page.status_code == 409
    assert "These applicants are assigned or decided by now." in read(page)


def test_page_says_when_nobody_can_be_chosen_and_when_nothing_waits():
    client = signed_in(may(officer(signed_in_at=None), "reassign_all_member"))

    nothing = read(client.get(PAGE))
    waiting()
    nobody = read(client.get(PAGE))

    assert "Every waiting applicant is assigned." in nothing
    assert "Nobody can be chosen." in nobody
