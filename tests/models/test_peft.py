"""minigrad.peft: each method changes what its formula says, trains little, and is saved and loaded alone."""

import copy
import json
import math
import shutil
from pathlib import Path

import numpy as np
import pytest

import minigrad
from minigrad import models, nn, optim, peft
from minigrad.io import load_safetensors, save_safetensors
from minigrad.nn import functional as F

HERE = Path(__file__).parent
TEXTS = ["a quiet film that stays with you", "Loud!"]
METHODS = {
    "lora": lambda model: peft.add_lora(
        model, ["query", "output.dense", "word_embeddings"], 3, also=["classifier"]),
    "adapters": lambda model: peft.add_adapters(model, ["output.dense"], 4, also=["classifier"]),
    "prompt": lambda model: peft.add_prompt(model, "bert.encoder", 5, also=["classifier"]),
    "prefix": lambda model: peft.add_prefix(model, ["attention.self"], 5, also=["classifier"]),
    "biases": lambda model: peft.train_biases(model, also=["classifier"]),
}
every_method = pytest.mark.parametrize("method", METHODS.values(), ids=METHODS)


@pytest.fixture(scope="module")
def encoder():
    return models.from_pretrained(HERE / "tiny")


@pytest.fixture
def model(encoder):
    minigrad.manual_seed(0)
    return models.TextClassifier(copy.deepcopy(encoder.model), 2).eval()


@pytest.fixture
def batch(encoder):
    return [minigrad.tensor(array) for array in encoder.tokenizer.encode_batch(TEXTS)]


def transformer(batch_first=True):
    minigrad.manual_seed(0)
    layer = nn.TransformerEncoderLayer(8, 2, 12, dropout=0.0, batch_first=batch_first)
    return nn.TransformerEncoder(layer, 2).eval()


def shaken(model):
    """The model with other values of what is trained."""
    with minigrad.no_grad():
        for p in model.parameters():
            if p.requires_grad:
                p.add_(0.3 * minigrad.randn(*p.shape))
    return model


def train(model, batch, steps=3):
    optimizer = optim.AdamW([p for p in model.parameters() if p.requires_grad], 0.02)
    for _ in range(steps):
        optimizer.zero_grad()
        loss = F.cross_entropy(model.train()(*batch), minigrad.tensor([0, 1]))
        loss.backward()
        optimizer.step()
    model.eval()
    return loss.item()


@every_method
def test_training_changes_what_was_added_and_lowers_the_loss(model, batch, method):
    method(model)
    before = {name: p.detach().clone() for name, p in model.named_parameters()}
    trained = {name for name, p in model.named_parameters() if p.requires_grad}
    first, last = train(model, batch, 1), train(model, batch, 8)
    assert last < first
    changed = {name for name, p in model.named_parameters() if not minigrad.equal(p, before[name])}
    assert changed <= trained and len(changed) >= 0.9 * len(trained)        # a bias of keys has no gradient
    assert sum(p.numel() for p in model.parameters() if p.requires_grad) < 0.35 * sum(
        p.numel() for p in model.parameters())


@every_method
def test_what_was_trained_is_saved_and_loaded_alone(model, batch, method, tmp_path):
    fresh = copy.deepcopy(model)
    shaken(method(model))
    peft.save(model, tmp_path / "new/adapter")
    expected = {name for name, p in model.named_parameters() if p.requires_grad}
    saved = load_safetensors(tmp_path / "new/adapter/adapter_model.safetensors")
    assert {name.removeprefix("base_model.model.") for name in saved} == expected
    state = minigrad.backend.random_state()
    peft.load(fresh, tmp_path / "new/adapter")
    assert str(minigrad.backend.random_state()) == str(state)       # loading draws no numbers
    assert minigrad.equal(fresh(*batch), model(*batch))
    assert {name for name, p in fresh.named_parameters() if p.requires_grad} == expected
    peft.save(fresh, tmp_path / "again")
    for file in ("adapter_config.json", "adapter_model.safetensors"):
        assert (tmp_path / "again" / file).read_bytes() == (tmp_path / "new/adapter" / file).read_bytes()


@every_method
def test_a_copy_and_another_device_compute_the_same(model, batch, method, device):
    shaken(method(model))
    expected = model(*batch)
    other = copy.deepcopy(model)
    shaken(model)
    assert minigrad.equal(other(*batch), expected)
    other.to(device)
    y = other(*[x.to(device) for x in batch])
    np.testing.assert_allclose(y.cpu().detach().numpy(), expected.detach().numpy(), atol=1e-5)
    train(other, [x.to(device) for x in batch], 1) if device == "cpu" else other.train()(
        *[x.to(device) for x in batch]).sum().backward()


