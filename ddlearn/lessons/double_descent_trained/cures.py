"""What takes the peak away, moves it, or raises another: the same nets, with one thing changed.

All nets of this explorer have the same wrong labels and differ in their start, so that the outputs of several can be
averaged. Nets stop early at the moment that is best for a hundred digits held out, whose labels are wrong as often.
"""

from collections.abc import Callable
from dataclasses import dataclass

from torch import Tensor

from ddlearn import compute
from ddlearn.classroom import PALETTE, ArtistFigure, Choice, Explorer, Slider
from ddlearn.double_descent import NetSweep, average_outputs, flip_labels, one_hot
from ddlearn.lessons.double_descent_trained import exercises, nets
from ddlearn.lessons.double_descent_trained.nets import CLASSES, HELD_OUT, Progress, Training

WIDTHS = (5, 8, 13, 20, 30, 40, 53, 80, 120)
MEMBERS = 3
SAME_SIZE = {2: (40, 80), 3: (40, 120)}  # so many nets of one width, or a single one of the other
WRONG = 0.2
PLAIN, EARLY, ENTROPY = "nothing", "early stopping", "cross-entropy"

# weight_decay stands beside |f - y|^2 / (2nK): next to |f - y|^2 / n it is 2K = 20 times as large.
CHANGES: dict[str, dict[str, object]] = {
    PLAIN: {},
    EARLY: {},
    "no wrong labels": {"wrong": 0.0},
    "weight decay, weak": {"how": (("weight_decay", 5e-5),)},
    "weight decay, strong": {"how": (("weight_decay", 1.5e-3),)},
    ENTROPY: {"how": (("loss", "cross-entropy"),)},
    "small batches": {"how": (("batch", 50),), "steps": 1200},
    "longer steps": {"rate": 0.02},
}

Stop = Callable[[Tensor, Tensor], Tensor]


@dataclass(frozen=True, eq=False)
class Scores:
    """Of nets, or of averages of nets, each (W, S): every net, with those next to it."""

    error: Tensor
    mse: Tensor


@dataclass(frozen=True, eq=False)
class Cure:
    """Nets as they are, and nets with one thing changed and `members` of them averaged."""

    change: str
    members: int
    width: Tensor  # (W,)
    ratio: Tensor  # (W,) P / nK of one net
    plain: Scores
    changed: Scores
    alone: Scores  # changed, and not averaged

    @property
    def compares(self) -> bool:
        """Whether outputs are meant to be the one-hot label, so that a squared error has a meaning."""
        return self.change != ENTROPY


def training(change: str, seed: int) -> Training:
    """What to train for a change. Only the plain nets are looked at along the way."""
    if change == EARLY:
        change = PLAIN
    record = nets.RECORD if change == PLAIN else ()
    shared = {"wrong": WRONG, "seed": seed, "widths": WIDTHS, "seeds": MEMBERS, "shared": True, "keep": True}
    return Training(**{**shared, "record": record, **CHANGES[change]})


def scores(outputs: Tensor, y: Tensor) -> Scores:
    """outputs (W, S, R, m, K), y (m,) -> (W, S, R) each"""
    target = one_hot(y, CLASSES).to(outputs)
    error = (outputs.argmax(-1) != y).double().mean(-1)
    return Scores(error, (outputs - target).square().sum(-1).mean(-1).double())


def averaged(sweep: NetSweep, members: int, seed: int, stop: Stop | None = None) -> Scores:
    """Scores on new digits of averages of so many nets: at the end, or each at the moment that `stop` chooses.

    That is asked of the squared error and of the errors on the digits held out, a fifth of whose labels are wrong.
    """
    digits = nets.split(seed)
    outputs = average_outputs(sweep.outputs if stop else sweep.outputs[:, :, -1:], members)
    new = scores(outputs[..., HELD_OUT:, :], digits.new_y)
    if stop is None:
        return Scores(new.error[..., -1], new.mse[..., -1])
    held_y = flip_labels(digits.held_y, WRONG, CLASSES, compute.generator(seed + 2000, digits.held_y.device))
    held = scores(outputs[..., :HELD_OUT, :], held_y)
    return Scores(stop(held.error, new.error), stop(held.mse, new.mse))


