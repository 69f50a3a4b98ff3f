"""Requirements files are read as pip reads them, and only what pip would fix has a version."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from packaging import utils
from packaging.utils import canonicalize_name

from hatch_sentry_modules import automatic, pipeline, project, render
from hatch_sentry_modules.config import Config
from hatch_sentry_modules.errors import FreezeError, RefusedEnvironmentError, SourceError
from hatch_sentry_modules.model import Manifest, Selection
from hatch_sentry_modules.project import Project
from hatch_sentry_modules.sources import requirements
from hatch_sentry_modules.sources.requirements import lines as requirements_lines
from hatch_sentry_modules.sources.requirements.entry import ADDRESS, LOCAL, OPEN, VARYING, VCS
from tests import corpus, environments
from tests.environments import execute, listed
from tests.manifests import other_warnings, versions

FIXTURES = Path(__file__).parents[2] / "fixtures" / "locks" / "requirements"
LINUX = environments.LINUX | environments.python("3.11.7")


def freeze(root: Path, text: str, **environment: str) -> Manifest:
    """Freeze a requirements file with a given text, for one environment."""
    (root / "requirements.txt").write_text(text, encoding="utf-8")
    return pipeline.freeze(
        project.read(root), Config(source="requirements.txt"), environment=LINUX | environment
    )


def test_every_form_of_a_line_is_read() -> None:
    """Pins, wheels and constraints give versions; everything else is skipped with its reason."""
    own = Project(root=FIXTURES)
    manifest = pipeline.freeze(own, Config(source="every-form.txt"))
    found = listed(execute(render.to_python(manifest), LINUX))
    assert found == {
        "attrs": "26.1.0",
        "certifi": "2026.10.18",
        "flask": "3.1.1",
        "idna": "3.20",
        "importlib-metadata": "8.7.0",
        "jinja2": "3.1.6",
        "typing-extensions": "4.16.0",
        "urllib3": "2.8.0",
        "werkzeug": "3.1.9",
    }
    assert manifest.skipped == {"click": OPEN, "numpy": VARYING, "plugins": VCS, "tools": VCS}
    windows = {"sys_platform": "win32", "python_full_version": "3.12.1", "python_version": "3.12"}
    on_windows = listed(execute(render.to_python(manifest), LINUX | windows))
    assert {**found, "colorama": "0.4.6", "importlib-metadata": "8.6.0"} == on_windows


LINES = [
    "flask==3.1.1",
    "Flask == 3.1.1 # comment",
    "flask==3.1.1#not-a-comment",
    "flask (==3.1.1)",
    "flask[async,dotenv] == 3.1.1 ; python_version > '3' --hash=sha256:ab",
    'flask==3.1.1 --hash=sha256:ab \\\n  --hash="sha256:cd"',
    "flask==\\\n3.1.1",
    "fla\\\n  sk==3.1.1",
    "flask==3.1.1 \\\n# a comment ends it\nwerkzeug==3.1.9",
    "flask==3.1.1 \\",
    "flask === 3.1.1",
    "flask==3.1.*",
    "flask>=3,==3.1.1",
    "flask~=3.1",
    "flask",
    "flask==3.1.1\x0cwerkzeug==3.1.9\r\nidna==3.20\ridna==3.20",
    "\ufeffflask==3.1.1",
    "flask==3.1.1 --pre",
    "flask==3.1.1\t--pre",
    "flask==3.1.1 -r missing.txt",
    "flask==3.1.1 --hash=md5:ab",
    "flask==3.1.1 --hash=sha256",
    "--hash=sha256:ab",
    "--unknown",
    "--requirement",
    "-i https://index.example.org --trusted-host index.example.org --pre",
    "--index-url='unbalanced",
    "--only-bin :all:",
    "-C a=b",
    "--no-such=1",
    "flask = 3.1.1",
    "flask==3.1.1; python_version",
    "flask==3.1.1;python_version>'3'",
    "flask==3.1.1 ; ",
    "flask==not.a.version",
    "-flask==3.1.1",
    "flask-==3.1.1",
    "fläsk==3.1.1",
    "git+https://git.example.org/a.git@main#egg=flask",
    "git+https://git.example.org/a.git@main#subdirectory=b&egg=Flask",
    "git+ssh://git@git.example.org/a.git",
    "-e git+https://git.example.org/a.git#egg=flask",
    "--editable=git+https://git.example.org/a.git#egg=flask",
    "-e flask@git+https://git.example.org/a.git",
    "-e \"flask @ git+https://git.example.org/a.git ; python_version > '3'\"",
    "flask @ https://files.example.org/flask-3.1.1.tar.gz",
    "flask @ https://files.example.org/flask-3.1.1-py3-none-any.whl",
    "flask @ https://user:word@files.example.org/flask-3.1.1%2Blocal-py3-none-any.whl",
    "https://files.example.org/Flask_X-3.1.1-py3-none-any.whl ; python_version > '3'",
    "https://files.example.org/flask-3.1.1-py3-none-any.whl#sha256=00",
    "https://files.example.org/a;b/flask-3.1.1-py3-none-any.whl",
    "https://files.example.org/flask.zip#egg=flask",
    "https://files.example.org/flask.zip",
    "./flask-3.1.1-py3-none-any.whl",
    "flask-3.1.1-1-py3-none-any.whl",
    "wheels/flask-3.1.1-py3-none-any.whl",
]

ORACLE = """
import json, logging, sys
from pathlib import Path
logging.disable()
from pip._internal.network.session import PipSession
from pip._internal.req.constructors import install_req_from_parsed_requirement
from pip._internal.req.req_file import parse_requirements

