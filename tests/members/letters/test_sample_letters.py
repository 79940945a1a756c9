"""The preview of a template with a real member shows the real letter, and sends nothing."""

from datetime import timedelta

import pytest

from eoi.services.letters import send_draft_link
from members.models import GrantedRole, MemberStatus, TimelineKind
from members.services.letters.composing import whole_letter
from members.services.letters.decisions import acknowledge, draft_admission
from members.services.letters.officers import notify_officer
from members.services.letters.role_transfers import welcome_alternate
from members.services.letters.sample_letters import sample_letter
from outbox.models import Message, MessageTemplate
from outbox.models.template_types import get_template_type, template_types
from outbox.services.template_rendering import TemplateText
from tests.factories import (
    NOON,
    EoiDraftFactory,
    FocalPointFactory,
    FocusAreaFactory,
    MeetingFactory,
    MemberFactory,
    RoleTransferFactory,
    TimelineEntryFactory,
    UserFactory,
)


def samples_in(found):
    return [placeholder.name for placeholder in found.on_samples]


@pytest.fixture
def person():
    member = MemberFactory(reference="P2C-AAAAAA", organisation_name="Ministry of *Stars*")
    return FocalPointFactory(member=member, given_name="Ada", family_name="Lovelace")


def stored(kind, language="en"):
    row = MessageTemplate.objects.get(template_type=kind, language=language)
    return TemplateText(kind, language, row.subject, row.body)


def tried(kind, person, **text):
    wording = TemplateText(kind, **text) if text else stored(kind)
    return sample_letter(get_template_type(kind), wording, person, at=NOON)


def read(message):
    return (message.subject, message.body, message.language)


@pytest.mark.parametrize("kind", [kind.name for kind in template_types() if kind.preview])
def test_every_kind_is_drafted_for_a_member_in_its_language_and_nothing_is_queued(kind, person):
    found = tried(kind, person, language="ar", subject="", body=stored(kind).body)

    assert found.letter.language == "ar"
    assert found.letter.body != ""
    assert not any(own in found.letter.body for own in ("/working-group/", "/calendar/private/"))
    assert Message.objects.count() == 0
    person.refresh_from_db()
    assert person.language == "en"


def acknowledgement(person):
    (written,) = acknowledge(person.member, [person], TimelineEntryFactory(member=person.member))
    return person, read(written)


def admission(person):
    area = FocusAreaFactory()
    placed = {"focus_area": area, "granted_role": GrantedRole.CO_LEAD}
    member = MemberFactory(status=MemberStatus.ADMITTED, **placed)
    person = FocalPointFactory(member=member)
    MeetingFactory(focus_area=area, title="The first of all", starts_at=NOON + timedelta(days=1))
    draft = draft_admission(member=member, focus_area=area, role=GrantedRole.CO_LEAD, at=NOON)
    written = read(whole_letter(person, draft))
    assert "The first of all" in written[1]
    return person, written


def letter_to_the_officer(person):
    person.member.assignee = UserFactory(name="Kofi Mensah")
    person.member.save()
    facts = {"kind": TimelineKind.WITHDRAWN, "by_name": "Amina Diallo"}
    written = notify_officer(person.member, TimelineEntryFactory(member=person.member, **facts))
    return person, read(written)


def welcome(person):
    alternate = FocalPointFactory(member=person.member, is_alternate=True)
    entry = TimelineEntryFactory(member=person.member)
    (written,) = welcome_alternate(person.member, entry, by=person)
    subject, body, language = read(written)
    return alternate, (subject, body.replace(": Ada Lovelace has", ": Amina Diallo has"), language)


@pytest.mark.parametrize(
    ("kind", "write", "samples"),
    [
        ("received", acknowledgement, []),
        ("admitted", admission, []),
        ("officer_withdrawn", letter_to_the_officer, ["by"]),
        ("named_alternate", welcome, ["named_by"]),
    ],
)
def test_letter_is_what_is_written_to_that_person(person, kind, write, samples):
    recipient, written = write(person)

    found = tried(kind, recipient)

    assert read(found.letter) == written
    assert samples_in(found) == samples


def test_letter_about_a_draft_is_greeted_by_nobody_as_when_it_is_written(person):
    draft = EoiDraftFactory(call=person.member.call)
    written = send_draft_link(draft, at=NOON)

    found = tried("draft_saved", person)

    opening = written.body.split("\n\n")[0]
    assert found.letter.body.startswith(opening)
    assert "Ada" not in found.letter.body
    assert samples_in(found) == ["kept_until"]


def test_closing_is_read_below_a_letter(person):
    found = tried("closing", person, language="en", subject="", body="Yours, {contact}")

    assert found.letter.body.startswith("Dear Ada Lovelace,\n\n**Please confirm that this address")
    assert "\n\n---\n\nYours, Partner2Connect@itu.int\\\n" in found.letter.body


def test_what_is_typed_stands_in_place_of_what_is_stored(person):
    found = tried(
        "recovery_link", person, language="en", subject="New", body="To {organisation}: {reference}"
    )

    assert found.letter.subject == "P2C-AAAAAA: New"
    assert "\n\nTo Ministry of \\*Stars\\*:" in found.letter.body
    assert stored("recovery_link").subject != "New"


def test_what_a_member_does_not_have_is_a_sample_and_named(person):
    without = tried("role_transfer_requested_by_you", person)
    RoleTransferFactory(focal_point=person, given_name="Grace", family_name="Hopper")

    found = tried("role_transfer_requested_by_you", person)

    assert "Chen Wei" in without.letter.body
    assert samples_in(without) == ["successor"]
    assert "Grace Hopper" in found.letter.body
    assert samples_in(found) == []
