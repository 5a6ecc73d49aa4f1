"""Where the notebooks lie: beside the package in a checkout, inside it in an installed wheel."""

from pathlib import Path

import ddlearn
from ddlearn.lessons import LESSONS

PACKAGE = Path(ddlearn.__file__).resolve().parent


def checkout() -> Path | None:
    """Return the repository that the course runs from, or None where it is an installed wheel."""
    root = PACKAGE.parent
    return root if (root / "pyproject.toml").is_file() and (root / "solutions").is_dir() else None


def shipped(solved: bool = False) -> list[Path]:
    """Return the lessons, or solved lessons, of this copy of the course, in order. FileNotFoundError if none."""
    folder = (checkout() or PACKAGE / "notebooks") / ("solutions" if solved else "lessons")
    found = sorted(folder.glob("[0-9][0-9]_*.ipynb"))
    if not found:
        raise FileNotFoundError(f"There is no lesson in {folder}: install ddlearn again, or run `ddlearn build`.")
    return found


def sources(root: Path) -> list[Path]:
    """Return the sources under `root`, in order. FileNotFoundError if none, ValueError for one out of its place."""
    found = sorted((root / "solutions").glob("[0-9][0-9]_*.py"))
    if not found:
        raise FileNotFoundError(f"There is no source of a lesson in {root / 'solutions'}.")
    right = {slug: f"{number}_{slug}.py" for number, slug in LESSONS.items()}
    names = ((path.name, right.get(path.stem[3:], path.name)) for path in found)
    if wrong := [f"{old} to {new}" for old, new in names if old != new]:
        raise ValueError(
            f"The order of SLUGS in ddlearn/lessons/__init__.py has changed. In solutions/ rename {', '.join(wrong)}, "
            "and remove the notebooks that were made of the old names."
        )
    return found


def companions(folder: Path) -> list[Path]:
    """Return what lessons in a folder link to and show beside themselves: notation, glossary, refreshers, pictures."""
    patterns = ("NOTATION.md", "GLOSSARY.md", "refreshers/*.md", "pictures/*.svg")
    return [path for pattern in patterns for path in sorted(folder.glob(pattern))]


def number(name: str | Path) -> str:
    """Return a lesson's number as the course writes it: "1", "01", "01_fixed_embeddings" and its path all give "01"."""
    head = Path(name).name.split("_")[0].removesuffix(".ipynb")
    if not (head.isascii() and head.isdigit() and len(head) <= 2):
        raise ValueError(f"lesson must be a number or a notebook's name, such as 01; got {name!r}.")
    return f"{int(head):02d}"


def room(name: str) -> str:
    """Return the room of a lesson by its notebook: "01_fixed_embeddings.ipynb" gives "fixed_embeddings"."""
    return Path(name).name.removesuffix(".ipynb").partition("_")[2]


def choose(names: list[str], there: list) -> list:
    """Return those of the notebooks, or numbers, that `names` ask for, all if it is empty. ValueError for no lesson."""
    by_number = {number(one): one for one in there}
    wanted = sorted({number(name) for name in names}) or list(by_number)
    for missing in (one for one in wanted if one not in by_number):
        raise ValueError(f"There is no lesson {missing}. There are: {', '.join(by_number)}.")
    return [by_number[one] for one in wanted]