def pin(req):
    if req.original_link is not None and not req.original_link.is_wheel:
        return None
    pins = [s.version for s in req.specifier if s.operator in ("==", "===")]
    if req.original_link is not None and not pins:
        from pip._internal.models.wheel import Wheel
        return Wheel(req.original_link.filename).version
    return pins[0] if len(pins) == 1 and not pins[0].endswith(".*") else None

def judge(path):
    try:
        parsed = list(parse_requirements(path, PipSession()))
        found = [install_req_from_parsed_requirement(p, user_supplied=True) for p in parsed]
        return [[req.name, pin(req), req.match_markers()] for req in found]
    except BaseException as error:
        return type(error).__name__

print(json.dumps([judge(path) for path in sys.argv[1:]]))
"""


@pytest.fixture(scope="module")
def pip_says(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """Ask pip's own reader about every line: name, pinned version, and whether it is installed."""
    pytest.importorskip("pip", minversion="26", reason="older versions of pip read other lines")
    root = tmp_path_factory.mktemp("pip")
    paths = [root / f"{number}.txt" for number in range(len(LINES))]
    for path, line in zip(paths, LINES, strict=True):
        path.write_text(line, encoding="utf-8", newline="")
    command = [sys.executable, "-I", "-c", ORACLE, *map(str, paths)]
    answer = subprocess.run(command, check=True, capture_output=True, cwd=root)
    return dict(zip(LINES, json.loads(answer.stdout), strict=True))


@pytest.mark.parametrize("line", LINES)
def test_a_line_says_what_pip_says(tmp_path: Path, line: str, pip_says: dict[str, object]) -> None:
    """Names, versions, markers and refusals are those of pip's own reader."""
    judged = pip_says[line]
    # Behind a pin, since a list without any is refused.
    text = f"{line}\na==1\n" if line.startswith("\ufeff") else f"pinned==1\n{line}"
    (tmp_path / "requirements.txt").write_text(text, encoding="utf-8", newline="")
    try:
        graph = requirements.read(
            tmp_path / "requirements.txt", Project(root=tmp_path), Selection()
        )
    except SourceError:
        assert isinstance(judged, str)
        return
    assert isinstance(judged, list)
    named = {(node.name, node.version) for node in graph.nodes.values()} - {
        ("pinned", "1"),
        ("a", "1"),
    }
    assert named == {(canonicalize_name(name), version) for name, version, _ in judged if name}
    assert len(graph.warnings) == sum(name is None for name, _, _ in judged)


