"""What lesson 04 asks before, between and after: predictions, two questions of recall, and the quiz."""

from ddlearn.classroom import Option, Prediction, QuizItem

PREDICTIONS = (
    Prediction(
        name="crossing",
        question=(
            "One net, one start, one set of labels; its output is multiplied by a scale, and training is slowed so "
            "that the function moves at the same speed. On a parity, its error at scale 1 is below what any fixed "
            "kernel has on average over all parities of that size. From which scale on has it lost that advantage?"
        ),
        low=1,
        high=50,
        unit="times the output",
    ),
    Prediction(
        name="sixteen",
        question=(
            "In the NTK parametrization you make a net 16 times wider. By what factor does the relative change of its "
            "weights shrink?"
        ),
        low=1.0,
        high=16.0,
        unit="times smaller",
        truth=4.0,
    ),
    Prediction(
        name="truth",
        question=(
            "A hundred weights, forty examples, no noise. Only five of the true weights are not zero. Which start of "
            "a net whose weights are products finds them?"
        ),
        options=("a start close to zero", "a large start", "either: both fit the examples"),
        truth="a start close to zero",
    ),
)

RECAP = (
    QuizItem(
        question="In lesson 03, what did a net on its tangent do?",
        options=(
            Option(
                "It learned new features, slowly.",
                False,
                "On its tangent a net is linear in its weights: the features it combines are those of its start.",
            ),
            Option(
                "It solved a kernel regression whose kernel was fixed before any label was seen.",
                True,
                "The tangent kernel at the start. Today you will see when a net does that, and when it does not.",
            ),
            Option(
                "It did not learn at all, since its weights hardly moved.",
                False,
                "Many weights that each move a little can change the function a lot. That is the point of the regime.",
            ),
        ),
    ),
    QuizItem(
        question="In lesson 02, why could no fixed kernel learn the sparse parities from few examples, on average?",
        options=(
            Option(
                "n examples give n directions to predict in, and the parities are more, and orthogonal.",
                True,
                "That draws the line of 1 - n/N that you will meet again in the first picture.",
            ),
            Option(
                "Kernels cannot represent products of inputs.",
                False,
                "A polynomial kernel represents them all. With few examples it does not know which one to use.",
            ),
            Option(
                "The kernel's width had been chosen badly.",
                False,
                "The line holds for the average of every kernel, even of one chosen in full knowledge of the family.",
            ),
        ),
    ),
)

QUIZ = (
    QuizItem(
        question="You double the width of a net in the NTK parametrization. What happens to what it learns?",
        options=(
            Option(
                "It learns more features, for it has more units.",
                False,
                "Each unit's output counts for less, so each has to move less. In that scaling wider is lazier.",
            ),
            Option(
                "It comes closer to the regression with a fixed kernel.",
                True,
                "Twice the width is √2 times the output scale. Only the choice of scale makes it so.",
            ),
            Option(
                "Nothing: the parametrization changes numbers, not functions.",
                False,
                "It does not change which functions there are, but it decides which one training reaches.",
            ),
        ),
    ),
    QuizItem(
        question="Training error is zero at every output scale. What does that tell about the regime?",
        options=(
            Option(
                "That all of these nets learned features.",
                False,
                "The laziest of them fitted every label with weights that hardly moved.",
            ),
            Option(
                "That all of them will predict new points alike.",
                False,
                "They fit the same points with different functions. Look at the test error along the slider again.",
            ),
            Option(
                "Nothing: both regimes can fit the labels.",
                True,
                "So one has to look inside: how far did the kernel move, and did it turn towards the labels?",
            ),
        ),
    ),
    QuizItem(
        question="A wide net's weights hardly move in training. Somebody concludes that it is lazy. What do you ask?",
        options=(
            Option(
                "Whether it was trained at all: with which learning rate, and to which training error?",
                True,
                "Without the factor 1/(s²m) a wide net in muP is only slow. Weights at rest are no proof of laziness.",
            ),
            Option(
                "Whether the training set was large enough.",
                False,
                "Its size changes what is learned, but it is not why weights would seem to rest here.",
            ),
            Option(
                "Nothing: that is what the theorem says.",
                False,
                "The theorem is about one scaling of output and learning rate. In another the same width moves.",
            ),
        ),
    ),
)
