"""Misspelt functions, attributes and arguments: the error suggests the right name."""

import copy
import importlib
import importlib.util
import inspect
import pickle
import re
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest

import minigrad
from minigrad import data, func, hints, io, nn, optim, train, visual
from minigrad.autograd.errors import NamesArguments, check_names
from minigrad.hints import closest
from minigrad.nn import functional as F
from minigrad.optim import lr_scheduler

X = minigrad.ones(2, 3)


@pytest.mark.parametrize("name, known, expected", [
    ("meen", ["mean", "median"], "mean"),
    ("Dataloader", ["Dataset", "DataLoader"], "DataLoader"),            # case does not matter
    ("crossentropy", ["cross_entropy"], "cross_entropy"),               # nor do underscores
    ("evaluate", ["eval", "train"], "eval"),                            # one begins with the other
    ("xavier", ["xavier_uniform_", "zeros_"], "xavier_uniform_"),
    ("conv2d", ["Conv2d", "Conv2D"], "Conv2d"),                         # the first of equally close names
    ("save", ["square", "sub"], None), ("jit", ["int"], None), ("x", ["xyz"], None),
    ("hidden", ["_hidden"], None),                                      # private names are not suggested
])
def test_closest_finds_what_was_meant_and_nothing_else(name, known, expected):
    assert closest(name, known) == expected


def test_hints_know_no_module_of_minigrad_by_name():
    assert re.findall(r"minigrad\.\w+", Path(hints.__file__).read_text(encoding="utf-8")) == []


# Names that do not exist


@pytest.mark.parametrize("wrong, text", [
    (lambda: minigrad.zeroes, "minigrad has no 'zeroes'; did you mean minigrad.zeros?"),
    (lambda: minigrad.float23, "minigrad has no 'float23'; did you mean minigrad.float32?"),
    (lambda: minigrad.optin, "minigrad has no 'optin'; did you mean minigrad.optim?"),
    (lambda: minigrad.qwertz, "minigrad has no 'qwertz'"),
    (lambda: nn.Linaer, "minigrad.nn has no 'Linaer'; did you mean nn.Linear?"),
    (lambda: nn.Relu, "minigrad.nn has no 'Relu'; did you mean nn.ReLU?"),
    (lambda: nn.functionl, "minigrad.nn has no 'functionl'; did you mean nn.functional?"),
    (lambda: F.crossentropy,
     "minigrad.nn.functional has no 'crossentropy'; did you mean functional.cross_entropy?"),
    (lambda: nn.init.xavier_unifrm_,
     "minigrad.nn.init has no 'xavier_unifrm_'; did you mean init.xavier_uniform_?"),
    (lambda: nn.utils.clip_grad_nrom_,
     "minigrad.nn.utils has no 'clip_grad_nrom_'; did you mean utils.clip_grad_norm?"),
    (lambda: optim.AdaGrad, "minigrad.optim has no 'AdaGrad'; did you mean optim.Adagrad?"),
    (lambda: lr_scheduler.StepLr,
     "minigrad.optim.lr_scheduler has no 'StepLr'; did you mean lr_scheduler.StepLR?"),
    (lambda: data.Dataloader, "minigrad.data has no 'Dataloader'; did you mean data.DataLoader?"),
    (lambda: train.Trainr, "minigrad.train has no 'Trainr'; did you mean train.Trainer?"),
    (lambda: io.Save, "minigrad.io has no 'Save'; did you mean io.save?"),
    (lambda: func.hesian, "minigrad.func has no 'hesian'; did you mean func.hessian?"),
    (lambda: visual.grph, "minigrad.visual has no 'grph'; did you mean visual.graph?"),
    (lambda: minigrad.autograd.gradchek,
     "minigrad.autograd has no 'gradchek'; did you mean autograd.gradcheck?"),
], ids=lambda value: value if isinstance(value, str) else "")
def test_a_mistyped_name_is_answered_with_the_nearest_one(wrong, text):
    with pytest.raises(AttributeError, match=f"^{re.escape(text)}$"):
        wrong()


