"""The queue: order, views, permissions, and queries."""

import re
from datetime import timedelta
from html import unescape
from urllib.parse import urlencode

import pytest
from django.utils.formats import date_format
from django.utils.html import strip_tags
from django.utils.timezone import localtime, now

from focus_areas.models import FocusArea
from members.models import Member, MemberStatus, SpamSignal
from members.services.response_times import response_of_member_due_on
from outbox.models import MessageStatus
from tests.factories import (
    NOON,
    FocalPointFactory,
    HoldFactory,
    MemberFactory,
    MentionFactory,
    MessageFactory,
    PossibleDuplicateFactory,
    UserFactory,
)
from tests.queries import queries_of
from tests.triage.staff import (
    QUEUE,
    address,
    coordinator,
    listed,
    observer,
    officer,
    read,
    signed_in,
    told,
)
from triage.desk.admin import queue
from triage.desk.services.waiting_times import due_in_words, waiting_in_words


def test_queue_alone_shows_what_has_replied_ahead_the_longest_waiting_first():
    client = signed_in(officer())
    for name, came, replied in (("Old", 9, 0), ("Late reply", 8, 1), ("Early reply", 3, 2)):
        MemberFactory(
            organisation_name=name,
            submitted_at=NOON - timedelta(hours=came),
            replied_at=NOON - timedelta(hours=replied) if replied else None,
        )

    orders = {
        query: listed(client.get(QUEUE + query))
        for query in ("", "?view=undecided", "?view=needs_action", "?view=all", "?q=l")
    }

    queue, in_order = ["Early reply", "Late reply", "Old"], ["Old", "Late reply", "Early reply"]
    # The name that begins with the letter is the best match.
    found = ["Late reply", "Old", "Early reply"]
    assert [*orders.values()] == [queue, queue, queue, in_order, found]


MEMBERS_BY_VIEW = {
    "needs_action": {"Replied", "Late", "New", "Mine"},
    "replied": {"Replied"},
    "mine": {"Mine", "Mine asked"},
    "unassigned": {"Replied", "Late", "Info requested", "New", "Held"},
    "on_hold": {"Held"},
    "due_this_week": set(),
    "overdue": {"Late"},
    "duplicates": {"New"},
    "suspected": {"Mine"},
    "mentions": {"New", "Admitted"},
    "mail_failed": {"Info requested", "Admitted"},
    "waiting_for_organisation": {"Info requested", "Mine asked"},
    "undecided": {"Replied", "Late", "Info requested", "New", "Held", "Mine", "Mine asked"},
    "members": {"Admitted"},
    "all": {"Replied", "Late", "Info requested", "New", "Held", "Mine", "Mine asked", "Admitted"},
}
UNCONFIRMED = {
    "unconfirmed=yes": {"Late", "Info requested"},
    "unconfirmed=no": {"Replied", "New", "Held", "Mine", "Mine asked"},
}


# Each filter once, with the parameters of the list.
FILTERED = (
    *("first_choice=1", "category__exact=academia", "taken_by=me", "taken_by=0", "region=EUR"),
    *("region=none", "submitted=2026-01-05..2026-01-11", "decided=2026-01-05..2026-01-11"),
    *("status=pending", "focus_area=1", "group=LDC", "to_close=no", "unconfirmed=yes"),
    *("suspected=no", "duplicates=yes", "duplicates=no", "origin=form", "call__id__exact=1"),
    *("language=fr", "role__exact=lead", "country=CH", "decided_by=me", "decided_by=0"),
)


