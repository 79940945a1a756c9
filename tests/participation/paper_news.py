"""Creates the mail about new papers, in one language and with given names."""

from datetime import timedelta

from focus_areas.models import FocusArea
from outbox.models import Message
from papers.models import PaperKind
from participation.services.paper_digest import send_paper_digests
from tests.factories import NOON, MeetingFactory, PaperFactory, PaperVersionFactory
from tests.participation.people import focal_point_in


def write_news_of_papers(called, language):
    """Queue a digest to people and about papers with given names; return the messages."""
    area = FocusArea.objects.get(number=4)
    names = {"given_name": called[:100], "family_name": called[:100], "language": language}
    focal_point_in(area, called[:200], **names)
    meeting = MeetingFactory(focus_area=area, title=called[:200])
    for kind in PaperKind:
        paper = PaperFactory(meeting=meeting, kind=kind, title=called[:200])
        PaperVersionFactory(paper=paper, language="en", number=1)
        PaperVersionFactory(paper=paper, language=language, number=2)
    for _n in range(20):
        PaperVersionFactory(paper=PaperFactory(focus_area=None, title=called[:200]))
    send_paper_digests(at=NOON + timedelta(days=1))
    return list(Message.objects.filter(topic__startswith="papers/").order_by("pk"))
