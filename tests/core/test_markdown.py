import pytest

from core.markdown import as_html


def test_markdown_becomes_html():
    html = as_html(
        "## What it is\n\nText with **weight** and a [link](https://example.org).\n\n- one"
    )

    assert html == (
        "<h2>What it is</h2>\n"
        '<p>Text with <strong>weight</strong> and a <a href="https://example.org" '
        'rel="noopener noreferrer">link</a>.</p>\n'
        "<ul>\n<li>one</li>\n</ul>\n"
    )


@pytest.mark.parametrize(
    ("markdown", "html"),
    [
        ("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>\n"),
        ("<b onclick='x'>bold</b>", "<p>&lt;b onclick='x'&gt;bold&lt;/b&gt;</p>\n"),
        ("[click](javascript:alert(1))", "<p>[click](javascript:alert(1))</p>\n"),
        ("[call](tel:1)", '<p><a rel="noopener noreferrer">call</a></p>\n'),
        ("![picture](https://example.org/a.png)", "<p></p>\n"),
        ("# The page's own heading", "The page's own heading\n"),
    ],
)
def test_what_is_not_allowed_does_nothing(markdown, html):
    assert as_html(markdown) == html
