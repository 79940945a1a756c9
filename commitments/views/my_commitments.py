"""The pages of a lead: its commitments, and the page of each of them."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid4

from django.contrib import messages
from django.db.models import Exists, OuterRef
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from commitments.forms.commitment import form_for, typed_for_action
from commitments.forms.send import BeginForm, WithdrawForm
from commitments.models import (
    UNDECIDED,
    ChangeStatus,
    Commitment,
    CommitmentStatus,
    Partner,
    ProposedChange,
    Report,
    ReportStatus,
)
from commitments.services.changes import withdraw_change
from commitments.services.completeness import partners_without_answer
from commitments.services.content import Content, content_of
from commitments.services.content_in_words import Fact, Reader, content_in_words, differences
from commitments.services.drafts import begin_draft, discard_typed, typed_title
from commitments.services.given_sums import given_sums
from commitments.services.lead_changes import changes_by_lead
from commitments.services.leads import (
    commitments_of,
    is_editable,
    is_report_due,
    question_about,
    waiting_change_of,
)
from commitments.services.partners import OPEN, invite_partner, may_be_asked, revoke_invitation
from commitments.services.withdrawal import WITHDRAWABLE, withdraw_by_lead
from core.conflicts import Refused
from core.dates import format_date, format_datetime
from core.language_switch import form_as_typed, switched_language
from core.pagination import get_page
from framework.services.adopted_actions import AdoptedAction, actions_by_key
from members.models import FocalPoint
from members.services.private_links import InvalidLink
from members.views.signed_in import MemberRequest, member_page

# What the lead typed can be sent later.
BEFORE_PUBLICATION = (*UNDECIDED, CommitmentStatus.APPROVED)
# The pages on which a commitment is edited, by its status.
EDIT_PAGES = {
    CommitmentStatus.DRAFT: "commitments:check",
    CommitmentStatus.SUBMITTED: "commitments:correct",
    CommitmentStatus.INFORMATION_REQUESTED: "commitments:answer",
    CommitmentStatus.PUBLISHED: "commitments:propose_change",
}


def commitment_of(people: Sequence[FocalPoint], reference: str) -> tuple[Commitment, FocalPoint]:
    """Return a commitment that some focal points lead, and the one who acts. Raises Http404."""
    if not reference.isprintable():
        # PostgreSQL refuses to look for a NUL.
        raise Http404
    commitment = get_object_or_404(commitments_of(people), reference=reference)
    person = next(each for each in people if each.member_id == commitment.lead_id)
    return commitment, person


@require_safe
@member_page
def my_commitments(
    request: MemberRequest, people: Sequence[FocalPoint], at: datetime
) -> HttpResponse:
    """List the commitments of a person's organisations, and what waits for the person."""
    asked = Report.objects.filter(commitment=OuterRef("pk"), status=ReportStatus.QUESTION_ASKED)
    waiting = ProposedChange.objects.filter(commitment=OuterRef("pk"), status=ChangeStatus.WAITING)
    commitments = (
        commitments_of(people)
        .annotate(has_report_question=Exists(asked), has_waiting_change=Exists(waiting))
        .order_by("-created_at", "-pk")
    )
    page = get_page(commitments, request)
    context = {
        "page": page,
        "rows": [
            (each, each.title or typed_title(each), _waiting_for_lead(each, at))
            for each in page.object_list
        ],
        "members": list({person.member_id: person.member for person in people}.values()),
        "submission_key": uuid4(),
        "action": _chosen_action(request.GET.get("action", ""), people),
    }
    return render(request, "commitments/my_commitments.html", context)


@require_POST
@member_page
def begin(request: MemberRequest, people: Sequence[FocalPoint], at: datetime) -> HttpResponseBase:
    """Begin a draft for one of a person's organisations, and open its first page."""
    form = BeginForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose the organisation that makes the commitment."))
        return redirect("commitments:my_commitments")
    chosen = form.cleaned_data["member"]
    person = next((each for each in people if each.member.reference == chosen), None)
    if person is None:
        raise Http404
    try:
        key: UUID = form.cleaned_data["submission_key"]
        action = _chosen_action(str(form.cleaned_data["action"] or ""), [person])
        typed = typed_for_action(action) if action else None
        draft = begin_draft(submission_key=key, typed=typed, by=person, at=at)
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("commitments:my_commitments")
    return redirect("commitments:edit", draft.reference, "what")


def _chosen_action(key: str, people: Sequence[FocalPoint]) -> AdoptedAction | None:
    """Return the action that a link has chosen, if one of some focal points may read it."""
    action = actions_by_key([key]).get(key.lower())
    if action is None or not action.is_in_framework:
        return None
    own = {person.member.focus_area_id for person in people}
    return action if action.is_public or action.focus_area.pk in own else None


