"""Reports errors to a Sentry-compatible server, if SENTRY_DSN names one. Nothing else leaves.

A report has what is needed to find the place in the code and the lines in the log: types, stack
frames without variables, the release and the identifier of the request. It is built from a list of
what may leave. The texts of errors are not on it, because any of them may repeat a name.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, cast
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django_guid import get_guid

from p2c_portal.log_formatters import mask

if TYPE_CHECKING:
    from sentry_sdk.types import Event, Hint

# Seconds to wait for the server when a process ends. No request waits for it.
SHUTDOWN_TIMEOUT: Final = 1
# What a report says of itself, of an error, and of a line of code.
EVENT: Final = ("event_id", "timestamp", "level", "platform", "logger", "release", "environment")
ERROR: Final = ("type", "module")
FRAME: Final = ("filename", "function", "module", "lineno", "in_app")


def start() -> None:
    """Report errors of this process from now on, if the settings name a server.

    Raises ImproperlyConfigured if its address is not valid.
    """
    if not settings.SENTRY_DSN:
        return
    # Most portals have no such server, and start faster without the package.
    import sentry_sdk  # noqa: PLC0415
    from sentry_sdk.integrations.celery import CeleryIntegration  # noqa: PLC0415
    from sentry_sdk.integrations.dedupe import DedupeIntegration  # noqa: PLC0415
    from sentry_sdk.integrations.django import DjangoIntegration  # noqa: PLC0415
    from sentry_sdk.integrations.logging import LoggingIntegration  # noqa: PLC0415
    from sentry_sdk.utils import BadDsn  # noqa: PLC0415

    try:
        sentry_sdk.init(
            dsn=settings.SENTRY_DSN,
            release="+".join(filter(None, (settings.VERSION, settings.REVISION))),
            environment=urlsplit(settings.SITE_URL).hostname,
            server_name="",
            default_integrations=False,
            auto_enabling_integrations=False,
            integrations=[
                DjangoIntegration(
                    transaction_style="function_name",
                    middleware_spans=False,
                    signals_spans=False,
                ),
                CeleryIntegration(propagate_traces=False),
                LoggingIntegration(level=None),
                DedupeIntegration(),
            ],
            before_send=only_what_may_leave,
            before_breadcrumb=lambda _crumb, _hint: None,
            max_breadcrumbs=0,
            # The successor of the option send_default_pii.
            data_collection={
                "user_info": False,
                "cookies": {"mode": "off"},
                "http_headers": {"request": {"mode": "off"}},
                "http_bodies": [],
                "url_query_params": {"mode": "off"},
                "database_query_data": False,
                "queues": False,
                "stack_frame_variables": False,
                "frame_context_lines": 0,
            },
            max_request_body_size="never",
            attach_stacktrace=True,
            auto_session_tracking=False,
            send_client_reports=False,
            shutdown_timeout=SHUTDOWN_TIMEOUT,
        )
    except BadDsn:
        raise ImproperlyConfigured("SENTRY_DSN is not an address of a project.") from None


def only_what_may_leave(event: "Event", _hint: "Hint") -> "Event":
    """Return a report that has nothing but what the lists above name, and is masked as the log."""
    given = cast("dict[str, Any]", event)
    report = _kept(given, EVENT)
    # The name of the view or of the task. It may be a path if there is no view.
    if given.get("transaction_info", {}).get("source") in ("component", "task"):
        report["transaction"] = given["transaction"]
    for part, clean in (("exception", _error), ("threads", _thread)):
        if part in given:
            report[part] = {"values": [clean(each) for each in given[part]["values"]]}
    report["tags"] = {"request_id": get_guid() or "-"}
    return cast("Event", _masked(report))


def _error(error: Mapping[str, Any]) -> dict[str, Any]:
    mechanism = _kept(error.get("mechanism") or {}, ("type", "handled"))
    return {
        **_kept(error, ERROR),
        "value": "See the log for this request.",
        "mechanism": mechanism,
        **_thread(error),
    }


def _thread(given: Mapping[str, Any]) -> dict[str, Any]:
    stack = given.get("stacktrace")
    frames = [_kept(each, FRAME) for each in stack["frames"]] if stack else []
    return {"stacktrace": {"frames": frames}} if frames else {}


def _kept(given: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: given[name] for name in names if name in given}


def _masked(value: Any) -> Any:
    if isinstance(value, str):
        return mask(value)
    if isinstance(value, dict):
        return {name: _masked(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_masked(each) for each in value]
    return value
