"""After an erasure, no dump of the database and no file has a trace of the person."""

import pytest

from core.addresses import normalise_address
from outbox.models.delivery_event import SuppressedAddress, hash_of
from privacy.services.erasure import erase_person
from privacy.services.people import find_person
from privacy.services.tables import DECLARED_TABLES, model_of
from tests.dumping import dump_by_table, stored_bytes
from tests.factories import NOON, UserFactory
from tests.privacy.everywhere import ADDRESS, FAMILY_NAME, NAME, PERSON, PHONE, Everywhere
from tests.privacy.traces import find_traces


@pytest.fixture
def files(settings, tmp_path):
    """Store files in an empty folder."""
    settings.MEDIA_ROOT = str(tmp_path)


def traces_of(identity):
    """Return the traces in the database and in the files, by table or kind of file."""
    parts = dump_by_table() | {path.suffix or "file": data for path, data in stored_bytes().items()}
    return {
        (where, *trace) for where, data in parts.items() for trace in find_traces(data, identity)
    }


@pytest.mark.django_db(transaction=True)
def test_erased_person_leaves_nothing_but_the_hash_of_the_suppression(files):
    Everywhere()
    before = traces_of(PERSON)
    assert {word for _where, word, _how in before} == {NAME, FAMILY_NAME, ADDRESS, PHONE}

    erase_person(address=ADDRESS, by=UserFactory(), at=NOON)

    assert traces_of(PERSON) == {("outbox_suppressedaddress", ADDRESS, "digest")}
    suppressed = SuppressedAddress.objects.get()
    assert suppressed.address == hash_of(normalise_address(ADDRESS))


@pytest.mark.django_db
def test_person_has_a_row_or_a_text_in_each_declared_table():
    Everywhere()

    person = find_person(ADDRESS)
    without = [
        table.model
        for table in DECLARED_TABLES
        if not model_of(table)._base_manager.filter(table.about(person)).exists()
        and not any(
            model_of(table)._base_manager.filter(**{f"{name}__icontains": FAMILY_NAME}).exists()
            for name in table.free_text
        )
    ]
    assert without == []
