import pytest

from members.services.private_links import InvalidLink, LinkPurpose, focal_point_of


@pytest.mark.parametrize("token", ["", "x", "WzEsMV0:altered", "a" * 10_000, "é:ü", "\x00"])
def test_token_that_nobody_signed_is_refused(token):
    with pytest.raises(InvalidLink):
        focal_point_of(token, LinkPurpose.FEED)
