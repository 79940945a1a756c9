from datetime import UTC, date, datetime, timedelta

import pytest
from django.apps import apps
from django.apps.registry import Apps
from django.core.management import call_command
from django.db import IntegrityError
from django.utils.translation import override

from core.languages import language_shown
from focus_areas import seed as of_focus_areas
from focus_areas.models import FocusArea, HomeSection, Link, Pillar
from meetings import seed as of_meetings
from meetings.models import Meeting, MeetingStatus
from meetings.services.meeting_times import first_day, last_day
from tests.factories import NOON, FocusAreaFactory, LinkFactory, MeetingFactory

ROAD_TO_ADDIS = (
    "Road to Addis: Partner2Connect meeting at the 76th session of the United Nations General "
    "Assembly"
)
LAUNCH = "Launch of the Action Framework and the online pledging platform"
CALENDAR = [
    (ROAD_TO_ADDIS, None, date(2021, 9, 20), date(2021, 9, 20)),
    ("Deadline for expressions of interest", None, date(2021, 10, 31), date(2021, 10, 31)),
    ("Working groups: first sitting", None, date(2022, 2, 24), date(2022, 2, 24)),
    ("Working groups: second sitting", None, date(2022, 2, 24), date(2022, 2, 24)),
    ("Web dialogue: Empowering Communities", 2, date(2022, 3, 16), date(2022, 3, 16)),
    (LAUNCH, None, date(2022, 3, 16), date(2022, 3, 16)),
    ("Web dialogue: Building Digital Ecosystems", 3, date(2022, 4, 20), date(2022, 4, 20)),
    ("Partner2Connect Digital Development Roundtable", None, date(2022, 6, 7), date(2022, 6, 9)),
]


def migrate_again():
    of_focus_areas.seed(sender=apps.get_app_config("focus_areas"))
    of_meetings.seed(sender=apps.get_app_config("meetings"))


def test_migrate_brings_the_focus_areas_the_links_of_the_circular_and_the_home_page():
    areas = FocusArea.objects.order_by("number")
    links = Link.objects.order_by("position").values_list("title_en", flat=True)
    sections = HomeSection.objects.order_by("position").values_list("kind", "is_shown")

    assert [(area.number, area.slug, area.short_name) for area in areas] == [
        (1, "connecting-people-everywhere", "ACCESS"),
        (2, "empowering-communities", "ADOPTION"),
        (3, "building-digital-ecosystems", "VALUE CREATION"),
        (4, "incentivizing-investments", "ACCELERATE"),
    ]
    assert list(links) == [
        "The coalition's website",
        "Concept Note",
        "Road to Addis Digital Development Series",
        "Road to Addis: Partner2Connect meeting, 20 September 2021",
        "Connectivity in the Least Developed Countries: Status Report 2021",
        "Roadmap for Digital Cooperation",
    ]
    assert list(sections) == [
        ("figures", True),
        ("map", True),
        ("focus_areas", True),
        ("events", True),
        ("commitments", True),
        ("documents", True),
        ("before_you_start", True),
        ("benefits", True),
    ]


def test_migrate_brings_the_pillars_of_three_areas():
    pillars = Pillar.objects.order_by("focus_area__number", "position")

    assert list(pillars.values_list("focus_area__number", "name_en", "name_fr")) == [
        (1, "Infrastructure", "Infrastructure"),
        (1, "Affordability", "Accessibilité financière"),
        (1, "Cybersecurity", "Cybersécurité"),
        (2, "Skills", "Compétences"),
        (2, "Digital inclusion", "Inclusion numérique"),
        (3, "Digital innovation and entrepreneurship", "Innovation et entrepreneuriat numériques"),
    ]
    assert all(pillar.summary_en and pillar.summary_fr for pillar in pillars)


def test_migrate_brings_the_calendar_of_2021_and_2022():
    meetings = Meeting.objects.select_related("focus_area").order_by("starts_at", "pk")

    assert [
        (one.title, one.focus_area and one.focus_area.number, first_day(one), last_day(one))
        for one in meetings
    ] == CALENDAR
    assert {(one.is_all_day, one.is_public, one.status) for one in meetings} == {
        (True, True, MeetingStatus.SCHEDULED)
    }


def test_day_of_the_deadline_has_its_25_hours():
    deadline = Meeting.objects.get(title="Deadline for expressions of interest")

    assert deadline.starts_at == datetime(2021, 10, 30, 22, tzinfo=UTC)
    assert deadline.ends_at == datetime(2021, 10, 31, 23, tzinfo=UTC)


def as_released(row, **texts):
    """Give a row the texts that version 1.0.0 gave it, in English and French only."""
    other = [f"{field}_{code}" for field in texts for code in ("es", "ar", "ru", "zh_hans")]
    columns = {f"{field}_fr": text for field, text in texts.items()} | dict.fromkeys(other)
    type(row).objects.filter(pk=row.pk).update(**columns)
    row.history.update(**columns)


def test_next_migrate_adds_the_languages_that_a_row_never_had_and_changes_nothing_else():
    models = (FocusArea, HomeSection, Link, Meeting, Pillar)
    area = FocusArea.objects.get(number=4)
    link = Link.objects.get(title_en="Roadmap for Digital Cooperation")
    before = [[*model.objects.order_by("pk").values()] for model in models]
    as_released(area, summary=area.summary_fr)
    as_released(link, title=link.title_fr, description=link.description_fr)

    migrate_again()

    assert [[*model.objects.order_by("pk").values()] for model in models] == before
    assert area.history.latest().summary_ru == area.summary_ru


