"""The letter on a decision page: shown, edited, or not sent."""

import pytest

from focus_areas.models import FocusArea
from members.models import TimelineEntry
from outbox.models import Message
from outbox.services.mail_parts import Button, parts_of, split_off_end
from outbox.services.rendering import MARKDOWN, PRIVATE_PAGE
from tests.factories import NOON, FocalPointFactory, MeetingFactory, MemberFactory
from tests.triage.decisions.decisions import (
    PAGES,
    a_file_for,
    address,
    as_shown,
    chosen,
    nothing_happened,
    ticked,
)
from tests.triage.staff import officer, signed_in


def test_admit_asks_for_the_role_of_those_willing_to_lead_and_then_shows_its_letter():
    client = signed_in(officer())
    member = a_file_for("admit", first_choice=FocusArea.objects.get(number=3), role="lead")

    before = member.version, member.status

    shown = client.get(address("admit", member))
    sent = {**shown.context["letter"].initial, "version": member.version, "focus_area": 3}
    unchosen = client.post(address("admit", member), {**sent, "decide": 1})
    unread = client.post(address("admit", member), {**sent, "role": "co_lead", "decide": 1})

    assert "role there: …." in shown.context["letter"].standard.body
    assert unchosen.status_code == 422
    assert unchosen.context["form"].errors == {"role": ["Choose a role."]}
    assert unread.status_code == 422
    assert unread.context["letter"].non_field_errors() == [
        "This is the letter for your choice. Read it, then decide."
    ]
    assert "role there: Co-lead." in unread.context["letter"].standard.body
    assert nothing_happened(member, before)


def test_letter_runs_as_its_language_does_whatever_it_begins_with():
    member = MemberFactory()
    FocalPointFactory(member=member, given_name="ليلى", family_name="حداد", language="fr")
    FocalPointFactory(member=member, is_alternate=True, email="alternate@example.org")
    client = signed_in(officer())

    response = client.post(
        address("request_information", member), {"missing": "ليلى: who signs?", "show_letter": 1}
    )

    letter = response.context["letter"]
    page = response.text
    assert [letter[name].field.widget.attrs["lang"] for name in ("subject", "body")] == ["fr"] * 2
    assert [letter[name].field.widget.attrs["dir"] for name in ("subject", "body")] == ["ltr"] * 2
    # The first focal point's letter, the same in English, and that of the alternate.
    assert page.count('<div class="stack tight" lang="fr" dir="ltr">') == 1
    assert page.count('<div class="stack tight" lang="en" dir="ltr">') == 2


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (
            "My own words.",
            "[[private-page]] is missing. Put it back, or tick “Leave the link out”.",
        ),
        ("[private-page]]", "[private-page]] is not a private link of this email"),
        ("[[private-page]] [[private-page]]", "[[private-page]] is used more than once."),
        ("[[private-page]] [[private-code]]", "[[private-code]] is not a private link of this"),
    ],
)
def test_edited_letter_with_a_fault_in_its_private_link_is_not_sent(body, words):
    client = signed_in(officer())
    member = a_file_for("admit")
    before = (member.version, member.status)
    sent = as_shown(client, "admit", member, **chosen("admit"))
    # The tick is for a link that is missing, and for no other fault.
    tick = {} if "missing" in words else {"leave_link_out": "on"}

    response = client.post(address("admit", member), {**sent, **tick, "body": body, "decide": 1})

    letter = response.context["letter"]
    assert response.status_code == 422
    assert list(letter.errors) == ["body"]
    assert any(sentence.startswith(words) for sentence in letter.errors["body"])
    assert letter["body"].value() == body
    assert nothing_happened(member, before)


