"""Checks, without a network, that the links between the pages lead somewhere.

``python -m tests.documentation.links`` prints each one that does not, and ends with status 1.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from markdown.extensions.toc import slugify

from tests.documentation.blocks import PAGES, ROOT

_CODE = re.compile(r"^ *```.*?^ *```$|`[^`\n]+`", re.DOTALL | re.MULTILINE)
_LINK = re.compile(r"\]\(([^()\s]+)\)")
_HEADING = re.compile(r"^#+ (.+?)(?: \{.*\})?$", re.MULTILINE)
_FORGE = "../../"  # the forge's own pages, seen from the README
_MADE = {"configuration.md", "commands.md", "runtime.md"}  # docs/hooks.py makes their headings


@cache
def headings(page: Path) -> frozenset[str]:
    """Return the anchors of a page."""
    found = _HEADING.findall(page.read_text(encoding="utf-8"))
    return frozenset(slugify(heading.replace("`", ""), "-") for heading in found)


def dead(page: str) -> Iterator[str]:
    """Yield each link of a page to a file or a heading that is not there."""
    text = (ROOT / page).read_text(encoding="utf-8")
    for link in _LINK.findall(_CODE.sub("", text)):
        if link.startswith(("http:", "https:", "mailto:", _FORGE)):
            continue
        path, _, anchor = link.partition("#")
        target = (ROOT / page).parent / path if path else ROOT / page
        if not target.is_file() or (
            anchor and target.name not in _MADE and anchor not in headings(target)
        ):
            yield link


def main() -> int:
    """Return 1 if any link is dead."""
    found = [f"{page}: {link}" for page in PAGES for link in dead(page)]
    print("\n".join(found) or f"{len(PAGES)} pages: every link leads somewhere")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
