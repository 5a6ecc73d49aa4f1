"""The oldest versions that pyproject.toml promises to work with, as constraints for pip: `python tests/floors.py`."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def floors(pyproject: dict, extra: str = "test") -> list[str]:
    """name==version for each name>=version of the dependencies and of one extra. ValueError for one without a floor."""
    project = pyproject["project"]
    pins = []
    for requirement in [*project["dependencies"], *project["optional-dependencies"][extra]]:
        found = re.match(r"([A-Za-z0-9._-]+)>=([0-9.]+)", requirement)
        if not found:
            raise ValueError(f"{requirement} has no floor, such as name>=1.0.")
        pins.append(f"{found[1]}=={found[2]}")
    return pins


if __name__ == "__main__":
    print("\n".join(floors(tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8")))))
