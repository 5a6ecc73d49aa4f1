"""What lesson 02 claims, what theory expects, and how each claim is measured; beside each, a control that must fail."""

from ddlearn.classroom import Claim
from ddlearn.lessons.learned_embeddings import measures, parity
from ddlearn.lessons.learned_embeddings.bound import KERNELS
from ddlearn.lessons.learned_embeddings.exercises import oracle_kernel
from ddlearn.lessons.learned_embeddings.recipe import DECAY

CLAIMS = (
    Claim(
        id="line",
        statement="Averaged over all parities of one size, no kernel has an error below 1 − n/N.",
        basis="exact",
        source=(
            "an inequality: n kernel functions span at most n of the N parities, which are orthogonal; the proof is"
            " in this lesson"
        ),
        expected=0.0,
        tolerance=0.0,
        sense="at_least",
        unit="over the line, the closest of five kernels",
        measure=lambda scale, seed: measures.margin(seed, single=False),
        control=lambda scale, seed: measures.margin(seed, single=True),
        control_note="the best parity in place of the average",
    ),
    Claim(
        id="oracle",
        statement="The kernel that knows the size of the parity, and nothing else, meets the line.",
        basis="exact",
        source="the case of equality in the proof of the line",
        expected=0.0,
        tolerance=1e-6,
        unit="from the line, at most",
        measure=lambda scale, seed: measures.gap(seed, oracle_kernel),
        control=lambda scale, seed: measures.gap(seed, KERNELS["Gaussian, narrow"]),
        control_note="a Gaussian kernel",
    ),
    Claim(
        id="enough",
        statement="With more examples than parities the line is at zero, and the same kernel reaches it.",
        basis="exact",
        source="as many kernel functions as there are parities span them all",
        expected=0.0,
        tolerance=1e-6,
        sense="at_most",
        unit="mean squared error",
        measure=lambda scale, seed: measures.oracle_error(seed, 210),
        control=lambda scale, seed: measures.oracle_error(seed, 30),
        control_note="fewer examples than parities",
    ),
    Claim(
        id="units",
        statement="m random units hold m dimensions: even with every point labelled, 1 − m/N is left on average.",
        basis="exact",
        papers=("yehudai2019",),
        source=(
            "an inequality, by the same count of dimensions with units in place of examples; for a single neuron as"
            " the target see @yehudai2019"
        ),
        expected=0.0,
        tolerance=0.0,
        sense="at_least",
        unit="over 1 − m/N",
        measure=lambda scale, seed: measures.random_units_margin(seed),
        control=lambda scale, seed: measures.trained_units_margin(seed),
        control_note="as many units trained on one parity, for that one",
    ),
    Claim(
        id="net",
        statement="A small net learns a parity from so few examples that every kernel, on average, fails.",
        basis="ours",
        papers=("daniely2020", "barak2022"),
        source=(
            "a wrong sign costs 1 at least, so an error of 0.1 means that nine signs of ten are right, where the "
            "line leaves kernels three quarters of the error; that nets learn parities is shown by @daniely2020 and"
            " @barak2022"
        ),
        expected=0.1,
        tolerance=0.0,
        sense="at_most",
        unit="test error",
        measure=lambda scale, seed: measures.net_error(seed, measures.MANY),
        control=lambda scale, seed: float(
            parity.rivals(measures.parity_nets(seed)[0][measures.MANY], measures.TASK.k)[0]
        ),
        control_note="the oracle kernel on the same examples",
    ),
    Claim(
        id="learned-kernel",
        statement="The net did not escape kernels: a plane in the embedding that it learned does as well.",
        basis="ours",
        papers=("karkada2024",),
        source=(
            "the same 0.1 as for the net, whose embedding is to do as well; the two views are those of @karkada2024"
        ),
        expected=0.1,
        tolerance=0.0,
        sense="at_most",
        unit="test error",
        measure=lambda scale, seed: measures.layer_error(seed, -1),
        control=lambda scale, seed: measures.layer_error(seed, 0),
        control_note="a plane in the same layer before training",
    ),
    Claim(
        id="few",
        statement="From too few examples the same net fits every one of them and is no better than predicting zero.",
        basis="ours",
        source="1 is the error of predicting zero, which learns nothing",
        expected=1.0,
        tolerance=0.0,
        sense="at_least",
        unit="test error",
        measure=lambda scale, seed: measures.net_error(seed, measures.FEW),
        control=lambda scale, seed: measures.net_error(seed, measures.MANY),
        control_note="four times the examples",
    ),
    Claim(
        id="decay",
        statement="With weight decay the two bits have more than twice the squared weight of all others together.",
        basis="ours",
        source="two thirds; the gradient alone finds the two bits as well, but keeps about as much on the others",
        expected=2 / 3,
        tolerance=0.0,
        sense="at_least",
        unit="of the squared weight",
        measure=lambda scale, seed: measures.weight_on_bits(seed, DECAY),
        control=lambda scale, seed: measures.weight_on_bits(seed, 0.0),
        control_note="the same nets without weight decay",
    ),
    Claim(
        id="decay-error",
        statement="Where the examples suffice, weight decay makes the net’s test error several times smaller.",
        basis="ours",
        source=(
            "e², by which 2,000 steps of decay shrink a weight that no gradient renews; without decay such weights "
            "make most of the error"
        ),
        expected=measures.SHRUNK,
        tolerance=0.0,
        sense="at_least",
        unit="error without decay over error with it",
        measure=lambda scale, seed: measures.decay_gain(seed, measures.MANY),
        control=lambda scale, seed: measures.decay_gain(seed, measures.FEW),
        control_note="a quarter of the examples: too few with decay or without",
    ),
    Claim(
        id="alignment",
        statement="Training turns the hidden layer’s kernel towards the labels, also those of new points.",
        basis="ours",
        papers=("cortes2012",),
        source=(
            "three times the start is a turn, where labels dealt at random leave the alignment within a factor of "
            "two; its measure is that of @cortes2012"
        ),
        expected=3.0,
        tolerance=0.0,
        sense="at_least",
        unit="times the alignment at the start",
        measure=lambda scale, seed: measures.alignment_gain(seed, measures.parity_nets(seed)[1][measures.MANY]),
        control=lambda scale, seed: measures.alignment_gain(seed, measures.shuffled_net(seed)),
        control_note="labels dealt at random",
    ),
    Claim(
        id="digits",
        statement="On a few hundred real digits a Gaussian kernel errs less than a small trained net.",
        basis="ours",
        papers=("arora2020",),
        source="1 is a draw; that fixed kernels win on small data is the finding of @arora2020, for tangent kernels",
        expected=1.0,
        tolerance=0.0,
        sense="at_least",
        unit="errors of the net over those of the kernel",
        measure=lambda scale, seed: measures.digit_errors(seed)[0] / measures.digit_errors(seed)[1],
        control=lambda scale, seed: measures.digit_errors(seed)[0] / measures.digit_errors(seed)[2],
        control_note="as many random units in place of the kernel",
    ),
)
