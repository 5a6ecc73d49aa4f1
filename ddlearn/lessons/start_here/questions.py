"""What lesson 00 asks: one prediction, and three questions at the end."""

from ddlearn.classroom import Option, Prediction, QuizItem

PREDICTIONS = (
    Prediction(
        name="worst",
        question=(
            "A model learns from 20 points, and is given more and more features. With how many is it worst on new "
            "points?"
        ),
        low=1,
        high=400,
        unit="features",
        truth=20,
    ),
)

QUIZ = (
    QuizItem(
        question="Two models pass through all training points. What do you know about their errors on new points?",
        options=(
            Option(
                "They are equal, since the training errors are.",
                False,
                (
                    "Move the slider between 20 and 400 features: the training error stays at zero, the other one "
                    "does not."
                ),
            ),
            Option(
                "Nothing yet.",
                True,
                "What else decides is what this course is about.",
            ),
            Option(
                "The larger model is worse.",
                False,
                "So the textbooks said. At 400 features the model is better than at 20, and you saw it.",
            ),
        ),
    ),
    QuizItem(
        question="What does this course mean by a theorem about a network?",
        options=(
            Option(
                "A statement with assumptions that one can check, and a conclusion that one can measure.",
                True,
                "In each lesson a slider breaks an assumption, so that you see what it was good for.",
            ),
            Option(
                "A rule that worked on many data sets.",
                False,
                "That is experience, and worth having. It does not say when it will fail.",
            ),
            Option(
                "A network that explains its own answers.",
                False,
                "That is another good question. Ours is why training finds a network that works at all.",
            ),
        ),
    ),
    QuizItem(
        question="A claim in a lesson's table reads “does not hold here”. What is the right reaction?",
        options=(
            Option(
                "Ignore it: the paper is right.",
                False,
                "The paper's assumptions may not be met on your machine. That is worth knowing.",
            ),
            Option(
                "Read what was expected and what was measured, and try another seed.",
                True,
                "A claim is measured where you are, with the paper's number beside it. Nothing is hidden.",
            ),
            Option(
                "Widen the tolerance until it holds.",
                False,
                "Then nothing could ever fail, and the table would say nothing.",
            ),
        ),
    ),
)
