"""The certificate at work: imbalance, tube and promise of one run, drawn before and over the run itself.

Everything promised is computed from the start alone: the eigenvalues of the imbalance D, the loss, and the constants of
the problem. What the run then does is laid over it. Where the theory says nothing, the picture is grey.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from ddlearn.classroom import PALETTE, ArtistFigure, Choice, Explorer, Slider
from ddlearn.classroom.wording import brief, say
from ddlearn.lessons.real_steps_real_widths import exercises, starts
from ddlearn.linear_networks import (
    Descent,
    Starts,
    certificate,
    descend,
    envelope,
    imbalance,
    imbalance_spectrum,
    local_constants,
    measured_rate,
    schedule,
    tangent_range,
    tube,
)

STEPS = 120
RULES = ("constant", "planned ahead", "measured on the way")
MARKS = (0, 1, 2, 4, 8, 16, 32, 64)
FLOOR, CEILING, STRENGTHS, EIGEN = 1e-10, 1e5, (1e-2, 60.0), 1.7
ARRIVED = 1e-6
ABOVE_AXES = 1.6  # over the axis and its ticks, under the lines: what moves there does not make the ticks be drawn anew
GREY = {"color": PALETTE["grey"], "alpha": 0.3, "linewidth": 0, "zorder": ABOVE_AXES}


@dataclass(frozen=True)
class Promise:
    """A run of T steps, fewer than STEPS if it diverges, and what was known of it from t = 0."""

    width: int
    share: float
    rule: str
    rates: Tensor  # (T,)
    losses: Tensor  # (T + 1,) as shares of the first
    certified: Tensor | None  # (STEPS + 1,), None where nothing is certified
    local: Tensor  # (t + 1,) product of the local factors, for as many steps as they hold
    spectrum: Tensor  # (T + 1, r) eigenvalues of the imbalance
    summed: Tensor  # (marks, r) eigenvalues of D_0 plus the drift of every step
    low: Tensor  # (T + 1,) smallest squared singular value of T
    high: Tensor  # (T + 1,) largest
    tube_low: Tensor  # (t + 1,) the tube around both, for as many steps as it is proved
    tube_high: Tensor  # (t + 1,)
    diverged: bool

    @property
    def drift(self) -> float:
        """Largest move of an eigenvalue of the imbalance over the largest eigenvalue at the start."""
        return float((self.spectrum - self.spectrum[0]).abs().max() / self.spectrum[0].abs().max())


def promise(
    width: int,
    ratio: float,
    share: float,
    rule: str,
    seed: int = 0,
    *,
    imbalance_drift: Callable[[Tensor, Tensor, Tensor, float], Tensor] = exercises.imbalance_drift,
    local_rate: Callable[[Tensor, Tensor, float, float, float], Tensor] = exercises.local_rate,
) -> Promise:
    """Run one start with steps that are `share` times the rule's own, and what each certificate says of it."""
    start = starts.draw(width, ratio, seed)
    run, certified = follow(start, share, rule)
    problem, W1, W2, rates = start.problem, run.W1, run.W2, run.rates
    exact, local = tangent_range(W1, W2), local_constants(problem, W1[:-1], W2[:-1], rates)
    bend = rates * local.smoothness
    proved, descends = (int((bend <= limit).cumprod(0).sum()) for limit in (1 + 1e-9, 2))
    largest = rates.cummax(0).values[:proved]
    inside = tube(problem, start.W1, start.W2, run.losses[: proved + 1], torch.cat([rates[:1], largest]))
    factors = [
        torch.as_tensor(local_rate(W1[t], W2[t], float(problem.mu), float(local.smoothness[t]), float(rates[t])))
        for t in range(descends)
    ]
    return Promise(
        width=width,
        share=share,
        rule=rule,
        rates=rates,
        losses=run.losses / run.losses[0],
        certified=certified,
        local=torch.cat(
            [torch.ones(1, dtype=torch.float64), torch.tensor([float(f) for f in factors], dtype=torch.float64)]
        ).cumprod(0),
        spectrum=imbalance_spectrum(W1, W2),
        summed=sum_up(start, run, imbalance_drift),
        low=exact.low,
        high=exact.high,
        tube_low=inside.low,
        tube_high=inside.high,
        diverged=bool(run.diverged),
    )


