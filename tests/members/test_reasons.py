"""Reasons: choosing them, their texts in letters, and the stored texts."""

import pytest
from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.urls import reverse
from django.utils.translation import override

from eoi.services.application_status import application_status
from members import seed
from members.models import Reason, ReasonGiven, ReasonPurpose
from members.services.decisions import decline, request_information
from members.services.letters.decisions import draft_decline, draft_information_request
from members.services.timeline import timeline_with_reasons
from outbox.models import Message
from outbox.services.rendering import as_html, as_text
from tests.factories import (
    NOON,
    FocalPointFactory,
    ReasonFactory,
    UserFactory,
)
from tests.hostile.pages import Page
from tests.triage.staff import officer, reasons, signed_in

HOSTILE = (
    "# Not a heading\n<script>alert(1)</script> *now* [Verify](http://evil.example/)\n\n"
    "www.evil.example ![](http://evil.example/a.png)"
)


def words_of(said):
    return [(each.text, each.language) for each in said]


def test_reasons_offered_are_those_in_use_for_it_in_their_order():
    Reason.objects.update(is_active=False)
    later = ReasonFactory(position=2)
    first = ReasonFactory(position=1)
    ReasonFactory(purpose=ReasonPurpose.REQUEST_INFORMATION, position=1)

    assert list(Reason.objects.offered_for(ReasonPurpose.DECLINE)) == [first, later]


LABELS = [f"label_{language}" for language in ("en", "fr", "es", "ru", "zh_hans", "ar")]
SNIPPETS = [label.replace("label", "snippet") for label in LABELS]


def words_in(reason):
    return {column: getattr(reason, column) for column in (*LABELS, *SNIPPETS)}


def test_reasons_of_ours_are_there_in_six_languages():
    there = Reason.objects.order_by("position")

    assert [(reason.uid, reason.purpose) for reason in there] == [
        (seed.uid_of_reason(key), purpose) for key, purpose in seed.REASONS.items()
    ]
    assert [words_in(reason) for reason in there] == list(seed.read_reason_texts().values())
    assert all(all(words_in(reason).values()) for reason in there)


def unsaid(reason, *columns):
    """A default reason as it was before a translation was added."""
    Reason.objects.filter(pk=reason.pk).update(**dict.fromkeys(columns))
    reason.history.update(**dict.fromkeys(columns))
    reason.refresh_from_db()


def seed_again():
    seed.seed(apps.get_app_config("members"))


def address_of(reason):
    return reverse("admin:members_reason_change", args=[reason.pk])


def change(reason, *, by=None, **fields):
    """Change a reason in the admin."""
    client = signed_in(by or officer())
    shown = Page(client.get(address_of(reason))).fields_of(address_of(reason))
    assert client.post(address_of(reason), {**shown, **fields}).status_code == 302
    reason.refresh_from_db()


def test_reason_never_said_in_a_language_is_said_in_it_unless_staff_changed_it():
    reason, changed = reasons("not-authorised", "principles")
    whole, before = words_in(reason), Reason.objects.count()
    unsaid(reason, "label_ru", "snippet_ru", "snippet_ar")
    unsaid(changed, "snippet_es")
    own = {"snippet_en": "Our own words.", "is_active": False}
    Reason.objects.filter(pk=changed.pk).update(**own)

    seed_again()
    seed_again()

    reason.refresh_from_db()
    latest = reason.history.order_by("history_id").last()
    assert words_in(reason) == whole
    assert (latest.snippet_ru, latest.history_user) == (whole["snippet_ru"], None)
    assert reason.history.count() == 2
    assert Reason.objects.count() == before
    kept = Reason.objects.values(*own, "snippet_es").get(pk=changed.pk)
    assert kept == {**own, "snippet_es": None}


def test_reason_that_an_officer_moved_before_it_was_said_in_a_language_is_said_in_it():
    reason, emptied = reasons("not-authorised", "principles")
    unsaid(reason, "label_ru", "snippet_ru")
    change(reason, position=9)
    change(emptied, label_es="", snippet_es="")

    seed_again()

    reason.refresh_from_db()
    assert (reason.position, bool(reason.label_ru), bool(reason.snippet_ru)) == (9, True, True)
    # A language that an officer emptied stays empty.
    emptied.refresh_from_db()
    assert [bool(emptied.label_es), bool(emptied.snippet_es)] == [False, False]
    assert emptied.snippet_ru


def test_letter_has_a_paragraph_for_each_reason_in_order_and_then_what_was_typed():
    focal_point = FocalPointFactory(language="en")
    second = ReasonFactory(snippet="The second.", position=9)
    first = ReasonFactory(snippet="The first.\n\nIts second paragraph.", position=8)

    draft = draft_information_request(
        member=focal_point.member, reasons=[second, first], missing="And the date."
    )

    told = "The first.\n\nIts second paragraph.\n\nThe second.\n\nAnd the date."
    assert told in draft.body
    assert draft.language == "en"


