"""profile(): the methods that are replaced while it is on, and what their watched versions write down.

    Op.__call__, Fused.run      an op ran forward, a fused one by its kernel
    Op.pull, Fused.pull         its rules ran backward
    run, in reverse.py         a pass back through the graph
    Module.__call__             a layer is at work
    step of every optimizer

A clock is read where one of them begins and where it ends, and the time since the last reading belongs to
who was at work. What an op calls to do its own work is part of it.
"""

import threading
import weakref
from time import perf_counter_ns

from minigrad.autograd import Fused, Op, Parameter, Tensor, reverse
from minigrad.backend import MODULES, cuda, owner
from minigrad.backend.seam import BY_DEVICE
from minigrad.profiler.flops import backward_flops, forward_flops
from minigrad.profiler.recording import GRADIENTS, OUTSIDE, Recording

ONE = threading.Lock()          # profiler at a time


class profile(Recording):
    """Measure what is computed inside: `with minigrad.profile() as p:`, then print(p).

    p.by_op(), p.by_layer()         as data
    p.table(sort="kept", rows=10)   as text
    p.export_chrome_trace(path)     every call on a time line

    A fused op is one op where its kernel runs, and its parts where its definition runs. Only the thread
    that entered is measured. A GPU is waited for after every op. Entered again, it adds to what it has;
    an exception inside ends it, and what was recorded until then stays. Each call is written down, so
    measure some steps of a training, not all.
    """

    def __init__(self):
        super().__init__()
        self.names = weakref.WeakKeyDictionary()        # layer -> its name
        self.models = {}                # class of a model -> how many of them were named

    def __enter__(self):
        from minigrad.nn import Module          # here, as `import minigrad` alone does not load them
        from minigrad.optim import Optimizer
        if not ONE.acquire(blocking=False):
            raise RuntimeError("profile(): another profiler is on; leave its `with` block first")
        self.thread = threading.get_ident()
        self.wait = cuda.synchronize if "cuda" in BY_DEVICE else None
        self.op = None                  # the key of the op that is at work
        self.stack = [((OUTSIDE, "other", None), None, None, 0)]    # (key, track, name, start) of what is around it
        self.made = {}                  # the time of a node -> the layer in which it was made
        self.known = {}                 # id of the memory of a kept array -> (weak reference, bytes, key)
        self.replaced = []
        steps = [(kind, "step", watched_step) for kind in family(Optimizer) if "step" in vars(kind)]
        for place, name, version in [(Op, "__call__", watched_call), (Fused, "run", watched_kernel),
                                     (Op, "pull", watched_pull), (Fused, "pull", watched_pull),
                                     (reverse, "run", watched_run), (Module, "__call__", watched_layer), *steps]:
            plain = vars(place)[name]
            self.replaced.append((place, name, plain))
            setattr(place, name, version(self, plain))
        self.start = self.mark = self.now()
        return self

    def __exit__(self, *error):
        self.charge(self.stack[-1][0])
        self.total += (self.mark - self.start) / 1e9
        for place, name, plain in reversed(self.replaced):
            setattr(place, name, plain)
        for identity in list(self.known):
            self.freed(identity)
        del self.replaced, self.made, self.stack
        ONE.release()

    # The clock

    def now(self):
        if self.wait:
            self.wait()
        return perf_counter_ns()

    def charge(self, key):
        """The time since the last reading of the clock belongs to `key`."""
        now = self.now()
        self.times[key] += now - self.mark
        self.mark = now

    def watches(self):
        """Is this the thread to measure, and not inside an op already?"""
        return self.op is None and threading.get_ident() == self.thread

    def timed(self, key, function, *args):
        """function(*args), an op; an op that raises is no call, and its time its caller's."""
        self.charge(self.stack[-1][0])
        self.op = key
        try:
            return function(*args)
        finally:
            self.op = None

    def around(self, key, track, name, function, args, settings):
        """function(*args, **settings), in which ops are called."""
        self.charge(self.stack[-1][0])
        self.stack.append((key, track, name, self.mark))
        try:
            return function(*args, **settings)
        finally:
            self.charge(key)
            *_, start = self.stack.pop()
            self.spans.append((track, name, None, start, self.mark, {}))

    # What is written down

    def forward(self, key, op, y, args, settings):
        start = self.mark
        self.charge(key)
        shapes = [tuple(getattr(a, "shape", ())) for a in args]
        details = {"shapes": shapes, "kept": 0}
        for arg in args:
            if isinstance(arg, Parameter) or isinstance(arg, Tensor) and arg.requires_grad and arg.node is None:
                self.know(arg.array, 0, key)        # a leaf lives anyway
        if y.node is not None and y.node.op is op:
            self.made[y.node.time] = key[2]
            details["kept"] = self.keep(y.node, key)
        self.count(key, start, forward_flops(op, y.shape, shapes, settings), details)

    def backward(self, node, key, shape, wanted):
        start = self.mark
        self.charge(key)
        flops = backward_flops(node.op, shape, node.shapes, node.settings, wanted)
        self.count(key, start, flops, {"shapes": [tuple(shape)]})

    def count(self, key, start, flops, details):
        self.calls[key] += 1
        if flops is not None:
            self.flops[key] += flops
            details["flops"] = flops
        name, track, layer = key
        self.spans.append((track, name, layer, start, self.mark, details))
        self.mark = self.now()          # writing down is nobody's time

    def key(self, op):
        """Of an op called now; one that backward itself calls, as to copy a gradient, is part of it."""
        around, _, layer = self.stack[-1][0]
        return op.name, "backward" if around == GRADIENTS else "forward", layer

    def within(self, y):
        """An op called by the rule of another, which is differentiated itself: its node is the other's."""
        if self.op and threading.get_ident() == self.thread and isinstance(y, Tensor) and y.node is not None:
            if y.node.time not in self.made:
                self.made[y.node.time] = self.op[2]
                self.keep(y.node, self.op)
        return y

    # Memory

    def keep(self, node, key):
        """The bytes that the graph keeps because of this node alone."""
        kept = 0
        for value in node.saved:
            for array in value if isinstance(value, (tuple, list)) else (value,):
                if type(array) in MODULES:
                    kept += self.know(array, None, key)
        return kept

    def know(self, array, size, key):
        """Note the memory of an array, once; how many bytes that are, or `size`."""
        memory = owner(array)
        identity = id(memory)
        if identity in self.known:
            return 0
        size = memory.nbytes if size is None else size
        self.known[identity] = weakref.ref(memory, lambda _: self.freed(identity)), size, key
        if size:
            self.memory.append((perf_counter_ns(), size, key))
        return size

    def freed(self, identity):
        _, size, key = self.known.pop(identity)
        if size:
            self.memory.append((perf_counter_ns(), -size, key))

    # Names

    def name_of(self, module):
        """As in named_modules, and its class; layers of a second model begin with the name of its class."""
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
        p.backward(node, key, g.shape, [parent is not None for parent in parents])
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
        if not p.watches() or p.stack[-1][2] == name:       # a step that calls the one it extends
            return plain(optimizer, *args, **settings)
        p.calls[name, "other", None] += 1
        return p.around((name, "other", None), "optimizer", name, plain, (optimizer, *args), settings)
    return step


def family(kind):
    """A class and all classes derived from it."""
    return {kind}.union(*map(family, kind.__subclasses__()))
