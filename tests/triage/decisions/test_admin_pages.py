"""The page of every decision: show, decide, refuse and confirm."""

import pytest
from django.urls import reverse

from focus_areas.models import FocusArea
from members.models import (
    KINDS_WITH_EDITABLE_LETTER,
    Category,
    GrantedRole,
    Member,
    MemberStatus,
    SoughtRole,
    TimelineEntry,
    TimelineKind,
    letters_to_organisations,
)
from members.services import assignment, decisions
from members.services.opinions import MAX_QUESTION_LENGTH
from outbox.models import MessageStatus
from tests.factories import (
    NOON,
    FocalPointFactory,
    MemberFactory,
    MessageFactory,
    TimelineEntryFactory,
    UserFactory,
)
from tests.triage.decisions.decisions import (
    DECLINED,
    PAGES,
    WRITES,
    a_file_for,
    address,
    as_shown,
    chosen,
    nothing_happened,
    outcome_of,
)
from tests.triage.staff import may, observer, officer, signed_in
from triage.decisions.admin.bulk_specs import BULK_ACTIONS
from triage.decisions.admin.specs import (
    ADMIT,
    CLEAR_SUSPICION,
    DECISIONS,
    MOVE,
    REASSIGN,
    UNASSIGN,
    WITHDRAW,
)


@pytest.mark.parametrize("page", PAGES)
def test_page_of_a_decision_decides_and_shows_the_file(page):
    me = officer(name="Ada")
    client = signed_in(me)
    assignees = {"release": me, "take_over": UserFactory()}
    member = a_file_for(page, assignee=assignees.get(page))
    sent = as_shown(client, page, member, **chosen(page))

    response = client.post(address(page, member), {**sent, "decide": 1})

    member.refresh_from_db()
    entry = TimelineEntry.objects.filter(member=member).latest("pk")
    assert (member.status, entry.kind, entry.by_user) == (
        outcome_of(page),
        PAGES[page].kind,
        me,
    )
    assert (response.status_code, response["Location"]) == (
        302,
        reverse("admin:members_member_change", args=[member.pk]),
    )
    written = [message.recipient for message in letters_to_organisations()]
    assert written == (["ada@example.org"] if page in WRITES else [])


@pytest.mark.parametrize("page", ["release", "admit", "close"])
def test_page_of_a_decision_refuses_a_file_that_changed_until_the_person_has_seen_it(page):
    me = officer()
    client = signed_in(me)
    member = a_file_for(page, assignee=me if page == "release" else None)
    sent = {**as_shown(client, page, member, **chosen(page)), "decide": 1}
    Member.objects.filter(pk=member.pk).update(version=7)
    TimelineEntryFactory(member=a_file_for(page), kind=TimelineKind.ASSIGNED)
    seen, before = str(member.version), (7, member.status)

    refused = client.post(address(page, member), sent)
    is_kept = nothing_happened(member, before)
    decided = client.post(address(page, member), {**sent, "version_read": 7})

    assert (refused.status_code, is_kept, decided.status_code) == (409, True, 302)
    assert "The organisation has changed since you opened it." in refused.text
    assert refused.context["form"]["version"].value() == seen
    assert TimelineEntry.objects.get(member=member).kind == PAGES[page].kind


@pytest.mark.parametrize("page", ["take", "admit"])
def test_page_of_a_decision_on_a_decided_file_leads_back_to_it(page):
    member = FocalPointFactory(member=MemberFactory(status=DECLINED)).member

    response = signed_in(officer()).get(address(page, member), follow=True)

    assert response.redirect_chain == [
        (reverse("admin:members_member_change", args=[member.pk]), 302)
    ]
    assert [str(message) for message in response.context["messages"]] == [
        "This applicant was declined."
    ]


@pytest.mark.parametrize(("page", "button"), [("admit", "decide"), ("decline", "show_letter")])
def test_refusal_is_told_before_the_letter_is_read(page, button):
    me, colleague = officer(), officer(name="Grace Hopper")
    client = signed_in(me)
    member = a_file_for(page)
    opened = client.get(address(page, member)).context["letter"]
    sent = {name: opened[name].value() for name in ("subject", "body", "composed")}
    decisions.withdraw(member=member, by=colleague, at=NOON)

    response = client.post(address(page, member), {**sent, **chosen(page), "version": 1, button: 1})

    assert response.status_code == 409
    assert "This organisation was withdrawn. Withdrawn: Grace Hopper" in response.text
    assert "25 October 2021, 14:00" in response.text
    assert response.context["letter"]["body"].value() != sent["body"]


