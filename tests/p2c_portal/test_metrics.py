"""The figures for Prometheus equal what happened, name nobody, and break no request."""

import fcntl
import os
import tempfile
import time
from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.utils.timezone import now
from prometheus_client import values
from prometheus_client.mmap_dict import mmap_key
from prometheus_client.parser import text_string_to_metric_families

from accounts.models import SignInEvent, SignInOutcome
from inbox.models import IncomingKind, MailboxReading
from members.models import Origin, SpamSignal
from outbox.models import Message, MessageStatus, Queue
from outbox.models.delivery_event import EventKind
from outbox.services.delivery import deliver_message
from outbox.services.delivery_events import record_events
from outbox.services.providers import ProviderEvent
from outbox.services.worker_health import show_beat_alive, show_worker_alive
from p2c_portal import metrics, request_metrics
from tests.accounts.second_factor import PASSWORD, SIGN_IN, with_password
from tests.factories import (
    EoiDraftFactory,
    FileScanFactory,
    HeartbeatFactory,
    IncomingMailFactory,
    MailboxReadingFactory,
    MemberFactory,
    MessageFactory,
    SignInEventFactory,
    UserFactory,
)
from tests.full_disk import room_for
from tests.outbox.delivering import Backend, refused
from tests.sweeps.addresses import parameters_by_name

TOKEN = "a-token-of-prometheus-alone"
METRICS = "/metrics"
BACKUP_AGE = "p2c_backup_age_seconds"
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def count_from_zero():
    """Forget the counts of this process. The library's own method warns if files are used."""
    request_metrics.REQUESTS._metrics.clear()
    request_metrics.SECONDS._metrics.clear()


@pytest.fixture
def _counting(settings):
    """Count requests from 0, in this process only."""
    settings.METRICS_TOKEN = TOKEN
    count_from_zero()


def scrape(client=None):
    """Return the value of each sample by its name and labels, as Prometheus reads it."""
    response = (client or Client()).get(METRICS, headers={"authorization": f"Bearer {TOKEN}"})
    assert response.status_code == 200
    return {
        (sample.name, *(f"{name}={sample.labels[name]}" for name in sorted(sample.labels))): (
            sample.value
        )
        for family in text_string_to_metric_families(response.text)
        for sample in family.samples
    }


def positive(samples, name):
    """Return the samples of a metric that are not 0, by their labels."""
    return {key[1:]: value for key, value in samples.items() if key[0] == name and value}


@pytest.mark.parametrize(
    ("token", "shown", "status"),
    [
        ("", {}, 404),
        ("", {"authorization": "Bearer "}, 404),
        (TOKEN, {}, 401),
        (TOKEN, {"authorization": TOKEN}, 401),
        (TOKEN, {"authorization": "Bearer ключ"}, 401),
        (TOKEN, {"authorization": f"Bearer {TOKEN}"}, 200),
    ],
)
@pytest.mark.django_db
def test_metrics_are_for_who_has_the_token(client, settings, token, shown, status):
    settings.METRICS_TOKEN = token

    assert client.get(METRICS, headers=shown).status_code == status


def message_to(address, **facts):
    at = now() - MINUTE
    times = {"queued_at": at, "first_due_at": at, "due_at": at}
    return MessageFactory(recipient=address, **{**times, **facts})


def deliver(message, trouble=None):
    deliver_message(message_pk=message.pk, connection=Backend(trouble), at=now())
    message.refresh_from_db()


def bounce(message):
    reports = [
        ProviderEvent(
            key=f"{message.pk:064}",
            provider="postmark",
            kind=EventKind.HARD_BOUNCE,
            at=now(),
            message_uuid=message.message_id,
            provider_id="",
            response="550 no such user",
        )
    ]
    record_events(reports, at=now())


def two_hours_pass():
    """Move what happened two hours back, which only events of the last hour notice."""
    for message in Message.objects.filter(status=MessageStatus.SENT):
        Message.objects.filter(pk=message.pk).update(sent_at=message.sent_at - 2 * HOUR)
    for event in SignInEvent.objects.all():
        SignInEvent.objects.filter(pk=event.pk).update(at=event.at - 2 * HOUR)


def sign_in(password=PASSWORD, email="ada@example.org"):
    return Client().post(SIGN_IN, {"username": email, "password": password})


@pytest.mark.usefixtures("_counting")
@pytest.mark.django_db
def test_accounts_tried_from_many_networks_are_those_of_ten_in_the_last_hour():
    tried, long_ago, few, own = (UserFactory() for _n in range(4))
    for number in range(10):
        facts = {"network": f"network-{number}", "outcome": SignInOutcome.WRONG}
        SignInEventFactory(user=tried, at=now(), **facts)
        SignInEventFactory(user=long_ago, at=now() - 2 * HOUR, **facts)
        SignInEventFactory(user=few, at=now(), **{**facts, "network": f"network-{number % 9}"})
        SignInEventFactory(user=own, at=now(), **{**facts, "outcome": SignInOutcome.SUCCEEDED})

    seen = scrape()

    assert positive(seen, "p2c_accounts_tried_from_many_networks") == {(): 1}


