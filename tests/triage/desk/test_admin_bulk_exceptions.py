"""Bulk actions: one choice for all, and in a row another choice, or none at all."""

from datetime import timedelta
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from members.models import Member, MemberStatus, TimelineEntry
from members.services import assignment
from members.services.response_times import day_in_geneva
from outbox.models import Message
from tests.factories import NOON, MemberFactory
from tests.triage.desk.selected import ADMIT, a_file, sent_for, several, with_versions
from tests.triage.staff import officer, read, reasons, signed_in
from triage.desk.models import BulkItem, BulkRun
from triage.desk.services.bulk_runs import MAX_ITEMS
from triage.holds.models import Hold


@pytest.fixture
def client():
    return signed_in(officer(name="Amina"))


def files(number):
    return [a_file("participant") for _number in range(number)]


def own(member, **chosen):
    """The form data of one row."""
    return {f"{name}-{member.pk}": value for name, value in chosen.items()}


def send(client, page, members, **sent):
    return client.post(several(page), {"file": with_versions(members), **sent}, follow=True)


def read_and_decide(client, page, members, **sent):
    """Show the letters of a decision, then confirm it."""
    shown = send(client, page, members, preview="1", **sent)
    words = shown.context["letters"].words
    return shown, send(client, page, members, decide="1", letter_shown=words, **sent)


def day(days):
    return day_in_geneva(timezone.now()) + timedelta(days=days)


COMMON = {
    "admit": {"focus_area": "first_choice", "role": "as_asked", "decide": "1"},
    "decline": lambda: {"reasons": [each.pk for each in reasons("principles")], "decide": "1"},
    "hand": lambda: {"to": officer().pk},
    "release": {},
    "request_information": {"missing": "The date."},
    "hold": {"waits_for": "legal", "reason": "Their statutes."},
    "ask_opinion": lambda: {"to": officer().pk, "text": "May they join?"},
    "note": {"text": "They called."},
    "close": {},
}


def common(page):
    chosen = COMMON[page]
    return chosen() if callable(chosen) else chosen


@pytest.mark.parametrize("page", COMMON)
def test_each_action_leaves_out_the_row_that_is_skipped_and_counts_it(client, page):
    members = [a_file("participant", assignee=officer()) for _number in range(3)]
    sent = {**common(page), **own(members[1], skip="on", role="co_lead", to="0", waits_for="x")}
    letters = {"admit": "en.participant", "decline": f"en.{sent.get('reasons', [0])[0]}"}

    response = send(client, page, members, letter_shown=[letters.get(page, "")], **sent)

    assert [each.member for each in response.context["done"]] == [members[0], members[2]]
    assert list(members[1].timeline.all()) == []
    assert BulkRun.objects.get().skipped_count == 1
    assert "1 applicant was skipped, and did not change." in read(response)
    assert not Message.objects.filter(reference=members[1].reference).exists()


@pytest.mark.parametrize("page", COMMON)
def test_each_action_asks_to_keep_one_if_all_are_skipped_and_does_nothing(client, page):
    members = files(2)
    skipped = {**own(members[0], skip="on"), **own(members[1], skip="on")}

    response = send(client, page, members, **common(page), **skipped)

    assert response.status_code == 422
    field = f"skip-{members[0].pk}"
    words = "You skip all of them. Keep at least one."
    assert response.context["form"].errors == {field: [words]}
    assert f'<a href="#id_{field}">{members[0].reference}' in response.text
    assert response.text.count(words) == 2
    assert not BulkRun.objects.exists()
    assert not TimelineEntry.objects.exists()