def test_private_link_is_left_out_only_on_purpose_and_a_draft_keeps_that():
    client = signed_in(officer())
    member = a_file_for("admit")
    page = address("admit", member)
    sent = as_shown(client, "admit", member, **chosen("admit"))
    edited = {**sent, "subject": "You are in", "body": "My\r\nown words."}
    offered = client.get(page).text
    refused = client.post(page, {**edited, "decide": 1}).text
    edited["leave_link_out"] = "on"

    client.post(page, {**edited, "save_draft": 1})
    draft = client.get(page).context["letter"]
    response = client.post(page, {**edited, "decide": 1})

    assert ("Leave the link out" in offered, "Leave the link out" in refused) == (False, True)
    assert (draft["body"].value(), draft["leave_link_out"].value()) == (edited["body"], True)
    assert response.status_code == 302
    message = Message.objects.get()
    assert message.subject == f"{member.reference}: You are in"
    assert "\n\nMy\nown words.\n\n" in message.body.replace("\r\n", "\n")
    assert (PRIVATE_PAGE in message.body, message.private_page) == (False, "")


def test_edited_letter_keeps_its_button_with_the_private_link():
    client = signed_in(officer())
    member = a_file_for("admit")
    sent = as_shown(client, "admit", member, **chosen("admit"))
    edited = {**sent, "body": f"You are in.\n\n[See your group]({PRIVATE_PAGE})\n\n> Soon"}

    response = client.post(address("admit", member), {**edited, "decide": 1})

    assert response.status_code == 302
    assert f"[See your working group]({PRIVATE_PAGE})" in sent["body"]
    message = Message.objects.get()
    tokens = MARKDOWN.parse(message.body.replace(PRIVATE_PAGE, message.private_page))
    parts = parts_of(split_off_end(tokens)[0])
    assert [button for part in parts for button in part.buttons] == [
        Button("See your group", message.private_page)
    ]
    assert [part.is_box for part in parts] == [False, False, True]


def test_do_not_write_decides_without_a_letter():
    client = signed_in(officer())
    member = a_file_for("admit")
    sent = as_shown(client, "admit", member, **chosen("admit"))

    response = client.post(address("admit", member), {**sent, "do_not_write": "on", "decide": 1})

    assert response.status_code == 302
    assert TimelineEntry.objects.get(member=member).kind == PAGES["admit"].kind
    assert list(Message.objects.all()) == []


def test_letter_that_was_edited_is_kept_when_the_choice_changes():
    client = signed_in(officer())
    member = a_file_for("decline")
    before = (member.version, member.status)
    sent = as_shown(client, "decline", member, reasons=ticked("not-authorised"))
    edited = {**sent, "body": "My own words.", "reasons": ticked("principles")}

    first = client.post(address("decline", member), {**edited, "decide": 1})
    was_kept = nothing_happened(member, before)
    edited["leave_link_out"] = "on"
    again = {**edited, "composed": first.context["letter"]["composed"].value()}
    second = client.post(address("decline", member), {**again, "decide": 1})

    assert (first.status_code, was_kept) == (422, True)
    assert first.context["letter"]["body"].value() == "My own words."
    assert second.status_code == 302
    assert "My own words." in Message.objects.get().body


@pytest.mark.parametrize("field", ["subject", "body"])
def test_letter_needs_a_subject_and_a_text(field):
    client = signed_in(officer())
    member = a_file_for("admit")
    before = (member.version, member.status)
    sent = as_shown(client, "admit", member, **chosen("admit"))

    response = client.post(address("admit", member), {**sent, field: " ", "decide": 1})

    assert response.status_code == 422
    assert response.context["letter"].errors == {
        field: ["Fill in this field, or choose “Do not send an email”."]
    }
    assert nothing_happened(member, before)


def test_letter_is_shown_again_when_a_meeting_in_it_has_changed():
    client = signed_in(officer())
    member = a_file_for("admit")
    area = FocusArea.objects.get(number=2)
    sent = as_shown(client, "admit", member, **chosen("admit"))
    far = NOON.replace(year=2999)
    MeetingFactory(focus_area=area, title="A new one", starts_at=far, ends_at=far.replace(hour=13))

    response = client.post(address("admit", member), {**sent, "decide": 1})

    assert response.status_code == 422
    assert "A new one" in response.context["letter"]["body"].value()
