"""A claim: one sentence of science, the band that is expected of its number and why, and what is measured here.

The band comes from a theorem, an identity, an asymptotic law, a paper's number, or a threshold of our own, which is
then called ours and given its reason; it never comes from our own last run. A negative control stands beside the
measure wherever one can be made: the same measurement with the cause taken away, which must then fall outside the band.
Whatever fails is said.

    claim(
        "rich",
        "A small output scale makes the features move.",
        at_most(0.1, "test error"),
        theorem("chizat2019", "Theorem 2.3"),
        test_error,
        cause={"scale": 1.0},
        control=({"scale": 100.0}, "the same net with output scale 100"),
    )
"""

import math
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from ddlearn import arguments, papers
from ddlearn.classroom import basis
from ddlearn.classroom.modes import first_modes
from ddlearn.classroom.wording import brief

Measure = Callable[[str, int], float]
Fields = dict[str, object]  # some of a claim's own
SENSES = ("about", "at_least", "at_most")


@dataclass(frozen=True)
class Claim:
    """One line of the claims table.

    Args:
        id: a short name, unique in its lesson, which puts its number before it: "01.loo".
        statement: the sentence that the lesson shows.
        basis: where the expected value comes from.
            "theorem": proved, in a paper; "exact": algebra, or a proof in the lesson, true at any size and in every
            draw, or on average over draws if the source says so; "asymptotic": a law for a size that grows without
            end, or its leading term; "paper": a number that a paper reports; "ours": we chose it, even where theory
            gives the direction.
        expected, tolerance: the band. `sense` "about" means |measured - expected| <= tolerance; "at_least" means
            measured >= expected - tolerance; "at_most" means measured <= expected + tolerance.
        measure: `measure(scale, seed)` returns the number. No claim of the course reads scale, "binder", "laptop" or
            "gpu" (`compute.scale`): each is one size everywhere.
        control: the same with the cause taken away, or None where none can be made.
        control_note: what the control takes away.
        unit: stands behind the numbers.
        papers: keys of `ddlearn/papers.bib`; only where the basis is "exact" or "ours" there may be none.
        source: which theorem, equation or figure, what it assumes, and what of the band is ours; for "ours" the reason
            of the number: which size of effect matters. It may mention the papers as `@key`.

    Raises:
        ValueError: if the sense is none of the three, the tolerance is negative, the basis is none of the five or
            lacks the papers or the source that it must have.
        TypeError: if the papers are no tuple.
    """

    id: str
    statement: str
    basis: str
    expected: float
    tolerance: float
    measure: Measure
    control: Measure | None = None
    sense: str = "about"
    unit: str = ""
    control_note: str = ""
    papers: tuple[str, ...] = ()
    source: str = ""

    def __post_init__(self):
        arguments.one_of("sense", self.sense, SENSES)
        arguments.at_least("tolerance", self.tolerance, 0.0)
        basis.check(self.basis, self.papers, self.source)

    def holds_for(self, value: float) -> bool:
        """Return whether `value` lies in the band; what is not finite lies in none."""
        if not math.isfinite(value):
            return False
        above, below = self.expected - self.tolerance <= value, value <= self.expected + self.tolerance
        return {"about": above and below, "at_least": above, "at_most": below}[self.sense]

    @property
    def name(self) -> str:
        """The id without the lesson's number, by which a learner's record is kept: lessons may change their places."""
        return self.id.rpartition(".")[2]

    @property
    def band(self) -> str:
        """The expected band in words: "-0.5 ± 0.05", "at least 10", "at most 1e-08"."""
        unit = f" {self.unit}" if self.unit else ""
        if self.sense == "about":
            return (
                f"{brief(self.expected)} ± {brief(self.tolerance)}{unit}"
                if self.tolerance
                else f"{brief(self.expected)}{unit}"
            )
        edge = self.expected - self.tolerance if self.sense == "at_least" else self.expected + self.tolerance
        return f"{self.sense.replace('_', ' ')} {brief(edge)}{unit}"

    @property
    def basis_words(self) -> str:
        """Where the band comes from, in words: "Theorem 2.3 of Chizat, Oyallon and Bach 2019"."""
        return papers.named(basis.words(self.basis, self.papers, self.source))

    def trial(self, scale: str, seed: int) -> "Trial":
        """Measure at one seed, and the control beside it. What they raise is kept in the trial, never raised again."""
        started = time.perf_counter()
        measured, error = _measure(self.measure, scale, seed)
        control, control_error = _measure(self.control, scale, seed) if self.control else (None, "")
        return Trial(measured, control, time.perf_counter() - started, error, control_error)

    def gather(self, trials: Sequence["Trial"]) -> "ClaimResult":
        """The trials, one a seed and in their order, as one result: what was measured until something was raised."""
        measured, error = _until_raised([(trial.measured, trial.error) for trial in trials])
        control, control_error = [], ""
        if self.control:
            control, control_error = _until_raised([(trial.control, trial.control_error) for trial in trials])
        seconds = math.fsum(trial.seconds for trial in trials)
        return ClaimResult(self, measured, control, seconds, error, control_error)

    def run(self, scale: str, seeds: Iterable[int] = (0,)) -> "ClaimResult":
        """A trial of each seed, gathered."""
        return self.gather([self.trial(scale, seed) for seed in seeds])


