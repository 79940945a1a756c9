"""Health checks for monitors: is the process alive, and do the services that it needs work?"""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import Error
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from kombu.exceptions import OperationalError

from inbox.services.mailbox_health import MailboxHealth, check_mailbox
from outbox.models import Queue
from outbox.services.installation import open_hold
from outbox.services.worker_health import WorkerHealth, check_health
from p2c_portal.celery import app


@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """Report that the process is alive, and which release it is.

    It does not use the database or other services.
    """
    return JsonResponse(
        {"status": "alive", "version": settings.VERSION, "revision": settings.REVISION}
    )


@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """Report which parts of the portal work, with status 503 if one does not.

    This is for monitors that raise an alarm, not for load balancers: the portal serves pages and
    accepts forms without broker and workers too. If READYZ_TOKEN is set, the client must send it.
    """
    if settings.READYZ_TOKEN and not constant_time_compare(
        request.headers.get("Authorization", ""), f"Bearer {settings.READYZ_TOKEN}"
    ):
        return JsonResponse(
            {"status": "not told"}, status=401, headers={"WWW-Authenticate": "Bearer"}
        )
    checks = check_everything(at=timezone.now())
    is_ready = all(check["ok"] for check in checks.values())
    return JsonResponse(
        {"status": "ready" if is_ready else "not ready", "checks": checks},
        status=200 if is_ready else 503,
    )


def check_everything(*, at: datetime) -> dict[str, dict[str, Any]]:
    """Check database, broker, beat, workers, outbox, mail server, held email, clocks, mailbox.

    Ages are in seconds, or None if they are not known. The mailbox is left out if this portal
    reads none.
    """
    mailbox: MailboxHealth | None = None
    try:
        pulse, held, mailbox = check_health(at=at), open_hold(), check_mailbox(at=at)
        is_database_there = True
    except Error:
        pulse = WorkerHealth(
            at=at, beat_at=None, workers=dict.fromkeys(Queue.values, 0), due_since={}
        )
        held, is_database_there = None, False
    checks: dict[str, dict[str, Any]] = {
        "database": {"ok": is_database_there},
        "broker": {"ok": is_broker_reachable()},
        "beat": {"ok": not pulse.beat_is_silent, "age": seconds_since(pulse.beat_at, at)},
        "workers": {"ok": not pulse.unserved, "alive": pulse.workers},
        "oldest_due_message": {
            "ok": is_database_there and not pulse.overdue,
            "age": seconds_since(pulse.oldest_due, at),
        },
        "mail_server": {
            "ok": pulse.server_trouble is None or not pulse.overdue,
            "waiting": pulse.waiting,
            "last_handed_over": seconds_since(pulse.handed_over_at, at),
        },
        # After a restore, until a person releases it.
        "mail_held": {
            "ok": is_database_there and held is None,
            "age": seconds_since(held.held_at if held else None, at),
        },
        "clocks": {
            "ok": not pulse.ahead,
            "ahead": int(max(pulse.ahead.values(), default=timedelta()).total_seconds()),
        },
    }
    if mailbox is None:
        return checks
    return checks | {
        "mailbox": {
            "ok": mailbox.silent_since is None,
            "last_read": seconds_since(mailbox.read_at, at),
        },
    }


def seconds_since(then: datetime | None, at: datetime) -> int | None:
    """Return the number of whole seconds between two times; None if there is no first one."""
    return None if then is None else int((at - then).total_seconds())


def is_broker_reachable() -> bool:
    """Return whether the broker can be reached within the timeouts of its settings."""
    with app.connection_for_write() as broker:
        try:
            broker.ensure_connection(max_retries=1, timeout=1, interval_start=0)
        except (OperationalError, OSError):
            return False
    return True
