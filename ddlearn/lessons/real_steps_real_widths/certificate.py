"""The certificate at work: bounds on strength and loss of one run, and the run itself.

Everything certified is computed from the start alone: the eigenvalues of the imbalance D, the loss, and constants of
the problem. What the run then does is laid over it. Where the theory says nothing, the picture is gray.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from ddlearn import linear_networks as linear
from ddlearn.classroom import Choice, Explorer, Slider
from ddlearn.classroom.wording import say
from ddlearn.lessons.real_steps_real_widths import exercises, shared

STEPS = 120
RULES = ("constant", "planned ahead", "measured on the way")
MARKS = (0, 1, 2, 4, 8, 16, 32, 64)
FLOOR, CEILING, STRENGTHS, EIGEN = 1e-10, 1e5, (1e-2, 60.0), 1.7
ARRIVED = 1e-6
LEFT = ("strength", "imbalance")


@dataclass(frozen=True)
class Promise:
    """A run of T steps, fewer than STEPS if it diverges, and what was known of it from t = 0."""

    width: int
    rule: str
    left: str  # what the left panel shows
    rates: Tensor  # (T,)
    losses: Tensor  # (T + 1,) as shares of the first
    certified: Tensor | None  # (STEPS + 1,), None where nothing is certified
    local: Tensor  # (t + 1,) product of the local factors, for as many steps as they hold
    spectrum: Tensor  # (T + 1, r) eigenvalues of the imbalance
    summed: Tensor  # (marks, r) eigenvalues of D_0 plus the drift of every step
    strength: linear.Range  # (T + 1,) each, smallest and largest squared singular value of T
    tube: linear.Range  # (t + 1,) each, the tube around both, for as many steps as it is proved
    diverged: bool

    @property
    def drift(self) -> float:
        """Return the largest move of an eigenvalue of the imbalance over the largest eigenvalue at the start."""
        return float((self.spectrum - self.spectrum[0]).abs().max() / self.spectrum[0].abs().max())


def promise(
    width: int,
    ratio: float,
    share: float,
    rule: str,
    left: str = LEFT[0],
    *,
    imbalance_drift: Callable[[Tensor, Tensor, Tensor, float], Tensor] = exercises.imbalance_drift,
    local_rate: Callable[[Tensor, Tensor, float, float, float], Tensor] = exercises.local_rate,
) -> Promise:
    """Run one start with steps that are `share` times the rule's own, and what each certificate says of it."""
    start = shared.draw(width, ratio, 0)
    run, certified = follow(start, share, rule)
    problem, W1, W2, rates = start.problem, run.W1, run.W2, run.rates
    local = linear.local_constants(problem, W1[:-1], W2[:-1], rates)
    bend = rates * local.smoothness
    proved, descends = (int((bend <= limit).cumprod(0).sum()) for limit in (1 + 1e-9, 2))
    largest = torch.cat([rates[:1], rates.cummax(0).values[:proved]])
    factors = [
        float(local_rate(W1[t], W2[t], float(problem.mu), float(local.smoothness[t]), float(rates[t])))
        for t in range(descends)
    ]
    return Promise(
        width=width,
        rule=rule,
        left=left,
        rates=rates,
        losses=run.losses / run.losses[0],
        certified=certified,
        local=torch.tensor([1.0, *factors], dtype=torch.float64).cumprod(0),
        spectrum=linear.imbalance_spectrum(W1, W2),
        summed=sum_up(start, run, imbalance_drift),
        strength=linear.tangent_range(W1, W2),
        tube=linear.tube(problem, start.W1, start.W2, run.losses[: proved + 1], largest),
        diverged=bool(run.diverged),
    )


def follow(start: linear.Starts, share: float, rule: str) -> tuple[linear.Descent, Tensor | None]:
    """Return the run, and its certified losses as shares of the first, (STEPS + 1,); None where none are certified."""
    if rule == RULES[2]:
        # This rule is certified step by step, by the local rates.
        return linear.descend(*start, shared.measuring(start.problem, share), STEPS), None
    if rule == RULES[1]:
        plan = linear.schedule(*start, STEPS, share=min(share, 1.0))
        run = linear.descend(*start, lambda t, W1, W2: max(share, 1.0) * plan.rates[t], STEPS)
        covered = bool(plan.covered) and share <= 1
    else:
        rate = share * linear.certificate(*start).rate
        plan = linear.envelope(*start, STEPS, rate)
        run = linear.descend(*start, rate, STEPS)
        covered = bool(plan.covered)
    return run, plan.losses / plan.losses[0] if covered else None


