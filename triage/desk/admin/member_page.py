"""The page of a member: the list around it, its EOI with what came since, and the decision."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.db.models import BooleanField, ExpressionWrapper, Q
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.text import Truncator
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.admin.base import StaffRequest
from accounts.models import User
from accounts.services.permissions import lacking, needs
from core.addresses import normalise_address
from core.conflicts import Refused
from focus_areas.models import FocusArea
from inbox.models import IncomingMail
from inbox.services.replies import waiting_replies
from members.models import (
    ACTIVE_STATUSES,
    OPINION_KINDS,
    CorrespondenceLanguage,
    FocalPoint,
    Member,
    RoleTransfer,
    TimelineEntry,
    TimelineKind,
)
from members.services import notes
from members.services.answer_files import answer_files_of
from members.services.answers import (
    AnswerRow,
    Answers,
    answers_of,
    people_of,
    region_and_groups,
)
from members.services.countries import name_of, region_of
from members.services.response_times import day_in_geneva, is_response_overdue
from members.services.timeline import read_timeline
from outbox.models.delivery_event import SuppressedAddress
from outbox.services.soft_bounces import soft_bounce_days
from papers.services.downloads import download
from triage.decisions.admin.base import DecisionPane
from triage.decisions.admin.declaration import decisions_on
from triage.decisions.admin.last_decisions import undo_context
from triage.decisions.admin.specs import (
    ADMIT,
    ASK_OPINION,
    CLEAR_SUSPICION,
    DECISIONS,
    DECISIONS_WITH_KEYS,
    REASSIGN,
    RECORD_ANSWER,
    SUMMARISE,
    WRITE_LETTER,
    for_a_member_state,
    lacked_on,
)
from triage.decisions.forms.decisions import InternalNoteForm
from triage.decisions.forms.letters import direction_of
from triage.desk.admin.conversation import (
    can_read_messages,
    conversation_context,
    received_file,
)
from triage.desk.admin.member_messages import grouped, letters_to
from triage.desk.admin.scheduled import scheduled_rows
from triage.desk.services.shares import READ_BY_ALL, colleagues_here
from triage.desk.services.waiting_times import waiting_days_in_words, waiting_in_words
from triage.duplicates.admin.duplicates import DuplicatePair, possible_duplicates
from triage.holds.services import hold_of
from triage.opinions.admin import opinions_of
from triage.staff_pages.arrivals import Arrivals
from triage.staff_pages.pages import (
    focal_points_of,
    get_member_or_404,
    member_page,
    member_url,
    queue_url,
    with_list_filters,
)
from triage.staff_pages.previous_next import (
    ListAround,
    list_around,
    previous_and_next,
    work_url,
)

# Without a summary, so much of the organisation's own words stands in its place. A text of a script
# without spaces is cut by its length.
WORDS_SHOWN, CHARACTERS_SHOWN = 60, 500
# The most colleagues to whom the page offers an answer that the reader cannot read.
MAX_OFFERED = 3


@dataclass(frozen=True)
class FocalPointPanel:
    """One focal point: its facts, the language of its letters, and its proposed successor."""

    focal_point: FocalPoint
    role_transfer: RoleTransfer | None
    facts: list[AnswerRow]
    letter_language: str
    # On how many of the last 30 days mail came back, if that is often.
    soft_bounce_days: int


@dataclass(frozen=True)
class ListRow:
    """One row of the list beside a member."""

    member: Member
    url: str
    country: str
    waiting: str
    is_current: bool


@dataclass(frozen=True)
class Exchange:
    """The latest request for information, and the answer to it if it came."""

    asked: TimelineEntry
    answered: TimelineEntry | None


@dataclass(frozen=True)
class OwnWords:
    """The long answers of an organisation, and what stands in their place.

    `summarised_by` is the entry of the timeline about the latest summary. `readers` are colleagues
    who read the language, if the person who has the page open does not.
    """

    language: CorrespondenceLanguage
    direction: str
    texts: list[AnswerRow]
    beginning: str
    summarised_by: TimelineEntry | None
    is_readable: bool
    readers: list[User]

    @property
    def number(self) -> int:
        """The number of words; 0 if the script does not separate them."""
        if self.language == CorrespondenceLanguage.CHINESE:
            return 0
        return sum(len(text.now.split()) for text in self.texts)

    @property
    def is_whole(self) -> bool:
        """Whether the beginning is all that there is."""
        first = self.texts[0]
        return len(self.texts) == 1 and self.beginning == first.now and not first.is_corrected


@require_safe
@needs("members.view_member")
def show_member(request: StaffRequest, pk: int) -> HttpResponse:
    """Show one member beside the list that the person came from and the most likely decision."""
    return _page_of(request, get_member_or_404(request, pk), InternalNoteForm())


@require_safe
@needs("members.view_member")
def next_member(request: StaffRequest, pk: int) -> HttpResponse:
    """Lead from one member to the next one to work on, or else to the following one of the list."""
    member = get_member_or_404(request, pk)
    following = work_url(request, member) or previous_and_next(request, member).next
    return redirect(following or queue_url(request))


@require_safe
@needs("members.view_member")
def answer_file(request: StaffRequest, pk: int, file: int) -> HttpResponseBase:
    """Send a file of an answer of a member that the user may see."""
    member = get_member_or_404(request, pk)
    found = get_object_or_404(answer_files_of(member), pk=file)
    return download(request, found, back=member_url(request, pk))


@require_safe
@needs("members.view_member")
def reply_file(request: StaffRequest, pk: int, received: int) -> HttpResponseBase:
    """Send a file of a reply by mail of a member that the user may see."""
    member = get_member_or_404(request, pk)
    replies = IncomingMail.objects.replies_of(member.reference)
    return received_file(request, replies, received, back=member_url(request, pk))


@require_http_methods(["GET", "HEAD", "POST"])
@needs("members.note_member")
def add_note(request: StaffRequest, pk: int) -> HttpResponse:
    """Add an internal note to a member. A GET shows the member's page with the form."""
    member = get_member_or_404(request, pk)
    if request.method != "POST":
        return redirect(member_url(request, pk))
    form = InternalNoteForm(request.POST)
    if not form.is_valid():
        return _page_of(request, member, form, status=422)
    try:
        notes.add_note(member=member, **form.cleaned_data, by=request.user, at=now())
    except Refused as refused:
        form.add_error("text", str(refused))
        return _page_of(request, member, form, status=422)
    messages.success(request, _("Note added."))
    return redirect(member_url(request, pk))


