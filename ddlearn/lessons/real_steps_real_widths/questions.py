"""What lesson 05 asks before, between and after: predictions, two questions of recall, and the quiz."""

from ddlearn.classroom import Option, Prediction, QuizItem
from ddlearn.lessons.real_steps_real_widths.width import ENOUGH

PREDICTIONS = (
    Prediction(
        name="cover",
        question=(
            "Four inputs, four outputs, one hidden layer of h linear units with Gaussian weights. From which width on "
            "can geometric convergence, at some rate, be certified for almost every start, before the first step?"
        ),
        low=1,
        high=64,
        unit="units",
        truth=ENOUGH,
    ),
    Prediction(
        name="beyond",
        question=(
            "The loss is ½(ab − 1)². From your start, gradient flow would end in a minimum of sharpness S. You take "
            "steps larger than 2/S, too large to stay there, but flatter minima exist that would bear your step. What "
            "happens?"
        ),
        options=(
            "It diverges.",
            "It converges to the same minimum, only more slowly.",
            "It converges to another minimum, a flatter one.",
            "It jumps between two points forever.",
        ),
        truth="It converges to another minimum, a flatter one.",
    ),
    Prediction(
        name="sharp",
        question=(
            "A small net is trained on digits by full-batch descent at rate 0.4. Its sharpness starts near 2. Where is "
            "it after a thousand steps?"
        ),
        low=0.0,
        high=12.0,
        truth=5.0,
    ),
)

RECAP = (
    QuizItem(
        question="In lesson 03, why could one predict the whole training of a very wide network?",
        options=(
            Option(
                "A very wide network is linear in its inputs.",
                False,
                "It is as curved in x as any. It becomes linear in its *weights*, around where they began.",
            ),
            Option(
                "Its tangent kernel hardly changes, so the least eigenvalue known at the start rules the whole path.",
                True,
                "Today nothing is frozen: we ask what else keeps that eigenvalue away from 0.",
            ),
            Option(
                "With enough weights, any start is already a minimum.",
                False,
                "The loss starts as high as ever. What shrinks with the width is how far each weight has to go.",
            ),
        ),
    ),
    QuizItem(
        question="In lesson 04 the weights of some networks moved a lot. What did they gain by it?",
        options=(
            Option(
                "Nothing: they only took longer.",
                False,
                "On the parities the lazy ones failed on new points, however long they trained.",
            ),
            Option(
                "A smaller training error.",
                False,
                "Lazy and rich networks both fitted the training points. The difference lay in new points.",
            ),
            Option(
                "Features of the task: their kernel aligned itself with the target.",
                True,
                "So a theory that needs weights to stand still misses the point. Hence today.",
            ),
        ),
    ),
)

QUIZ = (
    QuizItem(
        question="What keeps the layers from losing their strength on the way, when weights may move freely?",
        options=(
            Option(
                "Width: in a wide layer nothing can go wrong.",
                False,
                "Then eleven units would not do for six inputs and six outputs. Width is one way to get an imbalance.",
            ),
            Option(
                "The imbalance: both layers cannot be weak while their difference is large, and it hardly drifts.",
                True,
                "A conservation law, almost kept; its drift is of second order in the step, and bounded by the loss.",
            ),
            Option(
                "A small learning rate: then the layers do not change.",
                False,
                "They then take more steps to about the same place, and may change by a third or a half all the same.",
            ),
        ),
    ),
    QuizItem(
        question="The picture is grey: for this start and step nothing is certified. What do you know?",
        options=(
            Option(
                "Descent will fail.",
                False,
                "You saw it converge in the grey, quickly even. A certificate that is missing accuses nobody.",
            ),
            Option(
                "This argument is silent. Descent may converge all the same.",
                True,
                "A certificate is sufficient, never necessary: steps several times the certified one may work well.",
            ),
            Option(
                "The loss will not fall at the first step.",
                False,
                "A certificate speaks of the speed along the whole path. The loss may fall at every step without one.",
            ),
        ),
    ),
    QuizItem(
        question=(
            "At a step beyond 2/sharpness of every minimum, descent on two factors diverges from some starts. From "
            "balanced starts near the minimum it does not. Why?"
        ),
        options=(
            Option(
                "Rounding errors keep it near the minimum.",
                False,
                "The orbit is exact algebra: its two values come from a quadratic equation.",
            ),
            Option(
                "The loss is bounded.",
                False,
                "It is not. From an imbalance of 2 at c = 1.5, or of 3 at c = 1.1, descent does diverge.",
            ),
            Option(
                "Farther out the curvature pushes back: it overshoots, and returns, forever.",
                True,
                "Two points around the flattest minimum, in closed form; at steps still larger they repel too.",
            ),
        ),
    ),
)
