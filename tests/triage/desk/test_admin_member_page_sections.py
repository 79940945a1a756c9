"""The sections of a member's page: scheduled steps, flags, files of answers and notes."""

import re
from html import unescape

import pytest
from django.contrib.messages import get_messages
from django.utils.timezone import now

from members.models import (
    ClosingReason,
    GrantedRole,
    Member,
    MemberStatus,
    SpamSignal,
    TimelineEntry,
    TimelineKind,
)
from members.services.answer_files import validate_answer_file
from members.services.decisions import record_answer
from members.services.notes import MAX_NOTE_LENGTH
from outbox.models import Message
from outbox.models.delivery_event import EventKind
from tests.factories import (
    NOON,
    AnswerFileFactory,
    DeliveryEventFactory,
    FocalPointFactory,
    FollowUpFactory,
    MemberFactory,
    MessageFactory,
    PossibleDuplicateFactory,
    TimelineEntryFactory,
)
from tests.hostile.pages import Page
from tests.papers.files import PDF
from tests.triage.decisions.decisions import as_shown, nothing_happened
from tests.triage.follow_ups.silence import DAY, REMIND, TELL, ask, key_of, wrote_to
from tests.triage.staff import (
    QUEUE,
    address,
    observer,
    officer,
    read,
    signed_in,
    told,
)
from triage.duplicates.services.matching import dismiss_duplicate
from triage.follow_ups.models import FollowUp, FollowUpStep

pytestmark = pytest.mark.usefixtures("folder")
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

    sent = {"step": key_of(member)}
    response = client.post(address(page, member) + behind, sent, follow=True)
    refused = [client.post(address(page, member), again, follow=True) for again in (sent, {})]

    assert f'action="{address(page, member)}{behind}"' in shown
    assert response.redirect_chain == [(address("change", member) + behind, 302)]
    assert told(response) == [f"{said}: Remind the organisation of the information request."]
    refusal = (
        "This follow-up is no longer scheduled. It was already run or skipped, or it is no longer "
        "needed."
    )
    assert [told(answer) for answer in refused] == [[refusal]] * 2
    step = FollowUp.objects.get()
    assert (step.step, step.is_skipped, step.by) == (REMIND, is_skipped, amina)
    assert member.timeline.filter(kind=kind, by_name="Amina Diallo").exists()


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
            '<span class="chip is-behind">close?</span>'
        )
        == 1
    )
    assert shown.context["form"]["reason"].value() == ClosingReason.ABANDONED
    assert shown.context["preserved_filters"] == behind.removeprefix("?")
    is_chosen = re.compile(r'<input[^>]* name="reason" value="(\w+)"[^>]* checked[^>]*>')
    assert is_chosen.findall(shown.text) == ["abandoned"]
    assert is_chosen.findall(client.get(address("close", member) + "?reason=sing").text) == []


def waiting(**facts):
    return FocalPointFactory(member=MemberFactory(**facts)).member


def choice_for(member):
    return {"focus_area": member.first_choice.pk, "role": GrantedRole.PARTICIPANT}


def test_member_page_asks_first_whether_possible_spam_is_genuine_and_then_offers_the_admission():
    member, client = waiting(spam_signal=SpamSignal.TOO_FAST), signed_in(officer())
    sent = {"version": member.version, "decide": 1}

    page = client.get(address("change", member))
    admit_page = client.get(address("admit", member))
    answered = client.post(address("clear_suspicion", member), sent, follow=True)

    assert page.context["flag"] == "spam"
    assert "Is this expression of interest genuine?" in page.text
    assert f'action="{address("clear_suspicion", member)}"' in page.text
    assert f'href="{address("close", member)}?reason=not_genuine#decide-heading"' in page.text
    assert 'name="decide" value="next"' not in page.text
    assert (admit_page.status_code, admit_page.url) == (302, address("change", member))
    assert "flag" not in answered.context
    assert answered.context["decision"].name == "admit"
    assert 'name="decide" value="next"' in answered.text


