"""A claim: one sentence of science, the band that is expected of its number and why, and what is measured here.

The band never comes from our own last run. A control stands beside the measure wherever one can be made: the same
measurement with the cause taken away, which must then fall outside the band. Whatever fails is said.
"""

import inspect
import math
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from ddlearn import arguments, papers
from ddlearn.classroom.modes import first_modes
from ddlearn.classroom.wording import brief

Measure = Callable[[int], float]
BASES = ("theorem", "exact", "asymptotic", "paper", "ours")
NEED_PAPERS = ("theorem", "asymptotic", "paper")
NEED_SOURCE = ("theorem", "paper", "ours")
LAWS = {"exact": "Exact identity", "asymptotic": "Asymptotic law"}  # in so many words, where no source is given


@dataclass(frozen=True)
class Band:
    """Where a number is expected: `about`, `at_least` or `at_most` an expected value; `unit` stands behind the numbers.

    Raises:
        ValueError: if the sense is none of the three, or the tolerance, which belongs to "about", is negative.
    """

    sense: str
    expected: float
    tolerance: float = 0.0
    unit: str = ""

    def __post_init__(self):
        arguments.one_of("sense", self.sense, ("about", "at_least", "at_most"))
        arguments.at_least("tolerance", self.tolerance, 0.0)

    def __contains__(self, value: float) -> bool:
        """Return whether `value` lies in the band; what is not finite lies in none."""
        low = -math.inf if self.sense == "at_most" else self.expected - self.tolerance
        high = math.inf if self.sense == "at_least" else self.expected + self.tolerance
        return math.isfinite(value) and low <= value <= high

    def __str__(self) -> str:
        """Return the band in words: "-0.5 ± 0.05", "at least 10", "at most 1e-08 seconds"."""
        sense = "" if self.sense == "about" else f"{self.sense.replace('_', ' ')} "
        tolerance = f" ± {brief(self.tolerance)}" if self.tolerance else ""
        return f"{sense}{brief(self.expected)}{tolerance} {self.unit}".rstrip()


@dataclass(frozen=True)
class Basis:
    """Where the number of a band comes from. There are five kinds, each with a name to make it by:

    `theorem(papers, source)`: proved, in a paper.
    `exact(...)`: algebra, or a proof in the lesson: true at any size, in every draw or on average, as the source says.
    `asymptotic(papers, ...)`: a law for a size that grows without end, or its leading term.
    `paper(papers, source)`: a number that a paper reports.
    `ours(source=...)`: a threshold that we chose, even where theory gives the direction.

    `papers` is a key of `ddlearn/papers.bib`, or several. `source` says which theorem, equation or figure, what it
    assumes, and what of the band is ours; for "ours" which size of effect matters. It may mention the papers as `@key`.

    Raises:
        ValueError: for another kind, for papers or a source that are missing, for a paper that only the source names.
        TypeError: if the papers are neither a key nor a tuple.
    """

    kind: str
    papers: str | tuple[str, ...] = ()
    source: str = ""

    def __post_init__(self):
        arguments.one_of("basis", self.kind, BASES)
        if isinstance(self.papers, str):
            object.__setattr__(self, "papers", (self.papers,))
        if not isinstance(self.papers, tuple):
            raise TypeError(f'papers must be a tuple of keys, such as ("chizat2019",); got {self.papers!r}')
        if self.kind in NEED_PAPERS and not self.papers:
            raise ValueError(f'papers must name one key at least where the basis is "{self.kind}"; got none')
        if self.kind in NEED_SOURCE and not self.source:
            raise ValueError(f'source must say where the number comes from where the basis is "{self.kind}"; got ""')
        if strangers := sorted(set(papers.mentioned(self.source)) - set(self.papers)):
            missing = f"{', '.join(strangers)} missing from {self.papers}"
            raise ValueError(f"papers must name all that the source does; {missing}")

    def said(self) -> str:
        """Return the basis as the page says it: "Theorem 2.3 of @chizat2019", "Exact identity".

        `ddlearn.papers.named` puts in the papers' names. Those that the source does not mention stand behind it.
        """
        unsaid = [f"@{key}" for key in self.papers if key not in papers.mentioned(self.source)]
        behind = papers.joined(unsaid) if unsaid else ""
        if self.kind == "theorem":
            return f"{self.source} of {behind}" if behind else self.source
        if self.kind == "paper":
            return f"Number reported{behind and f' by {behind}'}: {self.source}"
        if self.kind == "ours":
            return f"Our threshold: {self.source}{behind and f'; idea of {behind}'}"
        said = f"{self.kind.title()}: {self.source}" if self.source else LAWS[self.kind]
        return f"{said}{behind and f'; {behind}'}"

    def __str__(self) -> str:
        """The basis in words: "Theorem 2.3 of Chizat, Oyallon and Bach 2019"."""
        return papers.named(self.said())


