"""Equations of growth and of the hazards that follow from it. Pure arithmetic, no patient.

The burden is the share of the liver that is tumour. It follows a Gompertz law anchored at a reference burden,
so that the published growth rate is a number of the law itself:

    u(t) = ln(capacity / b(t)),   u(t) = u(0) exp(-pace t),   pace = growth / ln(capacity / reference)

All thresholds and cumulative hazards have closed forms through the exponential integral E1, or a root that is
bracketed; nothing steps through time. Units: minutes, shares of the liver, hazards per minute.
Source of the law: Mehrara 2013, Theor Biol Med Model 10:31.
"""

from __future__ import annotations

import math

from sim.jit import jit

_EULER = 0.57721566490153286  # not clinical: Euler's constant
_TINY = 1e-300  # not clinical: keeps the continued fraction from dividing by nought
_CLOSE = 1e-13  # not clinical: relative accuracy of roots and series
_SMOOTH = 1e-4  # not clinical: below that, Simpson's rule is exact to 12 figures
_LONG = 600.0  # not clinical: exp(-745) is nought
_MOST = 200  # not clinical: most terms or steps; reached only if something is wrong


@jit
def exponential_integral(x: float) -> float:
    """E1(x), the integral of exp(-t)/t from x to infinity, for x > 0, to about 13 figures.

    Series below 1, continued fraction above (Abramowitz and Stegun 5.1.11 and 5.1.22).

    >>> round(exponential_integral(1.0), 10)
    0.2193839344
    """
    if x <= 1:
        total = -_EULER - math.log(x)
        term = 1.0
        for n in range(1, _MOST):
            term *= -x / n
            total -= term / n
            if abs(term) < _CLOSE * abs(total):
                break
        return total
    b = x + 1
    c = 1 / _TINY
    d = 1 / b
    h = d
    for n in range(1, _MOST):
        a = -1.0 * n * n
        b += 2
        d = 1 / (a * d + b)
        c = b + a / c
        h *= c * d
        if abs(c * d - 1) < _CLOSE:
            break
    return h * math.exp(-x)


@jit
def grown(burden: float, pace: float, minutes: float, capacity: float) -> float:
    """The burden after `minutes`, from a burden above 0.

    >>> round(grown(0.10, 0.0, 1000.0, 0.9), 3)
    0.1
    """
    return capacity * math.exp(-math.log(capacity / burden) * math.exp(-pace * minutes))


@jit
def time_to_burden(burden: float, threshold: float, pace: float, capacity: float) -> float:
    """Minutes until the burden reaches a threshold: 0 if it is there, infinite if it never will be."""
    if burden >= threshold:
        return 0.0
    if burden <= 0 or pace <= 0 or threshold >= capacity:
        return math.inf
    return math.log(math.log(capacity / burden) / math.log(capacity / threshold)) / pace


@jit
def power_integral(burden: float, pace: float, minutes: float, capacity: float, power: float) -> float:
    """Integral of burden ** power over the next `minutes`.

    >>> round(power_integral(0.2, 0.0, 100.0, 0.9, 1.0), 6)
    20.0
    """
    if burden <= 0 or minutes <= 0:
        return 0.0
    u = math.log(capacity / burden)
    if u <= 0:
        return math.pow(burden, power) * minutes
    if pace * minutes < _SMOOTH:  # the difference of two integrals would have few figures left
        begin = math.pow(burden, power)
        middle = math.pow(grown(burden, pace, minutes / 2, capacity), power)
        finish = math.pow(grown(burden, pace, minutes, capacity), power)
        return (begin + 4 * middle + finish) / 6 * minutes  # not clinical: Simpson's rule
    begin = power * u
    if pace * minutes < _LONG:
        later = exponential_integral(begin * math.exp(-pace * minutes))
    else:
        later = pace * minutes - math.log(begin) - _EULER  # E1 near 0, where the exponential would be lost
    return math.pow(capacity, power) / pace * (later - exponential_integral(begin))


@jit
def time_to_power_integral(
    burden: float, pace: float, amount: float, capacity: float, power: float, constant: float
) -> float:
    """Minutes until constant * minutes + integral of burden ** power reaches `amount`.

    constant   added per minute, 0 or more; states the part of a hazard that does not depend on the burden
    amount     above 0

    The sum rises with time, so the root is bracketed and found by Newton's steps, halved where they leave the
    bracket. Infinite if the amount is never reached within two centuries.
    """
    if amount <= 0:
        return 0.0
    if burden <= 0:
        return amount / constant if constant > 0 else math.inf
    low = 0.0
    fastest = constant + math.pow(capacity, power)
    slowest = constant + math.pow(burden, power) if pace >= 0 else constant
    low = amount / fastest
    high = amount / slowest if slowest > 0 else math.inf
    beyond = 1.1e8  # not clinical: two centuries in minutes
    if high > beyond:
        high = beyond
        if constant * high + power_integral(burden, pace, high, capacity, power) < amount:
            return math.inf
    t = high if high < 2 * low else math.sqrt(low * high)
    for _ in range(_MOST):
        excess = constant * t + power_integral(burden, pace, t, capacity, power) - amount
        if excess > 0:
            high = t
        else:
            low = t
        slope = constant + math.pow(grown(burden, pace, t, capacity), power)
        step = t - excess / slope
        if not low < step < high:
            step = (low + high) / 2
        if abs(step - t) <= _CLOSE * t:
            return step
        t = step
    return t
