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
# # 9 · Weak labels
#
# A camera sees thousands of white blood cells and nobody says what any one of them is. A blood test knows one thing: how large a
# share each type has. Are *concentrations* enough to teach a net to name single cells?
#
# **You will** name cells by eye, write two losses that need no label, and tell in advance which blood can teach. **You need**
# cross-entropy, and lessons 06 and 07. **Time** 50 minutes. **Difficulty** 3 of 5.

# %%
import torch

from ddlearn.lessons.weak_labels import TODO, lesson

lesson.start()

# %% [markdown] tags=["instructor"]
# **Instructor: 40 minutes.** 3 recap · 5 holograms, the room names five cells aloud before *Tell me* · 2 predict · 5
# `proportion_loss` · 5 learners: first 512 cells a bag, then 8, and no explanation yet · 5 explain at the board · 4 `kappa` and the triangle · 2
# predict, every number on the board · 5 `bag_risk` and the kappas · 2 quiz. Claims and the stretch are for home.
#
# **The one question to ask:** "A hospital offers you ten times more cells from its blood bank, all poured together. What do you
# ask for instead?" (The same cells, patient by patient; or patients who differ more.)
#
# **Usual wrong answers.** *"Larger bags have more exact shares, so they are better"*: exact and all alike. *"Kappa is 64, for there are 64
# cells"*: that is the published rule, for another way of sampling. *"A negative risk is a bug"*: see the quiz.
#
# **Misconceptions.** That an unbiased estimate is a good one: with poured blood and large bags it has no bias and learns badly.
# That the proportion loss learns each cell's label because it is small: a constant can make it least.
#
# **If a machine is slow:** the first picture of the learners also makes the cells, some seconds in all; other settings there train for about two.
# The kappas train once for each kind of bags. All else is instant. Bars show how far, *Cancel* stops.

# %% [markdown]
# ## Recap
#
# Two questions from before. Guessing is fine.

# %%
lesson.recap()

# %% [markdown]
# ## See: what the camera sees
#
# Three types of white blood cell, each typical of its kind, and a fourth cell to be named. The upper row is for your eyes only:
# a camera without a lens records the lower one. Look at two things: **how wide the dark ring is**, and **how mottled** the picture is outside
# it. Large and mottled, large and smooth, small: that names most cells, and not all.
#
# Commit yourself for round 1, then tick **Tell me**. Play a few rounds. Then move the camera, or visit a careless laboratory.

# %%
lesson.holograms.show()

# %%
lesson.predict("fourth")

# %% [markdown]
# The cells and their holograms are simulated: sizes and nuclei after measured ones, granules and optics assumed. The setting is
# real: a lens-free camera, lysed blood, and the laboratory's counts
# ([Yellin, Haeffele, Roth, Vidal 2018](https://openaccess.thecvf.com/content_cvpr_2018/html/Yellin_Multi-Cell_Detection_and_CVPR_2018_paper.html)).
# A net gets means and variances over rings, which do not change as a cell turns.

# %% [markdown]
# ## Build: a loss that needs no label
#
# A **bag** is a tube of cells with the shares $a$ that the test printed. A net that knew all cells would, on average over the bag, predict these
# shares: $q_b = \frac1k \sum_i \text{softmax}\, f(x_i)$. So let the loss be the cross-entropy of shares and mean prediction,
#
# $$L = -\frac1B \sum_b \sum_c a_{bc} \log q_{bc}.$$


# %%
@lesson.exercise("proportion_loss")
def proportion_loss(logits, a):
    """Mean over bags of -sum_c a_c log q_c, q the bag's mean softmax.  logits (B, k, C), a (B, C) -> a tensor ()."""
    # BEGIN SOLUTION
    predictions = logits.softmax(-1)
    q = predictions.mean(1)
    return -(a * q.log()).sum(1).mean()
    # END SOLUTION


# %% [markdown]
# ## Predict

# %%
lesson.predict("poured")

# %% [markdown]
# ## See: spread, not amount
#
# The same number of cells three times: of blood poured together, of healthy donors, who are much alike, of patients, who are not. The first
# learner is your loss. Now try bags of 8. Then the two others, the **mean map** and **EasyLLP**. Both weigh the loss of each cell by what the test of its
# bag says, and both are *unbiased*, each under its own condition. The mean map takes the smallest weights that are right for the bags at hand, by least
# squares, so it needs bags that differ.

