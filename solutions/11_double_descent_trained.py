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
# # 11 · Double descent, trained
#
# ![Training effort to the right, the number of examples upward. A rising line separates fits with errors, above, from fits without. Two arrows, a wider network and more data, cross it.](pictures/double_descent_trained.svg)
#
# *The line shows how many examples can just be fitted; more effort (units or steps) fits more. Near the line the test error peaks.*
#
# **Question.** [[double_descent_solved]] explained the peak of exact linear fits. A network is trained in steps, and its outputs share hidden units. Does its error peak too, and where? Why do so few people see that peak? How can 8 hidden units beat 120, and 60 examples beat 120?
# Whoever does not know this may pay for twice the labels, and get a worse network.
#
# **You will be able to**
# - find where networks begin to fit their labels, in parameters per equation (Exercise 1);
# - stop training in time, honestly (Exercise 2);
# - predict the size of a network, or of a data set, at which the error peaks (Exercise 3).
#
# **Before you start:** [[double_descent_solved]] · [training recipe](refreshers/training_recipe.md) · [logistic loss](refreshers/logistic_loss.md) ·
# [notation](NOTATION.md) · [glossary](GLOSSARY.md)

# %%
import torch

from ddlearn.lessons.double_descent_trained import TODO, full_sweep, lesson, random_features

lesson.start()

# %% [markdown] tags=["instructor"]
# <details><summary>For the instructor: the plan, the question to ask, the usual answers</summary>
#
# **Instructor: 40 minutes, of which 5 are slack.** 3 recap · 3 predict, every number on the board · 4 by hand · 5 the map · 4 explain · 5 Exercise 1 ·
# 5 Exercise 2 and the cures · 4 more data · 2 quiz. The rest is homework.
#
# **Board.** The table of early stopping. Below it $P = nk$.
#
# **The one question to ask:** "Your company trains a network and sees no peak. Which of today's changes have they made without knowing?"
#
# **Discussion.** Nearly clean labels, cross-entropy, small batches, decay, stopping early.
#
# **Usual wrong answers.** *"The peak is at n parameters"*: at $n$ *features* in [[double_descent_solved]], which is $nk$ parameters there too. *"At the peak
# the training error is largest"*: it has just reached zero. *"More steps bring the second descent"*: look in the map.
#
# **Exit ticket.** "Name two ways across the band of the picture."
#
# **If a machine is slow:** map, cures and samples train for a few seconds when they are first shown.
#
# </details>

# %% [markdown]
# ## Recap

# %%
lesson.recap()

# %% [markdown]
# ## Predict
#
# A network with $d$ inputs, $h$ hidden units and $k$ outputs has $P = (d + 1 + k)h + k$ weights and biases. With squared loss, $n$ examples ask for $nk$ numbers: $nk$ **equations**,
# one per output and example.

# %%
lesson.predict("worst")

# %% [markdown]
# ## By hand: a fit that is stopped
#
# Take the design of [[double_descent_solved#By-hand|the last lesson]], with singular values 2 and 0.2. The true weights $w_\star = (1, 1)$ lie in the strong direction. Noise moves the exact fit by $(0.5, -0.5)$, in the weak one.
# Take gradient steps of size 0.2 on $\frac12\lVert Xw - y\rVert^2$, from $w = 0$. The gradient is $X^\top X (w - \hat w)$, where $\hat w$ is the exact fit. So along a direction with singular value $s$,
# each step multiplies the missing part of $\hat w$ by $1 - 0.2 s^2$.
#
# | steps | missing in the strong direction | missing in the weak direction | $\lVert w - w_\star\rVert^2$ |
# |---|---|---|---|
# | 1 | 0.2 | 0.992 | 0.0800 |
# | 10 | 0 | 0.923 | 0.0030 |
# | 30 | 0 | 0.786 | 0.0229 |
# | 300 | 0 | 0.090 | 0.4142 |
#
# After one step, 0.2 of $(1, 1)$ is missing, and 0.008 of $(0.5, -0.5)$ has come in: the squared distance is $2 \cdot 0.2^2 + 0.5 \cdot 0.008^2 = 0.0800$.
#
# *In words:* the signal, in the strong direction, is learned first, and the noise last. After ten steps the squared distance is over a hundred times smaller than the 0.5 of the exact fit. So **stopping early** is a cure.

