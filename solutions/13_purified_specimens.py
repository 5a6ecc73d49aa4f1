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
# # 13 · Purified specimens
#
# In [[weak_labels]] the labels were weak: blood tests say how many cells of each type, and not which. More data helped little. Then
# somebody asked the experts. They can *purify* blood: a tube of one type only, and every cell in it has a label.
#
# **You will** weigh purified cells against more data and wider nets, correct impure tubes, count a patient, and let textbook rules
# vote. **You need** [[weak_labels]] and Bayes' rule. **Time** 60 minutes. **Difficulty** 3 of 5.

# %%
import torch

from ddlearn.lessons.purified_specimens import TODO, lesson

lesson.start()

# %% [markdown] tags=["instructor"]
# **Instructor: 40 minutes.** 3 recap · 3 predict, every number on the board · 5 the exchange · 5 explain · 6 `transition`, then the tubes,
# one purity a row of the room · 6 `shares_step` and the patients · 7 `label_round` and the rules, the broad one last · 3 vote, then the
# batch effect · 2 quiz. Claims and real cells are for home.
#
# **The one question to ask:** "Which expert could you ask tomorrow, and what would they know that no label says?" Collect answers that
# are not labels: purified samples, known totals, what cannot happen, what must look the same.
#
# **Usual wrong answers.** *"A thousand purified cells at least"*: about 25 reach the cohort's balanced accuracy here. *"A fifth of wrong names costs a
# fifth of the accuracy"*: pure cells are still the majority of each tube, so most calls survive; the rare type does not. *"More rules,
# better labels"*: let them switch the broad rule on.
#
# **Misconceptions.** That experts replace data: the last explorer shows the opposite. That the label model knows the truth: it knows which
# rules agree. That the blood test is a label: it is a prior, and has an error of its own.
#
# **If a machine is slow:** the exchange, the tubes and the batch effect simulate and train for some seconds when they are first shown.
# Another net, other tubes or other nuisances train once more, with a bar and *Cancel*. All other controls only look.

# %% [markdown]
# ## Recap
#
# Two questions from before. Guessing is fine.

# %%
lesson.recap()

# %% [markdown]
# ## Predict
#
# Commit yourself: your number will be drawn as a line.

# %%
lesson.predict("enough")

# %% [markdown]
# ## See
#
# Blue: purified cells, a label each. Orange: a cohort of healthy people, whose blood is much alike. Green: patients who differ. Both
# cohorts have a blood test for every 512 cells, and learn by the least-squares risk of [[weak_labels]], the mean map. The **balanced accuracy** is the
# share of cells named rightly in each type, averaged over the three types, so the rare type counts as much as the others. Move
# **Purified cells** and follow the grey line. Then take the wider **Net**, and look at plain **accuracy** too.

# %%
lesson.exchange.show()

# %% [markdown]
# Two things to see. About 25 purified cells reach the balanced accuracy of the whole narrow cohort (14 to 29 in ten runs of ours), and the wider net
# does not change that. And the green curve: **patients who differ nearly close the gap**. There, more and more diverse data *is* the answer.
# Who says "domain knowledge beats data" must say which data.

# %% [markdown]
# ## Explain
#
# A tube $s$ holds the share $P_{sc}$ of type $c$: its **purity**. A tube is a bag of [[weak_labels]] whose proportions an expert chose, as
# different from the other bags as can be. The gain is that the matrix of proportions is easy to invert.
#
# All of this rests on one **assumption: cells of one type look alike in every tube**, and as they do in blood. In formulas, the probability of an image
# $x$ given the type does not depend on the tube as well: $P(x \mid c, s) = P(x \mid c)$. Section *Where it reverses* breaks it.
#
# Real tubes are not pure. A net learns to say the tube's *name*. Under the assumption the probabilities of the names follow from those of the types:
#
# $$P(\text{tube } s \mid x) = \sum_c T_{cs}\, P(\text{type } c \mid x), \qquad T_{cs} = P(\text{tube } s \mid \text{type } c).$$
#
# So let the net say types, multiply by $T^\top$, and compare with the name: the **forward correction**
# ([Patrini et al. 2017](https://arxiv.org/abs/1609.03683), Theorem 2). Its best answer is the true posterior, if $T$ is known and can be
# inverted. Impurity is no longer an error; it costs cells.
#
# Tubes hold the types in another mix $q$ than blood does. Bayes again: multiply by $p_c / q_c$, divide by the sum. The blood test $p$ is a
# **prior**, known before any cell is seen.
#
# <details><summary>Derivation: why names taken for types lose the rare type first</summary>
#
# Take three equal tubes, each with the share $1 - e$ of its own type and $e/2$ of both others. A net that takes names for types learns
# $T^\top P$. Of a cell that is surely a monocyte it says: monocyte $1 - e$, granulocyte $e/2$. Most probable is still the monocyte. Now the
# prior comes: the cell is called a granulocyte as soon as $\frac e2\, p_G > (1 - e)\, p_M$, that is
#
# $$e > \frac{2 p_M}{p_G + 2 p_M} .$$
#
# With the average blood that is a little more than a quarter. From there on, *every* monocyte is lost, however sure the net could be. Our
# derivation.
#
# </details>
#
# The setting is that of [Yellin, Haeffele, Roth and Vidal 2018](https://openaccess.thecvf.com/content_cvpr_2018/html/Yellin_Multi-Cell_Detection_and_CVPR_2018_paper.html):
# templates from purified cells, a prior from blood counts. Cells here come from our own simulator.

