"""The choices of a member's fields, and conditions on them for constraints."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Category(models.TextChoices):
    MEMBER_STATE = "member_state", _("Member State")
    SECTOR_MEMBER = "sector_member", _("ITU-D Sector Member")
    ACADEMIA = "academia", _("Academia")
    REGIONAL_INTERNATIONAL_ORGANISATION = (
        "regional_international_organisation",
        _("Regional or international organisation"),
    )
    UN_SPECIALIZED_AGENCY = "un_specialized_agency", _("UN specialized agency")
    OTHER = "other", _("Other")


class SoughtRole(models.TextChoices):
    PARTICIPANT = "participant", _("Participant")
    LEAD = "lead", _("Willing to lead")
    OBSERVER = "observer", _("Observer")


class GrantedRole(models.TextChoices):
    PARTICIPANT = "participant", _("Participant")
    CO_LEAD = "co_lead", _("Co-lead")
    OBSERVER = "observer", _("Observer")


class Contribution(models.TextChoices):
    FINANCIAL = "financial", _("Financial")
    PROGRAMMATIC = "programmatic", _("Programmatic")
    POLICY = "policy", _("Policy")
    ADVOCACY = "advocacy", _("Advocacy")
    KNOWLEDGE = "knowledge", _("Knowledge or in kind")
    UNDECIDED = "undecided", _("Not decided yet")


# The fields for further focus areas, by the slug of the focus area, and those for contributions.
FURTHER_AREA_COLUMNS = {
    "connecting-people-everywhere": "also_connecting_people_everywhere",
    "empowering-communities": "also_empowering_communities",
    "building-digital-ecosystems": "also_building_digital_ecosystems",
    "incentivizing-investments": "also_incentivizing_investments",
}
CONTRIBUTION_COLUMNS = {kind: f"contributes_{kind}" for kind in Contribution}


class ClosingReason(models.TextChoices):
    DUPLICATE = "duplicate", _("Duplicate of another EOI")
    NOT_GENUINE = "not_genuine", _("Not genuine")
    ABANDONED = "abandoned", _("Abandoned")


class MemberStatus(models.TextChoices):
    PENDING = "pending", _("Pending")
    INFORMATION_REQUESTED = "information_requested", _("Information requested")
    ADMITTED = "admitted", _("Admitted")
    DECLINED = "declined", _("Declined")
    CLOSED = "closed", _("Closed")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class SpamSignal(models.TextChoices):
    """Why an EOI looks as if a robot sent it."""

    HONEYPOT = "trap", _("honeypot field filled in")
    TAMPERED = "forged", _("form altered")
    NETWORK = "network", _("many submissions from one network")
    ADDRESS = "address", _("many submissions for one address")
    TOO_FAST = "haste", _("submitted too fast")
    # Set by staff, on many at once.
    UNUSUAL = "unusual", _("unusually many within an hour")
    # Set on members that were marked before the reason was stored.
    AUTOMATIC = "automatic", _("automated submission")


class Origin(models.TextChoices):
    """How an EOI came into the portal."""

    FORM = "form", _("Form")
    SPREADSHEET = "spreadsheet", _("Spreadsheet")


# With these, no mail is sent until an officer has checked the EOI. TOO_FAST is not one of them: it
# is a weak sign, because scripts are fast too.
SIGNALS_HOLDING_ACKNOWLEDGEMENT = (
    SpamSignal.HONEYPOT,
    SpamSignal.TAMPERED,
    SpamSignal.NETWORK,
    SpamSignal.ADDRESS,
    SpamSignal.UNUSUAL,
)
UNDECIDED_STATUSES = (MemberStatus.PENDING, MemberStatus.INFORMATION_REQUESTED)
# Members that take part in the coalition, or want to.
ACTIVE_STATUSES = (*UNDECIDED_STATUSES, MemberStatus.ADMITTED)
ENDED_STATUSES = tuple(status for status in MemberStatus if status not in ACTIVE_STATUSES)

# Fields that are empty until the decision, and set from then on.
IS_UNDECIDED = Q(decided_at__isnull=True, decided_by__isnull=True)
IS_DECIDED = Q(decided_at__isnull=False, decided_by__isnull=False)
HAS_NO_FOCUS_AREA = Q(focus_area__isnull=True, granted_role="")
HAS_FOCUS_AREA = Q(focus_area__isnull=False) & Q(granted_role__in=GrantedRole.values)
