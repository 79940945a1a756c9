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

    def add(self, page, things):
        """Return the things of a page that were not checked before, and remember them."""
        file = self.folder / quote(page, safe="")
        before = set(file.read_text().splitlines()) if file.exists() else set()
        new = set(things) - before
        with file.open("a") as appended:
            appended.writelines(f"{each}\n" for each in sorted(new))
        return new
