"""Chance with an address: a uniform number is a pure function of where it is asked for.

    key(seed, draw, replication)             -> the replication's key
    stream(name)                             -> the entity number of something that is not a patient
    uniform(key, entity, question, nth)      -> a number in (0, 1)
    uniforms(key, entities, question, nth)   -> the same for arrays
    exponential, normal, lognormal           -> the same, shaped

There is no generator and no state, so nobody's luck depends on who else was asked, or when: add a scanner,
and nobody's tumour changes. The generator is Philox4x32-10 (Salmon et al. 2011, SC11, "Parallel random
numbers: as easy as 1, 2, 3"); the counter is (entity, question, nth) and the key is made from (seed, draw,
replication) by the same function, without arithmetic on seeds.

`uniform` is one source for three worlds: plain Python numbers, NumPy arrays of entities, and compiled code
give the same bits. Shapes other than the uniform go through `math`, number by number, because vectorised
logarithms differ in their last bits.
"""

from __future__ import annotations

import hashlib
import math
from typing import Any

import numpy as np

from sim.jit import jit, jit_merged

_MASK = np.uint64(0xFFFFFFFF)
_32 = np.uint64(32)
_6 = np.uint64(6)
_26 = np.uint64(26)
_M0, _M1 = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)
_W0, _W1 = np.uint64(0x9E3779B9), np.uint64(0xBB67AE85)
_STEP = 2.0**-52
_MAKE_KEY = (np.uint64(0x4E454C4D), np.uint64(1))  # "NELM", and the version of this scheme


def plain_philox(c0: Any, c1: Any, c2: Any, c3: Any, k0: Any, k1: Any) -> Any:
    """Philox4x32-10: four 32-bit words from a counter of four and a key of two, all held in uint64.

    >>> words = philox(*[np.uint64(0)] * 6)
    >>> [f"{int(word):08x}" for word in words]
    ['6627e8d5', 'e169c58d', 'bc57ac4c', '9b00dbd8']
    """
    for _ in range(10):
        p0 = _M0 * c0
        p1 = _M1 * c2
        c0 = (p1 >> _32) ^ c1 ^ k0
        c1 = p1 & _MASK
        c2 = (p0 >> _32) ^ c3 ^ k1
        c3 = p0 & _MASK
        k0 = (k0 + _W0) & _MASK
        k1 = (k1 + _W1) & _MASK
    return c0, c1, c2, c3


philox: Any = jit(plain_philox)
_philox: Any = jit_merged(plain_philox)  # within `uniform`, which leaves out the two words it does not need


def key(seed: int, draw: int = 0, replication: int = 0) -> int:
    """The key of one replication, 62 bits.

    seed         0 to 2**64 - 1
    draw         which parameter draw, 0 to 2**32 - 1
    replication  0 to 2**32 - 1

    >>> key(1) != key(2), key(1, 0, 1) == key(1, 0, 1)
    (True, True)
    """
    low, high = seed & 0xFFFFFFFF, seed >> 32
    a, b, _, _ = philox(*(np.uint64(word) for word in (low, high, draw, replication)), *_MAKE_KEY)
    return (int(a) << 32 | int(b)) >> 2


def stream(name: str, case: int = 0) -> int:
    """The entity number of a stream that is not a patient (arrivals, cancellations, competing cases, offers).

    name     the stream's name; its place is a fixed hash, so that adding a stream moves no other
    case     number of the case within the stream, 0 to 2**32 - 1

    >>> stream("arrivals") == stream("arrivals"), stream("a", 1) - stream("a")
    (True, 1)
    """
    place = int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "big") >> 2 | 1 << 29
    return (place << 32) + case


@jit
def uniform(key: Any, entity: Any, question: Any, nth: Any) -> Any:
    """A number in the open interval (0, 1), from its address alone.

    key       of the replication
    entity    patient number (below 2**32) or `stream`
    question  what is asked; an explicit number that is never used again for another question
    nth       how many times it was asked of this entity before

    >>> uniform(key(1), 17, 3, 0) == uniform(key(1), 17, 3, 0)
    True
    """
    key = np.uint64(key)
    entity = np.uint64(entity)
    a, b, _, _ = _philox(entity & _MASK, entity >> _32, np.uint64(question), np.uint64(nth), key & _MASK, key >> _32)
    return (((a >> _6) << _26) + (b >> _6)) * _STEP + _STEP / 2


