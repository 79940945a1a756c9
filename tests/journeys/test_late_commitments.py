"""A commitment whose day has passed says so to everybody, and is the first thing at the desk."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from commitments.services.conditions import update_conditions
from tests.commitments.register import published, report_of
from tests.factories import PlaceFactory, TargetFactory
from tests.triage.staff import officer

pytestmark = pytest.mark.django_db(transaction=True)


def test_day_that_passed_is_seen_in_the_register_and_at_the_desk(page_of, new_page, assert_sound):
    now = timezone.now()
    schools = published(
        title="Fibre for 1,200 schools",
        published_at=now - timedelta(days=200),
        ends=(now - timedelta(days=10)).date(),
    )
    PlaceFactory(commitment=schools, country="MW")
    target = TargetFactory(commitment=schools, by=schools.ends, value=1200, unit="schools")
    report_of(
        schools, (target, Decimal(900)), at=now - timedelta(days=60), narrative="900 schools."
    )
    published(title="Skills for teachers", published_at=now - timedelta(days=20))
    update_conditions(at=now)
    visitor, desk = new_page(), page_of(officer(name="Amina Diallo"))

    # Its report is published, so nobody reads that there is none.
    visitor.goto("/en/commitments/")
    tabs = visitor.get_by_role("navigation", name="By condition")
    tabs.get_by_role("link", name="Not reported as reached 1").click()
    visitor.wait_for_url("**condition=unreported**")
    assert_sound(visitor)
    visitor.get_by_role("link", name="Fibre for 1,200 schools").click()
    visitor.wait_for_url(re.compile(f"{schools.reference}/$"))
    main = visitor.get_by_role("main")
    expect(main.get_by_text("Not reported as reached").first).to_be_visible()
    expect(main.get_by_text("900 schools.")).to_be_visible()
    assert "No report yet" not in main.inner_text()
    assert_sound(visitor)

    # At the desk it is in the first view.
    desk.goto("/admin/commitments/commitment/")
    views = desk.get_by_role("navigation", name="Views")
    expect(views.get_by_role("link").first).to_have_text("Late 1")
    views.get_by_role("link", name="Late 1").click()
    expect(desk.get_by_role("link", name="Fibre for 1,200 schools")).to_be_visible()
    assert desk.get_by_role("link", name="Skills for teachers").count() == 0
    assert_sound(desk)
