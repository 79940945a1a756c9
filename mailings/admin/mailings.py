"""The list of mailings, the URLs of their pages, letters of co-leads, and unsubscribing."""

from collections.abc import Callable
from typing import Any, cast

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.utils import unquote
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import URLPattern, path, reverse
from django.utils.http import urlencode
from django.utils.text import Truncator, capfirst
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.admin.base import StaffRequest, int_or_invalid, post_data
from accounts.models import RequestStatus, User
from accounts.services.permissions import needs
from core.admin.history import HistoryAdmin
from core.admin.lookups import ScopedAdmin
from core.conflicts import Refused
from core.dates import GENEVA, format_datetime_short
from core.numbers import GroupedNumber
from mailings.admin import actions as steps
from mailings.admin import copies, recipients
from mailings.admin.mailing_page import (
    ADD,
    MailingView,
    mail,
    new_mailing,
    new_mailing_from_list,
    preview,
)
from mailings.admin.mailing_preview import preview_typed, typed_preview
from mailings.admin.mailing_progress import progress
from mailings.admin.pages import UNSUBSCRIBE, VIEW, mailing_page, name_of, subject_of
from mailings.forms import UnsubscribeForm
from mailings.models import GroupLetter, Mailing, SendRequest
from mailings.services.group_letters import (
    LETTERS,
    number_of_recipients,
    release_letter,
    whole_text,
)
from mailings.services.subscriptions import unsubscribe_on_request
from members.admin.submissions import SubmissionDesk
from members.models import Member
from outbox.admin.mail_preview import page_with_mail_frame
from outbox.services.rendering import as_fragment
from triage.desk.admin.queue import ListLink, MemberAdmin


class GroupLetterDesk(SubmissionDesk):
    """The list of letters of co-leads, and the page of one with the number of its recipients."""

    model = GroupLetter
    kind = LETTERS
    result_model = Mailing
    may_view = VIEW
    template = "admin/mailings/mailing/group_letter.html"
    list_page = "admin:mailings_mailing_group_letters"
    list_title = gettext_lazy("Letters of co-leads")
    title = gettext_lazy("Letter of a co-lead")
    nothing_waits = gettext_lazy(
        "No letters are waiting. Co-leads write to their working group on their own pages."
    )
    released = gettext_lazy("The letter is released, and is being sent now.")
    returned = gettext_lazy("The letter was returned. The co-lead was told the reason.")

    def release(self, submission: GroupLetter, version: int) -> Mailing:
        number = int_or_invalid(self.request.POST, "number")
        return release_letter(
            letter=submission, version=version, number=number, by=self.request.user, at=now()
        )

    def in_list(self, submission: GroupLetter) -> str:
        return format_datetime_short(submission.submitted_at, GENEVA)

    def context(self, submission: GroupLetter) -> dict[str, object]:
        return {
            "html": as_fragment(whole_text(submission), language=submission.language),
            "number": number_of_recipients(submission, by=self.request.user, at=now()),
        }


class SecondPersonFilter(admin.SimpleListFilter):
    """By whether a second person is asked to confirm a mailing."""

    title = gettext_lazy("second person")
    parameter_name = "second_person"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("waits", str(RequestStatus.WAITING.label))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(waits=True) if self.value() == "waits" else queryset


