from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.html import strip_tags

from focus_areas.models import FocusArea
from members.models import Member, MemberStatus, SpamSignal, TimelineEntry
from members.services import assignment
from outbox.models import Message
from tests.factories import (
    NOON,
    FocalPointFactory,
    MemberFactory,
    PossibleDuplicateFactory,
    UserFactory,
)
from tests.triage.staff import address, coordinator, may, officer, reasons, run, signed_in, told
from triage.desk.admin import bulk_actions


def several(page):
    return address(f"{page}_several")


def test_take_takes_each_file_that_nobody_has_and_escapes_the_reason_of_a_refusal():
    me = officer()
    free = MemberFactory()
    taken = MemberFactory(organisation_name="<b>Bold", assignee=UserFactory(name="<i>Ada"))

    response = run(signed_in(me), "take", [free, taken])

    free.refresh_from_db()
    taken.refresh_from_db()
    assert (free.assignee, taken.assignee.name) == (me, "<i>Ada")
    done, refused = told(response)
    assert done == "1 member assigned to you."
    words = unescape(" ".join(strip_tags(refused).split()))
    assert words == f"1 member was not changed: {taken}: This member is already assigned to <i>Ada."
    assert f'<a href="{address("change", taken)}">' in response.text
    for markup in ("<b>Bold", "<i>Ada"):
        assert markup not in response.text


def test_actions_on_several_lead_to_a_page_and_change_nothing():
    client, member = signed_in(officer()), FocalPointFactory().member

    for action, page in {
        "admit_to_first_choice": "admit",
        "hand_to": "hand",
        "release": "release",
        "request_information": "request_information",
        "close_as_not_genuine": "close",
    }.items():
        response = run(client, action, [member])

        assert response.redirect_chain == [(f"{several(page)}?file={member.pk}", 302)]
    member.refresh_from_db()
    assert (member.status, member.assignee) == (MemberStatus.PENDING, None)


def test_no_more_files_are_chosen_at_once_than_may_be(monkeypatch):
    monkeypatch.setattr(bulk_actions, "MAX_ITEMS", 2)
    client, members = signed_in(officer()), [a_file("participant") for _number in range(3)]
    sent = sent_for(members, letter_shown=["en.participant"], decide="1")

    answers = [
        run(client, "take", members[:1], select_across=1),
        client.post(ADMIT, sent, follow=True),
    ]

    assert [told(response) for response in answers] == [["Choose at most 2 members at a time."]] * 2
    assert list(TimelineEntry.objects.all()) == []


ADMIT = "/admin/members/member/admit-several/"


def a_file(role, language="en", **facts):
    """A waiting member with one focal point who gets letters."""
    member = MemberFactory(role=role, **facts)
    return FocalPointFactory(member=member, language=language).member


def sent_for(members, **more):
    """The form data of the page: each member with its version and its default or given role."""
    preset = {"participant": "participant", "observer": "observer", "lead": ""}
    sent = {f"role-{member.pk}": preset[member.role] for member in members}
    return {"file": with_versions(members), **sent, **more}


def with_versions(members):
    """The members as a page names them, each with the version that it showed."""
    return ".".join(f"{member.pk}-{member.version}" for member in members)


def admit(client, members, **more):
    """Admit members as an officer does: show the letters, then confirm."""
    sent = sent_for(members, **more)
    shown = client.post(ADMIT, {**sent, "preview": "1"})
    words = shown.context["letters"].words
    return client.post(ADMIT, {**sent, "letter_shown": words, "decide": "1"}, follow=True)


def nobody_was_admitted():
    undecided = Member.objects.filter(status=MemberStatus.PENDING)
    return undecided.count() == Member.objects.count() and not Message.objects.exists()