@pytest.mark.parametrize("wrong, text", [
    (lambda: minigrad.Linear, "minigrad has no 'Linear'; it is minigrad.nn.Linear"),
    (lambda: minigrad.linear, "minigrad has no 'linear'; it is minigrad.nn.functional.linear"),
    (lambda: minigrad.cross_entropy,
     "minigrad has no 'cross_entropy'; it is minigrad.nn.functional.cross_entropy"),
    (lambda: minigrad.Adam, "minigrad has no 'Adam'; it is minigrad.optim.Adam"),
    (lambda: minigrad.StepLR, "minigrad has no 'StepLR'; it is minigrad.optim.lr_scheduler.StepLR"),
    (lambda: minigrad.DataLoader, "minigrad has no 'DataLoader'; it is minigrad.data.DataLoader"),
    (lambda: optim.StepLR, "minigrad.optim has no 'StepLR'; it is minigrad.optim.lr_scheduler.StepLR"),
    (lambda: optim.SWALR, "minigrad.optim has no 'SWALR'; it is minigrad.optim.swa_utils.SWALR"),
    (lambda: nn.cross_entropy,
     "minigrad.nn has no 'cross_entropy'; it is minigrad.nn.functional.cross_entropy"),
    (lambda: nn.kaiming_normal_,
     "minigrad.nn has no 'kaiming_normal_'; it is minigrad.nn.init.kaiming_normal_"),
    (lambda: nn.clip_grad_norm_,
     "minigrad.nn has no 'clip_grad_norm_'; it is minigrad.nn.utils.clip_grad_norm_"),
    (lambda: nn.randn, "minigrad.nn has no 'randn'; it is minigrad.randn"),
    (lambda: minigrad.lstsq, "minigrad has no 'lstsq'; it is minigrad.linalg.lstsq"),
    (lambda: minigrad.GradScaler, "minigrad has no 'GradScaler'; it is minigrad.amp.GradScaler"),
    (lambda: minigrad.Categorical,
     "minigrad has no 'Categorical'; it is minigrad.distributions.Categorical"),
    (lambda: nn.StepLR, "minigrad.nn has no 'StepLR'"),         # optim is above nn, which cannot import it
    (lambda: nn.softmax,
     "minigrad.nn has no 'softmax'; did you mean nn.Softmax?"),     # closer than F.softmax
    (lambda: F.ReLU, "minigrad.nn.functional has no 'ReLU'; did you mean functional.relu?"),
    (lambda: optim.zeros, "minigrad.optim has no 'zeros'"),     # swa_utils only imports it
    (lambda: nn.host_generator, "minigrad.nn has no 'host_generator'"),
], ids=lambda value: value if isinstance(value, str) else "")
def test_a_name_that_stands_in_another_place_is_found_there(wrong, text):
    with pytest.raises(AttributeError, match=f"^{re.escape(text)}$"):
        wrong()


def test_nn_sends_nobody_to_a_name_that_minigrad_does_not_have():
    from minigrad.ops import creation
    for name in set(vars(creation)) - set(dir(nn)):
        with pytest.raises(AttributeError) as told:
            getattr(nn, name)
        place = re.search("it is minigrad[.]([a-z_]+)$", str(told.value))
        assert place is None or hasattr(minigrad, place[1]), told.value


@pytest.mark.parametrize("wrong, text", [
    (lambda: minigrad.jit.script, "minigrad has no 'jit'; drop it: call the model directly"),
    (lambda: minigrad.FloatTensor([1]),
     "minigrad has no 'FloatTensor'; use minigrad.tensor(data, dtype=minigrad.float32)"),
    (lambda: minigrad.distributed,
     "minigrad has no 'distributed'; use minigrad.parallel, which trains on several processes"),
    (lambda: minigrad.array([1]), "minigrad has no 'array'; use minigrad.tensor(data)"),
    (lambda: minigrad.ndarray, "minigrad has no 'ndarray'; use minigrad.Tensor"),
    (lambda: minigrad.autograd.Variable,
     "minigrad.autograd has no 'Variable'; drop it: a Tensor is a variable; x.requires_grad_() asks for a "
     "gradient"),
    (lambda: minigrad.cuda.amp, "minigrad.cuda has no 'amp'; use minigrad.amp"),
], ids=lambda value: value if isinstance(value, str) else "")
def test_what_pytorch_or_numpy_has_and_minigrad_lacks_says_what_to_use(wrong, text):
    with pytest.raises(AttributeError, match=f"^{re.escape(text)}$"):
        wrong()


