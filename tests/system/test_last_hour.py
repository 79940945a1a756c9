"""The last hour of a call, in which processes die: everything that people were told is true."""

import random

import pytest
from django.db import connection

from tests.portal import collect_static, database_url
from tests.system import last_hour
from tests.system.audit import Outcome, audit
from tests.system.mail import repeats

ORGANISATIONS = 60
LASTS = 12


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="once is enough")
def test_last_hour_with_killed_processes_keeps_what_it_told_everybody(
    own_redis, own_sink, own_mail_port, tmp_path
):
    chance = random.Random(2021)  # noqa: S311
    plans = [
        *last_hour.plan_hour(ORGANISATIONS, lasts=LASTS, takes=4, chance=chance),
        *last_hour.plan_farm(lasts=LASTS, chance=chance),
    ]
    call = last_hour.open_call()
    collect_static()

    with last_hour.portal(
        database_url=database_url(), redis=own_redis, mail_port=own_mail_port, folder=tmp_path
    ) as portal:
        organisations = last_hour.live_through(portal, call, plans, lasts=LASTS, chance=chance)
        assert last_hour.deliver_the_rest(portal)

    visits = [each.visit for each in organisations]
    assert audit(visits=visits, call=call, sink=own_sink) == []
    assert {each.outcome for each in visits} == set(Outcome)
    # The messages that the killed worker had claimed.
    assert repeats(own_sink) <= 2
