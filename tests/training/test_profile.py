"""The profiler counts what was computed, assigns every nanosecond to one row, and restores everything."""

import json
import threading

import numpy as np
import pytest

import minigrad
from minigrad import Tensor, nn, optim
from minigrad.autograd import Fused, Op, detect_anomaly, grad, reverse, without_kernels
from minigrad.func import checkpoint
from minigrad.nn import functional as F
from minigrad.optim import Optimizer


def leaf(*shape, device="cpu"):
    return minigrad.randn(*shape).to(device).requires_grad_()


class Own(optim.SGD):
    def step(self, closure=None):
        return super().step(closure)


def methods():
    return [vars(owner)[name] for owner, name in [
        (Op, "__call__"), (Op, "pull"), (Fused, "run"), (Fused, "pull"), (reverse, "run"),
        (nn.Module, "__call__"), (Optimizer, "step"), (Own, "step")]]


def small_model():
    return nn.Sequential(nn.Conv2d(1, 3, 3), nn.ReLU(), nn.Flatten(), nn.Linear(3 * 36, 4))


def train(model, optimizer, steps):
    x, y = minigrad.randn(5, 1, 8, 8), minigrad.randint(0, 4, (5,))
    for _ in range(steps):
        optimizer.zero_grad()
        F.cross_entropy(model(x), y).backward()
        optimizer.step()


# What is counted


def test_calls_are_counted_forward_and_backward(device):
    x = leaf(3, device=device)
    with minigrad.profile() as p:
        for _ in range(4):
            y = (x.exp() * x.sin()).sum()
        y.backward()
    ops = p.by_op()
    assert {name: (row["calls"], row["backward_calls"]) for name, row in ops.items() if row["calls"]} == {
        "exp": (4, 1), "sin": (4, 1), "mul": (4, 1), "sum": (4, 1)}
    assert ops["backward itself"]["backward_calls"] == 1


def test_a_fused_op_is_one_op_by_its_kernel_and_its_parts_by_its_definition():
    x, weight = leaf(2, 3), leaf(4, 3)
    with minigrad.profile() as p:
        F.linear(x, weight)
    assert {name for name, row in p.by_op().items() if row["calls"]} == {"linear"}
    with minigrad.profile() as p, without_kernels():
        F.linear(x, weight)
    assert {name for name, row in p.by_op().items() if row["calls"]} == {"transpose", "matmul"}


def test_an_op_that_a_kernel_declines_is_not_counted_as_one():
    with minigrad.profile() as p:
        F.linear(minigrad.ones(3), minigrad.ones(2, 3))     # one sample: the kernel declines
    assert "linear" not in p.by_op() and p.by_op()["matmul"]["calls"] == 1


def test_what_a_rule_calls_is_part_of_its_op():
    a, b = leaf(2, 3), leaf(3, 4)
    with minigrad.profile() as p:
        (a @ b).sum().backward()
    assert "transpose" not in p.by_op() and p.by_op()["matmul"]["backward_calls"] == 1


def test_times_are_positive_and_the_shares_of_ops_and_of_layers_sum_to_the_whole():
    model = small_model()
    with minigrad.profile() as p:
        train(model, optim.Adam(model.parameters()), 3)
    for rows in (p.by_op(), p.by_layer()):
        assert all(row["time"] > 0 for row in rows.values())
        assert sum(row["share"] for row in rows.values()) == pytest.approx(1, abs=1e-12)
        assert sum(row["time"] for row in rows.values()) == pytest.approx(p.total, rel=1e-12)


def test_the_total_is_the_time_inside_the_block():
    import time
    with minigrad.profile() as p:
        time.sleep(0.02)
    assert p.total >= 0.02 and p.by_op()["outside ops"]["time"] >= 0.02
    before = p.total
    with p:                                                     # entering it again adds to the counts
        time.sleep(0.02)
    assert p.total >= before + 0.02


# FLOPs


def flops(function, *tensors):
    """FLOPs of forward, and of backward to the tensors that require grad."""
    with minigrad.profile() as p:
        y = function(*tensors)
    with minigrad.profile() as q:
        if y.requires_grad:
            y.backward(y.detach())
    return sum(p.flops.values()), sum(q.flops.values())


def test_a_product_of_matrices_is_2_m_n_k_and_each_wanted_gradient_as_much_again(device):
    m, n, k = 3, 4, 5
    for wanted in [(0, 0), (0, 1), (1, 0), (1, 1)]:
        a, b = leaf(m, k, device=device), leaf(k, n, device=device)
        a.requires_grad, b.requires_grad = map(bool, wanted)
        assert flops(minigrad.matmul, a, b) == (2 * m * n * k, sum(wanted) * 2 * m * n * k)


