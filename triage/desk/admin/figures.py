"""The page of the work on a call, and its tables as files."""

import io
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, cast

from django.contrib import admin
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.timezone import localtime, now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from accounts.services.permissions import needs
from core.dates import GENEVA, format_datetime
from core.languages import language_shown
from core.spreadsheets import FORMATS, Cell, SpreadsheetFormat
from focus_areas.models import EVERY_AREA
from members.models import Call, Member
from members.services.response_times import day_in_geneva
from triage.desk.services.silent import silent_organisations
from triage.desk.services.work_queue import Reader, undecided_by_assignee
from triage.desk.services.workload import COUNTED_VIEWS, TeamNumbers, TeamRow, team
from triage.spreadsheets.services.columns import record_export
from triage.statistics.admin import call_shown
from triage.statistics.models import StatisticsSnapshot
from triage.statistics.services.work import DECISION_KINDS
from triage.statistics.services.work_charts import (
    Share,
    Work,
    ages,
    answers,
    backlog_figure,
    calls_beside,
    decided_figure,
    forecast_in_words,
    read_work,
    reasons,
)

Lines = Iterable[Sequence[Cell]]


@require_safe
@needs("members.view_member")
def show_work(request: HttpRequest) -> HttpResponse:
    """Show the work on a call and the team; lead who sees only some areas to their figures."""
    if not request.user.has_perm(EVERY_AREA):
        return redirect("admin:figures_applied")
    at, user = now(), cast("User", request.user)
    calls, call = call_shown(request.GET, at=at)
    context: dict[str, Any] = {"title": _("Figures"), "calls": calls, "call": call}
    work, numbers = _work_of(call)
    rows = _team(user, numbers, at)
    context |= {"team": rows, "due": sum(row.counts["due_this_week"] for row in rows)}
    if call and work:
        silent = Member.objects.filter(pk__in=work.counted["silent"])
        context |= {
            "work": work,
            "as_of": format_datetime(numbers.as_of, GENEVA) if numbers.as_of else "",
            "forecast": forecast_in_words(work),
            "backlog": backlog_figure(work) if work.backlog else None,
            "decided": decided_figure(work),
            "ages": ages(work),
            "waiting": sum(share.number for share in ages(work)),
            "answers": answers(work),
            "reasons": reasons(work),
            "silent": silent_organisations(silent, at=at),
            "beside": calls_beside(work),
        }
    if call:
        context["language"] = language_shown(call, "title")
    return TemplateResponse(
        request, "admin/dashboard/work.html", {**admin.site.each_context(request), **context}
    )


@require_POST
@needs("members.view_member", EVERY_AREA, "members.export_member")
def export_figures(request: HttpRequest) -> HttpResponseBase:
    """Export one table of the page as CSV, and log who exported it."""
    at, user = now(), cast("User", request.user)
    table = request.POST.get("table", "")
    _calls, call = call_shown(request.POST, at=at)
    work, numbers = _work_of(call)
    if call is None or work is None or table not in TABLES:
        raise Http404
    if table == "team":
        lines = _team_lines(_team(user, numbers, at))
    else:
        lines = TABLES[table](call, work, at)
    file = io.BytesIO()
    written = FORMATS[SpreadsheetFormat.CSV].write("", lines, file)
    file.seek(0)
    record_export(
        Member._meta.label_lower,
        written - 1,
        kind=SpreadsheetFormat.CSV,
        filters=f"figures {table} call {call.pk}",
        by=user,
        at=at,
    )
    name = f"figures-{table}-{call.pk}-{localtime(at):%Y-%m-%d-%H%M}.csv"
    return FileResponse(file, as_attachment=True, filename=name, content_type="text/csv")


def _work_of(call: Call | None) -> tuple[Work | None, TeamNumbers]:
    """Return the work on a call, None until it is counted, and what each person did."""
    snapshots = StatisticsSnapshot.objects.filter(call=call)
    counted, as_of = snapshots.values_list("figures__work", "computed_at").first() or (None, None)
    # The release before this one counts no work.
    if not counted or as_of is None:
        return None, TeamNumbers({}, None)
    return read_work(counted, today=day_in_geneva(as_of)), TeamNumbers.of(counted["people"], as_of)