@pytest.fixture
def me():
    """An officer, and a member for each view."""
    user, today, day = officer(), now(), timedelta(days=1)

    def add(name, age, *, confirmed=True, **facts):
        member = MemberFactory(organisation_name=name, submitted_at=today - age * day, **facts)
        FocalPointFactory(member=member, confirmed_at=today if confirmed else None)
        # The alternate's confirmation does not matter.
        FocalPointFactory(member=member, is_alternate=True)
        return member

    asked, admitted = MemberStatus.INFORMATION_REQUESTED, MemberStatus.ADMITTED
    add("Replied", 40, replied_at=today - day)
    add("Late", 30, confirmed=False)
    failed = add("Info requested", 20, status=asked, confirmed=False)
    new = add("New", 1)
    add("Mine", 1, assignee=user, spam_signal=SpamSignal.TOO_FAST)
    add("Mine asked", 3, assignee=user, status=asked)
    facts = {"assignee": user, "spam_signal": SpamSignal.TOO_FAST, "replied_at": today - day}
    decided = add("Admitted", 2, status=admitted, confirmed=False, **facts)
    for member in (failed, decided):
        MessageFactory(reference=member.reference, status=MessageStatus.FAILED)
    PossibleDuplicateFactory(earlier=new, later=decided)
    HoldFactory(entry__member=add("Held", 1), entry__at=today, ends_on=(today + 7 * day).date())
    for member in (new, decided):
        MentionFactory(entry__member=member, colleague=user)
    return user


def test_view_shows_its_members_and_the_status_if_its_name_does_not_and_its_tab_counts_them(me):
    client = signed_in(me)
    undecided = {"view": "undecided"}

    pages = {name: client.get(QUEUE, {"view": name}) for name in MEMBERS_BY_VIEW}
    found = {
        query: {*listed(client.get(f"{QUEUE}?view=undecided&{query}"))} for query in UNCONFIRMED
    }

    assert {name: {*listed(page)} for name, page in pages.items()} == MEMBERS_BY_VIEW
    assert found == UNCONFIRMED
    mine = read(pages["mine"])
    for tab in (
        '?view=mine" aria-current="page">Assigned to me <span class="count">2</span></a>',
        '?view=overdue">Overdue <span class="count">1</span></a>',
        '?view=all">All</a>',
    ):
        assert f'<a href="{QUEUE}{tab}' in mine
    assert mine.count('aria-current="page"') == 1
    # What has nothing now, and what is not counted, is in the menu.
    tabs_line, menu, *_rest = mine.split('<nav class="tabs"')[1].split("</nav>")
    assert ("?view=overdue" in tabs_line, "?view=all" in tabs_line) == (True, False)
    assert "?view=all" in menu.split("</details>")[0]
    without = {name for name, page in pages.items() if "column-status_in_words" not in page.text}
    assert without == {
        *("needs_action", "on_hold", "due_this_week", "overdue", "waiting_for_organisation"),
        "members",
    }
    titles = {page.context["title"] for page in pages.values()}
    assert titles == {"Applicants", "Members", "Organisations"}
    # Below the table, no view says of its rows that they are members.
    assert [name for name, page in pages.items() if "members </p>" in read(page)] == []
    assert read(pages["overdue"]).count('<p class="paginator"> 1 row </p>') == 1
    assert pages["members"].context["title"] == "Members"
    assert [name for name, *_rest in pages["members"].context["views"]] == [
        "mentions",
        "mail_failed",
        "members",
        "all",
    ]
    tabs = client.get(QUEUE, undecided).context["views"]
    numbers = {name: number for name, _view, number, _is_shown in tabs}
    counted = {name: len(members) for name, members in MEMBERS_BY_VIEW.items()}
    assert numbers == {**counted, "members": None, "all": None}


@pytest.mark.parametrize(("language", "number"), [("en", "1,234"), ("fr", "1\xa0234")])
def test_counts_of_tabs_have_thousands_separators(language, number, monkeypatch):
    monkeypatch.setattr(queue, "view_counts", lambda _reader, **_others: {"needs_action": 1234})
    client = signed_in(officer(language=language))

    page = client.get(QUEUE, headers={"accept-language": language}).text

    assert f'<span class="count">{number}</span>' in page


