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
# # 13 · Domain knowledge
#
# In [[weak_labels]] the labels were weak: blood tests say how many cells of each type, and not which. More data helped little. Then
# somebody asked the experts. They can *purify* blood: a tube of one type only, and every cell in it has a label.
#
# **You will** weigh purified cells against more data and wider nets, correct impure tubes, count a patient, and let textbook rules
# vote. **You need** [[weak_labels]] and Bayes' rule. **Time** 60 minutes. **Difficulty** 3 of 5.

# %%
import torch

from ddlearn.lessons.domain_knowledge import TODO, end_model, lesson, real_rules

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
# ## Build: count a new patient
#
# A patient's shares $\pi$ are not known; they are what the doctor wants. Guess them, shift the posteriors to the guess, count with them, and take
# the count as the next guess ([Saerens et al. 2002](https://doi.org/10.1162/089976602753284446)). People's blood is a prior:
# Dirichlet($\alpha$), as if $\alpha_c - 1$ cells of each type had been counted already. For the monocytes the fit to real blood gives $\alpha = 0.59$, and
# $-0.41$ counted cells make no sense: such a prior is highest where there are no monocytes at all. The picture uses 1 in its place, which says
# nothing about monocytes. So its prior is Dirichlet(3.21, 1.46, 1), while the patients are drawn from Dirichlet(3.21, 1.46, 0.59).


# %%
@lesson.exercise("shares_step")
def shares_step(P, p_from, shares, alpha):
    """The next guess (C,) of the shares: shift each cell, count with the probabilities, add the prior.

    P (n, C) posteriors learned where types have the shares p_from (C,); shares (C,) the guess; alpha (C,), all >= 1.
    """
    # BEGIN SOLUTION
    q = P * shares / p_from
    q = q / q.sum(1, keepdim=True)
    total = q.sum(0) + alpha - 1
    return total / total.sum()
    # END SOLUTION


# %% [markdown]
# Your step counts forty patients. The dashed line is what chance leaves to anybody who looks at so few cells, even if every one were known.
# Compare a classifier from thirty purified cells with one from nine hundred.

# %%
lesson.patient.show()

# %% [markdown]
# EM is better than counting, and from nine hundred purified cells it comes near to chance. Physiology helps where the least is known, few cells and a poor
# classifier; elsewhere it changes little, and for an unusual patient it may do harm. Step through them.

# %% [markdown] tags=["instructor"]
# **Instructor.** Ask which patients the prior hurts, and who would come to a laboratory. A prior fitted to thirty people is knowledge about
# *those* people.

# %% [markdown]
# ## Rules from a textbook
#
# The next expert has no tubes, but a textbook: *"a nucleus with segments is a granulocyte's"*. Ten such rules vote or are silent. How often
# each is right was counted on 6,169 real cells, [WBCAtt](https://arxiv.org/abs/2306.13531); here votes are drawn from that table. A label model
# ([Dawid and Skene 1979](https://doi.org/10.2307/2346806)) finds out whom to believe, with no label at all. With $q_{ic}$ the probability that cell $i$ is of
# type $c$, a round is
#
# $$\theta_{jcl} \propto s + \sum_i q_{ic}\,[\text{rule } j \text{ says } l \text{ of cell } i], \qquad
# q_{ic} \propto \pi_c \prod_j \theta_{jc\,\text{vote}(i,j)} .$$
#
# $\theta_{jc}$ sums to one over what rule $j$ may say; silence is a saying like the others.

# %% [markdown]
# ## Build: a round of the label model


# %%
@lesson.exercise("label_round")
def label_round(q, heard, balance, s):
    """The next q (n, C). heard (n, m, C + 1) is 1 where rule j says l of cell i, silence last; balance is pi, (C,)."""
    # BEGIN SOLUTION
    counts = torch.einsum("nc,nml->mcl", q, heard) + s
    theta = counts / counts.sum(-1, keepdim=True)
    joint = balance.log() + torch.einsum("nml,mcl->nc", heard, theta.log())
    return joint.softmax(1)
    # END SOLUTION


# %% [markdown]
# Start with seven rules. Then take the **three narrow ones** and switch the **broad, wrong rule** on: whom does the model believe? Now tell it
# one thing that every laboratory knows, the **blood test**. Last, the seven again with **equal thirds**: a wrong piece of knowledge.

# %%
lesson.rules.show()

# %% [markdown]
# The broad rule speaks on nearly half of all cells and is wrong on three of four. With three narrow rules beside it the model takes *its* side, for
# that explains the votes too. The class balance alone decides between the two explanations, and a blood test is a class balance. A majority
# vote can hardly use it.

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
# ## Go further
#
# A stretch, unchecked: make tubes of unequal size. Draw cells of `ddlearn.blood.purity(0.3)` with shares of one half, a third and a sixth, and train with
# `ddlearn.weak_labels.forward_loss`. What goes wrong if T forgets the shares?
#
# The rules on the real cells. The table is fetched once, 2 MB; without a network the card says so, and the lesson goes on with the votes above. In
# a new cell:
#
# ```python
# real_rules.show()
# ```
#
# Then train a net on the label model's answers, no label anywhere, and test it on the official test cells. Which set of rules does best, and
# what does the broad one do to it?
#
# ```python
# end_model("seven", broad=False, balance="left to the model")
# ```
#
# More tubes and more patients are one `Plan` away, in `ddlearn.lessons.domain_knowledge.batch`; a larger pool is
# `ddlearn.blood.cell_pool(20_000, 4_000, generator)`, for half a minute of one core.
#
# [Scott and Zhang 2020](https://arxiv.org/abs/2006.07330) on bags as contaminated classes ·
# [Patrini et al. 2014](https://papers.nips.cc/paper/5453-almost-no-label-no-cry) on labels from proportions ·
# [Tsutsui et al. 2023](https://arxiv.org/abs/2306.13531), the real cells.
