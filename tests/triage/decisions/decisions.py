"""The pages of the decisions, and what is chosen on each."""

from django.urls import reverse

from focus_areas.models import FocusArea
from members.models import MemberStatus, SpamSignal, TimelineEntry, TimelineKind
from outbox.models import Message
from tests.factories import FocalPointFactory, MemberFactory
from tests.triage.staff import officer, reasons

PENDING, ASKED = MemberStatus.PENDING, MemberStatus.INFORMATION_REQUESTED
ADMITTED, DECLINED = MemberStatus.ADMITTED, MemberStatus.DECLINED
CLOSED, WITHDRAWN = MemberStatus.CLOSED, MemberStatus.WITHDRAWN

# Each page: where a file may stand, what is chosen there, and where the file stands then.
PAGES = {
    "take": (PENDING, {}, PENDING, TimelineKind.ASSIGNED),
    "release": (PENDING, {}, PENDING, TimelineKind.UNASSIGNED),
    "hand_to": (PENDING, {"to": "colleague"}, PENDING, TimelineKind.REASSIGNED),
    "clear_suspicion": (PENDING, {}, PENDING, TimelineKind.SPAM_FLAG_CLEARED),
    "admit": (PENDING, {"focus_area": "2", "role": "co_lead"}, ADMITTED, TimelineKind.ADMITTED),
    "move": (ADMITTED, {"focus_area": "2", "role": "co_lead"}, ADMITTED, TimelineKind.MOVED),
    "decline": (PENDING, {"reasons": ["not-authorised"]}, DECLINED, TimelineKind.DECLINED),
    "request_information": (
        PENDING,
        {"missing": "Who signs for you?"},
        ASKED,
        TimelineKind.INFORMATION_REQUESTED,
    ),
    "record_answer": (ASKED, {"answer": "The minister."}, PENDING, TimelineKind.ANSWERED),
    "close": (PENDING, {"reason": "abandoned"}, CLOSED, TimelineKind.CLOSED),
    "withdraw": (PENDING, {"note": "By phone."}, WITHDRAWN, TimelineKind.WITHDRAWN),
    "reopen": (DECLINED, {"note": "They wrote."}, PENDING, TimelineKind.REOPENED),
}
LETTER_DECISIONS = ("admit", "move", "decline", "request_information")
# Not edited: the acknowledgement, which has waited.
WRITES = (*LETTER_DECISIONS, "clear_suspicion")


def address(page, member):
    return reverse(f"admin:members_member_{page}", args=[member.pk])


def a_file_for(page, **facts):
    focal_point = FocalPointFactory(
        given_name="Ada",
        family_name="Lovelace",
        email="ada@example.org",
        member=MemberFactory(status=PAGES[page][0], spam_signal=SpamSignal.HONEYPOT, **facts),
    )
    return focal_point.member


def ticked(*keys):
    return [reason.pk for reason in reasons(*keys)]


def chosen(page):
    """Return what a person chooses on a page, with the rows that it names."""
    choice = dict(PAGES[page][1])
    if "focus_area" in choice:
        choice["focus_area"] = FocusArea.objects.get(number=choice["focus_area"]).pk
    if "reasons" in choice:
        choice["reasons"] = ticked(*choice["reasons"])
    if "to" in choice:
        choice["to"] = officer(name="Grace").pk
    return choice


def as_shown(client, page, member, **choice):
    """Return what the page's form would send after a choice, letter included."""
    sent = {"version": member.version, **choice}
    shown = client.post(address(page, member), {**sent, "show_letter": 1})
    letter = shown.context["letter"]
    if letter:
        sent |= {name: letter[name].value() or "" for name in ("subject", "body", "composed")}
    return sent


def nothing_happened(member, before):
    member.refresh_from_db()
    return (
        (member.version, member.status) == before
        and list(TimelineEntry.objects.filter(member=member)) == []
        and list(Message.objects.all()) == []
    )