def test_decline_gives_one_row_another_reason_and_shows_its_letter_first(client):
    for_all, other = reasons("principles", "not-an-organisation")
    members = files(3)
    sent = {"reasons": [for_all.pk], **own(members[1], reason=other.pk)}
    unread = send(client, "decline", members, decide="1", letter_shown=[f"en.{for_all.pk}"], **sent)

    shown, response = read_and_decide(client, "decline", members, **sent)

    assert unread.status_code == 422
    samples = [(each.words, each.number) for each, _frame in shown.context["letters"].shown]
    assert sorted(samples) == [("", 2), (str(other), 1)]
    assert [row.member for row in shown.context["exceptions"]] == [members[1]]
    assert f"Another reason: {other}" in unescape(read(shown))
    given = [
        [told.reason for told in member.timeline.get().reasons_given.all()] for member in members
    ]
    assert given == [[for_all], [other], [for_all]]
    assert f"Different here: {other}" in unescape(read(response))
    bodies = {mail.reference: mail.body for mail in Message.objects.all()}
    assert len(bodies) == 3
    assert bodies[members[1].reference].count(other.snippet[:20]) == 1


def test_opinion_is_asked_of_another_colleague_in_one_row(client):
    grace, ada = officer(name="Grace"), officer(name="Ada")
    members = files(2)

    response = send(
        client, "ask_opinion", members, to=grace.pk, text="Why?", **own(members[1], to=ada.pk)
    )

    asked = [each.opinion_requests.get().asked_of for each in members]
    assert asked == [grace, ada]
    assert "Different here: Ada" in read(response)
    assert [mail.recipient for mail in Message.objects.order_by("pk")] == [grace.email, ada.email]


def test_one_row_is_handed_to_another_colleague(client):
    grace, ada = officer(name="Grace"), officer(name="Ada")
    members = files(2)

    send(client, "hand", members, to=grace.pk, **own(members[1], to=ada.pk))

    assert [each.assignee for each in Member.objects.order_by("pk")] == [grace, ada]


@pytest.mark.parametrize("is_for_all", [True, False])
def test_request_has_another_reason_in_one_row_and_the_same_text(client, is_for_all):
    for_all, other = reasons("what-it-does", "which-focus-area")
    members = files(2)
    chosen = {"reasons": [for_all.pk]} if is_for_all else {}

    send(
        client,
        "request_information",
        members,
        missing="The date.",
        **chosen,
        **own(members[1], reason=other.pk),
    )

    entries = [member.timeline.get() for member in members]
    given = [[told.reason for told in entry.reasons_given.all()] for entry in entries]
    assert given == [[for_all] if is_for_all else [], [other]]
    assert [entry.note for entry in entries] == ["The date."] * 2


def test_hold_waits_for_somebody_else_or_another_day_in_a_row(client):
    members = files(4)

    send(
        client,
        "hold",
        members,
        waits_for="day",
        ends_on=day(5),
        reason="Their statutes.",
        **own(members[1], waits_for="legal"),
        **own(members[2], ends_on=day(9)),
        **own(members[3], waits_for="day", ends_on=day(7)),
    )

    holds = dict(Hold.objects.values_list("entry__member", "waits_for"))
    days = dict(Hold.objects.values_list("entry__member", "ends_on"))
    assert [holds[each.pk] for each in members] == ["day", "legal", "day", "day"]
    assert [days[members[at].pk] for at in (0, 2, 3)] == [day(5), day(9), day(7)]


@pytest.mark.parametrize(
    ("chosen", "field", "words"),
    [
        ({"waits_for": "day"}, "ends_on", "Choose a day."),
        ({"ends_on": "2021-10-25"}, "ends_on", "Choose a day after today."),
        ({"ends_on": "tomorrow"}, "ends_on", "Enter a valid date."),
        (
            {"waits_for": "legal", "ends_on": "2100-01-01"},
            "ends_on",
            "Choose a day, or whom to wait for, but not both.",
        ),
        (
            {"waits_for": "weather"},
            "waits_for",
            "Select a valid choice. weather is not one of the available choices.",
        ),
    ],
)
def test_hold_says_at_the_field_of_a_row_what_is_wrong_and_keeps_what_was_typed(
    client, chosen, field, words
):
    members = files(2)

    response = send(
        client, "hold", members, waits_for="legal", reason="Statutes.", **own(members[1], **chosen)
    )

    assert response.status_code == 422
    [error] = response.context["form"].errors_in_order
    name = f"{field}-{members[1].pk}"
    assert (error.text, error.field, error.member) == (words, f"id_{name}", members[1])
    assert "Statutes.</textarea>" in response.text
    assert f'id="id_{name}_error"' in response.text
    assert not BulkRun.objects.exists()
    assert not Hold.objects.exists()


