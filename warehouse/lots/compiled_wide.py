"""Signed 128-bit integers for numba: the compiled meaning of `wide.py`.

Sums, comparisons and shifts are LLVM's own on i128. Products of two such numbers have 256 bits and are divided limb by
limb (Knuth, The Art of Computer Programming 2, 4.3.1, algorithm D), because an i128 division would need a runtime
library that not every machine has.

Belongs here: the number type and `wide.py`'s functions for it. Does not belong here: lots.
"""

import operator
from collections.abc import Callable
from typing import Any, cast

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic as numba_intrinsic
from numba.extending import models, overload, register_jitable, register_model

from warehouse.lots import wide as plain

intrinsic = cast("Callable[[Callable[..., Any]], Callable[..., Any]]", numba_intrinsic)
"""What it makes is called without the typing context that it is written with."""

_BITS_64 = ir.IntType(64)
_BITS_128 = ir.IntType(128)
_U32 = np.uint64(32)
_U1 = np.uint64(1)
_U0 = np.uint64(0)
_ONES_32 = np.uint64(0xFFFF_FFFF)
_BASE_32 = np.uint64(1 << 32)
_ONES_64 = np.uint64(0xFFFF_FFFF_FFFF_FFFF)


class Int128(types.Type):
    """A signed 128-bit integer in registers."""

    def __init__(self) -> None:
        super().__init__(name="Int128")


int128 = Int128()


@register_model(Int128)
class _Int128Model(models.PrimitiveModel):
    def __init__(self, dmm: Any, fe_type: Any) -> None:
        super().__init__(dmm, fe_type, _BITS_128)  # type: ignore[no-untyped-call]


def _binary(result: Any, emit: Callable[[ir.IRBuilder, Any, Any], Any]) -> Any:
    """An intrinsic of two 128-bit numbers."""

    @intrinsic
    def operation(_context: Any, left: Any, right: Any) -> Any:
        def generate(_target: Any, builder: ir.IRBuilder, _signature: Any, arguments: Any) -> Any:
            return emit(builder, *arguments)

        return result(left, right), generate

    return operation


_add = _binary(int128, lambda builder, a, b: builder.add(a, b))
_sub = _binary(int128, lambda builder, a, b: builder.sub(a, b))
_mul = _binary(int128, lambda builder, a, b: builder.mul(a, b))
_below = _binary(types.boolean, lambda builder, a, b: builder.icmp_unsigned("<", a, b))


def _operator(symbol: Any, body: Any) -> None:
    @overload(symbol, strict=False)
    def choose(left: Any, right: Any) -> Any:
        if left is int128 and right is int128:
            return lambda left, right: body(left, right)  # noqa: PLW0108 - numba compares the signatures
        return None


def _comparison(sign: str) -> Any:
    return _binary(types.boolean, lambda builder, a, b: builder.icmp_signed(sign, a, b))


_operator(operator.add, _add)
_operator(operator.sub, _sub)
_operator(operator.lt, _comparison("<"))
_operator(operator.le, _comparison("<="))
_operator(operator.gt, _comparison(">"))
_operator(operator.ge, _comparison(">="))
_operator(operator.eq, _comparison("=="))
_operator(operator.ne, _comparison("!="))


@intrinsic
def _from_int64(_context: Any, number: Any) -> Any:
    def generate(_target: Any, builder: ir.IRBuilder, _signature: Any, arguments: Any) -> Any:
        return builder.sext(arguments[0], _BITS_128)

    return int128(types.int64), generate


@intrinsic
def _join(_context: Any, high: Any, low: Any) -> Any:
    def generate(_target: Any, builder: ir.IRBuilder, _signature: Any, arguments: Any) -> Any:
        upper = builder.shl(builder.zext(arguments[0], _BITS_128), ir.Constant(_BITS_128, 64))
        return builder.or_(upper, builder.zext(arguments[1], _BITS_128))

    return int128(types.uint64, types.uint64), generate


@intrinsic
def _low(_context: Any, number: Any) -> Any:
    def generate(_target: Any, builder: ir.IRBuilder, _signature: Any, arguments: Any) -> Any:
        return builder.trunc(arguments[0], _BITS_64)

    return types.uint64(number), generate


@intrinsic
def _high(_context: Any, number: Any) -> Any:
    def generate(_target: Any, builder: ir.IRBuilder, _signature: Any, arguments: Any) -> Any:
        return builder.trunc(builder.lshr(arguments[0], ir.Constant(_BITS_128, 64)), _BITS_64)

    return types.uint64(number), generate


@intrinsic
def _times(_context: Any, left: Any, right: Any) -> Any:
    """Two 64-bit limbs to their 128-bit product."""

    def generate(_target: Any, builder: ir.IRBuilder, _signature: Any, arguments: Any) -> Any:
        left_wide, right_wide = (builder.zext(argument, _BITS_128) for argument in arguments)
        return builder.mul(left_wide, right_wide)

    return int128(types.uint64, types.uint64), generate


@intrinsic
def _leading_zeros(_context: Any, limb: Any) -> Any:
    def generate(_target: Any, builder: ir.IRBuilder, _signature: Any, arguments: Any) -> Any:
        return builder.ctlz(arguments[0], cgutils.true_bit)

    return types.uint64(types.uint64), generate


@overload(plain.wide, strict=False)
def _wide(number: Any) -> Any:
    return lambda number: _from_int64(np.int64(number))


@overload(plain.get, strict=False)
def _get(numbers: Any, place: Any) -> Any:
    return lambda numbers, place: _join(numbers[2 * place + 1], numbers[2 * place])


