"""Generators of random numbers: PyTorch's stream, number by number, and NumPy's, which is faster.

`Generator` repeats the CPU generator of PyTorch. Its source is the Mersenne Twister, which NumPy has too:
a draw d is its next 32 bits, a long draw D is two draws, the first one on top. From these it makes

    random float32          (d mod 2^24) 2^-24
    random float64          (D mod 2^53) 2^-53
    integers in [0, n)      d mod n; D mod n from n = 2^28
    a permutation           Fisher and Yates, from the front: swap entries i and i + d mod (n - i)
    yes with probability p  random float64 < p
    normal, 16 or more      Box and Muller, from uniform numbers in blocks of 16: u_j gives the radius and
                            u_(j+8) the angle of the numbers j and j + 8; if the size is no multiple of 16,
                            the last 16 are drawn anew
    normal, fewer           Box and Muller with two random float64 for two numbers; the second one is kept
                            for the next call

draws.py has the algorithms and their sources. Source of the twister: Matsumoto and Nishimura 1998, ACM Trans.
Modeling and Computer Simulation 8, 3-30. Order and number of draws: comparison with PyTorch 2.13, which tests
repeat.
"""

# mypy: disable-error-code="override"
# NumPy annotates each method by the kinds of size and dtype; here they say what callers need.

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from minigrad.backend.draws import (
    binomial_number,
    box_muller,
    gamma_number,
    multiply_add,
    poisson_number,
    swapped,
)

BLOCK = 2**16       # numbers that stay in the cache between two operations
LONG = 2**28        # integers from this range on are made of long draws
Size = int | tuple[int, ...] | None


