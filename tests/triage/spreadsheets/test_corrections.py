"""An edited export corrects its members: exactly the edited cells, and nothing that is newer."""

import re

import pytest
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.models import ListReading
from core.spreadsheet_parsing import FormulaText
from members.models import FocalPoint, Member, MemberStatus, TimelineEntry
from outbox.models import Message
from tests.eoi.form import make_call, words_of
from tests.factories import NOON, FocusAreaFactory, ImportFactory, UserFactory
from tests.triage.spreadsheets.edited import (
    WHY,
    a_colleague_corrects,
    a_member,
    changes_between,
    edit,
    exported,
    focus_areas,
    imported,
    stored,
)
from tests.triage.spreadsheets.sheets import (
    CSV,
    UPLOAD,
    XLSX,
    a_row,
    confirm,
    rows_of_many,
    sheet,
    upload,
)
from tests.triage.staff import coordinator, may, observer, officer, signed_in, told
from triage.spreadsheets.forms.corrections import CORRECTABLE
from triage.spreadsheets.models import Import
from triage.spreadsheets.services.columns import MemberSheet

KINDS = pytest.mark.parametrize("kind", [CSV, XLSX])
MEMBER, FOCAL_POINT, ALTERNATE = "member", "focal point", "alternate"
# What may be written into a cell, and what the database has then.
EDITS = {
    "organisation_name": (MEMBER, [
        ("=1+1 Ltd", {"organisation_name": "=1+1 Ltd"}),
        ("Ünion; of, “all”", {"organisation_name": "Ünion; of, “all”"}),
    ]),
    "acronym": (MEMBER, [("", {"acronym": ""}), ("-5 °C", {"acronym": "-5 °C"})]),
    "category": (MEMBER, [("Other", {"category": "other"}), ("État Membre", {
        "category": "member_state",
    })]),
    "country": (MEMBER, [("Kenya", {"country": "KE"}), ("FR", {"country": "FR"})]),
    "website": (MEMBER, [("https://p2c.example/", {"website": "https://p2c.example/"})]),
    "about": (MEMBER, [("One.\nTwo.", {"about": "One.\nTwo."}), ("", {"about": ""})]),
    "further_focus_areas": (MEMBER, [("4; 3", {
        "also_building_digital_ecosystems": True, "also_incentivizing_investments": True,
    })]),
    "role": (MEMBER, [("Observer", {"role": "observer"})]),
    "contributions": (MEMBER, [("policy; Financial", {
        "contributes_policy": True, "contributes_financial": True,
    })]),
    "motivation": (MEMBER, [("@home\n+ more", {"motivation": "@home\n+ more"})]),
    "title": (FOCAL_POINT, [("Dr", {"title": "dr"})]),
    "given_name": (FOCAL_POINT, [("Wanjikũ", {"given_name": "Wanjikũ"})]),
    "family_name": (FOCAL_POINT, [("Ng’ang’a", {"family_name": "Ng’ang’a"})]),
    "position": (FOCAL_POINT, [("Minister", {"position": "Minister"})]),
    "email": (FOCAL_POINT, [("new@example.org", {"email": "new@example.org"})]),
    "phone": (FOCAL_POINT, [("+254 712 345678", {"phone": "+254712345678"}), ("", {"phone": ""})]),
    "language": (FOCAL_POINT, [("French", {"language": "fr"})]),
    "time_zone": (FOCAL_POINT, [("Africa/Nairobi", {"time_zone": "Africa/Nairobi"})]),
    "alternate_title": (ALTERNATE, [("Ms", {"title": "ms"})]),
    "alternate_given_name": (ALTERNATE, [("Grace", {"given_name": "Grace"})]),
    "alternate_family_name": (ALTERNATE, [("Hopper", {"family_name": "Hopper"})]),
    "alternate_position": (ALTERNATE, [("Chair", {"position": "Chair"})]),
    "alternate_email": (ALTERNATE, [("other@example.org", {"email": "other@example.org"})]),
    "alternate_phone": (ALTERNATE, [("+254 712 345678", {"phone": "+254712345678"})]),
    "alternate_language": (ALTERNATE, [("Arabic", {"language": "ar"})]),
    "alternate_time_zone": (ALTERNATE, [("Asia/Kathmandu", {"time_zone": "Asia/Kathmandu"})]),
    "publication_consent": (MEMBER, [("x", {"publication_consent": True})]),
    "newsletter": (MEMBER, [("Oui", {"newsletter": True})]),
}  # fmt: skip
CELLS = {
    name: st.sampled_from(edits).map(lambda edit, table=table: (table, *edit))
    for name, (table, edits) in EDITS.items()
}
SOME = st.fixed_dictionaries({}, optional=CELLS)


