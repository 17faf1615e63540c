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
_BEYOND = 1.1e8  # not clinical: two centuries in minutes
_ROUGH = 1e-6  # not clinical: far more than the relative error of any integral here
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
def under_analogue(ki67: float, slowest: float, half: float) -> float:
    """Growth under a somatostatin analogue, as a factor: it does less where more cells divide.

    ki67      of the tumour [%]
    slowest   the factor of a tumour in which none does
    half      the Ki-67 at which half of that effect is left, and at twice that a quarter [%]
    Source: the cards `ssa_growth_factor` and `ssa_half_effect_ki67`.

    >>> round(under_analogue(0.0, 0.2, 10.0), 3), round(under_analogue(10.0, 0.2, 10.0), 3)
    (0.2, 0.6)
    """
    return 1 - (1 - slowest) * math.pow(0.5, ki67 / half)  # not clinical: halved


@jit
def time_to_burden(burden: float, threshold: float, pace: float, capacity: float) -> float:
    """Minutes until the burden reaches a threshold: 0 if it is there, infinite if it never will be."""
    if burden >= threshold:
        return 0.0
    if burden <= 0 or pace <= 0 or threshold >= capacity:
        return math.inf
    return math.log(math.log(capacity / burden) / math.log(capacity / threshold)) / pace


@jit
def raised(base: float, power: float) -> float:
    """`base ** power`. A power of 1, which seeding by metastases has, costs nothing."""
    return base if power == 1 else math.pow(base, power)


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
        return raised(burden, power) * minutes
    if pace * minutes < _SMOOTH:
        return _short_integral(burden, pace, minutes, capacity, power)
    begin = power * u
    faded = math.exp(-pace * minutes)
    return _long_integral(begin, exponential_integral(begin), pace, minutes, faded, raised(capacity, power) / pace)


@jit
def _short_integral(burden: float, pace: float, minutes: float, capacity: float, power: float) -> float:
    """The same over minutes in which little grows: the difference of two integrals would have few figures left."""
    begin = raised(burden, power)
    middle = raised(grown(burden, pace, minutes / 2, capacity), power)
    finish = raised(grown(burden, pace, minutes, capacity), power)
    return (begin + 4 * middle + finish) / 6 * minutes  # not clinical: Simpson's rule


@jit
def _long_integral(begin: float, to_go: float, pace: float, minutes: float, faded: float, scale: float) -> float:
    """The same over longer.

    begin   power * ln(capacity / burden), above 0; `to_go` is E1 of it
    faded   exp(-pace * minutes)
    scale   capacity ** power / pace
    """
    if pace * minutes < _LONG:
        return scale * (exponential_integral(begin * faded) - to_go)
    return scale * (pace * minutes - math.log(begin) - _EULER - to_go)  # E1 near 0, where `faded` would be lost


@jit
def over_time(burden: float, pace: float, minutes: float, capacity: float, power: float) -> tuple[float, float, float]:
    """What `minutes` come to: the burden after them, the integrals of burden ** power and of the burden itself.

    The same as `grown` and `power_integral` for a burden above 0, with what they share worked out once.

    >>> [round(its, 3) for its in over_time(0.1, 0.0, 100.0, 0.9, 2.0)]
    [0.1, 1.0, 10.0]
    """
    u, faded = math.log(capacity / burden), math.exp(-pace * minutes)
    after = capacity * math.exp(-u * faded)
    if minutes <= 0 or u <= 0 or pace * minutes < _SMOOTH:
        area = power_integral(burden, pace, minutes, capacity, 1.0)
        return after, power_integral(burden, pace, minutes, capacity, power), area
    begin = power * u
    to_go = exponential_integral(begin)
    raised_area = _long_integral(begin, to_go, pace, minutes, faded, raised(capacity, power) / pace)
    return after, raised_area, _long_integral(u, exponential_integral(u), pace, minutes, faded, capacity / pace)


@jit
def stays_below(
    burden: float, pace: float, amount: float, capacity: float, power: float, constant: float, minutes: float
) -> bool:
    """Does constant * minutes + integral of burden ** power stay below `amount` for so many minutes, for certain?

    For certain means by more than the error of a root: who asks can spare himself `time_to_power_integral`.

    >>> stays_below(0.2, 0.0, 20.0, 0.9, 1.0, 0.0, 99.0), stays_below(0.2, 0.0, 20.0, 0.9, 1.0, 0.0, 100.0)
    (True, False)
    """
    if burden <= 0 or minutes > _BEYOND:
        return False
    surely = amount * (1 - _ROUGH)
    most = max(burden, grown(burden, pace, minutes, capacity))
    if (constant + raised(most, power)) * minutes < surely:
        return True
    if (constant + raised(burden, power)) * minutes > amount and pace >= 0:
        return False
    return constant * minutes + power_integral(burden, pace, minutes, capacity, power) < surely


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
    fastest = constant + raised(capacity, power)
    slowest = constant + raised(burden, power) if pace >= 0 else constant
    low = amount / fastest
    high = amount / slowest if slowest > 0 else math.inf
    if high > _BEYOND:
        high = _BEYOND
        if constant * high + power_integral(burden, pace, high, capacity, power) < amount:
            return math.inf
    u = math.log(capacity / burden)
    begin, to_go, scale = power * u, 0.0, 0.0  # what does not change from step to step
    if u > 0 and pace > 0:
        to_go, scale = exponential_integral(begin), raised(capacity, power) / pace
    t = high if high < 2 * low else math.sqrt(low * high)
    for _ in range(_MOST):
        faded = math.exp(-pace * t)
        if u > 0 and pace * t >= _SMOOTH:
            area = _long_integral(begin, to_go, pace, t, faded, scale)
        else:
            area = power_integral(burden, pace, t, capacity, power)
        excess = constant * t + area - amount
        if excess > 0:
            high = t
        else:
            low = t
        slope = constant + raised(capacity * math.exp(-u * faded), power)
        step = t - excess / slope
        if not low < step < high:
            step = (low + high) / 2
        if abs(step - t) <= _CLOSE * t:
            return step
        t = step
    return t
