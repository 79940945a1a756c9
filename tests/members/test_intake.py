import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

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
from outbox.models import Message
from tests.factories import NOON, CallFactory, FocusAreaFactory


def answers(**changes):
    """The least that the form takes, and what a test changes of it."""
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


def test_receive_makes_a_pending_member_of_the_answers():
    call = CallFactory()

    member = receive_expression_of_interest(
        call=call,
        **answers(
            acronym="MEN",
            website="https://example.org",
            about="A ministry.",
            further_focus_areas=["empowering-communities", "incentivizing-investments"],
            role="lead",
            contributions=["policy", "knowledge"],
            publication_consent=True,
            newsletter=True,
        ),
    )

    stored = Member.objects.get()
    assert stored == member
    assert re.fullmatch(rf"P2C-[{ALPHABET}]{{6}}", stored.reference)
    assert {
        "status": stored.status,
        "call": stored.call,
        "submitted_at": stored.submitted_at,
        "organisation_name": stored.organisation_name,
        "acronym": stored.acronym,
        "category": stored.category,
        "country": stored.country,
        "website": stored.website,
        "about": stored.about,
        "first_choice": stored.first_choice.number,
        "also": [
            stored.also_connecting_people_everywhere,
            stored.also_empowering_communities,
            stored.also_building_digital_ecosystems,
            stored.also_incentivizing_investments,
        ],
        "contributes": [
            stored.contributes_financial,
            stored.contributes_programmatic,
            stored.contributes_policy,
            stored.contributes_advocacy,
            stored.contributes_knowledge,
            stored.contributes_undecided,
        ],
        "role": stored.role,
        "motivation": stored.motivation,
        "publication_consent": stored.publication_consent,
        "newsletter": stored.newsletter,
        "spam_signal": stored.spam_signal,
    } == {
        "status": MemberStatus.PENDING,
        "call": call,
        "submitted_at": NOON,
        "organisation_name": "Ministère de l’Économie numérique",
        "acronym": "MEN",
        "category": "member_state",
        "country": "BJ",
        "website": "https://example.org",
        "about": "A ministry.",
        "first_choice": 1,
        "also": [False, True, False, True],
        "contributes": [False, False, True, False, True, False],
        "role": "lead",
        "motivation": "Nous voulons connecter les villages.",
        "publication_consent": True,
        "newsletter": True,
        "spam_signal": "",
    }


def test_receive_keeps_the_version_of_the_notice_that_was_agreed_to(settings):
    settings.PRIVACY_NOTICE_VERSION = "2021-10-test"

    member = receive_expression_of_interest(call=CallFactory(), **answers())

    assert member.privacy_version == "2021-10-test"


@pytest.mark.parametrize(
    ("country", "zone"), [("BJ", "Africa/Porto-Novo"), ("BV", "UTC")], ids=["its own", "none"]
)
def test_receive_takes_the_zone_of_the_country_where_a_script_gives_none(country, zone):
    receive_expression_of_interest(call=CallFactory(), **answers(country=country, time_zone=""))

    assert FocalPoint.objects.get().time_zone == zone


def test_receive_makes_a_focal_point_of_the_answers():
    receive_expression_of_interest(
        call=CallFactory(),
        **answers(
            title="dr",
            given_name="Aïcha",
            position="Directrice",
            phone="+22921301234",
            time_zone="Africa/Porto-Novo",
        ),
    )

    assert FocalPoint.objects.values(
        "is_alternate",
        "title",
        "given_name",
        "family_name",
        "position",
        "email",
        "phone",
        "language",
        "time_zone",
        "link_version",
    ).get() == {
        "is_alternate": False,
        "title": "dr",
        "given_name": "Aïcha",
        "family_name": "Hounkpè",
        "position": "Directrice",
        "email": "contact@example.org",
        "phone": "+22921301234",
        "language": "fr",
        "time_zone": "Africa/Porto-Novo",
        "link_version": 1,
    }


