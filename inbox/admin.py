"""Replies in the admin: those that belong to nobody, and attaching them to whom they belong."""

from collections.abc import Callable
from typing import Any, Final, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string
from django.urls import URLPattern, path, reverse
from django.utils.text import Truncator
from django.utils.timezone import now
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.admin.base import StaffRequest, get_visible_or_404, page
from accounts.models import User
from accounts.services.permissions import needs
from core.admin.lookups import LookOnly, ScopedAdmin
from core.conflicts import Refused
from focus_areas.models import EVERY_AREA
from inbox.models import IncomingMail, IncomingMailQuerySet
from inbox.services.attaching import (
    VIEW_PERMISSION,
    attach_mail,
    detach_mail,
    find_owners,
    is_detachable,
    owner_of,
)
from papers.services.downloads import download

View = Callable[..., HttpResponseBase]

ATTACH: Final = "inbox.attach_incomingmail"
# In words, so that a list of many replies can be skimmed.
FIRST_WORDS: Final = 20


class OwnerFilter(admin.SimpleListFilter):
    """Shows the replies that belong to nobody, unless a person asks for the others."""

    title = gettext_lazy("member")
    parameter_name = "of"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, Any]]:
        return [
            ("nobody", gettext_lazy("Mail without an organisation")),
            ("attached", gettext_lazy("Attached by staff")),
            ("all", gettext_lazy("All replies")),
        ]

    def choices(self, changelist: ChangeList) -> Any:
        # The first one of Django is "All", which is a value of its own here.
        for value, label in self.lookup_choices:
            yield {
                "selected": (self.value() or "nobody") == value,
                "query_string": changelist.get_query_string({self.parameter_name: value}),
                "display": label,
            }

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() == "attached":
            return queryset.exclude(attached_at=None)
        # Coordinators see no mail that belongs to nobody.
        is_all = self.value() == "all" or not request.user.has_perm(EVERY_AREA)
        return queryset if is_all else queryset.unmatched()


class CauseFilter(admin.SimpleListFilter):
    """Shows the replies to one mailing, if the page of the mailing leads to them."""

    title = gettext_lazy("replies to")
    parameter_name = "cause"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, Any]]:
        chosen = request.GET.get(self.parameter_name)
        return [(chosen, gettext_lazy("One mailing"))] if chosen else []

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.replies_to(self.value()) if self.value() else queryset


class AttachForm(forms.Form):
    """The search terms for the member or commitment that a mail belongs to."""

    q = forms.CharField(
        label=gettext_lazy("Organisation or commitment"),
        help_text=gettext_lazy("A name, an acronym, a reference or an email address."),
        widget=forms.TextInput(attrs={"type": "search"}),
        error_messages={"required": gettext_lazy("Enter a search term.")},
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, label_suffix="")


