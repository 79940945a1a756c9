"""Rules for every field that a lead types in a commitment.

No field is named here, except those that accept only certain values. Two leads type something
else in every field. What the first one typed must be in each place, and so must a change of one
field to what the second one typed.
"""

import re
from dataclasses import fields, replace
from uuid import UUID

import pytest
from django import forms
from django.core import serializers
from django.urls import reverse

from commitments.forms import fields as typed_as
from commitments.forms.commitment import form_for
from commitments.forms.part_form import Situation
from commitments.forms.partners import NO_MEMBER
from commitments.forms.parts import FORMS
from commitments.forms.rows import KEY
from commitments.models import (
    Amount,
    Commitment,
    CommitmentStatus,
    CommitmentVersion,
    ContributorAnswer,
    Partner,
    Place,
    ProposedChange,
    Target,
)
from commitments.services.content import (
    AmountContent,
    Content,
    PartnerContent,
    PlaceContent,
    TargetContent,
    as_json,
    content_of,
    from_json,
    write_content,
)
from commitments.services.content_in_words import (
    Reader,
    compared,
    content_in_words,
    differences,
    facts_of,
    names_in,
    versions_shown,
)
from commitments.services.fields import FIELDS
from commitments.services.open_data.files import commitment_as_json
from focus_areas.models import FocusArea
from members.services.decisions import withdraw
from privacy.services.erasure import erase_person
from tests.commitments.pages import page_of
from tests.commitments.writing import a_lead, own
from tests.factories import (
    NOON,
    CommitmentFactory,
    CommitmentVersionFactory,
    FrameworkDraftFactory,
    MemberFactory,
    PillarFactory,
    ProposedChangeFactory,
    WordingFactory,
)
from tests.hostile.pages import Page
from tests.participation.people import signed_in_as
from tests.triage.staff import desk_manager, officer, signed_in

ROWS = 2
PERSON = "Wanjiku Kamau"
# The keys of the actions that the two leads serve.
ACTIONS = (str(UUID(int=71)), str(UUID(int=72)))
# For each row, what the first and the second lead type into a field that accepts no other text.
FITTING = {
    "type": [("policy", "financial")],
    # Not English, so that the English is asked.
    "language": [("fr", "ur")],
    "starts": [("2027-01-01", "2027-02-02")],
    "ends": [("2029-01-01", "2029-02-02")],
    "by": [("2028-05-05", "2028-06-06")] * ROWS,
    # Between the numbers at the start, of 2027 and 2028, and the targets.
    "value": [("40", "80")] * ROWS,
    "milestones": [("2027-06-01: 20\n2028-01-01: 30", "2028-04-01: 50\n2028-05-01: 60")] * ROWS,
    # Only of a policy, a target can be reached or not. It has no number then.
    "is_yes_no": [("", ""), ("on", "")],
    "place": [("Malawi", "Zambia"), ("Africa", "Arab States")],
    "original": [("1000", "2000")] * ROWS,
    "portions": [("2027: 400\n2028: 600", "2028: 1500\n2029: 500")] * ROWS,
    "currency": [("USD", "EUR")] * ROWS,
    # Each is of the focus area that this lead chooses.
    "actions": [ACTIONS],
    # The first partner is one of two members with similar names. Each gives an amount.
    "name": [("Fund", "Fund"), (f"0 name {PERSON}", "1 name")],
    "contributor": [("Fund of One", "Fund of Two"), (f"0 name {PERSON}", "1 name")],
    "contact_email": [("", ""), ("wanjiku@example.org", "two@example.org")],
}
PARTS = {
    "targets": TargetContent,
    "places": PlaceContent,
    "amounts": AmountContent,
    "partners": PartnerContent,
}
# The keys of rows, the consent, which is given on another page, and what staff decide.
NOT_TYPED = {"key", "publication_consent", "not_counted"}
# A target has a number, or it is reached or not.
NUMBERS = {f"targets.{name}" for name in ("unit", "value", "baseline", "baseline_on", "milestones")}
# What cannot change alone.
DEPENDENT = {
    "targets.is_yes_no": [leaf.partition(".")[2] for leaf in sorted(NUMBERS)],
    "partners.member": ["name"],
}
# What the page of a part sends with the fields.
PAGE_FIELDS = {"draft_version", "page", "typed_in"}
# Only the lead reads it.
PRIVATE = {"partners.contact_email"}
LEAVES = [
    *(each.name for each in fields(Content) if each.name not in {*PARTS, *NOT_TYPED}),
    *(
        f"{part}.{each.name}"
        for part, row in PARTS.items()
        for each in fields(row)
        if each.name not in NOT_TYPED
    ),
]

