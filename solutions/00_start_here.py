# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 0 · Start here
#
# ![Left: inputs enter a dark box with many weights, and predictions leave it. Right: two models of the same twenty points. The model with 8 features misses the points. The model with 400 features passes through all of them.](pictures/start_here.svg)
#
# *A trained network is a box full of numbers. Whether it fits the data is easy to see. Whether it predicts new data is not.*
#
# **Question.** A network that classifies white blood cells has millions of weights. We can print each of them, and still not say why the
# network works or when it will fail. Are deep networks black boxes, or are there theorems about them? We begin with a model so small that
# it can be opened. It already does something that textbooks did not expect.
#
# **You will be able to**
# - compute the error of a model, and choose between two models with it (Exercises 1 and 2);
# - say for which size a model predicts worst, and why (explorer, Exercise 3);
# - read one of the course's *claims*: a statement that your machine measures.
#
# **Before you start:** a little Python with tensors, and logarithmic axes. [Notation](NOTATION.md) and [glossary](GLOSSARY.md) belong to the
# whole course.

# %%
import torch

from ddlearn.lessons.start_here import TODO, lesson

lesson.start()

# %% [markdown] tags=["instructor"]
# **Instructor: 20 minutes, with slack.** 4 min questions of the course · 2 min doctor, everybody's card on screen · 3 min predict, hands
# up before anybody moves a slider · 4 min explorer · 3 min exercise · 2 min quiz.
#
# **Board.** One axis for the size of the model, with a mark at 20. Draw the curve that the class expects, before the explorer.
#
# **The one question to ask:** "You see 20 points and 400 fits. Which one do you choose?"
#
# **What to expect.** Most people expect the largest model to be the worst. Some know the word *overfitting* and say "as soon as it fits
# perfectly". They are right about the peak, and surprised by what follows. Leave the reason to the page, which they read at home.
# The peak is solved exactly in [[double_descent_solved]].
#
# **Discussion.** Without the true curve, hold some points out: fit the others, and compare the fits on the points held out.
#
# **Exit ticket.** "Two models fit all training points. What do you know about their errors on new points?" (Nothing yet.)

# %% [markdown]
# ## Is this machine ready?
#
# The next cell runs the *doctor*. It checks what the course needs, and says what to do about everything that is missing. Its answer is
# a *card*, a box below the cell. If you ask somebody for help, send them this card.

# %%
from ddlearn.course import doctor

doctor.show()

# %% [markdown]
# ## The questions of the course
#
# | lesson | question |
# |---|---|
# | [[fixed_embeddings]]: Fixed embeddings | How did we learn when the features were chosen by hand? |
# | [[learned_embeddings]]: Learned embeddings | What does a network gain when it learns its features? |
# | [[neural_tangent_kernel]]: The neural tangent kernel | When is training a network the same as a fixed kernel? |
# | [[leaving_the_lazy_regime]]: Leaving the lazy regime | When do the weights really change? |
# | [[large_steps]]: Large steps | Why do steps work that theory forbids? |
# | [[real_steps_real_widths]]: Real steps, real widths | What can be proved about the training of a real network? |
# | [[what_descent_finds]]: What descent finds | Can you understand what you converge to? |
# | [[learning_curves]]: Learning curves | Which error should n examples give? |
# | [[guarantees]]: Guarantees | What can be guaranteed from n examples? |
# | [[double_descent_solved]]: Double descent, solved | How does the error depend on the size of a model? |
# | [[double_descent_trained]]: Double descent, trained | Does it happen in networks that we train? |
# | [[weak_labels]]: Weak labels | What can be learned without a label for each example? |
# | [[purified_specimens]]: Purified specimens | What is a purified specimen worth, and when does it mislead? |
# | [[counting_and_rules]]: Counting and rules | How is a new patient counted, and what are rules from a textbook worth? |
# | [[capstone]]: Capstone | What is your own question? |
#
# (A specimen is a sample of cells, purified if nearly all have one type.)
#
# In each lesson you **predict** what a picture will show, and **move** its sliders until a theorem's assumption fails. You **build** the most
# important function in a few lines, and **measure** what the papers state. [Vidal, Bruna, Giryes and Soatto (2017)](https://arxiv.org/abs/1712.04741)
# survey the mathematics of deep learning.

# %% [markdown]
# ## By hand
#
# A model predicts $(1, 2, 4)$ where the targets are $(1, 3, 2)$. The errors are $0$, $-1$ and $2$, and their squares are $0$, $1$ and
# $4$. The **mean squared error** is $(0 + 1 + 4)/3 \approx 1.67$. Squares make large errors count more: the last one alone
# contributes four fifths of the sum.
#
# ## Predict
#
# A model is fitted to 20 points of a smooth curve, measured with noise of standard deviation 0.2. Its **features** are random waves $\cos(ax + b)$, with frequency $a$ and phase $b$
# drawn once and then kept. The model is a sum of these waves, each with a weight. The weights minimize the squared error on the 20
# points. You decide how many waves the model gets, from 1 to 400. With one wave, its error on new points is about 0.5. How large is it at its worst?