@every_method
def test_padding_is_still_not_seen(encoder, model, batch, method):
    shaken(method(model))
    alone = encoder.tokenizer.encode_batch(TEXTS[1:])
    y = model(*[minigrad.tensor(array) for array in alone])
    np.testing.assert_allclose(model(*batch)[1:].detach().numpy(), y.detach().numpy(), atol=1e-5)


@pytest.mark.parametrize("method", ["lora", "biases"])
def test_before_training_nothing_has_changed(model, batch, method):
    expected = model(*batch)
    assert minigrad.equal(METHODS[method](model)(*batch), expected)


def test_adapters_change_almost_nothing_before_training(model, batch):
    expected = model(*batch)
    assert minigrad.allclose(METHODS["adapters"](model)(*batch), expected, atol=1e-2)


# LoRA


def test_lora_of_a_linear_is_the_papers_formula():
    layer = nn.Sequential(nn.Linear(5, 4))
    W, b = layer[0].weight, layer[0].bias
    shaken(peft.add_lora(layer, ["0"], 2, 6.0))
    x = minigrad.randn(3, 5)
    A, B = layer[0].lora_A.weight.detach().numpy(), layer[0].lora_B.weight.detach().numpy()
    expected = x.numpy() @ (W.detach().numpy() + 6 / 2 * B @ A).T + b.detach().numpy()
    np.testing.assert_allclose(layer(x).detach().numpy(), expected, rtol=1e-5, atol=1e-6)
    assert layer[0].weight is W and isinstance(layer[0], nn.Linear)


