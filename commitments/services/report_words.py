"""What targets and reports state, in the active language."""

from datetime import date

from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from commitments.models import Report, Target, TargetValue
from commitments.services.conditions import is_anniversary, value_due_on
from commitments.services.content_in_words import SEPARATOR, milestones_in_words
from commitments.services.money_in_words import money_in_words
from core.dates import format_date_short
from core.numbers import number_in_words


def is_additional(report: Report) -> bool:
    """Return whether a report is for no anniversary. Reads its commitment."""
    published_at = report.commitment.published_at
    return published_at is None or not is_anniversary(report.due_on, localdate(published_at))


def title_of(report: Report) -> str:
    """Return what a report is called, in the active language. Reads its commitment."""
    day = {"day": format_date_short(report.due_on)}
    return _("Report of %(day)s") % day if is_additional(report) else _("Report for %(day)s") % day


def goal_in_words(target: Target) -> str:
    """Return what a target wants to reach, in the active language."""
    day = format_date_short(target.by)
    if target.value is None:
        return _("Promised by %(day)s") % {"day": day}
    promised = _("Promised: %(value)s by %(day)s") % {
        "value": number_in_words(target.value),
        "day": day,
    }
    return SEPARATOR.join(filter(None, [promised, milestones_in_words(target.path)]))


def due_in_words(target: Target, day: date, *, published_on: date) -> str:
    """Return what is due of a target on a day; empty if nothing is, or if it is yes or no."""
    if target.is_yes_no:
        return ""
    due = value_due_on(target, day, published_on=published_on)
    if due is None:
        return ""
    return _("Due on %(day)s: %(due)s") % {
        "day": format_date_short(day),
        "due": number_in_words(due),
    }


def last_in_words(target: Target, value: TargetValue | None) -> str:
    """Return the last published value of a target, in the active language; empty without one."""
    if value is None:
        return ""
    return _("Last reported: %(value)s on %(day)s") % {
        "value": reported_in_words(value),
        "day": format_date_short(value.on),
    }


def reported_in_words(value: TargetValue) -> str:
    """Return a reported value in the active language."""
    if value.value is None:
        return _("Yes") if value.reached else _("No")
    return number_in_words(value.value)


def facts_in_words(report: Report) -> list[tuple[str, str, str]]:
    """Return what a report states about targets and money: label, value and day."""
    rows = [
        (
            each.target.indicator,
            f"{reported_in_words(each)} {each.target.unit}".strip(),
            format_date_short(each.on),
        )
        for each in report.values.select_related("target").order_by("target__position", "target")
    ]
    if report.paid is not None and report.paid_until is not None:
        amount = money_in_words(report.paid, report.paid_currency)
        rows.append((_("Paid since the beginning"), amount, format_date_short(report.paid_until)))
    return rows