def member_panes(
    request: StaffRequest,
    member: Member,
    note_form: InternalNoteForm | None = None,
    *,
    found: tuple[list[DuplicatePair], list[DuplicatePair]] | None = None,
    areas: Iterable[FocusArea] | None = None,
) -> dict[str, Any]:
    """Return what the page shows around a decision: the list, and the member itself.

    `found` are its possible duplicates, and `areas` all focus areas, if they were read already.
    """
    at, user = now(), request.user
    timeline = read_timeline(member)
    note_form = note_form or InternalNoteForm()
    note_form.initial["after"] = max((entry.pk for entry in timeline), default=0)
    focal_points = focal_points_of(member)
    pairs, set_aside = found or possible_duplicates(member, user)
    around = list_around(request, member)
    decisions = decisions_on(DECISIONS, member, user)
    letters = letters_to(member, focal_points, user, at) if can_read_messages(user) else []
    groups, opinions = grouped(letters), list(opinions_of(member))
    answers, has_replied = answers_of(member, timeline, areas), bool(waiting_replies(member))
    own_words = _own_words(member, focal_points, answers, timeline, user, at)
    others, duplicates = _others_and_duplicates(member, user)
    return {
        "neighbours": around.urls(request),
        "rows": _list_rows(request, around, member, at),
        "region": region_of(member.country),
        "waiting": waiting_in_words(member, at),
        "website": (urlsplit(member.website).hostname or "").removeprefix("www."),
        "is_overdue": is_response_overdue(member, at=at),
        "hold": hold_of(member, at=at) if member.held_until else None,  # type: ignore[attr-defined]
        "decisions": decisions,
        "tabs": [decision for decision in decisions if not decision.one_click],
        "buttons": [decision for decision in decisions if decision.one_click],
        "decisions_with_keys": DECISIONS_WITH_KEYS,
        "lacks_for_member_state": lacking(user, *for_a_member_state(member, user)),
        "lacking": lacking(user, *lacked_on(member, user)),
        "exchange": _exchange(timeline),
        "own_words": own_words,
        "may_hand_over": REASSIGN in decisions,
        "may_ask_opinion": ASK_OPINION in decisions,
        "may_summarise": SUMMARISE in decisions,
        "may_write": WRITE_LETTER in decisions,
        "opinions": opinions,
        "note_form": note_form,
        "address_of_the_note": with_list_filters(
            request, reverse("admin:members_member_note", args=[member.pk])
        ),
        "wants": [fact for fact in answers.interest if not fact.is_long],
        "facts": [
            *(fact for fact in answers.organisation if not fact.is_long),
            region_and_groups(
                member, country_as_sent=answers.country_as_sent, today=day_in_geneva(at)
            ),
            *answers.consents,
        ],
        "coming": scheduled_rows(member, focal_points, at, has_replied=has_replied),
        "has_replied": has_replied,
        "people": _people(focal_points, timeline, at),
        "suppressed": SuppressedAddress.objects.in_force()
        .of(*(focal_point.email for focal_point in focal_points))
        .order_by("since", "pk"),
        "others": others,
        "pairs": pairs,
        "set_aside": set_aside,
        "duplicates": duplicates,
        **undo_context(request, member, at=at),
        "arrivals": Arrivals(latest=max((entry.pk for entry in timeline), default=0)),
        "letters": letters,
        "letter_groups": groups,
        **conversation_context(
            request,
            row_address=member_url(request, member.pk).partition("?")[0],
            files_page="admin:members_member_reply_file",
            entries=timeline,
            note=TimelineKind.NOTE_ADDED,
            opinions=opinions,
            about_opinions=OPINION_KINDS,
            letters=groups,
            replies=IncomingMail.objects.replies_of(member.reference),
        ),
    }