def test_coordinator_has_the_views_that_can_have_their_members():
    area = FocusArea.objects.get(number=1)
    admitted = {"status": MemberStatus.ADMITTED, "focus_area": area}
    failed = MemberFactory(organisation_name="Failed", **admitted)
    MemberFactory(organisation_name="Admitted", **admitted)
    MessageFactory(reference=failed.reference, status=MessageStatus.FAILED)
    beyond = MemberFactory(status=MemberStatus.ADMITTED, focus_area=FocusArea.objects.get(number=2))
    MessageFactory(reference=beyond.reference, status=MessageStatus.FAILED)
    client = signed_in(coordinator(area))

    page = client.get(QUEUE)

    views = [(name, number, shown) for name, _view, number, shown in page.context["views"]]
    assert views == [
        ("mentions", 0, False),
        ("mail_failed", 1, False),
        ("members", None, False),
        ("all", None, True),
    ]
    assert {*listed(page)} == {"Failed", "Admitted"}
    assert listed(client.get(QUEUE, {"view": "mail_failed"})) == ["Failed"]
    assert {*listed(client.get(QUEUE, {"view": "mine"}))} == {"Failed", "Admitted"}


def test_search_from_the_first_view_finds_every_member_and_from_another_those_of_it(me):
    client = signed_in(me)

    first, other, chosen = (
        read(client.get(QUEUE, {"view": view, "o": "1"}))
        for view in ("needs_action", "mine", "all")
    )

    assert '<input type="hidden" name="view"' not in first
    assert "The search looks in all rows." in first
    # Without the view, the number of the column would mean another one.
    assert '<input type="hidden" name="o"' not in first
    assert '<input type="hidden" name="view" value="mine">' in other
    assert "The search looks in this view." in other
    assert '<input type="hidden" name="o" value="1">' in other
    assert '<input type="hidden" name="view" value="all">' in chosen


def test_queue_keeps_search_filters_and_order_for_each_other_and_for_the_files(monkeypatch):
    monkeypatch.setattr("triage.desk.admin.queue.MemberAdmin.list_per_page", 2)
    MemberFactory.create_batch(3, country="CH")
    query = "region=EUR&q=organisation&o=1&p=2"

    response = signed_in(officer()).get(f"{QUEUE}?{query}")

    [last] = response.context["cl"].result_list
    kept = f"?_changelist_filters={urlencode({'': query})[1:]}"
    assert f"/admin/members/member/{last.pk}/change/{kept}" in response.text
    # Without one filter, the list starts at the first page, and keeps the other filters.
    assert 'href="?o=1&amp;q=organisation"' in response.text
    assert "?o=1&amp;p=1&amp;q=organisation&amp;region=EUR" in response.text


def test_show_all_shows_every_row_up_to_the_limit_and_is_kept_by_the_way_back(monkeypatch):
    monkeypatch.setattr("triage.desk.admin.queue.MemberAdmin.list_per_page", 2)
    monkeypatch.setattr("triage.desk.admin.queue.MemberAdmin.list_max_show_all", 4)
    first, *_others = MemberFactory.create_batch(3)
    client = signed_in(officer())

    paged, shown = client.get(QUEUE), client.get(QUEUE, {"all": ""}, follow=True)
    member_page = client.get(f"{address('change', first)}?_changelist_filters=all%3D1")
    MemberFactory.create_batch(2, call=first.call)
    too_many = client.get(QUEUE, {"all": ""}, follow=True)

    assert 'href="?all="' in paged.text
    assert [len(listed(page)) for page in (paged, shown, too_many)] == [2, 3, 2]
    assert f"{address('change', first)}?_changelist_filters=all%3D1" in shown.text
    assert member_page.context["address_of_the_queue"] == f"{QUEUE}?all=1"
    assert 'href="?all="' not in too_many.text


def test_queue_asks_the_same_queries_for_three_rows_and_for_nine():
    me = officer()
    client = signed_in(me)
    pages = [
        f"{QUEUE}?{query}"
        for query in (*(f"view={view}" for view in MEMBERS_BY_VIEW), "all=1", *FILTERED)
    ]
    pair = PossibleDuplicateFactory(earlier__assignee=me)
    MemberFactory(call=pair.earlier.call)
    client.get(QUEUE)
    for_three = {page: queries_of(client, page) for page in pages}
    MemberFactory.create_batch(2, status=MemberStatus.INFORMATION_REQUESTED)
    for area in FocusArea.objects.order_by("number"):
        member = MemberFactory(first_choice=area, assignee=UserFactory(), replied_at=NOON)
        FocalPointFactory(member=member)
        MessageFactory(reference=member.reference, status=MessageStatus.FAILED)
        PossibleDuplicateFactory(earlier=pair.earlier, later=member)

    assert {page: queries_of(client, page) for page in pages} == for_three


