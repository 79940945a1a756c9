"""A focal point saves what is known of them, in a browser, and reads it there."""

import pytest
from playwright.sync_api import expect

from focus_areas.models import FocusArea
from tests.accounts.codes import code_in
from tests.participation.people import account_of, focal_point_in

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def person():
    area = FocusArea.objects.get(number=2)
    return focal_point_in(area, family_name="Kamau", email="wanjiku@example.org")


@pytest.mark.sample
def test_focal_point_confirms_and_saves_their_data(
    page_of, person, sent_codes, broken_rules, all_rules, tmp_path
):
    page = page_of(account_of(person))
    page.goto("/en/my/preferences/")

    page.get_by_role("link", name="Your data").click()
    assert broken_rules(page, also_dark=True) == []
    page.get_by_role("button", name="Send the code").click()
    expect(page.get_by_role("heading", name="Enter the code")).to_be_visible()
    (letter,) = sent_codes()
    page.get_by_label("Code").fill(code_in(letter))
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_label("A page to read and print (HTML)")).to_be_checked()
    assert broken_rules(page, also_dark=True) == []
    with page.expect_download() as download:
        page.get_by_role("button", name="Save the file").click()

    saved = download.value
    assert saved.suggested_filename.startswith("personal-data-")
    # As a person opens it, without the server and its policy.
    saved.save_as(tmp_path / saved.suggested_filename)
    page.goto((tmp_path / saved.suggested_filename).as_uri())
    expect(page.get_by_role("heading", name="Your data", level=1)).to_be_visible()
    expect(page.get_by_text("Kamau").first).to_be_visible()
    assert all_rules.look_at(page, also_dark=True, also_narrow=True) == []
