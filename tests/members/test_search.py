import pytest
from django.db import connection

from members.models import FocalPoint, Member, MemberStatus
from members.services import search
from tests.factories import NOON, FocalPointFactory, MemberFactory
from tests.triage.staff import officer, signed_in

QUEUE = "/admin/members/member/"


@pytest.fixture
def client():
    return signed_in(officer())


@pytest.fixture
def _files():
    ministry = MemberFactory(
        organisation_name="Ministry of Posts", acronym="MoP", reference="P2C-AAAAA1"
    )
    FocalPointFactory(
        member=ministry, given_name="Grace", family_name="Hopper", email="grace@posts.example"
    )
    FocalPointFactory(
        member=ministry, is_alternate=True, given_name="Alan", email="alan@posts.example"
    )
    telecom = MemberFactory(
        organisation_name="Posts and Telecom", reference="P2C-AAAAA2", status=MemberStatus.ADMITTED
    )
    FocalPointFactory(
        member=telecom, given_name="Ada", family_name="O'Neil", email="ada@telecom.example"
    )


def found_by(client, typed, **query):
    response = client.get(QUEUE, {"q": typed, **query})
    return [member.organisation_name for member in response.context["cl"].result_list]


@pytest.mark.usefixtures("_files")
@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("ministry", ["Ministry of Posts"]),
        ("mOp", ["Ministry of Posts"]),
        ("aaaaa2", ["Posts and Telecom"]),
        ("grace", ["Ministry of Posts"]),
        ("HOPPER", ["Ministry of Posts"]),
        ("alan@posts", ["Ministry of Posts"]),
        ("O'Neil", ["Posts and Telecom"]),
        ("posts", ["Ministry of Posts", "Posts and Telecom"]),
        # In the organisation and in one of its people, and in two of its people.
        ("posts ada", ["Posts and Telecom"]),
        ("grace alan", ["Ministry of Posts"]),
        ('"posts and"', ["Posts and Telecom"]),
        ('"and posts"', []),
        ("posts nobody", []),
        ("%", []),
        ("_", []),
        # Of one letter and of two, with the same letter twice, and with one that means something.
        ("w", []),
        ("H", ["Ministry of Posts"]),
        ("TE", ["Posts and Telecom"]),
        ("pp", ["Ministry of Posts"]),
        ("ll", []),
        ("l", ["Ministry of Posts", "Posts and Telecom"]),
        ("'n", ["Posts and Telecom"]),
        ("\\", []),
        ("te ad", ["Posts and Telecom"]),
    ],
)
@pytest.mark.parametrize("at_most", [1, 1000])
def test_search_finds_the_files_that_have_every_word(client, typed, found, at_most, monkeypatch):
    monkeypatch.setattr(search, "MAX_RESULTS", at_most)

    assert found_by(client, typed, status="all") == found[:at_most]


@pytest.mark.parametrize(
    "typed", ["министерство", "СВЯЗИ", "АННА Связи", "μονή", "ÉCO", "c++", "(é"]
)
def test_search_takes_capitals_for_small_letters_in_any_script(client, typed):
    for name, given_name in [
        ("Министерство связи", "Анна"),
        ("Μονή", ""),
        ("école c++ (é)", ""),
    ]:
        member = MemberFactory(organisation_name=name, acronym="")
        FocalPointFactory(member=member, given_name=given_name)
    FocalPointFactory(member=MemberFactory(organisation_name="Another"))

    assert len(found_by(client, typed)) == 1


@pytest.mark.usefixtures("_files")
def test_search_looks_among_what_the_filters_keep(client):
    assert found_by(client, "posts", status="admitted") == ["Posts and Telecom"]


def test_search_shows_the_oldest_of_too_many_and_says_so(client, monkeypatch):
    monkeypatch.setattr(search, "MAX_RESULTS", 2)
    for name, days in [("Third", 3), ("First", 1), ("Second", 2)]:
        member = MemberFactory(organisation_name=f"{name} university")
        Member.objects.filter(pk=member.pk).update(submitted_at=NOON.replace(day=days))

    response = client.get(QUEUE, {"q": "university"})

    names = [member.organisation_name for member in response.context["cl"].result_list]
    assert names == ["First university", "Second university"]
    told = response.context["about_the_search"]
    assert told == "More than 2 files match; these are the oldest. Add a word."
    assert told in response.content.decode()


@pytest.mark.usefixtures("_files")
def test_search_says_nothing_where_everything_found_is_shown(client):
    response = client.get(QUEUE, {"q": "posts"})

    assert response.context["about_the_search"] == ""


# The migrations make them by hand, so that no later one loses them unseen.
@pytest.mark.parametrize("model", [Member, FocalPoint])
def test_search_has_its_indexes(model):
    table = model._meta.db_table
    with connection.cursor() as cursor:
        constraints = connection.introspection.get_constraints(cursor, table)

    assert constraints[f"{table}_search"]["index"]


