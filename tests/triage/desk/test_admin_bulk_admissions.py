"""Bulk admission: roles and focus areas, and letters to read first."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from focus_areas.models import FocusArea
from members.models import Member, MemberStatus
from members.services import assignment
from outbox.models import Message
from tests.factories import (
    NOON,
    FocalPointFactory,
    PossibleDuplicateFactory,
)
from tests.triage.desk.selected import ADMIT, a_file, sent_for
from tests.triage.staff import address, officer, signed_in


def admit(client, members, **more):
    """Admit members as an officer does: show the letters, then confirm."""
    sent = sent_for(members, **more)
    shown = client.post(ADMIT, {**sent, "preview": "1"})
    words = shown.context["letters"].words
    return client.post(ADMIT, {**sent, "letter_shown": words, "decide": "1"}, follow=True)


def nobody_was_admitted():
    undecided = Member.objects.filter(status=MemberStatus.PENDING)
    return undecided.count() == Member.objects.count() and not Message.objects.exists()


def test_admit_several_has_no_co_lead_for_all_and_asks_for_the_role_of_who_is_willing_to_lead():
    sought = [a_file(role) for role in ("participant", "observer", "lead")]
    decided = a_file("lead", status=MemberStatus.DECLINED)
    files = {"file": [member.pk for member in [*sought, decided]]}
    client, sent = signed_in(officer()), sent_for(sought, letter_shown=["en.participant"])

    response = client.get(ADMIT, files)
    answers = [client.post(ADMIT, {**sent, button: "1"}) for button in ("preview", "decide")]

    blanks = [
        row.fields["role"].field.choices[0][1] if row.fields else None
        for row in response.context["rows"]
    ]
    assert blanks == ["As for all", "As for all", "Choose a role", None]
    for_all = response.context["form"]["role"].field.choices
    assert [value for value, _label in for_all] == ["as_asked", "participant", "observer"]
    words = " ".join(response.text.split())
    assert words.count('data-label="Role sought"> Willing to lead') == 2
    assert 'value="co_lead" selected' not in words
    assert f'{sought[0].focal_points.get().email}</bdi>&gt; <span class="muted">English' in words
    errors = {f"role-{sought[2].pk}": ["Choose a role."]}
    assert [(each.status_code, each.context["form"].errors) for each in answers] == [
        (422, errors),
        (422, errors),
    ]
    assert not Message.objects.exists()
    assert not Member.objects.filter(status=MemberStatus.ADMITTED).exists()


def test_admit_several_shows_one_letter_for_each_language_and_role_and_sends_none():
    client = signed_in(officer())
    sought = [("participant", "en")] * 2 + [
        ("participant", "fr"),
        ("observer", "en"),
        ("lead", "en"),
    ]
    members = [a_file(role, language) for role, language in sought]
    FocalPointFactory(member=members[0], is_alternate=True, language="fr")
    chosen = {f"role-{members[4].pk}": "co_lead"}

    response = client.post(ADMIT, sent_for(members, preview="1", **chosen))

    shown = response.context["letters"].shown
    assert [(each.letter.language, each.words, each.number) for each, _preview in shown] == [
        ("en", "Co-lead", 1),
        ("en", "Observer", 1),
        ("en", "Participant", 2),
        ("fr", "Participant", 2),
    ]
    preview = shown[1][1]
    frame = address("letter_preview", members[3], preview.key, preview.number)
    assert frame in response.text
    assert "Observer" in client.get(frame).text
    assert response.text.count("<iframe") == 4
    assert "frame-src 'self'" in response["Content-Security-Policy"]
    assert nobody_was_admitted()


@pytest.mark.parametrize("shown", [[], ["en.participant"]])
def test_admit_several_admits_nobody_before_the_letters_of_all_roles_were_shown(shown):
    members = [a_file("participant"), a_file("observer")]

    response = signed_in(officer()).post(ADMIT, sent_for(members, letter_shown=shown, decide="1"))

    assert response.status_code == 422
    assert "your choice needs letters that were not shown yet" in response.text
    assert response.context["letters"].words == ["en.observer", "en.participant"]
    assert nobody_was_admitted()


def test_admit_several_grants_each_the_role_of_its_row_and_says_how_many():
    me, two = officer(), FocusArea.objects.get(number=2)
    members = [a_file(role, first_choice=two) for role in ("participant", "observer", "lead")]
    chosen = a_file("lead", first_choice=two)

    response = admit(
        signed_in(me),
        [*members, chosen],
        **{f"role-{members[2].pk}": "participant", f"role-{chosen.pk}": "co_lead"},
    )

    granted = list(Member.objects.order_by("pk").values_list("granted_role", flat=True))
    assert granted == ["participant", "observer", "participant", "co_lead"]
    words = " ".join(response.text.split())
    assert "4 members admitted." in words
    assert "not changed:" not in words
    assert "Co-lead in Empowering Communities" in words
    bodies = {message.reference: message.body for message in Message.objects.all()}
    assert "Observer" in bodies[members[1].reference]
    assert "Co-lead" in bodies[chosen.reference]
    assert "Co-lead" not in bodies[members[2].reference]


def test_admit_several_takes_one_choice_for_all_and_the_exceptions_of_the_rows():
    one, two, three = (FocusArea.objects.get(number=number) for number in (1, 2, 3))
    participant, observer, other = (
        a_file(role, first_choice=one) for role in ("participant", "observer", "participant")
    )
    leader = a_file("lead", first_choice=one)
    rows = {
        f"role-{participant.pk}": "",
        f"role-{observer.pk}": "",
        f"role-{other.pk}": "co_lead",
        f"focus_area-{other.pk}": three.pk,
        f"role-{leader.pk}": "participant",
    }

    admit(
        signed_in(officer()),
        [participant, observer, other, leader],
        role="observer",
        focus_area=two.pk,
        **rows,
    )

    granted = Member.objects.order_by("pk").values_list("granted_role", "focus_area")
    assert list(granted) == [
        ("observer", two.pk),
        ("observer", two.pk),
        ("co_lead", three.pk),
        ("participant", two.pk),
    ]


def test_admit_several_does_not_take_the_role_for_all_for_who_is_willing_to_lead():
    leader = a_file("lead")

    response = signed_in(officer()).post(ADMIT, sent_for([leader], role="participant", preview="1"))

    assert response.context["form"].errors == {f"role-{leader.pk}": ["Choose a role."]}
    assert nobody_was_admitted()


def test_admit_several_keeps_the_version_first_seen_while_the_letters_are_shown():
    member = a_file("participant")
    client, sent = signed_in(officer()), sent_for([member])
    assignment.assign_to_self(member=Member.objects.get(pk=member.pk), by=officer(), at=NOON)

    response = client.post(ADMIT, {**sent, "preview": "1"})
    admit(client, [member], file=f"{member.pk}-{'9' * 5000}")

    assert f'name="file" value="{member.pk}-{member.version}"' in response.text
    # An invalid version matches no version that the person saw.
    assert nobody_was_admitted()


@pytest.mark.parametrize(
    "ask",
    [
        lambda client, chosen: client.get(ADMIT, {"file": [member.pk for member in chosen]}),
        lambda client, chosen: client.post(ADMIT, sent_for(chosen, preview="1")),
    ],
    ids=["page", "letters"],
)
def test_admit_several_asks_the_same_queries_to_show_one_file_and_three(ask):
    client = signed_in(officer())
    members = [a_file("participant") for _number in range(3)]
    for other in members:
        PossibleDuplicateFactory(earlier=other, later=a_file("participant"))
    ask(client, members)
    counts = []

    for chosen in (members[:1], members):
        with CaptureQueriesContext(connection) as queries:
            ask(client, chosen)
        counts.append(len(queries))

    assert counts[0] == counts[1]
