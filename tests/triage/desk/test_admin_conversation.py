"""The conversation on the page of a member: letters, replies, opinions, notes and events."""

import itertools
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils.html import escape

from inbox.models import IncomingKind
from members.models import MemberStatus, TimelineKind
from tests.factories import (
    NOON,
    FocalPointFactory,
    IncomingFileFactory,
    IncomingMailFactory,
    MemberFactory,
    MessageFactory,
    OpinionRequestFactory,
    TimelineEntryFactory,
    UserFactory,
)
from tests.papers.files import PDF
from tests.queries import queries_of
from tests.triage.decisions.decisions import address
from tests.triage.staff import coordinator, may, observer, officer, read, signed_in

NUMBERS = itertools.count()
HOUR = timedelta(hours=1)
ALL = ["note", "opinion", "reply", "letters", "entry"]
BY_PART = {
    "": ALL,
    "mail": ["reply", "letters"],
    "notes": ["note", "opinion"],
    "history": ["entry"],
    "other": ALL,
}


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)


@pytest.fixture
def member():
    return FocalPointFactory().member


def letter_to(member, **facts):
    topic = f"{member.reference}/received/entry-{next(NUMBERS)}/focal-point-7"
    facts = {"recipient": "ada@example.org", "topic": topic, **facts}
    return MessageFactory(reference=member.reference, **facts)


def reply_of(member, **facts):
    facts = {"sender": "ada@example.org", **facts}
    return IncomingMailFactory(reference=member.reference, **facts)


def talked(member):
    """One of each, an hour after the other."""
    TimelineEntryFactory(member=member, kind=TimelineKind.RECEIVED, at=NOON)
    letter = letter_to(member, queued_at=NOON + HOUR)
    reply_of(member, message=letter, received_at=NOON + 2 * HOUR)
    OpinionRequestFactory(member=member, asked_at=NOON + 3 * HOUR)
    kind = TimelineKind.NOTE_ADDED
    TimelineEntryFactory(member=member, kind=kind, note="A note.", at=NOON + 4 * HOUR)


def shown(client, member, part=""):
    page = client.get(address("change", member), {"part": part})
    return [piece.kind for piece in page.context["conversation"]]


def article(client, member):
    page = client.get(address("change", member)).text
    return page[page.index('id="reply-') :].partition("</article>")[0]


@pytest.mark.parametrize(("part", "kinds"), BY_PART.items())
def test_conversation_is_one_list_the_latest_first_with_a_filter(member, part, kinds):
    talked(member)

    assert shown(signed_in(officer()), member, part) == kinds


def test_filter_is_links_that_keep_the_list_and_say_which_is_shown(member):
    query = {"part": "mail", "_changelist_filters": "view=undecided"}

    page = signed_in(officer()).get(address("change", member), query).text

    kept = "_changelist_filters=view%3Dundecided"
    here = address("change", member)
    assert f'<a href="{here}?{kept}#conversation-heading">All</a>' in page
    this = f'{here}?{kept}&amp;part=mail#conversation-heading" aria-current="page"'
    assert f'<a href="{this}>Letters and replies</a>' in page


@pytest.mark.parametrize(
    ("part", "sentence"),
    [("", "No events yet."), ("mail", "No emails yet. Emails to this"), ("notes", "No notes yet.")],
)
def test_empty_conversation_says_so(member, part, sentence):
    page = signed_in(observer()).get(address("change", member), {"part": part})

    assert sentence in read(page)


def test_reply_shows_who_wrote_what_and_which_letter_it_answers(member):
    letter = letter_to(member, subject="Information requested")
    reply_of(
        member,
        message=letter,
        sender="eve@example.com",
        sender_name="Ada <b>Lovelace</b>",
        text="<script>alert(1)</script>",
        quoted="> Who signs for you?",
        is_held=True,
    )

    said = article(signed_in(observer()), member)

    for words in (
        "<bdi>Ada &lt;b&gt;Lovelace&lt;/b&gt;</bdi>",
        "<bdi>eve@example.com</bdi>",
        "from another address",
        "held back",
        escape("<script>alert(1)</script>"),
        f'<a href="#message-{letter.pk}"><bdi>Information requested</bdi></a>',
    ):
        assert words in said
    quoted = said.partition("<details>")[2].partition("</details>")[0]
    assert "&gt; Who signs for you?" in quoted
    assert f'id="message-{letter.pk}"' in signed_in(observer()).get(address("change", member)).text


def test_ordinary_reply_has_no_warning(member):
    reply_of(member, message=letter_to(member))

    said = article(signed_in(observer()), member)

    assert "chip" not in said
    assert "<details>" not in said


