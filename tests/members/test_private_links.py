import pytest

from members.services.private_links import InvalidLink, LinkPurpose, focal_point_of, token_for
from tests.factories import FocalPointFactory


def test_token_opens_what_it_was_made_for():
    focal_point = FocalPointFactory()

    opened = focal_point_of(token_for(focal_point, LinkPurpose.FEED), LinkPurpose.FEED)

    assert opened == focal_point


def test_token_opens_nothing_else():
    token = token_for(FocalPointFactory(), LinkPurpose.FEED)

    with pytest.raises(InvalidLink):
        focal_point_of(token, LinkPurpose.WORKING_GROUP)


def test_token_is_refused_once_revoked():
    focal_point = FocalPointFactory()
    token = token_for(focal_point, LinkPurpose.FEED)
    focal_point.link_version += 1
    focal_point.save()

    with pytest.raises(InvalidLink):
        focal_point_of(token, LinkPurpose.FEED)


@pytest.mark.parametrize("token", ["", "x", "WzEsMV0:altered", "a" * 10_000, "é:ü", "\x00"])
def test_token_that_was_altered_is_refused(token):
    with pytest.raises(InvalidLink):
        focal_point_of(token, LinkPurpose.FEED)