@admin.register(IncomingMail)
class IncomingMailAdmin(LookOnly, ScopedAdmin):
    """The replies, read-only, with pages to attach and detach one."""

    list_display = ["what", "who", "received_at", "first_words", "reference"]
    list_display_links = ["what"]
    list_filter = [OwnerFilter, "is_held", CauseFilter]
    search_fields = ["text", "sender", "sender_name", "subject", "reference"]
    search_help_text = gettext_lazy("Search by text, subject, name, address or reference.")
    list_select_related = False
    ordering = ["-received_at", "-pk"]
    fields = ["subject"]
    change_form_template = "admin/inbox/incomingmail/change_form.html"

    @admin.display(description=gettext_lazy("subject"), ordering="subject")
    def what(self, mail: IncomingMail) -> str:
        return str(mail)

    @admin.display(description=gettext_lazy("from"), ordering="sender")
    def who(self, mail: IncomingMail) -> str:
        return render_to_string("admin/inbox/incomingmail/_sender.html", {"mail": mail})

    @admin.display(description=gettext_lazy("text"))
    def first_words(self, mail: IncomingMail) -> str:
        return Truncator(mail.text).words(FIRST_WORDS)

    def get_queryset(self, request: HttpRequest) -> QuerySet[IncomingMail]:
        visible = cast("IncomingMailQuerySet", super().get_queryset(request))
        return visible.correspondence()

    def get_urls(self) -> list[URLPattern]:
        pages: list[tuple[str, View, str]] = [
            ("<int:pk>/attach/", attach, "attach"),
            ("<int:pk>/detach/", detach, "detach"),
            ("<int:pk>/files/<int:file>/", send_file, "file"),
        ]
        return [
            *(
                path(route, self.admin_site.admin_view(view), name=f"inbox_incomingmail_{name}")
                for route, view, name in pages
            ),
            *super().get_urls(),
        ]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        title = gettext("Mail without an organisation")
        if not request.user.has_perm(EVERY_AREA):
            title = gettext("Replies")
        return super().changelist_view(request, {"title": title, **(extra_context or {})})

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,  # noqa: FBT001, FBT002
        change: bool = False,  # noqa: FBT001, FBT002
        form_url: str = "",
        obj: Any = None,
    ) -> HttpResponse:
        mail: IncomingMail = obj
        context |= {
            "title": str(mail),
            "subtitle": None,
            "mail": mail,
            "owner": owner_of(mail, cast("User", request.user)),
            "files": mail.files.order_by("pk"),
            "may_attach": not mail.reference and request.user.has_perm(ATTACH),
            "may_detach": is_detachable(mail) and request.user.has_perm(ATTACH),
        }
        return super().render_change_form(request, context, add, change, form_url, obj)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(VIEW_PERMISSION, ATTACH)
def attach(request: StaffRequest, pk: int) -> HttpResponse:
    """Search for the member or commitment that a reply belongs to; a POST attaches it.

    At first, the page shows what the address of the sender finds.
    """
    mail = _mail_or_404(request, pk)
    refusal = ""
    if request.method == "POST":
        try:
            owner = attach_mail(
                mail=mail, reference=request.POST.get("reference", ""), by=request.user, at=now()
            )
        except Refused as refused:
            refusal = str(refused)
        else:
            messages.success(request, gettext("Attached to %(name)s.") % {"name": owner.name})
            return redirect("admin:inbox_incomingmail_change", pk)
    form = AttachForm(request.GET if "q" in request.GET else {"q": mail.sender})
    typed = form.cleaned_data["q"] if form.is_valid() else ""
    return page(
        request,
        "admin/inbox/incomingmail/attach.html",
        {
            "mail": mail,
            "form": form,
            "refusal": refusal,
            "found": find_owners(typed, request.user) if typed else [],
        },
        model=IncomingMail,
        title=gettext("Attach to…"),
        status=409 if refusal else 200,
    )


@require_POST
@needs(VIEW_PERMISSION, ATTACH)
def detach(request: StaffRequest, pk: int) -> HttpResponse:
    """Take a reply that was attached by mistake from its member or commitment."""
    mail = _mail_or_404(request, pk)
    try:
        detach_mail(mail=mail, by=request.user)
    except Refused as refused:
        messages.warning(request, str(refused))
    else:
        messages.success(request, gettext("Detached. This email belongs to nobody now."))
    return redirect("admin:inbox_incomingmail_change", pk)


@require_safe
@needs(VIEW_PERMISSION)
def send_file(request: StaffRequest, pk: int, file: int) -> HttpResponseBase:
    """Send a file of a reply that the user may see."""
    mail = _mail_or_404(request, pk)
    found = get_object_or_404(mail.files.exclude(file=""), pk=file)
    return download(request, found, back=reverse("admin:inbox_incomingmail_change", args=[pk]))


def _mail_or_404(request: StaffRequest, pk: int) -> IncomingMail:
    replies = IncomingMail.objects.correspondence().select_related("message")
    return get_visible_or_404(replies, request.user, pk)
