"""What PyTorch programs set before they start, and how their tensors lie in memory."""

import re

import numpy as np
import pytest

import minigrad
from minigrad import nn
from minigrad.autograd import set_detect_anomaly


@pytest.fixture(params=["minigrad", pytest.param("torch", marks=pytest.mark.torch)])
def lib(request):
    return minigrad if request.param == "minigrad" else request.getfixturevalue("torch")


def test_devices_have_a_type_and_a_number(lib):
    assert lib.device("cpu", 0).type == lib.device("cpu:0").type == lib.device(type="cpu").type == "cpu"
    assert lib.device("cpu").index is None
    for gpu in (lib.device("cuda", 1), lib.device("cuda:1"), lib.device(type="cuda", index=1)):
        assert (gpu.type, gpu.index, str(gpu)) == ("cuda", 1, "cuda:1")
    assert lib.ones(2, device=lib.device("cpu", 0)).to("cpu:0").device == lib.device("cpu")


def test_the_number_of_a_gpu_is_a_device():
    assert minigrad.device(1) == "cuda:1"


def test_inference_mode_records_nothing_and_can_be_off(lib):
    x = lib.ones(2, requires_grad=True)

    @lib.inference_mode()
    def decorated():
        return x * 2

    @lib.inference_mode
    def bare():
        return x * 2

    @lib.inference_mode(False)
    def off():
        return x * 2

    assert not decorated().requires_grad and not bare().requires_grad and off().requires_grad
    with lib.inference_mode(True):
        assert not (x * 2).requires_grad
    with lib.inference_mode(mode=False):
        assert (x * 2).requires_grad
    with lib.no_grad(), lib.inference_mode(False):
        assert (x * 2).requires_grad
    assert (x * 2).requires_grad


def test_channels_last_changes_memory_and_nothing_else(lib):
    x = lib.arange(120.0).reshape(2, 3, 4, 5).requires_grad_()
    y = x.contiguous(memory_format=lib.channels_last)
    assert y.shape == x.shape and y.tolist() == x.tolist() and y.stride() == (60, 1, 15, 3)
    assert y.is_contiguous(memory_format=lib.channels_last) and not y.is_contiguous()
    assert not x.is_contiguous(memory_format=lib.channels_last)
    assert y.contiguous(memory_format=lib.channels_last) is y
    assert x.to(memory_format=lib.channels_last).stride() == y.stride()
    assert x.to(memory_format=lib.preserve_format) is x and x.contiguous(memory_format=lib.contiguous_format) is x
    assert y.contiguous().stride() == x.stride()
    (y * y).sum().backward()
    assert x.grad.tolist() == (2 * x.detach()).tolist()
    video = lib.zeros(2, 3, 4, 5, 6).contiguous(memory_format=lib.channels_last_3d)
    assert video.stride() == (360, 1, 90, 18, 3)


def test_a_model_in_channels_last_computes_the_same(lib):
    model, x = lib.nn.Sequential(lib.nn.Conv2d(3, 4, 3), lib.nn.ReLU(), lib.nn.Flatten(), lib.nn.Linear(16, 2)), lib.ones(1, 3, 4, 4)
    before = model(x).detach().numpy()
    assert model.to(memory_format=lib.channels_last) is model
    assert model[0].weight.is_contiguous(memory_format=lib.channels_last) and model[3].weight.is_contiguous()
    after = model(x.to(memory_format=lib.channels_last))
    np.testing.assert_allclose(after.detach().numpy(), before, rtol=1e-5, atol=1e-6)
    after.sum().backward()
    assert model[0].weight.grad.shape == (4, 3, 3, 3)


def test_a_wrong_number_of_axes_for_channels_last_is_named():
    message = re.escape("minigrad.channels_last needs a tensor of 4 axes, got shape (2, 3)")
    with pytest.raises(ValueError, match=message):
        minigrad.ones(2, 3).contiguous(memory_format=minigrad.channels_last)


def test_memory_on_the_cpu_is_not_pinned():
    x = minigrad.ones(2)
    assert x.pin_memory() is x and not x.is_pinned()


def test_threads_are_read_and_set(lib):
    before = lib.get_num_threads()
    if before is None:
        pytest.skip("NumPy's BLAS here does not tell its number of threads")
    lib.set_num_threads(1)
    assert lib.get_num_threads() == 1
    lib.set_num_threads(before)


def test_switches_without_a_meaning_here_are_taken(lib):
    lib.use_deterministic_algorithms(True, warn_only=True)
    lib.use_deterministic_algorithms(False)
    lib.set_float32_matmul_precision("high")
    lib.set_float32_matmul_precision("highest")
    with pytest.raises((ValueError, RuntimeError), match="precision"):
        minigrad.set_float32_matmul_precision("low")


def test_anomaly_mode_is_switched_on_and_off():
    def broken():
        return minigrad.tensor([-1.0]).log()

    set_detect_anomaly(True)
    try:
        set_detect_anomaly(True)
        with pytest.raises(RuntimeError, match="^log made NaN"):
            broken()
        with set_detect_anomaly(False):
            broken()
        with pytest.raises(RuntimeError, match="^log made NaN"):
            broken()
    finally:
        set_detect_anomaly(False)
    broken()
    with set_detect_anomaly(True), pytest.raises(RuntimeError, match="^log made NaN"):
        broken()
    broken()


def test_the_files_of_torch_utils_data_have_their_names():
    from minigrad.utils.data.dataloader import DataLoader
    from minigrad.utils.data.dataset import Dataset, TensorDataset
    from minigrad.utils.data.sampler import RandomSampler, Sampler

    from minigrad import data
    assert (DataLoader, Dataset, TensorDataset) == (data.DataLoader, data.Dataset, data.TensorDataset)
    assert (RandomSampler, Sampler) == (data.RandomSampler, data.Sampler)


def test_what_is_only_on_a_gpu_says_so():
    with pytest.raises(AttributeError, match=r"^minigrad.cuda has no 'Event'; call minigrad.cuda.synchronize\(\)"):
        minigrad.cuda.Event
    with pytest.raises(AttributeError, match="minigrad.parallel.Team"):
        nn.DataParallel
    with pytest.raises(ValueError, match="set_device: expected a GPU's number or name, like 1 or 'cuda:1', got 'cuda'"):
        minigrad.cuda.set_device("cuda")
