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
# # 7 · What descent finds
#
# ![Left: a gray fan of lines that separate two blue points from two orange ones. Right: thirty arrows point everywhere; later most form two bundles.](pictures/what_descent_finds.svg)
#
# *Left: every line in the gray fan fits the points, and each method ends at its own. Right: the directions of thirty neurons, before training and when
# the loss begins to fall.*
#
# **Question.** Many weight vectors fit the training data. Can we say before the run where descent ends? In three small cases we can, and one thing decides in each: the norm of the step, the
# size of the start, or the activation. It matters: two networks below make no test error. But a change of the input by 0.25 fools one; the shortest that we found for the other is about 0.7.
#
# **You will be able to**
# - write three kinds of descent, and say which line each ends at (Exercise 1);
# - predict how a neuron turns while the network is close to zero (Exercise 2);
# - choose the size of a start, and say what it costs (Exercise 3).
#
# **Before you start:** [[leaving_the_lazy_regime]] · [[real_steps_real_widths]] · [logistic loss](refreshers/logistic_loss.md) ·
# [gradient descent](refreshers/gradient_descent.md) · [singular values](refreshers/singular_values.md) · [notation](NOTATION.md) ·
# [glossary](GLOSSARY.md)

# %%
import torch

from ddlearn.lessons.what_descent_finds import TODO, lesson

lesson.start()

# %% [markdown] tags=["instructor"]
# <details><summary>For the instructor: the plan, the question to ask, the usual answers</summary>
#
# **Instructor: 40 minutes, of which 5 are slack.** 3 recap · 5 two points and their table, at the board · 4 the line · 5 Exercise 1 · 3 predict · 7 film
# and small starts · 5 attacks · 3 quiz.
#
# **The one question to ask:** "All of these weights fit. Who chose?" (The geometry of the step, the size of the start, the activation.)
#
# **Discussion.** Nobody trains for $10^{36}$ units of time. What is the limit worth?
#
# **Usual wrong answers.** *"Descent finds the largest margin"*: in which norm? *"Ten times smaller, ten times slower"*: the growth is exponential.
#
# **Exit ticket.** "Name one thing that decides which fit descent finds, and one thing that does not."
#
# **If a machine is slow:** skip the film. The opening picture shows both ends.
#
# </details>

# %% [markdown]
# ## Recap

# %%
lesson.recap()

# %% [markdown]
# ## By hand: two points, three lines
#
# A linear model predicts the sign of $w^\top x$. If an example $x$ has the label $y = \pm 1$, let $z = yx$. Then $w$ puts the example on the side of
# its label if $w^\top z > 0$. Data are **separable** if one $w$ does so for all examples. Take two examples with $z_1 = (5, 1)$ and $z_2 = (4, 3)$.
#
# Longer weights give larger products, but the same predictions. So the **margin** of $w$ is
# $\min_i w^\top z_i$ divided by a norm of $w$. With the usual length (l2) as the norm, it is the distance of the nearest point from the line $w^\top x = 0$. Two other norms are l1, the sum
# of the $|w_k|$, and l∞, the largest $|w_k|$.
#
# | direction $w$ | smallest $w^\top z_i$ | l2 margin | l∞ margin | l1 margin |
# |---|---|---|---|---|
# | (2, 1) | 11 | 11/√5 = **4.92** | 11/2 = 5.5 | 11/3 = 3.67 |
# | (1, 1) | 6 | 4.24 | **6** | 3 |
# | (1, 0) | 4 | 4 | 4 | **4** |
#
# All three fit, and every norm has its own best direction (bold).
#
# Now descend on $L(w) = \sum_i \log(1 + e^{-w^\top z_i})$ from $w = 0$. Each term has the slope $-\frac12$ there, so the gradient is $g = -\frac12(z_1 + z_2) = (-4.5, -2)$. Three
# methods step in different directions $d$:
#
# - **gradient descent:** $d = -g = (4.5, 2)$;
# - **sign descent:** all entries move against $g$ by the same amount, $\sum_k |g_k| = 6.5$, so $d = (6.5, 6.5)$;
# - **coordinate descent:** only the entry with the largest $|g_k|$ moves: $d = (4.5, 0)$.
#
# The first step of sign descent lies along the best l∞ direction, that of coordinate descent along the best l1 direction. Gradient descent's $(4.5, 2)$ is not yet along $(2, 1)$.
#
# ## Exercise 1 · Write: `steepest`
#
# Write the three directions for any $g$.


