"""What the journeys of one run have already checked, in all their processes."""

from pathlib import Path
from urllib.parse import quote


class Seen:
    """Remembers the checked things of each page in a file, because processes share no memory.

    Two processes that check the same page at the same time both check it.
    """

    def __init__(self, folder: Path):
        self.folder = folder
        folder.mkdir(exist_ok=True)

    def has(self, page, thing):
        """Whether a thing of a page was checked before."""
        return thing in self._before(page)

    def add(self, page, things):
        """Return the things of a page that were not checked before, and remember them."""
        new = set(things) - self._before(page)
        with self._file(page).open("a") as appended:
            appended.writelines(f"{each}\n" for each in sorted(new))
        return new

    def _file(self, page):
        return self.folder / quote(page, safe="")

    def _before(self, page):
        file = self._file(page)
        return set(file.read_text().splitlines()) if file.exists() else set()
