"""The types of message to officers about members, and their placeholders."""

from dataclasses import replace
from typing import Final

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from members.services.template_types import (
    ACTOR,
    ASKED_AT,
    ORGANISATION,
    PREVIEW,
    REASON_STAFF,
    REFERENCE,
)
from outbox.models.template_types import Audience, Placeholder, PlaceholderType, TemplateType

REASON_ASSIGNEE: Final = _("You get this because the applicant is assigned to you.")
REASON_FORMER_ASSIGNEE: Final = _("You get this because the applicant was assigned to you.")
REASON_EITHER_ASSIGNEE: Final = _(
    "You get this because these applicants were assigned to you, or are now."
)

FILE = Placeholder(
    "file",
    _("the page of the organisation in the administration"),
    f"{settings.SITE_URL}/admin/",
    PlaceholderType.ADDRESS,
    is_required=True,
)
OFFICER = Placeholder("name", _("the name of the assignee"), "Kofi Mensah")
OPINION_PAGE = Placeholder(
    "opinion_page",
    _("the page to give the opinion, which shows this expression of interest alone"),
    f"{settings.SITE_URL}/admin/",
    PlaceholderType.ADDRESS,
    is_required=True,
)
QUESTION = Placeholder(
    "question", _("what the colleague asks"), "…", PlaceholderType.BLOCK, is_required=True
)
REASSIGNING_REASON = Placeholder(
    "reason", _("why they were reassigned"), "…", PlaceholderType.BLOCK, is_required=True
)
COLLEAGUE = Placeholder("name", _("the name of the colleague who gets this email"), "Kofi Mensah")
NUMBER = Placeholder("number", _("how many applicants were reassigned"), "12")
PREVIOUS_ASSIGNEE = Placeholder(
    "previous_assignee", _("the name of the previous assignee"), "Kofi Mensah"
)
NEW_ASSIGNEE = Placeholder(
    "new_assignee", _("the name of the new assignee, or that there is none"), "Chen Wei"
)
WORKLOAD = Placeholder(
    "workload",
    _("the page that shows how many applicants each colleague has"),
    f"{settings.SITE_URL}/admin/members/member/workload/",
    PlaceholderType.ADDRESS,
    is_required=True,
)
ABOUT = Placeholder(
    "about",
    _("the reference and the name of what the note is about"),
    "P2C-7K3MQ9 · Ministry of Digital Affairs",
)
OFFICER_TYPES: Final = (
    TemplateType(
        "officer_reply_received",
        _("Reply received, to the assignee"),
        _("A focal point has replied to a request for information."),
        (ORGANISATION, REFERENCE, OFFICER, ACTOR, FILE),
        reason=REASON_ASSIGNEE,
    ),
    TemplateType(
        "officer_mail_received",
        _("Reply received by email, to the assignee"),
        _("An organisation has replied to a request for information by email."),
        (ORGANISATION, REFERENCE, OFFICER, ACTOR, FILE),
        reason=REASON_ASSIGNEE,
    ),
    TemplateType(
        "officer_withdrawn",
        _("Withdrawn, to the assignee"),
        _("A focal point has withdrawn the expression of interest."),
        (ORGANISATION, REFERENCE, OFFICER, ACTOR, FILE),
        reason=REASON_ASSIGNEE,
    ),
    TemplateType(
        "officer_no_reply",
        _("No reply received, to the assignee"),
        _("There has been no reply to a request for information for some days."),
        (ORGANISATION, REFERENCE, OFFICER, ASKED_AT, FILE),
        reason=REASON_ASSIGNEE,
    ),
    TemplateType(
        "officer_member_taken_over",
        _("Applicant taken over, to the previous assignee"),
        _("A colleague has taken over an applicant that was assigned to somebody else."),
        (ORGANISATION, REFERENCE, COLLEAGUE, ACTOR, FILE),
        reason=REASON_FORMER_ASSIGNEE,
    ),
    TemplateType(
        "officer_members_reassigned",
        _("Applicants reassigned, to the previous and the new assignee"),
        _("A colleague has reassigned all applicants of a colleague."),
        (
            COLLEAGUE,
            ACTOR,
            NUMBER,
            PREVIOUS_ASSIGNEE,
            NEW_ASSIGNEE,
            REASSIGNING_REASON,
            WORKLOAD,
        ),
        reason=REASON_EITHER_ASSIGNEE,
    ),
    TemplateType(
        "officer_opinion_asked",
        _("Opinion asked for, to the colleague"),
        _("A member of staff asks a colleague for an opinion on an expression of interest."),
        (ORGANISATION, REFERENCE, COLLEAGUE, ACTOR, QUESTION, OPINION_PAGE),
        reason=REASON_STAFF,
    ),
    TemplateType(
        "officer_opinion_given",
        _("Opinion given, to the person who asked"),
        _("A colleague has given the opinion that a member of staff asked for."),
        (ORGANISATION, REFERENCE, COLLEAGUE, ACTOR, FILE),
        reason=REASON_STAFF,
    ),
    TemplateType(
        "officer_mentioned",
        _("Named in a note, to the colleague"),
        _("A member of staff names a colleague in an internal note."),
        (ABOUT, REFERENCE, COLLEAGUE, ACTOR, FILE),
        reason=REASON_STAFF,
    ),
)

TEMPLATE_TYPES: Final = tuple(
    replace(kind, preview=PREVIEW, audience=Audience.STAFF) for kind in OFFICER_TYPES
)
