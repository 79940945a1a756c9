import pytest

from framework.models import Amendment, Wording
from tests.commitments.open_data.reading import json_rows_of, rows_of

pytestmark = pytest.mark.usefixtures("hard_cases")


def test_adopted_text_has_numbers_keys_and_each_language_in_which_it_is_written(settings):
    heading, action = rows_of("/data/framework_paragraphs.csv")

    wording = Wording.objects.get(text_en__startswith="=Connect")
    area = wording.draft.framework.focus_area
    assert action == {
        "paragraph": str(wording.paragraph.key),
        "focus_area": "1",
        "draft": "1",
        "position": "2",
        "number": "1.1",
        "kind": "action",
        "pillar": "Access",
        "text_en": "=Connect *every* school;\n\n- with fibre",
        "text_fr": "",
        "text_es": "",
        "text_ru": "",
        "text_zh_hans": "连接每所学校",
        "text_ar": "",
        "adopted_at": "2021-10-18T12:00:00Z",
        "page": f"{settings.SITE_URL}/en/focus-areas/{area.slug}/framework/",
    }
    assert (heading["number"], heading["kind"]) == ("", "heading")
    assert (heading["text_en"], heading["text_ar"]) == ("Why we act", "لماذا نعمل")


def test_amendment_has_its_answer_and_names_a_member_only_if_it_is_listed():
    change, added = json_rows_of("/data/framework_amendments.json")

    stored = Amendment.objects.get(pk=change["amendment"])
    key = str(stored.paragraph.key)
    assert change == {
        "amendment": stored.pk,
        "focus_area": 1,
        "draft": 0,
        "paragraph": key,
        "number": "1.1",
        "kind": "change",
        "added_kind": None,
        "text": "+ every school",
        "reason": "=1+1; it is “cheap”",
        "language": "en",
        "member": stored.member.slug,
        "supporters": 1,
        "sent_at": "2021-10-24T12:00:00Z",
        "answer": "taken",
        "answer_reason": None,
        "shown_in": key,
        "merged_with": None,
    }
    assert {name: added[name] for name in ("paragraph", "number", "member", "supporters")} == {
        "paragraph": None,
        "number": None,
        "member": None,
        "supporters": 0,
    }
    assert (added["answer"], added["answer_reason"]) == ("merged", "The same.")
    assert added["merged_with"] == stored.pk