# %%
@lesson.exercise("steepest")
def steepest(g, geometry):
    """The step's direction in "l2", "linf" (sign descent) or "l1" (coordinate descent).  g (d,) -> (d,)"""
    # BEGIN SOLUTION
    if geometry == "l2":
        return -g
    if geometry == "linf":
        return -g.abs().sum() * g.sign()
    k = g.abs().argmax()
    d = torch.zeros_like(g)
    d[k] = -g[k]
    return d
    # END SOLUTION


# %% [markdown]
# ## See: which line?
#
# Forty points in the plane. Two have $z$ near $z_1/3$ and $z_2/3$; the others are too far to change a best line. **Time** $t$ is the
# sum of all step sizes; a **decade** is a factor of ten.
# - **Left:** the points, the line of the chosen method (black; in a dark theme, white), and the lines with the best margins (colored).
# - **Right:** the margin of the method's line in each norm, as a share of the best margin in that norm.
#
# Move **Decades of time** to the right. Then change the **Method**. Which curve reaches 1? Last, go back to **gradient descent**, and let the **Right panel** show its
# **angle to the best l2 line** (dotted: $\hat w \log t + \tilde w$, derived below).

# %%
lesson.line.show()

# %% [markdown]
# ## Explain: the norm of the step, and log t
#
# **Why the norms differ.** Each direction $d$ minimizes $g^\top d + \frac12\lVert d\rVert^2$ with its own norm: it goes downhill, and pays for its size. This is *steepest descent* in that norm. In l∞ only the
# largest entry is paid for, so the others may move as far for free: all move by the same $m$. By hand, $-6.5m + \frac12m^2$ is smallest at $m = 6.5$. In l1 every entry has the same price, so only the steepest moves:
# it lowers the loss most.
#
# **Why the margin.** Let $M$ be the smallest $w^\top z_i$. Late in training, $L$ is about $e^{-M}$, so lowering the loss means raising $M$. Among all steps of the same norm, steepest descent lowers the
# loss most, so it raises $M$ most. And $w$ is the sum of the steps, so the margin, $M$ over the norm of $w$, should become as large as it can. [Gunasekar and others (2018)](https://arxiv.org/abs/1802.08246) prove the limit for separable data
# and an exponential loss; ours has an exponential tail.
#
# **Why log t.** The loss never reaches zero, so $w$ keeps growing. Let $\hat w$ be the shortest $w$ with
# $w^\top z_i \ge 1$ for all $i$. Its smallest product is 1, so its l2 margin is $1/\lVert\hat w\rVert$: the best, since $\hat w$ is shortest. The examples with $\hat w^\top z_i = 1$ are the **support vectors**. At $w = a\hat w$ they dominate the
# gradient, whose size is about $e^{-a}$. And $\hat w$ is a sum of support vectors with positive weights (second fold), so $w$ can grow along it. The speed of $a$ is $e^{-a}$, which
# gives $a = \log t$. So $w(t) \approx \hat w \log t + \tilde w$ with a constant $\tilde w$. Only the part of $w$ along $\hat w$ grows. So the angle falls only as $1/\log t$: in our data, to 11 degrees after 3 decades, and to 3.1 after 12.
#
# <details><summary>How does the explorer reach 36 decades?</summary>
#
# Steps of constant size are too slow: 20,000 steps of size $1/\beta$, the inverse of the largest curvature, leave an angle of 15 degrees. The explorer divides its step size by $L$. The gradient shrinks as $L$
# does, so all steps have about the same length. Since $w$ grows as $\log t$, each step adds about the same amount to $\log t$.
#
# </details>
#
# <details><summary>Where does the constant come from?</summary>
#
# Insert $w = \hat w \log t + \tilde w$ into $\dot w = \sum_i e^{-w^\top z_i} z_i$, where the dot is the derivative in time. The left side is $\frac1t\hat w$. For a support vector,
# $e^{-w^\top z_i} = \frac1t e^{-\tilde w^\top z_i}$. For any other point the exponential falls faster than $1/t$. Multiply by $t$, and let $t$ grow:
#
# $$\hat w = \sum_{i} e^{-\tilde w^\top z_i}\, z_i, \quad \text{where } i \text{ runs over the support vectors}.$$
#
# *In words:* $\hat w$ is a sum of support vectors with weights $c_i > 0$, and $\tilde w$ must satisfy $e^{-\tilde w^\top z_i} = c_i$, that is, $\tilde w^\top z_i = -\log c_i$. For two support vectors in the
# plane, these are two linear equations. By hand, $\hat w = (2, 1)/11$ with $c = (2, 3)/121$.
#
# </details>
#
# <details><summary>What is proved, and by whom?</summary>
#
# [Soudry and others (2018)](https://arxiv.org/abs/1710.10345), Theorem 3: take separable data, a smooth decreasing loss with an exponential tail, and a constant step below
# $2$ over its smoothness. From any start, $w(t) = \hat w \log t + \rho(t)$, and for almost all data $\rho$ is bounded. Theorem 4: if the support vectors span the same space as the data,
# $\rho$ tends to a $\tilde w$ with $\eta e^{-\tilde w^\top z_i} = c_i$ for every support vector. In our time, which counts $\eta$ per step, the $\eta$ drops out, and this is the equation above. We read
# both theorems in an early version of the paper. That $\rho$ grows at most as $\log\log t$ for the remaining data is quoted from a lecture note on the final version.
#
# The theorem of Gunasekar and others on steepest descent in a norm is quoted as well. [Zhang, Zou and Cao (2024)](https://arxiv.org/abs/2406.10650) prove that full-batch Adam without its stability constant ends at the best l∞ margin (from their abstract).
#
# </details>

