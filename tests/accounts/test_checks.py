import pytest

from accounts.apps import second_factor_is_asked_for


@pytest.mark.parametrize(
    ("is_https", "asks", "warnings"),
    [(True, True, []), (True, False, ["accounts.W001"]), (False, True, []), (False, False, [])],
)
def test_check_warns_where_the_world_can_reach_a_portal_without(settings, is_https, asks, warnings):
    settings.IS_HTTPS, settings.STAFF_SECOND_FACTOR = is_https, asks

    assert [warning.id for warning in second_factor_is_asked_for()] == warnings
