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
# # 5 · Large steps
#
# ![Two valleys of one depth. In the steep one each step lands farther out on the other side. In the flat one steps of the same size come closer to the bottom.](pictures/large_steps.svg)
#
# *Gradient descent with step size $\eta = 0.5$ in two valleys. It diverges if the curvature exceeds $2/\eta = 4$. The left valley has the curvature
# 4.4, the right one 3.2.*
#
# **Question.** In a valley with curvature $S$, gradient descent diverges if its step size exceeds $2/S$. Networks are trained with larger steps, and
# their loss still falls in the long run. One loss below grows 83-fold in four steps, and then vanishes. Why do steps work that this theory forbids,
# and when do they fail?
#
# **Why care?** When the loss rises, many people make the step smaller. With the smallest step on the digits of this page, the loss falls at each of
# 1,000 steps, to 0.065. With the largest, it rises at more than a third of the steps, and still ends below 0.04.
#
# **You will be able to**
# - take an exact step of descent, and test it by a law that it must obey (Exercise 1);
# - find where descent goes when every minimum is too sharp for its step (Exercise 2);
# - choose a step that can end in flat minima only (Exercise 3).
#
# **Before you start:** [[neural_tangent_kernel]] · [gradient descent on a quadratic](refreshers/gradient_descent.md) ·
# [eigenvalues](refreshers/eigenvalues.md) · [notation](NOTATION.md) · [glossary](GLOSSARY.md)

# %%
import torch

from ddlearn.lessons.large_steps import TODO, lesson

lesson.start()

# %% [markdown] tags=["instructor"]
# <details><summary>For the instructor: the plan, the question to ask, the usual answers</summary>
#
# **Instructor: 40 minutes, of which 5 are slack.** 3 recap · 4 one weight, at the board, then predict · 6 the table of two weights · 5 the first
# explorer · 5 Exercise 1 · 6 the catapult's two lines, at the board · 3 edge of stability · 3 quiz. Exercises 2 and 3, the claims and the problems are
# homework.
#
# **Board.** The line $x \leftarrow (1 - \eta S)x$. Below it the curve $ab = 1$ with its sharpness.
#
# **The one question to ask:** "Which number of the valley does the step have to respect?" (The curvature where it is, and this can change.)
#
# **Discussion.** A flat minimum was found because the step could not stay elsewhere. Nothing here measured an error on new data.
#
# **Usual wrong answers.** *"Beyond 2/S it diverges"*: a quadratic does. *"Large steps are a regularizer, so they are good"*: with the
# diagonal networks of [[leaving_the_lazy_regime]], they can hinder full-batch descent
# ([Even and others 2023](https://arxiv.org/abs/2302.08982), abstract).
#
# **Exit ticket.** "Descent with step size 0.1 stays at a minimum. What do you know about its sharpness?"
#
# **If a machine is slow:** the network on digits trains about a second per step size.
#
# </details>

# %% [markdown]
# ## Recap

# %%
lesson.recap()

