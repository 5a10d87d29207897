"""profile(): the methods it replaces while it is on, and what the replacements record.

    Op.__call__, Fused.run      the forward of an op, for a fused op by its kernel
    Op.pull, Fused.pull         the backward of an op
    run, in reverse.py          a backward pass through the graph
    Module.__call__             a layer
    step of every optimizer

Each of them reads the clock when it starts and ends. The time since the last reading is charged to
whatever was running. Calls inside an op count as part of it.
"""

import threading
import weakref
from collections.abc import Callable, Sequence
from time import perf_counter_ns
from typing import Any

from minigrad.autograd import Fused, Node, Op, Parameter, Tensor, reverse
from minigrad.autograd.outputs import Output
from minigrad.backend import MODULES, cuda, owner
from minigrad.backend.seam import BY_DEVICE
from minigrad.profiler.flops import backward_flops, forward_flops
from minigrad.profiler.recording import GRADIENTS, OUTSIDE, Recording

ONE = threading.Lock()          # only one profiler at a time


class profile(Recording):
    """Measure the code in a block: `with minigrad.profile() as p:`, then print(p).

    p.by_op(), p.by_layer()         as data
    p.table(sort="kept", rows=10)   as text
    p.export_chrome_trace(path)     every call on a timeline

    A fused op appears as one op if its kernel runs, and as its parts if its definition runs. Only the
    thread that entered the block is measured. On a GPU, every op waits until the device has finished.
    Entering again adds to the measurements; after an exception in the block they are kept. Every call is
    recorded, so profile a few training steps, not a whole run.
    """

    def __init__(self) -> None:
        super().__init__()
        self.names = weakref.WeakKeyDictionary()        # layer -> its name
        self.models = {}                # class of a model -> how many of them were named

    def __enter__(self) -> "profile":
        from minigrad.nn import Module  # not at the top: `import minigrad` does not load them
        from minigrad.optim import Optimizer
        if not ONE.acquire(blocking=False):
            raise RuntimeError("profile(): another profiler is active; leave its `with` block first")
        self.thread = threading.get_ident()
        self.wait = cuda.synchronize if "cuda" in BY_DEVICE else None
        self.op: tuple | None = None    # key of the running op
        # (key, track, name, start) of what runs around the op
        self.stack: list[tuple] = [((OUTSIDE, "other", None), None, None, 0)]
        self.made = {}                  # time of a node -> the layer that created it
        self.known = {}                 # id of a kept array's memory -> (weak reference, bytes, key)
        self.replaced = []
        steps = [(kind, "step", watched_step) for kind in family(Optimizer) if "step" in vars(kind)]
        for place, name, version in [(Op, "__call__", watched_call), (Fused, "run", watched_kernel),
                                     (Op, "pull", watched_pull), (Fused, "pull", watched_pull),
                                     (reverse, "run", watched_run), (Module, "__call__", watched_layer),
                                     *steps]:
            plain = vars(place)[name]
            self.replaced.append((place, name, plain))
            setattr(place, name, version(self, plain))
        self.start = self.mark = self.now()
        return self

    def __exit__(self, *error: object) -> None:
        self.charge(self.stack[-1][0])
        self.total += (self.mark - self.start) / 1e9
        for place, name, plain in reversed(self.replaced):
            setattr(place, name, plain)
        for identity in list(self.known):
            self.freed(identity)
        del self.replaced, self.made, self.stack
        ONE.release()

    # The clock

    def now(self) -> int:
        if self.wait:
            self.wait()
        return perf_counter_ns()

    def charge(self, key: tuple) -> None:
        """Charge the time since the last clock reading to `key`."""
        now = self.now()
        self.times[key] += now - self.mark
        self.mark = now

    def watches(self) -> bool:
        """Whether this is the measured thread, outside any op."""
        return self.op is None and threading.get_ident() == self.thread

    def timed(self, key: tuple, function: Callable[..., Any], *args: Any) -> Any:
        """Run function(*args), an op. If it raises, no call is counted and the caller gets its time."""
        self.charge(self.stack[-1][0])
        self.op = key
        try:
            return function(*args)
        finally:
            self.op = None

    def around(self, key: tuple, track: str, name: str, function: Callable[..., Any], args: Sequence[Any],
               settings: dict) -> Any:
        """Run function(*args, **settings), which calls ops."""
        self.charge(self.stack[-1][0])
        self.stack.append((key, track, name, self.mark))
        try:
            return function(*args, **settings)
        finally:
            self.charge(key)
            *_, start = self.stack.pop()
            self.spans.append((track, name, None, start, self.mark, {}))

    # Recording

    def forward(self, key: tuple, op: Any, y: Any, args: Sequence[Any], settings: dict) -> None:
        start = self.mark
        self.charge(key)
        shapes = [tuple(getattr(a, "shape", ())) for a in args]
        details = {"shapes": shapes, "kept": 0}
        for arg in args:
            if isinstance(arg, Parameter) or isinstance(arg,
                                                        Tensor) and arg.requires_grad and arg.node is None:
                self.know(arg.array, 0, key)        # 0 bytes: a leaf exists anyway
        first = y[0] if isinstance(y, tuple) else y
        node = node_of_call(first)
        if node is not None and node.op is op:
            self.made[node.time] = key[2]
            details["kept"] = self.keep(node, key)
        self.count(key, start, forward_flops(op, first.shape, shapes, settings), details)

    def backward(self, node: Node, key: tuple, shape: tuple[int, ...], wanted: Sequence[bool]) -> None:
        start = self.mark
        self.charge(key)
        flops = backward_flops(node.op, shape, node.shapes, node.settings, wanted)
        self.count(key, start, flops, {"shapes": [tuple(shape)]})

    def count(self, key: tuple, start: int, flops: int | None, details: dict) -> None:
        self.calls[key] += 1
        if flops is not None:
            self.flops[key] += flops
            details["flops"] = flops
        name, track, layer = key
        self.spans.append((track, name, layer, start, self.mark, details))
        self.mark = self.now()          # the time for recording is charged to no key

    def key(self, op: Any) -> tuple:
        """The key of an op called now; ops that the engine calls, say to copy a gradient, are backward."""
        around, _, layer = self.stack[-1][0]
        return op.name, "backward" if around == GRADIENTS else "forward", layer

    def within(self, y: Any) -> Any:
        """Charge the node of an op that another op's rule called (with create_graph) to that other op."""
        if self.op and threading.get_ident() == self.thread:
            node = node_of_call(y[0] if isinstance(y, tuple) else y)
            if node is not None and node.time not in self.made:
                self.made[node.time] = self.op[2]
                self.keep(node, self.op)
        return y

    # Memory

    def keep(self, node: Node, key: tuple) -> int:
        """Return the additional bytes that the graph keeps because of this node."""
        kept = 0
        for value in node.saved:
            for array in value if isinstance(value, (tuple, list)) else (value,):
                if type(array) in MODULES:
                    kept += self.know(array, None, key)
        return kept

    def know(self, array: Any, size: int | None, key: tuple) -> int:
        """Record the memory of an array once, as `size` bytes if given; return the bytes added."""
        memory = owner(array)
        identity = id(memory)
        if identity in self.known:
            return 0
        size = memory.nbytes if size is None else size
        self.known[identity] = weakref.ref(memory, lambda _: self.freed(identity)), size, key
        if size:
            self.memory.append((perf_counter_ns(), size, key))
        return size

    def freed(self, identity: int) -> None:
        _, size, key = self.known.pop(identity)
        if size:
            self.memory.append((perf_counter_ns(), -size, key))

    # Names

    def name_of(self, module: Any) -> str:
        """A layer's name in named_modules and its class; prefixed with the model from the second model on."""
        if module not in self.names:
            kind, tree = type(module).__name__, list(module.named_modules())
            prefix = ""
            if len(tree) > 1:
                number = self.models[kind] = self.models.get(kind, 0) + 1
                if sum(self.models.values()) > 1:
                    prefix = f"{kind}{number}." if number > 1 else f"{kind}."
            for path, each in tree:
                name = f"{prefix}{path} {type(each).__name__}" if path else prefix[:-1] or kind
                self.names.setdefault(each, name)
        return self.names[module]


