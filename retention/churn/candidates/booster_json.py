"""Check XGBoost's JSON before XGBoost loads it.

XGBoost trusts what it loads: bytes that are no JSON abort the process, and trees whose nodes form a cycle never
return. A model may come from a stranger, so its structure is checked first.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from retention.errors import ModelError

_PER_NODE = ("right_children", "split_indices", "split_conditions", "split_type", "default_left", "base_weights")
_MAX_CATEGORIES = 1 << 16


def check_booster(content: bytes, columns: int, *, objective: str = "binary:logistic") -> None:
    """Make sure that ``content`` is a booster of binary trees over ``columns`` features, fitted for ``objective``.

    Raises
    ------
    ModelError
        If it is anything else.
    """
    try:
        learner = json.loads(content)["learner"]
        parameters = learner["learner_model_param"]
        features = int(parameters["num_feature"])
        valid = (
            content.startswith(b'{"')
            and learner["objective"]["name"] == objective
            and (int(parameters["num_class"]), int(parameters["num_target"])) == (0, 1)
            and _valid_trees(learner["gradient_booster"], features)
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        valid, features = False, columns
    if not valid:
        raise ModelError("booster.json: holds no boosted trees; fetch or train the model again")
    if features != columns:
        raise ModelError(
            f"booster.json: knows {features} columns where model.json lists {columns}; "
            "fetch or train the model again"
        )


def _valid_trees(booster: Mapping[str, Any], columns: int) -> bool:
    """Return whether each round has a single tree, and each tree is valid."""
    model = booster["model"]
    rounds = len(model["trees"])
    return (
        booster["name"] == "gbtree"
        and int(model["gbtree_model_param"]["num_trees"]) == rounds
        and list(model["tree_info"]) == [0] * rounds
        and list(model["iteration_indptr"]) == list(range(rounds + 1))
        and all(_valid_tree(tree, columns) for tree in model["trees"])
    )


def _valid_tree(tree: Mapping[str, Any], columns: int) -> bool:
    """Return whether children come after their parents, and every list has an entry for each node."""
    left_child, right_child = tree["left_children"], tree["right_children"]
    nodes = len(left_child)
    inner = [node for node in range(nodes) if left_child[node] != -1]
    return (
        nodes > 0
        and int(tree["tree_param"]["size_leaf_vector"]) == 1
        and int(tree["tree_param"]["num_nodes"]) == nodes
        and all(len(tree[name]) == nodes for name in _PER_NODE)
        and all(node < left_child[node] < nodes and node < right_child[node] < nodes for node in inner)
        and all(0 <= tree["split_indices"][node] < columns for node in inner)
        and _valid_categories(tree, nodes)
    )


def _valid_categories(tree: Mapping[str, Sequence[int]], nodes: int) -> bool:
    spans = list(zip(tree["categories_segments"], tree["categories_sizes"], strict=True))
    by_category = [node for node in range(nodes) if tree["split_type"][node] == 1]
    return (
        list(tree["categories_nodes"]) == by_category
        and len(spans) == len(by_category)
        and all(start >= 0 and size > 0 and start + size <= len(tree["categories"]) for start, size in spans)
        and all(0 <= category < _MAX_CATEGORIES for category in tree["categories"])
    )