# %% [markdown]
# ## See
#
# Networks (*nets* in the pictures) with one hidden ReLU layer learn 400 digits, a fifth of whose labels are wrong. Each of twelve widths has three seeds.
#
# **The recipe.** Each network minimizes the squared error between its $k = 10$ outputs and the label, written as a one and nine zeros, in 450 steps of [Adam](GLOSSARY.md#adam) on all digits.
#
# <details><summary>What is Adam, and where do the weights start?</summary>
#
# The step size is 0.009, and there is no weight decay. Adam is momentum with a step size per weight: each step is divided by the root of a running mean of the squared gradient. The start weights are Gaussian, with variance $1/(3d)$ in the first layer and
# $1/(3h)$ in the second. The pixels are standardized. In the map each seed has its own wrong labels. The explorer below Exercise 2 averages the outputs of several networks, which all learn the same wrong labels.
#
# </details>
#
# - **Left, the map:** to the right networks get wider, measured by $P/(nk)$; upward training goes on. The color is the squared error on new digits; the best constant output has 0.90. Diamonds mark the smallest error of each width.
# - **Right:** the error at the chosen step (the map's white line). The green line marks the narrowest width that fits its labels. From there on the training error (dashed) is nearly zero.
#
# Move **Steps** from left to right, with By hand in mind. Early on, networks have learned what digits look like, and hardly any wrong label. What should the curve look like then?
# When does the peak appear? Then set **Wrong labels** to *none*. Networks, steps and equations stay the same. What is left of the peak?

# %%
lesson.map.show()

# %% [markdown]
# ## Explain: what a procedure can fit
#
# **What the map shows.** After 28 steps no width fits, and all networks from 30 units on have errors of about 0.31: signal first. Then wrong labels come in, in wide networks first. The peak appears when a width begins
# to fit: after 148 steps the widest does. The error is then largest, 0.68, at 80 units, which nearly fit. More steps let narrower networks fit, and the peak follows. At step 450 it is 1.10, at 53 and 64 units, where $P/(nk)$ is 1.0 and 1.2. With clean
# labels the error there is 0.22.
#
# **Counting.** With $P$ parameters and $nk$ equations, an exact fit should become possible near the **threshold** $P = nk$. There the network has hardly a choice *how* to fit the wrong labels, so we expect a peak. Beyond it there are many exact fits.
# In a linear model, descent from zero finds the shortest, which amplifies noise less. For networks the equations are not linear, so counting proves nothing. But we measured a peak near $nk$.
#
# **Effective model complexity.** Counting ignores how a network is trained. [Nakkiran and others (2020)](https://arxiv.org/abs/1912.02292) define the [effective model complexity](GLOSSARY.md#effective-model-complexity) of a training
# procedure: the largest number of examples that it can fit with a training error near zero. The procedure includes network, loss, optimizer, steps and penalty. They conjecture that the test error peaks where this number is about $n$.
#
# More width or more steps raise the number. Early stopping and weight decay lower it. Then only wider networks fit $n$ examples, and the peak moves to them, or out of the picture.
#
# <details><summary>Is this the peak of the linear fits, and where is it with cross-entropy?</summary>
#
# Linear fits with $N$ features have $N$ weights for *each* of the $k$ outputs: $P = Nk$ parameters for $nk$ equations. There too the threshold is $P = nk$, which says $N = n$. Cross-entropy asks for less: the right class
# must have the largest output, about one condition per example. This suggests a threshold near $P = n$. In our networks the error rate did not peak there. The count of equations is that of
# [Belkin, Hsu, Ma and Mandal (2019)](https://arxiv.org/abs/1812.11118).
#
# </details>

# %% [markdown]
# ## Exercise 1 · Write: `interpolation_point`
#
# A training error rate of zero is not enough: the outputs should equal the ones and zeros. By our convention, a width **fits** if its squared training error is below 2 % of that of
# the best constant output, the mean of the targets. Return $P/(nk)$ for the narrowest width that fits. The map's green line is then yours.


# %%
@lesson.exercise("interpolation_point")
def interpolation_point(widths, train_mse, y, d):
    """P/(nk) of the narrowest width that fits: its train_mse is below 2 % of the best constant's.

    train_mse (W, S), for S seeds per width, sums the squared error over the k outputs and takes the mean over the n
    examples. Take its mean over seeds. widths (W,), targets y (n, k), d inputs; biases count. float("inf") if none fits.
    """
    # BEGIN SOLUTION
    n, k = y.shape
    null = ((y - y.mean(0)) ** 2).sum(1).mean()
    fits = train_mse.mean(1) < 0.02 * null
    P = (d + 1 + k) * widths + k
    return float(P[fits].min()) / (n * k) if fits.any() else float("inf")
    # END SOLUTION


