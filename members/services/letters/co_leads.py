"""Messages about what co-leads do: to the coordinators of the area, and to the co-lead."""

from collections.abc import Mapping
from datetime import datetime

from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.db.models import QuerySet

from accounts.models import User
from accounts.services.staff_roles import DESK_MANAGERS
from core.languages import page_url
from focus_areas.models import FocusArea
from members.models import OFFICER_TOPIC, FocalPoint, is_shown_as_admitted
from members.services.letters.composing import addressee, segment_of
from members.services.letters.officers import IS_NOTIFIABLE, staff_addressee
from outbox.models import Message
from outbox.services.letters import NO_VALUES, write
from outbox.services.queue import Envelope, post
from outbox.services.rendering import escape_inline, one_line
from outbox.services.template_rendering import Value


def coordinators_by_area(permission: str) -> dict[int | None, list[User]]:
    """Return the coordinators who have a permission and can get mail, by the pk of the area."""
    may: QuerySet[User] = ModelBackend().with_perm(permission)
    users = may.filter(IS_NOTIFIABLE).in_bulk()
    named = FocusArea.coordinators.through.objects
    found: dict[int | None, list[User]] = {}
    for area, user in named.order_by("pk").values_list("focusarea", "user"):
        if user in users:
            found.setdefault(area, []).append(users[user])
    return found


def _desk_managers(permission: str) -> QuerySet[User]:
    """Return the desk managers who have a permission and can get mail."""
    may: QuerySet[User] = ModelBackend().with_perm(permission)
    return may.filter(IS_NOTIFIABLE, groups__name=DESK_MANAGERS).order_by("pk")


def notify_coordinators(
    person: FocalPoint,
    kind: str,
    *,
    permission: str,
    title: str,
    page: str,
    topic: str,
    at: datetime,
    values: Mapping[str, Value] = NO_VALUES,
) -> list[Message]:
    """Send a message about what a co-lead did to each coordinator of the co-lead's area.

    If the area has none who may act on it, the desk managers get it.

    `page` is the path of the page in the admin, and `title` is what the co-lead typed as the title.
    Of what was typed, the message contains only names and the title.
    """
    area = person.member.focus_area
    sent = []
    coordinators = coordinators_by_area(permission).get(person.member.focus_area_id)
    for colleague in coordinators or _desk_managers(permission):
        reader = staff_addressee(colleague)
        letter = write(
            kind,
            reader.language,
            {
                "name": escape_inline(reader.name),
                "by": escape_inline(person.full_name),
                "organisation": escape_inline(person.member.organisation_name),
                "focus_area": lambda: area.name if area else "",
                "title": escape_inline(title),
                "page": settings.SITE_URL + page,
                **values,
            },
            subject_values={"title": one_line(title)},
        )
        envelope = Envelope(letter, reader, topic=f"{topic}{OFFICER_TOPIC}{colleague.pk}")
        sent.append(post(envelope, at=at))
    return sent


def notify_co_lead(
    focal_point: FocalPoint,
    kind: str,
    *,
    focus_area: FocusArea,
    title: str,
    topic: str,
    at: datetime,
    values: Mapping[str, Value] = NO_VALUES,
) -> Message | None:
    """Tell the focal point who asked for something what became of it.

    If the role was handed over since, its new holder is told. Nobody is told if the member is no
    longer admitted.
    """
    people = FocalPoint.objects.filter(is_shown_as_admitted("member__"), pk=focal_point.pk)
    person = people.select_related("member").first()
    if person is None:
        return None
    letter = write(
        kind,
        person.language,
        {
            "title": escape_inline(title),
            "focus_area": lambda: focus_area.name,
            "page": page_url("participation:group", person.language, focus_area.slug),
            **values,
        },
        subject_values={"title": one_line(title)},
    )
    return post(
        Envelope(
            letter,
            addressee(person),
            topic=f"{topic}/{segment_of(person)}",
            reference=person.member.reference,
        ),
        at=at,
    )
