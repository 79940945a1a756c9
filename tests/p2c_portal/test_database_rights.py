"""The running portal has a role of its own, which can do all its work and change no event."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, connection, transaction
from django.utils.timezone import now

from accounts.models import EventDigest, ReadingEvent, SignInEvent
from p2c_portal.database_rights import grant_rights
from privacy.models import DataExport, RetentionKind
from privacy.services.emptying import delete_old_events
from privacy.services.event_digests import make_digests
from privacy.services.retention_periods import delete_due
from tests.factories import (
    DataExportFactory,
    EventDigestFactory,
    MemberFactory,
    ReadingEventFactory,
    RetentionPeriodFactory,
    SignInEventFactory,
    UserFactory,
)
from tests.factories.noon import NOON

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
on_postgresql = pytest.mark.skipif(connection.vendor != "postgresql", reason="PostgreSQL's roles")
EVENTS = (SignInEvent, ReadingEvent, DataExport, EventDigest)
FACTORIES = (SignInEventFactory, ReadingEventFactory, DataExportFactory, EventDigestFactory)
TABLES = list(zip(EVENTS, FACTORIES, strict=True))


def execute(statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.fixture
def running_role():
    """Act as the running portal after the block of the returned function has made its rows."""
    execute("CREATE ROLE p2c_running_test")
    # Creating a role gives a role that is no superuser no right to act as it.
    execute("GRANT p2c_running_test TO CURRENT_USER")
    grant_rights(role="p2c_running_test")
    yield lambda: execute("SET LOCAL ROLE p2c_running_test")
    execute("RESET ROLE")


def is_refused(statement):
    """Return whether the database refuses a statement for want of a right."""
    try:
        with transaction.atomic():
            execute(statement)
    except ProgrammingError as refused:
        return "permission denied" in str(refused) or "must be owner" in str(refused)
    return False


@on_postgresql
@pytest.mark.parametrize(("model", "make"), TABLES)
def test_running_role_adds_events_and_cannot_change_them(running_role, model, make):
    kept = make()
    running_role()

    if model is not EventDigest:
        make(at=NOON + timedelta(hours=1))
    table = model._meta.db_table

    assert is_refused(f"UPDATE {table} SET at = now()")  # noqa: S608
    assert is_refused(f"DELETE FROM {table}")  # noqa: S608
    assert is_refused(f"TRUNCATE {table} CASCADE")
    assert is_refused(f"DROP TABLE {table}")
    assert is_refused(f"ALTER TABLE {table} ADD COLUMN more int")
    assert model.objects.filter(pk=kept.pk).exists()


@on_postgresql
def test_running_role_cannot_change_the_schema_or_the_migrations(running_role):
    running_role()

    assert is_refused("CREATE TABLE public.another (id int)")
    assert is_refused("DELETE FROM django_migrations")
    assert is_refused("CREATE FUNCTION public.f() RETURNS int LANGUAGE sql AS 'SELECT 1'")


@on_postgresql
def test_running_role_changes_all_other_rows_and_erases_the_address_of_an_export(running_role):
    export, member = DataExportFactory(), MemberFactory()
    running_role()

    DataExport.objects.filter(pk=export.pk).update(address="[erased]", by_name="[erased]")
    member.save()
    MemberFactory()
    UserFactory().groups.clear()

    export.refresh_from_db()
    assert export.address == "[erased]"


@on_postgresql
def test_running_role_deletes_no_young_event(running_role):
    young = SignInEventFactory(at=now() - timedelta(days=89))
    old = SignInEventFactory(at=now() - timedelta(days=91))
    running_role()

    delete_old_events(SignInEvent)([young.pk, old.pk], now())

    assert list(SignInEvent.objects.all()) == [young]


@on_postgresql
def test_retention_and_digests_work_by_the_running_role(running_role):
    RetentionPeriodFactory(kind=RetentionKind.SIGN_IN_EVENTS)
    SignInEventFactory(at=NOON)
    ReadingEventFactory(at=NOON)
    at = now() + timedelta(days=30)
    running_role()

    make_digests(at=NOON + timedelta(days=2))
    deleted = delete_due(clock=lambda: at)

    assert deleted >= 2
    assert not SignInEvent.objects.exists()
    assert not ReadingEvent.objects.exists()
    assert EventDigest.objects.count() == 4


@on_postgresql
def test_grant_rights_gives_the_same_rights_again(settings):
    execute("CREATE ROLE p2c_running_test")
    settings.RUNNING_ROLE = "p2c_running_test"
    told = StringIO()

    call_command("grant_rights", stdout=told)
    call_command("grant_rights", stdout=told)

    assert "p2c_running_test has the rights of the running portal." in told.getvalue()


@on_postgresql
def test_migrate_gives_the_rights(settings):
    execute("CREATE ROLE p2c_running_test")
    settings.RUNNING_ROLE = "p2c_running_test"

    call_command("migrate", verbosity=0)

    with connection.cursor() as cursor:
        cursor.execute("SELECT has_table_privilege('p2c_running_test', 'members_member', 'INSERT')")
        assert cursor.fetchone() == (True,)


def test_grant_rights_refuses_if_there_is_one_role():
    with pytest.raises(CommandError, match="names no other role"):
        call_command("grant_rights")