@dataclass(frozen=True)
class Claim:
    """One line of the claims table; `claim` makes one, and `ClaimTexts` those of a room.

    `id` is unique in its lesson, which puts its number before it: "01.loo". `measure(seed)` returns the number, and
    `control(seed)`, where there is one, the same with the cause taken away, of which the note speaks.
    """

    id: str
    statement: str
    band: Band
    basis: Basis
    measure: Measure
    control: Measure | None = None
    control_note: str = ""

    @property
    def name(self) -> str:
        """The id without the lesson's number, by which a learner's record is kept: lessons may change their places."""
        return self.id.rpartition(".")[2]

    def trial(self, seed: int) -> "ClaimResult":
        """Measure at one seed, and the control beside it. What they raise is kept in the result, never raised again."""
        started = time.perf_counter()
        measured, error = _measure(self.measure, seed)
        control, control_error = _measure(self.control, seed) if self.control else ([], "")
        return ClaimResult(self, measured, control, time.perf_counter() - started, error, control_error)

    def gather(self, trials: Sequence["ClaimResult"]) -> "ClaimResult":
        """Return the trials, one a seed and in their order, as one result: what was measured until one raised."""
        measured, error = _until_raised([(trial.measured, trial.error) for trial in trials])
        control, control_error = _until_raised([(trial.control_measured, trial.control_error) for trial in trials])
        return ClaimResult(self, measured, control, sum(trial.seconds for trial in trials), error, control_error)

    def run(self, seeds: Iterable[int] = (0,)) -> "ClaimResult":
        """Return a trial of each seed, gathered."""
        return self.gather([self.trial(seed) for seed in seeds])


@dataclass(frozen=True)
class ClaimResult:
    """What was measured, one number a seed, and how long it took; the errors say what was raised, or nothing."""

    claim: Claim
    measured: list[float]
    control_measured: list[float]
    seconds: float
    error: str = ""
    control_error: str = ""

    @property
    def holds(self) -> bool:
        """Every seed lies in the band, and nothing was raised."""
        return bool(self.measured) and not self.error and all(value in self.claim.band for value in self.measured)

    @property
    def control_fails(self) -> bool | None:
        """Every seed of the control lies outside the band, as it must; None where there is no control."""
        if self.claim.control is None:
            return None
        found = self.control_measured
        return bool(found) and not self.control_error and not any(value in self.claim.band for value in found)


def claim(
    id: str,
    statement: str,
    band: Band,
    basis: Basis,
    measure: Callable[..., float],
    cause: Mapping[str, object] | None = None,
    control: tuple[Mapping[str, object] | Measure, str] | None = None,
) -> Claim:
    """Return the claim that `measure(seed, **cause)` lies in the band, beside the control that must not.

    `cause` has the arguments that the claim is about. `control` is what takes the cause away, and a note that says so:
    arguments, which replace those of the cause, or another function of the seed where it must be one.

        claim("rich", "A small output scale makes the features move.", at_most(0.1, "test error"),
              theorem("chizat2019", "Theorem 2.3"), test_error, cause={"scale": 1.0},
              control=({"scale": 100.0}, "the same net with output scale 100"))

    Raises:
        TypeError: if the cause or the control does not fit the measure; the message names the claim and the argument.
    """
    cause, (counter, note) = dict(cause or {}), control or (None, "")
    _check_fit(f"cause of the claim {id!r}", measure, cause)
    if isinstance(counter, Mapping):
        counter = partial(measure, **cause | dict(counter))
        _check_fit(f"control of the claim {id!r}", measure, counter.keywords)
    elif counter is not None:
        _check_fit(f"control of the claim {id!r}", counter, {})
    return Claim(id, statement, band, basis, partial(measure, **cause), counter, note)


def about(value: float, tolerance: float = 0.0, unit: str = "") -> Band:
    """Return the band of what lies within `tolerance` of `value`."""
    return Band("about", value, tolerance, unit)


def at_least(bound: float, unit: str = "") -> Band:
    """Return the band of what is not below `bound`."""
    return Band("at_least", bound, unit=unit)


def at_most(bound: float, unit: str = "") -> Band:
    """Return the band of what is not above `bound`."""
    return Band("at_most", bound, unit=unit)


theorem = partial(Basis, "theorem")
exact = partial(Basis, "exact")
asymptotic = partial(Basis, "asymptotic")
paper = partial(Basis, "paper")
ours = partial(Basis, "ours")


def _check_fit(role: str, function: Callable[..., float], given: Mapping[str, object]) -> None:
    try:
        signature = inspect.signature(function)
    except ValueError:  # a function in C need not tell its arguments
        return
    try:
        signature.bind(0, **given)
    except TypeError as error:
        name = getattr(function, "__name__", "its measure")
        raise TypeError(f"the {role} must fit {name}({', '.join(signature.parameters)}): {error}") from error


def _measure(measure: Measure, seed: int) -> tuple[list[float], str]:
    try:
        with first_modes():
            return [float(measure(seed))], ""
    except Exception as problem:
        return [], f"{type(problem).__name__}: {problem}"


def _until_raised(found: list[tuple[list[float], str]]) -> tuple[list[float], str]:
    values: list[float] = []
    for measured, error in found:
        values += measured
        if error:
            return values, error
    return values, ""