def _page_of(
    request: StaffRequest, member: Member, note_form: InternalNoteForm, *, status: int = 200
) -> HttpResponse:
    """Show a member with the decision that is most likely: to admit it, if it is undecided.

    If a reply came by mail, recording it comes first. If the member has a flag, the question about
    the flag is in place of this decision.
    """
    context = member_panes(request, member, note_form)
    template = "member_page"
    # Without a focal point, there is nobody to write to.
    possible = context["decisions"]
    may_record = RECORD_ANSWER in possible and context["has_replied"]
    may_admit = ADMIT in possible and context["people"] and not may_record
    flag = flag_to_answer(member, context["pairs"]) if may_admit else ""
    if flag:
        template = "answer_flag"
        context |= {
            "decision": ADMIT,
            "flag": flag,
            "effect_of_genuine": CLEAR_SUSPICION.sentence_for(member) if flag == "spam" else "",
        }
    elif may_admit or may_record:
        template = "decision"
        decision = RECORD_ANSWER if may_record else ADMIT
        address = reverse(decision.url_name, args=[member.pk])
        pane = DecisionPane(decision, member, request.user)
        context |= {
            **pane.context(pane.why_outdated()),
            "address_of_the_decision": with_list_filters(request, address),
        }
    return member_page(
        request,
        template,
        context,
        title=_("Organisation %(reference)s") % {"reference": member.reference},
        member=member,
        status=status,
    )


