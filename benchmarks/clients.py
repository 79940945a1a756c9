"""HTTP clients that send one request after another for a limited time."""

import http.client
import threading
import time
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from urllib.parse import urlencode, urlsplit

from benchmarks.figures import median, percentile

# A request that takes longer counts as an error.
PATIENCE = 30


@dataclass(frozen=True)
class Answer:
    """A response, and its duration in seconds. `body` is as received."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes
    seconds: float


class Visitor:
    """One browser: it keeps cookies, follows no redirects, and connects for each request."""

    def __init__(self, address, **headers):
        self.host = urlsplit(address).netloc
        self.headers = {"Accept-Encoding": "gzip", "Accept-Language": "en", **headers}
        self.cookies = {}
        # The seconds that a slow connection takes for each hundred bytes of a form.
        self.slowness = 0

    def get(self, path):
        """Request a page. Raises OSError and HTTPException if there is no response."""
        return self._ask("GET", path, None)

    def post(self, path, fields):
        """Submit a form, with the token from the cookie of the last page."""
        return self._ask("POST", path, self._form(fields))

    def post_and_leave(self, path, fields):
        """Submit a form, and hang up before there is a response."""
        self._send("POST", path, self._form(fields)).close()

    def _form(self, fields):
        if token := self.cookies.get("csrftoken"):
            fields = {"csrfmiddlewaretoken": token, **fields}
        return urlencode(fields, doseq=True).encode()

    def _ask(self, method, path, body):
        started = time.perf_counter()
        connection = self._send(method, path, body)
        try:
            response = connection.getresponse()
            content = response.read()
        finally:
            connection.close()
        seconds = time.perf_counter() - started
        for line in response.headers.get_all("Set-Cookie", ()):
            for name, morsel in SimpleCookie(line).items():
                self.cookies[name] = morsel.value
        return Answer(response.status, response.headers, content, seconds)

    def _send(self, method, path, body):
        headers = dict(self.headers)
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={self.cookies[name]}" for name in self.cookies)
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            headers["Content-Length"] = str(len(body))
        if body is not None and self.slowness:
            body = slowly(body, self.slowness)
        connection = http.client.HTTPConnection(self.host, timeout=PATIENCE)
        try:
            connection.request(method, path, body, headers)
        except BaseException:
            connection.close()
            raise
        return connection


def slowly(content, slowness):
    """Yield content in pieces of a hundred bytes, with a pause between them."""
    for begin in range(0, len(content), 100):
        time.sleep(slowness)
        yield content[begin : begin + 100]


@dataclass
class Round:
    """What several visitors did in one round."""

    elapsed: float
    # The seconds of each successful step.
    times: list[float] = field(default_factory=list)
    # The errors, in one or two words each.
    errors: list[str] = field(default_factory=list)

    @property
    def throughput(self):
        """Return the number of successful steps per second."""
        return len(self.times) / self.elapsed

    @property
    def median(self):
        """Return the median duration of a step, in seconds."""
        return median(self.times)

    def percentile(self, percent):
        """Return the given percentile of the durations, in seconds."""
        return percentile(self.times, percent)


def closed_loop(visit, *, clients, seconds, at_most=100_000):
    """Let some visitors repeat something concurrently for some seconds.

    `visit(number)` returns what one visitor does: a function without arguments that takes one step,
    and returns the seconds of it that count. An exception is an error of that step. No visitor
    takes more than `at_most` steps.
    """
    steps = [visit(number) for number in range(clients)]
    rounds = Round(elapsed=0)
    start = threading.Barrier(clients + 1)
    lock = threading.Lock()

    def loop(step):
        start.wait()
        until = time.perf_counter() + seconds
        for _step in range(at_most):
            if time.perf_counter() >= until:
                break
            try:
                took = step()
            except Exception as trouble:
                with lock:
                    rounds.errors.append(f"{type(trouble).__name__}: {trouble}")
            else:
                with lock:
                    rounds.times.append(took)

    threads = [threading.Thread(target=loop, args=[step], daemon=True) for step in steps]
    for thread in threads:
        thread.start()
    start.wait()
    started = time.perf_counter()
    for thread in threads:
        thread.join()
    rounds.elapsed = time.perf_counter() - started
    return rounds


def insist(answer, status):
    """Return the seconds that a response took; raise ValueError if it is not the expected one."""
    if answer.status != status:
        raise ValueError(f"{answer.status} instead of {status}")
    return answer.seconds
