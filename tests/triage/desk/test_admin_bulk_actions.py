from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.html import strip_tags

from focus_areas.models import FocusArea
from members.models import Member, MemberStatus, SpamSignal, TimelineEntry
from outbox.models import Message
from tests.factories import (
    FocalPointFactory,
    MemberFactory,
    PossibleDuplicateFactory,
    UserFactory,
)
from tests.triage.desk.selected import ADMIT, a_file, sent_for, several, with_versions
from tests.triage.staff import address, coordinator, may, officer, reasons, run, signed_in, told
from triage.desk.admin import bulk_actions
from triage.holds.models import Hold


def test_take_takes_each_file_that_nobody_has_and_escapes_the_reason_of_a_refusal():
    me = officer()
    free = MemberFactory()
    taken = MemberFactory(organisation_name="<b>Bold", assignee=UserFactory(name="<i>Ada"))

    response = run(signed_in(me), "take", [free, taken])

    free.refresh_from_db()
    taken.refresh_from_db()
    assert (free.assignee, taken.assignee.name) == (me, "<i>Ada")
    done, refused = told(response)
    assert done == "1 applicant assigned to you."
    words = unescape(" ".join(strip_tags(refused).split()))
    assert (
        words
        == f"1 applicant was not changed: {taken}: This applicant is already assigned to <i>Ada."
    )
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
        "decline": "decline",
        "hold": "hold",
        "ask_opinion": "ask_opinion",
        "note": "note",
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

    assert [told(response) for response in answers] == [
        ["Choose at most 2 organisations at a time."]
    ] * 2
    assert list(TimelineEntry.objects.all()) == []


def test_decline_several_shows_a_letter_for_each_language_and_then_declines_with_the_reasons():
    given = reasons("not-an-organisation", "principles")
    members = [a_file("participant", language) for language in ("en", "fr", "en")]
    client = signed_in(officer())
    sent = {"file": with_versions(members), "reasons": [reason.pk for reason in given]}

    shown = client.post(several("decline"), {**sent, "preview": "1"})
    unread = client.post(several("decline"), {**sent, "letter_shown": ["en."], "decide": "1"})
    words = shown.context["letters"].words
    assert list(Message.objects.all()) == []
    response = client.post(
        several("decline"), {**sent, "letter_shown": words, "decide": "1"}, follow=True
    )

    samples = [
        (each.letter.language, each.number) for each, _frame in shown.context["letters"].shown
    ]
    assert samples == [("en", 2), ("fr", 1)]
    assert unread.status_code == 422
    assert "3 applicants declined." in response.text
    assert {member.status for member in Member.objects.all()} == {MemberStatus.DECLINED}
    [entry] = members[0].timeline.all()
    assert [told.reason for told in entry.reasons_given.order_by("position")] == given
    assert sorted(message.language for message in Message.objects.all()) == ["en", "en", "fr"]


def test_decline_several_leaves_out_a_member_state_without_the_permission_for_it():
    [given] = reasons("principles")
    state, other = (a_file("participant", category=each) for each in ("member_state", "academia"))
    client = signed_in(officer())
    sent = {"file": with_versions([state, other]), "reasons": [given.pk]}
    words = client.post(several("decline"), {**sent, "preview": "1"}).context["letters"].words

    response = client.post(
        several("decline"), {**sent, "letter_shown": words, "decide": "1"}, follow=True
    )

    assert [each.member for each in response.context["done"]] == [other]
    [refused] = response.context["refused"]
    assert (refused.member, refused.refusal) == (
        state,
        "This is a Member State: declining it requires a special permission.",
    )
    assert "1 applicant was not changed:" in response.text


def test_note_several_adds_the_note_to_each_also_if_it_is_decided():
    members = [MemberFactory(), MemberFactory(status=MemberStatus.DECLINED)]
    me = officer()

    response = signed_in(me).post(
        several("note"), {"file": with_versions(members), "text": "They called."}, follow=True
    )

    assert "Note added to 2 organisations." in response.text
    notes = TimelineEntry.objects.values_list("member", "kind", "note", "by_user")
    assert sorted(notes) == [(member.pk, "noted", "They called.", me.pk) for member in members]


