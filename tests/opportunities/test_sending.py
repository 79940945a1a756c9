"""Needs and offers are kept as they are typed, sent, and changed."""

from dataclasses import replace
from datetime import timedelta

import pytest

from core.autosave import Outcome, Page, ThirdVersion
from core.conflicts import Conflict, NothingChanged, Refused
from members.models import MemberStatus
from members.services.conflicts import WrongStatus
from opportunities.models import Opportunity, OpportunityEvent, OpportunityStatus
from opportunities.services import sending
from opportunities.services.content import Where, content_of
from opportunities.services.sending import (
    discard_typed,
    enter_for_member,
    save_typed,
    send,
    send_change,
)
from outbox.models import Message
from tests.factories import (
    NOON,
    FocalPointFactory,
    MemberFactory,
    OpportunityFactory,
    UserFactory,
)
from tests.opportunities.writing import a_content, a_writer

LATER = NOON + timedelta(minutes=1)


@pytest.fixture
def person():
    return a_writer()


def type_(person, *, page="one", version=0, at=NOON, **typed):
    """Keep what a person types about a need."""
    return save_typed(kind="need", typed=typed, page=Page(page, version), by=person, at=at)


def sent(person, content=None, version=0, **facts):
    content = content or a_content(person)
    facts = {"kind": "need", "by": person, "at": NOON, **facts}
    return send(content=content, version=version, **facts)


def an_own(person, status=OpportunityStatus.OPEN, content=None, **facts):
    """A need of a member, with the content of `a_content`."""
    row = sent(person, content)
    times = {"published_at": NOON, "open_until": LATER} if status != "question_asked" else {}
    Opportunity.objects.filter(pk=row.pk).update(status=status, **times, **facts)
    row.refresh_from_db()
    return row


# What is typed


def test_typed_text_is_kept_under_a_reference_and_by_name(person):
    row, outcome = type_(person, title="Training")

    row.refresh_from_db()
    assert (row.status, row.typed, outcome) == (
        "draft",
        {"title": "Training", "_page": "one"},
        Outcome.SAVED,
    )
    assert (row.member, row.saved_at, row.saved_by_name) == (person.member, NOON, person.full_name)
    assert row.reference.startswith("N-")
    assert list(row.events.all()) == []


def test_same_page_saves_again_without_history(person):
    row, _outcome = type_(person, title="Training")

    again, outcome = type_(person, title="Training for teachers", at=LATER)

    assert (again.pk, again.version, outcome) == (row.pk, row.version + 1, Outcome.SAVED)
    assert again.typed["title"] == "Training for teachers"
    assert again.history.count() == 1


def test_other_page_is_kept_beside_and_a_third_one_is_refused(person):
    type_(person, title="Training")

    beside, outcome = type_(person, page="two", title="Equipment")

    assert (beside.typed["title"], beside.typed["_other"]) == ("Training", {"title": "Equipment"})
    assert outcome is Outcome.KEPT_BESIDE
    with pytest.raises(ThirdVersion):
        type_(person, page="three", title="Money")


def test_save_that_was_overtaken_by_a_later_one_changes_nothing(person):
    type_(person, title="Later", at=LATER)

    row, outcome = type_(person, title="Earlier", at=NOON)

    row.refresh_from_db()
    assert (row.typed["title"], outcome) == ("Later", Outcome.OUTDATED)


def test_page_of_what_was_sent_or_deleted_keeps_nothing(person):
    row, _outcome = type_(person, title="Training")
    discard_typed(kind="need", version=row.version, by=person, at=NOON)

    with pytest.raises(Conflict, match="sent or deleted"):
        type_(person, title="Training", version=row.version)

    assert not Opportunity.objects.exists()


def test_new_text_has_another_version_than_the_deleted_one(person):
    row, _outcome = type_(person, title="Training")
    discard_typed(kind="need", version=row.version, by=person, at=NOON)

    new, _outcome = type_(person, title="Equipment", page="two", at=LATER)

    assert new.version > row.version


def test_each_kind_and_each_member_has_its_own_text(person):
    other = a_writer()
    type_(person, title="Ours")
    type_(other, title="Theirs")
    save_typed(kind="offer", typed={"title": "Offer"}, page=Page("one", 0), by=person, at=NOON)

    kept = Opportunity.objects.order_by("pk").values_list("kind", "member", "typed__title")
    assert list(kept) == [
        ("need", person.member_id, "Ours"),
        ("need", other.member_id, "Theirs"),
        ("offer", person.member_id, "Offer"),
    ]
    assert Opportunity.objects.get(kind="offer").reference.startswith("O-")


