import re
from datetime import timedelta

import pytest

from core.languages import page_language
from focus_areas.models import FocusArea
from members.models import GrantedRole, MemberStatus, Reason, Title
from members.services.letters.composing import (
    DEFAULT_LETTER,
    addressee,
    queue_letter,
)
from members.services.letters.decisions import (
    draft_admission,
    draft_decline,
    draft_information_request,
    draft_move,
)
from members.services.letters.resend import CannotResend, resend
from members.services.private_links import PAGE_EXPIRES_AFTER, LinkPurpose, token_for
from outbox.models import Message, MessageStatus, MessageTemplate
from outbox.services.letters import EditableLetter, greeting
from outbox.services.rendering import as_html
from tests.factories import (
    NOON,
    FocalPointFactory,
    FocusAreaFactory,
    MeetingFactory,
    MemberFactory,
    MessageFactory,
    TimelineEntryFactory,
    UserFactory,
)

HOSTILE = "[Verify](http://evil.example/) <b>*now*</b> www.evil.example\r\nBcc: all@example.org"


def links_in(body):
    """The addresses that a mail of this body links to."""
    return re.findall(r'href="([^"]*)"', as_html("Subject", body, language="en"))


def all_drafts(member, reasons=None):
    area = FocusArea.objects.get(number=1)
    placed = {"focus_area": area, "role": GrantedRole.PARTICIPANT, "at": NOON}
    return [
        draft_information_request(member=member, missing="The letter."),
        draft_admission(member=member, **placed),
        draft_move(member=member, **placed),
        draft_decline(
            member=member, reasons=list(Reason.objects.all()) if reasons is None else reasons
        ),
    ]


@pytest.mark.parametrize(
    ("spoken", "pages"),
    [("en", "en"), ("fr", "fr"), ("ar", "en"), ("zh-hans", "en"), ("ru", "en"), ("es", "en")],
)
def test_letters_are_in_their_language_and_lead_to_pages_in_one_that_is_whole(spoken, pages):
    focal_point = FocalPointFactory(language=spoken)

    drafts = all_drafts(focal_point.member, reasons=[])

    assert [draft.language for draft in drafts] == [spoken] * 4
    assert page_language(focal_point.language) == pages


@pytest.mark.parametrize(("spoken", "written"), [("en", "en"), ("fr", "fr"), ("ar", "en")])
def test_letter_is_in_another_language_where_theirs_is_not_in_use(spoken, written):
    focal_point = FocalPointFactory(language=spoken)
    MessageTemplate.objects.filter(language="ar").update(is_active=False)

    [draft, *_others] = all_drafts(focal_point.member)

    assert draft.language == written


@pytest.mark.parametrize("title", ["", *Title])
def test_greeting_names_the_person_as_given(title):
    focal_point = FocalPointFactory(title=title, given_name="Ada", family_name="king")

    line = greeting(addressee(focal_point), focal_point.language)

    assert line.endswith("Ada king,")
    assert "\n" not in line


def test_greeting_holds_no_link_of_theirs():
    line = greeting(addressee(FocalPointFactory(given_name="", family_name=HOSTILE[:100])), "en")

    assert links_in(line) == []
    assert "\n" not in line


def test_every_draft_names_organisation_and_reference():
    member = MemberFactory(reference="P2C-DRAFT2", organisation_name="Université d’Abomey")
    FocalPointFactory(member=member)

    bodies = [draft.body for draft in all_drafts(member)]

    assert ["Université d’Abomey" in body for body in bodies] == [True] * 4
    assert ["P2C-DRAFT2" in body for body in bodies] == [True] * 4


def test_every_draft_is_in_the_language_of_the_focal_point():
    in_english, in_french = MemberFactory(), MemberFactory()
    FocalPointFactory(member=in_english, language="en")
    FocalPointFactory(member=in_french, language="fr")

    pairs = zip(all_drafts(in_english), all_drafts(in_french), strict=True)

    assert [english.subject != french.subject for english, french in pairs] == [True] * 4


def test_every_draft_escapes_what_was_typed():
    member = MemberFactory(organisation_name=HOSTILE[:200])
    FocalPointFactory(member=member)

    links = [links_in(draft.body) for draft in all_drafts(member)]

    assert links == [[]] * 4


