import pytest

from core.conflicts import Refused
from outbox.services.marker_faults import check_markers, marker_faults, markers_in, missing_markers
from outbox.services.rendering import MARKERS, PRIVATE_CODE, PRIVATE_PAGE, private_link_marker

STANDARD = f"Your page:\n\n{PRIVATE_PAGE}"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Your page: [[private-page]].", ["[[private-page]]"]),
        ("[Open it]([[private-page]])", ["[[private-page]]"]),
        ("<[[private-page]]>", ["[[private-page]]"]),
        ("[[private-page]](yours alone)", ["[[private-page]]"]),
        ("[[private-page]] [[private-page]]", ["[[private-page]]"] * 2),
        ("[private-page]]", ["[private-page]]"]),
        ("[[private-page]", ["[[private-page]"]),
        ("[private-page]", ["[private-page]"]),
        ("private-page]]", ["private-page]]"]),
        ("[[private-page", ["[[private-page"]),
        ("[[[private-page]]]", ["[[[private-page]]]"]),
        ("[[private page]]", ["[[private page]]"]),
        ("[private page]", ["[private page]"]),
        ("[[ private-page ]]", ["[[ private-page ]]"]),
        ("[[Private-Page]]", ["[[Private-Page]]"]),
        ("[[private-pages]]", ["[[private-pages]]"]),
        ("［［private-page］］", ["［［private-page］］"]),
        ("{private_page}", ["{private_page}"]),
        ("[[lien-privé]]", ["[[lien-privé]]"]),
        ("[Open it]([private-page])", ["[private-page]"]),
        # Typed by an organisation, and escaped.
        (r"\[\[private-page\]\]", []),
        ("[private page](https://p2c.example/)", []),
        ("[[1]](https://p2c.example/)", []),
        ("https://p2c.example/private-page", []),
        ("[1], and [see your private page]", []),
    ],
)
def test_markers_in_finds_what_was_meant_as_a_marker(text, found):
    assert markers_in(text) == found


def test_markers_in_finds_every_kind_of_marker():
    known = [*MARKERS.values()][:-1]
    every = [*known, private_link_marker(1), private_link_marker(12)]

    assert markers_in(" ".join(every)) == every
    assert marker_faults(subject="", body=" ".join(every), standard=" ".join(every)) == {}


def test_missing_markers_are_those_that_the_edited_text_lost():
    standard = f"{PRIVATE_PAGE} {PRIVATE_CODE}"

    assert missing_markers(f"{PRIVATE_CODE} [private-page]]", standard=standard) == [PRIVATE_PAGE]
    assert missing_markers(standard, standard=standard) == []


def of_no_link(marker):
    return (
        f"{marker} is not a private link of this email, and would be sent as it is. Write "
        f"{PRIVATE_PAGE}, or remove it."
    )


def not_replaced(marker):
    return (
        f"{marker} is not replaced by a private link here, and would be sent as it is. Remove it."
    )


@pytest.mark.parametrize(
    ("subject", "body", "standard", "faults"),
    [
        ("Your page", STANDARD, STANDARD, {}),
        # Left out on purpose.
        ("Your page", "Welcome.", STANDARD, {}),
        ("", "[private-page]]", STANDARD, {"body": [of_no_link("[private-page]]")]}),
        ("", f"{STANDARD} {PRIVATE_CODE}", STANDARD, {"body": [of_no_link(PRIVATE_CODE)]}),
        (
            "",
            f"{STANDARD} {PRIVATE_PAGE}",
            STANDARD,
            {"body": ["[[private-page]] is used more than once. Use it once."]},
        ),
        ("", f"{PRIVATE_PAGE} {PRIVATE_PAGE}", f"{PRIVATE_PAGE} {PRIVATE_PAGE}", {}),
        ("", PRIVATE_PAGE, "No link.", {"body": [not_replaced(PRIVATE_PAGE)]}),
        (PRIVATE_PAGE, STANDARD, STANDARD, {"subject": [not_replaced(PRIVATE_PAGE)]}),
        # What is faulty in the standard text stays a fault.
        ("", "[private-page]]", "[private-page]]", {"body": [not_replaced("[private-page]]")]}),
    ],
)
def test_marker_faults_names_each_fault_at_its_field(subject, body, standard, faults):
    assert marker_faults(subject=subject, body=body, standard=standard) == faults


def test_check_markers_refuses_a_letter_with_all_its_faults():
    with pytest.raises(Refused) as refused:
        check_markers(subject="[[a]]", body="[private-page]]", standard=STANDARD)

    assert str(refused.value).startswith("[[a]] is not replaced by a private link here")
    assert "[private-page]] is not a private link of this email" in str(refused.value)


@pytest.mark.timeout(20)
@pytest.mark.parametrize("repeated", ["[", "{", "private-page-", "[ "])
def test_markers_in_reads_a_long_text_of_what_begins_a_marker(repeated):
    text = repeated * (50_000 // len(repeated))

    assert [each for each in markers_in(text) if "[[private-page]]" in each] == []
