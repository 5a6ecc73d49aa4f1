"""What the lesson claims, what theory expects of it, and a control that must fail beside each claim."""

from ddlearn.classroom.claim import about, asymptotic, at_most, claim, exact, ours
from ddlearn.lessons.learning_curves import measures

CLAIMS = (
    claim(
        "conservation",
        "n examples buy n units of learning: measured on fits, the shares of all modes add up to n.",
        about(1.0, 1e-6, "units for each example"),
        exact(
            "simon2023",
            "in every draw, for a kernel of full rank without a ridge; @simon2023 call it a conservation law",
        ),
        measures.units_bought,
        cause={"ridge": 0.0},
        control=({"ridge": 1.0}, "a ridge of 1, which takes its part"),
    ),
    claim(
        "learnability",
        "Mode by mode, fits to digits learn the share λ / (λ + κ).",
        about(0.0, 0.05, "mean distance of ten shares, at 100 examples"),
        asymptotic("simon2023", "the formula of @simon2023; the tolerance is ours, a twentieth of a mode"),
        measures.mode_gap,
        cause={"steps": False},
        control=({"steps": True}, "the first n modes whole, the others not at all"),
    ),
    claim(
        "random-world",
        "Where eigenvectors are random, the formula for a finite pool is right with half of the pool seen.",
        about(1.0, 0.06, "predicted over measured, the worse of two"),
        asymptotic(
            "simon2023",
            "the formula of @simon2023 for a world that is finite, our derivation; the tolerance is ours, for 25 draws",
        ),
        measures.haar_predicted,
        cause={"form": "finite_pool"},
        control=({"form": "standard"}, "the form for an infinite pool"),
    ),
    claim(
        "infinite",
        "In a growing pool of N points, the formula becomes that for an infinite pool, with a gap below n / N.",
        at_most(1.0, "gap over n / N"),
        ours(
            "simon2023",
            "theory says that the gap is of the order of n/N; once n/N is ours, so that the two forms differ by "
            "less than the share of the world that is seen. The standard form is that of @simon2023",
        ),
        measures.infinite_limit,
        cause={"whole": True},
        control=({"whole": False}, "the ridge left out of the pool's spectrum"),
    ),
    claim(
        "digits",
        "On real digits the learning curve with ridge and noise is known before training.",
        about(1.0, 0.03, "predicted over measured, the worst of 50, 200 and 800"),
        asymptotic(
            "simon2023",
            "the formula of @simon2023 for a world that is finite, our derivation; the tolerance is ours, for a few"
            " draws of each number",
        ),
        measures.digits_predicted,
        cause={"shuffled": False},
        control=({"shuffled": True}, "the target's coefficients dealt to other modes"),
    ),
    claim(
        "left-out",
        "Leave-one-out knows nothing but the n examples and finds the same curve.",
        about(1.0, 0.08, "leave-one-out over measured, the worst of 50, 200 and 800"),
        exact(
            ("luntz1969", "allen1974"),
            "on average over samples, the error of fits to n − 1 examples, as in the lesson on fixed embeddings; the "
            "tolerance covers the step to n, and a few draws of each number",
        ),
        measures.digits_left_out,
        control=(measures.digits_training_error, "the training error in its place"),
    ),
    claim(
        "gcv",
        "Without noise and ridge, generalized cross-validation reads low.",
        at_most(0.85, "GCV over measured, 200 digits"),
        ours(
            ("golub1979", "jacot2020"),
            "0.85 is off by about twice what leave-one-out is allowed; the estimate is that of @golub1979 and of "
            "@jacot2020, and that it reads low here our finding",
        ),
        measures.estimate_without_noise,
        cause={"estimate": "gcv"},
        control=({"estimate": "leave_one_out"}, "leave-one-out in its place"),
    ),
)