def tables():
    """(module, name, what to use instead) for each entry of each `_INSTEAD` in the source."""
    package = Path(minigrad.__file__).parent
    for path in sorted(package.rglob("*.py")):
        if re.search("^_INSTEAD = ", path.read_text(encoding="utf-8"), re.MULTILINE):
            parts = path.relative_to(package.parent).with_suffix("").parts
            module = ".".join(parts).removesuffix(".__init__")
            for name, text in importlib.import_module(module)._INSTEAD.items():
                yield module, name, text


ENTRIES = list(tables())
FROM_NUMPY = (
    "array", "ndarray", "astype", "expand_dims", "identity", "ndim", "power", "shape", "size")
FROM_OTHERS = """
    keras layers optimizers losses GradientTape Variable constant reduce_sum reduce_mean reduce_max
    stop_gradient cast Dense Input InputLayer Model Layer Activation Concatenate Add Reshape Lambda SimpleRNN
    MeanSquaredError MeanAbsoluteError BinaryCrossentropy CategoricalCrossentropy
    SparseCategoricalCrossentropy he_normal he_uniform glorot_normal glorot_uniform lecun_normal
    truncated_normal CosineDecay ExponentialDecay PiecewiseConstantDecay apply_updates lax value_and_grad jit
    Embed compact einops to_tensor dense bce numpy conv Gaussian BatchNormalization Convolution
    BertModel AutoModel SentenceTransformer LoraConfig PeftModel get_peft_model
    """.split()         # Keras, TensorFlow, JAX, Flax, Optax, transformers, sentence-transformers, peft
FAMILIES = (r"(Conv|(Global)?(Max|Average)Pooling|UpSampling)\dD(Transpose)?|[A-Z]\w+(Conv|Norm|Pool|Pad)|"
            r"\w+Pool|\w+Norm|ConvTranspose|Conv|ZeroPad|conv_transpose|max_pool|avg_pool")
FROM_ELSEWHERE = ("clip_grad_norm_", "load_state_dict", "device_count", "no_grad")     # in PyTorch



def test_the_tables_are_found():
    modules = {module for module, _, _ in ENTRIES}
    assert modules >= {"minigrad", "minigrad.nn", "minigrad.cuda"}


@pytest.mark.parametrize("module, name, text", ENTRIES, ids=lambda value: value[:30])
def test_minigrad_lacks_what_the_table_says_it_lacks_and_has_what_it_offers_instead(module, name, text):
    with pytest.raises(AttributeError, match=f"^{re.escape(f'{module} has no {name!r}; {text}')}$"):
        getattr(importlib.import_module(module), name)
    for path in re.findall(r"minigrad(?:\.\w+)+", text):
        thing = minigrad
        for part in path.split(".")[1:]:
            thing = getattr(thing, part)


@pytest.mark.parametrize("module, name", [(module, name) for module, name, _ in ENTRIES], ids=".".join)
def test_pytorch_or_numpy_has_what_the_table_says_it_has(module, name, torch):
    if module == "minigrad" and name in FROM_NUMPY:
        assert hasattr(np, name)
    elif name not in (*FROM_OTHERS, *FROM_ELSEWHERE) and not re.fullmatch(FAMILIES, name):
        module = module.replace("minigrad.data", "torch.utils.data").replace("minigrad", "torch")
        assert hasattr(importlib.import_module(module), name) or importlib.util.find_spec(f"{module}.{name}")


def test_tools_that_ask_for_special_names_get_a_plain_answer():
    for module in (minigrad, nn, F, data):
        assert not hasattr(module, "__wrapped__")
        assert not hasattr(module, "_ipython_display_")


def test_asking_for_a_name_in_vain_leaves_the_import_of_minigrad_lean():
    code = ("import sys, minigrad; before = set(sys.modules); hasattr(minigrad, '__wrapped__'); "
            "print(len(set(sys.modules) - before))")
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "0"


# Attributes of tensors and modules


