"""What must exist after every migrate: staff groups, the circular's own call, reasons, days, texts.

The texts are data that staff edit; nothing but `apply` belongs here beside them.
"""

from datetime import UTC, datetime
from typing import Any, TypedDict
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from django.apps import AppConfig
from django.apps.registry import Apps
from django.apps.registry import apps as all_apps
from django.db.models import Q

from members.kinds import shipped_texts
from outbox.shipping import ship

GENEVA = ZoneInfo("Europe/Zurich")

TO_LOOK = (
    "accounts.view_audit",
    "accounts.view_user",
    "focus_areas.view_every_area",
    "focus_areas.view_focusarea",
    "focus_areas.view_link",
    "focus_areas.view_meeting",
    "members.view_call",
    "members.view_export",
    "members.view_focalpoint",
    "members.view_followuprule",
    "members.view_import",
    "members.view_member",
    "members.view_reason",
    "members.view_timelineentry",
    "outbox.view_heartbeat",
    "outbox.view_message",
    "outbox.view_messagetemplate",
    "outbox.view_suppressedaddress",
)
# Not members.decline_member_state: that one is given by hand, to a person.
TO_TRIAGE = (
    "focus_areas.add_link",
    "focus_areas.add_meeting",
    "focus_areas.cancel_meeting",
    "focus_areas.change_focusarea",
    "focus_areas.change_link",
    "focus_areas.change_meeting",
    "focus_areas.schedule_meeting",
    "members.add_call",
    "members.add_reason",
    "members.admit_member",
    "members.change_call",
    "members.change_followuprule",
    "members.change_reason",
    "members.clear_suspicion_member",
    "members.close_member",
    "members.correct_member",
    "members.export_member",
    "members.import_member",
    "members.note_member",
    "members.settle_duplicate_member",
    "members.decline_member",
    "members.delete_call",
    "members.reopen_member",
    "members.request_information_member",
    "members.revoke_links_focalpoint",
    "members.take_member",
    "members.withdraw_member",
    "outbox.cancel_message",
    "outbox.change_messagetemplate",
    "outbox.lift_suppressedaddress",
    "outbox.retry_message",
    "outbox.review_messagetemplate",
    "outbox.write_again_message",
)

# Of the areas that they coordinate, as FocusArea.coordinators says; nothing of the others.
TO_COORDINATE = (
    "focus_areas.add_meeting",
    "focus_areas.cancel_meeting",
    "focus_areas.change_meeting",
    "focus_areas.schedule_meeting",
    "focus_areas.view_focusarea",
    "focus_areas.view_meeting",
    "members.note_member",
    "members.view_focalpoint",
    "members.view_member",
    "members.view_membermessage",
    "members.view_timelineentry",
)

TRIAGE_OFFICERS = "Triage officers"
COORDINATORS = "Focus area coordinators"
OBSERVERS = "Observers"
GROUPS = {
    TRIAGE_OFFICERS: TO_LOOK + TO_TRIAGE,
    COORDINATORS: TO_COORDINATE,
    OBSERVERS: TO_LOOK,
}

# Circular BDT/DIR/110: "by latest 31 October" is everything before midnight in Geneva; the
# grace ends when that day is over everywhere on earth.
CIRCULAR_CALL = {
    "title": "Call for expressions of interest, October 2021",
    "title_en": "Call for expressions of interest, October 2021",
    "title_fr": "Appel à manifestation d'intérêt, octobre 2021",
    "opens_at": datetime(2021, 10, 18, tzinfo=GENEVA),
    "closes_at": datetime(2021, 11, 1, tzinfo=GENEVA),
    "grace_ends_at": datetime(2021, 11, 1, 12, tzinfo=UTC),
    "contact_email": "Partner2Connect@itu.int",
}

# Names the reasons below, so that the next migrate finds them again.
OURS = UUID("8e0f6f0c-5d1b-5b47-9c53-20211018a110")