def test_admit_several_presets_the_role_sought_but_never_co_lead_and_asks_for_it():
    sought = [a_file(role) for role in ("participant", "observer", "lead")]
    decided = a_file("lead", status=MemberStatus.DECLINED)
    files = {"file": [member.pk for member in [*sought, decided]]}
    client, sent = signed_in(officer()), sent_for(sought, letter_shown=["en.participant"])

    response = client.get(ADMIT, files)
    answers = [client.post(ADMIT, {**sent, button: "1"}) for button in ("preview", "decide")]

    roles = [row.role.value() if row.role else None for row in response.context["rows"]]
    assert roles == ["participant", "observer", None, None]
    words = " ".join(response.text.split())
    assert words.count('data-label="Role sought"> Willing to lead') == 2
    assert words.count(">Choose a role</option>") == 1
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
    assert [(each.letter.language, each.role, each.number) for each, _preview in shown] == [
        ("en", "co_lead", 1),
        ("en", "observer", 1),
        ("en", "participant", 2),
        ("fr", "participant", 2),
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
    assert "the selected roles need letters that were not shown yet" in response.text
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
    assert "not processed" not in words.lower()
    assert "Co-lead in Empowering Communities" in words
    bodies = {message.reference: message.body for message in Message.objects.all()}
    assert "Observer" in bodies[members[1].reference]
    assert "Co-lead" in bodies[chosen.reference]
    assert "Co-lead" not in bodies[members[2].reference]


def test_admit_several_keeps_the_version_first_seen_while_the_letters_are_shown():
    member = a_file("participant")
    client, sent = signed_in(officer()), sent_for([member])
    assignment.assign_to_self(member=Member.objects.get(pk=member.pk), by=officer(), at=NOON)

    response = client.post(ADMIT, {**sent, "preview": "1"})
    admit(client, [member], file=f"{member.pk}-{'9' * 5000}")

    assert f'name="file" value="{member.pk}-{member.version}"' in response.text
    # An invalid version matches no version that the person saw.
    assert nobody_was_admitted()


def test_rows_of_several_show_suspicion_and_possible_duplicates():
    suspected, apart = (
        FocalPointFactory(member__spam_signal=signal).member for signal in (SpamSignal.HONEYPOT, "")
    )
    pair = PossibleDuplicateFactory(earlier=suspected, same_domain=False, same_name=True)
    PossibleDuplicateFactory(earlier=suspected, later__status=MemberStatus.CLOSED)

    response = signed_in(officer()).get(ADMIT, {"file": [suspected.pk, apart.pk]})

    rows = {row.member: row for row in response.context["rows"]}
    assert [pair.other for pair in rows[suspected].duplicates] == [pair.later]
    assert rows[apart].duplicates == []
    words = " ".join(response.text.split())
    assert words.count("possible spam: honeypot field filled in") == 1
    assert words.count("possible duplicate") == 1
    assert address("compare", suspected, pair.later) in words
    assert "(same name or acronym)" in words


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


@pytest.mark.parametrize(
    ("page", "refusal"),
    [
        ("hand", "This member is already assigned to Grace Hopper."),
        ("release", "This member is not assigned."),
    ],
)
def test_hand_and_release_several_change_each_and_say_why_not_the_second_time(page, refusal):
    grace, client = officer(name="Grace Hopper"), signed_in(officer())
    before, after = (None, grace) if page == "hand" else (grace, None)
    members = MemberFactory.create_batch(2, assignee=before)
    sent = {"file": [member.pk for member in members], "to": grace.pk}

    shown = client.get(several(page), sent)
    answers = [client.post(several(page), sent, follow=True) for _click in range(2)]

    assert "Grace Hopper" in shown.text
    assert [member.assignee for member in Member.objects.all()] == [after, after]
    refusals = [[each.refusal for each in answer.context["outcomes"]] for answer in answers]
    assert refusals == [["", ""], [refusal] * 2]
    assert TimelineEntry.objects.count() == 2


def ask(client, members, **more):
    """Request the same information from some members, each with the version that was shown."""
    sent = {"file": with_versions(members), **more}
    return client.post(several("request_information"), sent, follow=True)


def test_request_several_asks_each_and_says_what_was_written():
    asked_for = reasons("what-it-does", "which-focus-area")
    english = FocalPointFactory(language="en", email="ada@example.org").member
    french = FocalPointFactory(language="fr", email="zoe@example.org").member

    response = ask(
        signed_in(officer()),
        [english, french],
        reasons=[reason.pk for reason in asked_for],
        missing="And the date.",
    )

    letters = list(Message.objects.all())
    entry = english.timeline.get()
    given = [told.text for told in entry.reasons_given.order_by("position")]
    assert (entry.note, given) == ("And the date.", [each.snippet for each in asked_for])
    assert {letter.recipient for letter in letters} == {"ada@example.org", "zoe@example.org"}
    written = [outcome.written for outcome in response.context["outcomes"]]
    assert sorted(written, key=str) == sorted([[each] for each in letters], key=str)
    words = " ".join(response.text.split())
    assert "Email in French to" in words
    assert "&lt;<bdi>zoe@example.org</bdi>&gt;" in words


@pytest.mark.parametrize(
    ("page", "words"),
    [
        ("hand", "Choose a colleague."),
        ("request_information", "Choose a reason above, or say what is missing."),
    ],
)
def test_pages_of_several_ask_for_what_is_missing(page, words):
    member = FocalPointFactory().member

    response = signed_in(officer()).post(several(page), {"file": member.pk})

    assert response.status_code == 422
    assert words in response.text
    assert list(TimelineEntry.objects.all()) == []


def test_results_of_several_are_found_with_the_same_queries_for_one_letter_and_three():
    client, counts = signed_in(officer()), []

    for number in (1, 3):
        members = [FocalPointFactory().member for _number in range(number)]
        with CaptureQueriesContext(connection) as queries:
            ask(client, members, missing="The date.")
        sql = [query["sql"] for query in queries if query["sql"].startswith("SELECT")]
        counts.append(sum('"outbox_message"."reference" IN' in each for each in sql))

    assert counts == [1, 1]


def test_pages_of_several_have_no_file_beyond_a_persons_reach():
    client = signed_in(may(coordinator(FocusArea.objects.get(number=1)), "close_member"))
    foreign = FocalPointFactory(member__organisation_name="Foreign").member

    for ask_for, sent in ((client.get, foreign.pk), (client.post, foreign.pk), (client.get, "")):
        response = ask_for(several("close"), {"file": sent}, follow=True)

        assert told(response) == ["Choose at least one member in the list."]
        assert "Foreign" not in response.text
    assert foreign.history.count() == 1
