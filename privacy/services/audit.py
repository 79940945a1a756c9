"""What the audit says about the handling of people's data."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from privacy.models import DataExport
from triage.audit.services import AuditRow, AuditSource


def exports_source() -> AuditSource:
    """Return the exports of people's data, by staff and by the people themselves."""
    return AuditSource(
        key="data_exports",
        label=capfirst(str(DataExport._meta.verbose_name_plural)),
        rows=DataExport.objects.all(),
        at="at",
        by_name="by_name",
        tell=_tell_exports,
    )


def _tell_exports(rows: list[DataExport]) -> Iterator[AuditRow]:
    for export in rows:
        yield AuditRow(
            at=export.at,
            by=export.by_name,
            what=_("Exported their own data") if export.is_own else _("Exported a person's data"),
            record=export.address,
            address=reverse("admin:privacy_dataexport_change", args=[export.pk]),
            note=export.get_format_display(),
        )