@pytest.mark.parametrize("draft", ["decline", "request"])
def test_letter_shows_hostile_words_and_does_nothing_with_them(draft):
    member = FocalPointFactory().member
    given = [ReasonFactory(snippet=HOSTILE)]
    if draft == "decline":
        body = draft_decline(member=member, reasons=given).body
    else:
        body = draft_information_request(member=member, missing=HOSTILE).body

    html, text = as_html("Subject", body, language="en"), as_text(body)

    assert "<script" not in html
    assert "<h1" not in html.partition("# Not a heading")[0].rpartition("</p>")[2]
    assert "<em>" not in html
    assert 'href="http://evil' not in html
    assert "<img" not in html
    assert "<script>alert(1)</script> *now*" in text
    assert "# Not a heading" in text


@pytest.mark.parametrize(("french", "language"), [("Donc.", "fr"), ("", "en")])
def test_letter_falls_back_to_english_as_a_whole(french, language):
    focal_point = FocalPointFactory(language="fr")
    whole = ReasonFactory(snippet_en="Because.", snippet_fr="Parce que.")
    other = ReasonFactory(snippet_en="And so.", snippet_fr=french)

    draft = draft_decline(member=focal_point.member, reasons=[whole, other])
    decline(member=focal_point.member, reasons=[whole, other], by=UserFactory(), at=NOON)

    message = Message.objects.get()
    assert draft.language == message.language == language
    in_english = [words in message.body for words in ("Dear Ada", "Thank you", "Because.")]
    assert in_english == [language == "en"] * 3
    assert ("Parce que." in message.body) == (language == "fr")


@pytest.mark.parametrize("french", ["Comme avant.", ""])
def test_what_was_told_stays_as_it_was_told_in_each_language_alone(french):
    member = FocalPointFactory().member
    reason = ReasonFactory(snippet_en="As it was.", snippet_fr=french)
    # The officer's own language does not matter.
    with override("fr"):
        entry = decline(member=member, reasons=[reason], by=UserFactory(), at=NOON)

    reason.snippet_en, reason.snippet_fr, reason.is_active = "New.", "Nouveau.", False
    reason.save()

    given = ReasonGiven.objects.get(entry=entry)
    assert given.reason == reason
    assert (given.text_en, given.text_fr or "", given.text_ar) == ("As it was.", french, None)


@pytest.mark.parametrize(
    ("reader", "read"),
    [("fr", ("Pourquoi.", "fr")), ("en", ("Why.", "en")), ("es", ("Why.", "en"))],
    ids=["French", "English", "missing"],
)
def test_submitters_page_tells_reasons_in_the_readers_language_or_says_in_which(reader, read):
    member = FocalPointFactory().member
    reason = ReasonFactory(
        purpose=ReasonPurpose.REQUEST_INFORMATION, snippet_en="Why.", snippet_fr="Pourquoi."
    )
    request_information(member=member, reasons=[reason], by=UserFactory(), at=NOON)

    with override(reader):
        standing = application_status(member, timeline_with_reasons(member), zone="Europe/Zurich")
        told = [words_of(standing.asked), words_of(standing.happened[0].reasons)]

    assert told == [[read], [read]]


def test_reason_shows_where_a_language_is_missing_and_what_is_shown_in_its_place():
    reason = ReasonFactory(
        label_en="Too early", label_fr="Trop tôt", snippet_en="Why.", snippet_fr="Pourquoi."
    )

    response = signed_in(officer()).get(address_of(reason))

    words = " ".join(response.content.decode().split())
    assert (
        "Spanish, text in the letter: missing. Pages show it in English: "
        '<span lang="en" dir="auto">Why.</span>'
    ) in words
    assert "English, label: missing" not in words


def test_list_of_reasons_names_the_languages_that_are_missing():
    Reason.objects.all().delete()
    ReasonFactory(label_fr="Trop tôt", snippet_fr="Pourquoi.")

    response = signed_in(officer()).get(reverse("admin:members_reason_changelist"))

    assert "Spanish, Russian, Simplified Chinese, Arabic" in response.content.decode()


def test_reason_saved_over_a_colleagues_is_refused_and_tells_what_became_what():
    grace = officer(name="Grace Hopper")
    reason = ReasonFactory(snippet="Why.")
    client, address = signed_in(officer()), address_of(reason)
    fields = Page(client.get(address)).fields_of(address)
    reason.snippet_en = "Because."
    reason._history_user = grace
    reason.save()

    response = client.post(address, {**fields, "snippet_en": "My own words."})

    reason.refresh_from_db()
    words = " ".join(response.content.decode().split())
    assert response.status_code == 409
    assert "<del><bdi>Why.</bdi></del> <ins><bdi>Because.</bdi></ins>" in words
    assert "<bdi>Grace Hopper</bdi>" in words
    assert "My own words." in words
    assert (reason.snippet_en, reason.history.count()) == ("Because.", 2)
    assert list(LogEntry.objects.all()) == []
