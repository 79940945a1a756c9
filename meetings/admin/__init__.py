from meetings.admin import meetings

__all__ = [
    "meetings",
]
