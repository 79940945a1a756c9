from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command
from django.core.management.sql import emit_post_migrate_signal

from accounts.services.staff_roles import (
    COORDINATORS,
    DESK_MANAGERS,
    OBSERVERS,
    TRIAGE_OFFICERS,
    groups_by_permission,
)
from members.models import Call
from members.seed import CIRCULAR_CALL_TITLES as TITLES
from tests.factories import CallFactory
from triage.follow_ups.models import FollowUpRule

NAMES = (TRIAGE_OFFICERS, DESK_MANAGERS, COORDINATORS, OBSERVERS)


def apply():
    """Apply the seeds of all apps again, as after a migration."""
    emit_post_migrate_signal(verbosity=0, interactive=False, db="default")


def permissions_of(name):
    return {
        f"{permission.content_type.app_label}.{permission.codename}"
        for permission in Group.objects.get(name=name).permissions.select_related("content_type")
    }


def declared_for(name):
    """The permissions that the table declares for a group."""
    return [permission for permission, groups in groups_by_permission().items() if name in groups]


@pytest.mark.parametrize("name", NAMES)
def test_group_has_exactly_what_is_declared(name):
    assert permissions_of(name) == set(declared_for(name))


def test_group_is_given_what_it_lacks_and_keeps_what_it_was_given():
    group = Group.objects.get(name="Observers")
    by_hand = Permission.objects.get(codename="decline_member_state")
    group.permissions.set([by_hand])
    before = (Group.objects.count(), Call.objects.count())

    apply()

    assert (Group.objects.count(), Call.objects.count()) == before
    assert permissions_of("Observers") == {
        *declared_for("Observers"),
        "members.decline_member_state",
    }


def test_circulars_call_is_as_the_circular_says():
    call = Call.objects.get()

    assert call.opens_at == datetime(2021, 10, 17, 22, tzinfo=UTC)
    assert call.closes_at == datetime(2021, 10, 31, 23, tzinfo=UTC)
    assert call.grace_ends_at == datetime(2021, 11, 1, 12, tzinfo=UTC)
    assert call.contact_email == "Partner2Connect@itu.int"
    assert call.title_fr == "Appel à manifestations d’intérêt, octobre 2021"


def test_call_with_the_seeded_title_is_translated_and_its_french_corrected():
    call = Call.objects.get()
    other = dict.fromkeys(["title_es", "title_ar", "title_ru", "title_zh_hans"])
    released = {"title_fr": "Appel à manifestation d'intérêt, octobre 2021", **other}
    Call.objects.update(**released)
    call.history.update(**released)

    apply()
    apply()

    call.refresh_from_db()
    assert {name: getattr(call, name) for name in TITLES} == TITLES
    assert call.history.count() == 2


@pytest.mark.parametrize("has_seeded", [True, False])
def test_calls_and_titles_of_staff_are_left_alone(has_seeded):
    ours = CallFactory(title_en="Ours", title_fr="Le nôtre")
    seeded = Call.objects.exclude(pk=ours.pk)
    if has_seeded:
        seeded.update(title_fr="Notre appel", title_ar="دعوتنا")
    else:
        seeded.delete()

    apply()

    ours.refresh_from_db()
    assert (ours.title_fr, ours.title_es) == ("Le nôtre", None)
    kept = [("Notre appel", "دعوتنا")] if has_seeded else []
    assert list(seeded.values_list("title_fr", "title_ar")) == kept


def test_follow_ups_are_there_in_their_order_and_days_of_staff_are_left_alone():
    FollowUpRule.objects.filter(step="tell_officer").update(days=99, is_active=False)
    FollowUpRule.objects.filter(step="remind_of_request").delete()

    apply()

    rules = FollowUpRule.objects.values_list("step", "days", "is_active")
    assert set(rules) == {
        ("remind_of_request", 7, True),
        ("tell_officer", 99, False),
        ("propose_closing", 14, True),
        ("remind_to_confirm", 5, True),
        ("remind_of_deadline", 3, True),
    }


@pytest.mark.django_db(transaction=True)
def test_seeds_come_back_after_the_tables_were_emptied():
    call_command("flush", interactive=False)

    assert permissions_of("Observers") == set(declared_for("Observers"))
    assert Call.objects.count() == 1