def test_member_page_asks_first_about_possible_duplicates_and_names_them_once():
    member, client = waiting(), signed_in(officer())
    pair = PossibleDuplicateFactory(earlier=member, same_name=True)
    # Those that ended ask nothing.
    for status in (MemberStatus.DECLINED, MemberStatus.CLOSED):
        PossibleDuplicateFactory(earlier=member, later__status=status)

    page = client.get(address("change", member))
    admit_page = client.get(address("admit", member))
    dismiss_duplicate(possible_duplicate=pair, by=officer(), at=NOON)
    answered = client.get(address("change", member))

    assert page.context["flag"] == "duplicate"
    assert "Is this applicant a duplicate?" in page.text
    assert page.text.count(f"Not a duplicate: {pair.later.reference}") == 1
    assert (admit_page.status_code, admit_page.url) == (302, address("change", member))
    assert answered.context["decision"].name == "admit"
    assert "flag" not in answered.context


def flag_as_spam(member):
    Member.objects.filter(pk=member.pk).update(spam_signal=SpamSignal.HONEYPOT)


@pytest.mark.parametrize(
    ("flag", "words"),
    [
        (flag_as_spam, "This applicant is marked as possible spam."),
        (
            lambda member: PossibleDuplicateFactory(earlier=member),
            "This applicant may be a duplicate.",
        ),
    ],
)
def test_admission_is_refused_for_a_flag_that_came_later_and_what_was_typed_stays(flag, words):
    member, client = waiting(), signed_in(officer())
    before = member.version, member.status
    sent = as_shown(client, "admit", member, **choice_for(member))
    flag(member)

    typed = {"subject": "Mine", "body": "Own words.", "leave_link_out": "on", "decide": 1}
    refused = client.post(address("admit", member), {**sent, **typed})

    assert refused.status_code == 409
    assert words in refused.text
    assert refused.context["letter"]["body"].value() == "Own words."
    assert nothing_happened(member, before)
    assert not Message.objects.exists()


def answered(*names, text="Attached."):
    person = FocalPointFactory(member__status=MemberStatus.INFORMATION_REQUESTED)
    files = [validate_answer_file(PDF, typed_name=name) for name in names]
    return record_answer(member=person.member, answer=text, documents=files, by=person, at=NOON)


def file_url(file, member=None):
    return f"/admin/members/member/{(member or file.entry.member).pk}/files/{file.pk}/"


def test_file_of_an_answer_stands_beside_its_words():
    entry = answered("النظام الأساسي.pdf", "<i>Letter</i>.pdf", text="As you asked.")
    first, second = entry.files.order_by("pk")

    page = signed_in(observer()).get(address("change", entry.member)).content.decode()

    timeline = page.partition('id="conversation-heading"')[2]
    after_the_words = timeline.partition("As you asked.")[2]
    for file in (first, second):
        link = f'<a href="{file_url(file)}"><bdi>{file.file_name}</bdi></a>'
        assert f"{link}, <bdi>{len(PDF)}\xa0bytes</bdi>" in after_the_words
    assert "<i>" not in after_the_words


def test_file_of_an_answer_of_the_member_is_sent_to_be_saved_unless_it_is_missing(folder):
    file = answered("Statutes.pdf").files.get()
    client = signed_in(observer())

    response = client.get(file_url(file))
    of_another = client.get(file_url(AnswerFileFactory(), member=file.entry.member))

    assert b"".join(response.streaming_content) == PDF
    assert response["Content-Disposition"] == 'attachment; filename="Statutes.pdf"'
    assert response["Content-Type"] == "application/pdf"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"].startswith("default-src 'none'; sandbox;")
    (folder / file.file.name).unlink()
    missing = client.get(file_url(file))
    assert (of_another.status_code, missing.status_code) == (404, 404)
    assert "This file is missing" not in read(of_another)
    assert "This file is missing" in read(missing)
    assert f'href="{address("change", file.entry.member)}"' in missing.content.decode()


