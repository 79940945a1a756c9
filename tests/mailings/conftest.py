import pytest

from tests.triage.staff import officer, signed_in


@pytest.fixture
def client_of_officer():
    return signed_in(officer(name="Ada Officer", email="ada.officer@itu.example"))
