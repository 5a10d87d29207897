"""Lesson 5: the student's layer, loss, optimizers and loop train networks, and agree with PyTorch."""

import re

import numpy as np
import pytest
from lesson05_answers import ALSO_RIGHT, ALSO_WRONG

import minigrad
from minigrad.course import lesson05
from minigrad.course.lessons import exercise
from minigrad.nn import functional as F

each_answer = pytest.mark.parametrize("which", ["solution", 0])


def put_to_work(number, which, capsys):
    """What is printed when the solution, or another right answer, is put to work."""
    asked = exercise(number)
    before = minigrad.get_rng_state(), np.random.get_state()[1].copy()
    asked.then(asked.solution if which == "solution" else ALSO_RIGHT[number][which])
    assert (np.asarray(minigrad.get_rng_state()) == np.asarray(before[0])).all()
    assert (np.random.get_state()[1] == before[1]).all()
    return capsys.readouterr().out


def number(pattern, text):
    return float(re.search(pattern, text)[1].replace(",", ""))


def share(text):
    return number(r"([\d.]+)% of 1,000 unseen digits are read right", text)


@pytest.mark.slow
@each_answer
def test_a_network_of_the_student_s_layers_learns(which, capsys):
    text = put_to_work("5.1", which, capsys)
    assert "0.weight (32, 784)" in text and share(text) > 80


@pytest.mark.slow
@pytest.mark.parametrize("which", ["solution", 1])
def test_the_student_s_loss_teaches(which, capsys):
    text = put_to_work("5.2", which, capsys)
    assert number(r"differ by ([\d.e-]+)\.\n", text) < 1e-4 and share(text) > 80


@pytest.mark.slow
@each_answer
def test_the_student_s_momentum_is_that_of_sgd(which, capsys):
    text = put_to_work("5.3", which, capsys)
    assert number(r"curvatures 1 and 100: (\d+) steps", text) > 4 * number(r"momentum, (\d+) with", text)
    assert number(r"by at most ([\d.e-]+)\.\n", text) < 1e-5 and share(text) > 80


@pytest.mark.slow
@pytest.mark.parametrize("which", ["solution", 0, 2])
def test_the_student_s_adam_is_minigrad_s(which, capsys):
    text = put_to_work("5.4", which, capsys)
    assert number(r"by at most ([\d.e-]+)\.\n", text) < 1e-4 and share(text) > 80
    assert number(r"learning rate reads ([\d.]+)%", text) < 60


@pytest.mark.slow
@each_answer
def test_a_network_learns_in_the_student_s_loop(which, capsys):
    text = put_to_work("5.5", which, capsys)
    assert number(r"falls from ([\d.]+) to", text) > 2 > 0.6 > number(r" to ([\d.]+)\.\n", text)
    assert share(text) > 80


@pytest.mark.slow
def test_a_wrong_optimizer_shows_in_what_is_printed(capsys):
    exercise("5.4").then(ALSO_WRONG["5.4"][0])
    text = capsys.readouterr().out
    assert number(r"by at most ([\d.e-]+)\.\n", text) > 1e-2 and share(text) < 60


@pytest.mark.slow
def test_the_solutions_give_the_numbers_of_minigrad_and_of_pytorch():
    torch = pytest.importorskip("torch")
    scores, target = lesson05.numbers(5, 4) * 50, [3, 0, 1, 1, 2]
    ours = lesson05.cross_entropy(minigrad.tensor(scores), minigrad.tensor(target)).item()
    assert ours == pytest.approx(F.cross_entropy(minigrad.tensor(scores), minigrad.tensor(target)).item())
    assert ours == pytest.approx(
        torch.nn.functional.cross_entropy(torch.tensor(scores), torch.tensor(target)).item(), rel=1e-12)

    for settings in [dict(lr=0.1), dict(lr=0.1, betas=(0.5, 0.75)), dict(lr=0.1, eps=0.5)]:
        expected = torch.tensor(lesson05.numbers(4), requires_grad=True)
        optimizer = torch.optim.Adam([expected], **settings)
        for step in range(1, 4):
            expected.grad = torch.tensor(lesson05.numbers(4) * step ** 0.5 + 0.1 * step)
            optimizer.step()
        found, _ = lesson05.moved(3, **settings)(lesson05.MyAdam)
        assert np.allclose(found.numpy(), expected.detach().numpy(), rtol=1e-12)

    expected = torch.tensor([1.0, -2.0], dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.SGD([expected], lr=0.05, momentum=0.9)
    for _ in range(7):
        expected.grad = torch.tensor([1.0, 8.0]).double() * expected.detach()
        optimizer.step()
    found, b = lesson05.steps_of(7, 0.05, 0.9)(lesson05.momentum_step)
    assert np.allclose(found, expected.detach().numpy(), rtol=1e-12)
    assert np.allclose(b, optimizer.state[expected]["momentum_buffer"].numpy(), rtol=1e-12)


@pytest.mark.parametrize("name, body", [
    ("5.1", "    def __init__(self, inputs, outputs):\n        super().__init__()\n        ...\n\n"
            "    def forward(self, x):\n        ..."),
    ("5.4", "    def update(self, xp, p, g, state, *, lr, betas, eps):\n        ...")])
def test_a_class_with_dots_is_not_written_yet(name, body):
    base = "nn.Module" if name == "5.1" else "optim.Optimizer"
    names = {"nn": minigrad.nn, "optim": minigrad.optim}
    exec(f"class Mine({base}):\n{body}", names)
    assert exercise(name).trouble(names["Mine"]).startswith("Not written yet")