@pytest.mark.parametrize("wrong, text", [
    (lambda: X.meen(), "a Tensor has no attribute 'meen'; did you mean 'mean'?"),
    (lambda: X.requires_grads, "a Tensor has no attribute 'requires_grads'; did you mean 'requires_grad'?"),
    (lambda: X.astype(float), "a Tensor has no attribute 'astype'; PyTorch's spelling is x.to(dtype)"),
    (lambda: X.zero_grad(),
     "a Tensor has no attribute 'zero_grad'; use x.grad = None, or optimizer.zero_grad()"),
    (lambda: X.to_list(), "a Tensor has no attribute 'to_list'; did you mean 'tolist'?"),
    (lambda: X.qwertz, "a Tensor has no attribute 'qwertz'; dir(tensor) lists its attributes"),
    (lambda: nn.Linear(1, 1).wieght, "Linear has no attribute 'wieght'; did you mean 'weight'?"),
    (lambda: nn.Linear(1, 1).evaluate(), "Linear has no attribute 'evaluate'; did you mean 'eval'?"),
    (lambda: nn.Linear(1, 1).zerograd(), "Linear has no attribute 'zerograd'; did you mean 'zero_grad'?"),
    (lambda: nn.Linear(1, 1).qwertz, "Linear has no attribute 'qwertz'"),
], ids=lambda value: value if isinstance(value, str) else "")
def test_a_mistyped_attribute_is_answered_with_the_nearest_one(wrong, text):
    with pytest.raises(AttributeError, match=f"^{re.escape(text)}$"):
        wrong()


# Arguments


REDUCTIONS = ("sum mean var std var_mean std_mean max min amax amin aminmax argmax argmin prod norm median "
              "all any nansum logsumexp").split()
ALONG_ONE = "cumsum softmax log_softmax sort topk argsort squeeze unsqueeze".split()


def doors(name):
    """Where a caller finds an op: as a function, a method, or both."""
    found = [getattr(place, name) for place in (minigrad, minigrad.Tensor, F) if hasattr(place, name)]
    assert found
    return found


def same(results, expected):
    if not isinstance(results, tuple):
        results, expected = [results], [expected]
    for result, right in zip(results, expected, strict=True):
        assert np.array_equal(result.numpy(), right.numpy())


@pytest.mark.parametrize("name", [*REDUCTIONS, *ALONG_ONE])
def test_numpys_axis_means_dim(name):
    for door in doors(name):
        more = [1] * (name == "topk")
        same(door(X, *more, axis=1), door(X, *more, dim=1))


@pytest.mark.parametrize("name", REDUCTIONS)
def test_numpys_keepdims_means_keepdim(name):
    for door in doors(name):
        same(door(X, axis=1, keepdims=True), door(X, dim=1, keepdim=True))


@pytest.mark.parametrize("spelt", [
    lambda x: minigrad.cat([x, x], axis=1) == minigrad.cat([x, x], 1),
    lambda x: minigrad.stack([x, x], axis=1) == minigrad.stack([x, x], 1),
    lambda x: minigrad.sum(a=x, axis=0) == x.sum(0),
    lambda x: minigrad.exp(x=x) == minigrad.exp(x1=x),
    lambda x: minigrad.add(x1=x, x2=x) == x + x,
    lambda x: minigrad.mul(input=x, x2=x) == x * x,
    lambda x: x.add(x2=x) == x + x])
def test_numpys_names_of_tensors_and_axes_are_understood(spelt):
    assert spelt(X.detach()).all()


def test_an_axis_beside_dim_is_refused():
    with pytest.raises(TypeError, match="sum: axis= is NumPy's spelling, write dim="):
        X.sum(dim=0, axis=0)


