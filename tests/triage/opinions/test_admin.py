"""The pages about opinions: asking, answering, withdrawing, and the member's page."""

import re

import pytest
from django.urls import reverse

from members.models import MemberStatus, OpinionRequest, TimelineEntry, TimelineKind
from members.services.opinions import MAX_OPINION_LENGTH
from tests.factories import (
    NOON,
    FocalPointFactory,
    FocusAreaFactory,
    MemberFactory,
    OpinionRequestFactory,
    TimelineEntryFactory,
    UserFactory,
)
from tests.triage.staff import (
    QUEUE,
    address,
    coordinator,
    observer,
    officer,
    read,
    signed_in,
    told,
)

LIST = f"{QUEUE}opinions/"
FRONT = "/admin/"
OPINION = "A reliable partner of our office."
ANSWERED = {"answered_at": NOON, "answer": OPINION}
CLOSED = {"closed_at": NOON}


def withdrawn():
    return {"withdrawn_at": NOON, "withdrawn_by": UserFactory()}


def page_of(opinion):
    return reverse("admin:members_member_opinion", args=[opinion.pk])


def asked(**facts):
    """A request about a member with a focal point, a motivation, a note and a timeline."""
    member = FocalPointFactory(
        given_name="Grace",
        family_name="Hopper",
        email="grace@ministry.example",
        phone="+41227305111",
        member__motivation="To connect every school.",
        member__organisation_name="Ministry of Digital Affairs",
        member__newsletter=True,
    ).member
    TimelineEntryFactory(member=member, kind=TimelineKind.NOTE_ADDED, note="Met them in Kigali.")
    TimelineEntryFactory(member=member, kind=TimelineKind.ANSWERED, note="Our reply.")
    return OpinionRequestFactory(member=member, question="Who are they?", **facts)


SHOWN = ("Ministry of Digital Affairs", "To connect every school.", "Met them in Kigali.")
HIDDEN = ("Hopper", "grace@ministry.example", "+41", "Our reply.", "newsletter", "/change/")

PEOPLE = {
    "coordinator": lambda: coordinator(FocusAreaFactory(number=1)),
    "observer": observer,
    "without a group": UserFactory,
}


@pytest.mark.parametrize("role", ["coordinator", "without a group"])
def test_page_shows_answers_and_notes_and_nothing_of_people_timeline_or_others(role):
    opinion = asked(asked_of=PEOPLE[role]())
    OpinionRequestFactory(member=opinion.member, question="Of another?", **ANSWERED)
    TimelineEntryFactory(kind=TimelineKind.NOTE_ADDED, note="About another.")

    page = read(signed_in(opinion.asked_of).get(page_of(opinion)))

    assert [text for text in (*SHOWN, "Who are they?") if text not in page] == []
    hidden = (*HIDDEN, "Of another?", OPINION, "About another.")
    assert [text for text in hidden if text in page] == []


def test_page_leads_to_the_member_who_is_seen_anyway():
    opinion = asked(asked_of=observer())
    client = signed_in(opinion.asked_of)

    page = client.get(page_of(opinion))

    link = address("change", opinion.member)
    assert f'href="{link}">Page of the organisation</a>' in page.text
    assert page_of(opinion) in client.get(link).text


@pytest.mark.parametrize(
    ("ended", "said"),
    [
        (lambda: ANSWERED, OPINION),
        (withdrawn, "The request was withdrawn on 25 October 2021, 14:00 (Geneva time)."),
        (lambda: CLOSED, "this expression of interest no longer waits for a decision."),
    ],
    ids=["answered", "withdrawn", "closed"],
)
def test_page_of_an_ended_request_says_how_it_ended_and_of_the_member_its_name_alone(ended, said):
    opinion = asked(asked_of=observer(), **ended())

    page = read(signed_in(opinion.asked_of).get(page_of(opinion)))

    name, *others = SHOWN
    for text in (name, "Who are they?", said):
        assert text in page
    assert [text for text in ("Send opinion", *others, *HIDDEN) if text in page] == []


