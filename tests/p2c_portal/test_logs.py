import logging
import runpy
import sys
from pathlib import Path

import pytest
from celery import signals
from django.conf import settings
from gunicorn.config import Config

from p2c_portal.logs import MaskPrivateLinks, mask

TOKEN = "WzEyMyw0XQ:1mXyZ0-AbCdEfGhIjKlMnOpQrStUvWxYz_0123456789"


def logged(message, *arguments, exc_info=None):
    """Return what a handler with the filter writes for a record."""
    record = logging.LogRecord("a", logging.INFO, __file__, 1, message, arguments, exc_info)
    MaskPrivateLinks().filter(record)
    return logging.Formatter().format(record)


@pytest.mark.parametrize(
    ("address", "masked"),
    [
        (f"/en/working-group/{TOKEN}/", "/en/working-group/…/"),
        (f"/fr/expression-of-interest/{TOKEN}/", "/fr/expression-of-interest/…/"),
        (f"/calendar/private/{TOKEN}.ics", "/calendar/private/…"),
        (f"GET /calendar/private/{TOKEN}.ics HTTP/1.1", "GET /calendar/private/… HTTP/1.1"),
        ("/en/expression-of-interest/received/", "/en/expression-of-interest/received/"),
        ("/calendar/empowering-communities.ics", "/calendar/empowering-communities.ics"),
    ],
)
def test_mask_hides_the_token_and_nothing_else(address, masked):
    assert mask(address) == masked


def test_filter_masks_arguments():
    assert logged("Not Found: %s", f"/en/working-group/{TOKEN}/") == (
        "Not Found: /en/working-group/…/"
    )


def test_filter_masks_tracebacks():
    try:
        raise ValueError(f"https://portal.example/en/working-group/{TOKEN}/")
    except ValueError:
        written = logged("Internal Server Error", exc_info=sys.exc_info())

    assert TOKEN not in written
    assert "ValueError: https://portal.example/en/working-group/…/" in written


@pytest.mark.parametrize("name", settings.LOGGING["handlers"])
def test_every_handler_masks(name):
    assert "private_links" in settings.LOGGING["handlers"][name]["filters"]


def test_web_server_masks_its_access_log():
    conf = runpy.run_path(Path(settings.BASE_DIR) / "gunicorn.conf.py")
    logger = conf["logger_class"](Config())
    written = []
    logger.access_log.handlers = [Listener(written)]
    logger.access_log.setLevel(logging.INFO)
    logger.access_log.propagate = False

    logger.access_log.info('%(r)s "%(f)s"', {"r": f"GET /en/working-group/{TOKEN}/", "f": "-"})

    assert written == ['GET /en/working-group/…/ "-"']


def test_workers_log_as_settings_say():
    before = logging.getLogger().handlers
    signals.setup_logging.send(sender=None)
    handlers = logging.getLogger().handlers
    logging.getLogger().handlers = before

    assert [type(log_filter) for handler in handlers for log_filter in handler.filters] == [
        MaskPrivateLinks
    ]


class Listener(logging.Handler):
    def __init__(self, written):
        super().__init__()
        self.written = written

    def emit(self, record):
        self.written.append(record.getMessage())
