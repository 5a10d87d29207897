"""torch.nn.utils.prune: elements of a weight that are zero and stay zero.

    module.weight_orig      the Parameter as it was, which is trained on
    module.weight_mask      a buffer: 1 for what stays, 0 for what is pruned
    module.weight           their product, computed anew before every forward

A method chooses the mask. Pruning again works on what the masks so far have kept; the methods of one tensor
stand in a PruningContainer. remove() makes the product the Parameter, for good.

>>> from minigrad import nn
>>> layer = l1_unstructured(nn.Linear(4, 2), "weight", amount=0.5)     # the half nearest to 0
>>> (layer.weight == 0).sum().item(), sorted(layer.state_dict())
(4, ['bias', 'weight_mask', 'weight_orig'])
>>> is_pruned(remove(layer, "weight"))
False

Source: Han et al. 2015, arXiv:1506.02626 (by magnitude); Li et al. 2017, arXiv:1608.08710 (whole filters).
"""

import numbers
from collections.abc import Iterable, Iterator
from typing import Any

from minigrad.autograd import Parameter, Tensor, no_grad, zeros_like
from minigrad.autograd.errors import composed
from minigrad.nn.module import Module
from minigrad.ops.creation import ones_like, rand, rand_like
from minigrad.ops.matrices.norms import norm
from minigrad.ops.numbers.arithmetic import abs
from minigrad.ops.places.joining import cat
from minigrad.ops.reductions.order import kthvalue, topk
from minigrad.ops.reductions.sums import sum

TYPES = ("unstructured", "structured", "global")


class BasePruningMethod:
    """A way to choose a mask. A subclass defines compute_mask, and says in PRUNING_TYPE what that sees

        unstructured    the elements that earlier masks have kept, as a vector
        structured      the slices along self.dim of which earlier masks have kept something
        global          the whole tensor
    """

    PRUNING_TYPE = "unstructured"
    _tensor_name: str | None = None     # which tensor of the module it has pruned

    def compute_mask(self, t: Tensor, default_mask: Tensor) -> Tensor:
        """The mask for the scores t, of the same shape; default_mask is the one so far."""
        raise NotImplementedError(f"{type(self).__name__} has no compute_mask(t, default_mask)")

    def __call__(self, module: Module, inputs: Any) -> None:
        setattr(module, self.name_in(module), self.apply_mask(module))

    def name_in(self, module: Module) -> str:
        if self._tensor_name is None:
            raise ValueError(f"{type(self).__name__} has not pruned a tensor of this "
                             f"{type(module).__name__}; call apply(module, name, ...) first")
        return self._tensor_name

    def apply_mask(self, module: Module) -> Tensor:
        """The product of the mask and the original tensor."""
        name = self.name_in(module)
        original = getattr(module, f"{name}_orig")
        return getattr(module, f"{name}_mask").to(original.dtype) * original

    @classmethod
    def apply(cls, module: Module, name: str, *args: Any, importance_scores: Tensor | None = None,
              **kwargs: Any) -> "BasePruningMethod":
        """Prune module.<name> with cls(*args, **kwargs); return the method, or the container it has joined.

        importance_scores: what the method looks at in place of the tensor, of its shape. If choosing the mask
        fails, the module is as it was.
        """
        method, earlier, weight = cls(*args, **kwargs), method_of(module, name), getattr(module, name)
        method._tensor_name = name
        if earlier is None and not isinstance(weight, Parameter):
            raise TypeError(f"{type(module).__name__}.{name} is a {type(weight).__name__}; only a Parameter "
                            "can be pruned")
        scores = weight if importance_scores is None else importance_scores
        check_scores(scores, weight, name)
        with no_grad():
            if earlier is None:
                mask = method.compute_mask(scores, ones_like(weight))
            else:
                mask = with_earlier(method, scores, getattr(module, f"{name}_mask").clone())
        if earlier is None:
            del module._parameters[name]
            module.register_parameter(f"{name}_orig", weight)
        else:
            module._pre_hooks.remove(earlier)
            together = earlier if isinstance(earlier, PruningContainer) else PruningContainer(earlier)
            together.add_pruning_method(method)
            method = together
        module.register_buffer(f"{name}_mask", mask)
        method(module, None)
        module.register_forward_pre_hook(method)
        return method

    def prune(self, t: Tensor, default_mask: Tensor | None = None,
              importance_scores: Tensor | None = None) -> Tensor:
        """t with the elements that the method prunes set to 0; no module changes."""
        scores = t if importance_scores is None else importance_scores
        check_scores(scores, t, "t")
        return t * self.compute_mask(scores, ones_like(t) if default_mask is None else default_mask)

    def remove(self, module: Module) -> None:
        """Make the pruned tensor the Parameter; the hook stays, see the function `remove`."""
        name, pruned = self.name_in(module), self.apply_mask(module)
        weight = module._parameters[f"{name}_orig"]
        for each in (name, f"{name}_orig", f"{name}_mask"):
            delattr(module, each)
        weight.data = pruned.detach()
        module.register_parameter(name, weight)


