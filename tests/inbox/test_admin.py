"""The list of replies that belong to nobody, the page of a reply, and attaching it."""

import pytest
from django.urls import reverse

from accounts.models import ReadingEvent
from inbox.models import IncomingKind
from members.models import MemberStatus
from tests.factories import (
    NOON,
    FocalPointFactory,
    FocusAreaFactory,
    IncomingFileFactory,
    IncomingMailFactory,
    MemberFactory,
)
from tests.inbox.mails import sent_message
from tests.queries import queries_of
from tests.triage.staff import coordinator, observer, officer, read, signed_in, told

pytestmark = pytest.mark.django_db
LIST = reverse("admin:inbox_incomingmail_changelist")


def page_of(mail, name="change"):
    return reverse(f"admin:inbox_incomingmail_{name}", args=[mail.pk])


@pytest.fixture
def client():
    return signed_in(officer(name="Chen Wei"))


def subjects(client, **query):
    return [mail.subject for mail in client.get(LIST, query).context["cl"].result_list]


def test_list_shows_the_replies_that_belong_to_nobody(client):
    IncomingMailFactory(
        subject="Hello", sender_name="Ada", sender="ada@example.org", text=f"We are {'many ' * 40}"
    )
    IncomingMailFactory(subject="Known", reference="P2C-K7M4Q2")
    IncomingMailFactory(subject="Away", kind=IncomingKind.AUTOMATIC)

    page = read(client.get(LIST))

    assert subjects(client) == ["Hello"]
    assert sorted(subjects(client, of="all")) == ["Hello", "Known"]
    assert "<h1>Mail without an organisation</h1>" in page
    assert "<bdi>Ada</bdi>" in page
    assert "ada@example.org" in page
    assert f"We are {'many ' * 18}".strip() + "…" in page


@pytest.mark.parametrize("typed", ["statutes", "Hello", "ada@example.org", "lovelace"])
def test_list_is_searched_by_text_subject_address_and_name(client, typed):
    IncomingMailFactory(
        subject="Hello",
        text="Our statutes.",
        sender="ada@example.org",
        sender_name="Ada Lovelace",
    )
    IncomingMailFactory(subject="Other")

    assert subjects(client, q=typed) == ["Hello"]


def test_list_takes_as_many_queries_for_nine_as_for_three(client):
    IncomingMailFactory.create_batch(3, message=sent_message(reference=""))
    few = queries_of(client, LIST)
    IncomingMailFactory.create_batch(6)

    assert queries_of(client, LIST) == few


def test_page_shows_the_text_the_quotation_and_the_files_and_never_as_markup(client, media):
    mail = IncomingMailFactory(text="<b>Hello</b>", quoted="> Please write", sender="a@example.com")
    kept = IncomingFileFactory(mail=mail, file_name="Statutes.pdf")
    IncomingFileFactory(mail=mail, file="", file_name="run.exe", trouble="This is a program.")

    page = read(client.get(page_of(mail)))

    assert "&lt;b&gt;Hello&lt;/b&gt;" in page
    assert "&gt; Please write" in page
    assert f"/files/{kept.pk}/" in page
    assert "<bdi>run.exe</bdi>: This is a program." in page
    assert "Nobody yet" in page


def test_page_says_if_it_came_from_another_address(client):
    mail = IncomingMailFactory(message=sent_message(), sender="eve@example.com")

    assert "Another address than the one we wrote to" in client.get(page_of(mail)).text


def test_file_is_sent_as_a_download_and_a_refused_one_does_not_exist(client, media):
    mail = IncomingMailFactory()
    (media / "incoming-files").mkdir()
    (media / "incoming-files" / "1").write_bytes(b"%PDF")
    kept = IncomingFileFactory(mail=mail, file="incoming-files/1", file_name="Statutes.pdf")
    refused = IncomingFileFactory(mail=mail, file="", trouble="This is a program.")
    other = IncomingMailFactory()

    def sent(mail, file):
        return client.get(reverse("admin:inbox_incomingmail_file", args=[mail.pk, file.pk]))

    response = sent(mail, kept)
    assert response["Content-Disposition"] == 'attachment; filename="Statutes.pdf"'
    assert b"".join(response.streaming_content) == b"%PDF"
    assert [sent(mail, refused).status_code, sent(other, kept).status_code] == [404, 404]


