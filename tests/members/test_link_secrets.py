"""The random values that tell the links of a row from those of any other that had its key."""

from django.apps import apps

from eoi.models import EoiDraft
from members.models import FocalPoint, MemberStatus, RoleTransfer
from members.services.corrections import correct_answers
from members.services.focal_points import accept_role_transfer, renew_feed, revoke_links
from tests.factories import (
    NOON,
    EoiDraftFactory,
    FocalPointFactory,
    RoleTransferFactory,
    UserFactory,
)

SECRETS = {"link_secret", "feed_secret"}


def drawn_anew(person, act):
    """Return which secrets of a focal point are others after something was done, in its row."""
    before = {name: getattr(person, name) for name in SECRETS}
    act()
    after = FocalPoint.objects.values(*SECRETS).get(pk=person.pk)
    return {name for name in SECRETS if after[name] != before[name]}


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


def test_revoking_draws_a_new_secret_of_the_links():
    person = FocalPointFactory()

    drawn = drawn_anew(
        person,
        lambda: revoke_links(focal_point=person, link_version=1, by=UserFactory(), at=NOON),
    )

    assert drawn == {"link_secret"}


def test_renewing_a_feed_draws_a_new_secret_of_the_feed():
    person = FocalPointFactory(member__status=MemberStatus.ADMITTED)

    drawn = drawn_anew(
        person, lambda: renew_feed(focal_point=person, feed_version=0, by=person, at=NOON)
    )

    assert drawn == {"feed_secret"}


def test_taking_a_role_over_draws_a_new_secret_of_the_links():
    role_transfer = RoleTransferFactory()

    drawn = drawn_anew(
        role_transfer.focal_point,
        lambda: accept_role_transfer(role_transfer=role_transfer, at=NOON),
    )

    assert drawn == {"link_secret"}


def test_correcting_an_address_draws_a_new_secret_of_the_links():
    person = FocalPointFactory()

    drawn = drawn_anew(
        person,
        lambda: correct_answers(
            member=person.member,
            facts={},
            focal_points={person.pk: {"email": "new@example.org"}},
            reason="Mistyped",
            by=UserFactory(),
            at=NOON,
        ),
    )

    assert drawn == {"link_secret"}


def test_no_history_keeps_a_secret():
    kept = {
        model._meta.label
        for model in apps.get_models()
        if "history_id" in (columns := {field.name for field in model._meta.fields})
        and SECRETS & columns
    }

    assert kept == set()
    assert {field.name for field in FocalPoint._meta.fields} >= SECRETS
