import re
from datetime import timedelta

import pytest

from core.codes import ALPHABET
from members.models import (
    SIGNALS_HOLDING_ACKNOWLEDGEMENT,
    FocalPoint,
    Member,
    MemberStatus,
    SpamSignal,
    TimelineEntry,
    TimelineKind,
)
from members.services.intake import (
    CallClosed,
    SubmittedWithOtherAnswers,
    receive_expression_of_interest,
)
from members.services.names import sort_key_of
from outbox.models import Message
from tests.factories import NOON, CallFactory, FocusAreaFactory


def answers(**changes):
    """The required answers, with changes."""
    return {
        "submission_key": "key-1",
        "organisation_name": "Ministère de l’Économie numérique",
        "category": "member_state",
        "country": "BJ",
        "focus_area": FocusAreaFactory(number=1, slug="connecting-people-everywhere"),
        "role": "participant",
        "motivation": "Nous voulons connecter les villages.",
        "family_name": "Hounkpè",
        "email": "contact@example.org",
        "language": "fr",
        "time_zone": "Africa/Porto-Novo",
        "is_authorised": True,
        "privacy_consent": True,
        "at": NOON,
        **changes,
    }


def received(call=None, **changes):
    """Receive the required answers, with changes."""
    return receive_expression_of_interest(call=call or CallFactory(), **answers(**changes))


SECOND_PERSON = {"alternate_family_name": "Soglo", "alternate_email": "second@example.org"}


def test_receive_makes_a_pending_member_of_the_answers(settings):
    settings.PRIVACY_NOTICE_VERSION = "2021-10-test"
    call = CallFactory()
    typed = {
        "acronym": "MEN",
        "website": "https://example.org",
        "about": "A ministry.",
        "role": "lead",
        "publication_consent": True,
        "newsletter": True,
    }
    chosen = {
        "further_focus_areas": ["empowering-communities", "incentivizing-investments"],
        "contributions": ["policy", "knowledge"],
    }

    member = received(call, **typed, **chosen)

    expected = {
        **typed,
        "status": MemberStatus.PENDING,
        "call": call.pk,
        "submitted_at": NOON,
        "organisation_name": "Ministère de l’Économie numérique",
        "category": "member_state",
        "country": "BJ",
        "first_choice__number": 1,
        "also_connecting_people_everywhere": False,
        "also_empowering_communities": True,
        "also_building_digital_ecosystems": False,
        "also_incentivizing_investments": True,
        "contributes_financial": False,
        "contributes_programmatic": False,
        "contributes_policy": True,
        "contributes_advocacy": False,
        "contributes_knowledge": True,
        "contributes_undecided": False,
        "motivation": "Nous voulons connecter les villages.",
        "privacy_version": "2021-10-test",
        "spam_signal": "",
        "search_text": "ministere de l'economie numerique\nmen",
    }
    assert Member.objects.values(*expected).get() == expected
    assert bytes(Member.objects.get().sort_key) == sort_key_of(member.organisation_name)
    assert re.fullmatch(rf"P2C-[{ALPHABET}]{{6}}", member.reference)
    # The sent answers are in the history.
    assert member.history.values(
        "history_type", "history_date", "organisation_name", "motivation"
    ).get() == {
        "history_type": "+",
        "history_date": NOON,
        "organisation_name": "Ministère de l’Économie numérique",
        "motivation": "Nous voulons connecter les villages.",
    }
    entry = TimelineEntry.objects.get()
    assert (entry.member, entry.kind, entry.at) == (member, TimelineKind.RECEIVED, NOON)
    assert (entry.by_focal_point, entry.by_name) == (member.focal_points.get(), "Hounkpè")


@pytest.mark.parametrize(
    ("country", "zone"), [("BJ", "Africa/Porto-Novo"), ("BV", "UTC")], ids=["its own", "none"]
)
def test_receive_takes_the_zone_of_the_country_where_a_script_gives_none(country, zone):
    received(country=country, time_zone="")

    assert FocalPoint.objects.get().time_zone == zone


