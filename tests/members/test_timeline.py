"""Names on the timeline are kept."""

import pytest
from django.db import IntegrityError, transaction

from tests.factories import TimelineEntryFactory, UserFactory


def test_account_with_a_past_cannot_be_deleted():
    officer = UserFactory()
    TimelineEntryFactory(by_user=officer, by_name="Amina Diallo")

    with pytest.raises(IntegrityError), transaction.atomic():
        officer.delete()