def test_attach_proposes_what_the_address_finds_and_attaches_with_one_press(client):
    person = FocalPointFactory(email="ada@example.org")
    mail = IncomingMailFactory(sender="ada@example.org")
    reference = person.member.reference

    found = read(client.get(page_of(mail, "attach")))
    response = client.post(page_of(mail, "attach"), {"reference": reference}, follow=True)

    assert f'<button class="btn" name="reference" value="{reference}">' in found
    assert told(response) == [f"Attached to {person.member}."]
    mail.refresh_from_db()
    assert mail.reference == reference
    assert "Attached by Chen Wei" in response.text


def test_attach_searches_for_what_is_typed(client):
    MemberFactory(organisation_name="Ministry of Health")
    mail = IncomingMailFactory()

    assert "Nothing that you can view matches." in client.get(page_of(mail, "attach")).text
    found = client.get(page_of(mail, "attach"), {"q": "ministry"})
    assert "Ministry of Health" in found.text
    assert "Enter a search term." in client.get(page_of(mail, "attach"), {"q": ""}).text


def test_attach_takes_as_many_queries_for_three_that_it_finds_as_for_one(client):
    page = page_of(IncomingMailFactory(), "attach")
    MemberFactory(organisation_name="Ministry of Digital Affairs")
    of_one = queries_of(client, page, {"q": "ministry"})
    for name in ("Ministry of Post", "Ministry of Schools"):
        MemberFactory(organisation_name=name)

    assert queries_of(client, page, {"q": "ministry"}) == of_one


def test_attach_shows_why_it_is_refused(client):
    mail = IncomingMailFactory(reference="P2C-K7M4Q2")
    other = MemberFactory()

    response = client.post(page_of(mail, "attach"), {"reference": other.reference})

    assert response.status_code == 409
    assert "This email already belongs to P2C-K7M4Q2." in response.text
    mail.refresh_from_db()
    assert mail.reference == "P2C-K7M4Q2"


def test_detach_returns_it_to_the_list_and_is_refused_for_a_reply_to_a_letter(client):
    guessed = IncomingMailFactory(reference="P2C-K7M4Q2")
    reply = IncomingMailFactory(reference="P2C-K7M4Q2", message=sent_message())

    answers = [told(client.post(page_of(mail, "detach"), follow=True)) for mail in (guessed, reply)]

    assert answers == [
        ["Detached. This email belongs to nobody now."],
        ["Nobody has attached this email."],
    ]
    assert subjects(client) == [guessed.subject]


def test_observer_reads_and_does_not_attach():
    mail, client = IncomingMailFactory(), signed_in(observer())

    page = client.get(page_of(mail))

    assert page_of(mail, "attach") not in page.text
    assert client.get(page_of(mail, "attach")).status_code == 403


def test_coordinator_opens_the_mail_of_their_area_only(media):
    area = FocusAreaFactory()
    own = MemberFactory(status=MemberStatus.ADMITTED, focus_area=area)
    mail = IncomingMailFactory(reference=own.reference, subject="Ours")
    file = IncomingFileFactory(mail=IncomingMailFactory(subject="Stray"))
    client = signed_in(coordinator(area))

    assert subjects(client) == ["Ours"]
    assert client.get(page_of(mail)).status_code == 200
    stray = reverse("admin:inbox_incomingmail_file", args=[file.mail.pk, file.pk])
    assert client.get(stray).status_code == 404
    # Django's admin redirects to its front page for a row that is not there.
    assert client.get(page_of(file.mail)).status_code == 302


def test_front_page_counts_the_mail_without_a_member(client):
    IncomingMailFactory.create_batch(2)
    IncomingMailFactory(reference="P2C-K7M4Q2")
    index = reverse("admin:index")

    assert f'<a href="{LIST}">2 replies belong to nobody</a>' in client.get(index).text
    area = FocusAreaFactory()
    assert LIST + '">2' not in signed_in(coordinator(area)).get(index).text


def test_reading_of_a_reply_is_recorded(client):
    mail = IncomingMailFactory(attached_at=None, received_at=NOON)

    client.get(LIST)
    client.get(page_of(mail))

    event = ReadingEvent.objects.get()
    assert (event.record_type, event.record_pk) == ("inbox.incomingmail", mail.pk)