class Stream(np.random.Generator):
    """A numpy.random.Generator, with a dtype for each distribution and with yes-or-no draws.

    Stream(generator.bit_generator) draws from the state of another generator.
    """

    def random(self, size: Size = None, dtype: Any = np.float64, out: Any = None) -> Any:
        """Uniform numbers in [0, 1)."""
        return super().random(size, single_or_double(dtype), out)

    def standard_normal(self, size: Size = None, dtype: Any = np.float64, out: Any = None) -> Any:
        """Normal numbers of mean 0 and standard deviation 1."""
        return super().standard_normal(size, single_or_double(dtype), out)

    def uniform(self, low: Any = 0.0, high: Any = 1.0, size: Size = None, dtype: Any = np.float64) -> Any:
        """Uniform numbers in [low, high)."""
        return self.random(size, dtype) * (high - low) + low

    def normal(self, loc: Any = 0.0, scale: Any = 1.0, size: Size = None, dtype: Any = np.float64) -> Any:
        """Normal numbers of mean `loc` and standard deviation `scale`."""
        return self.standard_normal(size, dtype) * scale + loc

    def normal_pairs(self, loc: float, scale: float, size: Size = None) -> Any:
        """normal(), in PyTorch's stream always by pairs, as in arrays of fewer than 16."""
        return self.normal(loc, scale, size)

    def bernoulli(self, p: Any, size: Size = None) -> Any:
        """True with probability p."""
        return self.random(size, np.float32) < p

    def categories(self, p: np.ndarray, size: int, replace: bool = False) -> np.ndarray:
        """For each row of p (N, V), `size` indices drawn with probabilities proportional to p: (N, size)."""
        p = p.astype(np.float64)
        return np.stack([self.choice(len(row), size, replace, row / math.fsum(row)) for row in p])

    def child(self) -> "Stream":
        """A new generator of the same kind, with a seed drawn from this one."""
        return Stream(np.random.PCG64(self.drawn_seed()))

    def drawn_seed(self) -> int:
        """An integer from 0 to 2^63 - 1."""
        return int(self.integers(2**63))

    def __reduce__(self) -> Any:
        return stream_of, (self.state_dict(),)

    def state_dict(self) -> dict[str, Any]:
        """The state as plain numbers and strings."""
        return {"stream": "fast", **self.bit_generator.state}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Continue from a state of state_dict()."""
        self.bit_generator.state = {name: value for name, value in state.items() if name != "stream"}


class Generator(Stream):
    """A generator of PyTorch's random numbers, for any `generator=`; it runs on the host.

    From the same seed it gives the numbers of torch.Generator on a CPU: equal where they are uniform or
    integers, equal to rounding where they pass through log, cos and the like. NumPy's other distributions
    draw from the same state in NumPy's way. A new generator has the seed 67280421310721.

    >>> Generator().manual_seed(0).integers(10, size=5)         # PyTorch: manual_seed(0); randint(10, (5,))
    array([4, 9, 3, 0, 3])
    """

    device = "cpu"

    def __init__(self, device: str = "cpu") -> None:
        super().__init__(np.random.MT19937())
        self.manual_seed(67280421310721)

    def manual_seed(self, seed: int) -> "Generator":
        """Restart from `seed`, an integer from -2^63 to 2^64 - 1, of which the lowest 32 bits count."""
        seed = checked_seed(seed)
        self.first = seed
        twister = np.random.RandomState(seed % 2**32)
        self.bit_generator.state = twister.get_state(legacy=False)
        self.kept: float | None = None      # the second normal number of a pair
        return self

    def initial_seed(self) -> int:
        """The seed that the generator started from."""
        return self.first

    def seed(self) -> int:
        """Restart from a seed drawn by the operating system; return the seed."""
        self.manual_seed(int(np.random.SeedSequence().generate_state(1, "uint64")[0]))
        return self.first

    def draws(self, n: int) -> np.ndarray:
        """The next n draws of 32 bits."""
        return super().integers(0, 2**32, n, np.uint32)

    def long_draws(self, n: int) -> np.ndarray:
        """The next n draws of 64 bits."""
        return super().integers(0, 2**64, n, np.uint64)

    def random(self, size: Size = None, dtype: Any = np.float64, out: Any = None) -> Any:
        n = count(size)
        if single_or_double(dtype) == np.float64:
            bits = self.long_draws(n)
            bits &= np.uint64(2**53 - 1)
            numbers = bits * 2.0**-53
        else:
            bits = self.draws(n)
            bits &= np.uint32(2**24 - 1)
            numbers = bits.astype(np.float32)
            numbers *= np.float32(2.0**-24)
        if out is not None:
            out[...] = numbers.reshape(out.shape)
            return out
        return shaped(numbers, size)

    def uniform(self, low: Any = 0.0, high: Any = 1.0, size: Size = None, dtype: Any = np.float64) -> Any:
        kind = single_or_double(dtype)
        low, width = kind.type(low), kind.type(high) - kind.type(low)
        return multiply_add(self.random(size, kind), width, low)

    def standard_normal(self, size: Size = None, dtype: Any = np.float64, out: Any = None) -> Any:
        numbers = self.normal(size=size if out is None else out.shape, dtype=dtype)
        if out is not None:
            out[...] = numbers
            return out
        return numbers

    def normal(self, loc: Any = 0.0, scale: Any = 1.0, size: Size = None, dtype: Any = np.float64) -> Any:
        n, kind = count(size), single_or_double(dtype)
        if n < 16:
            numbers = self.normal_pairs(loc, scale, n)
        else:
            numbers = np.empty(n, kind)
            whole = n - n % 16
            uniform = self.random(whole if np.dtype(dtype) == np.float16 else n, kind)
            box_muller(uniform[:whole], numbers[:whole])
            if n % 16:
                box_muller(self.random(16, kind), numbers[-16:])
            if scale != 1 or loc != 0:
                numbers = multiply_add(numbers, kind.type(scale), kind.type(loc))
        return shaped(numbers.astype(kind, copy=False), size)

    def normal_pairs(self, loc: float, scale: float, size: Size = None) -> Any:
        return shaped(np.array([self.one_normal() for _ in range(count(size))]) * scale + loc, size)

    def one_normal(self, uniform: Callable[[], float] | None = None) -> float:
        """A normal number in double precision; every second one was made with the one before it."""
        number, self.kept = self.kept, None
        if number is not None:
            return number
        angle, u = self.random(2) if uniform is None else (uniform(), uniform())
        radius, angle = math.sqrt(-2 * math.log1p(-u)), 2 * math.pi * angle
        self.kept = radius * math.sin(angle)
        return radius * math.cos(angle)

    def integers(self, low: Any, high: Any = None, size: Size = None, dtype: Any = np.int64,
                 endpoint: bool = False) -> Any:
        """Integers from low to high - 1, or to high with endpoint=True; from 0 if high is None."""
        low, high = (0, int(low)) if high is None else (int(low), int(high))
        width = high - low + endpoint
        if width <= 0:
            raise ValueError(f"integers: low {low} must be below high {high}")
        if width < LONG:
            numbers = self.draws(count(size))
            numbers -= numbers // np.uint32(width) * np.uint32(width)       # faster than NumPy's %
            numbers = numbers.astype(np.int64)
            numbers += low
        else:       # unsigned arithmetic wraps around, and so reaches a range from -2^63 to 2^63, too
            drawn = self.long_draws(count(size))
            drawn = drawn % np.uint64(width) if width < 2**64 else drawn
            numbers = (drawn + np.uint64(low % 2**64)).astype(np.int64)
        return shaped(numbers.astype(dtype, copy=False), size)

    def permutation(self, x: Any, axis: int = 0) -> Any:
        """The integers 0 to x - 1 in random order, or the entries of an array along `axis`."""
        if not isinstance(x, (int, np.integer)):
            x = np.asarray(x)
            return np.take(x, self.permutation(x.shape[axis]), axis)
        n = int(x)
        last = max(n - 1, 0)
        steps = self.draws(last) % np.arange(n, n - last, -1, dtype=np.uint32)
        return swapped(np.arange(n, dtype=np.int64), np.arange(last) + steps.astype(np.int64))

    def bernoulli(self, p: Any, size: Size = None) -> Any:
        """True with probability p: an array of float64 is compared with random float64, else float32."""
        if isinstance(p, np.ndarray):
            return self.random(size, np.float64 if p.dtype == np.float64 else np.float32) < p
        n, limit = count(size), np.uint64(math.ceil(p * 2**53))
        yes = np.empty(n, bool)
        for start in range(0, n, BLOCK):
            part = yes[start:start + BLOCK]
            bits = self.long_draws(len(part))
            bits &= np.uint64(2**53 - 1)
            np.less(bits, limit, out=part)
        return shaped(yes, size)

    def exponential(self, scale: Any = 1.0, size: Size = None) -> Any:
        return -np.log1p(-self.random(size)) * scale

    def geometric(self, p: Any, size: Size = None) -> Any:
        return np.ceil(np.log(self.random(size)) / math.log1p(-p))

    def standard_cauchy(self, size: Size = None) -> Any:
        return np.tan(math.pi * (self.random(size) - 0.5))

    def lognormal(self, mean: Any = 0.0, sigma: Any = 1.0, size: Size = None) -> Any:
        return np.exp(self.normal_pairs(mean, sigma, size))

    def poisson(self, lam: Any = 1.0, size: Size = None) -> Any:
        lam = np.broadcast_to(lam, np.shape(lam) if size is None else size)
        with self.one_by_one() as uniform:
            numbers = [poisson_number(uniform, each) for each in lam.ravel().tolist()]
        return np.array(numbers, np.float64).reshape(lam.shape)

    def binomial(self, n: Any, p: Any, size: Size = None) -> Any:
        n, p = np.broadcast_arrays(n, p)
        if size is not None:
            n, p = np.broadcast_to(n, size), np.broadcast_to(p, size)
        with self.one_by_one() as uniform:
            numbers = [binomial_number(uniform, trials, chance)
                       for trials, chance in zip(n.ravel().tolist(), p.ravel().tolist())]
        return np.array(numbers, np.float64).reshape(n.shape)

    def standard_gamma(self, shape: Any, size: Size = None) -> Any:
        shape = np.broadcast_to(shape, np.shape(shape) if size is None else size)
        least = float(np.finfo(single_or_double(shape.dtype)).tiny)
        with self.one_by_one() as uniform:
            def normal():
                return self.one_normal(uniform)
            numbers = [max(gamma_number(uniform, normal, each), least) for each in shape.ravel().tolist()]
        return np.array(numbers, np.float64).reshape(shape.shape)

    @contextmanager
    def one_by_one(self) -> Iterator[Callable[[], float]]:
        """A function that returns random float64, faster than a random() for each."""
        block: list[float] = []
        state: Any = None

        def uniform():
            nonlocal state
            if not block:
                state = self.bit_generator.state
                block.extend(self.random(1024)[::-1].tolist())
            return block.pop() or 2.0**-54      # 0 has no logarithm

        yield uniform
        if block:       # go back to before the block, and draw again what was used
            self.bit_generator.state = state
            self.random(1024 - len(block))

    def categories(self, p: np.ndarray, size: int, replace: bool = False) -> np.ndarray:
        """For each row of p (N, V), `size` indices drawn with probabilities proportional to p: (N, size).

        Without replacement each index runs a race whose time is exponential with rate p; the first ones win.
        """
        if not replace or size == 1:
            with np.errstate(divide="ignore"):
                speed = p / self.exponential(1.0, p.shape).astype(p.dtype)
            return np.argsort(-speed, axis=1, kind="stable")[:, :size].astype(np.int64, copy=False)
        ends = np.cumsum(p, axis=1)
        ends /= ends[:, -1:]
        uniform = self.random((len(p), size))
        return np.stack([np.searchsorted(row, each).astype(np.int64) for row, each in zip(ends, uniform)])

    def child(self) -> "Generator":
        return Generator().manual_seed(self.drawn_seed())

    def get_state(self) -> np.ndarray:
        """The state in PyTorch's layout: (5056,) uint8, as torch.Generator.get_state() gives it."""
        twister = self.bit_generator.state["state"]
        state = np.zeros((), LAYOUT)
        state["seed"], state["left"], state["seeded"] = self.first % 2**64, 625 - twister["pos"], 1
        state["next"] = twister["pos"] % 624
        state["key"] = twister["key"]
        if self.kept is not None:
            state["normal"], state["has_normal"] = self.kept, 1
        return np.frombuffer(state.tobytes(), np.uint8).copy()

    def set_state(self, new_state: Any) -> "Generator":
        """Continue from a state in PyTorch's layout, 5056 bytes; return the generator."""
        data = np.asarray(getattr(new_state, "array", new_state), np.uint8)
        if data.shape != (LAYOUT.itemsize,):
            raise ValueError(f"set_state: a state has {LAYOUT.itemsize} bytes, got shape {data.shape}")
        state = np.frombuffer(data.tobytes(), LAYOUT)[0]
        fresh = state["left"] == 1 and state["next"] == 0
        self.first = int(state["seed"])
        self.kept = float(state["normal"]) if state["has_normal"] else None
        self.bit_generator.state = {"bit_generator": "MT19937", "state": {
            "key": state["key"].astype(np.uint32), "pos": 624 if fresh else int(state["next"])}}
        return self

    def state_dict(self) -> dict[str, Any]:
        return {"stream": "torch", "state": self.get_state().tobytes().hex()}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        self.set_state(np.frombuffer(bytes.fromhex(state["state"]), np.uint8))


