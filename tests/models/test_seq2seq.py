"""Encoder-decoder models: writing sees what training saw; beam search finds the most probable sequence."""

import itertools

import numpy as np
import pytest

import minigrad
from minigrad import optim
from minigrad.demos.pairs import loader, loss, write
from minigrad.models import AttentionLSTM, Hypothesis, Seq2SeqTransformer, beam_search
from minigrad.nn import functional as F

SOURCE = np.array([[3, 4, 5, 6, 7], [8, 3, 3, 0, 0], [5, 0, 0, 0, 0]])
TARGET = np.array([[1, 3, 4, 5], [1, 6, 6, 3], [1, 5, 4, 3]])
SIZES = {Seq2SeqTransformer: dict(D=16, heads=2, layers=2, longest=12), AttentionLSTM: dict(D=16)}


@pytest.fixture(params=SIZES)
def model(request):
    minigrad.manual_seed(0)
    return request.param(9, 7, **SIZES[request.param]).eval()


def logits(model, source, target):
    with minigrad.no_grad():
        return model(minigrad.tensor(source), minigrad.tensor(target)).numpy()


def test_a_step_sees_what_training_saw(model):
    """Also for sources of different lengths, and after the rows were put in another order."""
    expected = logits(model, SOURCE, TARGET)
    assert expected.shape == (3, 4, 7)
    order = minigrad.tensor([2, 0, 1])
    with minigrad.no_grad():
        state = [each[order] for each in model.start(minigrad.tensor(SOURCE))]
        for t in range(TARGET.shape[1]):
            given, state = model.step(minigrad.tensor(TARGET[[2, 0, 1], t]), state)
            np.testing.assert_allclose(given.numpy(), expected[[2, 0, 1], t], atol=1e-5)


def test_a_prediction_depends_on_the_whole_source_and_on_no_later_target(model):
    before = logits(model, SOURCE, TARGET)
    later = TARGET.copy()
    later[:, 2:] = 2
    after = logits(model, SOURCE, later)
    np.testing.assert_allclose(after[:, :2], before[:, :2], atol=1e-6)
    assert np.all(np.abs(after[:, 2:] - before[:, 2:]).max((1, 2)) > 1e-3)
    source = SOURCE.copy()
    source[0, -1] = 8
    assert np.all(np.abs(logits(model, source, TARGET) - before)[0].max(1) > 1e-4)


def test_padding_changes_nothing(model):
    together = logits(model, SOURCE, TARGET)
    for i, length in enumerate((5, 3, 1)):
        alone = logits(model, SOURCE[i:i + 1, :length], TARGET[i:i + 1])
        np.testing.assert_allclose(together[i], alone[0], atol=1e-5)


def test_attention_is_on_tokens_only_and_sums_to_1(model):
    with minigrad.no_grad():
        weights = model.attention(minigrad.tensor(SOURCE), minigrad.tensor(TARGET)).numpy()
    assert weights.shape == (3, 2 if isinstance(model, Seq2SeqTransformer) else 1, 4, 5)
    np.testing.assert_allclose(weights.sum(3), 1, atol=1e-6)
    assert not weights[1, :, :, 3:].any() and (weights[2, :, :, 0] == 1).all()


def test_the_attention_shown_is_the_attention_used():
    """The values of the last layer's memory, weighed by it, give what the layer adds."""
    minigrad.manual_seed(0)
    model = Seq2SeqTransformer(9, 7, D=16, heads=2, layers=1, longest=12).eval()
    source, target = minigrad.tensor(SOURCE), minigrad.tensor(TARGET)
    layer = model.decoder[0]
    with minigrad.no_grad():
        k, v = layer.cross.keys_values(model.encode(source))
        x = layer.norms[1](layer.look_back(model.embed(model.target, target))[0])
        expected = layer.cross(x, k, v, model.there(source))
        mixed = (model.attention(source, target) @ v).transpose(1, 2).reshape(3, 4, 16)
        np.testing.assert_allclose(layer.cross.out(mixed).numpy(), expected.numpy(), atol=1e-6)


