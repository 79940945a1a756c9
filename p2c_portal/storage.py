"""Where files are kept, and how: each whole, or not at all."""

from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from django.core.files.storage import FileSystemStorage
from whitenoise.storage import CompressedManifestStaticFilesStorage


class WholeFileStorage(FileSystemStorage):
    """Writes a file beside its place, and moves it there once all of it is written.

    Stock, what a full disk or a killed process leaves is half a file under the name of a whole
    one; of static files it would be served, since its time says that it is up to date.
    """

    def _save(self, name: str, content: Any) -> str:
        folder = Path(self.location)
        folder.mkdir(mode=self.directory_permissions_mode or 0o777, parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=folder, prefix=".unfinished-", delete=False) as unfinished:
            try:
                for chunk in content.chunks():
                    unfinished.write(chunk if isinstance(chunk, bytes) else chunk.encode())
                unfinished.close()
                saved: str = super()._save(name, _ToBeMoved(unfinished.name))  # type: ignore[misc]
            except BaseException:
                Path(unfinished.name).unlink(missing_ok=True)
                raise
        return saved


class _ToBeMoved:
    """A file on the disk that the storage moves and does not copy."""

    def __init__(self, path: str) -> None:
        self.path = path

    def temporary_file_path(self) -> str:
        return self.path


class WholeStaticFileStorage(WholeFileStorage, CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Static files, collected as WhiteNoise serves them."""
