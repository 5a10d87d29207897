"""Team: split a batch over several processes and compute forward and backward in parallel.

Parameters are in shared memory, so changes by an optimizer, load_state_dict() or an in-place write are
visible in all processes. One step:

1. Process 0, this one, sends every worker its part of the inputs.
2. Every process, including process 0, computes the output of its part. The workers send theirs back.
3. Process 0 joins the outputs, computes the loss of the whole batch, and sends every worker the gradient of
   its output. So the loss may be anything: it sees what it would see in one process.
4. Every process computes the gradients of its part, and they are summed in shared memory into those of
   process 0.
5. The caller's optimizer updates the parameters.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from typing import Any, NamedTuple

import numpy as np

from minigrad.autograd import Tensor, no_grad
from minigrad.autograd.errors import warn
from minigrad.autograd.reverse import run
from minigrad.backend import CPU, device_generator, manual_seed, set_blas_threads
from minigrad.interrupts import uninterrupted
from minigrad.nn import Module
from minigrad.ops.losses.reduction import counted
from minigrad.ops.places.joining import cat
from minigrad.parallel.shared import SharedCommunicator, aligned, shared_bytes
from minigrad.parallel.workers import Workers, check_parent, context_of, packed, unpacked

TRAY = 1 << 24      # bytes of shared memory per worker for tensors; with fork, unused bytes cost nothing


class Team:
    """Trains and runs `model` on `workers` processes; this process is the first of them.

    model           a Module on the CPU, called with the inputs of a batch
    loss_function   a function or Module (output, target) -> a scalar; not needed for forward(). It runs in
                    this process, on the output of the whole batch
    workers         number of processes, at least 2; one per core is best
    keep_output     keep the model's output for the last batch of backward() in `output`
    start_method    'fork' (default on Linux) or 'spawn' (default on macOS and Windows). With spawn, the
                    model is pickled (no lambdas), and the program must start its team inside
                    `if __name__ == "__main__":`

    Losses and gradients equal those of one process up to float rounding, except for:
    - Batch norm uses the statistics of each part; the running statistics follow the first part.
    - Dropout draws different random numbers in each part. The workers' seeds come from the generator of
      process 0, so manual_seed() makes a run reproducible.

    Whatever the loss divides by (class weights, targets that are not ignored, elements under a mask), the
    result is that of one process. Every tensor of the model's output needs one entry per sample in its first
    axis; a loss that wants another order, such as CTC, transposes it.

    The processes share parameters, buffers, requires_grad, and train() or eval() mode. All other
    attributes, and the set of layers, stay as they were when the team started. Every process runs BLAS
    on one thread. close(), or leaving a `with` block, stops the workers, moves the model back to ordinary
    memory and restores this process's BLAS threads. An exception in a worker is raised here and the team
    continues; if a worker dies, the team ends.
    """

    def __init__(self, model: Module, loss_function: Callable[..., Tensor] | None = None, workers: int = 2, *,
                 keep_output: bool = False, start_method: str | None = None) -> None:
        if not isinstance(model, Module) or not (callable(loss_function) or loss_function is None):
            raise TypeError("Team takes (model, loss_function), a Module and a function of (output, "
                            "target); got "
                            f"({type(model).__name__}, {type(loss_function).__name__})")
        if not isinstance(workers, int) or workers < 2:
            raise ValueError(f"Team: workers must be a number of processes, at least 2; got {workers!r}")
        context = context_of(start_method)
        self.size, self.keep_output = workers, keep_output
        self.loss_function = loss_function
        self.output = None
        self.counts: list = []          # what the means of the last loss were divided by
        self.parameters = parameters_of(model)
        self.learning = parameters_of(model, loss_function)
        if not self.parameters:
            raise ValueError(f"Team: {type(model).__name__} has no parameters to train")
        for p in self.parameters:
            if p.device != CPU:
                raise ValueError("Team: the model must be on the CPU, whose memory the processes share, "
                                 "but it is "
                                 f"on {p.device}; train in one process, or move it with model.to('cpu')")
        with uninterrupted():       # the first semaphore may start a process that keeps track of them
            self.memory = shared_bytes(context, sum(aligned(p.array.nbytes) for p in self.parameters) + 1)
            self.homes = homes(self.parameters, self.memory)
            trays = [shared_bytes(context, TRAY) for _ in range(workers - 1)]
            self.trays: Sequence[Tray] = [Tray(memory) for memory in trays]
            slots = shared_bytes(context, SharedCommunicator.needs(workers, Replica.needs(model)))
            gates = [context.Semaphore(0) for _ in range(workers)]
        self.workers: Workers | None = None
        self.replica: Any = None
        self.blas_threads: int | None = None
        try:
            self.bring_home()
            self.workers = Workers(context)
            self.workers.start(workers - 1, work, (slots, gates, self.memory, trays, model))
            self.replica = Replica(model, SharedCommunicator(0, slots, gates, self.workers.check))
            self.blas_threads = set_blas_threads(1)
        except BaseException:
            self.close(kill=True)
            raise
        if self.blas_threads is None:
            warn("cannot set the number of threads of NumPy's BLAS at run time, so the workers "
                 "may compete for cores; set OMP_NUM_THREADS=1 before starting "
                 "Python", RuntimeWarning)

    def backward(self, *batch: Any) -> Tensor:
        """Return the loss of batch (input, ..., target), a Tensor (), and add its gradients to `.grad`.

        The first axis of every Tensor and NumPy array in the batch, also in lists, tuples and dicts, is
        the sample; every process gets a contiguous range of samples. With fewer samples than processes,
        some stay idle. Tensors of the batch that require a gradient receive one too.
        """
        if len(batch) < 2:
            raise TypeError(f"backward takes (input, ..., target), got {len(batch)} arguments")
        if self.loss_function is None:
            raise TypeError("backward needs a loss function; create the team with Team(model, loss_function)")
        samples(batch)
        *inputs, target = batch
        before = grads = [p.grad for p in self.learning]
        try:
            for p in self.learning:
                p.grad = None
            loss = self.learn(inputs, mapped(as_tensor, target))
            grads = [p.grad if g is None else g if p.grad is None else Tensor(g.array + p.grad.array)
                     for p, g in zip(self.learning, before)]
        finally:
            with uninterrupted():
                for p, g in zip(self.learning, grads):
                    p.grad = g
        return loss

    def forward(self, *inputs: Any) -> Any:
        """Return the model's output for a batch of inputs, without a graph.

        The first axis of the outputs is the sample, as in backward's batch.
        """
        parts, outputs, error = self.compute(inputs, learn=False)
        if error is not None:
            raise error
        return joined(outputs)

    def learn(self, inputs: Sequence, target: Any) -> Tensor:
        """The loss of the batch; its gradients are added to `.grad`."""
        parts, outputs, error = self.compute(inputs, learn=True)
        gradients: list = [None] * self.size        # for each process; None: forget this step
        answers = bool(wanting(inputs))
        with self.together() as workers:
            if error is None:
                try:
                    loss = self.loss_of(joined(outputs), target)
                    gradients = [[y.grad for y in wanting(output)] for output in outputs]
                    gradients += [[]] * (self.size - len(outputs))
                except Exception as problem:        # the workers wait for gradients
                    error = problem
            for rank, tray in enumerate(self.trays, 1):
                workers.send(rank, (mapped(tray.put, gradients[rank]), answers))
            if error is None:
                found, error = self.replica.backward(gradients[0])
                replies = [(found, None)]
                if answers or self.replica.failed[0]:
                    replies += [workers.receive(rank) for rank in range(1, self.size)]
        if error is not None:
            raise error
        for rank, (_, sent) in enumerate(replies):
            if sent:
                raise unpacked(rank, *sent)
        found = [replies[0][0]] + [tray.take(each) for tray, (each, _) in zip(self.trays, replies[1:])]
        for i, x in enumerate(wanting(inputs)):
            if any(each[i] is not None for _, each in zip(parts, found)):
                x.backward(cat([Tensor(np.zeros_like(wanting(part)[i].array)) if each[i] is None else each[i]
                                for part, each in zip(parts, found)]))
        return loss

    def compute(self, inputs: Sequence, learn: bool) -> tuple:
        """Let every process compute its part of the batch -> (parts, outputs, the first error).

        learn: keep the graphs; the workers then wait for gradients. Idle processes are left out.
        """
        if self.workers is None:
            raise RuntimeError("this team has ended: it was closed or interrupted, or one of its workers "
                               "died")
        count = samples(inputs)
        # Rounded up, so that process 0 is never idle.
        bounds = [-(-count * rank // self.size) for rank in range(self.size + 1)]
        parts = [part(inputs, start, stop) if stop > start else None
                 for start, stop in zip(bounds, bounds[1:])]
        seed = int(device_generator(CPU).random() * 2**53)
        modes, wants = self.replica.state()
        self.bring_home()
        with self.together() as workers:
            for rank, tray in enumerate(self.trays, 1):
                tray.used = 0
                workers.send(rank, (seed + rank, modes, wants, mapped(tray.put, parts[rank]), learn))
            output, error = self.replica.forward(parts[0], learn)
            outputs = [output]
            for rank, tray in enumerate(self.trays, 1):
                output, sent = workers.receive(rank)
                if sent and error is None:
                    error = unpacked(rank, *sent)
                outputs.append(tray.take(output))
        active = [i for i, each in enumerate(parts) if each is not None]
        return [parts[i] for i in active], [outputs[i] for i in active], error

    def loss_of(self, output: Any, target: Any) -> Tensor:
        """The loss of the whole batch, after its backward()."""
        assert self.loss_function is not None
        loss, self.counts = counted(self.loss_function, output, target)
        if not isinstance(loss, Tensor):
            raise TypeError(f"the loss function must return a Tensor, got a {type(loss).__name__}")
        loss.backward()
        if self.keep_output:
            self.output = detached(output)
        return loss.detach()

    @contextmanager
    def together(self) -> Iterator[Workers]:
        """The workers, for an exchange in which all must take part: if it fails halfway, the team ends."""
        assert self.workers is not None
        try:
            yield self.workers
        except BaseException:
            self.close(kill=True)
            raise

    def bring_home(self) -> None:
        """Copy parameters whose array was replaced into the shared memory, and use that again."""
        with uninterrupted():
            for p, home in zip(self.parameters, self.homes):
                if p.array is home:
                    continue
                if p.array.shape != home.shape or p.array.dtype != home.dtype or p.device != CPU:
                    raise ValueError(f"a parameter was {home.dtype} with shape {home.shape} on the CPU "
                                     "when the "
                                     f"team started, but is now {p.dtype} with shape {tuple(p.shape)} on "
                                     f"{p.device}; start a new team for the changed model")
                home[...] = p.array
                p.array = home

    @contextmanager
    def resting(self) -> Iterator[None]:
        """Restore this process's BLAS threads inside the block, while the workers are idle."""
        if self.blas_threads is None:
            yield
            return
        now: Any = set_blas_threads(self.blas_threads)
        try:
            yield
        finally:
            set_blas_threads(now)

    def close(self, kill: bool = False) -> None:
        """Stop the workers; the model keeps its values, in ordinary memory. kill: do not wait for them."""
        with uninterrupted():
            if self.workers is not None:
                self.workers.close(kill)
                self.workers = None
            if self.replica is not None:
                self.replica.close()
                self.replica = None
            if self.blas_threads is not None:
                set_blas_threads(self.blas_threads)
                self.blas_threads = None
            for p, home in zip(self.parameters, self.homes):
                if p.array is home:
                    p.array = home.copy()
            self.memory = self.homes = self.trays = ()

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        self.close()


