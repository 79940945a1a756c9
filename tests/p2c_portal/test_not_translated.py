"""A line says in which language a text of staff is that does not exist in the reader's."""

import pytest
from django.template import Context, Template
from django.utils.translation import gettext, override

from focus_areas.models import FocusArea, Link, Pillar
from meetings.models import Meeting
from members.models import Call
from tests.factories import CallFactory, LinkFactory, MeetingFactory, PillarFactory

AREA = "focus-areas/connecting-people-everywhere/"


def line(reader, *languages):
    """The line with the languages by their French names."""
    with override(reader):
        words = gettext("Not translated yet. Shown in: %(languages)s.")
    return words % {"languages": " et ".join(languages)}


@pytest.mark.parametrize(
    ("shown_in", "languages"),
    [
        ("fr", []),
        ("", []),
        ("en", ["anglais"]),
        (["fr", "en", "", "ar", "en"], ["anglais", "arabe"]),
        (["fr", "fr"], []),
        ([], []),
    ],
)
def test_line_names_each_other_language_once(shown_in, languages):
    with override("fr"):
        drawn = Template("{% load languages %}{% not_translated shown_in %}").render(
            Context({"shown_in": shown_in})
        )

    expected = f'<p class="small muted">{line("fr", *languages)}</p>' if languages else ""
    assert drawn.strip() == expected


@pytest.fixture
def _all_in_french():
    """Leave only texts that exist in French too."""
    Link.objects.all().delete()
    Pillar.objects.all().delete()
    Call.objects.all().delete()
    Meeting.objects.all().delete()
    FocusArea.objects.update(summary_fr="Un", description_fr="Deux")


def pillar(**texts):
    return PillarFactory(focus_area=FocusArea.objects.get(number=1), **texts)


@pytest.mark.usefixtures("_all_in_french")
@pytest.mark.parametrize(
    ("address", "write"),
    [
        ("", lambda: LinkFactory(title_en="A", title_fr="", description_fr="B")),
        ("", lambda: LinkFactory(title_fr="A", description_en="B", description_fr="")),
        ("", lambda: CallFactory(title_en="A", title_fr="")),
        ("", lambda: FocusArea.objects.filter(number=1).update(summary_fr="")),
        ("expression-of-interest/", lambda: CallFactory(title_en="A", title_fr="")),
        ("focus-areas/", lambda: FocusArea.objects.filter(number=1).update(summary_fr="")),
        ("focus-areas/", lambda: pillar(name_en="A", name_fr="")),
        (AREA, lambda: FocusArea.objects.filter(number=1).update(description_fr="")),
        (AREA, lambda: pillar(name_fr="A", summary_en="B", summary_fr="")),
    ],
)
def test_page_says_once_that_a_text_is_not_translated(client, address, write):
    before = client.get(f"/fr/{address}").text

    write()
    page = client.get(f"/fr/{address}").text

    assert line("fr", "anglais") not in before
    assert page.count(line("fr", "anglais")) == 1


@pytest.mark.parametrize(("language", "times"), [("en", 1), ("fr", 0)])
def test_page_of_a_meeting_says_that_it_is_in_another_language(client, language, times):
    meeting = MeetingFactory(is_public=True, language=language)

    page = client.get(f"/fr/calendar/{meeting.uid}/").text

    assert page.count(line("fr", "anglais")) == times
