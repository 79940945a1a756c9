"""Imports of a spreadsheet: all rows or none, and no row twice."""

import pytest

from core.spreadsheet_parsing import parse_spreadsheet
from members.models import FocalPoint, Member, MemberStatus, Origin, TimelineEntry
from outbox.models import Message
from tests.factories import (
    NOON,
    CallFactory,
    FocalPointFactory,
    MemberFactory,
    UserFactory,
)
from tests.triage.spreadsheets.sheets import a_row, rows_of_many, sheet
from triage.spreadsheets.forms.results import Fault
from triage.spreadsheets.forms.rows import recognise, rows_of, validate_rows
from triage.spreadsheets.models import Import, ImportChannel, ImportedRow
from triage.spreadsheets.services.corrections import RowRejected
from triage.spreadsheets.services.imports import NothingToImport, import_rows

EARLIER = "2021-10-20"
QUERIES_ONCE, QUERIES_A_ROW = 8, 8


def judged(*rows, call, at=NOON):
    return validate_rows(call, rows_of(parse_spreadsheet(sheet(*rows))), by=UserFactory(), at=at)


def rows_to_take_in(*rows, call):
    found = judged(*rows, call=call)
    assert [each.errors for each in found] == [[] for _row in rows]
    return [each.row for each in found]


def taken_in(*rows, call, **changes):
    facts = {
        "file_name": "mails.xlsx",
        "channel": ImportChannel.MAIL,
        "by": UserFactory(),
        "at": NOON,
    }
    return import_rows(call=call, rows=rows_to_take_in(*rows, call=call), **{**facts, **changes})


def stored():
    models = (Member, FocalPoint, TimelineEntry, Import, ImportedRow, Message, Member.history)
    return [getattr(model, "objects", model).count() for model in models]


def test_take_in_makes_a_pending_member_of_each_row_and_says_where_it_came_from_and_by_whom():
    by, call = UserFactory(name="Amina Diallo"), CallFactory()

    made = taken_in(
        a_row(submitted_at=EARLIER),
        call=call,
        channel=ImportChannel.FORM,
        note="In the shared mailbox.",
        by=by,
    )

    assert (made.by, made.by_name, made.at, made.call) == (by, "Amina Diallo", NOON, call)
    assert (made.file_name, made.row_count, made.channel) == ("mails.xlsx", 1, ImportChannel.FORM)
    assert (made.note, made.is_acknowledged) == ("In the shared mailbox.", False)
    member = Member.objects.get()
    assert member.origin == Origin.SPREADSHEET
    assert member.imported_row.spreadsheet_import == made
    assert (member.status, member.call) == (MemberStatus.PENDING, call)
    assert member.submitted_at.isoformat() == "2021-10-20T10:00:00+00:00"
    assert (member.organisation_name, member.country) == ("Ministry of Digital Affairs", "KE")
    assert member.privacy_version != ""
    focal_point = member.focal_points.get()
    assert (focal_point.email, focal_point.phone) == ("wanjiku@example.org", "+254712345678")
    assert focal_point.time_zone == "Africa/Nairobi"
    entry = TimelineEntry.objects.get()
    assert (entry.kind, entry.at, entry.by_user, entry.by_name) == ("received", NOON, by, by.name)
    assert {row.history_user for row in (*Member.history.all(), *FocalPoint.history.all())} == {by}
    assert list(Message.objects.all()) == []


def test_take_in_with_acknowledgement_writes_the_usual_one_to_each():
    rows = rows_of_many(2, submitted_at=EARLIER)

    made = taken_in(*rows, call=CallFactory(), with_acknowledgement=True)

    assert made.is_acknowledged
    letters = Message.objects.order_by("recipient")
    assert [letter.recipient for letter in letters] == [
        "union-0@example.org",
        "union-1@example.org",
    ]
    # Due now and not when the EOIs arrived, or the portal would report that mail is late.
    assert {letter.due_at for letter in letters} == {NOON}