@pytest.mark.parametrize("page", ["decline", "hand", "ask_opinion", "request_information"])
def test_choice_of_a_row_that_is_not_offered_is_refused(client, page):
    members = files(2)
    name = "to" if page in ("hand", "ask_opinion") else "reason"
    [of_another_use] = reasons("which-focus-area" if page == "decline" else "principles")
    wrong = of_another_use.pk if name == "reason" else officer(is_active=False).pk

    response = send(client, page, members, **common(page), **own(members[1], **{name: wrong}))

    assert response.status_code == 422
    assert list(response.context["form"].errors) == [f"{name}-{members[1].pk}"]
    assert not TimelineEntry.objects.exists()


def test_admission_with_nothing_chosen_is_refused_at_each_field(client):
    members = files(2)

    response = client.post(ADMIT, {"file": with_versions(members), "preview": "1"})

    assert response.status_code == 422
    assert response.context["form"].errors == {
        "focus_area": ["Choose a focus area."],
        "role": ["Choose a role."],
    }
    for field, words in (("focus_area", "Choose a focus area."), ("role", "Choose a role.")):
        assert f'<a href="#id_{field}">{words}</a>' in response.text
        assert response.text.count(words) == 2
    assert not BulkRun.objects.exists()


def test_skipped_organisation_that_is_willing_to_lead_needs_no_role_and_gets_no_letter(client):
    leader, other = a_file("lead"), a_file("participant")
    sent = sent_for([leader, other], preview="1")

    response = client.post(ADMIT, {**sent, **own(leader, skip="on"), **own(other, role="")})

    assert response.status_code == 200
    assert [each.number for each, _frame in response.context["letters"].shown] == [1]
    assert [(row.member, row.is_skipped) for row in response.context["exceptions"]] == [
        (leader, True)
    ]
    assert f'name="skip-{leader.pk}" id="id_skip-{leader.pk}" checked' in response.text


def test_exception_that_has_changed_meanwhile_is_refused_and_the_others_are_done(client):
    grace, ada = officer(name="Grace"), officer(name="Ada")
    members = files(2)
    shown = with_versions(members)
    assignment.assign_to_self(member=Member.objects.get(pk=members[1].pk), by=officer(), at=NOON)

    response = client.post(
        several("hand"),
        {"file": shown, "to": grace.pk, **own(members[1], to=ada.pk)},
        follow=True,
    )

    assert [each.member for each in response.context["done"]] == [members[0]]
    [refused] = response.context["refused"]
    assert refused.refusal.startswith("The organisation has changed since you opened it")
    assert Member.objects.get(pk=members[1].pk).assignee != ada


def test_decline_shows_and_writes_no_letter_to_a_member_that_was_decided(client):
    [given] = reasons("principles")
    decided, other = a_file("participant", status=MemberStatus.DECLINED), a_file("participant")

    shown, response = read_and_decide(client, "decline", [decided, other], reasons=[given.pk])

    assert [each.number for each, _frame in shown.context["letters"].shown] == [1]
    assert [each.member for each in response.context["refused"]] == [decided]
    assert Message.objects.get().reference == other.reference


@pytest.mark.parametrize("page", [page for page in COMMON if page != "admit"])
def test_page_takes_the_same_queries_for_one_row_and_for_four(client, page):
    members, counts = files(4), []
    client.get(several(page), {"file": with_versions(members)})

    for chosen in (members[:1], members):
        with CaptureQueriesContext(connection) as queries:
            client.get(several(page), {"file": with_versions(chosen)})
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_form_may_have_three_fields_in_each_row_of_the_most_that_may_be_chosen(client):
    member = MemberFactory()
    fields = {f"{name}-{at}": "" for at in range(MAX_ITEMS) for name in ("skip", "a", "b")}

    response = send(client, "note", [member], text="They called.", **fields)

    assert response.status_code == 200
    assert BulkItem.objects.get().entry.note == "They called."