def uniforms(key: int, entities: Any, question: int, nth: Any) -> Any:
    """`uniform` for many entities or many `nth` at once, with the same bits, in NumPy.

    entities  (n,) or one, whole numbers
    nth       (n,) or one, whole numbers
    returns   (n,) numbers in (0, 1)

    >>> bool(uniforms(key(1), np.arange(20), 3, 0)[17] == uniform(key(1), 17, 3, 0))
    True
    """
    entities, nth = np.broadcast_arrays(np.asarray(entities, np.uint64), np.asarray(nth, np.uint64))
    word = np.uint64(key)
    a, b, _, _ = plain_philox(entities & _MASK, entities >> _32, np.uint64(question), nth, word & _MASK, word >> _32)
    return (((a >> _6) << _26) + (b >> _6)) * _STEP + _STEP / 2


@jit
def exponential(key: Any, entity: Any, question: Any, nth: Any) -> float:
    """A draw from the exponential distribution with mean 1."""
    return -math.log(uniform(key, entity, question, nth))


@jit
def normal(key: Any, entity: Any, question: Any, nth: Any) -> float:
    """A draw from the normal distribution with mean 0 and standard deviation 1."""
    return normal_quantile(uniform(key, entity, question, nth))


@jit
def lognormal(key: Any, entity: Any, question: Any, nth: Any, median: float, sigma: float) -> float:
    """A draw from the lognormal distribution with this median and this standard deviation of the logarithm."""
    return median * math.exp(sigma * normal_quantile(uniform(key, entity, question, nth)))


@jit
def _ratio(x: float, a: Any, b: Any) -> float:
    top, bottom = a[7], b[7]
    for i in range(6, -1, -1):
        top = top * x + a[i]
        bottom = bottom * x + b[i]
    return float(top / bottom)


# fmt: off
# Wichura 1988, Applied Statistics 37:477, algorithm AS 241 (PPND16): about 16 figures.
_A = (3.3871328727963666080e0, 1.3314166789178437745e2, 1.9715909503065514427e3, 1.3731693765509461125e4,
      4.5921953931549871457e4, 6.7265770927008700853e4, 3.3430575583588128105e4, 2.5090809287301226727e3)
_B = (1.0, 4.2313330701600911252e1, 6.8718700749205790830e2, 5.3941960214247511077e3,
      2.1213794301586595867e4, 3.9307895800092710610e4, 2.8729085735721942674e4, 5.2264952788528545610e3)
_C = (1.42343711074968357734e0, 4.63033784615654529590e0, 5.76949722146069140550e0, 3.64784832476320460504e0,
      1.27045825245236838258e0, 2.41780725177450611770e-1, 2.27238449892691845833e-2, 7.74545014278341407640e-4)
_D = (1.0, 2.05319162663775882187e0, 1.67638483018380384940e0, 6.89767334985100004550e-1,
      1.48103976427480074590e-1, 1.51986665636164571966e-2, 5.47593808499534494600e-4, 1.05075007164441684324e-9)
_E = (6.65790464350110377720e0, 5.46378491116411436990e0, 1.78482653991729133580e0, 2.96560571828504891230e-1,
      2.65321895265761230930e-2, 1.24266094738807843860e-3, 2.71155556874348757815e-5, 2.01033439929228813265e-7)
_F = (1.0, 5.99832206555887937690e-1, 1.36929880922735805310e-1, 1.48753612908506148525e-2,
      7.86869131145613259100e-4, 1.84631831751005468180e-5, 1.42151175831644588870e-7, 2.04426310338993978564e-15)
# fmt: on


@jit
def normal_quantile(p: float) -> float:
    """The standard normal quantile at `p` in (0, 1), to about 16 figures, in plain arithmetic.

    >>> round(normal_quantile(0.975), 12)
    1.95996398454
    """
    q = p - 0.5
    if abs(q) <= 0.425:
        return q * _ratio(0.180625 - q * q, _A, _B)
    tail = p if q < 0 else 1 - p
    r = math.sqrt(-math.log(tail))
    x = _ratio(r - 1.6, _C, _D) if r <= 5 else _ratio(r - 5, _E, _F)
    return -x if q < 0 else x
