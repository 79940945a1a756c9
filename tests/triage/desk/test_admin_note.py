import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from focus_areas.models import FocusArea
from members.models import MemberStatus, TimelineEntry, TimelineKind
from members.services.notes import MAX_NOTE_LENGTH
from tests.factories import NOON, FocalPointFactory, MemberFactory, TimelineEntryFactory
from tests.hostile.pages import Page
from tests.sweeps.addresses import changed_since, everything_stored
from tests.triage.staff import coordinator, observer, officer, signed_in

pytestmark = pytest.mark.sqlite_only


def file(member):
    return reverse("admin:members_member_change", args=[member.pk])


def address(member):
    return reverse("admin:members_member_note", args=[member.pk])


def notes():
    return [(entry.kind, entry.note, entry.by_name) for entry in TimelineEntry.objects.all()]


def test_note_is_kept_and_the_file_shown():
    member = FocalPointFactory().member
    client = signed_in(officer(name="Amina Diallo"))

    response = client.post(address(member), {"text": "They called."})

    assert response["Location"] == file(member)
    assert notes() == [(TimelineKind.NOTE_ADDED, "They called.", "Amina Diallo")]
    assert [str(each) for each in get_messages(response.wsgi_request)] == [
        "The note stands in the file."
    ]


def test_coordinator_notes_what_concerns_a_member_of_their_area():
    first, second = (FocusArea.objects.get(number=number) for number in (1, 2))
    admitted = {"status": MemberStatus.ADMITTED}
    ours = FocalPointFactory(member=MemberFactory(focus_area=first, **admitted)).member
    theirs = FocalPointFactory(member=MemberFactory(focus_area=second, **admitted)).member
    client = signed_in(coordinator(first, name="Chen Wei"))

    codes = [
        client.post(address(member), {"text": "They called."}).status_code
        for member in (ours, theirs)
    ]

    assert codes == [302, 404]
    assert notes() == [(TimelineKind.NOTE_ADDED, "They called.", "Chen Wei")]


def test_observer_reads_notes_and_writes_none():
    member = FocalPointFactory().member
    TimelineEntryFactory(member=member, kind=TimelineKind.NOTE_ADDED, note="They called.")
    client = signed_in(observer())
    before = everything_stored()

    page = client.get(file(member)).content.decode()
    response = client.post(address(member), {"text": "So they did."})

    assert "They called." in page
    assert "Keep the note" not in page
    assert response.status_code == 403
    assert changed_since(before) == []


def test_note_that_is_sent_twice_from_one_page_is_kept_once():
    member = FocalPointFactory().member
    me = officer(name="Ada")
    client = signed_in(me)
    fields = Page(client.get(file(member))).fields_of(address(member))
    typed = {**fields, "text": "They called."}

    answers = [client.post(address(member), typed) for _click in range(2)]

    assert [answer["Location"] for answer in answers] == [file(member)] * 2
    assert notes() == [("noted", "They called.", "Ada")]


def test_note_that_says_the_same_later_or_is_a_colleagues_is_kept_too():
    member = FocalPointFactory().member
    ada, grace = signed_in(officer(name="Ada")), signed_in(officer(name="Grace"))

    for client in (ada, grace, ada):
        fields = Page(client.get(file(member))).fields_of(address(member))
        client.post(address(member), {**fields, "text": "They called."})

    assert sorted(name for _kind, _note, name in notes()) == ["Ada", "Ada", "Grace"]


def test_note_of_many_lines_is_as_long_as_the_browser_says():
    member = FocalPointFactory().member
    lines = ["x" * 99] * 100

    response = signed_in(officer()).post(address(member), {"text": "\r\n".join(lines)})

    assert response.status_code == 302
    assert len("\n".join(lines)) == MAX_NOTE_LENGTH - 1
    assert [entry.note for entry in TimelineEntry.objects.filter(kind="noted")] == [
        "\n".join(lines)
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("  ", "Write the note first."),
        ("x" * (MAX_NOTE_LENGTH + 1), "Ensure this value has at most 10000 characters"),
        ("They\0called.", "Null characters are not allowed."),
    ],
)
def test_note_that_is_none_is_refused_beside_its_field_and_kept_on_the_page(text, words):
    member = FocalPointFactory().member
    client = signed_in(officer())

    response = client.post(address(member), {"text": text})

    page = response.content.decode()
    assert response.status_code == 422
    assert words in page
    assert response.context["note_form"]["text"].value() == text
    assert notes() == []


def test_address_of_the_note_opened_by_itself_shows_the_file():
    member = FocalPointFactory().member

    response = signed_in(officer()).get(address(member))

    assert response["Location"] == file(member)
    assert notes() == []


def test_note_leads_back_to_the_file_with_its_list():
    member = FocalPointFactory().member
    came_from = {"_changelist_filters": "region=EUR&o=1"}
    page = signed_in(officer()).get(file(member), came_from)

    response = signed_in(officer()).post(page.context["address_of_the_note"], {"text": "Yes."})

    assert response["Location"] == f"{file(member)}?_changelist_filters=region%3DEUR%26o%3D1"


def test_notes_stand_at_the_top_the_newest_first_and_on_the_timeline():
    member = FocalPointFactory().member
    for day, text in ((25, "First"), (27, "Third"), (26, "Second")):
        TimelineEntryFactory(
            member=member, kind=TimelineKind.NOTE_ADDED, note=text, at=NOON.replace(day=day)
        )
    TimelineEntryFactory(member=member, kind=TimelineKind.RECEIVED, at=NOON)

    response = signed_in(officer()).get(file(member))

    assert [entry.note for entry in response.context["notes"]] == ["Third", "Second", "First"]
    assert response.content.decode().count("Third") == 2


def test_note_is_shown_as_text():
    member = FocalPointFactory().member
    TimelineEntryFactory(member=member, kind=TimelineKind.NOTE_ADDED, note="<b>Bold</b>")

    page = signed_in(officer()).get(file(member)).content.decode()

    assert "&lt;b&gt;Bold&lt;/b&gt;" in page
    assert "<b>Bold" not in page