# %% [markdown]
# ## By hand: one weight
#
# The loss $\frac12 S x^2$ has the curvature $S$ everywhere, and its gradient is $Sx$. One step of size $\eta$ takes $x$ to $x - \eta S x = (1 - \eta S)\,x$: it multiplies
# $x$ by $1 - \eta S$. So $x$ shrinks exactly if $|1 - \eta S| < 1$, that is if
# $\eta < 2/S$. In the picture, the left factor is $1 - 0.5 \cdot 4.4 = -1.2$ and the right one
# is $1 - 0.5 \cdot 3.2 = -0.6$.
#
# With many weights, the curvature depends on the direction. At a minimum, the eigenvalues of the Hessian, the matrix of second derivatives, are the
# curvatures along its eigenvectors. The largest of them is called the **sharpness** $S$. If $\eta > 2/S$, the distance from the minimum grows along the sharpest direction. We say
# that the minimum **repels** descent: from almost every point nearby, the steps lead away. But does descent then diverge?
#
# ## By hand: two weights
#
# The smallest network with many minima has two weights. For the input 1 its output is $ab$, and the target is 1. With the residual $r = ab - 1$, the
# loss is $L = \frac12 r^2$ and its gradient is $(rb, ra)$. So one step takes $a$ to $a - \eta r b$, and $b$ to $b - \eta r a$.
#
# Every point of the curve $ab = 1$ is a minimum. Its sharpness is $S = a^2 + b^2$ (problem 1). The flattest minimum, up to a change of both signs, is $a = b = 1$, with
# $S = 2$. Far out along the curve, $S$ grows without limit.
#
# Which of the minima is reached? The number $D = a^2 - b^2$ is the **imbalance** of the two weights. Square both new weights and subtract:
#
# $$D_{\text{after}} = a^2 - b^2 + \eta^2 (r^2b^2 - r^2a^2) = D\,(1 - \eta^2 r^2).$$
#
# *In words:* the terms with a single $\eta$ are $-2\eta rab$ in both squares, so they cancel. What is left multiplies the imbalance by $1 - \eta^2r^2$. While
# $|\eta r| < \sqrt2$, this factor lies between $-1$ and 1: the imbalance shrinks. Beyond $\sqrt2$ the factor is below $-1$, and the imbalance grows.
#
# **Gradient flow**, the limit of tiny steps, leaves the imbalance as it is. One unit of time has $1/\eta$ steps, and each changes $D$ in proportion to $\eta^2$. Together
# they change it in proportion to $\eta$, which tends to zero.
#
# On the curve, $S^2 = (a^2 + b^2)^2 = D^2 + 4(ab)^2 = D^2 + 4$. A large imbalance therefore flows to a sharp minimum.

# %% [markdown]
# ## Predict

# %%
lesson.predict("beyond")

# %% [markdown]
# ## By hand: the first steps
#
# Start at $a = 2$, $b = 0.25$, where $D = 3.9375$. Flow ends at sharpness $\sqrt{D^2 + 4} = 4.42$. Descent with $\eta = 0.5$ is repelled by every minimum with $S > 2/\eta = 4$.
#
# |step|$a$|$b$|residual $r$|imbalance $D$|$\sqrt{D^2 + 4}$|
# |---|---|---|---|---|---|
# |0|2|0.25|−0.5|3.9375|4.42|
# |1|2.0625|0.75|0.546875|3.6914|4.20|
# |2|1.8574|0.1860|−0.6545|3.4154|3.96|
# |3|1.9183|0.7938|0.5228|3.0497|3.65|
# |20|1.7050|0.5863|−0.0003|2.5632|3.25|
#
# The last column is the sharpness of the minimum that flow would reach from this row. At which value of this column does the residual stop growing in size?

# %% [markdown]
# ## See
#
# The explorer starts at $ab = 0.5$ with the imbalance that you choose.
# - **Left:** the plane of the two weights. Minima are dotted where they are too sharp for the step ($S > 2/\eta$), and green where they are flat enough. The
#   black cross (white in a dark theme) is where gradient flow would end.
# - **Right:** the loss, and the imbalance divided by its first value, at each step.
#
# Move **Step size η** slowly from 0.6 to 1. Where does descent end, and what is left of the imbalance? Then move beyond 1, where every minimum is too
# sharp.

# %%
lesson.step.show()