LAYOUT = np.dtype({     # of PyTorch's state; what stands between the key and the normal number is unused
    "names": ["seed", "left", "seeded", "next", "key", "normal", "has_normal"],
    "formats": ["<u8", "<i4", "<i4", "<u8", ("<u8", 624), "<f8", "<i4"],
    "offsets": [0, 8, 12, 16, 24, 5024, 5040], "itemsize": 5056})


def stream_of(state: dict[str, Any]) -> Stream:
    """A generator that continues from a state of state_dict()."""
    if state.get("stream") == "torch":
        generator: Stream = Generator()
    else:
        generator = Stream(getattr(np.random, state["bit_generator"])())
    generator.load_state_dict(state)
    return generator


def as_stream(generator: np.random.Generator) -> Stream:
    """A Stream that draws from the state of any numpy.random.Generator."""
    return generator if isinstance(generator, Stream) else Stream(generator.bit_generator)


def checked_seed(seed):
    if isinstance(seed, bool) or not isinstance(seed, (int, np.integer)) or not -2**63 <= seed < 2**64:
        raise ValueError(f"manual_seed takes an integer from -2^63 to 2^64 - 1, got {seed!r}")
    return int(seed) % 2**64


def in_memory_order(array, draw):
    """draw(shape) in the shape of `array`, its numbers in the order of the memory of `array`."""
    if array.flags.c_contiguous:
        return draw(tuple(array.shape))
    order = memory_order(array)
    numbers = draw(tuple(array.shape[axis] for axis in order))
    return numbers.transpose(sorted(range(array.ndim), key=order.__getitem__))


def memory_order(array):
    """The axes of an array from the largest stride to the smallest; a repeated one goes with the next."""
    strides = list(array.strides)
    for axis in range(array.ndim - 2, -1, -1):
        strides[axis] = strides[axis] or strides[axis + 1]
    return sorted(range(array.ndim), key=lambda axis: -abs(strides[axis]))


def single_or_double(dtype):
    """float64 for float64, float32 for every other dtype."""
    return np.dtype(np.float64 if np.dtype(dtype) == np.float64 else np.float32)


def count(size):
    return 1 if size is None else int(size) if isinstance(size, (int, np.integer)) else math.prod(size)


def shaped(numbers, size):
    """A flat array in the shape `size`; its only number if size is None."""
    return numbers[0] if size is None else numbers.reshape(size)