@pytest.mark.torch
@pytest.mark.parametrize("kind", SIZES)
def test_the_twin_computes_the_same_numbers_gradients_and_sequences(kind):
    import torch

    from benchmarks.twin import copy_weights, twin
    minigrad.manual_seed(0)
    ours = kind(9, 7, **SIZES[kind], dropout=0.0)
    theirs = twin(kind.__module__).__dict__[kind.__name__](9, 7, **SIZES[kind], dropout=0.0)
    copy_weights(ours, theirs)
    a = F.cross_entropy(ours(minigrad.tensor(SOURCE), minigrad.tensor(TARGET)).flatten(0, 1),
                        minigrad.tensor(TARGET % 7).flatten())
    b = torch.nn.functional.cross_entropy(theirs(torch.tensor(SOURCE), torch.tensor(TARGET)).flatten(0, 1),
                                          torch.tensor(TARGET % 7).flatten())
    a.backward()
    b.backward()
    assert a.item() == pytest.approx(b.item(), abs=1e-6)
    expected = {name: p.grad.numpy() for name, p in theirs.named_parameters()}
    for name, p in ours.named_parameters():
        np.testing.assert_allclose(p.grad.numpy(), expected[name], atol=1e-6, err_msg=name)
    how = dict(start=1, stop=2, beam=4, best=3, longest=6)
    ours.eval()
    theirs.eval()
    given = beam_search(ours, minigrad.tensor(SOURCE), **how)
    wanted = twin("minigrad.models.beam").beam_search(theirs, torch.tensor(SOURCE), **how)
    assert [[each.ids for each in found] for found in given] == [[each.ids for each in found]
                                                                 for found in wanted]


@pytest.mark.parametrize("kind", SIZES)
def test_it_learns_to_reverse_sequences(kind, device):
    minigrad.manual_seed(0)
    sequences = [[3, 4, 5], [5, 3], [4, 4, 6], [6, 3, 5], [5, 4], [6, 6, 4]]
    model = kind(7, 7, D=16, dropout=0.0, **dict(heads=2, layers=1) if kind is Seq2SeqTransformer else {})
    optimizer = optim.Adam(model.to(device).parameters(), 0.01)
    (source, before, after), = loader([(each, each[::-1]) for each in sequences], 6, 0)
    for _ in range(60):
        optimizer.zero_grad()
        loss(model(source.to(device), before.to(device)), after.to(device)).backward()
        optimizer.step()
    found = write(model, sequences, device=device, size=4, beam=2, longest=8)
    assert [best[0].ids for best in found] == [each[::-1] for each in sequences]


class Table:
    """A model whose next token depends on the last one only; source n has the probabilities p[n], (V, V)."""

    def __init__(self, p):
        self.log_p = np.log(p)

    def start(self, source):
        return [source]

    def step(self, ids, state):
        return minigrad.tensor(self.log_p[state[0].numpy(), ids.numpy()]), state


def random_table(sources=2, V=4):
    p = np.random.default_rng(0).random((sources, V, V)) ** 3
    return Table(p / p.sum(2, keepdims=True))


def all_sequences(log_p, longest, alpha):
    """Every sequence that ends within `longest` tokens, the best first; start 0, stop 1."""
    found = []
    for length in range(1, longest + 1):
        for ids in itertools.product([0, 2, 3], repeat=length - 1):
            steps = [0, *ids, 1]
            total = sum(log_p[a, b] for a, b in zip(steps, steps[1:]))
            found.append((total / ((5 + length) / 6) ** alpha, list(ids)))
    return sorted(found, reverse=True)


@pytest.mark.parametrize("alpha", [0, 0.6, 1, 2.5])
def test_a_beam_that_holds_everything_finds_the_best_of_all_sequences(alpha):
    model = random_table()
    how = dict(start=0, stop=1, beam=100, best=9, longest=4, alpha=alpha)
    given = beam_search(model, minigrad.tensor([0, 1]), **how)
    for n, found in enumerate(given):
        expected = all_sequences(model.log_p[n], 4, alpha)
        assert [each.score for each in found] == pytest.approx([score for score, _ in expected[:9]], rel=1e-5)
        scores = {tuple(ids): score for score, ids in expected}         # some are equally probable
        assert [scores[tuple(each.ids)] for each in found] == pytest.approx([each.score for each in found])