# %% [markdown]
# ## Explain: descent leaves minima that are too sharp
#
# **Up to $\eta = 1$.** A minimum that is too sharp throws descent out: the residual grows. Each step takes the share $\eta^2r^2$ of the imbalance, so a large
# residual takes much of it. This flattens the valley ahead, into which flow would lead. In the table the limit is $2/\eta = 4$. While the last column is above 4,
# the residual grows, from 0.5 to 0.65, and the column falls: 4.42, 4.20, 3.96. Below 4 the residual shrinks, so each step takes less, and descent ends at
# 3.25. Descent does not look for a flat minimum. It moves on until none throws it out.
#
# **At $\eta = 1$** only the flattest minimum is left, since $2/\eta = 2$. Descent creeps toward it: from balanced weights, the residual is about
# $\frac{1}{2\sqrt t}$ after $t$ steps (problem 4).
#
# **Beyond $\eta = 1$** every minimum repels. From balanced weights $a = b = z$, one step multiplies $z$ by $1 + \eta - \eta z^2$. Below the minimum, $0 < z < 1$, this factor lies between 1
# and $1 + \eta$, so a step up is limited. Above the minimum the factor is smaller than 1. As long as it is above $-1$, the step makes $|z|$ smaller. Up to
# $\eta = 2$, no step up lands so high that the factor falls below $-1$ (fold). So descent jumps up and down around the flattest minimum. Beyond 2 it can diverge.
#
# **At every step size, a very unbalanced start diverges.** While the residual is small, a step multiplies it by about $1 - \eta(a^2 + b^2)$, as in a valley of curvature $a^2 + b^2 \ge |D|$. So a large
# imbalance throws the residual far to the other side. If then $|\eta r| > \sqrt2$, the imbalance grows too, and makes the next throw longer. Try an imbalance of 3 with $\eta = 1.1$: the
# first step takes $r$ from $-0.5$ to 1.39, and $\eta r = 1.53$ exceeds $\sqrt2 \approx 1.41$.
#
# <details><summary>Why is 2 the limit?</summary>
#
# A step up leads from $z$ to $z(1 + \eta - \eta z^2)$. This is largest at $z^2 = \frac{1 + \eta}{3\eta}$, where its square is $\frac{4(1 + \eta)^3}{27\eta}$. The factor
# of the next step is above $-1$ where $z^2 < \frac{2 + \eta}{\eta}$. So no step up lands too high if $4(1 + \eta)^3 < 27(2 + \eta)$. At $\eta = 2$ both sides are 108,
# and beyond it the left side is larger. With $\eta = 2.5$, for example, $z = 0.683$ goes to 1.59, then to $-4.5$, and on without limit.
#
# </details>
#
# <details><summary>What is proved, and by whom?</summary>
#
# If descent converges, its minimum has $S \le 2/\eta$, except from a set of starts of measure zero. This is linear stability: a fixed point repels
# if its factor $1 - \eta S$ along the sharpest direction lies below $-1$. That descent converges is a measurement here, not a theorem.
#
# [MacDonald, Min, Palma, Tarmoun, Xu and Vidal (2025)](https://arxiv.org/abs/2510.17506) announce three regimes for overparametrized
# least squares in their abstract. These are an instability that passes, a power law to the flattest minimum, and an orbit of period two around it, which visits two points in turn. The law for $D$, the orbit of Exercise 2,
# and the step sizes at which it attracts (problem 3) are our derivation.
#
# </details>
#
# ## Exercise 1 · Repair: `descent_step`
#
# The function below should take one step on the two weights. It runs, but from $a = 2$, $b = 0.25$ with $\eta = 0.5$ it returns
# $(2.0625, 0.765625)$. Compare with the table, find the mistake, and repair it. When it passes, the explorer runs on your steps.


# %%
@lesson.exercise("descent_step")
def descent_step(a, b, lr):
    """One step of descent on (ab - 1)² / 2.  Three numbers -> the new (a, b)."""
    # BEGIN SOLUTION
    r = a * b - 1
    return a - lr * r * b, b - lr * r * a
    # BEGIN GIVEN
    # r = a * b - 1
    # a = a - lr * r * b
    # b = b - lr * r * a
    # return a, b
    # END SOLUTION