@admin.register(Mailing)
class MailingAdmin(ScopedAdmin, HistoryAdmin):
    """Mailings. Each is edited on its own page; actions on it are separate pages."""

    list_display = ("what", "state", "kind_in_short", "whom", "created_by", "when", "figures")
    list_display_links = ("what",)
    list_filter = ("status", "kind", SecondPersonFilter)
    list_select_related = ("created_by",)
    list_per_page = 20
    ordering = ("-created_at", "-pk")
    search_fields = ("texts__subject", "selection_in_words")
    search_help_text = gettext_lazy("Search by subject or selected recipients")
    actions = None
    change_list_template = "admin/mailings/mailing/list.html"
    object_history_template = "admin/mailings/mailing/history.html"

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        waiting = GroupLetter.objects.visible_to(cast("User", request.user)).waiting()
        shown = {
            "title": capfirst(str(self.opts.verbose_name_plural)),
            "waiting_letters": waiting.count(),
            "may_unsubscribe": request.user.has_perm(UNSUBSCRIBE),
        }
        return super().changelist_view(request, {**shown, **(extra_context or {})})

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        mailings: Any = super().get_queryset(request)
        requests = SendRequest.objects.waiting().filter(mailing=OuterRef("pk"))
        counted = mailings.with_sent().annotate(waits=Exists(requests))
        found: QuerySet[Any] = counted.prefetch_related("texts")
        return found

    @admin.display(description=gettext_lazy("subject"))
    def what(self, mailing: Mailing) -> str:
        """Return the subject in the first language, shortened, or that there is none yet."""
        return name_of(subject_of(mailing))

    @admin.display(description=gettext_lazy("status"), ordering="status")
    def state(self, mailing: Mailing) -> str:
        """Return the short label of the status."""
        return render_to_string("admin/mailings/mailing/_status.html", {"mailing": mailing})

    @admin.display(description=gettext_lazy("kind"), ordering="kind")
    def kind_in_short(self, mailing: Mailing) -> str:
        """Return the short label of the kind."""
        return render_to_string("admin/mailings/mailing/_kind.html", {"mailing": mailing})

    @admin.display(description=gettext_lazy("recipients"))
    def whom(self, mailing: Mailing) -> str:
        """Return a short description of the recipients."""
        words = Truncator(mailing.selection_as_read).chars(80)
        shown = {"mailing": mailing, "words": words}
        return render_to_string("admin/mailings/mailing/_selection.html", shown)

    @admin.display(description=gettext_lazy("when"), ordering="scheduled_for")
    def when(self, mailing: Mailing) -> str:
        """Return when the mailing goes or went out, or when the draft was created."""
        return format_datetime_short(mailing.scheduled_for or mailing.created_at, GENEVA)

    @admin.display(description=gettext_lazy("sent"))
    def figures(self, mailing: Any) -> str:
        """Return how many messages were sent, and the total."""
        return f"{mailing.sent} / {mailing.recipient_count}" if mailing.recipient_count else "–"

    @admin.display(description=gettext_lazy("copy"))
    def copy_of(self, mailing: Mailing) -> str:
        """Return a link to the page that copies the mailing."""
        shown = {"mailing": mailing, "name": name_of(subject_of(mailing))}
        return render_to_string("admin/mailings/mailing/_copy.html", shown)

    def get_list_display(self, request: HttpRequest) -> tuple[str, ...]:
        return (*self.list_display, "copy_of") if request.user.has_perms(ADD) else self.list_display

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        mailing = self.get_object(request, unquote(object_id))
        name = name_of(subject_of(mailing)) if mailing else ""
        named = {"title": _("History: %(name)s") % {"name": name}, "name": name}
        return super().history_view(request, object_id, {**named, **(extra_context or {})})

    def get_urls(self) -> list[URLPattern]:
        # These come before Django's own URL patterns, which match any path.
        staff = self.admin_site.admin_view
        pages: list[tuple[str, Callable[..., HttpResponseBase], str]] = [
            ("add/", new_mailing, "add"),
            ("add/list/", new_mailing_from_list, "add_listed"),
            ("unsubscribe/", unsubscribe, "unsubscribe"),
            ("group-letters/", GroupLetterDesk.as_list(), "group_letters"),
            ("group-letters/<int:pk>/", GroupLetterDesk.as_view(), "group_letter"),
            ("<int:pk>/change/", page_with_mail_frame(MailingView.as_view()), "change"),
            ("<int:pk>/recipients/", recipients.recipients, "recipients"),
            ("<int:pk>/recipients/export/", recipients.export, "export"),
            ("<int:pk>/preview/", preview, "preview"),
            ("<int:pk>/preview/mail/", mail, "mail"),
            ("<int:pk>/preview/typed/", preview_typed, "preview_typed"),
            ("<int:pk>/preview/<str:key>/<int:number>/", typed_preview, "typed_preview"),
            ("<int:pk>/copy/", copies.copy, "copy"),
            ("<int:pk>/test-copies/", copies.test_copies, "test_copies"),
            ("<int:pk>/progress/", progress, "progress"),
            ("<int:pk>/send/", steps.send, "send"),
            ("<int:pk>/second-person/", steps.second_person, "second_person"),
            ("<int:pk>/reschedule/", steps.reschedule, "reschedule"),
            ("<int:pk>/take-back/", steps.revert_to_draft, "take_back"),
            ("<int:pk>/cancel/", steps.cancel, "cancel"),
            ("<int:pk>/stop/", steps.stop, "stop"),
            ("<int:pk>/go-on/", steps.resume, "go_on"),
        ]
        return [
            *(
                path(route, staff(view), name=f"mailings_mailing_{name}")
                for route, view, name in pages
            ),
            *super().get_urls(),
        ]

    def has_delete_permission(self, request: HttpRequest, obj: Mailing | None = None) -> bool:
        # A mailing is cancelled and not deleted, so that a record of it remains.
        return False


