"""URLs of the Action Frameworks, each by the focus area or by a private link from a mail."""

from typing import Final

from django.urls import URLPattern, path

from core.spreadsheets import SpreadsheetFormat
from framework.views import downloads, mine, propose, reading, recommendations, supports

app_name = "framework"


# The name, the route and the view of each page.
PAGES: Final = (
    ("framework", "", reading.framework),
    ("draft", "drafts/<int:number>/", reading.draft),
    ("paragraph", "paragraphs/<uuid:key>/", reading.paragraph),
    ("compare", "drafts/<int:before>/<int:after>/", reading.compare),
    ("to_recommend", "to-recommend/", recommendations.to_recommend),
    ("recommend", "to-recommend/<int:pk>/", recommendations.recommend),
    ("word", "drafts/<int:before>/<int:after>.docx", downloads.word),
    ("word_draft", "drafts/<int:number>.docx", downloads.word_draft),
    ("mine", "proposals/", mine.mine),
    ("add", "proposals/add/", propose.add),
    ("add", "proposals/add/<uuid:key>/", propose.add),
    ("propose", "proposals/<uuid:key>/<slug:kind>/", propose.propose),
    ("amendment", "proposals/<int:pk>/", propose.amendment),
    ("discard", "proposals/<int:pk>/discard/", supports.discard),
    ("withdraw", "proposals/<int:pk>/withdraw/", supports.withdraw),
    ("support", "proposals/<int:pk>/support/", supports.support),
    ("withdraw_support", "proposals/<int:pk>/support/withdraw/", supports.withdraw_support),
)


def _pages(prefix: str, suffix: str) -> list[URLPattern]:
    """Return the pages of a framework below one of its two addresses."""
    sheets = [
        path(
            f"{prefix}drafts/<int:number>.{ending}",
            downloads.amendments,
            {"ending": ending},
            name=f"amendments_{ending}{suffix}",
        )
        for ending in SpreadsheetFormat
    ]
    pages = [path(f"{prefix}{route}", view, name=f"{name}{suffix}") for name, route, view in PAGES]
    return [*pages, *sheets]


urlpatterns: list[URLPattern] = [
    *_pages("focus-areas/<slug:slug>/framework/", ""),
    *_pages("framework/<str:token>/", "_by_link"),
]