def notes():
    return [(entry.kind, entry.note, entry.by_name) for entry in TimelineEntry.objects.all()]


def test_note_is_kept_and_the_file_shown_with_its_list():
    member = FocalPointFactory().member
    client = signed_in(officer(name="Amina Diallo"))
    page = client.get(address("change", member), {"_changelist_filters": "region=EUR&o=1"})

    response = client.post(page.context["address_of_the_note"], {"text": "They called."})

    assert (
        response["Location"]
        == f"{address('change', member)}?_changelist_filters=region%3DEUR%26o%3D1"
    )
    assert notes() == [(TimelineKind.NOTE_ADDED, "They called.", "Amina Diallo")]
    assert [str(each) for each in get_messages(response.wsgi_request)] == ["Note added."]


def test_note_that_is_sent_twice_from_one_page_is_kept_once_and_from_a_later_page_again():
    member = FocalPointFactory().member
    client = signed_in(officer(name="Ada"))

    for clicks in (2, 1):
        fields = Page(client.get(address("change", member))).fields_of(address("note", member))
        for _click in range(clicks):
            answer = client.post(address("note", member), {**fields, "text": "They called."})
            assert answer["Location"] == address("change", member)

    assert notes() == [("noted", "They called.", "Ada")] * 2


def test_note_of_many_lines_is_as_long_as_the_browser_says():
    member, text = FocalPointFactory().member, "\n".join(["x" * 99] * 100)
    assert len(text) == MAX_NOTE_LENGTH - 1

    signed_in(officer()).post(address("note", member), {"text": text.replace("\n", "\r\n")})

    assert [note for _kind, note, _name in notes()] == [text]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("  ", "Enter a note."),
        ("x" * (MAX_NOTE_LENGTH + 1), "Ensure this value has at most 10000 characters"),
    ],
)
def test_note_that_is_none_is_refused_beside_its_field_and_kept_on_the_page(text, words):
    member = FocalPointFactory().member
    client = signed_in(officer())

    response = client.post(address("note", member), {"text": text})

    page = response.text
    assert response.status_code == 422
    assert words in page
    assert response.context["note_form"]["text"].value() == text
    assert notes() == []


def test_notes_stand_at_the_top_the_newest_first_and_in_the_conversation():
    member = FocalPointFactory().member
    for day, text in ((25, "First"), (27, "Third"), (26, "Second")):
        TimelineEntryFactory(
            member=member, kind=TimelineKind.NOTE_ADDED, note=text, at=NOON.replace(day=day)
        )
    TimelineEntryFactory(member=member, kind=TimelineKind.RECEIVED, at=NOON)

    response = signed_in(officer()).get(address("change", member))

    notes = [piece.content.note for piece in response.context["conversation"]]
    assert notes == ["Third", "Second", "", "First"]
    # Above the answers.
    assert response.text.index("First") < response.text.index('id="eoi-heading"')


def test_page_asks_for_another_address_if_mail_to_a_focal_point_often_comes_back():
    member = MemberFactory()
    for email, is_alternate in (("Ada@example.org", False), ("eve@example.org", True)):
        FocalPointFactory(member=member, email=email, is_alternate=is_alternate)
    for days_ago in range(6):
        DeliveryEventFactory(
            message=MessageFactory(recipient="ada@example.org"),
            kind=EventKind.SOFT_BOUNCE,
            at=now() - days_ago * DAY,
        )

    page = read(signed_in(officer()).get(address("change", member)))

    sentence = "Mail to this address came back on 6 of the last 30 days. Ask for another address."
    assert page.count(sentence) == 1
    people = page[page.index('id="person-') :]
    assert people.index("Ada@example.org") < people.index(sentence)
    assert people.index(sentence) < people.index("eve@example.org")
