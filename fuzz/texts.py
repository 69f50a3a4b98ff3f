"""Changes a text a little, with words that mean something to the readers."""

from __future__ import annotations

from random import Random

from packaging.markers import Environment

OPERATORS = ["<", "<=", "==", "!=", ">=", ">", "~=", "===", "in", "not in", "and", "or", "(", ")"]
VERSIONS = ["3.11", "3", "3.*", "1.0.post1", "1!2", "1.0+local", "1.0a1.dev2", "0", "v1", "^1.2"]
HOSTILE = [
    "", " ", "\n", "\r", "\x00", "\x1b[31m", "\\", "'", '"', "#", "\N{SNOWMAN}", "\N{ROCKET}",
    "\u2028", "\u017f", "\x7f", "..", "/", "\ud800", "${HOME}", "*", "[", "{", "%s", "://", "@",
    "https://user:word@host.example.org/x", '"];import os;#', "9" * 5000, "(" * 200, "a" * 300,
    "sentry-modules", "sentry-sdk", "9" * 20, "-1", "1e309", "0x1", "\u0661",
]  # fmt: skip
WORDS = [
    *sorted(Environment.__annotations__), "extra", "extras", "dependency_groups", "'linux'",
    '"win32"', *OPERATORS, *VERSIONS, *HOSTILE,
]  # fmt: skip


def alter(text: str, random: Random, words: list[str] = WORDS) -> str:
    """Put in, take out, double or exchange a piece of a text."""
    start = random.randint(0, len(text))
    end = min(len(text), start + random.choice((0, 0, 1, 1, 2, 5, 20)))
    piece = random.choice(
        (random.choice(words), text[start:end] * 2, "", chr(random.randrange(256)))
    )
    return text[:start] + piece + text[end:]


def alter_lines(text: str, random: Random, words: list[str] = WORDS) -> str:
    """Take out, double, move or alter a line of a text."""
    lines = text.splitlines(keepends=True) or [""]
    place, other = random.randrange(len(lines)), random.randrange(len(lines))
    way = random.randrange(5)
    if way == 0:
        del lines[place]
    elif way == 1:
        lines.insert(other, lines[place])
    elif way == 2:
        lines[place], lines[other] = lines[other], lines[place]
    else:
        lines[place] = alter(lines[place], random, words)
    return "".join(lines)
