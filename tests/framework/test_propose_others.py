"""The proposals of others, which a member supports, and its own, which it withdraws."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.models import AttemptCount
from framework.models import Amendment, AmendmentStatus, Support
from tests.factories import (
    AmendmentFactory,
    AnswerFactory,
    SupportFactory,
)
from tests.framework.proposing import (
    AFTER,
    a_paragraph,
    a_proposer,
    an_open_draft,
    by_link,
    close,
    fields,
    kept,
    proposing,
    sent,
)


@pytest.fixture
def draft():
    return an_open_draft()


@pytest.fixture
def wording(draft):
    return a_paragraph(draft)


@pytest.fixture
def person():
    return a_proposer(organisation_name="Ministry of Somewhere")


@pytest.fixture
def path(person, wording):
    return by_link(person, proposing(wording))


def test_others_are_shown_with_their_change_and_supported_without_losing_the_text(
    client, person, wording, path
):
    other = AmendmentFactory(
        draft=wording.draft, paragraph=wording.paragraph, member__organisation_name="GSMA"
    )
    typed = fields(support=f"{other.pk}:1")
    del typed["send"]

    page, answer = client.get(path), client.post(path, typed, follow=True)

    assert [each.organisation for each in page.context["others"]] == ["GSMA"]
    assert Support.objects.get().member == person.member
    assert "Your organisation supports the proposal of GSMA." in answer.text
    assert answer.context["form"]["text"].value() == AFTER


def test_support_is_given_once_for_the_wording_that_was_shown_and_taken_back(
    client, person, wording
):
    other = AmendmentFactory(draft=wording.draft, paragraph=wording.paragraph, sent_version=2)
    path = by_link(person, f"proposals/{other.pk}/support/")

    earlier = client.post(path, {"version": 1}, follow=True)
    nothing = Support.objects.count()
    answers = [client.post(path, {"version": 2}, follow=True) for _click in range(2)]
    given = Support.objects.get()
    taken = client.post(f"{path}withdraw/", follow=True)

    assert "The wording was changed meanwhile." in earlier.text
    assert nothing == 0
    assert "supports this proposal already" in answers[1].text
    assert (given.member, given.amendment_version) == (person.member, 2)
    assert "no longer supports the proposal" in taken.text
    assert not Support.objects.exists()


def test_own_amendment_cannot_be_supported(client, person, wording):
    own = AmendmentFactory(
        draft=wording.draft, paragraph=wording.paragraph, member=person.member, sent_by=person
    )

    answer = client.post(
        by_link(person, f"proposals/{own.pk}/support/"), {"version": 1}, follow=True
    )

    assert "Your organisation sent this proposal itself." in answer.text
    assert not Support.objects.exists()


def test_withdrawing_asks_first_and_only_for_the_wording_that_was_shown(client, person, wording):
    own = AmendmentFactory(
        draft=wording.draft, paragraph=wording.paragraph, member=person.member, sent_by=person
    )
    path = by_link(person, f"proposals/{own.pk}/withdraw/")

    page, empty = client.get(path), client.post(path)
    still = sent()
    done = client.post(path, {"version": own.sent_version}, follow=True)

    assert own.reason in page.text
    assert (empty.status_code, still) == (409, own)
    assert "The proposal is withdrawn." in done.text
    own.refresh_from_db()
    assert own.status == AmendmentStatus.WITHDRAWN


def test_discarding_shows_what_was_typed_and_deletes_it_once(client, person, wording):
    client.post(by_link(person, proposing(wording)), fields(keep="1"))
    page = by_link(person, f"proposals/{kept().pk}/discard/")
    assert page in client.get(by_link(person, "proposals/")).text

    asked = client.get(page)
    shown = {"version": kept().version}
    client.post(by_link(a_proposer(), f"proposals/{kept().pk}/discard/"), shown)
    done, again = (client.post(page, shown, follow=True) for _click in range(2))

    assert AFTER in asked.text
    assert "Our law asks for it." in asked.text
    assert "What was typed is deleted." in done.text
    assert (again.status_code, Amendment.objects.count()) == (200, 0)
    assert client.get(page).status_code == 404


def test_what_was_sent_meanwhile_is_not_discarded(client, person, wording):
    own = AmendmentFactory(
        draft=wording.draft, paragraph=wording.paragraph, member=person.member, sent_by=person
    )

    answer = client.post(by_link(person, f"proposals/{own.pk}/discard/"), follow=True)

    assert "This proposal is sent already." in answer.text
    assert sent() == own


def test_steps_are_limited(client, person, wording):
    other = AmendmentFactory(draft=wording.draft, paragraph=wording.paragraph)
    path = by_link(person, f"proposals/{other.pk}/support/")
    client.post(path)
    AttemptCount.objects.update(number=600)

    response = client.post(path, {"version": 1})

    assert response.status_code == 429
    assert not Support.objects.exists()


# What the organisation proposed


def test_own_page_lists_what_is_sent_supported_and_not_sent_with_answers(client, person, wording):
    close(wording.draft)
    sent_by_us = AmendmentFactory(
        draft=wording.draft, paragraph=wording.paragraph, member=person.member, sent_by=person
    )
    AnswerFactory(amendment=sent_by_us, kind="not_taken", reason="The group keeps 2030.")
    following = an_open_draft()
    placed = a_paragraph(following, paragraph=wording.paragraph)
    client.post(by_link(person, proposing(placed)), fields(keep="1"))
    theirs = AmendmentFactory(draft=following, paragraph=placed.paragraph)
    SupportFactory(amendment=theirs, member=person.member, by=person)
    AmendmentFactory(draft=following)

    page = client.get(by_link(person, "proposals/"))

    found = {
        name: [each.shown.amendment for each in page.context[name]]
        for name in ("sent", "supported", "unsent", "withdrawn")
    }
    assert found == {
        "sent": [sent_by_us],
        "supported": [theirs],
        "unsent": [kept()],
        "withdrawn": [],
    }
    assert "The group keeps 2030." in page.text
    assert f"{proposing(placed)}?draft=1" in page.text


@pytest.mark.parametrize("page", ["mine", "propose"])
def test_pages_take_as_many_queries_for_nine_amendments_as_for_three(client, person, wording, page):
    path = by_link(person, "proposals/" if page == "mine" else proposing(wording))
    counts = []
    for number in (3, 6):
        for _each in range(number):
            other = AmendmentFactory(draft=wording.draft, paragraph=wording.paragraph)
            SupportFactory(amendment=other, member=person.member, by=person)
            SupportFactory(amendment=other)
        client.get(path)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            response = client.get(path)
        counts.append(len(queries))
        assert response.status_code == 200

    assert counts[0] == counts[1]
