"""What lesson 08 asks before, between and after: predictions, two questions of recall, and the quiz."""

from ddlearn.classroom import Option, Prediction, QuizItem
from ddlearn.lessons.double_descent_trained.shared import THRESHOLD

PREDICTIONS = (
    Prediction(
        name="worst",
        question=(
            "Nets with one hidden layer learn 400 digits of 64 pixels, in ten classes, with squared loss, until they "
            "can get no closer. A fifth of the labels are wrong. With how many hidden units is the error on new digits "
            "at its peak?"
        ),
        low=3,
        high=160,
        unit="hidden units",
        truth=round(THRESHOLD),
    ),
    Prediction(
        name="stopped",
        question="Now stop every net at its own best moment, in place of training to the end. Where is the peak?",
        options=("where it was", "at smaller nets", "at larger nets", "nowhere"),
        truth="nowhere",
    ),
    Prediction(
        name="double",
        question="A net of 20 units has learned 60 digits. You give it 120. What does its error on new digits do?",
        options=("halves", "falls a little", "stays", "rises"),
        truth="rises",
    ),
)

RECAP = (
    QuizItem(
        question="In lesson 07 random features on digits had ten outputs, and their peak was at N = n, not 10 n. Why?",
        options=(
            Option(
                "Each output has N weights of its own, so each passes through its n targets at N = n.",
                True,
                "Ten fits side by side, and none uses the weights of another. Hold on to that: today's nets share.",
            ),
            Option(
                "Only one class is right for each digit.",
                False,
                "All ten outputs are fitted, nine of them to zeros. It is n targets for each output, ten times.",
            ),
            Option(
                "The penalty moved it.",
                False,
                "There was none: minimum norm. With the best penalty there is no peak to be moved.",
            ),
        ),
    ),
    QuizItem(
        question="In lesson 03, which part of the labels did gradient descent on a kernel learn first?",
        options=(
            Option("The noise.", False, "Noise lies in every direction. What is fast is decided by the kernel."),
            Option(
                "What lies along the eigenvectors with the largest eigenvalues.",
                True,
                "Each mode has a clock of its own, and who stops early misses the slow ones. Clocks come back today.",
            ),
            Option(
                "All parts at the same speed.",
                False,
                "The speed is proportional to the eigenvalue, and those of a kernel spread over many decades.",
            ),
        ),
    ),
)

QUIZ = (
    QuizItem(
        question="A net learns 1000 images in ten classes with squared loss, to the end. Near which size is its peak?",
        options=(
            Option(
                "1000 parameters",
                False,
                "That is one parameter an image. Each image asks for ten numbers, and the outputs share the net.",
            ),
            Option(
                "10,000 parameters",
                True,
                "As many parameters as equations. Counting is no proof for a net, but here it came out close.",
            ),
            Option(
                "1000 hidden units",
                False,
                "Every hidden unit brings a weight for each pixel and each class: that is far beyond the peak.",
            ),
        ),
    ),
    QuizItem(
        question=(
            "A colleague trains nets of many widths on clean labels, with cross-entropy and early stopping. No peak. "
            "Double descent is a myth, they say. And you?"
        ),
        options=(
            Option(
                "“You need wider nets.”",
                False,
                "The peak is not at the wide end. Wider nets only lie further beyond it.",
            ),
            Option(
                "“You are right: it was an artefact.”",
                False,
                "It is there with squared loss, noise and patience, near the size that counting names.",
            ),
            Option(
                "“Each of the three can move a peak or take it away. Where do your nets begin to fit?”",
                True,
                "In our nets clean labels and stopping left no peak, and cross-entropy a weak rise near n parameters. "
                "Larger nets have shown peaks with cross-entropy, so ask for their effective model complexity.",
            ),
        ),
    ),
    QuizItem(
        question=(
            "You flip a fifth of the labels in a copy, train on it, and then train on the clean ones to compare. Both "
            "curves have the same peak. What do you check first?"
        ),
        options=(
            Option(
                "Whether the clean labels are still clean.",
                True,
                "`noisy = y` copies nothing: both names are one array. Count the labels that differ, every time.",
            ),
            Option(
                "The learning rate.",
                False,
                "It was the same for both. Two curves that agree too well are most often one experiment, run twice.",
            ),
            Option(
                "Whether noise matters at all.",
                False,
                "You have seen it matter. Doubt the code before the effect that others and you have measured.",
            ),
        ),
    ),
)
