"""The suites of ``make test-peers``: where each comes from, what it needs, and what may differ."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.peers.outcomes import ROOT


@dataclass(frozen=True, kw_only=True, slots=True)
class Suite:
    """The tests of another project, run by pytest from a folder of its source distribution.

    That folder is the first on the path: above PyInstaller's tests lies a PyInstaller without a
    bootloader. ``runs`` are what pytest gets, one run each: sentry-sdk's tests leave threads
    behind, so that its folders run apart. ``modes`` say how this project is active beside them
    (``installed``: it is in the environment, and nothing configures it). ``environment`` is what
    its own runs find and a source distribution lacks. ``differences`` explain, by a part of its
    name, each test that may end otherwise.
    """

    name: str
    source: str
    requires: tuple[str, ...]
    runs: tuple[tuple[str, ...], ...]
    modes: tuple[str, ...]
    folder: str = "."
    environment: Mapping[str, str] = field(default_factory=dict)
    differences: Mapping[str, str] = field(default_factory=dict)


_SDK = "sentry-sdk==2.75.0"
_SDK_TESTS = (
    "test_basics.py", "test_client.py", "test_scope.py", "test_transport.py", "test_sessions.py",
    "test_import.py", "test_utils.py", "integrations/argv", "integrations/ariadne",
    "integrations/asyncio", "integrations/celery", "integrations/excepthook",
    "integrations/falcon", "integrations/fastapi", "integrations/flask", "integrations/graphene",
    "integrations/httpx", "integrations/logging", "integrations/loguru", "integrations/modules",
    "integrations/requests", "integrations/rq", "integrations/starlette",
    "integrations/strawberry", "integrations/threading", "integrations/tornado",
    "integrations/wsgi",
)  # fmt: skip
_SDK_MORE_TESTS = (
    "aiohttp", "anthropic", "asgi", "boto3", "dramatiq", "gql", "grpc", "httpx2", "huey",
    "litestar", "mcp", "sqlalchemy", "typer",
)  # fmt: skip
_SDK_OLDER_TESTS = ("bottle", "pyramid", "redis", "sanic", "stdlib")
_SDK_OPTIONS = ("-o", "addopts=", "--timeout=120")
_SDK_MODES = ("activate", "install", "integration")
_SDK_ENVIRONMENT = {"GIT_DIR": str(ROOT / ".git")}  # a release is what Git says, as in a checkout

SUITES = (
    Suite(
        name="importlib_metadata",
        source="importlib_metadata==10.2.0",
        requires=("importlib_metadata==10.2.0", "packaging", "pyfakefs", "pytest"),
        runs=(("tests",),),
        modes=("activate", "install"),
    ),
    Suite(
        name="hatchling",
        source="hatch==1.18.2",
        requires=(
            "hatch==1.18.2", "hatchling==1.33.0", "editables", "filelock", "flit-core", "pytest",
            "pytest-mock", "trustme", "uv",
        ),
        runs=(("tests/backend/builders", "tests/backend/metadata"),),
        modes=("installed",),
    ),
    Suite(
        name="setuptools",
        source="setuptools==84.2.1",
        requires=(
            "setuptools==84.2.1", "build[virtualenv]", "coverage", "filelock", "ini2toml[lite]",
            "jaraco.envs", "jaraco.path", "jaraco.test", "packaging", "pip", "pytest",
            "pytest-home", "pytest-subprocess", "pytest-timeout", "pytest-xdist", "tomli-w",
            "virtualenv", "wheel",
        ),
        runs=tuple(
            (f"setuptools/tests/test_{name}.py",)
            for name in ("build_meta", "build_py", "editable_install", "sdist")
        ),
        modes=("installed",),
    ),
    Suite(
        name="pkg_resources",
        source="setuptools==80.9.0",
        requires=(
            "setuptools==80.9.0", "coverage", "jaraco.envs", "jaraco.path", "jaraco.test",
            "packaging", "pytest", "pytest-timeout", "wheel",
        ),
        runs=(("pkg_resources/tests",),),
        modes=("activate", "install"),
    ),
    Suite(
        name="PyInstaller",
        source="pyinstaller==6.22.3",
        requires=(
            "pyinstaller==6.22.3", "psutil", "pytest!=9.1.0", "pytest-drop-dup-tests",
            "pytest-rerunfailures!=16.0", "pytest-timeout", "pytest-xdist",
        ),
        folder="tests/functional",
        runs=(("test_basic.py", "-k", "onedir"),),
        modes=("installed",),
    ),
    Suite(
        name="pyinstaller-hooks-contrib",
        source="pyinstaller-hooks-contrib==2026.9",
        requires=(
            "pyinstaller==6.22.3", "pyinstaller-hooks-contrib==2026.9", _SDK, "psutil",
            "pytest!=9.1.0", "pytest-drop-dup-tests", "pytest-rerunfailures!=16.0",
            "pytest-timeout", "pytest-xdist",
        ),
        runs=(
            ("tests/test_libraries.py", "-p", "PyInstaller.utils.conftest", "-k", "test_sentry"),
        ),
        modes=("installed",),
    ),
    Suite(
        # Three tests of celery fail where no Redis server runs.
        name="sentry-sdk",
        source=_SDK,
        requires=(
            # Its pytest-httpx needs pytest 8, and Starlette warns where httpx2 is not installed.
            _SDK, "aiohttp", "ariadne", "asttokens", "brotli", "celery", "executing", "falcon",
            "fakeredis<2.36.0", "fastapi", "flask", "flask-login", "gevent", "graphene", "h2",
            "httpcore[http2]", "httpx==0.28.1", "httpx2", "jsonschema", "loguru",
            "newrelic<10.17.0", "pure_eval", "pysocks", "pytest<9", "pytest-asyncio",
            "pytest-forked", "pytest-httpx==0.35.0", "pytest-localserver", "pytest-timeout",
            "python-multipart", "redis", "requests", "responses", "rq", "setuptools", "socksio",
            "starlette", "strawberry-graphql", "tornado", "werkzeug",
        ),
        runs=tuple((f"tests/{name}", *_SDK_OPTIONS) for name in _SDK_TESTS),
        modes=_SDK_MODES,
        environment=_SDK_ENVIRONMENT,
        differences={
            "integrations.modules.test_modules::test_basic": "it looks for what is installed, and"
            " the manifest counts, which lists other names",
        },
    ),
    Suite(
        # Eight tests of boto3 and grpc fail: beside Django the SDK's name is another.
        name="sentry-sdk-more",
        source=_SDK,
        requires=(
            # pytest-forked fails under pytest 9.2.
            _SDK, "aiohttp", "anthropic", "asttokens", "async-asgi-testclient", "boto3", "brotli",
            "channels[daphne]", "cryptography", "django", "djangorestframework", "dramatiq",
            "executing", "gevent", "gql[all]", "grpcio", "h2", "httpcore[http2]", "httpx",
            "httpx2", "httpx2-pytest==1.0.1", "huey", "jsonschema", "litestar", "mcp", "protobuf",
            "pure_eval", "pysocks", "pytest<9.2", "pytest-aiohttp", "pytest-asyncio",
            "pytest-django", "pytest-forked", "pytest-localserver", "pytest-timeout",
            "python-multipart", "quart", "quart-auth", "quart-flask-patch", "requests",
            "responses", "setuptools", "sniffio", "socksio", "sqlalchemy", "typer", "werkzeug",
        ),
        runs=(
            *((f"tests/integrations/{name}", *_SDK_OPTIONS) for name in _SDK_MORE_TESTS),
            # Without psycopg2 its tests run on SQLite, and those of PostgreSQL are skipped.
            (
                "tests/integrations/django", *_SDK_OPTIONS,
                "--ds=tests.integrations.django.myapp.settings",
            ),
            # That test starts the SDK's profiler, in which Python 3.11 crashes at times.
            ("tests/integrations/quart", *_SDK_OPTIONS, "-k", "not active_thread_id"),
        ),
        modes=_SDK_MODES,
        environment=_SDK_ENVIRONMENT,
    ),
    Suite(
        # What sentry-sdk's own tox.ini tests with an older pytest, Werkzeug or websockets; and
        # stdlib, whose 54 child processes import every framework that is installed.
        name="sentry-sdk-older",
        source=_SDK,
        requires=(
            _SDK, "aiohttp", "asttokens", "bottle", "brotli", "executing", "fakeredis", "gevent",
            "h2", "httpcore[http2]", "jsonschema", "pure_eval", "pyramid", "pysocks", "pytest<8",
            "pytest-asyncio", "pytest-forked", "pytest-localserver", "pytest-timeout", "redis",
            "sanic", "sanic-testing", "setuptools", "socksio", "websockets<11", "werkzeug<2.1",
        ),
        runs=tuple((f"tests/integrations/{name}", *_SDK_OPTIONS) for name in _SDK_OLDER_TESTS),
        modes=_SDK_MODES,
        environment=_SDK_ENVIRONMENT,
    ),
)  # fmt: skip