def test_actions_for_several_files_lead_back_to_the_list_that_they_were_chosen_in():
    member = FocalPointFactory().member
    chosen = {"action": "release", "index": 0, "_selected_action": [member.pk]}

    response = signed_in(officer()).post(f"{QUEUE}?region=EUR&o=1", chosen, follow=True)

    assert response.context["address_of_the_queue"] == f"{QUEUE}?region=EUR&o=1"
    assert f'href="{QUEUE}?region=EUR&amp;o=1"' in response.text


@pytest.mark.parametrize(("days", "is_late"), [(10, False), (40, True)])
def test_queue_and_file_mark_what_waits_too_long_or_failed_until_it_is_written_again(days, is_late):
    client = signed_in(observer())
    member = MemberFactory(submitted_at=localtime() - timedelta(days=days))
    FocalPointFactory(member=member)
    MemberFactory(
        status=MemberStatus.INFORMATION_REQUESTED, submitted_at=now() - timedelta(days=90)
    )
    failed = MessageFactory(reference=member.reference, status=MessageStatus.FAILED)
    pages = (QUEUE, address("change", member))
    late, failed_mark = (
        '<span class="chip is-late">',
        '<span class="chip is-late">email failed</span>',
    )
    marks = {QUEUE: ["overdue, </span>", failed_mark]}
    marks[pages[1]] = [f"{late}overdue</span>", failed_mark]

    shown = [client.get(page).text for page in pages]
    MessageFactory(reference=member.reference, resent_from=failed)
    shown_again = [client.get(page).text for page in pages]

    for page, text, again in zip(pages, shown, shown_again, strict=True):
        assert [text.count(mark) for mark in marks[page]] == [int(is_late), 1]
        assert [again.count(mark) for mark in marks[page]] == [int(is_late), 0]
    assert f"{days} days" in shown[0]
    assert f"waiting for us: {days} days" in shown[1]


def test_queue_shows_marks_of_what_is_worth_knowing_in_a_word_each():
    marked, decided = (
        row_of(FocalPointFactory(member=MemberFactory(**facts)).member)
        for facts in (
            {"spam_signal": SpamSignal.TOO_FAST, "replied_at": NOON, "country": "CH"},
            {"status": MemberStatus.ADMITTED, "country": "GL"},
        )
    )

    for mark in (
        '<span class="chip is-behind" title="submitted too fast">spam?</span>',
        '<span class="chip is-new">reply</span>',
        # While it waits.
        'title="The email address is not confirmed.">not confirmed</span>',
    ):
        assert mark in marked
        assert mark not in decided
    assert ">Switzerland</span>" in marked


def test_row_says_what_is_sought_in_which_language_and_until_when_an_answer_is_due():
    came = localtime().replace(hour=12)
    pending = MemberFactory(role="lead", submitted_at=came)
    FocalPointFactory(member=pending, language="ar")
    asked = MemberFactory(status=MemberStatus.INFORMATION_REQUESTED, submitted_at=came)

    of_pending, of_asked = row_of(pending), row_of(asked)

    due = date_format(response_of_member_due_on(with_waiting(pending)), "j M")
    assert 'class="field-role_sought">Willing to lead</td>' in of_pending
    assert 'class="field-writes">Arabic</td>' in of_pending
    assert f'Today <span class="muted">due {due}</span>' in of_pending
    assert '<span class="muted">unassigned</span>' in of_pending
    assert '<span class="muted">for them: today</span>' in of_asked


@pytest.mark.parametrize(
    ("days", "words"),
    [(8, "due 8 Nov"), (7, "due 8 Nov"), (6, "due Mon"), (0, "due today"), (-1, "due 8 Nov")],
)
def test_due_day_of_the_coming_week_has_its_name(days, words):
    member = with_waiting(MemberFactory(submitted_at=NOON, call__reply_within_days=10))

    assert due_in_words(member, NOON + timedelta(days=14 - days)) == words


def test_decided_member_has_no_due_day():
    member = MemberFactory(submitted_at=NOON, status=MemberStatus.ADMITTED)

    assert due_in_words(with_waiting(member), NOON) == ""


