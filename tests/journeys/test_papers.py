"""A coordinator adds papers, and a member downloads them: in a browser, with real files."""

import hashlib
import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from focus_areas.models import FocusArea
from meetings.models import Meeting
from p2c_portal.demonstration.meetings import small_pdf
from papers.models import Paper
from tests.papers.files import EXE, office
from tests.participation.people import account_of, focal_point_in, meeting_of
from tests.triage.staff import coordinator

pytestmark = pytest.mark.django_db(transaction=True)

NOW = timezone.now()
PDF = small_pdf("Minutes of the third meeting")


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "kept"
    return tmp_path


@pytest.fixture
def area():
    Meeting.objects.all().delete()
    return FocusArea.objects.get(number=2)


@pytest.fixture
def past(area):
    return meeting_of(area, title="Third meeting", starts_at=NOW - timedelta(days=2))


@pytest.fixture
def person(area):
    return focal_point_in(area, email="wanjiku@example.org", time_zone="Africa/Nairobi")


def choose(page, name, content):
    page.get_by_label("File:", exact=True).set_input_files(
        {"name": name, "mimeType": "application/octet-stream", "buffer": content}
    )


def saved(page, link):
    with page.expect_download() as download:
        link.click()
    return download.value.suggested_filename, Path(download.value.path()).read_bytes()


@pytest.mark.sample
def test_coordinator_adds_minutes_and_a_member_downloads_them(
    page_of, area, past, person, assert_sound
):
    desk = page_of(coordinator(area))
    desk.goto(f"/admin/meetings/meeting/{past.pk}/change/")
    desk.get_by_role("main").get_by_role("link", name="Papers").click()
    expect(desk.get_by_text("This meeting has no papers yet.")).to_be_visible()
    assert_sound(desk)
    desk.get_by_role("link", name="Add a paper").click()

    desk.get_by_label("Title:").fill("Minutes of the third meeting")
    choose(desk, "Minutes.pdf", EXE)
    desk.get_by_role("button", name="Add paper").click()
    expect(
        desk.get_by_text("The file is a program or a script, regardless of its name.")
    ).to_be_visible()
    expect(desk.get_by_label("Title:")).to_have_value("Minutes of the third meeting")
    expect(desk.get_by_label("Kind:")).to_have_value("minutes")
    assert_sound(desk)
    choose(desk, "محضر الاجتماع.pdf", PDF)
    desk.get_by_role("button", name="Add paper").click()
    expect(desk.get_by_text("“Minutes of the third meeting” was added.")).to_be_visible()
    assert_sound(desk)

    desk.get_by_role("link", name="Add a version or a language").click()
    assert_sound(desk)
    desk.get_by_label("Language of the file:").select_option("fr")
    choose(desk, "Compte rendu.docx", office("docx"))
    desk.get_by_label("What changed:").fill("Corrections of the secretariat")
    desk.get_by_role("button", name="Add file").click()
    expect(desk.get_by_role("cell", name="Version 2")).to_be_visible()
    assert saved(desk, desk.get_by_role("link", name="محضر الاجتماع.pdf")) == (
        "محضر الاجتماع.pdf",
        PDF,
    )

    member = page_of(account_of(person))
    member.goto("/en/my/")
    expect(member.get_by_role("heading", name="New to you")).to_be_visible()
    member.get_by_role("navigation", name="Your pages").get_by_role("link", name="Papers").click()
    assert_sound(member)
    name, content = saved(
        member, member.get_by_role("main").get_by_role("link", name=re.compile("Français"))
    )
    assert (name, content) == ("Compte rendu.docx", office_as_kept())
    member.get_by_text("Earlier versions").click()
    name, content = saved(
        member, member.get_by_role("main").get_by_role("link", name=re.compile("English"))
    )
    assert (name, content) == ("محضر الاجتماع.pdf", PDF)
    member.goto(f"/en/my/meetings/{past.uid}/")
    expect(member.get_by_text("Corrections of the secretariat")).to_be_visible()
    assert_sound(member)


def office_as_kept():
    with Paper.objects.get().versions.get(number=2).file.open() as file:
        content = file.read()
    version = Paper.objects.get().versions.get(number=2)
    assert hashlib.sha256(content).hexdigest() == version.sha256
    return content