# %% [markdown]
# ## Predict
#
# Now train a network by gradient descent: the start decides. The weight vector of a hidden unit, or **neuron**, has a length and a direction. From a small start the lengths are tiny, so the
# output is nearly zero and the loss hardly changes. But the directions turn at full speed. When does the loss fall?

# %%
lesson.predict("tenth")

# %% [markdown]
# ## By hand: how a neuron turns
#
# Take $f(x) = \sum_{j=1}^h v_j\, \mathrm{relu}(w_j^\top x)$. The $h$ neurons have no biases. The loss of an example, $2\log(1 + e^{-yf(x)})$, has the slope
# $-1$ in $yf(x)$ where $f = 0$. The start is small, so $f$ is close to zero at first, and all examples count equally. Let $|v_j| = \lVert w_j\rVert$ at the start; training by tiny steps keeps this.
#
# A neuron is **active** on $x$ if $w^\top x > 0$. Let $x_a$ be the sum of $y_i x_i$ over the examples on which it is active. By the chain rule, $\dot w = v\, x_a$ (the dot is the derivative in time). The part of $x_a$ along
# $w$ changes only the length of $w$. The part across $w$ turns it. Divide by the length $\lVert w\rVert = |v|$: the unit vector $u = w/\lVert w\rVert$ moves by
#
# $$\dot u = \mathrm{sign}(v)\left(x_a - (x_a^\top u)\, u\right).$$
#
# *In words:* a short neuron turns as fast as a long one.
#
# Take $w = (0.6, 0.8)$ and $v > 0$. The examples are $(2, 1)$ with label $+1$, $(-1, 2)$ with label $-1$, and $(-2, -1)$ with label $-1$. The neuron is active on the
# first two, so $x_a = (2, 1) - (-1, 2) = (3, -1)$. Here $u = w$, $x_a^\top u = 1$, and $\dot u = (3, -1) - (0.6, 0.8) = (2.4, -1.8)$.
#
# ## Exercise 2 · Repair: `turn`
#
# The function below should return $\dot u$. It is right in the example, but wrong for $w = (1.2, 1.6)$.


