"""The front page of the administration says which erasures wait for the reader."""

import pytest

from tests.factories import ErasureRequestFactory
from tests.triage.staff import desk_manager, observer, signed_in

pytestmark = pytest.mark.django_db

FRONT = "/admin/"
WAITS = "1 erasure waits for your consent"


def test_erasure_that_a_colleague_requested_is_on_the_front_page():
    reader = desk_manager()
    ErasureRequestFactory()

    page = signed_in(reader).get(FRONT).text

    assert WAITS in page
    assert 'href="/admin/privacy/erasurerequest/?status__exact=open"' in page


def test_own_request_does_not_wait_for_its_author():
    reader = desk_manager()
    ErasureRequestFactory(requested_by=reader)

    assert "for your consent" not in signed_in(reader).get(FRONT).text


def test_who_may_not_consent_is_not_asked():
    ErasureRequestFactory()

    assert "for your consent" not in signed_in(observer()).get(FRONT).text
