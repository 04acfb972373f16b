"""The heavy libraries, loaded by one thread while the page is already served.

Modules import them where they use them. When two threads import packages that import each other's parts, each may
hold a lock that the other waits for, and Python fails one of them (``deadlock detected by _ModuleLock``). So no
handler begins before one thread has loaded them all.
"""

import threading
from importlib import import_module

NAMES = (
    "pyarrow.compute",
    "pyarrow.csv",
    "pyarrow.parquet",
    "scipy.stats",
    "joblib",
    "sklearn.isotonic",
    "sklearn.linear_model",
    "sklearn.metrics",
    "sklearn.model_selection",
    "xgboost",
    "plotly.graph_objs._figure",  # plotly.graph_objects alone loads next to nothing
    "huggingface_hub.hf_api",
)

_LOADING = threading.Lock()
_LOADED = threading.Event()


def loaded() -> bool:
    """Return whether all of them are loaded."""
    return _LOADED.is_set()


def load() -> None:
    """Load all of them, or wait until another thread has."""
    with _LOADING:
        if not loaded():
            for name in NAMES:
                import_module(name)
            _LOADED.set()
