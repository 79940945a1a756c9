from datetime import UTC, datetime

import pytest
from django.utils.formats import date_format
from django.utils.translation import override


@pytest.mark.parametrize(
    ("form", "written"),
    [
        ("DATE_FORMAT", "7 June 2022"),
        ("DATETIME_FORMAT", "7 June 2022, 14:05"),
        ("SHORT_DATE_FORMAT", "7 Jun 2022"),
        ("TIME_FORMAT", "14:05"),
    ],
)
def test_english_puts_the_day_before_the_month(form, written):
    with override("en"):
        assert date_format(datetime(2022, 6, 7, 14, 5, tzinfo=UTC), form) == written
