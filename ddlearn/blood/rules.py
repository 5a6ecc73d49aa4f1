"""What a textbook says of white blood cells, as labeling rules: each votes for a type of cell, or says nothing.

A rule is a condition on attributes that a pathologist can see. It costs no label, and it may be wrong: so rules are put
together by a label model, which weighs them. The first seven are good, the next two are of less use, and the last is
broad and mostly wrong, on purpose. Whoever wrote them had seen how attributes and types go together in these data.
"""

from collections.abc import Callable

import torch
from torch import Tensor

from ddlearn.blood.cells import GRANULOCYTE, LYMPHOCYTE, MONOCYTE
from ddlearn.blood.wbcatt import AttributeSet

__all__ = ["RULES", "white_cell_rules"]

ABSTAIN = -1

Rule = Callable[[AttributeSet], dict[int, Tensor]]
"""From cells to the mask (n,) of those that get a type's vote, for each type that the rule knows."""

RULES: dict[str, Rule] = {
    "the nucleus has segments, or is a band": lambda cells: {
        GRANULOCYTE: cells.has("nucleus_shape", "segmented-bilobed", "segmented-multilobed", "unsegmented-band")
    },
    "the nucleus is round": lambda cells: {LYMPHOCYTE: cells.has("nucleus_shape", "unsegmented-round")},
    "the nucleus is indented": lambda cells: {MONOCYTE: cells.has("nucleus_shape", "unsegmented-indented")},
    "the nucleus fills the cell": lambda cells: {LYMPHOCYTE: cells.has("nuclear_cytoplasmic_ratio", "high")},
    "the chromatin is loose": lambda cells: {MONOCYTE: cells.has("chromatin_density", "loosely")},
    "the cytoplasm has vacuoles": lambda cells: {MONOCYTE: cells.has("cytoplasm_vacuole", "yes")},
    "the cytoplasm is frosted": lambda cells: {
        MONOCYTE: cells.has("cytoplasm_texture", "frosted") & cells.has("cell_size", "big"),
        LYMPHOCYTE: cells.has("cytoplasm_texture", "frosted") & cells.has("cell_size", "small"),
    },
    "the cytoplasm is clear": lambda cells: {GRANULOCYTE: cells.has("cytoplasm_texture", "clear")},
    "the cell is big and irregular": lambda cells: {
        MONOCYTE: cells.has("cell_size", "big") & cells.has("cell_shape", "irregular")
    },
    "the cell is small": lambda cells: {LYMPHOCYTE: cells.has("cell_size", "small")},
}


def white_cell_rules(cells: AttributeSet) -> Tensor:
    """Return what each of the ten `RULES` says of each cell: a type, 0 to 2, or -1 for nothing.  -> (n, 10), int64"""
    if not isinstance(cells, AttributeSet):
        raise TypeError(f"cells must be an AttributeSet; got {type(cells).__name__}")
    votes = torch.full((len(cells), len(RULES)), ABSTAIN)
    for column, rule in enumerate(RULES.values()):
        for label, where in rule(cells).items():
            votes[where, column] = label
    return votes
