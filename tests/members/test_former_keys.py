"""After a change of the secret key, the log says which old links are still used."""

import logging

import pytest

from eoi.services.draft_links import draft_of
from members.services.private_links import (
    LinkPurpose,
    confirmation_code,
    focal_point_of,
    focal_point_of_code,
    name_of_key,
    successor_of,
    token_for,
    token_for_object,
)
from tests.factories import NOON, EoiDraftFactory, FocalPointFactory, RoleTransferFactory

FORMER_KEY = "the-key-of-before-7d4f0a92c1e84b6f-which-signed-many-links"
NAMED = "e614eac6"


def of_a_focal_point(purpose):
    def given():
        token = token_for(FocalPointFactory(pk=12), purpose)
        return lambda: focal_point_of(token, purpose)

    return given


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
    **{purpose.value: of_a_focal_point(purpose) for purpose in LinkPurpose},
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


def test_key_is_named_as_a_shell_would():
    # printf %s "$SECRET_KEY" | sha256sum | cut -c1-8
    assert name_of_key(FORMER_KEY) == NAMED
