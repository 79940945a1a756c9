"""What must exist after every migrate: the four focus areas and the circular's links."""

from django.apps import AppConfig

FOCUS_AREAS = [
    (1, "connecting-people-everywhere", "ACCESS"),
    (2, "empowering-communities", "ADOPTION"),
    (3, "building-digital-ecosystems", "VALUE CREATION"),
    (4, "incentivizing-investments", "ACCELERATE"),
]


def apply(sender: AppConfig, **kwargs: object) -> None:
    """Create what is missing; what staff have changed since stays as it is."""
    FocusArea = sender.get_model("FocusArea")
    for number, slug, short_name in FOCUS_AREAS:
        FocusArea.objects.get_or_create(
            number=number, defaults={"slug": slug, "short_name": short_name}
        )
