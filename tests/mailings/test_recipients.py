from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from focus_areas.models import FocusArea
from mailings.models import Exclusion, Mailing, MailingKind, MailingStatus, Recipient, Selection
from mailings.services.exceptions import RecipientGone, WrongStatus
from mailings.services.recipients import (
    create_mailing,
    recheck_recipients,
    remove_recipients,
    restore_recipients,
)
from members.models import Member, MemberStatus, SpamSignal
from tests.factories import (
    NOON,
    FocalPointFactory,
    FocusAreaFactory,
    MailingFactory,
    MemberFactory,
    SuppressedAddressFactory,
    UnsubscriptionFactory,
    UserFactory,
)
from tests.mailings.mailings import BEFORE, begun, left_out, person
from tests.triage.staff import coordinator, officer

SECOND = timedelta(seconds=1)


def begin(members, *, by=None, kind=MailingKind.LETTER, **facts):
    return create_mailing(
        kind=kind,
        language="en",
        members=members,
        selection=Selection.FILTERED,
        by=by or officer(),
        at=NOON,
        **facts,
    )


def test_begin_mailing_chooses_both_focal_points_of_each_member():
    ada = person(email="ada@example.org")
    grace = person(email="grace@example.org", member=ada.member, alternate=True)
    alan = person(email="alan@example.org")
    person(email="other@example.org")
    by = officer()
    chosen = Member.objects.filter(pk__in=[ada.member_id, alan.member_id])

    mailing = begin(chosen, by=by, query="status=admitted", selection_in_words="status: Admitted")

    assert (mailing.status, mailing.created_by, mailing.created_at) == ("draft", by, NOON)
    assert (mailing.query, mailing.selection_in_words) == ("status=admitted", "status: Admitted")
    assert [row.focal_point for row in mailing.recipients.order_by("pk")] == [ada, grace, alan]
    assert {row.exclusion for row in mailing.recipients.all()} == {""}
    assert mailing.history.get().history_by_name == str(by)


def test_coordinator_chooses_members_of_their_own_areas_alone():
    first, second = FocusAreaFactory(number=1), FocusAreaFactory(number=2)
    ada = person(email="ada@example.org", focus_area=first)
    person(email="alan@example.org", focus_area=second)
    person(email="undecided@example.org", status=MemberStatus.PENDING)

    mailing = begin(Member.objects.all(), by=coordinator(first))

    assert [row.focal_point for row in mailing.recipients.all()] == [ada]


def test_coordinator_sees_mailings_to_their_own_areas_alone():
    first, second = FocusArea.objects.get(number=1), FocusArea.objects.get(number=2)
    ada, alan = person(focus_area=first), person(focus_area=second)
    theirs, beyond, mixed = begun(ada), begun(alan), begun(ada, alan)
    empty = MailingFactory()
    user = coordinator(first)

    def seen(by):
        return list(Mailing.objects.visible_to(by).order_by("pk"))

    assert seen(user) == [theirs]
    assert seen(officer()) == [theirs, beyond, mixed, empty]

    Member.objects.filter(pk=ada.member_id).update(focus_area=second)

    assert seen(user) == []


def test_two_at_one_address_get_one_mail_however_it_is_written():
    ada = person(email="Office@Example.org")
    again = person(email="office@example.ORG")
    # Two similar addresses.
    others = person(email="straße@example.org"), person(email="strasse@example.org")

    mailing = begun(ada, again, *others)

    first, second, *two = mailing.recipients.order_by("pk")
    assert [first.exclusion, *(each.exclusion for each in two)] == [""] * 3
    assert (second.exclusion, second.merged_into, second.focal_point) == (
        Exclusion.SAME_ADDRESS,
        first,
        again,
    )
    assert first.address == "office@example.org"


@pytest.mark.parametrize(
    ("facts", "because"),
    [
        ({"status": MemberStatus.PENDING, "spam_signal": SpamSignal.HONEYPOT}, Exclusion.SUSPECTED),
        ({"status": MemberStatus.PENDING, "spam_signal": SpamSignal.TOO_FAST}, ""),
        ({"status": MemberStatus.ADMITTED, "spam_signal": SpamSignal.HONEYPOT}, ""),
        ({"newsletter": False}, ""),
        ({"status": MemberStatus.WITHDRAWN, "withdrawn_at": BEFORE - timedelta(days=1)}, ""),
        # Exactly when the mailing was started, so they were selected.
        ({"status": MemberStatus.WITHDRAWN, "withdrawn_at": BEFORE}, ""),
        ({"status": MemberStatus.DECLINED, "decided_at": BEFORE}, ""),
        ({"status": MemberStatus.DECLINED, "decided_at": BEFORE + SECOND}, Exclusion.ENDED),
        ({"status": MemberStatus.CLOSED, "decided_at": BEFORE + SECOND}, Exclusion.ENDED),
        ({"status": MemberStatus.ADMITTED, "decided_at": BEFORE + SECOND}, ""),
        # Admitted before, and withdrawn since.
        (
            {
                "status": MemberStatus.WITHDRAWN,
                "granted_role": "participant",
                "decided_at": BEFORE - SECOND,
                "withdrawn_at": BEFORE + SECOND,
            },
            Exclusion.ENDED,
        ),
    ],
)
def test_letter_leaves_out_whom_nobody_has_looked_at(facts, because):
    if "granted_role" in facts:
        facts = {**facts, "focus_area": FocusAreaFactory(), "decided_by": UserFactory()}
    ada = person(email="ada@example.org", **facts)

    mailing = begun(ada)

    assert left_out(mailing) == [("ada@example.org", because)]


