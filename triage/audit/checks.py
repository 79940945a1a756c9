"""The system check of the audit."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error

from triage.audit.services.stream import is_address


def collector_is_valid(**_given: Any) -> list[CheckMessage]:
    """Refuse an address of the collector that the portal does not understand."""
    if not settings.AUDIT_SYSLOG or is_address(settings.AUDIT_SYSLOG):
        return []
    text = "AUDIT_SYSLOG is unix:/dev/log, udp://host:514 or tcp://host:601."
    return [Error(text, id="triage.E001")]