# %% [markdown]
# The law $D_{\text{after}} = D(1 - \eta^2r^2)$ is a good test for such code: the given version fails it.
#
# ## Exercise 2 · Write: `period_two_orbit`
#
# For $\eta > 1$ and balanced weights, suppose that one step, $z \mapsto z\,(1 + \eta - \eta z^2)$, maps $z_1$ to $z_2$, and the next one maps $z_2$ back to
# $z_1$. This is an **orbit of period two**. Write both steps as equations. Add them and divide by $z_1 + z_2$. Subtract them and divide by $z_2 - z_1$. This gives
# $z_1^2 - z_1 z_2 + z_2^2 = 1$ and $z_1^2 + z_1 z_2 + z_2^2 = 1 + \frac2\eta$, two equations for $z_1 z_2$ and $z_1^2 + z_2^2$.
#
# Solve them, and return $z_1$ and $z_2$, the lower one first. For
# $\eta = 1.1$ they are 0.8146 and 1.1161. Choose **last outputs at every step size** in the explorer: the orange curve is your $z^2$, the output $ab$.


# %%
@lesson.exercise("period_two_orbit")
def period_two_orbit(lr):
    """The two values of the orbit, the lower first.  lr (k,), all above 1 -> two tensors (k,)."""
    # BEGIN SOLUTION
    total, difference = (1 + 3 / lr).sqrt(), (1 - 1 / lr).sqrt()
    return (total - difference) / 2, (total + difference) / 2
    # END SOLUTION


# %% [markdown]
# ## Exercise 3 · Decide: which step?
#
# You start at $a = 2$, $b = 0.25$, and you want a minimum of sharpness at most 3.2. Give the smallest step size at which every minimum sharper than 3.2 repels. Then run
# descent with exactly this step, and give the sharpness where it ends.

# %%
# BEGIN SOLUTION
step = 2 / 3.2
a, b = 2, 0.25
for _ in range(2000):
    a, b = descent_step(a, b, step)
sharpness = a**2 + b**2
# BEGIN GIVEN
# step, sharpness = TODO, TODO
# END SOLUTION
lesson.decide("flat_step", step, sharpness)

# %% [markdown]
# <details><summary>After Exercise 3: why does it end so far below 3.2?</summary>
#
# The limit $2/\eta$ only says where descent cannot stay. Where it ends depends on the residuals on the way. In this run the imbalance goes 3.94, 3.55, 2.62, 0.87: one
# step has $\eta r = -0.82$, and takes the share $0.82^2 = 0.67$, two thirds of it. The end is at the imbalance 0.64 and the sharpness $\sqrt{0.64^2 + 4} = 2.10$.
#
# </details>
#
# ## Explain: the catapult's two lines
#
# In [[neural_tangent_kernel]], a wide network survived a step that its formula forbids: its outputs grew, and then its kernel shrank. Two weights with the target 0 show
# why. The output is $f = ab$ and the loss is $\frac12 f^2$. The tangent kernel is one number here, the squared length of $(b, a)$, the gradient of $f$: $\Lambda = a^2 + b^2$. A step
# takes $a$ to $a - \eta f b$ and $b$ to $b - \eta f a$. Multiply the new weights, and add their squares:
#
# $$f \leftarrow f\,(1-\eta\Lambda+\eta^2f^2), \qquad \Lambda \leftarrow \Lambda+\eta f^2\,(\eta\Lambda-4).$$
#
# *In words:* the new $f$ and $\Lambda$ depend on the old ones alone. The two lines explain two limits of $\eta\Lambda$.
# - **2** is in the first line. While $f$ is small, $f$ is multiplied by $1 - \eta\Lambda$. So it shrinks if $\eta\Lambda < 2$, as by hand, and grows if
#   $\eta\Lambda > 2$.
# - **4** is in the second line. The kernel shrinks if $\eta\Lambda < 4$, and faster the larger $f$ is, just as a large $r$ shrank $D$.
#
# So between 2 and 4 the output first grows. By the first line, its growth ends once $1 - \eta\Lambda + \eta^2f^2 > -1$, that is $\eta\Lambda < 2 + \eta^2f^2$. The growth of $f$ helps twice: it lowers
# $\Lambda$, and it raises this limit. Beyond 4 the kernel grows too.
#
# With $m$ linear units, $f = u \cdot v/\sqrt m$ and $\Lambda = (|u|^2 + |v|^2)/m$ for two vectors $u$ and $v$ with $m$ entries. Then the terms with $f^2$ are divided by $m$ (problem 2). Take
# $m = 100$, $\eta = 1$, $f = 1$ and $\Lambda = 3$:
#
# |step|0|1|2|3|4|5|6|
# |---|---|---|---|---|---|---|---|
# |$f$|1|−1.99|3.88|−6.98|9.11|−3.40|−1.37|
# |$\eta\Lambda$|3|2.99|2.95|2.79|2.20|0.71|0.33|
#
# At step 4 the growth ends: $\eta\Lambda = 2.20$ is below $2 + \eta^2f^2/m = 2.83$. This is the **catapult**: the loss first grows, here 83-fold, and the run ends where the kernel is smaller. A kernel method cannot do this, because its
# kernel is fixed.
#
# The explorer runs such networks with random weights.
# - **Left:** $\eta$ times the kernel at each step.
# - **Right:** $\eta$ times the kernel after 400 steps, against its value at the start.
#
# Move **First η × kernel** past 2, then past 4.