def node_of_call(y):
    """The node of the op that computed y; for an op with several outputs, the node they share."""
    node = y.node if isinstance(y, Tensor) else None
    return node.parents[0] if node is not None and isinstance(node.op, Output) else node


def watched_call(p, plain):
    def call(op, *args, **settings):
        if not (p.watches() and any(isinstance(a, Tensor) for a in args)):
            return p.within(plain(op, *args, **settings))
        key = p.key(op)
        y = p.timed(key, lambda: plain(op, *args, **settings))
        p.forward(key, op, y, args, settings)
        return y
    return call


def watched_kernel(p, plain):
    def run(op, forward, args, settings):
        if not p.watches():
            return p.within(plain(op, forward, args, settings))
        key = p.key(op)
        y = p.timed(key, plain, op, forward, args, settings)
        if y is not NotImplemented:
            given = {**op.arguments, **op.defaults, **dict(zip(op.arguments, args)), **settings}
            p.forward(key, op, y, [given.pop(name) for name in op.arguments], given)
        return y
    return run


def watched_pull(p, plain):
    def pull(op, node, parents, g, create_graph):
        if not p.watches():
            return plain(op, node, parents, g, create_graph)
        key = (op.name, "backward", p.made.get(node.time))
        gradients = p.timed(key, plain, op, node, parents, g, create_graph)
        p.backward(node, key, g.shape or (), [parent is not None for parent in parents])
        return gradients
    return pull


def watched_run(p, plain):
    def run(*args):
        if not p.watches():
            return plain(*args)
        p.calls[GRADIENTS, "backward", None] += 1
        return p.around((GRADIENTS, "backward", None), "backward", "backward()", plain, args, {})
    return run


def watched_layer(p, plain):
    def call(module, *args, **settings):
        if not p.watches():
            return plain(module, *args, **settings)
        name = p.name_of(module)
        p.layer_calls[name] += 1
        return p.around((OUTSIDE, "forward", name), "layer", name, plain, (module, *args), settings)
    return call


def watched_step(p, plain):
    def step(optimizer, *args, **settings):
        name = f"{type(optimizer).__name__}.step"
        if not p.watches() or p.stack[-1][2] == name:       # an overridden step that is called by super()
            return plain(optimizer, *args, **settings)
        p.calls[name, "other", None] += 1
        return p.around((name, "other", None), "optimizer", name, plain, (optimizer, *args), settings)
    return step


def family(kind):
    """A class and all its subclasses."""
    return {kind}.union(*map(family, kind.__subclasses__()))