def test_draft_admission_says_when_in_the_zone_of_the_focal_point_and_in_geneva():
    area = FocusAreaFactory(number=1)
    MeetingFactory(
        focus_area=area,
        title="First sitting",
        starts_at=NOON + timedelta(days=1),
        ends_at=NOON + timedelta(days=1, hours=1),
    )
    member = FocalPointFactory(time_zone="Africa/Nairobi").member

    body = draft_admission(
        member=member, focus_area=area, role=GrantedRole.PARTICIPANT, at=NOON
    ).body

    assert (
        "- **First sitting**\\\n"
        "  Tuesday 26 October 2021, 15:00 to 16:00 Nairobi (UTC+3)\\\n"
        "  Tuesday 26 October 2021, 14:00 to 15:00 Geneva (UTC+2)\n"
    ) in body


def test_draft_admission_names_the_next_three_meetings():
    area = FocusAreaFactory(number=1)
    for days in (4, 2, 1, 3):
        MeetingFactory(
            focus_area=area, title=f"Sitting {days}", starts_at=NOON + timedelta(days=days)
        )
    member = FocalPointFactory().member

    body = draft_admission(
        member=member, focus_area=area, role=GrantedRole.PARTICIPANT, at=NOON
    ).body

    assert re.findall(r"\*\*(Sitting \d)\*\*", body) == ["Sitting 1", "Sitting 2", "Sitting 3"]


def test_drafts_say_whom_to_ask_and_until_when_the_file_waits():
    asked, admitted, moved, _declined = all_drafts(FocalPointFactory().member)

    assert asked.body.endswith("Your file is on hold until we have your answer.")
    assert "\n\nQuestions? Reply to this email.\n\n" in admitted.body
    assert "\n\nQuestions? Reply to this email.\n\n" in moved.body


def test_draft_admission_says_so_when_no_meeting_is_planned():
    area = FocusAreaFactory(number=1)
    member = FocalPointFactory().member

    body = draft_admission(
        member=member,
        focus_area=area,
        role=GrantedRole.PARTICIPANT,
        at=NOON + timedelta(days=2000),
    ).body

    assert "is not on the calendar yet" in body


def test_queue_letter_writes_to_each_in_their_language():
    member = MemberFactory(reference="P2C-LETTR2")
    first = FocalPointFactory(member=member, language="fr", email="first@example.org")
    second = FocalPointFactory(
        member=member, is_alternate=True, language="en", email="second@example.org"
    )
    entry = TimelineEntryFactory(member=member, kind="declined")

    queue_letter(member, entry, DEFAULT_LETTER, lambda **facts: draft_decline(reasons=[], **facts))

    messages = Message.objects.order_by("pk").values_list("topic", "recipient", "language")
    assert list(messages) == [
        (f"P2C-LETTR2/declined/entry-{entry.pk}/focal-point-{first.pk}", "first@example.org", "fr"),
        (
            f"P2C-LETTR2/declined/entry-{entry.pk}/focal-point-{second.pk}",
            "second@example.org",
            "en",
        ),
    ]


def test_queue_letter_as_edited_is_in_one_language_for_everybody():
    member = MemberFactory()
    FocalPointFactory(member=member, language="en", given_name="", family_name="First")
    FocalPointFactory(
        member=member, is_alternate=True, language="fr", given_name="", family_name="Second"
    )
    entry = TimelineEntryFactory(member=member, kind="declined")

    queue_letter(
        member, entry, EditableLetter(subject="A subject", body="A text."), lambda **_facts: None
    )

    first, second = Message.objects.order_by("pk")
    assert (first.language, second.language) == ("en", "en")
    assert second.body == first.body.replace("First", "Second")


def test_queue_letter_keeps_a_subject_on_one_line_with_the_reference():
    member = MemberFactory(reference="P2C-LETTR2")
    FocalPointFactory(member=member)
    entry = TimelineEntryFactory(member=member, kind="declined")

    queue_letter(
        member,
        entry,
        EditableLetter(subject="About\r\nBcc: all@example.org", body="A text."),
        lambda **_facts: None,
    )

    assert Message.objects.get().subject == "P2C-LETTR2: About Bcc: all@example.org"


