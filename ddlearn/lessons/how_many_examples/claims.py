"""What the lesson claims, what theory expects of it, and a control that must fail beside each claim."""

from ddlearn.classroom.claim import about, asymptotic, at_least, at_most, claim, exact, ours, theorem
from ddlearn.lessons.how_many_examples import measures

OFTEN = measures.DELTA + 3 * (measures.DELTA * (1 - measures.DELTA) / measures.DRAWS) ** 0.5  # three standard errors

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
        "Where eigenvectors are random, the finite-pool formula is right with half of the world seen.",
        about(1.0, 0.06, "predicted over measured, the worse of two"),
        asymptotic(
            "simon2023",
            "the formula of @simon2023 for a world that is finite, our derivation; the tolerance is ours, for 25 draws",
        ),
        measures.haar_predicted,
        cause={"form": "finite_pool"},
        control=({"form": "standard"}, "the form for an infinite world"),
    ),
    claim(
        "infinite",
        "In a growing world the finite-pool formula becomes the standard one, with a gap below n / N.",
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
            "on average over samples, the error of fits to n − 1 examples, as in lesson 01; the tolerance covers "
            "the step to n, and a few draws of each number",
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
    claim(
        "pac-bayes",
        "400 digits are enough to promise better than guessing, without a test set.",
        at_most(0.5, "of mistakes, at most"),
        ours(
            ("langford2003", "seeger2002", "maurer2004"),
            "half is what guessing has; that the promise is kept with probability .95 is the PAC-Bayes theorem of "
            "@seeger2002 in the form of @maurer2004, for a prior and a posterior as in @langford2003",
        ),
        measures.certified,
        cause={"coins": 0.0},
        control=({"coins": 1.0}, "coin flips for labels: nothing to promise"),
    ),
    claim(
        "spent",
        "A prior from half of the examples is fair if only the other half judges.",
        at_least(0.0, "promised less measured mistakes, on coin flips"),
        theorem(
            ("seeger2002", "maurer2004"),
            "The PAC-Bayes theorem of @seeger2002, as tightened by @maurer2004 (from the abstract): with "
            "probability .95, for a prior that has not seen the examples that judge",
        ),
        measures.half_data,
        cause={"judges_all": False},
        control=({"judges_all": True}, "all examples judge, the spent ones too"),
    ),
    claim(
        "posteriors",
        "For one prior the best of all posteriors may be chosen after the data, and the promise is kept.",
        at_most(OFTEN, "of the promises broken, delta = 0.1"),
        theorem(
            ("seeger2002", "maurer2004"),
            "The PAC-Bayes theorem is about all posteriors of one prior at once; @seeger2002, with the constant of "
            "@maurer2004. The tolerance is three standard errors of the count",
        ),
        measures.broken_after_the_fact,
        cause={"one_prior": True},
        control=({"one_prior": False}, "the best of a thousand priors, paid for as one"),
    ),
    claim(
        "broken",
        "A promise at delta = 0.1 is broken in one draw of ten at most.",
        at_most(OFTEN, "of the promises broken"),
        theorem(
            "clopper1934",
            "The interval of @clopper1934 holds with the stated probability or more; the tolerance is three "
            "standard errors of the count",
        ),
        measures.broken_promises,
        cause={"interval": True},
        control=({"interval": False}, "the bare share of mistakes as a promise"),
    ),
    claim(
        "random-labels",
        "A term above 1 promises nothing, yet tells labels with a meaning from coin flips.",
        at_least(2.0, "times larger on coin flips, 400 digits"),
        ours(
            "arora2019",
            "the term is that of Theorem 5.1 of @arora2019, who say that it tells the two apart; a factor of two is"
            " ours, worth four times the examples, since the term falls as one over the root of their number",
        ),
        measures.term_ratio,
        cause={"blind": False},
        control=({"blind": True}, "the number of parameters, which sees no label"),
    ),
)
