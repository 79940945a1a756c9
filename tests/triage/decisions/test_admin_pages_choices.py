"""The choices on the page of each decision, and the errors if they are missing."""

import pytest

from members.models import Category, TimelineKind
from members.services import assignment
from outbox.models import MessageStatus
from tests.factories import NOON, MessageFactory, UserFactory
from tests.triage.decisions.decisions import (
    DECLINED,
    a_file_for,
    address,
    as_shown,
    chosen,
    nothing_happened,
)
from tests.triage.staff import may, observer, officer, signed_in


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
    assert "This member is not marked as possible spam." in response.text
    assert member.timeline.filter(kind=TimelineKind.SPAM_FLAG_CLEARED).count() == 1
