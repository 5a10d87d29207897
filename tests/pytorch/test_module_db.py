"""Every module of PyTorch's database that minigrad offers: its samples, their derivatives, its refusals."""

import functools
import inspect
import warnings

import pytest
from pytorch import module_db

import minigrad
from minigrad import nn

pytestmark = [pytest.mark.torch, pytest.mark.slow]
# Modules whose samples are many, or slow, are tested in parts.
PARTS = {"LinearCrossEntropyLoss": 6, "Transformer": 4, "TransformerEncoder": 4, "TransformerEncoderLayer": 2,
         "TransformerDecoderLayer": 3, "MultiheadAttention": 2, "LSTM": 2}
NOT_OFFERED = {"SyncBatchNorm": "it is batch norm on several GPUs"}


@functools.cache
def database():
    return {module_db.name_of(info): info for info in module_db.module_db() if module_db.is_of_nn(info)}


def cases():
    """(module, part, parts) without importing PyTorch, which is not there in every run."""
    names = [name for name, layer in vars(nn).items()
             if isinstance(layer, type) and issubclass(layer, nn.Module) and layer.__name__ == name]
    return [(name, i, PARTS.get(name, 1)) for name in names for i in range(PARTS.get(name, 1))]


@functools.cache
def found(name, dtype, part, parts):
    return module_db.differences(database()[name], dtype, part=slice(part, None, parts))[1]


@pytest.mark.parametrize("dtype", module_db.DTYPES)
@pytest.mark.parametrize("name, part, parts", cases())
def test_a_module_gives_what_pytorch_gives_for_every_sample(name, part, parts, dtype, torch):
    if name not in database():
        return      # see test_the_modules_without_samples
    wrong = [each for each in found(name, dtype, part, parts)
             if not any(row.covers(each) for row in module_db.ROWS)]
    assert not wrong, f"{len(wrong)} samples differ:\n" + "\n".join(map(str, wrong[:20]))


WITHOUT_SAMPLES = {     # of torch.nn, and not in its database
    "AdaptiveLogSoftmaxWithLoss", "AlphaDropout", "ChannelShuffle", "CosineSimilarity", "Dropout",
    "Dropout1d", "Dropout2d", "Dropout3d", "EmbeddingBag", "FeatureAlphaDropout", "Flatten", "Fold",
    "Hardsigmoid", "Identity", "LazyBatchNorm1d", "LazyBatchNorm2d", "LazyBatchNorm3d",
    "LazyInstanceNorm1d", "LazyInstanceNorm2d", "LazyInstanceNorm3d", "LazyLinear", "MaxUnpool1d",
    "MaxUnpool2d", "MaxUnpool3d", "Module", "ModuleDict", "ModuleList", "NLLLoss2d", "PairwiseDistance",
    "ParameterDict", "ParameterList", "PixelShuffle", "PixelUnshuffle", "RReLU", "Sequential",
    "SyncBatchNorm", "TransformerDecoder", "TripletMarginLoss", "TripletMarginWithDistanceLoss",
    "Unflatten", "Unfold", "Upsample", "UpsamplingBilinear2d", "UpsamplingNearest2d"}


def test_the_modules_without_samples(torch):
    """They have rows in tests/cases/layers.py."""
    without = {name for name, _, _ in cases() if hasattr(torch.nn, name) and name not in database()}
    assert without == WITHOUT_SAMPLES


@pytest.mark.parametrize("row", module_db.ROWS, ids=lambda row: f"{row.module} {row.order}")
def test_each_row_differs(row, torch):
    parts = PARTS.get(row.module, 1)
    assert any(row.covers(each) for dtype in module_db.DTYPES for each in found(row.module, dtype, 0, parts))


@pytest.mark.parametrize("name", sorted({name for name, _, _ in cases()}))
def test_what_pytorch_refuses_is_refused(name, torch):
    if name in database():
        taken = module_db.accepted_errors(database()[name])[1]
        assert not taken, "\n".join(map(str, taken))


def test_a_module_that_is_not_offered_has_a_reason(torch):
    offered = {module_db.name_of(info) for info in module_db.offered(database().values())}
    assert set(database()) - offered <= {*NOT_OFFERED} and len(offered) > 100


def test_inputs_are_taken_by_pytorchs_names(torch):
    wrong = []
    for info in module_db.offered(database().values()):
        samples = module_db.samples_of(info, "float32", True, info.module_inputs_func)
        sample = next((each for each in samples if each.forward_input), None)
        if sample is None:
            continue
        names = [*inspect.signature(info.module_cls.forward).parameters][1:]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            layer = module_db.make(info, sample, "float32", True, [])[1]
            given = [module_db.translated(each, []) for each in sample.forward_input.args]
            more = {key: module_db.translated(each, []) for key, each in sample.forward_input.kwargs.items()}
            try:
                layer(**dict(zip(names, given)), **more)
            except Exception as error:
                wrong.append(f"{module_db.name_of(info)}: {error}")
    assert not wrong, "\n".join(wrong)


def mistakes():
    """Modules with one mistake each, and the order in which it shows."""
    class Relu6(nn.Linear):
        pass

    class Scaled(nn.Linear):
        def reset_parameters(self):
            super().reset_parameters()
            self.weight.data *= 1.001

    class Shifted(nn.Linear):
        def forward(self, input):
            return super().forward(input) + 1e-5

    class Constant(nn.Linear):
        def forward(self, input):
            return super().forward(input.detach())

    class Linearised(nn.Linear):
        def forward(self, input):
            y = super().forward(input)
            w = self.weight.detach()
            return nn.functional.linear(input, w, self.bias) + (y - y.detach()) * 0

    def refuses(*args, **settings):
        return 1 / 0
    return [(Relu6, "made", "instead of Linear("), (Scaled, "made", "weight: "),
            (refuses, "made", "ZeroDivision"), (Shifted, 0, "wrong"), (Constant, 1, "wrong"),
            (Linearised, 1, "wrong")]


@pytest.mark.parametrize("number", range(6))
def test_the_comparison_finds(number, torch, monkeypatch):
    kind, order, what = mistakes()[number]
    if isinstance(kind, type) and kind.__name__ != "Relu6":
        kind.__name__ = "Linear"
    monkeypatch.setattr(minigrad.nn, "Linear", kind)
    wrong = module_db.differences(database()["Linear"], "float64")[1]
    assert wrong and wrong[0].order == order and what in str(wrong[0])