# %% [markdown]
# <details><summary>What is the small hump at 13 units in the map's right panel?</summary>
#
# We have no explanation. It is at $P/(nk) = 0.25$, far before the threshold, and with other seeds it may be missing.
#
# </details>
#
# ## Exercise 2 · Repair: `early_stop`
#
# Some digits are **held out** of training, to decide when to stop. A fifth of their labels are wrong too. Test digits (right labels) stand for future ones. The function should stop each network
# at the moment that looks best without the test digits, and return the test error there. For 20 units it returns an error rate of 9.5 %, where 11.8 % is right. Predict, then repair.

# %%
lesson.predict("stopped")


# %%
@lesson.exercise("early_stop")
def early_stop(held_out, test):
    """The test error of each stopped net.  Errors (W, S, R) of W widths, S seeds, R moments -> (W, S)."""
    # BEGIN SOLUTION
    best = held_out.argmin(-1, keepdim=True)
    return test.gather(-1, best)[..., 0]
    # BEGIN GIVEN
    # best = test.argmin(-1, keepdim=True)
    # return test.gather(-1, best)[..., 0]
    # END SOLUTION


# %% [markdown]
# ## See: what removes the peak
#
# Blue: networks with one **Change**. Gray: without. **Left:** squared error. **Right:** error rate, the share of wrong answers. Go through the menu. Then
# average two or three networks that learned the same labels: **Nets averaged**.

# %%
lesson.cures.show()

# %% [markdown]
# | change | effect here | what remains |
# |---|---|---|
# | early stopping | no peak at any width; 8 units have 0.41, wider ones 0.3 | digits must be held out |
# | no wrong labels | no peak at $nk$; a small rise, from 0.20 at 20 units to 0.23 at 30 | labels must be checked |
# | weight decay | strong: no peak; weak: a lower peak | the strength must be found |
# | cross-entropy | the error rate falls with width, to 18 % | wide networks still learn wrong labels |
# | small batches | a lower, flatter peak | a peak |
# | averaging | three networks of 40 units, averaged, have 0.50; one of 120 has 0.84. With strong weight decay, almost no gain | the shared wrong labels: the error of averaged networks still rises, from 0.40 at 8 units to 0.60 at 80 |
# | longer steps (size 0.02) | **a hump, 1.37 at 20 units, is above the peak,** 1.09 at 53 | no cure |
#
# Each row is about *these* networks. Nakkiran and others trained far larger networks with
# cross-entropy, and found peaks, some without wrong labels.
#
# ## Exercise 3 · Decide: where do you expect the peak?
#
# Belkin and others trained networks with one hidden layer, with squared loss, on 4,000 images of 784 pixels in ten classes.
# - At which width is $P$ closest to $nk$?
# - At which is $P$ closest to $n$, the threshold for cross-entropy (fold of Explain)?
# - At how many of our digits ($d = 64$, $k = 10$) is $nk$ closest to the $P$ of 20 hidden units?
#
# <details><summary>Decide after your numbers: a colleague plans widths from 5 to 50. For which loss can this plan show a rise to the peak and the fall beyond it?</summary>
#
# For neither. With squared loss the peak is expected at 50 units, the plan's last width, so the descent beyond it is missing. With cross-entropy it is expected at 5 units, the first width, so the rise is missing.
#
# </details>

# %%
# BEGIN SOLUTION
squared_loss = round((4000 * 10 - 10) / 795)
cross_entropy = round((4000 - 10) / 795)
examples = round((75 * 20 + 10) / 10)
# BEGIN GIVEN
# squared_loss, cross_entropy, examples = TODO, TODO, TODO
# END SOLUTION
lesson.decide("expect", squared_loss, cross_entropy, examples)

# %% [markdown]
# ## See: more data, worse answers
#
# Now keep a network of 20 units: without output biases it has 1,500 parameters. You have 60 digits (square, dotted line). They ask for 600 numbers, so we expect many exact fits.
# You are offered 120 instead (star). They ask for 1,200, closer to the threshold at 150 digits: the network moves *towards* its peak. Would you take the offer? Move both sliders. Then change **Model**: for linear regression the curve is a formula.

# %%
lesson.samples.show()