def follow(start: Starts, share: float, rule: str) -> tuple[Descent, Tensor | None]:
    """The run, and its certified losses as shares of the first, (STEPS + 1,); None where none are certified."""
    problem = start.problem
    if rule == RULES[2]:
        run = descend(*start, lambda t, W1, W2: share * measured_rate(problem, W1, W2), STEPS)
        return run, None  # this rule is certified step by step, by the local rates
    if rule == RULES[1]:
        plan = schedule(*start, STEPS, share=min(share, 1.0))
        run = descend(*start, lambda t, W1, W2: max(share, 1.0) * plan.rates[t], STEPS)
        covered = bool(plan.covered) and share <= 1
    else:
        rate = share * certificate(*start).rate
        plan = envelope(*start, STEPS, rate)
        run = descend(*start, rate, STEPS)
        covered = bool(plan.covered)
    return run, plan.losses / plan.losses[0] if covered else None


def sum_up(start: Starts, run: Descent, imbalance_drift: Callable) -> Tensor:
    """Eigenvalues of D_0 plus the drift of every step so far, at MARKS: from the gradients, without looking at D_t."""
    D = imbalance(start.W1, start.W2)
    G = start.problem.gradient(run.W1 @ run.W2.mT)  # (T + 1, n, m)
    kept = []
    for t, rate in enumerate(run.rates[: MARKS[-1] + 1].tolist()):
        if t in MARKS:
            values = torch.linalg.eigvalsh(D).flip(-1)
            ends = min(starts.SIDE, len(values) // 2)  # between the first and last n the eigenvalues are 0
            kept.append(torch.cat([values[:ends], values[len(values) - ends :]]))
        D = D + imbalance_drift(run.W1[t], run.W2[t], G[t], rate)
    return torch.stack(kept)


class CertificateFigure(ArtistFigure):
    size = (10.2, 4.2)

    def layout(self, figure):
        from matplotlib.collections import LineCollection, PolyCollection

        balance, strength, loss = figure.subplots(1, 3, width_ratios=(1, 1, 1.15))
        self.spectrum = balance.add_collection(LineCollection([], colors=PALETTE["blue"], linewidths=1.6))
        (self.summed,) = balance.plot(
            [], [], "o", markerfacecolor="none", markeredgecolor=PALETTE["vermilion"], markersize=6
        )
        balance.axhline(0, color=PALETTE["grey"], linewidth=0.8)
        balance.set_xscale("symlog", linthresh=1, linscale=0.4)
        balance.set(xlim=(-0.15, STEPS), xticks=(0, 1, 10, 100), xticklabels=("0", "1", "10", "100"), xlabel="step")
        balance.set(ylim=(-EIGEN, EIGEN), title="imbalance: eigenvalues of D", ylabel="over the largest at step 0")
        balance.legend(
            [self.spectrum, self.summed],
            ["measured", "drifts summed"],
            loc="upper center",
            ncols=2,
            columnspacing=0.8,
            handlelength=1.2,
        )
        self.tube = strength.add_collection(
            PolyCollection([], color=PALETTE["sky"], alpha=0.35, linewidth=0, zorder=ABOVE_AXES)
        )
        (self.high,) = strength.plot([], [], color=PALETTE["blue"], linestyle="-.", label="largest σ²")
        (self.low,) = strength.plot([], [], color=PALETTE["blue"], label="least σ²")
        strength.set(yscale="log", xlim=(0, STEPS), ylim=STRENGTHS, xlabel="step", title="strength of the layers")
        strength.legend([self.high, self.low, self.tube], ["largest σ²", "least σ²", "tube"], loc="lower right")
        self.no_tube = strength.axvspan(0, STEPS, **GREY)
        self.grey = loss.axvspan(0, STEPS, **GREY)
        self.bare = loss.text(STEPS / 2, 2e-10, "nothing certified beforehand", ha="center", fontsize=11)
        (self.losses,) = loss.plot([], [], color=PALETTE["blue"], label="the run")
        (self.certified,) = loss.plot([], [], color=PALETTE["vermilion"], linestyle="--", label="certified at step 0")
        (self.local,) = loss.plot([], [], color=PALETTE["green"], linestyle=":", label="local rates, multiplied")
        loss.set(yscale="log", xlim=(0, STEPS), ylim=(FLOOR, CEILING), xlabel="step", title="loss over its start")
        loss.legend(loc="upper right")

    def draw(self, result: Promise):
        steps = torch.arange(STEPS + 1)
        size = result.spectrum[0].abs().max()
        spectrum, summed = ((values / size).clamp(-EIGEN, EIGEN) for values in (result.spectrum, result.summed))
        self.spectrum.set_segments([list(enumerate(line)) for line in spectrum.T.tolist()])
        marks = torch.tensor(MARKS[: len(summed)], dtype=torch.float32)[:, None].expand_as(summed)
        self.summed.set_data(marks.flatten(), summed.flatten())
        for line, values in ((self.low, result.low), (self.high, result.high)):
            line.set_data(steps[: len(values)], values.clamp(*STRENGTHS))
        inside = steps[: len(result.tube_low)].tolist()
        edges = [values.clamp(*STRENGTHS).tolist() for values in (result.tube_low, result.tube_high)]
        self.tube.set_verts([[*zip(inside, edges[0], strict=True), *reversed([*zip(inside, edges[1], strict=True)])]])
        self.no_tube.set_x(inside[-1])
        self.no_tube.set_width(STEPS - inside[-1])
        curves = ((self.losses, result.losses), (self.local, result.local), (self.certified, result.certified))
        for line, values in curves:
            shown = [] if values is None else values[: int((values > FLOOR).sum())].clamp(max=CEILING)
            line.set_data(steps[: len(shown)], shown)
        self.grey.set_visible(result.certified is None)
        self.bare.set_visible(result.certified is None)

    def describe(self, result: Promise) -> str:
        rates = say(float(result.rates[0]), 2)
        if result.rule != RULES[0]:
            rates += f" to {say(float(result.rates[-1]), 2)}"
        own = "the rule’s own" if result.share == 1 else f"{brief(result.share)} times the rule’s own"
        begin = f"Width {result.width}, steps of {rates}, {own}. {self._promised(result)}"
        if result.diverged:
            return f"{begin} The run diverges."
        return (
            f"{begin} After {STEPS} steps the run is at {say(float(result.losses[-1]), 2)} of its first loss, and the "
            f"imbalance has moved by {say(100 * result.drift, 2)} % of its size."
        )

    def _promised(self, result: Promise) -> str:
        if result.rule == RULES[2]:
            if len(result.local) <= len(result.rates):
                return f"The local rates hold up to step {len(result.local) - 1} only."
            return f"The local rates, read off on the way, promise {say(float(result.local[-1]), 2)} of the loss."
        if result.certified is None:
            return "Before the run nothing could be certified."
        if float(result.certified[-1]) > ARRIVED:
            return f"Certified before the run: {say(float(result.certified[-1]), 2)} of the loss at the end."
        promised, reached = (say(float((values > ARRIVED).sum())) for values in (result.certified, result.losses))
        return f"Certified before the run: a millionth of the loss at step {promised}. Reached: at step {reached}."


def explorer() -> Explorer:
    """The certificate, fresh."""
    return Explorer(
        name="certificate",
        title="The certificate: promised before the first step, and then what happens",
        controls=(
            Slider("width", "Width h", starts.SIDE, starts.WIDEST, 32, log=True, whole=True),
            Slider("ratio", "Scale W1 : W2", 1.0, 8.0, 1.0, log=True),
            Slider("share", "Step factor", 0.1, 10.0, 1.0, log=True),
            Choice("rule", "Step rule", RULES, RULES[0]),
        ),
        compute=promise,
        figure=CertificateFigure,
        uses=("imbalance_drift", "local_rate"),
    )
