from __future__ import annotations

import numpy as np
import pytest

from gaitpipe.gait.strides import Stride
from gaitpipe.gait.table import PIECE_ROWS, ROW_DTYPE, RowStore, row_of


def strides(count):
    return [
        (Stride("left", k, 0.7 * k, 0.7 * k + 0.25, 0.7 * k, 0.7 * k + 0.26, 0.7 * k + 0.7, 0.1, 0.2, 50.0, "run",
                "gap;transition" if k % 5 == 0 else "ok"), 0.7 * k + 0.35)
        for k in range(count)
    ]  # fmt: skip


@pytest.mark.parametrize("count", [0, 1, PIECE_ROWS - 1, PIECE_ROWS, PIECE_ROWS + 1, 3 * PIECE_ROWS])
def test_rows_that_were_stored_in_pieces_are_those_of_one_array(count):
    pairs, store = strides(count), RowStore()
    for pair in pairs:
        store.add([pair])
    assert len(store) == count
    rows, whole = store.take(), np.array([row_of(*pair) for pair in pairs], dtype=ROW_DTYPE)
    assert rows.dtype == ROW_DTYPE
    for name in ROW_DTYPE.names:
        np.testing.assert_array_equal(rows[name], whole[name])
    assert len(store) == 0
    assert len(store.take()) == 0


def test_rows_put_in_as_an_array_stand_behind_those_before():
    store, more = RowStore(), np.array([row_of(*pair) for pair in strides(3)], dtype=ROW_DTYPE)
    store.add(strides(2))
    store.add_rows(more)
    store.add(strides(1))
    assert len(store) == 6
    assert store.take()["stride"].tolist() == [0, 1, 0, 1, 2, 0]


def test_a_stored_row_takes_no_room_for_the_longest_text():
    assert ROW_DTYPE.itemsize < 200