@pytest.mark.parametrize("wrong, text", [
    (lambda: minigrad.flip(X, axis=0), "flip: axis= is NumPy's spelling, write dims="),
    (lambda: X.permute(axes=(1, 0)), "permute: axes= is NumPy's spelling, write dims="),
    (lambda: X.std(ddof=0), "std: ddof= is NumPy's spelling, write correction="),
    (lambda: X.clamp(a_min=0), "clamp: a_min= is NumPy's spelling, write min="),
    (lambda: minigrad.arange(1, stop=4), "arange: stop= is NumPy's spelling, write end="),
    (lambda: X.mean(dims=1), "mean: unknown argument 'dims'; did you mean 'dim'? It takes x, dim, keepdim"),
    (lambda: X.sum(along=1), "sum: unknown argument 'along'; it takes x, dim, keepdim, dtype"),
    (lambda: F.dropout(X, prob=0.1),
     "dropout: unknown argument 'prob'; did you mean 'p'? It takes input, p, training, "
                                     "inplace"),
    (lambda: minigrad.tensor([1.0], require_grad=True),
     "tensor: unknown argument 'require_grad'; did you mean 'requires_grad'? It takes data, dtype, device, "
     "requires_grad"),
    (lambda: minigrad.zeros(3, requires_gradient=True),
     "zeros: unknown argument 'requires_gradient'; did you mean 'requires_grad'? It takes sizes, size, "
     "dtype, device, requires_grad"),
    (lambda: nn.Linear(4, 3, biass=False),
     "Linear: unknown argument 'biass'; did you mean 'bias'? It takes in_features, out_features, bias, "
     "device, dtype"),
    (lambda: nn.Conv2d(1, 8, kernel=3),
     "Conv2d: unknown argument 'kernel'; did you mean 'kernel_size'? It takes in_"),
    (lambda: nn.Dropout(rate=0.5), "Dropout: unknown argument 'rate'; did you mean 'p'? It takes p, inplace"),
    (lambda: nn.Linear(4, units=3),
     "Linear: unknown argument 'units'; did you mean 'out_features'? It takes in_"),
    (lambda: optim.Adam([nn.Parameter(X)], learning_rate=1e-3),
     "Adam: unknown argument 'learning_rate'; did you mean 'lr'? It takes params, lr, betas, eps, "
     "weight_decay, "),
    (lambda: optim.SGD([nn.Parameter(X)], lr=0.1, momentun=0.9),
     "SGD: unknown argument 'momentun'; did you mean 'momentum'? It takes params, lr, momentum, "),
    (lambda: lr_scheduler.StepLR(None, step=3),
     "StepLR: unknown argument 'step'; did you mean 'step_size'? It takes "),
    (lambda: data.DataLoader([1], batchsize=2),
     "DataLoader: unknown argument 'batchsize'; did you mean 'batch_size'? It "),
    (lambda: train.Trainer(None, None, None, metric=[]),
     "Trainer: unknown argument 'metric'; did you mean 'metrics'? It "),
], ids=lambda value: value if isinstance(value, str) else "")
def test_a_mistyped_argument_is_answered_with_the_one_that_was_meant(wrong, text):
    with pytest.raises(TypeError, match=f"^{re.escape(text)}"):
        wrong()


@pytest.mark.parametrize("name", "sum mean std var max min prod all any".split())
def test_a_reduction_of_numpy_is_answered_with_that_of_minigrad(name):
    text = rf"^np.{name} of a Tensor; write minigrad.{name}\(x\), with dim= for axis=$"
    with pytest.raises(TypeError, match=text):
        getattr(np, name)(X)


def test_an_argument_that_has_its_name_on_purpose_is_accepted():
    """axis= is wrong only where the function does not take it."""
    check_names("f", ["axis"], {"axis": 1})
    with pytest.raises(TypeError, match="^f: unknown argument 'axis'; it takes x$"):
        check_names("f", ["x"], {"axis": 1})


# NamesArguments


class Open(NamesArguments):
    def __init__(self, a, **rest):
        self.a, self.rest = a, rest


class Bare(NamesArguments):
    pass


def test_a_constructor_with_arguments_of_any_name_takes_them():
    assert Open(1, anything=2).rest == {"anything": 2}


def test_a_class_without_a_constructor_takes_no_arguments():
    Bare()
    for call in (lambda: Bare(1), lambda: Bare(a=1)):
        with pytest.raises(TypeError, match="^Bare takes no arguments$"):
            call()


def test_a_class_of_ours_that_has_been_given_another_module_is_still_made():
    class Ours(NamesArguments):
        __module__ = "minigrad.elsewhere"

        def __init__(self, a):
            self.a = a
    assert Ours(1).a == 1
    Ours.__module__ = "__main__"
    assert Ours(2).a == 2


