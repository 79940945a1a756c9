import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from members.models import TimelineEntry, TimelineKind
from members.services.notes import MAX_NOTE_LENGTH
from tests.factories import NOON, FocalPointFactory, TimelineEntryFactory
from tests.hostile.pages import Page
from tests.triage.staff import officer, signed_in


def file(member):
    return reverse("admin:members_member_change", args=[member.pk])


def address(member):
    return reverse("admin:members_member_note", args=[member.pk])


def notes():
    return [(entry.kind, entry.note, entry.by_name) for entry in TimelineEntry.objects.all()]


def test_note_is_kept_and_the_file_shown_with_its_list():
    member = FocalPointFactory().member
    client = signed_in(officer(name="Amina Diallo"))
    page = client.get(file(member), {"_changelist_filters": "region=EUR&o=1"})

    response = client.post(page.context["address_of_the_note"], {"text": "They called."})

    assert response["Location"] == f"{file(member)}?_changelist_filters=region%3DEUR%26o%3D1"
    assert notes() == [(TimelineKind.NOTE_ADDED, "They called.", "Amina Diallo")]
    assert [str(each) for each in get_messages(response.wsgi_request)] == ["Note added."]


def test_note_that_is_sent_twice_from_one_page_is_kept_once_and_from_a_later_page_again():
    member = FocalPointFactory().member
    client = signed_in(officer(name="Ada"))

    for clicks in (2, 1):
        fields = Page(client.get(file(member))).fields_of(address(member))
        for _click in range(clicks):
            answer = client.post(address(member), {**fields, "text": "They called."})
            assert answer["Location"] == file(member)

    assert notes() == [("noted", "They called.", "Ada")] * 2


def test_note_of_many_lines_is_as_long_as_the_browser_says():
    member, text = FocalPointFactory().member, "\n".join(["x" * 99] * 100)
    assert len(text) == MAX_NOTE_LENGTH - 1

    signed_in(officer()).post(address(member), {"text": text.replace("\n", "\r\n")})

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

    response = client.post(address(member), {"text": text})

    page = response.text
    assert response.status_code == 422
    assert words in page
    assert response.context["note_form"]["text"].value() == text
    assert notes() == []


def test_notes_stand_at_the_top_the_newest_first_and_on_the_timeline():
    member = FocalPointFactory().member
    for day, text in ((25, "First"), (27, "Third"), (26, "Second")):
        TimelineEntryFactory(
            member=member, kind=TimelineKind.NOTE_ADDED, note=text, at=NOON.replace(day=day)
        )
    TimelineEntryFactory(member=member, kind=TimelineKind.RECEIVED, at=NOON)

    response = signed_in(officer()).get(file(member))

    assert [entry.note for entry in response.context["notes"]] == ["Third", "Second", "First"]
    # Above the answers, among the notes and on the timeline.
    assert response.text.count("Third") == 3