def test_write_again_goes_to_the_present_address_with_fresh_links():
    focal_point = FocalPointFactory(
        member__status=MemberStatus.ADMITTED, email="right@example.org", link_version=2
    )
    first = MessageFactory(
        topic=f"P2C-AGAIN2/admitted/entry-5/focal-point-{focal_point.pk}",
        recipient="wrong@example.org",
        body="Your page: [[private-page]]",
        status=MessageStatus.SENT,
        sent_at=NOON,
    )

    again = resend(message=first, times=0, by=UserFactory(), at=NOON)

    assert (again.recipient, again.resent_from, again.body, again.status) == (
        "right@example.org",
        first,
        "Your page: [[private-page]]",
        MessageStatus.QUEUED,
    )
    assert token_for(focal_point, LinkPurpose.WORKING_GROUP) in again.private_page
    assert again.private_feed == ""
    first.refresh_from_db()
    assert first.recipient == "wrong@example.org"


def test_write_again_of_what_was_written_again_finds_the_person_too():
    focal_point = FocalPointFactory()
    first = MessageFactory(
        topic=f"P2C-AGAIN2/received/entry-5/focal-point-{focal_point.pk}/again-1",
        status=MessageStatus.FAILED,
    )

    again = resend(message=first, times=0, by=UserFactory(), at=NOON)

    assert again.recipient == focal_point.email


@pytest.mark.parametrize("status", [MessageStatus.QUEUED, MessageStatus.SENDING])
def test_write_again_refuses_what_has_not_gone_out(status):
    focal_point = FocalPointFactory()
    lease = (
        {"leased_until": NOON, "lease": "6f1fd2a4-3f43-4a5e-9d0e-0f3c7f3e1c11"}
        if status == MessageStatus.SENDING
        else {}
    )
    first = MessageFactory(
        topic=f"P2C-AGAIN2/received/entry-5/focal-point-{focal_point.pk}", status=status, **lease
    )

    with pytest.raises(CannotResend):
        resend(message=first, times=0, by=UserFactory(), at=NOON)

    assert list(Message.objects.all()) == [first]


def test_write_again_refuses_what_was_written_again_meanwhile():
    focal_point = FocalPointFactory()
    first = MessageFactory(
        topic=f"P2C-AGAIN2/received/entry-5/focal-point-{focal_point.pk}",
        status=MessageStatus.FAILED,
    )
    again = resend(message=first, times=0, by=UserFactory(), at=NOON)

    with pytest.raises(CannotResend, match="written again after you opened"):
        resend(message=first, times=0, by=UserFactory(), at=NOON)

    assert list(Message.objects.order_by("pk")) == [first, again]


@pytest.mark.parametrize("marker", ["[[private-page]]", "[[private-feed]]"])
def test_write_again_of_an_admission_refuses_who_has_withdrawn(marker):
    focal_point = FocalPointFactory(member__status=MemberStatus.WITHDRAWN)
    first = MessageFactory(
        topic=f"P2C-AGAIN2/admitted/entry-5/focal-point-{focal_point.pk}",
        body=f"Here: {marker}",
        status=MessageStatus.FAILED,
    )

    with pytest.raises(CannotResend, match="not admitted any more"):
        resend(message=first, times=0, by=UserFactory(), at=NOON)

    assert list(Message.objects.all()) == [first]


@pytest.mark.parametrize(
    ("body", "is_refused"), [("Here: [[private-page]]", True), ("Bye.", False)]
)
def test_write_again_refuses_a_link_to_a_page_that_has_ended(body, is_refused):
    withdrawn_at = NOON - PAGE_EXPIRES_AFTER
    focal_point = FocalPointFactory(
        member__status=MemberStatus.WITHDRAWN, member__withdrawn_at=withdrawn_at
    )
    first = MessageFactory(
        topic=f"P2C-AGAIN2/withdrawn/entry-5/focal-point-{focal_point.pk}",
        body=body,
        status=MessageStatus.FAILED,
    )

    if is_refused:
        with pytest.raises(CannotResend, match="what it led to has ended"):
            resend(message=first, times=0, by=UserFactory(), at=NOON)
    else:
        resend(message=first, times=0, by=UserFactory(), at=NOON)

    assert Message.objects.count() == (1 if is_refused else 2)


@pytest.mark.parametrize("topic", ["digest/2021-10-25", "P2C-AGAIN2/received/focal-point-0"])
def test_write_again_refuses_what_went_to_no_focal_point(topic):
    first = MessageFactory(topic=topic, status=MessageStatus.FAILED)

    with pytest.raises(CannotResend):
        resend(message=first, times=0, by=UserFactory(), at=NOON)

    assert list(Message.objects.all()) == [first]
