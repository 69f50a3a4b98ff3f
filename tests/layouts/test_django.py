"""Django with a settings package, served by gunicorn that loads the application before it forks."""

from __future__ import annotations

import os
import urllib.error
import urllib.request
from functools import partial
from pathlib import Path

import pytest

from tests.engines.processes import free_port
from tests.layouts.servers import Host, Record, compare, hosts, started
from tests.layouts.shipped import START, Shipped, dependencies, make_project, ship

pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("django"),
    pytest.mark.skipif(os.name == "nt", reason="gunicorn is for POSIX systems"),
]

HEAD = """\
[build-system]
requires = ["hatchling", "hatch-sentry-modules"]
build-backend = "hatchling.build"
[tool.hatch.build.hooks.sentry-modules]
[tool.hatch.build.targets.wheel]
packages = ["config", "shop"]
"""

FILES = {
    "shop/__init__.py": "",
    "shop/views.py": "def fail(request):\n    raise ValueError('a view fails')\n",
    "config/__init__.py": "",
    "config/settings.py": (
        f"{START}\nSECRET_KEY = 'x'\nROOT_URLCONF = 'config.urls'\nALLOWED_HOSTS = ['*']\n"
    ),
    "config/urls.py": (
        "from django.urls import path\nfrom shop.views import fail\n"
        "urlpatterns = [path('', fail)]\n"
    ),
    "config/wsgi.py": (
        "import os\nos.environ['DJANGO_SETTINGS_MODULE'] = 'config.settings'\n"
        "from django.core.wsgi import get_wsgi_application\n"
        "application = get_wsgi_application()\n"
    ),
}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shipped:
    """Ship the application with Django and gunicorn."""
    folder = tmp_path_factory.mktemp("shop")
    place = dependencies("django", "django==5.2.19", "gunicorn==27.0.1")
    return ship(make_project(folder / "project", "shop", FILES, place, HEAD), place, folder)


def test_a_failing_view_reports_what_runs(
    shop: Shipped, tmp_path: Path, record_property: Record
) -> None:
    """On either host the event lists what the worker imports."""

    def send(host: Host, way: str) -> object:
        return _serve(shop, host, tmp_path / f"{host.name}-{way}", way)

    for host in hosts(tmp_path):
        compare("Django, gunicorn", shop, host, partial(send, host), record_property)


def _serve(shop: Shipped, host: Host, place: Path, way: str) -> object:
    port = free_port()
    serve = ("-m", "gunicorn", "--preload", "--no-control-socket", "--workers", "1")
    command = (*serve, "--bind", f"127.0.0.1:{port}", "config.wsgi")
    with started(place, shop, host, command, {"WAY": way}) as process:
        process.wait_for(lambda: _answers(port))
        return process.event()


def _answers(port: int) -> bool:
    try:
        urllib.request.urlopen(f"http://127.0.0.1:{port}/")
    except urllib.error.HTTPError as error:
        return error.code == 500
    except OSError:
        return False
    return False
