"""Matrix products by numpy's BLAS, on one thread.

thinc multiplies with BLIS, whose portable build is a third as fast on many machines as the BLAS that numpy brings.
That one would use a thread a core, which gains little on matrices of this size and much in other places loses (the
threads wait busily, and several processes have several times the threads), so each product is limited to one thread.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from threading import Lock
from types import TracebackType
from typing import Any

import numpy as np
from numpy.typing import NDArray
from spacy.language import Language
from spacy.util import registry
from thinc.api import Model, NumpyOps
from threadpoolctl import ThreadpoolController

__all__ = ["NumpyBlasOps", "make_numpy_blas", "one_thread", "use_numpy_blas"]


class _OneThread:
    """A context in which numpy's BLAS uses one thread; may be entered by several threads and nested."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._users = 0
        controller: Any = ThreadpoolController()  # type: ignore[no-untyped-call]
        self._libraries = controller.select(user_api="blas")
        self._limit: Any = None

    def after_fork(self) -> None:
        """Free the lock in a child process: the thread that held it does not exist there."""
        self._lock = Lock()

    def found(self) -> bool:
        """Whether there is a BLAS whose threads can be limited."""
        return bool(self._libraries.lib_controllers)

    def __enter__(self) -> None:
        with self._lock:
            if not self._users:
                self._limit = self._libraries.limit(limits=1)
            self._users += 1

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        with self._lock:
            self._users -= 1
            if not self._users:  # only the last one: who came later saw the limit, not what it was before
                self._limit.restore_original_limits()


#: One for the whole process: two would restore each other's limits.
_ONE_THREAD = _OneThread()
if hasattr(os, "register_at_fork"):  # not on Windows, which does not fork
    os.register_at_fork(after_in_child=_ONE_THREAD.after_fork)


def one_thread() -> _OneThread:
    """The context in which numpy's BLAS uses one thread, whatever it used before.

    Example:
        >>> with one_thread():
        ...     float(np.ones((2, 3)).sum())
        6.0
    """
    return _ONE_THREAD


class NumpyBlasOps(NumpyOps):  # type: ignore[misc]
    """thinc's operations on the CPU, with numpy's BLAS for matrix products."""

    def __init__(self, device_type: Any = "cpu", device_id: int = -1) -> None:
        super().__init__(device_type, device_id, use_blis=False)

    def gemm(
        self,
        x: NDArray[Any],
        y: NDArray[Any],
        out: NDArray[Any] | None = None,
        trans1: bool = False,
        trans2: bool = False,
    ) -> NDArray[Any]:
        """The product of two matrices, either of them transposed if wanted."""
        with one_thread():
            product: NDArray[Any] = np.matmul(x.T if trans1 else x, y.T if trans2 else y, out=out)
        return product


def use_numpy_blas(model: Model[Any, Any]) -> None:
    """Let a model multiply by numpy's BLAS; one on a GPU, or with operations of another kind, stays as it is."""
    nodes = list(model.walk())
    if one_thread().found() and all(type(node.ops) is NumpyOps for node in nodes):
        ops = NumpyBlasOps()
        for node in nodes:  # not `to_ops`: arrays stay where they are, and a transformer that is not read yet has none
            node.ops = ops


@registry.callbacks("entityrel.numpy_blas.v1")  # type: ignore[untyped-decorator]
def make_numpy_blas() -> Callable[[Language], Language]:
    """A callback for ``[nlp] after_pipeline_creation`` that does `use_numpy_blas` for each component with a model."""

    def change(nlp: Language) -> Language:
        for _, component in nlp.components:
            model = getattr(component, "model", None)
            if isinstance(model, Model):
                use_numpy_blas(model)
        return nlp

    return change