@pytest.mark.parametrize("role", PEOPLE)
def test_person_answers_and_reads_their_own_opinion(role):
    opinion = asked(asked_of=PEOPLE[role](), asked_by=officer(name="Amina Diallo"))
    client = signed_in(opinion.asked_of)

    response = client.post(
        page_of(opinion), {"answer": OPINION, "recommendation": "in_favour"}, follow=True
    )

    opinion.refresh_from_db()
    assert (opinion.answer, opinion.recommendation) == (OPINION, "in_favour")
    assert response.redirect_chain == [(page_of(opinion), 302)]
    assert told(response) == ["Opinion sent. Amina Diallo gets an email."]
    assert OPINION in response.text
    assert "In favour" in response.text


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({}, "Write your opinion."),
        ({"answer": " \n "}, "Write your opinion."),
        ({"answer": "x" * (MAX_OPINION_LENGTH + 1)}, "at most 10000 characters"),
        ({"answer": OPINION, "recommendation": "perhaps"}, "Select a valid choice."),
    ],
)
def test_answer_that_is_not_valid_is_shown_again_and_nothing_is_written(sent, said):
    opinion = asked()
    before = TimelineEntry.objects.count()

    response = signed_in(opinion.asked_of).post(page_of(opinion), sent)

    assert response.status_code == 422
    assert said in response.text
    assert SHOWN[1] in response.text
    assert OpinionRequest.objects.get().is_open
    assert TimelineEntry.objects.count() == before


@pytest.mark.parametrize("ended", [withdrawn, lambda: CLOSED, lambda: ANSWERED])
def test_answer_that_comes_too_late_is_refused_and_not_lost(ended):
    opinion = asked(**ended())

    response = signed_in(opinion.asked_of).post(page_of(opinion), {"answer": "Another."})

    assert response.status_code == 409
    assert "Your opinion was not saved." in response.text
    assert "Another." in response.text
    assert SHOWN[1] not in response.text
    assert OpinionRequest.objects.get().answer == opinion.answer


def test_list_has_what_waits_first_and_nothing_that_is_asked_of_others():
    me = UserFactory()
    facts = {"asked_of": me}
    for name, ended in [("Old", ANSWERED), ("Gone", withdrawn()), ("Late", CLOSED)]:
        OpinionRequestFactory(member__organisation_name=name, **facts, **ended)
    OpinionRequestFactory(member__organisation_name="Waiting", **facts)
    OpinionRequestFactory(member__organisation_name="Of another")

    page = signed_in(me).get(LIST)

    text = read(page)
    links = re.findall(r'opinions/\d+/">P2C-\w+ · <bdi>(.*?)</bdi>', page.text)
    assert links == ["Waiting", "Late", "Gone", "Old"]
    chips = ("waits for you", "no longer needed", "withdrawn", "answered")
    assert [text.index(f">{chip}<") for chip in chips] == sorted(
        text.index(f">{chip}<") for chip in chips
    )


@pytest.mark.parametrize("person", [officer, coordinator, UserFactory])
def test_front_page_says_to_everybody_what_is_asked_of_them(person):
    me = person()
    client = signed_in(me)
    OpinionRequestFactory()
    nothing, no_list = (read(client.get(page)) for page in (FRONT, LIST))
    for facts in ({"asked_of": me}, {"asked_of": me}, {"asked_of": me, **ANSWERED}):
        OpinionRequestFactory(**facts)

    page = read(client.get(FRONT))

    assert "opinion" not in nothing
    assert "No opinion is asked of you at present." in no_list
    if person != officer:
        assert OpinionRequest.objects.last().member.reference not in page
        assert "Figures appear here" not in page
    assert f'<a href="{LIST}">2 opinions are asked of you</a>' in page


