"""What lesson 10 claims, what theory expects, and how each claim is measured; beside each, a control that must fail.

The identities are exact. Where a basis says "floor", a difference is asked to be there in size, in our simulator, and
nothing more: no paper promises these numbers.
"""

from ddlearn.classroom import Claim
from ddlearn.lessons.domain_knowledge import measures
from ddlearn.lessons.domain_knowledge.exchange import HEALTHY, PATIENTS, UNITS
from ddlearn.lessons.domain_knowledge.rules import FREE, TESTED

WIDE = max(UNITS.values())

CLAIMS = (
    Claim(
        id="forward",
        statement="With the transition of impure tubes the loss is stationary where the net says the true posterior.",
        basis="exact",
        papers=("patrini2017",),
        source=(
            "on average over appearances, which are enumerated, the true posterior is where the slope is zero; the "
            "loss is the forward one of @patrini2017"
        ),
        expected=0.0,
        tolerance=1e-12,
        unit="largest slope, expectations enumerated",
        measure=lambda scale, seed: measures.forward_gradient(seed, corrected=True),
        control=lambda scale, seed: measures.forward_gradient(seed, corrected=False),
        control_note="names taken for types",
    ),
    Claim(
        id="purified",
        statement="Three tubes of 100 purified cells and the average blood test call 9 of 10 blood cells rightly.",
        basis="ours",
        papers=("yellin2018",),
        source=(
            "always naming the largest type has 0.61, and at 0.9 three quarters of its errors are gone; cells and "
            "blood counts together are the setting of @yellin2018"
        ),
        expected=0.9,
        tolerance=0.0,
        sense="at_least",
        unit="accuracy in the average blood",
        measure=lambda scale, seed: measures.purified(seed),
        control=lambda scale, seed: measures.shuffled(seed),
        control_note="names of tubes in disorder",
    ),
    Claim(
        id="exchange",
        statement="300 purified cells are eight points ahead of the blood tests of 32,768 cells of a healthy cohort.",
        basis="ours",
        papers=("quadrianto2009",),
        source=(
            "balanced accuracy is a mean over three types, so 0.08 is a quarter of the cells of one; the risk of the "
            "cohort is ours, with the pseudo-inverse of @quadrianto2009"
        ),
        expected=0.08,
        tolerance=0.0,
        sense="at_least",
        unit="balanced accuracy, difference",
        measure=lambda scale, seed: measures.ahead(seed, HEALTHY),
        control=lambda scale, seed: measures.ahead(seed, PATIENTS),
        control_note="a cohort of patients who differ",
    ),
    Claim(
        id="wider",
        statement="A net three times as wide does not make up for them.",
        basis="ours",
        source="the same 0.08, a quarter of the cells of one type",
        expected=0.08,
        tolerance=0.0,
        sense="at_least",
        unit="balanced accuracy, difference to the wider net of the cohort",
        measure=lambda scale, seed: measures.ahead(seed, HEALTHY, WIDE),
        control=lambda scale, seed: measures.ahead(seed, HEALTHY, WIDE, 10),
        control_note="30 purified cells",
    ),
    Claim(
        id="calibrated",
        statement="From tubes 80 % pure a corrected net knows what it does not know.",
        basis="ours",
        papers=("patrini2017",),
        source=(
            "with an error of 0.03 a stated 90 % is 87 to 93 %; the direction is that of the forward loss of "
            "@patrini2017"
        ),
        expected=0.03,
        tolerance=0.0,
        sense="at_most",
        unit="calibration error",
        measure=lambda scale, seed: measures.of_impure(seed, "forward", "calibration"),
        control=lambda scale, seed: measures.of_impure(seed, "naive", "calibration"),
        control_note="names taken for types",
    ),
    Claim(
        id="balanced",
        statement="The correction rescues the rare type: balanced accuracy gains 7 points or more.",
        basis="ours",
        papers=("patrini2017",),
        source=(
            "balanced accuracy is a mean over three types, so 0.07 is a fifth of the cells of one; the direction is"
            " that of the forward loss of @patrini2017"
        ),
        expected=0.07,
        tolerance=0.0,
        sense="at_least",
        unit="balanced accuracy, difference",
        measure=lambda scale, seed: (
            measures.of_impure(seed, "forward", "balanced") - measures.of_impure(seed, "naive", "balanced")
        ),
        control=lambda scale, seed: (
            measures.of_impure(seed, "pure, forward", "balanced") - measures.of_impure(seed, "pure", "balanced")
        ),
        control_note="pure tubes: nothing to correct",
    ),
    Claim(
        id="purity",
        statement="Where nobody states the purity, the confident joint finds 80 % within 5 points.",
        basis="ours",
        papers=("northcutt2021",),
        source=(
            "0.8 is what was put in, and 0.05 a quarter of the impurity to be found; the estimate is that of "
            "@northcutt2021"
        ),
        expected=0.8,
        tolerance=0.05,
        unit="mean purity of three tubes",
        measure=lambda scale, seed: measures.purity_found(seed),
        control=lambda scale, seed: measures.purity_found(seed, named=False),
        control_note="names of tubes in disorder: all tubes alike",
    ),
    Claim(
        id="em",
        statement="EM finds the shares of a new patient from a classifier that learned at equal shares.",
        basis="asymptotic",
        papers=("saerens2002",),
        source=(
            "maximum likelihood, by the iteration of @saerens2002, finds the shares where the classifier is right "
            "and the cells are many; the tolerance is ours, for 20,000 cells that look much alike"
        ),
        expected=0.0,
        tolerance=0.03,
        sense="at_most",
        unit="largest error of a share, 20,000 cells",
        measure=lambda scale, seed: measures.recovered(seed, em=True),
        control=lambda scale, seed: measures.recovered(seed, em=False),
        control_note="the mean posterior",
    ),
    Claim(
        id="count",
        statement="EM with the physiology prior counts patients better than counting the likeliest types.",
        basis="ours",
        papers=("yellin2018",),
        source="1 is a draw; a prior from blood counts is the idea of @yellin2018",
        expected=1.0,
        tolerance=0.0,
        sense="at_most",
        unit="count error over that of classify-and-count",
        measure=lambda scale, seed: measures.count_ratio(seed, way=2),
        control=lambda scale, seed: measures.count_ratio(seed, way=None),
        control_note="the average blood, no cell looked at",
    ),
    Claim(
        id="witnesses",
        statement="A label model finds out how often each of six rules is right, without one label.",
        basis="asymptotic",
        papers=("dawid1979",),
        source=(
            "maximum likelihood, by the iteration of @dawid1979, finds the accuracies where the rules err "
            "independently and the cells are many; the tolerance is ours, for 4,000 cells"
        ),
        expected=0.0,
        tolerance=0.06,
        sense="at_most",
        unit="largest error of an accuracy",
        measure=lambda scale, seed: measures.misjudged(seed, together=False),
        control=lambda scale, seed: measures.misjudged(seed, together=True),
        control_note="three of the rules say the same",
    ),
    Claim(
        id="broad",
        statement="The blood test mends a label model that a broad, wrong rule has misled.",
        basis="ours",
        papers=("tsutsui2023",),
        source=(
            "0.85 is seven tenths of the way back from 0.62, a majority vote with the broad rule, to 0.94, the "
            "rules without it; the cells and their attributes are those of @tsutsui2023"
        ),
        expected=0.85,
        tolerance=0.0,
        sense="at_least",
        unit="accuracy",
        measure=lambda scale, seed: measures.label_model_right(seed, TESTED),
        control=lambda scale, seed: measures.label_model_right(seed, FREE),
        control_note="the class balance left to the model",
    ),
    Claim(
        id="unconfounded",
        statement="Where all specimens are seen alike, one tube of each type is enough.",
        basis="ours",
        source="one cell in twenty wrong is little, where tubes that confound leave about one in three",
        expected=0.95,
        tolerance=0.0,
        sense="at_least",
        unit="accuracy on new patients, mean of three data sets",
        measure=lambda scale, seed: measures.confounded(seed, 0.0),
        control=lambda scale, seed: measures.confounded(seed, 1.0),
        control_note="specimens differ: type and tube cannot be told apart",
    ),
    Claim(
        id="repaired",
        statement="Where specimens differ, blood tests of forty patients repair what one tube of each type confounds.",
        basis="ours",
        source="eight points are a quarter of the one cell in three, or so, that tubes that confound leave wrong",
        expected=0.08,
        tolerance=0.0,
        sense="at_least",
        unit="accuracy gained, mean of three data sets",
        measure=lambda scale, seed: measures.repaired(seed, 1.0),
        control=lambda scale, seed: measures.repaired(seed, 0.0),
        control_note="specimens alike: nothing to repair",
    ),
)
