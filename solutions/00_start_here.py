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
# ![Left: inputs enter a dark box with many weights, and predictions leave it. Right: two models of the same twenty points. The one with 8 features misses the points, the one with 400 features passes through all of them.](pictures/start_here.svg)
#
# *A trained network is a box full of numbers. Whether it fits the data is easy to see. Whether it predicts new data is not.*
#
# **Question.** A network classifies the white blood cells of a patient, and a doctor decides from their counts. It has millions of weights.
# We can print each of them, and still not say why the network works or when it will fail. Are deep networks black boxes, or are there
# theorems about them? We begin with a model so small that it can be opened. It already does something that textbooks did not expect.
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
# <details><summary>For the instructor: the plan, the question to ask, the usual answers</summary>
#
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
#
# </details>

# %% [markdown]
# ## Is this machine ready?
#
# The next cell runs the *doctor*. It checks what the course needs, and says what to do about what is missing. Its answer is
# a *card*, a box below the cell. Send this card if you ask for help.

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
# (A specimen is a sample of cells; in a purified one, nearly all have one type.)
#
# In each lesson you **predict** what a picture will show, **move** its sliders until a theorem's assumption fails, **build** the most
# important function, and **measure** what the papers state. [Vidal, Bruna, Giryes and Soatto (2017)](https://arxiv.org/abs/1712.04741)
# survey the mathematics.

# %% [markdown]
# ## By hand
#
# A model predicts $(1, 2, 4)$ where the targets are $(1, 3, 2)$. The errors are $0$, $-1$ and $2$, and their squares are $0$, $1$ and
# $4$. The **mean squared error** is $(0 + 1 + 4)/3 \approx 1.67$. Squares make large errors count more: the last one alone
# contributes four fifths of the sum.
#
# ## Predict
#
# A model is fitted to 20 points of a smooth curve. Their inputs $x$ are evenly spaced between 0 and 1, and their targets have noise of standard
# deviation 0.2. The model's **features** are waves $\cos(ax + b)$, with frequency $a$ and phase $b$ drawn at random and then not trained. The
# model is a sum of these waves, each with a weight. The weights minimize the squared error on the 20 points. You decide how many waves the
# model gets, from 1 to 400. With one wave, its error on new points is about 0.5. At how many waves is this error largest?

# %%
lesson.predict("worst")

# %% [markdown]
# ## See
#
# - **Left:** the 20 points, the true curve (dashed), and the model.
# - **Right:** the mean squared error against the number of features, on logarithmic axes. Orange is the error on the 20 points; where it is
#   zero, it is drawn at the lower edge. Blue is the error on new points: the mean squared distance from the model to the true curve. The
#   experiment is repeated with 15 draws of the waves. Each mark is the median of the 15 errors, and the left panel shows the first draw.
#
# Move **Features** with the mouse or the arrow keys. Where is the blue curve highest, and how high?

# %%
lesson.black_box.show()

