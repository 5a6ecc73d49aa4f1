"""The menu: nine questions out of the course, each small enough for one page and sharp enough to turn out false."""

from math import inf

from ddlearn.classroom.claim import asymptotic, exact, ours
from ddlearn.lessons.capstone import by_features, by_rows, by_size
from ddlearn.lessons.capstone.asking import Question

LEFT_OUT = Question(
    name="leave-one-out",
    lesson="fixed_embeddings",
    hypothesis="Leave-one-out, which uses no new row, gives the error on rows that the fit has never seen.",
    number="leave-one-out error over the error on unseen rows",
    short="leave-one-out / unseen",
    line="error on unseen rows",
    band=(0.85, 1.15),
    basis=exact(
        ("luntz1969", "allen1974"),
        "theory says 1 for the mean over samples, at one row less (@luntz1969); the margin of 15 % is ours",
    ),
    method="Kernel ridge regression with a fixed penalty on the rows to learn from, six random splits for a seed.",
    control="the error on the rows themselves in the place of leave-one-out",
    limits="Nothing about rows from another source, nor about the smallest of many leave-one-out errors.",
    measure=by_rows.left_out,
)

FIXED_OR_LEARNED = Question(
    name="fixed or learned",
    lesson="learned_embeddings",
    hypothesis="On this table a small trained net is no better than a fixed kernel with as many rows.",
    number="error of the net at its best step over the error of the kernel",
    short="net / kernel",
    line="the fixed kernel",
    band=None,
    basis=ours(
        "ghorbani2020",
        "no theory: a baseline, the smallest ratio of kernels of half and twice the width, on twelve other splits",
    ),
    method=(
        "A net with 64 ReLU units, Adam, 160 steps, stopped where it is best on the unseen rows, which favours it; "
        "kernel ridge regression with the penalty that leave-one-out chooses, which sees none of them."
    ),
    control="the net’s error on the rows that it was trained on",
    limits="Nothing about larger nets, other training, more rows, or images.",
    measure=by_rows.fixed_or_learned,
    log="y",
)

WIDTH = Question(
    name="width at the start",
    lesson="neural_tangent_kernel",
    hypothesis="On these rows a net’s tangent kernel at the start approaches the infinite one as 1/√width.",
    number="exponent a in: distance falls as width to the power −a",
    short="exponent a",
    band=(0.35, 0.65),
    basis=asymptotic("jacot2018", "theory says 1/2, for an average over units; the margin of 0.15 is ours"),
    method="Two-layer ReLU nets of 16 to 512 units, four draws a width, at most 24 rows; the slope of the logarithms.",
    control="the infinite kernel of another activation",
    limits="Nothing about training, nor about deep nets.",
    measure=by_size.width_at_start,
)

LAZINESS = Question(
    name="lazy when wide",
    lesson="leaving_the_lazy_regime",
    hypothesis="The wider the net, the less its kernel moves as it learns these classes: as 1/√width, or faster.",
    number="exponent a in: drift falls as width to the power −a",
    short="exponent a",
    band=(0.4, inf),
    basis=asymptotic(
        ("lee2019", "yang2021"),
        "theory says 1/2 or more (Theorem 2.1 of @lee2019, for activations with a Lipschitz slope); the margin of 0.1"
        " is ours",
    ),
    method=(
        "Nets of 32 to 512 units, NTK scaling, 60 steps of descent on at most 24 rows, at half the rate where it "
        "diverges; the slope of the logarithms."
    ),
    control="the same nets in mean-field scaling",
    limits="Nothing about the error on new rows, nor about larger learning rates.",
    measure=by_size.laziness,
    line="theory’s slope",
    anchored=True,
)

IMBALANCE = Question(
    name="imbalance",
    lesson="real_steps_real_widths",
    hypothesis="Descent of a linear net on this table keeps its imbalance, up to a drift that shrinks with the step.",
    number="exponent a in: drift grows as the learning rate to the power a",
    short="exponent a",
    band=(0.85, 1.15),
    basis=asymptotic(
        ("arora2018", "du2018"),
        "theory says 1: the square of the rate for each step, and steps as its inverse; the margin of 0.15 is ours",
    ),
    method="A two-layer linear net, 12 units, one training time at four learning rates; the slope of the logarithms.",
    control="the same descent with weight decay",
    limits="Nothing about nets with an activation, nor about steps near the edge of stability.",
    measure=by_size.imbalance,
    line="theory’s slope",
    anchored=True,
)

CURVE = Question(
    name="learning curve",
    lesson="learning_curves",
    hypothesis="The error on unseen rows is known from the kernel’s spectrum before anything is fitted.",
    number="measured error over the error that theory predicts",
    short="measured / theory",
    band=(0.85, 1.15),
    basis=asymptotic(
        "simon2023", "theory says 1, in our finite-pool form after @simon2023; the margin of 15 % is ours"
    ),
    method="Kernel ridge regression, three random splits a seed; the theory sees the whole table and all its targets.",
    control="the formula gets shuffled targets",
    limits="A forecast: the formula used the targets that test it. And without a ridge it is too low on such tables.",
    measure=by_rows.learning_curve,
)

PEAK = Question(
    name="the peak",
    lesson="double_descent_solved",
    hypothesis="Without a penalty, random features are worst where they are as many as the rows, whatever the target.",
    number="the worst number of features over the number of rows",
    short="worst N / rows",
    band=(0.9, 1.1),
    basis=asymptotic(
        ("belkin2019", "mei2022", "simon2024"), "theory says 1; the margin is the grid’s, whose next sizes are 5 % away"
    ),
    method="Random cosines, the shortest fit, twelve sizes, up to 200 unseen rows; the size with the largest error.",
    control="the same fits with a ridge",
    limits="How high the peak is: without a ridge the formula’s line runs low on tables like these.",
    measure=by_features.peak,
    line="theory, up to 100",
)

WIDEST = Question(
    name="the widest wins",
    lesson="double_descent_solved",
    hypothesis="Without a penalty, sixteen random features for each row are better than one for four rows.",
    number="error of the widest fit over the error of the narrow one, counted as 3 where it is larger",
    short="widest / narrow",
    band=(0.0, 1.0),
    basis=ours(
        ("belkin2019", "simon2024"),
        "1 is a draw. It tests a saying, that bigger is better; theory draws the curve and takes no side beforehand",
    ),
    method="Random cosines, the shortest fit, eight sizes, up to 200 unseen rows.",
    control="the error where features are as many as rows, over the same",
    limits="Anything about fits with a penalty, other narrow sizes, or trained nets; the formula’s line runs low here.",
    measure=by_features.widest,
    line="theory, up to 100",
)

BAGS = Question(
    name="proportions only",
    lesson="weak_labels",
    hypothesis="A classifier’s risk can be computed from bags of rows, where only proportions of classes are known.",
    number="risk from bags of five over the risk with labels",
    short="bags / labels",
    band=(0.85, 1.15),
    basis=exact("busafekete2023", "theory says 1 for the mean over bags; the margin of 15 % is ours"),
    method="Bags of independent unseen rows, 6,000 a seed and size; each loss weighted so that its mean is the risk.",
    control="each row takes its bag’s proportions for its own label",
    limits="Bags that are not drawn at random, as patients are not; and training on them.",
    measure=by_features.bags,
    log="",
)

QUESTIONS = {
    one.name: one for one in (LEFT_OUT, FIXED_OR_LEARNED, WIDTH, LAZINESS, IMBALANCE, CURVE, PEAK, WIDEST, BAGS)
}