def test_a_linear_layer_and_a_convolution_in_numbers():
    x = minigrad.randn(6, 10)
    assert flops(nn.Linear(10, 20), x) == (2 * 6 * 10 * 20, 2 * 6 * 10 * 20)     # only the weight's gradient
    images = leaf(2, 3, 8, 8)
    product = 2 * (2 * 5 * 6 * 6) * (3 * 3 * 3)         # each output is a dot product of C K K numbers
    assert flops(nn.Conv2d(3, 5, 3), images) == (product, 2 * product)


@pytest.mark.parametrize("wanted", [(0, 0, 1), (1, 0, 0), (0, 1, 0), (1, 1, 0), (1, 0, 1), (1, 1, 1)])
@pytest.mark.parametrize("function, shapes", [
    (lambda x, w, b: F.linear(x, w, b), [(2, 3, 4), (5, 4), (5,)]),
    (lambda x, w, b: F.conv2d(x, w, b, stride=2, padding=1), [(2, 3, 7, 7), (4, 3, 3, 3), (4,)]),
    (lambda q, k, v: F.scaled_dot_product_attention(q, k, v, is_causal=True),
     [(2, 5, 4), (2, 6, 4), (2, 6, 3)]),
], ids=["linear", "conv2d", "attention"])
def test_a_kernel_has_the_flops_of_its_definition(function, shapes, wanted):
    tensors = [leaf(*shape) for shape in shapes]
    for tensor, each in zip(tensors, wanted):
        tensor.requires_grad = bool(each)
    by_kernel = flops(function, *tensors)
    with without_kernels():
        assert flops(function, *tensors) == by_kernel


@pytest.mark.parametrize("name, make", [
    ("matmul", lambda m, a, b: m.matmul(a(7, 1, 2, 3), b(5, 3, 4))),
    ("bmm", lambda m, a, b: m.bmm(a(7, 2, 3), b(7, 3, 4))),
    ("einsum", lambda m, a, b: m.einsum("bij,kjb->ik", a(2, 3, 4), b(5, 4, 2))),
    ("einsum with a batch", lambda m, a, b: m.einsum("bij,bjk->bik", a(2, 3, 4), b(2, 4, 5))),
    ("transposed", lambda m, a, b: m.nn.functional.conv_transpose2d(a(2, 4, 5, 5), b(4, 3, 2, 2), stride=2)),
    ("1-D", lambda m, a, b: m.nn.functional.conv1d(a(2, 4, 9), b(5, 4, 3), padding=1)),
])
def test_flops_are_those_that_pytorch_counts(torch, name, make):
    from torch.utils.flop_counter import FlopCounterMode
    with minigrad.profile() as p:
        make(minigrad, lambda *shape: leaf(*shape), lambda *shape: leaf(*shape)).sum().backward()
    with FlopCounterMode(display=False) as counter:
        make(torch, *[lambda *shape: torch.randn(*shape, requires_grad=True)] * 2).sum().backward()
    assert sum(p.flops.values()) == counter.get_total_flops()


def test_ops_without_products_and_einsums_of_many_operands_have_unknown_flops():
    with minigrad.profile() as p:
        leaf(3).exp()
        minigrad.einsum("i,i,i->", leaf(2), leaf(2), leaf(2))
    assert [p.by_op()[name]["flops"] for name in ("exp", "einsum")] == [None, None]
    assert p.by_op()["exp"]["gflops"] is None


def test_the_rate_is_flops_over_time():
    with minigrad.profile() as p:
        leaf(8, 8) @ leaf(8, 8)
    row = p.by_op()["matmul"]
    assert row["gflops"] == pytest.approx(2 * 8**3 / row["time"] / 1e9)


# Memory


def kept(function, *args):
    with minigrad.profile() as p:
        y = function(*args)
        del y
    return {name: row["kept"] for name, row in p.by_op().items() if row["kept"]}


def test_an_array_is_kept_once_by_the_op_that_kept_it_first(device):
    x = leaf(10, device=device)
    assert kept(lambda: x.exp()) == {"exp": 40}                         # its output
    assert kept(lambda: x.exp().sin()) == {"exp": 40}                   # sin keeps the same array
    assert kept(lambda: (x + 1).sin()) == {"sin": 40}                   # add keeps nothing
    assert kept(lambda: x.sin()) == {}                                  # a leaf stays alive anyway
    assert kept(lambda: (x * x).reshape(2, 5).sin().cos()) == {"sin": 40, "cos": 40}


