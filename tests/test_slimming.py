"""A lock file without its lists of files is what parsing all of it and dropping them gives."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import tomli
from hypothesis import given, settings
from hypothesis import strategies as st

from hatch_sentry_modules import slimming
from hatch_sentry_modules.errors import SourceError
from hatch_sentry_modules.reading import read_lock, read_toml
from tests import documents

LOCKS = sorted(
    path
    for pattern in ("uv.lock", "poetry.lock", "pdm.lock", "pylock*.toml")
    for path in (Path(__file__).parents[1] / "fixtures").rglob(pattern)
)
ODD = ("files", "wheels", "sdist", "hashes", "package", "metadata", "a")


def dropped(document: dict[str, Any]) -> dict[str, Any]:
    """Drop the files of the packages, one package after another."""
    for key in ("package", "packages", "distribution"):
        for package in document.get(key, []):
            for name in ("files", "wheels", "sdist"):
                package.pop(name, None)
    return document


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: "-".join(path.parts[-3:]))
def test_a_lock_file_is_read_whole_but_for_its_lists_of_files(path: Path) -> None:
    """All else is what parsing the whole file gives, in every file that a tool has written."""
    assert read_lock(path).values == dropped(read_toml(path).values)


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: "-".join(path.parts[-3:]))
def test_lists_of_files_are_not_parsed(path: Path) -> None:
    """They are the greater part of a lock file; the parser sees none that a tool has written."""
    seen: list[str] = []

    def loads(text: str) -> dict[str, Any]:
        seen.append(text)
        return tomli.loads(text)

    slimming.loads_slimmed(path.read_text(encoding="utf-8"), loads)
    (text,) = seen
    packages = [p for key in ("package", "packages") for p in tomli.loads(text).get(key, [])]
    values = [package[key] for package in packages for key in slimming.KEYS if package.get(key)]
    assert not [value for value in values if isinstance(value, list) and len(value) > 1]


texts = st.one_of(
    st.sampled_from(
        ["wheels = [\n]\n", "files = [\n    {a = 1},\n]\n", "sdist = { a = 1 }\n", "]", "#"]
    ),
    st.text("ab ]}[{#,\"'\\\n", max_size=12),
)
names = st.sampled_from(ODD)
simple = st.one_of(texts, st.integers(0, 9), st.booleans())
inline = st.dictionaries(
    names, st.one_of(simple, st.dictionaries(names, simple, max_size=2)), max_size=3
)
values = st.one_of(simple, inline, st.lists(st.one_of(simple, inline), max_size=3))
tables = st.dictionaries(names, values, max_size=4)
packages = st.fixed_dictionaries(
    {"name": names},
    optional={
        "files": values,
        "wheels": values,
        "sdist": values,
        "dependencies": st.one_of(tables, st.lists(inline, max_size=3)),
        "optional-dependencies": tables,
        "dev-dependencies": tables,
        "extras": tables,
        "groups": st.lists(names, max_size=2),
        "hashes": values,
    },
)
documents_ = st.fixed_dictionaries(
    {"package": st.lists(packages, max_size=3)},
    optional={
        "metadata": st.fixed_dictionaries({"files": tables}),
        "files": values,
        "extras": tables,
    },
)


class Writer:
    """Writes a document as TOML in ways that are drawn: as the tools do, or odd."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw

    def chance(self, *ways: str) -> str:
        """Choose a way; the first is the tools' own."""
        return self.draw(st.sampled_from(ways))

    def document(self, document: dict[str, Any]) -> str:
        """Write all: keys of the top first, then tables and packages in any order."""
        top = {
            key: value
            for key, value in document.items()
            if key not in ("package", "metadata", "extras")
        }
        parts = [
            self.table(f"[[{key}]]", value, key) for key in ("package",) for value in document[key]
        ]
        others = [
            self.table(f"[{key}]", document[key], key)
            for key in ("metadata", "extras")
            if key in document
        ]
        end = self.chance("\n", "\r\n")
        text = "".join(self.lines(top)) + "".join(others[:1] + parts + others[1:])
        text = text.removesuffix(self.chance("", "\n"))
        return text if end == "\n" else text.replace("\n", end)

    def table(self, header: str, table: dict[str, Any], path: str) -> str:
        """Write a table, its own tables under headers of their own or inline."""
        subtables = {
            k: v
            for k, v in table.items()
            if isinstance(v, dict) and self.chance("header", "inline") == "header"
        }
        own = {
            key: table[key] for key in self.draw(st.permutations([*table])) if key not in subtables
        }
        text = self.chance("", "# [[package]]\n") + header + "\n" + "".join(self.lines(own))
        return text + "".join(
            self.table(f"[{path}.{key}]", value, f"{path}.{key}")
            for key, value in subtables.items()
        )

    def lines(self, table: dict[str, Any]) -> list[str]:
        """Write the keys of a table."""
        return [
            f"{self.indent()}{key}{self.chance(' = ', '=')}{self.value(value)}{self.end()}\n"
            for key, value in table.items()
        ]

    def end(self) -> str:
        """Write what stands behind a value."""
        return self.chance("", " ", " # ]")

    def indent(self) -> str:
        """Write what stands before a key."""
        return self.chance("", "", "  ")

    def value(self, value: Any, *, is_inline: bool = False) -> str:
        """Write a value; a list over several lines as the tools do."""
        if isinstance(value, dict):
            pairs = ", ".join(
                f"{key} = {self.value(each, is_inline=True)}" for key, each in value.items()
            )
            return f"{{ {pairs} }}" if pairs else "{}"
        if isinstance(value, list):
            items = [self.value(each, is_inline=is_inline) for each in value]
            if is_inline or self.chance("lines", "line") == "line":
                return f"[{', '.join(items)}]"
            return "[\n" + "".join(f"    {item},\n" for item in items) + "]"
        if isinstance(value, str):
            return self.text(value)
        return str(value).lower()

    def text(self, text: str) -> str:
        """Write a string, over several lines where that can be."""
        if self.chance("line", "lines") == "lines" and not set(text) & set("\\\"'"):
            return self.chance(f'"""\n{text}"""', f"'''\n{text}'''")
        return documents.to_toml({"": text})[5:-1]


