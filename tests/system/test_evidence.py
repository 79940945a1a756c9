"""The drill: an installation with one role gets two, and an event that was changed is found."""

import json
import re
import subprocess
import time
from datetime import timedelta

import pytest
from django.db import ProgrammingError, connection
from django.utils.timezone import now

from accounts.models import EventDigest, SignInEvent
from accounts.services.events import RecordRead, record_reading
from privacy.services.event_digests import make_digests
from tests.deploy.guide import GUIDE, blocks
from tests.factories import MemberFactory, SignInEventFactory, UserFactory
from tests.portal import database_at, environment, manage

pytestmark = [
    pytest.mark.patient,
    pytest.mark.django_db(transaction=True),
    pytest.mark.timeout(600),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="The roles of PostgreSQL"),
]

NAME = "evidence"
DAY = timedelta(days=1)
# As version 1.0.0 was installed.
GIVE_TO_ONE_ROLE = """
DO $$
DECLARE
    name text;
BEGIN
    FOR name IN SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public' LOOP
        EXECUTE 'ALTER TABLE ' || name || ' OWNER TO p2c';
    END LOOP;
    FOR name IN SELECT oid::regprocedure FROM pg_proc WHERE proname LIKE 'delete_old_%' LOOP
        EXECUTE 'ALTER FUNCTION ' || name || ' OWNER TO p2c';
    END LOOP;
END
$$
"""


def statements():
    """Return what upgrade.md gives to psql: before the rights are granted, and after."""
    [block] = [
        block for block in blocks(GUIDE / "upgrade.md") if "REASSIGN OWNED" in block.commands
    ]
    return re.findall(r"psql [^\n]*<<END\n(.*?)^END$", block.commands, re.MULTILINE | re.DOTALL)


@pytest.fixture
def urls(own_cluster):
    """The addresses of a database for its two roles, of which there is one at the beginning."""
    own_cluster.execute("CREATE ROLE p2c LOGIN PASSWORD 'running'")
    own_cluster.create(NAME, template="template")
    own_cluster.execute(f"ALTER DATABASE {NAME} OWNER TO p2c")
    execute(own_cluster.url(NAME), GIVE_TO_ONE_ROLE)
    place = f"127.0.0.1:{own_cluster.port}/{NAME}"
    yield f"postgres://p2c:running@{place}", f"postgres://p2c_owner:owner@{place}"
    own_cluster.drop(NAME)
    own_cluster.execute("DROP ROLE IF EXISTS p2c, p2c_owner")


def execute(url, *sql):
    with database_at(url), connection.cursor() as cursor:
        for statement in sql:
            cursor.execute(statement)


def refusal(url, statement):
    """Return why the database refuses a statement."""
    with pytest.raises(ProgrammingError) as refused:
        execute(url, statement)
    return str(refused.value).splitlines()[0]


def verified(settings):
    """Return what `verify` says about the events, and whether it succeeds."""
    try:
        told = manage("verify", "--json", environment=settings)
        status = 0
    except subprocess.CalledProcessError as failed:
        told, status = failed.stdout, failed.returncode
    return json.loads(told)["checks"]["events"], status


def test_event_that_its_owner_changed_is_found(urls, own_cluster, capsys):
    running, owner = urls
    superuser = own_cluster.url(NAME)
    both = environment(database_url=running, broker_url="memory://", MIGRATION_DATABASE_URL=owner)
    one = environment(database_url=running, broker_url="memory://")
    first, then = statements()
    split = time.monotonic()
    execute(superuser, first.replace("$OWNER_PASSWORD", "owner"))
    manage("grant_rights", environment=both)
    execute(superuser, then)
    split = time.monotonic() - split

    with database_at(running):
        ada = UserFactory(name="Ada Lovelace")
        for days in range(1, 31):
            SignInEventFactory.create_batch(100, at=now() - days * DAY, user=ada)
            record_reading(
                [RecordRead("members.member", MemberFactory().pk)], by=ada, at=now() - days * DAY
            )
        sealed = time.monotonic()
        make_digests(at=now() + DAY)
        sealed = time.monotonic() - sealed
        digests = EventDigest.objects.count()
        event = SignInEvent.objects.order_by("at", "pk")[1500]
    sound, sound_status = verified(one)
    change = f"UPDATE accounts_signinevent SET network = 'x' WHERE id = {event.pk}"  # noqa: S608
    refusals = [
        refusal(running, change),
        refusal(running, "DELETE FROM accounts_signinevent"),
        refusal(running, "UPDATE accounts_eventdigest SET number = 0"),
        refusal(running, "ALTER TABLE accounts_signinevent DISABLE TRIGGER ALL"),
    ]
    execute(running, f"SELECT delete_old_accounts_signinevent(ARRAY[{event.pk}])")
    execute(owner, change)
    started = time.monotonic()
    spoilt, spoilt_status = verified(one)
    took = time.monotonic() - started

    with capsys.disabled():
        print(f"\nTwo roles from one: {split:.1f} s")  # noqa: T201
        print(f"{digests} digests of 3,000 sign-ins and 30 readings: {sealed:.2f} s")  # noqa: T201
        for each in refusals:
            print(f"The running portal is refused: {each}")  # noqa: T201
        print(f"Found in {took:.1f} s: {spoilt['examples'][0]}")  # noqa: T201
    assert (sound["ok"], sound_status) == (True, 0)
    assert refusals == [
        "permission denied for table accounts_signinevent",
        "permission denied for table accounts_signinevent",
        "permission denied for table accounts_eventdigest",
        "must be owner of table accounts_signinevent",
    ]
    assert spoilt["examples"] == [
        f"accounts.SignInEvent {event.at.date().isoformat()}: an event was changed"
    ]
    assert spoilt_status == 1
