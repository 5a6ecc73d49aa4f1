"""The claims of a lesson as one table: what is claimed, what is expected, what this machine measured."""

import html
import math
from collections.abc import Sequence

from ddlearn import papers
from ddlearn.classroom.claim import ClaimResult
from ddlearn.classroom.prose import inline, to_html
from ddlearn.classroom.wording import brief, counted

COLUMNS = ("Claim", "Expected", "Measured here", "Control", "Holds")
HOLDS, FAILS, NO_CONTROL = "✓ holds", "✗ does not hold here", "none"
WHAT_TO_DO = (
    "A claim that does not hold here is news, not an accident to hide. Run the cell again with more seeds, "
    "`lesson.claims(seeds=range(5))`; if it still fails, `ddlearn doctor` says what is unusual about this machine, "
    "and the maintainers would like to hear of it."
)


def bundle(results: Sequence[ClaimResult], seeds: Sequence[int]) -> dict[str, str]:
    """Return the table as a mime bundle: accessible HTML that needs no kernel to be read, and its lines as text."""
    cell = "padding: 0.4em 0.8em; text-align: left; vertical-align: top; white-space: normal;"
    held, seconds = sum(result.holds for result in results), math.fsum(result.seconds for result in results)
    caption = f"{held} of {len(results)} claims hold on this machine ({counted(len(seeds), 'seed')}, {seconds:.1f} s)"
    lines, rows = [caption], []
    for result in results:
        expected, measured, control, verdict = _cells(result)
        statement, basis = result.claim.statement, result.claim.basis
        lines.append(f"{verdict}: {statement} ({basis})")
        lines.append(f"    expected {expected}; measured {measured}; control: {control}")
        head = f"{inline(statement)}<br><small>{papers.named(html.escape(basis.said()), _link)}</small>"
        rows.append(
            f'<tr><th scope="row" style="{cell} font-weight: normal; min-width: 18em;">{head}</th>'
            + "".join(f'<td style="{cell}">{html.escape(text)}</td>' for text in (expected, measured, control))
            + f'<td style="{cell} min-width: 6em;"><strong>{verdict}</strong></td></tr>'
        )
    heads = "".join(f'<th scope="col" style="{cell}">{column}</th>' for column in COLUMNS)
    top = f'<caption style="text-align: left; padding: 0.4em 0.8em;">{caption}</caption><thead><tr>{heads}</tr></thead>'
    advice = [WHAT_TO_DO] if held < len(results) else []
    return {
        "text/html": f'<table style="margin: 0;">{top}<tbody>{"".join(rows)}</tbody></table>'
        + to_html("".join(advice)),
        "text/plain": "\n".join(lines + advice),
    }


def _cells(result: ClaimResult) -> tuple[str, str, str, str]:
    """Return what stands in a claim's row, in the order of `COLUMNS`."""
    measured = _measured(result.measured, result.error)
    control = _measured(result.control_measured, result.control_error)
    if result.claim.control is None:
        control = NO_CONTROL
    elif not result.control_error:
        note = f" ({result.claim.control_note})" if result.claim.control_note else ""
        said = "outside the band, as it must be" if result.control_fails else "inside the band: it shows nothing"
        control = f"{control}{note}: {said}"
    return str(result.claim.band), measured, control, HOLDS if result.holds else FAILS


def _measured(values: Sequence[float], error: str) -> str:
    """Return one number as it is, several as their mean and range, or the error that stood in their way."""
    if error:
        return f"nothing: it stopped with {error}"
    if len(values) < 2:
        return "".join(map(brief, values))
    mean = math.fsum(values) / len(values)
    return f"{brief(mean)} ({brief(min(values))} to {brief(max(values))} over {len(values)} seeds)"


def _link(key: str) -> str:
    paper, name = papers.paper(key), html.escape(papers.cite(key))
    return f'<a href="{html.escape(paper.url)}" title="{html.escape(paper.full)}">{name}</a>' if paper.url else name