def test_receive_makes_both_focal_points_of_the_answers_and_begins_their_history():
    first = {
        "title": "dr",
        "given_name": "Aïcha",
        "position": "Directrice",
        "phone": "+22921301234",
        "time_zone": "Africa/Porto-Novo",
    }
    second = {
        "title": "ms",
        "given_name": "Codjo",
        "family_name": "Soglo",
        "position": "Secrétaire",
        "email": "second@example.org",
        "phone": "+22921305678",
        "language": "en",
        "time_zone": "Africa/Lagos",
    }
    of_the_alternate = {f"alternate_{name}": value for name, value in second.items()}

    received(**first, **of_the_alternate)

    first |= {"family_name": "Hounkpè", "email": "contact@example.org", "language": "fr"}
    stored = FocalPoint.objects.order_by("is_alternate").values(
        *second, "is_alternate", "link_version"
    )
    assert list(stored) == [
        {**first, "is_alternate": False, "link_version": 1},
        {**second, "is_alternate": True, "link_version": 1},
    ]
    begun = FocalPoint.history.order_by("history_id").values_list(
        "history_type", "email", "history_date", "history_user"
    )
    assert list(begun) == [
        ("+", "contact@example.org", NOON, None),
        ("+", "second@example.org", NOON, None),
    ]


def test_receive_gives_the_alternate_what_was_left_out_as_the_focal_point_has_it():
    received(time_zone="Africa/Lagos", **SECOND_PERSON)

    alternate = FocalPoint.objects.get(is_alternate=True)
    assert alternate.family_name == "Soglo"
    assert (alternate.language, alternate.time_zone) == ("fr", "Africa/Lagos")


def test_receive_acknowledges_to_both_focal_points_each_in_their_language():
    typed = {"motivation": "Buy pills", "about": "Cheap pills", "position": "Pill seller"}

    member = received(**SECOND_PERSON, **typed, alternate_language="en")

    messages = Message.objects.order_by("pk")
    assert [(message.recipient, message.language) for message in messages] == [
        ("contact@example.org", "fr"),
        ("second@example.org", "en"),
    ]
    assert [member.reference in message.subject for message in messages] == [True, True]
    # Nothing that was typed is repeated but names.
    assert "pill" not in "".join(message.subject + message.body for message in messages).lower()


@pytest.mark.parametrize("later", [timedelta(minutes=1), timedelta(days=30)])
def test_receive_sent_twice_makes_one_member_even_after_the_call(later):
    call = CallFactory()
    first = received(call)

    second = received(call, at=NOON + later)

    assert second == first
    assert [model.objects.count() for model in (Member, Message, TimelineEntry)] == [1, 1, 1]


@pytest.mark.parametrize(
    "change",
    [
        {"organisation_name": "Another"},
        {"email": "other@example.org"},
        {"contributions": ["policy"]},
        {"newsletter": True},
        {"focus_area": 2},
        {"alternate_given_name": "Codjo", "alternate_email": "second@example.org"},
    ],
)
def test_receive_refuses_other_answers_under_the_same_key(change):
    call = CallFactory()
    first = received(call)
    if "focus_area" in change:
        change = {"focus_area": FocusAreaFactory(number=change["focus_area"])}

    with pytest.raises(SubmittedWithOtherAnswers, match=first.reference) as refused:
        received(call, **change)

    assert refused.value.member == first
    assert Member.objects.get().organisation_name == "Ministère de l’Économie numérique"


def test_receive_takes_an_eoi_in_the_first_instant_and_in_the_last_of_the_grace():
    call = CallFactory()

    received(call, at=call.opens_at)
    last = call.grace_ends_at - timedelta(microseconds=1)
    received(call, submission_key="key-2", acronym="MEN", at=last)

    assert Member.objects.count() == 2


@pytest.mark.parametrize("moment", ["before it opens", "when the grace ends"])
def test_receive_refuses_outside_the_call(moment):
    call = CallFactory()
    is_early = moment == "before it opens"
    at = call.opens_at - timedelta(microseconds=1) if is_early else call.grace_ends_at

    with pytest.raises(CallClosed):
        received(call, at=at)

    assert [model.objects.count() for model in (Member, Message, TimelineEntry)] == [0, 0, 0]


def test_receive_draws_another_reference_when_one_is_taken(monkeypatch):
    drawn = iter(["P2C-TAKEN2", "P2C-TAKEN2", "P2C-FREE23"])
    monkeypatch.setattr("members.services.intake.new_reference", lambda _prefix: next(drawn))
    call = CallFactory()
    received(call)

    second = received(call, submission_key="key-2", acronym="MEN")

    assert second.reference == "P2C-FREE23"


@pytest.mark.parametrize(
    ("spam_signal", "messages"),
    [*((signal, 0) for signal in SIGNALS_HOLDING_ACKNOWLEDGEMENT), (SpamSignal.TOO_FAST, 1)],
)
def test_receive_keeps_what_is_suspected_and_acknowledges_only_haste(spam_signal, messages):
    received(spam_signal=spam_signal)

    stored = Member.objects.get()
    assert (stored.spam_signal, stored.status) == (spam_signal, MemberStatus.PENDING)
    assert Message.objects.count() == messages
