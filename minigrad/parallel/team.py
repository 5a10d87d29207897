"""Team: forward and backward of a batch, part by part, in several processes.

Parameters lie in memory that all processes see, so what an optimizer, load_state_dict() or an in-place
write changes here is changed there. In a step

1. process 0, this one, sends every worker its part of the batch;
2. every process computes the loss of its part and its gradients, process 0 too;
3. the gradients, weighed by the sizes of the parts, meet in shared memory, and are added to those of process 0;
4. the caller's optimizer moves the parameters.
"""

import warnings
from contextlib import contextmanager
from typing import NamedTuple

import numpy as np

from minigrad.autograd import Tensor, no_grad
from minigrad.backend import CPU, device_generator, manual_seed, set_blas_threads
from minigrad.nn import Module
from minigrad.ops.places.joining import cat
from minigrad.parallel.shared import SharedCommunicator, aligned, shared_bytes
from minigrad.parallel.workers import Workers, check_parent, context_of, packed, raise_packed

TRAY = 1 << 24      # bytes of a part of a batch that pass through shared memory; with fork, unused ones cost nothing


class Team:
    """Trains and runs `model` with `workers` processes, of which this one is the first.

    model           a Module on the CPU; called with the inputs of a batch
    loss_function   a function or Module (output, target) -> a scalar; forward() does without
    workers         how many processes compute, 2 or more; best one for each core
    reduction       'mean' if the loss is a mean over the samples of a batch, 'sum' if it is their sum; by
                    default what loss_function.reduction says, else 'mean'
    keep_output     let `output` hold the model's output for the last batch of backward(); it costs sending it here
    start_method    'fork', the default on Linux, or 'spawn', the default on macOS and Windows. With spawn the
                    model and the loss travel by pickle (no lambdas), and a program starts its team inside
                    `if __name__ == "__main__":`

    Losses and gradients are those of one process to float rounding, with these differences:
    - Batch norm uses the statistics of each part, and the running averages follow those of the first part.
    - Random numbers (dropout) differ between parts. Worker r draws in each step from a seed that process
      0's generator gives, so manual_seed() repeats a run.
    - A mean over something else than samples (class weights, ignore_index) is weighed by samples.

    Shared between the processes: parameters, buffers, requires_grad, train() and eval(). Any other attribute,
    and which layers there are, is what it was when the team started. Every process runs BLAS on one
    thread; close(), or the end of a `with` block, gives this one its threads back, ends the workers, and
    leaves the model in ordinary memory. An exception in a worker is raised here and the team goes on; a
    worker that dies ends the team.
    """

    def __init__(self, model, loss_function=None, workers=2, *, reduction=None, keep_output=False,
                 start_method=None):
        if not isinstance(model, Module) or not (callable(loss_function) or loss_function is None):
            raise TypeError("Team takes (model, loss_function), a Module and a function of (output, target), got "
                            f"({type(model).__name__}, {type(loss_function).__name__})")
        if not isinstance(workers, int) or workers < 2:
            raise ValueError(f"Team: workers is how many processes compute, 2 or more, got {workers!r}")
        reduction = reduction or getattr(loss_function, "reduction", "mean")
        if reduction not in ("mean", "sum"):
            raise ValueError(f"Team: reduction is 'mean' or 'sum', as the loss is of a batch, got {reduction!r}")
        context = context_of(start_method)
        self.size, self.reduction, self.keep_output = workers, reduction, keep_output
        self.loss_function = loss_function
        self.output = None
        self.parameters = parameters_of(model, loss_function)
        if not self.parameters:
            raise ValueError(f"Team: {type(model).__name__} has no parameters, there is nothing to train")
        for p in self.parameters:
            if p.device != CPU:
                raise ValueError(f"Team: processes share the memory of the CPU, the model is on {p.device}; train it "
                                 "in one process, or move it with model.to('cpu')")
        self.memory = shared_bytes(context, sum(aligned(p.array.nbytes) for p in self.parameters) + 1)
        self.homes = homes(self.parameters, self.memory)
        trays = [shared_bytes(context, TRAY) for _ in range(workers - 1)]
        self.trays = [Tray(memory) for memory in trays]
        slots = shared_bytes(context, SharedCommunicator.needs(workers, Replica.needs(model, loss_function)))
        gates = [context.Semaphore(0) for _ in range(workers)]
        self.bring_home()
        self.workers = self.replica = self.blas_threads = None
        try:
            self.workers = Workers(context, workers - 1, work,
                                   (slots, gates, self.memory, trays, model, loss_function))
            self.replica = Replica(model, loss_function, SharedCommunicator(0, slots, gates, self.workers.check))
            self.blas_threads = set_blas_threads(1)
        except BaseException:
            self.close()
            raise
        if self.blas_threads is None:
            warnings.warn("NumPy's BLAS does not let its threads be set from here, so the workers may hinder each "
                          "other; set OMP_NUM_THREADS=1 before Python starts", RuntimeWarning, stacklevel=2)

    def backward(self, *batch):
        """The loss of batch (input, ..., target), a Tensor (); its gradients are added to every `.grad`.

        Tensors and NumPy arrays of the batch, also inside lists, tuples and dicts, have one entry for each
        sample; every process receives a run of them. Fewer samples than processes leave some idle. Tensors of the
        batch that require a gradient receive theirs too, as from backward() of the loss.
        """
        if len(batch) < 2:
            raise TypeError(f"backward takes (input, ..., target), got {len(batch)} arguments")
        if self.loss_function is None:
            raise TypeError("backward needs a loss function: start the team as Team(model, loss_function)")
        before = [p.grad for p in self.parameters]
        for p in self.parameters:
            p.grad = None
        try:
            parts, outputs, gradients = self.compute(batch, True, self.keep_output)
        except BaseException:
            for p, g in zip(self.parameters, before):
                p.grad = g
            raise
        for p, g in zip(self.parameters, before):
            if g is not None:
                p.grad = g if p.grad is None else Tensor(g.array + p.grad.array)
        for i, x in enumerate(wanting(batch)):
            if any(each[i] is not None for each in gradients):
                x.backward(cat([Tensor(np.zeros_like(wanting(part)[i].array)) if each[i] is None else each[i]
                                for part, each in zip(parts, gradients)]))
        if self.keep_output:
            self.output = joined(outputs)
        return Tensor(self.replica.loss[0])

    def forward(self, *inputs):
        """The model's output for a batch of inputs, without a graph; outputs too have one entry for each sample."""
        parts, outputs, gradients = self.compute(inputs, False, True)
        return joined(outputs)

    def compute(self, batch, learn, keep):
        """Every process works on its part of the batch: (parts, their outputs, gradients of their tensors).

        learn: with gradients. keep: with outputs, which else are None. Processes without a sample are left out.
        """
        if self.workers is None:
            raise RuntimeError("this team has ended: it was closed, interrupted, or one of its workers died")
        count = samples(batch)
        bounds = [-(-count * rank // self.size) for rank in range(self.size + 1)]      # process 0 is never idle
        sizes = [stop - start for start, stop in zip(bounds, bounds[1:])]
        parts = [part(batch, start, start + size) if size else None for start, size in zip(bounds, sizes)]
        shares = [size / count if self.reduction == "mean" else 1.0 for size in sizes] if learn else [None] * self.size
        answers = keep or bool(learn and wanting(batch))
        seed = int(device_generator(CPU).random() * 2**53)
        modes, wants = self.replica.state()
        self.bring_home()
        try:
            for rank, tray in enumerate(self.trays, 1):
                tray.used = 0
                self.workers.send(rank, (seed + rank, modes, wants, mapped(tray.put, parts[rank]), shares[rank],
                                         keep, answers))
            output, gradients, error = self.replica.compute(parts[0], shares[0], keep)
            replies = []
            if answers or self.replica.failed[0]:
                replies = [self.workers.receive(rank) for rank in range(1, self.size)]
        except BaseException:
            self.close(kill=True)
            raise
        if error is not None:
            raise error
        for rank, (_, _, problem) in enumerate(replies, 1):
            if problem:
                raise_packed(rank, *problem)
        done = [(parts[0], output, gradients)]
        for mine, tray, (output, gradients, _) in zip(parts[1:], self.trays, replies):
            if mine is not None:
                done.append((mine, tray.take(output), tray.take(gradients)))
        return zip(*done)

    def bring_home(self):
        """Parameters that have another array than the shared one: copy it there, and share it."""
        for p, home in zip(self.parameters, self.homes):
            if p.array is not home:
                if p.array.shape != home.shape or p.array.dtype != home.dtype or p.device != CPU:
                    raise ValueError(f"a parameter was {home.dtype} of shape {home.shape} on the CPU when the team "
                                     f"started, now it is {p.dtype} of shape {tuple(p.shape)} on {p.device}; start "
                                     "another team for the changed model")
                home[...] = p.array
                p.array = home

    @contextmanager
    def resting(self):
        """While the workers wait, as in an evaluation, give this process all its BLAS threads."""
        if self.blas_threads is None:
            yield
            return
        now = set_blas_threads(self.blas_threads)
        try:
            yield
        finally:
            set_blas_threads(now)

    def close(self, kill=False):
        """End the workers; the model stays as it is, in memory of its own. kill: do not wait for them."""
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
    """What one process holds of a team: the model, and where its gradients meet those of the others.

    Nothing here knows who the others are; any Communicator will do.
    """

    def __init__(self, model, loss_function, communicator):
        self.model, self.loss_function, self.communicator = model, loss_function, communicator
        self.modules = modules_of(model, loss_function)
        self.parameters = parameters_of(model, loss_function)
        self.buffers = buffers_of(model, loss_function)
        # How many failed, the loss; for each parameter, in how many processes it has a gradient.
        self.head = communicator.empty((2 + len(self.parameters),), head_dtype(self.parameters))
        self.failed, self.loss, self.present = self.head[:1], self.head[1:2], self.head[2:]
        tensors = [getattr(module, name) for module, name in self.buffers]
        self.bytes = communicator.empty((sum(aligned(b.array.nbytes) for b in tensors),), np.uint8)
        self.places = homes(tensors, self.bytes)

    @staticmethod
    def needs(model, loss_function):
        """The bytes that a Replica asks of its communicator."""
        parameters = parameters_of(model, loss_function)
        wide = head_dtype(parameters).itemsize
        buffers = sum(aligned(getattr(module, name).array.nbytes) for module, name in buffers_of(model, loss_function))
        return aligned(wide * (2 + len(parameters))) + aligned(buffers) + sum(
            aligned(wide * p.array.size) for p in parameters)

    def compute(self, batch, share, keep):
        """(output, gradients of the tensors that want one, error), of this process and its part, None where idle.

        The parameters of process 0 receive the sum of all processes' gradients, each times its share, and
        self.loss is the sum of their losses, unless self.failed. share None: forward only. keep: give the output.
        """
        if self.buffers:
            self.share_buffers()
        self.head[:] = 0
        output, gradients, error = None, [], None
        try:
            if batch is None:
                pass
            elif share is None:
                with no_grad():
                    output = self.model(*batch)
            else:
                output = self.model(*batch[:-1])
                loss = self.loss_function(output, batch[-1])
                if not isinstance(loss, Tensor):
                    raise TypeError(f"the loss function must give a Tensor, got a {type(loss).__name__}")
                loss = loss * share
                loss.backward()
                self.loss[0] = loss.item()
                gradients = [x.grad for x in wanting(batch)]
            output = detached(output) if keep else None
        except Exception as problem:        # the others wait for this process, and must hear of it
            error = problem
            self.failed[0] = 1
        if share is not None:
            self.add_gradients()
        return output, gradients, error

    def add_gradients(self):
        """Add what all processes found, in process 0: gradients in `.grad`."""
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
        """Give every process the buffers of process 0: what it has learned, loaded or set."""
        if self.communicator.rank == 0:
            for (module, name), place in zip(self.buffers, self.places):
                place[...] = getattr(module, name).array
        self.communicator.broadcast(self.bytes)
        if self.communicator.rank:
            for (module, name), place in zip(self.buffers, self.places):
                getattr(module, name).array[...] = place

    def state(self):
        """What may change between steps: training or not for every module, requires_grad for every parameter."""
        for (module, name), place in zip(self.buffers, self.places):
            b = getattr(module, name)
            if b is None or b.array.shape != place.shape or b.dtype != place.dtype:
                raise ValueError(f"{type(module).__name__}.{name} was {place.dtype} of shape {place.shape} when the "
                                 "team started, and has changed; start another team for the changed model")
        return bytes(m.training for m in self.modules), bytes(p.requires_grad for p in self.parameters)

    def set_state(self, modes, wants):
        for module, training in zip(self.modules, modes):
            module.training = bool(training)
        for p, wanted in zip(self.parameters, wants):
            p.requires_grad = bool(wanted)

    def close(self):
        self.communicator.close()
        self.head = self.failed = self.loss = self.present = self.bytes = self.places = None


class Tray:
    """Memory through which tensors go to a worker and back: quicker than the line, which copies twice."""

    def __init__(self, memory):
        self.memory, self.used = memory, 0

    def put(self, x):
        """Put the array of tensor x here, if there is room, and say where; else x itself travels."""
        start = self.used
        if start + x.array.nbytes > TRAY:
            return x
        self.used = aligned(start + x.array.nbytes)
        axes = sorted(range(x.ndim), key=lambda axis: -x.array.strides[axis])       # in the order of memory
        array = x.array.transpose(axes)
        np.ndarray(array.shape, array.dtype, self.memory, start)[...] = array
        return Lying(start, array.shape, array.dtype.str, axes, x.requires_grad)

    def take(self, message):
        """What was put here and told in a message; what is put next goes behind it."""
        def tensor(x):
            if isinstance(x, Tensor):
                return x
            array = np.ndarray(x.shape, x.dtype, self.memory, x.start)
            self.used = max(self.used, aligned(x.start + array.nbytes))
            return Tensor(array.transpose(np.argsort(x.axes)), x.requires_grad)
        return mapped(tensor, message)


class Lying(NamedTuple):
    """Where a tensor lies in a tray."""

    start: int
    shape: tuple            # in memory
    dtype: str
    axes: list              # of the tensor, from the outermost in memory to the innermost
    requires_grad: bool


def work(rank, line, slots, gates, memory, trays, model, loss_function):
    """What a worker does: a step for every message, until the line ends."""
    set_blas_threads(1)
    replica = Replica(model, loss_function, SharedCommunicator(rank, slots, gates, check_parent))
    for p, home in zip(replica.parameters, homes(replica.parameters, memory)):
        p.array, p.grad = home, None
    tray = Tray(trays[rank - 1])
    line.send("ready")
    while True:
        seed, modes, wants, batch, share, keep, answers = line.recv()
        manual_seed(seed)
        replica.set_state(modes, wants)
        tray.used = 0
        output, gradients, error = replica.compute(tray.take(batch), share, keep)
        for p in replica.parameters:
            p.grad = None
        if answers or replica.failed[0]:
            line.send((mapped(tray.put, output), mapped(tray.put, gradients), error and packed(error)))


def modules_of(*functions):
    """All modules of those functions that are Modules, each once."""
    return list(dict.fromkeys(m for each in functions if isinstance(each, Module) for m in each.modules()))


def parameters_of(*functions):
    return list(dict.fromkeys(p for m in modules_of(*functions) for p in m.parameters(recurse=False)))


def buffers_of(*functions):
    """(module, name) of every buffer."""
    return [(m, name) for m in modules_of(*functions) for name, _ in m.named_buffers(recurse=False)]


def head_dtype(parameters):
    """What gradients of all parameters fit into; float16 is summed in float32."""
    return np.result_type(np.float32, *(p.dtype for p in parameters))


def homes(parameters, memory):
    """An array in `memory` for each parameter, one behind the other.

    Each is an array over the memory, no view of one big array: the graph notes writes array by array.
    """
    places, start = [], 0
    for p in parameters:
        places.append(np.ndarray(p.array.shape, p.dtype, memory, start))
        start += aligned(p.array.nbytes)
    return places


def samples(batch):
    """How many samples the batch has: the length of all its tensors. Raises ValueError where lengths differ."""
    lengths = []

    def note(x):
        if not x.ndim:
            raise ValueError("Team: a tensor of a batch has one entry for each sample, got shape ()")
        lengths.append(x.shape[0])
    mapped(note, batch)
    if not lengths:
        raise TypeError("Team: a batch holds tensors (N, ...), got none")
    if len(set(lengths)) > 1:
        raise ValueError(f"Team: all tensors of a batch have one entry for each sample, got lengths {lengths}; "
                         "change shapes in the model or in the loss function, not before")
    if not lengths[0]:
        raise ValueError("Team: the batch holds no sample")
    return lengths[0]


def part(batch, start, stop):
    """Samples start to stop - 1 of a batch."""
    def cut(x):
        x = x if isinstance(x, Tensor) else Tensor(x)
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
    """The outputs for the parts as the output for the batch."""
    first = outputs[0]
    if isinstance(first, Tensor):
        return cat(outputs)
    if isinstance(first, dict):
        return {key: joined([each[key] for each in outputs]) for key in first}
    if isinstance(first, (list, tuple)):
        return type(first)(map(joined, zip(*outputs)))
    return first


def mapped(function, value):
    """`value` with every Tensor or array in it replaced by function(it), also in lists, tuples and dicts."""
    if isinstance(value, (Tensor, np.ndarray, Lying)):
        return function(value)
    if isinstance(value, dict):
        return {key: mapped(function, each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)([mapped(function, each) for each in value])
    if value is None or isinstance(value, (bool, int, float)):
        return value
    raise TypeError("Team: what goes between processes is made of tensors and numbers, in lists, tuples and dicts, "
                    f"got a {type(value).__name__}")
