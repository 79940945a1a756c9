"""Versions of a commitment in words, and what each one changed."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from commitments.services.content import (
    Content,
    PartnerContent,
    PlaceContent,
    TargetContent,
    as_json,
)
from commitments.services.content_in_words import compared, content_in_words
from commitments.services.versions import Line, changes_between, versions_shown
from tests.commitments.register import published
from tests.commitments.test_similar import SCHOOLS
from tests.commitments.writing import a_content
from tests.factories import CommitmentVersionFactory, MemberFactory, PartnerFactory

NBSP = "\N{NO-BREAK SPACE}"


def shown(commitment, *contents):
    for number, content in enumerate(contents, start=1):
        CommitmentVersionFactory(
            commitment=commitment,
            number=number,
            content=as_json(content),
            reason="Why." if number > 1 else "",
        )
    return versions_shown(commitment.versions.all())


def told(change):
    marks = {"same": "{}", "gone": "[-{}-]", "new": "[+{}+]"}
    return change.label, "".join(marks[each.what].format(each.words) for each in change.segments)


def test_version_is_told_in_words_without_what_is_not_stated():
    member = MemberFactory(organisation_name="Smart Africa")
    [partner], [amount] = a_content().partners, a_content().amounts
    content = a_content(
        starts=None,
        language="fr",
        sdgs=(4, 9),
        topics=("schools",),
        targets=(
            replace(SCHOOLS, baseline=Decimal(10)),
            TargetContent(indicator="Law", is_yes_no=True, by=date(2027, 6, 1)),
        ),
        places=(PlaceContent(country="MW", share=Decimal("60.00")), PlaceContent(region="AFR")),
        amounts=(
            replace(
                amount, contributor=member.pk, instrument="grant", decided_on=date(2024, 10, 9)
            ),
        ),
        partners=(replace(partner, name="Old name", member=member.pk),),
    )

    [version] = shown(published(), content)

    assert [(line.label, line.text) for line in version.lines] == [
        ("Title", content.title),
        ("Commitment", content.statement),
        ("Language of the texts", "French"),
        ("Target", "Schools: from 10 to 1,000 schools by 31 Dec 2026"),
        ("Target", "Law, yes or no, by 1 Jun 2027"),
        ("Ends", "31 Dec 2028"),
        ("Where", "Malawi (60 %), Africa"),
        ("Amount", f"Grant, Smart Africa, USD{NBSP}31,000,000, Firm, 9 Oct 2024"),
        ("With", "Smart Africa (Carries it out)"),
        ("Focus area", "Connecting People Everywhere"),
        ("Type", "Financial"),
        ("New?", "New"),
        ("Sustainable Development Goals", "4, 9"),
        ("Topics", "Schools"),
    ]
    assert {line.language for line in version.lines} == {"", "fr"}
    assert version.changes == ()


def test_version_says_what_it_changed_and_newest_comes_first():
    first = Content(
        statement="1,000 schools in Malawi.",
        language="en",
        targets=(SCHOOLS,),
        ends=date(2026, 12, 31),
    )
    second = replace(
        first,
        statement="1,200 schools in Malawi.",
        targets=(replace(SCHOOLS, value=Decimal(1200)),),
        conditions="A licence.",
    )

    newest, oldest = shown(published(), first, second)

    assert [told(change) for change in newest.changes] == [
        ("Commitment", "[-1,000-][+1,200+] schools in Malawi."),
        ("Target", "Schools: [-1,000-][+1,200+] schools by 31 Dec 2026"),
        ("Depends on", "[+A licence.+]"),
    ]
    assert (newest.number, newest.reason, oldest.number, oldest.changes) == (2, "Why.", 1, ())


def test_added_and_removed_facts_with_the_same_label_are_told_apart():
    before = [Line("Target", "one"), Line("Target", "two")]
    after = [Line("Target", "two"), Line("Target", "three"), Line("Target", "four")]

    changes = changes_between(before, after)

    assert [told(change) for change in changes] == [
        ("Target", "[-one-][+three+]"),
        ("Target", "[+four+]"),
    ]


def test_partner_that_declined_is_in_no_version():
    commitment = published()
    kept, gone = PartnerContent(name="Kept"), PartnerContent(name="Gone")
    PartnerFactory(commitment=commitment, key=gone.key, has_declined=True, is_current=False)

    [version] = shown(commitment, Content(partners=(kept, gone)))

    assert [line.text for line in version.lines] == ["Kept"]


def test_commitment_without_versions_has_none():
    assert versions_shown([]) == []


def test_lead_is_shown_only_what_differs_with_what_was_there_before():
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