def flag_to_answer(member: Member, pairs: list[DuplicatePair]) -> str:
    """Return the first flag that staff answer before they admit an undecided member, or nothing.

    It is *spam* or *duplicate*. `pairs` are the possible duplicates that staff have not dismissed.
    """
    if member.is_suspect:
        return "spam"
    return "duplicate" if any(pair.other.status in ACTIVE_STATUSES for pair in pairs) else ""


def _list_rows(
    request: StaffRequest, around: ListAround, member: Member, at: datetime
) -> list[ListRow]:
    return [
        ListRow(
            member=each,
            url=member_url(request, each.pk),
            country=name_of(each.country),
            waiting=waiting_days_in_words(each, at),
            is_current=each == member,
        )
        for each in (*around.before, member, *around.after)
    ]


def _exchange(timeline: Iterable[TimelineEntry]) -> Exchange | None:
    """Return the latest request and its answer from a timeline that has the latest first."""
    answered = None
    for entry in timeline:
        if entry.kind == TimelineKind.ANSWERED and answered is None:
            answered = entry
        if entry.kind == TimelineKind.INFORMATION_REQUESTED and not entry.is_void:
            return Exchange(entry, answered)
    return None


def _own_words(
    member: Member,
    focal_points: list[FocalPoint],
    answers: Answers,
    timeline: Iterable[TimelineEntry],
    user: User,
    at: datetime,
) -> OwnWords | None:
    """Return the long answers in the language of the first focal point; None if there are none."""
    texts = [fact for fact in (*answers.interest, *answers.organisation) if fact.is_long]
    texts = [text for text in texts if text.now or text.is_corrected]
    if not texts:
        return None
    first = focal_points[0].language if focal_points else READ_BY_ALL
    language = CorrespondenceLanguage(first)
    is_readable = language == READ_BY_ALL or member.personal_data_deleted_at is not None
    is_readable = is_readable or user.read_languages.filter(language=language).exists()
    readers: list[User] = []
    if not is_readable and member.is_undecided:
        here = colleagues_here(today=day_in_geneva(at)).filter(read_languages__language=language)
        here = here.exclude(pk__in=[user.pk, member.assignee_id or user.pk])
        readers = list(here.order_by("name", "email").prefetch_related(None)[:MAX_OFFERED])
    cut = Truncator(Truncator(texts[0].now).words(WORDS_SHOWN)).chars(CHARACTERS_SHOWN)
    return OwnWords(
        language=language,
        direction=direction_of(language),
        texts=texts,
        beginning=cut,
        summarised_by=next((e for e in timeline if e.kind == TimelineKind.SUMMARISED), None),
        is_readable=is_readable,
        readers=readers,
    )


def _others_and_duplicates(member: Member, user: User) -> tuple[list[Member], list[Member]]:
    """Return the other EOIs of the organisation, and the members closed as duplicates of it."""
    is_other = member.is_another_of_the_organisation
    found = (
        Member.objects.visible_to(user)
        .filter(is_other | Q(duplicate_of=member))
        .annotate(is_other=ExpressionWrapper(is_other, BooleanField()))
        .select_related("decided_by")
        .order_by("submitted_at", "pk")
    )
    others = [each for each in found if each.is_other]  # type: ignore[attr-defined]
    duplicates = [each for each in found if each.duplicate_of_id == member.pk]
    return others, sorted(duplicates, key=lambda each: (each.decided_at, each.pk))


def _people(
    focal_points: list[FocalPoint], timeline: Iterable[TimelineEntry], at: datetime
) -> list[FocalPointPanel]:
    days = soft_bounce_days((each.email for each in focal_points), at=at)
    return [
        FocalPointPanel(
            focal_point=person.focal_point,
            role_transfer=getattr(person.focal_point, "role_transfer", None),
            facts=person.facts,
            letter_language=str(CorrespondenceLanguage(person.focal_point.language).label),
            soft_bounce_days=days.get(normalise_address(person.focal_point.email), 0),
        )
        for person in people_of(focal_points, timeline)
    ]