@require_safe
@member_page
def my_commitment(
    request: MemberRequest, people: Sequence[FocalPoint], at: datetime, reference: str
) -> HttpResponseBase:
    """Show a commitment to its lead: what it states, how it stands, and what happens next."""
    commitment, person = commitment_of(people, reference)
    if commitment.status == CommitmentStatus.DRAFT:
        return redirect("commitments:check", reference)
    return commitment_page(request, commitment, person, at)


def commitment_page(
    request: MemberRequest,
    commitment: Commitment,
    person: FocalPoint,
    at: datetime,
    *,
    refused: Refused | None = None,
) -> HttpResponse:
    """Show the page of a commitment that was sent."""
    status = CommitmentStatus(commitment.status)
    change = waiting_change_of(commitment)
    may_edit = is_editable(commitment) and change is None
    facts = _facts(content_of(commitment))
    context = {
        "commitment": commitment,
        "status": status,
        "facts": facts,
        "events": _timeline(commitment, person),
        "partners": _partners(commitment),
        "waiting_partners": partners_without_answer(commitment),
        "next_step": next_step(commitment, at),
        "question": question_about(commitment),
        "edit_page": EDIT_PAGES.get(status, "") if may_edit else "",
        "has_typed": bool(commitment.typed),
        # What cannot be sent now, so that nobody has to type it again.
        "unsent": differences(facts, _facts(form_for(commitment).content()))
        if commitment.typed and not may_edit and status in BEFORE_PUBLICATION
        else [],
        "change": change,
        "may_withdraw": status in WITHDRAWABLE,
        "public_address": _public_address(commitment),
        "refused": refused,
    }
    return render(
        request, "commitments/my_commitment.html", context, status=409 if refused else 200
    )


def _facts(content: Content) -> list[Fact]:
    return [fact for each in content_in_words(content) for fact in each.facts]


@require_http_methods(["GET", "HEAD", "POST"])
@member_page
def discard(
    request: MemberRequest, people: Sequence[FocalPoint], at: datetime, reference: str
) -> HttpResponseBase:
    """Say what will be deleted: a draft, or a correction that was not sent. Delete it on POST."""
    commitment, person = commitment_of(people, reference)
    is_draft = commitment.status == CommitmentStatus.DRAFT
    if not is_draft and not commitment.typed:
        return redirect("commitments:my_commitment", reference)
    if "delete" not in request.POST:
        context = {"commitment": commitment, "is_draft": is_draft}
        status = 422 if request.method == "POST" else 200
        return render(request, "commitments/discard.html", context, status=status)
    try:
        discard_typed(commitment=commitment, by=person, at=at)
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("commitments:my_commitment", reference)
    if is_draft:
        messages.success(request, _("The draft is deleted."))
        return redirect("commitments:my_commitments")
    messages.success(request, _("Your changes are deleted. The commitment is as before."))
    return redirect("commitments:my_commitment", reference)


@require_http_methods(["GET", "HEAD", "POST"])
@member_page
def withdraw(
    request: MemberRequest, people: Sequence[FocalPoint], at: datetime, reference: str
) -> HttpResponseBase:
    """Say what a withdrawal does, ask for the public reason, and withdraw on POST."""
    commitment, person = commitment_of(people, reference)
    if commitment.status not in WITHDRAWABLE:
        return redirect("commitments:my_commitment", reference)
    form = WithdrawForm(request.POST or None, initial={"version": commitment.version, "seen": 0})
    context = {"commitment": commitment, "form": form, "refused": None}
    status = 200
    if switched_language(request):
        form_as_typed(form)
    elif form.is_valid():
        try:
            withdraw_by_lead(
                commitment,
                reason=form.cleaned_data["text"],
                version=form.cleaned_data["version"],
                by=person,
                at=at,
            )
        except Refused as refused:
            commitment.refresh_from_db()
            again = request.POST.copy()
            again["version"] = str(commitment.version)
            context |= {"form": form_as_typed(WithdrawForm(again)), "refused": refused}
            status = 409
        else:
            messages.success(request, _("The commitment is withdrawn."))
            return redirect("commitments:my_commitment", reference)
    elif request.method == "POST":
        status = 422
    return render(request, "commitments/withdraw.html", context, status=status)


@require_POST
@member_page
def withdraw_proposal(
    request: MemberRequest, people: Sequence[FocalPoint], at: datetime, reference: str
) -> HttpResponseBase:
    """Withdraw the proposed change that waits for staff."""
    commitment, person = commitment_of(people, reference)
    try:
        withdraw_change(commitment, by=person, at=at)
    except Refused as refused:
        return commitment_page(request, commitment, person, at, refused=refused)
    messages.success(request, _("The proposed change is withdrawn."))
    return redirect("commitments:my_commitment", reference)


