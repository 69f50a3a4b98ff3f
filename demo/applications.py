"""The sample applications in ``fixtures``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, kw_only=True, slots=True)
class Application:
    """A folder in ``fixtures``, called like its distribution and its import package.

    Its ``__main__`` has a function ``main`` that sends one error and returns. ``<NAME>_STOCK_SDK``
    in its environment makes it leave out this project's line. ``frameworks`` are the integrations
    that the SDK switches on for it where all metadata is there.
    """

    name: str
    frameworks: frozenset[str]

    @property
    def folder(self) -> Path:
        """Its source tree."""
        return CHECKOUT / "fixtures" / self.name

    @property
    def stock_switch(self) -> str:
        """The environment variable that makes it run with the stock SDK alone."""
        return f"{self.name.upper()}_STOCK_SDK"


STOREFRONT = Application(name="storefront", frameworks=frozenset({"flask", "sqlalchemy"}))
