from datetime import date, time, timedelta
from zoneinfo import ZoneInfo

import factory
from factory.django import DjangoModelFactory

from focus_areas.models import FocusArea, HomeSection, HomeSectionKind, Link, Pillar
from meetings.models import (
    AgendaItem,
    Frequency,
    Meeting,
    MeetingKind,
    MeetingStatus,
    Part,
    Series,
    Weekday,
)
from papers.models import FileScan, Paper, PaperVersion
from tests.factories.noon import NOON


class FocusAreaFactory(DjangoModelFactory):
    """Returns one of the four existing focus areas."""

    class Meta:
        model = FocusArea
        django_get_or_create = ("number",)

    number = 1
    slug = factory.LazyAttribute(lambda area: f"area-{area.number}")
    short_name = "ACCESS"
    summary = "A summary."
    description = "A description."


class LinkFactory(DjangoModelFactory):
    class Meta:
        model = Link

    title = factory.Sequence(lambda n: f"Document {n}")
    url = factory.Sequence(lambda n: f"https://example.org/document-{n}")


class PillarFactory(DjangoModelFactory):
    class Meta:
        model = Pillar

    focus_area = factory.SubFactory(FocusAreaFactory)
    name = factory.Sequence(lambda n: f"Pillar {n}")


class HomeSectionFactory(DjangoModelFactory):
    """Returns one of the existing sections."""

    class Meta:
        model = HomeSection
        django_get_or_create = ("kind",)

    kind = HomeSectionKind.FIGURES


class PartFactory(DjangoModelFactory):
    class Meta:
        model = Part

    focus_area = factory.SubFactory(FocusAreaFactory)
    name = factory.Sequence(lambda n: f"Part {n}")


class MeetingFactory(DjangoModelFactory):
    class Meta:
        model = Meeting

    focus_area = factory.SubFactory(FocusAreaFactory)
    kind = MeetingKind.MEETING
    title = factory.Sequence(lambda n: f"Meeting {n}")
    starts_at = NOON + timedelta(days=7)
    ends_at = factory.LazyAttribute(lambda meeting: meeting.starts_at + timedelta(hours=1))
    time_zone = "Europe/Zurich"
    is_all_day = False
    local_day = factory.LazyAttribute(lambda meeting: start_on_the_clocks(meeting).date())
    local_time = factory.LazyAttribute(
        lambda meeting: None if meeting.is_all_day else start_on_the_clocks(meeting).time()
    )
    status = MeetingStatus.SCHEDULED
    changed_at = NOON


def start_on_the_clocks(meeting):
    return meeting.starts_at.astimezone(ZoneInfo(meeting.time_zone))


class SeriesFactory(DjangoModelFactory):
    class Meta:
        model = Series

    frequency = Frequency.WEEKLY
    weekday = Weekday.MONDAY
    first_day = date(2021, 11, 1)
    count = 4
    local_time = time(14)
    duration = timedelta(hours=1)
    time_zone = "Europe/Zurich"


class AgendaItemFactory(DjangoModelFactory):
    class Meta:
        model = AgendaItem

    meeting = factory.SubFactory(MeetingFactory)
    position = 1
    title = factory.Sequence(lambda n: f"Item {n}")
    minutes = 10


class PaperFactory(DjangoModelFactory):
    """A paper of a focus area, unless a meeting is given."""

    class Meta:
        model = Paper

    meeting = None
    focus_area = factory.Maybe("meeting", None, factory.SubFactory(FocusAreaFactory))
    title = factory.Sequence(lambda n: f"Paper {n}")


class PaperVersionFactory(DjangoModelFactory):
    """A version without a file on disk."""

    class Meta:
        model = PaperVersion

    paper = factory.SubFactory(PaperFactory)
    number = 1
    language = "en"
    file = factory.Sequence(lambda n: f"papers/{n:032x}")
    file_name = factory.Sequence(lambda n: f"paper-{n}.txt")
    content_type = "text/plain"
    size = 10
    sha256 = factory.Sequence(lambda n: f"{n:064x}")
    uploaded_at = NOON


class FileScanFactory(DjangoModelFactory):
    """The scan of a file, which waits unless more is given."""

    class Meta:
        model = FileScan

    sha256 = factory.Sequence(lambda n: f"{n:064x}")
    requested_at = NOON