def test_taken_reference_is_drawn_again(person, monkeypatch):
    OpportunityFactory(reference="N-222222")
    names = iter(["N-222222", "N-333333"])
    monkeypatch.setattr(sending, "new_reference", lambda _prefix: next(names))

    row, _outcome = type_(person, title="Training")

    assert row.reference == "N-333333"


def test_nobody_but_a_member_writes(person):
    person.member.status = MemberStatus.PENDING
    type(person.member).objects.filter(pk=person.member_id).update(
        status=MemberStatus.PENDING,
        focus_area=None,
        granted_role="",
        decided_at=None,
        decided_by=None,
    )

    for call in (
        lambda: type_(person, title="Training"),
        lambda: sent(person, a_content(a_writer())),
        lambda: discard_typed(kind="need", version=0, by=person, at=NOON),
    ):
        with pytest.raises(Refused) as refused:
            call()
        assert refused.value.code == "not_a_member"

    assert not Opportunity.objects.exists()


def test_discard_deletes_once_and_not_what_a_colleague_typed(person):
    row, _outcome = type_(person, title="Training")
    type_(person, title="Training for teachers", at=LATER)

    with pytest.raises(Conflict):
        discard_typed(kind="need", version=row.version, by=person, at=LATER)
    discard_typed(kind="need", version=row.version + 1, by=person, at=LATER)
    with pytest.raises(NothingChanged):
        discard_typed(kind="need", version=row.version + 1, by=person, at=LATER)

    assert not Opportunity.objects.exists()


# Sending


def test_send_hands_what_was_typed_to_staff(person):
    draft, _outcome = type_(person, title="Training")
    content = a_content(person, supports=("money", "training"), details="Two rooms.")

    row = sent(person, content, draft.version, at=LATER)

    row.refresh_from_db()
    assert (row.pk, row.status, row.typed) == (draft.pk, "sent", {})
    assert (row.sent_at, row.sent_by, row.sent_by_name) == (LATER, person, person.full_name)
    assert content_of(row) == content
    assert row.search_text == f"training for 900 teachers {row.reference.lower()}"
    event = row.events.get()
    assert (event.kind, event.by_focal_point, event.at) == ("sent", person, LATER)
    assert event.is_shared
    assert list(Message.objects.all()) == []


def test_send_needs_no_kept_text(person):
    row = sent(person, kind="offer")

    assert (row.kind, row.status, row.reference[:2]) == ("offer", "sent", "O-")


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"title": ""}, "not_complete"),
        ({"text": ""}, "not_complete"),
        ({"supports": ()}, "not_complete"),
        ({"places": ()}, "not_complete"),
        ({"places": (Where(region="AFR"),)}, "places"),
        ({"places": (Where(country="NE"), Where(group="LDC"))}, "places"),
        ({"places": tuple(Where(country=f"A{letter}") for letter in "ABCDEFGHIJK")}, "places"),
        ({"text": "word " * 151}, "too_long"),
        ({"details": "word " * 101}, "too_long"),
        ({"title": "Write to ana@example.org"}, "address"),
        ({"title_en": "www.example.org"}, "address"),
        ({"text": "Call +227 20 73 45 67"}, "address"),
        ({"details": "See itu.int"}, "address"),
    ],
)
def test_send_refuses_what_is_incomplete_or_has_an_address(person, facts, code):
    with pytest.raises(Refused) as refused:
        sent(person, a_content(person, **facts))

    assert refused.value.code == code
    assert not Opportunity.objects.exists()


def test_offer_may_be_for_regions_and_groups(person):
    places = (Where(region="AFR"), Where(group="LDC"), Where(country="FJ"))

    row = sent(person, a_content(person, places=places), kind="offer")

    assert content_of(row).places == places


@pytest.mark.parametrize("version", [0, 7])
def test_second_click_sends_once(person, version):
    sent(person)

    with pytest.raises(NothingChanged):
        sent(person, version=version)

    assert Opportunity.objects.count() == OpportunityEvent.objects.count() == 1


def test_send_refuses_a_page_that_has_not_seen_what_a_colleague_typed(person):
    type_(person, title="Training")

    with pytest.raises(Conflict):
        sent(person)

    assert Opportunity.objects.get().status == "draft"


def test_organisation_has_ten_of_each_kind_at_once(person):
    for _number in range(9):
        OpportunityFactory(member=person.member)
    OpportunityFactory(member=person.member, status="expired")
    sent(person, a_content(person, title="The tenth"))

    with pytest.raises(Refused, match="10 needs and 10 offers") as refused:
        sent(person)

    assert refused.value.code == "too_many"
    assert sent(person, kind="offer").status == "sent"
    assert Opportunity.objects.filter(kind="need").count() == 11