@pytest.mark.usefixtures("_counting")
@pytest.mark.django_db
def test_figures_equal_what_happened_in_an_hour(client):
    with_password(email="ada@example.org")
    deliver(message_to("long.ago@gmail.com"))
    sign_in()
    two_hours_pass()
    count_from_zero()

    # Requests.
    for path in ("/en/", "/en/", "/healthz", "/en/members/no-such-member/", "/no-such-page"):
        client.get(path)
    client.head("/healthz")
    # Sign-ins.
    for password in (PASSWORD, PASSWORD, "wrong"):
        sign_in(password)
    sign_in(email="nobody@example.org")
    # Mail.
    for address in ("wanjiku@gmail.com", "otieno@GMAIL.com", "ada@kamau-family.example"):
        deliver(message_to(address))
    deliver(message_to("full@mail.ru"), refused(450, b"4.2.2 Mailbox full"))
    deliver(message_to("gone@yahoo.com"), refused(550, b"5.1.1 No such user"))
    returned = message_to("back@outlook.com", queue=Queue.BULK)
    deliver(returned)
    bounce(returned)
    message_to("a@example.org", queue=Queue.BULK)
    message_to("b@example.org", queue=Queue.BULK, first_due_at=now() - 10 * MINUTE)
    message_to("c@example.org", first_due_at=now() + HOUR, due_at=now() + HOUR)
    # Processes and drafts.
    show_beat_alive(at=now() - 20 * MINUTE)
    show_worker_alive(name="mail@host", queues=["mail", "sweep"], at=now())
    EoiDraftFactory(expires_at=now() + HOUR)
    EoiDraftFactory(expires_at=now() - HOUR)

    # Expressions of interest.
    MemberFactory.create_batch(2, origin=Origin.FORM, submitted_at=now() - MINUTE)
    MemberFactory(origin=Origin.FORM, submitted_at=now() - MINUTE, spam_signal=SpamSignal.NETWORK)
    MemberFactory(origin=Origin.FORM, submitted_at=now() - 2 * HOUR)
    MemberFactory(origin=Origin.SPREADSHEET, submitted_at=now() - MINUTE)

    seen = scrape()

    assert positive(seen, "p2c_expressions_last_hour") == {
        ("signal=none",): 2,
        ("signal=network",): 1,
    }
    assert seen["p2c_expressions_last_hour", "signal=trap"] == 0
    assert positive(seen, "p2c_requests_total") == {
        ("method=GET", "status=2xx", "view=home"): 2,
        ("method=GET", "status=2xx", "view=healthz"): 1,
        ("method=HEAD", "status=2xx", "view=healthz"): 1,
        ("method=GET", "status=4xx", "view=members:member_page"): 1,
        ("method=GET", "status=4xx", "view=none"): 1,
        ("method=POST", "status=3xx", "view=accounts:sign_in"): 2,
        ("method=POST", "status=4xx", "view=accounts:sign_in"): 2,
    }
    assert positive(seen, "p2c_request_seconds_count") == {
        ("view=home",): 2,
        ("view=healthz",): 2,
        ("view=members:member_page",): 1,
        ("view=none",): 1,
        ("view=accounts:sign_in",): 4,
    }
    assert positive(seen, "p2c_sign_ins_last_hour") == {
        ("account_kind=staff", "method=password", "outcome=succeeded"): 2,
        ("account_kind=staff", "method=password", "outcome=wrong"): 1,
        ("account_kind=unknown", "method=password", "outcome=wrong"): 1,
    }
    assert positive(seen, "p2c_deliveries_last_hour") == {
        ("domain=gmail.com", "outcome=accepted"): 2,
        ("domain=other", "outcome=accepted"): 1,
        ("domain=outlook.com", "outcome=accepted"): 1,
        ("domain=outlook.com", "outcome=bounced"): 1,
        ("domain=mail.ru", "outcome=deferred"): 1,
        ("domain=yahoo.com", "outcome=failed"): 1,
    }
    assert positive(seen, "p2c_messages_waiting") == {
        ("queue=mail", "state=deferred"): 1,
        ("queue=mail", "state=scheduled"): 1,
        ("queue=bulk", "state=due"): 2,
    }
    oldest = positive(seen, "p2c_oldest_message_age_seconds")
    assert {labels: round(age / 60) for labels, age in oldest.items()} == {
        ("queue=mail", "state=deferred"): 1,
        ("queue=bulk", "state=due"): 10,
    }
    assert round(seen["p2c_oldest_due_message_age_seconds", "queue=bulk"] / 60) == 10
    assert round(seen[("p2c_beat_age_seconds",)] / 60) == 20
    assert seen["p2c_worker_age_seconds", "queue=mail"] < 60
    assert seen["p2c_worker_age_seconds", "queue=bulk"] == float("inf")
    assert positive(seen, "p2c_workers_alive") == {("queue=mail",): 1}
    assert seen[("p2c_drafts_open",)] == 1
    assert seen[("p2c_database_up",)] == 1
    assert 0 < seen["p2c_disk_free_ratio", "folder=var"] <= 1
    assert seen[("p2c_database_bytes",)] > 100_000
    assert positive(seen, "p2c_mail_server_refuses") == {}
    assert positive(seen, "p2c_mail_held") == {}


