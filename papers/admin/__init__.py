from papers.admin import papers

__all__ = [
    "papers",
]
