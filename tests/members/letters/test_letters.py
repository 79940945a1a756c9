import re
from datetime import timedelta
from functools import partial

import pytest
from django.conf import settings

from core.conflicts import Conflict, NothingChanged, Refused
from focus_areas.models import FocusArea
from members.models import (
    CorrespondenceLanguage,
    FocalPoint,
    GrantedRole,
    MemberStatus,
    Reason,
    TimelineEntry,
    TimelineKind,
    Title,
)
from members.services.letters.composing import DEFAULT_LETTER, addressee, key_makers, queue_letter
from members.services.letters.decisions import (
    draft_admission,
    draft_decline,
    draft_information_request,
    draft_move,
)
from members.services.letters.resend import CannotResend, correct_and_resend, resend
from members.services.private_links import (
    PAGE_EXPIRES_AFTER,
    InvalidLink,
    LinkPurpose,
    focal_point_of,
    token_for,
)
from outbox.models import Message, MessageStatus, MessageTemplate
from outbox.services.letters import EditableLetter, greeting
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


@pytest.mark.parametrize("spoken", CorrespondenceLanguage.values)
@pytest.mark.parametrize("is_in_use", [True, False])
def test_letters_are_in_their_language_if_it_is_in_use_and_lead_to_pages_in_it(spoken, is_in_use):
    member = MemberFactory(reference="P2C-DRAFT2", organisation_name="Université d’Abomey")
    focal_point = FocalPointFactory(member=member, language=spoken)
    if not is_in_use:
        MessageTemplate.objects.exclude(language="en").update(is_active=False)

    drafts = all_drafts(member, reasons=[])
    pages = [
        key_makers(focal_point, kind)["private_page"]()
        for kind in (TimelineKind.RECEIVED, TimelineKind.ADMITTED)
    ]

    assert [draft.language for draft in drafts] == [spoken if is_in_use else "en"] * 4
    assert {page.startswith(f"{settings.SITE_URL}/{spoken}/") for page in pages} == {True}
    for words in ("Université d’Abomey", "P2C-DRAFT2"):
        assert [words in draft.body for draft in drafts] == [True] * 4


@pytest.mark.parametrize(
    ("given_name", "title", "language", "wanted"),
    [
        ("", "", "en", "Dear Ndiaye,"),
        ("", "", "fr", "Madame ou Monsieur Ndiaye,"),
        ("", Title.MS, "fr", "Madame Ndiaye,"),
        ("Awa", "", "en", "Dear Awa Ndiaye,"),
        ("Awa", Title.MS, "en", "Dear Ms Awa Ndiaye,"),
        ("Awa", Title.MR, "en", "Dear Mr Awa Ndiaye,"),
        ("Awa", Title.DR, "en", "Dear Dr Awa Ndiaye,"),
        ("Awa", Title.PROF, "en", "Dear Professor Awa Ndiaye,"),
        ("Awa", Title.HE, "en", "Your Excellency Awa Ndiaye,"),
        ("Awa", Title.MX, "en", "Dear Mx Awa Ndiaye,"),
        ("Awa", "", "fr", "Bonjour Awa Ndiaye,"),
        ("Awa", "", "es", "Buenos días, Awa Ndiaye:"),
        ("Awa", "", "zh-hans", "尊敬的 Awa Ndiaye："),
    ],
)
def test_greeting_names_the_person_as_given_and_is_polite(given_name, title, language, wanted):
    person = FocalPointFactory.build(given_name=given_name, family_name="Ndiaye", title=title)

    assert greeting(addressee(person), language) == wanted


def admission_of(member, at=NOON):
    placed = {"focus_area": FocusAreaFactory(number=1), "role": GrantedRole.PARTICIPANT}
    return draft_admission(member=member, at=at, **placed).body


def test_draft_admission_names_the_next_three_meetings_in_the_persons_zone_and_in_geneva():
    for days in (4, 2, 1, 3):
        MeetingFactory(title=f"Sitting {days}", starts_at=NOON + timedelta(days=days))
    member = FocalPointFactory(time_zone="Africa/Nairobi").member

    body, later = admission_of(member), admission_of(member, at=NOON + timedelta(days=2000))

    assert re.findall(r"\*\*(Sitting \d)\*\*", body) == ["Sitting 1", "Sitting 2", "Sitting 3"]
    assert (
        "- **Sitting 1**\\\n"
        "  Tuesday 26 October 2021, 15:00 to 16:00 Nairobi (UTC+3)\\\n"
        "  Tuesday 26 October 2021, 14:00 to 15:00 Geneva (UTC+2)\n"
    ) in body
    assert "first meeting is not scheduled yet" in later


