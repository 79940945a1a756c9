"""Random secrets distinguish the links of a row from those of an earlier row with the same key."""

import pytest
from django.apps import apps

from eoi.models import EoiDraft
from members.models import FocalPoint, MemberStatus, RoleTransfer
from members.services.focal_points import accept_role_transfer, renew_feed, revoke_links
from tests.factories import (
    NOON,
    EoiDraftFactory,
    FocalPointFactory,
    RoleTransferFactory,
    UserFactory,
)
from tests.members.test_corrections import correct_person

SECRETS = {"link_secret", "feed_secret"}


def revoke(person):
    revoke_links(focal_point=person, link_version=1, by=UserFactory(), at=NOON)


def renew(person):
    renew_feed(focal_point=person, feed_version=0, by=person, at=NOON)


def take_over(person):
    accept_role_transfer(role_transfer=RoleTransferFactory(focal_point=person), at=NOON)


def correct_address(person):
    correct_person(person, email="new@example.org")


def test_each_row_that_has_a_link_has_a_secret_of_its_own():
    for make in (FocalPointFactory, EoiDraftFactory, RoleTransferFactory):
        make.create_batch(2)

    drawn = [
        *FocalPoint.objects.values_list("link_secret", flat=True),
        *FocalPoint.objects.values_list("feed_secret", flat=True),
        *EoiDraft.objects.values_list("link_secret", flat=True),
        *RoleTransfer.objects.values_list("link_secret", flat=True),
    ]

    assert len({*drawn}) == len(drawn) >= 10
    assert {len(secret) for secret in drawn} == {16}


@pytest.mark.parametrize(
    ("step", "secret"),
    [
        (revoke, "link_secret"),
        (renew, "feed_secret"),
        (take_over, "link_secret"),
        (correct_address, "link_secret"),
    ],
)
def test_step_that_ends_links_draws_a_new_secret_for_them_alone(step, secret):
    person = FocalPointFactory(member__status=MemberStatus.ADMITTED)
    before = FocalPoint.objects.values(*SECRETS).get()

    step(person)

    after = FocalPoint.objects.values(*SECRETS).get()
    assert {name for name in SECRETS if after[name] != before[name]} == {secret}


def test_no_history_keeps_a_secret():
    kept = {
        model._meta.label
        for model in apps.get_models()
        if "history_id" in (columns := {field.name for field in model._meta.fields})
        and SECRETS & columns
    }

    assert kept == set()
    assert {field.name for field in FocalPoint._meta.fields} >= SECRETS