class PruningContainer(BasePruningMethod):
    """The methods that have pruned one tensor, in their order."""

    def __init__(self, *args: Any):
        self._pruning_methods: tuple = ()
        if len(args) == 1:
            self._tensor_name = args[0]._tensor_name
        for method in args:
            self.add_pruning_method(method)

    def add_pruning_method(self, method: BasePruningMethod | None) -> None:
        """Add a method for the same tensor. Raises ValueError for one of another tensor."""
        if method is not None and not isinstance(method, BasePruningMethod):
            raise TypeError(f"PruningContainer holds pruning methods, got {type(method).__name__}")
        if method is not None and method._tensor_name != self._tensor_name:
            raise ValueError(f"PruningContainer: its methods prune {self._tensor_name!r}, this one "
                             f"{method._tensor_name!r}")
        self._pruning_methods += (method,)

    def __len__(self) -> int:
        return len(self._pruning_methods)

    def __iter__(self) -> Iterator:
        return iter(self._pruning_methods)

    def __getitem__(self, index: Any) -> Any:
        return self._pruning_methods[index]

    def compute_mask(self, t: Tensor, default_mask: Tensor) -> Tensor:
        """default_mask, and on what it keeps the mask of the last method."""
        return with_earlier(self[-1], t, default_mask)


def with_earlier(method, scores, mask):
    """A copy of `mask` in which `method` has decided over what it sees of it."""
    if method.PRUNING_TYPE not in TYPES:
        raise ValueError(f"{type(method).__name__}.PRUNING_TYPE must be one of "
                         f"{', '.join(map(repr, TYPES))}, got {method.PRUNING_TYPE!r}")
    if method.PRUNING_TYPE == "unstructured":
        seen: Any = mask == 1
    elif method.PRUNING_TYPE == "structured":
        dim = axis(scores, method.dim)
        others = [each for each in range(scores.ndim) if each != dim]
        seen = (slice(None),) * dim + (sum(mask, dim=others) != 0,)
    else:
        seen = ...
    mask = mask.clone().to(scores.dtype)
    mask[seen] = method.compute_mask(scores[seen], default_mask=mask[seen]).to(mask.dtype)
    return mask


class Identity(BasePruningMethod):
    """Prunes nothing: a mask of ones."""

    def compute_mask(self, t: Tensor, default_mask: Tensor) -> Tensor:
        return default_mask


class CustomFromMask(BasePruningMethod):
    """Prunes where a given mask is 0."""

    PRUNING_TYPE = "global"

    def __init__(self, mask: Tensor):
        self.mask = mask

    def compute_mask(self, t: Tensor, default_mask: Tensor) -> Tensor:
        if self.mask.shape != default_mask.shape:
            raise ValueError(f"custom_from_mask: mask must have the shape of the tensor, "
                             f"{tuple(default_mask.shape)}, got {tuple(self.mask.shape)}")
        return default_mask * self.mask.to(default_mask.dtype)