# %% [markdown]
# The network's error is 0.93 with 60 digits, about 1.3 with 120, largest at 125, and below 0.93 again only beyond 220. The dashed curve is the same model with a cure: the best moment to stop for networks, the best penalty for the others. With the cure more data only helped: 0.59 with 60 digits, about 0.45 with 120. Take them, and stop in time. But these cures are **oracles**: they choose by the test error. [Nakkiran (2019)](https://arxiv.org/abs/1912.07242) found that more data can hurt linear regression.
#
# ## Where it breaks
#
# - **Wider is not better.** Trained to the end, the widest may lose to small ones ([Xue and others 2022](https://arxiv.org/abs/2208.08003)). With 40 % wrong labels in the map, 160 units have 1.18, 5 units 0.81.
# - **Time.** We found no second descent over *steps*, at any width, batch size or noise that we tried. Larger networks have shown one. The linear model of problem 4 has one, too.
#
# **Discuss:** Your company trains a network and sees no peak. Which of today's changes have they made without knowing?

# %% [markdown] tags=["instructor"]
# <details><summary>More to discuss</summary>
#
# - *"That one curve is a result"*: look at the band, and at the hump before the peak, which moves with the seed.
# - *"More data cannot hurt"*: let them take the offer. Who would throw examples away? In this model it helps, and it is still the wrong cure: stopping in time helps more, and keeps the data. A quick group can find the number of examples
#   that does as well as the first forty.
# - Other wrong labels or another change train again, once, with a bar and *Cancel*. Sliders only look at what is there, and stay quick.
#
# </details>

# %% [markdown]
# ## Claims
#
# Claims about `ensemble_step` belong to problem 2, claims about clocks to problem 4.

# %%
lesson.claims()

# %% [markdown]
# ## Quiz

# %%
lesson.quiz()

# %% [markdown]
# ## Key points
#
# - Networks trained to the end on wrong labels have a [double descent](GLOSSARY.md#double-descent) peak near $P = nk$, where they just fit. Over widths it is at 53 and 64 units.
# - More examples can bring a network to its peak: 20 units have 0.93 with 60 digits, and about 1.3 with 120.
# - For these networks clean labels, cross-entropy, enough weight decay, or stopping in time removed the peak.
#   Most people use several of these, which may be why few see a peak.
# - Stopped in time, 8 units beat 120 units trained to the end, which learn the wrong labels too: a squared error of 0.41 against 0.84.
#
# **What this does not show.** Anything beyond one hidden layer, small images and few seeds. Elsewhere, look where networks begin to fit.

# %% [markdown]
# ## Problems
#
# **1. Counting is not a proof (easy).** One hidden ReLU unit with one input and one output has $P = 4$: $f(x) = a\,\mathrm{relu}(wx + b) + c$. Which of these targets at $x = 0, 1, 2, 3$ can it fit: $(0, 0, 1, 2)$ or $(0, 1, 0, 1)$?
#
# **2. One step of many networks (checked below).** Write one step of gradient descent for many networks at once. The explorer of more data uses it.
#
# <details><summary>Shapes and loss</summary>
#
# E networks of one width are stacked: hidden weights $W$ (E, h, d) and output weights $A$ (E, h, k). All see the inputs $x$ (n, d). The last of these $d$ columns is 1, so its weights are the biases of the units. The outputs have no bias. Each network has its own targets (E, n, k). The
# loss of network $e$ is the mean over examples of $\lVert f_e(x_i) - y_{ei}\rVert^2$, with $f_e(x) = A_e^\top \mathrm{relu}(W_e x)$. `@` multiplies network by network, and `.mT` transposes the last two axes.
#
# </details>
#
# **3. The best moment (checked below).** In By hand, after how many steps is the squared distance smallest, and how small is it?
#
# **4. Two descents in time (hard, explorer below).** In a linear model, each feature learns at its own speed, its **clock**. If the fast features carry signal, slower ones noise, and the slowest signal again, the risk descends twice. Which step sizes $\eta_i$, one per feature, leave one descent?
#
# <details><summary>The clocks</summary>
#
# Let the features be independent. With many examples they hardly mix: after $t$ steps of size $\eta_i$, feature $i$ with standard deviation $\sigma_i$ still misses the share
# $(1 - \eta_i\sigma_i^2)^t$ of its weight in the exact fit. A part of this weight is signal, the rest comes from label noise. Learning the signal lowers the risk, and learning the noise raises it.
#
# </details>


# %%
@lesson.problem("ensemble_step")
def ensemble_step(W, A, x, y, lr):
    """W (E, h, d), A (E, h, k), x (n, d), y (E, n, k) -> the new (W, A)."""
    # BEGIN SOLUTION
    z = x @ W.mT  # (E, n, h)
    active = torch.relu(z)
    D = 2 * (active @ A - y) / len(x)
    grad_A = active.mT @ D
    grad_W = ((D @ A.mT) * (z > 0)).mT @ x
    return W - lr * grad_W, A - lr * grad_A
    # END SOLUTION


