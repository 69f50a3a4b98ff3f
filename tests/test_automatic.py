"""``auto`` takes what the project is locked with, and says what it cannot tell apart."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hatch_sentry_modules import automatic, pipeline, project
from hatch_sentry_modules.config import Config
from hatch_sentry_modules.errors import SourceError
from hatch_sentry_modules.model import Manifest
from tests.environments import LINUX
from tests.manifests import versions

PROJECT = '[project]\nname = "acme"\nversion = "1.0"\ndependencies = ["idna"]\n'
DEV = {
    "dependency-groups": '[dependency-groups]\ndev = ["iniconfig"]\n',
    "uv": '[tool.uv]\ndev-dependencies = ["iniconfig"]\n',
    "pdm": '[tool.pdm.dev-dependencies]\ndev = ["iniconfig>=2"]\n',
    "poetry": '[tool.poetry.group.dev.dependencies]\npython = ">=3.9"\niniconfig = "*"\n',
    "old poetry": '[tool.poetry.dev-dependencies]\niniconfig = "*"\n',
    "hatch": '[tool.hatch.envs.default]\ndependencies = ["iniconfig"]\n',
    "hatch, extra": '[tool.hatch.envs.default]\nextra-dependencies = ["iniconfig"]\n',
}
REGISTRY = 'source = { registry = "https://index.example.org/simple" }\n'
UV = (
    'version = 1\nrevision = 3\nrequires-python = ">=3.10"\n\n[[package]]\nname = "acme"\n'
    'version = "1.0"\nsource = { virtual = "." }\ndependencies = [{ name = "idna" }]\n\n'
    f'[[package]]\nname = "idna"\nversion = "3.10"\n{REGISTRY}'
)
POETRY = (
    '[[package]]\nname = "idna"\nversion = "3.10"\noptional = false\npython-versions = ">=3.6"\n'
    'groups = ["main"]\n\n[metadata]\nlock-version = "2.1"\npython-versions = ">=3.10"\n'
)
PDM = (
    '[metadata]\ngroups = ["default"]\nstrategy = ["inherit_metadata"]\nlock_version = "4.5.0"\n\n'
    '[[metadata.targets]]\nrequires_python = ">=3.10"\n\n'
    '[[package]]\nname = "idna"\nversion = "3.10"\ngroups = ["default"]\n'
)
PIPFILE = json.dumps(
    {"_meta": {"pipfile-spec": 6}, "default": {"idna": {"version": "==3.10"}}, "develop": {}}
)
TOOLS = {"uv.lock": UV, "poetry.lock": POETRY, "pdm.lock": PDM, "Pipfile.lock": PIPFILE}


def pylock(*pins: str, by: str = "uv", head: str = "") -> str:
    """Write a ``pylock.toml``."""
    packages = [pin.split("==") for pin in pins]
    text = f'lock-version = "1.0"\ncreated-by = "{by}"\n{head}packages = []\n'
    entries = "".join(f'[[packages]]\nname = "{n}"\nversion = "{v}"\n' for n, v in packages)
    return text.replace("packages = []\n", entries) if packages else text


def requirements(*pins: str) -> str:
    """Write a list as ``uv export`` does."""
    return "# exported\n" + "".join(f"{pin}\n    # via acme\n" for pin in pins)


def freeze(root: Path, files: dict[str, str], pyproject: str = PROJECT) -> Manifest:
    """Write a project with some lock files, and freeze it."""
    for name, text in {"pyproject.toml": pyproject, **files}.items():
        (root / name).parent.mkdir(exist_ok=True, parents=True)
        (root / name).write_text(text, encoding="utf-8")
    return pipeline.freeze(project.read(root), Config())


def about(manifest: Manifest, word: str) -> list[str]:
    """Return the warnings in which a word stands."""
    return [warning for warning in manifest.warnings if word in warning]


@pytest.mark.parametrize("tool", TOOLS)
@pytest.mark.parametrize("export", automatic.EXPORTS)
def test_the_tools_own_lock_goes_before_what_was_exported(
    tmp_path: Path, tool: str, export: str
) -> None:
    """An export can hold the development group without saying so; a difference is said."""
    write = pylock if export == "pylock.toml" else requirements
    manifest = freeze(tmp_path, {tool: TOOLS[tool], export: write("idna==3.9", "iniconfig==2.3.1")})
    assert (manifest.source, versions(manifest)) == (tool, {"acme": "1.0", "idna": "3.10"})
    (warning,) = about(manifest, "disagrees")
    names = "idna, iniconfig" if export == "pylock.toml" else "idna"
    assert warning.startswith(f"{tool}: it is used, but {export} beside it disagrees on {names}.")


@pytest.mark.parametrize("tool", TOOLS)
def test_files_that_agree_are_not_mentioned(tmp_path: Path, tool: str) -> None:
    """Conditions and lists of other parts of the project are no difference."""
    others = {"pylock.toml": pylock("idna==3.10"), "requirements.txt": requirements("zipp==3.0")}
    manifest = freeze(tmp_path, {tool: TOOLS[tool], **others})
    assert (manifest.source, about(manifest, "disagrees")) == (tool, [])


@pytest.mark.parametrize(
    "content",
    [
        b"-r https://index.example.org/base.txt\n",
        b"-r missing.txt\n",
        b"{{ template }}\n",
        "idna==3.10  # caf\u00e9".encode("latin-1"),
        None,
    ],
    ids=range(5),
)
def test_an_export_that_cannot_be_read_does_no_harm(tmp_path: Path, content: bytes | None) -> None:
    """It is not what the project is locked with; alone it stops the build."""
    path = tmp_path / "requirements.txt"
    path.mkdir() if content is None else path.write_bytes(content)
    assert versions(freeze(tmp_path, {"uv.lock": UV})) == {"acme": "1.0", "idna": "3.10"}
    (tmp_path / "uv.lock").unlink()
    with pytest.raises(SourceError, match=r"^requirements\.txt"):
        freeze(tmp_path, {})


def test_a_folder_that_is_called_like_a_dependency_is_no_member(tmp_path: Path) -> None:
    """The lock above says in which folders its members are."""
    (tmp_path / "uv.lock").write_text(UV, encoding="utf-8")
    manifest = freeze(tmp_path / "idna", {"requirements.txt": requirements("idna==3.9")})
    assert (manifest.source, versions(manifest)["idna"]) == ("requirements.txt", "3.9")


def test_a_lock_beside_the_way_to_a_project_is_not_above_it(tmp_path: Path) -> None:
    """A path can lead through another project and out of it again."""
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "uv.lock").write_text(UV, encoding="utf-8")
    with pytest.raises(SourceError, match="no lock file"):
        freeze(tmp_path / "sub" / ".." / "other", {})


def test_tools_go_in_the_order_of_the_documentation(tmp_path: Path) -> None:
    """Where a project changed its tool, both files are named if they differ."""
    old = POETRY.replace("3.10", "3.9", 1)
    manifest = freeze(tmp_path, {"uv.lock": UV, "poetry.lock": old})
    assert manifest.source == "uv.lock"
    assert about(manifest, "poetry.lock beside it disagrees on idna.")


def test_what_an_earlier_tool_left_is_not_taken(tmp_path: Path) -> None:
    """A project that moved from Poetry to PDM has no table of Poetry any more."""
    files = {"poetry.lock": POETRY.replace("3.10", "3.9", 1), "pdm.lock": PDM}
    assert freeze(tmp_path, files, f"{PROJECT}[tool.pdm]\n").source == "pdm.lock"
    assert freeze(tmp_path, files, f"{PROJECT}[tool.poetry]\n").source == "poetry.lock"
    backend = '[build-system]\nrequires = []\nbuild-backend = "poetry.core.masonry.api"\n'
    assert freeze(tmp_path, files, PROJECT + backend).source == "poetry.lock"


def test_a_member_takes_the_workspace_lock_and_not_its_own_export(tmp_path: Path) -> None:
    """The lock above a member is its tool's own, if it names the member's folder."""
    lock = UV.replace('virtual = "."', 'editable = "api"')
    (tmp_path / "uv.lock").write_text(lock, encoding="utf-8")
    export = {"requirements.txt": requirements("idna==3.9")}
    assert freeze(tmp_path / "api", export).source == "uv.lock"
    assert freeze(tmp_path / "other", export).source == "requirements.txt"


@pytest.mark.parametrize("name", automatic.EXPORTS[1:])
def test_lists_are_found_under_the_names_that_people_use(tmp_path: Path, name: str) -> None:
    """Rye, ``uv pip compile`` and pip-compile write to these, and a list has to be pinned."""
    text = "# generated\n-e file:.\nidna==3.10\n    # via acme\n"
    manifest = freeze(tmp_path, {name: text})
    assert (manifest.source, versions(manifest)) == (name, {"acme": "1.0", "idna": "3.10"})
    assert not manifest.warnings
    (tmp_path / name).write_text("idna\n", encoding="utf-8")
    with pytest.raises(SourceError, match="no lock file stands beside it"):
        freeze(tmp_path, {})


@pytest.mark.parametrize(
    ("name", "remedy"),
    [
        ("requirements/base.txt", "what it is locked with: requirements/base.txt."),
        ("requirements-deploy.txt", "what it is locked with: requirements-deploy.txt."),
        ("deploy.lock", "what it is locked with: deploy.lock."),
        ("pixi.lock", "pixi.lock; for a lock of conda, to 'installed:PLACE'"),
        ("conda-lock.yml", "conda-lock.yml; for a lock of conda, to 'installed:PLACE'"),
    ],
)
def test_what_may_be_the_lock_file_is_named(tmp_path: Path, name: str, remedy: str) -> None:
    """Nobody can be sure of these, so the user decides."""
    with pytest.raises(SourceError) as caught:
        freeze(tmp_path, {name: "idna==3.10\n"})
    assert remedy in str(caught.value)


@pytest.mark.parametrize("name", ["pixi.lock", "conda-lock.yml", "linux.conda-lock.yml"])
def test_a_lock_of_conda_has_another_way(tmp_path: Path, name: str) -> None:
    """The environment that is made of it can be frozen."""
    (tmp_path / name).touch()
    with pytest.raises(SourceError, match=rf"^{name}: .*source = 'installed:PLACE'"):
        pipeline.freeze(project.read(tmp_path), Config(source=name))


def test_an_unpacked_sdist_without_its_lock_file_says_so(tmp_path: Path) -> None:
    """To lock the project is no help there: it is locked where the sdist came from."""
    (tmp_path / "PKG-INFO").touch()
    with pytest.raises(SourceError, match=r"unpacked sdist .*Put the lock file into the sdist"):
        freeze(tmp_path, {})


@pytest.mark.parametrize("table", DEV)
@pytest.mark.parametrize("name", ["pylock.toml", *automatic.EXPORTS[1:]])
def test_a_list_with_a_development_group_in_it_is_told(
    tmp_path: Path, name: str, table: str
) -> None:
    """What the project asks for in development alone does not belong to the runtime set."""
    write = pylock if name == "pylock.toml" else requirements
    files = {name: write("idna==3.10", "iniconfig==2.3.1")}
    (warning,) = about(freeze(tmp_path, files, PROJECT + DEV[table]), "(iniconfig)")
    group = "Hatch's default environment" if "hatch" in table else "the dependency group 'dev'"
    assert warning.startswith(f"{name}: it lists what {group} asks for (iniconfig)")
    clean = freeze(tmp_path, {name: write("idna==3.10")}, PROJECT + DEV[table])
    assert not clean.warnings


NEEDED = {
    "pylock.toml": pylock("idna==3.10", "iniconfig==2.3.1").replace(
        '"3.10"\n', '"3.10"\ndependencies = [{ name = "iniconfig" }]\n'
    ),
    "requirements.txt": "idna==3.10\n    # via acme\niniconfig==2.3.1\n    # via idna\n",
    "requirements.lock": (
        "idna==3.10\n    # via acme\niniconfig==2.3.1\n    # via\n    #   acme\n    #   idna\n"
    ),
    "requirements-lock.txt": "idna==3.10  # via acme\niniconfig==2.3.1  # via acme, Idna\n",
}


@pytest.mark.parametrize("name", NEEDED)
def test_a_group_that_asks_for_what_is_needed_anyway_is_not_mentioned(
    tmp_path: Path, name: str
) -> None:
    """A distribution of the runtime set may stand in a development group as well."""
    group = DEV["dependency-groups"]
    assert not about(freeze(tmp_path, {name: NEEDED[name]}, PROJECT + group), "iniconfig")
    alone = NEEDED[name].replace("via idna", "via acme").replace("#   idna", "#   acme")
    alone = alone.replace(", Idna", "").replace('{ name = "iniconfig" }', "")
    assert about(freeze(tmp_path, {name: alone}, PROJECT + group), "(iniconfig)")


def test_groups_that_the_file_tells_apart_are_not_mentioned(tmp_path: Path) -> None:
    """A pylock can name its groups, and markers ask for them."""
    head = 'dependency-groups = ["dev"]\nextras = ["web"]\n'
    head += "environments = [\"sys_platform == 'linux'\", \"sys_platform == 'win32'\"]\n"
    text = pylock("idna==3.10", "iniconfig==2.3.1", "yarl==1.0", head=head)
    text = text.replace('"2.3.1"\n', '"2.3.1"\nmarker = "\'dev\' in dependency_groups"\n')
    text += "marker = \"'web' in extras and sys_platform == 'linux'\"\n"
    manifest = freeze(tmp_path, {"pylock.toml": text}, PROJECT + DEV["dependency-groups"])
    assert versions(manifest) == {"acme": "1.0", "idna": "3.10"}
    assert not manifest.warnings
    own = project.read(tmp_path)
    extra = pipeline.freeze(own, Config(extras=frozenset(["web"])))  # type: ignore[list-item] # normal
    assert versions(extra) == {"acme": "1.0", "idna": "3.10", "yarl": "1.0"}


ONE = "it was made for one platform without saying which"
UV_HEADER = "# This file was autogenerated by uv via the following command:\n#    uv"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("pylock.toml", pylock("idna==3.10", by="pip")),
        (
            "pylock.toml",
            f"{UV_HEADER} pip compile --format pylock.toml x.in\n{pylock('idna==3.10', by='uv')}",
        ),
        ("requirements.txt", "certifi==2026.1.1\nidna==3.10\n"),
        ("requirements.txt", "Flask==3.1.3\nFlask-Login==0.6.3\nidna==3.10\n"),
        (
            "requirements.txt",
            "certifi==2026.1.1\n# Editable Git install with no remote (x==1)\n-e ./x\nidna==3\n",
        ),
        ("requirements.txt", "#\n# This file was generated by pip-compile-multi.\nidna==3\n"),
        *(
            (
                "requirements.txt",
                f"#\n# This file is autogenerated by {by} with Python 3.12\nidna==3\n",
            )
            for by in ("pip-compile", "hatch-pip-compile")
        ),
        ("requirements.txt", f"{UV_HEADER} pip compile pyproject.toml\nidna==3.10\n"),
        ("requirements.lock", "# generated by rye\n#   universal: false\n\nidna==3.10\n"),
        ("pdm.lock", PDM.replace('[[metadata.targets]]\nrequires_python = ">=3.10"\n', "")),
    ],
)
def test_a_lock_of_one_platform_is_told(tmp_path: Path, name: str, text: str) -> None:
    """It looks like any other, and misses what other platforms need."""
    assert about(freeze(tmp_path, {name: text}), ONE)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("pylock.toml", pylock("idna==3.10")),
        (
            "pylock.toml",
            f"{UV_HEADER} export --format pylock.toml\n{pylock('idna==3.10', by='uv')}",
        ),
        ("requirements.txt", requirements("idna==3.10", "zipp==3.0")),
        ("requirements.txt", "idna==3.10\ncolorama==0.4.6 ; sys_platform == 'win32'\n"),
        ("requirements.txt", f"{UV_HEADER} pip compile --universal pyproject.toml\nidna==3\n"),
        ("requirements.txt", f"{UV_HEADER} export --no-dev\nidna==3.10\n"),
    ],
)
def test_a_universal_lock_is_not_mentioned(tmp_path: Path, name: str, text: str) -> None:
    """Markers, comments and headers tell that a list is no snapshot."""
    assert not about(freeze(tmp_path, {name: text}), ONE)


def test_one_environment_is_compared_with_one(tmp_path: Path) -> None:
    """What another one needs is no disagreement."""
    lock = "colorama==0.4.6 ; sys_platform == 'win32'\nidna==3.10\n"
    exported = pylock("colorama==0.4.6", "idna==3.10")
    exported = exported.replace('"0.4.6"\n', '"0.4.6"\nmarker = "sys_platform == \'win32\'"\n')
    freeze(tmp_path, {"pylock.toml": exported, "requirements.txt": lock})
    own = project.read(tmp_path)
    for environment in (None, LINUX):
        manifest = pipeline.freeze(own, Config(), environment=environment)
        assert not about(manifest, "disagrees")


def test_constraints_are_no_list(tmp_path: Path) -> None:
    """A constraints file that is named as the source is taken, but not in silence."""
    freeze(tmp_path, {"requirements.txt": requirements("idna==3.10")})
    (tmp_path / "constraints.txt").write_text("idna==3.10\n", encoding="utf-8")
    manifest = pipeline.freeze(project.read(tmp_path), Config(source="constraints.txt"))
    assert about(manifest, "constraints say what may be installed")


OVERRIDES = {
    "uv": (
        '[tool.uv]\noverride-dependencies = ["idna==2.10"]\nexclude-dependencies = ["colorama"]\n'
    ),
    "pdm": '[tool.pdm.resolution]\nexcludes = ["colorama"]\noverrides = { idna = "2.10" }\n',
}


@pytest.mark.parametrize("tool", OVERRIDES)
@pytest.mark.parametrize("name", [*TOOLS, "pylock.toml", "requirements.txt"])
def test_what_is_overridden_is_not_stale(tmp_path: Path, name: str, tool: str) -> None:
    """An override is there to give another version than the project requires."""
    exports = {"pylock.toml": pylock("idna==3.10"), "requirements.txt": requirements("idna==3.10")}
    text = {**TOOLS, **exports}[name].replace('"3.10"', '"2.10"').replace("==3.10", "==2.10")
    pyproject = PROJECT.replace('["idna"]', '["idna>=3", "colorama"]')
    assert about(freeze(tmp_path, {name: text}, pyproject), "not '>=3'")
    assert not about(freeze(tmp_path, {name: text}, pyproject + OVERRIDES[tool]), "does not hold")
    assert not about(freeze(tmp_path, {name: text}, pyproject + OVERRIDES[tool]), "not '>=3'")


@pytest.mark.parametrize(
    "asked",
    [
        """"idna<2; python_version < '3.12'", "idna>=2; python_version >= '3.12'\"""",
        """"idna", "idna<2; python_version < '3.8'\"""",
        """"idna<2; sys_platform == 'win32'\"""",
    ],
)
@pytest.mark.parametrize("name", [*TOOLS, "pylock.toml", "requirements.txt"])
def test_what_holds_elsewhere_is_not_stale(tmp_path: Path, name: str, asked: str) -> None:
    """One locked version can be that of another requirement, or of nobody's own."""
    exports = {"pylock.toml": pylock("idna==3.10"), "requirements.txt": requirements("idna==3.10")}
    pyproject = PROJECT.replace('"idna"', asked)
    manifest = freeze(tmp_path, {name: {**TOOLS, **exports}[name]}, pyproject)
    assert not about(manifest, "is not")