def test_draft_of_a_file_that_changed_names_the_changes_and_no_refusal():
    client = signed_in(officer())
    member = a_file_for("decline")
    client.post(address("decline", member), {**chosen("decline"), "version": 1, "save_draft": 1})
    assignment.assign_to_self(member=member, by=officer(name="Grace Hopper"), at=NOON)

    page = client.get(address("decline", member)).text

    assert "The organisation has changed since you saved this draft." in page
    assert "Grace Hopper" in page
    assert "Nothing was changed." not in page


@pytest.mark.parametrize("page", ["decline", "hand_to"])
def test_change_is_told_beside_what_is_missing(page):
    me, colleague = officer(), officer(name="Grace Hopper")
    client = signed_in(me)
    member = a_file_for(page)
    assignment.assign_to_self(member=member, by=colleague, at=NOON)

    response = client.post(address(page, member), {"version": 1, "decide": 1})

    assert response.status_code == 409
    assert (
        "The organisation has changed since you opened it. Assigned: Grace Hopper" in response.text
    )
    assert response.context["form"].errors != {}


def test_change_that_was_seen_stays_seen_when_something_is_missing():
    client = signed_in(officer())
    member = a_file_for("close")
    Member.objects.filter(pk=member.pk).update(version=7)

    response = client.post(address("close", member), {"version": 1, "version_read": 7, "decide": 1})

    assert response.status_code == 422
    assert '<input type="hidden" name="version_read" value="7"' in response.text


def test_decision_on_a_colleagues_file_names_the_colleague_and_takes_it_over():
    me = officer()
    client = signed_in(me)
    member = a_file_for("admit", assignee=UserFactory(name="Grace Hopper"))

    shown = client.get(address("admit", member))
    sent = as_shown(client, "admit", member, **chosen("admit"))
    client.post(address("admit", member), {**sent, "decide": 1})

    text = " ".join(shown.text.split())
    assert "Assigned to Grace Hopper. Deciding reassigns it to you." in text
    member.refresh_from_db()
    assert (member.status, member.assignee) == (outcome_of("admit"), me)


@pytest.mark.parametrize(
    ("page", "field", "choice"),
    [
        ("hand_to", "to", {}),
        ("admit", "focus_area", {"role": "participant"}),
        ("admit", "role", {"focus_area": "999", "role": "chair"}),
        ("decline", "reasons", {}),
        ("request_information", "missing", {"missing": " "}),
        ("record_answer", "answer", {"answer": ""}),
        ("close", "reason", {}),
        ("close", "reason", {"reason": "duplicate"}),
        ("ask_opinion", "asked_of", {"question": "Who are they?"}),
        ("ask_opinion", "question", {"question": " "}),
        ("ask_opinion", "question", {"question": "x" * (MAX_QUESTION_LENGTH + 1)}),
    ],
)
def test_page_of_a_decision_says_what_is_missing(page, field, choice):
    member = a_file_for(page)
    before = (member.version, member.status)

    response = signed_in(officer()).post(
        address(page, member), {"version": 1, **choice, "decide": 1}
    )

    assert response.status_code == 422
    assert field in response.context["form"].errors
    assert nothing_happened(member, before)


@pytest.mark.parametrize(
    ("topic", "status", "is_told"),
    [
        ("P2C-7K3MQ9/admitted/entry-1/focal-point-1", MessageStatus.QUEUED, True),
        ("P2C-7K3MQ9/moved/entry-1/focal-point-1/again-1", MessageStatus.QUEUED, True),
        ("P2C-7K3MQ9/received/entry-1/focal-point-1", MessageStatus.QUEUED, False),
        ("P2C-7K3MQ9/admitted/entry-1/focal-point-1", MessageStatus.CANCELLED, False),
        ("P2C-OTHERS/admitted/entry-1/focal-point-1", MessageStatus.QUEUED, False),
    ],
)
def test_move_says_that_it_cancels_a_letter_that_has_not_gone_out(topic, status, is_told):
    member = a_file_for("move", reference="P2C-7K3MQ9")
    MessageFactory(topic=topic, reference=topic.split("/")[0], status=status)

    page = signed_in(officer()).get(address("move", member)).text

    told = (
        "that letter is cancelled. Unless you send a new letter, the organisation is not notified."
    )
    assert (told in page) == is_told


