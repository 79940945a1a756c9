import pytest

PAGE = "/styleguide/"

pytestmark = pytest.mark.django_db


def test_style_guide_exists_only_where_the_setting_allows_it(client, settings):
    settings.STYLE_GUIDE = False
    refused = client.get(PAGE)
    settings.STYLE_GUIDE = True
    shown = client.get(PAGE)

    assert (refused.status_code, shown.status_code) == (404, 200)


@pytest.mark.parametrize(("query", "body"), [("", "<body>"), ("desk", '<body class="desk">')])
def test_style_guide_shows_both_densities(client, settings, query, body):
    settings.STYLE_GUIDE = True

    page = client.get(PAGE, {"density": query}).content.decode()

    assert page.count(body) == 1
    assert [page.count(f'<h2 id="{part}">') for part in ("buttons", "fields")] == [1, 1]


def test_style_guide_queries_the_focus_areas_only(client, settings, django_assert_num_queries):
    settings.STYLE_GUIDE = True

    with django_assert_num_queries(1):
        client.get(PAGE)