@pytest.mark.parametrize("name", [*TOOLS, "pylock.toml", "requirements.txt"])
def test_an_extra_of_the_project_itself_is_not_stale(tmp_path: Path, name: str) -> None:
    """A project may ask for its own extras, and no lock file has to hold it."""
    exports = {"pylock.toml": pylock("idna==3.10"), "requirements.txt": requirements("idna==3.10")}
    pyproject = PROJECT.replace('["idna"]', '["idna", "Acme[x]"]')
    pyproject += '[project.optional-dependencies]\nx = ["idna"]\n'
    assert not about(
        freeze(tmp_path, {name: {**TOOLS, **exports}[name]}, pyproject), "does not hold"
    )


def test_a_workspace_overrides_for_its_members(tmp_path: Path) -> None:
    """The overrides stand in the lock, while the member's own file knows nothing of them."""
    manifest = '[manifest]\noverrides = [{ name = "idna" }]\nexcludes = ["colorama"]\n\n[[package]]'
    pyproject = PROJECT.replace('["idna"]', '["idna>=4", "colorama"]')
    lock = UV.replace("[[package]]", manifest, 1)
    assert not freeze(tmp_path, {"uv.lock": lock}, pyproject).warnings


@pytest.mark.parametrize("name", [*TOOLS, "pylock.toml", "requirements.txt"])
def test_an_application_may_have_an_empty_name_and_version(tmp_path: Path, name: str) -> None:
    """``pdm init`` writes both for what is no package."""
    exports = {"pylock.toml": pylock("idna==3.10"), "requirements.txt": requirements("idna==3.10")}
    lock = UV.replace("[[package]]", '[manifest]\nmembers = ["acme"]\n\n[[package]]', 1)
    text = {**TOOLS, **exports, "uv.lock": lock}[name]
    pyproject = '[project]\nname = ""\nversion = ""\ndependencies = ["idna>=3"]\n'
    manifest = freeze(tmp_path, {name: text}, pyproject)
    assert (manifest.project, versions(manifest)) == (None, {"idna": "3.10"})