@pytest.mark.usefixtures("_counting")
@pytest.mark.django_db
def test_figures_say_which_units_failed_and_whether_the_disk_of_the_database_is_full(
    settings, tmp_path, monkeypatch
):
    settings.VAR_DIR = tmp_path
    (tmp_path / "failures").mkdir()
    for name in ("p2c-backup.service", "another.txt"):
        (tmp_path / "failures" / name).touch()
    monkeypatch.setattr(metrics, "POSTGRESQL_FOLDER", str(tmp_path))

    seen = scrape()

    [(unit, age)] = [(key[1], seen[key]) for key in seen if "unit_failure" in key[0]]
    assert (unit, age < 60) == ("unit=p2c-backup.service", True)
    assert 0 < seen["p2c_disk_free_ratio", "folder=database"] <= 1


@pytest.mark.usefixtures("_counting")
@pytest.mark.django_db
def test_figures_say_what_came_back_and_when_the_mailbox_was_read(settings):
    at = now()
    IncomingMailFactory(received_at=at, reference="P2C-K7M4Q2")
    IncomingMailFactory(received_at=at)
    IncomingMailFactory(received_at=at - 2 * HOUR)
    IncomingMailFactory(received_at=at, kind=IncomingKind.BOUNCE)
    MailboxReadingFactory(read_at=at - 20 * MINUTE)

    without = scrape()
    settings.MAILBOX_URL = "imaps://portal:secret@mail.example"
    seen = scrape()

    assert ("p2c_mailbox_age_seconds",) not in without
    assert round(seen[("p2c_mailbox_age_seconds",)] / 60) == 20
    assert positive(seen, "p2c_incoming_last_hour") == {("kind=reply",): 2, ("kind=bounce",): 1}
    assert seen[("p2c_incoming_unmatched",)] == 2
    MailboxReading.objects.all().delete()
    assert scrape()[("p2c_mailbox_age_seconds",)] == float("inf")


@pytest.mark.usefixtures("_counting")
@pytest.mark.django_db
def test_figures_say_when_each_step_of_the_backup_succeeded(settings, tmp_path):
    settings.VAR_DIR = tmp_path
    for step, hours in (("backup", 3), ("proof", 100)):
        stamp = tmp_path / f"{step}-finished"
        stamp.touch()
        os.utime(stamp, (time.time() - hours * 3600,) * 2)

    seen = scrape()

    assert {key[1]: value / 3600 for key, value in seen.items() if key[0] == BACKUP_AGE} == {
        "step=backup": pytest.approx(3, abs=0.1),
        "step=offsite": float("inf"),
        "step=proof": pytest.approx(100, abs=0.1),
    }


@pytest.mark.usefixtures("_counting")
@pytest.mark.django_db
def test_metrics_cost_as_many_queries_for_nine_messages_as_for_three(django_assert_num_queries):
    client = Client()
    for _again in range(2):
        for queue in Queue:
            message_to("a@gmail.com", queue=queue)
        HeartbeatFactory()
        with django_assert_num_queries(18):
            scrape(client)


@pytest.mark.usefixtures("_counting")
@pytest.mark.django_db
def test_metrics_say_that_the_database_is_down_and_still_count_requests(client):
    client.get("/healthz")

    def refuse(*_statement):
        raise OperationalError("could not connect")

    with connection.execute_wrapper(refuse):
        seen = scrape()

    assert seen[("p2c_database_up",)] == 0
    assert seen["p2c_requests_total", "method=GET", "status=2xx", "view=healthz"] == 1
    assert ("p2c_beat_age_seconds",) not in seen


@pytest.mark.django_db
def test_nothing_is_counted_without_a_token(client, settings):
    settings.METRICS_TOKEN = ""
    count_from_zero()

    client.get("/healthz")

    assert request_metrics.REQUESTS._metrics == {}


def counted(answer=None, **facts):
    """Send a request through the middleware alone."""
    middleware = request_metrics.count_requests(lambda _request: answer or HttpResponse())
    return middleware(RequestFactory().generic(facts.get("method", "GET"), "/static/a.css"))