def test_queue_letter_writes_to_each_in_their_language():
    member = MemberFactory(reference="P2C-LETTR2")
    first = FocalPointFactory(member=member, language="fr", email="first@example.org")
    second = FocalPointFactory(
        member=member, is_alternate=True, language="en", email="second@example.org"
    )
    entry = TimelineEntryFactory(member=member, kind="declined")

    queue_letter(member, entry, DEFAULT_LETTER, lambda **facts: draft_decline(reasons=[], **facts))

    messages = Message.objects.order_by("pk").values_list("topic", "recipient", "language")
    topic = f"P2C-LETTR2/declined/entry-{entry.pk}/focal-point"
    assert list(messages) == [
        (f"{topic}-{first.pk}", "first@example.org", "fr"),
        (f"{topic}-{second.pk}", "second@example.org", "en"),
    ]


def test_queue_letter_as_edited_is_in_one_language_with_a_subject_on_one_line():
    member = MemberFactory(reference="P2C-LETTR2")
    for is_alternate, language, name in ((False, "en", "First"), (True, "fr", "Second")):
        FocalPointFactory(
            member=member,
            is_alternate=is_alternate,
            language=language,
            given_name="",
            family_name=name,
        )
    entry = TimelineEntryFactory(member=member, kind="declined")
    edited = EditableLetter(subject="About\r\nBcc: all@example.org", body="A text.")
    standard = EditableLetter(subject="The standard letter", body="It has no private link.")

    queue_letter(member, entry, edited, lambda **_facts: standard)

    first, second = Message.objects.order_by("pk")
    assert (first.language, second.language) == ("en", "en")
    assert second.body == first.body.replace("First", "Second")
    assert first.subject == "P2C-LETTR2: About Bcc: all@example.org"


def test_queue_letter_refuses_an_edited_text_with_a_faulty_private_link():
    member = FocalPointFactory().member
    entry = TimelineEntryFactory(member=member, kind="declined")
    edited = EditableLetter(subject="A subject", body="[private-page]]")

    with pytest.raises(Refused, match=re.escape("Write [[private-page]], or remove it.")):
        queue_letter(member, entry, edited, partial(draft_decline, reasons=[]))

    assert list(Message.objects.all()) == []


LEASED = {"leased_until": NOON, "lease": "6f1fd2a4-3f43-4a5e-9d0e-0f3c7f3e1c11"}
WITHDRAWN = {"status": MemberStatus.WITHDRAWN}
ENDED = {**WITHDRAWN, "withdrawn_at": NOON - PAGE_EXPIRES_AFTER}
BODY_WITH_LINK = "Here: [[private-page]]"


def written(focal_point, cause="received", **facts):
    """A letter to a focal point that has failed, or has not been sent yet."""
    topic = f"P2C-AGAIN2/{cause}/entry-5/focal-point-{focal_point.pk}"
    return MessageFactory(**{"topic": topic, "status": MessageStatus.FAILED, **facts})


def write_again(message):
    return resend(message=message, times=0, by=UserFactory(), at=NOON)


def test_write_again_goes_to_the_present_address_with_fresh_links():
    focal_point = FocalPointFactory(
        member__status=MemberStatus.ADMITTED, email="right@example.org", link_version=2
    )
    gone_out = {"status": MessageStatus.SENT, "sent_at": NOON}
    body = "Your page: [[private-page]]"
    first = written(focal_point, "admitted", recipient="wrong@example.org", body=body, **gone_out)

    again = write_again(first)

    assert (again.recipient, again.resent_from) == ("right@example.org", first)
    assert (again.body, again.status) == (body, MessageStatus.QUEUED)
    assert token_for(focal_point, LinkPurpose.WORKING_GROUP) in again.private_page
    first.refresh_from_db()
    assert first.recipient == "wrong@example.org"


