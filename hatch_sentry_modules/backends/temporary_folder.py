"""A folder outside the tree for what is handed to a build backend as files."""

import tempfile
from pathlib import Path

from hatch_sentry_modules.errors import unwritable


class TemporaryFolder(tempfile.TemporaryDirectory[str]):
    """A folder that is removed with this object; ``FreezeError`` where there is no place for it."""

    def __init__(self) -> None:
        try:
            super().__init__(prefix="sentry-modules-")
        except OSError as error:
            remedy = "Set TMPDIR to a folder that can be written to"
            raise unwritable("the temporary folder", error, remedy) from None

    def write(self, name: str, text: str) -> Path:
        """Write a file of ASCII text; ``FreezeError`` where it cannot be written."""
        path = Path(self.name, name)
        try:
            path.write_bytes(text.encode("ascii"))
        except OSError as error:
            raise unwritable(name, error, "Set TMPDIR to another folder") from None
        return path