@pytest.mark.usefixtures("_counting")
def test_static_files_and_unknown_methods_have_one_label_each():
    counted()
    counted(method="PROPFIND")

    assert set(request_metrics.REQUESTS._metrics) == {
        ("GET", "static", "2xx"),
        ("other", "static", "2xx"),
    }


@pytest.fixture
def _own_files(tmp_path, monkeypatch):
    """Keep the files in tmp_path, and undo what a web process does to the library."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(values, "ValueClass", values.ValueClass)
    monkeypatch.delenv(request_metrics.FOLDER_VARIABLE, raising=False)
    yield
    count_from_zero()
    os.environ.pop(request_metrics.FOLDER_VARIABLE, None)


@pytest.mark.usefixtures("_counting", "_own_files")
def test_process_that_replaces_another_continues_its_counts():
    request_metrics.prepare_folder()
    for _process in range(2):
        request_metrics.share_counts(0)
        counted()
        count_from_zero()

    text = metrics.requests_in_text().decode()

    assert 'p2c_requests_total{method="GET",status="2xx",view="static"} 2.0' in text


@pytest.mark.usefixtures("_counting", "_own_files")
def test_full_disk_leaves_requests_uncounted_but_answered(caplog, tmp_path):
    request_metrics.prepare_folder()

    with room_for(4096):
        request_metrics.share_counts(0)
        response = counted()

    assert response.status_code == 200
    assert "Requests are not counted: no room" in caplog.text
    assert list(tmp_path.glob("*/*")) == []
    assert metrics.requests_in_text() == b""


@pytest.mark.usefixtures("_counting", "_own_files")
def test_folder_that_cannot_be_made_leaves_requests_uncounted_but_answered(
    caplog, monkeypatch, tmp_path
):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "missing"))

    request_metrics.prepare_folder()
    request_metrics.share_counts(0)

    assert counted().status_code == 200
    assert "Requests are not counted" in caplog.text
    assert metrics.requests_in_text() == b""


@pytest.mark.usefixtures("_counting")
def test_error_of_the_counts_breaks_no_request(monkeypatch, caplog):
    def refuse(*_labels):
        raise OSError("disk full")

    monkeypatch.setattr(request_metrics.REQUESTS, "labels", refuse)

    assert counted().status_code == 200
    assert "A request was not counted: OSError" in caplog.text


@pytest.mark.usefixtures("_counting", "_own_files")
def test_folder_is_locked_while_the_server_runs_and_removed_when_it_ends(tmp_path):
    request_metrics.prepare_folder()
    [folder] = tmp_path.iterdir()
    descriptor = os.open(folder, os.O_RDONLY)
    with pytest.raises(BlockingIOError):
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    os.close(descriptor)

    request_metrics.remove_folder()

    assert list(tmp_path.iterdir()) == []


def test_files_have_room_for_every_view():
    """The library would enlarge a file without reserving its disk space."""
    views = [*parameters_by_name(), request_metrics.STATIC_FILE, request_metrics.NO_VIEW]
    help_text = "x" * 80
    counter = histogram = 0
    for view in views:
        names, labels = ["method", "view", "status"], ["OPTIONS", view, "2xx"]
        key = mmap_key("p2c_requests", "p2c_requests_total", names, labels, help_text)
        # For three methods with three classes of status, which no view exceeds.
        counter += 9 * (len(key) + 24)
        name = "p2c_request_seconds"
        key = mmap_key(name, f"{name}_bucket", ["view", "le"], [view, "10.0"], help_text)
        histogram += (len(request_metrics.BUCKETS) + 2) * (len(key) + 24)

    assert max(counter, histogram) < request_metrics.FILE_SIZE


@pytest.mark.usefixtures("_counting")
@pytest.mark.django_db
def test_figures_say_which_files_wait_for_the_scanner_and_what_it_found(settings):
    at = now()
    failed = {"status": "failed", "scanned_at": at, "finding": "too large"}
    FileScanFactory(requested_at=at - 20 * MINUTE, **failed)
    FileScanFactory(requested_at=at - 10 * MINUTE)
    FileScanFactory(requested_at=at - 40 * MINUTE, status="clean", scanned_at=at)
    for hours in (1, 23, 25):
        then = at - hours * HOUR
        FileScanFactory(requested_at=then, status="infected", scanned_at=then, finding="Eicar")
    names = (
        "p2c_files_waiting",
        "p2c_oldest_waiting_file_age_seconds",
        "p2c_infected_files_last_day",
    )

    without = scrape()
    settings.CLAMD = "/run/clamav/clamd.ctl"
    seen = scrape()

    assert [without[(name,)] for name in names] == [0, 0, 2]
    assert [round(seen[(name,)]) for name in names] == [2, 1200, 2]