def test_constructors_still_show_their_signature():
    linear = list(inspect.signature(nn.Linear).parameters)
    assert linear == ["in_features", "out_features", "bias", "device", "dtype"]
    assert list(inspect.signature(optim.SGD).parameters)[:2] == ["params", "lr"]


def test_modules_are_copied_and_pickled_as_before():
    layer = nn.Linear(2, 3)
    for twin in (copy.copy(layer), copy.deepcopy(layer), pickle.loads(pickle.dumps(layer))):
        assert np.array_equal(twin.weight.array, layer.weight.array)


def test_an_error_inside_a_constructor_is_the_one_that_is_seen():
    class Net(nn.Module):
        def __init__(self, width):
            self.layer = nn.Linear(width, wrong=1)

    with pytest.raises(TypeError, match="^Linear: unknown argument 'wrong'; it takes in_features"):
        Net(width=3)


@pytest.mark.parametrize("statement, error, text", [
    ("from minigrad.autograd import Variable", ImportError,
     "cannot import name 'Variable' from 'minigrad.autograd'"),
    ("from minigrad.nn import Relu", ImportError, "cannot import name 'Relu' from 'minigrad.nn'"),
    ("from minigrad.utils.data import Dataloader", ImportError,
     "cannot import name 'Dataloader' from 'minigrad.utils.data'"),
    ("from minigrad import jit", ImportError, "cannot import name 'jit' from 'minigrad'"),
    ("import minigrad.distributed as dist", ModuleNotFoundError, "No module named 'minigrad.distributed'"),
    ("from minigrad.utils.tensorboard import SummaryWriter", ModuleNotFoundError,
     "No module named 'minigrad.utils.tensorboard'"),
    ("from minigrad.cuda.amp import GradScaler", ModuleNotFoundError, "No module named 'minigrad.cuda.amp'"),
    ("import minigrad.qwertz", ModuleNotFoundError, "No module named 'minigrad.qwertz'"),
])
def test_a_failed_import_has_pythons_own_message(statement, error, text):
    with pytest.raises(error, match=f"^{re.escape(text)}"):
        exec(statement, {})


def test_importing_minigrad_leaves_the_import_system_as_it_is():
    code = "import sys; before = list(sys.meta_path); import minigrad; print(sys.meta_path == before)"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "True"


# Who is named in an error


@pytest.mark.parametrize("call, text", [
    (lambda: nn.Embedding(5, 2)(minigrad.tensor([9])), "Embedding: token ids must lie in [0, 5), got 9"),
    (lambda: F.embedding(minigrad.tensor([9]), X), "embedding: token ids must lie in [0, 2), got 9"),
    (lambda: nn.Linear(4.0, 3), "Linear: in_features must be an integer, got 4.0"),
    (lambda: nn.Linear(4), "Linear: out_features is missing; it takes in_features, out_features, bias, "),
    (lambda: nn.Linear(1, 2, True, None, None, 6), "Linear: takes at most 5 arguments"),
    (lambda: nn.Sequential(nn.Linear(3, 2), nn.Linear(5, 2))(X),
     "Sequential: Linear(in_features=5, out_features=2, bias=True) takes (..., 5), got (2, 2)"),
    (lambda: F.hinge_embedding_loss(X, X, margin="a"),
     "hinge_embedding_loss: margin must be a number, got 'a'"),
    (lambda: F.hinge_embedding_loss(minigrad.ones(3), minigrad.ones(4)),
     "hinge_embedding_loss(input=float32[3], target=float32[4]): the shapes do not broadcast"),
    (lambda: nn.MSELoss()(X, X, "sum"), "MSELoss takes 2 inputs, got 3; settings belong into the "),
    (lambda: minigrad.zeros(2**60), "more memory than is free"),
    (lambda: minigrad.distributions.Normal(0.0, 1.0).log_prob("a"),
     "Normal.log_prob: value must be a tensor, got 'a'"),
    (lambda: io.load_safetensors(5), "load_safetensors: path must be a string or a Path, got 5"),
    (lambda: minigrad.load(True), "load: f must be a string, a Path or a IO, got True"),
    (lambda: optim.Adam(5), "Adam: "),
    (lambda: nn.LSTM(3, 4, num_layers=2**70), "LSTM: num_layers must be from 1 to 10000, got"),
    (lambda: nn.TransformerEncoder(nn.Linear(1, 1), 2**31), "TransformerEncoder: num_layers must be from"),
    (lambda: minigrad.mvlgamma(X, 2**31), "mvlgamma: p must be from 1 to 10000"),
    (lambda: minigrad.matrix_power(minigrad.eye(2), float("nan")), "matrix_power: n must be an integer"),
    (lambda: nn.utils.clip_grad_norm_(5, 1.0), "clip_grad_norm_(parameters=5, "),
    (lambda: func.grad(lambda x: x)(object()), "grad: argument 0 must be a floating-point tensor"),
    (lambda: X.reshape("a"), "reshape: sizes must be integers, got ('a',)"),
    (lambda: minigrad.ones(3).lt_(minigrad.ones(1, 3)), "lt_: the result has shape (1, 3) but x (3,)"),
])
def test_an_error_names_what_was_called_and_the_argument(call, text):
    with pytest.raises((TypeError, ValueError, RuntimeError)) as caught:
        call()
    assert text in str(caught.value)