# %%
lesson.catapult.show()

# %% [markdown]
# If the first value is at most 2, the loss falls at once. Between 2 and 4 it first grows, and beyond 4 it diverges. [Lewkowycz and others (2020)](https://arxiv.org/abs/2003.02218) report these
# three phases for wide networks.
#
# ## A real network on real digits
#
# All this rests on models that can be solved. Does $2/\eta$ also limit the sharpness of a network whose minima no formula gives? A network of three layers with tanh between them
# learns two hundred digits by descent on all examples.

# %%
lesson.predict("sharp")

# %% [markdown]
# - **Left:** the sharpness, the largest eigenvalue of the Hessian, every 25 steps. The dashed line is $2/\eta$.
# - **Right:** the loss at every step.
#
# Which of the three step sizes reach their dashed line?

# %%
lesson.edge.show()

# %% [markdown]
# Nobody told the network about $2/\eta$. Yet with $\eta = 0.4$ and 0.8, its sharpness climbs to this line and stays close to it. With $\eta = 0.2$ the line is at 10, and
# a thousand steps reach 5.7 only. This is the **edge of stability** ([Cohen and others 2021](https://arxiv.org/abs/2103.00065)), an observation on many networks, not a
# theorem. There, the loss rises at many steps, and falls in the long run. Two weights explain the limit: above it the residual grows, which flattens the valley ahead.
# They do not explain the climb: while $|\eta r| < \sqrt2$, their steps only lower the sharpness of the minimum ahead.
#
# ## Where it breaks
#
# - **Unbalanced starts.** From $a = 4$, $b = 0.125$ with $\eta = 0.5$, the residuals are $-0.5$, $3.5$, $-13.3$. With $ab = 0.5$ at the start, our runs
#   diverged from imbalances of at least 7.7 at $\eta = 0.5$, and of at least 1.64 at $\eta = 1.5$.
# - **Larger steps still.** From $\eta = \sqrt5 - 1 \approx 1.24$ on, the orbit of period two repels as well (problem 3). Period four takes over, then
#   eight. At many larger steps, the outputs never repeat.
#
# **Discuss:** Large steps led to a flatter minimum. Is a flatter minimum better?
#
# <details><summary>An answer</summary>
#
# Not for the two weights: every minimum has $ab = 1$, so all of them compute the same function. The flat one has the same error on new data as the sharp one. Whether
# flatter minima of a larger network predict better has to be measured on new data, and nothing here did.
#
# </details>
#
# <details><summary>Where do the digits come from?</summary>
#
# The digits are those of E. Alpaydin and C. Kaynak,
# [Optical Recognition of Handwritten Digits](https://archive.ics.uci.edu/dataset/80/optical+recognition+of+handwritten+digits),
# UCI Machine Learning Repository, 1998 ([CC BY 4.0](https://creativecommons.org/licenses/by/4.0/)).
#
# </details>

