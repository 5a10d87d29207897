"""Which layer is an instance of which class, the bases that programs subclass, and SyncBatchNorm."""

import importlib

import pytest

import minigrad
from minigrad import nn
from minigrad.torch import as_torch

BASES = {"batchnorm": "_BatchNorm _NormBase SyncBatchNorm", "instancenorm": "_InstanceNorm", "conv":
         "_ConvNd _ConvTransposeNd", "loss": "_Loss _WeightedLoss", "rnn": "RNNBase RNNCellBase",
         "dropout": "_DropoutNd"}
# Here a lazy norm is the norm that it becomes
LAZY = {(f"Lazy{kind}{d}d", f"{kind}{d}d") for kind in ("BatchNorm", "InstanceNorm") for d in (1, 2, 3)}


def classes(library):
    return {name: value for name, value in ((name, getattr(library, name, None)) for name in dir(nn))
            if isinstance(value, type)}


def bases():
    """The bases under PyTorch's addresses, of whichever library answers."""
    return {name: getattr(importlib.import_module(f"torch.nn.modules.{file}"), name)
            for file, names in BASES.items() for name in names.split()}


def test_classes_inherit_as_in_pytorch(torch):
    theirs = {**classes(torch.nn), **bases()}
    with as_torch():
        ours = {**classes(nn), **bases()}
    common = sorted(ours.keys() & theirs.keys())
    assert len(common) > 150
    different = [(one, other) for one in common for other in common
                 if issubclass(ours[one], ours[other]) != issubclass(theirs[one], theirs[other])]
    assert set(different) == LAZY


def test_instances_of_bases(torch):
    for lib in (torch, minigrad):
        with as_torch() if lib is minigrad else torch.no_grad():
            known = bases()
        assert isinstance(lib.nn.Conv2d(1, 1, 1), known["_ConvNd"])
        assert isinstance(lib.nn.CrossEntropyLoss(), known["_WeightedLoss"])
        assert not isinstance(lib.nn.MSELoss(), known["_WeightedLoss"])
        assert isinstance(lib.nn.LSTM(1, 1), known["RNNBase"])
        assert isinstance(lib.nn.GRUCell(1, 1), known["RNNCellBase"])
        assert not isinstance(lib.nn.Linear(1, 1), tuple(known.values()))


def subclassed(torch):
    """The answers of subclasses of the bases, which read like PyTorch's programs."""
    from torch.nn.modules.batchnorm import _BatchNorm
    from torch.nn.modules.conv import _ConvNd
    from torch.nn.modules.loss import _Loss, _WeightedLoss
    from torch.nn.modules.utils import _pair

    class Norm(_BatchNorm):
        def _check_input_dim(self, input):
            if input.dim() != 5:
                raise ValueError("five")

    class Conv(_ConvNd):
        def __init__(self, channels, width):
            super().__init__(channels, 4, _pair(width), _pair(1), _pair(1), _pair(1), False, _pair(0), 1,
                             True,
                             "zeros")

        def forward(self, x):
            return torch.nn.functional.conv2d(x, self.weight * 2, self.bias, self.stride, self.padding,
                                              self.dilation, self.groups)

    class Error(_Loss):
        def __init__(self, size_average=None, reduce=None, reduction="mean"):
            super().__init__(size_average, reduce, reduction)

        def forward(self, x, y):
            return torch.nn.functional.l1_loss(x, y, reduction=self.reduction)

    class Weighted(_WeightedLoss):
        def forward(self, x, y):
            return torch.nn.functional.cross_entropy(x, y, weight=self.weight, reduction=self.reduction)

    class Recurrent(torch.nn.RNNBase):
        def __init__(self, mode, **settings):
            super().__init__(mode, 2, 3, 2, bidirectional=True, **settings)

    class Kind(type):
        pass

    class OfAnotherKind(torch.nn.RNNBase, metaclass=Kind):
        pass

    class Cell(torch.nn.RNNCellBase):
        def __init__(self):
            super().__init__(2, 3, True, num_chunks=4)

        def forward(self, x):
            return x @ self.weight_ih.T + self.bias_ih

    recurrent = list(OfAnotherKind("GRU", 2, 3).state_dict())
    for mode, settings in (("LSTM", {}), ("LSTM", dict(proj_size=2)), ("GRU", {}), ("RNN_RELU", {})):
        m = Recurrent(mode, **settings)
        assert isinstance(m, torch.nn.RNNBase) and not isinstance(torch.nn.LSTM(1, 1), Recurrent)
        recurrent += [m.mode, list(m.state_dict()), tuple(m.weight_hh_l1.shape), m._flat_weights_names]
    recurrent += [tuple(Cell()(torch.ones(5, 2)).shape), list(Cell().state_dict())]
    torch.manual_seed(0)
    norm, conv, x = Norm(3), Conv(3, 3), torch.linspace(-1, 1, 96).reshape(2, 3, 4, 4)
    with pytest.raises(ValueError, match="five"):
        norm(x)
    y = norm(x.reshape(2, 3, 4, 2, 2))
    return (recurrent, list(norm.state_dict()), y.sum().item() < 1e-5, norm.running_mean.tolist(),
            tuple(conv(x).shape),
            list(conv.state_dict()), tuple(conv.weight.shape), Error()(x, -x).item(),
            Error(reduction="sum").reduction,
            Error(False).reduction if torch.__name__ else None, list(Weighted(torch.ones(2)).state_dict()),
            Weighted(torch.tensor([1.0, 3.0]))(x[0, 0, :, :2], torch.tensor([0, 1, 0, 1])).item())