# Changes


def test_change_of_what_waits_takes_its_place(person):
    row = sent(person)
    content = a_content(person, title="Training for 500 teachers")

    send_change(opportunity=row, content=content, version=row.version, by=person, at=LATER)

    row.refresh_from_db()
    assert (row.status, row.title, row.proposed) == ("sent", "Training for 500 teachers", None)
    assert [event.kind for event in row.events.order_by("pk")] == ["sent", "changed"]


@pytest.mark.parametrize("title", ["Training for 900 teachers", "Training for 500 teachers"])
def test_answer_to_a_question_is_sent_again_also_unchanged(person, title):
    row = an_own(person, OpportunityStatus.QUESTION_ASKED)
    facts = {"content": a_content(person, title=title), "version": row.version}

    send_change(opportunity=row, **facts, by=person, at=LATER)
    with pytest.raises(NothingChanged):
        send_change(opportunity=row, **facts, by=person, at=LATER)

    row.refresh_from_db()
    assert (row.status, row.title) == ("sent", title)
    assert row.events.count() == 2


def test_change_of_an_open_one_waits_while_the_published_text_stays(person):
    row = an_own(person)
    content = a_content(person, title="Training for 500 teachers", supports=("money",))
    facts = {"opportunity": row, "content": content, "by": person, "at": LATER}

    send_change(version=row.version, **facts)
    with pytest.raises(NothingChanged):
        send_change(version=row.version, **facts)

    row.refresh_from_db()
    assert (row.status, content_of(row)) == ("open", a_content(person))
    assert sending.shown_content(row) == content
    assert [event.kind for event in row.events.order_by("pk")] == ["sent", "changed"]


def test_change_back_to_the_published_text_is_no_proposal(person):
    row = an_own(person)
    content = a_content(person)
    changed = replace(content, title="Training for 500 teachers")
    send_change(opportunity=row, content=changed, version=row.version, by=person, at=LATER)

    send_change(opportunity=row, content=content, version=row.version, by=person, at=LATER)

    row.refresh_from_db()
    assert row.proposed is None


def test_change_is_refused_to_others_and_of_what_has_ended(person):
    row = an_own(person)
    ended = OpportunityFactory(member=person.member, status="expired")
    other = a_writer()
    facts = {"content": a_content(person, title="New"), "at": LATER}

    with pytest.raises(Refused, match="another organisation") as refused:
        send_change(opportunity=row, version=row.version, by=other, **facts)
    with pytest.raises(WrongStatus, match="Expired"):
        send_change(opportunity=ended, version=ended.version, by=person, **facts)
    with pytest.raises(Conflict):
        send_change(opportunity=row, version=row.version - 1, by=person, **facts)
    facts["content"] = replace(facts["content"], text="")
    with pytest.raises(Refused, match="missing"):
        send_change(opportunity=row, version=row.version, by=person, **facts)

    assert refused.value.code == "not_theirs"
    row.refresh_from_db()
    assert (row.proposed, row.events.count()) == (None, 1)


# By staff


def test_staff_enter_a_need_for_a_ministry(person):
    ministry = a_writer(category="member_state", focus_area=person.member.focus_area)
    type_(ministry, title="What the ministry types")
    officer = UserFactory(name="Ines Officer")
    content = a_content(ministry)

    row = enter_for_member(member=ministry.member, content=content, by=officer, at=NOON)
    with pytest.raises(NothingChanged):
        enter_for_member(member=ministry.member, content=content, by=officer, at=LATER)

    row.refresh_from_db()
    assert (row.status, row.kind, row.member) == ("sent", "need", ministry.member)
    assert (row.sent_by, row.sent_by_name, content_of(row)) == (None, "Ines Officer", content)
    event = row.events.get()
    assert (event.kind, event.by_user) == ("entered", officer)
    assert Opportunity.objects.filter(status="draft").count() == 1


@pytest.mark.parametrize(
    "facts", [{"category": "academia"}, {"status": "pending", "category": "member_state"}]
)
def test_staff_enter_nothing_for_others(facts, person):
    member = MemberFactory(**{"status": MemberStatus.ADMITTED, **facts})
    FocalPointFactory(member=member)

    with pytest.raises(Refused, match="Member State") as refused:
        enter_for_member(member=member, content=a_content(person), by=UserFactory(), at=NOON)

    assert refused.value.code == "not_a_country"
    assert not Opportunity.objects.exists()
