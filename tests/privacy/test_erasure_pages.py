"""The staff pages of erasures."""

import pytest
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from commitments.models import Commitment, CommitmentStatus
from commitments.services.totals import totals
from members.models import FocalPoint, MemberStatus
from members.services.decisions import withdraw
from members.services.private_links import status_page_url
from privacy.models import ErasureRequest
from privacy.services.erasure import erase_organisation, erase_person
from tests.commitments.kinds import commitments_of_all_kinds
from tests.factories import (
    NOON,
    ErasureRequestFactory,
    FocalPointFactory,
    MemberFactory,
    TimelineEntryFactory,
    UserFactory,
)
from tests.members.successors import a_member
from tests.triage.staff import desk_manager, observer, officer, signed_in

pytestmark = pytest.mark.django_db
REQUEST = reverse("admin:privacy_erasurerequest_request")


def page_of(request, step="change"):
    return reverse(f"admin:privacy_erasurerequest_{step}", args=[request.pk])


@pytest.fixture
def ended():
    member, ada, _alan = a_member(MemberStatus.ADMITTED)
    withdraw(member=member, by=UserFactory(), at=NOON)
    TimelineEntryFactory(member=member, note="Ada Lovelace called.")
    return member, ada


def test_preview_shows_the_tables_and_texts_and_writes_nothing(ended):
    client = signed_in(desk_manager())

    page = client.post(REQUEST, {"address": "ada@example.org", "preview": ""}).text

    assert "focal points" in page
    assert "[erased] called." in page
    assert "Request the erasure" in page
    assert ErasureRequest.objects.count() == 0


def test_two_people_erase(ended):
    _member, ada = ended
    first, second = signed_in(desk_manager()), signed_in(desk_manager())

    first.post(REQUEST, {"address": "ADA@example.org", "reason": "By mail.", "request": ""})
    asked = ErasureRequest.objects.get()
    own = first.get(page_of(asked)).text
    colleague = second.get(page_of(asked)).text
    refused = first.post(page_of(asked, "consent"), follow=True).text
    done = second.post(page_of(asked, "consent"), follow=True).text

    assert "Consent and erase now" not in own
    assert "Consent and erase now" in colleague
    assert "[erased] called." in colleague
    assert "A second person must consent to it." in refused
    assert "What was changed" in done
    assert FocalPoint.objects.get(pk=ada.pk).full_name == "[erased]"


def test_form_asks_for_one_person_or_organisation_and_a_reason(ended):
    client = signed_in(desk_manager())

    neither = client.post(REQUEST, {"preview": ""})
    unknown = client.post(REQUEST, {"reference": "P2C-000000", "preview": ""})
    reasonless = client.post(REQUEST, {"reference": "p2c-7k3mq9", "request": ""})
    nobody = client.post(REQUEST, {"address": "nobody@example.org", "preview": ""})

    assert (neither.status_code, unknown.status_code, reasonless.status_code) == (422, 422, 422)
    assert "Enter either an address or a reference." in neither.text
    assert "No organisation has this reference." in unknown.text
    assert "Enter a reason." in reasonless.text
    assert (nobody.status_code, "knows nothing about this person" in nobody.text) == (409, True)


def test_preview_needs_no_more_queries_for_more_rows(ended):
    member, _ada = ended
    client = signed_in(desk_manager())

    def queries():
        with CaptureQueriesContext(connection) as captured:
            client.post(REQUEST, {"address": "ada@example.org", "preview": ""})
        return len(captured)

    for_one = queries()
    for _each in range(3):
        TimelineEntryFactory(member=member, note="Ada Lovelace called again.")

    assert queries() == for_one


def staff_lists():
    for model in admin.site._registry:
        yield reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


def staff_pages(*rows):
    for row in rows:
        name = f"admin:{row._meta.app_label}_{row._meta.model_name}"
        yield reverse(f"{name}_change", args=[row.pk])
        yield reverse(f"{name}_history", args=[row.pk])


PUBLIC_PAGES = (
    "home",
    "members:member_list",
    "members:member_sheet",
    "commitments:register",
    "commitments:figures",
    "commitments:data_csv",
    "commitments:data_json",
    *("commitments:data_flat_csv", "commitments:data_flat_xlsx", "commitments:feed"),
    "focus_area_list",
    "opportunities:register",
)


def test_every_page_opens_after_an_organisation_is_erased():
    member = MemberFactory(
        status=MemberStatus.ADMITTED, publication_consent=True, organisation_name="Bridge Fund"
    )
    ada = FocalPointFactory(member=member, family_name="Lovelace", email="ada@example.org")
    account = UserFactory(email="ada@example.org", is_staff=False)
    commitments = commitments_of_all_kinds(lead=member)
    published, submitted = (
        commitments[status] for status in (CommitmentStatus.PUBLISHED, CommitmentStatus.SUBMITTED)
    )
    link = status_page_url(ada, "en")
    figures = totals(Commitment.objects.all())

    erase_organisation(member=member, by=desk_manager(), at=NOON)

    client, visitor = signed_in(UserFactory(is_superuser=True)), Client()
    pages = [*staff_lists(), *staff_pages(member, published, submitted, account)]
    pages += [reverse(name) for name in PUBLIC_PAGES]
    pages += [reverse("commitments:commitment", args=[published.reference])]
    readers = [client if page.startswith("/admin/") else visitor for page in pages]
    answers = {
        page: reader.get(page, follow=True) for page, reader in zip(pages, readers, strict=True)
    }
    assert {
        page: each.status_code for page, each in answers.items() if each.status_code != 200
    } == {}
    for page, answer in answers.items():
        text = b"".join(answer) if answer.streaming else answer.content
        assert b"Bridge Fund" not in text, page
        assert b"Lovelace" not in text, page
    assert visitor.get(link).status_code in (404, 410)
    assert totals(Commitment.objects.all()) == figures
    # What was published stays as a public record, and nothing else.
    statements = Commitment.objects.in_bulk([published.pk, submitted.pk])
    assert statements[published.pk].statement == published.statement
    assert statements[submitted.pk].statement == "[erased]"


def test_pages_of_what_a_colleague_did_open_after_they_are_erased(ended):
    member, _ada = ended
    colleague = officer(name="Robin Smith", email="robin@example.org")
    TimelineEntryFactory(member=member, by_user=colleague, by_name="Robin Smith")
    User.objects.filter(pk=colleague.pk).update(is_active=False)

    erase_person(address="robin@example.org", by=desk_manager(), at=NOON)

    client = signed_in(UserFactory(is_superuser=True))
    pages = [*staff_pages(member, User.objects.get(pk=colleague.pk)), "/admin/audit/"]
    answers = {page: client.get(page, follow=True) for page in pages}
    assert [page for page, answer in answers.items() if answer.status_code != 200] == []
    assert [page for page, answer in answers.items() if b"Robin" in answer.content] == []


FRONT = "/admin/"
WAITS = "1 erasure waits for your consent"


def test_erasure_that_a_colleague_requested_is_on_the_front_page():
    reader = desk_manager()
    ErasureRequestFactory()

    page = signed_in(reader).get(FRONT).text

    assert WAITS in page
    assert 'href="/admin/privacy/erasurerequest/?status__exact=open"' in page


@pytest.mark.parametrize(("role", "is_own"), [(desk_manager, True), (observer, False)])
def test_erasure_waits_neither_for_its_author_nor_for_who_may_not_consent(role, is_own):
    reader = role()
    ErasureRequestFactory(**({"requested_by": reader} if is_own else {}))

    assert "for your consent" not in signed_in(reader).get(FRONT).text