def test_parameters_do_not_count_even_frozen_but_data_that_came_in_does(device):
    layer = nn.Linear(4, 3, bias=False).to(device)
    data = minigrad.ones(2, 4).to(device)
    with without_kernels():
        assert kept(layer, data) == {"matmul": 2 * 4 * 4}
        layer.weight.requires_grad_(False)
        assert kept(layer, data.clone().requires_grad_()) == {}


def test_a_view_keeps_all_the_memory_that_it_looks_into():
    x = leaf(100)
    assert kept(lambda: x.exp()[:10].sin()) == {"exp": 400}             # exp keeps it, sin a part of it
    assert kept(lambda: (x * 2)[:10].sin()) == {"sin": 400}


def test_kept_bytes_are_those_at_the_peak_not_those_of_all_steps():
    x = leaf(10)
    with minigrad.profile() as p:
        for _ in range(5):
            x.exp().sum().backward()
        x.exp().tanh()
    assert {name: row["kept"] for name, row in p.by_op().items() if row["kept"]} == {"exp": 40, "tanh": 40}
    assert sum(change for _, change, _ in p.memory) == 0                # all of it was freed


def test_without_a_graph_nothing_is_kept():
    with minigrad.profile() as p, minigrad.no_grad():
        leaf(10).exp().sin()
    assert p.memory == [] and p.by_op()["exp"]["calls"] == 1


def test_the_graph_of_a_gradient_counts_too():
    x = leaf(10)
    with minigrad.profile() as p:
        g, = grad((x ** 3).sum(), x, create_graph=True)
        (g * g).sum().backward()
    assert p.by_op()["pow"]["backward_calls"] >= 2 and p.by_op()["pow"]["kept"] > 0


# Layers


def test_layers_have_their_names_in_the_model_and_their_own_work():
    model, loss = small_model(), nn.CrossEntropyLoss()
    with minigrad.profile() as p:
        for _ in range(3):
            loss(model(minigrad.randn(5, 1, 8, 8)), minigrad.zeros(5, dtype=int)).backward()
    rows = p.by_layer()
    layers = {"Sequential", "0 Conv2d", "1 ReLU", "2 Flatten", "3 Linear", "CrossEntropyLoss"}
    assert layers == rows.keys() - {"outside layers", "backward itself", "outside ops", "the profiler"}
    assert [rows[name]["calls"] for name in layers] == [3] * 6
    assert rows["3 Linear"]["flops"] == 3 * 3 * (2 * 5 * 108 * 4)       # forward, and two gradients
    assert rows["1 ReLU"]["backward"] > 0 and rows["Sequential"]["backward"] == 0


def test_gradients_belong_to_the_layer_whose_op_it_was_also_outside_of_it():
    model = nn.Sequential(nn.Tanh(), nn.Sequential(nn.Sigmoid()))
    with minigrad.profile() as p:
        model(leaf(3)).sum().backward()
    assert p.times["tanh", "backward", "0 Tanh"] and p.times["sigmoid", "backward", "1.0 Sigmoid"]
    assert p.times["sum", "backward", None]


def test_the_graph_of_a_gradient_keeps_the_layer():
    layer = nn.Tanh()
    with minigrad.profile() as p:
        x = leaf(3)
        g, = grad(layer(x).sum(), x, create_graph=True)
        (g * g).sum().backward()
    assert p.times["mul", "backward", "Tanh"]       # a step of tanh's rule, differentiated


def test_two_models_are_told_apart():
    first, second, third = (nn.Sequential(nn.Tanh()) for _ in range(3))
    with minigrad.profile() as p:
        for model in (first, second, third, first):
            model(leaf(2))
    assert {name: row["calls"] for name, row in p.by_layer().items() if row["calls"]} == {
        "Sequential": 2, "0 Tanh": 2, "Sequential2": 1, "Sequential2.0 Tanh": 1,
        "Sequential3": 1, "Sequential3.0 Tanh": 1}


def test_a_checkpoint_shows_that_it_computes_twice():
    layer, x = nn.Tanh(), leaf(3)
    with minigrad.profile() as p:
        checkpoint(layer, x).sum().backward()
    row = p.by_op()["tanh"]
    assert (row["calls"], row["backward_calls"]) == (2, 1)


# Optimizers


def test_a_step_of_an_optimizer_is_a_row():
    model = small_model()
    with minigrad.profile() as p:
        train(model, optim.Adam(model.parameters()), 3)
    for rows in (p.by_op(), p.by_layer()):
        assert rows["Adam.step"]["calls"] == 3 and rows["Adam.step"]["time"] > 0


