"""Where the generated module goes, for every layout of files that a wheel can have."""

from __future__ import annotations

import pytest
from packaging.utils import NormalizedName

from hatch_sentry_modules.errors import ConfigError
from hatch_sentry_modules.layout import in_tree, place

PROJECT = NormalizedName("acme-app")


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (["acme_app/__init__.py", "acme_app/web/__init__.py"], "acme_app/_sentry_modules.py"),
        (["other/__init__.py", "other/data.json"], "other/_sentry_modules.py"),
        (["acme_app.py"], "_sentry_modules.py"),
        ([], "_sentry_modules.py"),
        (["acme/app/__init__.py", "acme/app/x.py"], "acme/app/_sentry_modules.py"),
        (["acme/app/x.py"], "acme/app/_sentry_modules.py"),
        (["acme_app/__init__.py", "tests/__init__.py"], "acme_app/_sentry_modules.py"),
        (["Acme_App/__init__.py", "tests/__init__.py"], "Acme_App/_sentry_modules.py"),
        (["acme/app/__init__.py", "acme/other/__init__.py"], "acme/app/_sentry_modules.py"),
        (
            [
                "acme_app/__init__.py",
                "acme_app-1.0.data/scripts/x.py",
                "acme_app-1.0.dist-info/x.py",
            ],
            "acme_app/_sentry_modules.py",
        ),
        (["acme_app/__init__.py", "acme_app/vendored/x.py"], "acme_app/_sentry_modules.py"),
        (["other/_core.cpython-311-x86_64-linux-gnu.so"], "other/_sentry_modules.py"),
        (["other/__init__.py", "lib/libother.so"], "other/_sentry_modules.py"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_the_module_goes_into_the_import_package(files: list[str], expected: str) -> None:
    """The only import package is taken, or the one that has the project's name."""
    assert place(files, PROJECT) == expected


def test_several_packages_without_the_projects_name_are_a_question() -> None:
    """When it cannot know, it asks for ``path`` and shows an answer that would do."""
    with pytest.raises(ConfigError) as caught:
        place(["api/__init__.py", "worker/__init__.py"], PROJECT)
    assert "the import packages 'api', 'worker'" in str(caught.value)
    assert "path = 'api/_sentry_modules.py'" in str(caught.value)


def test_the_place_in_the_tree_follows_the_package() -> None:
    """In an sdist the module lies beside the files it belongs to, for src layouts too."""
    files = {"acme_app/__init__.py": "src/acme_app/__init__.py"}
    assert in_tree("acme_app/_sentry_modules.py", files) == "src/acme_app/_sentry_modules.py"
    flat = {"acme_app/__init__.py": "acme_app/__init__.py"}
    assert in_tree("acme_app/_sentry_modules.py", flat) == "acme_app/_sentry_modules.py"


def test_a_place_outside_every_package_is_the_same_in_the_tree() -> None:
    """A path beside no file of the wheel keeps its name."""
    assert in_tree("extra/frozen.py", {"acme_app/__init__.py": "src/acme_app/__init__.py"}) == (
        "extra/frozen.py"
    )
