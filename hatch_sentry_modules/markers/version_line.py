"""The version line of PEP 440 as sort keys, and the stretches of it that specifiers match."""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

from packaging.specifiers import Specifier
from packaging.version import Version

Key: TypeAlias = tuple[int, tuple[int, ...], str, int, int, int, int]
"""Epoch, release without trailing zeros, level, serial, post, is not dev, dev.

Levels are those of ``sys.version_info``, and sort as they do there; a development release of
no other pre-release has the level ``""``. No post-release is post -1. Local versions sort behind
their public version: their key has the local label at its end.
"""

_LEVELS = {"a": "alpha", "b": "beta", "rc": "candidate"}


class Stretch(NamedTuple):
    """All versions from ``lower`` on up to but not including ``upper``; ``None`` is no bound."""

    lower: Key | None
    upper: Key | None


def key(version: Version) -> Key:
    """Give the sort key of a version without its local label."""
    level, serial = "final", 0
    if version.pre is not None:
        level, serial = _LEVELS[version.pre[0]], version.pre[1]
    elif version.dev is not None and version.post is None:
        level = ""
    post = -1 if version.post is None else version.post
    is_not_dev, dev = (1, 0) if version.dev is None else (0, version.dev)
    return version.epoch, _trimmed(version.release), level, serial, post, is_not_dev, dev


def final_key(release: tuple[int, ...]) -> Key:
    """Give the key of a final version in the first epoch."""
    return 0, _trimmed(release), "final", 0, -1, 1, 0


def _trimmed(release: tuple[int, ...]) -> tuple[int, ...]:
    while len(release) > 1 and release[-1] == 0:
        release = release[:-1]
    return release


def after(version: Version) -> Key:
    """Give the key behind a version and its local versions, before all else."""
    epoch, release, level, serial, post, is_not_dev, dev = key(version)
    return epoch, release, level, serial, post, is_not_dev, dev + 1


def after_posts(version: Version) -> Key:
    """Give the key behind a version without post or dev, its locals and its post-releases."""
    epoch, release, level, serial, *_ = key(version)
    return epoch, release, level, serial + 1, -1, 0, 0


def first_of(epoch: int, release: tuple[int, ...]) -> Key:
    """Give the key of the first development release of a release."""
    return epoch, _trimmed(release), "", 0, -1, 0, 0


def _next(release: tuple[int, ...]) -> tuple[int, ...]:
    return (*release[:-1], release[-1] + 1)


def matched(specifier: Specifier) -> Stretch:
    """Give what a specifier matches; for ``!=`` what it does not, and never for ``===``.

    https://packaging.python.org/en/latest/specifications/version-specifiers/
    """
    if specifier.version.endswith(".*"):
        base = Version(specifier.version[:-2])
        return _prefixed(base.epoch, base.release)
    version = Version(specifier.version)
    lower: Key | None = None
    upper: Key | None = None
    match specifier.operator:
        case ">=":
            lower = key(version)
        case ">":
            lower = _first_above(version)
        case "<=":
            upper = after(version)
        case "<":
            upper = _first_excluded(version)
        case "~=":
            lower, upper = key(version), _prefixed(version.epoch, version.release[:-1]).upper
        case _:
            lower, upper = key(version), after(version)
    return Stretch(lower, upper)


def _prefixed(epoch: int, release: tuple[int, ...]) -> Stretch:
    return Stretch(first_of(epoch, release), first_of(epoch, _next(release)))


def _first_excluded(version: Version) -> Key:
    """``<V`` excludes pre-releases of V, unless V is one itself."""
    return key(version if version.is_prerelease else Version(f"{version.public}.dev0"))


def _first_above(version: Version) -> Key:
    """``>V`` excludes local versions of V, and its post-releases unless V is one itself."""
    is_plain = version.post is None and version.dev is None
    return after_posts(version) if is_plain else after(version)


def matching(operator: str, version: Version, *, length: int) -> list[Stretch]:
    """Give the versions V without a local label for which the specifier "operator V" matches.

    ``length`` is the number of components V is written with, for ``~=``. For ``!=`` they are
    those that do not match.
    """
    at, behind = key(version), after(version)
    match operator:
        case "<=":
            return [Stretch(at, None)]
        case ">=":
            return [Stretch(None, behind)]
        case "<":
            return _without(Stretch(behind, None), _final_of(version))
        case ">":
            return _without(Stretch(None, at), _post_base(version))
        case "~=":
            return [Stretch(first_of(version.epoch, version.release[: length - 1]), behind)]
        case _:
            return [Stretch(at, behind)]


def _final_of(version: Version) -> Version | None:
    """Give the V for which ``<V`` refuses a version as a pre-release of V."""
    if version.pre is not None:
        return Version(version.base_version)
    if version.dev is not None:
        return Version(version.public.rpartition(".dev")[0])
    return None


def _post_base(version: Version) -> Version | None:
    """Give the V for which ``>V`` refuses a version as a post-release of V."""
    return Version(version.public.rpartition(".post")[0]) if version.is_postrelease else None


def _without(stretch: Stretch, hole: Version | None) -> list[Stretch]:
    if hole is None:
        return [stretch]
    return [Stretch(stretch.lower, key(hole)), Stretch(after(hole), stretch.upper)]
