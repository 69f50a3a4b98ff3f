"""Makes the README fit for the index page, which shows it without the rest of the repository."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface

_PATH = re.compile(r"(?<=\]\()(?!https?:|#)[^()#]+")
_PICTURES = (".png", ".svg")
_OF_THE_FORGE = "../../"  # what the forge's own pages are, seen from the README


class ReadmeHook(MetadataHookInterface):
    """Sets the long description: the README with absolute links."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Take the base of each link from ``[project.urls]``, where it stands once."""
        text = Path(self.root, "README.md").read_text(encoding="utf-8")
        metadata["readme"] = {
            "content-type": "text/markdown",
            "text": absolute(text, metadata["urls"]["Source"], metadata["urls"]["Documentation"]),
        }


def absolute(text: str, source: str, site: str) -> str:
    """Return Markdown whose links lead to the site's pages, else to the repository's files."""

    def address(link: re.Match[str]) -> str:
        path = link[0]
        if path.startswith(_OF_THE_FORGE):
            return f"{source}/{path.removeprefix(_OF_THE_FORGE)}"
        if page := re.fullmatch(r"docs/([\w-]+)\.md", path):
            return f"{site}{page[1]}.html"
        return f"{source}/{'raw' if path.endswith(_PICTURES) else 'blob'}/main/{path}"

    return _PATH.sub(address, text)
