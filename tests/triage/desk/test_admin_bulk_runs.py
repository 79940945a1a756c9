"""The page of a bulk run: its progress, its results, and what arrived meanwhile."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from members.models import Member, MemberStatus
from members.services.notes import add_note
from outbox.services.publishing import breaker
from tests.factories import (
    NOON,
    BulkItemFactory,
    BulkRunFactory,
    FocalPointFactory,
    FocusAreaFactory,
    UserFactory,
)
from tests.triage.staff import QUEUE, coordinator, desk_manager, may, officer, run, signed_in, told
from triage.desk.admin import bulk_runs
from triage.desk.models import BulkRun, BulkRunAction
from triage.desk.services.bulk_runs import MAX_ITEMS, process_run

CLOSE = "/admin/members/member/close-several/"
UNDO = "/admin/members/member/undo/"
MANY = 3


@pytest.fixture
def slow(monkeypatch):
    """A request that has no time to process any member."""
    monkeypatch.setattr(bulk_runs, "MAX_SECONDS_IN_REQUEST", 0)


@pytest.fixture
def me():
    return officer()


def eois(number):
    return [FocalPointFactory().member for _n in range(number)]


def page_of(bulk_run, name="bulk_run"):
    return reverse(f"admin:members_member_{name}", args=[bulk_run.pk])


def as_shown(client, members):
    """The form data of the page that closes some members."""
    context = client.get(CLOSE, {"file": ".".join(str(member.pk) for member in members)}).context
    selection = context["selection"]
    return {
        "file": selection.as_posted,
        "entry_shown": selection.latest_entry,
        "run_key": context["run_key"],
    }


def finish(bulk_run=None, at=NOON):
    process_run(run=bulk_run or BulkRun.objects.get(), clock=lambda: at)


def results_page(client, number):
    """A finished run, in which every second member was refused."""
    bulk_run = BulkRunFactory(by=UserFactory(is_staff=True, is_superuser=True), entry_shown=0)
    for position in range(number):
        [member] = eois(1)
        if position % 2:
            add_note(member=member, text="Wait.", by=UserFactory(), at=NOON)
        BulkItemFactory(run=bulk_run, member=member, version=1)
    finish(bulk_run)
    BulkRun.objects.filter(pk=bulk_run.pk).update(by=client.session["_auth_user_id"])
    return page_of(bulk_run)


def test_quick_action_is_finished_when_its_page_comes_and_a_second_click_leads_to_it(me):
    client, members = signed_in(me), eois(2)
    sent = as_shown(client, members)

    answers = [client.post(CLOSE, sent, follow=True) for _click in range(2)]

    run_page = page_of(BulkRun.objects.get())
    assert [answer.redirect_chain for answer in answers] == [[(run_page, 302)]] * 2
    assert ["2 applicants closed." in answer.text for answer in answers] == [True, True]
    assert {member.status for member in Member.objects.all()} == {MemberStatus.CLOSED}


@pytest.mark.usefixtures("slow")
def test_slow_action_shows_its_progress_and_then_the_result(me):
    client, members = signed_in(me), eois(MANY)
    sent = as_shown(client, members)

    started = client.post(CLOSE, sent, follow=True)
    before = client.get(page_of(BulkRun.objects.get(), "bulk_run_progress")).json()
    queue = client.get(QUEUE).text
    finish(at=timezone.now())
    after = client.get(page_of(BulkRun.objects.get(), "bulk_run_progress")).json()
    result = client.get(page_of(BulkRun.objects.get())).text

    words = f"0 of {MANY} applicants processed."
    assert words in started.text
    assert f'value="0" max="{MANY}"' in started.text
    assert ">Check the progress</a>" in started.text
    assert (before["words"], before["is_finished"]) == (words, False)
    assert f'value="0" max="{MANY}"' in before["html"]
    assert before["html"] in started.text
    assert f'{page_of(BulkRun.objects.get())}">see how far it is</a>' in queue
    assert (after["html"], after["is_finished"]) == ("", True)
    assert f"{MANY} applicants closed." in result
    assert "see how far it is" not in client.get(QUEUE).text


@pytest.mark.usefixtures("slow")
def test_broker_that_is_away_is_said_and_the_action_is_stored(me):
    client = signed_in(me)
    sent = as_shown(client, eois(MANY))
    breaker.open()

    response = client.post(CLOSE, sent, follow=True)

    breaker.close()
    [words] = told(response)
    assert words.startswith("The process that does the work does not answer.")
    assert BulkRun.objects.get().items.open().count() == MANY


def test_run_without_progress_says_so(me):
    bulk_run = BulkItemFactory(run__by=me, run__confirmed_at=NOON).run
    client, words = signed_in(me), "Nothing has happened for some seconds"

    page = client.get(page_of(bulk_run)).text
    answer = client.get(page_of(bulk_run, "bulk_run_progress")).json()

    assert words in page
    assert words in answer["html"]
    assert answer["words"].startswith(words)


def test_note_that_arrived_is_shown_before_its_member_is_decided(me):
    client, (noted, other) = signed_in(me), eois(2)
    sent = as_shown(client, [noted, other])
    add_note(member=noted, text="They called: wait.", by=officer(name="Grace Hopper"), at=NOON)

    response = client.post(CLOSE, sent, follow=True)
    again = client.get(response.context["again"])
    second = client.post(CLOSE, as_shown(client, [noted]), follow=True)

    [refused] = response.context["refused"]
    assert (refused.member, [entry.note for entry in refused.arrived]) == (
        noted,
        ["They called: wait."],
    )
    assert "They called: wait." in response.text
    said = [response.text.index(what) for what in ("1 applicant closed.", "1 applicant was not")]
    assert said == sorted(said)
    assert [outcome.member for outcome in response.context["done"]] == [other]
    assert [row.member for row in again.context["rows"]] == [noted]
    assert "Each applicant will be closed as not genuine" in again.text
    assert [outcome.member for outcome in second.context["done"]] == [noted]


def test_page_that_comes_back_shows_what_arrived_and_takes_it_as_read(me):
    client, [member] = signed_in(me), eois(1)
    page = "/admin/members/member/hand-several/"
    sent = as_shown(client, [member])
    note = add_note(member=member, text="Wait.", by=officer(), at=NOON)

    response = client.post(page, sent)

    assert response.status_code == 422
    [row] = response.context["rows"]
    assert row.arrived == [note]
    assert "New since you opened this page" in response.text
    assert f'name="entry_shown" value="{note.pk}"' in response.text


def test_altered_entry_shown_counts_as_nothing_read(me):
    client, [member] = signed_in(me), eois(1)
    add_note(member=member, text="Wait.", by=officer(), at=NOON)

    client.post(CLOSE, {**as_shown(client, [member]), "entry_shown": "9" * 40})

    member.refresh_from_db()
    assert member.status == MemberStatus.PENDING


@pytest.mark.usefixtures("slow")
def test_action_without_page_is_done_by_a_worker_if_it_is_slow(me):
    members = eois(MANY)

    response = run(signed_in(me), "take", members)

    bulk_run = BulkRun.objects.get()
    assert response.redirect_chain == [(page_of(bulk_run), 302)]
    assert (bulk_run.action, bulk_run.items.open().count()) == (BulkRunAction.ASSIGN_TO_ME, MANY)


def test_undo_of_many_is_a_run_of_its_own(me, settings):
    settings.UNDO_SECONDS = 120
    client = signed_in(me)
    client.post(CLOSE, as_shown(client, eois(MANY)))
    result = client.get(page_of(BulkRun.objects.get()))
    decided = [f"{member.pk}-{member.version}" for member in result.context["undo"].rows]

    response = client.post(UNDO, {"decided": decided})
    undoing = BulkRun.objects.latest("pk")
    page = client.get(page_of(undoing)).text

    assert len(decided) == MANY
    assert response.url == page_of(undoing)
    assert f"{MANY} decisions undone. No letters are sent." in page
    assert {member.status for member in Member.objects.all()} == {MemberStatus.PENDING}


def test_run_is_for_the_person_who_confirmed_it(me):
    bulk_run = BulkItemFactory(run__by=me).run
    others = [desk_manager(), UserFactory(is_staff=True, is_superuser=True)]

    answers = {
        signed_in(other).get(page_of(bulk_run, name)).status_code
        for other in others
        for name in ("bulk_run", "bulk_run_progress")
    }

    assert answers == {404}


def test_result_leaves_out_a_member_that_the_person_may_no_longer_see(me):
    person = may(coordinator(FocusAreaFactory(number=1)), "close_member")
    bulk_run = BulkItemFactory(run__by=person).run
    finish(bulk_run)

    response = signed_in(bulk_run.by).get(page_of(bulk_run))

    assert response.context["outcomes"] == []
    assert bulk_run.items.get().refusal == "You no longer have the permission to do this."
    assert bulk_run.items.get().member.organisation_name not in response.text


def test_address_of_the_most_members_fits_into_a_request_line(me):
    longest = ".".join(["1234567"] * MAX_ITEMS)

    assert len(f"GET {CLOSE}?file={longest} HTTP/1.1") < 8190 - 1000


@pytest.mark.parametrize("is_finished", [True, False])
def test_page_of_a_run_takes_the_same_queries_for_three_members_and_for_thirty(is_finished):
    client, counts = signed_in(UserFactory(is_staff=True, is_superuser=True)), []
    for number in (3, 30):
        page = results_page(client, number)
        if not is_finished:
            BulkItemFactory(run=BulkRun.objects.latest("pk"))
        client.get(page)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(page).status_code == 200
        counts.append(len(queries))

    assert counts[0] == counts[1]
