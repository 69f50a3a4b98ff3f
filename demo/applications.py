"""The sample applications in ``fixtures``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, kw_only=True, slots=True)
class Application:
    """A folder in ``fixtures``, called like its distribution and its import package.

    Its ``__main__`` has a function ``main`` that sends one error and returns. Variables of its
    environment begin with its name: ``_STOCK_SDK`` makes it leave out this project's line,
    ``_AUTHORITY`` is an argument for that line, and ``_VERSIONS_OF`` holds names; it prints, as the
    last line and in JSON, what ``importlib.metadata.version`` says of them. ``frameworks`` are the
    integrations that the SDK switches on for it where all metadata is there.
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

    @property
    def authority(self) -> str:
        """The environment variable that says who is believed."""
        return f"{self.name.upper()}_AUTHORITY"

    @property
    def versions_of(self) -> str:
        """The environment variable that names what it prints the versions of."""
        return f"{self.name.upper()}_VERSIONS_OF"


STOREFRONT = Application(name="storefront", frameworks=frozenset({"flask", "sqlalchemy"}))
PARCELS = Application(name="parcels", frameworks=frozenset({"fastapi", "httpx", "starlette"}))
LEDGER = Application(name="ledger", frameworks=frozenset())
APPLICATIONS = (STOREFRONT, PARCELS, LEDGER)
