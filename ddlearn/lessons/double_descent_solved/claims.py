"""What lesson 07 claims, what theory expects, and how each claim is measured; beside each, a control that must fail."""

import torch

from ddlearn.classroom import Claim
from ddlearn.lessons.double_descent_solved import exercises, images, measures, why
from ddlearn.lessons.double_descent_solved.measures import NOISE, REMOVED, SIGNAL

CLAIMS = (
    Claim(
        id="exact",
        statement="The mean risk of minimum-norm fits to Gaussian inputs is the formula's, at any n and p.",
        basis="exact",
        papers=("breiman1983", "belkin2020"),
        source="on average over Gaussian inputs; the tolerance is that of 1,000 draws",
        expected=1.0,
        tolerance=0.03,
        unit="measured over formula",
        measure=lambda scale, seed: measures.measured_over_formula(
            seed, lambda n, p: exercises.risk(n, p, SIGNAL, NOISE)
        ),
        control=lambda scale, seed: measures.measured_over_formula(seed, measures.limit),
        control_note="the limit of many examples in its place, at twenty",
    ),
    Claim(
        id="best-penalty",
        statement="The best penalty is noise · p / (n · signal), for every design, not only on average.",
        basis="exact",
        papers=("nakkiran2021",),
        source=(
            "for every design, where the risk is a sum over its singular values whose terms are all least there, "
            "our derivation; on average over inputs in @nakkiran2021"
        ),
        expected=1.0,
        tolerance=0.01,
        unit="found by search over formula",
        measure=lambda scale, seed: measures.best_penalty_over_formula(seed, NOISE),
        control=lambda scale, seed: measures.best_penalty_over_formula(seed, 2 * NOISE),
        control_note="labels with twice the noise",
    ),
    Claim(
        id="no-peak",
        statement="With the best penalty the risk at p = n is an ordinary number, and theory knows it.",
        basis="asymptotic",
        papers=("hastie2022",),
        source=(
            "the limit of the risk with the best penalty, from @hastie2022; the tolerance is ours, for twelve "
            "designs of n = 100"
        ),
        expected=1.0,
        tolerance=0.05,
        unit="measured over theory",
        measure=lambda scale, seed: measures.peak_over_best(seed, penalised=True),
        control=lambda scale, seed: measures.peak_over_best(seed, penalised=False),
        control_note="no penalty",
    ),
    Claim(
        id="width-loses",
        statement="Where the first features capture most, no fit with p > n is as good as the best with p < n.",
        basis="asymptotic",
        papers=("hastie2022",),
        source="the limit of the risk where features are missing, from @hastie2022, is least with p < n; 1 is a draw",
        expected=1.0,
        tolerance=0.0,
        sense="at_least",
        unit="best over best",
        measure=lambda scale, seed: measures.large_over_small(seed, 5.0),
        control=lambda scale, seed: measures.large_over_small(seed, 1.0),
        control_note="a signal spread over many features",
    ),
    Claim(
        id="parameters",
        statement="Effective parameters at new points fall again past the threshold, as n · n / (p - n - 1).",
        basis="exact",
        papers=("curth2023",),
        source=(
            "on average over Gaussian inputs, our derivation; effective parameters at new points are those of "
            "@curth2023. The tolerance is that of twelve draws"
        ),
        expected=1.0,
        tolerance=0.05,
        unit="measured over formula",
        measure=lambda scale, seed: measures.parameters_over_formula(seed, at_new_points=True),
        control=lambda scale, seed: measures.parameters_over_formula(seed, at_new_points=False),
        control_note="those at the training points, which stay at n",
    ),
    Claim(
        id="digits",
        statement="Kernel eigenvalues and label projections predict the error on real digits, with nothing fitted.",
        basis="asymptotic",
        papers=("simon2024",),
        source=(
            "the formula of @simon2024 with our correction for the training digits, a heuristic; the tolerance is ours"
        ),
        expected=0.0,
        tolerance=0.08,
        sense="at_most",
        unit="median relative distance",
        measure=lambda scale, seed: measures.theory_gap(seed, 1.5),
        control=lambda scale, seed: measures.theory_gap(seed, 3.0),
        control_note="the theory of a kernel twice as wide",
    ),
    Claim(
        id="digits-peak",
        statement="On the digits the peak is at N = n, whatever the number of classes.",
        basis="asymptotic",
        papers=("belkin2019", "mei2022"),
        source=(
            "each output has n equations and N unknowns, the count of @belkin2019; that the risk diverges there is "
            "proved by @mei2022 for other inputs. The tolerance is the grid’s, whose next sizes are 5 % away"
        ),
        expected=1.0,
        tolerance=0.05,
        unit="place of the largest error over n",
        measure=lambda scale, seed: measures.worst_over_n(seed, 0),
        control=lambda scale, seed: measures.worst_over_n(seed, 1 + images.PENALTIES.index(0.1)),
        control_note="a penalty of 0.1",
    ),
    Claim(
        id="width-wins",
        statement="On the digits with one wrong label in ten, the widest fit beats every narrow one.",
        basis="ours",
        papers=("belkin2019",),
        source="1 is a draw; that the widest wins is the finding of @belkin2019 on other data",
        expected=1.0,
        tolerance=0.0,
        sense="at_most",
        unit="error of the widest over the first minimum",
        measure=lambda scale, seed: measures.widest_over_first(seed, 0.1, 1.5),
        control=lambda scale, seed: measures.widest_over_first(seed, 0.2, 3.0),
        control_note="a wider kernel and one wrong label in five",
    ),
    Claim(
        id="three-factors",
        statement="Take away weak directions, or residuals, or new points' parts in weak directions: no peak is left.",
        basis="ours",
        papers=("schaeffer2023",),
        source=(
            "where there is no peak, the error at N = n is no larger than at 60 features; that all three factors "
            "are needed is read off an identity of @schaeffer2023"
        ),
        expected=1.0,
        tolerance=0.0,
        sense="at_most",
        unit="error at N = n over that of the plain fit at 60 features",
        measure=lambda scale, seed: measures.peak_left(seed, REMOVED),
        control=lambda scale, seed: measures.peak_left(seed, [(why.EXACT, False, False)]),
        control_note="all three there",
    ),
    Claim(
        id="features",
        statement="Theory at finite size gives the error of random ReLU features on the sphere.",
        basis="asymptotic",
        papers=("simon2024", "mei2022"),
        source=(
            "the formula of @simon2024 at finite size, whose limit is that of @mei2022; the tolerance is ours, away"
            " from the threshold"
        ),
        expected=1.0,
        tolerance=0.06,
        unit="measured over theory",
        measure=lambda scale, seed: measures.features_over_theory(seed, 0.0),
        control=lambda scale, seed: measures.features_over_theory(seed, 0.1),
        control_note="the theory for a penalty of 0.1",
    ),
    Claim(
        id="whose-fault",
        statement="Near the threshold the error is the interaction of the draw of the data with that of the features.",
        basis="ours",
        papers=("adlam2020",),
        source=(
            "the interaction diverges at the threshold, without noise too: @adlam2020, from the abstract. That it is "
            "three quarters of the error at N = 1.1 n is ours: three times all else together"
        ),
        expected=0.75,
        tolerance=0.0,
        sense="at_least",
        unit="of the error at N = 1.1 n, no noise",
        measure=lambda scale, seed: measures.share_of_interaction(seed, "none"),
        control=lambda scale, seed: measures.share_of_interaction(seed, "0.1"),
        control_note="a penalty of 0.1",
    ),
    Claim(
        id="float32",
        statement="A pseudo-inverse in float32, with its default cut-off, loses more than half of the peak.",
        basis="ours",
        source=(
            "two is what the sentence says: half of the peak is gone. The cut-off drops the smallest singular "
            "values, which make the peak"
        ),
        expected=2.0,
        tolerance=0.0,
        sense="at_least",
        unit="exact over clipped, medians at N = n",
        measure=lambda scale, seed: measures.clipped(seed, torch.float32),
        control=lambda scale, seed: measures.clipped(seed, torch.float64),
        control_note="the same in float64",
    ),
)