# %% [markdown]
# ## Claims
#
# The first claim says that $\eta$ times the sharpness is at most 2 where descent ends. Its control measures the minima where gradient flow would end.

# %%
lesson.claims()

# %% [markdown]
# ## Quiz

# %%
lesson.quiz()

# %% [markdown]
# ## Key points
#
# - Near a minimum, descent multiplies the distance along the sharpest direction by $1 - \eta S$. Beyond $2/S$, with $S$ the [sharpness](GLOSSARY.md#sharpness), the minimum repels.
# - Each step multiplies the [imbalance](GLOSSARY.md#imbalance) of two weights by $1 - \eta^2r^2$. While $|\eta r| < \sqrt2$, descent moves to flatter minima.
# - **Why do steps beyond $2/S$ work?** They make the residual grow, and a large residual flattens the valley ahead. For two weights, the sharpness ahead falls from
#   4.42 to 3.25. In the [catapult](GLOSSARY.md#catapult), the loss grows 83-fold while $\eta\Lambda$ falls from 3 to 2.20, and vanishes once $\eta\Lambda$ is small.
# - **When do they fail?** When a step makes the valley sharper: beyond $|\eta r| = \sqrt2$ for two weights, and beyond $\eta\Lambda = 4$ in the catapult. A very unbalanced
#   start leads there.
# - If every minimum is too sharp, descent jumps around the flattest one or diverges.
# - On digits, with $\eta = 0.4$ and 0.8, the sharpness climbs to about $2/\eta$, the [edge of stability](GLOSSARY.md#edge-of-stability).
#
# **What this does not show.** That flatter is better on new data, which nothing here measured. The exact laws are for two weights, and for one linear hidden layer with target 0.

# %% [markdown]
# ## Problems
#
# **1. The sharpness of a minimum (easy).** Write the Hessian of $\frac12(ab - 1)^2$ at a point with $ab = 1$. Show that its eigenvalues are $a^2 + b^2$ and 0. Why must one of
# them be 0?
#
# **2. The catapult with $m$ units (checked).** Let $f = u \cdot v/\sqrt m$ and $\Lambda = (|u|^2 + |v|^2)/m$, with the loss $\frac12f^2$. Derive one step of
# descent in terms of $f$ and $\Lambda$ alone, and write it.
#
# **3. Where the orbit repels (checked).** Let $z$ start near $z_1$. After two steps, its distance from $z_1$ has been multiplied by the product of the derivatives of
# $z(1 + \eta - \eta z^2)$ at $z_1$ and $z_2$. Compute this factor for $\eta = 1.1$, and the step size at which it is $-1$.
#
# **4. The power law (hard).** Take $\eta = 1$ and $a = b = 1 + e$ with a small $e$. Show that two steps change $e$ by about $-16e^3$. Conclude that the residual after
# $t$ steps is about $\frac{1}{2\sqrt t}$ in size.


# %%
@lesson.problem("catapult_step")
def catapult_step(f, kernel, lr, width):
    """One step of descent in terms of f and Λ.  f, kernel, lr (k,), width m -> the new (f, kernel), (k,) each."""
    # BEGIN SOLUTION
    moved = f * (1 - lr * kernel + lr**2 * f**2 / width)
    return moved, kernel + lr * f**2 / width * (lr * kernel - 4)
    # END SOLUTION


# %%
# BEGIN SOLUTION
z = torch.stack(period_two_orbit(torch.tensor([1.1])))
factor = (1 + 1.1 - 3 * 1.1 * z**2).prod()
repels_from = 5**0.5 - 1
# BEGIN GIVEN
# factor, repels_from = TODO, TODO
# END SOLUTION
lesson.decide("repels", factor, repels_from)

