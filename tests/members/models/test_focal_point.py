"""What the database refuses of a focal point and of a successor."""

import pytest
from django.db import IntegrityError, transaction

from members.models import FocalPoint, RoleTransfer
from tests.factories import NOON, FocalPointFactory, RoleTransferFactory
from tests.members.models.refusing import refused_by


def test_focal_point_one_of_each():
    member = FocalPointFactory(is_alternate=True).member

    # PostgreSQL names the constraint, SQLite its columns.
    with refused_by("members_focalpoint_one_of_each|members_focalpoint.is_alternate"):
        FocalPointFactory(member=member, is_alternate=True)


def test_focal_point_one_of_each_lets_both_be():
    member = FocalPointFactory(is_alternate=True).member

    primary = FocalPointFactory(member=member, is_alternate=False)

    assert set(member.focal_points.values_list("is_alternate", flat=True)) == {True, False}
    assert primary.pk


@pytest.mark.parametrize(
    ("given", "family", "full"),
    [
        ("Ada", "Lovelace", "Ada Lovelace"),
        ("", "Raman", "Raman"),
        ("小明", "王", "王小明"),
        ("伟", "欧阳", "欧阳伟"),
        ("さくら", "山田", "山田さくら"),
        ("민수", "김", "김민수"),
        ("Xiaoming", "王", "Xiaoming 王"),
        ("マリ", "キュリー", "マリ キュリー"),
        ("مريم", "بن صالح", "مريم بن صالح"),
    ],
)
def test_focal_point_is_called_in_the_order_of_their_script(given, family, full):
    person = FocalPoint(given_name=given, family_name=family)

    assert person.full_name == full


def test_focal_point_known_language():
    with refused_by("members_focalpoint_known_language"):
        FocalPointFactory(language="tlh")


def test_focal_point_known_title():
    with refused_by("members_focalpoint_known_title"):
        FocalPointFactory(title="sir")


@pytest.mark.parametrize("missing", ["family_name", "email"])
def test_focal_point_has_name_and_email(missing):
    with refused_by("members_focalpoint_has_name_and_email"):
        FocalPointFactory(**{missing: ""})


@pytest.mark.parametrize(
    ("constraint", "facts"),
    [
        ("members_roletransfer_expires_after_naming", {"expires_at": NOON}),
        ("members_roletransfer_known_language", {"language": "xx"}),
        ("members_roletransfer_known_title", {"title": "king"}),
        ("members_roletransfer_has_name_and_email", {"family_name": ""}),
        ("members_roletransfer_has_name_and_email", {"email": ""}),
    ],
)
def test_successor_constraint_refuses(constraint, facts):
    with refused_by(constraint), transaction.atomic():
        RoleTransferFactory(**facts)

    assert list(RoleTransfer.objects.all()) == []


def test_focal_point_has_one_successor_at_a_time():
    first = RoleTransferFactory()

    with pytest.raises(IntegrityError), transaction.atomic():
        RoleTransferFactory(focal_point=first.focal_point)

    assert list(RoleTransfer.objects.all()) == [first]
