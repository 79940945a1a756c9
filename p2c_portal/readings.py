"""Which pages of the administration show personal data, so that opening one is recorded."""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, Final, NamedTuple, cast

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import ResolverMatch
from django.utils.timezone import now

from accounts.models import ReadingKind, User
from accounts.services.events import (
    AUDIT,
    MANY_RECORDS,
    RecordRead,
    record_list_reading,
    record_reading,
)

View = Callable[..., HttpResponseBase]


class PersonalPages(NamedTuple):
    """The pages about one kind of record that show personal data, by their URL names.

    `pages` are those that do, or None if all do but `others`. `kinds` are those that are read in
    another way than as a page.
    """

    kinds: Mapping[str, ReadingKind] = {}
    pages: frozenset[str] | None = None
    others: frozenset[str] = frozenset()

    def kind_of(self, page: str) -> ReadingKind | None:
        """Return how a page is read; None if it has no personal data."""
        is_personal = page not in self.others if self.pages is None else page in self.pages
        return self.kinds.get(page, ReadingKind.PAGE) if is_personal else None


LETTER, FILE, EXPORT = ReadingKind.LETTER, ReadingKind.FILE, ReadingKind.EXPORT
LIST: Final = "changelist"
PERSONAL_PAGES: Final = {
    "accounts.listreading": PersonalPages(pages=frozenset({LIST})),
    "accounts.readingevent": PersonalPages(pages=frozenset({LIST})),
    "accounts.signinevent": PersonalPages(pages=frozenset({LIST})),
    "accounts.user": PersonalPages(),
    "commitments.commitment": PersonalPages(kinds={"reply_file": FILE}),
    "commitments.partner": PersonalPages(),
    "commitments.report": PersonalPages(),
    "eoi.laterequest": PersonalPages(),
    # Who sent a proposal.
    "framework.framework": PersonalPages(pages=frozenset({"consolidate"})),
    "inbox.incomingmail": PersonalPages(kinds={"file": FILE}),
    "mailings.mailing": PersonalPages(
        kinds={"mail": LETTER, "preview": LETTER, "export": EXPORT},
        pages=frozenset({"recipients", "export", "preview", "mail"}),
    ),
    "meetings.meeting": PersonalPages(
        kinds={"expected_export": EXPORT},
        pages=frozenset({"expected", "expected_export", "attendance", "proposal"}),
    ),
    "members.member": PersonalPages(
        kinds={"answer_file": FILE, "reply_file": FILE, "letter_preview": LETTER, "export": EXPORT},
        # Progress of what runs, who else reads, and texts with invented names.
        others=frozenset(
            {
                *("presence", "next", "next_of_list", "views"),
                *("bulk_run", "bulk_run_progress"),
                *("preview_template", "import_template"),
            }
        ),
    ),
    "members.membermessage": PersonalPages(kinds={"preview": LETTER}),
    "opportunities.opportunity": PersonalPages(kinds={"reply_file": FILE}),
    "outbox.mailhold": PersonalPages(),
    "outbox.message": PersonalPages(kinds={"preview": LETTER}),
    "outbox.suppressedaddress": PersonalPages(),
    # Who answered, and what they wrote.
    "participation.datepoll": PersonalPages(pages=frozenset({"change"})),
    "privacy.dataexport": PersonalPages(),
    "privacy.datarequest": PersonalPages(),
    "privacy.erasurerequest": PersonalPages(),
    "privacy.retentionhold": PersonalPages(),
    "privacy.retentionperiod": PersonalPages(pages=frozenset({"due"})),
    "triage.import": PersonalPages(),
}
# The parameters of URLs that are the key of a record of the kind that their name says.
KEYS: Final = ("object_id", "pk", "other")
# Exports of many records, which send the file for a POST, and the kind of these records.
EXPORTS_OF_MANY: Final = {
    "members_member_export": "members.member",
    "figures_export": "members.member",
    "audit_export": AUDIT,
}


def readings_recorded(view: View) -> View:
    """Record who opens a page of the administration that shows personal data, once it is ready."""

    @wraps(view)
    def opened(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        if response.status_code != 200:
            return response
        user = cast("User", request.user)
        list_type, records = list_read(request), records_read(request)

        def record(_response: object) -> None:
            record_reading(records, by=user, at=now())

        def count(shown: TemplateResponse) -> None:
            # The page has read these rows.
            changelist = (shown.context_data or {}).get("cl")
            if changelist is not None:
                number = len(changelist.result_list)
                record_list_reading(list_type, row_count=number, by=user, at=now())

        if isinstance(response, TemplateResponse):
            if list_type:
                response.add_post_render_callback(count)
            elif records:
                response.add_post_render_callback(record)
        elif records:
            record(response)
        return response

    return opened


def records_read(request: HttpRequest) -> list[RecordRead]:
    """Return the records with personal data that the page of a request shows."""
    match = request.resolver_match
    if match is None or request.method == "HEAD":
        return []
    if match.url_name in EXPORTS_OF_MANY:
        sent = RecordRead(EXPORTS_OF_MANY[match.url_name], MANY_RECORDS, EXPORT)
        return [sent] if request.method == "POST" else []
    record_type, page = _split(match)
    kind = PERSONAL_PAGES[record_type].kind_of(page) if record_type in PERSONAL_PAGES else None
    if kind is None:
        return []
    keys = dict.fromkeys(str(match.kwargs[name]) for name in KEYS if name in match.kwargs)
    return [RecordRead(record_type, int(key), kind) for key in keys if key.isdecimal()]


def list_read(request: HttpRequest) -> str:
    """Return the kind of record of a list with personal data, whose rows are counted, or nothing.

    Its rows are not recorded one by one: the list of members, open all day, would hide the rest.
    """
    if request.resolver_match is None or request.method != "GET":
        return ""
    record_type, page = _split(request.resolver_match)
    is_read = page == LIST and PERSONAL_PAGES[record_type].kind_of(LIST) is not None
    return record_type if is_read else ""


def _split(match: ResolverMatch) -> tuple[str, str]:
    """Return the label of the model and the page that the name of an admin URL says."""
    for label in PERSONAL_PAGES:
        beginning = label.replace(".", "_") + "_"
        if (match.url_name or "").startswith(beginning):
            return label, (match.url_name or "").removeprefix(beginning)
    return "", ""
