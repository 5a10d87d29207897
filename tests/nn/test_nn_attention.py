"""Attention, positions, decoding with a cache, and Transformers: documented behaviour."""

import math

import numpy as np
from cases.layers import PADDING
from cases.tensors import normal

import minigrad
from minigrad import nn, tensor
from minigrad.autograd import gradcheck, to_numpy
from minigrad.backend import copies
from minigrad.nn import functional as F


def test_multi_head_attention_is_batch_first_and_returns_the_output(device):
    layer, x = nn.MultiHeadAttention(8, 2).to(device), normal(3, 5, 8, device=device)
    y = layer(x)
    assert y.shape == (3, 5, 8)
    same, weights = layer(x, need_weights=True)
    np.testing.assert_allclose(to_numpy(y), to_numpy(same), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(to_numpy(weights).sum(-1), 1, rtol=1e-6)
    assert weights.shape == (3, 5, 5)
    assert layer(x, need_weights=True, average_attn_weights=False)[1].shape == (3, 2, 5, 5)
    other = layer(x, normal(3, 7, 8, device=device))
    assert other.shape == (3, 5, 8)


def test_both_spellings_of_attention_share_weights_and_results():
    ours, theirs = nn.MultiHeadAttention(8, 2), nn.MultiheadAttention(8, 2, batch_first=True)
    theirs.load_state_dict(ours.state_dict())
    x, mask = normal(3, 5, 8), tensor(PADDING)
    y, weights = theirs(x, x, x, key_padding_mask=mask)
    z, same = ours(x, key_padding_mask=mask, need_weights=True)
    assert np.array_equal(y.detach().numpy(), z.detach().numpy())
    assert np.array_equal(weights.detach().numpy(), same.detach().numpy())
    assert theirs(x, x, x, need_weights=False)[1] is None


def test_a_padded_key_changes_nothing(device):
    layer, x = nn.MultiHeadAttention(8, 2).to(device), normal(3, 5, 8, device=device)
    mask = tensor(PADDING, device=device)
    changed = x * 1
    changed[mask] = 100.0
    y, z = (to_numpy(layer(x, v, key_padding_mask=mask)) for v in (x, changed))
    np.testing.assert_allclose(y, z, rtol=1e-5, atol=1e-6)


def test_causal_attention_does_not_see_the_future(device):
    layer, x = nn.MultiHeadAttention(8, 2).to(device), normal(1, 6, 8, device=device)
    later = x * 1
    later[:, 4:] = 9.0
    y, z = (to_numpy(layer(v, is_causal=True)) for v in (x, later))
    np.testing.assert_allclose(y[:, :4], z[:, :4], rtol=1e-5, atol=1e-6)
    assert not np.allclose(y[:, 4:], z[:, 4:])
    future = tensor(np.triu(np.ones((6, 6), bool), 1), device=device)
    np.testing.assert_allclose(y, to_numpy(layer(x, attn_mask=future)), rtol=1e-5, atol=1e-6)


def test_the_mask_of_the_layer_is_the_opposite_of_the_functions():
    layer, x = nn.MultiHeadAttention(4, 1, bias=False), normal(1, 3, 4)
    with minigrad.no_grad():
        for name in ("in_proj_weight", "out_proj.weight"):
            parameter = layer.get_parameter(name)
            parameter.copy_(tensor(np.tile(np.eye(4), (parameter.shape[0] // 4, 1))))
    hidden = tensor([[False, True, True], [False, False, True], [False, False, False]])
    y = layer(x, attn_mask=hidden).detach().numpy()
    np.testing.assert_allclose(y, F.scaled_dot_product_attention(x, x, x, attn_mask=~hidden).numpy(),
                               rtol=1e-5, atol=1e-6)


def test_a_row_that_sees_nothing_gives_zeros_and_no_nan(device):
    layer, x = nn.MultiHeadAttention(4, 2).to(device), normal(2, 3, 4, device=device)
    x.requires_grad_()
    hidden = tensor([[True] * 3, [False] * 3], device=device)
    y, weights = layer(x, key_padding_mask=hidden, need_weights=True)
    assert not to_numpy(weights)[0].any()
    (y.sum() + layer(x, key_padding_mask=hidden).sum()).backward()
    for t in (y, x.grad, *(p.grad for p in layer.parameters())):
        assert np.isfinite(to_numpy(t)).all()
    np.testing.assert_allclose(to_numpy(y)[0], np.tile(to_numpy(layer.out_proj.bias), (3, 1)), atol=1e-7)


def test_attention_dropout_acts_in_training_only():
    layer, x = nn.MultiHeadAttention(8, 2, dropout=0.5), normal(2, 5, 8)
    assert layer(x).tolist() != layer(x).tolist()
    layer.eval()
    assert layer(x).tolist() == layer(x).tolist()


# Positions, grouped key heads, and decoding


def test_positional_encoding_adds_sines_and_cosines_of_many_wavelengths(device):
    layer, x = nn.PositionalEncoding(6, max_len=50).to(device), minigrad.zeros(2, 7, 6, device=device)
    expected = [[f(t / 10000 ** (2 * i / 6)) for i in range(3) for f in (math.sin, math.cos)]
                for t in range(50)]
    np.testing.assert_allclose(to_numpy(layer(x)), [expected[:7]] * 2, atol=1e-6)
    np.testing.assert_allclose(to_numpy(layer(x[0], start=30)), expected[30:37], atol=1e-6)
    assert list(layer.state_dict()) == [] and layer.pe.device.type == device
    odd = nn.PositionalEncoding(5)(minigrad.zeros(2, 5))
    np.testing.assert_allclose(odd.numpy()[1, ::2],
                               [math.sin(10000 ** (-2 * i / 5)) for i in range(3)], rtol=1e-6)


def test_positional_encoding_drops_in_training_only():
    layer, x = nn.PositionalEncoding(4, dropout=0.5), minigrad.ones(20, 4)
    assert (layer(x).numpy() == 0).any() and not (layer.eval()(x).numpy() == 0).any()


def test_rotary_embedding_multiplies_pairs_as_complex_numbers_by_their_position(device):
    layer = nn.RotaryEmbedding(4, 20).double().to(device)
    x = normal(2, 3, 5, 4, device=device, dtype="float64")
    host = to_numpy(x)
    pairs = host[..., ::2] + 1j * host[..., 1::2]
    turned = pairs * np.exp(1j * (np.arange(5)[:, None] + 6) * np.array([1, 1 / 100]))
    y = to_numpy(layer(x, start=6))
    np.testing.assert_allclose(y[..., ::2] + 1j * y[..., 1::2], turned, atol=1e-5)        # angles in float32


def test_products_of_rotated_vectors_depend_on_their_distance_only():
    layer = nn.RotaryEmbedding(8, 40, dtype="float64")
    q, k = (normal(1, 8, seed=i, dtype="float64") for i in range(2))
    products = [(layer(q, start) * layer(k, start + 5)).sum().item() for start in (0, 7, 30)]
    np.testing.assert_allclose(products, products[0], rtol=1e-12)
    assert abs(products[0] - (q * k).sum().item()) > 0.01
    assert gradcheck(lambda x: layer(x), normal(3, 8, dtype="float64").requires_grad_())


def test_grouped_queries_equal_attention_with_repeated_keys_and_values(device):
    grouped, full = (nn.MultiHeadAttention(12, 6, num_kv_heads=n).double() for n in (2, None))
    state = grouped.state_dict()
    for name in ("in_proj_weight", "in_proj_bias"):
        q, k, v = np.split(state[name].numpy(), [12, 16])         # 2 heads of width 2
        k, v = (np.repeat(x.reshape(2, 2, -1), 3, 0).reshape(12, -1) for x in (k, v))
        state[name] = np.concatenate([q.reshape(12, -1), k, v]).reshape(full.get_parameter(name).shape)
    full.load_state_dict(state)
    grouped.to(device), full.to(device)
    x = normal(2, 5, 12, device=device, dtype="float64")
    for settings in ({}, dict(is_causal=True), dict(key_padding_mask=tensor(PADDING[:2], device=device))):
        np.testing.assert_allclose(to_numpy(grouped(x, **settings)),
                                   to_numpy(full(x, **settings)), atol=1e-12)
    weights = [to_numpy(layer(x, need_weights=True)[1]) for layer in (grouped, full)]
    np.testing.assert_allclose(*weights, atol=1e-12)
    assert repr(grouped).startswith("MultiHeadAttention(\n  12, 6, num_kv_heads=2")


class Decoder(nn.Module):
    """A one-block language model that uses everything that decoding must handle."""

    def __init__(self, vocabulary=11, D=16):
        self.embed, self.place = nn.Embedding(vocabulary, D), nn.PositionalEncoding(D, max_len=30)
        self.attend = nn.MultiHeadAttention(D, 4, num_kv_heads=2, rotary=nn.RotaryEmbedding(4, 30))
        self.again = nn.MultiHeadAttention(D, 2)
        self.out = nn.Linear(D, vocabulary)

    def forward(self, ids, caches=(None, None)):
        first, second = caches
        x = self.place(self.embed(ids), start=len(first) if first is not None else 0)
        x = x + self.attend(x, is_causal=True, cache=first)
        x = x + self.again(x, is_causal=True, cache=second)
        return self.out(x)


def test_decoding_with_a_cache_equals_computing_all_positions_again(device):
    model, prompt = Decoder().to(device).eval(), minigrad.randint(0, 11, (3, 4)).to(device)
    with minigrad.no_grad():
        ids = prompt
        for _ in range(12):
            ids = minigrad.cat([ids, model(ids)[:, -1].argmax(dim=-1, keepdim=True)], 1)
        caches = nn.KVCache(20), nn.KVCache(20)
        logits, fast, parts = model(prompt, caches), prompt, []
        before = dict(copies)
        for _ in range(12):
            new = logits[:, -1].argmax(dim=-1, keepdim=True)
            fast = minigrad.cat([fast, new], 1)
            logits = model(new, caches)
            parts.append(logits)
        assert dict(copies) == before and len(caches[0]) == 16
        assert fast.tolist() == ids.tolist()
        whole = to_numpy(model(ids))
        np.testing.assert_allclose(to_numpy(minigrad.cat(parts, 1)), whole[:, 4:], atol=1e-5)
        caches = nn.KVCache(16), nn.KVCache(16)
        in_pieces = [model(ids[:, start:end], caches) for start, end in ((0, 5), (5, 6), (6, 16))]
        np.testing.assert_allclose(to_numpy(minigrad.cat(in_pieces, 1)), whole, atol=1e-5)


def test_masks_and_learned_keys_work_beside_a_cache():
    layer, x = nn.MultiHeadAttention(8, 2, add_bias_kv=True, add_zero_attn=True), normal(2, 6, 8)
    padding = tensor([[False] * 6, [True, True, False, False, False, False]])
    future = tensor(np.triu(np.ones((6, 6), bool), 1))
    with minigrad.no_grad():
        whole = layer(x, key_padding_mask=padding, attn_mask=future).numpy()
        cache = nn.KVCache(6)
        first = layer(x[:, :2], key_padding_mask=padding[:, :2], attn_mask=future[:2, :2], cache=cache)
        second = layer(x[:, 2:], key_padding_mask=padding, is_causal=True, cache=cache)
    np.testing.assert_allclose(first.numpy(), whole[:, :2], atol=1e-6)
    np.testing.assert_allclose(second.numpy(), whole[:, 2:], atol=1e-6)


def test_the_layers_of_an_encoder_are_copies_that_train_apart():
    encoder = nn.TransformerEncoder(nn.TransformerEncoderLayer(4, 2, 8, batch_first=True), 2)
    first, second = encoder.layers
    assert np.array_equal(first.linear1.weight.array, second.linear1.weight.array)
    assert first.linear1.weight is not second.linear1.weight
    encoder(normal(2, 3, 4)).sum().backward()
    assert first.linear1.weight.grad is not second.linear1.weight.grad
    assert len(list(encoder.parameters())) == 24


def test_a_decoder_reads_the_memory_and_does_not_see_the_future(device):
    model = nn.Transformer(8, 2, 1, 2, 16, batch_first=True).to(device).eval()
    src, tgt = normal(2, 4, 8, device=device), normal(2, 6, 8, seed=1, device=device)
    mask = nn.Transformer.generate_square_subsequent_mask(6, device=device)
    later = tgt * 1
    later[:, 4:] = 9.0
    y, z, hinted = (to_numpy(y) for y in (model(src, tgt, tgt_mask=mask), model(src, later, tgt_mask=mask),
                                          model(src, tgt, tgt_is_causal=True)))
    np.testing.assert_allclose(y[:, :4], z[:, :4], rtol=1e-5, atol=1e-6)
    assert not np.allclose(y[:, 4:], z[:, 4:])
    np.testing.assert_allclose(y, hinted, rtol=1e-5, atol=1e-6)
    assert not np.allclose(y, to_numpy(model(src + 1, tgt, tgt_mask=mask)))


def test_transformer_takes_an_encoder_of_ones_own():
    class Reverse(nn.Module):
        def forward(self, src, mask=None, src_key_padding_mask=None, is_causal=None):
            return src.flip(0)

    model = nn.Transformer(4, 1, 1, 1, 4, 0.0, custom_encoder=Reverse())
    src, tgt = normal(3, 2, 4), normal(5, 2, 4)
    assert model(src, tgt).tolist() == model.decoder(tgt, src.flip(0)).tolist()


def test_encoder_layer_takes_activations_by_name_as_function_and_as_layer():
    x = normal(2, 3, 4)
    results = []
    for activation in ("gelu", F.gelu, nn.GELU()):
        minigrad.manual_seed(3)
        results.append(nn.TransformerEncoderLayer(4, 2, 8, 0.0, activation)(x).tolist())
    assert results[0] == results[1] == results[2]
