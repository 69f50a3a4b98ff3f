"""Trees of ``and`` and ``or`` over leaves of any kind, kept simplified as they are built."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from typing import Generic, Literal, TypeAlias, TypeVar, Union

Leaf = TypeVar("Leaf", bound=Hashable)
Other = TypeVar("Other", bound=Hashable)
Word: TypeAlias = Literal["and", "or"]


class Junction(Generic[Leaf]):
    """Two or more parts joined by one word; no dataclass, which takes a build longer to make."""

    __slots__ = ("parts", "word")

    def __init__(self, word: Word, parts: tuple[Leaf | Junction[Leaf], ...]) -> None:
        self.word = word
        self.parts = parts

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Junction) and (self.word, self.parts) == (other.word, other.parts)

    def __hash__(self) -> int:
        return hash((self.word, self.parts))


Tree: TypeAlias = Union[bool, Leaf, "Junction[Leaf]"]
"""True, false, one leaf, or a junction; leaves are neither ``bool`` nor ``Junction``."""


def combine(word: Word, trees: Iterable[Tree[Leaf]]) -> Tree[Leaf]:
    """Join trees in their order, without duplicates and what the other parts make redundant."""
    neutral = word == "and"
    parts: dict[Leaf | Junction[Leaf], None] = {}
    for tree in trees:
        if isinstance(tree, bool):
            if tree is not neutral:
                return tree
        elif isinstance(tree, Junction) and tree.word == word:
            parts.update(dict.fromkeys(tree.parts))
        else:
            parts[tree] = None
    # An ``a and b`` beside an ``a`` under ``or`` says nothing, and the same the other way round.
    kept = tuple(
        part
        for part in parts
        if not isinstance(part, Junction) or parts.keys().isdisjoint(part.parts)
    )
    if not kept:
        return neutral
    return kept[0] if len(kept) == 1 else Junction(word, kept)


def replace(tree: Tree[Leaf], decide: Callable[[Leaf], Tree[Other]]) -> Tree[Other]:
    """Put a tree in the place of each leaf, and simplify again."""
    if isinstance(tree, bool):
        return tree
    if isinstance(tree, Junction):
        return combine(tree.word, [replace(part, decide) for part in tree.parts])
    return decide(tree)


def write(tree: Tree[Leaf]) -> str:
    """Write a tree with the parentheses it needs: ``and`` binds tighter than ``or``."""
    if not isinstance(tree, Junction):
        return str(tree)
    parts = [write(part) for part in tree.parts]
    if tree.word == "and":
        both = zip(tree.parts, parts, strict=True)
        parts = [f"({text})" if isinstance(part, Junction) else text for part, text in both]
    return f" {tree.word} ".join(parts)