def with_waiting(member):
    return Member.objects.with_waiting_since().select_related("call").get(pk=member.pk)


def test_members_are_listed_with_their_area_role_and_day():
    area = FocusArea.objects.get(number=2)
    MemberFactory(
        status=MemberStatus.ADMITTED,
        focus_area=area,
        granted_role="co_lead",
        decided_at=NOON,
        first_choice=FocusArea.objects.get(number=1),
    )

    page = read(signed_in(officer()).get(QUEUE, {"view": "members"}))

    assert 'class="field-role_granted">Co-lead</td>' in page
    assert f"<span>{area.name}</span>" in page
    assert 'class="field-decided_on nowrap">25 Oct 2021</td>' in page or ">25 Oct 2021</td>" in page
    # There is nothing to work on.
    assert "Next for you" not in page


def test_next_for_you_leads_to_what_is_free_in_the_list_and_says_if_nothing_is():
    me = officer()
    client = signed_in(me)
    taken = MemberFactory(assignee=UserFactory())
    free = FocalPointFactory(member=MemberFactory(country="CH", call=taken.call)).member
    page = read(client.get(QUEUE, {"region": "EUR"}))
    [link] = re.findall(r'href="([^"]*/next/[^"]*)"', page)

    first = client.get(unescape(link))
    second = client.get(unescape(link), follow=True)

    behind = "_changelist_filters=region%3DEUR"
    assert first.url == f"{address('change', free)}?{behind}"
    assert told(second) == ["Nothing in this list is left for you."]
    assert second.redirect_chain == [(f"{QUEUE}?region=EUR", 302)]


def test_heading_offers_what_a_person_may_do_with_the_list():
    MemberFactory()

    def steps(user, query=""):
        page = read(signed_in(user).get(QUEUE + query))
        heading = page.split('<p class="btn-row no-print">')[1].split("</p>")[0]
        return [" ".join(strip_tags(each).split()) for each in heading.split("</a>")][:-1]

    assert steps(officer()) == [
        "Next for you n",
        "Share out 1",
        "Import",
        "Export",
        "Write to all 1",
    ]
    assert steps(officer(), "?region=AFR") == ["Next for you n", "Share out 1", "Import"]
    assert steps(observer()) == []


@pytest.mark.parametrize(
    ("status", "after", "words"),
    [
        (MemberStatus.PENDING, timedelta(0), "waiting for us since today"),
        # Half past midnight in Geneva, which was still the day before in UTC.
        (MemberStatus.PENDING, timedelta(hours=10, minutes=30), "waiting for us: 1 day"),
        (MemberStatus.PENDING, timedelta(days=3), "waiting for us: 3 days"),
        (
            MemberStatus.INFORMATION_REQUESTED,
            timedelta(0),
            "waiting for the organisation since today",
        ),
        (
            MemberStatus.INFORMATION_REQUESTED,
            timedelta(days=3),
            "waiting for the organisation: 3 days",
        ),
        (MemberStatus.ADMITTED, timedelta(days=3), ""),
    ],
)
def test_waiting_is_said_in_words_by_the_days_of_geneva(status, after, words):
    MemberFactory(status=status, submitted_at=NOON)

    member = Member.objects.with_waiting_since().get()

    assert waiting_in_words(member, NOON + after) == words


def row_of(member):
    """The row of a member in the queue, with single spaces."""
    page = " ".join(signed_in(observer()).get(QUEUE, {"view": "all"}).text.split())
    _head, *rows = page.split('<th class="field-organisation')
    [row] = [row for row in rows if f"/{member.pk}/change/" in row]
    return row


def test_breadcrumbs_of_a_list_name_nothing_twice():
    client = signed_in(officer())

    pages = [read(client.get(page)) for page in ("/admin/papers/paper/", "/admin/members/call/")]

    breadcrumbs = [page.split('<div class="breadcrumbs">')[1].split("</div>")[0] for page in pages]
    assert [" ".join(strip_tags(steps).split()) for steps in breadcrumbs] == [
        "Home › Papers",
        "Home › Members › Calls",
    ]