def sum_up(start: linear.Starts, run: linear.Descent, imbalance_drift: Callable) -> Tensor:
    """Return eigenvalues of D_0 plus the drift of every step so far, at MARKS, without looking at D_t."""
    D = linear.imbalance(start.W1, start.W2)
    G = start.problem.gradient(run.W1 @ run.W2.mT)  # (T + 1, n, m)
    kept = []
    for t, rate in enumerate(run.rates[: MARKS[-1] + 1].tolist()):
        if t in MARKS:
            values = torch.linalg.eigvalsh(D).flip(-1)
            ends = min(shared.SIDE, len(values) // 2)  # between the first and last n the eigenvalues are 0
            kept.append(torch.cat([values[:ends], values[len(values) - ends :]]))
        D = D + imbalance_drift(run.W1[t], run.W2[t], G[t], rate)
    return torch.stack(kept)


def picture(fig, r: Promise) -> None:
    """Draw the strength over its floor, or the imbalance; beside it the loss under what was certified of it."""
    left, loss = fig.row(1, 1.1)
    (strength if r.left == LEFT[0] else balance)(left, r)
    steps = torch.arange(STEPS + 1)
    loss.frame("loss over its start", "step", xlim=(0, STEPS), ylim=(FLOOR, CEILING), log="y", legend="upper right")
    for values, color, style, name in (
        (r.losses, "blue", "-", "the run"),
        (r.certified, "vermilion", "--", "certified at step 0"),
        (r.local, "green", ":", "shrink factors, multiplied"),
    ):
        if values is not None:
            shown = values[: int((values > FLOOR).sum())]
            loss.line(steps[: len(shown)], shown, color, style, name)
    if r.certified is None:
        loss.span(0, STEPS, alpha=0.3)
        loss.text(STEPS / 2, 2e-10, "nothing certified beforehand", ha="center")


def strength(panel, r: Promise) -> None:
    """Draw the squared singular values of T, the smallest and the largest, inside the band that bounds them."""
    steps = torch.arange(STEPS + 1)
    panel.frame("strength of the layers", "step", xlim=(0, STEPS), ylim=STRENGTHS, log="y", legend="lower right")
    panel.line(steps[: len(r.losses)], r.strength.high, "blue", "-.", "strongest direction")
    panel.line(steps[: len(r.losses)], r.strength.low, "blue", "-", "strength")
    panel.band(steps[: len(r.tube.low)], *r.tube, "sky", "bounds", alpha=0.35)
    panel.span(len(r.tube.low) - 1, STEPS, alpha=0.3)


def balance(panel, r: Promise) -> None:
    """Draw the eigenvalues of the imbalance, and those of its start plus the learner's drifts."""
    size = r.spectrum[0].abs().max()
    names = {"loc": "upper center", "ncols": 2, "columnspacing": 0.8, "handlelength": 1.2}
    look = {"xlim": (-0.15, STEPS), "ylim": (-EIGEN, EIGEN), "legend": names}
    panel.frame("imbalance: eigenvalues of D", "step", "over the largest at step 0", **look)
    if panel.axes.get_xscale() != "symlog":
        panel.axes.set_xscale("symlog", linthresh=1, linscale=0.4)
        panel.axes.set_xticks((0, 1, 10, 100), ("0", "1", "10", "100"))
    steps = torch.arange(len(r.spectrum))
    panel.segments([torch.stack([steps, line], 1) for line in r.spectrum.T / size], "blue", "measured", width=1.6)
    marks = torch.tensor(MARKS[: len(r.summed)])[:, None].expand_as(r.summed)
    panel.dots(marks.flatten(), r.summed.flatten() / size, "vermilion", label="drifts summed", filled=False)
    panel.level(0, width=0.8)


def sentence(r: Promise) -> str:
    """Say what was certified of the run, and what became of it."""
    rates = say(float(r.rates[0]), 2)
    if r.rule != RULES[0]:
        rates += f" to {say(float(r.rates[-1]), 2)}"
    setting = f"{r.width} hidden units, steps of {rates}"
    if r.diverged:
        return f"The run diverges. {certified_words(r)} ({setting})"
    return (
        f"{certified_words(r)} The run ends at {say(float(r.losses[-1]), 2)} of its first loss, and an eigenvalue of "
        f"the imbalance has moved by {say(100 * r.drift, 2)} % of the largest ({setting})."
    )


def certified_words(r: Promise) -> str:
    """Say what was certified."""
    if r.rule == RULES[2]:
        if len(r.local) <= len(r.rates):
            return f"The shrink factors hold up to step {len(r.local) - 1} only."
        return f"The shrink factors, computed on the way, certify {say(float(r.local[-1]), 2)} of the loss at the end."
    if r.certified is None:
        return "Nothing could be certified before the run."
    if float(r.certified[-1]) > ARRIVED:
        return f"Certified before the run: {say(float(r.certified[-1]), 2)} of the loss at the end."
    certain, reached = (say(float((values > ARRIVED).sum())) for values in (r.certified, r.losses))
    return f"A millionth of the loss was certified for step {certain}, and reached at step {reached}."


explorer = Explorer(
    "certificate",
    "The certificate: known before the first step, and then the run",
    controls=(
        Slider("width", "Hidden units h", shared.SIDE, shared.WIDEST, 32, log=True, whole=True),
        Slider("share", "Step multiplier", 0.1, 10.0, 1.0, log=True),
        Choice("left", "Left panel", LEFT, LEFT[0]),
        Slider("ratio", "Scale of W₁ over W₂", 1.0, 8.0, 1.0, log=True),
        Choice("rule", "Step rule", RULES, RULES[0]),
    ),
    compute=promise,
    picture=picture,
    sentence=sentence,
    uses=("imbalance_drift", "local_rate"),
    size=(9.8, 4.2),
    more=("ratio", "rule"),
    pairs=(("share", "left"), ("share", "rule")),
)