@pytest.mark.parametrize(
    ("text", "found", "skipped"),
    [
        ("a>=1\n-c c.txt", {"a": "1.5"}, {}),
        ("a>=1\na==1.2", {"a": "1.2"}, {}),
        ("a @ git+https://git.example.org/a.git\n-c c.txt", {"a": "1.5"}, {}),
        ("a>=1 ; os_name == 'nt'\n-c c.txt", {}, {}),
        ("b>=1\n-c c.txt", {}, {"b": OPEN}),
        ("d\n-c c.txt", {"d": "2.0"}, {}),
        ("e\n-c c.txt", {}, {"e": OPEN}),
        ("a==1.0 ; os_name == 'nt'\na", {}, {"a": OPEN}),
    ],
)
def test_a_pin_elsewhere_fixes_what_a_line_leaves_open(
    tmp_path: Path, text: str, found: dict[str, str], skipped: dict[str, str]
) -> None:
    """A constraint adds nothing, but its pin is the version, where its marker holds too."""
    limits = "a==1.5\nb<2\nc==3\nd==2.0 ; os_name == 'posix'\ne==2.0 ; os_name == 'nt'\n"
    (tmp_path / "c.txt").write_text(limits, encoding="utf-8")
    manifest = freeze(tmp_path, f"z==1\n{text}\n")
    assert versions(manifest) == {"z": "1", **found}
    assert manifest.skipped == skipped


def test_paths_in_an_included_file_begin_there_and_may_leave_the_project(tmp_path: Path) -> None:
    """A monorepo shares one file above its projects, as pip allows."""
    (tmp_path / "service").mkdir()
    (tmp_path / "base.txt").write_text("-r deep/more.txt\n", encoding="utf-8")
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "more.txt").write_text("certifi==2026.10.18\n", encoding="utf-8")
    manifest = freeze(tmp_path / "service", "-r ../base.txt\n-r ../base.txt\n")
    assert versions(manifest) == {"certifi": "2026.10.18"}


def test_a_requirement_that_a_constraints_file_includes_is_required(tmp_path: Path) -> None:
    """For pip, ``-r`` means what it says, even in a constraints file."""
    (tmp_path / "c.txt").write_text("-r more.txt\nidna==3\n", encoding="utf-8")
    (tmp_path / "more.txt").write_text("certifi==1\n", encoding="utf-8")
    assert versions(freeze(tmp_path, "-c c.txt\n")) == {"certifi": "1"}


@pytest.mark.parametrize(
    ("name", "place", "fault"),
    [
        ("missing-include.txt", "line 2", "'nowhere.txt' is missing"),
        ("includes-itself.txt", "includes-itself-again.txt: line 2", "includes itself"),
        ("two-pins-of-one-name.txt", "line 3", "flask is pinned to 3.1.2, and to 3.1.1 before"),
        ("nowhere.txt", "", "there is no such file"),
    ],
)
def test_a_file_that_pip_refuses_is_refused(name: str, place: str, fault: str) -> None:
    """The message says the file, the line and the fault."""
    with pytest.raises(SourceError, match=fault) as caught:
        requirements.read(FIXTURES / name, Project(root=FIXTURES), Selection())
    assert place in str(caught.value)


@pytest.mark.parametrize("form", ["{}==1.0", "{}>=1.0", "{} @ https://index.example.org/x"])
def test_a_name_that_no_reader_of_a_manifest_takes_is_refused(tmp_path: Path, form: str) -> None:
    """None is longer than 256 characters."""
    assert freeze(tmp_path, "pinned==1\n" + form.format("a" * 256))
    with pytest.raises(SourceError, match="line 2: is not a valid requirement"):
        freeze(tmp_path, "pinned==1\n" + form.format("a" * 257))


def test_a_list_without_a_pin_is_refused(tmp_path: Path) -> None:
    """A manifest of it would list the project alone."""
    with pytest.raises(SourceError, match=r"pins none of its requirements\. Pin them"):
        freeze(tmp_path, "flask>=3\nclick\n")
    assert freeze(tmp_path, "flask>=3\nclick==8.1\n").skipped == {"flask": OPEN}


def test_options_without_end_are_refused(tmp_path: Path) -> None:
    """Each of them is copied with all that follow, so a megabyte took half a minute."""
    with pytest.raises(SourceError, match="line 1: holds longer options than any real line"):
        freeze(tmp_path, "--pre " * 20_000)


@pytest.mark.parametrize(
    "text",
    [
        "-r https://index.example.org/secret.txt",
        "-r ${FOLDER}/secret.txt",
        "-r /nowhere/on/this/machine/secret",
        "--secret",
        "secret secret",
        "secret==1.0 ; secret",
    ],
)
def test_a_message_repeats_neither_addresses_nor_folders_nor_lines(
    tmp_path: Path, text: str
) -> None:
    """A line may hold credentials, and an included file may be anybody's."""
    (tmp_path / "base.txt").write_text(text, encoding="utf-8")
    with pytest.raises(SourceError) as caught:
        freeze(tmp_path, "-r base.txt")
    message = str(caught.value)
    assert message.startswith("base.txt: line 1: ")
    assert "://" not in message
    assert "nowhere" not in message
    assert "secret" not in message or "missing" in message