@overload(plain.put, strict=False)
def _put(numbers: Any, place: Any, number: Any) -> Any:
    def body(numbers: Any, place: Any, number: Any) -> None:
        numbers[2 * place] = _low(number)
        numbers[2 * place + 1] = _high(number)

    return body


@overload(plain.count, strict=False)
def _count(numbers: Any) -> Any:
    return lambda numbers: len(numbers) // 2


@register_jitable
def _multiply(a: Any, b: Any) -> Any:
    """The 256-bit product of two numbers from 0, as its high and low halves."""
    low = _times(_low(a), _low(b))
    if _high(a) == _U0 and _high(b) == _U0:
        return _from_int64(0), low
    left = _times(_low(a), _high(b))
    right = _times(_high(a), _low(b))
    middle = _join(_U0, _high(low)) + _join(_U0, _low(left)) + _join(_U0, _low(right))
    upper = _join(_U0, _high(left)) + _join(_U0, _high(right)) + _join(_U0, _high(middle))
    return _times(_high(a), _high(b)) + upper, _join(_low(middle), _low(low))


@register_jitable
def _divide_2_by_1(high: Any, low: Any, divisor: Any) -> Any:
    """128 by 64 bits to 64, and the rest; high < divisor. Two digits of 32 bits (Hacker's Delight, divlu)."""
    if high == _U0:
        return low // divisor, low % divisor
    zeros = _leading_zeros(divisor)
    divisor = divisor << zeros
    if zeros > _U0:
        high = (high << zeros) | (low >> (np.uint64(64) - zeros))
        low = low << zeros
    upper, lower = divisor >> _U32, divisor & _ONES_32
    first, rest = high // upper, high % upper
    while first >= _BASE_32 or first * lower > ((rest << _U32) | (low >> _U32)):
        first -= _U1
        rest += upper
        if rest >= _BASE_32:
            break
    middle = (high << _U32) + (low >> _U32) - first * divisor
    second, rest = middle // upper, middle % upper
    while second >= _BASE_32 or second * lower > ((rest << _U32) | (low & _ONES_32)):
        second -= _U1
        rest += upper
        if rest >= _BASE_32:
            break
    remainder = ((middle << _U32) + (low & _ONES_32) - second * divisor) >> zeros
    return (first << _U32) + second, remainder


@register_jitable
def _divide_3_by_2(high: Any, low: Any, divisor: Any) -> Any:
    """(`high` 128 bits, `low` 64) by a divisor whose top bit is set, high < divisor: one limb, and the rest."""
    top, bottom = _high(divisor), _low(divisor)
    if _high(high) >= top:
        digit = _ONES_64
        rest = _low(high) + top
        is_over = rest < top
    else:
        digit, rest = _divide_2_by_1(_high(high), _low(high), top)
        is_over = False
    while not is_over and _below(_join(rest, low), _times(digit, bottom)):
        digit -= _U1
        rest += top
        is_over = rest < top
    return digit, _join(_low(high), low) - _mul(_join(_U0, digit), divisor)


@register_jitable
def _shift(number: Any, zeros: Any) -> Any:
    """`number` moved up by less than 64 bits."""
    if zeros == _U0:
        return number
    top = (_high(number) << zeros) | (_low(number) >> (np.uint64(64) - zeros))
    return _join(top, _low(number) << zeros)


@register_jitable
def _divide(high: Any, low: Any, divisor: Any) -> Any:
    """256 by 128 bits to 128, and the rest; high < divisor."""
    if _high(divisor) == _U0:
        limb = _low(divisor)
        first, rest = _divide_2_by_1(_low(high), _high(low), limb)
        second, rest = _divide_2_by_1(rest, _low(low), limb)
        return _join(first, second), _join(_U0, rest)
    zeros = _leading_zeros(_high(divisor))
    divisor = _shift(divisor, zeros)
    high = _shift(high, zeros)
    if zeros > _U0:
        high = _join(_high(high), _low(high) | (_high(low) >> (np.uint64(64) - zeros)))
        low = _shift(low, zeros)
    first, remainder = _divide_3_by_2(high, _high(low), divisor)
    second, remainder = _divide_3_by_2(remainder, _low(low), divisor)
    if zeros > _U0:
        bottom = (_low(remainder) >> zeros) | (_high(remainder) << (np.uint64(64) - zeros))
        remainder = _join(_high(remainder) >> zeros, bottom)
    return _join(first, second), remainder


@overload(plain.share, strict=False)
def _share(total: Any, part: Any, whole: Any) -> Any:
    def body(total: Any, part: Any, whole: Any) -> Any:
        zero = _from_int64(0)
        if part == whole:
            return total
        if part == zero:
            return zero
        is_negative = total < zero
        high, low = _multiply(zero - total if is_negative else total, part)
        quotient, rest = _divide(high, low, whole)
        other = whole - rest
        if rest > other or (rest == other and _low(quotient) & _U1 == _U1):
            quotient = quotient + _from_int64(1)
        return zero - quotient if is_negative else quotient

    return body


@overload(plain.is_dearer, strict=False)
def _is_dearer(cost: Any, quantity: Any, other_cost: Any, other_quantity: Any) -> Any:
    def body(cost: Any, quantity: Any, other_cost: Any, other_quantity: Any) -> Any:
        zero = _from_int64(0)
        if (cost < zero) != (other_cost < zero):
            return other_cost < zero
        is_negative = cost < zero
        high, low = _multiply(zero - cost if is_negative else cost, other_quantity)
        other_high, other_low = _multiply(zero - other_cost if is_negative else other_cost, quantity)
        if is_negative:
            high, low, other_high, other_low = other_high, other_low, high, low
        return _below(other_high, high) or (other_high == high and _below(other_low, low))

    return body
