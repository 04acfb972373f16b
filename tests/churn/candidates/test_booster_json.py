import copy
import json
from typing import Any

import numpy as np
import pytest

from retention.churn.candidates.booster_json import check_booster
from retention.churn.candidates.candidate import FitContext
from retention.churn.candidates.xgboost import TreeSettings, TunedTrees, XGBoost
from retention.churn.schema import Column
from retention.churn.training_set import TrainingSet
from retention.errors import ModelError

TUNED = TunedTrees(TreeSettings(2, 0.3), 4)
COLUMNS = (Column("x", "number"), Column("plan", "category", ("a", "b", "c")))


@pytest.fixture(scope="module")
def content() -> bytes:
    rng = np.random.default_rng(0)
    matrix = np.column_stack([rng.normal(size=200), rng.integers(0, 3, 200)])
    training_set = TrainingSet(COLUMNS, matrix, ((matrix[:, 0] > 0) ^ (matrix[:, 1] == 1)).astype(np.int8))
    return XGBoost.fit(training_set, TUNED, FitContext()).content


@pytest.fixture
def first_tree(content: bytes) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the parsed booster and its first tree, to be changed."""
    saved = json.loads(content)
    return saved, saved["learner"]["gradient_booster"]["model"]["trees"][0]


def refused(saved: dict[str, Any]) -> bool:
    """Assert that a booster is refused."""
    with pytest.raises(ModelError, match=r"^booster\.json: .+; fetch or train the model again$"):
        check_booster(json.dumps(saved).encode(), 2)
    return True


def test_a_real_booster_passes(content: bytes) -> None:
    """What XGBoost wrote is accepted, and loads."""
    check_booster(content, 2)
    assert XGBoost(content, COLUMNS, TUNED).booster.num_boosted_rounds() == 4


@pytest.mark.parametrize(
    "junk", [b"", b"{}", b"[1, 2]", b'{"learner": {}}', b"\x00\x01", b"{L\x00", b'{"a":' * 5000, b'{"learner": 3}']
)
def test_bytes_that_are_no_booster_are_refused(junk: bytes) -> None:
    """XGBoost would abort the process on some of these."""
    with pytest.raises(ModelError, match="holds no boosted trees"):
        _ = XGBoost(junk, COLUMNS, TUNED).booster


def test_a_cut_file_is_refused(content: bytes) -> None:
    """Half a booster is none."""
    with pytest.raises(ModelError, match="holds no boosted trees"):
        _ = XGBoost(content[: len(content) // 2], COLUMNS, TUNED).booster


def test_a_booster_of_other_columns_is_refused(content: bytes) -> None:
    """Two columns cannot be scored by a booster of another number of columns."""
    with pytest.raises(ModelError, match=r"knows 2 columns where model\.json lists 1"):
        check_booster(content, 1)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("left_children", 0),
        ("right_children", 0),
        ("left_children", 10_000),
        ("right_children", -7),
        ("split_indices", 2),
        ("split_indices", -1),
    ],
)
def test_nodes_that_point_outside_are_refused(
    first_tree: tuple[dict[str, Any], dict[str, Any]], name: str, value: int
) -> None:
    """A circle would never end, a far child or column lies outside memory."""
    saved, tree = first_tree
    tree[name][0] = value
    assert refused(saved)


@pytest.mark.parametrize(
    "name", ["base_weights", "split_conditions", "default_left", "split_type", "left_children"]
)
def test_lists_of_the_wrong_length_are_refused(
    first_tree: tuple[dict[str, Any], dict[str, Any]], name: str
) -> None:
    """Each node needs an entry in each list."""
    saved, tree = first_tree
    tree[name].pop()
    assert refused(saved)


@pytest.mark.parametrize(
    ("name", "value"),
    [("categories", -1), ("categories", 1 << 30), ("categories_segments", 99), ("categories_sizes", 0)],
)
def test_categories_out_of_bounds_are_refused(content: bytes, name: str, value: int) -> None:
    """A category split must lie inside the tree's own list of categories."""
    saved = json.loads(content)
    trees = saved["learner"]["gradient_booster"]["model"]["trees"]
    tree = next(tree for tree in trees if tree["categories"])
    tree[name][0] = value
    assert refused(saved)


def test_another_kind_of_model_is_refused(content: bytes) -> None:
    """Only boosted trees with a logistic outcome are ours."""
    original = json.loads(content)
    for path, value in ((("gradient_booster", "name"), "gblinear"), (("objective", "name"), "reg:squarederror")):
        saved = copy.deepcopy(original)
        saved["learner"][path[0]][path[1]] = value
        assert refused(saved)
