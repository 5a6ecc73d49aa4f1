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
# # 14 · Counting and rules
#
# **You need** [[purified_specimens]].

# %%
import torch

from ddlearn.lessons.counting_and_rules import TODO, end_model, lesson, real_rules

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

# %%
lesson.recap()

# %%
lesson.predict("physiology")

# %%
lesson.predict("broad")

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
def label_round(r, heard, balance, s):
    """The next r (n, C). heard (n, m, C + 1) is 1 where rule j says l of cell i, silence last; balance is pi, (C,)."""
    # BEGIN SOLUTION
    joint = balance.log().repeat(len(r), 1)
    for j in range(heard.shape[1]):
        counts = r.T @ heard[:, j] + s
        theta = counts / counts.sum(1, keepdim=True)
        joint = joint + heard[:, j] @ theta.log().T
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
# ## Decide

# %%
from ddlearn.lessons.counting_and_rules.decisions import mean_error

# BEGIN SOLUTION
plan, error_a, error_b = "B", mean_error(30, 300), mean_error(900, 30)
cells, first, second = 1104, 0.7, 0
# BEGIN GIVEN
# plan, error_a, error_b = TODO, TODO, TODO
# cells, first, second = TODO, TODO, TODO
# END SOLUTION
lesson.decide("spend", plan, error_a, error_b)
lesson.decide("numbers", cells, first, second)

# %% [markdown]
# ## Claims

# %%
lesson.claims()

# %% [markdown]
# ## Quiz

# %%
lesson.quiz()

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
# More tubes and more patients are one `Plan` away, in `ddlearn.lessons.counting_and_rules.batch`; a larger pool is
# `ddlearn.blood.cell_pool(20_000, 4_000, generator)`, for half a minute of one core.
#
# [Scott and Zhang 2020](https://arxiv.org/abs/2006.07330) on bags as contaminated classes ·
# [Patrini et al. 2014](https://papers.nips.cc/paper/5453-almost-no-label-no-cry) on labels from proportions ·
# [Tsutsui et al. 2023](https://arxiv.org/abs/2306.13531), the real cells.
