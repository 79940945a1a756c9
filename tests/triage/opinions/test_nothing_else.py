"""A person who is asked for an opinion sees that member on the page of the request alone."""

import pytest
from django.urls import reverse

from members.models import Member, MemberMessage, MemberStatus, TimelineEntry, TimelineKind
from tests.factories import (
    FocalPointFactory,
    FocusAreaFactory,
    MemberFactory,
    MessageFactory,
    OpinionRequestFactory,
    TimelineEntryFactory,
    UserFactory,
)
from tests.sweeps.addresses import an_answer_file
from tests.triage.staff import QUEUE, address, coordinator, listed, may, signed_in

# Pages about one member, besides those that decide.
MEMBER_PAGES = ("change", "history", "find_original", "note", "correct", "ask_opinion")
LETTERS = "/admin/members/membermessage/"


@pytest.fixture
def area():
    return FocusAreaFactory(number=1)


@pytest.fixture
def own(area):
    """The one member of the coordinator's area."""
    member = MemberFactory(
        status=MemberStatus.ADMITTED, focus_area=area, organisation_name="Our member"
    )
    return FocalPointFactory(member=member).member


@pytest.fixture
def opinion(area, own):
    """A request to a coordinator about a pending member that wants to join their area."""
    member = FocalPointFactory(
        member__organisation_name="Pending ministry",
        member__first_choice=area,
        member__country=own.country,
    ).member
    # With permissions that a coordinator usually does not have, so that only the row decides.
    person = coordinator(area)
    for codename in ("export_member", "correct_member", "ask_opinion_member", "close_member"):
        may(person, codename)
    return OpinionRequestFactory(member=member, asked_of=person)


@pytest.fixture
def client(opinion):
    return signed_in(opinion.asked_of)


def test_only_their_own_members_are_visible_to_them(opinion, own):
    assert list(Member.objects.visible_to(opinion.asked_of)) == [own]


@pytest.mark.parametrize(
    "query",
    [
        {"status": "all"},
        {"status": "pending"},
        {"status": "waiting"},
        {"q": "Pending ministry", "status": "all"},
        {"q": "P2C", "status": "all"},
        {"view": "all", "q": "Pending ministry"},
        {"view": "needs_action"},
    ],
)
def test_list_filters_and_search_do_not_have_it(client, opinion, query):
    assert set(listed(client.get(QUEUE, query))) <= {"Our member"}


def test_search_by_reference_does_not_have_it(client, opinion):
    found = listed(client.get(QUEUE, {"q": opinion.member.reference, "status": "all"}))

    # PostgreSQL also finds similar references.
    assert set(found) <= {"Our member"}


@pytest.mark.parametrize("page", MEMBER_PAGES)
def test_pages_of_the_member_do_not_open(client, opinion, page):
    read, write = (
        send(address(page, opinion.member), {"text": "A note"})
        for send in (client.get, client.post)
    )

    assert read.status_code == 404
    assert write.status_code in (404, 405)
    assert list(TimelineEntry.objects.all()) == []


def test_comparison_with_an_own_member_does_not_open(client, opinion, own):
    assert client.get(address("compare", own, opinion.member)).status_code == 404
    assert client.get(address("compare", opinion.member, own)).status_code == 404


def test_page_of_an_own_member_has_no_link_to_it(client, opinion, own):
    response = client.get(address("change", own), {"_changelist_filters": "status=all"})

    neighbours = response.context["neighbours"]
    assert (neighbours.previous, neighbours.next) == ("", "")
    assert "Pending ministry" not in response.text


def test_files_of_answers_do_not_open(client, opinion):
    file = an_answer_file(opinion.member)

    assert client.get(address("answer_file", opinion.member, file)).status_code == 404


def test_letters_do_not_show(client, opinion, own):
    for member in (opinion.member, own):
        MessageFactory(reference=member.reference, subject=f"To {member.organisation_name}")

    shown = [message.subject for message in client.get(LETTERS).context["cl"].result_list]
    theirs = MemberMessage.objects.get(reference=opinion.member.reference)
    page = reverse("admin:members_membermessage_change", args=[theirs.pk])

    assert shown == ["To Our member"]
    # Django redirects from a row that does not exist to the front page.
    assert client.get(page).status_code == 302


def test_export_does_not_have_it(client, opinion, own):
    asked = {"format": "csv", "status": "all"}

    response = client.post(f"{address('export')}?status=all", asked)

    content = b"".join(response.streaming_content) if response.streaming else response.content
    text = content.decode("utf-8", errors="ignore")
    assert response.status_code == 200
    assert "Our member" in text
    assert "Pending ministry" not in text


def test_mailing_does_not_reach_it(client, opinion):
    page = client.get(reverse("admin:mailings_mailing_add_listed"), {"status": "all"})

    assert page.status_code == 200
    assert "Pending ministry" not in page.text


def test_audit_does_not_open(client):
    assert client.get(reverse("admin:audit")).status_code == 403


def test_autocomplete_does_not_find_it(client, opinion, own):
    field = {"app_label": "members", "model_name": "member", "field_name": "duplicate_of"}

    found = [
        client.get(reverse("admin:autocomplete"), {**field, "term": name}).json()["results"]
        for name in ("Our member", "Pending ministry")
    ]

    assert [[row["id"] for row in rows] for rows in found] == [[str(own.pk)], []]


def test_front_page_counts_the_request_and_not_the_member(client, opinion):
    response = client.get("/admin/")

    assert "1 opinion is asked of you" in response.text
    assert "Pending ministry" not in response.text
    assert opinion.member.reference not in response.text


def test_notes_of_another_member_are_not_on_the_page(client, opinion, own):
    for member, text in ((opinion.member, "About them."), (own, "About us.")):
        TimelineEntryFactory(member=member, kind=TimelineKind.NOTE_ADDED, note=text)

    page = client.get(reverse("admin:members_member_opinion", args=[opinion.pk])).text

    assert "About them." in page
    assert "About us." not in page


def test_opinion_of_another_colleague_is_not_on_the_page(client, opinion):
    other = OpinionRequestFactory(
        member=opinion.member,
        question="Another question",
        answered_at=opinion.asked_at,
        answer="Another opinion",
    )

    page = client.get(reverse("admin:members_member_opinion", args=[opinion.pk])).text

    for text in (other.question, other.answer, str(other.asked_of)):
        assert text not in page


def test_person_without_a_group_opens_no_list_at_all():
    opinion = OpinionRequestFactory(asked_of=UserFactory())
    client = signed_in(opinion.asked_of)

    pages = (QUEUE, address("change", opinion.member), LETTERS, address("export"))

    assert [client.get(page).status_code for page in pages] == [403] * 4
