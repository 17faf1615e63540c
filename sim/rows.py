"""Tables of whole numbers in Parquet files: written while they grow, read as far as they are needed.

    Layout            the columns, and which of them are written as words
    RowsWriter        a file that grows by rows; what is not yet a whole group waits in memory
    RowsOnDisk        the finished file, as if it were an array: `len`, `[...]`, `column`, `chunks`
    ROWS              rows that are put away together

Rows go into groups of the same size however they came, and nothing in a file depends on when it was written, so equal
rows are equal bytes. Knows nothing of what the numbers mean.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

ROWS = 1 << 18


@dataclass(frozen=True)
class Layout:
    """The columns of a table.

    columns   their names, in order
    words     those whose numbers are written as words; in memory they take 16 bits
    word      the word of a number in such a column, '' for none
    number    the number of such a word
    """

    columns: tuple[str, ...]
    words: frozenset[str]
    word: Callable[[str, int], str]
    number: Callable[[str, str], int]

    def type_of(self, column: str) -> type[np.integer[Any]]:
        """How a column is kept in memory by itself."""
        return np.int16 if column in self.words else np.int64


class RowsWriter:
    """A Parquet file that grows by rows.

    layout        of the table
    meta          the file's metadata
    replication   stands in a column of its own, before the others
    """

    def __init__(self, path: Path, layout: Layout, meta: Mapping[str, str], replication: int):
        import pyarrow as pa
        import pyarrow.parquet as pq

        self.path, self.layout, self.replication = path, layout, replication
        word = pa.dictionary(pa.int16(), pa.string())
        fields = [(name, word if name in layout.words else pa.int64()) for name in layout.columns]
        self._schema = pa.schema([("replication", pa.int32()), *fields], metadata=dict(meta))
        self._file = pq.ParquetWriter(
            path,
            self._schema,
            compression="zstd",
            store_schema=True,
            use_dictionary=["replication", *layout.words],
            write_statistics=["minute"],  # by which a reader may leave out groups; those of all columns cost a third
        )
        self._waiting = np.empty((0, len(layout.columns)), np.int64)

    def write(self, rows: np.ndarray) -> None:
        """More rows, (n, columns) int64, which follow those there are."""
        rows = np.concatenate([self._waiting, rows]) if len(self._waiting) else rows
        whole = len(rows) - len(rows) % ROWS
        for begin in range(0, whole, ROWS):
            self._put(rows[begin : begin + ROWS])
        self._waiting = rows[whole:].copy()

    def close(self) -> RowsOnDisk:
        """The last rows, and the finished file."""
        if len(self._waiting):
            self._put(self._waiting)
            self._waiting = self._waiting[:0]
        self._file.close()
        return RowsOnDisk(self.path, self.layout)

    def abandon(self) -> None:
        """Let go of the file, which is then worth nothing."""
        self._waiting = self._waiting[:0]
        self._file.close()

    def _put(self, rows: np.ndarray) -> None:
        import pyarrow as pa

        columns = [pa.array(np.full(len(rows), self.replication, np.int32))]
        for place, name in enumerate(self.layout.columns):
            column = np.ascontiguousarray(rows[:, place])
            columns.append(self._words(name, column) if name in self.layout.words else pa.array(column))
        self._file.write_table(pa.Table.from_arrays(columns, schema=self._schema), row_group_size=ROWS)
        pa.default_memory_pool().release_unused()

    def _words(self, name: str, numbers: np.ndarray) -> Any:
        import pyarrow as pa

        low = int(numbers.min(initial=0))
        codes = numbers - low
        used = np.flatnonzero(np.bincount(codes)) + low  # numbers with words are few and small
        words = [self.layout.word(name, int(number)) for number in used]
        known = list(dict.fromkeys(word for word in words if word))
        lookup = np.full(int(numbers.max(initial=0)) - low + 1, -1, np.int16)
        lookup[used - low] = [known.index(word) if word else -1 for word in words]
        picked = lookup[codes]
        return pa.DictionaryArray.from_arrays(pa.array(picked, mask=picked < 0), pa.array(known, pa.string()))


class RowsOnDisk:
    """A table in a Parquet file, as if it were an array of int64; it is read anew whenever it is asked.

    path     where it lies; `move` takes it elsewhere
    layout   of the table
    """

    def __init__(self, path: Path, layout: Layout):
        import pyarrow.parquet as pq

        self.path, self.layout = path, layout
        self.shape = (int(pq.read_metadata(path).num_rows), len(layout.columns))

    def move(self, path: Path) -> None:
        """Take the file to another place of the same disk."""
        self.path = self.path.replace(path)

    def __len__(self) -> int:
        return self.shape[0]

    def __array__(self, dtype: npt.DTypeLike | None = None, copy: bool | None = None) -> np.ndarray:
        whole = np.empty(self.shape, np.int64)
        at = 0
        for chunk in self.chunks():
            whole[at : at + len(chunk)] = chunk
            at += len(chunk)
        return whole if dtype is None else whole.astype(dtype)

    def __getitem__(self, which: Any) -> Any:
        return np.asarray(self)[which]

    @property
    def T(self) -> np.ndarray:  # noqa: N802 - as NumPy's
        """Columns instead of rows."""
        return np.asarray(self).T

    def tolist(self) -> list[list[int]]:
        """All rows as lists."""
        found: list[list[int]] = np.asarray(self).tolist()
        return found

    def copy(self) -> np.ndarray:
        """All rows in memory."""
        return np.asarray(self)

    def column(self, name: str) -> np.ndarray:
        """One column, (rows,), in as few bits as will do."""
        import pyarrow as pa

        found = np.empty(len(self), self.layout.type_of(name))
        at = 0
        for table in self._groups([name]):
            found[at : at + len(table)] = self._numbers(name, table)
            at += len(table)
        pa.default_memory_pool().release_unused()
        return found

    def chunks(self) -> Iterator[np.ndarray]:
        """The rows in order, so many at a time, (n, columns) int64."""
        for table in self._groups(list(self.layout.columns)):
            rows = np.empty((len(table), len(self.layout.columns)), np.int64)
            for place, name in enumerate(self.layout.columns):
                rows[:, place] = self._numbers(name, table)
            yield rows

    def _groups(self, columns: list[str]) -> Iterator[Any]:
        import pyarrow.parquet as pq

        with pq.ParquetFile(self.path) as file:
            for group in range(file.num_row_groups):
                yield file.read_row_group(group, columns=columns, use_threads=False)

    def _numbers(self, name: str, table: Any) -> np.ndarray:
        column = table.column(name).combine_chunks()
        if name not in self.layout.words:
            return np.asarray(column.to_numpy(zero_copy_only=False))
        words = column.dictionary.to_pylist()
        lookup = np.array([*(self.layout.number(name, word) for word in words), -1], np.int64)
        return np.asarray(lookup[column.indices.fill_null(len(words)).to_numpy(zero_copy_only=False)])