def expected(member, edits):
    """What the edits of one row change in the database."""
    people = {person.is_alternate: person for person in member.focal_points.all()}
    rows = {MEMBER: member, FOCAL_POINT: people[False], ALTERNATE: people[True]}
    return {
        (type(rows[table]), rows[table].pk, column): value
        for table, _cell, values in edits.values()
        for column, value in values.items()
    }


@settings(max_examples=30)
@given(
    kind=st.sampled_from([XLSX, CSV]), several=st.lists(SOME, min_size=2, max_size=2).filter(any)
)
def test_edited_export_changes_exactly_the_edited_cells(kind, several):
    call, areas, client = make_call(), focus_areas(), signed_in(officer())
    members = [a_member(first_choice=areas[0], call=call) for _each in several]
    content = exported(*members, kind=kind)
    cells = {
        member.reference: {name: cell for name, (_table, cell, _values) in edits.items()}
        for member, edits in zip(members, several, strict=True)
    }
    before = stored(*members)

    page, done = imported(client, edit(content, cells, kind), call=call)

    assert done.status_code == 302, words_of(done)
    wanted = [expected(member, edits) for member, edits in zip(members, several, strict=True)]
    assert changes_between(before, stored(*members)) == wanted[0] | wanted[1]
    assert page.context["cells"] == sum(map(len, several))
    assert Message.objects.count() == 0
    client.get(done.url)
    again = upload(client, edit(content, cells, kind), call=call)
    assert (again.context["judged"], again.context["parcel"].unchanged) == ([], 2)


def test_each_column_that_an_import_may_correct_is_corrected_alone():
    # The first choice also changes the further areas, and has a test of its own.
    assert set(EDITS) == set(CORRECTABLE) - {"focus_area"}
    call, areas = make_call(), focus_areas()
    cells = [(name, *edit) for name, (_table, edits) in EDITS.items() for edit in edits]
    members = [a_member(first_choice=areas[0], call=call) for _each in cells]
    edits = zip(members, cells, strict=True)
    before = stored(*members)

    content = edit(
        exported(*members),
        {member.reference: {name: cell} for member, (name, cell, _values) in edits},
    )
    page, _done = imported(signed_in(officer()), content, call=call)

    wanted = {}
    for member, (name, cell, values) in zip(members, cells, strict=True):
        wanted |= expected(member, {name: (EDITS[name][0], cell, values)})
    after = stored(*members)
    assert changes_between(before, after) == {
        key: value for key, value in wanted.items() if before[key] != value
    }
    assert page.context["cells"] == len(cells)


@KINDS
@pytest.mark.parametrize("reader", ["en", "fr"])
def test_export_in_any_language_that_nobody_edited_changes_nothing(kind, reader):
    areas = focus_areas()
    facts = {"status": MemberStatus.ADMITTED, "focus_area": areas[1], "granted_role": "co_lead"}
    members = [
        a_member(first_choice=areas[0], country="NP", assignee=UserFactory(), **facts),
        a_member(first_choice=areas[0], has_alternate=False, status=MemberStatus.DECLINED),
    ]
    client, now = signed_in(officer()), timezone.now()
    client.cookies["django_language"] = reader
    response = client.post("/admin/members/member/export/?view=all", {"format": kind})
    content = b"".join(response.streaming_content)
    client.cookies["django_language"] = "en"

    page = upload(client, content, call=make_call())

    assert page.context["parcel"].unchanged == len(members)
    assert "2 rows are the same as in the portal." in words_of(page)
    assert not Member.history.filter(history_date__gte=now, history_type="~").exists()


def test_check_shows_field_from_and_to_and_changes_nothing_yet():
    member = a_member(organisation_name="Union", country="CH")
    call, client = make_call(), signed_in(officer())
    edits = {member.reference: {"country": "Kenya", "email": "new@example.org", "acronym": ""}}
    before = stored(member)

    page = upload(client, edit(exported(member), edits), call=call)

    person = member.focal_points.get(is_alternate=False)
    words = words_of(page)
    assert f"Will be corrected: {member.reference} · Union" in words
    for change in (
        "Acronym: 007 –",
        "Country: Switzerland Kenya",
        f"Email: {person.email} new@example.org",
        "1 organisation will be corrected. 3 answers change. No email is sent.",
        "The email address of 1 organisation changes",
        "Correct 1 organisation",
    ):
        assert change in words
    assert "How were they received?" not in words
    assert stored(member) == before
    assert ListReading.objects.get(record_type="members.member", kind="page").row_count == 1