def test_next_migrate_corrects_french_that_staff_did_not_change():
    pillar = Pillar.objects.get(name_en="Digital innovation and entrepreneurship")
    as_released(pillar, name="Innovation numérique et entrepreneuriat")
    area = FocusArea.objects.get(number=3)
    released = of_focus_areas._former_texts()["focus-area/3"]["description_fr"]
    # As a form of the admin saves it.
    as_released(area, description=released.replace("\n", "\r\n"))
    link = Link.objects.get(title_en="Concept Note")
    as_released(link, title="Notre note")
    # Staff changed its English text.
    skills = Pillar.objects.get(name_en="Skills")
    as_released(skills, name="Compétences", summary=skills.summary_fr)
    Pillar.objects.filter(pk=skills.pk).update(name_en="Digital skills")

    migrate_again()

    for row in (pillar, area, link, skills):
        row.refresh_from_db()
    assert (skills.name_es, skills.name_en) == (None, "Digital skills")
    assert skills.summary_es
    assert pillar.name_fr == "Innovation et entrepreneuriat numériques"
    assert area.description_fr == of_focus_areas.read_texts()["focus-area/3"]["description_fr"]
    assert (link.title_fr, link.title_es) == ("Notre note", "Nota conceptual")


def test_next_migrate_keeps_what_staff_changed():
    FocusArea.objects.filter(number=1).update(summary_en="Ours", summary_fr="La nôtre")
    without_spanish = FocusArea.objects.get(number=2)
    without_spanish.summary_es = ""
    without_spanish.save()
    Link.objects.filter(position=1).update(
        title_en="Elsewhere", url="https://example.org", is_published=False
    )
    Meeting.objects.filter(time_zone="Africa/Kigali").update(title="Moved", sequence=3)
    Pillar.objects.filter(name_en="Skills").update(name_en="Ours", is_published=False)
    HomeSection.objects.filter(kind="map").update(position=9, is_shown=False)

    migrate_again()

    assert FocusArea.objects.get(number=1).summary_fr == "La nôtre"
    without_spanish.refresh_from_db()
    assert not without_spanish.summary_es
    assert Link.objects.filter(title_en="Elsewhere", is_published=False).count() == 1
    assert Meeting.objects.filter(title="Moved", sequence=3).count() == 1
    assert Pillar.objects.filter(name_en="Ours", is_published=False).count() == 1
    assert HomeSection.objects.filter(kind="map", position=9, is_shown=False).count() == 1
    assert (Link.objects.count(), Meeting.objects.count()) == (6, 8)


def test_missing_rows_come_back_under_the_same_uid():
    before = set(Meeting.objects.values_list("uid", flat=True))
    Meeting.objects.all().delete()

    migrate_again()

    assert set(Meeting.objects.values_list("uid", flat=True)) == before


def test_app_that_was_migrated_back_is_left_alone():
    Meeting.objects.all().delete()

    of_meetings.seed(sender=apps.get_app_config("meetings"), apps=Apps())

    assert Meeting.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_calendar_is_back_after_the_tables_were_emptied():
    call_command("flush", interactive=False, inhibit_post_migrate=False)

    assert (FocusArea.objects.count(), Meeting.objects.count()) == (4, 8)


@pytest.mark.usefixtures("no_meetings")
def test_on_the_calendar_leaves_drafts_out_and_public_what_is_private():
    MeetingFactory(status=MeetingStatus.DRAFT, is_public=True)
    private = MeetingFactory(status=MeetingStatus.CANCELLED, is_public=False)
    public = MeetingFactory(status=MeetingStatus.SCHEDULED, is_public=True)

    assert set(Meeting.objects.scheduled_or_cancelled()) == {private, public}
    assert list(Meeting.objects.public()) == [public]


@pytest.mark.usefixtures("no_meetings")
def test_of_focus_area_keeps_its_own_and_the_coalitions():
    area = FocusAreaFactory(number=1)
    own, coalitions = MeetingFactory(focus_area=area), MeetingFactory(focus_area=None)
    MeetingFactory(focus_area=FocusAreaFactory(number=2))

    assert set(Meeting.objects.of_focus_area(area)) == {own, coalitions}


def test_area_that_has_meetings_is_kept():
    area = FocusAreaFactory(number=3)
    MeetingFactory(focus_area=area)

    with pytest.raises(IntegrityError):
        area.delete()


@pytest.mark.usefixtures("no_meetings")
def test_not_over_puts_the_next_first_and_over_the_latest():
    an_hour = timedelta(hours=1)
    earlier = MeetingFactory(starts_at=NOON - timedelta(days=3))
    just_over = MeetingFactory(starts_at=NOON - an_hour, ends_at=NOON)
    later = MeetingFactory(starts_at=NOON + 5 * an_hour)
    running = MeetingFactory(starts_at=NOON - an_hour, ends_at=NOON + timedelta(seconds=1))

    assert list(Meeting.objects.upcoming(NOON)) == [running, later]
    assert list(Meeting.objects.past(NOON)) == [just_over, earlier]


@pytest.mark.parametrize(
    ("reader", "texts", "shown"),
    [
        ("es", {"es": "Nota", "fr": "Note", "en": "Paper"}, "es"),
        ("es", {"fr": "Note", "en": "Paper"}, "en"),
        ("es", {"fr": "Note"}, "fr"),
        ("es", {"en": "Paper"}, "en"),
        ("en", {"fr": "Note", "en": "Paper"}, "en"),
        ("fr", {}, "en"),
    ],
)
def test_text_is_shown_in_the_readers_language_else_english_else_french(reader, texts, shown):
    link = LinkFactory(**{f"description_{language}": text for language, text in texts.items()})

    with override(reader):
        assert language_shown(link, "description") == shown
        assert link.description == texts.get(shown, "")
