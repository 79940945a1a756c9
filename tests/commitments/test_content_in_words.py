"""The content of a commitment in words, and what is different in another content."""

import pytest

from commitments.models import Commitment
from commitments.services.content_in_words import compared, content_in_words
from focus_areas.models import Pillar
from tests.commitments.pages import in_status, page_of
from tests.commitments.writing import a_content, a_lead
from tests.participation.people import signed_in_as

pytestmark = pytest.mark.django_db


def test_only_what_differs_is_shown_with_what_was_there_before():
    now = a_content(conditions="A licence.")
    then = a_content(title="Fibre to 900 schools", conditions="", beneficiaries="Pupils.")

    parts = compared(content_in_words(now), content_in_words(then))

    changed = {
        fact.label: (fact.before.value if fact.before else (), fact.value)
        for part in parts
        for fact in part.facts
        if fact.is_changed
    }
    assert changed == {
        "Title": ((now.title,), ("Fibre to 900 schools",)),
        "Depends on": (("A licence.",), ()),
        "Who benefits": ((), ("Pupils.",)),
    }


def test_words_of_the_lead_keep_their_direction_and_those_of_the_portal_have_the_readers():
    person = a_lead()
    commitment = in_status(person, "information_requested")
    pillar = Pillar.objects.get(name_en="Infrastructure")
    Pillar.objects.filter(pk=pillar.pk).update(name_ar="")
    Commitment.objects.update(pillar=pillar)

    page = signed_in_as(person).get(page_of(commitment, "answer/", language="ar")).text

    assert '<span class="typed moment" lang="en" dir="auto">Schools connected</span>' in page
    assert '<span class="typed moment" lang="en" dir="auto">Infrastructure</span>' in page
    assert '<span class="typed moment" dir="auto">Schools for Everyone</span>' in page
    assert '<span class="typed moment">31,000,000 USD، ' in page
    assert '<span class="typed moment">1,200 schools بحلول ' in page
