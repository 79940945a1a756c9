"""Recognising organisations and people by their names and domains."""

import csv
from itertools import combinations, product
from pathlib import Path

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from eoi.forms.email_typos import PROVIDERS
from triage.duplicates.services.domains import email_domain, registrable_domain, website_domain
from triage.duplicates.services.name_matching import (
    acronyms,
    blocking_keys,
    full_names,
    is_similar,
    joined,
    joined_sorted,
    person_key,
)

ORGANISATIONS = Path(settings.BASE_DIR) / "members" / "data" / "organisations.csv"

# Real names in different spellings, by country.
THE_SAME = [
    ("CM", "Ministère des Télécommunications", "Ministere des Telecommunications"),
    ("CM", "Ministry of Communications", "Ministère des Communications"),
    ("RU", "МТС", "MTS"),
    ("RU", "Яндекс", "Yandex"),
    ("RU", "Министерство связи", "Ministerstvo svyazi"),
    ("RU", "ПАО «Ростелеком»", "Rostelecom"),
    ("KZ", "Казахтелеком", "Kazakhtelecom JSC"),
    ("KZ", "Казахтелеком", "Kazakh Telecom"),
    ("CH", "Université de Genève (UNIGE)", "UNIGE"),
    ("CH", "Swisscom AG", "SWISSCOM"),
    ("KR", "Korea Telecom Co., Ltd.", "KT — Korea Telecom"),
    ("KR", "KT — Korea Telecom", "KT"),
    ("CN", "华为技术有限公司", "华为技术"),
    ("JP", "株式会社NTTドコモ", "NTTドコモ"),
    ("EG", "أكاديمية البحث العلمي", "اكاديمية البحث العلمي"),
    ("ES", "Telefónica, S.A.", "Telefonica"),
    ("LU", "SES S.A.", "SES"),
    ("GH", "Ministry of Communications of Ghana", "Ministry of Communications"),
    ("GH", "Bank of Ghana", "Ghana Bank Ltd"),
    ("FJ", "Telecom Fiji Limited", "Fiji Telecom"),
    ("ZA", "The University of Cape Town", "Cape Town, University of"),
    ("RW", "Rwanda Utilities Regulatory Authority", "Rwanda Utilities Regulatory Authorities"),
    ("BJ", "Université d’Abomey-Calavi", "Université d’Abomey-Kalavy"),
    ("US", "Internet Society (ISOC)", "Internet Society"),
    ("NR", "Nauru Telecom Authority", "Naoero Telecom Authority"),
]
ALIKE = [
    ("NG", "Univeristy of Lagos", "University of Lagos"),
    ("BJ", "Université d’Abomey-Calavi", "Université d’Abomey-Calawai"),
    ("PH", "Department of Information Technology", "Departement of Infromation Technology"),
]
DIFFERENT = [
    # Even if they were in one country.
    ("GH", "University of Ghana", "University of Guyana"),
    ("CH", "World Health Organization", "World Meteorological Organization"),
    ("NG", "University of Lagos", "University of Ilorin"),
    ("AR", "Universidad Nacional de La Plata", "Universidad Nacional de La Pampa"),
    ("CO", "Universidad de Colombia", "Universidad Católica de Colombia"),
    ("CD", "Université de Kinshasa", "Université Pédagogique de Kinshasa"),
    ("US", "Eastern University", "Western University"),
    ("GB", "Vodafone (UK)", "BT (UK)"),
    ("LB", "Lebanese University (Beirut)", "Arab University (Beirut)"),
    ("CN", "湖南信息技术学院", "湖北信息技术学院"),
    ("CN", "北京大学", "北京邮电大学"),
    ("GH", "Ministry of Communications", "Ministry of Health"),
    ("GH", "Ministry of Communications", "Ministry of Communications and Digital Health Services"),
    ("FR", "Lycée 12", "Lycée 13"),
    ("CH", "GSMA", "GSM"),
]


def keys(name, country):
    words = full_names(name, country)
    return {*acronyms(name, ""), *map(joined, words), *map(joined_sorted, words)}


def are_the_same(country, one, other):
    return bool(keys(one, country) & keys(other, country))


def are_similar(country, one, other):
    names, others = full_names(one, country), full_names(other, country)
    share_a_beginning = {b for name in names for b in blocking_keys(name)} & {
        b for name in others for b in blocking_keys(name)
    }
    return bool(share_a_beginning) and any(is_similar(*pair) for pair in product(names, others))


@pytest.mark.parametrize(
    ("country", "one", "other", "found"),
    [
        *((*names, "the same") for names in THE_SAME),
        *((*names, "alike") for names in ALIKE),
        *((*names, "neither") for names in DIFFERENT),
    ],
)
def test_names_are_the_same_in_any_script_and_alike_where_words_are_mistyped(
    country, one, other, found
):
    is_same = are_the_same(country, one, other)

    assert is_same == (found == "the same")
    if not is_same:
        assert are_similar(country, one, other) == (found == "alike")


