"""The pictures of the chapter on commitments."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

from django.utils import timezone
from playwright.sync_api import expect

from accounts.models import User
from commitments.models import Commitment
from commitments.services.changes import propose_change
from commitments.services.content import content_of
from commitments.services.drafts import begin_draft
from commitments.services.publication import publish
from commitments.services.submission import submit
from p2c_portal.demonstration import staff

COMMITMENTS = "/admin/commitments/commitment/"


def of_title(words):
    return Commitment.objects.get(title__contains=words)


def focal_point_of(commitment):
    return commitment.lead.focal_points.earliest("pk")


def sent_again(commitment, title):
    """Send a commitment of the same lead with the same content and another title."""
    person, at = focal_point_of(commitment), timezone.now()
    draft = begin_draft(submission_key=uuid4(), by=person, at=at)
    ends = timezone.localdate() + timedelta(days=900)
    content = replace(content_of(commitment), title=title, starts=None, ends=ends)
    theirs = Commitment.objects.filter(lead=commitment.lead).values_list("reference", flat=True)
    submit(draft, content, by=person, at=at, confirmed_similar=list(theirs))
    return draft


def test_commitment_with_the_decisions(desk, take, words, settings):
    settings.SITE_URL = "https://p2c.example.org"
    sent_again(of_title("River school"), "River school on a second boat")
    page = desk("officer", viewport={"width": 1200, "height": 1000})
    page.goto(COMMITMENTS)
    page.get_by_role("link", name="River school on a second boat").click()
    tab = page.get_by_role("link", name=words("Publish now"), exact=True)
    # Without its fragment, which would move the focus to the heading.
    page.goto(tab.get_attribute("href").partition("#")[0])

    commitment = page.get_by_role("article")
    decision = page.get_by_role("region", name=words("Publish now"))
    expect(decision.get_by_text(words("Edit the email"))).to_be_visible()
    take(page, "commitments-page", [commitment, decision], max_height=910, margin=0)


def test_proposed_change(desk, take, words):
    commitment = of_title("Mesh in a box")
    content = content_of(commitment)
    more = tuple(replace(each, value=each.value * 2) for each in content.targets)
    propose_change(
        commitment,
        replace(content, targets=more, ends=content.ends.replace(year=content.ends.year + 2)),
        reason="The first villages were connected earlier than planned.",
        by=focal_point_of(commitment),
        at=timezone.now(),
    )
    page = desk("officer")
    page.goto(f"{COMMITMENTS}?view=changes")
    page.get_by_role("link", name="Mesh in a box").click()

    take(page, "commitments-change", page.get_by_role("region", name=words("Proposed change")))


def test_amounts_that_may_be_counted_twice(desk, take, words):
    officer = User.objects.get(email=staff.OFFICERS[0][0])
    second = sent_again(of_title("universal service money"), "Masts for 60 more chiefdoms")
    publish(second, by=officer, at=timezone.now())
    page = desk("officer", viewport={"width": 1000, "height": 800})
    page.goto("/admin/commitments/amount/")
    page.get_by_role("link", name=words("Money that may count twice, or nowhere")).click()

    button = page.get_by_role("button", name=words("Count both", "amounts"))
    # The first region has all pairs.
    pair = page.get_by_role("region").filter(has=button).nth(1)
    take(page, "commitments-pairs", pair)
