import re
from pathlib import Path

import pytest
from django.conf import settings

from outbox.models import Queue
from p2c_portal.celery import app

PROCFILE = (Path(settings.BASE_DIR) / "Procfile").read_text()


@pytest.mark.parametrize("name", settings.CELERY_BEAT_SCHEDULE)
def test_scheduled_task_exists(name):
    app.loader.import_default_modules()

    assert settings.CELERY_BEAT_SCHEDULE[name]["task"] in app.tasks


@pytest.mark.parametrize("name", settings.CELERY_BEAT_SCHEDULE)
def test_scheduled_task_outlives_an_hour_of_a_wrong_clock_and_does_not_pile_up_for_days(name):
    schedule = settings.CELERY_BEAT_SCHEDULE[name]

    expires = schedule.get("options", {}).get("expires")
    if schedule["task"] == "outbox.tasks.sweep":
        assert expires is None
    else:
        assert 3600 < expires <= 4 * 3600


def test_workers_serve_every_queue():
    app.loader.import_default_modules()
    ours = [name for name in app.tasks if not name.startswith("celery.")]
    used = {app.amqp.router.route({}, name)["queue"].name for name in ours} | {*Queue.values}

    served = {
        queue for queues in re.findall(r"--queues (\S+)", PROCFILE) for queue in queues.split(",")
    }

    assert served == used
