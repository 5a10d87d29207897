"""Sequences of different lengths, for recurrent layers: padded to one length, or packed without padding.

    a1 a2 a3        packed: the elements at time 1 of all sequences, the longest sequence first, then those
    b1 b2           at time 2 of the sequences that are long enough, ...
    c1              data = a1 b1 c1 a2 b2 a3,  batch_sizes = 3 2 1
"""

from collections import namedtuple
from collections.abc import Sequence
from typing import Any

import numpy as np

from minigrad.autograd import Tensor, to_numpy
from minigrad.autograd.errors import composed
from minigrad.ops.creation import full
from minigrad.ops.places.joining import cat, stack


class PackedSequence(namedtuple("PackedSequence", "data batch_sizes sorted_indices unsorted_indices",
                                defaults=(None, None, None))):
    """Sequences of different lengths without padding, the input and output of recurrent layers.

    data (sum of lengths, ...): the elements, time by time. batch_sizes (T,), on the CPU: the number of
    elements at each time. sorted_indices (N,): the original positions of the sequences, longest first;
    unsorted_indices (N,): the inverse. Both are None if the sequences were sorted already.
    """

    __slots__ = ()

    def to(self, *args: Any, **settings: Any) -> "PackedSequence":
        """Tensor.to for the data; the indices move to its device."""
        data = self.data.to(*args, **settings)
        indices = self.sorted_indices, self.unsorted_indices
        moved = (i if i is None else i.to(data.device) for i in indices)
        return PackedSequence(data, self.batch_sizes, *moved)


@composed
def pack_padded_sequence(input: Tensor, lengths: Tensor | Sequence[int], batch_first: bool = False,
                         enforce_sorted: bool = True) -> PackedSequence:
    """Pack the first lengths[n] elements of each sequence n of (T, N, ...), or (N, T, ...).

    lengths: N integers from 1 to T, in decreasing order unless enforce_sorted=False.
    """
    x = input.transpose(0, 1) if batch_first else input                              # (T, N, ...)
    T, N = x.shape[:2]
    counts = np.array([int(n) for n in lengths])
    if len(counts) != N or counts.min(initial=1) < 1 or counts.max(initial=1) > T:
        raise ValueError(f"pack_padded_sequence: input {tuple(input.shape)} needs {N} lengths from 1 to {T}, "
                         f"got {counts.tolist()}")
    order = np.argsort(-counts, kind="stable").astype(np.int64, copy=False)
    if enforce_sorted and (counts[order] != counts).any():
        raise ValueError(f"pack_padded_sequence: the lengths {counts.tolist()} do not decrease; sort the "
                         "sequences, or pass enforce_sorted=False")
    present = np.arange(counts.max(initial=0))[:, None] < counts[order]              # (T, N)
    time, place = present.nonzero()
    indices = (None, None) if enforce_sorted else (
        Tensor(i).to(input.device) for i in (order, np.argsort(order).astype(np.int64, copy=False)))
    return PackedSequence(x[time, order[place]], Tensor(present.sum(1, dtype=np.int64)), *indices)


@composed
def pad_packed_sequence(sequence: PackedSequence, batch_first: bool = False, padding_value: float = 0.0,
                        total_length: int | None = None) -> tuple[Tensor, Tensor]:
    """(x, lengths) of a PackedSequence: x (T, N, ...), or (N, T, ...), with padding_value after each end.

    T is the longest length, or total_length.
    """
    sizes = to_numpy(sequence.batch_sizes)
    present = np.arange(sizes[0]) < sizes[:, None]                                   # (T, N)
    if sequence.unsorted_indices is not None:
        order = to_numpy(sequence.unsorted_indices)
    else:
        order = np.arange(sizes[0], dtype=np.int64)
    rows = np.where(present, np.cumsum(present).reshape(present.shape) - 1, present.sum())[:, order]
    T = len(sizes) if total_length is None else total_length
    if T < len(sizes):
        raise ValueError(f"pad_packed_sequence: total_length {T} is below the longest length, {len(sizes)}")
    rows = np.pad(rows, ((0, T - len(sizes)), (0, 0)), constant_values=present.sum())
    data = sequence.data
    padding = full((1, *data.shape[1:]), padding_value, dtype=data.dtype, device=data.device)
    x = cat([data, padding])[rows.T if batch_first else rows]
    return x, Tensor(present.sum(0)[order])


@composed
def pad_sequence(sequences: Sequence[Tensor], batch_first: bool = False, padding_value: float = 0.0,
                 padding_side: str = "right") -> Tensor:
    """Stack tensors (T_n, ...) into (T, N, ...), or (N, T, ...), padded to the longest T."""
    if padding_side not in ("left", "right"):
        raise ValueError(f"pad_sequence: padding_side must be 'left' or 'right', got {padding_side!r}")
    longest = max(len(s) for s in sequences)
    rows = []
    for s in sequences:
        padding = full((longest - len(s), *s.shape[1:]), padding_value, dtype=s.dtype, device=s.device)
        rows.append(cat([s, padding] if padding_side == "right" else [padding, s]))
    return stack(rows, 0 if batch_first else 1)


@composed
def pack_sequence(sequences: Sequence[Tensor], enforce_sorted: bool = True) -> PackedSequence:
    """Pack tensors (T_n, ...) into a PackedSequence."""
    lengths = [len(s) for s in sequences]
    return pack_padded_sequence(pad_sequence(sequences), lengths, enforce_sorted=enforce_sorted)


@composed
def unpad_sequence(padded_sequences: Tensor, lengths: Tensor | Sequence[int],
                   batch_first: bool = False) -> list[Tensor]:
    """The inverse of pad_sequence: a list of tensors (T_n, ...)."""
    x = padded_sequences if batch_first else padded_sequences.transpose(0, 1)
    return [s[:int(n)] for s, n in zip(x, lengths)]


@composed
def unpack_sequence(packed_sequences: PackedSequence) -> list[Tensor]:
    """The inverse of pack_sequence: a list of tensors (T_n, ...)."""
    return unpad_sequence(*pad_packed_sequence(packed_sequences))