# %%
@lesson.exercise("turn")
def turn(w, X, y, sign):
    """The velocity of a neuron's direction.  w (d,), X (n, d), y (n,) of +1 and -1, sign of v -> (d,)"""
    # BEGIN SOLUTION
    u = w / w.norm()
    active = X @ w > 0
    x_a = (y[active, None] * X[active]).sum(0)
    return sign * (x_a - (x_a @ u) * u)
    # BEGIN GIVEN
    # active = X @ w > 0
    # x_a = (y[active, None] * X[active]).sum(0)
    # return sign * (x_a - (x_a @ w) * w)
    # END SOLUTION


# %% [markdown]
# ## See: neurons turn, then grow
#
# Six points, and thirty neurons as arrows: blue for $v > 0$, red for $v < 0$, longer for longer neurons.
# - **Left:** points and neurons. A neuron in the region $S_+$ is active on exactly the positive points, in $S_-$ on exactly the negative ones, and a
#   [**dead**](GLOSSARY.md#dead-neuron) one on none.
# - **Right:** the loss, and the share of neurons **in their place**: blue ones in $S_+$, red ones in $S_-$, and dead ones, which no longer move.
#
# Move **Moment** slowly. What happens before the loss falls? Then try a start of size 1.

# %%
lesson.film.show()

# %% [markdown]
# ## Explain: what the small start buys
#
# **The turn.** Suppose that two points of one class always have a positive cosine, and two of different classes a negative one. Then a move along any $y_i x_i$, and so along $x_a$, raises $w^\top x$ on the positive points and lowers it on the negative
# ones. So a blue neuron turns towards $S_+$, a red one towards $S_-$. In $S_+$, $x_a$ is the sum of all positive points, $x_+$. A blue neuron
# turns to $x_+$, and its length grows as $e^{\lVert x_+\rVert t}$, since $\dot w = v\,x_+$ and $v = \lVert w\rVert$. From size 1, the loss falls before all have turned.
#
# **The delay.** From a start ten times smaller, the neurons must grow ten times more. This takes the extra time
# $\ln 10/\lVert x_+\rVert$.
#
# **The collapse.** On a positive $x$, only blue neurons are active at the end, all along one direction $e$. When the loss begins to fall, $e$ points along $x_+$; later all turn together. So the features of $x$, the outputs of the neurons, are
# $e^\top x$ times one fixed vector. The **stable rank** of the matrix $W$ with rows $w_j$ and singular values $s_1 \ge s_2 \ge \dots$ is $\sum_k s_k^2/s_1^2$: 1 for one direction, 2 for two
# equally strong ones at a right angle. For **NC1** of a class, split its feature vectors into a part along their strongest direction
# and a rest. NC1 is the rest's share of the squared length: zero after complete [neural collapse](GLOSSARY.md#neural-collapse).
# It is proportional to the *square of the start's size* (second fold).
#
# <details><summary>What is proved, and by whom?</summary>
#
# [Min, Mallada and Vidal (2024)](https://arxiv.org/abs/2307.12851), Theorem 1, for gradient flow with the exponential or logistic loss. Assume three things. The cosines are as
# above: after each is multiplied by the labels of its two points, the smallest is $\mu > 0$. No blue neuron starts exactly along the sum of the negative points, and no red one along $x_+$. With $n$ examples, the start is balanced ($|v_j| = \lVert w_j\rVert$) and of size
# $O(h^{-1/2} e^{-(n/\sqrt\mu) \log n})$. Then all neurons are in their place after a time $O(\log n/\sqrt\mu)$, and stay there. If both $S_+$ and $S_-$ hold a neuron, the loss falls
# at least as $1/t$ from a time $\Theta(\frac1n \log \frac{1}{\sqrt h\,\epsilon})$ on, where $\epsilon$ is the size of the start. After long training, the stable rank is at most 2. The required start is far smaller than ours, and the time that the proof gives far longer. Their equation (4) is
# $\dot u$ above.
#
# [Min, Zhu and Vidal (2025)](https://arxiv.org/abs/2510.21078), Theorem 1, under similar assumptions: the features of a class tend to one direction, and those of two classes are orthogonal. Let $v_+$ and $v_-$
# hold the output weights of the neurons in $S_+$ and in $S_-$. The ratio $\lVert v_+\rVert/\lVert v_-\rVert$ tends to $\sqrt{\gamma_-/\gamma_+}$. Here $\gamma_+$ is the best l2 margin of the positive points
# alone, and $\gamma_-$ that of the negative ones.
#
# Ours: the factor $\ln 10/\lVert x_+\rVert$ of the delay, and the exponent 2 of NC1.
#
# </details>
#
# <details><summary>Why NC1 falls as the square</summary>
#
# Let $W_+$ and $v_+$ hold the weights of the neurons in $S_+$. There the network is linear: $\dot W_+ = v_+ r^\top$ and $\dot v_+ = W_+ r$ with the same vector $r$, the sum of the positive points, each times minus the slope of its loss. So
# $W_+W_+^\top$ and $v_+v_+^\top$ have the same derivative. Their difference is conserved, as in [[real_steps_real_widths]], so $W_+W_+^\top = v_+v_+^\top + E$. The neurons come to $S_+$ while their size is still about $\epsilon$, so $E$ has the size $\epsilon^2$. For a
# unit vector $p$ at a right angle to $v_+$, this gives $\lVert W_+^\top p\rVert^2 = p^\top W_+W_+^\top p = p^\top E p = O(\epsilon^2)$. The features of the class are $W_+x$. So their part at a right angle to $v_+$ has the squared length
# $O(\epsilon^2)\lVert x\rVert^2$, while the part along $v_+$ grows to a fixed size.
#
# </details>
#
# ## See: how small must the start be?
#
# Now 20 points in 20 dimensions around two class centers, whose cosine is $-0.4$; 60 neurons; and starts from 10 to 0.0001.
# - **Left:** the cosine of twelve blue neurons with $x_+$. Dotted: the equation for $\dot u$ without a network, solved with your `turn`.
# - **Right:** the loss from each start. The first dashed line marks the fall from 0.01, measured; the next two predict it for 0.001 and 0.0001.
#
# Move **Size of the start** from 1 to 0.01. Then show **rank and collapse** on the right. From which start on is the rank at most 2?

