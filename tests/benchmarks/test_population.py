import pytest

from benchmarks.population import SPREAD, YOUNG, populate
from members.models import Call, Member


@pytest.fixture
def _of_nobody(db):
    """Start with only the default call, as a benchmark does."""
    assert Call.objects.count() == 1


@pytest.mark.usefixtures("_of_nobody")
@pytest.mark.parametrize("spread", [SPREAD, YOUNG], ids=["of an old call", "of a young call"])
def test_population_is_one_that_the_database_takes(spread):
    populate(12, spread)

    assert Member.objects.count() == 12
