"""The page of one mailing: the form of a draft, or the state of a mailing that was confirmed."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.generic import View

from accounts.admin.base import StaffRequest
from accounts.services.permissions import insist
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
from mailings.forms.mailings import TextsForm, initial_data
from mailings.models import MailingKind, MailingStatus, MailingText
from mailings.services.drafts import save_draft
from mailings.services.exceptions import MailingConflict
from mailings.services.recipients import recheck_recipients

# The pages that a button can open after it saves the draft.
PAGES_AFTER_SAVE = ("preview", "recipients")


class MailingView(View):
    """The page of a mailing: a form for people who may edit the draft, otherwise its state."""

    http_method_names = ("get", "head", "post")
    request: StaffRequest

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        insist(request.user, VIEW)
        self.mailing = get_mailing_or_404(self.request, self.kwargs["pk"])
        self.may_write = request.user.has_perm(CHANGE)

    def get(self, request: StaffRequest, **kwargs: int) -> HttpResponse:
        if not self.may_write or self.mailing.status != MailingStatus.DRAFT:
            return self.show_state()
        kept = initial_data(self.mailing)
        # Errors in a draft are shown immediately, but not on a page where nothing was entered yet.
        is_begun = len(kept) > len(("kind", "language", "version"))
        return self.show_draft(TextsForm(kept if is_begun else None, initial=kept))

    def post(self, request: StaffRequest, **kwargs: int) -> HttpResponse:
        """Save the draft, even if it is not ready to be sent."""
        if not self.may_write:
            return self.show_state()
        form = TextsForm(request.POST)
        if not form.is_storable:
            return self.show_draft(form, status=422)
        try:
            save_draft(
                mailing=self.mailing,
                kind=MailingKind(form.typed["kind"]),
                language=form.typed["language"],
                texts=form.written,
                version=form.typed["version"],
                by=request.user,
                at=now(),
            )
        except MailingConflict as refused:
            # If it is saved again, it replaces the version that the page shows now.
            again = request.POST.copy()
            again["version"] = str(refused.mailing.version)
            theirs = list(refused.mailing.texts.order_by("pk"))
            return self.show_draft(
                TextsForm(again), status=409, refusal=str(refused), theirs=theirs
            )
        except Refused as refused:
            # It is no longer a draft. The page still shows the input, so that it can be copied.
            return self.show_draft(form, status=409, refusal=str(refused))
        messages.success(request, _("The draft is saved. Nothing was sent."))
        then = request.POST.get("then")
        if then == "send" and request.user.has_perm(SEND):
            return self.recheck_and_send()
        return redirect(address_of(self.mailing, then if then in PAGES_AFTER_SAVE else "change"))

    def recheck_and_send(self) -> HttpResponse:
        """Check again who gets the draft, and redirect to the page that sends it."""
        try:
            recheck_recipients(mailing=self.mailing)
        except Refused as refused:
            messages.error(self.request, str(refused))
            return redirect(address_of(self.mailing))
        return redirect(address_of(self.mailing, "send"))

    def show_draft(
        self,
        form: TextsForm,
        *,
        status: int = 200,
        refusal: str = "",
        theirs: Sequence[MailingText] = (),
    ) -> HttpResponse:
        """Show the draft, with the refusal and a colleague's version if it was not saved."""
        return mailing_page(
            self.request,
            "draft",
            {
                "is_its_own_page": True,
                "form": form,
                # The form shows the subject.
                "subject": "",
                "progress": progress_of(self.mailing),
                "refusal": refusal,
                "theirs": theirs,
            },
            title=str(self.mailing),
            mailing=self.mailing,
            status=status,
        )

    def show_state(self) -> HttpResponse:
        """Show the texts of the mailing, and its progress."""
        texts = self.mailing.texts.order_by("language")
        return mailing_page(
            self.request,
            "mailing_status",
            {
                "is_its_own_page": True,
                "progress": progress_of(self.mailing),
                # The text in the first language of the mailing comes first.
                "texts": sorted(texts, key=lambda text: text.language != self.mailing.language),
                "as_of": now(),
            },
            title=str(self.mailing),
            mailing=self.mailing,
        )