# %% [markdown]
# ## Explain
#
# Up to about 10 features, each further wave helps to follow the curve. The error on new points falls from 0.5 to 0.1. From 14 features on it rises, to
# three million at 20 features. With 400 features it is 0.03, smaller than for every smaller model. Why?
#
# **Why it rises.** The model passes through a point if its waves, times their weights, add up to the target there. So 20 points give 20
# equations. With 20 weights there is exactly one solution, and it must reproduce the noise as well. With 14 to 19 weights, the fit
# reproduces most of the noise. Take a smaller case: two points and two waves. At the two points, wave 1 has the values $(0.5, 0.5)$ and
# wave 2 has $(0.5, 0.505)$. At a new point, wave 1 is 0.5 and wave 2 is 0. Noise then moves the second target from 0.5 to 0.55:
#
# | quantity | targets $(0.5, 0.5)$ | targets $(0.5, 0.55)$ |
# |---|---|---|
# | two weights | $(1, 0)$ | $(-9, 10)$ |
# | prediction at the new point | $0.5$ | $-4.5$ |
#
# At the second point, the two waves differ by only 0.005, so the model needs ten times this difference to reproduce the noise of 0.05. At the new
# point they differ by 0.5. There the prediction moves by $10 \cdot 0.5 = 5$, 100 times the noise.
#
# **Why it falls again.** With more waves than points, infinitely many choices of weights pass through all points. The model takes the one with the smallest
# sum of squared weights, the [minimum-norm solution](refreshers/least_squares.md). Add a third wave, with the values 0.5 and 1 at the
# two points and 0.5 at the new one:
#
# | quantity | targets $(0.5, 0.5)$ | targets $(0.5, 0.55)$ |
# |---|---|---|
# | three weights | $(0.505, 0.500, -0.005)$ | $(0.454, 0.450, 0.095)$ |
# | prediction at the new point | $0.250$ | $0.275$ |
#
# The third wave differs by 0.5 between the two points, so a weight near 0.1 is enough for the noise. The prediction moves by only half of
# the noise.
#
# **The same for 20 points.** The difference of the two waves is nearly zero at the points, and large at the new one. Among 20 waves, no two
# have to be alike: some weighted sum of them can behave like this difference. To reproduce noise, the model needs a large multiple of this
# sum, and this multiple appears between the points.
#
# Why is there such a sum? In a film, a fast wheel seems to turn slowly if it makes almost a whole turn between two pictures. Our
# points are such pictures. A fast wave with nearly a whole period (or several) between neighboring points looks, at the points, like a
# slow wave. About half of our waves are slow, with at most three periods between 0 and 1. They are so alike that a weighted sum of them
# can imitate another slow wave. Subtract this sum from the fast wave: almost nothing remains at the points, and a large wave between them.
#
# How strongly does a fit magnify? Move the 20 targets a little, and fit again. If the targets move by 0.01 and the model moves by 0.02 at
# new inputs (both root mean squares), the *quotient* of the two moves is 2. Some moves are magnified more than others. The
# table gives the worst move: the largest quotient, as a median over the 15 draws.
#
# | features | 10 | 14 | 18 | 20 | 40 | 400 |
# |---|---|---|---|---|---|---|
# | largest quotient | 2 | 8 | 180 | 70,000 | 14 | 1 |
# | error on new points | 0.1 | 0.1 | 25 | 3,000,000 | 0.35 | 0.03 |
#
# *In words:* with 20 features the fit magnifies noise most, and there the error is largest. If all noise were magnified 70,000 times, it
# would add $(70{,}000 \cdot 0.2)^2$ to the error, about 200 million. But of the vector of the 20 noise values, only the part along the worst
# move is magnified so much. On average, this part has one twentieth of the squared length. This gives 10 million; our noise gave three
# million. With 400 features, no noise is magnified.
#
# Many a textbook would have stopped us at 20 features, warning of [overfitting](GLOSSARY.md#overfitting): a model as large as its data is useless, and a still larger one is worse. The first
# statement held here, and the second failed. [Belkin, Hsu, Ma and Mandal (2019)](https://arxiv.org/abs/1812.11118) named the effect
# **double descent**. The smallest number of features with which the model passes through all points is the **interpolation threshold**,
# here 20.
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
# In the explorer the error at 18 features is 25. This is no contradiction, because an assumption fails: our features are waves of one
# number $x$, not independent Gaussian numbers. For 18 Gaussian features and 20 examples, the largest quotient is about 11. For our waves it is
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
# `mean_squared_error.hint()` in a new cell gives a hint, and a second call a stronger one. Once the card says *Passed*, all errors of the
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
#
# Say in one sentence why the peak moves or stays.

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
# - the **control**: we think that large weights cause the peak, so we measure the same models with a penalty that keeps the weights small.
#
# With the penalty there is no peak at 20, and the smallest model is the worst. The number falls to $1/20 = 0.05$, far outside the band. If
# it had stayed inside, the peak would have another reason than large weights.
#
# Each line says whether theory, a paper or the course chose the band. If a number misses its band, the line says *does not hold here*. Then
# ask which assumption of the statement fails.

# %%
lesson.claims()

# %% [markdown]
# ## Where it breaks
#
# Move **Noise in the points** to zero. The peak is gone, although 20 equations still have one solution. In most draws, the waves follow this
# smooth curve so closely that almost nothing is left to magnify. In the others they do not, and the error stays large.
# The median hides it.
# Whether trained networks behave like this is the question of [[double_descent_trained]].
#
# **Discuss:** You see 20 points and 400 fits, but not the true curve. Which fit do you choose, and how could you test the choice?

# %% [markdown]
# ## Quiz

# %%
lesson.quiz()

# %% [markdown]
# ## Key points
#
# - **Are deep networks black boxes?** Our small model is not: a single number says where noise ruins it. At 10, 20 and 400 features, the largest
#   quotient is 2, 70,000 and 1, and the error on new points is 0.1, three million and 0.03. For deep networks there are theorems too. The
#   lessons test where their assumptions hold.
# - A perfect fit to the training points says nothing yet about new points.
# - The error can fall, peak at the [interpolation threshold](GLOSSARY.md#interpolation-threshold), and fall again. At the peak, the only
#   solution magnifies the noise. With many more features, the smallest weights do not.
# - A claim needs a [band](GLOSSARY.md#band) and a [control](GLOSSARY.md#control).
#
# **What this does not show.** Our waves are not a network that classifies blood cells. The next lessons open that box part by part, and
# [[weak_labels]] returns to the cells.
#
# <details><summary>Housekeeping: memory and files</summary>
#
# Shut down a lesson's kernel when you are done with it (*Kernel → Shut Down Kernel*). If memory is short, the next lesson stops other lessons
# in which no cell runs, and tells you. To continue in such a lesson, choose *Run → Run All Cells*. Your answers and your progress are files
# on this machine, and nothing leaves it.
#
# </details>
#
# **Next:** [[fixed_embeddings]], Fixed embeddings.