# Columns that no lead states: keys, and what the desk, partners, reports and rates add.
NOT_STATED = {
    Commitment: {
        *("id", "reference", "lead", "status", "version", "submission_key", "typed"),
        *("created_at", "saved_at", "submitted_at", "assignee", "decided_by", "decided_at"),
        *("announce_at", "announced_at_event", "published_at", "ended_at", "reason"),
        *("superseded_by", "present_condition", "condition", "next_report_on", "english_by"),
        *("last_report_at", "promised_usd", "search_text"),
    },
    Target: {"id", "commitment", "position", "is_current", "indicator_code"},
    Place: {"id", "commitment", "is_ldc", "is_lldc", "is_sids"},
    Amount: {
        *("id", "commitment", "position", "is_current", "contributor_answer", "usd", "rate"),
        *("rate_month", "rate_source", "counting_by", "counted_in", "report"),
    },
    Partner: {
        *("id", "commitment", "position", "is_current", "answer", "declined_before"),
        *("invited_at", "answered_at", "answered_by_name", "link_secret"),
        *("asked_again_at", "asked_sums"),
    },
}


@pytest.fixture
def lead():
    return a_lead(email="wanjiku@example.org")


@pytest.fixture
def both(lead):
    """What the first and the second lead state, and what they type."""
    funds = [
        MemberFactory(
            status="admitted",
            publication_consent=True,
            organisation_name=name,
            search_text=name.lower(),
        )
        for name in ("Fund of One", "Fund of Two")
    ]
    PillarFactory(), PillarFactory()
    areas = FocusArea.objects.order_by("number")
    for key, area in zip(ACTIONS, (areas[0], areas[3]), strict=True):
        draft = FrameworkDraftFactory(framework__focus_area=area, status="adopted")
        WordingFactory(draft=draft, paragraph__key=key)
    typed = [typed_by(number, lead, funds) for number in (0, 1)]
    return [stated(lead, each) for each in typed], typed


def typed_by(number, lead, funds):
    """What the first lead (0) or the second one (1) types in each part of the form."""
    found = {}
    for part, form in FORMS.items():
        bound = form({}, language="en", situation=Situation(lead=lead.member))
        found[part] = {name: _typed(name, field, number) for name, field in bound.fields.items()}
        if form.row_class is None:
            continue
        for row in range(ROWS):
            found[part] |= {
                f"{form.row_class.kind}-{row}-{name}": [str(UUID(int=row + 1))]
                if name == KEY
                else [(str(funds[number].pk), NO_MEMBER)[row]]
                if name == "member"
                else _typed(name, field, number, row)
                for name, field in form.row_class.base_fields.items()
            }
    return found


def _typed(name, field, number, row=0):
    if name in FITTING:
        return [FITTING[name][row][number]]
    if isinstance(field, typed_as.DayField):
        return [f"202{7 + number}-03-0{1 + row}"]
    if isinstance(field, typed_as.NumberField):
        return [str(11 * (number + 1) + row)]
    if isinstance(field, forms.BooleanField):
        return [["on", ""][number]]
    if isinstance(field, forms.MultipleChoiceField):
        return [[str(field.choices[n][0]) for n in each] for each in ((1, 2), (0, 1))][number]
    if isinstance(field, forms.ChoiceField):
        return [[*_offered(field.choices)][[0, -1][number]]]
    return [f"{number} {name} {row} {PERSON}"]


def _offered(choices):
    for value, label in choices:
        if isinstance(label, list):
            yield from (str(each) for each, _label in label)
        elif value:
            yield str(value)


def stated(lead, typed):
    """What a form states in which this was typed."""
    form = form_for(draft(lead, typed))
    assert form.errors == {}
    return form.content()


def draft(lead, typed=None):
    parts = {
        part: {"fields": each, "language": "en", "version": 1, "page": "one"}
        for part, each in (typed or {}).items()
    }
    return CommitmentFactory(
        lead=lead.member,
        status=CommitmentStatus.DRAFT,
        typed={"version": 1, "parts": parts} if typed else {},
    )


def in_status(lead, status, content):
    commitment = CommitmentFactory(lead=lead.member, status=status)
    return rewritten(commitment, content)


def rewritten(commitment, content):
    write_content(commitment, content, at=NOON)
    commitment.save()
    return own(commitment)


