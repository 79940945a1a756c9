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
from commitments.services.content_in_words import (
    Fact,
    Reader,
    compared,
    content_in_words,
    differences,
    facts_of,
    versions_shown,
)
from commitments.services.contributors import write_words
from commitments.services.fields import GOALS
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

    commitment = published()
    given = PartnerFactory(commitment=commitment, member=member, has_confirmed=True)
    write_words(given, content.amounts)

    [version] = shown(commitment, content)

    assert [(fact.label, *fact.value) for fact in version.facts] == [
        ("Type", "Financial"),
        ("Title", content.title),
        ("Statement", content.statement),
        ("Language of the texts", "French"),
        ("Focus area", "Connecting People Everywhere"),
        ("New or not", "New"),
        ("Target 1", "Schools", "1,000 schools by 31 Dec 2026", "at the start: 10 schools"),
        ("Target 2", "Law", "reached by 1 Jun 2027"),
        ("Ends", "31 Dec 2028"),
        ("Where", "Malawi (60 %)", "Africa (ITU region)"),
        ("Partner 1", "Smart Africa", "Carries it out", "Member of the coalition"),
        (
            "Amount 1",
            f"USD{NBSP}31,000,000 · Firm",
            "Grant",
            "from Smart Africa",
            "decided on 9 Oct 2024",
        ),
        ("Topics", "Schools"),
        ("Sustainable Development Goals", "4. Quality education", f"9. {GOALS[9]}"),
    ]
    assert {fact.language for fact in version.facts if fact.typed} == {"", "fr"}
    assert version.changes == []


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
        ("Statement", "[-1,000-][+1,200+] schools in Malawi."),
        ("Target 1", "Schools · [-1,000-][+1,200+] schools by 31 Dec 2026"),
        ("Depends on", "[+A licence.+]"),
    ]
    assert (newest.number, newest.reason, oldest.number, oldest.changes) == (2, "Why.", 1, [])


def test_facts_are_compared_by_their_key_and_gone_ones_come_last():
    before = [Fact("a", "Target 1", typed="one"), Fact("b", "Target 2", typed="two")]
    after = [
        Fact("b", "Target 1", typed="two"),
        Fact("c", "Target 2", typed="three"),
        Fact("d", "Target 3", typed="four"),
    ]

    assert [told(change) for change in differences(before, after)] == [
        ("Target 2", "[+three+]"),
        ("Target 3", "[+four+]"),
        ("Target 1", "[-one-]"),
    ]


def test_partner_that_declined_is_in_no_version():
    commitment = published()
    kept, gone = PartnerContent(name="Kept"), PartnerContent(name="Gone")
    PartnerFactory(commitment=commitment, key=gone.key, has_declined=True, is_current=False)

    [version] = shown(commitment, Content(partners=(kept, gone)))

    assert [fact.value for fact in version.facts] == [("Kept",)]


def test_address_of_a_partner_is_read_by_the_lead_alone():
    content = Content(partners=(PartnerContent(name="Telecel", contact_email="t@example.org"),))

    values = {reader: facts_of(content, reader=reader)[0].value for reader in Reader}

    assert values.pop(Reader.LEAD) == ("Telecel", "t@example.org")
    assert set(values.values()) == {("Telecel",)}


def test_version_with_a_pillar_that_was_deleted_is_shown_without_it():
    [version] = shown(published(), Content(title="Fibre to 12 schools", pillar=10**6))

    assert [fact.value for fact in version.facts] == [("Fibre to 12 schools",)]


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