@dataclass(frozen=True)
class Trial:
    """A claim at one seed: what was measured, or what was raised instead, and the same of its control."""

    measured: float | None
    control: float | None
    seconds: float
    error: str = ""
    control_error: str = ""


@dataclass(frozen=True)
class ClaimResult:
    """What was measured, one number a seed, and how long it took.

    `error` and `control_error` say what the measure or the control raised; they are empty if nothing was.
    """

    claim: Claim
    measured: list[float]
    control_measured: list[float]
    seconds: float
    error: str = ""
    control_error: str = ""

    @property
    def holds(self) -> bool:
        """Every seed lies in the band, and nothing was raised."""
        return bool(self.measured) and not self.error and all(map(self.claim.holds_for, self.measured))

    @property
    def control_fails(self) -> bool | None:
        """Every seed of the control lies outside the band, as it must; None where there is no control."""
        if self.claim.control is None:
            return None
        found = self.control_measured
        return bool(found) and not self.control_error and not any(map(self.claim.holds_for, found))


def claim(
    id: str,
    statement: str,
    band: Fields,
    basis: Fields,
    measure: Callable[..., float],
    cause: Mapping[str, object] | None = None,
    control: tuple[Mapping[str, object] | Callable[[int], float], str] | None = None,
) -> Claim:
    """Return the claim that `measure(seed, **cause)` lies in the band, beside the control that must not.

    Args:
        id, statement: as in `Claim`.
        band: `about`, `at_least` or `at_most`.
        basis: `theorem`, `exact`, `asymptotic`, `paper` or `ours`.
        measure: returns the number, for a seed and the cause.
        cause: arguments of the measure that the claim is about.
        control: what takes the cause away, and a note that says so. Either arguments, which replace those of the cause
            for the same measure, or another function of the seed where it must be one.
    """
    cause = dict(cause or {})
    counter, note = control or (None, "")
    if isinstance(counter, Mapping):
        counter = partial(measure, **cause | dict(counter))
    return Claim(
        id,
        statement,
        measure=partial(_at_seed, partial(measure, **cause)),
        control=counter and partial(_at_seed, counter),
        control_note=note,
        **band,
        **basis,
    )


def about(value: float, tolerance: float = 0.0, unit: str = "") -> Fields:
    """Return the band of what lies within `tolerance` of `value`."""
    return {"sense": "about", "expected": value, "tolerance": tolerance, "unit": unit}


def at_least(bound: float, unit: str = "") -> Fields:
    """Return the band of what is not below `bound`."""
    return {"sense": "at_least", "expected": bound, "tolerance": 0.0, "unit": unit}


def at_most(bound: float, unit: str = "") -> Fields:
    """Return the band of what is not above `bound`."""
    return {"sense": "at_most", "expected": bound, "tolerance": 0.0, "unit": unit}


def theorem(papers: str | tuple[str, ...], source: str) -> Fields:
    """Return the basis of what is proved; `source` says in which theorem, and what of the band is ours."""
    return _basis("theorem", papers, source)


def exact(papers: str | tuple[str, ...] = (), source: str = "") -> Fields:
    """Return the basis of algebra, or of a proof in the lesson: true at any size, in every draw or on average."""
    return _basis("exact", papers, source)


def asymptotic(papers: str | tuple[str, ...], source: str = "") -> Fields:
    """Return the basis of a law for a size that grows without end, or of its leading term."""
    return _basis("asymptotic", papers, source)


def paper(papers: str | tuple[str, ...], source: str) -> Fields:
    """Return the basis of a number that a paper reports; `source` says in which table or figure."""
    return _basis("paper", papers, source)


def ours(papers: str | tuple[str, ...] = (), source: str = "") -> Fields:
    """Return the basis of a threshold that we chose; `source` says why: which size of effect matters."""
    return _basis("ours", papers, source)


def _basis(kind: str, papers: str | tuple[str, ...], source: str) -> Fields:
    return {"basis": kind, "papers": (papers,) if isinstance(papers, str) else papers, "source": source}


def _at_seed(measure: Callable[[int], float], scale: str, seed: int) -> float:
    return measure(seed)


def _measure(measure: Measure, scale: str, seed: int) -> tuple[float | None, str]:
    try:
        with first_modes():
            return float(measure(scale, seed)), ""
    except Exception as problem:
        return None, f"{type(problem).__name__}: {problem}"


def _until_raised(found: list[tuple[float | None, str]]) -> tuple[list[float], str]:
    values: list[float] = []
    for value, error in found:
        if error:
            return values, error
        values.append(value)
    return values, ""
