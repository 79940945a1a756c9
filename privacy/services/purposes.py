"""Why the portal keeps data about people, and by which rule it ends."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Purpose(models.TextChoices):
    """The purposes of the privacy notice."""

    APPLICATIONS = "applications", _("To receive and decide expressions of interest")
    MEMBERSHIP = "membership", _("To work with the members of the coalition")
    MEETINGS = "meetings", _("To invite to meetings and record who attended")
    COMMITMENTS = "commitments", _("To publish commitments and follow them up")
    CORRESPONDENCE = "correspondence", _("To write to people, and to know what arrived")
    NEWS = "news", _("To send news to those who asked for it")
    ACCOUNTS = "accounts", _("To let people sign in safely")
    ACCOUNTABILITY = "accountability", _("To show who changed what, and when")


class DataKind(models.TextChoices):
    """What the data are kept for, and so which period applies to them."""

    DRAFTS = "drafts", _("Unfinished expressions of interest and requests")
    SUSPECTED = "suspected", _("Expressions of interest that seem to be spam")
    DECLINED = "declined", _("Expressions of interest that were declined or closed")
    WITHDRAWN = "withdrawn", _("Members that withdrew")
    MEMBERS = "members", _("Members, while they wait or are admitted")
    FORMER_FOCAL_POINTS = "former_focal_points", _("Focal points who handed over their role")
    MESSAGES = "messages", _("Messages that were sent")
    SUPPRESSIONS = "suppressions", _("Addresses to which nothing may be sent")
    SUBSCRIPTIONS = "subscriptions", _("Subscriptions, until they are cancelled")
    HISTORIES = "histories", _("Earlier versions of records")
    SIGN_IN_EVENTS = "sign_in_events", _("Sessions and events of sign-ins")
    READING_EVENTS = "reading_events", _("Records of who read personal data")
    RECORDS = "records", _("Records of exports, imports and exceptions")
    MEMBER_ACCOUNTS = "member_accounts", _("Accounts of focal points")
    STAFF_ACCOUNTS = "staff_accounts", _("Accounts of staff")
    COMMITMENTS = "commitments", _("Commitments, a public record")
    WORK = "work", _("Working copies of staff, until the work is done")
