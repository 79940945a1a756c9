"""After an erasure, no dump of the database and no file has a trace of the person."""

from datetime import timedelta

import pytest
from django.utils import timezone

from core.addresses import normalise_address
from members.models import MemberStatus
from outbox.models.delivery_event import SuppressedAddress, hash_of
from privacy.models import MAX_DAYS
from privacy.services.erasure import erase_organisation, erase_person
from privacy.services.people import find_person
from privacy.services.retention_periods import delete_due
from privacy.services.tables import DECLARED_TABLES, model_of
from tests.dumping import dump_by_table, stored_bytes
from tests.factories import NOON, UserFactory
from tests.privacy.dump_search import find_traces
from tests.privacy.everywhere import (
    ADDRESS,
    FAMILY_NAME,
    NAME,
    ORGANISATION_AND_PERSON,
    PERSON,
    Everywhere,
)

# The tables that have rows of admitted members only, or rows that end with another task.
MEMBERS_ONLY = (
    "commitments.",
    "eoi.",
    "mailings.GroupLetter",
    "members.PublicProfile",
    "members.RoleTransfer",
    "participation.",
)


@pytest.fixture
def files(settings, tmp_path):
    """Store files in an empty folder."""
    settings.MEDIA_ROOT = str(tmp_path)


def traces_of(identity):
    """Return the traces in the tables, by table, and those in files as they are, by folder."""
    parts = dump_by_table()
    found = {
        (table, *trace) for table, data in parts.items() for trace in find_traces(data, identity)
    }
    for path, data in stored_bytes().items():
        words = {
            word
            for word, forms in identity.forms.items()
            if any(form in data.lower() for form in forms)
        }
        found |= {(path.parent.name, word, "file") for word in words}
    return found


@pytest.mark.django_db(transaction=True)
def test_erased_person_leaves_nothing_but_the_hash_of_the_suppression(files):
    Everywhere()
    assert PERSON.forms[NAME] & {form for form in PERSON.forms[NAME] if form in whole_dump()}

    erase_person(address=ADDRESS, by=UserFactory(), at=NOON)

    # A file of the organisation stays, as the page of the erasure says.
    kept = {
        ("answers", NAME, "file"),
        ("answers", FAMILY_NAME, "file"),
        ("answers", ADDRESS, "file"),
    }
    hashed = {("outbox_suppressedaddress", ADDRESS, "digest")}
    assert traces_of(PERSON) == kept | hashed
    suppressed = SuppressedAddress.objects.get()
    assert suppressed.address == hash_of(normalise_address(ADDRESS))


@pytest.mark.django_db(transaction=True)
def test_erased_organisation_leaves_nothing(files):
    here = Everywhere(is_only_member=True, status=MemberStatus.ADMITTED)

    erase_organisation(member=here.member, by=UserFactory(), at=NOON)

    assert traces_of(ORGANISATION_AND_PERSON) == set()


@pytest.mark.long
@pytest.mark.django_db(transaction=True)
def test_nothing_is_left_when_each_retention_period_has_ended(files):
    Everywhere(is_only_member=True, status=MemberStatus.DECLINED, left_out=MEMBERS_ONLY)
    later = timezone.now() + timedelta(days=MAX_DAYS)

    while delete_due(clock=lambda: later):
        pass

    assert traces_of(ORGANISATION_AND_PERSON) == set()


def whole_dump():
    return b"".join(dump_by_table().values()).lower()


@pytest.mark.usefixtures("files")
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