def hold(client, members, **chosen):
    """Put members on hold for the same reason, as the page showed them."""
    sent = {"file": with_versions(members), "reason": "Their statutes.", **chosen}
    return client.post(several("hold"), sent, follow=True)


def test_hold_several_puts_each_pending_one_on_hold_for_the_same_reason():
    members = [MemberFactory(), MemberFactory(status=MemberStatus.DECLINED), MemberFactory()]

    response = hold(signed_in(officer()), members, waits_for="legal")

    assert "2 applicants are on hold." in response.text
    assert [each.member for each in response.context["refused"]] == [members[1]]
    holds = Hold.objects.order_by("entry").values_list("entry__member", "waits_for")
    assert list(holds) == [(members[0].pk, "legal"), (members[2].pk, "legal")]
    assert {each.words for each in Hold.objects.all()} == {"Their statutes."}


def test_hold_several_can_be_undone_together(undo_is_on):
    client, members = signed_in(officer()), [a_file("participant") for _number in range(2)]
    undo = hold(client, members, waits_for="legal").context["undo"]

    decided = [f"{member.pk}-{member.version}" for member in undo.rows]
    response = client.post(undo.address, {"decided": decided}, follow=True)

    assert len(decided) == 2
    assert "2 decisions undone. No letters are sent." in response.text
    assert not Hold.objects.in_force(timezone.now()).exists()


def test_hold_several_leaves_out_the_one_that_a_colleague_has_put_on_hold_meanwhile():
    members = [MemberFactory(), MemberFactory()]
    sent = {"file": with_versions(members), "waits_for": "legal", "reason": "Their statutes."}
    hold(signed_in(officer(name="Chen Wei")), members[:1], waits_for="regional_office")

    response = signed_in(officer()).post(several("hold"), sent, follow=True)

    [refused] = response.context["refused"]
    assert refused.member == members[0]
    assert "Chen Wei" in refused.refusal
    holds = Hold.objects.order_by("entry").values_list("entry__member", "waits_for")
    assert list(holds) == [(members[0].pk, "regional_office"), (members[1].pk, "legal")]


@pytest.mark.parametrize(
    ("ends_on", "words"),
    [
        ("", "Choose a day."),
        ("2021-10-25", "Choose a day after today."),
        ("2100-01-01", "Choose a day up to"),
    ],
)
def test_hold_several_says_in_the_summary_and_at_the_field_that_a_day_does_not_do(ends_on, words):
    members = [MemberFactory(), MemberFactory()]

    response = hold(signed_in(officer()), members, waits_for="day", ends_on=ends_on)

    assert (response.status_code, response.text.count(words)) == (422, 2)
    assert not Hold.objects.exists()


def test_ask_several_asks_a_colleague_about_each_and_does_not_offer_oneself():
    me, grace = officer(name="Amina"), officer(name="Grace")
    members = [a_file("participant"), a_file("participant", status=MemberStatus.DECLINED)]
    page, client = several("ask_opinion"), signed_in(me)

    offered = client.get(page, {"file": with_versions(members)}).context["form"]["to"]
    response = client.post(
        page,
        {"file": with_versions(members), "to": grace.pk, "text": "May they join?"},
        follow=True,
    )

    assert grace in offered.field.queryset
    assert me not in offered.field.queryset
    asked = members[0].opinion_requests.values_list("asked_of", "question")
    assert list(asked) == [(grace.pk, "May they join?")]
    assert [each.member for each in response.context["refused"]] == [members[1]]
    assert not members[1].opinion_requests.exists()


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
    ("page", "refusal"),
    [
        ("hand", "This applicant is already assigned to Grace Hopper."),
        ("release", "This applicant is not assigned."),
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
        ("decline", "Choose at least one reason."),
        ("hold", "Choose what to wait for."),
        ("ask_opinion", "Choose a colleague."),
        ("note", "Enter a note."),
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

        assert told(response) == ["Choose at least one organisation in the list."]
        assert "Foreign" not in response.text
    assert foreign.history.count() == 1
