"""What lesson 01 asks before, between and after: predictions, two questions of recall, and the quiz."""

from ddlearn.classroom import Option, Prediction, QuizItem

PREDICTIONS = (
    Prediction(
        name="lift",
        question=(
            "A blob of one class sits inside a ring of the other. Give every point a third coordinate, x₁² + x₂². "
            "How many flat planes does it take to part the classes now?"
        ),
        options=("one", "two", "as many as the ring has sides", "no number of planes will do"),
        truth="one",
    ),
    Prediction(
        name="tenfold",
        question="You take ten times as many random features. By what factor does the error of the kernel shrink?",
        low=1.0,
        high=10.0,
        unit="times smaller",
        truth=10**0.5,
    ),
)

RECAP = (
    QuizItem(
        question=(
            "In lesson 00 a model with more features than points passed through every point. What did its training "
            "error of zero tell you?"
        ),
        options=(
            Option(
                "That it predicts new points well.",
                False,
                (
                    "It was zero just before the peak of the test error and far beyond it. It told the two apart in "
                    "no way."
                ),
            ),
            Option(
                "Nothing about new points.",
                True,
                "Today you will build an estimate that does tell, from the training points alone.",
            ),
            Option(
                "That the points had no noise.",
                False,
                "The points were noisy. A model with enough features fits noise as gladly as signal.",
            ),
        ),
    ),
    QuizItem(
        question="Linear regression on features: what is linear there?",
        options=(
            Option(
                "The curve, as a function of x.", False, "cos(w x + b) is no line in x, and neither is a sum of them."
            ),
            Option(
                "The features, as functions of x.", False, "They may bend as they like. They are fixed, that is all."
            ),
            Option(
                "The prediction, as a function of the weights.",
                True,
                "That is why one linear system finds the best weights, however curved the features are.",
            ),
        ),
    ),
)

QUIZ = (
    QuizItem(
        question="A kernel is chosen and its width is fixed. What does training change?",
        options=(
            Option(
                "The embedding: points of one class move together.",
                False,
                (
                    "That is what deep learning does, from lesson 02 on. A kernel's embedding stands before any label"
                    " is seen."
                ),
            ),
            Option(
                "Only the plane in the embedding.",
                True,
                (
                    "One weight for each training point, by a linear system. The embedding itself never looks at"
                    " the labels."
                ),
            ),
            Option(
                "The kernel's width.",
                False,
                (
                    "You may choose the width by leave-one-out, around the training. The linear system itself leaves "
                    "it alone."
                ),
            ),
        ),
    ),
    QuizItem(
        question=(
            "You lower the penalty and the training error falls to nothing, while leave-one-out rises. What do you do?"
        ),
        options=(
            Option(
                "Lower it further: the training error is what we minimise.",
                False,
                "The training error always falls with the penalty. It cannot tell you when to stop.",
            ),
            Option(
                "Raise it again, to where leave-one-out is smallest.",
                True,
                "Each point predicted without itself is an honest stand-in for a new point.",
            ),
            Option(
                "Take more random features.",
                False,
                "They only bring you closer to the kernel. The trouble here is the kernel fit itself.",
            ),
        ),
    ),
    QuizItem(
        question="Why did the digit classifier fail on digits moved by two pixels?",
        options=(
            Option(
                "Too few training digits.",
                False,
                "More centred digits do not help: none of them is moved. Try it with the slider.",
            ),
            Option(
                "The penalty was wrong.",
                False,
                "On centred digits the same fit is right almost always. No penalty teaches it about motion.",
            ),
            Option(
                "Its embedding compares pixel with pixel, and a moved digit shares few pixels with itself.",
                True,
                ("You can show it moved copies, which is domain knowledge, or learn an embedding in which they meet."),
            ),
        ),
    ),
)
