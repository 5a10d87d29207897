"""Pictures of computations: their contents, that nothing overlaps, and the errors."""

import base64
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from itertools import combinations

import numpy as np
import pytest

import minigrad
from minigrad import Tensor, nn, no_grad, visual
from minigrad.nn import functional as F
from minigrad.visual.layout import crossings, layered, layers, ordered, rails, spread

SVG = "{http://www.w3.org/2000/svg}"


def cnn():
    return nn.Sequential(nn.Conv2d(1, 8, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
                         nn.Linear(8 * 13 * 13, 10))


def cnn_loss(model):
    return F.cross_entropy(model(minigrad.randn(4, 1, 28, 28)), minigrad.tensor([1, 2, 3, 4]))


def transformer_block():
    model = nn.TransformerEncoderLayer(32, 4, 64, dropout=0.0, batch_first=True)
    return model, model(minigrad.randn(2, 5, 32))


def box_named(graph, name):
    return next(box for box in graph.boxes if box.lines[0] == name)


def reads(graph, name):
    """The first lines of the boxes that the box `name` was computed from."""
    return [graph.boxes[i].lines[0] for i in box_named(graph, name).inputs]


# The contents of the boxes


def test_an_op_shows_its_name_the_shape_and_the_dtype_of_its_result():
    w = minigrad.ones(2, 3, requires_grad=True)
    box = box_named(visual.graph(w.exp().sum()), "exp")
    assert box.lines == ["exp", "(2, 3) float32"]
    assert box.kind == "op"


def test_a_leaf_shows_its_name_and_after_backward_the_norm_of_its_gradient():
    w = Tensor(np.array([3.0, 4.0]), requires_grad=True)
    loss = (w * w).sum() / 2
    assert box_named(visual.graph(loss, {"w": w}), "w").lines == ["w", "(2,) float64"]
    loss.backward(retain_graph=True)
    assert box_named(visual.graph(loss, {"w": w}), "w").lines == ["w", "(2,) float64", "|grad| 5"]


def test_parameters_have_their_names_in_the_model():
    model = cnn()
    graph = visual.graph(cnn_loss(model), model)
    shown = [box.lines[0] for box in graph.boxes if box.kind == "parameter"]
    assert sorted(shown) == sorted(name for name, _ in model.named_parameters())
    assert box_named(graph, "4.weight").lines == ["4.weight", "(10, 1352) float32"]


def test_without_names_a_parameter_is_called_by_its_kind():
    graph = visual.graph(nn.Linear(2, 2)(Tensor([[1.0, 2.0]], requires_grad=True)))
    assert [box.lines[0] for box in graph.boxes[:-1]] == ["Tensor", "Parameter", "Parameter"]


def test_data_is_drawn_with_its_shape_and_its_name_where_one_is_given():
    x, w = minigrad.ones(4, 3), minigrad.ones(3, 2, requires_grad=True)
    y = x @ w
    assert box_named(visual.graph(y), "data").lines == ["data", "(4, 3) float32"]
    assert box_named(visual.graph(y, {"x": x}), "x").kind == "data"


def test_one_array_of_data_in_two_places_is_one_box():
    x, w = minigrad.ones(3), minigrad.ones(3, requires_grad=True)
    graph = visual.graph((w * x) * x, {"x": x, "w": w})
    assert [box.lines[0] for box in graph.boxes] == ["w", "x", "mul", "mul"]


def test_a_result_in_between_can_have_a_name():
    w = minigrad.ones(3, requires_grad=True)
    hidden = w.tanh()
    assert reads(visual.graph(hidden.sum(), {"hidden": hidden}), "sum") == ["hidden = tanh"]


def test_the_arguments_stand_in_their_order():
    a, b = minigrad.ones(3, requires_grad=True), minigrad.ones(3, requires_grad=True)
    assert reads(visual.graph(b - a, {"a": a, "b": b}), "sub") == ["b", "a"]


def test_a_tensor_used_twice_is_one_box_with_two_lines():
    w = minigrad.ones(3, requires_grad=True)
    graph = visual.graph(w * w, {"w": w})
    assert len(graph.boxes) == 2
    assert graph.boxes[1].inputs == [0, 0]
    assert graph.dot.count("0 -> 1") == 2


def test_settings_and_numbers_of_a_call_are_shown():
    w = minigrad.ones(2, 3, requires_grad=True)
    assert box_named(visual.graph((w * 0.5).sum(dim=1)), "mul").lines[1] == "b=0.5"
    assert box_named(visual.graph(w.sum(dim=1)), "sum").lines[1] == "dim=1"
    assert box_named(visual.graph(w[:, 1:]), "getitem").lines[1] == "index=(:,1:)"
    assert box_named(visual.graph(w[minigrad.tensor([1, 0])]), "getitem").lines[1] == "index=int64(2,)"
    assert len(box_named(visual.graph(w.reshape(3, 2)), "reshape").lines) == 2     # the shape shows it


def test_a_fused_op_is_one_box_or_the_ops_of_its_definition():
    model = cnn()
    with_kernels = {box.lines[0] for box in visual.graph(cnn_loss(model), model).boxes}
    with minigrad.without_kernels():
        definition = {box.lines[0] for box in visual.graph(cnn_loss(model), model).boxes}
    assert "linear" in with_kernels and "matmul" not in with_kernels
    assert "matmul" in definition and "linear" not in definition


def test_the_dtype_changes_where_the_computation_changes_it():
    w = minigrad.ones(3, requires_grad=True)
    graph = visual.graph((w + 1).double().sum(), {"w": w})
    assert [box.lines[-1] for box in graph.boxes] == ["(3,) float32", "(3,) float32", "(3,) float64",
                                                      "() float64"]


def test_a_dtype_that_the_graph_does_not_tell_is_left_out():
    """Adding a float64 array to float32 saves neither: the sum may be either, the result is known."""
    w, c = minigrad.ones(3, requires_grad=True), Tensor(np.ones(3))
    graph = visual.graph((w + c).sum(), {"w": w})
    assert box_named(graph, "add").lines == ["add", "(3,)"]
    assert box_named(graph, "sum").lines == ["sum", "() float64"]


def test_drawing_needs_no_gradients_and_changes_nothing():
    model = cnn()
    loss = cnn_loss(model)
    visual.graph(loss, model).svg
    assert all(p.grad is None for p in model.parameters())
    loss.backward()
    assert all(p.grad is not None for p in model.parameters())


def test_a_graph_on_another_device_is_drawn(device):
    w = minigrad.ones(3, device=device, requires_grad=True)
    loss = (w * 2).sum()
    loss.backward(retain_graph=True)
    assert box_named(visual.graph(loss, {"w": w}), "w").lines[2] == "|grad| 3.46"


def test_a_chain_of_many_ops_is_walked_without_recursion():
    y = minigrad.ones(1, requires_grad=True)
    for _ in range(5000):
        y = y + 1
    assert len(visual.graph(y).boxes) == 5001


# Errors


def test_what_has_no_graph_says_why():
    w = minigrad.ones(3, requires_grad=True)
    with pytest.raises(TypeError, match="^graph: expected a Tensor, got Linear$"):
        visual.graph(nn.Linear(1, 1))
    with no_grad():
        y = w * 2
    with pytest.raises(RuntimeError, match=r"^graph: this tensor of shape \(3,\) has no graph; compute it "
                                           r"outside no_grad\(\) from a parameter, or from a tensor with "
                                           r"requires_grad=True$"):
        visual.graph(y)
    with pytest.raises(TypeError, match=r"^graph: params must be a Module, or a dict of names and tensors "
                                        r"such as "
                                        r"dict\(model.named_parameters\(\)\), got \[1.0\]$"):
        visual.graph(w * 2, [1.0])


def test_a_graph_that_backward_freed_says_so():
    w = minigrad.ones(3, requires_grad=True)
    loss = (w * 2).sum()
    loss.backward()
    with pytest.raises(RuntimeError, match=r"^graph: this graph was freed by backward\(\); draw it before "
                                           r"backward\(\), or call backward\(retain_graph=True\)$"):
        visual.graph(loss)


def test_a_graph_too_large_for_a_picture_still_has_dot():
    y = minigrad.ones(1, requires_grad=True)
    for _ in range(1500):
        y = y + 1
    graph = visual.graph(y)
    assert graph.dot.count("->") == 1500
    with pytest.raises(ValueError, match="^graph: 1501 boxes are too many for a picture .at most 1500.; "
                                         "draw a smaller "
                                         "model, with fewer layers or time steps, or pass .dot to Graphviz$"):
        graph.svg


def test_a_notebook_that_somebody_else_ran_shows_the_picture_as_an_image():
    graph = visual.graph(minigrad.ones(3, requires_grad=True).sum())
    [picture] = re.findall(r'<img src="data:image/svg[+]xml;base64,([^"]+)" alt="graph of \d boxes">',
                           graph._repr_html_())
    assert base64.b64decode(picture).decode() == graph.svg


def test_save_knows_the_format_from_the_suffix(tmp_path):
    graph = visual.graph(minigrad.ones(3, requires_grad=True).sum())
    graph.save(tmp_path / "new" / "graph.svg")
    graph.save(str(tmp_path / "graph.dot"))
    assert (tmp_path / "new" / "graph.svg").read_text(encoding="utf-8") == graph.svg == graph._repr_svg_()
    assert (tmp_path / "graph.dot").read_text(encoding="utf-8") == graph.dot
    with pytest.raises(ValueError, match="^graph: can save .svg and .dot, got 'graph.png'; use a browser "
                                         "to convert .svg"):
        graph.save(tmp_path / "graph.png")


# The picture


def rectangles(svg):
    """The boxes of a picture as (left, top, right, bottom), and its root."""
    root = ElementTree.fromstring(svg)
    found = []
    for rect in root.iter(f"{SVG}rect"):
        if "x" in rect.attrib:
            x, y, w, h = (float(rect.get(key)) for key in ("x", "y", "width", "height"))
            found.append((x, y, x + w, y + h))
    return found, root


@pytest.mark.parametrize("make", [
    lambda: cnn_loss(cnn()), lambda: transformer_block()[1],
    lambda: minigrad.ones(3, requires_grad=True).exp()], ids=["cnn", "transformer block", "one op"])
def test_boxes_do_not_overlap_and_lie_inside_the_picture(make):
    graph = visual.graph(make())
    boxes, root = rectangles(graph.svg)
    assert len(boxes) == len(graph.boxes)
    for a, b in combinations(boxes, 2):
        assert a[2] < b[0] or b[2] < a[0] or a[3] < b[1] or b[3] < a[1], f"{a} overlaps {b}"
    width, height = float(root.get("width")), float(root.get("height"))
    assert root.get("viewBox") == f"0 0 {width:.0f} {height:.0f}"
    assert min(b[0] for b in boxes) >= 0 and max(b[2] for b in boxes) <= width
    assert max(b[3] for b in boxes) <= height


def test_the_text_of_a_box_fits_into_it():
    graph = visual.graph(transformer_block()[1])
    _, root = rectangles(graph.svg)
    for group in root.iter(f"{SVG}g"):
        rect, texts = group.find(f"{SVG}rect"), group.findall(f"{SVG}text")
        if rect is not None and texts:
            for text in texts:
                size = float(text.get("font-size", 11))
                assert len(text.text) * 0.61 * size < float(rect.get("width"))     # of a monospaced font


def test_every_input_has_a_line_that_ends_with_an_arrow():
    graph = visual.graph(cnn_loss(cnn()))
    arrows = graph.svg.count("l-3.5 -7h7z")
    assert arrows == sum(len(box.inputs) for box in graph.boxes) == graph.dot.count("->")


def test_the_picture_says_how_to_read_it():
    graph = visual.graph(minigrad.ones(3, requires_grad=True).exp())
    caption = "Read downwards. Blue: an op and its result. Yellow: a parameter. Grey: data."
    assert caption in graph.svg and caption in graph.dot


def test_names_are_escaped():
    w = minigrad.ones(3, requires_grad=True)
    graph = visual.graph(w.exp(), {'<a "b" \\ & c>': w})
    ElementTree.fromstring(graph.svg)
    assert '&lt;a &quot;b&quot; \\ &amp; c&gt;' in graph.svg
    assert 'label="<a \\"b\\" \\\\ & c>\\n(3,) float32"' in graph.dot


def test_pointing_at_an_op_shows_what_it_does_and_in_anomaly_mode_the_line_that_called_it():
    w = minigrad.ones(2, 3, requires_grad=True)
    assert box_named(visual.graph(w.sum(dim=1)), "sum").about == (
        "sum\nThe sum along dim, or of all elements; integers and booleans sum to int64.\ndim=1")
    with minigrad.detect_anomaly():
        y = w.exp()
    about = box_named(visual.graph(y), "exp").about
    assert about.startswith("exp\ne^x.\n") and about.endswith(": y = w.exp()") and "test_graph.py" in about
    assert "<title>exp\ne^x." in visual.graph(y).svg


def test_the_same_computation_gives_the_same_picture():
    model = cnn()
    assert visual.graph(cnn_loss(model), model).svg == visual.graph(cnn_loss(model), model).svg


def test_repr_says_what_the_object_offers():
    assert repr(visual.graph(nn.Linear(2, 1)(minigrad.ones(3, 2)).sum())) == (
        "<graph of 5 boxes; .svg, .dot, .save(path)>")


def test_dot_has_a_line_for_every_box_and_every_input():
    w = Tensor([2.0], requires_grad=True)
    assert visual.graph((w * 3).exp(), {"w": w}).dot == r"""digraph {
  label="Read downwards. Blue: an op and its result. Yellow: a parameter. Grey: data."
  node [shape=box, style="filled,rounded", fontname=monospace]
  0 [label="w\n(1,) float32", fillcolor="#fff1c2", color="#b98a00"]
  1 [label="mul\nb=3\n(1,) float32", fillcolor="#dbe9f9", color="#4a78b0"]
  2 [label="exp\n(1,) float32", fillcolor="#4a78b0", color="#274c7a", fontcolor=white]
  0 -> 1
  1 -> 2
}"""


def test_drawing_a_graph_imports_no_matplotlib():
    code = ("import sys, minigrad as m; m.visual.graph(m.ones(3, requires_grad=True).exp()).svg; "
            "print('matplotlib' in sys.modules)")
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "False"


# The layout


def test_a_box_stands_right_above_its_first_reader():
    #  0 -> 1 -> 2 -> 4, and 3, which only 4 reads
    assert layers([[], [0], [1], [], [2, 3]]) == [0, 1, 2, 2, 3]


def test_a_long_line_has_one_stop_per_layer_and_readers_share_it():
    inputs = [[], [0], [1, 0], [2, 0]]      # 0 is read one, two and three layers below
    layer = layers(inputs)
    above, origin = rails(inputs, layer)
    assert above[:4] == [[], [0], [1, 4], [2, 5]]
    assert above[4:] == [[0], [4]] and layer[4:] == [1, 2] and origin[4:] == [0, 0]


def test_ordering_removes_crossings_that_can_be_removed():
    above = [[], [], [1], [0]]              # 2 hangs on 1, 3 on 0
    below = [[3], [2], [], []]
    rows = ordered([[0, 1], [2, 3]], above, below)
    place = {item: i for row in rows for i, item in enumerate(row)}
    assert crossings(rows, above, place) == 0
    assert crossings([[0, 1], [2, 3]], above, {0: 0, 1: 1, 2: 0, 3: 1}) == 1


def test_a_chain_is_drawn_straight():
    model = cnn()
    boxes, _ = rectangles(visual.graph(cnn_loss(model), model).svg)
    middles = {round((left + right) / 2) for (left, _, right, _), box
               in zip(boxes, visual.graph(cnn_loss(model), model).boxes) if box.kind == "op"}
    assert max(middles) - min(middles) <= 2


def test_spread_is_the_nearest_allowed_placement():
    """The problem is convex: a placement is the best if no move of neighbouring boxes comes nearer."""
    rng = np.random.default_rng(0)
    for _ in range(50):
        n = int(rng.integers(1, 8))
        wanted, weights = rng.normal(size=n) * 10, rng.uniform(0.1, 5, n)
        gaps = rng.uniform(0, 6, n - 1)
        x = np.array(spread(wanted, weights, gaps))
        assert np.all(np.diff(x) >= gaps - 1e-9)
        cost = np.sum(weights * (x - wanted) ** 2)
        for i, j in combinations(range(n + 1), 2):
            for step in (1e-3, -1e-3):
                moved = x.copy()
                moved[i:j] += step
                if np.all(np.diff(moved) >= gaps - 1e-9):
                    assert np.sum(weights * (moved - wanted) ** 2) >= cost


def test_lines_leave_and_arrive_at_the_boxes():
    sizes, inputs = [(40, 20), (60, 30), (50, 20)], [[], [0], [1, 0]]
    centres, lines, (width, height) = layered(sizes, inputs)
    for x, y, bottom, to_x, top, to_y, reader in lines:
        assert y <= bottom < top <= to_y
        assert 0 <= x <= width and 0 <= to_x <= width and to_y <= height
        if reader is not None:
            assert abs(to_x - centres[reader][0]) <= sizes[reader][0] / 2
            assert to_y == centres[reader][1] - sizes[reader][1] / 2
