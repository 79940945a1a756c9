"""Pages that put a file right: its facts, the private links, and a letter that went astray."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from members import correction, follow_up
from members.admin.facts import FactsForm
from members.admin.pages import StaffRequest, file_or_404, focal_points_of, page, sent
from members.locking import ChangedMeanwhile, Refused
from members.models import FocalPoint, Member
from outbox import queueing
from outbox.models import Message


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("members.correct_member", raise_exception=True)
def correct(request: StaffRequest, pk: int) -> HttpResponse:
    """Correct the facts of a file, with a reason.

    Answers 422 where something is missing or wrong, and 409 where the file has changed: what
    was typed stays, and so does the version, until the person says that they have seen it.
    """
    member = file_or_404(pk)
    focal_points = focal_points_of(member)
    form = FactsForm(sent(request), member=member, focal_points=focal_points)
    refused, status = None, 200
    if request.method == "POST" and not form.is_valid():
        status = 422
    elif request.method == "POST":
        try:
            correction.correct_facts(
                member=member,
                facts=form.facts,
                focal_points=form.facts_of_people,
                reason=form.cleaned_data["reason"],
                by=request.user,
                at=now(),
                version=form.version_seen,
            )
        except Refused as refusal:
            refused, status = refusal, 409
        else:
            messages.success(request, _("The facts were corrected."))
            return redirect("admin:members_member_change", pk)
    return page(
        request,
        "correct",
        title=_("Correct the facts"),
        member=member,
        form=form,
        refused=refused,
        has_changed=isinstance(refused, ChangedMeanwhile),
        differences=form.differences_from(member) if refused else [],
        status=status,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("members.revoke_links_focalpoint", raise_exception=True)
def revoke_links(request: StaffRequest, pk: int, focal_point: int) -> HttpResponse:
    """Revoke every private link that a focal point was sent, once the person confirms."""
    member = file_or_404(pk)
    person = get_object_or_404(member.focal_points, pk=focal_point)
    if request.method == "POST":
        correction.revoke_links(focal_point=person, by=request.user, at=now())
        messages.success(
            request, _("The private links of %(name)s no longer work.") % {"name": person}
        )
        return redirect("admin:members_member_change", pk)
    return page(
        request, "revoke_links", title=_("Revoke private links"), member=member, person=person
    )


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("outbox.write_again_message", raise_exception=True)
def write_again(request: StaffRequest, pk: int, message: int) -> HttpResponse:
    """Write a message again to its focal point's address of today, once the person confirms."""
    member = file_or_404(pk)
    letter = get_object_or_404(Message, pk=message, reference=member.reference)
    times = letter.written_again_as.count()
    refused: Exception | None = None
    if request.method == "POST":
        try:
            again = write_once_more(request, letter, times)
        except (follow_up.NotWrittenAgain, queueing.Refused) as refusal:
            refused = refusal
        else:
            sentence = _("The message was written again, to %(address)s.")
            messages.success(request, sentence % {"address": again.recipient})
            return redirect("admin:members_member_change", pk)
    return page(
        request,
        "write_again",
        title=_("Write again"),
        member=member,
        letter=letter,
        person=addressee(member, letter),
        times=times,
        refused=refused,
        status=409 if refused else 200,
    )


def write_once_more(request: StaffRequest, letter: Message, times: int) -> Message:
    """Write a message again, unless a colleague or a second click just did.

    Raises NotWrittenAgain and queueing.Refused.
    """
    if request.POST.get("times") != str(times):
        raise follow_up.NotWrittenAgain(
            _("This message was written again after you opened this page.")
        )
    return follow_up.write_again(message=letter, by=request.user, at=now())


def addressee(member: Member, letter: Message) -> FocalPoint | None:
    """Return the focal point that a message was written to, if it is still in the file."""
    segments = letter.topic.split("/")
    for focal_point in focal_points_of(member):
        if f"focal-point-{focal_point.pk}" in segments:
            return focal_point
    return None
