"""What comes by itself, shown in the file before it goes; taken at once, or skipped."""

import re
from html import unescape

import pytest
from django.urls import reverse
from django.utils.timezone import now

from members.models import ClosingReason, MemberStatus, TimelineKind
from members.triage.deciding import record_answer
from outbox.models import Message
from tests.factories import (
    FocalPointFactory,
    FocusAreaFactory,
    FollowUpFactory,
    MemberFactory,
    UserFactory,
)
from tests.triage.follow_ups.silence import CONFIRM, DAY, REMIND, TELL, ask, key_of, wrote_to
from tests.triage.staff import QUEUE, coordinator, listed, observer, officer, signed_in, told
from triage.follow_ups.models import FollowUp, FollowUpStep

STEPS = ("follow_up_now", "follow_up_skip")


def address(page, member):
    return reverse(f"admin:members_member_{page}", args=[member.pk])


def waiting_member(*, days_ago=1):
    """A member that was asked for something, by Kofi Mensah."""
    member = MemberFactory(submitted_at=now() - 40 * DAY)
    FocalPointFactory(
        member=member, given_name="Ada", family_name="Lovelace", confirmed_at=now() - 40 * DAY
    )
    ask(member, at=now() - days_ago * DAY, by=officer(name="Kofi Mensah"))
    return member


def coming(response):
    return [(step.what, step.is_due, step.to) for step in response.context["coming"]]


def text_of(response):
    return " ".join(response.content.decode().split())


def test_file_shows_what_comes_when_and_to_whom():
    member = waiting_member()
    MemberFactory()
    person = FocalPointFactory(
        member=member,
        is_alternate=True,
        given_name="Alan",
        family_name="Turing",
        email="alan@example.org",
    )
    wrote_to(person, at=now() - DAY)

    response = signed_in(officer()).get(address("change", member))

    assert coming(response) == [
        ("Remind to confirm the email address", False, ["Alan Turing"]),
        ("Remind of our request for information", False, ["Ada Lovelace", "Alan Turing"]),
    ]
    page = text_of(response)
    assert "What comes by itself" in page
    assert response.context["coming"][1].when in page
    assert "Geneva" in response.context["coming"][1].when


def test_file_names_the_officer_who_will_be_told_and_nobody_for_a_proposal():
    first, second = waiting_member(), waiting_member()
    entries = [member.timeline.latest("pk") for member in (first, second)]
    FollowUpFactory(step=REMIND, entry=entries[0], at=now() - DAY)
    FollowUpFactory(step=TELL, entry=entries[1], at=now() - DAY)
    client = signed_in(officer())

    assert coming(client.get(address("change", first))) == [
        ("Tell the officer that no answer came", False, ["Kofi Mensah"])
    ]
    assert coming(client.get(address("change", second))) == [
        ("Propose to close the file", False, [])
    ]


def test_what_is_due_comes_within_minutes():
    response = signed_in(officer()).get(address("change", waiting_member(days_ago=8)))

    assert [step.is_due for step in response.context["coming"]] == [True]
    assert "Within minutes" in text_of(response)


def test_file_to_which_nothing_comes_says_nothing_of_it():
    member = FocalPointFactory().member

    assert "What comes by itself" not in text_of(
        signed_in(officer()).get(address("change", member))
    )


def test_now_takes_the_step_and_shows_the_file():
    member, amina = waiting_member(), officer(name="Amina Diallo")
    client = signed_in(amina)

    response = client.post(address("follow_up_now", member), {"step": key_of(member)}, follow=True)

    assert response.redirect_chain == [(address("change", member), 302)]
    assert told(response) == ["Done: Remind of our request for information."]
    step = FollowUp.objects.get()
    assert (step.step, step.is_skipped, step.by) == (REMIND, False, amina)
    assert member.timeline.filter(kind=TimelineKind.REMINDED, by_name="Amina Diallo").exists()
    assert Message.objects.filter(topic__contains="/remind/").count() == 1


def test_skip_leaves_the_step_out_and_shows_the_file():
    member, amina = waiting_member(), officer(name="Amina Diallo")
    client = signed_in(amina)

    response = client.post(address("follow_up_skip", member), {"step": key_of(member)}, follow=True)

    assert told(response) == ["Skipped: Remind of our request for information."]
    step = FollowUp.objects.get()
    assert (step.step, step.is_skipped, step.by) == (REMIND, True, amina)
    assert "Follow-up skipped" in text_of(response)
    assert Message.objects.filter(topic__contains="/remind/").count() == 0


@pytest.mark.parametrize("page", STEPS)
@pytest.mark.parametrize("sent", [{}, {"step": ""}, {"step": "remind_of_request-999999"}])
def test_step_that_is_not_to_come_is_refused_kindly(page, sent):
    member = waiting_member()

    response = signed_in(officer()).post(address(page, member), sent, follow=True)

    assert response.status_code == 200
    assert told(response) == [
        "This follow-up is not to come any more: it was taken or skipped, or is not needed."
    ]
    assert FollowUp.objects.count() == 0


@pytest.mark.parametrize("page", STEPS)
def test_step_of_what_was_answered_meanwhile_is_refused(page):
    member = waiting_member()
    key = key_of(member)
    record_answer(member=member, by=UserFactory(), at=now())

    signed_in(officer()).post(address(page, member), {"step": key})

    assert FollowUp.objects.count() == 0