POSTGRESQL_ONLY = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="SQLite has no trigrams"
)
NOTHING_EXACTLY = "Nothing has exactly these words; these are similar."


@POSTGRESQL_ONLY
@pytest.mark.usefixtures("_files")
@pytest.mark.parametrize(
    ("typed", "found"),
    [
        # One letter too few, too many, another, two that changed places; and two of these.
        ("minstry", ["Ministry of Posts"]),
        ("telecomm", ["Posts and Telecom", "Côte Télécom"]),
        ("hoqper", ["Ministry of Posts"]),
        ("minsitry", ["Ministry of Posts"]),
        ("minsittry", ["Ministry of Posts"]),
        ("hapqqer", []),
        # Each word may have its own, in the organisation and in its people.
        ("minstry hoper", ["Ministry of Posts"]),
        ("pots telcom", ["Posts and Telecom"]),
        ("minstry nobody", []),
        ("minstry of", ["Ministry of Posts"]),
        ("grace@post.example", ["Ministry of Posts"]),
        ("P2C-AAAAB1", ["Ministry of Posts"]),
        # In quotes it is meant to the letter.
        ('"minstry of"', []),
        # Without the accents, or with wrong ones.
        ("mínìstry", ["Ministry of Posts"]),
        ("cote", ["Côte Télécom"]),
        ("TELECOM COTE", ["Côte Télécom"]),
        # Too short to be like anything.
        ("zq", []),
        ("xde", []),
    ],
)
def test_search_finds_what_is_similar_where_nothing_has_the_words(client, typed, found):
    MemberFactory(organisation_name="Côte Télécom", submitted_at=NOON)

    response = client.get(QUEUE, {"q": typed, "status": "all"})

    names = [member.organisation_name for member in response.context["cl"].result_list]
    assert names == found
    assert response.context["about_the_search"] == (NOTHING_EXACTLY if found else "")


@POSTGRESQL_ONLY
@pytest.mark.usefixtures("_files")
def test_search_that_finds_the_words_finds_nothing_similar(client):
    MemberFactory(organisation_name="Ministri of Posts")

    assert found_by(client, "ministry") == ["Ministry of Posts"]


@POSTGRESQL_ONLY
@pytest.mark.usefixtures("_files")
def test_search_looks_for_the_similar_among_what_the_filters_keep(client):
    assert found_by(client, "pots", status="admitted") == ["Posts and Telecom"]


@POSTGRESQL_ONLY
def test_search_shows_those_with_the_fewest_slips(client, monkeypatch):
    monkeypatch.setattr(search, "MAX_SIMILAR", 2)
    for name in ("Universitas", "Univarsity", "University"):
        MemberFactory(organisation_name=name)

    assert found_by(client, "univercity") == ["Univarsity", "University"]


@pytest.mark.skipif(connection.vendor == "postgresql", reason="PostgreSQL knows likeness")
@pytest.mark.usefixtures("_files")
def test_search_without_trigrams_finds_the_very_words_alone(client):
    assert found_by(client, "minstry") == []
    assert found_by(client, "ministry") == ["Ministry of Posts"]


@pytest.mark.usefixtures("_files")
@pytest.mark.parametrize(
    "typed",
    [
        "\0",
        '"',
        "'",
        '"" posts',
        "\\\\",
        "   ",
        "%s %(x)s",
        "' OR 1=1 --",
        "\u202e\u0301",
        "😀😀😀",
        "x" * 3000,
        " ".join(f"w{number}" for number in range(2000)),
        " ".join("北京上海广州深天" * 100),
    ],
)
def test_search_is_never_an_error_whatever_is_typed(client, typed):
    response = client.get(QUEUE, {"q": typed, "status": "all"})

    assert response.status_code == 200


@POSTGRESQL_ONLY
def test_search_for_the_similar_is_answered_from_an_index():
    with connection.cursor() as cursor:
        # With so few rows it would read them all.
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_indexonlyscan = off")
        plans = [
            Member.objects.filter(search._is_like("MINSTRY", search.ORGANISATION_FIELDS)).explain(),
            FocalPoint.objects.filter(
                search._is_like("HOPER", search.PERSON_SEARCH_FIELDS)
            ).explain(),
        ]

    assert ["_similar_words" in plan for plan in plans] == [True, True]


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no trigrams")
@pytest.mark.parametrize(
    ("word", "index"), [("北京", "short_words"), ("京", "short_words"), ("北京市", "search")]
)
def test_search_is_answered_from_an_index(word, index):
    with connection.cursor() as cursor:
        # With so few rows it would read them all.
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_indexonlyscan = off")
        plans = [
            Member.objects.filter(search._in_organisation(word)).explain(),
            search._people_with(word).explain(),
        ]

    assert [f"_{index}" in plan for plan in plans] == [True, True]