# %%
lesson.learners.show()

# %% [markdown]
# Large bags of poured blood teach your loss one thing, to call everything a granulocyte. One patient a bag, and it names nearly all. EasyLLP is good on small
# bags of poured blood, and fails where the others shine. Both have one reason.

# %% [markdown]
# ## Explain
#
# If all bags have the same shares $a$, then calling *every* cell by $a$ is a best answer, and no amount of such bags says more. Bags must
# **differ**. A cell of bag $b$ has mean loss $\sum_{c'} \pi_{bc'} E_{c'}[\ell_c]$ as class $c$: linear in the mixture $\pi_b$. So all that matters
# is the second moment $G$ of mixtures, and for two kinds of bags it is one number away from the mean $p$:
#
# $$G = \overline{\pi\pi^\top} = pp^\top + \frac{\operatorname{diag}(p) - pp^\top}{\kappa},$$
#
# - $\kappa = k$ for bags of $k$ **independent cells**, counted;
# - $\kappa = \alpha_0 + 1$ for **patients**, $\pi \sim \text{Dirichlet}(\alpha_0\, p)$, however many cells of each.
#
# **What it is worth.** For the mean of a class, a bagged cell is worth $e_c = 1/(\kappa(1 - p_c) + p_c)$ labelled ones. With $\kappa = 512$ that is
# next to nothing, and least for rare types.
#
# **What it asks for.** The risk with labels is the mean of $\sum_c w_{bc}\, \ell_c(x_i)$ if $\overline{w\pi^\top} = \operatorname{diag}(p)$, which
#
# $$w_b = \kappa\, a_b - (\kappa - 1)\, p$$
#
# fulfils. With $\kappa = k$ this is EasyLLP, made for independent cells.
#
# <details><summary>Why these weights, and what goes wrong with another kappa?</summary>
#
# Let the bags have $\kappa_0$ and the weights $\kappa$. Then $\overline{w\pi^\top} = \kappa G - (\kappa - 1)pp^\top = \frac{\kappa}{\kappa_0}
# \operatorname{diag}(p) + (1 - \frac{\kappa}{\kappa_0})\, pp^\top$. So the mean risk is $\frac{\kappa}{\kappa_0} R + (1 - \frac{\kappa}{\kappa_0})\, I$, where $R$
# is the risk with labels and $I$ that of labels which have nothing to do with the cell. The bias is $(\frac{\kappa}{\kappa_0} - 1)(R - I)$. This, and $e_c$
# (from $G^{-1} = \kappa \operatorname{diag}(1/p) - (\kappa - 1)\mathbf 1\mathbf 1^\top$), is our derivation.
#
# </details>
#
# **Whose is what?** EasyLLP is that of [Busa-Fekete et al. 2023](https://arxiv.org/abs/2302.03115), for bags of independent cells (from the abstract: "i.i.d.
# bags"). That bags must differ is in [Scott and Zhang 2020](https://arxiv.org/abs/2006.07330). The name *mean map* is borrowed:
# [Quadrianto et al. 2009](https://jmlr.org/papers/v10/quadrianto09a.html) estimate the **mean operator**, the means of the features in each class, with the
# same pseudo-inverse of the shares, and train a linear model on it. Our mean map uses the pseudo-inverse to weigh the losses of any net. Kappa
# for patients is our derivation.

# %% [markdown]
# ## Build: one number, from the tests alone
#
# The trace of $G - pp^\top$ is the mean squared distance of shares from their mean. It must equal $(1 - |p|^2)/\kappa$. Solve for kappa.


# %%
@lesson.exercise("kappa")
def kappa(a):
    """(1 - |p|^2) / (mean over bags of |a_b - p|^2), p the mean of the rows.  a (B, C) -> a number."""
    # BEGIN SOLUTION
    p = a.mean(0)
    spread = ((a - p) ** 2).sum(1).mean()
    return float((1 - (p**2).sum()) / spread)
    # END SOLUTION


# %% [markdown]
# Each dot is a bag. Make patients more alike, then pour their blood together and enlarge the bags. Nothing is trained here: the bars are what
# your cells are worth in labelled ones, before you buy them. Your kappa gives the black marks.