def test_long_text_is_shown_where_it_differs():
    words = ["word"] * 140
    member = a_member(about=" ".join(words))
    edits = {member.reference: {"about": " ".join([*words, "changed"])}}

    page = upload(signed_in(officer()), edit(exported(member), edits), call=make_call())

    [row] = page.context["judged"]
    [change] = row.changes
    assert change["field"] == "About the organisation"
    assert change["new"].endswith("word changed")
    assert max(len(change["old"]), len(change["new"])) <= 300


def test_correction_is_on_the_timeline_of_the_member_and_in_the_record_of_the_import():
    member, other = a_member(), a_member()
    user, call = officer(name="Amina Diallo"), make_call()
    client = signed_in(user)
    edits = {member.reference: {"acronym": "UNI"}}

    _page, done = imported(client, edit(exported(member, other), edits), call=call)

    made = Import.objects.get()
    assert done.url == f"/admin/triage/import/{made.pk}/change/"
    entry = member.timeline.get()
    assert (entry.kind, entry.by_user, entry.at, entry.is_public) == (
        "corrected", user, made.at, False,
    )  # fmt: skip
    assert entry.note == f"{WHY} (from the spreadsheet edited.xlsx)"
    assert (made.row_count, made.corrected_count, made.call, made.channel) == (0, 1, None, "")
    assert (made.note, made.file_name) == (WHY, "edited.xlsx")
    page = client.get(done.url)
    assert told(page) == ["Imported: 0. Corrected: 1. Skipped: 1."]
    assert member.reference in words_of(page)
    assert other.reference not in words_of(page)
    assert Message.objects.count() == 0


def test_new_rows_and_edited_ones_come_in_one_file():
    member, call, client = a_member(), make_call(), signed_in(officer())
    row = {"reference": member.reference, "version": str(member.version), "acronym": "UNI"}
    # The answers of the member that are required.
    book = {name: str(MemberSheet().fields[name].export(loaded(member))) for name in a_row()}
    content = sheet({**book, **row}, *rows_of_many(2))

    page = upload(client, content, call=call)
    asked = confirm(client, page, note="", channel="mail")
    done = confirm(client, page, note=WHY, channel="mail")

    assert (page.context["new"], page.context["corrected"]) == (2, 1)
    assert "Import and correct" in words_of(page)
    assert asked.context["form"].errors["note"] == ["Give the reason for the correction."]
    assert told(client.get(done.url)) == ["Imported: 2. Corrected: 1. Skipped: 0."]
    made = Import.objects.get()
    assert (made.row_count, made.corrected_count, made.call) == (2, 1, call)
    member.refresh_from_db()
    assert member.acronym == "UNI"


def loaded(member):
    [found] = MemberSheet().loaded(Member.objects.filter(pk=member.pk), at=NOON)
    return found


def test_columns_that_were_deleted_are_left_alone():
    member, client = a_member(), signed_in(officer())
    before = stored(member)
    row = {"reference": member.reference.lower(), "version": "1", "acronym": "UNI"}

    _page, done = imported(client, sheet(row), call=make_call())

    assert done.status_code == 302
    assert changes_between(before, stored(member)) == {(Member, member.pk, "acronym"): "UNI"}


def test_first_choice_leaves_the_further_areas_and_both_changes_are_shown():
    areas = focus_areas()
    member = a_member(first_choice=areas[0], also_empowering_communities=True)
    edits = {member.reference: {"focus_area": "2"}}
    before = stored(member)

    page, _done = imported(signed_in(officer()), edit(exported(member), edits), call=make_call())

    [row] = page.context["judged"]
    assert [change["field"] for change in row.changes] == ["First choice", "Also interested in"]
    assert changes_between(before, stored(member)) == {
        (Member, member.pk, "first_choice_id"): areas[1].pk,
        (Member, member.pk, "also_empowering_communities"): False,
    }


def test_confirming_twice_corrects_once():
    member, call, client = a_member(), make_call(), signed_in(officer())
    edits = {member.reference: {"acronym": "UNI"}}
    page, _done = imported(client, edit(exported(member), edits), call=call)

    again = confirm(client, page, note=WHY)

    assert again.status_code == 409
    assert (TimelineEntry.objects.count(), Import.objects.count()) == (1, 1)


