import pytest

from tests.meetings.desk import staff_with


@pytest.fixture
def officer(client):
    user = staff_with(
        "view_meeting", "add_meeting", "change_meeting", "schedule_meeting", "cancel_meeting"
    )
    client.force_login(user)
    return user


@pytest.fixture
def observer(client):
    user = staff_with("view_meeting", "view_focusarea", "view_link")
    client.force_login(user)
    return user
