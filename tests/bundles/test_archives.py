"""The pages on archives and directories: what each shows is done as it stands."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from demo import server
from demo.bundles import normalize
from demo.cache import kept_python
from tests.bundles.hosts import CROWD
from tests.bundles.pages import Workplace, blocks, stored

pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("archives"),
    pytest.mark.skipif(os.name == "nt", reason="the page's commands are for a POSIX shell"),
]


@pytest.mark.parametrize("page", ["zipapp.md", "shiv.md", "pex.md", "zipapps.md", "lambda.md"])
def test_the_event_lists_what_was_locked(page: str, tmp_path: Path, tracker: server.Server) -> None:
    """A host with other distributions stores what the page's lock file says, and Flask is on."""
    place = Workplace(tmp_path)
    place.write(page)
    *build, start = blocks(page, "sh")[0].splitlines()
    place.run("\n".join(build))
    host = f"PATH={kept_python('crowded-host', *CROWD).parent}:$PATH"
    event = stored(tracker, page, lambda dsn: place.run(f"export {host}\n{start}", SENTRY_DSN=dsn))
    locked = (tmp_path / "requirements.txt").read_text(encoding="utf-8")
    pins = dict(line.split("==") for line in locked.splitlines() if "==" in line)
    listed = {normalize(name): version for name, version in event["modules"].items()}
    assert listed == {"acme": "1.0.0", **pins}
    assert "flask" in event["sdk"]["integrations"]