class ByAmount(BasePruningMethod):
    """The base of methods that prune a number, or with a float a fraction, of the elements or slices."""

    def __init__(self, amount: float):
        if not isinstance(amount, numbers.Real):
            raise TypeError(f"{type(self).__name__}: amount must be an integer or a float, got "
                            f"{type(amount).__name__}")
        if amount < 0 or not isinstance(amount, numbers.Integral) and not amount <= 1:
            raise ValueError(f"{type(self).__name__}: amount must be a number of elements or a fraction from "
                             f"0.0 to 1.0, got {amount}")
        self.amount: Any = amount

    def count(self, size: int) -> int:
        """How many of `size` elements or slices to prune."""
        if not isinstance(self.amount, numbers.Integral):
            return round(self.amount * size)
        if self.amount > size:      # type: ignore[operator]
            raise ValueError(f"{type(self).__name__}: amount={self.amount}, but there are only {size} to "
                             "prune")
        return int(self.amount)


class Elements(ByAmount):
    """The base of methods that prune single elements: those whose places `places` returns."""

    def compute_mask(self, t: Tensor, default_mask: Tensor) -> Tensor:
        count, mask = self.count(t.numel()), default_mask.clone().reshape(-1)
        if count:
            mask[self.places(t, count)] = 0
        return mask.reshape(tuple(default_mask.shape))

    def places(self, t: Tensor, count: int) -> Tensor:
        raise NotImplementedError


class RandomUnstructured(Elements):
    """Prunes elements at random."""

    def places(self, t: Tensor, count: int) -> Tensor:
        return topk(rand_like(t).reshape(-1), count).indices


class L1Unstructured(Elements):
    """Prunes the elements nearest to 0."""

    @classmethod
    def apply(cls, module: Module, name: str, amount: float,        # type: ignore[override]
              importance_scores: Tensor | None = None) -> BasePruningMethod:
        return super().apply(module, name, amount, importance_scores=importance_scores)

    def places(self, t: Tensor, count: int) -> Tensor:
        return topk(abs(t).reshape(-1), count, largest=False).indices


class Slices(ByAmount):
    """The base of methods that prune whole slices along `dim`: where `kept` returns False."""

    PRUNING_TYPE = "structured"

    def __init__(self, amount: float, dim: int = -1):
        super().__init__(amount)
        self.dim = dim

    def compute_mask(self, t: Tensor, default_mask: Tensor) -> Tensor:
        if t.ndim < 2:
            raise ValueError(f"{type(self).__name__}: slices need a tensor of two axes or more, got "
                             f"{tuple(t.shape)}")
        dim = axis(t, self.dim)
        count = self.count(t.shape[dim])
        if not count:
            return default_mask
        shape = [1] * t.ndim
        shape[dim] = -1
        return self.kept(t, dim, count).reshape(shape).to(t.dtype) * default_mask.to(t.dtype)

    def kept(self, t: Tensor, dim: int, count: int) -> Tensor:
        raise NotImplementedError


class RandomStructured(Slices):
    """Prunes slices along `dim` at random."""

    def kept(self, t: Tensor, dim: int, count: int) -> Tensor:
        chance = rand(t.shape[dim])
        return (chance > kthvalue(chance, count).values).to(t.device)


class LnStructured(Slices):
    """Prunes the slices along `dim` with the smallest n-norm; n as in minigrad.norm: 1, 2, inf, -inf, ..."""

    def __init__(self, amount: float, n: float | str, dim: int = -1):
        super().__init__(amount, dim)
        self.n = n

    @classmethod
    def apply(cls, module: Module, name: str, amount: float, n: float | str, dim: int,      # type: ignore
              importance_scores: Tensor | None = None) -> BasePruningMethod:
        return super().apply(module, name, amount, n, dim, importance_scores=importance_scores)

    def kept(self, t: Tensor, dim: int, count: int) -> Tensor:
        length = norm(t, self.n, [each for each in range(t.ndim) if each != dim])
        kept: Any = zeros_like(length)
        kept[topk(length, len(length) - count).indices] = 1
        return kept


# The functions


@composed
def identity(module: Module, name: str) -> Module:
    """Give module.<name> a mask of ones. Returns the module."""
    Identity.apply(module, name)
    return module


@composed
def random_unstructured(module: Module, name: str, amount: float) -> Module:
    """Prune elements of module.<name> at random. Returns the module.

    amount: how many, or as a float which fraction, of those that are not pruned yet.
    """
    RandomUnstructured.apply(module, name, amount)
    return module


