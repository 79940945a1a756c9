"""The pictures of the chapter on import and export."""

import csv
import io

from members.models import Member, MemberStatus


def test_export(desk, take, words):
    page = desk("officer", viewport={"width": 1000, "height": 800})
    page.goto("/admin/members/member/?view=all&status=admitted&category__exact=academia")
    page.get_by_role("link", name=words("Export")).click()

    take(page, "spreadsheets-export", page.locator("#content"))


def test_check_of_an_import(desk, take, words):
    known = Member.objects.filter(status=MemberStatus.ADMITTED).earliest("pk")
    rows = [row("Institut du Sahel", "SN"), row(known.organisation_name, known.country)]
    content = io.StringIO()
    sheet = csv.DictWriter(content, rows[0])
    sheet.writeheader()
    sheet.writerows(rows)
    file = {"name": "eoi.csv", "mimeType": "text/csv", "buffer": content.getvalue().encode()}
    page = desk("officer", viewport={"width": 1100, "height": 800})
    page.goto("/admin/members/member/import/")
    page.get_by_label(words("Spreadsheet")).set_input_files(file)
    page.get_by_role("button", name=words("Check the file")).click()

    heading = page.get_by_role("heading", level=1)
    take(page, "spreadsheets-check", [heading, page.get_by_role("table")])


def row(organisation, country):
    return {
        "organisation_name": organisation,
        "category": "Academia",
        "country": country,
        "focus_area": "1",
        "role": "Participant",
        "motivation": "We want to help.",
        "family_name": "Diop",
        "position": "Director",
        "email": f"director@{country.lower()}.example.org",
        "language": "French",
        "time_zone": "UTC",
        "is_authorised": "yes",
        "privacy_consent": "yes",
    }
