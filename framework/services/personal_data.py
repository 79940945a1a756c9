"""The personal data in the drafting of Action Frameworks.

What an organisation proposed stays under its name, or under that of an erased organisation: it is
part of the record of a text. The people who typed and sent it can be erased.
"""

from functools import partial
from typing import Final

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.personal_data import (
    ERASED_NAME,
    DataSubject,
    PersonalTable,
    acted,
    any_of,
    has_account,
    nobody,
    own_name_erased,
)
from framework.models import AmendmentStatus
from framework.services.paragraphs import OTHER_LANGUAGES

RECORD: Final = _("The record of a public text. Names of people in it are replaced.")
TABLE: Final = partial(PersonalTable, purpose="frameworks", retention="frameworks")


def _saved_or_sent(person: DataSubject) -> Q:
    of_member = Q(member__focal_points__in=person.keys("members.FocalPoint"))
    names = (Q(sent_by_name__in=person.names), Q(saved_by_name__in=person.names))
    return of_member & any_of(names)


PERSONAL_TABLES: Final = (
    TABLE(
        model="framework.Wording",
        name=_("texts of Action Frameworks"),
        about=nobody,
        free_text=("text", "text_en", *OTHER_LANGUAGES),
        kept_because=RECORD,
    ),
    TABLE(
        model="framework.ParagraphNote",
        name=_("notes at paragraphs"),
        about=has_account("by"),
        fields={"by_name": ERASED_NAME},
        free_text=("text",),
        exported=("at", "by_name"),
    ),
    TABLE(
        model="framework.Amendment",
        name=_("proposed changes of Action Frameworks"),
        is_statement=True,
        about=_saved_or_sent,
        fields={"sent_by_name": own_name_erased, "saved_by_name": own_name_erased},
        free_text=("text", "reason", "typed"),
        exported=("kind", "text", "reason", "sent_at", "sent_by_name", "saved_at", "saved_by_name"),
        member="member",
        organisation_fields={"text": "", "reason": "", "typed": {}},
        # The sent ones are part of the record.
        organisation_rows=Q(status=AmendmentStatus.DRAFT),
        not_personal=("language",),
    ),
    TABLE(
        model="framework.Support",
        name=_("supports of proposed changes"),
        about=acted(role="by", name="by_name"),
        fields={"by_name": ERASED_NAME},
        exported=("at", "by_name"),
        member="member",
    ),
    TABLE(
        model="framework.Recommendation",
        name=_("recommendations of co-leads"),
        about=acted(role="by", name="by_name"),
        fields={"by_name": ERASED_NAME},
        free_text=("note",),
        exported=("kind", "note", "at", "by_name"),
        member="member",
    ),
    TABLE(
        model="framework.Answer",
        name=_("answers to proposed changes"),
        about=has_account("answered_by"),
        fields={"answered_by_name": ERASED_NAME},
        free_text=("reason",),
        exported=("kind", "reason", "answered_at", "answered_by_name"),
    ),
)