def test_what_a_closure_computes_is_not_the_optimizers():
    x = leaf(3)
    optimizer = optim.LBFGS([x], max_iter=2)

    def closure():
        optimizer.zero_grad()
        loss = x.exp().sum()
        loss.backward()
        return loss
    with minigrad.profile() as p:
        optimizer.step(closure)
    assert p.by_op()["exp"]["calls"] > 1 and p.by_op()["LBFGS.step"]["calls"] == 1


def test_a_step_that_extends_another_is_one_step():
    class Noisy(optim.SGD):
        def step(self, closure=None):
            return super().step(closure)
    x = leaf(3)
    optimizer = Noisy([x], lr=0.1)
    with minigrad.profile() as p:
        x.sum().backward()
        optimizer.step()
    assert p.by_op()["Noisy.step"]["calls"] == 1


# The table


def test_the_table_fits_the_page_and_names_what_there_was():
    layer = nn.TransformerEncoderLayer(8, 2, 16, batch_first=True)
    model = nn.TransformerEncoder(layer, 2)
    with minigrad.profile() as p:
        model(leaf(2, 3, 8)).sum().backward()
    text = p.table()
    assert repr(p) == str(p) == text
    assert max(map(len, text.splitlines())) <= 110
    assert "layers.0.self_attn MultiheadAttention" in text
    for name in ("linear", "backward itself", "outside ops", "the profiler", "outside layers"):
        assert f"\n{name} " in text


def test_the_shares_that_are_printed_sum_to_100():
    model = small_model()
    with minigrad.profile() as p:
        train(model, optim.SGD(model.parameters(), lr=0.1), 2)
    ops = p.table(rows=2).split("\n\n")[1].splitlines()
    at = ops[0].index("share") + len("share")
    shares = [float(line[at - 6:at]) for line in ops[3:]]
    assert any(" more " in line for line in ops)
    assert sum(shares) == pytest.approx(100, abs=0.05 * len(shares) + 1e-9)       # each rounded to a tenth


def test_a_table_is_sorted_as_asked():
    x = leaf(1000)
    with minigrad.profile() as p:
        for _ in range(3):
            x.sin()
        x.exp()
    order = [line.split()[0] for line in p.table(sort="calls").splitlines() if line]
    assert order.index("sin") < order.index("exp")
    order = [line.split()[0] for line in p.table(sort="kept").splitlines() if line]
    assert order.index("exp") < order.index("sin")
    with pytest.raises(ValueError, match="^table: sort must be one of time, forward, backward, calls, "
                                         "kept, flops, got 'speed'$"):
        p.table(sort="speed")


def test_nothing_recorded_is_said():
    assert "nothing recorded; run code" in minigrad.profile().table()
    with minigrad.profile() as p:
        pass
    assert p.by_op().keys() == {"outside ops", "the profiler"} and "outside ops" in p.table()
    assert minigrad.profile().by_op() == minigrad.profile().by_layer() == {}


# The trace


def test_the_trace_is_json_of_complete_events_on_rows_of_their_own(tmp_path):
    model = small_model()
    with minigrad.profile() as p:
        train(model, optim.Adam(model.parameters()), 2)
    p.export_chrome_trace(tmp_path / "trace.json")
    trace = json.loads((tmp_path / "trace.json").read_text(encoding="utf-8"))
    names = {event["tid"]: event["args"]["name"] for event in trace["traceEvents"]
             if event["name"] == "thread_name"}
    complete = [event for event in trace["traceEvents"] if event["ph"] == "X"]
    for event in complete:
        assert {"name", "cat", "pid", "tid", "ts", "dur", "args"} <= event.keys()
        assert event["ts"] >= 0 and event["dur"] >= 0 and event["ts"] + event["dur"] <= p.total * 1e6
        assert names[event["tid"]] == event["cat"]
    assert {event["cat"] for event in complete} == {"layer", "forward", "backward", "optimizer"}
    forward, = [event for event in complete if (event["cat"], event["name"]) == ("forward", "convolve")][:1]
    assert forward["args"]["layer"] == "0 Conv2d"
    assert forward["args"]["shapes"] == [[5, 1, 8, 8], [3, 1, 3, 3], [3]]
    counters = [event["args"]["bytes"] for event in trace["traceEvents"] if event["ph"] == "C"]
    assert max(counters) == sum(row["kept"] for row in p.by_op().values()) and counters[-1] == 0