# %%
lesson.predict("worst")

# %% [markdown]
# ## See
#
# - **Left:** the 20 points, the true curve (dashed), and the model.
# - **Right:** the mean squared error against the number of features, on logarithmic axes. Orange is the error on the 20 points; where it is
#   zero, it is drawn at the lower edge. Blue is the error on new points: the mean squared distance from the model to the true curve. The waves
#   are drawn 15 times, and each mark is the median of the 15 errors. The model on the left uses the first draw.
#
# Move **Features** with the mouse or with the arrow keys. Where is the blue curve highest, and how high?

# %%
lesson.black_box.show()

# %% [markdown]
# ## Explain
#
# Up to about 10 features, each further wave helps to follow the curve. The error on new points falls from 0.5 to 0.1. From 14 features on it rises, to
# three million at 20 features. With 400 features it is 0.03, smaller than for every smaller model. Why?
#
# **Why it rises.** The model passes through a point if its waves, times their weights, add up to the target there. So 20 points give 20
# equations. With 20 weights there is exactly one solution, and it must reproduce the noise as well. Take a smaller case: two
# points and two waves. The first wave has the values 0.5 and 0.5 at the points, the second has 0.5 and 0.505. At a new point the
# waves have the values 0.5 and 0. Noise then moves the second target from 0.5 to 0.55:
#
# | quantity | targets $(0.5, 0.5)$ | targets $(0.5, 0.55)$ |
# |---|---|---|
# | the two weights | $(1, 0)$ | $(-9, 10)$ |
# | prediction at the new point | $0.5$ | $-4.5$ |
#
# At the points, the two waves differ only by 0.005, so the model needs ten times this difference to reproduce the noise of 0.05. At the new point
# they differ by 0.5. There the prediction moves by $10 \cdot 0.5 = 5$, which is 100 times the noise.
#
# **Why it falls again.** With more waves than points, infinitely many choices of weights pass through all points. The model takes the one with the smallest
# sum of squared weights, the [minimum-norm solution](refreshers/least_squares.md). Add a third wave, with the values 0.5 and 1 at the
# two points and 0.5 at the new one:
#
# | quantity | targets $(0.5, 0.5)$ | targets $(0.5, 0.55)$ |
# |---|---|---|
# | the three weights | $(0.505, 0.500, -0.005)$ | $(0.454, 0.450, 0.095)$ |
# | prediction at the new point | $0.250$ | $0.275$ |
#
# The third wave differs by 0.5 between the two points, so a weight near 0.1 is enough for the noise. The prediction moves by half of the
# noise, and not by 100 times the noise.
#
# **The same for 20 points.** With 20 points, no two waves have to be alike. It is enough that some weighted sum of the 20 waves is nearly zero at all points, and
# much larger between them, as the difference of our two waves is. To reproduce noise, the model needs a large multiple of this sum, and
# this multiple appears between the points.
#
# Why is there such a sum? Two numbers determine a straight line, so three lines always have a weighted sum that is zero. About half of our waves
# vary little between neighboring points. So fewer numbers than waves nearly determine all values at the 20 points, and some weighted sum is nearly zero there. In
# this sum, the slow waves cancel the fast waves at the points, but not between them.
#
# Change the 20 targets a little, and fit again: the model changes as well, also between the points. The *quotient* is the root mean square of the model's change over
# new inputs, divided by the root mean square of the change over the 20 targets. It depends on how the targets are changed. The table gives the largest
# quotient. Each number is a median over the 15 draws.
#
# | features | 10 | 14 | 18 | 20 | 40 | 400 |
# |---|---|---|---|---|---|---|
# | largest quotient | 2 | 8 | 180 | 70,000 | 14 | 1 |
# | error on new points | 0.1 | 0.1 | 25 | 3,000,000 | 0.35 | 0.03 |
#
# *In words:* the quotient says how strongly the fit can magnify noise. With 20 features it is largest, and so is the error. The error stays below
# $(70{,}000 \cdot 0.2)^2$, because only a part of the noise has the direction that is magnified most. With 400 features nothing is magnified.
#
# Textbooks used to say: a model as large as its data is useless, and a still larger model is worse. The first statement held here, and the
# second failed. [Belkin, Hsu, Ma and Mandal (2019)](https://arxiv.org/abs/1812.11118) named the effect **double descent**. The
# smallest number of features with which the model passes through all points is the **interpolation threshold**, here 20.
#
# ## Explain: what a theorem says about it
#
# By a **theorem** we mean a statement with assumptions that one can check, and a conclusion that one can measure. Here is one, from
# [Breiman and Freedman 1983](https://doi.org/10.1080/01621459.1983.10477941). Take $n$ examples whose $p$ features are independent Gaussian
# numbers, with $p < n - 1$, and fit them by least squares. Noise of variance $\sigma^2$ in the targets then adds $\sigma^2\,\frac{p}{n - p - 1}$ to
# the error on new examples, on average over examples and noise.
#
# *In words:* the noise costs little while the features are few, and more and more as their number approaches that of the examples. With
# $n = 20$ and $\sigma^2 = 0.2^2$, it adds 0.044 at $p = 10$ and 0.72 at $p = 18$. From $p = 19$ on, this theorem says nothing.
#
# In the explorer the error at 18 features is 25. This is no contradiction, because an assumption fails. Our features are waves of one
# number $x$, and not independent Gaussian numbers. For 18 Gaussian features and 20 examples, the largest quotient is about 11. For our waves it is
# 180. Theorems with weaker assumptions are in [[double_descent_solved]].

