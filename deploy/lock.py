"""Print the exact versions of all that the server needs, read off constraints.txt: `make lock` keeps requirements.txt true.

A Bento carries its own list of requirements; this derives it from the one place where versions are pinned.
"""

import sys
import tomllib
from importlib.metadata import requires
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent


def pinned() -> dict[str, str]:
    """Package -> version, of constraints.txt."""
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pairs = (line.split("==") for line in lines if "==" in line and not line.startswith("#"))
    return {canonicalize_name(name): version for name, version in pairs}


def closure(names: list[str]) -> set[str]:
    """All packages that these need, by the metadata of what is installed."""
    found: set[tuple[str, str]] = set()
    todo = [(Requirement(name), "") for name in names]
    while todo:
        requirement, extra = todo.pop()
        if requirement.marker is not None and not requirement.marker.evaluate({"extra": extra}):
            continue
        name = canonicalize_name(requirement.name)
        for wanted in ("", *requirement.extras):
            if (name, wanted) not in found:
                found.add((name, wanted))
                todo += [(Requirement(line), wanted) for line in requires(name) or []]
    return {name for name, _ in found}


def main() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    versions = pinned()
    needed = sorted(closure(project["dependencies"]))
    if missing := [name for name in needed if name not in versions]:
        sys.exit(f"constraints.txt does not pin: {', '.join(missing)}")
    sys.stdout.write("# Written by `make lock` from pyproject.toml and constraints.txt.\n")
    sys.stdout.writelines(f"{name}=={versions[name]}\n" for name in needed)


if __name__ == "__main__":
    main()