def test_a_beam_of_1_takes_the_most_probable_token_each_time():
    model = random_table(sources=20)
    for n, (found,) in enumerate(beam_search(model, minigrad.tensor(list(range(20))), start=0, stop=1, beam=1,
                                             longest=8)):
        ids, last = [], 0
        while len(ids) < 8 and (last := int(model.log_p[n, last].argmax())) != 1:
            ids.append(last)
        assert found.ids == ids


def test_a_beam_of_2_finds_what_greedy_search_misses():
    """The first step prefers 2 (0.6), after which nothing is sure; 3 then 1 has 0.4."""
    p = np.array([[[0.0, 0.0, 0.6, 0.4], [0.25] * 4, [0.3, 0.3, 0.2, 0.2], [0.0, 1.0, 0.0, 0.0]]]) + 1e-9
    how = dict(start=0, stop=1, longest=5, alpha=0)
    (greedy,), (wide,) = (beam_search(Table(p), minigrad.tensor([0]), beam=beam, **how)[0] for beam in (1, 2))
    assert wide.ids == [3] and np.exp(wide.log_p) == pytest.approx(0.4, rel=1e-5)
    assert greedy.log_p < wide.log_p


def test_ends_that_are_improbable_do_not_stop_the_search():
    """0, 2, 3 is nearly sure; of two prefixes, the other one ends at once, and then another."""
    p = np.array([[[0.0, 0.01, 0.98, 0.0], [0.25] * 4, [0.0, 0.01, 0.0, 0.99], [0.0, 0.99, 0.0, 0.0]]]) + 1e-9
    found, = beam_search(Table(p), minigrad.tensor([0]), start=0, stop=1, beam=2, longest=6)
    assert [each.ids for each in found] == [[2, 3]]


def test_sources_do_not_disturb_each_other():
    """Though some are done earlier than others."""
    model = random_table(sources=12)
    how = dict(start=0, stop=1, beam=3, best=3, longest=9)
    together = beam_search(model, minigrad.tensor(list(range(12))), **how)
    for n in range(12):
        alone, = beam_search(model, minigrad.tensor([n]), **how)
        assert [each.ids for each in alone] == [each.ids for each in together[n]]
    lengths = {len(each.ids) for found in together for each in found}
    assert len(lengths) > 2


def test_what_never_ends_is_cut():
    p = np.full((1, 3, 3), 1e-9)
    p[:, :, 2] = 1
    found, = beam_search(Table(p), minigrad.tensor([0]), start=0, stop=1, beam=2, longest=6, alpha=0)
    assert found == [Hypothesis([2] * 6, pytest.approx(0, abs=1e-6), pytest.approx(0, abs=1e-6))]


@pytest.mark.parametrize("settings, message", [
    (dict(beam=0), "beam must be at least 1, got 0"),
    (dict(beam=2.5), "beam must be an integer, got 2.5"),
    (dict(longest=0), "longest must be at least 1, got 0"),
    (dict(beams=2), "unknown argument 'beams'; did you mean 'beam'"),
    (dict(beam=2, best=3), "best=3 sequences need a beam of at least 3, got 2"),
    (dict(alpha=-1), "alpha must be at least 0, got -1"),
    (dict(alpha=float("nan")), "alpha must be at least 0, got nan"),
])
def test_settings_of_beam_search_that_mean_nothing_are_refused(settings, message):
    with pytest.raises((ValueError, TypeError), match=message):
        beam_search(random_table(), minigrad.tensor([0]), start=0, stop=1, **settings)


def test_sizes_and_lengths_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="D must be even and a multiple of heads, got D=10, heads=4"):
        Seq2SeqTransformer(9, 7, D=10, heads=4)
    with pytest.raises(ValueError, match="D must be even, a half for each direction, got 7"):
        AttentionLSTM(9, 7, D=7)
    model = Seq2SeqTransformer(9, 7, D=8, heads=2, layers=1, longest=4)
    with pytest.raises(ValueError, match="5 tokens, but the model knows 4 positions; .*longest=5"):
        model(minigrad.tensor(SOURCE), minigrad.tensor(TARGET))
    with pytest.raises(ValueError, match="knows 4 positions"):
        beam_search(model.eval(), minigrad.tensor(SOURCE[:, :3]), start=1, stop=6, longest=9, beam=1)
