"""The recipients of a mailing: list, remove, restore and export."""

import io
from collections.abc import Iterator, Sequence
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.timezone import localtime, now
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from accounts.admin.base import StaffRequest
from accounts.services.permissions import insist, needs
from core.conflicts import Refused
from core.spreadsheets import FORMATS, SpreadsheetFormat
from mailings.admin.pages import (
    CHANGE,
    VIEW,
    get_mailing_or_404,
    mailing_page,
    progress_of,
    reactions_of,
)
from mailings.forms import RecipientListForm
from mailings.models import (
    Exclusion,
    Mailing,
    MailingStatus,
    Reaction,
    Recipient,
    RecipientOutcome,
    RecipientQuerySet,
)
from mailings.services.recipients import remove_recipients, restore_recipients
from triage.spreadsheets.services.columns import record_export

PAGE_SIZE = 100
FILTERS = (*RecipientOutcome.values, *Exclusion.values, *Reaction.values)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(VIEW)
def recipients(request: StaffRequest, pk: int) -> HttpResponse:
    """List the recipients with the outcome of each; POST removes or restores some of a draft."""
    mailing = get_mailing_or_404(request, pk)
    may_change = request.user.has_perm(CHANGE)
    if request.method == "POST":
        insist(request.user, CHANGE)
        return _changed(request, mailing)
    of = request.GET.get("of", "")
    rows = mailing.recipients.all().of_outcome(of).with_people().select_related("message")
    rows = rows.select_related("merged_into__focal_point__member")
    listed = Paginator(rows.order_by("pk"), PAGE_SIZE).get_page(request.GET.get("page"))
    return mailing_page(
        request,
        "recipients",
        {
            "progress": progress_of(mailing),
            "listed": listed,
            "rows": _with_others(listed.object_list),
            "reactions": reactions_of(mailing),
            "of": of if of in FILTERS else "",
            "may_change": may_change and mailing.status == MailingStatus.DRAFT,
        },
        title=_("Recipients"),
        mailing=mailing,
    )


@require_POST
@needs(VIEW, "members.export_member")
def export(request: StaffRequest, pk: int) -> HttpResponseBase:
    """Export the filtered list as a file, and log who exported it."""
    mailing, at = get_mailing_or_404(request, pk), now()
    of = request.POST.get("of", "")
    rows = mailing.recipients.all().of_outcome(of).with_people().select_related("message")
    # The file has some megabytes for a mailing to tens of thousands.
    file = io.BytesIO()
    csv = FORMATS[SpreadsheetFormat.CSV]
    written = csv.write("", _lines(rows.order_by("pk")), file)
    file.seek(0)
    record_export(
        mailing._meta.label_lower,
        written - 1,
        kind=SpreadsheetFormat.CSV,
        filters=f"{mailing._meta.model_name} {mailing.pk} {of}".strip(),
        by=request.user,
        at=at,
    )
    name = f"mailing-{mailing.pk}-{localtime(at):%Y-%m-%d-%H%M}.csv"
    return FileResponse(file, as_attachment=True, filename=name, content_type="text/csv")


def _changed(request: StaffRequest, mailing: Mailing) -> HttpResponse:
    """Remove or restore the selected recipients, and redirect to the page."""
    form = RecipientListForm(request.POST, mailing=mailing)
    if not form.is_valid():
        messages.error(request, str(form.errors["recipient"][0]))
        return redirect(request.get_full_path())
    chosen = [recipient.pk for recipient in form.cleaned_data["recipient"]]
    try:
        if "put_back" in request.POST:
            number = restore_recipients(
                mailing=mailing, recipients=chosen, by=request.user, at=now()
            )
            said = ngettext(
                "%(number)d recipient restored.",
                "%(number)d recipients restored.",
                number,
            )
        else:
            number = remove_recipients(
                mailing=mailing, recipients=chosen, by=request.user, at=now()
            )
            said = ngettext(
                "%(number)d recipient removed.",
                "%(number)d recipients removed.",
                number,
            )
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, said % {"number": number})
    return redirect(request.get_full_path())


def _with_others(rows: Any) -> list[tuple[Recipient, list[Recipient]]]:
    """Return each recipient with those who share its copy, in one query for all."""
    rows = list(rows)
    others: dict[int, list[Recipient]] = {}
    sharing = Recipient.objects.with_people().filter(merged_into__in=[row.pk for row in rows])
    for recipient in sharing.order_by("pk"):
        others.setdefault(recipient.merged_into_id or 0, []).append(recipient)
    return [(row, others.get(row.pk, [])) for row in rows]


def _lines(rows: RecipientQuerySet) -> Iterator[Sequence[Any]]:
    """Yield the rows of the file, starting with the heading."""
    yield [
        _("Reference"),
        _("Organisation"),
        _("Name"),
        _("Address"),
        _("Language"),
        _("Result"),
        _("Why"),
        _("When (Geneva time)"),
    ]
    for row in rows.iterator(chunk_size=1000):
        message, member = row.message, row.focal_point.member
        answer = ""
        if message and row.outcome == RecipientOutcome.RETURNED:
            answer = message.bounce_response
        elif message and row.outcome != RecipientOutcome.SENT:
            answer = message.server_response
        sent_at = message.sent_at if message else None
        yield [
            member.reference,
            member.organisation_name,
            row.addressee,
            row.email,
            row.focal_point.language,
            str(row.outcome.label),
            str(Exclusion(row.exclusion).label) if row.exclusion else answer,
            f"{localtime(sent_at):%Y-%m-%d %H:%M}" if sent_at else "",
        ]
