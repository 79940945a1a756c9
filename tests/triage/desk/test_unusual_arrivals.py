"""What is unusual of an hour, and the page that puts it under possible spam and takes it back."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils.timezone import now

from members.models import Member, Origin, SpamSignal, TimelineKind
from members.services.assignment import clear_spam_flag
from members.services.intake import receive_expression_of_interest
from outbox.models import Message, MessageStatus
from tests.factories import NOON, CallFactory, FocalPointFactory, UserFactory
from tests.members.test_intake import answers
from tests.triage.staff import observer, officer, signed_in
from triage.desk.models import BulkRun, BulkRunAction
from triage.desk.services.bulk_runs import process_run
from triage.desk.services.unusual_arrivals import MANY, Source, members_of, unusual_arrivals

PAGE = reverse("admin:members_member_unusual")
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture
def me():
    return officer(name="Amina Diallo")


def arrive(number, *, country="KE", domain="example.org", at=NOON, **facts):
    """Let expressions of interest arrive by the form."""
    return [
        FocalPointFactory(
            email=f"person-{each}@{domain}",
            **{"member__country": country, "member__origin": Origin.FORM, **facts},
            member__submitted_at=at,
        ).member
        for each in range(number)
    ]


def found(me, at=NOON):
    return {each.source: (len(each.members), each.usual) for each in unusual_arrivals(me, at=at)}


def test_many_from_one_country_or_domain_are_unusual(me):
    arrive(MANY, country="KE", domain="a.example")
    arrive(MANY - 1, country="BR", domain="b.example")

    assert found(me) == {
        Source("all"): (2 * MANY - 1, 0),
        Source("country", "KE"): (MANY, 0),
        Source("domain", "a.example"): (MANY, 0),
    }


def test_as_many_as_five_times_the_busiest_hour_before_are_usual(me):
    arrive(2, domain="a.example", at=NOON - 3 * DAY)
    arrive(1, domain="a.example", at=NOON - 2 * DAY)
    arrive(10, domain="A.example")
    assert found(me) == {}

    arrive(1, domain="b.example")

    assert found(me) == {Source("all"): (11, 2), Source("country", "KE"): (11, 2)}


def test_hours_of_more_than_four_weeks_ago_and_earlier_floods_are_not_usual(me):
    arrive(9, at=NOON - 28 * DAY)
    arrive(9, at=NOON - DAY, member__spam_signal=SpamSignal.UNUSUAL)
    arrive(MANY)

    assert {usual for _number, usual in found(me).values()} == {0}


@pytest.mark.parametrize(
    "facts",
    [
        {"at": NOON - HOUR},
        {"at": NOON + MINUTE},
        {"confirmed_at": NOON},
        {"member__assignee": UserFactory},
        {"member__status": "closed"},
        {"member__origin": Origin.SPREADSHEET},
        {"member__spam_signal": SpamSignal.NETWORK},
    ],
)
def test_what_is_older_confirmed_assigned_decided_imported_or_held_does_not_count(me, facts):
    arrive(1, **{key: value() if callable(value) else value for key, value in facts.items()})
    arrive(MANY - 1)

    assert found(me) == {}


def test_members_of_several_sources_are_each_taken_once(me):
    members = arrive(MANY)

    assert members_of(unusual_arrivals(me, at=NOON)) == [member.pk for member in members]


def sent(client, *sources, **facts):
    """The form as the page shows it, with some sources ticked."""
    context = client.get(PAGE).context
    shown = {"shown_at": context["shown_at"], "run_key": str(context["run_key"])}
    return {**shown, "sources": sources, **facts}


def test_page_shows_the_rule_and_how_many_will_be_marked(me):
    arrive(MANY, country="KE", domain="a.example", at=now())
    arrive(MANY, country="BR", domain="a.example", at=now())

    page = signed_in(me).get(PAGE)

    assert f"at least {MANY}, and more than 5 times as many" in page.text
    assert "Kenya: 10, at most 0 before" in page.text
    assert "@a.example: 20, at most 0 before" in page.text
    assert "20 expressions of interest will be marked as possible spam." in page.text


def test_page_counts_the_chosen_ones_and_marks_nothing_yet(me):
    client = signed_in(me)
    arrive(MANY, country="KE", at=now())
    arrive(MANY, country="BR", at=now())

    page = client.post(PAGE, sent(client, "country:KE", count="1"))

    assert "10 expressions of interest will be marked as possible spam." in page.text
    assert list(BulkRun.objects.all()) == []


def test_page_marks_the_chosen_ones_and_takes_all_of_them_back(me):
    client = signed_in(me)
    chosen = arrive(MANY, country="KE", at=now())
    others = arrive(MANY, country="BR", at=now())

    marked = client.post(PAGE, sent(client, "country:KE"), follow=True)

    signals = dict(Member.objects.values_list("pk", "spam_signal"))
    assert {signals[member.pk] for member in chosen} == {SpamSignal.UNUSUAL}
    assert {signals[member.pk] for member in others} == {""}
    assert "10 applicants marked as possible spam. Their acknowledgements are held." in marked.text

    run = BulkRun.objects.get()
    again = reverse("admin:members_member_take_back_from_spam", args=[run.pk])
    taken_back = signed_in(officer()).post(again, follow=True)

    assert "10 applicants are no longer possible spam." in taken_back.text
    assert set(Member.objects.values_list("spam_signal", flat=True)) == {""}
    assert Message.objects.filter(status=MessageStatus.QUEUED).count() == MANY
    kinds = chosen[0].timeline.order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == [TimelineKind.FLAGGED_AS_SPAM, TimelineKind.DECISION_UNDONE]
    assert "Put under possible spam before" not in client.get(PAGE).text


def test_taking_back_leaves_what_a_colleague_decided_in_between(me):
    client = signed_in(me)
    first, *_others = arrive(MANY, at=now())
    client.post(PAGE, sent(client, "country:KE"))
    clear_spam_flag(member=first, by=UserFactory(), at=now())

    client.post(
        reverse("admin:members_member_take_back_from_spam", args=[BulkRun.objects.get().pk])
    )

    undone = BulkRun.objects.get(action=BulkRunAction.UNDO_SPAM_FLAG)
    refused = undone.items.exclude(refusal="")
    assert list(refused.values_list("member", "refusal")) == [
        (first.pk, "This applicant is not marked as possible spam.")
    ]


def test_page_marks_nothing_that_arrived_after_it_was_shown(me):
    client = signed_in(me)
    arrive(MANY, at=now())
    form = sent(client, "all:")
    late = arrive(1, at=now())

    client.post(PAGE, form)

    run = BulkRun.objects.get()
    assert run.items.count() == MANY
    assert not run.items.filter(member=late[0]).exists()


@pytest.mark.parametrize("shown_at", ["", "yesterday", "2021-10-25T12:00:00+00:00", "2021-13-99"])
def test_page_that_was_open_for_too_long_marks_nothing(me, shown_at):
    client = signed_in(me)
    arrive(MANY, at=now())

    page = client.post(PAGE, sent(client, "all:", shown_at=shown_at))

    assert (page.status_code, list(BulkRun.objects.all())) == (422, [])
    assert "This page was open for too long." in page.text


@pytest.mark.parametrize("sources", [(), ("country:BR",)])
def test_page_refuses_no_choice_and_a_source_that_is_not_unusual(me, sources):
    client = signed_in(me)
    arrive(MANY, at=now())

    page = client.post(PAGE, sent(client, *sources))

    assert (page.status_code, list(BulkRun.objects.all())) == (422, [])


def test_second_click_starts_no_second_run(me):
    client = signed_in(me)
    arrive(MANY, at=now())
    form = sent(client, "all:")

    client.post(PAGE, form)
    BulkRun.objects.update(confirmed_at=NOON)
    Member.objects.update(spam_signal="")
    client.post(PAGE, form)

    assert BulkRun.objects.count() == 1


def test_run_refuses_whose_permission_was_taken_away(me):
    client = signed_in(me)
    [*_members] = arrive(MANY, at=now())
    client.post(PAGE, sent(client, "all:"))
    run = BulkRun.objects.get()
    run.items.update(done_at=None, entry=None)
    me.groups.clear()

    process_run(run=BulkRun.objects.get(), clock=now)

    assert set(run.items.values_list("refusal", flat=True)) == {
        "You no longer have the permission to do this."
    }


def test_page_and_its_link_are_for_those_with_the_permission(me):
    reader = signed_in(observer())

    assert reader.get(PAGE).status_code == 403
    assert PAGE not in reader.get(reverse("admin:members_member_changelist")).text
    assert PAGE in signed_in(me).get(reverse("admin:members_member_changelist")).text


def test_front_page_says_how_many_acknowledgements_wait(me, settings):
    settings.ACKNOWLEDGEMENTS_PER_HOUR = MANY
    client, front_page = signed_in(me), reverse("admin:index")
    arrive(MANY, at=now() - MINUTE)
    assert "Unusually many" not in client.get(front_page).text

    receive_expression_of_interest(
        call=CallFactory(closes_at=now() + DAY),
        arrivals=MANY + 1,
        **answers(submission_key="form-1", at=now()),
    )

    page = client.get(front_page)
    assert "1 acknowledgement waits" in page.text
    assert PAGE in page.text


def test_page_costs_as_many_queries_for_thirty_as_for_ten(me, django_assert_num_queries):
    client = signed_in(me)
    for _again in range(2):
        arrive(MANY, at=now())
        with django_assert_num_queries(9):
            client.get(PAGE)