class ReasonTexts(TypedDict):
    """A reason as it is before staff have changed it; `key` names it for ever."""

    key: str
    used_for: str
    label_en: str
    label_fr: str
    snippet_en: str
    snippet_fr: str


REASONS: list[ReasonTexts] = [
    {
        "key": "outside-focus-areas",
        "used_for": "decline",
        "label_en": "Outside the four focus areas",
        "label_fr": "Hors des quatre domaines d’action",
        "snippet_en": "What you would like to bring lies outside the four focus areas of the "
        "coalition.",
        "snippet_fr": "Ce que vous souhaitez apporter ne relève d’aucun des quatre domaines "
        "d’action de la coalition.",
    },
    {
        "key": "not-an-organisation",
        "used_for": "decline",
        "label_en": "Not on behalf of an organisation",
        "label_fr": "Pas au nom d’une organisation",
        "snippet_en": "Membership is open to organisations, and we could not see on behalf of "
        "which one the interest was expressed.",
        "snippet_fr": "L’adhésion est ouverte aux organisations, et nous n’avons pas pu établir "
        "au nom de laquelle l’intérêt a été manifesté.",
    },
    {
        "key": "not-authorised",
        "used_for": "decline",
        "label_en": "The organisation did not confirm it",
        "label_fr": "L’organisation ne l’a pas confirmée",
        "snippet_en": "We asked the organisation, and it did not confirm that the interest was "
        "expressed on its behalf.",
        "snippet_fr": "Nous avons interrogé l’organisation, et elle n’a pas confirmé que "
        "l’intérêt avait été manifesté en son nom.",
    },
    {
        "key": "not-enough-known",
        "used_for": "decline",
        "label_en": "Not enough is known to decide",
        "label_fr": "Trop peu d’éléments connus pour décider",
        "snippet_en": "What we know of the organisation and its work is not enough for us to "
        "decide.",
        "snippet_fr": "Ce que nous savons de l’organisation et de ses travaux ne nous suffit pas "
        "pour décider.",
    },
    {
        "key": "principles",
        "used_for": "decline",
        "label_en": "Does not agree with the coalition's principles",
        "label_fr": "Ne s’accorde pas avec les principes de la coalition",
        "snippet_en": "The activities described do not agree with the principles of the coalition.",
        "snippet_fr": "Les activités décrites ne s’accordent pas avec les principes de la "
        "coalition.",
    },
    {
        "key": "authority-to-speak",
        "used_for": "request_information",
        "label_en": "Authority to speak for the organisation",
        "label_fr": "Autorité pour parler au nom de l’organisation",
        "snippet_en": "Please send us a letter of the organisation's head, or of whoever signs "
        "for it, that authorises you to express this interest on its behalf.",
        "snippet_fr": "Veuillez nous envoyer une lettre de la direction de l’organisation, ou de "
        "la personne qui signe pour elle, vous autorisant à manifester cet intérêt en son nom.",
    },
    {
        "key": "what-it-does",
        "used_for": "request_information",
        "label_en": "What the organisation does",
        "label_fr": "Ce que fait l’organisation",
        "snippet_en": "Please tell us in a few sentences what the organisation does, where, and "
        "since when. The address of a website helps if there is one.",
        "snippet_fr": "Veuillez nous dire en quelques phrases ce que fait l’organisation, où, et "
        "depuis quand. L’adresse d’un site web, s’il y en a un, nous aidera.",
    },
    {
        "key": "which-focus-area",
        "used_for": "request_information",
        "label_en": "Which of the focus areas fits best",
        "label_fr": "Quel domaine d’action convient le mieux",
        "snippet_en": "Please tell us which one of the four focus areas fits your work best, and "
        "why: each organisation is a member of one working group.",
        "snippet_fr": "Veuillez nous dire lequel des quatre domaines d’action correspond le mieux "
        "à vos travaux, et pourquoi : chaque organisation est membre d’un seul groupe de travail.",
    },
    {
        "key": "address-of-the-organisation",
        "used_for": "request_information",
        "label_en": "An address at the organisation",
        "label_fr": "Une adresse au sein de l’organisation",
        "snippet_en": "Please tell us how we can reach the focal point at an address of the "
        "organisation itself. The one that we have belongs to a mail service that anybody can use.",
        "snippet_fr": "Veuillez nous dire comment joindre le point de contact à une adresse de "
        "l’organisation elle-même. Celle que nous avons est celle d’un service de messagerie "
        "ouvert à tous.",
    },
    {
        "key": "relation-to-another",
        "used_for": "request_information",
        "label_en": "Relation to a second expression of interest",
        "label_fr": "Rapport avec une deuxième manifestation d’intérêt",
        "snippet_en": "We have more than one expression of interest from your organisation. "
        "Please tell us which one stands, or how the two belong together.",
        "snippet_fr": "Nous avons reçu plus d’une manifestation d’intérêt de votre organisation. "
        "Veuillez nous dire laquelle est la bonne, ou comment elles se rapportent l’une à l’autre.",
    },
    {
        "key": "what-it-would-bring",
        "used_for": "request_information",
        "label_en": "What the organisation would bring",
        "label_fr": "Ce que l’organisation apporterait",
        "snippet_en": "Please tell us what the organisation would bring to the working group: "
        "funds, a programme, knowledge, or something else.",
        "snippet_fr": "Veuillez nous dire ce que l’organisation apporterait au groupe de travail : "
        "des fonds, un programme, des connaissances ou autre chose.",
    },
]