def test_environment_variables_never_reach_the_output(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The build machine's variables are not part of the inputs, and may be credentials."""
    monkeypatch.setenv("TOKEN", "1.0")
    lines = [
        "a==${TOKEN}",
        "b @ https://${TOKEN}@files.example.org/b-2.0-py3-none-any.whl",
        "c @ https://files.example.org/c-${TOKEN}-py3-none-any.whl",
        "git+https://${TOKEN}@git.example.org/d.git#egg=d",
        "e-${TOKEN}==2.0",
        "-i https://${TOKEN}@index.example.org",
    ]
    manifest = freeze(tmp_path, "\n".join(lines))
    assert versions(manifest) == {"b": "2.0"}
    assert manifest.skipped == {"a": VARYING, "c": ADDRESS, "d": VCS}
    assert other_warnings(manifest) == (
        "requirements.txt: line 5: a requirement has no name to list.",
    )


def test_a_local_project_has_its_own_static_version(tmp_path: Path) -> None:
    """What a folder's ``pyproject.toml`` says is used; a dynamic version is skipped."""
    for name, line in (("static", 'version = "2.1"'), ("dynamic", 'dynamic = ["version"]')):
        (tmp_path / name).mkdir()
        text = f'[project]\nname = "Local.{name}"\n{line}\n'
        (tmp_path / name / "pyproject.toml").write_text(text, encoding="utf-8")
    own = '[project]\nname = "own"\nversion = "1.0"\n'
    (tmp_path / "pyproject.toml").write_text(own, encoding="utf-8")
    text = "-e .[web]\n./static\n-e dynamic\n./missing\n/static\n"
    manifest = freeze(tmp_path, text)
    assert versions(manifest) == {"own": "1.0", "local-static": "2.1"}
    assert manifest.skipped == {"local-dynamic": LOCAL}
    assert len(other_warnings(manifest)) == 2


def test_an_egg_fragment_may_have_extras(tmp_path: Path) -> None:
    """Versions of pip before 2026 accept them, so they stand in old files."""
    manifest = freeze(tmp_path, "git+https://git.example.org/a.git#egg=flask[async]")
    assert manifest.skipped == {"flask": VCS}


@pytest.mark.parametrize(
    ("data", "is_read"),
    [
        ("flask==3.1.1 # ü".encode("utf-8-sig"), True),
        ("flask==3.1.1 # ü".encode("utf-16"), True),
        ("flask==3.1.1 # ü".encode("utf-32"), True),
        ("# -*- coding: latin-1 -*-\nflask==3.1.1 # ü".encode("latin-1"), True),
        ("# one\n# coding=cp1252\nflask==3.1.1 # €".encode("cp1252"), True),
        ("# one\n# two\n# coding: latin-1\nflask==3.1.1 # ü".encode("latin-1"), False),
        ("flask==3.1.1 # ü".encode("latin-1"), False),
        (b"# coding: nonsense\nflask==3.1.1", False),
        (b"# coding: zlib\nflask==3.1.1", False),
        (b"# coding: undefined\nflask==3.1.1", False),
        (b"\xff\xfe\x00", False),
    ],
)
def test_encodings_are_those_of_pip_without_the_machines_own(
    tmp_path: Path, data: bytes, is_read: bool
) -> None:
    """A byte order mark or a PEP 263 comment decides; else the file is UTF-8 on every machine."""
    path = tmp_path / "requirements.txt"
    path.write_bytes(data)
    if is_read:
        assert [line.text for line in requirements_lines.read(path)[0]] == ["flask==3.1.1"]
    else:
        with pytest.raises(SourceError, match="is not text in the encoding"):
            requirements_lines.read(path)


@pytest.mark.parametrize(
    ("text", "is_pinned"),
    [
        ("flask==3.1.1", True),
        ("flask==3.1.1\n-e .\nplugins @ git+https://git.example.org/plugins.git", True),
        ("flask\n-c c.txt", True),
        ("flask==3.1.1\nwerkzeug>=3", False),
        ("flask==3.*", False),
        ("-e .", False),
        ("-c c.txt", False),
        ("", False),
    ],
)
def test_auto_takes_only_a_file_that_is_a_lock(tmp_path: Path, text: str, is_pinned: bool) -> None:
    """A requirements file with open versions is no lock file, and is not frozen unasked."""
    (tmp_path / "c.txt").write_text("flask==3.1.1\n", encoding="utf-8")
    path = tmp_path / "requirements.txt"
    path.write_text(text, encoding="utf-8")
    assert requirements.is_pinned(path) is is_pinned
    if is_pinned:
        assert automatic.find(Project(root=tmp_path)) == [path]
    else:
        with pytest.raises(SourceError, match="no lock file"):
            automatic.find(Project(root=tmp_path))


def test_the_fixture_with_open_versions_is_no_lock() -> None:
    """It is read when it is named, with the open version among the skipped."""
    assert not requirements.is_pinned(FIXTURES / "open-versions.txt")
    manifest = pipeline.freeze(Project(root=FIXTURES), Config(source="open-versions.txt"))
    assert manifest.skipped == {"werkzeug": OPEN}


@pytest.mark.parametrize(
    "selection",
    [
        Selection(extras=frozenset({canonicalize_name("web")})),
        Selection(groups=frozenset({canonicalize_name("dev")})),
        Selection(all_packages=True),
        Selection(runtime=False),
        Selection(package=canonicalize_name("other")),
    ],
)
def test_nothing_can_be_selected_from_a_list(selection: Selection) -> None:
    """A selection that cannot be met is refused, not ignored."""
    with pytest.raises(SourceError, match="nothing can be selected"):
        requirements.read(FIXTURES / "real" / "requirements.txt", Project(root=FIXTURES), selection)


def test_a_list_for_other_environments_is_refused_not_empty(tmp_path: Path) -> None:
    """Where every line has a condition and none holds, the file says nothing."""
    text = "a==1 ; sys_platform == 'win32'\nb==1 ; sys_platform == 'darwin'\n"
    assert versions(freeze(tmp_path, text, sys_platform="darwin")) == {"b": "1"}
    with pytest.raises(RefusedEnvironmentError):
        freeze(tmp_path, text)
    assert versions(freeze(tmp_path, f"{text}c==1\n")) == {"c": "1"}


def test_constraints_at_an_address_are_reported(tmp_path: Path) -> None:
    """The network is not used, and what the constraints would fix stays open."""
    manifest = freeze(tmp_path, "-c https://files.example.org/upper.txt\na\nb==1\n")
    assert manifest.skipped == {"a": OPEN}
    assert other_warnings(manifest) == (
        "requirements.txt: line 1: the constraints at an address are not read.",
    )


def test_includes_that_multiply_are_read_once(tmp_path: Path) -> None:
    """Of 40 files each includes the next one twice; pip reads the last a million million times."""
    for number in range(40):
        text = f"-r {number + 1}.txt\n-r {number + 1}.txt\n"
        (tmp_path / f"{number}.txt").write_text(text, encoding="utf-8")
    (tmp_path / "40.txt").write_text("a==1\n", encoding="utf-8")
    assert len(requirements_lines.read(tmp_path / "0.txt")[0]) == 1


def test_includes_that_go_too_deep_are_refused(tmp_path: Path) -> None:
    """A chain of includes ends with a message, not with the interpreter's stack."""
    for number in range(requirements_lines.MAX_DEPTH + 1):
        path = tmp_path / f"{number}.txt"
        path.write_text(f"-r {number + 1}.txt\n", encoding="utf-8")
    with pytest.raises(SourceError, match="too deeply"):
        requirements_lines.read(tmp_path / "0.txt")


def test_constraints_under_many_markers_stay_few_edges(tmp_path: Path) -> None:
    """Two thousand lines and two thousand constraints of one name are not four million edges."""
    limits = "\n".join(f"a==1 ; python_version > '3.{n}'" for n in range(2000))
    (tmp_path / "c.txt").write_text(limits, encoding="utf-8")
    lines = [f"a ; python_version < '4.{n}'" for n in range(2000)]
    (tmp_path / "requirements.txt").write_text("\n".join([*lines, "-c c.txt"]), encoding="utf-8")
    graph = requirements.read(tmp_path / "requirements.txt", Project(root=tmp_path), Selection())
    edges = len(graph.roots) + sum(len(node.edges) for node in graph.nodes.values())
    assert edges <= 3 * 2000


@pytest.mark.parametrize(
    "text",
    [
        "a" * 1_000_000,
        "a==" + "1" * 1_000_000,
        "a" + " " * 1_000_000 + "b",
        "a" + "[" * 100_000,
        "a ; " + "(" * 100_000,
        "\\\n" * 300_000,
        "a @ https://h/a-1-" + ".".join(map(str, range(2000))) + "-none-any.whl",
        "-r " + "x" * 100_000,
        "-r \0",
        "./\0",
        "https://[h/",
        "--hash " * 100_000,
        '"];import os;#==1.0',
        'a==1.0"];import os;#',
    ],
    ids=range(14),
)
def test_hostile_lines_end_in_a_result_or_a_message(tmp_path: Path, text: str) -> None:
    """No line takes long, none raises anything else, and none becomes code."""
    message = ""
    try:
        rendered = render.to_python(freeze(tmp_path, text))
    except FreezeError as error:
        message = str(error)
    else:
        assert listed(execute(rendered, LINUX)) == {}
    assert "\n" not in message
    assert len(message) < 500


def test_an_encoding_that_takes_the_square_of_a_text_is_refused(tmp_path: Path) -> None:
    """Half a megabyte takes seconds to decode, and ten times as much takes minutes."""
    with pytest.raises(FreezeError, match="is not text in the encoding 'punycode'"):
        freeze(tmp_path, f"# coding: punycode\n{'a' * 200_000}-{'b' * 300_000}")


def test_the_tags_of_a_wheel_are_not_combined(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three times twenty-six letters would be seventeen thousand tags for one line."""
    parsed = []
    parse = utils.parse_wheel_filename

    def count(name: str) -> object:
        parsed.append(parse(name))
        return parsed[-1]

    monkeypatch.setattr(utils, "parse_wheel_filename", count)
    tags = ".".join("abcdefghijklmnopqrstuvwxyz")
    manifest = freeze(tmp_path, f"./b-1-{tags}-{tags}-{tags}.whl")
    assert ("b", "1") in {(d.name, d.version) for d in manifest.distributions}
    assert [len(found) for *_, found in parsed] == [1]


@pytest.mark.skipif(not corpus.ROOT.is_dir(), reason="the corpus is not beside the project")
@pytest.mark.parametrize(
    "path", sorted(corpus.ROOT.glob("requirements/*/*.txt")), ids=lambda path: path.parent.name
)
def test_pip_reads_the_same_lines_from_the_corpus(path: Path) -> None:
    """Line by line, the real files are split and joined as pip does it."""
    req_file = pytest.importorskip("pip._internal.req.req_file")
    expected = [
        (parsed.requirement, parsed.is_editable)
        for parsed in req_file.parse_requirements(str(path), session=None)
    ]
    found = [(line.text, line.is_editable) for line in requirements_lines.read(path)[0]]
    assert found == expected
    assert found


@pytest.mark.skipif(os.name == "nt", reason="such names and links are not allowed there")
def test_a_file_s_name_does_nothing_to_a_terminal(tmp_path: Path) -> None:
    """A warning or an error names it."""
    name = "constraint\x1b[31m.txt"
    (tmp_path / name).write_text("-c https://index.example.org/c.txt\na==1\n", encoding="utf-8")
    own = project.read(tmp_path)
    warnings = pipeline.freeze(own, Config(source=name)).warnings
    assert len(warnings) > 1
    assert all(warning.startswith("constraint?[31m.txt: ") for warning in warnings)
    (tmp_path / name).write_text(f'-r "{name}"\n', encoding="utf-8")
    with pytest.raises(SourceError) as caught:
        pipeline.freeze(own, Config(source=name))
    assert str(caught.value).isprintable()


@pytest.mark.skipif(os.name == "nt", reason="it makes links for administrators alone")
def test_a_link_to_itself_is_refused(tmp_path: Path) -> None:
    """Before Python 3.13 to follow it is an error that names its path."""
    (tmp_path / "loop.txt").symlink_to("loop.txt")
    with pytest.raises(SourceError, match=r"^loop\.txt: cannot be read \("):
        pipeline.freeze(project.read(tmp_path), Config(source="loop.txt"))


def test_a_list_longer_than_any_real_one_is_refused(tmp_path: Path) -> None:
    """Each line takes a kilobyte of memory."""
    with pytest.raises(SourceError, match="line 150001: the list is longer than any real one"):
        freeze(tmp_path, "a==1\n" * 150_001)
