"""Rows of an edited export that change nothing: each is refused by name, and the others are not."""

import pytest

from members.models import Member
from tests.eoi.form import make_call, words_of
from tests.triage.spreadsheets.edited import (
    WHY,
    a_colleague_corrects,
    a_member,
    changes_between,
    edit,
    exported,
    imported,
    stored,
)
from tests.triage.spreadsheets.sheets import (
    UPLOAD,
    XLSX,
    confirm,
    upload,
)
from tests.triage.staff import officer, signed_in, told
from triage.spreadsheets.services.columns import MemberSheet

LOCKED = {
    "status": "Admitted",
    "call": "Another call",
    "decided_by": "Amina Diallo",
    "admitted_to": "2",
    "granted_role": "Co-lead",
    "assignee": "Amina Diallo",
    "suspected": "maybe",
    "submitted_at": "25/10/2021",
    "reasons": "Not eligible",
    "region": "Africa",
    "groups": "LDC",
    "privacy_consent": "No",
    "is_authorised": "No",
    "decided_at": "2021-10-25",
}


def test_cell_that_an_import_cannot_change_refuses_its_row_by_name_and_value():
    *locked, other = [a_member() for _n in range(len(LOCKED) + 1)]
    edits = {
        member.reference: {name: cell, "acronym": "UNI"}
        for member, (name, cell) in zip(locked, LOCKED.items(), strict=True)
    }
    edits[other.reference] = {"acronym": "UNI"}
    before = stored(*locked, other)
    content = edit(exported(*locked, other), edits)

    page, done = imported(signed_in(officer()), content, call=make_call())

    *refused, _corrected = page.context["judged"]
    faults = [fault for row in refused for fault in row.refusals]
    assert {fault.heading: fault.value for fault in faults} == {
        str(MemberSheet.fields[name].column_name): cell for name, cell in LOCKED.items()
    }
    assert {fault.sentence.partition("“")[0] for fault in faults} == {
        "An import cannot change this. The portal has "
    }
    assert f"{len(LOCKED)} rows are refused and change nothing." in words_of(page)
    assert done.status_code == 302
    assert changes_between(before, stored(*locked, other)) == {(Member, other.pk, "acronym"): "UNI"}


def test_alternate_can_only_be_added_by_the_organisation():
    member = a_member(has_alternate=False)
    edits = {member.reference: {"alternate_email": "a@example.org"}}

    page = upload(signed_in(officer()), edit(exported(member), edits), call=make_call())

    [row] = page.context["judged"]
    assert [(fault.heading, fault.value) for fault in row.refusals] == [
        ("Email address of the alternate", "a@example.org")
    ]
    assert "Only the organisation can add one." in words_of(page)
    assert "Correct 1" not in words_of(page)


def test_row_whose_member_changed_after_the_export_is_refused_and_the_others_are_not():
    members = [a_member() for _n in range(3)]
    content = edit(
        exported(*members), {member.reference: {"about": "New."} for member in members[:2]}
    )
    for member in (members[0], members[2]):
        a_colleague_corrects(member)

    page, done = imported(signed_in(officer()), content, call=make_call())

    stale, _corrected, untouched = page.context["judged"]
    assert [stale.number, untouched.number] == [2, 4]
    for row in (stale, untouched):
        assert [fault.sentence for fault in row.refusals] == [
            (
                "Changed after the export. Answers corrected: Amina Diallo, Monday "
                "25 October 2021, 14:00 Geneva (UTC+2). Export it again."
            )
        ]
    assert told(signed_in(officer()).get(UPLOAD)) == []
    abouts = Member.objects.filter(about="New.")
    assert (done.status_code, [*abouts]) == (302, [members[1]])


@pytest.mark.parametrize("version", ["", "x", "99", "-1", "1.5"])
def test_row_without_the_version_of_its_member_is_refused(version):
    member = a_member()
    edits = {member.reference: {"acronym": "UNI", "version": version}}

    page = upload(signed_in(officer()), edit(exported(member), edits, XLSX), call=make_call())

    [row] = page.context["judged"]
    assert len(row.refusals) == 1
    assert page.context["corrected"] == 0


def test_row_is_refused_if_a_colleague_corrects_it_between_the_check_and_the_confirmation():
    members, call, client = [a_member(), a_member()], make_call(), signed_in(officer())
    edits = {member.reference: {"about": "New."} for member in members}
    page = upload(client, edit(exported(*members), edits), call=call)
    a_colleague_corrects(members[0])
    before = stored(*members)

    refused = confirm(client, page, note=WHY)
    nothing = changes_between(before, stored(*members))
    done = confirm(client, refused, note=WHY)

    assert refused.status_code == 409
    assert "Nothing was imported: somebody changed what you checked" in words_of(refused)
    assert refused.context["form"]["note"].value() == WHY
    assert (nothing, refused.context["corrected"], refused.context["refused"]) == ({}, 1, 1)
    assert done.status_code == 302
    members[0].refresh_from_db()
    assert (members[0].acronym, members[0].about == "New.") == ("NEW", False)
    assert [*Member.objects.filter(about="New.")] == [members[1]]
