"""Poetry's own syntax: constraints as PEP 440 specifiers, and markers with its two extra words.

https://python-poetry.org/docs/dependency-specification/
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import TypeAlias

from packaging.specifiers import InvalidSpecifier, Specifier
from packaging.version import InvalidVersion, Version

from hatch_sentry_modules.document import Table, quoted
from hatch_sentry_modules.model import Applies

Constraint: TypeAlias = tuple[tuple[Specifier, ...], ...]
"""Alternatives, each of which is met by a version that meets all its specifiers."""

_PART = re.compile(r"(\^|~=|~|<=|>=|==?|!=|<|>|)\s*v?([\w.*+!-]+?)\s*(?:,\s*|\s+|$)", re.ASCII)
_ANYTHING = re.compile(r"[xX*](\.[xX*])*")
_LONGEST = 1000


@lru_cache(maxsize=2**12)
def parse_constraint(text: str) -> Constraint:
    """Parse ``^2.1`` or ``>=1.2,<2.0 || 3.*``; ``InvalidSpecifier`` where it is no constraint."""
    if len(text) > _LONGEST:
        raise InvalidSpecifier("too long")
    return tuple(tuple(_parse_all(part.strip())) for part in re.split(r"\|\|?", text))


def _parse_all(text: str) -> Iterator[Specifier]:
    position = 0
    while position < len(text):
        match = _PART.match(text, position)
        if match is None:
            raise InvalidSpecifier(text)
        position = match.end()
        yield from map(Specifier, _translate(*match.groups()))


def _translate(operator: str, version: str) -> list[str]:
    if _ANYTHING.fullmatch(version):
        return []
    version = "0.dev0" if version == "dev" else version
    if operator in {"", "=", "==", "!="}:
        return [("!=" if operator == "!=" else "==") + version]
    version = version.removesuffix(".*")
    if operator in {"^", "~", "~="}:
        return [f">={version}", f"<{_upper_bound(operator, version)}"]
    return [operator + version]


def _upper_bound(operator: str, text: str) -> str:
    """Raise the last number that has to stay the same."""
    try:
        version = Version(text)
    except InvalidVersion:
        raise InvalidSpecifier(text) from None
    release = version.release
    last = len(release) - 1
    index = max(0, last - 1)
    if operator == "~":
        index = min(1, last)
    elif operator == "^":
        numbers = enumerate(release[:3])
        index = next((place for place, number in numbers if number), min(2, last))
    raised = [*release[:index], release[index] + 1]
    epoch = f"{version.epoch}!" if version.epoch else ""
    return epoch + ".".join(map(str, raised))


def allows(constraint: Constraint, version: str) -> bool:
    """Return whether a version meets a constraint; a pre-release that is locked counts."""
    return any(
        all(one.contains(version, prereleases=True) for one in together) for together in constraint
    )


def to_python_markers(constraint: Constraint) -> tuple[str, ...]:
    """Write a constraint on Python as markers, one for each alternative; none if all is allowed."""
    if not all(constraint):
        return ()
    return tuple(" and ".join(map(_python_marker, alternative)) for alternative in constraint)


def _python_marker(specifier: Specifier) -> str:
    """Compare with ``python_version`` where that says the same: not for ``<=3.8``, as in Poetry."""
    precision = len(specifier.version.removesuffix(".*").split("."))
    is_full = precision > 2 or specifier.operator in {"<=", ">", "!="}  # noqa: PLR2004  # major, minor
    variable = "python_full_version" if is_full else "python_version"
    return f'{variable} {specifier.operator} "{specifier.version}"'


def read_constraint(table: Table, key: str) -> Constraint:
    """Return the constraint at a key; a missing one allows all, a wrong one is an error."""
    text = table.string(key) or "*"
    try:
        return parse_constraint(text)
    except InvalidSpecifier:
        raise table.error(key, f"{quoted(text)} is not a constraint Poetry knows") from None


def read_marker(
    table: Table, key: str = "markers", extras: frozenset[str] = frozenset()
) -> Applies:
    """Return the marker at a key, specialized; ``*`` holds everywhere, ``<empty>`` nowhere."""
    text = table.string(key)
    if text in {None, "", "*"}:
        return True
    return text != "<empty>" and table.marker(key, extras=extras)


def read_python_marker(table: Table) -> Applies:
    """Return the key ``python`` of a dependency, a constraint, as a marker."""
    markers = to_python_markers(read_constraint(table, "python"))
    return not markers or table.place.at("python").marker(_join("or", markers))


def read_platform_marker(table: Table) -> Applies:
    """Return the key ``platform`` of a dependency, such as ``linux || darwin``, as a marker."""
    text = table.string("platform")
    if text in {None, "", "*"}:
        return True
    alternatives = (part.split(",") for part in re.split(r"\|\|?", text or ""))
    markers = [_join("and", [_platform_marker(v.strip()) for v in part]) for part in alternatives]
    return table.place.at("platform").marker(_join("or", markers))


def _platform_marker(value: str) -> str:
    operator = "!=" if value.startswith("!") else "=="
    return f'sys_platform {operator} "{value.lstrip("!= ")}"'


def _join(word: str, markers: Iterable[str]) -> str:
    return f" {word} ".join(f"({marker})" for marker in markers)
