"""URLs of the Action Frameworks, each by the focus area or by a private link from a mail."""

from django.urls import URLPattern, path

from core.spreadsheets import SpreadsheetFormat
from framework.views import downloads, mine, propose, reading, recommendations, supports

app_name = "framework"


def _pages(prefix: str, suffix: str) -> list[URLPattern]:
    """Return the pages of a framework below one of its two addresses."""
    own = f"{prefix}proposals"
    return [
        path(prefix, reading.framework, name=f"framework{suffix}"),
        path(f"{prefix}drafts/<int:number>/", reading.draft, name=f"draft{suffix}"),
        path(f"{prefix}paragraphs/<uuid:key>/", reading.paragraph, name=f"paragraph{suffix}"),
        path(
            f"{prefix}drafts/<int:before>/<int:after>/",
            reading.compare,
            name=f"compare{suffix}",
        ),
        path(f"{prefix}to-recommend/", recommendations.to_recommend, name=f"to_recommend{suffix}"),
        path(
            f"{prefix}to-recommend/<int:pk>/",
            recommendations.recommend,
            name=f"recommend{suffix}",
        ),
        path(f"{prefix}drafts/<int:before>/<int:after>.docx", downloads.word, name=f"word{suffix}"),
        path(f"{prefix}drafts/<int:number>.docx", downloads.word_draft, name=f"word_draft{suffix}"),
        *(
            path(
                f"{prefix}drafts/<int:number>.{ending}",
                downloads.amendments,
                {"ending": ending},
                name=f"amendments_{ending}{suffix}",
            )
            for ending in SpreadsheetFormat
        ),
        path(f"{own}/", mine.mine, name=f"mine{suffix}"),
        path(f"{own}/add/", propose.add, name=f"add{suffix}"),
        path(f"{own}/add/<uuid:key>/", propose.add, name=f"add{suffix}"),
        path(f"{own}/<uuid:key>/<slug:kind>/", propose.propose, name=f"propose{suffix}"),
        path(f"{own}/<int:pk>/", propose.amendment, name=f"amendment{suffix}"),
        path(f"{own}/<int:pk>/discard/", supports.discard, name=f"discard{suffix}"),
        path(f"{own}/<int:pk>/withdraw/", supports.withdraw, name=f"withdraw{suffix}"),
        path(f"{own}/<int:pk>/support/", supports.support, name=f"support{suffix}"),
        path(
            f"{own}/<int:pk>/support/withdraw/",
            supports.withdraw_support,
            name=f"withdraw_support{suffix}",
        ),
    ]


urlpatterns: list[URLPattern] = [
    *_pages("focus-areas/<slug:slug>/framework/", ""),
    *_pages("framework/<str:token>/", "_by_link"),
]
