"""What lesson 06 asks before, between and after: predictions, two questions of recall, and the quiz."""

from ddlearn.classroom import Option, Prediction, QuizItem

PREDICTIONS = (
    Prediction(
        name="at_40",
        question=(
            "A thousand handwritten digits of ten classes are the whole world. A kernel machine is trained on 40 of "
            "them and tested on all others. Call its squared error 100 % where it knows nothing. How much is left?"
        ),
        low=0,
        high=100,
        unit="%",
    ),
    Prediction(
        name="at_500",
        question="And after training on 500 of them?",
        low=0,
        high=100,
        unit="%",
    ),
    Prediction(
        name="promise",
        question=(
            "Digits 0 to 4 against 5 to 9. You keep nothing back for testing: all your examples train. From how many "
            "on can it be proved that the machine does better than guessing? (1,600 stands for never.)"
        ),
        low=25,
        high=1600,
        unit="examples",
    ),
)

RECAP = (
    QuizItem(
        question="In lesson 03 a wide net learned a sum of waves. What decided how fast it learned each?",
        options=(
            Option(
                "How large a part of the target the wave was.",
                False,
                "The largest wave came last. How much there is to learn does not enter the rate.",
            ),
            Option(
                "The kernel's eigenvalue of that wave.",
                True,
                "Steps were spent on large eigenvalues first. Today we spend examples instead of steps.",
            ),
            Option(
                "The random start of the net.",
                False,
                "A wide net's kernel hardly depends on its start, and with it the order of the waves.",
            ),
        ),
    ),
    QuizItem(
        question="In lesson 05 a certificate was missing, and training went well. What had the theory said?",
        options=(
            Option(
                "Something false.",
                False,
                "It had promised nothing. What is not promised may come true.",
            ),
            Option(
                "Nothing: a missing promise is silence.",
                True,
                "Keep that in mind. Today most bounds are silent, and you will see which of them speak, and when.",
            ),
            Option(
                "That it might go wrong with some probability.",
                False,
                "No probability was stated. Today some will be, and they can be checked.",
            ),
        ),
    ),
)

QUIZ = (
    QuizItem(
        question="A kernel has ten modes that are far larger than all others. You train on 40 examples, without ridge.",
        options=(
            Option(
                "Each of the ten modes gets four units.",
                False,
                "No mode can be learned more than once: its share λ / (λ + κ) is below 1.",
            ),
            Option(
                "The ten are learned almost whole; some thirty units go to the many others, thinly.",
                True,
                "All shares add up to 40, and ten of them are at most 1. Whether the rest is of use, the target tells.",
            ),
            Option(
                "The forty largest modes are learned, the others not.",
                False,
                "Only a spectrum with a cliff behind mode 40 does that. Shares fall gently with the eigenvalue.",
            ),
        ),
    ),
    QuizItem(
        question="A bound promises at most 86 % mistakes, with delta 0.05. You measure 2 %. What do you conclude?",
        options=(
            Option(
                "The bound is wrong.",
                False,
                "It said *at most*, and 2 is less than 86. The promise was kept; it just said nothing.",
            ),
            Option(
                "With a larger delta it would have been useful.",
                False,
                "Delta stands inside a logarithm. Try the slider: even at one half the curves hardly move.",
            ),
            Option(
                "The bound holds, and says less than guessing does.",
                True,
                "A bound may always hold and never help. What a machine does well need not be what can be proved.",
            ),
        ),
    ),
    QuizItem(
        question=(
            "A colleague trains a net on all her examples, takes the trained weights as the prior, and certifies 3 % "
            "on the same examples. New data show 2 %. Is her certificate good?"
        ),
        options=(
            Option(
                "Yes: it came true.",
                False,
                "The same recipe certifies coin flips as well. That it came true once is luck, or rather a good net.",
            ),
            Option(
                "No: her prior had seen the examples that judged it.",
                True,
                "A prior must be fixed before its judges are seen. With half of the data for each it would be fair.",
            ),
            Option(
                "No: one must add a hold-out set to every bound.",
                False,
                "A bound needs none. But a prior, like everything that is fixed in advance, must not look ahead.",
            ),
        ),
    ),
)
