"""The Action Frameworks on a participant's own page."""

from framework.models import AmendmentStatus
from tests.factories import AmendmentFactory, FocusAreaFactory
from tests.framework.proposing import a_proposer, an_open_draft, close
from tests.participation.people import signed_in_as


def test_own_page_says_where_the_framework_stands_and_what_the_organisation_sent():
    person, draft = a_proposer(), an_open_draft(number=2)
    AmendmentFactory(draft=draft, member=person.member, sent_by=person)
    AmendmentFactory(draft=draft, member=person.member, status=AmendmentStatus.DRAFT)
    AmendmentFactory(draft=draft)
    browser = signed_in_as(person)

    page = browser.get("/en/my/")
    close(draft)
    later = browser.get("/en/my/")

    [framework] = page.context["frameworks"]
    assert (framework.sent, framework.unsent, framework.is_open) == (1, 1, True)
    assert "Draft 2 is open for proposals until" in page.text
    assert "Your organisation sent 1 proposal<" in page.text
    assert "Draft 2 closed on" in later.text


def test_framework_that_nobody_began_is_said_without_a_link():
    person = a_proposer(focus_area=FocusAreaFactory(number=2))

    page = signed_in_as(person).get("/en/my/")

    assert "The working group has not begun to write it yet." in page.text
    assert "/framework/" not in page.text
