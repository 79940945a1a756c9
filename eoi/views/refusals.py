"""What the pages of the form say after a redirect, by the code in their address.

An address never has what somebody typed.
"""

from datetime import datetime, timedelta

from django.http import HttpRequest
from django.utils.translation import gettext as _

from core.dates import GENEVA, format_datetime
from core.numbers import whole_number
from core.rate_limits import HOUR, retry_message
from eoi.models import EoiDraft
from eoi.services.drafts import DraftConflict
from eoi.services.sign_off import NotConfirmed
from eoi.views.error_summary import ErrorSummary
from members.models import Call


def refusal_of(
    code: str, request: HttpRequest, *, draft: EoiDraft | None = None
) -> ErrorSummary | None:
    """Return the refusal with a code, if there is one."""
    if code == "sent":
        return ErrorSummary(
            _("This form has already been sent"),
            (
                _(
                    "To correct what you sent, use the private link in our acknowledgement. What "
                    "you typed is shown below. Check it, and send it only if it is a new "
                    "expression of interest."
                ),
            ),
        )
    if code == "other" and draft is not None:
        return ErrorSummary(
            _("This form was changed in another window or on another device"),
            (
                str(DraftConflict(draft)),
                _(
                    "What you typed here is kept too, and is shown below. If you check or save it, "
                    "it replaces the other version."
                ),
            ),
        )
    simple = {
        "changed": ErrorSummary(
            _("Not sent yet: your answers have changed"),
            (_("You changed them on another page. Check them again, then send them."),),
        ),
        "expired": ErrorSummary(
            _("Not sent yet: this page had expired"),
            (_("Your answers are kept. Check them again, then send them."),),
        ),
        "unconfirmed": ErrorSummary(_("Not sent yet: nobody has signed"), (str(NotConfirmed()),)),
        "several": ErrorSummary(
            _("This form was changed in several windows or on several devices"),
            (_("What you typed here is kept as a form of its own. Send only one of them."),),
        ),
        "gone": ErrorSummary(
            _("This form is no longer kept"),
            (_("It was cleared or deleted, or was last saved more than 24 hours ago."),),
        ),
        "deleted": ErrorSummary(
            _("This draft no longer exists"),
            (
                _("It was deleted, or the link is incomplete."),
                _("What you typed is shown below. Send it, or save it again."),
            ),
        ),
        "nothing": ErrorSummary(
            _("There is nothing to save yet"),
            (_("Fill in at least one field, then save."),),
        ),
    }
    return simple.get(code)


def open_questions_refusal(*, is_zone_asked: bool = False, addresses: int = 0) -> ErrorSummary:
    """Return the refusal of answers about which the check page asks something."""
    sentences = []
    if is_zone_asked:
        sentences.append(_("Choose the time zone of the focal point"))
    if addresses:
        sentences.append(_("Choose which email address is right"))
    if addresses + is_zone_asked == 1:
        return ErrorSummary(_("Not sent yet: one answer is missing"), tuple(sentences))
    return ErrorSummary(_("Not sent yet: some answers are missing"), tuple(sentences))


def too_many_refusal(
    wait: timedelta, call: Call | None, meanwhile: str, *, at: datetime
) -> ErrorSummary:
    """Return the refusal of an EOI for some time, with a sentence about what is typed meanwhile."""
    sentences = [retry_message(wait), meanwhile]
    if call and at + wait >= call.grace_ends_at:
        sentences.append(
            _(
                "The call will be closed by then. Write to us now and give the name of the "
                "organisation."
            )
        )
    title = _("Not sent yet: too many expressions of interest were sent from your network")
    return ErrorSummary(title, tuple(sentences))


def link_refusal(seconds: str) -> ErrorSummary | None:
    """Return the refusal of a link until some seconds have passed; None if they are no number."""
    wait = waiting_time(seconds)
    if wait is None:
        return None
    sentences = retry_message(wait), _("Until then, your answers are kept.")
    return ErrorSummary(_("Not saved yet: too many links were requested"), sentences)


def waiting_time(seconds: str) -> timedelta | None:
    """Return the time to wait that an address names; None if it is longer than a limit lasts."""
    number = whole_number(seconds)
    if number is None or number > HOUR.total_seconds():
        return None
    return timedelta(seconds=number)


def format_elsewhere(moment: datetime, time_zone: str) -> str:
    """Format an instant in a zone; return an empty string if the zone is unknown or Geneva's."""
    return format_datetime(moment, time_zone) if time_zone not in ("", GENEVA) else ""


def here_and_there(moment: datetime, time_zone: str) -> str:
    """Format an instant in Geneva time, and in the person's time zone if it differs."""
    here, there = format_datetime(moment, GENEVA), format_elsewhere(moment, time_zone)
    return _("%(here)s (%(there)s)") % {"here": here, "there": there} if there else here
