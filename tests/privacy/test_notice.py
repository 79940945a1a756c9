"""The table of the privacy notice says what the models, the declarations and the database say."""

from datetime import timedelta
from html.parser import HTMLParser

import pytest
from django.apps import apps
from django.conf import settings
from django.utils.text import capfirst
from django.utils.timezone import now
from django.utils.translation import override

from privacy.models import RETENTION_RULES, RetentionKind, RetentionPeriod
from privacy.services.periods import FIXED_PERIODS, PERIODS
from privacy.services.tables import DECLARED_TABLES, DataKind, Purpose

pytestmark = pytest.mark.django_db
LANGUAGES = [code for code, _name in settings.LANGUAGES]


class Table(HTMLParser):
    """The rows of a page's table, each as a list of cells with their lines."""

    def __init__(self, page):
        super().__init__()
        self.rows = []
        self.is_open = False
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self.rows[-1].append([])
            self.is_open = True

    def handle_endtag(self, tag):
        if tag in ("td", "th"):
            self.is_open = False

    def handle_data(self, data):
        if self.is_open and data.strip():
            self.rows[-1][-1].append(data.strip())


def shown(client, language="en"):
    """Return the rows of the notice: the purpose, the records and the periods."""
    _head, *rows = Table(client.get(f"/{language}/privacy/").text).rows
    return [(purpose, records, periods) for (purpose,), records, periods in rows]


@pytest.mark.parametrize("language", LANGUAGES)
def test_notice_lists_each_declared_table_with_its_purpose(client, language):
    rows = shown(client, language)

    with override(language):
        expected = sorted(
            (str(Purpose(table.purpose).label), capfirst(str(table.name)))
            for table in DECLARED_TABLES
        )
        purposes = {str(label) for label in Purpose.labels}
    listed = sorted((purpose, name) for purpose, records, _periods in rows for name in records)
    assert listed == expected
    assert {purpose for purpose, _records, _periods in rows} == purposes


def test_notice_says_the_periods_that_the_database_has(client):
    # Each kind has a number of its own, so that no other one can stand for it.
    periods = list(RetentionPeriod.objects.order_by("pk"))
    for number, period in enumerate(periods):
        period.days = RETENTION_RULES[period.kind].min_days + 100 + number
        period.save(update_fields=["days"])

    sentences = {sentence for _purpose, _records, periods in shown(client) for sentence in periods}

    for period in periods:
        label = period.get_kind_display()
        event = RETENTION_RULES[period.kind].counted_from
        assert f"{label}: {period.days} days, counted from {event}." in sentences
    said = {key for keys in PERIODS.values() for key in keys}
    assert len(sentences) == len(said)


def test_notice_says_the_former_period_until_a_shorter_one_takes_effect(client):
    RetentionPeriod.objects.filter(kind=RetentionKind.MESSAGES).update(
        days=300, previous_days=1000, previous_until=now() + timedelta(days=1)
    )

    sentences = {sentence for _purpose, _records, periods in shown(client) for sentence in periods}

    assert {each.split(",")[0] for each in sentences if each.startswith("Messages:")} == {
        "Messages: 1000 days"
    }


def test_each_table_is_beside_the_period_of_its_kind(client):
    rows = shown(client)
    days = dict(RetentionPeriod.objects.values_list("kind", "days"))

    for table in DECLARED_TABLES:
        (periods,) = (
            periods
            for purpose, records, periods in rows
            if purpose == Purpose(table.purpose).label and capfirst(str(table.name)) in records
        )
        keys = PERIODS[table.retention]
        assert len(periods) == len(keys)
        for key, sentence in zip(keys, periods, strict=True):
            if key in days:
                assert f": {days[key]} days, " in sentence
            else:
                assert sentence.startswith(str(FIXED_PERIODS[key].what))


def test_each_kind_of_the_declarations_has_periods_that_exist():
    known = {*RetentionPeriod.objects.values_list("kind", flat=True), *FIXED_PERIODS}

    assert PERIODS.keys() == set(DataKind.values)
    assert {key for keys in PERIODS.values() for key in keys} <= known
    # What staff can set is in the notice.
    assert set(RETENTION_RULES) <= {key for keys in PERIODS.values() for key in keys}
    assert all(apps.get_model(table.model) for table in DECLARED_TABLES)
