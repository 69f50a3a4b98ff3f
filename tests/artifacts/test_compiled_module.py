"""Reading compiled manifests of any Python, and of hostile ones no more than a fault.

``fixtures/compiled`` holds one text, and what each Python compiled it to.
"""

from __future__ import annotations

import marshal
import random
from pathlib import Path

import pytest

from hatch_sentry_modules.artifacts import compiled_module, generated_module, marshalled
from hatch_sentry_modules.artifacts.inspection import inspect
from hatch_sentry_modules.artifacts.marshalled import MarshalError
from tests.artifacts import bundled

FOLDER = Path(__file__).parents[2] / "fixtures" / "compiled"
COMPILED = sorted(FOLDER.glob("*.bin"))


def test_each_python_that_can_be_read_has_its_fixture() -> None:
    """No version is claimed that is not tried."""
    assert len(COMPILED) == len(compiled_module.VERSIONS)


@pytest.mark.parametrize("path", COMPILED, ids=lambda path: path.stem)
def test_a_compiled_module_says_what_its_text_says(path: Path) -> None:
    """All is exact but the conditions, of which only it is known that there is one."""
    compiled = compiled_module.parse(path.read_bytes())
    text = generated_module.parse((FOLDER / "manifest.py.txt").read_bytes())
    assert compiled.faults == text.faults == ()
    assert len(compiled.listed) == 43
    assert [(line.key, line.version) for line in compiled.listed] == [
        (line.key, line.version) for line in text.listed
    ]
    assert [line.condition for line in compiled.listed] == [
        None if line.condition else "" for line in text.listed
    ]
    for name in ("format", "source", "project", "skipped", "omit"):
        assert getattr(compiled, name) == getattr(text, name)


def test_a_directory_with_compiled_files_alone(tmp_path: Path) -> None:
    """A stripped directory still says what it ships; beside its text, the text speaks."""
    app = bundled.application(tmp_path / "app")
    module = app / "acme_app" / "_sentry_modules.py"
    module.with_suffix(".pyc").write_bytes(COMPILED[0].read_bytes())
    (found,) = inspect(app).manifests
    assert found.place == "acme_app/_sentry_modules.py"
    module.unlink()
    (found,) = inspect(app).manifests
    assert found.place == "acme_app/_sentry_modules.pyc"
    assert len(found.module.listed) == 43


@pytest.mark.parametrize("path", COMPILED[::2], ids=lambda path: path.stem)
def test_damage_is_never_a_traceback(path: Path) -> None:
    """Cut anywhere, or with any bytes changed, it is read or is a fault."""
    whole = path.read_bytes()
    for size in range(0, len(whole), 7):
        assert compiled_module.parse(whole[:size]).faults
    chance = random.Random(7)  # noqa: S311  # the same on each run
    for _ in range(300):
        changed = bytearray(whole)
        for _ in range(3):
            changed[chance.randrange(16, len(changed))] = chance.randrange(256)
        compiled_module.parse(bytes(changed))


def test_an_unknown_python_is_said() -> None:
    """A later Python may compile to anything."""
    (fault,) = compiled_module.parse(b"\xff\xff\r\n" + bytes(100)).faults
    assert "a Python that cannot be read exactly" in fault


@pytest.mark.parametrize(
    "data",
    [
        b"(" + b"\xff" * 4,
        b")\x01" * 100_000,
        b"(" + (120_000).to_bytes(4, "little") + b")\x01N" * 120_000,
        b"r\x05\0\0\0",
        b"l" + b"\xff\xff\xff\x7f",
        b"s\xff\xff\xff\xff",
        b"{" + b"N" * 250_000,
        b"?",
        b"",
    ],
    ids=range(9),
)
def test_hostile_marshalled_data(data: bytes) -> None:
    """Sizes, depths and counts are bounded."""
    with pytest.raises(MarshalError):
        marshalled.read(data, (3, 11))


def test_an_object_in_itself() -> None:
    """A list that holds itself ends where it begins again."""
    assert marshalled.read(b"\xdb\x01\0\0\0r\0\0\0\0", (3, 11)) == (None,)


def test_values_are_those_of_python() -> None:
    """What Python writes is read as the same, with tuples for all that is in a row."""
    value = ("text", "größe", b"bytes", 7, -1, 1 << 40, None, True, 1.5, ("a", ("a",)), {"k": "v"})
    read = marshalled.read(marshal.dumps(value), (3, 11))
    assert read == (*value[:5], None, *value[6:])