admin.site.unregister(Member)


@admin.register(Member)
class QueueAdmin(MemberAdmin):
    """The queue of `members` with one more action: that app does not know about mailings."""

    actions = (*MemberAdmin.actions, "write_to")
    change_list_template = "admin/mailings/mailing/queue.html"

    def list_links(self, request: HttpRequest, number: int) -> list[ListLink]:
        links = super().list_links(request, number)
        if number and self.has_write_permission(request):
            query = f"?{request.GET.urlencode()}" if request.GET else ""
            label = _("Write to all %(number)s") % {"number": GroupedNumber(number)}
            address = reverse("admin:mailings_mailing_add_listed") + query
            links.append(ListLink(label, address))
        return links

    def has_write_permission(self, request: HttpRequest) -> bool:
        """Return whether the user may create a mailing."""
        return request.user.has_perm("mailings.add_mailing")

    @admin.action(description=gettext_lazy("New mailing"), permissions=["write"])
    def write_to(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse:
        """Redirect to the page that creates a mailing: to a selection, or the whole list."""
        if request.POST.get("select_across") == "1":
            query = request.GET.urlencode()
            return redirect(f"{reverse('admin:mailings_mailing_add_listed')}?{query}")
        chosen = queryset.filter(pk__in=request.POST.getlist(ACTION_CHECKBOX_NAME))
        references = list(chosen.values_list("reference", flat=True))
        query = urlencode({"reference": references}, doseq=True)
        return redirect(f"{reverse('admin:mailings_mailing_add')}?{query}")


@require_http_methods(["GET", "HEAD", "POST"])
@needs(VIEW, UNSUBSCRIBE)
def unsubscribe(request: StaffRequest) -> HttpResponse:
    """Ask for the address and for who asked; on POST, unsubscribe the address."""
    form = UnsubscribeForm(post_data(request), label_suffix="")
    refusal, status = "", 200
    if request.method == "POST":
        if form.is_valid():
            try:
                unsubscribe_on_request(**form.cleaned_data, by=request.user, at=now())
            except Refused as refused:
                refusal, status = str(refused), 409
            else:
                said = _("%(address)s gets no more bulletins.")
                messages.success(request, said % {"address": form.cleaned_data["address"]})
                return redirect("admin:mailings_mailing_changelist")
        else:
            status = 422
    return mailing_page(
        request,
        "unsubscribe",
        {"form": form, "refusal": refusal},
        title=_("Unsubscribe somebody from bulletins"),
        status=status,
    )
