import pytest
from hypothesis import given
from hypothesis import strategies as st

from members.forms.mail_domains import PROVIDERS
from triage.duplicates.services.domains import domain_of, domain_of_email, domain_of_website


@pytest.mark.parametrize(
    ("host", "domain"),
    [
        ("itu.int", "itu.int"),
        ("www.itu.int", "itu.int"),
        ("WWW.ITU.INT.", "itu.int"),
        ("academy.itu.int", "itu.int"),
        # One ministry, whatever stands before it.
        ("www.mic.gov.xx", "mic.gov.xx"),
        ("mail.mic.gov.xx", "mic.gov.xx"),
        ("intranet.mail.mic.gov.xx", "mic.gov.xx"),
        ("telecom.gouv.fr", "telecom.gouv.fr"),
        ("www.mtc.gob.pe", "mtc.gob.pe"),
        ("kominfo.go.id", "kominfo.go.id"),
        ("cs.ox.ac.uk", "ox.ac.uk"),
        # A state or a province below which there are many again.
        ("saude.sp.gov.br", "saude.sp.gov.br"),
        ("dot.ca.gov", "dot.ca.gov"),
        ("fcc.gov", "fcc.gov"),
        # What many have names below, whoever they are.
        ("www.bakom.admin.ch", "bakom.admin.ch"),
        ("enisa.europa.eu", "enisa.europa.eu"),
        ("desa.un.org", "desa.un.org"),
        ("ministry.wordpress.com", "ministry.wordpress.com"),
        ("mail.министерство.рф", "xn--b1afiashkohcid.xn--p1ai"),
    ],
)
def test_domain_is_what_one_organisation_registers(host, domain):
    assert domain_of(host) == domain


@pytest.mark.parametrize(
    "host",
    [
        "gov.xx",
        "www.gov.uk",
        "gouv.fr",
        "co.uk",
        "admin.ch",
        "un.org",
        "gmail.com",
        "www.facebook.com",
        "sites.google.com",
        "localhost",
        "10.0.0.1",
        "a..b",
        "",
    ],
)
def test_domain_is_nobodys_where_anybody_may_have_a_name_there(host):
    assert domain_of(host) == ""


def test_domain_of_two_agencies_under_one_suffix_is_not_the_same():
    assert domain_of("health.gov.xx") != domain_of("transport.gov.xx")


@pytest.mark.parametrize("provider", PROVIDERS)
def test_domain_of_public_mail_is_nobodys(provider):
    assert domain_of_email(f"ministry@{provider}") == ""


def test_domain_of_a_website_and_of_an_email_is_the_same():
    assert domain_of_website("https://www.mic.gov.xx:8443/en?page=1") == "mic.gov.xx"
    assert domain_of_email("Ada.Lovelace@Mail.MIC.gov.xx") == "mic.gov.xx"
    assert domain_of_website("") == ""


@given(st.text())
def test_domain_of_anything_is_a_text(typed):
    assert isinstance(domain_of_website(f"https://{typed}"), str)
    assert isinstance(domain_of_website(typed), str)
    assert isinstance(domain_of_email(typed), str)
