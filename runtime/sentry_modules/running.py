"""Decides what an event lists by the code that Python imports.

The version of a distribution is that of the code that Python imports. Names come from the
manifest. So does each version, unless the code comes from a folder whose metadata names another.
"""

from __future__ import annotations

import json
import os
import sys
from types import ModuleType
from typing import Iterator, List, Mapping, Tuple

from sentry_modules.decision import Decision
from sentry_modules.manifest import Manifest, is_line, is_stack_full, normalize
from sentry_modules.places import Place

_DIGITS = 20  # no number in a version is longer
_TELLING = 8  # modules of a distribution that are asked for
# Many distributions bring one of these, by mistake.
_SHARED = ("tests/", "test/", "docs/", "examples/", "benchmarks/", "scripts/")

_Metadata = List[Tuple[Place, str, str]]  # where it is, the version or nothing, and its folder


def decide(manifest: Manifest, authority: str, places: list[Place]) -> Decision:
    """Decide by what there is on the path, the cheapest questions first."""
    known = _metadata(manifest, places)
    own = known.pop(manifest.project, [])
    is_activated = authority == "activated"
    is_installed = manifest.project and not is_activated and _is_installed(manifest, own, places)
    if is_installed and not _is_stripped(manifest, places):
        return Decision(manifest, None, f"the metadata of {manifest.project} is in place")
    changed = dict(_others(manifest, known, places))
    why = "it was activated" if is_activated else "the manifest names no project"
    if manifest.project and not is_activated:
        why = f"the metadata of {manifest.project} is not beside the manifest"
    return Decision(manifest, changed, why)


def _is_installed(manifest: Manifest, own: _Metadata, places: list[Place]) -> bool:
    # Whether the project's metadata is beside its code, or is that of its editable install.
    root = manifest.root
    if root is None:
        return False
    if not any(place.entry == root for place in places):  # a finder of its own has the source tree
        beside = Place(root or os.sep)
        own = [*own, *((beside, v, f) for n, v, f in beside.metadata() if n == manifest.project)]
    return any(place.entry == root or is_editable(place, f, root) for place, _, f in own)


def _is_stripped(manifest: Manifest, places: list[Place]) -> bool:
    # Whether more dependencies stand beside the manifest, all without metadata, than are installed
    # elsewhere: the project's own was kept, or is the egg-info of a checkout.
    beside = [place for place in places if place.entry == manifest.root]
    if any(form != manifest.project for place in beside for form, _, _ in place.metadata()):
        return False  # as nearly everywhere
    listed = {normalize(name) for name in manifest.modules} - {manifest.project}
    there = {name for place in beside for name in place.distributions()} & listed
    known = {form for place in places for form, _, _ in place.metadata()} & listed
    return len(there) > len(known - there)


def is_editable(place: Place, folder: str, root: str) -> bool:
    """Whether metadata is of an editable install (PEP 610) whose source tree holds ``root``."""
    text = place.read(f"{folder}/direct_url.json")
    if '"editable"' not in text:
        return False
    from urllib.parse import urlsplit
    from urllib.request import url2pathname

    try:
        found = json.loads(text)
        url, is_editable = found["url"], found["dir_info"]["editable"] is True
        if not (is_editable and type(url) is str and url.startswith("file:")):
            return False
        tree = os.path.realpath(url2pathname(urlsplit(url).path))
    except (ValueError, KeyError, TypeError):
        return False
    except RecursionError:
        if is_stack_full():
            raise
        return False
    return f"{os.path.realpath(root or os.sep)}{os.sep}".startswith(f"{tree}{os.sep}")


def _metadata(manifest: Manifest, places: list[Place]) -> dict[str, _Metadata]:
    # Return the metadata of the project and of what is there in another version than the manifest
    # lists, by normalized name, in the order of the path.
    #
    # Most folders are named as installers name them for just that version: a host has hundreds.
    known: dict[str, _Metadata] = {}
    places = [place for place in places if place.has_metadata()]
    if not places:
        return known
    modules, project = manifest.modules, manifest.project
    agreeing = {_folder(*one): one[0] for one in modules.items() if one[0] != project}
    for place in places:
        for form, version, folder in place.metadata(agreeing):
            if form == project or manifest.name_of(form):
                known.setdefault(form, []).append((place, version, folder))
    for form in [form for form in known if form != project]:
        version = modules[manifest.name_of(form) or form]
        folder = _folder(form, version)
        known[form] += [(place, version, folder) for place in places if place.has(folder)]
        known[form].sort(key=lambda one: places.index(one[0]))
    return known


def _folder(name: str, version: str) -> str:
    return f"{name.replace('-', '_')}-{version}.dist-info"


