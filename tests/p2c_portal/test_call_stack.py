"""Deep calls that do not request memory from the operating system each time."""

import resource
from threading import Thread

from django.http import HttpResponse

from p2c_portal.call_stack import one_stack_for_each_request, with_one_stack

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


def test_no_depth_is_slow_with_one_stack():
    assert in_thread(lambda: with_one_stack(most_faults)) < CALLS / 10


def test_arguments_and_result_are_those_of_the_function():
    assert with_one_stack(divmod, 7, 2) == (3, 1)
    assert with_one_stack(dict, a=1) == {"a": 1}


def test_each_request_has_one_stack(rf):
    def get_response(request):
        return HttpResponse(str(most_faults()))

    answer = one_stack_for_each_request(get_response)
    response = in_thread(lambda: answer(rf.get("/")))
    assert int(response.content) < CALLS / 10


def test_middleware_is_the_first(settings):
    assert settings.MIDDLEWARE[0] == "p2c_portal.call_stack.one_stack_for_each_request"