# %%
lesson.predict("impure")

# %% [markdown]
# ## Build: what a tube's name says
#
# The manual states the purity, P(type given tube). The correction needs the other direction.


# %%
@lesson.exercise("transition")
def transition(purity, shares):
    """T (C, S), T[c, s] = P(tube s | type c), and the mix q (C,) of all tubes together.

    purity (S, C), rows add up to 1; shares (S,), the part of all cells that each tube holds.
    """
    # BEGIN SOLUTION
    joint = shares[:, None] * purity
    q = joint.sum(0)
    return (joint / q).T, q
    # END SOLUTION


# %% [markdown]
# ## Repair: the forward loss


# %%
@lesson.exercise("forward_loss")
def forward_loss(logits, tubes, T):
    """Mean of -log P(own tube).  logits (cells, types), tubes (cells,) integers, T (types, tubes) -> a tensor ()."""
    # BEGIN SOLUTION
    types = logits.softmax(1)
    names = types @ T
    own = names.gather(1, tubes[:, None])
    return -own.log().mean()
    # BEGIN GIVEN
    # types = logits.log_softmax(1)
    # names = types @ T
    # own = names.gather(1, tubes[:, None])
    # return -own.mean()
    # END SOLUTION


# %% [markdown]
# ## Theory over experiment: impure tubes
#
# Now your transition corrects the blue and the green nets. The dashed line is no net: it is $T^\top$ times what pure tubes teach, the limit of
# the orange one with any number of cells. Move **Impurity** through the quarter of the derivation. Then measure the **calibration error**, look
# at the right, and give each tube only a hundred cells.

# %%
lesson.tubes.show()

# %% [markdown]
# The orange net falls before the theory says so: it has seen a limited number of cells, and cells in doubt go over the edge first. The
# correction needs cells too: from a hundred cells per tube at forty percent impurity it does little. And nobody had to state the purity. The green
# net estimated it from cells that surely look like another tube's, the *confident joint*
# ([Northcutt et al. 2021](https://arxiv.org/abs/1911.00068)). It finds tubes less pure than they are, by
# a little with many cells and by much with few.

# %% [markdown]
# ## Where it reverses
#
# So far tubes could only win. One more prediction.

# %%
lesson.predict("tube")

# %% [markdown]
# Here the assumption breaks. A specimen is seen once: one focus, one light, one liquid. All cells of a tube share them, so cells of one type do *not*
# look alike in every tube. With one tube of each type, *what tells the types apart may be the tubes*. Blood tests are vague, and come from forty specimens.

# %%
lesson.batch.show()

# %% [markdown]
# With one tube per type the purified cells lose to the blood tests, and how badly depends on luck: look at the spread of the data sets. More tubes help; so
# do the blood tests, and most of all both. Without nuisances there is nothing to repair. **Good labels and many circumstances are different resources.**

# %% [markdown] tags=["instructor"]
# **Instructor.** Ask for the same story elsewhere: one hospital a disease, one photographer a species, one speaker a dialect. Then: how must test
# data be split so that you would notice? By specimen, never by cell.

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
# - About 25 purified cells reached the balanced accuracy of 32,768 cells with weak labels from people who are alike. A wider net did not change that.
# - Knowledge enters as mathematics: a purity becomes a transition, a blood test a prior, a textbook rule a vote.
# - Perfect labels from one specimen per type may teach the specimen. Vague labels from many specimens repair it.
#
# **What this does not show.** That knowledge always beats data: patients who differ taught nearly as much, by proportions alone. That the sizes carry over: one
# simulator, small nets, a healthy cohort whose spread we assumed. Votes here are drawn one rule at a time, as the label model assumes; real rules look at
# the same attributes and err together. And whoever wrote them had seen those cells.

# %% [markdown]
# ## Decide

# %%
from ddlearn.lessons.purified_specimens.held_out import accuracy

# BEGIN SOLUTION
way, by_cell, by_tube = "by tube", accuracy("by cell"), accuracy("by tube")
share, granulocyte, monocyte, donors, lymphocytes = 3 / 8, 0.4, 0.04, 0.205, 0.479
# BEGIN GIVEN
# way, by_cell, by_tube = TODO, TODO, TODO
# share, granulocyte, monocyte, donors, lymphocytes = TODO, TODO, TODO, TODO, TODO
# END SOLUTION
lesson.decide("held_out", way, by_cell, by_tube)
lesson.decide("by_hand", share, granulocyte, monocyte, donors, lymphocytes)
