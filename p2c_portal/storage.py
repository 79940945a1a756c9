"""File storages that store a file completely or not at all."""

from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from django.core.files.storage import FileSystemStorage
from whitenoise.storage import CompressedManifestStaticFilesStorage


class WholeFileStorage(FileSystemStorage):
    """Writes a file under a temporary name, and renames it when it is complete.

    With Django's own storage, a full disk or a killed process leaves an incomplete file under the
    final name. An incomplete static file would be served, because its timestamp is up to date.
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
    """A file on disk that the storage moves instead of copying."""

    def __init__(self, path: str) -> None:
        self.path = path

    def temporary_file_path(self) -> str:
        return self.path


class WholeStaticFileStorage(WholeFileStorage, CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Storage for static files, in the form that WhiteNoise serves."""