class Replica:
    """The model in one process of a team, with its connection to the others, any Communicator."""

    def __init__(self, model, communicator):
        self.model, self.communicator = model, communicator
        self.modules, self.parameters = modules_of(model), parameters_of(model)
        self.buffers = buffers_of(model)
        self.inputs = self.graph = None     # of the step in progress
        # The number of failed processes, and for each parameter how many processes have a gradient.
        self.head = communicator.empty((1 + len(self.parameters),), head_dtype(self.parameters))
        self.failed, self.present = self.head[:1], self.head[1:]
        tensors = [getattr(module, name) for module, name in self.buffers]
        self.bytes = communicator.empty((sum(aligned(b.array.nbytes) for b in tensors),), np.uint8)
        self.places = homes(tensors, self.bytes)

    @staticmethod
    def needs(model):
        """The bytes that a Replica allocates from its communicator."""
        parameters = parameters_of(model)
        wide = head_dtype(parameters).itemsize
        buffers = sum(aligned(getattr(module, name).array.nbytes) for module, name in buffers_of(model))
        return aligned(wide * (1 + len(parameters))) + aligned(buffers) + sum(
            aligned(wide * p.array.size) for p in parameters)

    def forward(self, inputs, learn):
        """Compute the output of this process's part -> (output, error), None for both if it is idle.

        learn: keep the graph for backward(). The output is apart from it: leaves that collect gradients.
        """
        if self.buffers:
            self.share_buffers()
        self.inputs = self.graph = None
        if inputs is None:
            return None, None
        try:
            with nullcontext() if learn else no_grad():
                output = self.model(*inputs)
            check_samples(output, samples(inputs))
            if learn:
                self.inputs, self.graph = inputs, output
            return mapped(lambda y: Tensor(y.array, y.requires_grad), output), None
        except Exception as error:
            return None, error

    def backward(self, gradients):
        """Continue from the gradients of the output -> (gradients of the inputs that require one, error).

        Unless self.failed, the parameters of process 0 receive the sum of the gradients of all processes.
        """
        self.head[:] = 0
        found, error = [], None
        try:
            if self.inputs is not None:
                pull(wanting(self.graph), gradients)
                found = [x.grad for x in wanting(self.inputs)]
        except Exception as problem:        # the others wait for this process, so tell them
            error = problem
            self.failed[0] = 1
        self.inputs = self.graph = None
        self.add_gradients()
        return found, error

    def add_gradients(self):
        """Sum the gradients of all processes into `.grad` of process 0."""
        self.present[:] = [p.grad is not None for p in self.parameters]
        self.communicator.all_reduce(self.head)
        if self.failed[0]:
            return
        arrays = []
        for p, present in zip(self.parameters, self.present):
            if present:
                if p.grad is None:
                    p.grad = Tensor(np.zeros_like(p.array))
                arrays.append(p.grad.array)
        self.communicator.reduce(arrays)

    def share_buffers(self):
        """Copy the buffers of process 0 to every process."""
        if self.communicator.rank == 0:
            for (module, name), place in zip(self.buffers, self.places):
                place[...] = getattr(module, name).array
        self.communicator.broadcast(self.bytes)
        if self.communicator.rank:
            for (module, name), place in zip(self.buffers, self.places):
                getattr(module, name).array[...] = place

    def state(self):
        """What may change between steps: the mode of every module, requires_grad of every parameter."""
        for (module, name), place in zip(self.buffers, self.places):
            b = getattr(module, name)
            if b is None or b.array.shape != place.shape or b.dtype != place.dtype:
                raise ValueError(f"{type(module).__name__}.{name} was {place.dtype} with shape "
                                 f"{place.shape} when "
                                 "the team started, but has changed; start a new team for the changed model")
        return bytes(m.training for m in self.modules), bytes(p.requires_grad for p in self.parameters)

    def set_state(self, modes, wants):
        for module, training in zip(self.modules, modes):
            module.training = bool(training)
        for p, wanted in zip(self.parameters, wants):
            p.requires_grad = bool(wanted)

    def close(self):
        self.communicator.close()
        self.inputs = self.graph = self.head = self.failed = self.present = self.bytes = self.places = None


