"""Runs a command where the file system is another one, which ends together with the command.

It takes a mount namespace of its own, which root may make, and on many machines every user.
"""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
from pathlib import Path

import pytest

_UNSHARE = ("unshare", "--mount") if os.name == "nt" or os.geteuid() == 0 else (
    "unshare", "--user", "--map-root-user", "--mount",
)  # fmt: skip

_PAGE = 4096


@functools.cache
def _can_mount() -> bool:
    if shutil.which("unshare") is None:
        return False
    command = [*_UNSHARE, "mount", "-t", "tmpfs", "none", "/mnt"]
    return subprocess.run(command, check=False, capture_output=True).returncode == 0


def _shell(script: str, *arguments: str) -> list[str]:
    if not _can_mount():
        pytest.skip("this user cannot mount a file system")
    return [*_UNSHARE, "sh", "-ec", script, "sh", *arguments]


def full(folder: Path, room: int) -> list[str]:
    """Return what a command starts with, to have the folder on a disk with only so many bytes left.

    What is there in the end is moved back to where the folder was.
    """
    pages = sum(1 + path.stat().st_size // _PAGE for path in folder.rglob("*") if path.is_file())
    script = """
        cp -a "$1" "$1.old"; mount -t tmpfs -o size="$2" none "$1"; cp -a "$1.old/." "$1/"
        there="$1"; shift 2; status=0; "$@" || status=$?
        cp -a "$there" "$there.new"; umount "$there"; rm -rf "$there" "$there.old"
        mv "$there.new" "$there"; exit $status
    """
    return _shell(script, str(folder), str(pages * _PAGE + room))


def read_only(*folders: str, writable: str = "") -> list[str]:
    """Return what a command starts with, to have these folders on a disk that is read-only.

    One folder in them can stay writable.
    """
    script = """
        keep="$1"; count="$2"; shift 2
        test -z "$keep" || mount --bind "$keep" /mnt
        while test "$count" -gt 0; do
            mount --bind "$1" "$1"; mount -o remount,bind,ro "$1"
            shift; count=$((count - 1))
        done
        test -z "$keep" || mount --bind /mnt "$keep"
        exec "$@"
    """
    return _shell(script, writable, str(len(folders)), *folders)
