"""The bar on top of each page of the desk: the views of the work with counts, and its menus."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Final, NamedTuple, cast

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise, SimpleLazyObject
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User
from commitments.models import Commitment
from commitments.services.work_queue import NEEDS_ACTION as COMMITMENT_NEEDS_ACTION
from commitments.services.work_queue import VIEWS as COMMITMENT_VIEWS
from focus_areas.models import EVERY_AREA
from members.models import Call, Member
from outbox.models import MailHold, Message
from triage.desk.services.work_queue import ADMITTED, NEEDS_ACTION, VIEWS, Reader, count_together

VIEW_MEMBER: Final = "members.view_member"
# Counted with what waits, so that no page asks for a hold while there is none.
MAIL_HOLDS: Final = "mail_holds"


@dataclass(frozen=True)
class BarLink:
    """A link of the bar, for those who have all its permissions.

    It is the current one on the pages whose URL names begin with `pages`, or else with `page`
    without its last word. `view` is a view of the list, and `or_else` the link for those who may
    not use this one.
    """

    label: Promise
    page: str
    permissions: tuple[str, ...]
    pages: str = ""
    view: str = ""
    or_else: "BarLink | None" = None

    def allowed(self, user: Any) -> "BarLink | None":
        """Return the link that a user may follow: this one, `or_else`, or none."""
        if user.has_perms(self.permissions):
            return self
        return self.or_else.allowed(user) if self.or_else else None

    @property
    def address(self) -> str:
        """The URL of the page, without the host."""
        # The pages of an app have no URL name of their own.
        args = ["privacy"] if self.page == "app_list" else []
        return reverse(f"admin:{self.page}", args=args) + (
            f"?view={self.view}" if self.view else ""
        )

    def has_page(self, name: str) -> bool:
        """Return whether a page belongs to this link."""
        return name.startswith(self.pages or self.page.removesuffix("changelist"))


class ShownLink(NamedTuple):
    """A link of the bar for one person. `number` is what waits there; 0 is not shown."""

    label: Promise
    address: str
    number: int
    is_current: bool


def _list_of(model: str, label: Promise, permission: str, **more: Any) -> BarLink:
    return BarLink(label, f"{model}_changelist", (permission,), **more)


APPLICANTS: Final = BarLink(_("Applicants"), "members_member_changelist", (VIEW_MEMBER, EVERY_AREA))
MEMBERS: Final = _list_of("members_member", _("Members"), VIEW_MEMBER, view=ADMITTED)
COMMITMENTS: Final = _list_of(
    "commitments_commitment",
    _("Commitments"),
    "commitments.view_commitment",
    pages="commitments_",
)
MAIL: Final = _list_of(
    "outbox_message",
    pgettext_lazy("all e-mail", "Mail"),
    "outbox.view_message",
    or_else=_list_of(
        "members_membermessage",
        pgettext_lazy("all e-mail", "Mail"),
        "members.view_membermessage",
    ),
)
WORK: Final = (
    APPLICANTS,
    MEMBERS,
    COMMITMENTS,
    _list_of("meetings_meeting", _("Meetings"), "meetings.view_meeting"),
    MAIL,
    BarLink(_("Figures"), "figures", (VIEW_MEMBER,)),
)
MENUS: Final = {
    _("More"): (
        _list_of(
            "opportunities_opportunity",
            _("Needs and offers"),
            "opportunities.view_opportunity",
            pages="opportunities_",
        ),
        _list_of("framework_framework", _("Frameworks"), "framework.view_framework"),
        _list_of("papers_paper", _("Papers"), "papers.view_paper"),
        _list_of("participation_datepoll", _("Date polls"), "participation.view_datepoll"),
        _list_of("mailings_mailing", _("Mailings"), "mailings.view_mailing"),
    ),
    _("Set-up"): (
        _list_of("outbox_messagetemplate", _("Email templates"), "outbox.view_messagetemplate"),
        _list_of("triage_followuprule", _("Follow-up rules"), "triage.view_followuprule"),
        _list_of("members_call", _("Calls"), "members.view_call"),
        BarLink(_("Staff"), "accounts_user_staff", ("accounts.view_staff",), "accounts_user_"),
        BarLink(_("Audit"), "audit", ("accounts.view_audit",)),
        BarLink(_("Personal data"), "app_list", ("privacy.view_retentionperiod",), "privacy_"),
    ),
}


def waiting_counts(user: User, *, at: datetime) -> dict[str, int]:
    """Count what waits behind the links that a user has, by their addresses, with one query.

    Applicants and commitments that need action, and letters that did not arrive. MAIL_HOLDS counts
    the holds of all mail, for those who may read of them.
    """
    reader = Reader(user=user, calls=Call.objects.all(), at=at)
    needs_action = COMMITMENT_VIEWS[COMMITMENT_NEEDS_ACTION].condition(user)
    rows: dict[BarLink, QuerySet[Any]] = {
        APPLICANTS: Member.objects.filter(VIEWS[NEEDS_ACTION].condition(reader)),
        COMMITMENTS: Commitment.objects.visible_to(user).filter(needs_action),
        MAIL: Message.objects.failed(),
    }
    counted = {link.address: found for link, found in rows.items() if link.allowed(user) == link}
    if user.has_perm("outbox.view_mailhold"):
        counted[MAIL_HOLDS] = MailHold.objects.filter(released_at=None)
    return count_together(counted) if counted else {}


def desk_bar(request: HttpRequest) -> Mapping[str, Any]:
    """Return the links that the user may follow, as `work` and `menus`, once a page shows them.

    `section` is the name of the current link of the work. `is_mail_held` says that all mail is
    held, to those who may read of it.
    """
    return cast("Mapping[str, Any]", SimpleLazyObject(partial(_links_of, request)))


def _links_of(request: HttpRequest) -> dict[str, Any]:
    user, match = cast("User", request.user), request.resolver_match
    name = (match.url_name or "") if match else ""
    if match and name == "app_list" and match.kwargs.get("app_label") == "privacy":
        name = "privacy_"
    # A page of a member has the address of the list that the person came from.
    is_in_members = f"view={ADMITTED}" in request.GET.get("_changelist_filters", "") or (
        request.GET.get("view") == ADMITTED
    )
    counts = waiting_counts(user, at=now())

    def shown(links: tuple[BarLink, ...]) -> list[ShownLink]:
        allowed = [link for each in links if (link := each.allowed(user))]
        names = [link for link in allowed if link.has_page(name)]
        if len(names) > 1:
            names = [MEMBERS if is_in_members else APPLICANTS]
        return [
            ShownLink(link.label, link.address, counts.get(link.address, 0), link in names)
            for link in allowed
        ]

    menus = [(label, shown(links)) for label, links in MENUS.items()]
    work = shown(WORK)
    return {
        "work": work,
        "section": next((link.label for link in work if link.is_current), ""),
        "menus": [(label, links) for label, links in menus if links],
        "is_mail_held": bool(counts.get(MAIL_HOLDS)),
    }
