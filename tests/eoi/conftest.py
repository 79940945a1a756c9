import pytest

from tests.eoi.form import make_call


@pytest.fixture
def open_call():
    return make_call()