def test_hand_to_offers_those_who_may_take_files():
    me, grace = officer(name="Me"), officer(name="Grace")
    UserFactory(name="No permission")
    observer(name="Observer")
    officer(name="Gone", is_active=False)
    officer(name="No staff", is_staff=False)
    boss = UserFactory(name="Boss", is_superuser=True)
    member = a_file_for("hand_to", assignee=officer(name="Has it"))

    form = signed_in(me).get(address("hand_to", member)).context["form"]

    assert list(form.fields["to"].queryset) == [boss, grace, me]


def test_member_state_is_declined_with_the_permission_alone_on_a_page_that_names_it():
    lacking, client = signed_in(officer()), signed_in(may(officer(), "decline_member_state"))
    member = a_file_for("decline", category=Category.MEMBER_STATE, country="NP")
    before = (member.version, member.status)
    page = address("decline", member)

    shown = " ".join(client.get(page).text.split())
    sent = {**as_shown(client, "decline", member, **chosen("decline")), "decide": 1}
    refused = [lacking.get(page).status_code, lacking.post(page, sent).status_code]
    is_kept = nothing_happened(member, before)
    client.post(page, sent)

    member.refresh_from_db()
    assert "Decline a Member State, Nepal" in shown
    assert (refused, is_kept) == ([403, 403], True)
    assert member.status == DECLINED


@pytest.mark.parametrize("method", ["get", "post"])
def test_clear_suspicion_shows_the_file_where_a_colleague_cleared_it(method):
    client = signed_in(officer())
    member = a_file_for("clear_suspicion")
    assignment.clear_spam_flag(member=member, by=officer(), at=NOON)

    response = getattr(client, method)(
        address("clear_suspicion", member), {"version": 1, "decide": 1}, follow=True
    )

    assert response.redirect_chain == [(address("change", member), 302)]
    assert "This applicant is not marked as possible spam." in response.text
    assert member.timeline.filter(kind=TimelineKind.SPAM_FLAG_CLEARED).count() == 1


# The keyboard shortcuts for other members and the queue.
TAKEN_KEYS = ["n", "j", "p", "k", "q"]


def test_decisions_with_a_letter_are_those_whose_kind_has_one_that_can_be_edited():
    with_letter = [decision.kind for decision in DECISIONS if decision.letter]

    assert sorted(with_letter) == sorted(KINDS_WITH_EDITABLE_LETTER)


def test_no_two_keys_and_no_two_actions_are_the_same():
    keys = [*TAKEN_KEYS, *(decision.key for decision in DECISIONS if decision.key)]
    names = [bulk.name for bulk in BULK_ACTIONS]

    assert len(keys) == len(set(keys))
    assert len(names) == len(set(names))


@pytest.mark.parametrize("decision", DECISIONS, ids=lambda decision: decision.name)
def test_every_decision_says_what_it_will_do(decision):
    assert decision.sentence_for(MemberFactory()).endswith(".")


def test_decisions_say_what_the_member_asked_for_has_and_loses():
    area = FocusArea.objects.get(number=2)
    pending = FocalPointFactory(
        member=MemberFactory(first_choice=area, role=SoughtRole.OBSERVER)
    ).member
    facts = {"status": MemberStatus.ADMITTED, "focus_area": area}
    admitted = MemberFactory(**facts, granted_role=GrantedRole.CO_LEAD)
    MessageFactory(reference=admitted.reference)

    assert ADMIT.sentence_for(pending) == (f"It asked for {area}, as: Observer.")
    for decision, member, words in (
        (MOVE, admitted, f"It is now in {area}, as: Co-lead."),
        (WITHDRAW, admitted, f"no longer be a member of {area}."),
        (WITHDRAW, pending, "expression of interest will be withdrawn at its request."),
        (CLEAR_SUSPICION, pending, "receive the acknowledgement"),
        (CLEAR_SUSPICION, admitted, "No email is sent."),
    ):
        assert words in decision.sentence_for(member)


@pytest.mark.parametrize("decision", [UNASSIGN, REASSIGN], ids=lambda decision: decision.name)
def test_notice_names_the_colleague_who_has_the_file(decision):
    me, grace = UserFactory(), UserFactory(name="Grace Hopper")

    notices = [
        decision.notice(MemberFactory(assignee=assignee), me) for assignee in (grace, me, None)
    ]

    assert "is assigned to Grace Hopper." in notices[0]
    assert notices[1:] == ["", ""]
