"""What the lesson claims, what theory expects of it, and a control that must fail beside each claim."""

from ddlearn.classroom.claim import at_least, at_most, claim, ours, theorem
from ddlearn.lessons.guarantees import measures

OFTEN = measures.DELTA + 3 * (measures.DELTA * (1 - measures.DELTA) / measures.DRAWS) ** 0.5  # three standard errors

CLAIMS = (
    claim(
        "pac-bayes",
        "For 400 digits, a PAC-Bayes bound is below 1/2, the error rate of guessing, without a test set.",
        at_most(0.5, "of mistakes, at most"),
        ours(
            ("langford2003", "seeger2002", "maurer2004"),
            "half is what guessing has; that the bound holds with probability .95 is the PAC-Bayes theorem of "
            "@seeger2002 in the form of @maurer2004, for a prior and a posterior as in @langford2003",
        ),
        measures.certified,
        cause={"coins": 0.0},
        control=({"coins": 1.0}, "coin flips for labels: nothing to learn"),
    ),
    claim(
        "spent",
        "A prior from half of the examples is fair if only the other half judges.",
        at_least(0.0, "bound minus measured error rate, on coin flips"),
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
        "For one prior, the best posterior may be chosen after the data, and the bound still holds.",
        at_most(OFTEN, "of the bounds failed, delta = 0.1"),
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
        "A hold-out bound at delta = 0.1 fails in at most one draw of ten.",
        at_most(OFTEN, "of the bounds failed"),
        theorem(
            "clopper1934",
            "The interval of @clopper1934 holds with the stated probability or more; the tolerance is three "
            "standard errors of the count",
        ),
        measures.failed,
        cause={"interval": True},
        control=({"interval": False}, "the bare share of errors as a bound"),
    ),
    claim(
        "random-labels",
        "The term of Arora and others bounds nothing, but it is larger on coin flips than on true labels.",
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