OLD = {
    "uv.lock": (UV.replace("version = 1\n", "", 1), r"version: is missing \(supported: 1\)"),
    "poetry.lock": (
        POETRY.replace('lock-version = "2.1"\n', ""),
        r"metadata\.lock-version: is missing; .* or older than Poetry 1\.1\.",
    ),
    "pdm.lock": (
        PDM.replace('lock_version = "4.5.0"\n', ""),
        r"lock_version: is missing \(supported: 2 to 4\.5\)",
    ),
    "Pipfile.lock": (
        PIPFILE.replace('"pipfile-spec": 6', '"sources": []'),
        r"pipfile-spec: is missing \(supported: 6\)",
    ),
    "pylock.toml": (
        pylock("idna==3.10").replace('lock-version = "1.0"\n', ""),
        r"lock-version: is missing \(supported: 1\.x\)",
    ),
}


@pytest.mark.parametrize("name", OLD)
def test_a_lock_from_before_its_format_had_a_version_says_so(tmp_path: Path, name: str) -> None:
    """Its first line is not taken for a mistake of the user, and the remedy is to lock again."""
    text, message = OLD[name]
    pyproject = f"{PROJECT}[tool.poetry]\n[tool.pdm]\n"
    with pytest.raises(SourceError, match=rf"{message}.* (Lock with|Run '[a-z]+ lock')"):
        freeze(tmp_path, {name: text}, pyproject)