def test_lora_of_an_embedding_is_the_papers_formula():
    layer = nn.Sequential(nn.Embedding(7, 4))
    table = layer[0].weight.detach().numpy()
    shaken(peft.add_lora(layer, ["0"], 2, 3.0, rank_stabilized=True))
    A, B = layer[0].lora_embedding_A.detach().numpy(), layer[0].lora_embedding_B.detach().numpy()
    ids = np.array([[0, 6], [3, 3]])
    expected = (table + 3 / math.sqrt(2) * (B @ A).T)[ids]
    np.testing.assert_allclose(layer(minigrad.tensor(ids)).detach().numpy(), expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("batch_first", [True, False])
@pytest.mark.parametrize("targets", [["linear1"], ["linear2"], ["self_attn"], ["out_proj"]])
def test_lora_works_in_every_layer_of_a_transformer_in_both_modes(targets, batch_first):
    model, x = transformer(batch_first), minigrad.randn(3, 3, 8)
    padding = minigrad.tensor([[False, False, True], [False] * 3, [False] * 3])
    before = model(x, src_key_padding_mask=padding)
    shaken(peft.add_lora(model, targets, 2))
    y = model(x, src_key_padding_mask=padding)
    assert (y - before).abs().max().item() > 0.01
    assert minigrad.allclose(model.train()(x, src_key_padding_mask=padding), y, atol=1e-6)
    with minigrad.no_grad():
        assert minigrad.allclose(model.eval()(x, src_key_padding_mask=padding), y, atol=1e-6)
    y.square().sum().backward()
    assert all((p.grad is not None) == p.requires_grad for p in model.parameters())
    peft.merge(model)
    assert minigrad.allclose(model(x, src_key_padding_mask=padding), y, atol=1e-5)


@pytest.mark.parametrize("targets", [["position_embeddings"], ["token_type_embeddings"]])
def test_every_table_of_a_bert_is_looked_up_so_that_lora_changes_it(model, batch, targets):
    for given in (batch, batch[:2]):        # without kinds of tokens, all are of kind 0
        changed = copy.deepcopy(model)
        shaken(peft.add_lora(changed, targets, 2))
        y = changed(*given)
        assert (y - model(*given)).abs().max().item() > 0.01
        assert minigrad.allclose(peft.merge(changed)(*given), y, atol=1e-5)


def test_merged_weights_compute_the_same_and_unmerged_ones_are_exactly_the_old(model, batch):
    plain, names = {**copy.deepcopy(model).state_dict()}, [*model.state_dict()]
    shaken(METHODS["lora"](model))
    expected = model(*batch)
    peft.merge(model)
    assert minigrad.allclose(model(*batch), expected, atol=1e-5)
    assert not any("original" in name for name in model.state_dict())
    peft.unmerge(model)
    assert minigrad.equal(model(*batch), expected)
    peft.merge(peft.unmerge(peft.merge(model)))         # as often as one likes
    peft.merge_and_unload(model)
    assert minigrad.allclose(model(*batch), expected, atol=1e-5)
    assert [*model.state_dict()] == names
    assert not any("lora" in repr(module).lower() for module in model.modules())
    same = [name for name in names if minigrad.equal(model.state_dict()[name], plain[name])]
    assert len(same) == len(names) - 2 - 4 - 1 - 2       # query, two output.dense, words; the classifier
    peft.train_biases(model)        # it is a model without a method again


def test_a_layer_with_two_names_gets_one_lora():
    class Tied(nn.Module):
        def __init__(self):
            self.a = nn.Linear(3, 3)
            self.b = self.a

        def forward(self, x):
            return self.b(self.a(x))
    model = peft.add_lora(Tied(), ["a", "b"], 2)
    assert model.a is model.b
    peft.merge_and_unload(peft.merge(shaken(model)))
    assert model.a is model.b and type(model.a) is nn.Linear


def test_names_are_taken_as_peft_takes_them(model):
    def chosen(targets):
        names = [name for name, module in peft.add_lora(copy.deepcopy(model), targets).named_modules()
                 if hasattr(module, "lora_A")]
        return [name.removeprefix("bert.encoder.layer.") for name in names]
    assert chosen(["query"]) == ["0.attention.self.query", "1.attention.self.query"]
    assert chosen(["0.attention.self.query"]) == ["0.attention.self.query"]
    assert chosen(r".*1\..*(query|key)") == ["1.attention.self.query", "1.attention.self.key"]
    assert chosen(["attention.output.dense"]) == ["0.attention.output.dense", "1.attention.output.dense"]
    assert len(chosen(["output.dense"])) == 4


# Files of Hugging Face's peft; the folder lora is written by write_lora.py.


def test_a_lora_of_peft_computes_what_it_computes_there(encoder, batch):
    model = peft.load(copy.deepcopy(encoder.model), HERE / "lora")
    expected = load_safetensors(HERE / "lora/expected.safetensors")["vectors"].numpy()
    there = batch[1].numpy() == 1
    for change in (lambda model: model, peft.merge, peft.unmerge, peft.merge_and_unload):
        np.testing.assert_allclose(change(model)(*batch).detach().numpy()[there], expected[there], atol=2e-5)


def test_what_is_loaded_from_peft_is_saved_with_its_names_and_numbers(encoder, tmp_path):
    peft.save(peft.load(copy.deepcopy(encoder.model), HERE / "lora"), tmp_path)
    folders = HERE / "lora", tmp_path
    theirs, ours = (load_safetensors(folder / "adapter_model.safetensors") for folder in folders)
    assert set(ours) == set(theirs)
    assert all(np.array_equal(ours[name].numpy(), theirs[name].numpy()) for name in ours)
    theirs, ours = (json.loads((folder / "adapter_config.json").read_text()) for folder in folders)
    assert set(ours) <= set(theirs)
    assert {name: theirs[name] for name in ours} == {**ours, "base_model_name_or_path": "tiny"}


@pytest.mark.filterwarnings("ignore")       # of other packages
def test_peft_reads_what_save_writes(encoder, batch, tmp_path):
    theirs = pytest.importorskip("peft")
    torch, transformers = pytest.importorskip("torch"), pytest.importorskip("transformers")
    model = shaken(peft.add_lora(copy.deepcopy(encoder.model), ["key", "word_embeddings"], 2)).eval()
    peft.save(model, tmp_path)
    there = theirs.PeftModel.from_pretrained(transformers.BertModel.from_pretrained(HERE / "tiny"), tmp_path)
    names = "input_ids", "attention_mask", "token_type_ids"
    with torch.no_grad():
        y = there.eval()(**{name: torch.from_numpy(x.numpy()) for name, x in zip(names, batch)})
    mask = batch[1].numpy() == 1
    expected = y.last_hidden_state.numpy()
    np.testing.assert_allclose(model(*batch).detach().numpy()[mask], expected[mask], atol=2e-5)


@pytest.fixture
def folder(tmp_path):
    shutil.copytree(HERE / "lora", tmp_path / "lora")
    return tmp_path / "lora"


def config(**settings):
    def apply(folder):
        said = json.loads((folder / "adapter_config.json").read_text())
        said = {name: value for name, value in {**said, **settings}.items() if value is not Ellipsis}
        (folder / "adapter_config.json").write_text(json.dumps(said))
    return apply


def weights(change):
    def apply(folder):
        held = load_safetensors(folder / "adapter_model.safetensors")
        change(held)
        save_safetensors(folder / "adapter_model.safetensors", held)
    return apply


KEY = "base_model.model.encoder.layer.1.attention.self.query.lora_A.weight"


@pytest.mark.parametrize("spoil, error, message", [
    (config(use_dora=True), ValueError, "config.json: use_dora is True; minigrad.peft has only False"),
    (config(init_lora_weights="pissa"), ValueError, "init_lora_weights is 'pissa'"),
    (config(rank_pattern={"key": 3}), ValueError, "rank_pattern is {'key': 3}"),
    (config(peft_type="IA3"), ValueError, "peft_type is 'IA3', expected LORA or one that save.. writes"),
    (config(peft_type=...), ValueError, 'must hold a peft_type, such as "LORA"'),
    (config(r=...), ValueError, "adapter_config.json lacks 'r'"),
    (config(r=0), ValueError, "rank must be a whole number of at least 1, got 0"),
    (config(r=3), ValueError,
     r"another model than this Bert\n +of another shape: .*lora_A.weight \(2, 16\), here \(3, 16\)"),
    (config(target_modules=["key"]), ValueError, "missing: .*key.*unexpected: "),
    (config(target_modules=["queri"]), ValueError, "no module is called 'queri'; did you mean 'query'"),
    (config(target_modules=None), ValueError, "adapter_config.json: .*targets"),
    (weights(lambda held: held.pop(KEY)), ValueError, "missing: encoder.layer.1.*query.lora_A"),
    (weights(lambda held: held.update(more=minigrad.zeros(2))), ValueError, "unexpected: more"),
    (lambda folder: (folder / "adapter_config.json").write_text("{"), ValueError, "config.json is no JSON"),
    (lambda folder: (folder / "adapter_config.json").unlink(), FileNotFoundError, "adapter_config.json"),
    (lambda folder: (folder / "adapter_model.safetensors").unlink(), FileNotFoundError, "adapter_mod"),
])
def test_a_folder_that_does_not_fit_is_refused_and_changes_nothing(encoder, folder, spoil, error, message):
    spoil(folder)
    model = copy.deepcopy(encoder.model)
    before, state = repr(model), copy.deepcopy(model).state_dict()
    with pytest.raises(error, match=f"(?s){message}"):
        peft.load(model, folder)
    assert repr(model) == before and all(p.requires_grad for p in model.parameters())
    assert all(minigrad.equal(value, state[name]) for name, value in model.state_dict().items())
    shutil.copytree(HERE / "lora", folder, dirs_exist_ok=True)
    peft.load(model, folder)


def test_weights_that_peft_saves_beside_its_own_are_loaded(encoder, folder):
    """It saves the table of an embedding whose size was changed."""
    table = minigrad.randn(*encoder.model.embeddings.word_embeddings.weight.shape)
    name = "base_model.model.embeddings.word_embeddings.base_layer.weight"
    weights(lambda held: held.update({name: table}))(folder)
    model = peft.load(copy.deepcopy(encoder.model), folder)
    assert minigrad.equal(model.embeddings.word_embeddings.weight, table)


def test_a_lora_of_another_model_is_refused(encoder, model):
    with pytest.raises(ValueError, match="another model than this TextClassifier\n.*\n.*unexpected: e"):
        peft.load(model, HERE / "lora")     # it was for the Bert inside
    peft.load(model.bert, HERE / "lora")


# Prompts, prefixes, adapters


@pytest.mark.parametrize("batch_first", [True, False])
@pytest.mark.parametrize("causal", [False, True, "mask", "numbers"])
def test_a_prompt_is_what_it_is_by_hand(batch_first, causal):
    model, x = transformer(batch_first), minigrad.randn(2, 3, 8)
    P = 4
    masks = {True: dict(is_causal=True), False: {},
             "mask": dict(mask=minigrad.ones(3, 3, dtype=bool).triu(1)),
             "numbers": dict(mask=minigrad.full((3, 3), -math.inf).triu(1))}[causal]
    plain = copy.deepcopy(model)
    outer = nn.Sequential(model)
    shaken(peft.add_prompt(outer, "0", P))
    prompt = model.prompt.detach().unsqueeze(0 if batch_first else 1)
    axis = 1 if batch_first else 0
    prompt = prompt.expand(2, P, 8) if batch_first else prompt.expand(P, 3, 8)
    given = x if batch_first else minigrad.randn(3, 3, 8)
    whole = {True: dict(is_causal=True), False: {}}.get(causal)
    if whole is None:       # the prompt sees itself, the rest sees the prompt and what is before it
        hidden = minigrad.ones(P + 3, P + 3, dtype=bool).triu(1)
        hidden[:P, :P] = False
        whole = dict(mask=hidden)
    expected = plain(minigrad.cat([prompt, given], axis), **whole)
    expected = expected[:, P:] if batch_first else expected[P:]
    assert minigrad.allclose(model(given, **masks), expected, atol=1e-5)


def test_a_prefix_is_keys_and_values_that_every_position_sees(model):
    layer = model.bert.encoder.layer[0].attention.self
    outer = nn.ModuleDict({"attention": layer})
    x = minigrad.randn(2, 3, 16)
    seen = minigrad.tensor([[True, True, False], [True] * 3]).reshape(2, 1, 1, 3)
    shaken(peft.add_prefix(outer, ["attention"], 2))
    q, k, v = (x.numpy() @ linear.weight.detach().numpy().T + linear.bias.detach().numpy()
               for linear in (layer.query, layer.key, layer.value))
    for n in range(2):
        keys = np.concatenate([layer.key.prefix.detach().numpy(), k[n][seen.numpy()[n, 0, 0]]])
        values = np.concatenate([layer.value.prefix.detach().numpy(), v[n][seen.numpy()[n, 0, 0]]])
        for head in range(4):
            part = slice(4 * head, 4 * head + 4)
            scores = np.exp(q[n][:, part] @ keys[:, part].T / 2)
            expected = scores / scores.sum(1, keepdims=True) @ values[:, part]
            given = layer(x, seen)[n, :, part].detach().numpy()
            np.testing.assert_allclose(given, expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("batch_first", [True, False])
def test_a_prefix_in_a_transformer_is_seen_and_hides_nothing(batch_first):
    """Its own attention with the prefix as more inputs for key and value, computed apart."""
    model = transformer(batch_first)
    layer = model.layers[0].self_attn
    plain = copy.deepcopy(layer)
    peft.add_prefix(model, ["self_attn"], 2)
    shaken(model)
    x = minigrad.randn(3, 3, 8)
    axis = 1 if batch_first else 0
    padding = minigrad.tensor([[False, False, True], [False] * 3, [False] * 3])

    def wide(prefix):
        rows = prefix.detach().unsqueeze(1 - axis)
        return minigrad.cat([rows.expand(3, 2, 8) if batch_first else rows.expand(2, 3, 8), x], axis)
    expected = plain(x, wide(layer.prefix_key), wide(layer.prefix_value),
                     minigrad.cat([minigrad.zeros(3, 2, dtype=bool), padding], 1))[0]
    assert minigrad.allclose(layer(x, x, x, padding)[0], expected, atol=1e-6)
    causal = minigrad.cat([minigrad.zeros(3, 2, dtype=bool), minigrad.ones(3, 3, dtype=bool).triu(1)], 1)
    expected = plain(x, wide(layer.prefix_key), wide(layer.prefix_value), attn_mask=causal)[0]
    assert minigrad.allclose(layer(x, x, x, is_causal=True)[0], expected, atol=1e-6)
    y = model(x, is_causal=True)        # a later position changes no earlier one
    later = x.clone()
    later[(slice(None), 2) if batch_first else 2] = 7.0
    first = (slice(None), slice(2)) if batch_first else slice(2)
    assert minigrad.allclose(model(later, is_causal=True)[first], y[first], atol=1e-6)
    assert not minigrad.allclose(model(later)[first], model(x)[first], atol=1e-3)


def test_an_adapter_is_a_bottleneck_after_its_layer():
    layer = nn.Linear(3, 4)
    model = shaken(peft.add_adapters(nn.Sequential(layer), ["0"], 2))
    x = minigrad.randn(5, 3)
    y = F.linear(x, layer.weight, layer.bias)
    down, up = layer.adapter.down, layer.adapter.up
    expected = y + F.gelu(y @ down.weight.T + down.bias) @ up.weight.T + up.bias
    assert minigrad.allclose(model(x), expected, atol=1e-6)


# Careless use


@pytest.mark.parametrize("call, message", [
    (lambda model: peft.add_lora(model, ["queri"]), "no module is called 'queri'; did you mean 'query'"),
    (lambda model: peft.add_lora(model, ["attention.self.qery"]), "did you mean 'query'"),
    (lambda model: peft.add_lora(model, ["xyzzy"]), "the names end with bert, embeddings"),
    (lambda model: peft.add_lora(model, "query"), r"'query' matches no whole name; pass a list .*'query'\]"),
    (lambda model: peft.add_lora(model, "*query"), r"'\*query' is no regular expression.* list"),
    (lambda model: peft.add_lora(model, []), "no names of modules"),
    (lambda model: peft.add_lora(model, ["LayerNorm"]), "is a LayerNorm; LoRA is for Linear"),
    (lambda model: peft.add_lora(model, ["query"], 0), "rank must be a whole number of at least 1, got 0"),
    (lambda model: peft.add_lora(model, ["query"], dropout=1.0), "from 0 to below 1, got 1.0"),
    (lambda model: peft.add_lora(model, ["query"], also=["clasifier"]), "did you mean 'classifier'"),
    (lambda model: peft.add_adapters(model, ["output"]), "is a Output, expected a Linear"),
    (lambda model: peft.add_adapters(model, ["query"], -1), "size must be .* got -1"),
    (lambda model: peft.add_prompt(model, "encodr"), "did you mean 'encoder'"),
    (lambda model: peft.add_prompt(model, "layer"), "layer is a ModuleList, expected an encoder"),
    (lambda model: peft.add_prompt(model, "output"), "'output' names 4 modules"),
    (lambda model: peft.add_prompt(model, "classifier"), "is a Linear, expected an encoder"),
    (lambda model: peft.add_prompt(model, "bert.encoder", 0), "length must be .* got 0"),
    (lambda model: peft.add_prefix(model, ["query"]), "is a Linear, expected attention"),
    (lambda model: peft.add_prefix(model, ["attention.self"], -3), "length must be .* got -3"),
    (lambda model: peft.train_biases(nn.Sequential(nn.Embedding(2, 2))), "has no biases; use add_lora"),
    (lambda model: peft.add_prefix(peft.train_biases(model), ["attention.self"]), "has BITFIT already"),
    (lambda model: peft.add_lora(peft.add_lora(model, ["key"]), ["query"]), "has LORA already"),
    (lambda model: peft.merge(model), "has no LoRA; add it with add_lora"),
    (lambda model: peft.unmerge(peft.train_biases(model)), "has no LoRA"),
    (lambda model: peft.save(model, "x"), "none of the methods of minigrad.peft"),
    (lambda model: peft.merge(peft.merge(METHODS["lora"](model))), r"merged already; call unmerge\(model\)"),
    (lambda model: peft.unmerge(METHODS["lora"](model)), r"not merged; call merge\(model\)"),
])
def test_what_is_wrong_is_said_and_the_model_is_as_before(model, call, message):
    before = {name: p.detach().clone() for name, p in model.named_parameters()}
    with pytest.raises((ValueError, RuntimeError), match=message):
        call(model)
    if "_peft" not in vars(model):
        assert all(p.requires_grad for p in model.parameters())
        assert [*before] == [name for name, _ in model.named_parameters()]


def test_a_width_that_differs_is_refused():
    model = nn.ModuleDict({"attention": nn.MultiheadAttention(4, 2, kdim=3, vdim=3)})
    with pytest.raises(ValueError, match="attention is a MultiheadAttention; .*one width"):
        peft.add_lora(model, ["attention"])


def test_merged_layers_refuse_to_be_trained(model, batch):
    peft.merge(METHODS["lora"](model))
    model(*batch).sum()
    with pytest.raises(RuntimeError, match=r"is merged, so it cannot be trained; call peft.unmerge"):
        model.train()(*batch)
    with minigrad.no_grad():
        model.train()(*batch)


def test_names_of_other_packages_lead_to_ours():
    with pytest.raises(AttributeError, match=r"use peft.add_lora\(model, targets\)"):
        peft.LoraConfig


def test_in_a_sequential_the_numbers_are_the_names():
    with pytest.raises(ValueError, match="no module is called '7'; the names end with 0, 1$"):
        peft.add_lora(nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2)), ["7"], rank=1)