def value_in(content, leaf):
    part, _dot, name = leaf.rpartition(".")
    rows = getattr(content, part) if part else [content]
    return [getattr(row, name) for row in rows]


def changed(content, other, leaf):
    """A content with one fact of another one, and with what depends on it, in all rows."""
    part, _dot, name = leaf.rpartition(".")
    if not part:
        return replace(content, **{name: getattr(other, name)})
    rows = zip(getattr(content, part), getattr(other, part), strict=True)
    return replace(content, **{part: tuple(_changed(row, its, leaf) for row, its in rows)})


def _changed(row, other, leaf):
    names = [leaf.partition(".")[2], *DEPENDENT.get(leaf, ())]
    if leaf in NUMBERS and row.is_yes_no:
        return row
    return replace(row, **{name: getattr(other, name) for name in names})


def lost(content, other, is_found, *, but=()):
    """The facts whose change is not found."""
    return [
        leaf
        for leaf in LEAVES
        if leaf not in but and not is_found(changed(content, other, leaf), leaf)
    ]


@pytest.mark.parametrize(
    ("model", "content"),
    [(Commitment, Content), *zip((Target, Place, Amount, Partner), PARTS.values(), strict=True)],
)
def test_every_column_is_stated_or_known_as_not_stated(model, content):
    columns = {column.name for column in model._meta.concrete_fields}

    assert columns - NOT_STATED[model] == {each.name for each in fields(content)} - {*PARTS}
    assert NOT_STATED[model] <= columns


def test_every_field_of_the_content_is_declared():
    stated = [each.name for each in fields(Content) if each.name not in {*PARTS, *NOT_TYPED}]

    assert sorted(each.name for each in FIELDS) == sorted(stated)


def test_every_fact_is_typed_in_the_form(both):
    (first, second), _typed = both

    assert [leaf for leaf in LEAVES if value_in(first, leaf) == value_in(second, leaf)] == []


def test_every_field_of_the_form_changes_what_is_stated(both, lead):
    (first, _second), (typed, other) = both
    used = set()
    for part, each in typed.items():
        for name, values in other[part].items():
            form = form_for(draft(lead, {**typed, part: {**each, name: values}}))
            used |= {without_number(name)} if form.content() != first else set()

    assert {without_number(name) for each in typed.values() for name in each} - used == {
        f"{kind}--{KEY}" for kind in ("target", "place", "amount", "partner")
    }


def without_number(name):
    return re.sub(r"\d+", "", name)


def test_every_fact_is_stored_in_rows_and_in_versions(both, lead):
    (first, second), _typed = both
    commitment = in_status(lead, CommitmentStatus.PUBLISHED, first)

    def is_stored(content, _leaf):
        return in_order(content_of(rewritten(commitment, content))) == in_order(content)

    assert lost(first, second, is_stored) == []
    assert from_json(as_json(first, has_contacts=True)) == first
    public = from_json(as_json(first))
    assert [leaf for leaf in LEAVES if value_in(public, leaf) != value_in(first, leaf)] == [
        *PRIVATE
    ]


def in_order(content):
    """A content with its places in one order: that of the rows is not stated."""
    return replace(content, places=tuple(sorted(content.places, key=repr)))


def fields_on(client, address):
    """The fields of the form on a page, as a browser would send them."""
    found = Page(client.get(address)).fields_of(address)
    return {name: [value.decode() for value in values] for name, values in found.items()}


def test_correction_is_filled_in_with_every_fact_and_sent_as_it_is_changes_nothing(both, lead):
    (first, _second), (typed, _other) = both
    client = signed_in_as(lead)
    commitment = in_status(lead, CommitmentStatus.INFORMATION_REQUESTED, first)

    for part, each in typed.items():
        address = page_of(commitment, f"edit/{part}/")
        shown = fields_on(client, address)
        assert {name for name in each if name not in shown and not is_settled(name)} == set()
        # All but the buttons.
        client.post(address, {name: shown[name] for name in shown if name in {*each, *PAGE_FIELDS}})

    corrected = form_for(own(commitment))
    assert set(own(commitment).typed["parts"]) == set(typed)
    assert [
        leaf for leaf in LEAVES if value_in(corrected.content(), leaf) != value_in(first, leaf)
    ] == []


def is_settled(name):
    """Whether the name of a partner says by itself which member it is, so that nobody is asked."""
    return name.startswith("partner-") and name.endswith("-member")


