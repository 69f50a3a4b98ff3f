"""Makes the README fit for the index page, which shows it without the rest of the repository."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface

_LINK = re.compile(r"(?P<opening>(?P<picture>!?)\[[^\[\]]*\]\()(?!https?:|#)(?P<path>[^()#]+)")


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
        path = link["path"]
        if link["picture"]:
            return f"{link['opening']}{source}/raw/main/{path}"
        if page := re.fullmatch(r"docs/(\w[\w-]*)\.md", path):
            return f"{link['opening']}{site}{page[1]}.html"
        return f"{link['opening']}{source}/blob/main/{path}"

    return _LINK.sub(address, text)
