"""Numbers that are tensors in lists, and functions of integers and of 0-d tensors, as in PyTorch."""

import pytest

import minigrad

LISTS = [
    "[t(1.0), t(2.0)]", "[t([1.0]), t([2.0])]", "[[t(1), 2], [3, t(4)]]", "[t([[1.0]]), t([[2.0]])]",
    "[[t([1.0])], [2.0]]", "[t([1.0]), 2.0]", "[2.0, t([1.0])]", "[1, t(2.5)]", "[t(1), 2.5]", "(t([1.0]),)",
    "[t(1.0, dtype=lib.float64), 2.0]", "[t([1], dtype=lib.int32), t([2], dtype=lib.int32)]",
    "[t(True), t([False])]"]


@pytest.mark.parametrize("text", LISTS)
def test_a_tensor_of_one_element_in_a_list_is_a_number(text, torch):
    for make in ("lib.tensor({})", "lib.as_tensor({})", "lib.zeros(2).new_tensor({})", "lib.Tensor({})",
                 "lib.tensor({}, dtype=lib.float64)"):
        ours, theirs = (eval(make.format(text), {"lib": lib, "t": lib.tensor}) for lib in (minigrad, torch))
        assert ours.shape == theirs.shape and ours.tolist() == theirs.tolist()
        if "float64)" in make or "dtype" not in text:
            assert str(theirs.dtype).endswith(str(ours.dtype))


@pytest.mark.parametrize("text", ["[t([1.0, 2.0]), t([3.0, 4.0])]", "[lib.ones(0)]", "[[t([1.0, 2.0])]]",
                                  "[t([[1.0, 2.0]]), 1.0]", "[t([1, 2])]"])
def test_longer_tensors_in_lists_are_refused(text, torch):
    for lib in (minigrad, torch):
        for make in (lib.tensor, lib.as_tensor):
            with pytest.raises((ValueError, TypeError), match="one element|single element"):
                make(eval(text, {"lib": lib, "t": lib.tensor}))


@pytest.mark.parametrize("threshold", [0.5, -0.5, 1.9, -1.9, 3])
@pytest.mark.parametrize("value", [2.7, -2.7, 20])
@pytest.mark.parametrize("dtype", ["int64", "int8", "float32"])
def test_threshold_of_integers_stays_in_integers(threshold, value, dtype, torch):
    numbers = [-3, -1, 0, 1, 2, 5]
    ours, theirs = (lib.nn.Threshold(threshold, value)(lib.tensor(numbers, dtype=getattr(lib, dtype)))
                    for lib in (minigrad, torch))
    assert ours.tolist() == theirs.tolist() and str(theirs.dtype).endswith(str(ours.dtype))


@pytest.mark.parametrize("number", [5.0, 0.0, 3, True])
def test_nonzero_of_one_number(number, torch):
    for text in ("lib.nonzero(x)", "x.nonzero()", "lib.nonzero(x, as_tuple=True)[0]", "lib.where(x)[0]",
                 "lib.argwhere(x)", "lib.nonzero(x.reshape(1))", "x.nonzero(as_tuple=True)[0]"):
        ours, theirs = (eval(text, {"lib": lib, "x": lib.tensor(number)}) for lib in (minigrad, torch))
        assert ours.shape == theirs.shape and ours.tolist() == theirs.tolist()
    assert len(minigrad.nonzero(minigrad.tensor(number), as_tuple=True)) == 1
