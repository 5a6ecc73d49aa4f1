"""What lesson 06 claims, what theory expects of it, and a control that must fail beside each claim."""

from ddlearn.classroom import Claim
from ddlearn.lessons.how_many_examples import measures

CLAIMS = (
    Claim(
        id="conservation",
        statement="n examples buy n units of learning: measured on fits, the shares of all modes add up to n.",
        basis="exact",
        papers=("simon2023",),
        source="in every draw, for a kernel of full rank without a ridge; @simon2023 call it a conservation law",
        expected=1.0,
        tolerance=1e-6,
        unit="units for each example",
        measure=lambda scale, seed: measures.units_bought(seed, 0.0),
        control=lambda scale, seed: measures.units_bought(seed, 1.0),
        control_note="a ridge of 1, which takes its part",
    ),
    Claim(
        id="learnability",
        statement="Mode by mode, fits to digits learn the share λ / (λ + κ).",
        basis="asymptotic",
        papers=("simon2023",),
        source="the formula of @simon2023; the tolerance is ours, a twentieth of a mode",
        expected=0.0,
        tolerance=0.05,
        unit="mean distance of ten shares, at 100 examples",
        measure=lambda scale, seed: measures.mode_gap(seed, steps=False),
        control=lambda scale, seed: measures.mode_gap(seed, steps=True),
        control_note="the first n modes whole, the others not at all",
    ),
    Claim(
        id="random-world",
        statement="Where eigenvectors are random, the finite-pool formula is right with half of the world seen.",
        basis="asymptotic",
        papers=("simon2023",),
        source=(
            "the formula of @simon2023 for a world that is finite, our derivation; the tolerance is ours, for 25 draws"
        ),
        expected=1.0,
        tolerance=0.06,
        unit="predicted over measured, the worse of two",
        measure=lambda scale, seed: measures.haar_predicted(seed, "finite_pool"),
        control=lambda scale, seed: measures.haar_predicted(seed, "standard"),
        control_note="the form for an infinite world",
    ),
    Claim(
        id="infinite",
        statement="In a growing world the finite-pool formula becomes the standard one, with a gap below n / N.",
        basis="ours",
        papers=("simon2023",),
        source=(
            "theory says that the gap is of the order of n/N; once n/N is ours, so that the two forms differ by "
            "less than the share of the world that is seen. The standard form is that of @simon2023"
        ),
        expected=1.0,
        tolerance=0.0,
        sense="at_most",
        unit="gap over n / N",
        measure=lambda scale, seed: measures.infinite_limit(seed, whole=True),
        control=lambda scale, seed: measures.infinite_limit(seed, whole=False),
        control_note="the ridge left out of the pool's spectrum",
    ),
    Claim(
        id="digits",
        statement="On real digits the learning curve with ridge and noise is known before training.",
        basis="asymptotic",
        papers=("simon2023",),
        source=(
            "the formula of @simon2023 for a world that is finite, our derivation; the tolerance is ours, for a few"
            " draws of each number"
        ),
        expected=1.0,
        tolerance=0.03,
        unit="predicted over measured, the worst of 50, 200 and 800",
        measure=lambda scale, seed: measures.digits_predicted(seed),
        control=lambda scale, seed: measures.digits_predicted(seed, shuffled=True),
        control_note="the target's coefficients dealt to other modes",
    ),
    Claim(
        id="left-out",
        statement="Leave-one-out knows nothing but the n examples and finds the same curve.",
        basis="exact",
        papers=("luntz1969", "allen1974"),
        source=(
            "on average over samples, the error of fits to n − 1 examples, as in lesson 01; the tolerance covers "
            "the step to n, and a few draws of each number"
        ),
        expected=1.0,
        tolerance=0.08,
        unit="leave-one-out over measured, the worst of 50, 200 and 800",
        measure=measures.digits_left_out,
        control=measures.digits_training_error,
        control_note="the training error in its place",
    ),
    Claim(
        id="gcv",
        statement="Without noise and ridge, generalized cross-validation reads low.",
        basis="ours",
        papers=("golub1979", "jacot2020"),
        source=(
            "0.85 is off by about twice what leave-one-out is allowed; the estimate is that of @golub1979 and of "
            "@jacot2020, and that it reads low here our finding"
        ),
        expected=0.85,
        tolerance=0.0,
        sense="at_most",
        unit="GCV over measured, 200 digits",
        measure=lambda scale, seed: measures.estimate_without_noise(seed, "gcv"),
        control=lambda scale, seed: measures.estimate_without_noise(seed, "leave_one_out"),
        control_note="leave-one-out in its place",
    ),
    Claim(
        id="pac-bayes",
        statement="400 digits are enough to promise better than guessing, without a test set.",
        basis="ours",
        papers=("langford2003", "seeger2002", "maurer2004"),
        source=(
            "half is what guessing has; that the promise is kept with probability .95 is the PAC-Bayes theorem of "
            "@seeger2002 in the form of @maurer2004, for a prior and a posterior as in @langford2003"
        ),
        expected=0.5,
        tolerance=0.0,
        sense="at_most",
        unit="of mistakes, at most",
        measure=lambda scale, seed: measures.certified(seed, coins=False),
        control=lambda scale, seed: measures.certified(seed, coins=True),
        control_note="coin flips for labels: nothing to promise",
    ),
    Claim(
        id="spent",
        statement="A prior from half of the examples is fair if only the other half judges.",
        basis="theorem",
        papers=("seeger2002", "maurer2004"),
        source=(
            "The PAC-Bayes theorem of @seeger2002, as tightened by @maurer2004 (from the abstract): with "
            "probability .95, for a prior that has not seen the examples that judge"
        ),
        expected=0.0,
        tolerance=0.0,
        sense="at_least",
        unit="promised less measured mistakes, on coin flips",
        measure=lambda scale, seed: measures.half_data(seed, judges_all=False),
        control=lambda scale, seed: measures.half_data(seed, judges_all=True),
        control_note="all examples judge, the spent ones too",
    ),
    Claim(
        id="posteriors",
        statement="For one prior the best of all posteriors may be chosen after the data, and the promise is kept.",
        basis="theorem",
        papers=("seeger2002", "maurer2004"),
        source=(
            "The PAC-Bayes theorem is about all posteriors of one prior at once; @seeger2002, with the constant of "
            "@maurer2004. The tolerance is three standard errors of the count"
        ),
        expected=measures.DELTA,
        tolerance=3 * (measures.DELTA * (1 - measures.DELTA) / measures.DRAWS) ** 0.5,
        sense="at_most",
        unit="of the promises broken, delta = 0.1",
        measure=lambda scale, seed: measures.broken_after_the_fact(seed, one_prior=True),
        control=lambda scale, seed: measures.broken_after_the_fact(seed, one_prior=False),
        control_note="the best of a thousand priors, paid for as one",
    ),
    Claim(
        id="broken",
        statement="A promise at delta = 0.1 is broken in one draw of ten at most.",
        basis="theorem",
        papers=("clopper1934",),
        source=(
            "The interval of @clopper1934 holds with the stated probability or more; the tolerance is three "
            "standard errors of the count"
        ),
        expected=measures.DELTA,
        tolerance=3 * (measures.DELTA * (1 - measures.DELTA) / measures.DRAWS) ** 0.5,
        sense="at_most",
        unit="of the promises broken",
        measure=lambda scale, seed: measures.broken_promises(seed, interval=True),
        control=lambda scale, seed: measures.broken_promises(seed, interval=False),
        control_note="the bare share of mistakes as a promise",
    ),
    Claim(
        id="random-labels",
        statement="A term above 1 promises nothing, yet tells labels with a meaning from coin flips.",
        basis="ours",
        papers=("arora2019",),
        source=(
            "the term is that of Theorem 5.1 of @arora2019, who say that it tells the two apart; a factor of two is"
            " ours, worth four times the examples, since the term falls as one over the root of their number"
        ),
        expected=2.0,
        tolerance=0.0,
        sense="at_least",
        unit="times larger on coin flips, 400 digits",
        measure=lambda scale, seed: measures.term_ratio(seed, blind=False),
        control=lambda scale, seed: measures.term_ratio(seed, blind=True),
        control_note="the number of parameters, which sees no label",
    ),
)