@composed
def l1_unstructured(module: Module, name: str, amount: float,
                    importance_scores: Tensor | None = None) -> Module:
    """Prune the elements of module.<name> that are nearest to 0. Returns the module.

    amount: how many, or as a float which fraction, of those that are not pruned yet. importance_scores: a
    tensor of the same shape that is looked at instead.
    """
    L1Unstructured.apply(module, name, amount, importance_scores)
    return module


@composed
def random_structured(module: Module, name: str, amount: float, dim: int) -> Module:
    """Prune slices of module.<name> along `dim` at random; see random_unstructured. Returns the module."""
    RandomStructured.apply(module, name, amount, dim)
    return module


@composed
def ln_structured(module: Module, name: str, amount: float, n: float | str, dim: int,
                  importance_scores: Tensor | None = None) -> Module:
    """Prune the slices of module.<name> along `dim` with the smallest n-norm; see l1_unstructured.

    For a convolution, dim 0 prunes whole filters. Returns the module.
    """
    LnStructured.apply(module, name, amount, n, dim, importance_scores)
    return module


@composed
def custom_from_mask(module: Module, name: str, mask: Tensor) -> Module:
    """Prune module.<name> where `mask`, of its shape, is 0. Returns the module."""
    CustomFromMask.apply(module, name, mask)
    return module


@composed
def global_unstructured(parameters: Iterable, pruning_method: Any, importance_scores: dict | None = None,
                        **kwargs: Any) -> None:
    """Prune the elements of several tensors together, as if they were one.

    parameters: pairs (module, name). pruning_method: a class such as L1Unstructured, of the type
    'unstructured'; kwargs are its settings, such as amount=0.2. importance_scores: tensors by (module, name)
    that are looked at instead.
    """
    pairs, scores = list(parameters), importance_scores or {}
    if not isinstance(scores, dict):
        raise TypeError("global_unstructured: importance_scores must be a dict from (module, name) to a "
                        f"tensor, got {type(scores).__name__}")
    method = pruning_method(**kwargs)
    if method.PRUNING_TYPE != "unstructured":
        raise TypeError(f"global_unstructured: {type(method).__name__} prunes slices of one tensor; use a "
                        "method of the type 'unstructured'")
    with no_grad():
        tensors = [getattr(module, name) for module, name in pairs]
        seen = cat([scores.get(pair, x).reshape(-1) for pair, x in zip(pairs, tensors)])
        masks = cat([getattr(module, f"{name}_mask", ones_like(x)).reshape(-1)
                     for (module, name), x in zip(pairs, tensors)])
        mask, start = with_earlier(method, seen, masks), 0
        for (module, name), x in zip(pairs, tensors):
            custom_from_mask(module, name, mask[start:start + x.numel()].reshape(tuple(x.shape)))
            start += x.numel()
    for module, name in pairs:      # within the graph
        method_of(module, name)(module, None)


@composed
def remove(module: Module, name: str) -> Module:
    """Make what module.<name> is now the Parameter, without mask; pruned elements are 0 but may learn again.

    Returns the module. Raises ValueError if it is not pruned.
    """
    method = method_of(module, name)
    if method is None:
        raise ValueError(f"remove: {type(module).__name__}.{name} is not pruned")
    method.remove(module)
    module._pre_hooks.remove(method)
    return module


@composed
def is_pruned(module: Module) -> bool:
    """Whether a tensor of the module, or of one below it, is pruned."""
    return any(isinstance(hook, BasePruningMethod) for each in module.modules() for hook in each._pre_hooks)


def method_of(module, name):
    """The method that prunes module.<name>, None if none does."""
    return next((hook for hook in module._pre_hooks
                 if isinstance(hook, BasePruningMethod) and hook._tensor_name == name), None)


def axis(t, dim):
    if not -t.ndim <= dim < t.ndim:
        raise IndexError(f"prune: dim {dim} is out of range for {tuple(t.shape)}")
    return dim % t.ndim


def check_scores(scores, t, name):
    if scores.shape != t.shape:
        raise ValueError(f"prune: importance_scores must have the shape of {name}, {tuple(t.shape)}, got "
                         f"{tuple(scores.shape)}")
