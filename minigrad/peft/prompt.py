"""Prompt tuning (Lester et al. 2021, arXiv:2104.08691): trained vectors stand in front of the text.

    [p_1 ... p_P, x_1 ... x_T] -> encoder -> [..., y_1 ... y_T]

Every layer sees the prompt. What the encoder makes of it is left out, so that the rest of the model sees the
text alone. The paper puts it in front of the words' embeddings; here it comes in front of what enters the
encoder, after positions are added, so that the words keep theirs.
"""

import inspect
import math
from collections.abc import Sequence

from minigrad.autograd import Parameter, Tensor
from minigrad.autograd.errors import checked
from minigrad.nn import LayerNorm, Module, init
from minigrad.nn.transformer import TransformerEncoder
from minigrad.ops.creation import empty, full
from minigrad.ops.places.joining import cat
from minigrad.peft.targets import begin, check_count, find


@checked
def add_prompt(model: Module, encoder: str, length: int = 20, *, also: Sequence[str] = ()) -> Module:
    """Put `length` trained vectors in front of the input of an encoder, freeze the rest; returns the model.

    encoder   the name of an nn.TransformerEncoder, or of a module that is called like that of models.Bert:
              with x (N, T, D) and None or a boolean mask of keys (..., T), True where they are seen
    also      names of modules that are trained as a whole, such as a new ["classifier"]

    The vectors are uniform from -0.5 to 0.5, as in the paper (sec. 3.2).
    """
    check_count("add_prompt", "length", length)
    named = find("add_prompt", model, [encoder])
    named = [each for each in named if each[0] == encoder] or named
    if len(named) > 1:
        raise ValueError(f"add_prompt: {encoder!r} names {len(named)} modules: "
                         f"{', '.join(name for name, _ in named)}; pass the whole name of one")
    module = named[0][1]
    norm = next((each for each in module.modules() if isinstance(each, LayerNorm)), None)
    if norm is None or type(module).forward is Module.forward:
        raise ValueError(f"add_prompt: {encoder} is a {type(module).__name__}, expected an encoder: a "
                         "module with a forward and with a LayerNorm inside, which says how wide a vector is")
    begin("PROMPT", "add_prompt", model, also, encoder=encoder, length=length)
    D, on = norm.normalized_shape[0], dict(device=norm.weight.device, dtype=norm.weight.dtype)
    module.prompt = Parameter(init.uniform_(empty(length, D, **on), -0.5, 0.5))
    module.register_forward_pre_hook(put_in_front, with_kwargs=True)
    module.register_forward_hook(take_away)
    return model


def put_in_front(encoder: Module, args: tuple, settings: dict) -> tuple:
    """The hook before the encoder: the prompt comes before x, and the masks let it be seen."""
    given = inspect.signature(encoder.forward).bind(*args, **settings).arguments
    (first, x), *others = given.items()
    axis, (P, D) = time_axis(encoder), encoder.prompt.shape
    N = x.shape[1 - axis]
    prompt = encoder.prompt.unsqueeze(1 - axis).expand(*((N, P, D) if axis else (P, N, D)))
    given[first] = cat([prompt, x], axis)
    layers = isinstance(encoder, TransformerEncoder)
    for name, mask in others:
        if isinstance(mask, Tensor):        # in nn True hides a key
            given[name] = widened(mask, P, not layers, rows=layers and name == "mask")
    return (), given


def take_away(encoder: Module, args: tuple, y: Tensor) -> Tensor:
    """The hook after the encoder: the text alone."""
    P = encoder.prompt.shape[0]
    return y[:, P:] if time_axis(encoder) else y[P:]


def time_axis(encoder):
    """1 for x (N, T, D), 0 for (T, N, D)."""
    return int(not isinstance(encoder, TransformerEncoder) or encoder.layers[0].self_attn.batch_first)


def widened(mask, P, seen, rows=False):
    """The mask (..., S) with P more keys in front that are seen: `seen` says so if it is boolean, else 0.

    rows: the mask is (..., T, S) and the prompt's own P positions are in front of T; they see the prompt
    alone, since through them an early word would see a later one.
    """
    boolean = mask.dtype == bool
    on = dict(dtype=mask.dtype, device=mask.device)
    visible, hidden = (seen, not seen) if boolean else (0.0, -math.inf)
    mask = cat([full((*mask.shape[:-1], P), visible, **on), mask], -1)
    if rows:
        *batch, _, S = mask.shape
        top = cat([full((*batch, P, P), visible, **on), full((*batch, P, S - P), hidden, **on)], -1)
        mask = cat([top, mask], -2)
    return mask
