"""The page of one mailing: a draft to write on, or what has come of it."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.admin.base import StaffRequest
from accounts.services.permissions import needs
from core.conflicts import Refused
from mailings.admin.pages import (
    CHANGE,
    SEND,
    VIEW,
    address_of,
    get_mailing_or_404,
    mailing_page,
    progress_of,
)
from mailings.forms import TextsForm, initial_data
from mailings.models import Mailing, MailingKind, MailingStatus, MailingText
from mailings.services.drafts import save_draft
from mailings.services.exceptions import MailingConflict
from mailings.services.recipients import recheck_recipients

# The pages that are opened from a draft once what was typed on it is saved.
PAGES_AFTER_SAVE = ("preview", "recipients")


@require_http_methods(["GET", "HEAD", "POST"])
@needs(VIEW)
def show_mailing(request: StaffRequest, pk: int) -> HttpResponse:
    """Show a mailing: the draft to who may write on it, else what it says and what came of it."""
    mailing = get_mailing_or_404(request, pk)
    may_write = request.user.has_perm(CHANGE)
    if may_write and (mailing.status == MailingStatus.DRAFT or request.method == "POST"):
        return _draft(request, mailing)
    return _standing(request, mailing)


def _draft(request: StaffRequest, mailing: Mailing) -> HttpResponse:
    """Show a draft and keep what was typed, fit to go out or not."""
    if request.method != "POST":
        kept = initial_data(mailing)
        # What is unfit of it is said at once, but not of a page that nobody has written on.
        is_begun = len(kept) > len(("kind", "language", "version"))
        return _draft_page(request, mailing, TextsForm(kept if is_begun else None, initial=kept))

    form = TextsForm(request.POST)
    if not form.is_storable:
        return _draft_page(request, mailing, form, status=422)
    try:
        save_draft(
            mailing=mailing,
            kind=MailingKind(form.typed["kind"]),
            language=form.typed["language"],
            texts=form.written,
            version=form.typed["version"],
            by=request.user,
            at=now(),
        )
    except MailingConflict as refused:
        # Saved once more, it is put in place of what the page shows now.
        again = request.POST.copy()
        again["version"] = str(refused.mailing.version)
        theirs = list(refused.mailing.texts.order_by("pk"))
        refusal = {"refusal": str(refused), "theirs": theirs}
        return _draft_page(request, mailing, TextsForm(again), status=409, **refusal)
    except Refused as refused:
        # No draft any more: what was typed stays on the page, to be taken from there.
        return _draft_page(request, mailing, form, status=409, refusal=str(refused))
    messages.success(request, _("The draft is saved. Nobody was written to."))
    then = request.POST.get("then")
    if then == "send" and request.user.has_perm(SEND):
        return _look_and_send(request, mailing)
    return redirect(address_of(mailing, then if then in PAGES_AFTER_SAVE else "change"))


def _look_and_send(request: StaffRequest, mailing: Mailing) -> HttpResponse:
    """Judge anew who gets a draft, and lead to the page that sends it."""
    try:
        recheck_recipients(mailing=mailing)
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect(address_of(mailing))
    return redirect(address_of(mailing, "send"))


def _draft_page(
    request: StaffRequest, mailing: Mailing, form: TextsForm, status: int = 200, **more: Any
) -> HttpResponse:
    return mailing_page(
        request,
        "draft",
        title=str(mailing),
        is_its_own_page=True,
        mailing=mailing,
        status=status,
        form=form,
        # The form has it.
        subject="",
        progress=progress_of(mailing),
        **more,
    )


def _standing(request: StaffRequest, mailing: Mailing) -> HttpResponse:
    """Show what a mailing says, and what has come of it by now."""
    return mailing_page(
        request,
        "mailing_status",
        title=str(mailing),
        is_its_own_page=True,
        mailing=mailing,
        progress=progress_of(mailing),
        texts=_first_first(mailing),
        as_of=now(),
    )


def _first_first(mailing: Mailing) -> list[MailingText]:
    """Return the texts of a mailing, at the head that in its first language."""
    texts = mailing.texts.order_by("language")
    return sorted(texts, key=lambda text: text.language != mailing.language)
