"""The needs, offers and contacts of a member."""

from typing import Final

from django.contrib import messages
from django.db.models import Case, QuerySet, When
from django.http import HttpRequest, HttpResponseBadRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from core.dates import format_date
from opportunities.models import (
    ENDED,
    Contact,
    ContactStatus,
    Opportunity,
    OpportunityKind,
    OpportunityStatus,
)
from opportunities.services import digest
from opportunities.services.reader import Reader
from opportunities.views.pages import member_page

# The contacts and the ended ones that are shown of each list, the latest first.
MAX_SHOWN: Final = 100
# The page of a step, and what it is called.
CHANGE: Final = ("change", gettext_lazy("Change"))
CLOSE: Final = ("close", gettext_lazy("Close"))
RENEW: Final = ("renew", gettext_lazy("Renew"))
WITHDRAW: Final = ("close", gettext_lazy("Withdraw"))
# How one stands, and what to do next. Those that are open say until when.
STANDING: Final[dict[str, tuple[Promise | str, tuple[tuple[str, Promise], ...]]]] = {
    OpportunityStatus.DRAFT: (gettext_lazy("Not sent yet. Open it to go on."), ()),
    OpportunityStatus.SENT: (
        gettext_lazy("Our team reads it, then it is published."),
        (CHANGE, WITHDRAW),
    ),
    OpportunityStatus.QUESTION_ASKED: (
        gettext_lazy("Our team has a question. Answer it, and send it again."),
        (("change", gettext_lazy("Answer and send again")), WITHDRAW),
    ),
    OpportunityStatus.OPEN: (
        gettext_lazy("Open until %(day)s."),
        (("opportunity", gettext_lazy("See what fits")), CHANGE, CLOSE),
    ),
    OpportunityStatus.EXPIRED: (gettext_lazy("You can renew it."), (RENEW, CLOSE)),
}
RENEWAL_ASKED: Final = (
    gettext_lazy("Is it still open? Renew it, or close it with the result."),
    (RENEW, CHANGE, CLOSE),
)


class Row:
    """A need or an offer of the reader, how it stands, and what to do next."""

    def __init__(self, opportunity: Opportunity, reader: Reader) -> None:
        self.opportunity = row = opportunity
        is_renewal_asked = row.is_open and row.renewal_asked_at is not None
        self.is_asked = is_renewal_asked or row.status == OpportunityStatus.QUESTION_ASKED
        words, steps = RENEWAL_ASKED if is_renewal_asked else STANDING.get(row.status, ("", ()))
        day = row.open_until and format_date(localdate(row.open_until))
        self.sentence = row.reason or str(words) % {"day": day}
        self.steps = [(reader.address(page, row.reference), name) for page, name in steps]
        self.title = row.title or str(row.typed.get("title", ""))
        if row.status == OpportunityStatus.DRAFT:
            self.address = f"{reader.address('write', row.kind)}?for={row.member_id}"
        elif row.is_public:
            self.address = reader.address("opportunity", row.reference)
        else:
            self.address = self.steps[0][0] if self.steps else ""


@require_safe
@member_page
def mine(request: HttpRequest, reader: Reader) -> HttpResponseBase:
    """List the needs, offers and contacts of the reader's organisations, and what to do next."""
    own = Opportunity.objects.filter(member__in=reader.members).select_related("member")
    rows = [Row(each, reader) for each in own.order_by("-saved_at", "-pk")[:MAX_SHOWN]]
    rows.sort(key=lambda row: not row.is_asked)
    contacts = Contact.objects.select_related("member", "opportunity__member").order_by(
        Case(When(status=ContactStatus.SENT, then=0), default=1), "-sent_at", "-pk"
    )
    received = contacts.filter(opportunity__member__in=reader.members)
    context = {
        "reader": reader,
        "members": {person.member_id: person.member for person in reader.people}.values(),
        "current": [row for row in rows if row.opportunity.status not in ENDED],
        "ended": [row for row in rows if row.opportunity.status in ENDED],
        "received": _with_address(reader, received.exclude(status=ContactStatus.WITHDRAWN)),
        "sent": _with_address(reader, contacts.filter(member__in=reader.members)),
        "begin": [
            (reader.address("write", OpportunityKind.NEED), _("Describe a need")),
            (reader.address("write", OpportunityKind.OFFER), _("Make an offer")),
        ],
        "wants_digest": digest.wants_digest(reader.people),
        "digest_address": reader.address("switch_digest"),
    }
    return render(request, "opportunities/mine.html", context)


@require_POST
@member_page
def switch_digest(request: HttpRequest, reader: Reader) -> HttpResponseBase:
    """Switch the mail with new matches on or off."""
    is_wanted = {"0": False, "1": True}.get(request.POST.get("wanted", ""))
    if is_wanted is None:
        return HttpResponseBadRequest()
    digest.switch_digest(people=reader.people, is_wanted=is_wanted, at=reader.at)
    words = (
        _("You get an email when there are new matches, once a week at most.")
        if is_wanted
        else _("You get no more emails with new matches.")
    )
    messages.success(request, words)
    return redirect(reader.address("mine"))


def _with_address(reader: Reader, contacts: QuerySet[Contact]) -> list[tuple[Contact, str]]:
    return [(each, reader.address("answer", each.pk)) for each in contacts[:MAX_SHOWN]]
