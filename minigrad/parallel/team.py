"""Team: forward and backward of a batch, part by part, in several processes.

Parameters lie in memory that all processes see, so what an optimizer, load_state_dict() or an in-place
write changes here is changed there. In a step

1. process 0, this one, sends every worker its part of the batch;
2. every process computes the loss of its part and its gradients, process 0 too;
3. the gradients, weighed by the sizes of the parts, meet in shared memory and are summed;
4. process 0 puts the sums into `.grad`, and the caller's optimizer moves the parameters.
"""

import warnings
from contextlib import contextmanager

import numpy as np

from minigrad.autograd import Tensor
from minigrad.backend import CPU, device_generator, manual_seed, set_blas_threads
from minigrad.nn import Module
from minigrad.ops.shapes import cat
from minigrad.parallel.shared import SharedCommunicator, aligned, shared_bytes
from minigrad.parallel.workers import Workers, check_parent, context_of, packed, raise_packed

TRAY = 1 << 24      # bytes of a part of a batch that pass through shared memory; with fork, unused ones cost nothing


class Team:
    """Trains `model` with `workers` processes, of which this one is the first.

    model           a Module on the CPU; called with the inputs of a batch
    loss_function   a function or Module (output, target) -> a scalar
    workers         how many processes compute, 2 or more; best one for each core
    reduction       'mean' if the loss is a mean over the samples of a batch, 'sum' if it is their sum; by
                    default what loss_function.reduction says, else 'mean'
    keep_output     let `output` hold the model's output for the last batch; it costs sending it here
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

    def __init__(self, model, loss_function, workers=2, *, reduction=None, keep_output=False, start_method=None):
        if not isinstance(model, Module) or not callable(loss_function):
            raise TypeError("Team takes (model, loss_function), a Module and a function of (output, target), got "
                            f"({type(model).__name__}, {type(loss_function).__name__})")
        if not isinstance(workers, int) or workers < 2:
            raise ValueError(f"Team: workers is how many processes compute, 2 or more, got {workers!r}")
        reduction = reduction or getattr(loss_function, "reduction", "mean")
        if reduction not in ("mean", "sum"):
            raise ValueError(f"Team: reduction is 'mean' or 'sum', as the loss is of a batch, got {reduction!r}")
        context = context_of(start_method)
        self.size, self.reduction, self.keep_output = workers, reduction, keep_output
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
                                   (slots, gates, self.memory, trays, model, loss_function, keep_output))
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
        sample; every process receives a run of them. Fewer samples than processes leave some idle.
        """
        if self.workers is None:
            raise RuntimeError("this team has ended: it was closed, interrupted, or one of its workers died")
        if len(batch) < 2:
            raise TypeError(f"backward takes (input, ..., target), got {len(batch)} arguments")
        count = samples(batch)
        bounds = [0]
        for rank in range(self.size):
            bounds.append(bounds[-1] + count // self.size + (rank < count % self.size))
        parts = [part(batch, *bounds[rank:rank + 2]) if bounds[rank] < bounds[rank + 1] else None
                 for rank in range(self.size)]
        shares = [(bounds[rank + 1] - bounds[rank]) / count if self.reduction == "mean" else 1.0
                  for rank in range(self.size)]
        seed = int(device_generator(CPU).random() * 2**53)
        modes, wants = self.replica.state()
        self.bring_home()
        try:
            for rank in range(1, self.size):
                batch = mapped(self.trays[rank - 1].put, parts[rank])
                self.trays[rank - 1].used = 0
                self.workers.send(rank, (seed + rank, modes, wants, batch, shares[rank]))
            before = [p.grad for p in self.parameters]
            for p in self.parameters:
                p.grad = None
            loss, output, error = self.replica.backward(parts[0], shares[0])
            if loss is None:
                replies = [self.workers.receive(rank) for rank in range(1, self.size)]
            elif self.keep_output:
                outputs = [output] + [self.workers.receive(rank) for rank in range(1, self.size)]
                self.output = joined([each for each, part in zip(outputs, parts) if part is not None])
        except BaseException:
            self.close(kill=True)
            raise
        if loss is None:
            for p, g in zip(self.parameters, before):
                p.grad = g
            if error is not None:
                raise error
            rank, reply = next((rank, reply) for rank, reply in enumerate(replies, 1) if reply)
            raise_packed(rank, *reply)
        self.replica.put_gradients(before)
        return loss

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
        sizes = [p.array.size for p in self.parameters]
        self.flat = communicator.empty((2 + len(sizes) + sum(sizes),), flat_dtype(self.parameters))
        # How many failed, the loss; for each parameter, in how many processes it has a gradient; gradients.
        self.failed, self.loss, self.present = self.flat[:1], self.flat[1:2], self.flat[2:2 + len(sizes)]
        self.sums, start = [], 2 + len(sizes)
        for p, size in zip(self.parameters, sizes):
            self.sums.append(self.flat[start:start + size].reshape(p.array.shape))
            start += size
        tensors = [getattr(module, name) for module, name in self.buffers]
        self.bytes = communicator.empty((sum(aligned(b.array.nbytes) for b in tensors),), np.uint8)
        self.places = homes(tensors, self.bytes)

    @staticmethod
    def needs(model, loss_function):
        """The bytes that a Replica asks of its communicator."""
        parameters = parameters_of(model, loss_function)
        flat = (2 + len(parameters) + sum(p.array.size for p in parameters)) * flat_dtype(parameters).itemsize
        return aligned(flat) + sum(aligned(getattr(module, name).array.nbytes)
                                   for module, name in buffers_of(model, loss_function))

    def backward(self, batch, share):
        """The gradients of all processes' parts are summed, each times its share.

        Returns (loss, output, None): the sum of losses and the output of this part; or, in all processes
        where one has failed, (None, None, the error of this process or None).
        """
        if self.buffers:
            self.share_buffers()
        output = error = None
        self.flat[:2 + len(self.sums)] = 0
        try:
            if batch is not None:
                output = self.model(*batch[:-1])
                loss = self.loss_function(output, batch[-1])
                if not isinstance(loss, Tensor):
                    raise TypeError(f"the loss function must give a Tensor, got a {type(loss).__name__}")
                loss.backward()
                self.loss[0] = share * loss.item()
        except Exception as problem:        # the others wait for this process, and must hear of it
            error = problem
            self.failed[0] = 1
        for i, (p, mine) in enumerate(zip(self.parameters, self.sums)):
            if p.grad is None:
                mine.fill(0)
            else:
                np.multiply(p.grad.array, share, out=mine)
                self.present[i] = 1
        self.communicator.all_reduce(self.flat)
        if self.failed[0]:
            return None, None, error
        return Tensor(self.loss[0]), detached(output), None

    def put_gradients(self, before):
        """Move the sums into every `.grad`, added to the gradients from before."""
        for p, total, present, old in zip(self.parameters, self.sums, self.present, before):
            if not present:
                p.grad = old
            elif old is not None:
                p.grad = Tensor(old.array + total.astype(p.dtype))
            elif p.grad is None:
                p.grad = Tensor(total.astype(p.dtype))
            else:
                p.grad.array[...] = total

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
        self.flat = self.failed = self.loss = self.present = self.sums = self.bytes = self.places = None


class Tray:
    """Memory through which a worker receives its part of a batch: quicker than the line, which copies twice."""

    def __init__(self, memory):
        self.memory, self.used = memory, 0

    def put(self, x):
        """Put the array of tensor x here, if there is room, and say where; else x itself travels."""
        start, array = self.used, x.array
        if start + array.nbytes > TRAY:
            return x
        self.used = aligned(start + array.nbytes)
        np.ndarray(array.shape, array.dtype, self.memory, start)[...] = array
        return Lying(start, array.shape, array.dtype.str)

    def take(self, message):
        """The batch of which the message says where its tensors lie."""
        def tensor(x):
            return x if isinstance(x, Tensor) else Tensor(np.ndarray(x.shape, x.dtype, self.memory, x.start))
        return mapped(tensor, message)


class Lying:
    """Where a tensor lies in a tray."""

    def __init__(self, start, shape, dtype):
        self.start, self.shape, self.dtype = start, shape, dtype


def work(rank, line, slots, gates, memory, trays, model, loss_function, keep_output):
    """What a worker does: a step for every message, until the line ends."""
    set_blas_threads(1)
    replica = Replica(model, loss_function, SharedCommunicator(rank, slots, gates, check_parent))
    for p, home in zip(replica.parameters, homes(replica.parameters, memory)):
        p.array, p.grad = home, None
    tray = Tray(trays[rank - 1])
    line.send("ready")
    while True:
        seed, modes, wants, batch, share = line.recv()
        manual_seed(seed)
        replica.set_state(modes, wants)
        loss, output, error = replica.backward(tray.take(batch), share)
        for p in replica.parameters:
            p.grad = None
        if loss is None:
            line.send(error and packed(error))
        elif keep_output:
            line.send(output)


def modules_of(*functions):
    """All modules of those functions that are Modules, each once."""
    return list(dict.fromkeys(m for each in functions if isinstance(each, Module) for m in each.modules()))


def parameters_of(*functions):
    return list(dict.fromkeys(p for m in modules_of(*functions) for p in m.parameters(recurse=False)))


def buffers_of(*functions):
    """(module, name) of every buffer."""
    return [(m, name) for m in modules_of(*functions) for name, _ in m.named_buffers(recurse=False)]


def flat_dtype(parameters):
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
    return mapped(lambda x: Tensor((x.array if isinstance(x, Tensor) else x)[start:stop]), batch)


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