# %% [markdown] tags=["solution"]
# ### Solutions
#
# <details><summary>Worked solutions of the four problems</summary>
#
# **1.** The second derivatives are $b^2$, $a^2$ and, mixed, $2ab - 1 = 1$. So the Hessian has the rows $(b^2, 1)$ and $(1, a^2)$. With $ab = 1$ it sends $(b, a)$ to
# $(b^3 + a, b + a^3) = (a^2 + b^2)(b, a)$, and $(a, -b)$ to $(0, 0)$. The direction $(a, -b)$ runs along the curve of minima, where the loss stays 0.
#
# **2.** The gradients are $fv/\sqrt m$ in $u$ and $fu/\sqrt m$ in $v$. The new output is $\frac{1}{\sqrt m}(u - \eta f v/\sqrt m)\cdot(v - \eta f u/\sqrt m)$. Its three parts are
# $f$, then $-\eta f(|u|^2 + |v|^2)/m = -\eta f\Lambda$, and $\eta^2f^2\, u \cdot v/(m\sqrt m) = \eta^2f^3/m$. The new squared lengths add up to
# $|u|^2 + |v|^2 - 4\eta f\,u \cdot v/\sqrt m + \eta^2f^2\Lambda$. Divided by $m$, this is $\Lambda + \frac{\eta f^2}{m}(\eta\Lambda - 4)$.
#
# **3.** The derivative is $1 + \eta - 3\eta z^2$. With $s = z_1^2 + z_2^2 = 1 + 1/\eta$ and $p = z_1z_2 = 1/\eta$, the product is
# $(1 + \eta)^2 - 3\eta(1 + \eta)s + 9\eta^2p^2 = (1 + \eta)^2 - 3(1 + \eta)^2 + 9 = 9 - 2(1 + \eta)^2$. For $\eta = 1.1$ this is 0.18. It is $-1$ if $(1 + \eta)^2 = 5$,
# that is at $\eta = \sqrt5 - 1 \approx 1.236$. The factor is for balanced weights. That the imbalance vanishes first is what you measured.
#
# **4.** One step takes $e$ to $(1 + e)(2 - (1 + e)^2) - 1 = -e - 3e^2 - e^3$. Apply it twice and keep powers up to three:
# $e + 3e^2 + e^3 - 3(e + 3e^2)^2 + e^3 \approx e - 16e^3$. So $e$ falls by $8e^3$ per step. With $\frac{d}{dt}e^{-2} = 16$ we get
# $e \approx \frac{1}{4\sqrt t}$, and the residual $(1 + e)^2 - 1 \approx 2e$ is $\frac{1}{2\sqrt t}$. From $a = b = 1.2$ it is 0.00498 after
# 10,000 steps, and the formula gives 0.005.
#
# </details>

# %% [markdown]
# ## Further reading
#
# - Lewkowycz, Bahri, Dyer, Sohl-Dickstein, Gur-Ari: [The large learning rate phase of deep learning: the catapult mechanism](https://arxiv.org/abs/2003.02218) (2020). The two lines,
#   and wide networks.
#
# <details><summary>More on steps beyond 2/S</summary>
#
# - Cohen, Kaur, Li, Kolter, Talwalkar: [Gradient descent on neural networks typically occurs at the edge of stability](https://arxiv.org/abs/2103.00065) (2021). The observation, on many
#   networks.
# - MacDonald, Min, Palma, Tarmoun, Xu, Vidal: [Convergence rates for gradient descent on the edge of stability in overparametrised least squares](https://arxiv.org/abs/2510.17506) (2025). Rates
#   beyond $2/S$.
# - Even, Pesme, Gunasekar, Flammarion: [(S)GD over diagonal linear networks](https://arxiv.org/abs/2302.08982) (2023). When large steps help, and when they hurt.
#
# </details>
#
# **Next:** [[real_steps_real_widths]], Real steps, real widths.
