"""Drafts of the public framework of the first focus area, for the tests of its files."""

from datetime import timedelta

from framework.models import DraftStatus, Framework, ParagraphKind
from tests.factories import NOON, FrameworkDraftFactory, ParagraphFactory, WordingFactory

HEADING, TEXT, ACTION = ParagraphKind.HEADING, ParagraphKind.TEXT, ParagraphKind.ACTION


def a_public_framework():
    Framework.objects.filter(focus_area__number=1).update(is_public=True)
    return Framework.objects.select_related("focus_area").get(focus_area__number=1)


def drafts_of(framework, *texts, **last):
    """Add a closed draft for each text, the last one as given.

    A text has a row for each paragraph: a name, its kind, and its wording, or one by language.
    """
    paragraphs, drafts = {}, []
    for number, text in enumerate(texts, start=1):
        facts = {"closes_at": NOON - timedelta(days=1)}
        if number == len(texts) and last:
            facts = last
        draft = FrameworkDraftFactory(framework=framework, **facts)
        for name, kind, wording in text:
            paragraphs.setdefault(name, ParagraphFactory(framework=framework))
            languages = wording if isinstance(wording, dict) else {"en": wording}
            WordingFactory(
                draft=draft,
                paragraph=paragraphs[name],
                kind=kind,
                **{f"text_{language}": words for language, words in languages.items()},
            )
        drafts.append(draft)
    return drafts, paragraphs


STEPS = "We begin:\n\n- with maps\n"
THEN = "3. lent\n4. given\n\nThen we build."
BEFORE = [
    ("why", HEADING, "Why we act"),
    ("schools", ACTION, "Connect **every** school to the [network](https://itu.int/a)."),
    ("how", TEXT, f"{STEPS}- with money\n\n{THEN}"),
    ("gone", ACTION, "Publish the prices."),
    ("moved", TEXT, "Nobody is left behind."),
    ("last", TEXT, "It ends in 2030."),
]
AFTER = [
    ("new", HEADING, "Who we are"),
    ("why", HEADING, "Why we all act"),
    ("schools", ACTION, "Connect every school to the [network](https://itu.int/b) *by 2027*."),
    ("how", TEXT, f"{STEPS}- with people\n- with money\n\n{THEN}"),
    ("last", ACTION, "It ends in 2030."),
    ("moved", TEXT, "Nobody is left behind."),
    ("added", ACTION, "Measure it."),
]
ADOPTED = {"status": DraftStatus.ADOPTED}