@pytest.mark.parametrize("text", ["نحن وزارة الصحة.\nعددنا ٤٠ شخصا.", "y" * 10_000])
def test_text_is_shown_whole_in_its_own_direction(member, text):
    reply_of(member, text=text)

    assert f'dir="auto">{text}</div>' in article(signed_in(observer()), member)


def test_files_of_a_reply_are_named_with_the_reason_if_one_was_not_kept(member):
    mail = reply_of(member)
    kept = IncomingFileFactory(mail=mail, file_name="النظام.pdf")
    refused = {"file": "", "content_type": "", "sha256": "", "trouble": "It is a program."}
    IncomingFileFactory(mail=mail, file_name="Run.exe", **refused)

    said = article(signed_in(observer()), member)

    link = (
        f'<a href="/admin/members/member/{member.pk}/received/{kept.pk}/"><bdi>النظام.pdf</bdi></a>'
    )
    assert link in said
    assert "<bdi>Run.exe</bdi>" in said
    assert "It is a program." in said


def test_file_of_a_reply_is_sent_to_be_saved(member):
    name = default_storage.save("incoming-files/a", ContentFile(PDF))
    file = IncomingFileFactory(mail=reply_of(member), file=name)

    response = signed_in(observer()).get(f"/admin/members/member/{member.pk}/received/{file.pk}/")

    assert b"".join(response.streaming_content) == PDF
    assert response["Content-Disposition"] == 'attachment; filename="Statutes.pdf"'
    assert response["Content-Security-Policy"].startswith("default-src 'none'; sandbox;")


def test_files_of_others_those_not_kept_and_those_of_bounces_are_not_found(member):
    refused = {"file": "", "content_type": "", "sha256": "", "trouble": "It is a program."}
    files = [
        IncomingFileFactory(mail=reply_of(MemberFactory())),
        IncomingFileFactory(mail=reply_of(member), **refused),
        IncomingFileFactory(mail=reply_of(member, kind=IncomingKind.BOUNCE)),
    ]
    client = signed_in(observer())

    for file in files:
        response = client.get(f"/admin/members/member/{member.pk}/received/{file.pk}/")
        assert response.status_code == 404


def test_who_may_not_read_messages_sees_neither_replies_nor_their_files(member):
    talked(member)
    file = IncomingFileFactory(mail=reply_of(member))
    reader = signed_in(may(may(UserFactory(), "view_member"), "view_every_area"))

    assert shown(reader, member) == ["note", "opinion", "entry"]
    assert "Letters and replies" not in reader.get(address("change", member)).text
    response = reader.get(f"/admin/members/member/{member.pk}/received/{file.pk}/")
    assert response.status_code == 403


def test_coordinator_sees_no_file_of_a_member_of_another_area(member):
    file = IncomingFileFactory(mail=reply_of(member))

    response = signed_in(coordinator()).get(
        f"/admin/members/member/{member.pk}/received/{file.pk}/"
    )

    assert response.status_code == 404


def test_filter_on_the_page_of_a_decision_keeps_the_decision(member):
    page = signed_in(officer()).get(address("decline", member)).text

    here = address("decline", member)
    assert f'<a href="{here}?part=history#conversation-heading">History</a>' in page


def test_two_hundred_entries_take_as_many_queries_as_two(member):
    client = signed_in(officer())
    for _n in range(2):
        talked(member)
    few = queries_of(client, address("change", member))
    kinds = [TimelineKind.REMINDED, TimelineKind.NOTE_ADDED]
    for n in range(95):
        TimelineEntryFactory(member=member, kind=kinds[n % 2], at=NOON + n * HOUR)
        mail = reply_of(member, received_at=NOON + n * HOUR)
        IncomingFileFactory(mail=mail)

    assert queries_of(client, address("change", member)) == few
    assert len(shown(client, member)) >= 200


def test_reply_waits_in_the_conversation_while_information_is_requested():
    member = FocalPointFactory(member__status=MemberStatus.INFORMATION_REQUESTED).member
    kind = TimelineKind.INFORMATION_REQUESTED
    TimelineEntryFactory(member=member, kind=kind, at=NOON)
    reply_of(member, text="We are 40 people.", received_at=NOON + HOUR)

    page = signed_in(officer()).get(address("change", member))

    assert page.context["decision"].name == "record_answer"
    assert page.context["form"]["answer"].value() == "We are 40 people."


def test_opinion_that_was_given_is_said_once_and_its_steps_are_in_the_history(member):
    OpinionRequestFactory(member=member, asked_at=NOON, answered_at=NOON + HOUR, answer="Yes.")
    for kind in (TimelineKind.OPINION_ASKED, TimelineKind.OPINION_GIVEN):
        TimelineEntryFactory(member=member, kind=kind, note="Yes.", at=NOON + HOUR)
    client = signed_in(officer())

    assert shown(client, member) == ["opinion"]
    assert shown(client, member, "history") == ["entry", "entry"]