def infinite():
    p = nn.Parameter(minigrad.ones(2))
    p.grad = minigrad.tensor([float("inf"), 1.0])
    return [p]


def stepped_without_a_gradient():
    optimizer = optim.SGD(nn.Linear(1, 1).parameters(), lr=0.1)
    nn.Linear(1, 1)(minigrad.ones(1))
    optimizer.step()


@pytest.mark.parametrize("call", [
    lambda: nn.utils.clip_grad_norm_(infinite(), 1.0), stepped_without_a_gradient,
    lambda: nn.utils.clip_grad_value_((p for p in ()), 1.0),
    lambda: func.hessian(lambda x: x.norm())(minigrad.zeros(2)),
])
def test_a_warning_shows_the_line_of_the_users_program(call):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        call()
    assert {each.filename for each in caught} == {__file__}


def test_an_error_in_the_users_own_code_stays_as_it_is():
    class Net(nn.Module):
        def forward(self, x):
            return {}["missing"]

    class Mine(nn.Linear):
        def __init__(self):
            raise KeyError("mine")
    for call in (lambda: Net()(X), lambda: nn.Sequential(nn.ReLU(), Net())(X), Mine,
                 lambda: func.grad(lambda x: {}["missing"])(minigrad.tensor(1.0)),
                 lambda: func.vmap(lambda x: {}["missing"])(X)):
        with pytest.raises(KeyError):
            call()


def test_the_error_below_is_chained():
    with pytest.raises(TypeError, match="embedding: padding_idx must be an integer or None") as caught:
        F.embedding(minigrad.tensor([0]), X, padding_idx="a")
    assert isinstance(caught.value.__cause__, TypeError)


def test_a_name_is_no_hint_for_itself():
    assert closest("level_1", ["level_1"]) is None and closest("level1", ["level_1"]) == "level_1"

    class Deep(nn.Module):
        @property
        def level_1(self):
            return self.levle_2
        level_2 = 2
    with pytest.raises(AttributeError, match="Deep has no attribute 'levle_2'; did you mean 'level_2'?"):
        Deep().level_1


@pytest.mark.parametrize("op", [minigrad.add, minigrad.lt, minigrad.gcd, F.gelu, minigrad.zeros,
                                minigrad.sort, minigrad.linalg.svd, nn.Linear, minigrad.autograd.grad])
def test_ops_and_functions_can_be_pickled_and_copied(op):
    assert pickle.loads(pickle.dumps(op)) is op and copy.deepcopy(op) is op


@pytest.mark.parametrize("driver, cupy, text", [
    (None, None, "this machine has no NVIDIA driver, so no GPU can be used"),
    ("/bin/nvidia-smi", None, "device 'cuda' needs CuPy: pip install"),
])
def test_a_missing_gpu_is_explained_by_what_is_missing(driver, cupy, text, monkeypatch):
    if importlib.util.find_spec("cupy"):
        pytest.skip("CuPy is installed")
    monkeypatch.setattr("shutil.which", lambda name: driver)
    monkeypatch.setattr("os.path.exists", lambda path: False)
    with pytest.raises((ImportError, RuntimeError), match=re.escape(text)):
        minigrad.ones(2, device="cuda")