@pytest.mark.parametrize(
    ("row", "ticked", "why"),
    [
        ({"phone": "+254712345678", "submitted_at": EARLIER}, [], "was already imported"),
        ({}, [2], "was already imported"),
        (
            {"motivation": "Every clinic."},
            [],
            "or is similar to an organisation and was not ticked",
        ),
    ],
    ids=["the same", "the same, ticked", "alike"],
)
def test_take_in_of_what_is_there_or_alike_alone_takes_in_nothing(row, ticked, why):
    call = CallFactory()
    taken_in(a_row(), call=call)
    before = stored()

    with pytest.raises(NothingToImport, match=why):
        taken_in(a_row(**row), call=call, though_alike=ticked)

    assert stored() == before


def test_take_in_skips_what_is_there_or_like_a_member_unless_somebody_says_so():
    call = CallFactory()
    taken_in(a_row(), rows_of_many(1)[0], call=call)
    alike = [a_row(motivation="Every clinic."), a_row(motivation="Every port.")]

    made = taken_in(*alike, *rows_of_many(2), call=call, though_alike=[3])

    assert made.row_count == 2
    members = Member.objects.filter(imported_row__spreadsheet_import=made).order_by("pk")
    assert [(member.organisation_name, member.motivation) for member in members] == [
        ("Ministry of Digital Affairs", "Every port."),
        ("Union 1", members[1].motivation),
    ]
    assert Member.objects.count() == 4


def test_same_row_for_another_call_is_like_the_member_and_not_the_same():
    taken_in(a_row(), call=CallFactory())
    call = CallFactory()

    [found] = recognise(judged(a_row(), call=call))
    taken_in(a_row(), call=call, though_alike=[2])

    assert (found.same, [alike.member for alike in found.alike]) == (
        None,
        [Member.objects.order_by("pk").first()],
    )
    assert Member.objects.count() == 2


def test_take_in_refuses_all_where_one_row_came_too_late():
    call = CallFactory()
    rows = rows_to_take_in(*rows_of_many(3), call=call)
    call.closes_at = call.grace_ends_at = NOON
    call.save()
    before = stored()

    with pytest.raises(
        RowRejected, match=r"Nothing was imported\. Row 2: This call is not accepting"
    ):
        import_rows(
            call=call,
            rows=rows,
            file_name="x",
            channel=ImportChannel.MAIL,
            by=UserFactory(),
            at=NOON,
        )

    assert stored() == before


@pytest.mark.parametrize("number", [1, 3])
def test_take_in_asks_the_same_for_each_row(number, django_assert_num_queries):
    rows = rows_to_take_in(*rows_of_many(number), call=(call := CallFactory()))
    by = UserFactory()

    with django_assert_num_queries(QUERIES_ONCE + QUERIES_A_ROW * number):
        import_rows(call=call, rows=rows, file_name="x", channel=ImportChannel.MAIL, by=by, at=NOON)


@pytest.mark.parametrize(
    ("changes", "errors"),
    [
        ({"email": "a@b"}, [
            ("Email", "Enter a valid email address, like name@example.org")
        ]),
        (
            {"country": "Atlantis", "phone": ""},
            [("Country", "Choose the country of the headquarters from the list")],
        ),
        (
            {"country": "US", "phone": ""},
            [("Time zone", ("Enter the time zone, for example America/New_York. The country "
                            "has several."))],
        ),
        ({"privacy_consent": "No"}, [
            (
                "Agreed to the privacy notice",
                "We can only accept your answers if you agree to the privacy notice",
            )
        ]),
        ({"privacy_consent": "perhaps"}, [("Agreed to the privacy notice", "Enter yes or no.")]),
        ({"submitted_at": "2021-10-26"}, [("Received on", "The date must not be in the future.")]),
        ({"alternate_given_name": "Grace"}, [
            (
                "Family name of the alternate",
                ("Enter the family name of the alternate focal point, or leave the whole section "
                 "empty"),
            ),
            (
                "Email address of the alternate",
                ("Enter the email address of the alternate focal point, or leave the whole "
                 "section empty"),
            ),
        ]),
    ],
    ids=lambda value: ",".join(value) if isinstance(value, dict) else "",
)  # fmt: skip
def test_judge_says_of_each_column_what_the_form_says(changes, errors):
    [found] = judged(a_row(**changes), call=CallFactory())

    assert [(fault.heading, fault.sentence) for fault in found.errors] == errors
    assert {fault.row for fault in found.errors} == {2}
    assert found.row is None


