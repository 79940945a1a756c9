"""A focal point renews the URL of their calendar feed; other links keep working."""

import pytest
from django.core import signing

from members.models import MemberStatus
from members.services.focal_points import AlreadyRenewed, renew_feed, revoke_links
from members.services.private_links import InvalidLink, LinkPurpose, focal_point_of, token_for
from tests.factories import NOON, FocalPointFactory, UserFactory
from tests.triage.staff import signed_in


@pytest.fixture
def person():
    return FocalPointFactory(member__status=MemberStatus.ADMITTED, given_name="Wanjiku")


def renew(person, **facts):
    facts = {"feed_version": person.feed_version, "by": person, "at": NOON, **facts}
    renew_feed(focal_point=person, **facts)


def opens(token, purpose=LinkPurpose.FEED):
    try:
        return focal_point_of(token, purpose)
    except InvalidLink:
        return None


def test_renew_feed_ends_the_old_address_and_no_other_link(person):
    tokens = {purpose: token_for(person, purpose) for purpose in LinkPurpose}

    renew(person)

    opened = {purpose: opens(token, purpose) for purpose, token in tokens.items()}
    assert opened == dict.fromkeys(LinkPurpose, person) | {LinkPurpose.FEED: None}
    assert opens(token_for(person, LinkPurpose.FEED)) == person
    assert person.member.version == 1
    latest = person.history.latest("history_id")
    assert (latest.history_by_name, latest.history_date) == (person.full_name, NOON)


def test_renew_feed_again_ends_the_second_address_too(person):
    renew(person)
    second = token_for(person, LinkPurpose.FEED)

    renew(person)

    assert (opens(second), opens(token_for(person, LinkPurpose.FEED))) == (None, person)


def test_feed_that_was_renewed_ends_with_all_links(person):
    renew(person)
    token = token_for(person, LinkPurpose.FEED)

    revoke_links(focal_point=person, link_version=1, by=UserFactory(), at=NOON)

    assert opens(token) is None


def test_token_of_a_feed_opens_nothing_else_even_with_a_version(person):
    renew(person)
    facts = [person.pk, person.link_version, person.feed_version]
    forged = signing.Signer(salt="another").sign_object(facts, compress=True)

    assert opens(forged) is None
    assert opens(token_for(person, LinkPurpose.FEED), LinkPurpose.EOI) is None


def test_renew_feed_refuses_a_second_click(person):
    renew(person)

    with pytest.raises(AlreadyRenewed, match="was already reset"):
        renew(person, feed_version=0)

    person.refresh_from_db()
    assert (person.feed_version, person.history.count()) == (1, 2)


def test_history_of_a_file_says_that_a_feed_was_renewed(person):
    renew(person)
    client = signed_in(UserFactory(is_superuser=True))

    page = client.get(f"/admin/members/member/{person.member.pk}/history/").text

    assert "Earlier calendar links" in page
