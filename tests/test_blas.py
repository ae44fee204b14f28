"""Matrix products by numpy's BLAS: the same numbers, one thread, and threads as before afterwards."""

from __future__ import annotations

import os
from typing import Any

import numpy as np
import pytest
from spacy.language import Language
from thinc.api import Linear, NumpyOps
from threadpoolctl import threadpool_info

from entityrel.pipeline.blas import NumpyBlasOps, one_thread, use_numpy_blas


def _threads() -> list[int]:
    return [library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas"]


@pytest.mark.parametrize(("first", "second"), [(False, False), (True, False), (False, True), (True, True)])
def test_products_are_those_of_thinc(first: bool, second: bool) -> None:
    numbers = np.random.default_rng(0)
    x, y = (numbers.standard_normal((7, 7), dtype=np.float32) for _ in range(2))
    want = NumpyOps().gemm(x, y, trans1=first, trans2=second)
    out = np.empty_like(want)
    assert np.allclose(NumpyBlasOps().gemm(x, y, trans1=first, trans2=second), want, atol=1e-5)
    assert NumpyBlasOps().gemm(x, y, out=out, trans1=first, trans2=second) is out
    assert np.allclose(out, want, atol=1e-5)


def test_one_thread_inside_and_as_many_as_before_outside() -> None:
    before = _threads()
    with one_thread():
        with one_thread():
            assert set(_threads()) <= {1}
        assert set(_threads()) <= {1}
    assert _threads() == before


def test_only_models_with_thincs_own_operations_change() -> None:
    class OtherOps(NumpyOps):  # type: ignore[misc]
        """As that of a GPU."""

    plain, other = Linear(2, 2), Linear(2, 2)
    other._to_ops(OtherOps())
    use_numpy_blas(plain)
    use_numpy_blas(other)
    assert type(plain.ops) in (NumpyBlasOps, NumpyOps)  # the latter where no BLAS can be limited to one thread
    assert type(other.ops) is OtherOps


def test_the_shipped_pipeline_multiplies_so(nlp: Language) -> None:
    want = NumpyBlasOps if one_thread().found() else NumpyOps
    for name in ("tok2vec", "tagger", "parser", "ner"):
        component: Any = nlp.get_pipe(name)
        assert {type(node.ops) for node in component.model.walk()} == {want}, name


@pytest.mark.skipif(not hasattr(os, "fork"), reason="forks")
def test_a_process_forked_while_the_lock_is_held_can_multiply() -> None:
    context: Any = one_thread()
    with context._lock:
        child = os.fork()
        if not child:
            os._exit(0 if context._lock.acquire(timeout=5) else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