@pytest.mark.parametrize(
    ("member", "facts"),
    [
        ({}, {"topic": "P2C-AGAIN2/received/entry-5/focal-point-{pk}/again-1"}),
        (ENDED, {"body": "No private link, so it leads to no page that has ended."}),
    ],
    ids=["written again", "ended"],
)
def test_write_again_finds_the_person_and_leads_nowhere_without_a_link(member, facts):
    focal_point = FocalPointFactory(member=MemberFactory(**member))
    filled = {name: words.format(pk=focal_point.pk) for name, words in facts.items()}

    again = write_again(written(focal_point, **filled))

    assert again.recipient == focal_point.email


def test_write_again_refuses_what_was_written_again_meanwhile():
    first = written(FocalPointFactory())
    again = write_again(first)

    with pytest.raises(CannotResend, match="resent after you opened"):
        write_again(first)

    assert list(Message.objects.order_by("pk")) == [first, again]


@pytest.mark.parametrize(
    ("member", "cause", "facts", "said"),
    [
        ({}, "received", {"status": MessageStatus.QUEUED}, None),
        ({}, "received", {"status": MessageStatus.SENDING, **LEASED}, None),
        (WITHDRAWN, "admitted", {"body": BODY_WITH_LINK}, "the member is no longer admitted"),
        (ENDED, "withdrawn", {"body": BODY_WITH_LINK}, "a private link to a page that has expired"),
        ({}, "received", {"topic": "digest/2021-10-25"}, None),
        ({}, "received", {"topic": "P2C-AGAIN2/received/focal-point-0"}, None),
    ],
)
def test_write_again_refuses_what_has_not_gone_out_leads_nowhere_or_is_to_no_focal_point(
    member, cause, facts, said
):
    first = written(FocalPointFactory(member=MemberFactory(**member)), cause, **facts)

    with pytest.raises(CannotResend, match=said):
        write_again(first)

    assert list(Message.objects.all()) == [first]


def failed(**facts):
    """A message with a private link that did not arrive, because of a mistyped address."""
    person = FocalPointFactory(email="ada@exmaple.org")
    reference = person.member.reference
    topic = f"{reference}/received/entry-1/focal-point-{person.pk}"
    return MessageFactory(
        **{
            "reference": reference,
            "topic": topic,
            "recipient": person.email,
            "subject": "We have it",
            "body": "Your page: [[private-page]]",
            "status": MessageStatus.FAILED,
            **facts,
        }
    )


def corrected(message, **facts):
    version = FocalPoint.objects.get().member.version
    return correct_and_resend(
        **{
            "message": message,
            "email": "ada@example.org",
            "times": 0,
            "version": version,
            "by": UserFactory(),
            "at": NOON,
            **facts,
        }
    )


def test_correct_and_resend_saves_the_address_and_sends_to_it_with_new_links():
    message, user = failed(), UserFactory()
    earlier = token_for(FocalPoint.objects.get(), LinkPurpose.EOI)

    again = corrected(message, by=user)

    person, entry = FocalPoint.objects.get(), TimelineEntry.objects.get()
    assert (person.email, person.confirmed_at) == ("ada@example.org", None)
    assert (again.recipient, again.resent_from) == ("ada@example.org", message)
    assert again.status == MessageStatus.QUEUED
    assert token_for(person, LinkPurpose.EOI) in again.private_page
    assert (entry.kind, entry.by_user) == (TimelineKind.CORRECTED, user)
    assert entry.note == "This email did not arrive: We have it"
    with pytest.raises(InvalidLink):
        focal_point_of(earlier, LinkPurpose.EOI)


@pytest.mark.parametrize(
    ("facts", "asked", "refusal"),
    [
        ({"status": MessageStatus.QUEUED}, {}, CannotResend),
        ({"topic": "P2C-TEST/assigned/user-1"}, {}, CannotResend),
        ({}, {"times": 1}, CannotResend),
        ({}, {"version": 0}, Conflict),
        ({}, {"email": "ada@exmaple.org"}, NothingChanged),
    ],
)
def test_correct_and_resend_refuses_both_or_does_both(facts, asked, refusal):
    message = failed(**facts)

    with pytest.raises(refusal):
        corrected(message, **asked)

    assert FocalPoint.objects.get().email == "ada@exmaple.org"
    assert list(Message.objects.all()) == [message]
    assert list(TimelineEntry.objects.all()) == []