def test_nobody_is_chosen_at_an_address_that_nothing_is_sent_to_until_that_is_lifted():
    reached = person(email="reached@example.org")
    bounced = person(email="Bounced@example.org")
    lifted = person(email="lifted@example.org")
    SuppressedAddressFactory(address="bounced@example.org")
    SuppressedAddressFactory(
        address="lifted@example.org", lifted_at=NOON, lifted_by=UserFactory(), lifted_by_name="Ada"
    )

    mailing = begun(reached, bounced, lifted)

    assert left_out(mailing) == [
        ("reached@example.org", ""),
        ("Bounced@example.org", Exclusion.SUPPRESSED),
        ("lifted@example.org", ""),
    ]


def test_bulletin_leaves_out_who_did_not_agree_or_has_unsubscribed():
    agreed = person(email="agreed@example.org")
    not_agreed = person(email="not-agreed@example.org", newsletter=False)
    alternate = person(email="alternate@example.org", member=agreed.member, alternate=True)
    quiet = person(email="Quiet@example.org")
    UnsubscriptionFactory(address="quiet@example.org")

    bulletin = begun(agreed, not_agreed, quiet, kind=MailingKind.BULLETIN)
    letter = begun(agreed, not_agreed, quiet)

    assert left_out(bulletin) == [
        ("agreed@example.org", ""),
        (alternate.email, Exclusion.NOT_AGREED),
        ("not-agreed@example.org", Exclusion.NOT_AGREED),
        ("Quiet@example.org", Exclusion.UNSUBSCRIBED),
    ]
    assert {because for _email, because in left_out(letter)} == {""}


def test_look_again_judges_a_draft_by_what_holds_now():
    ada, alan = person(email="ada@example.org"), person(email="alan@example.org")
    mailing = begun(ada, alan)
    Member.objects.filter(pk=ada.member_id).update(status=MemberStatus.WITHDRAWN, withdrawn_at=NOON)

    recheck_recipients(mailing=mailing, by=officer(), at=NOON)

    assert left_out(mailing) == [("ada@example.org", Exclusion.ENDED), ("alan@example.org", "")]


def test_take_off_takes_off_and_put_back_puts_back():
    ada, alan = person(email="ada@example.org"), person(email="alan@example.org")
    mailing, by = begun(ada, alan), officer()
    row = mailing.recipients.get(focal_point=ada)

    assert remove_recipients(mailing=mailing, recipients=[row.pk], by=by, at=NOON) == 1

    row.refresh_from_db()
    assert (row.exclusion, row.removed_by, row.removed_at) == (Exclusion.REMOVED, by, NOON)
    assert [each.focal_point for each in mailing.recipients.included()] == [alan]

    assert restore_recipients(mailing=mailing, recipients=[row.pk], by=by, at=NOON) == 1

    row.refresh_from_db()
    assert (row.exclusion, row.removed_by, row.removed_at) == ("", None, None)


def test_who_shared_an_address_with_somebody_taken_off_gets_the_mail_in_their_place():
    ada, again = person(email="office@example.org"), person(email="office@example.org")
    mailing = begun(ada, again)
    first, second = mailing.recipients.order_by("pk")

    remove_recipients(mailing=mailing, recipients=[first.pk], by=officer(), at=NOON)

    assert [because for _email, because in left_out(mailing)] == [Exclusion.REMOVED, ""]

    restore_recipients(mailing=mailing, recipients=[first.pk], by=officer(), at=NOON)

    assert [because for _email, because in left_out(mailing)] == ["", Exclusion.SAME_ADDRESS]
    second.refresh_from_db()
    assert second.merged_into == first


def test_take_off_refuses_who_is_off_already_and_who_is_of_another_mailing():
    ada, alan = person(), person()
    mailing, another = begun(ada), begun(alan)
    [row], [other] = mailing.recipients.all(), another.recipients.all()
    remove_recipients(mailing=mailing, recipients=[row.pk], by=officer(), at=NOON)

    for pk in (row.pk, other.pk):
        with pytest.raises(RecipientGone, match="list has changed"):
            remove_recipients(mailing=mailing, recipients=[pk], by=officer(), at=NOON)
    with pytest.raises(RecipientGone):
        restore_recipients(mailing=mailing, recipients=[other.pk], by=officer(), at=NOON)

    assert Recipient.objects.get(pk=other.pk).exclusion == ""


@pytest.mark.parametrize("status", [each for each in MailingStatus if each != MailingStatus.DRAFT])
def test_recipients_change_no_more_once_it_is_no_draft(status):
    mailing = MailingFactory(status=status)
    row = mailing.recipients.create(focal_point=FocalPointFactory(), address="a@example.org")

    for change in (
        lambda: remove_recipients(mailing=mailing, recipients=[row.pk], by=officer(), at=NOON),
        lambda: restore_recipients(mailing=mailing, recipients=[row.pk], by=officer(), at=NOON),
        lambda: recheck_recipients(mailing=mailing, by=officer(), at=NOON),
    ):
        with pytest.raises(WrongStatus, match="Nothing was changed"):
            change()

    row.refresh_from_db()
    assert row.exclusion == ""


def test_begin_mailing_takes_as_many_queries_for_9_as_for_3():
    members = [MemberFactory(newsletter=True) for _number in range(9)]
    for member in members:
        FocalPointFactory(member=member)
    few = Member.objects.filter(pk__in=[member.pk for member in members[:3]])
    by = officer()

    with CaptureQueriesContext(connection) as for_three:
        begin(few, by=by)
    with CaptureQueriesContext(connection) as for_nine:
        begin(Member.objects.all(), by=by)

    assert len(for_three) <= 12
    assert len(for_nine) <= len(for_three)
