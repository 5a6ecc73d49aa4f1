"""What lesson 09 asks before, between and after: predictions, two questions of recall, and the quiz."""

from ddlearn.classroom import Option, Prediction, QuizItem
from ddlearn.lessons.weak_labels.holograms import NAMES, look
from ddlearn.lessons.weak_labels.trainings import ALPHA0, BLOOD

PREDICTIONS = (
    Prediction(
        name="fourth",
        question="Round 1, the fourth cell, in the vermilion frame: which type is it?",
        options=NAMES,
        truth=NAMES[look(1, 40.0, 0.0, True).label],
    ),
    Prediction(
        name="poured",
        question=(
            "The blood of many patients is poured together and divided into 32 tubes of 512 cells. Of every tube the "
            "exact shares of the three types are known, of no cell its type. A net learns from all of it. How many "
            f"percent of new cells does it name rightly? (Granulocytes alone are {100 * float(BLOOD.max()):.0f} %.)"
        ),
        low=0,
        high=100,
        unit="%",
        truth=round(100 * float(BLOOD.max())),
    ),
    Prediction(
        name="kappa",
        question=(
            "Now 256 patients, 64 cells of each. The weights below have one free number, kappa. For tubes of "
            "independent cells the right one is the number of cells in a tube. Which one is right here?"
        ),
        low=1,
        high=64,
        truth=round(ALPHA0 + 1),
    ),
)

RECAP = (
    QuizItem(
        question="In lesson 07 the risk of least squares was huge where examples just equalled features. Why there?",
        options=(
            Option(
                "The model was too large.",
                False,
                "Still larger models did better. It is one place, and not a side, that is bad.",
            ),
            Option(
                "The least singular value of the data came close to zero.",
                True,
                "Dividing by it makes noise large. Today the matrix is that of the bags’ shares.",
            ),
            Option(
                "The labels were noisy.",
                False,
                "They were as noisy everywhere. Something multiplied their noise just there.",
            ),
        ),
    ),
    QuizItem(
        question="In lesson 06 the leave-one-out error was right on average. What does that say of one sample?",
        options=(
            Option(
                "It is close to the truth there.",
                False,
                "Only its mean is. How far one sample may be off is a matter of variance, and a second question.",
            ),
            Option(
                "It is a bound on the truth.",
                False,
                "It may be too small in most samples, if it is far too large in a few. A bound is rarely too small.",
            ),
            Option(
                "Nothing, until its variance is known.",
                True,
                "Keep the two apart. Today a risk without any bias is useless in one place, for its variance.",
            ),
        ),
    ),
)

QUIZ = (
    QuizItem(
        question="For the same money: 16,384 cells of one large pool of blood, or 16,384 cells of 32 patients?",
        options=(
            Option(
                "The pool: its shares are known best.",
                False,
                "They are, and they are all alike. What all bags have in common tells no type from another.",
            ),
            Option(
                "It is the same number of cells, so the same.",
                False,
                "The number of cells is a factor in both worths. The other factor differs about a hundredfold.",
            ),
            Option(
                "The patients: their shares differ.",
                True,
                "Spread teaches, not amount. Kappa told it before anything was trained.",
            ),
        ),
    ),
    QuizItem(
        question=(
            "A colleague weighs hospital data with kappa = 500, for there are 500 cells of each patient. What follows?"
        ),
        options=(
            Option(
                "Nothing wrong: the estimate is unbiased, as published.",
                False,
                "It was published for independent cells. Cells of one patient share that patient’s mixture.",
            ),
            Option(
                "A bias, and more patients do not mend it.",
                True,
                "It is (kappa / kappa₀ − 1)(R − I), whatever the number of patients. The tests tell kappa₀.",
            ),
            Option(
                "More noise, which more patients mend.",
                False,
                "There is noise as well. But the mean itself is wrong, and a mean does not change with more data.",
            ),
        ),
    ),
    QuizItem(
        question="While a net trains on the unbiased risk, the risk goes below zero. A mistake in the program?",
        options=(
            Option(
                "Yes: a cross-entropy is never negative.",
                False,
                "One with weights that are negative may well be. Only its mean over all bags is a risk.",
            ),
            Option(
                "No, but a warning: the net fits the noise of the weights.",
                True,
                "Negative weights pay for being very wrong on some cells, and a flexible net collects. Stop in time.",
            ),
            Option(
                "No, and the lower the better.",
                False,
                "The risk that it stands for cannot be negative. What is below zero is error of the estimate.",
            ),
        ),
    ),
)
