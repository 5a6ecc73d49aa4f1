"""What lesson 02 asks before, between and after: predictions, two questions of recall, and the quiz."""

from ddlearn.classroom import Option, Prediction, QuizItem
from ddlearn.lessons.learned_embeddings.bound import ASKED, TRUTH, D

PREDICTIONS = (
    Prediction(
        name="noise",
        question=(
            "Rings again, but now each point has twenty more coordinates that are pure noise. 64 random ReLU units "
            "embed it, and the best plane is fitted to 300 examples. How many of 100 new points stand on their own "
            "side?"
        ),
        low=50,
        high=100,
        unit="of 100",
    ),
    Prediction(
        name="bound",
        question=(
            f"There are 120 parities of {ASKED[0]} out of {D} coordinates. You know this, you get {ASKED[1]} labelled "
            "examples, and you may design any kernel. How small can you make its mean squared error, averaged over the "
            "120 parities? Predicting 0 has error 1."
        ),
        low=0.0,
        high=1.0,
        truth=TRUTH,
    ),
    Prediction(
        name="digits",
        question="Real handwritten digits, a few hundred examples. Which makes the fewest errors on new digits?",
        options=("64 random units", "64 learned units", "the Gaussian kernel, which never learns an embedding"),
        truth="the Gaussian kernel, which never learns an embedding",
    ),
)

RECAP = (
    QuizItem(
        question="Kernel ridge regression on n examples, in an infinite embedding. How many numbers does it fit?",
        options=(
            Option(
                "Infinitely many, one for each coordinate of the embedding.",
                False,
                "Directions that no example reaches change no prediction at the examples. They stay at zero.",
            ),
            Option(
                "n: one weight for each example.",
                True,
                "f(x) = Σ αⱼ K(x, xⱼ). Every fit is a mixture of n functions. Today this becomes a theorem.",
            ),
            Option(
                "One: the width.",
                False,
                "The width is chosen around the fit. The linear system has one weight for each example.",
            ),
        ),
    ),
    QuizItem(
        question="In lesson 01, what had the embedding seen of the labels before the plane was fitted?",
        options=(
            Option("All of them.", False, "Only the plane saw labels. The kernel was chosen before."),
            Option(
                "Nothing.",
                True,
                "That is why a digit that moved by two pixels was lost. Today the embedding will look.",
            ),
            Option(
                "Those of the nearest neighbours.",
                False,
                "Neighbours enter through the weights. Who is whose neighbour was fixed by the kernel, without labels.",
            ),
        ),
    ),
)

QUIZ = (
    QuizItem(
        question=(
            "The net’s error lies far below a line that no kernel’s average over the parities can cross. Did it break "
            "the theorem?"
        ),
        options=(
            Option(
                "Yes. Theorems about kernels fail for networks.",
                False,
                "Nothing failed. Ask what the line averages over, and what the net’s kernel was allowed to see.",
            ),
            Option(
                "No. Its embedding was chosen after the labels were seen, and the line is for one that was not.",
                True,
                "The line is an average over all parities. A kernel for one parity beats it there, and the net has "
                "learned such a kernel.",
            ),
            Option(
                "No. It has more parameters than the kernel.",
                False,
                "The kernels’ embeddings are larger, some infinite. Size was never the obstacle.",
            ),
        ),
    ),
    QuizItem(
        question="With few examples the net’s training error is zero and its test error is above 1. What went wrong?",
        options=(
            Option(
                "It should have been trained for longer.",
                False,
                "Its training error is zero: there is next to nothing left to learn from these examples.",
            ),
            Option(
                "It found an embedding that fits these labels, and it is not the one that we meant.",
                True,
                "Features are estimated from examples, like anything else. Too few, and many embeddings fit.",
            ),
            Option(
                "A plane could not part the classes in its embedding.",
                False,
                "On the examples it does, without an error. On new points the embedding itself is wrong.",
            ),
        ),
    ),
    QuizItem(
        question="On the digits a fixed kernel wins. What do you conclude?",
        options=(
            Option(
                "Learned embeddings are overrated.",
                False,
                "On the parity the same net has an error that no fixed kernel has on average over all parities of that "
                "size. One data set decides nothing.",
            ),
            Option(
                "Where distances already mean something and data are few, learning the embedding need not pay.",
                True,
                "Nearby digit images mostly are the same digit. Among noise coordinates, distance means little.",
            ),
            Option(
                "The net needed more units.",
                False,
                "It has far more weights than it needs to fit the examples. Its embedding is the one that lags.",
            ),
        ),
    ),
)