# %% [markdown]
# ## Exercise 1 · Write: `mean_squared_error`
#
# Replace `TODO`, run the cell, and read the card. Until your function passes, the course uses its own.


# %%
@lesson.exercise("mean_squared_error")
def mean_squared_error(prediction, target):
    """The mean of the squared differences.  prediction (n,), target (n,) -> a tensor with one number."""
    # BEGIN SOLUTION
    return ((prediction - target) ** 2).mean()
    # END SOLUTION


# %% [markdown]
# `mean_squared_error.hint()` in a new cell gives a hint, and a second call gives a stronger one. Once the card says *Passed*, all errors of the
# explorer are computed by your function.
#
# ## Exercise 2 · Decide: which model?
#
# Two models have seen four points, and now predict four new ones. One of them fits the seen points exactly. Choose the model with the smaller
# error on new points, and give this error.

# %%
targets, new_targets = torch.tensor([0.0, 1.0, 0.0, -1.0]), torch.tensor([0.7, 0.7, -0.7, -0.7])
predictions = {"A": torch.tensor([0.0, 1.0, 0.0, -1.0]), "B": torch.tensor([0.2, 0.8, -0.1, -0.9])}
new_predictions = {"A": torch.tensor([1.9, -0.4, 0.3, -1.5]), "B": torch.tensor([0.6, 0.5, -0.6, -0.8])}

# BEGIN SOLUTION
errors = {name: mean_squared_error(predicted, new_targets) for name, predicted in new_predictions.items()}
model = min(errors, key=errors.get)
error = errors[model]
# BEGIN GIVEN
# model, error = TODO, TODO
# END SOLUTION
lesson.decide("model", model, error)

# %% [markdown]
# ## Exercise 3 · Decide: every point twice
#
# You measure each of the 20 points a second time, with new noise of the same size. The 20 inputs stay the same, and the weights now minimize the
# squared error on all 40 targets. Decide without the explorer:
# - at how many features is the error on new points largest now?
# - by which factor does the part of the error that comes from noise change there? (1 means no change.)

# %%
# BEGIN SOLUTION
peak, factor = 20, 1 / 2
# BEGIN GIVEN
# peak, factor = TODO, TODO
# END SOLUTION
lesson.decide("twice", peak, factor)

# %% [markdown]
# ## Claims
#
# A claim turns a statement into a number that your machine measures. The table below has two of them. The second one reads like this:
# - the *statement*: the error on new points is largest where the features are as many as the points;
# - the *number*: the size with the largest error, divided by 20;
# - the **band**, in which the number must lie: 1 ± 0.25;
# - the **control**, a measurement without the supposed reason: the same models, with a penalty on the squared weights. The penalty keeps the weights
#   small, so nothing is magnified.
#
# With the penalty there is no peak at 20, and the smallest model is the worst. The number falls to $1/20 = 0.05$, far outside the band. If
# it had stayed inside, the peak would have another reason than large weights.
#
# Each line says whether theory, a paper or the course chose the band. If a number misses its band, the line says *does not hold here*. Then
# compare the number with the band, and ask which assumption of the statement does not hold.

# %%
lesson.claims()

# %% [markdown]
# ## Where it breaks
#
# Move **Noise in the points** to zero. The peak is gone, although 20 equations still have one solution. Without noise there is nothing to
# magnify. And this model is no network: its waves are never trained. Whether trained networks behave in the same way is the question of
# [[double_descent_trained]].
#
# **Discuss:** You see 20 points and 400 fits, but not the true curve. Which fit do you choose, and how could you test the choice?

# %% [markdown]
# ## Quiz

# %%
lesson.quiz()

# %% [markdown]
# ## Key points
#
# - A perfect fit to the training points says nothing yet about new points.
# - The error can fall, peak at the [interpolation threshold](GLOSSARY.md#interpolation-threshold), and fall again.
# - At the peak, the only solution magnifies the noise. With many more features, the smallest weights do not.
# - A claim needs a [band](GLOSSARY.md#band) and a [control](GLOSSARY.md#control).
#
# **What this does not show.** The box is still closed: we have seen a model of waves, not a network that classifies blood cells. The next lessons
# open it part by part, and [[weak_labels]] returns to the cells.
#
# **Housekeeping.** Shut down a lesson's kernel when you are done with it (*Kernel → Shut Down Kernel*). Where memory is short, the next lesson
# shuts down the kernels of other lessons that do nothing, and tells you. To continue in such a lesson, choose *Run → Run All Cells*. Your answers and
# your progress are files on this machine, and nothing leaves it.
#
# **Next:** [[fixed_embeddings]], Fixed embeddings.
