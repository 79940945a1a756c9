"""The framework of the first focus area, for its URLs: public, with a closed and an open draft."""

from datetime import timedelta

from django.utils import timezone

from framework.models import AmendmentKind, AmendmentStatus, Framework, ParagraphKind
from tests.factories import AmendmentFactory, FrameworkDraftFactory, WordingFactory

A_DAY = timedelta(days=1)
# Pages about the amendment of another organisation, to which a co-lead recommends an answer.
ABOUT_OTHERS = {"framework:recommend", "framework:recommend_by_link"}
# Pages about what the member typed and did not send.
ABOUT_UNSENT = {"framework:discard", "framework:discard_by_link"}


def framework_facts(name, member):
    """Return an object for each parameter of a URL. The member has an amendment that is sent."""
    framework = Framework.objects.get(focus_area__number=1)
    # Other rows may be drafts of it too. These are the last ones.
    latest = framework.drafts.order_by("-number").first()
    if latest is None or not latest.is_open_at(timezone.now()):
        Framework.objects.filter(pk=framework.pk).update(is_public=True)
        latest = _draw_up(framework, member)
    own = latest.amendments.sent().get(member=member)
    other = latest.amendments.exclude(member=member).first()
    if name in ABOUT_UNSENT:
        own = _unsent(latest, own.paragraph, member)
    return {
        "slug": framework.focus_area.slug,
        "key": own.paragraph.key,
        "kind": AmendmentKind.CHANGE,
        "pk": (other if name in ABOUT_OTHERS else own).pk,
        "number": latest.number - 1,
        "before": latest.number - 1,
        "after": latest.number,
    }


def _draw_up(framework, member):
    now = timezone.now()
    times = [(now - 3 * A_DAY, now - 2 * A_DAY), (now - A_DAY, now + A_DAY)]
    drafts = [
        FrameworkDraftFactory(framework=framework, opens_at=opens, closes_at=closes)
        for opens, closes in times
    ]
    WordingFactory(draft=drafts[1], kind=ParagraphKind.HEADING)
    paragraph = WordingFactory(draft=drafts[0]).paragraph
    WordingFactory(draft=drafts[1], paragraph=paragraph)
    AmendmentFactory(draft=drafts[1], paragraph=paragraph, member=member, sent_by=None)
    AmendmentFactory(draft=drafts[1], paragraph=paragraph, sent_by=None)
    return drafts[1]


def _unsent(draft, paragraph, member):
    facts = {"draft": draft, "member": member, "status": AmendmentStatus.DRAFT}
    found = draft.amendments.filter(**facts).first()
    kind = AmendmentKind.COMMENT
    return found or AmendmentFactory(**facts, paragraph=paragraph, kind=kind, sent_by=None)
