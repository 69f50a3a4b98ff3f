"""The packagers that the page on serverless names, as commands that its shell finds."""

from __future__ import annotations

from pathlib import Path

from demo.cache import keep, kept_python
from demo.commands import run

SAM = "aws-sam-cli==1.170.0"
SERVERLESS = ("osls@4.3.1", "serverless-python-requirements@6.1.2")
"""The open fork of the Serverless Framework, which needs no account, and its plugin for Python."""


def add_commands(folder: Path, project: Path) -> None:
    """Put ``sam`` and ``serverless`` into a folder, and the latter's plugin into the project."""
    folder.mkdir()
    python, sam = kept_python("sam", SAM), folder / "sam"  # its own script names another folder
    sam.write_text(f"#!{python}\nfrom samcli.cli.main import cli\n\ncli()\n", encoding="utf-8")
    sam.chmod(0o755)
    kept = keep("serverless", SERVERLESS, _install_from_npm)
    (folder / "serverless").symlink_to(kept / "node_modules" / ".bin" / "osls")
    (project / "node_modules").symlink_to(kept / "node_modules")


def _install_from_npm(folder: Path) -> None:
    run("npm", "install", "--silent", "--no-audit", "--no-fund", *SERVERLESS, folder=folder)
