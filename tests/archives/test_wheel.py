"""Files are added to a wheel, and all else stays as the build backend made it."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from zipfile import ZipFile

import pytest

from hatch_sentry_modules.archives import wheel
from hatch_sentry_modules.errors import FreezeError
from tests.backends.archives import check_record

RECORD = "acme-1.0.dist-info/RECORD"


def make(path: Path, record: str, **entries: str) -> Path:
    """Write a wheel of one module, with more entries in its ``.dist-info`` folder."""
    with ZipFile(path, "w") as file:
        file.writestr("acme.py", "")
        file.writestr("acme-1.0.dist-info/METADATA", METADATA)
        for name, text in entries.items():
            file.writestr(f"acme-1.0.dist-info/{name.replace('_', '.')}", text)
        file.writestr(RECORD, record)
    return path


METADATA = "Name: Acme\nVersion: 1.0\n\nName: no\n"
EMPTY = "sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU,0"


def lines(wheel_file: Path) -> str:
    """Read RECORD with its line endings."""
    with ZipFile(wheel_file) as file:
        return file.read(RECORD).decode("utf-8")


def test_a_wheel_says_what_it_is(tmp_path: Path) -> None:
    """The name and the version come from the headers of METADATA, not from its description."""
    made = make(tmp_path / "acme-1.0-py3-none-any.whl", "")
    assert wheel.read(made)[:2] == ("Acme", "1.0")
    assert "acme.py" in wheel.read(made).files


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_other_lines_of_record_keep_their_bytes(ending: str, tmp_path: Path) -> None:
    """Quotes, order and line endings stay; the new line stands before that of RECORD itself."""
    first = [f'"a, b.py",{EMPTY}', f"acme.py,{EMPTY}"]
    source = make(tmp_path / "a.whl", ending.join([*first, f"{RECORD},,", ""]))
    wheel.add(source, tmp_path / "b.whl", {"frozen.py": b""})
    expected = [*first, f"frozen.py,{EMPTY}", f"{RECORD},,", ""]
    assert lines(tmp_path / "b.whl") == ending.join(expected)


def test_an_empty_line_of_record_stays(tmp_path: Path) -> None:
    """It names no file, which is no reason to stop."""
    source = make(tmp_path / "acme-1.0-py3-none-any.whl", f"acme.py,{EMPTY}\n\n{RECORD},,\n")
    wheel.add(source, tmp_path / "new.whl", {"acme/new.py": b""})
    assert lines(tmp_path / "new.whl") == f"acme.py,{EMPTY}\n\nacme/new.py,{EMPTY}\n{RECORD},,\n"


def test_a_record_without_a_last_newline_gets_one(tmp_path: Path) -> None:
    """No two lines run into one another."""
    source = make(tmp_path / "a.whl", f"{RECORD},,\nacme.py,{EMPTY}")
    wheel.add(source, tmp_path / "b.whl", {"frozen.py": b""})
    assert sorted(lines(tmp_path / "b.whl").splitlines()) == sorted(
        [f"{RECORD},,", f"acme.py,{EMPTY}", f"frozen.py,{EMPTY}"]
    )


def test_a_file_that_is_there_is_replaced(tmp_path: Path) -> None:
    """Its line in RECORD is replaced too, so that there is one for each file."""
    digest = base64.urlsafe_b64encode(hashlib.sha256(METADATA.encode()).digest()).decode()
    metadata = f"acme-1.0.dist-info/METADATA,sha256={digest.rstrip('=')},{len(METADATA)}"
    source = make(tmp_path / "a.whl", f"acme.py,{EMPTY}\n{metadata}\n{RECORD},,\n")
    check_record(source)
    wheel.add(source, tmp_path / "b.whl", {"acme.py": b"changed = True\n"})
    check_record(tmp_path / "b.whl")
    with ZipFile(tmp_path / "b.whl") as file:
        assert file.read("acme.py") == b"changed = True\n"
        assert file.namelist() == ["acme.py", "acme-1.0.dist-info/METADATA", RECORD]


@pytest.mark.parametrize("signature", ["RECORD_jws", "RECORD_p7s"])
def test_a_signed_wheel_is_refused(signature: str, tmp_path: Path) -> None:
    """What is signed over RECORD would not hold any more."""
    source = make(tmp_path / "a.whl", f"{RECORD},,\n", **{signature: "{}"})
    with pytest.raises(FreezeError, match="is signed"):
        wheel.add(source, tmp_path / "b.whl", {"frozen.py": b""})
    assert not (tmp_path / "b.whl").exists()


def test_a_wheel_with_two_records_is_refused(tmp_path: Path) -> None:
    """Which one an installer believes cannot be known."""
    source = make(tmp_path / "a.whl", f"{RECORD},,\n")
    with ZipFile(source, "a") as file:
        file.writestr("other-1.0.dist-info/RECORD", "")
    with pytest.raises(FreezeError, match="holds 2 of it"):
        wheel.read(source)
