"""The page on which a member says which dates suit: by a private link, or signed in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from core.conflicts import NothingChanged, Refused
from core.dates import format_datetime, format_datetime_for, zone_in_words
from core.language_switch import form_as_typed, switched_language
from core.rate_limits import HOUR, TooManyAttempts, count_attempt
from eoi.views.error_summary import with_retry_after
from eoi.views.token_auth import no_index
from members.models import FocalPoint
from members.services.private_links import InvalidLink
from members.views.signed_in import MemberRequest, member_page
from participation.forms.date_polls import AnswerPollForm
from participation.models import DatePoll, DateProposal
from participation.services.date_answers import (
    DateCounts,
    NotAsked,
    answer_date_poll,
    choices_of,
    date_counts,
    dates_to_come,
    own_reply,
    poll_of_link,
)
from participation.services.date_nights import DateNight, date_nights
from participation.services.date_poll_text import date_and_geneva
from participation.services.fair_hours import length_in_words

MAX_ANSWERS_PER_HOUR = 20


@dataclass(frozen=True)
class DateRow:
    """One date on the page, in the reader's time zone."""

    field: forms.BoundField
    when: str
    # What Geneva has then; empty if it is the same.
    in_geneva: str
    night: DateNight
    night_in_words: str
    counts: DateCounts


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def answer_poll(request: HttpRequest, token: str) -> HttpResponseBase:
    """Show the dates of a poll to the person of a private link; POST records their answers."""
    at = timezone.now()
    try:
        poll, person = poll_of_link(token, at=at)
    except InvalidLink:
        return no_index(render(request, "participation/meeting_link_refused.html", status=404))
    return no_index(_answer_page(request, poll, person, at, is_by_link=True))


@require_http_methods(["GET", "HEAD", "POST"])
@member_page
def my_poll(
    request: MemberRequest, people: Sequence[FocalPoint], at: datetime, uid: UUID
) -> HttpResponseBase:
    """Show the dates of a poll of the person's working group; POST records their answers.

    A person with several organisations in the group answers for each: `for` in the URL names it.
    """
    poll = get_object_or_404(DatePoll.objects.select_related("focus_area", "meeting"), uid=uid)
    roles = [each for each in people if each.member.focus_area_id == poll.focus_area_id]
    asked = request.GET.get("for", str(roles[0].pk) if roles else "")
    person = next((each for each in roles if str(each.pk) == asked), None)
    if person is None:
        raise Http404
    return _answer_page(request, poll, person, at, roles=roles)


def _answer_page(
    request: HttpRequest,
    poll: DatePoll,
    person: FocalPoint,
    at: datetime,
    *,
    roles: Sequence[FocalPoint] = (),
    is_by_link: bool = False,
) -> HttpResponse:
    """Show the page, or record what was posted. The status is 422 if an answer is missing."""
    page = _Page(request, poll, person, at, roles, is_by_link=is_by_link)
    if request.method != "POST":
        return page.show()
    if switched_language(request):
        form_as_typed(page.form)
        return page.show()
    try:
        if is_by_link:
            who = f"{person.pk} {poll.pk}"
            count_attempt(
                "answer poll by link", who, limit=MAX_ANSWERS_PER_HOUR, within=HOUR, at=at
            )
        if not page.form.is_valid():
            return page.show(status=422)
        answer_date_poll(
            poll=poll,
            choices=page.form.choices,
            word=page.form.cleaned_data["word"],
            by=person,
            at=at,
        )
    except TooManyAttempts as refused:
        return with_retry_after(page.show(refusal=str(refused), status=429), refused)
    except NothingChanged:
        # A second click: the page shows the answers.
        pass
    except Refused as refused:
        status = 403 if isinstance(refused, NotAsked) else 409
        return page.show(refusal=str(refused), status=status)
    return redirect(request.get_full_path())


class _Page:
    """The page of one poll for one role of a person."""

    def __init__(
        self,
        request: HttpRequest,
        poll: DatePoll,
        person: FocalPoint,
        at: datetime,
        roles: Sequence[FocalPoint],
        *,
        is_by_link: bool,
    ) -> None:
        self.request, self.poll, self.person, self.at = request, poll, person, at
        self.roles, self.is_by_link = roles, is_by_link
        self.reply = own_reply(poll, person)
        self.proposals = dates_to_come(poll, at=at)
        self.form = AnswerPollForm(
            request.POST if request.method == "POST" else None,
            proposals=self.proposals,
            zone=person.time_zone,
            choices=choices_of(self.reply),
            word=self.reply.word if self.reply else "",
        )

    def show(self, *, refusal: str = "", status: int = 200) -> HttpResponse:
        """Render the page, with the reason if the answers were refused."""
        # Read again, because the poll may have ended meanwhile.
        if refusal:
            self.poll.refresh_from_db()
        poll, zone = self.poll, self.person.time_zone
        is_open = poll.is_open and bool(self.proposals)
        meeting = poll.meeting
        context = {
            "poll": poll,
            "person": self.person,
            "roles": self.roles,
            "is_by_link": self.is_by_link,
            "form": self.form,
            "rows": self._rows() if is_open else [],
            "is_open": is_open,
            "reply": self.reply,
            "replied": format_datetime(self.reply.replied_at, zone) if self.reply else "",
            "taken": format_datetime_for(meeting.starts_at, zone) if meeting else "",
            "answer_by": format_datetime_for(poll.answer_by, zone),
            "is_late": poll.answer_by <= self.at,
            "zone": zone_in_words(zone),
            "length": length_in_words(poll.length),
            "refusal": refusal,
        }
        return render(self.request, "participation/answer_poll.html", context, status=status)

    def _rows(self) -> list[DateRow]:
        counts, nights = date_counts([self.poll]), date_nights(self.poll, self.proposals)
        return [self._row(proposal, field, counts, nights) for proposal, field in self.form.rows()]

    def _row(
        self,
        proposal: DateProposal,
        field: forms.BoundField,
        counts: dict[int, DateCounts],
        nights: dict[int, DateNight],
    ) -> DateRow:
        zone, night = self.person.time_zone, nights[proposal.pk]
        when, in_geneva = date_and_geneva(proposal.starts_at, zone)
        return DateRow(
            field=field,
            when=when,
            in_geneva=in_geneva,
            night=night,
            night_in_words=night.words_for(zone),
            counts=counts.get(proposal.pk, DateCounts()),
        )