def test_no_two_of_300_real_organisations_are_taken_for_one():
    with ORGANISATIONS.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    known = [(row["name"], full_names(row["name"], "XX"), keys(row["name"], "XX")) for row in rows]

    taken_for_one = [
        (one, other)
        for (one, names, its_keys), (other, others, other_keys) in combinations(known, 2)
        if its_keys & other_keys or any(is_similar(*pair) for pair in product(names, others))
    ]

    assert len(known) == 300
    assert taken_for_one == []


def test_acronyms_are_what_is_given_and_what_stands_in_the_name():
    found = acronyms("Université de Hanoï (USTH, Vietnam-France University)", "U.S.T.H. ")

    assert found == ["usth"]
    assert acronyms("Lebanese University (Beirut)", "") == []
    assert acronyms("Vodafone (UK)", "") == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("Aïcha", "Hounkpè"), ("HOUNKPE", "Aicha")),
        (("Анна", "Соколова"), ("Anna", "Sokolova")),
        (("María José", "Muñoz"), ("Maria", "José Munoz")),
    ],
)
def test_name_of_person_is_one_in_any_script_and_order(one, other):
    assert person_key(*one) == person_key(*other) != ""


@pytest.mark.parametrize("name", [("", "Sukarno"), ("", "Anna Sokolova"), ("Anna", "")])
def test_name_of_person_is_none_where_it_is_too_little_to_tell(name):
    assert person_key(*name) == ""


@given(st.text(max_size=200), st.text(max_size=200))
def test_any_names_can_be_compared_either_way(one, other):
    names, others = full_names(one, "CH"), full_names(other, "CH")

    for pair in product(names, others):
        assert is_similar(*pair) == is_similar(*reversed(pair))
    assert all(is_similar(name, name) for name in names)
    assert keys(one, "CH") == keys(one, "CH")
    assert isinstance(person_key(one, other), str)


@pytest.mark.parametrize(
    ("host", "domain"),
    [
        ("itu.int", "itu.int"),
        ("www.itu.int", "itu.int"),
        ("WWW.ITU.INT.", "itu.int"),
        ("academy.itu.int", "itu.int"),
        # One ministry, whatever precedes the domain.
        ("www.mic.gov.xx", "mic.gov.xx"),
        ("mail.mic.gov.xx", "mic.gov.xx"),
        ("intranet.mail.mic.gov.xx", "mic.gov.xx"),
        ("telecom.gouv.fr", "telecom.gouv.fr"),
        ("www.mtc.gob.pe", "mtc.gob.pe"),
        ("kominfo.go.id", "kominfo.go.id"),
        ("cs.ox.ac.uk", "ox.ac.uk"),
        # A state or province with many organisations below it.
        ("saude.sp.gov.br", "saude.sp.gov.br"),
        ("dot.ca.gov", "dot.ca.gov"),
        ("fcc.gov", "fcc.gov"),
        # Domains with names of many organisations below them.
        ("www.bakom.admin.ch", "bakom.admin.ch"),
        ("enisa.europa.eu", "enisa.europa.eu"),
        ("desa.un.org", "desa.un.org"),
        ("ministry.wordpress.com", "ministry.wordpress.com"),
        ("mail.министерство.рф", "xn--b1afiashkohcid.xn--p1ai"),
        # Anybody may have a name there.
        ("gov.xx", ""),
        ("www.gov.uk", ""),
        ("gouv.fr", ""),
        ("co.uk", ""),
        ("admin.ch", ""),
        ("un.org", ""),
        ("gmail.com", ""),
        ("www.facebook.com", ""),
        ("sites.google.com", ""),
        ("localhost", ""),
        ("10.0.0.1", ""),
        ("a..b", ""),
        ("", ""),
    ],
)
def test_domain_is_what_one_organisation_registers_or_none_where_anybody_may(host, domain):
    assert registrable_domain(host) == domain


def test_domain_of_public_mail_is_nobodys():
    assert {email_domain(f"ministry@{provider}") for provider in PROVIDERS} == {""}


def test_domain_of_a_website_and_of_an_email_is_the_same():
    assert website_domain("https://www.mic.gov.xx:8443/en?page=1") == "mic.gov.xx"
    assert email_domain("Ada.Lovelace@Mail.MIC.gov.xx") == "mic.gov.xx"
    assert website_domain("") == ""


@given(st.text())
def test_domain_of_anything_is_a_text(typed):
    assert isinstance(website_domain(f"https://{typed}"), str)
    assert isinstance(website_domain(typed), str)
    assert isinstance(email_domain(typed), str)
