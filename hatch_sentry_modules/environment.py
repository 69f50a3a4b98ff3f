"""Reads a marker environment, which is whole or refused: none is taken from this machine."""

from pathlib import Path

from hatch_sentry_modules.document import LONGEST_NAME, is_version
from hatch_sentry_modules.errors import FreezeError
from hatch_sentry_modules.markers.parse import VARIABLES
from hatch_sentry_modules.reading import read_json


def read(path: Path) -> dict[str, str]:
    """Read all eleven variables, strings of a JSON object; ``FreezeError`` for anything else."""
    table = read_json(path)
    missing = [name for name in VARIABLES if name not in table]
    unknown = sorted(ascii(name) for name in table.values if name not in VARIABLES)
    if missing or unknown:
        named = {"missing": missing, "unknown": unknown}
        fault = "; ".join(f"{word} {', '.join(names)}" for word, names in named.items() if names)
        remedy = "Name all eleven variables of PEP 508"
        raise FreezeError(file=path.name, fault=fault, remedy=remedy)
    environment = {name: table.required_string(name) for name in VARIABLES}
    for name, value in environment.items():
        if len(value) > LONGEST_NAME:
            raise table.error(name, "is longer than that of any machine", "Correct it")
    # A build of no tag may call itself 3.15.0a1+.
    for name, end in (("python_full_version", "+"), ("python_version", "")):
        if not is_version(environment[name].removesuffix(end)):
            raise table.error(name, "is not a version")
    return environment
