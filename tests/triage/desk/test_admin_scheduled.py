"""Scheduled steps on the page of a member: shown, taken early, or skipped."""

import re
from html import unescape

import pytest
from django.utils.timezone import now

from members.models import ClosingReason, TimelineKind
from tests.factories import FocalPointFactory, FollowUpFactory, MemberFactory
from tests.triage.follow_ups.silence import DAY, REMIND, TELL, ask, key_of, wrote_to
from tests.triage.staff import QUEUE, address, observer, officer, read, signed_in, told
from triage.follow_ups.models import FollowUp, FollowUpStep

STEPS = ("follow_up_now", "follow_up_skip")


def waiting_member(*, days_ago=1):
    """A member with a request by Kofi Mensah."""
    member = MemberFactory(submitted_at=now() - 40 * DAY)
    FocalPointFactory(
        member=member, given_name="Ada", family_name="Lovelace", confirmed_at=now() - 40 * DAY
    )
    ask(member, at=now() - days_ago * DAY, by=officer(name="Kofi Mensah"))
    return member


def coming(response):
    return [(step.what, step.is_due, step.to) for step in response.context["coming"]]


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
        (
            "Remind the organisation of the information request",
            False,
            ["Ada Lovelace", "Alan Turing"],
        ),
    ]
    page = read(response)
    assert "Scheduled follow-ups" in page
    assert response.context["coming"][1].when in page
    assert "Geneva" in response.context["coming"][1].when


def test_file_names_the_officer_who_will_be_told_and_nobody_for_a_proposal():
    first, second = waiting_member(), waiting_member()
    entries = [member.timeline.latest("pk") for member in (first, second)]
    FollowUpFactory(step=REMIND, entry=entries[0], at=now() - DAY)
    FollowUpFactory(step=TELL, entry=entries[1], at=now() - DAY)
    client = signed_in(officer())

    assert coming(client.get(address("change", first))) == [
        ("Notify the assignee that no reply was received", False, ["Kofi Mensah"])
    ]
    assert coming(client.get(address("change", second))) == [("Propose closing", False, [])]


@pytest.mark.parametrize(
    ("page", "is_skipped", "said", "kind"),
    [
        ("follow_up_now", False, "Done", TimelineKind.REMINDED),
        ("follow_up_skip", True, "Skipped", TimelineKind.FOLLOW_UP_SKIPPED),
    ],
)
def test_step_is_taken_or_skipped_and_the_file_shown_with_its_list(page, is_skipped, said, kind):
    member, amina = waiting_member(), officer(name="Amina Diallo")
    client, behind = signed_in(amina), "?_changelist_filters=taken_by%3Dme"
    shown = client.get(address("change", member) + behind).text

    response = client.post(address(page, member) + behind, {"step": key_of(member)}, follow=True)

    assert f'action="{address(page, member)}{behind}"' in shown
    assert response.redirect_chain == [(address("change", member) + behind, 302)]
    assert told(response) == [f"{said}: Remind the organisation of the information request."]
    step = FollowUp.objects.get()
    assert (step.step, step.is_skipped, step.by) == (REMIND, is_skipped, amina)
    assert member.timeline.filter(kind=kind, by_name="Amina Diallo").exists()


def test_step_that_is_not_to_come_is_refused_kindly():
    client, member = signed_in(officer()), waiting_member()

    response = client.post(address("follow_up_now", member), {}, follow=True)

    assert response.status_code == 200
    assert told(response) == [
        (
            "This follow-up is no longer scheduled. It was already run or skipped, or it is no "
            "longer needed."
        )
    ]
    assert FollowUp.objects.count() == 0


def test_observer_reads_what_comes_and_is_led_to_no_step():
    client = signed_in(observer())
    shown = client.get(address("change", member := waiting_member(days_ago=8)))
    to_close = client.get(address("change", other := proposed())).text

    assert [step.is_due for step in shown.context["coming"]] == [True]
    assert "Due now" in read(shown)
    assert "Closing proposed" in to_close
    assert "Scheduled follow-ups" not in to_close
    for page in (*STEPS, "close"):
        assert address(page, member) not in shown.text
        assert address(page, other) not in to_close


def proposed():
    member = waiting_member(days_ago=30)
    for step in (REMIND, TELL, FollowUpStep.PROPOSE_CLOSING):
        FollowUpFactory(step=step, entry=member.timeline.latest("pk"), at=now() - DAY)
    return member


def test_file_that_is_proposed_to_close_leads_to_the_decision_with_its_reason():
    member = proposed()
    client = signed_in(officer())
    behind = "?_changelist_filters=to_close%3Dyes"

    page = client.get(address("change", member) + behind).text
    [to_close] = re.findall(rf'href="({address("close", member)}[?][^"]*reason=[^"]*)"', page)
    shown = client.get(unescape(to_close))

    assert "Closing proposed" in page
    assert (
        client.get(f"{QUEUE}?view=undecided").text.count(
            '<span class="chip is-behind">closing proposed</span>'
        )
        == 1
    )
    assert shown.context["form"]["reason"].value() == ClosingReason.ABANDONED
    assert shown.context["preserved_filters"] == behind.removeprefix("?")
    is_chosen = re.compile(r'<input[^>]* name="reason" value="(\w+)"[^>]* checked[^>]*>')
    assert is_chosen.findall(shown.text) == ["abandoned"]
    assert is_chosen.findall(client.get(address("close", member) + "?reason=sing").text) == []