class Tray:
    """Shared memory for sending tensors to a worker and back; a pipe would copy twice."""

    def __init__(self, memory):
        self.memory, self.used = memory, 0

    def put(self, x):
        """Copy tensor x here and return its place; return x itself if there is no space."""
        start = self.used
        if start + x.array.nbytes > TRAY:
            return x
        self.used = aligned(start + x.array.nbytes)
        axes = sorted(range(x.ndim), key=lambda axis: -x.array.strides[axis])       # memory order
        array = x.array.transpose(axes)
        np.ndarray(array.shape, array.dtype, self.memory, start)[...] = array
        return Lying(start, array.shape, array.dtype.str, axes, x.requires_grad)

    def take(self, message):
        """Turn the places in a message back into tensors; later put() calls do not overwrite them."""
        def tensor(x):
            if isinstance(x, Tensor):
                return x
            array = np.ndarray(x.shape, x.dtype, self.memory, x.start)
            self.used = max(self.used, aligned(x.start + array.nbytes))
            return Tensor(array.transpose(np.argsort(x.axes)), x.requires_grad)
        return mapped(tensor, message)


class Lying(NamedTuple):
    """The place of a tensor in a tray."""

    start: int
    shape: tuple            # in memory order
    dtype: str
    axes: list              # axes of the tensor, outermost in memory first
    requires_grad: bool


