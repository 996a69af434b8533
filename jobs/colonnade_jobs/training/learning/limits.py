"""What a training needs, before it is tried: memory from rows and columns, and the size of a model of trees."""

from sklearn.pipeline import Pipeline

from ... import progress, resources
from ...errors import PermanentError
from ..export import trees

BASE_BYTES = 300 << 20  # the libraries
FEWEST_COPIES = 3  # of the encoded table: each column encoded, all together, prepared
USUAL_COPIES = 8  # with the estimator's own, in float64
MOST_NODES = 3_000_000  # a minute of export, and 120 MB to load in each serving pod
NODE_BYTES = 39  # in the bundle
EXPORT_BYTES = 110  # of memory, for each of a node's 9 fields and each of a leaf's 4 fields a class


def check_table(rows: int, width: int, memory: int | None = None) -> None:
    """Says when the encoded table, rows x width float32, may need more than this Job's memory in bytes.

    Raises PermanentError (MemoryTooSmall) when it needs more for certain.
    """
    limit = resources.memory_bytes() if memory is None else memory
    copy = 4 * rows * width
    shape = f"{rows:,} rows of {width:,} encoded columns"
    if BASE_BYTES + FEWEST_COPIES * copy > limit:
        raise PermanentError(
            "MemoryTooSmall",
            f"spec.training.resources.limits.memory: {shape} need at least {_size(BASE_BYTES + FEWEST_COPIES * copy)}, "
            f"usually {_size(BASE_BYTES + USUAL_COPIES * copy)}, and the Job has {_size(limit)}; raise it, or exclude "
            "columns of text (up to 1,000 encoded columns each) and of many categories (up to 200)",
        )
    if BASE_BYTES + USUAL_COPIES * copy > limit:
        progress.report(
            15,
            f"{shape} usually need {_size(BASE_BYTES + USUAL_COPIES * copy)}, and this Job has {_size(limit)}: should "
            "it be killed, raise spec.training.resources.limits.memory",
        )


def check_trees(fitted: Pipeline, classes: int, memory: int | None = None) -> None:
    """Raises PermanentError (ModelTooLarge) when a fitted pipeline's trees have too many nodes to be exported and
    served.

    classes: of a classifier's target; 1 of a regressor's. memory: this Job's, in bytes.
    """
    nodes = trees.nodes(fitted)
    needed = int(EXPORT_BYTES * nodes * (9 + 2 * (1 if classes == 2 else classes)))  # half of the nodes are leaves
    limit = resources.memory_bytes() if memory is None else memory
    if nodes <= MOST_NODES and needed <= limit:
        return
    why = (
        f"at most {MOST_NODES:,} are served"
        if nodes > MOST_NODES
        else f"their export needs {_size(needed)} of memory, and the Job has {_size(limit)}"
    )
    raise PermanentError(
        "ModelTooLarge",
        f"spec.training.estimator.params: the trees have {nodes:,} nodes, a bundle of about "
        f"{_size(NODE_BYTES * nodes)}: {why}; set min_samples_leaf (5 makes a fifth of the nodes) or max_depth, or "
        "fewer n_estimators",
    )


def _size(count: float) -> str:
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{count / 1e6:.0f} MB"