# %%
# BEGIN SOLUTION
distance = {t: 2 * 0.2 ** (2 * t) + 0.5 * (1 - 0.992**t) ** 2 for t in range(1, 300)}
steps = min(distance, key=distance.get)
smallest = distance[steps]
# BEGIN GIVEN
# steps, smallest = TODO, TODO
# END SOLUTION
lesson.decide("stop", steps, smallest)

# %% [markdown]
# **Left:** the linear model's risk over time, and its parts from fast signal, noise and slow signal. **Right:** the error of the map's networks. Set the slow signal to 0, bring it back, and align the clocks.

# %%
lesson.clocks.show()

# %% [markdown] tags=["solution"]
# ### Solutions
#
# <details><summary>Worked solutions of the four problems</summary>
#
# **1.** $(0, 0, 1, 2)$ is $\mathrm{relu}(x - 1)$. The graph of $f$ is a constant half-line and a sloped one, so it turns at most once. $(0, 1, 0, 1)$ turns twice, and no parameters fit it. Four parameters fit some four targets and not others: the equations are not linear.
#
# **2.** See the cell above. Both gradients are taken at the old $W$ and $A$. A ReLU that is off passes nothing back, so the mask is $z > 0$.
#
# **3.** The squared distance after $t$ steps is $2 \cdot 0.2^{2t} + 0.5\,(1 - 0.992^t)^2$. It is 0.0033 at $t = 2$, 0.00041 at $t = 3$ and 0.00051 at $t = 4$. So three steps are best.
#
# **4.** Let $c_i$ be the share that feature $i$ still misses, $b_i$ its true weight, and $\sigma^2$ the variance of the noise. For many examples the excess risk is
#
# $$\sum_i \sigma_i^2 b_i^2\, c_i^2 \;+\; \frac{\sigma^2}{n} \sum_i (1 - c_i)^2.$$
#
# *In words:* per feature, a bias that leaves and a variance that comes. The sum of U-curves can have two descents: fast signal, then features with noise only, then slow signal
# ([Heckel and Yilmaz 2021](https://arxiv.org/abs/2007.10099)). The three groups of the explorer are our choice, made to show the effect large. Steps $\eta_i$ in proportion to $1/\sigma_i^2$ give all features one clock, and then one descent is left. The networks at
# the right fall, rise, and do not come back. You have seen why a second descent in time *can* happen, not that it must.
#
# **Experiments without a solution.** Tune the decay: `ddlearn.double_descent.net_widths(..., weight_decay=...)` trains a sweep. Try five strengths, and let digits that you hold out choose one per width. Does the chosen curve still rise anywhere? For linear fits with the best
# penalty it should not. In the samples, which number of examples does as well as the first forty? Throwing examples away helps there, and is still the wrong cure: stopping in time helps more, and keeps the data.
#
# `full_sweep.show()` in a new cell has larger sweeps in its menu: wider networks, more seeds, 500 digits, where the peak shows in the error rate too. A sweep takes a minute or two, with a bar, and can be cancelled. Convolutional networks are in its menu as well. On the CPU they are too few and
# too briefly trained to show a clear peak. On a machine with a GPU the sweeps grow, and MNIST and Fashion-MNIST join, each fetched once. Do such networks peak near $nk$? We have not measured it. `ddlearn.double_descent.conv_widths` is the sweep itself. It runs through joblib, whose backend can
# spread it over machines.
#
# `random_features.show()` draws the random features of [[double_descent_solved]], whose peak is at $n$ for any images: on digits, and on MNIST and Fashion-MNIST, which are fetched once, in tens of megabytes. Without a network the card says so, and the digits stay.
#
# </details>

# %% [markdown]
# ## Further reading
#
# <details><summary>Four papers</summary>
#
# - Nakkiran and others: [Deep double descent](https://arxiv.org/abs/1912.02292) (2020). Width, time and data in large networks.
# - d'Ascoli and others: [Double trouble in double descent](https://arxiv.org/abs/2003.01054) (2020). Why averaging helps.
# - Ruben and others: [No free lunch from random feature ensembles](https://arxiv.org/abs/2412.05418) (2024). When it does not.
# - Greydanus, Kobak: [Scaling down deep learning with MNIST-1D](https://arxiv.org/abs/2011.14439) (2024). A small data set with a peak.
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
#
# **Next:** [[weak_labels]], Weak labels.