def _others(
    manifest: Manifest, known: Mapping[str, _Metadata], places: list[Place]
) -> Iterator[tuple[str, tuple[str, str]]]:
    # Return each name whose code is of another version, with that version and its folder.
    for form, found in known.items():
        name = manifest.name_of(form) or form
        frozen = manifest.modules[name]
        if all(version == frozen for _, version, _ in found):
            continue
        entry = _origin(form, found, places)
        here = [_version(place, *rest) for place, *rest in found if place.entry == entry]
        newest = max(here, key=_in_order, default="")
        if here and frozen not in here and is_line(newest):
            yield name, (newest, entry)


def _in_order(version: str) -> tuple[list[int], str]:
    # An upgrade in a folder leaves the metadata of older versions behind.
    numbers = "".join(char if char.isdecimal() else " " for char in version).split()
    return [int(number[:_DIGITS]) for number in numbers[:_DIGITS]], version


def _version(place: Place, version: str, folder: str) -> str:
    # The folder that ``setup.py develop`` makes has no version in its name.
    lines = [] if version else place.read(f"{folder}/PKG-INFO").splitlines()
    return next((line[8:].strip() for line in lines if line.startswith("Version:")), version)


def _origin(form: str, found: _Metadata, places: list[Place]) -> str:
    # Return the place that Python imports a distribution's code from; empty if nothing tells.
    for place, _, folder in found:
        stems = _stems(place, form, folder)
        for stem, entry in _sources(stems, places):
            return place.entry if _is_in_place(place, folder, stem, entry) else entry
        tops = {stem.partition("/")[0] for stem in stems}
        holders = [one.entry for one in places if any(map(one.has_folder, tops))]
        if len(holders) == 1:  # of a namespace package, whose modules egg-info does not name
            return holders[0]
    return ""


def _sources(stems: list[str], places: list[Place]) -> Iterator[tuple[str, str]]:
    # Return each module that there is and the place it is from, the imported ones first.
    for stem in stems:
        entry = _imported_from(stem)
        if entry is not None:
            yield stem, entry
    for stem in stems:
        # In another version a module can be a package, or a package a module.
        is_package = stem.endswith("/__init__")
        other = stem[: -len("/__init__")] if is_package else f"{stem}/__init__"
        for place in places:
            if place.has_module(stem) or place.has_module(other):
                yield stem, place.entry


def _is_in_place(place: Place, folder: str, stem: str, entry: str) -> bool:
    # Whether a library is installed in place, so that its metadata is not beside its code.
    is_elsewhere = entry != place.entry and not place.has_module(stem)
    return is_elsewhere and is_editable(place, folder, entry)


def _imported_from(stem: str) -> str | None:
    # Return the place that an imported module is from. Six has a ``__path__``, and is one file.
    name = stem[: -len("/__init__")] if stem.endswith("/__init__") else stem
    module = sys.modules.get(name.replace("/", "."))
    names = vars(module) if isinstance(module, ModuleType) else {}
    file = names.get("__file__")
    if type(file) is not str:
        return None
    levels = name.count("/") + 1 + file.rpartition(os.sep)[2].startswith("__init__.")
    return file.rsplit(os.sep, levels)[0]


def _stems(place: Place, form: str, folder: str) -> list[str]:
    # Return modules of a distribution, by their paths without suffixes, those that tell most first.
    #
    # Of a package in a namespace that others share, only the path as a whole tells. What bears the
    # distribution's name beside its metadata spares reading what can be thousands of lines.
    named = form.replace("-", "_")
    for stem in (f"{named}/__init__", named):
        if place.has_module(stem):
            return [stem]
    record = place.read(f"{folder}/RECORD")
    parts = record.split("/__init__.py,")[:-1]
    packages = [part.rpartition("\n")[2] + "/__init__" for part in parts]
    stems = [stem for stem in packages if not _is_shared(stem)] or [
        path.partition(".")[0] for path in _modules(record)
    ]
    if not record:
        tops = place.read(f"{folder}/top_level.txt").split()
        stems = [stem for top in tops for stem in (f"{top}/__init__", top)]
    stems = [stem for stem in stems if stem[:1] not in ("", ".", "/")]
    stems = [stem for stem in stems if not _is_shared(stem)] or stems
    stems = stems or [f"{named}/__init__", named]  # an editable install records none
    # In a namespace that others share, what is spelled as the distribution tells most.
    own = f"{form.replace('-', '/')}/__init__"
    return sorted(stems, key=lambda stem: (stem != own, stem.count("/"), stem))[:_TELLING]


def _is_shared(stem: str) -> bool:
    return f"{stem}/".startswith(_SHARED)


def _modules(record: str) -> Iterator[str]:
    for line in record.splitlines():
        path = line.partition(",")[0]
        if path.endswith((".py", ".so", ".pyd")) and "." not in path.rpartition("/")[0]:
            yield path