def test_asking_offers_all_active_colleagues_but_oneself():
    me = officer(name="Amina")
    colleagues = {UserFactory(), coordinator(), observer()}
    UserFactory(is_active=False)
    UserFactory(is_staff=False)
    member = FocalPointFactory().member

    response = signed_in(me).get(address("ask_opinion", member))

    assert {*response.context["form"].fields["asked_of"].queryset} == colleagues


def test_page_of_the_member_shows_each_opinion_with_its_state():
    member = FocalPointFactory().member
    OpinionRequestFactory(member=member, asked_of__name="Kofi", question="One?")
    OpinionRequestFactory(
        member=member, asked_of__name="Chen", recommendation="against", **ANSWERED
    )
    OpinionRequestFactory(member=member, asked_of__name="Bo", **withdrawn())
    OpinionRequestFactory(member=member, asked_of__name="Elena", **CLOSED)
    OpinionRequestFactory(asked_of__name="Of another member")

    page, to_read = (
        read(signed_in(who()).get(address("change", member))) for who in (officer, observer)
    )

    for offer in ("Withdraw the request", "Ask for an opinion"):
        assert offer not in to_read
    at_the_top = page[: page.index('id="conversation-heading"')]
    names = re.findall(r"Opinion of <bdi>(\w+)</bdi>", at_the_top)
    assert names == ["Elena", "Bo", "Chen", "Kofi"]
    section = page[page.index('id="conversation-heading"') :]
    names = re.findall(r"<strong>Opinion · <bdi>(\w+)</bdi></strong>", section)
    chips = re.findall(r'</bdi></strong> <span class="chip [\w-]+">([\w ]+)</span>', section)
    assert list(zip(names, chips, strict=True)) == [
        ("Elena", "no longer needed"),
        ("Bo", "withdrawn"),
        ("Chen", "answered"),
        ("Kofi", "waiting"),
    ]
    assert "<strong>Against</strong>" in section
    assert OPINION in section
    assert section.count("Withdraw the request") == 1


def test_officer_withdraws_a_request_that_was_not_answered():
    opinion, answered = asked(), asked(**ANSWERED)
    client = signed_in(officer())

    responses = [
        client.post(address("withdraw_opinion", each.member, each), follow=True)
        for each in (opinion, answered)
    ]

    another = MemberFactory()
    of_another = client.post(address("withdraw_opinion", another, opinion))
    opinion.refresh_from_db()
    answered.refresh_from_db()
    assert of_another.status_code == 404
    assert opinion.withdrawn_at is not None
    assert answered.withdrawn_at is None
    assert responses[0].redirect_chain == [(address("change", opinion.member), 302)]
    assert [told(response) for response in responses] == [
        ["The request was withdrawn."],
        ["This request was already answered."],
    ]


def flags(client, **query):
    """The flags about opinions in each row of the queue, by organisation."""
    response = client.get(QUEUE, query)
    rows = re.findall(r"<tr>.*?</tr>", response.text, re.DOTALL)
    return {
        found[1]: re.findall(r">(opinion\b[^<]*)<", row)
        for row in rows
        if (found := re.search(r"<bdi title=[^>]*>(.*?)</bdi>", row))
    }


def test_queue_flags_opinions_that_are_asked_and_received():
    def request(name, **facts):
        return OpinionRequestFactory(member__organisation_name=name, **facts)

    request("Asked")
    request("Received", **ANSWERED)
    both = request("Both")
    OpinionRequestFactory(member=both.member, **ANSWERED)
    request("Withdrawn", **withdrawn())
    request("Decided", member__status=MemberStatus.DECLINED, **ANSWERED)

    found = flags(signed_in(observer()), status="all")

    assert found == {
        "Asked": ["opinion asked"],
        "Received": ["opinion"],
        "Both": ["opinion", "opinion asked"],
        "Withdrawn": [],
        "Decided": [],
    }