@require_POST
@member_page
def invite(
    request: MemberRequest, people: Sequence[FocalPoint], at: datetime, reference: str, key: UUID
) -> HttpResponseBase:
    """Invite a partner, also again; or, with `revoke`, revoke its link."""
    commitment, person = commitment_of(people, reference)
    partner = get_object_or_404(
        Partner.objects.select_related("member", "commitment__lead"),
        commitment=commitment,
        key=key,
        is_current=True,
    )
    try:
        if "revoke" in request.POST:
            revoke_invitation(partner=partner, by=person, at=at)
        else:
            invite_partner(partner=partner, by=person, at=at)
    except InvalidLink as gone:
        raise Http404 from gone
    except Refused as refused:
        commitment.refresh_from_db()
        return commitment_page(request, commitment, person, at, refused=refused)
    if "revoke" in request.POST:
        messages.success(request, _("The link of the partner no longer works."))
    else:
        messages.success(request, _("The partner is invited by email."))
    return redirect("commitments:my_commitment", reference)


def next_step(commitment: Commitment, at: datetime) -> str:
    """Return one sentence that says what happens next, or what the lead can do."""
    status = CommitmentStatus(commitment.status)
    if status in UNDECIDED:
        if status == CommitmentStatus.INFORMATION_REQUESTED:
            return _("We asked you a question. Please answer it, so that we can go on.")
        if is_editable(commitment):
            return _(
                "Our team will read it, and writes to you when it is published or has a question. "
                "Until somebody has begun to read it, you can correct what you sent."
            )
        if status == CommitmentStatus.SUBMITTED:
            return _(
                "Our team has begun to read it, and writes to you when it is published or has a "
                "question. If something is wrong, reply to our email about it."
            )
        return _("Our team reads it, and writes to you when it is published or has a question.")
    if status == CommitmentStatus.APPROVED:
        return _("It is approved. It is published when it is announced.")
    if status == CommitmentStatus.PUBLISHED:
        if is_report_due(commitment, at=at):
            return _("A report is due.")
        if commitment.next_report_on:
            return _("The next report is due on %(day)s. You can report at any time.") % {
                "day": format_date(commitment.next_report_on)
            }
        return _("It is published. We ask you for a report each year.")
    if status == CommitmentStatus.DECLINED:
        return _("It was declined. You can begin another one at any time.")
    return _("Nothing more is expected of you.")


def _waiting_for_lead(commitment: Commitment, at: datetime) -> list[str]:
    """Return what a row of the list says that waits for the lead, or for staff."""
    found = []
    if commitment.status == CommitmentStatus.DRAFT:
        found.append(_("Not sent yet"))
    if commitment.status == CommitmentStatus.INFORMATION_REQUESTED:
        found.append(_("A question waits for your answer"))
    if commitment.has_report_question:  # type: ignore[attr-defined]  # annotated
        found.append(_("A question about your report waits for your answer"))
    if commitment.status == CommitmentStatus.PUBLISHED and is_report_due(commitment, at=at):
        found.append(_("A report is due"))
    if commitment.has_waiting_change:  # type: ignore[attr-defined]  # annotated
        found.append(_("A change that you proposed waits for our decision"))
    if commitment.typed and commitment.status != CommitmentStatus.DRAFT:
        found.append(_("Changes that you have not sent"))
    return found


def _timeline(commitment: Commitment, person: FocalPoint) -> list[dict[str, object]]:
    """Return the events that the lead may read, the latest first, with what it changed itself."""
    events = list(commitment.events.filter(is_shared=True).order_by("-at", "-pk"))
    team = pgettext("of an event", "our team")
    corrections = changes_by_lead(commitment, events, reader=Reader.PUBLIC)
    changes = {each.event.pk: each.changes for each in corrections}
    return [
        {
            "event": event,
            "name": team if event.by_user_id else event.by_name,
            "moment": format_datetime(event.at, person.time_zone),
            "changes": changes.get(event.pk, []),
        }
        for event in events
    ]


def _partners(commitment: Commitment) -> list[dict[str, object]]:
    """Return the partners with their answers, and what the lead can do about each."""
    rows = commitment.partners.filter(is_current=True).select_related("member")
    is_open = commitment.status in OPEN
    sums = given_sums([commitment.pk])
    return [
        {
            "partner": partner,
            "sums": sums.get(partner.pk, ()),
            "asked_again_on": format_date(partner.asked_again_at) if partner.asked_again_at else "",
            "answered_on": format_date(partner.answered_at) if partner.answered_at else "",
            "invited_on": format_date(partner.invited_at) if partner.invited_at else "",
            "may_be_invited": is_open and may_be_asked(partner, sums.get(partner.pk, ())),
            "may_be_revoked": is_open and partner.is_asked,
            "has_address": partner.member_id or partner.contact_email,
        }
        for partner in rows.order_by("position", "pk")
    ]


def _public_address(commitment: Commitment) -> str:
    """Return the address of the public page, empty if there is none."""
    if not commitment.is_public:
        return ""
    try:
        return reverse("commitments:commitment", args=[commitment.reference])
    except NoReverseMatch:
        return ""