def test_judge_takes_today_before_noon_and_no_day_for_now():
    morning = NOON.replace(hour=7)

    rows = [a_row(submitted_at="2021-10-25"), rows_of_many(1)[0]]

    today, unnamed = judged(*rows, call=CallFactory(), at=morning)

    assert (today.errors, today.row.received_at, unnamed.row.received_at) == ([], morning, morning)


def test_judge_refuses_the_same_row_twice_in_a_file():
    other = a_row(email="other@example.org")

    found = judged(a_row(), other, a_row(submitted_at=EARLIER), call=CallFactory())

    assert [each.errors for each in found] == [
        [],
        [],
        [Fault(4, "Same as row 2. Remove one of the two rows.")],
    ]


def test_judge_knows_a_member_by_its_reference_whatever_else_the_row_says():
    member = MemberFactory(reference="P2C-7K3MQ9")
    rows = [
        a_row(reference="P2C-7K3MQ9"),
        a_row(reference=" p2c-7k3mq9 ", email="a@b", submitted_at="2020-01-01"),
        a_row(reference="P2C-222222", email="a@b"),
    ]

    known, again, unknown = judged(*rows, call=CallFactory())

    assert (known.same, known.errors, known.row) == (member, [], None)
    same_reference = "Same reference as row 2. Remove one of the two rows."
    assert again.errors == [Fault(3, same_reference, "Reference", "p2c-7k3mq9")]
    assert (unknown.same, unknown.row) == (None, None)
    no_organisation = (
        "No organisation has this reference. Correct it, or leave it empty for a new applicant."
    )
    assert unknown.errors == [
        Fault(4, no_organisation, "Reference", "P2C-222222"),
        Fault(4, "Enter a valid email address, like name@example.org", "Email", "a@b"),
    ]


def test_recognise_knows_by_submission_key_what_was_taken_in_before_and_corrected_since():
    call = CallFactory()
    taken_in(a_row(), call=call)
    Member.objects.update(organisation_name="Ministry of Stars")

    [found] = recognise(judged(a_row(), call=call))

    assert (found.same, found.alike, found.is_new) == (Member.objects.get(), [], False)


def test_recognise_says_which_members_a_row_is_like_and_why_those_with_most_reasons_first():
    call = CallFactory()
    person = {"given_name": "Wanjikũ", "family_name": "Ng’ang’a"}
    namesake = FocalPointFactory(member__country="KE", **person).member
    closer = FocalPointFactory(
        member__country="KE", member__organisation_name="Ministry of Digital Affairs", **person
    ).member

    first, second = recognise(judged(a_row(), rows_of_many(1)[0], call=call))

    assert [(alike.member, alike.reasons) for alike in first.alike] == [
        (closer, ["same name or acronym", "same person"]),
        (namesake, ["same person"]),
    ]
    assert (first.is_new, second.alike, second.is_new) == (False, [], True)


def test_recognise_knows_the_alternate_of_a_row():
    alternate = FocalPointFactory(is_alternate=True, email="grace@example.org")
    row = a_row(alternate_family_name="Hopper", alternate_email="Grace@example.org")

    [found] = recognise(judged(row, call=CallFactory()))

    assert [alike.member for alike in found.alike] == [alternate.member]