def work(rank, line, slots, gates, memory, trays, model):
    """The main loop of a worker: one step per message, until the pipe closes."""
    set_blas_threads(1)
    replica = Replica(model, SharedCommunicator(rank, slots, gates, check_parent))
    for p, home in zip(replica.parameters, homes(replica.parameters, memory)):
        p.array, p.grad = home, None
    tray = Tray(trays[rank - 1])
    line.send("ready")
    while True:
        seed, modes, wants, inputs, learn = line.recv()
        manual_seed(seed)
        replica.set_state(modes, wants)
        tray.used = 0
        output, error = replica.forward(tray.take(inputs), learn)
        line.send((mapped(tray.put, output), error and packed(error)))
        del output
        if not learn:
            continue
        gradients, answers = line.recv()
        if gradients is None:           # another process failed
            continue
        found, error = replica.backward(tray.take(gradients))
        for p in replica.parameters:
            p.grad = None
        if answers or replica.failed[0]:
            line.send((mapped(tray.put, found), error and packed(error)))


def pull(outputs, gradients):
    """backward() from several outputs at once; those without a gradient are left out."""
    pairs = [(y, g) for y, g in zip(outputs, gradients, strict=True) if g is not None]
    if pairs:
        for x, g in run(*zip(*pairs), inputs=None, retain_graph=False, create_graph=False).items():
            x.grad = g if x.grad is None else x.grad + g


