"""The proxy of deploy/nginx, with a small server behind it in place of the portal."""

import grp
import ipaddress
import json
import os
import pwd
import re
import select
import socket
import ssl
import stat
import subprocess
import threading
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection, HTTPSConnection, RemoteDisconnected
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.urls import reverse

from core.rate_limits import network_of
from core.sealed_uploads import MAX_SIGNED_LENGTH
from eoi.services.spam_check import HARD_LIMIT_FACTOR
from tests.mail_server import free_port
from tests.processes import PATIENCE, eventually

MEGABYTE = 1024 * 1024
NGINX = Path(settings.BASE_DIR) / "deploy" / "nginx"
TOKEN = "primary:9jQk2:1tX0aB:5Jm3Yc4fQf3l8Z3a0kq1b2c3d4e5f6g7h8i9"


class Echo(BaseHTTPRequestHandler):
    """Answers with the headers that it got, and with the status that one of them asks for."""

    def do_GET(self):
        body = json.dumps({name.lower(): value for name, value in self.headers.items()}).encode()
        self.send_response(int(self.headers.get("X-Status", 200)))
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.do_GET()

    def log_message(self, *_given):
        """Write nothing."""


@contextmanager
def server():
    """Run a server on a free port."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Echo) as echo:
        thread = threading.Thread(target=echo.serve_forever, daemon=True)
        thread.start()
        try:
            yield echo.server_port
        finally:
            echo.shutdown()
            thread.join()


@pytest.fixture
def proxy(found, tmp_path):
    """A proxy with its own certificate, in front of a process that runs and one that does not.

    Returns its ports and its logs. The header X-Address stands for the address of a visitor.
    """
    openssl, nginx = found("openssl"), found("nginx")
    subprocess.run(
        [
            *(openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
            *("-nodes", "-keyout", tmp_path / "key.pem", "-out", tmp_path / "certificate.pem"),
            *("-subj", "/CN=portal.example", "-days", "2"),
        ],
        check=True,
        capture_output=True,
    )
    port, http_port = free_port(), free_port()
    with server() as upstream:
        site = (NGINX / "p2c.conf").read_text()
        for old, new in {
            "listen [::]:80;": "",
            "listen [::]:80 default_server;": "",
            "listen [::]:443 ssl;": "",
            "listen 80;": f"listen 127.0.0.1:{http_port};",
            "listen 80 default_server;": f"listen 127.0.0.1:{http_port} default_server;",
            "listen 443 ssl;": f"listen 127.0.0.1:{port} ssl;",
            "/etc/ssl/p2c": str(tmp_path),
            "access_log /var/log/nginx/p2c.log p2c;": (
                f"access_log {tmp_path}/p2c.log p2c; access_log {tmp_path}/networks.log networks;"
            ),
            "/var/log/nginx": str(tmp_path),
            "/var/log/p2c": str(tmp_path),
        }.items():
            assert old in site
            site = site.replace(old, new)
        upstreams = (NGINX / "p2c-upstream.conf").read_text()
        # The first one is away, as while it restarts.
        upstreams = upstreams.replace("8000", str(free_port())).replace("8001", str(upstream))
        folders = "".join(
            f"{kind}_temp_path {tmp_path}/{kind};\n"
            for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        # Large bodies are stored in a folder of the user that runs the test.
        user = f"user {pwd.getpwuid(os.geteuid()).pw_name};\n" if os.geteuid() == 0 else ""
        (tmp_path / "nginx.conf").write_text(
            f"{user}daemon off;\npid {tmp_path}/pid;\nevents {{}}\n"
            f"http {{\n{folders}set_real_ip_from 127.0.0.1;\nreal_ip_header X-Address;\n"
            f"log_format networks '$network|$network_56|$network_48';\n{upstreams}{site}}}\n"
        )
        command = [nginx, "-e", str(tmp_path / "start.log"), "-c", str(tmp_path / "nginx.conf")]
        tested = subprocess.run([*command, "-t"], capture_output=True, text=True, check=False)
        assert tested.returncode == 0, tested.stderr
        with subprocess.Popen(command, stderr=subprocess.DEVNULL) as running:
            try:
                assert eventually(lambda: is_open(port), within=PATIENCE)
                yield SimpleNamespace(
                    port=port,
                    http_port=http_port,
                    log=tmp_path / "p2c.log",
                    security_log=tmp_path / "security.log",
                    networks=tmp_path / "networks.log",
                )
            finally:
                running.terminate()


def is_open(port):
    """Return whether something listens at a port."""
    with socket.socket() as attempt:
        return attempt.connect_ex(("127.0.0.1", port)) == 0


def connect(port):
    """Return a connection to the proxy, whose certificate nobody has signed."""
    unchecked = ssl.create_default_context()
    unchecked.check_hostname, unchecked.verify_mode = False, ssl.CERT_NONE
    return HTTPSConnection("127.0.0.1", port, context=unchecked)


def get(port, path, **headers):
    """Ask the proxy for a path; return the status and the headers that reached the portal."""
    connection = connect(port)
    connection.request("GET", path, headers={"Host": "portal.example", **headers})
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, json.loads(body) if answer.status == 200 else None


def test_proxy_masks_keys_forwards_who_asked_and_goes_round_a_process_that_is_away(proxy):
    port, log = proxy.port, proxy.log
    paths = [
        f"/en/working-group/{TOKEN}/",
        f"/calendar/private/{TOKEN}.ics",
        f"/en/reply/yes/{TOKEN}/?next=Lovelace",
        "/en/members/?q=Lovelace",
        "/static/js/eoi.0123456789ab.js",
    ]

    statuses = [get(port, path)[0] for path in paths]
    lied = {"X-Forwarded-For": "192.0.2.1", "X-Forwarded-Proto": "http", "X-Request-ID": "mine"}
    _status, seen = get(port, "/en/", **lied)

    assert statuses == [200] * len(paths)
    assert (seen["host"], seen["x-forwarded-proto"]) == ("portal.example", "https")
    assert seen["x-forwarded-for"] == "127.0.0.1"
    assert len(seen["x-request-id"]) == 32
    assert eventually(lambda: len(log.read_text().splitlines()) == len(paths) + 1, within=PATIENCE)
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    assert [line["path"] for line in lines] == [
        "/en/working-group/…/",
        "/calendar/private/…",
        "/en/reply/yes/…/",
        "/en/members/",
        "/static/js/eoi.0123456789ab.js",
        "/en/",
    ]
    assert lines[-1]["request_id"] == seen["x-request-id"]
    assert "Lovelace" not in log.read_text()
    assert get(port, "/metrics")[0] == 404


def test_proxy_logs_the_address_of_floods_refused_sign_ins_and_sent_forms_alone(proxy):
    sign_in, form = reverse("accounts:sign_in"), reverse("eoi:create")
    requests = [
        ("GET", "/en/", 200),
        ("POST", sign_in, 302),
        ("POST", sign_in, 422),
        ("GET", f"{sign_in}single/callback/", 403),
        ("POST", reverse("mfa_authenticate"), 429),
        ("POST", reverse("admin:login"), 403),
        ("POST", "/en/my/", 403),
        ("POST", reverse("participation:working_group", args=[TOKEN]), 422),
        ("GET", form, 200),
        ("POST", form, 303),
        ("POST", f"/fr{reverse('eoi:check')[3:]}", 422),
        ("POST", reverse("eoi:withdraw", args=[TOKEN]), 200),
        ("GET", reverse("eoi:status", args=[TOKEN]), 429),
    ]

    for method, path, status in requests:
        ask(proxy, method, path, address="2001:db8::7", status=status)

    assert eventually(lambda: len(lines_of(proxy.log)) == len(requests), within=PATIENCE)
    lines = [json.loads(line) for line in lines_of(proxy.security_log)]
    assert [(line["method"], line["path"], line["status"]) for line in lines] == [
        *requests[2:6],
        ("POST", "/en/working-group/…/", 422),
        *requests[9:11],
        ("GET", "/en/expression-of-interest/…/", 429),
    ]
    assert {line["address"] for line in lines} == {"2001:db8::7"}
    assert all(len(line["request_id"]) == 32 for line in lines)
    assert "2001:db8::7" not in proxy.log.read_text()


def test_proxy_counts_the_networks_that_the_portal_counts(proxy, rf):
    addresses = [
        *("192.0.2.10", "192.0.2.11", "2001:db8:1:2::10", "2001:db8:1:2:a00::a", "2001:db8:1:3::1"),
        *("2001:db8:1:200::1", "2001:db8:a0a:a0a::1", "::1"),
    ]

    for address in addresses:
        ask(proxy, "GET", "/en/", address=address)

    assert eventually(lambda: len(lines_of(proxy.networks)) == len(addresses), within=PATIENCE)
    keys = [key_of(network_of(rf.get("/", REMOTE_ADDR=address))) for address in addresses]
    wider = [
        [key_of(ipaddress.ip_network((address, length), strict=False)) for length in (56, 48)]
        if ":" in address
        else ["", ""]
        for address in addresses
    ]
    assert [line.split("|") for line in lines_of(proxy.networks)] == [
        [key, *others] for key, others in zip(keys, wider, strict=True)
    ]


def test_proxy_limits_a_flood_from_many_networks_of_one_prefix_and_nobody_else(proxy):
    connection = connect(proxy.port)
    flood = []
    for number in range(900):
        address = f"2001:db8:5:{number:x}::1"
        headers = {"Host": "portal.example", "X-Address": address}
        connection.request("GET", "/en/", headers=headers)
        answer = connection.getresponse()
        answer.read()
        flood.append(answer.status)
    connection.close()
    other = ask(proxy, "GET", "/en/", address="2001:db8:6::1")

    assert (flood[:200], set(flood), other) == ([200] * 200, {200, 429}, 200)


def test_proxy_lets_a_network_load_a_hundred_things_at_a_time(proxy):
    header = "POST /en/ HTTP/1.1\r\nHost: portal.example\r\nX-Address: {}\r\n"
    slow = f"{header}Content-Length: 5\r\n\r\n".format("192.0.2.1").encode()
    with ExitStack() as stack:
        for _number in range(100):
            connection = connect(proxy.port)
            connection.connect()
            stack.callback(connection.close)
            connection.sock.sendall(slow)

        def refused():
            return ask(proxy, "GET", "/en/", address="192.0.2.1") == 429

        assert eventually(refused, within=PATIENCE)
        assert ask(proxy, "GET", "/en/", address="192.0.2.2") == 200

    assert eventually(lambda: not refused(), within=PATIENCE)


def test_proxy_takes_all_that_the_portal_counts_for_a_network():
    rate = re.search(r"\$network zone=p2c:10m rate=(\d+)r/s", (NGINX / "p2c.conf").read_text())

    assert int(rate[1]) * 3600 > settings.EOI_PER_NETWORK * HARD_LIMIT_FACTOR


def test_security_log_is_kept_for_fourteen_days_and_read_by_its_group(found, tmp_path):
    log = tmp_path / "security.log"
    rules = (NGINX.parent / "logrotate.d" / "p2c").read_text()
    user, group = pwd.getpwuid(os.geteuid()).pw_name, grp.getgrgid(os.getegid()).gr_name
    for old, new in {
        "/var/log/p2c": str(tmp_path),
        "www-data p2c-security": f"{user} {group}",
        "invoke-rc.d nginx rotate": "true",
    }.items():
        assert old in rules
        rules = rules.replace(old, new)
    (tmp_path / "rules").write_text(rules)
    (tmp_path / "rules").chmod(0o644)

    for day in range(1, 31):
        log.write_text(f"{day}\n")
        rotate = [found("logrotate"), "--force", "--state", tmp_path / "state", tmp_path / "rules"]
        subprocess.run(
            [found("faketime"), "-f", f"@2026-03-{day:02} 03:00:00", *rotate], check=True
        )

    kept = sorted(int(path.read_text()) for path in tmp_path.glob("security.log-*"))
    assert kept == list(range(18, 31))
    assert stat.S_IMODE(log.stat().st_mode) == 0o640


def lines_of(path):
    """Return the lines of a log, which may not exist yet."""
    return path.read_text().splitlines() if path.exists() else []


def key_of(network):
    """Return the key of a network in the log of networks: the bytes of its prefix."""
    network = ipaddress.ip_network(network)
    key = network.network_address.packed[: network.prefixlen // 8]
    return "".join(
        chr(byte) if 32 <= byte < 127 and chr(byte) not in '"\\' else f"\\x{byte:02X}"
        for byte in key
    )


def ask(proxy, method, path, *, address, status=200):
    """Ask the proxy for a path as a visitor with an address; the portal answers with a status."""
    connection = connect(proxy.port)
    headers = {"Host": "portal.example", "X-Address": address, "X-Status": str(status)}
    connection.request(method, path, body=b"" if method == "POST" else None, headers=headers)
    try:
        return connection.getresponse().status
    finally:
        connection.close()


@pytest.mark.parametrize("host", ["192.0.2.1", "other.example", "127.0.0.1"])
def test_proxy_does_not_answer_for_another_host(proxy, host):
    with pytest.raises(RemoteDisconnected):
        ask_without_https(proxy, host)


def test_proxy_sends_from_http_to_https(proxy):
    answer = ask_without_https(proxy, "portal.example")

    assert answer.status == 301
    assert answer.getheader("Location") == "https://portal.example/en/members/?page=2"


def ask_without_https(proxy, host):
    """Ask port 80 for a page of a host, and return the answer."""
    connection = HTTPConnection("127.0.0.1", proxy.http_port, timeout=PATIENCE)
    try:
        connection.request("GET", "/en/members/?page=2", headers={"Host": host})
        return connection.getresponse()
    finally:
        connection.close()


# The address of each page that is decorated with `accepts_files`.
PAGES_WITH_FILES = (
    reverse("admin:papers_paper_add"),
    reverse("admin:papers_paper_add_version", args=[7]),
    reverse("admin:members_member_import_file"),
    reverse("admin:members_member_record_answer", args=[7]),
    reverse("admin:commitments_exchangerate_import"),
    reverse("admin:outbox_messagetemplate_upload_translations"),
    reverse("participation:add_group_paper", args=["connecting-people"]),
    reverse("participation:add_group_version", args=["connecting-people", 7]),
    reverse("participation:my_profile", args=["P2C-ABC234"]),
    reverse("eoi:answer", args=[TOKEN]),
)


def test_proxy_takes_a_large_body_only_where_files_are_sent(proxy):
    large, larger = settings.PAPER_AT_MOST_MB * MEGABYTE, 30 * MEGABYTE
    in_french = PAGES_WITH_FILES[-1].replace("/en/", "/fr/")
    others = ["/en/", "/admin/", "/en/my/", reverse("eoi:create"), f"{PAGES_WITH_FILES[0]}more/"]

    assert [post(proxy, path, large) for path in (*PAGES_WITH_FILES, in_french)] == [200] * 11
    assert [post(proxy, path, larger) for path in PAGES_WITH_FILES] == [413] * 10
    assert [post(proxy, path, large) for path in others] == [413] * 5
    assert [post(proxy, path, MAX_SIGNED_LENGTH) for path in others] == [200] * 5


def test_every_page_with_files_is_tested():
    base = Path(settings.BASE_DIR)
    apps = [base / app for app in settings.INSTALLED_APPS if (base / app).is_dir()]
    sources = [path.read_text() for app in apps for path in app.rglob("*.py")]

    uses = sum(len(re.findall(r"^ *@.*\baccepts_files\(", text, re.MULTILINE)) for text in sources)
    assert uses == len(PAGES_WITH_FILES)


def post(proxy, path, size):
    """Post a body of a size in bytes, and return the status of the answer."""
    connection = connect(proxy.port)
    headers = {"Host": "portal.example", "Content-Length": str(size), "Expect": "100-continue"}
    try:
        connection.request("POST", path, headers=headers)
        # The proxy refuses a large body by its announced size; it asks for any other one.
        if select.select([connection.sock], [], [], PATIENCE)[0]:
            first = connection.sock.recv(12)
            if first.endswith(b"413"):
                return 413
            assert first.endswith(b"100")
            connection.sock.recv(100)
        connection.send(bytes(size))
        return connection.getresponse().status
    finally:
        connection.close()