def cures(
    change: str,
    members: int,
    seed: int = 0,
    *,
    early_stop: Stop = exercises.early_stop,
    progress: Progress | None = None,
) -> Cure:
    """Nets as they are beside nets with one change, on the same digits and labels."""
    first = progress and (lambda share, words: progress(0.5 * share, words))
    second = progress and (lambda share, words: progress(0.5 + 0.5 * share, words))
    plain = nets.trained(training(PLAIN, seed), progress=first)
    other = nets.trained(training(change, seed), progress=second)
    stop = early_stop if change == EARLY else None
    alone = averaged(other, 1, seed, stop)
    return Cure(
        change=change,
        members=members,
        width=plain.width,
        ratio=plain.ratio,
        plain=averaged(plain, 1, seed),
        changed=alone if members == 1 else averaged(other, members, seed, stop),
        alone=alone,
    )


class CureFigure(ArtistFigure):
    """Left the squared error, right the share missed: nets as they are in grey, changed ones in blue."""

    size = (9.6, 4.1)
    prediction: Callable[[], str | None] = staticmethod(lambda: None)
    MEASURES = (("mse", "squared error", 1.75), ("error", "share missed", 0.65))

    def layout(self, figure):
        from matplotlib.collections import PolyCollection

        self.axes = figure.subplots(1, 2)
        self.bands, self.lines = [], []
        for axes, (_, name, top) in zip(self.axes, self.MEASURES, strict=True):
            styles = (("grey", "s", "--", 0.25), ("blue", "o", "-", 0.25))
            self.bands.append(
                [
                    axes.add_collection(PolyCollection([], color=PALETTE[c], alpha=a, linewidth=0))
                    for c, _, _, a in styles
                ]
            )
            self.lines.append(
                [axes.plot([], [], m, color=PALETTE[c], linestyle=s, markersize=5)[0] for c, m, s, _ in styles]
            )
            counted = axes.axvline(1.0, color=PALETTE["vermilion"], linestyle="-.", linewidth=1.6)
            axes.set(xscale="log", xlim=(0.085, 2.6), ylim=(0, top), xlabel="P / nK of one net", title=name)
            axes.set_xticks((0.1, 0.3, 1, 2), ("0.1", "0.3", "1", "2"))
            axes.minorticks_off()
            axes.grid(True)
        self.note = self.axes[0].text(
            0.5, 0.9, "", transform=self.axes[0].transAxes, ha="center", backgroundcolor="white"
        )
        names = ("nets as they are, one at a time", "with the change", "P = nK")
        figure.legend((*self.lines[1], counted), names, loc="outside upper center", ncols=3)

    def draw(self, result: Cure):
        x = result.ratio.tolist()
        for k, (measure, _, top) in enumerate(self.MEASURES):
            for j, one in enumerate((result.plain, result.changed)):
                values = getattr(one, measure).clamp(max=top)
                shown = measure == "error" or j == 0 or result.compares
                low, high = (edge.tolist() for edge in (values.amin(1), values.amax(1)))
                band = [*zip(x, low, strict=True), *reversed([*zip(x, high, strict=True)])]
                self.bands[k][j].set_verts([band] if shown else [])
                self.lines[k][j].set_data(x if shown else [], values.mean(1) if shown else [])
        self.note.set_text("" if result.compares else "logits have no squared error to a label")

    def describe(self, result: Cure) -> str:
        measure, name, _ = self.MEASURES[0 if result.compares else 1]
        one, other = (
            nets.course(result.width, result.ratio, getattr(scores, measure).mean(1))
            for scores in (result.changed, result.plain)
        )
        count = "one net at a time" if result.members == 1 else f"{result.members} nets averaged"
        end = f"As they are: {other}."
        if result.members > 1:
            narrow, wide = SAME_SIZE[result.members]
            at = [result.width.tolist().index(width) for width in (narrow, wide)]
            together, alone = (
                float(getattr(scores, measure)[k].mean())
                for scores, k in zip((result.changed, result.alone), at, strict=True)
            )
            count_said = f"{result.members} nets of {narrow} units"
            end = f"As many parameters: {count_said} {together:.2g}, one of {wide} {alone:.2g}."
        guess = self.prediction() if result.change == EARLY else None
        said = "" if guess is None else f" You said: {guess}."
        return f"Change: {result.change}, {count}. {name.capitalize()} {one}. {end}{said}"


def explorer() -> Explorer:
    """The cures, fresh."""
    return Explorer(
        name="cures",
        title="What takes the peak away",
        controls=(
            Choice("change", "Change", tuple(CHANGES), EARLY),
            Slider("members", "Nets averaged", 1, MEMBERS, 1, whole=True),
        ),
        compute=cures,
        figure=CureFigure,
        uses=("early_stop",),
    )
