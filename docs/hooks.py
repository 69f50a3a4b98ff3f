"""Fills pages of the site with what is written down elsewhere, each time the site is built.

A comment such as ``<!-- options -->``, alone on its line, stands for it. What a page shows of the
schema, the commands, the run-time side and other files can so never differ from them.
"""

from __future__ import annotations

import csv
import inspect
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import sentry_modules
from mkdocs.exceptions import PluginError

from hatch_sentry_modules.cli.commands import commands
from hatch_sentry_modules.schema import tool_schema

ROOT = Path(__file__).resolve().parent.parent
TYPES = {"string": "text", "boolean": "true or false", "array": "array of texts"}

_MARK = re.compile(
    r"^<!-- (options|commands|api|matrix|include)(?: (\S+?))?(?:#(.+))? -->$", re.MULTILINE
)
_QUOTED = re.compile(r"(: |-> )'([^']*)'")  # annotations that are not evaluated
_PARAGRAPH = re.compile(r"\n\s*\n")


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Put what they stand for in the place of a page's comments."""
    return _MARK.sub(_text, markdown)


def _text(mark: re.Match[str]) -> str:
    kind, file, heading = mark.groups()
    if kind == "include":
        return _include(file, heading)
    return "\n".join(
        {"options": _options, "commands": _commands, "api": _api, "matrix": _matrix}[kind]()
    )


def _include(file: str, heading: str | None) -> str:
    """Return a file, or what stands in it below one heading of the second level."""
    text = (ROOT / file).read_text(encoding="utf-8")
    text = text.replace("](docs/", "](").replace("](MANIFEST_FORMAT.md", "](format.md")
    if file.endswith(".svg"):
        return re.sub(r"\n\s*\n", "\n", text)  # an empty line would end the picture in Markdown
    if heading is None:
        return text
    sections = re.split(r"^## (.+)\n", text, flags=re.MULTILINE)
    found = dict(zip(sections[1::2], sections[2::2], strict=True)).get(heading)
    if found is None:
        raise PluginError(f"{file} has no section {heading!r}")
    return found


def _options() -> Iterator[str]:
    """Yield a section for each option of the schema."""
    for name, option in tool_schema("sentry-modules")["properties"].items():
        yield f"### `{name}` {{ #{name} }}\n"
        yield f"{option['description']}\n"
        default = f"`{json.dumps(option['default'])}`" if "default" in option else "not set"
        yield f"{TYPES[option['type']].capitalize()}; default: {default}.\n"


def _commands() -> Iterator[str]:
    """Yield a section for each command, from its own ``--help``."""
    top = click.Context(commands, info_name="sentry-modules")
    for name in commands.list_commands(top):
        command = commands.get_command(top, name)
        if command is None:
            raise PluginError(f"there is no command {name}")
        context = click.Context(command, info_name=name, parent=top)
        yield f"## {name}\n"
        yield f"```text\n{context.command_path} {' '.join(command.collect_usage_pieces(context))}"
        yield "```\n"
        yield from _help(command.help or "")
        yield "| option | meaning |\n|---|---|"
        for parameter in command.get_params(context):
            record = parameter.get_help_record(context)
            if isinstance(parameter, click.Option) and record is not None:
                meaning = record[1].replace("|", r"\|")
                yield f"| `{record[0]}` | {meaning} |"
        yield ""


def _help(text: str) -> Iterator[str]:
    """Yield a help text as Markdown: what click must not wrap is a block of code."""
    for paragraph in _PARAGRAPH.split(inspect.cleandoc(text)):
        first, _, rest = paragraph.partition("\n")
        if first == "\b":
            title, _, lines = rest.partition("\n")
            yield f"{title}\n\n```console\n{_prompts(lines)}\n```\n"
        else:
            yield paragraph.replace("_", r"\_") + "\n"


def _prompts(lines: str) -> str:
    return "\n".join(f"$ {line.strip()}" for line in lines.splitlines())


def _api() -> Iterator[str]:
    """Yield a section for each public name of the run-time side."""
    for name in sentry_modules.__all__:
        value = getattr(sentry_modules, name)
        yield f"### `{name}` {{ #{name} }}\n"
        signature = _QUOTED.sub(r"\1\2", str(inspect.signature(value)))
        yield f"```text\n{name}{signature}\n```\n"
        yield f"{inspect.getdoc(value)}\n".replace("``", "`")


def _matrix() -> Iterator[str]:
    """Yield one row for each bundle: what the events of its first application list."""
    with (ROOT / "docs" / "matrix.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["application"] == "storefront"]
    yield "| bundle | the SDK alone, clean host | the SDK alone, crowded host | with the manifest |"
    yield "|---|---|---|---|"
    for clean, crowded in zip(rows[::2], rows[1::2], strict=True):
        both = {_listed(row, "manifest") for row in (clean, crowded)}
        cells = [
            _listed(clean, "stock"),
            _listed(crowded, "stock"),
            f"**{', '.join(sorted(both))}**",
        ]
        yield f"| {clean['bundle']} | {' | '.join(cells)} |"


def _listed(row: dict[str, str], side: str) -> str:
    """Return what an event lists, in words: mistakes only where there are any."""
    mistakes = (f", {row[f'{side} {kind}']} {kind}" for kind in ("wrong", "foreign"))
    return row[f"{side} right"] + "".join(text for text in mistakes if not text.startswith(", 0 "))