def test_spans_on_one_row_of_the_trace_lie_in_each_other_or_apart():
    model = nn.Sequential(nn.Sequential(nn.Tanh(), nn.Tanh()), nn.Tanh())
    with minigrad.profile() as p:
        model(leaf(3)).sum().backward()
    for track in {span[0] for span in p.spans}:
        spans = sorted((start, -end) for each, _, _, start, end, _ in p.spans if each == track)
        open_until = []
        for start, end in spans:
            while open_until and open_until[-1] <= start:
                open_until.pop()
            assert not open_until or -end <= open_until[-1]
            open_until.append(-end)


def test_an_empty_trace_is_a_trace(tmp_path):
    minigrad.profile().export_chrome_trace(tmp_path / "trace.json")
    assert all(event["ph"] == "M"
               for event in json.loads((tmp_path / "trace.json").read_text())["traceEvents"])


# Restoring everything


def test_afterwards_every_method_is_the_one_before_also_after_an_exception():
    before = methods()
    model = small_model()
    with minigrad.profile() as p:
        assert all(one is not other for one, other in zip(before, methods()))
        model(leaf(1, 1, 8, 8))
    assert all(one is other for one, other in zip(before, methods()))
    with pytest.raises(ValueError, match="the shapes do not broadcast"), minigrad.profile() as p:
        leaf(2).exp()
        nn.Sequential(nn.Tanh())(leaf(2)) + leaf(3)
    assert all(one is other for one, other in zip(before, methods()))
    assert p.by_op()["exp"]["calls"] == 1 and p.by_layer()["0 Tanh"]["calls"] == 1 and "add" not in p.by_op()
    calls = dict(p.calls)
    leaf(2).exp()
    assert p.calls == calls
    with minigrad.profile() as p:                               # and another one may start
        leaf(2).exp()
    assert p.by_op()["exp"]["calls"] == 1


def test_an_op_that_fails_inside_is_no_call_and_the_next_are_counted():
    with minigrad.profile() as p:
        with pytest.raises(ValueError):
            leaf(2) + leaf(3)
        leaf(2) + leaf(2)
    assert p.by_op()["add"]["calls"] == 1


def test_what_was_profiled_does_not_live_longer():
    import weakref
    with minigrad.profile() as p:
        y = leaf(1000).exp()
    array = weakref.ref(y.array)
    del y
    assert array() is None and p.by_op()["exp"]["kept"] == 4000


def test_a_second_profiler_is_refused_and_the_first_goes_on():
    with minigrad.profile() as p:
        with pytest.raises(RuntimeError, match=r"^profile\(\): another profiler is active; "
                           r"leave its `with` block first$"), minigrad.profile():
            pass
        leaf(2).exp()
    assert p.by_op()["exp"]["calls"] == 1


def test_other_threads_compute_as_ever_and_are_not_counted():
    results = []

    def work():
        x = leaf(3)
        nn.Tanh()(x).sum().backward()
        results.append(x.grad)
    with minigrad.profile() as p:
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
        leaf(3).exp()
    assert results[0] is not None
    assert {name for name, row in p.by_op().items() if row["calls"]} == {"exp"}


def test_anomaly_mode_and_the_profiler_go_together():
    before = methods()
    x = Tensor(np.array([-1.0]), requires_grad=True)
    for outer, inner in [(detect_anomaly(), minigrad.profile()), (minigrad.profile(), detect_anomaly())]:
        line = r"(?s)^log produced NaN.*test_profile\.py:\d+, in .*: x\.log\(\)"
        with pytest.raises(RuntimeError, match=line), outer, inner:
            x.exp()
            x.log()
        p = outer if isinstance(outer, minigrad.profile) else inner
        assert p.by_op()["exp"]["calls"] == 1
    assert all(one is other for one, other in zip(before, methods()))


def test_the_results_are_the_same_numbers_as_without():
    def gradient():
        minigrad.manual_seed(0)
        model = small_model()
        train(model, optim.Adam(model.parameters()), 3)
        return [p.tolist() for p in model.parameters()]
    plain = gradient()
    with minigrad.profile():
        assert gradient() == plain


def test_a_gpu_is_waited_for_before_the_clock_is_read(monkeypatch):
    from minigrad.profiler import watching
    waits = []
    monkeypatch.setitem(watching.BY_DEVICE, "cuda", None)
    monkeypatch.setattr(watching.cuda, "synchronize", lambda: waits.append(1))
    with minigrad.profile():
        before = len(waits)
        leaf(2).exp()
        assert len(waits) >= before + 2
