"""The pages on which co-leads write to their working group, and see what became of it."""

from datetime import datetime

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core.conflicts import NothingChanged, Refused
from core.language_switch import form_as_typed, switched_language
from mailings.forms.group_letters import GroupLetterForm
from mailings.models import GroupLetter
from mailings.models.group_letter import GroupLetterQuerySet
from mailings.services.group_letters import (
    AlreadySubmitted,
    change_letter,
    submit_letter,
    whole_text,
    withdraw_letter,
)
from members.models import FocalPoint
from members.services.co_leads import area_of
from members.views.signed_in import MemberRequest, co_lead_page
from outbox.services.rendering import as_fragment

MAX_LETTERS = 50


@require_safe
@co_lead_page
def group_letters(request: MemberRequest, person: FocalPoint, at: datetime) -> HttpResponse:
    """List the letters of the co-leads to the working group, and what became of them."""
    letters = _letters(person).order_by("-submitted_at", "-pk")[:MAX_LETTERS]
    context = {"area": area_of(person), "letters": letters, "time_zone": person.time_zone}
    return render(request, "mailings/group_letters.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@co_lead_page
def write_letter(request: MemberRequest, person: FocalPoint, at: datetime) -> HttpResponse:
    """Show a form for a letter; on POST, submit it to the coordinators."""
    sent = request.POST if request.method == "POST" else None
    form = GroupLetterForm(sent, initial={"language": person.language})
    if switched_language(request):
        return _form_page(request, person, form_as_typed(form))
    if not form.is_valid():
        return _form_page(request, person, form, status=422 if sent is not None else 200)
    try:
        submit_letter(person=person, by=request.user, at=at, **form.facts())
    except AlreadySubmitted as already:
        # The form was sent twice, or another co-lead wrote the same subject.
        messages.info(request, str(already))
    except Refused as refused:
        return _form_page(request, person, form, refused=refused, status=409)
    else:
        messages.success(request, _submitted())
    return redirect("mailings:group_letters", area_of(person).slug)


@require_http_methods(["GET", "HEAD", "POST"])
@co_lead_page
def group_letter(request: MemberRequest, person: FocalPoint, at: datetime, pk: int) -> HttpResponse:
    """Show a letter. Its organisation can change or withdraw it until it is released."""
    letter = get_object_or_404(_letters(person), pk=pk)
    is_theirs = letter.focal_point.member_id == person.member_id
    if not (is_theirs and letter.is_open):
        refused = _("This letter can no longer be changed.") if request.method == "POST" else ""
        return _letter_page(request, person, letter, refused=refused)
    if "withdraw" in request.POST:
        try:
            withdraw_letter(letter=letter, person=person, by=request.user, at=at)
        except Refused as refused_now:
            return _letter_page(request, person, letter, refused=str(refused_now))
        messages.success(request, _("The letter is withdrawn. It was not sent."))
        return redirect("mailings:group_letters", area_of(person).slug)

    sent = request.POST if request.method == "POST" else None
    form = GroupLetterForm(sent, initial=_typed(letter))
    if switched_language(request):
        return _form_page(request, person, form_as_typed(form), letter=letter)
    if not form.is_valid():
        status = 422 if sent is not None else 200
        return _form_page(request, person, form, letter=letter, status=status)
    try:
        change_letter(
            letter=letter,
            person=person,
            version=form.cleaned_data["version"] or 0,
            by=request.user,
            at=at,
            **form.facts(),
        )
    except NothingChanged:
        # The form was sent twice.
        pass
    except Refused as refused_now:
        letter = _letters(person).get(pk=pk)
        if not letter.is_open:
            return _letter_page(request, person, letter, refused=str(refused_now))
        return _form_page(request, person, form, letter=letter, refused=refused_now, status=409)
    messages.success(request, _submitted())
    return redirect("mailings:group_letters", area_of(person).slug)


def _letters(person: FocalPoint) -> GroupLetterQuerySet:
    found = GroupLetter.objects.filter(focus_area=person.member.focus_area)
    return found.select_related("mailing", "focal_point", "focus_area", "decided_by")


def _typed(letter: GroupLetter) -> dict[str, object]:
    names = ("language", "subject", "body", "shows_address", "version")
    return {name: getattr(letter, name) for name in names}


def _submitted() -> str:
    return _("Submitted. The coordinators were told, and you get their answer by email.")


def _form_page(
    request: MemberRequest,
    person: FocalPoint,
    form: GroupLetterForm,
    *,
    letter: GroupLetter | None = None,
    refused: Refused | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "area": area_of(person),
        "form": form,
        "letter": letter,
        "refused": refused,
        # After a conflict, the next attempt is based on the text that is shown now.
        "version": letter.version if letter and refused else form["version"].value(),
    }
    return render(request, "mailings/write_letter.html", context, status=status)


def _letter_page(
    request: MemberRequest, person: FocalPoint, letter: GroupLetter, *, refused: str = ""
) -> HttpResponse:
    context = {
        "area": area_of(person),
        "letter": letter,
        "html": as_fragment(whole_text(letter), language=letter.language),
        "refused": refused,
    }
    return render(request, "mailings/group_letter.html", context, status=409 if refused else 200)
