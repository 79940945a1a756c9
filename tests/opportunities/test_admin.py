"""The desk of needs and offers: lists, pages, decisions on them, contacts and the front page."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.timezone import now
from pytest_django.asserts import assertContains

from focus_areas.models import FocusArea
from members.models import Category, MemberStatus
from opportunities.admin.specs import DECISIONS
from opportunities.models import ContactStatus, EventKind, Opportunity, OpportunityEvent
from opportunities.services import decisions
from opportunities.services.work_queue import view_counts
from outbox.models import Message
from tests.factories import (
    NOON,
    CommitmentFactory,
    ContactFactory,
    FocusAreaFactory,
    MemberFactory,
    OfferFactory,
    OpportunityEventFactory,
    OpportunityFactory,
    UserFactory,
)
from tests.opportunities.deciding import REASON, S, a_row, changed, stored
from tests.opportunities.writing import a_writer, fields
from tests.redlines import added, deleted
from tests.triage.staff import coordinator, observer, officer, read, signed_in
from tests.triage.staff import told as messages_of

LIST = "/admin/opportunities/opportunity/"
CONTACTS = "/admin/opportunities/contact/"
DONE = {each.name: str(each.done) for each in DECISIONS}
SECRET = "We can train 300 of them next spring."


def url(name, row):
    return reverse(f"admin:opportunities_opportunity_{name}", args=[row.pk])


def titles(browser, query=""):
    response = browser.get(LIST + query, follow=True)
    return [row.title for row in response.context["cl"].result_list]


def opened(browser, name, row):
    """The hidden fields of a page, and the letter as it is composed."""
    context = browser.get(url(name, row)).context
    letter = context["letter"]
    return {
        "version": context["form"]["version"].value(),
        "entry_shown": context["arrivals"].latest,
        "decide": "1",
        **{each: letter[each].value() for each in ("subject", "body", "composed")},
    }


def queries_of(browser, page, another):
    """How many different numbers of queries a page needs for one and for three rows."""
    numbers = set()
    for times in (1, 2):
        for _time in range(times):
            another()
        browser.get(page)
        with CaptureQueriesContext(connection) as asked:
            browser.get(page)
        numbers.add(len(asked))
    return len(numbers)


def composed(browser, name, row, typed):
    """The fields of a page with the letter that it composes for what was typed."""
    fields = {**opened(browser, name, row), **typed}
    asking = {key: value for key, value in fields.items() if key != "decide"}
    letter = browser.post(url(name, row), {**asking, "show_letter": "1"}).context["letter"]
    return {**fields, **{each: letter[each].value() for each in ("subject", "body", "composed")}}


# The list ---------------------------------------------------------------------------------------


def test_views_have_what_their_names_say_and_are_counted_in_one_query(django_assert_num_queries):
    ada, at = officer(), now()
    old = {"published_at": at - timedelta(days=31)}
    for status in S:
        OpportunityFactory(status=status, title=status)
    changed(OpportunityFactory(title="changed"))
    OpportunityFactory(title="unanswered", **old)
    OpportunityFactory(title="older", published_at=at - timedelta(days=60))
    OpportunityFactory(title="lapsed", status=S.EXPIRED, **old)
    answered = OpportunityFactory(title="answered", **old)
    ContactFactory(opportunity=answered, status=ContactStatus.ACCEPTED)
    declined = OpportunityFactory(title="declined", published_at=at - timedelta(days=30, hours=1))
    ContactFactory(opportunity=declined, status=ContactStatus.DECLINED)
    OfferFactory(title="offer", **old)
    OpportunityEventFactory(opportunity=answered, kind=EventKind.REPORTED)
    seen = OpportunityFactory(title="seen")
    OpportunityEventFactory(opportunity=seen, kind=EventKind.REPORTED)
    OpportunityEventFactory(opportunity=seen, kind=EventKind.NOTE_ADDED, by_user=ada)
    Opportunity.objects.exclude(
        title__in=("unanswered", "older", "lapsed", "answered", "declined", "offer")
    ).exclude(published_at=None).update(published_at=at)
    browser = signed_in(ada)

    found = {
        name: titles(browser, f"?view={name}")
        for name in ("to_decide", "question_asked", "changes", "unanswered", "reported", "closed")
    }
    view_counts(ada, at=at)
    with django_assert_num_queries(1):
        counts = view_counts(ada, at=at)

    assert found["unanswered"] == ["older", "unanswered", "declined", "lapsed"]
    assert {name: found[name] for name in found if name not in ("unanswered", "closed")} == {
        "to_decide": [S.SENT],
        "question_asked": [S.QUESTION_ASKED],
        "changes": ["changed"],
        "reported": ["answered"],
    }
    assert sorted(found["closed"]) == sorted(
        [S.COMMITTED, S.AGREED, S.NOTHING, S.EXPIRED, S.WITHDRAWN, S.CLOSED_BY_STAFF, "lapsed"]
    )
    assert {name: len(rows) for name, rows in found.items()} == {
        name: counts[name] for name in found
    }
    assert len(titles(browser, "?view=all")) == counts["all"]


def test_closed_ones_say_what_became_of_them():
    commitment = CommitmentFactory(status="published")
    OpportunityFactory(status=S.COMMITTED, commitment=commitment)
    OpportunityFactory(status=S.NOTHING)

    page = read(signed_in(officer()).get(f"{LIST}?view=closed"))

    assert commitment.reference in page
    assert "Nothing came of it" in page


@pytest.mark.parametrize("words", ["ETUDE numerique", "n-abc123", "Ministère", "étude ministere"])
def test_search_finds_title_reference_and_member_in_every_status(words):
    OpportunityFactory(
        status=S.EXPIRED,
        title="Étude numérique",
        reference="N-ABC123",
        search_text="etude numerique",
        member__organisation_name="Ministère",
        member__search_text="ministere",
    )
    OpportunityFactory(title="Something else")

    assert titles(signed_in(officer()), f"?q={words}") == ["Étude numérique"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("area=2", ["second"]),
        ("kind__exact=offer", ["offer"]),
        ("status=expired", ["expired"]),
        ("status=nothing&area=9", []),
    ],
)
def test_filters_keep_the_right_rows(query, found):
    area = FocusArea.objects.get(number=1)
    OpportunityFactory(title="second", focus_area=FocusArea.objects.get(number=2))
    OfferFactory(title="offer", focus_area=area)
    OpportunityFactory(title="expired", status=S.EXPIRED, focus_area=area)

    assert titles(signed_in(officer()), f"?view=all&{query}") == found


def test_coordinators_see_those_of_their_areas_and_nobody_sees_what_was_not_sent():
    first, second = (FocusArea.objects.get(number=number) for number in (1, 2))
    row = OpportunityFactory(title="first", focus_area=first)
    OpportunityFactory(title="draft", status=S.DRAFT, focus_area=first)
    ContactFactory(opportunity=row)
    people = (coordinator(first), coordinator(second), observer())

    seen = [titles(signed_in(each), "?view=all") for each in people]
    opened = [signed_in(each).get(url("change", row)).status_code for each in people]
    contacts = [len(signed_in(each).get(CONTACTS).context["cl"].result_list) for each in people[:2]]

    assert seen == [["first"], [], ["first"]]
    assert (opened, contacts) == ([200, 404, 200], [1, 0])


@pytest.mark.parametrize("page", [f"{LIST}?view=all", CONTACTS])
def test_lists_need_as_many_queries_for_three_rows_as_for_one(page):
    browser = signed_in(officer())

    def another():
        ContactFactory(opportunity=changed(a_row(S.OPEN)))

    assert queries_of(browser, page, another) == 1


# The page -----------------------------------------------------------------------------------------


def test_page_shows_the_content_the_change_word_by_word_and_who_wrote_but_not_what():
    row = changed(a_row(S.OPEN, text="We look for teachers."), title="Training for 1,200 teachers")
    contact = ContactFactory(
        opportunity=row, member__organisation_name="Boat school", sent_by_name="Kofi Mensah"
    )
    OpportunityEventFactory(opportunity=row, kind=EventKind.REPORTED, note="It is a sale.")

    page = read(signed_in(officer()).get(url("change", row)))

    assert "We look for teachers." in page
    assert "Niger" in page
    assert "Boat school" in page
    assert "It is a sale." in page
    assert deleted("900") + added("1,200") in page
    assert contact.message == SECRET
    assert SECRET not in page
    assert contact.sent_by_name not in page


def test_page_shows_the_letters_to_its_member_but_not_those_of_contacts():
    row, ada = a_row(S.OPEN), officer()
    ContactFactory(opportunity=row, member=a_writer().member)
    decisions.close(row, **REASON, by=ada, at=NOON)

    page = read(signed_in(ada).get(f"{url('change', row)}?part=mail"))

    assert Message.objects.filter(topic__contains="/contact/").count() == 1
    assert "Your need was closed" in page
    assert "Your contact with" not in page


@pytest.mark.parametrize("status", [S.SENT, S.OPEN, S.COMMITTED, S.CLOSED_BY_STAFF])
def test_page_needs_as_many_queries_for_three_contacts_as_for_one(status):
    row = a_row(status)

    def another():
        ContactFactory(opportunity=row, status=ContactStatus.DECLINED)

    assert queries_of(signed_in(officer()), url("change", row), another) == 1


# Decisions ----------------------------------------------------------------------------------------

TYPED = {
    "publish": (S.SENT, {}, S.OPEN),
    "ask": (S.SENT, {"question": "How many teachers?"}, S.QUESTION_ASKED),
    "publish_change": (S.OPEN, {}, S.OPEN),
    "decline_change": (S.OPEN, REASON, S.OPEN),
    "close": (S.OPEN, REASON, S.CLOSED_BY_STAFF),
}


def ready(name):
    status, typed, outcome = TYPED[name]
    row = a_row(status)
    return (changed(row) if status == S.OPEN else row), typed, outcome


@pytest.mark.parametrize("name", TYPED)
def test_decision_is_made_on_its_page_with_the_letter_that_it_shows(name):
    row, typed, outcome = ready(name)
    browser = signed_in(officer())
    fields = composed(browser, name, row, typed)

    response = browser.post(url(name, row), fields, follow=True)

    row.refresh_from_db()
    assert row.status == outcome
    assert DONE[name] in " ".join(messages_of(response))
    letter = Message.objects.get()
    assert letter.recipient == row.member.focal_points.get().email
    assert all(words in letter.body for words in typed.values())


@pytest.mark.parametrize("name", ["ask", "decline_change", "close"])
def test_decision_without_its_text_is_refused_at_the_field(name):
    row, typed, _outcome = ready(name)
    browser = signed_in(officer())
    fields = composed(browser, name, row, dict.fromkeys(typed, ""))
    before = stored()

    response = browser.post(url(name, row), fields)

    assert response.status_code == 422
    assert [*response.context["form"].errors] == [*typed]
    assert stored() == before


@pytest.mark.parametrize("name", TYPED)
def test_decision_after_a_change_by_somebody_else_shows_it_and_keeps_the_text(name):
    row, typed, _outcome = ready(name)
    browser = signed_in(officer())
    fields = composed(browser, name, row, typed)
    Opportunity.objects.filter(pk=row.pk).update(version=row.version + 1)

    response = browser.post(url(name, row), fields)

    assert response.status_code == 409
    assert "has changed since you opened it" in read(response)
    assert all(words in read(response) for words in typed.values())
    assert not OpportunityEvent.objects.exists()


def test_decision_that_a_colleague_made_first_is_refused():
    row, _typed, _outcome = ready("publish")
    browser = signed_in(officer())
    fields = opened(browser, "publish", row)
    decisions.publish(row, by=officer(name="Ada"), at=NOON)

    response = browser.post(url("publish", row), fields)

    assert response.status_code == 409
    assert "Ada" in read(response)


@pytest.mark.parametrize("name", TYPED)
def test_decisions_are_only_for_who_may_decide(name):
    row, _typed, _outcome = ready(name)
    seen = observer()

    pages = [signed_in(seen).get(url(page, row)) for page in ("change", name)]

    assert [page.status_code for page in pages] == [200, 403]
    assert url(name, row) not in pages[0].text


def test_decision_is_undone_on_the_page(settings):
    settings.UNDO_SECONDS = 120
    row, ada = a_row(), officer()
    row.save()
    decisions.publish(row, by=ada, at=now())

    response = signed_in(ada).post(
        f"{LIST}undo/", {"decided": f"{row.pk}-{row.version}"}, follow=True
    )

    row.refresh_from_db()
    assert (row.status, messages_of(response)) == (
        S.SENT,
        ["The decision is undone. No letter is sent."],
    )


def test_note_is_added_once_and_shown_to_staff_alone():
    row, ada = a_row(), officer()
    browser = signed_in(ada)

    for _click in range(2):
        browser.post(url("note", row), {"text": "They called.", "after": 0})

    [event] = row.events.all()
    assert (event.kind, event.note, event.is_shared) == (
        EventKind.NOTE_ADDED,
        "They called.",
        False,
    )
    assertContains(browser.get(url("change", row)), "They called.")
    assert browser.post(url("note", row), {"text": " "}).status_code == 422


# Contacts, entering a need, the front page --------------------------------------------------------


def test_contacts_are_listed_without_their_messages_and_have_no_pages():
    contact = ContactFactory(member__organisation_name="Boat school")
    browser = signed_in(officer())

    page = browser.get(f"{CONTACTS}?status__exact=sent")
    alone = browser.get(f"{CONTACTS}{contact.pk}/change/")

    assert "Boat school" in page.text
    assert contact.opportunity.reference in page.text
    assert SECRET not in page.text
    assert contact.sent_by_name not in page.text
    assert SECRET not in alone.text
    assert alone.status_code == 403


def a_state(**facts):
    return a_writer(category=Category.MEMBER_STATE, **facts)


def test_need_is_entered_for_a_member_state_and_waits():
    state, ada = a_state(), officer()
    browser = signed_in(ada)
    page = f"{LIST}enter/?member={state.member.pk}"

    offered = browser.get(page)
    response = browser.post(page, fields(state))

    [row] = Opportunity.objects.all()
    assert offered.context["form"]["places"].value() == "Niger"
    assert (row.member, row.status, row.sent_by) == (state.member, S.SENT, None)
    assert [(each.kind, each.by_user) for each in row.events.all()] == [(EventKind.ENTERED, ada)]
    assert response.url == url("change", row)


def test_entered_need_with_an_error_keeps_what_was_typed():
    state = a_state()
    page = f"{LIST}enter/?member={state.member.pk}"

    response = signed_in(officer()).post(page, fields(state, title="", text="Kept words"))

    assert response.status_code == 422
    assert "Kept words" in response.text
    assert not Opportunity.objects.exists()


def test_need_is_not_entered_twice():
    state, browser = a_state(), signed_in(officer())
    page = f"{LIST}enter/?member={state.member.pk}"
    browser.post(page, fields(state))

    response = browser.post(page, fields(state))

    assert response.status_code == 409
    assert Opportunity.objects.count() == 1


def test_only_member_states_are_offered_to_who_may_decide():
    state = a_state()
    MemberFactory(category=Category.ACADEMIA, status=MemberStatus.ADMITTED)

    pages = [signed_in(each).get(f"{LIST}enter/") for each in (officer(), observer())]

    assert [page.status_code for page in pages] == [200, 403]
    assert list(pages[0].context["states"]) == [state.member]


def test_front_page_says_what_waits_with_links():
    a_row(focus_area=FocusAreaFactory())
    ContactFactory(sent_at=now() - timedelta(days=15))
    ContactFactory(sent_at=now())

    page = signed_in(officer()).get("/admin/").text
    other = signed_in(UserFactory(is_staff=True)).get("/admin/").text

    assert f'<a href="{LIST}?view=to_decide">To decide: 1</a>' in page
    assert "Contacts without an answer for 14 days: 1" in page
    assert "Needs and offers" not in other