ITSELF = {
    "pylock.toml": pylock("idna==3.10")
    + '[[packages]]\nname = "acme"\ndirectory = { path = ".", editable = true }\n',
    "Pipfile.lock": PIPFILE.replace(
        '"default": {', '"default": {"acme": {"editable": true, "path": "."}, '
    ),
    "uv.lock": UV.replace("virtual", "editable"),
}


@pytest.mark.parametrize("name", ITSELF)
def test_a_lock_that_holds_the_project_itself_lists_it_once(tmp_path: Path, name: str) -> None:
    """Its version is the one that is built; Poetry and PDM lock only what the project requires."""
    manifest = freeze(tmp_path, {name: ITSELF[name]})
    assert (versions(manifest), manifest.warnings) == ({"acme": "1.0", "idna": "3.10"}, ())


@pytest.mark.parametrize(
    "line", ["-e file:.", "file:.", "-e .", ".", "-e ./", "-e .[web]", "-e file:./#egg=acme"]
)
def test_a_list_that_holds_the_project_itself_lists_it_once(tmp_path: Path, line: str) -> None:
    """Rye, uv and pip freeze have their own ways to write it."""
    manifest = freeze(tmp_path, {"requirements.txt": f"# exported\n{line}\nidna==3.10\n"})
    assert (versions(manifest), manifest.warnings) == ({"acme": "1.0", "idna": "3.10"}, ())
