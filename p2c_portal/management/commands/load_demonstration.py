"""Fills an empty portal with a fictional coalition, as it could be on a working day."""

import re
import secrets
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from members.models import FocalPoint, GrantedRole, Member
from p2c_portal import demonstration as members
from p2c_portal.demonstration import commitments, date_polls, frameworks, opportunities
from p2c_portal.demonstration import mail as outbox
from p2c_portal.demonstration import meetings as focus_areas
from p2c_portal.demonstration import staff as accounts
from participation.models import MemberAccount
from participation.services import notices, paper_digest
from participation.services.member_accounts import sync_member_accounts

# Django's mail backends that do not use a mail server.
SENDS_NOTHING = tuple(
    f"django.core.mail.backends.{name}.EmailBackend"
    for name in ("console", "dummy", "filebased", "locmem")
)
SIGN_INS = settings.VAR_DIR / "demonstration-sign-ins.txt"
# How the file of the sign-ins names the password.
PASSWORD = re.compile(r"with the password (\S+)")


class RealMailServer(CommandError):
    """The messages of the demonstration would be sent to a real mail server."""

    def __init__(self) -> None:
        super().__init__(
            "The demonstration was not loaded: mail goes out by a real mail server, which would "
            "be handed its letters. Unset EMAIL_URL and MAIL_BY_API, so that mails are files; or "
            "give --despite-mail-server."
        )


class Command(BaseCommand):
    """Loads the demonstration data: staff, meetings, 300 organisations and their messages."""

    help = (
        "Fills an empty portal with a made-up coalition: staff, meetings around today, and 300 "
        "organisations in every status, with their timelines and messages. Every address is "
        "under example.org or .example, where nothing arrives. Refuses a portal that is on the "
        "public network or that anybody has used. Example: manage.py load_demonstration"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--despite-mail-server",
            action="store_true",
            help="load it although EMAIL_URL or MAIL_BY_API names a real mail server, which would "
            "be handed hundreds of letters to addresses that do not exist",
        )
        parser.add_argument("--password", help="of the staff accounts (default: a new one)")

    def handle(self, *, despite_mail_server: bool, password: str | None, **options: object) -> None:
        """Load all data or nothing, and write a file that says how to sign in.

        Raises CommandError if the portal is not empty, is not local, or sends e-mail.
        """
        check_is_for_demonstration(despite_mail_server=despite_mail_server)
        if Member.objects.exists() or User.objects.exists():
            raise CommandError("This portal is in use already; nothing was loaded.")
        password = password or secrets.token_urlsafe(9)
        with outbox.without_tasks(), transaction.atomic():
            staff = self.load(password)
            # Written before the commit: without the password, nobody could use the data.
            SIGN_INS.write_text(self.sign_ins(staff, password), encoding="utf-8")
        self.stdout.write(f"Loaded {Member.objects.count()} organisations.")

    def load(self, password: str) -> accounts.Staff:
        """Load the data of each app, as of now."""
        at = timezone.now()
        staff = accounts.load_staff(password=password, at=at)
        focus_areas.load_meetings(by=staff.administrator, coordinator=staff.coordinator, at=at)
        focus_areas.load_papers(by=staff.administrator, at=at)
        members.load_members(
            manager=staff.manager,
            officers=staff.officers,
            coordinator=staff.coordinator,
            observer=staff.observer,
            at=at,
        )
        focus_areas.load_outcomes(by=staff.coordinator, at=at)
        while sync_member_accounts(at=at):
            pass
        actions = frameworks.load_adopted_framework(by=staff.administrator)
        loaded = commitments.load_commitments(
            officer=staff.officers[0], manager=staff.manager, actions=actions, at=at
        )
        opportunities.load_opportunities(officer=staff.officers[0], commitments=loaded, at=at)
        frameworks.load_framework_in_progress(by=staff.coordinator, at=at)
        date_polls.load_date_poll(coordinator=staff.coordinator, at=at)
        # So that nobody gets notices of all these meetings and papers.
        notices.mark_all_as_announced(at=at)
        paper_digest.mark_all_as_digested(at=at)
        return staff

    def sign_ins(self, staff: accounts.Staff, password: str) -> str:
        """Return the list of accounts. The URL is printed at each start, because ports differ."""
        return (
            f"Sign in as staff with the password {password}\n"
            f"  Officer        {staff.officers[0].email}\n"
            f"  Desk manager   {staff.manager.email}\n"
            f"  Coordinator    {staff.coordinator.email}  (focus area 1)\n"
            f"  Observer       {staff.observer.email}\n"
            f"  Administrator  {staff.administrator.email}\n"
            "Sign in as a focal point with the code of the newest mail\n"
            f"  Focal point    {a_co_lead()}\n"
        )


def check_is_for_demonstration(*, despite_mail_server: bool = False) -> None:
    """Raise CommandError if the portal is not local, or sends e-mail by a real mail server."""
    if urlsplit(settings.SITE_URL).hostname not in ("127.0.0.1", "localhost", "testserver"):
        raise CommandError(
            "The demonstration is for one machine: SITE_URL is not on 127.0.0.1 or localhost."
        )
    if settings.MAIL_BACKEND not in SENDS_NOTHING and not despite_mail_server:
        raise RealMailServer


def a_co_lead() -> str:
    """Return the e-mail address of a focal point of a co-lead in the first focus area."""
    co_leads = FocalPoint.objects.filter(
        member__granted_role=GrantedRole.CO_LEAD,
        member__focus_area__number=1,
        email__in=MemberAccount.objects.values("user__email"),
    )
    return co_leads.order_by("pk").values_list("email", flat=True)[0]