def test_receive_makes_an_alternate_of_the_answers():
    receive_expression_of_interest(
        call=CallFactory(),
        **answers(
            title="dr",
            alternate_title="ms",
            alternate_given_name="Codjo",
            alternate_family_name="Soglo",
            alternate_position="Secrétaire",
            alternate_email="second@example.org",
            alternate_phone="+22921305678",
            alternate_language="en",
            alternate_time_zone="Africa/Lagos",
        ),
    )

    assert FocalPoint.objects.filter(is_alternate=True).values(
        "title",
        "given_name",
        "family_name",
        "position",
        "email",
        "phone",
        "language",
        "time_zone",
        "link_version",
    ).get() == {
        "title": "ms",
        "given_name": "Codjo",
        "family_name": "Soglo",
        "position": "Secrétaire",
        "email": "second@example.org",
        "phone": "+22921305678",
        "language": "en",
        "time_zone": "Africa/Lagos",
        "link_version": 1,
    }


def test_receive_gives_the_alternate_what_was_left_out_as_the_focal_point_has_it():
    receive_expression_of_interest(
        call=CallFactory(),
        **answers(
            time_zone="Africa/Lagos",
            alternate_family_name="Soglo",
            alternate_email="second@example.org",
        ),
    )

    alternate = FocalPoint.objects.get(is_alternate=True)
    assert (alternate.family_name, alternate.language, alternate.time_zone) == (
        "Soglo",
        "fr",
        "Africa/Lagos",
    )


def test_receive_writes_the_timeline():
    member = receive_expression_of_interest(call=CallFactory(), **answers())

    entry = TimelineEntry.objects.get()
    assert (entry.member, entry.kind, entry.at, entry.by_focal_point, entry.by_name) == (
        member,
        TimelineKind.RECEIVED,
        NOON,
        member.focal_points.get(),
        "Hounkpè",
    )


def test_receive_writes_the_eoi_as_sent_into_history():
    member = receive_expression_of_interest(call=CallFactory(), **answers())

    first = member.history.earliest()
    assert (
        first.history_type,
        first.history_date,
        first.organisation_name,
        first.motivation,
    ) == (
        "+",
        NOON,
        "Ministère de l’Économie numérique",
        "Nous voulons connecter les villages.",
    )


def test_receive_begins_the_history_of_both_focal_points_when_the_eoi_was_sent():
    member = receive_expression_of_interest(
        call=CallFactory(),
        **answers(alternate_family_name="Soglo", alternate_email="second@example.org"),
    )

    assert [
        (first.history_type, first.email, first.history_date, first.history_user)
        for focal_point in member.focal_points.order_by("is_alternate")
        for first in focal_point.history.all()
    ] == [("+", "contact@example.org", NOON, None), ("+", "second@example.org", NOON, None)]


def test_receive_acknowledges_to_both_focal_points():
    member = receive_expression_of_interest(
        call=CallFactory(),
        **answers(
            alternate_family_name="Soglo",
            alternate_email="second@example.org",
            alternate_language="en",
        ),
    )

    messages = Message.objects.order_by("pk").values_list("recipient", "language", "subject")
    assert [(recipient, language) for recipient, language, _subject in messages] == [
        ("contact@example.org", "fr"),
        ("second@example.org", "en"),
    ]
    assert [member.reference in subject for *_rest, subject in messages] == [True, True]


def test_receive_repeats_nothing_that_was_typed_but_names():
    receive_expression_of_interest(
        call=CallFactory(),
        **answers(motivation="Buy pills", about="Cheap pills", position="Pill seller"),
    )

    message = Message.objects.get()
    assert "pill" not in (message.subject + message.body).lower()


