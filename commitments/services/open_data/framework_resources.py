"""The columns of the open data about Action Frameworks: what is adopted, and what was proposed."""

from typing import Any, Final

from django.conf import settings
from django.db.models import (
    Case,
    CharField,
    Count,
    Exists,
    OuterRef,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce, Concat, Now
from django.utils.translation import gettext_lazy as _
from modeltranslation.utils import build_localized_fieldname

from commitments.services.open_data.coalition_resources import FOCUS_AREA_KEY, address_of
from commitments.services.open_data.columns import Column, ForeignKey, Kind, Resource
from commitments.services.open_data.public_rows import listed
from framework.models import (
    Amendment,
    AmendmentKind,
    AmendmentStatus,
    AnswerKind,
    Draft,
    DraftStatus,
    ParagraphKind,
    Support,
    Wording,
)

BEFORE: Final = (
    Wording.objects.filter(draft=OuterRef("draft"), position__lte=OuterRef("position"))
    .exclude(kind=ParagraphKind.HEADING)
    .order_by()
    .values("draft")
)
# As framework/services/numbering.py gives it.
NUMBER: Final = Case(
    When(kind=ParagraphKind.HEADING, then=Value("")),
    default=Concat(
        Cast("draft__framework__focus_area__number", CharField()),
        Value("."),
        Cast(Subquery(BEFORE.annotate(count=Count("pk")).values("count")), CharField()),
    ),
    output_field=CharField(),
)
AREA: Final = "draft__framework__focus_area"


def _text(key: Any) -> str:
    return str(key) if key else ""


def _in_force() -> "QuerySet[Wording]":
    """Return the paragraphs of the last adopted draft of each public framework."""
    later = Draft.objects.filter(
        framework=OuterRef("draft__framework"),
        status=DraftStatus.ADOPTED,
        number__gt=OuterRef("draft__number"),
    )
    return Wording.objects.filter(
        ~Exists(later), draft__status=DraftStatus.ADOPTED, draft__framework__is_public=True
    )


def _public() -> "QuerySet[Amendment]":
    """Return the amendments of the closed drafts of public frameworks."""
    return Amendment.objects.filter(
        status=AmendmentStatus.SENT,
        draft__closes_at__lte=Now(),
        draft__framework__is_public=True,
    )


def _published(fact: str) -> Case:
    """Return a fact of the answer, which the organisations read when the next draft is shown."""
    next_ones = Draft.objects.shown().filter(
        framework=OuterRef("draft__framework"), number__gt=OuterRef("draft__number")
    )
    return Case(When(Exists(next_ones.order_by()), then=f"answer__{fact}"))


def _area() -> tuple[Column, Column]:
    return (
        Column("focus_area", Kind.INTEGER, _("The number of the focus area."), f"{AREA}__number"),
        Column("draft", Kind.INTEGER, _("The number of the draft."), "draft__number"),
    )


FRAMEWORK_PARAGRAPHS: Final = Resource(
    name="framework_paragraphs",
    title=_("Action Frameworks"),
    description=_("The paragraphs and actions of the adopted Action Frameworks that are public."),
    columns=(
        Column(
            "paragraph",
            Kind.TEXT,
            _("The key of the paragraph. It stays the same in all drafts."),
            "paragraph__key",
            _text,
            is_required=True,
        ),
        *_area(),
        Column("position", Kind.INTEGER, _("Its place in the text, from 1."), is_required=True),
        Column("number", Kind.TEXT, _("The number on the page; a heading has none."), NUMBER),
        Column("kind", Kind.TEXT, _("What it is."), choices=ParagraphKind, is_required=True),
        Column("pillar", Kind.TEXT, _("The pillar, in English."), "pillar__name_en"),
        *(
            Column(
                build_localized_fieldname("text", code),
                Kind.TEXT,
                _("The text in Markdown, in the language of the column; empty if not translated."),
            )
            for code, _name in settings.LANGUAGES
        ),
        Column("adopted_at", Kind.INSTANT, _("The time of adoption, in UTC."), "draft__adopted_at"),
        Column(
            "page",
            Kind.TEXT,
            _("The address of the framework."),
            f"{AREA}__slug",
            lambda slug: address_of(f"focus-areas/{slug}/framework"),
        ),
    ),
    key=("paragraph",),
    rows=_in_force,
    foreign_keys=(FOCUS_AREA_KEY,),
)
FRAMEWORK_AMENDMENTS: Final = Resource(
    name="framework_amendments",
    title=_("Proposals for Action Frameworks"),
    description=_(
        "What members proposed to change in the closed drafts of public Action Frameworks, and "
        "the answers, once the next draft is there."
    ),
    columns=(
        Column("amendment", Kind.INTEGER, _("The number of the proposal."), "pk", is_required=True),
        *_area(),
        Column(
            "paragraph",
            Kind.TEXT,
            _("The key of the paragraph; of an addition, of the one before it."),
            "paragraph__key",
            _text,
        ),
        Column(
            "number",
            Kind.TEXT,
            _("The number of this paragraph in the draft."),
            Subquery(
                Wording.objects.filter(draft=OuterRef("draft"), paragraph=OuterRef("paragraph"))
                .annotate(number=NUMBER)
                .values("number")[:1]
            ),
        ),
        Column("kind", Kind.TEXT, _("What is proposed."), choices=AmendmentKind, is_required=True),
        Column("added_kind", Kind.TEXT, _("What an addition would be."), choices=ParagraphKind),
        Column("text", Kind.TEXT, _("The proposed text in Markdown, in English.")),
        Column("reason", Kind.TEXT, _("The reason.")),
        Column("language", Kind.TEXT, _("The language of the reason.")),
        Column(
            "member",
            Kind.TEXT,
            _("The organisation among the members, if it agreed to be listed there."),
            listed("member"),
        ),
        Column(
            "supporters",
            Kind.INTEGER,
            _("How many other organisations support it."),
            Coalesce(
                Subquery(
                    Support.objects.filter(amendment=OuterRef("pk"))
                    .order_by()
                    .values("amendment")
                    .annotate(count=Count("pk"))
                    .values("count")
                ),
                0,
            ),
        ),
        Column("sent_at", Kind.INSTANT, _("When it was first sent, in UTC."), is_required=True),
        Column("answer", Kind.TEXT, _("The answer."), _published("kind"), choices=AnswerKind),
        Column("answer_reason", Kind.TEXT, _("The reason of the answer."), _published("reason")),
        Column(
            "shown_in",
            Kind.TEXT,
            _("The key of the paragraph that shows what came of it."),
            _published("paragraph__key"),
            _text,
        ),
        Column(
            "merged_with",
            Kind.INTEGER,
            _("The proposal with which it was merged."),
            Case(
                When(
                    answer__merged_with__status=AmendmentStatus.SENT,
                    then=_published("merged_with"),
                )
            ),
        ),
    ),
    key=("amendment",),
    rows=_public,
    foreign_keys=(
        FOCUS_AREA_KEY,
        ForeignKey(("member",), "members", ("member",)),
        ForeignKey(("merged_with",), "framework_amendments", ("amendment",)),
    ),
)