@st.composite
def lock_texts(draw: st.DrawFn) -> str:
    """Draw the text of a lock file."""
    return Writer(draw).document(draw(documents_))


@settings(max_examples=300, deadline=None)
@given(lock_texts())
def test_slimming_and_parsing_equals_parsing_and_dropping(text: str) -> None:
    """Whatever has the name of a list of files, and wherever it stands, nothing else is lost."""
    expected = dropped(tomli.loads(text))
    lines = text.replace("\r\n", "\n")
    assert slimming.loads_slimmed(lines, tomli.loads) == expected


class Watched(str):
    """A text that counts how many of its characters are searched."""

    searched = 0

    def find(self, *given: Any) -> int:
        """Search forwards."""
        return self.count_to(super().find(*given), *given)

    def rfind(self, *given: Any) -> int:
        """Search backwards."""
        found = super().rfind(*given)
        first = given[1] if found < 0 else found
        self.searched += (given[2] if len(given) > 2 else len(self)) - first
        return found

    def count_to(self, found: int, _what: str, start: int, end: int | None = None) -> int:
        """Add what a search has looked at."""
        self.searched += found - start if found >= 0 else len(self[start:end])
        assert self.searched < 100 * len(self), "it is searched again and again"
        return found


HEADER = '\n[[package]]\nname = "a"\n'
SHAPES = {
    "lists on one line": HEADER + "wheels = [{ a = 1 }]\n",
    "lists that never end": HEADER + "files = [\n",
    "lists that never end, one header": "files = [\n",
    "tables": HEADER + "sdist = { a = 1 }\n",
    "no tables": 'sdist = { a = "\n',
    "lists that end once": HEADER + "files = [\n    1,\n",
    "comments": HEADER + "files = [\n    # ]\n]\n",
}


@pytest.mark.parametrize("shape", SHAPES)
def test_a_text_is_searched_in_proportion_to_its_length(shape: str) -> None:
    """What is not written as the tools do is looked at a few times, not once for each list."""
    text = Watched(HEADER + SHAPES[shape] * 1000 + "]\n")
    slimming.loads_slimmed(text, lambda _: {})
    assert 0 < text.searched < 5 * len(text)


def test_a_last_line_may_have_no_end() -> None:
    """With a blank behind a table, such a text was searched from its start without end."""
    text = Watched(HEADER + "sdist = { a = 1 } ")
    assert slimming.loads_slimmed(text, tomli.loads) == {"package": [{"name": "a"}]}


def test_a_merge_conflict_in_a_list_of_files_is_a_mistake(tmp_path: Path) -> None:
    """It would be cut out with the files, and nobody would hear of it."""
    text = f"{HEADER}wheels = [\n<<<<<<< ours\n    {{ a = 1 }},\n=======\n>>>>>>> theirs\n]\n"
    (tmp_path / "uv.lock").write_text(text, encoding="utf-8")
    with pytest.raises(SourceError, match="line 5"):
        read_lock(tmp_path / "uv.lock")


def test_a_mistake_in_a_lock_file_has_its_own_line(tmp_path: Path) -> None:
    """What was cut out before it does not shift the line that the message names."""
    path = tmp_path / "uv.lock"
    path.write_text("wheels = [\n    { a = 1 },\n]\nb = \n", encoding="utf-8")
    with pytest.raises(SourceError, match="line 4"):
        read_lock(path)


@pytest.mark.parametrize("name", ["files", "wheels", "sdist", "hashes"])
def test_an_extra_may_have_any_name(tmp_path: Path, name: str) -> None:
    """Real distributions have an extra called files, written just as a list of files is."""
    text = '[[package]]\nname = "a"\nwheels = [\n    { url = "x" },\n]\n\n'
    text += f'[package.optional-dependencies]\n{name} = [\n    {{ name = "b" }},\n]\n'
    (tmp_path / "uv.lock").write_text(text, encoding="utf-8")
    (package,) = read_lock(tmp_path / "uv.lock").values["package"]
    assert package == {"name": "a", "optional-dependencies": {name: [{"name": "b"}]}}


@pytest.mark.parametrize(
    "table",
    [
        "  [package.extras]\nfiles = [\n    1,\n]\n",
        "extras = {\nfiles = [\n    1,\n]\n}\n",
        "extras = { b = 0, # [[package]]\n\nfiles = [\n    1,\n]\n}\n",
        "extras = { b = 0 }\n[package.odd]\nfiles = [\n    1,\n]\n",
    ],
    ids=["indented header", "inline", "inline, with a comment", "another table"],
)
def test_a_list_of_another_table_is_kept(table: str) -> None:
    """Neither an indented header nor an inline table of several lines (TOML 1.1) misleads."""
    text = f'[[package]]\nname = "a"\nwheels = [\n    2,\n]\n{table}'
    expected = dropped(tomli.loads(text))
    assert slimming.loads_slimmed(text, tomli.loads) == expected
    assert "wheels" not in expected["package"][0]