# %%
lesson.neurons.show()

# %% [markdown]
# ## Exercise 3 · Decide: which start?
#
# A class has $\lVert x_+\rVert = 8$. Its NC1 should become a million times smaller. By which factor do you multiply the start, and how much later does its loss fall?

# %%
# BEGIN SOLUTION
factor = 1e-3
delay = 3 * torch.log(torch.tensor(10.0)).item() / 8
# BEGIN GIVEN
# factor, delay = TODO, TODO
# END SOLUTION
lesson.decide("shrink", factor, delay)

# %% [markdown]
# ## See: does it matter?
#
# Now the activation. Points lie in $K$ clusters around centers $m_1, \dots, m_K$ of length 1, at right angles. Half of the clusters are positive. Two
# networks are trained from a small start: one with ReLU units, one with **power 3**, units
# $\mathrm{relu}(w^\top x)^3/\lVert w\rVert^2 = \lVert w\rVert\,\mathrm{relu}(u^\top x)^3$.
#
# An **attack** is a change of $x$. Of the attacks that we tried, take the shortest that turns the sign of $f$: its length is the **radius**.
# - **Left:** the median radius against $K$. **Right:** $y f(x)$ along one attack, relative to its value at $x$.
#
# Compare $K = 2$ with $K = 16$.

# %%
lesson.radius.show()