def test_member_whose_personal_data_was_deleted_is_not_filled_in_again():
    member = a_member(status=MemberStatus.DECLINED)
    content = exported(member)
    Member.objects.filter(pk=member.pk).update(personal_data_deleted_at=NOON)
    FocalPoint.objects.filter(member=member).update(family_name="[deleted]", email="gone@x.invalid")
    before = stored(member)

    page = upload(signed_in(officer()), content, call=make_call())

    [row] = page.context["judged"]
    assert [fault.sentence for fault in row.refusals] == [
        "The personal data of this expression of interest was deleted on Monday 25 October 2021."
    ]
    assert "Correct 1" not in words_of(page)
    assert stored(member) == before


def test_who_may_not_correct_imports_new_rows_only():
    area = FocusAreaFactory(number=1)
    mine = {"status": MemberStatus.ADMITTED, "focus_area": area}
    member, hidden = a_member(**mine), a_member(organisation_name="Secret Union")
    content = edit(
        exported(member, hidden),
        {each.reference: {"about": "New."} for each in (member, hidden)},
    )
    to_read = signed_in(may(coordinator(area), "import_member"))
    to_correct = signed_in(may(may(coordinator(area), "import_member"), "correct_member"))
    call = make_call()

    skipped = upload(to_read, content, call=call)
    corrected = upload(to_correct, content, call=call)

    assert "Rows that have a reference are skipped" in words_of(to_read.get(UPLOAD))
    assert "edit an exported file to correct answers" in words_of(to_correct.get(UPLOAD))
    assert (skipped.context["same"], skipped.context["corrected"]) == (2, 0)
    assert (corrected.context["same"], corrected.context["corrected"]) == (1, 1)
    for page in (skipped, corrected):
        assert f"Already imported: {hidden.reference} " in words_of(page)
    assert "First line" in words_of(corrected)
    assert "First line" not in words_of(skipped)


def test_every_fault_of_a_file_is_listed_with_its_value_and_what_is_allowed():
    members, client = [a_member(), a_member()], signed_in(officer())
    edits = {
        members[0].reference: {
            "email": "a@b",
            "category": "Club " * 30,
            "about": FormulaText("=1+1"),
        },
        members[1].reference: {"status": "Admitted", "publication_consent": "perhaps"},
    }

    page = upload(client, edit(exported(*members), edits), call=make_call())

    faults = [(each.row, each.heading, each.value) for each in page.context["faults"]]
    shortened = f"{('Club ' * 16)[:79]}…"
    assert sorted(faults) == sorted(
        [
            (2, "Category", shortened),
            (2, "About the organisation", "=1+1"),
            (2, "Email", "a@b"),
            (3, "May be listed publicly", "perhaps"),
            (3, "Status", "Admitted"),
        ]
    )
    words = words_of(page)
    assert page.status_code == 422
    assert "This is a formula or an error. Replace it with its value." in words
    assert "Member State; ITU-D Sector Member; Academia" in words
    assert stored(*members)[Member, members[0].pk, "category"] == "academia"


def test_list_of_faults_ends_after_200_and_counts_the_rest():
    rows = rows_of_many(210, country="Atlantis", phone="")

    page = upload(signed_in(officer()), sheet(*rows), call=make_call())

    assert len(page.context["faults"]) == 200
    assert "And 10 more errors." in words_of(page)


def test_record_of_a_correction_can_be_read_by_observers():
    made = ImportFactory(row_count=0, corrected_count=2, call=None, channel="")

    page = signed_in(observer()).get(f"/admin/triage/import/{made.pk}/change/")

    assert page.status_code == 200
    assert not re.search("origin=import", page.text)


@pytest.mark.parametrize("number", [1, 3])
def test_check_and_confirmation_ask_as_often_for_many_rows_as_for_one(
    number, django_assert_num_queries
):
    areas, call, client = focus_areas(), make_call(), signed_in(officer())
    groups = [[a_member(first_choice=areas[0]) for _n in range(number)] for _kind in range(3)]
    edited, stale, unchanged = groups
    content = edit(
        exported(*edited, *stale, *unchanged),
        {member.reference: {"about": "New."} for member in (*edited, *stale)},
    )
    for member in stale:
        a_colleague_corrects(member)

    with django_assert_num_queries(CHECK_QUERIES):
        page = upload(client, content, call=call)
    with django_assert_num_queries(CONFIRM_QUERIES + CORRECTION_QUERIES * number):
        confirm(client, page, note=WHY)


# Two of the first record that the person has read what these members say, and one is for the
# counts of the bar.
CHECK_QUERIES, CONFIRM_QUERIES, CORRECTION_QUERIES = 15, 19, 10
