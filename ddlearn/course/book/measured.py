"""Claims measured elsewhere: the file of `ddlearn claims --json` as the tables of a book's claims page."""

import json
import math
from pathlib import Path

from markupsafe import Markup

from ddlearn import lessons
from ddlearn.classroom import claims_table
from ddlearn.classroom.claim import Claim, ClaimResult
from ddlearn.course.book.outputs import scrolling


def read(path: Path) -> dict[str, list[ClaimResult]]:
    """The results in a file of `ddlearn claims --json`, by lesson. ValueError where it is none of this course."""
    try:
        records = json.loads(path.read_text("utf-8"))
        found: dict[str, list[ClaimResult]] = {}
        for record in records:
            found.setdefault(record["lesson"], []).append(_result(record))
    except (ValueError, KeyError, TypeError) as error:
        reason = error.args[0] if isinstance(error, LookupError) and error.args else error
        raise ValueError(f"{path} is no file that `ddlearn claims --json` writes for this course: {reason}") from error
    return found


def table(number: str, results: list[ClaimResult]) -> Markup:
    """The table of one lesson, as the notebook would show it."""
    seeds = range(max((len(result.measured) for result in results), default=0))
    return Markup(scrolling(claims_table.as_html(results, seeds), f"Claims of lesson {number}"))


def _result(record: dict) -> ClaimResult:
    return ClaimResult(
        _claim(record["lesson"], record["id"]),
        _numbers(record["measured"]),
        _numbers(record["control_measured"]),
        float(record["seconds"]),
        record["error"],
    )


def _claim(number: str, name: str) -> Claim:
    for claim in lessons.load(number).parts.claims:
        if claim.id == name:
            return claim
    raise ValueError(f"lesson {number} has no claim {name!r}")


def _numbers(values: list[float | None]) -> list[float]:
    """JSON holds no infinity: what was not finite stands there as null."""
    return [math.nan if value is None else float(value) for value in values]