def test_receive_sent_twice_makes_one_member():
    call = CallFactory()
    first = receive_expression_of_interest(call=call, **answers())

    second = receive_expression_of_interest(call=call, **answers(at=NOON + timedelta(minutes=1)))

    assert second == first
    assert (Member.objects.count(), Message.objects.count(), TimelineEntry.objects.count()) == (
        1,
        1,
        1,
    )


def test_receive_sent_again_after_the_grace_is_still_the_first():
    call = CallFactory()
    first = receive_expression_of_interest(call=call, **answers())

    second = receive_expression_of_interest(call=call, **answers(at=call.grace_ends_at))

    assert second == first


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
    first = receive_expression_of_interest(call=call, **answers())
    if "focus_area" in change:
        change = {"focus_area": FocusAreaFactory(number=change["focus_area"])}

    with pytest.raises(SubmittedWithOtherAnswers, match=first.reference) as refused:
        receive_expression_of_interest(call=call, **answers(**change))

    assert refused.value.member == first
    assert Member.objects.get().organisation_name == "Ministère de l’Économie numérique"


def test_receive_takes_a_second_eoi_under_the_same_name():
    call = CallFactory()
    receive_expression_of_interest(call=call, **answers())

    receive_expression_of_interest(call=call, **answers(submission_key="key-2"))

    assert Member.objects.count() == 2


def test_receive_takes_an_eoi_in_the_first_instant_and_in_the_last_of_the_grace():
    call = CallFactory()

    receive_expression_of_interest(call=call, **answers(at=call.opens_at))
    receive_expression_of_interest(
        call=call,
        **answers(submission_key="key-2", at=call.grace_ends_at - timedelta(microseconds=1)),
    )

    assert Member.objects.count() == 2


@pytest.mark.parametrize("moment", ["before it opens", "when the grace ends"])
def test_receive_refuses_outside_the_call(moment):
    call = CallFactory()
    at = {
        "before it opens": call.opens_at - timedelta(microseconds=1),
        "when the grace ends": call.grace_ends_at,
    }[moment]

    with pytest.raises(CallClosed):
        receive_expression_of_interest(call=call, **answers(at=at))

    assert (Member.objects.count(), Message.objects.count(), TimelineEntry.objects.count()) == (
        0,
        0,
        0,
    )


def test_receive_draws_another_reference_when_one_is_taken(monkeypatch):
    drawn = iter(["P2C-TAKEN2", "P2C-TAKEN2", "P2C-FREE23"])
    monkeypatch.setattr("members.services.intake.new_reference", lambda: next(drawn))
    call = CallFactory()
    receive_expression_of_interest(call=call, **answers())

    second = receive_expression_of_interest(call=call, **answers(submission_key="key-2"))

    assert second.reference == "P2C-FREE23"


@pytest.mark.parametrize("spam_signal", SIGNALS_HOLDING_ACKNOWLEDGEMENT)
def test_receive_keeps_what_is_suspected_and_writes_to_nobody_yet(spam_signal):
    member = receive_expression_of_interest(call=CallFactory(), **answers(spam_signal=spam_signal))

    stored = Member.objects.get(pk=member.pk)
    assert (stored.spam_signal, stored.status) == (spam_signal, MemberStatus.PENDING)
    assert list(Message.objects.all()) == []


def test_receive_acknowledges_what_was_only_sent_in_haste():
    receive_expression_of_interest(call=CallFactory(), **answers(spam_signal=SpamSignal.TOO_FAST))

    assert Member.objects.get().spam_signal == SpamSignal.TOO_FAST
    assert Message.objects.count() == 1


def test_receive_costs_seven_statements_without_an_alternate():
    call = CallFactory()
    given = answers()

    with CaptureQueriesContext(connection) as captured:
        receive_expression_of_interest(call=call, **given)

    statements = [query["sql"] for query in captured if "SAVEPOINT" not in query["sql"]]
    # Member, focal point, timeline entry and message, and two histories; the texts are read once.
    assert len([sql for sql in statements if sql.startswith("INSERT")]) == 6
    assert len(statements) == 7
