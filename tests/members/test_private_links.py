"""The private links of people and of rows, renewed, revoked, and under a former key."""

import logging

import pytest
from django.apps import apps
from django.core import signing

from eoi.models import EoiDraft
from eoi.services.draft_links import draft_of
from members.models import FocalPoint, MemberStatus, RoleTransfer
from members.services.focal_points import (
    AlreadyRenewed,
    accept_role_transfer,
    renew_feed,
    revoke_links,
)
from members.services.private_links import (
    InvalidLink,
    LinkPurpose,
    confirmation_code,
    focal_point_of,
    focal_point_of_code,
    successor_of,
    token_for,
    token_for_object,
)
from tests.factories import (
    NOON,
    EoiDraftFactory,
    FocalPointFactory,
    RoleTransferFactory,
    UserFactory,
)
from tests.members.test_corrections import correct_person
from tests.triage.staff import signed_in


@pytest.mark.parametrize("token", ["", "x", "WzEsMV0:altered", "a" * 10_000, "é:ü", "\x00"])
def test_token_that_nobody_signed_is_refused(token):
    with pytest.raises(InvalidLink):
        focal_point_of(token, LinkPurpose.FEED)


SECRETS = {"link_secret", "feed_secret"}


def revoke(person):
    revoke_links(focal_point=person, link_version=1, by=UserFactory(), at=NOON)


def renew(person, **facts):
    facts = {"feed_version": person.feed_version, "by": person, "at": NOON, **facts}
    renew_feed(focal_point=person, **facts)


def take_over(person):
    accept_role_transfer(role_transfer=RoleTransferFactory(focal_point=person), at=NOON)


def correct_address(person):
    correct_person(person, email="new@example.org")


def test_each_row_that_has_a_link_has_a_secret_of_its_own():
    for make in (FocalPointFactory, EoiDraftFactory, RoleTransferFactory):
        make.create_batch(2)

    drawn = [
        *FocalPoint.objects.values_list("link_secret", flat=True),
        *FocalPoint.objects.values_list("feed_secret", flat=True),
        *EoiDraft.objects.values_list("link_secret", flat=True),
        *RoleTransfer.objects.values_list("link_secret", flat=True),
    ]

    assert len({*drawn}) == len(drawn) >= 10
    assert {len(secret) for secret in drawn} == {16}


@pytest.mark.parametrize(
    ("step", "secret"),
    [
        (revoke, "link_secret"),
        (renew, "feed_secret"),
        (take_over, "link_secret"),
        (correct_address, "link_secret"),
    ],
)
def test_step_that_ends_links_draws_a_new_secret_for_them_alone(step, secret):
    person = FocalPointFactory(member__status=MemberStatus.ADMITTED)
    before = FocalPoint.objects.values(*SECRETS).get()

    step(person)

    after = FocalPoint.objects.values(*SECRETS).get()
    assert {name for name in SECRETS if after[name] != before[name]} == {secret}


def test_no_history_keeps_a_secret():
    kept = {
        model._meta.label
        for model in apps.get_models()
        if "history_id" in (columns := {field.name for field in model._meta.fields})
        and SECRETS & columns
    }

    assert kept == set()
    assert {field.name for field in FocalPoint._meta.fields} >= SECRETS


FORMER_KEY = "the-key-of-before-7d4f0a92c1e84b6f-which-signed-many-links"
# printf %s "$SECRET_KEY" | sha256sum | cut -c1-8
NAMED = "e614eac6"


def of_the_eoi():
    token = token_for(FocalPointFactory(pk=12), LinkPurpose.EOI)
    return lambda: focal_point_of(token, LinkPurpose.EOI)


def of_a_draft():
    token = token_for_object(EoiDraftFactory(pk=12))
    return lambda: draft_of(token, at=NOON)


def of_a_successor():
    token = token_for_object(RoleTransferFactory(pk=12))
    return lambda: successor_of(token, at=NOON)


def by_code():
    person = FocalPointFactory(pk=12)
    reference, code = person.member.reference, confirmation_code(person)
    return lambda: focal_point_of_code(reference, code, at=NOON)


LINKS = {
    LinkPurpose.EOI.value: of_the_eoi,
    "eoidraft": of_a_draft,
    "roletransfer": of_a_successor,
    "code": by_code,
}


def opened(link, caplog):
    """Open a link, and return what the portal logs about it."""
    with caplog.at_level(logging.INFO):
        caplog.clear()
        row = link()
    assert row.pk == 12
    return [record.getMessage() for record in caplog.records]


@pytest.mark.parametrize("kind", LINKS)
def test_link_of_a_former_key_opens_and_is_logged_by_the_name_of_that_key(kind, settings, caplog):
    settings.SECRET_KEY, new_key = FORMER_KEY, settings.SECRET_KEY
    link = LINKS[kind]()

    before = opened(link, caplog)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = new_key, [FORMER_KEY]
    after = opened(link, caplog)

    assert before == []
    assert after == [f"Private link of former key {NAMED} in use: {kind} 12"]


@pytest.fixture
def person():
    return FocalPointFactory(member__status=MemberStatus.ADMITTED, given_name="Wanjiku")


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
    history = f"/admin/members/member/{person.member.pk}/history/"
    page = signed_in(UserFactory(is_superuser=True)).get(history)
    assert "Earlier calendar links" in page.text


def test_feed_that_was_renewed_ends_with_all_links(person):
    renew(person)
    second = token_for(person, LinkPurpose.FEED)
    renew(person)
    token = token_for(person, LinkPurpose.FEED)
    opened = [opens(each) for each in (second, token)]

    revoke_links(focal_point=person, link_version=1, by=UserFactory(), at=NOON)

    assert (opened, opens(token)) == ([None, person], None)


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
