"""A real LibreOffice saves an export in its own format and back, and nothing else changes."""

import os
import shutil
import subprocess

import pytest

from members.models import Member
from tests.eoi.form import make_call
from tests.triage.spreadsheets.edited import (
    a_member,
    changes_between,
    edit,
    exported,
    focus_areas,
    imported,
    stored,
)
from tests.triage.spreadsheets.sheets import CSV, XLSX
from tests.triage.staff import officer, signed_in

SOFFICE = shutil.which("soffice")
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.long,
    pytest.mark.skipif(
        not SOFFICE and os.environ.get("CI") != "true",
        reason="LibreOffice is not installed: apt-get install libreoffice-calc",
    ),
]


def saved(content, folder, kind):
    """Return a file that LibreOffice has opened, saved as ODS, opened and saved again."""

    def convert(name, target):
        profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
        command = [SOFFICE, profile, "--headless", "--norestore", "--convert-to", target, name]
        subprocess.run(command, check=True, timeout=200, capture_output=True, cwd=folder)

    (folder / f"export.{kind}").write_bytes(content)
    convert(f"export.{kind}", "ods")
    convert("export.ods", "xlsx")
    return (folder / "export.xlsx").read_bytes()


@pytest.mark.parametrize("kind", [XLSX, CSV])
def test_export_saved_by_libreoffice_changes_exactly_the_edited_cells(kind, tmp_path):
    areas = focus_areas()
    edited, same = (
        a_member(
            first_choice=areas[0],
            # In a CSV file, an office program takes digits for a number.
            acronym="007" if kind == XLSX else "ITU",
            organisation_name=f"Union {number}",
            also_empowering_communities=True,
            publication_consent=True,
            motivation="To connect.\nEach school = 1.",
        )
        for number in range(2)
    )
    content = saved(exported(edited, same, kind=kind), tmp_path, kind)
    before = stored(edited, same)
    edits = {edited.reference: {"acronym": "UNI"}}

    page, done = imported(signed_in(officer()), edit(content, edits), call=make_call())

    assert done.status_code == 302
    assert [row.number for row in page.context["judged"]] == [2]
    assert page.context["parcel"].unchanged == 1
    assert changes_between(before, stored(edited, same)) == {(Member, edited.pk, "acronym"): "UNI"}
