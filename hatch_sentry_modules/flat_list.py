"""Judges flat lists that do not say what they are of: one platform, or development as well."""

from collections.abc import Iterator, Set

from packaging.utils import NormalizedName, canonicalize_name

from hatch_sentry_modules.document import Table, leading_name, quoted
from hatch_sentry_modules.errors import SourceError
from hatch_sentry_modules.model import Selection
from hatch_sentry_modules.project import Project

ONE_PLATFORM = "it was made for one platform without saying which, and may be wrong on others."

HATCH = "Hatch's default environment"


def refuse_selection(file: str, project: Project, selection: Selection) -> None:
    """Refuse to select from what is one list."""
    is_other = selection.package not in (None, project.name)
    if is_other or selection._replace(package=None) != Selection():
        fault = "it is one list, in which nothing can be selected"
        remedy = "Lock or install what is wanted on its own, and select nothing"
        raise SourceError(file=file, fault=fault, remedy=remedy)


def warnings(
    file: str, project: Project, names: Set[NormalizedName], needed: Set[NormalizedName]
) -> Iterator[str]:
    """Yield a warning for each development group that is all listed, and not needed by others."""
    if project.is_dynamic:
        return
    declared = [project.dependencies, *project.optional_dependencies.values()]
    own = {canonicalize_name(requirement.name) for some in declared for requirement in some}
    for group, asked in _groups(project.table):
        added = asked - own - needed - {project.name}
        if added and added <= names:
            listed = ", ".join(sorted(added))
            yield (
                f"{file}: it lists what {group} asks for ({listed}), and all that this needs. "
                "Lock or export the runtime set alone, or set 'source' to a lock that tells."
            )


def _groups(document: Table) -> Iterator[tuple[str, set[NormalizedName]]]:
    tool = document.table("tool")
    for table in (document.table("dependency-groups"), tool.table("pdm").table("dev-dependencies")):
        for group, values in table.values.items():
            yield _named(group), _names(values)
    yield _named("dev"), _names(tool.table("uv").values.get("dev-dependencies"))
    poetry = tool.table("poetry")
    yield _named("dev"), _names(poetry.values.get("dev-dependencies"))
    for group in poetry.table("group").values:
        values = poetry.table("group").table(group).values.get("dependencies")
        yield _named(group), _names(values)
    default = tool.table("hatch").table("envs").table("default").values
    added = (default.get(key) for key in ("dependencies", "extra-dependencies"))
    yield HATCH, set().union(*map(_names, added))


def _named(group: str) -> str:
    return f"the dependency group {quoted(group)}"


def _names(values: object) -> set[NormalizedName]:
    """Name what requirements ask for, in the keys of a table or the texts of an array."""
    texts = values if isinstance(values, (list, tuple, dict)) else ()
    names = {name for text in texts if isinstance(text, str) if (name := leading_name(text))}
    return names - {canonicalize_name("python")}
