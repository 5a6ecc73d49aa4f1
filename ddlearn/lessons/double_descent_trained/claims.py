"""What lesson 08 claims, what theory expects, and how each claim is measured; beside each, a control that must fail.

Counting is an argument and no theorem for nets, so the bands around P = nK are wide. Where a basis says "floor", a
published effect is asked to be there in size, and nothing more.
"""

from ddlearn.classroom import Claim
from ddlearn.double_descent import exact_risk
from ddlearn.lessons.double_descent_trained import exercises, measures, samples, shared, step_exercise
from ddlearn.lessons.double_descent_trained.measures import FEW, MANY

CLAIMS = (
    Claim(
        id="step",
        statement="One step of many nets at once is the step of each net by automatic differentiation.",
        basis="exact",
        source="the chain rule",
        expected=0.0,
        tolerance=1e-10,
        unit="relative difference of steps",
        measure=lambda scale, seed: measures.gradient_gap(seed, exercises.ensemble_step),
        control=lambda scale, seed: measures.gradient_gap(
            seed, lambda *given: step_exercise.step_with(*given, average=len(given[0]))
        ),
        control_note="the loss averaged over the nets too",
    ),
    Claim(
        id="threshold",
        statement="The squared error of trained nets peaks where they have as many parameters as equations, P = nK.",
        basis="ours",
        papers=("belkin2019",),
        source=(
            "P = nK is the count of equations of @belkin2019, and no theorem for nets; a third to either side is "
            "one step of the grid of widths, where n equations would put the peak at a tenth"
        ),
        expected=1.0,
        tolerance=0.35,
        unit="P / nK at the peak",
        measure=lambda scale, seed: measures.marks(seed).peak_at,
        control=lambda scale, seed: shared.CLASSES * measures.marks(seed).peak_at,
        control_note="P / n: one equation per example, its ten outputs not counted",
    ),
    Claim(
        id="noise",
        statement="Wrong labels make the peak: it stands well above the best of the smaller nets.",
        basis="ours",
        papers=("nakkiran2020",),
        source=(
            "1 is no peak, and with clean labels draws stray from it by up to a tenth; that wrong labels make the "
            "peak is the finding of @nakkiran2020"
        ),
        expected=1.15,
        tolerance=0.0,
        sense="at_least",
        unit="peak over first minimum",
        measure=lambda scale, seed: measures.marks(seed).rise,
        control=lambda scale, seed: measures.marks(seed, wrong=0.0).rise,
        control_note="no wrong labels",
    ),
    Claim(
        id="wide",
        statement="Far beyond the peak, nets miss fewer new digits than the best of the smaller ones.",
        basis="ours",
        papers=("belkin2019",),
        source="1 is a draw; that the widest net wins is the finding of @belkin2019",
        expected=1.0,
        tolerance=0.0,
        sense="at_most",
        unit="share missed, widest over first minimum",
        measure=lambda scale, seed: measures.marks(seed, measure="error").gain,
        control=lambda scale, seed: measures.marks(seed, measure="error").rise,
        control_note="nets at the peak in place of the widest",
    ),
    Claim(
        id="stopped",
        statement="Stopped at its best moment, the net at the threshold is no worse than the widest: no peak is left.",
        basis="ours",
        papers=("nakkiran2020",),
        source=(
            "1 is no peak, and a fifth is a third of the six tenths by which nets that are trained to the end rise "
            "above it; that stopping leaves no peak is the finding of @nakkiran2020"
        ),
        expected=1.0,
        tolerance=0.2,
        unit="squared error, P = nK over widest",
        measure=lambda scale, seed: measures.widest_over_threshold(seed, stopped=True),
        control=lambda scale, seed: measures.widest_over_threshold(seed, stopped=False),
        control_note="trained to the end",
    ),
    Claim(
        id="average",
        statement="Four averaged nets of 30 units do better than one net of 120, which has as many parameters.",
        basis="ours",
        papers=("dascoli2020",),
        source=(
            "four nets keep a quarter of what the draw of the start adds, so a fifth less means that it adds a "
            "quarter or more; that averaging takes it away is shown by @dascoli2020 for random features"
        ),
        expected=0.8,
        tolerance=0.0,
        sense="at_most",
        unit="squared error, four small over one wide",
        measure=lambda scale, seed: measures.team_over_one(seed, 4),
        control=lambda scale, seed: measures.team_over_one(seed, 1),
        control_note="one small net alone",
    ),
    Claim(
        id="clocks",
        statement="With three clocks the risk over time has a second descent, in closed form.",
        basis="ours",
        papers=("heckel2021",),
        source=(
            "the formula is that of @heckel2021; half as much again as at the first minimum is a second rise that "
            "nobody overlooks, and the size of the effect was chosen by us with the clocks"
        ),
        expected=1.5,
        tolerance=0.0,
        sense="at_least",
        unit="peak over first minimum",
        measure=lambda scale, seed: measures.rise_and_fall(aligned=False),
        control=lambda scale, seed: measures.rise_and_fall(aligned=True),
        control_note="clocks aligned",
    ),
    Claim(
        id="clocks-simulated",
        statement="Gradient descent on data follows that closed form where examples are many.",
        basis="asymptotic",
        papers=("heckel2021",),
        source=(
            "the formula of @heckel2021, for examples that are many against the features; the tolerance is ours, "
            "for 22 examples a feature"
        ),
        expected=0.0,
        tolerance=0.1,
        sense="at_most",
        unit="largest relative difference",
        measure=lambda scale, seed: measures.simulated_gap(seed, 1500),
        control=lambda scale, seed: measures.simulated_gap(seed, 200),
        control_note="200 examples for 68 features",
    ),
    Claim(
        id="aligned",
        statement="Aligned clocks leave one descent, and it goes deeper.",
        basis="ours",
        papers=("heckel2021",),
        source=(
            "that aligned steps leave one descent is from the abstract of @heckel2021; a twentieth deeper is ours, "
            "the least that one sees in the figure"
        ),
        expected=0.95,
        tolerance=0.0,
        sense="at_most",
        unit="least risk, aligned over plain",
        measure=lambda scale, seed: measures.best_over_plain(aligned=True),
        control=lambda scale, seed: measures.best_over_plain(aligned=False),
        control_note="all clocks half as fast",
    ),
    Claim(
        id="no-second-in-time",
        statement="Nets on digits show no second descent over time: the end is worse than the first minimum.",
        basis="ours",
        papers=("nakkiran2020",),
        source=(
            "half as much again as at the first minimum is no second descent; for larger nets @nakkiran2020 found one"
        ),
        expected=1.5,
        tolerance=0.0,
        sense="at_least",
        unit="squared error, end over first minimum",
        measure=lambda scale, seed: measures.last_over_first_minimum(seed),
        control=lambda scale, seed: measures.clocks_last_over_first_minimum(),
        control_note="the three clocks",
    ),
    Claim(
        id="more-linear",
        statement="Two and a half times the examples make linear regression worse, by as much as the formula says.",
        basis="exact",
        papers=("nakkiran2019",),
        source=(
            "on average over Gaussian inputs, the formula of lesson 07; that more examples may do harm is shown by "
            "@nakkiran2019. The tolerance is that of twenty draws"
        ),
        expected=exact_risk(250, 200, samples.SIGNAL, samples.NOISE)
        / exact_risk(100, 200, samples.SIGNAL, samples.NOISE),
        tolerance=0.06,
        unit="risk with 250 examples over risk with 100, for 200 coefficients",
        measure=lambda scale, seed: measures.more_over_fewer(seed, tuned=False),
        control=lambda scale, seed: measures.more_over_fewer(seed, tuned=True),
        control_note="the best penalty",
    ),
    Claim(
        id="more-features",
        statement="Twice the digits make random features worse.",
        basis="ours",
        papers=("nakkiran2020",),
        source="1 is no harm; that more examples may do harm is the finding of @nakkiran2020, for trained nets",
        expected=1.0,
        tolerance=0.0,
        sense="at_least",
        unit="squared error, 120 over 60 examples",
        measure=lambda scale, seed: measures.many_over_few(samples.fitted(seed, (FEW, MANY))[0]),
        control=lambda scale, seed: measures.many_over_few(samples.fitted(seed, (FEW, MANY))[1]),
        control_note="the best penalty",
    ),
    Claim(
        id="more-nets",
        statement="Twice the digits make a trained net worse.",
        basis="ours",
        papers=("nakkiran2020",),
        source="1 is no harm; that more examples may do harm is the finding of @nakkiran2020",
        expected=1.0,
        tolerance=0.0,
        sense="at_least",
        unit="squared error, 120 over 60 examples",
        measure=lambda scale, seed: measures.many_over_few(measures.trained_samples(seed)[0]),
        control=lambda scale, seed: measures.many_over_few(measures.trained_samples(seed)[1]),
        control_note="each net stopped at its best moment",
    ),
)