# %% [markdown]
# ## Explain: sums or clusters
#
# With ReLU, all active clusters move $u$ equally, whatever the angle. From a small start, the neurons end along the class sums $m_+$ and $m_-$ of the centers. The
# network computes nearly $\mathrm{relu}(m_+^\top x) - \mathrm{relu}(m_-^\top x)$. At
# a positive center this is 1. Move along the unit vector $(m_- - m_+)/\sqrt K$ by $r$. With $K_+$ positive and $K_-$ negative clusters, the first term falls by $r K_+/\sqrt K$ and the second
# rises by $r K_-/\sqrt K$: together $r\sqrt K$. So the sign turns at $r = 1/\sqrt K$: $0.25$ at $K = 16$.
#
# With power 3, the derivative of $(u^\top m_k)^3$ is $3(u^\top m_k)^2\, m_k$. So a cluster of the neuron's class moves $u$ towards its $m_k$, and the faster, the closer $u$ already is. Each neuron that grows ends near one center. Then $f$
# is nearly a multiple of $\sum_k y_k\, \mathrm{relu}(m_k^\top x)^3$, with the labels $y_k$ of the centers. By symmetry, this is
# zero half-way between a positive and a negative center. Their distance is $\sqrt2$, so this attack has the length $\sqrt2/2 \approx 0.71$, whatever $K$. None is shorter (last fold).
#
# <details><summary>Do the neurons really lie there?</summary>
#
# On the way from a positive center $m_1$ to a negative one, $m_1 + s(m_2 - m_1)$, the sum for power 3 is $(1 - s)^3 - s^3$. In our run for $K = 8$, the median cosine of a neuron with its nearest center is 0.9996 with power 3. With ReLU units it is 0.50, the cosine of a sum of four centers with one of them. The few
# neurons of power 3 that lie near no center have about the length of their start.
#
# </details>
#
# <details><summary>What is proved, and by whom?</summary>
#
# [Min and Vidal (2024)](https://arxiv.org/abs/2405.15942) prove both radii for the two functions. That descent from a small start finds these functions is their *conjecture* there. (We read poster and code.)
# [Min and Vidal (2025)](https://proceedings.mlr.press/v267/min25c.html), Proposition 1: for any classifier, some attack of length $\sqrt2/2$ succeeds with probability at least
# $\min(K_+, K_-)/K$. Theorem 1 and Corollary 1 are for powers above 2, the squared loss, small clusters with enough points, and a balanced start with a gap between neurons. The network that the flow finds then withstands every attack shorter than nearly
# $\sqrt2/2$. They say that random starts do not satisfy the condition. We start at random, so our radii are measured: along gradients, and along directions computed from the centers. With **power 2**, which the theorem leaves out, the radius at eight clusters is 0.58.
#
# </details>

# %% [markdown]
# ## Where it breaks
#
# - **The clock.** After two decades, you would take gradient descent for an l1 method. It has 0.95 of the best l1 margin, but only 0.93 of the best l2 margin.
# - **The cosines.** With centers of cosine 0.4 (explorer of starts), only a third of the neurons end in their place, even from the smallest start.
# - **The start.** At eight clusters, power 3 from a start of size 3 is right on all test points, but has the radius 0.43.
# - **Attacks are no certificate.** A shorter one may exist.
#
# **Discuss:** Two networks have the same test error. What would you ask before using one?

# %% [markdown]
# ## Claims
#
# Each claim has a control that must fail.

# %%
lesson.claims()

# %% [markdown]
# ## Quiz

# %%
lesson.quiz()

# %% [markdown]
# ## Key points
#
# **The answer:** in three small cases, we can.
# - **Norm of the step.** On separable data, steepest descent in a norm ends at the best [margin](GLOSSARY.md#margin) in that norm. This [implicit bias](GLOSSARY.md#implicit-bias) shows slowly: 3.1
#   degrees are left after 12 decades.
# - **Size of the start.** From a small one, neurons turn first ([early alignment](GLOSSARY.md#early-alignment)), then grow. A start ten times smaller costs the time $\ln 10/\lVert x_+\rVert$. From size 1, only 63 % of the film's neurons end in
#   their place.
# - **Activation.** ReLU neurons find class sums, those of power 3 single clusters. Neither makes a test error. At $K = 16$ a change of 0.25 fools the first; the shortest found for the second is about 0.7.
#
# **What this does not show.** Real images satisfy the assumption on cosines only roughly. A large margin need not generalize.

