"""Arrow decimals as 128-bit integers in two limbs, and back, without a copy where that is possible.

Arrow keeps a decimal128 as a little-endian 128-bit integer, which is two 64-bit limbs, the low one first.

Belongs here: the conversions. Does not belong here: what is counted.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Limbs = npt.NDArray[np.uint64]
"""Shape (n, 2): low and high limb of signed 128-bit integers."""

_LOW = (1 << 64) - 1
_HALF = (1 << 32) - 1


def limbs_of(column: pa.ChunkedArray) -> Limbs:
    """The unscaled integers of a decimal128 column; 0 where it is NULL."""
    parts = [_limbs_of_chunk(chunk) for chunk in column.chunks]
    if len(parts) == 1:
        return parts[0]
    return np.concatenate([np.zeros((0, 2), np.uint64), *parts])


def _limbs_of_chunk(chunk: pa.Array) -> Limbs:
    if chunk.null_count == len(chunk):
        return np.zeros((len(chunk), 2), np.uint64)
    flat = np.frombuffer(chunk.buffers()[1], dtype="<u8", count=2 * (chunk.offset + len(chunk)))
    limbs: Limbs = flat.reshape(-1, 2)[chunk.offset :]
    if chunk.null_count:
        limbs = np.where(np.asarray(chunk.is_valid())[:, None], limbs, np.uint64(0))
    return limbs


def decimals_of(limbs: Limbs, kind: pa.Decimal128Type, is_valid: npt.NDArray[np.bool_] | None = None) -> pa.Array:
    """A decimal128 array of unscaled integers, NULL where not `is_valid`."""
    values = pa.py_buffer(np.ascontiguousarray(limbs))
    validity = None
    if is_valid is not None and not is_valid.all():
        validity = pa.py_buffer(np.packbits(is_valid, bitorder="little"))
    return pa.Array.from_buffers(kind, len(limbs), [validity, values])


def integers_of(limbs: Limbs) -> list[int]:
    """The numbers as Python integers."""
    high = limbs[:, 1].view(np.int64)
    low: list[int] = limbs[:, 0].tolist()
    if not high.any():
        return low
    return [(upper << 64) + lower for upper, lower in zip(high.tolist(), low, strict=True)]


def limbs_of_integers(numbers: Sequence[int]) -> Limbs:
    """Python integers as limbs. Raises `OverflowError` beyond signed 128 bits."""
    if numbers and (max(numbers) >= 1 << 127 or min(numbers) < -(1 << 127)):
        raise OverflowError("a number does not fit 128 bits")
    low = np.array([number & _LOW for number in numbers], dtype=np.uint64)
    high = np.array([(number >> 64) & _LOW for number in numbers], dtype=np.uint64)
    return np.stack([low, high], axis=1)


def total_of(limbs: Limbs) -> int:
    """The exact sum, however large, of fewer than 2^31 numbers."""
    low, high = limbs[:, 0], limbs[:, 1].view(np.int64)
    halves = (low & np.uint64(_HALF)).sum(), (low >> np.uint64(32)).sum(), (high & _HALF).sum(), (high >> 32).sum()
    return sum(int(half) << (32 * place) for place, half in enumerate(halves))


def floats_of(limbs: Limbs) -> npt.NDArray[np.float64]:
    """The numbers to about 16 digits, for presorting and bounds only."""
    floats = limbs[:, 1].view(np.int64).astype(np.float64)
    floats *= 2.0**64
    floats += limbs[:, 0]
    return floats