def _team(user: User, numbers: TeamNumbers, at: datetime) -> list[TeamRow]:
    reader = Reader(user=user, calls=Call.objects.all(), at=at)
    return team(undecided_by_assignee(reader, COUNTED_VIEWS), numbers, at=at)


def _stored(call: Call, name: str) -> list[Any]:
    """Return a whole list of the snapshot of a call."""
    snapshots = StatisticsSnapshot.objects.filter(call=call)
    return list(snapshots.values_list(f"figures__{name}", flat=True).first() or [])


def _backlog_lines(call: Call, _work: Work, _at: datetime) -> Lines:
    yield [_("Day"), _("Open"), _("Half for at least (working days)"), _("Oldest (working days)")]
    yield from _stored(call, "backlog")


def _decided_lines(call: Call, _work: Work, _at: datetime) -> Lines:
    """Yield the decisions of each day and person, by kind."""
    yield [_("Day"), _("Person"), *(str(kind.label) for kind in DECISION_KINDS), _("Decided")]
    numbers: dict[tuple[str, int | None], dict[str, int]] = {}
    for day, by, kind, number in _stored(call, "decided"):
        numbers.setdefault((day, by), {})[kind] = number
    names = _names(by for _day, by in numbers)
    # In the order of the days; the portal itself has no key.
    for (day, by), kinds in sorted(numbers.items(), key=lambda row: (row[0][0], row[0][1] or 0)):
        cells = [kinds.get(kind, 0) for kind in DECISION_KINDS]
        yield [day, names.get(by, ""), *cells, sum(cells)]


def _answered_lines(call: Call, _work: Work, _at: datetime) -> Lines:
    """Yield the first answers by day, person and working days."""
    rows = _stored(call, "answered")
    names = _names(row[1] for row in rows)
    yield [_("Day"), _("Person"), _("Working days"), _("In promise"), _("First answers")]
    for day, by, days, is_in_time, number in sorted(rows, key=lambda row: (row[0], row[1] or 0)):
        yield [day, names.get(by, ""), days, _("Yes") if is_in_time else _("No"), number]


def _team_lines(rows: Iterable[TeamRow]) -> Lines:
    yield [
        *(_("Person"), _("Languages read"), _("Away until"), _("Has"), _("Due this week")),
        *(_("On hold, waiting"), _("Decided today"), _("This call")),
        *(_("First answer"), _("In promise")),
    ]
    for row in rows:
        paused = sum(number for _name, _label, number in row.paused)
        until = row.person.away_until if row.person and row.is_away else None
        has, due = row.counts["undecided"], row.counts["due_this_week"]
        name = str(row.person) if row.person else _("Unassigned")
        did = [row.decided_today, row.decided, row.half_within, row.in_promise]
        yield [name, row.languages, until, has, due, paused, *(did if row.person else [])]


def _ages_lines(_call: Call, work: Work, _at: datetime) -> Lines:
    yield from _share_lines(_("Working days"), ages(work))


def _reasons_lines(_call: Call, work: Work, _at: datetime) -> Lines:
    yield from _share_lines(_("Reason"), reasons(work))


def _share_lines(heading: str, shares: Iterable[Share]) -> Lines:
    yield [heading, _("Number")]
    for share in shares:
        yield [share.label, share.number]


def _silent_lines(call: Call, _work: Work, at: datetime) -> Lines:
    yield [_("Reference"), _("Organisation"), _("Asked for"), _("Since (days)"), _("Reminded")]
    for row in silent_organisations(Member.objects.filter(call=call), at=at):
        member = row.member
        name = member.organisation_name
        yield [member.reference, name, row.asked_for, row.since_days, row.reminded_on]


def _calls_lines(_call: Call, work: Work, _at: datetime) -> Lines:
    table = calls_beside(work)
    if table:
        yield ["", *table.columns]
        for label, cells in table.rows:
            yield [label, *(cell.text for cell in cells)]


def _names(keys: Iterable[int | None]) -> dict[int | None, str]:
    people = User.objects.in_bulk({key for key in keys if key is not None})
    return {pk: str(person) for pk, person in people.items()}


TABLES: dict[str, Any] = {
    "backlog": _backlog_lines,
    "decided": _decided_lines,
    "answered": _answered_lines,
    "team": _team_lines,
    "ages": _ages_lines,
    "reasons": _reasons_lines,
    "silent": _silent_lines,
    "calls": _calls_lines,
}