# %%
lesson.triangle.show()

# %% [markdown]
# For patients the number of cells a bag does not matter; for poured blood it is everything. The least eigenvalue of $\Pi^\top\Pi/B$ says the
# same in the language of lesson 07: how nearly the bags fail to tell the types apart.

# %% [markdown] tags=["instructor"]
# **Instructor.** Let the room find settings of both kinds of bags that are worth the same (poured, six cells a bag, and the patients). Ask why small
# bags are no way out in practice: somebody would have to count each tube of six cells. A quick group can ask what happens if of each patient only $k$
# cells are counted: $\kappa = k(\alpha_0 + 1)/(k + \alpha_0)$, between the two; the claims test it.

# %% [markdown]
# ## Predict

# %%
lesson.predict("kappa")

# %% [markdown]
# ## Build: the risk with labels, without labels
#
# With $\bar\ell_{bc} = \frac1k \sum_i -\log \text{softmax}_c f(x_i)$, the bag's mean loss as class $c$:
#
# $$R = \frac1B \sum_b \sum_c \big[\kappa\, a_{bc} - (\kappa - 1)\, p_c\big]\, \bar\ell_{bc}.$$


# %%
@lesson.exercise("bag_risk")
def bag_risk(logits, a, p, kappa):
    """The risk R above.  logits (B, k, C), a (B, C), p (C,), kappa a number -> a tensor (), which is trained."""
    # BEGIN SOLUTION
    weights = kappa * a - (kappa - 1) * p
    losses = -logits.log_softmax(-1).mean(1)
    return (weights * losses).sum(1).mean()
    # END SOLUTION


# %% [markdown]
# ## Theory over experiment: which kappa is right?
#
# At the left the bias of your risk, for one fixed classifier on new bags, over the line of the folded derivation. At the right nets that were trained with each kappa. It
# starts where the published rule stands, kappa = 64 cells. Repair it. Then change to poured blood, for which the rule was made.

# %%
lesson.kappas.show()

# %% [markdown]
# Too small a kappa draws every prediction towards the mean shares: rare cells go first. Too large a kappa pays for being sure: nets
# become very sure, and wrong. More patients would not help, for a bias does not shrink. The right number stands in the tests, and your function reads it.

# %% [markdown]
# ## Claims

# %%
lesson.claims()

# %% [markdown]
# ## Quiz

# %%
lesson.quiz()

# %% [markdown]
# ## Take away
#
# - Shares can teach single cells, if bags differ. Spread teaches, not amount.
# - One number, kappa, tells it before training: the bag size for independent cells, $\alpha_0 + 1$ for patients.
# - Unbiased holds under a condition. Ask how the data were drawn; then choose kappa.
#
# **What this does not show.** Worth is a statement on class means by least squares; it orders the bags, and predicts no score. The proportion loss follows no such
# formula: small bags of healthy donors teach it nothing, where the mean map learns. It is not calibrated either: the best answer for mixed bags is not the
# true posterior. Reports err, and their errors look like spread, so kappa of healthy donors comes out too small. That poured blood teaches *exactly* nothing is so for our start; from larger
# starting weights a net in some six escaped. The cells are drawn from a pool of nine thousand, so many are met more than once. One simulator, three types,
# one prior of patients, fitted to thirty old blood samples.

# %% [markdown]
# ## Go further
#
# A stretch, unchecked: the worth of *impure tubes*. `ddlearn.blood.purity(0.1)` gives the mixtures of three tubes, each with a tenth of the other types;
# `ddlearn.weak_labels.mixing_efficiency(mixtures, p)` gives $e_c$ of any bags. Compare three pure tubes, three impure ones and your patients, for
# the monocytes. Lesson 10 buys such tubes.
#
# How far does it carry? Every setting of the learners takes two seconds, so try seeds of your own: `lesson.learners.compute("mean map", "512", seed=7).accuracy`. On a machine
# with a GPU the nets train there.
#
# [Dulac-Arnold et al. 2019](https://arxiv.org/abs/1905.12909) and [Ardehaly, Culotta 2017](https://arxiv.org/abs/1709.04108) on the proportion loss ·
# [Patrini et al. 2014](https://papers.nips.cc/paper/5453-almost-no-label-no-cry) on the mean operator.