def test_draft_keeps_every_field_while_it_is_typed(both, lead):
    (_first, second), (_typed, typed) = both
    client = signed_in_as(lead)
    commitment = draft(lead)

    for part, each in typed.items():
        address = page_of(commitment, f"edit/{part}/")
        kept = client.post(address, {**each, "keep": "1", "page": "one", "typed_in": "en"})
        assert kept.status_code == 200
        shown = fields_on(client, address)
        changed_or_lost = {
            name: (values, shown.get(name))
            for name, values in each.items()
            if any(values) and sorted(shown.get(name, [])) != sorted(values)
            if not is_settled(name)
        }
        assert changed_or_lost == {}

    assert form_for(own(commitment)).content() == second


def confirmed(commitment):
    """Let everybody read the amounts of others, as those that were published before version 1.1."""
    commitment.amounts.update(contributor_answer=ContributorAnswer.NOT_ASKED)
    return commitment


def test_every_change_is_compared_for_the_lead_the_desk_and_the_public(both, lead):
    (first, second), _typed = both
    names = names_in([first, second])

    def is_compared_for_the_lead(content, _leaf):
        parts = compared(content_in_words(first), content_in_words(content))
        return any(fact.is_changed for part in parts for fact in part.facts)

    def is_compared_at_the_desk(content, _leaf):
        facts = [facts_of(each, names, reader=Reader.STAFF) for each in (first, content)]
        return differences(*facts) != []

    commitment = in_status(lead, CommitmentStatus.PUBLISHED, first)

    def is_compared_in_public(content, _leaf):
        confirmed(rewritten(commitment, content))
        versions = [
            CommitmentVersion(
                commitment=commitment, number=number, content=as_json(each), published_at=NOON
            )
            for number, each in enumerate((first, content), start=1)
        ]
        return bool(versions_shown(versions)[0].changes)

    assert lost(first, second, is_compared_for_the_lead) == []
    assert lost(first, second, is_compared_at_the_desk, but=PRIVATE) == []
    assert lost(first, second, is_compared_in_public, but=PRIVATE) == []


def what_is_shown(client, address):
    """A page without what changes by itself: tokens and times."""
    html = client.get(address).content.decode()
    main = html[html.index("<main") : html.index("</main>")]
    return re.sub(r'csrfmiddlewaretoken" value="\w+"|\d\d:\d\d', "", main)


@pytest.mark.parametrize("page", ["lead", "desk", "public"])
def test_every_fact_is_shown(both, lead, page):
    (first, second), _typed = both
    commitment = in_status(lead, CommitmentStatus.PUBLISHED, first)
    client, address = {
        "lead": lambda: (signed_in_as(lead), page_of(commitment)),
        "desk": lambda: (
            signed_in(officer()),
            reverse("admin:commitments_commitment_change", args=[commitment.pk]),
        ),
        "public": lambda: (signed_in_as(lead), f"/en/commitments/{commitment.reference}/"),
    }[page]()
    confirmed(commitment)
    before = what_is_shown(client, address)

    def is_shown(content, _leaf):
        confirmed(rewritten(commitment, content))
        return what_is_shown(client, address) != before

    assert lost(first, second, is_shown, but=() if page == "lead" else PRIVATE) == []


def test_every_fact_is_exported(both, lead):
    (first, second), _typed = both
    commitment = in_status(lead, CommitmentStatus.PUBLISHED, first)
    before = commitment_as_json(confirmed(commitment))

    def is_exported(content, _leaf):
        return commitment_as_json(confirmed(rewritten(commitment, content))) != before

    assert lost(first, second, is_exported, but=PRIVATE) == []


def test_erasure_of_a_person_takes_their_name_out_of_every_text(both, lead):
    (first, _second), (typed, _other) = both
    commitment = in_status(lead, CommitmentStatus.PUBLISHED, first)
    CommitmentVersionFactory(commitment=commitment, content=as_json(first))
    ProposedChangeFactory(commitment=commitment, content=as_json(first, has_contacts=True))
    draft(lead, typed)
    models = (Commitment, Target, Amount, Partner, CommitmentVersion, ProposedChange)
    texts = rows_of(models)
    assert texts.count(PERSON) > 50
    withdraw(member=lead.member, by=officer(), at=NOON)

    erase_person(address="wanjiku@example.org", by=desk_manager(), at=NOON)

    assert [line for line in rows_of(models).splitlines() if PERSON in line] == []
    assert "wanjiku@example.org" not in rows_of(models)


def rows_of(models):
    return "\n".join(
        serializers.serialize("json", model.objects.all(), indent=1, ensure_ascii=False)
        for model in models
    )