@pytest.mark.filterwarnings("ignore:size_average and reduce args will be deprecated")
def test_subclasses_of_the_bases_answer_the_same(torch):
    theirs = subclassed(torch)
    with as_torch():
        import torch as ours
        answers = subclassed(ours)
    assert len(answers) == len(theirs)
    for one, other in zip(answers, theirs):
        numbers = isinstance(other, float) or isinstance(other, list) and isinstance(other[0], float)
        assert one == (pytest.approx(other, rel=1e-5, abs=1e-6) if numbers else other)


def model(lib):
    return lib.nn.Sequential(lib.nn.Conv2d(1, 2, 1), lib.nn.BatchNorm2d(2), lib.nn.ModuleDict(
        {"a": lib.nn.BatchNorm1d(3, affine=False, eps=1e-3), "b": lib.nn.InstanceNorm1d(2)}),
        lib.nn.BatchNorm3d(2, track_running_stats=False, momentum=None).eval())


def test_convert_sync_batchnorm(torch):
    shown = []
    for lib in (minigrad, torch):
        before = model(lib)
        kept = dict(before.named_parameters())
        after = lib.nn.SyncBatchNorm.convert_sync_batchnorm(before, process_group=None)
        assert after is before and all(kept[name] is p for name, p in after.named_parameters())
        single = lib.nn.SyncBatchNorm.convert_sync_batchnorm(lib.nn.BatchNorm1d(2))
        shown.append((repr(after), list(after.state_dict()), type(single).__name__,
                      [(name, m.training) for name, m in after.named_modules()]))
    assert shown[0] == shown[1]


@pytest.mark.parametrize("shape", [(4, 3), (4, 3, 2), (2, 3, 2, 2)])
def test_sync_batchnorm_is_batch_norm(shape, torch):
    results = []
    for lib in (minigrad, torch):
        norm, x = lib.nn.SyncBatchNorm(3, momentum=0.2), lib.linspace(-1, 2, 24)[:lib.zeros(shape).numel()]
        y = norm((x ** 2).reshape(shape))
        z = norm.eval()(x.reshape(shape))
        results.append([*y.flatten().tolist(), *z.flatten().tolist(), *norm.running_var.tolist()])
    assert results[0] == pytest.approx(results[1], rel=1e-5, abs=1e-6)
    with pytest.raises(ValueError):
        nn.SyncBatchNorm(3)(minigrad.ones(3))


def test_names_of_recurrent_kinds(torch):
    for lib in (minigrad, torch):
        class Own(lib.nn.LSTM):
            pass
        assert [m.mode for m in (lib.nn.LSTM(1, 1), lib.nn.GRU(1, 1), lib.nn.RNN(1, 1), Own(1, 1),
                                 lib.nn.RNN(1, 1, nonlinearity="relu"))] == [
            "LSTM", "GRU", "RNN_TANH", "LSTM", "RNN_RELU"]


# A weight may have other sizes than the layer was made with


TIED = {
    "linear": lambda lib: (lib.nn.Linear(3, 4, bias=False), {"weight": (5, 7)}, (2, 7)),
    "one output": lambda lib: (lib.nn.Linear(8, 10), {"weight": (1, 4), "bias": (1,)}, (4,)),
    "convolution": lambda lib: (lib.nn.Conv2d(3, 4, 3), {"weight": (4, 5, 3, 3)}, (1, 5, 4, 4)),
    "norm": lambda lib: (lib.nn.BatchNorm1d(2, track_running_stats=False), {"weight": (3,), "bias": (3,)},
                         (2, 3)),
    "bare norm": lambda lib: (lib.nn.BatchNorm1d(2, affine=False, track_running_stats=False), {}, (2, 3)),
}


@pytest.mark.parametrize("name", TIED)
def test_a_weight_of_other_sizes_decides(name, torch):
    results = []
    for lib in (minigrad, torch):
        layer, sizes, shape = TIED[name](lib)
        for each, size in sizes.items():
            setattr(layer, each, lib.nn.Parameter(lib.full(size, 0.5)))
        with lib.no_grad():
            layer.bias = None if layer.bias is None or "bias" not in sizes else layer.bias
            results.append(layer(lib.arange(float(lib.zeros(shape).numel())).reshape(shape)).flatten().tolist())
    assert results[0] == pytest.approx(results[1], rel=1e-5, abs=1e-6)


def test_what_does_not_fit_the_weight_is_refused():
    layer = nn.Linear(3, 4)
    layer.weight = nn.Parameter(minigrad.ones(4, 7))
    with pytest.raises(ValueError, match=r"takes \(..., 7\), got \(2, 3\)"):
        layer(minigrad.ones(2, 3))