# %% [markdown]
# ## Problems
#
# **1. When all agree (easy, checked).** Take $z_1 = (2, 1)$ and $z_2 = (1, 2)$. Give the best margins in l2, l∞ and l1.
#
# **2. The angle.** For a blue neuron in $S_+$, let $p$ be the angle of $w$ to $x_+$. Show $\dot p = -\lVert x_+\rVert \sin p$, and that $\tan(p/2)$ falls as $e^{-\lVert x_+\rVert t}$. For $\lVert x_+\rVert = 8$,
# how long does a turn from 60 to 6 degrees take?
#
# **3. The attack (checked).** Write the unit direction of the attack on the ReLU network, for a point of label $y$ (crosses in the last explorer).
#
# **4. Is there a shorter one?** Show that no attack in the plane of $m_+$ and $m_-$ is shorter than $1/\sqrt K$ on $\mathrm{relu}(m_+^\top x) - \mathrm{relu}(m_-^\top x)$ at a positive center.

# %%
# BEGIN SOLUTION
l2, linf, l1 = 3 / 2**0.5, 3.0, 1.5
# BEGIN GIVEN
# l2, linf, l1 = TODO, TODO, TODO
# END SOLUTION
lesson.decide("agree", l2, linf, l1)


# %%
@lesson.problem("attack")
def attack(centers, labels, y):
    """A unit direction against class averages.  centers (K, d), orthonormal; labels (K,) and y of +1, -1 -> (d,)"""
    # BEGIN SOLUTION
    return -y * (labels @ centers) / len(centers) ** 0.5
    # END SOLUTION


# %% [markdown] tags=["solution"]
# ### Solutions
#
# <details><summary>Worked solutions of the four problems</summary>
#
# **1.** By symmetry, the best direction is $(1, 1)$ in each norm. Its product with both points is 3, and its norms are $\sqrt2$, 1 and 2. So the margins are 2.12, 3 and 1.5. All methods
# end at the same line: with two support vectors on both sides, the norms often agree.
#
# **2.** Let $e = x_+/\lVert x_+\rVert$. Then $\cos p = e^\top u$, and $\frac{d}{dt}\cos p = e^\top \dot u = \lVert x_+\rVert (1 - \cos^2 p)$. The left side is $-\dot p \sin p$, so $\dot p = -\lVert x_+\rVert \sin p$.
# The derivative of $\ln\tan(p/2)$ is $\dot p/\sin p = -\lVert x_+\rVert$. From 60 to 6 degrees, $\tan(p/2)$ falls from 0.577 to 0.0524, by a factor of 11.0. This takes $\ln 11.0/8 = 0.30$.
#
# **3.** See the cell above. The common mistakes: a sum of length $\sqrt K$ looks $\sqrt K$ times as strong, and moving away from the own class alone needs $1/\sqrt{K_+}$.
#
# **4.** Along $-\cos a\, m_+/\sqrt{K_+} + \sin a\, m_-/\sqrt{K_-}$, the function at distance $r$ is $1 - r\sqrt{K_+}\cos a - r\sqrt{K_-}\sin a$. It vanishes at $r = 1/(\sqrt{K_+}\cos a + \sqrt{K_-}\sin a)$. By
# the inequality of Cauchy and Schwarz the bracket is at most $\sqrt{K_+ + K_-} = \sqrt K$, with equality at $\cos a = \sqrt{K_+/K}$. That is the direction $(m_- - m_+)/\sqrt K$.
#
# **An experiment without a solution.** With least squares in place of the logistic loss, the line of the first explorer has 0.96 of the best l2 margin. On which data is it bad?
#
# </details>

# %% [markdown]
# ## Further reading
#
# <details><summary>A survey, and more on neurons and margins</summary>
#
# - Min, MacDonald, Vidal: [On the convergence, implicit bias and edge of stability of gradient descent in deep learning](https://doi.org/10.1109/MSP.2026.3665010) (2026). A survey; part II is this lesson.
# - Min, Mallada, Vidal: [Early neuron alignment](https://arxiv.org/abs/2307.12851) (2024). The theorem behind the film.
# - Soudry and others: [The implicit bias of gradient descent on separable data](https://arxiv.org/abs/1710.10345) (2018). The clock $\log t$.
# - Tsilivis, Gronich, Kempe, Vardi: [Flavors of margin](https://arxiv.org/abs/2410.22069) (2025). Steepest descent for networks.
#
# </details>
#
# **Next:** [[learning_curves]], what error n examples should give.