# After how many days each step is taken, as long as staff set nothing else.
DAYS_TO_FOLLOW_UP = {
    "remind_of_request": 7,
    "tell_officer": 7,
    "propose_closing": 14,
    "remind_to_confirm": 5,
    "remind_of_deadline": 3,
}


def uid_of_reason(key: str) -> UUID:
    """Return what a reason of ours is found by, whatever staff have made of it."""
    return uuid5(OURS, f"reason/{key}")


def apply(sender: AppConfig, *, apps: Apps = all_apps, **kwargs: object) -> None:
    """Create what is missing; what staff have changed since stays as it is.

    A group is given what it lacks of its declared permissions and keeps what was given by
    hand. The circular's call is made where there is no call at all, and each of our reasons, of
    the follow-ups and of the texts of our letters where it is missing.
    """
    if "call" not in apps.all_models[sender.label]:
        # The app was migrated back to nothing.
        return

    Group: Any = apps.get_model("auth", "Group")
    Permission: Any = apps.get_model("auth", "Permission")
    for name, declared in GROUPS.items():
        group, _made = Group.objects.get_or_create(name=name)
        wanted = Q()
        for permission in declared:
            app_label, codename = permission.split(".")
            wanted |= Q(content_type__app_label=app_label, codename=codename)
        group.permissions.add(*Permission.objects.filter(wanted))

    Call: Any = sender.get_model("Call")
    if not Call.objects.exists():
        Call.objects.create(**CIRCULAR_CALL)

    if "reason" in apps.all_models[sender.label]:
        _create_reasons(sender.get_model("Reason"))
    if "followuprule" in apps.all_models[sender.label]:
        FollowUpRule: Any = sender.get_model("FollowUpRule")
        there = set(FollowUpRule.objects.values_list("step", flat=True))
        FollowUpRule.objects.bulk_create(
            FollowUpRule(step=step, days=days)
            for step, days in DAYS_TO_FOLLOW_UP.items()
            if step not in there
        )
    if "messagetemplate" in apps.all_models["outbox"]:
        ship(shipped_texts(), apps)


def _create_reasons(Reason: Any) -> None:  # noqa: N803  # A model.
    """Create the reasons that are missing, in the order in which they stand above."""
    for position, texts in enumerate(REASONS, start=1):
        words = {name: value for name, value in texts.items() if name != "key"}
        in_english = {"label": texts["label_en"], "snippet": texts["snippet_en"]}
        Reason.objects.get_or_create(
            uid=uid_of_reason(texts["key"]),
            defaults={**words, **in_english, "position": position},
        )