@pytest.mark.parametrize("page", STEPS)
def test_steps_lead_back_to_the_file_with_the_list_behind_it(page):
    member = waiting_member()
    behind = "?_changelist_filters=taken_by%3Dme"
    client = signed_in(officer())
    shown = client.get(address("change", member) + behind).content.decode()

    response = client.post(address(page, member) + behind, {"step": key_of(member)})

    assert f'action="{address(page, member)}{behind}"' in shown
    assert response["Location"] == address("change", member) + behind


@pytest.mark.parametrize("page", STEPS)
def test_observer_sees_what_comes_and_does_nothing_of_it(page):
    member = waiting_member()
    client = signed_in(observer())
    shown = client.get(address("change", member))

    response = client.post(address(page, member), {"step": key_of(member)})

    assert len(coming(shown)) == 1
    assert address(page, member) not in shown.content.decode()
    assert (response.status_code, FollowUp.objects.count()) == (403, 0)


@pytest.mark.parametrize("page", STEPS)
def test_coordinator_sees_what_comes_to_a_member_of_theirs_and_does_nothing_of_it(page):
    area = FocusAreaFactory(number=1)
    member = MemberFactory(status=MemberStatus.ADMITTED, focus_area=area)
    wrote_to(FocalPointFactory(member=member), at=now() - DAY)
    client = signed_in(coordinator(area))
    shown = client.get(address("change", member))

    response = client.post(address(page, member), {"step": key_of(member)})

    assert [step.what for step in shown.context["coming"]] == [
        "Remind to confirm the email address"
    ]
    assert address(page, member) not in shown.content.decode()
    assert (response.status_code, FollowUp.objects.count()) == (403, 0)


@pytest.mark.parametrize("page", STEPS)
def test_step_is_taken_by_a_post_alone(page):
    assert signed_in(officer()).get(address(page, waiting_member())).status_code == 405


def test_file_asks_the_same_queries_for_one_address_and_two(django_assert_max_num_queries):
    client, costs = signed_in(officer()), []
    for number in (1, 2):
        member = MemberFactory()
        for place in range(number):
            person = FocalPointFactory(
                member=member, is_alternate=bool(place), email=f"{number}-{place}@example.org"
            )
            wrote_to(person, at=now() - DAY)
        with django_assert_max_num_queries(100) as asked:
            response = client.get(address("change", member))
        assert len(coming(response)) == number
        costs.append(len(asked))

    assert costs[0] == costs[1]


# Proposed to close


def proposed():
    member = waiting_member(days_ago=30)
    for step in (REMIND, TELL, FollowUpStep.PROPOSE_CLOSING):
        FollowUpFactory(step=step, entry=member.timeline.latest("pk"), at=now() - DAY)
    return member


def test_file_that_is_proposed_to_close_leads_to_the_decision_with_its_reason():
    member = proposed()
    client = signed_in(officer())
    behind = "?_changelist_filters=to_close%3Dyes"

    page = client.get(address("change", member) + behind).content.decode()
    [to_close] = re.findall(rf'href="({address("close", member)}[?][^"]*reason=[^"]*)"', page)
    shown = client.get(unescape(to_close))

    assert "Proposed to close" in page
    assert shown.context["form"]["reason"].value() == ClosingReason.ABANDONED
    assert shown.context["preserved_filters"] == behind.removeprefix("?")
    [chosen] = re.findall(r"<input[^>]* checked[^>]*>", shown.content.decode())
    assert 'value="abandoned"' in chosen


def test_reason_in_the_address_decides_nothing():
    member = proposed()
    client = signed_in(officer())

    client.get(address("close", member) + "?reason=abandoned")
    unknown = client.get(address("close", member) + "?reason=sing")

    member.refresh_from_db()
    assert member.status == MemberStatus.INFORMATION_REQUESTED
    assert "checked" not in unknown.content.decode()


def test_observer_reads_that_closing_is_proposed_and_is_not_led_to_it():
    member = proposed()

    page = signed_in(observer()).get(address("change", member)).content.decode()

    assert "Proposed to close" in page
    assert address("close", member) not in page


def test_queue_marks_what_is_proposed_to_close_and_is_narrowed_to_it():
    member, other = proposed(), waiting_member()
    client = signed_in(officer())

    queue = text_of(client.get(QUEUE))

    assert queue.count('<span class="mark">proposed to close</span>') == 1
    assert listed(client.get(QUEUE, {"to_close": "yes"})) == [member.organisation_name]
    assert listed(client.get(QUEUE, {"to_close": "no"})) == [other.organisation_name]


def test_reminder_to_confirm_is_named_by_its_person():
    member = MemberFactory()
    person = FocalPointFactory(member=member, given_name="Ada", family_name="Lovelace")
    wrote_to(person, at=now() - DAY)

    response = signed_in(officer()).post(
        address("follow_up_now", member), {"step": key_of(member)}, follow=True
    )

    assert FollowUp.objects.get().step == CONFIRM
    assert "Reminded to confirm the email address" in text_of(response)
    assert coming(response) == []