def modules_of(*functions):
    """All distinct modules of those functions that are Modules."""
    return list(dict.fromkeys(m for each in functions if isinstance(each, Module) for m in each.modules()))


def parameters_of(*functions):
    return list(dict.fromkeys(p for m in modules_of(*functions) for p in m.parameters(recurse=False)))


def buffers_of(*functions):
    """(module, name) for every buffer."""
    return [(m, name) for m in modules_of(*functions) for name, _ in m.named_buffers(recurse=False)]


def head_dtype(parameters):
    """A dtype that holds the gradients of all parameters; float16 is summed in float32."""
    return np.result_type(np.float32, *(p.dtype for p in parameters))


def homes(parameters, memory):
    """An array in `memory` for each parameter, one after another.

    Each is a separate array, not a view of one large array, since the graph tracks writes per base array.
    """
    places, start = [], 0
    for p in parameters:
        places.append(np.ndarray(p.array.shape, p.dtype, memory, start))
        start += aligned(p.array.nbytes)
    return places


def samples(batch):
    """The number of samples in a batch, the length of all its tensors. Raises ValueError if they differ."""
    lengths = []

    def note(x):
        if not x.ndim:
            raise ValueError("Team: a tensor in a batch must have shape (N, ...), one entry per sample; "
                             "got ()")
        lengths.append(x.shape[0])
    mapped(note, batch)
    if not lengths:
        raise TypeError("Team: a batch must contain tensors (N, ...), got none")
    if len(set(lengths)) > 1:
        raise ValueError("Team: all tensors in a batch must have one entry per sample, got lengths "
                         f"{lengths}; reshape in the model or in the loss function instead")
    if not lengths[0]:
        raise ValueError("Team: the batch has no samples")
    return lengths[0]


def check_samples(output, count):
    """Raise ValueError where a tensor of a part's output does not have one entry per sample."""
    def check(y):
        if not y.ndim or y.shape[0] != count:
            raise ValueError("Team: each tensor of the model's output must have one entry per sample in its "
                             f"first axis, so that the parts of a batch can be joined; a part of {count} "
                             f"samples gave shape {tuple(y.shape)}. Return it as (N, ...), or leave it out")
    mapped(check, output)


def as_tensor(x):
    return x if isinstance(x, Tensor) else Tensor(x)


def part(batch, start, stop):
    """Samples start to stop - 1 of a batch, as tensors."""
    def cut(x):
        x = as_tensor(x)
        return Tensor(x.array[start:stop], x.requires_grad)
    return mapped(cut, batch)


def wanting(batch):
    """The tensors of a batch that require a gradient, in order."""
    found = []

    def note(x):
        if getattr(x, "requires_grad", False):
            found.append(x)
    mapped(note, batch)
    return found


def detached(output):
    return mapped(lambda x: Tensor(x.array), output)


def joined(outputs):
    """Concatenate the outputs of the parts into the output of the batch."""
    first = outputs[0]
    if isinstance(first, Tensor):
        return cat(outputs)
    if isinstance(first, dict):
        return {key: joined([each[key] for each in outputs]) for key in first}
    if isinstance(first, (list, tuple)):
        return type(first)(map(joined, zip(*outputs)))
    return first


def mapped(function, value):
    """Apply `function` to every Tensor or array in `value`, also in lists, tuples and dicts."""
    if isinstance(value, (Tensor, np.ndarray, Lying)):
        return function(value)
    if isinstance(value, dict):
        return {key: mapped(function, each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)([mapped(function, each) for each in value])
    if value is None or isinstance(value, (bool, int, float)):
        return value
    raise TypeError("Team: batches and outputs can hold only tensors and numbers, in lists, tuples and "
                    "dicts; "
                    f"got a {type(value).__name__}")
