"""The columns of the open data about the reports on commitments."""

from django.utils.translation import gettext_lazy as _

from commitments.models import Report, ReportStatus
from commitments.services.open_data import public_rows
from commitments.services.open_data.columns import Column, ForeignKey, Kind, Resource, day_in_geneva
from commitments.services.open_data.commitment_resources import COMMITMENT_KEY, reference

REPORTS = Resource(
    name="reports",
    title=_("Reports"),
    description=_("The published reports of the leads."),
    columns=(
        reference(),
        Column(
            "due_on",
            Kind.DATE,
            _("The anniversary of the publication for which it is, or the day it was sent."),
            is_required=True,
        ),
        Column(
            "published_on",
            Kind.DATE,
            _("The day of its publication, in Geneva."),
            "published_at",
            day_in_geneva,
        ),
        Column("language", Kind.TEXT, _("The language of the texts.")),
        Column("narrative", Kind.TEXT, _("What was done.")),
        Column("obstacles", Kind.TEXT, _("What stood in the way.")),
        Column("links", Kind.LIST, _("Addresses of evidence."), convert=str.split),
        Column("paid", Kind.NUMBER, _("All that was paid since the beginning.")),
        Column("paid_currency", Kind.TEXT, _("The currency of what was paid.")),
        Column("paid_until", Kind.DATE, _("The last day of these payments.")),
        Column("is_last", Kind.BOOLEAN, _("Whether it is the last report.")),
        Column("behind_reason", Kind.TEXT, _("Why the commitment is behind, if it is.")),
    ),
    key=("commitment", "due_on"),
    rows=lambda: public_rows.of_public(Report, status=ReportStatus.PUBLISHED),
    commitment="commitment",
    foreign_keys=(COMMITMENT_KEY,),
)
REPORT_VALUES = Resource(
    name="report_values",
    title=_("Reported values"),
    description=_("The value of each target, as the published reports state it."),
    columns=(
        reference("report__commitment"),
        Column("report_due_on", Kind.DATE, _("The report."), "report__due_on", is_required=True),
        Column("target", Kind.TEXT, _("The target."), "target__key", str, is_required=True),
        Column("value", Kind.NUMBER, _("The value that was reached.")),
        Column("reached", Kind.BOOLEAN, _("For a target without a number: whether it is reached.")),
        Column("on", Kind.DATE, _("The day of the value."), is_required=True),
    ),
    key=("commitment", "report_due_on", "target"),
    rows=public_rows.report_values,
    commitment="report__commitment",
    foreign_keys=(
        COMMITMENT_KEY,
        ForeignKey(("commitment", "report_due_on"), "reports", ("commitment", "due_on")),
        ForeignKey(("commitment", "target"), "targets", ("commitment", "target")),
    ),
)
