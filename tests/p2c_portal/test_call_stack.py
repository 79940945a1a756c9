"""Deep calls that do not request memory from the operating system each time."""

import resource
from pathlib import Path
from runpy import run_path
from threading import Thread
from types import SimpleNamespace

import pytest
from django.conf import settings

from p2c_portal.call_stack import with_one_stack

CALLS = 500
DEPTHS = 300


def leaf():
    return None


def faults_of_calls(depth):
    """Call a function again and again, after `depth` calls that are not over yet.

    A page of memory that comes from the operating system costs a fault when it is first used.
    """
    if depth:
        return faults_of_calls(depth - 1)
    before = resource.getrusage(resource.RUSAGE_THREAD).ru_minflt
    for _ in range(CALLS):
        leaf()
    return resource.getrusage(resource.RUSAGE_THREAD).ru_minflt - before


def most_faults():
    return max(faults_of_calls(depth) for depth in range(DEPTHS))


def in_thread(function):
    """Call it where no call is deep yet."""
    results = []
    thread = Thread(target=lambda: results.append(function()))
    thread.start()
    thread.join()
    return results[0]


@pytest.fixture(scope="module")
def server():
    return run_path(str(Path(settings.BASE_DIR) / "gunicorn.conf.py"))


def test_no_depth_is_slow_with_one_stack():
    assert in_thread(lambda: with_one_stack(most_faults)) < CALLS / 10


def test_arguments_and_result_are_those_of_the_function():
    assert with_one_stack(divmod, 7, 2) == (3, 1)
    assert with_one_stack(dict, a=1) == {"a": 1}


def test_web_server_answers_each_request_with_one_stack(server):
    worker = SimpleNamespace(wsgi=lambda environ, start_response: most_faults())

    server["post_worker_init"](worker)

    assert in_thread(lambda: worker.wsgi({}, None)) < CALLS / 10


def test_web_server_of_a_python_without_the_slowness_calls_the_portal_itself(server, monkeypatch):
    def portal(environ, start_response):
        return []

    worker = SimpleNamespace(wsgi=portal)
    monkeypatch.setitem(server["post_worker_init"].__globals__, "HAS_SLOW_CALLS", False)

    server["post_worker_init"](worker)

    assert worker.wsgi is portal
