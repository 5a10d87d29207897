"""Module: a layer or a whole model, i.e. a function with parameters.

A Module finds its parameters and children by looking at its own attributes. There is nothing to register: a
Parameter or Module that is assigned to any attribute is trained, saved and moved with the module, until
another one replaces it. What lies in a plain list, tuple or dict is not: ModuleList, ModuleDict,
ParameterList and ParameterDict are for that.
"""

import copy
import functools
import inspect
import warnings
import weakref
from collections import namedtuple
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np

from minigrad.autograd import Handle, Parameter, Tensor, is_grad_enabled, no_grad
from minigrad.autograd.arrays import BFLOAT16
from minigrad.autograd.errors import NamesArguments
from minigrad.autograd.telling import retelling
from minigrad.backend import MODULES, Device
from minigrad.hints import closest
from minigrad.interrupts import uninterrupted
from minigrad.nn.tables import Unsaved, forget, kind_of, module_buffers, record, table
from minigrad.nn.watch import Watch
from minigrad.ops.creation import zeros_like

NOTHING = MappingProxyType({})
EXTRA = "_extra_state"      # the last part of the name in a state_dict

PYTORCH = {     # what only PyTorch's modules have -> what to do instead
    "compile": "leave it out: call the model directly",
    "to_empty": "make the module with device=",
    "register_backward_hook": "use register_full_backward_hook(hook)",
}

# id of a Parameter -> references to it and to what has taken its place in a module
REPLACED: dict[int, Any] = {}
# module -> names of its lists and dicts about which it was warned
TOLD: weakref.WeakKeyDictionary = weakref.WeakKeyDictionary()

ASSIGNED = {    # table -> what it holds, what to do with anything else
    "_parameters": ("Parameter", "wrap it in nn.Parameter(...), or write values into the old one with "
                    "copy_() under no_grad()"),
    "_buffers": ("Tensor", "make it one with minigrad.tensor(...), or delete the buffer first: del "
                 "module.name"),
    "_modules": ("Module", "delete the module first: del module.name"),
}


class LoadResult(namedtuple("_IncompatibleKeys", "missing_keys unexpected_keys")):
    """What load_state_dict returns; its text is PyTorch's."""

    __slots__ = ()

    def __repr__(self):
        if not (self.missing_keys or self.unexpected_keys):
            return "<All keys matched successfully>"
        return f"_IncompatibleKeys(missing_keys={self.missing_keys}, unexpected_keys={self.unexpected_keys})"

    __str__ = __repr__



class Buffer(Tensor):
    """A tensor that becomes a buffer of the module it is assigned to; see register_buffer."""

    __slots__ = ("persistent",)

    def __init__(self, data: Any, requires_grad: bool = False, *, persistent: bool = True):
        super().__init__(data.array if isinstance(data, Tensor) else data, requires_grad)
        self.persistent = persistent


class Loaded(LoadResult):
    """What load_state_dict found: the names that are only in the module, and only in the state_dict."""

    __slots__ = ()

    def __repr__(self) -> str:
        if not (self.missing_keys or self.unexpected_keys):
            return "<All keys matched successfully>"
        return (f"_IncompatibleKeys(missing_keys={self.missing_keys!r}, "
                f"unexpected_keys={self.unexpected_keys!r})")


class Module(NamesArguments):
    """A function with parameters; a subclass defines what it computes in `forward`.

    training        True after train(), False after eval(); dropout and batch norm depend on it

    >>> class Net(Module):
    ...     def __init__(self):
    ...         self.scale = Parameter(Tensor([2.0]))
    ...     def forward(self, x):
    ...         return x * self.scale
    >>> net = Net()
    >>> net(Tensor([3.0]))
    tensor([6.], grad_fn=<MulBackward0>)
    >>> [name for name, parameter in net.named_parameters()]
    ['scale']
    """

    doors: tuple[str, ...] = (
        "state_dict", "load_state_dict", "to", "apply", "requires_grad_", "register_buffer",
        "register_parameter", "add_module")

    # Defaults of all state, so that a subclass works without super().__init__().
    training = True
    _is_module = True
    _persistent: Mapping[str, bool] = NOTHING       # name of a buffer -> is it in the state_dict?
    _empty: Mapping[str, str] = NOTHING             # name of a parameter or module that is None -> its table
    _pre_hooks: Any = ()
    _hooks = _backward_hooks = _backward_pre_hooks = ()
    _state_hooks = _state_pre_hooks = _load_pre_hooks = _load_post_hooks = ()
    _take_keywords: tuple = ()  # the hooks that were registered with with_kwargs=True

    _parameters, _buffers, _modules = table("_parameters"), table("_buffers"), table("_modules")

    def forward(self, *args: Any, **settings: Any) -> Any:
        raise NotImplementedError(f"{type(self).__name__} has no forward; define forward(self, x), "
                                  "the computation of the module")

    def __call__(self, *args, **kwargs):
        """forward(*args, **kwargs), with the hooks around it; what fails inside is told by this layer."""
        for arg in args:
            if type(arg) in MODULES:
                raise TypeError(f"{type(self).__name__} takes a Tensor, got {type(arg).__name__} of shape "
                                f"{tuple(arg.shape)}; make it one with minigrad.tensor(...)")
        try:
            if not (self._hooks or self._pre_hooks or self._backward_hooks or self._backward_pre_hooks):
                return self.forward(*args, **kwargs)
            return self.with_hooks(args, kwargs)
        except Exception:
            with retelling(type(self).__name__, inspect.signature(self.forward), args, kwargs, layer=True):
                raise

    def with_hooks(self, args: Any, kwargs: Any) -> Any:
        """forward, with the hooks around it."""
        for hook in tuple(self._pre_hooks):
            if hook in self._take_keywords:
                args, kwargs = hook(self, args, kwargs) or (args, kwargs)
                continue
            changed = hook(self, args)
            if changed is not None:
                args = changed if isinstance(changed, tuple) else (changed,)
        watched = self._backward_hooks or self._backward_pre_hooks
        watch = Watch(self, args) if watched and is_grad_enabled() else None
        if watch:
            args = tuple(watch.inputs(args))
        y = self.forward(*args, **kwargs)
        for hook in tuple(self._hooks):
            changed = hook(self, args, kwargs, y) if hook in self._take_keywords else hook(self, args, y)
            if changed is not None:
                y = changed
        return watch.outputs(y) if watch else y

    def __setattr__(self, name, value):
        old, kind = self.__dict__.get(name), kind_of(self, name)
        if isinstance(value, Buffer):
            record(self, name, "_buffers", value.persistent)
        elif isinstance(value, Parameter) or isinstance(value, Module) and kind != "_parameters":
            forget(self, name)
        elif kind:
            if value is not None and not (kind == "_buffers" and isinstance(value, Tensor)):
                what, instead = ASSIGNED[kind]
                raise TypeError(f"{type(self).__name__}.{name} is a {what}; assign a {what} or None, got "
                                f"{type(value).__name__}; {instead}")
            if kind != "_buffers":
                record(self, name, kind)
        super().__setattr__(name, value)
        if isinstance(old, (Module, Parameter)) and isinstance(value, (Module, Parameter)):
            note_replaced(old, value)

    def __delattr__(self, name):
        super().__delattr__(name)
        forget(self, name)

    def __getattr__(self, name):
        """Called by Python only if there is no such attribute."""
        if kind_of(self, name):             # called by hand
            return self.__dict__[name]
        if name.startswith("__"):           # Python probes what the object can do
            raise AttributeError(name)
        of_class = getattr(type(self), name, None)
        if isinstance(of_class, property):      # its own code lacks an attribute: say which
            return of_class.__get__(self)
        if name in PYTORCH:
            raise AttributeError(f"PyTorch's modules have {name!r}, minigrad's do not; {PYTORCH[name]}")
        close = closest(name, dir(self))
        hint = f"; did you mean {close!r}?" if close else ""
        raise AttributeError(f"{type(self).__name__} has no attribute {name!r}{hint}")

    # Children, parameters and buffers

    def named_children(self) -> Iterator[tuple[str, "Module"]]:
        """(name, module) of each module among the attributes."""
        seen = set()
        for name, child in members(self, Module):
            if id(child) not in seen:
                seen.add(id(child))
                yield name, child

    def children(self) -> Iterator["Module"]:
        return (child for _, child in self.named_children())

    def named_modules(self, memo: set | None = None, prefix: str = "",
                      remove_duplicate: bool = True) -> Iterator[tuple[str, "Module"]]:
        """(name, module) of this module, named '', and of all modules below it, parents first."""
        seen = set() if memo is None else memo
        if remove_duplicate and id(self) in seen:
            return
        seen.add(id(self))
        yield prefix, self
        for name, child in members(self, Module):
            yield from child.named_modules(seen, joined(prefix, name), remove_duplicate)

    def modules(self) -> Iterator["Module"]:
        return (module for _, module in self.named_modules())

    def named_parameters(self, prefix: str = "", recurse: bool = True,
                         remove_duplicate: bool = True) -> Iterator[tuple[str, Parameter]]:
        """(name, parameter) of this module and all modules below it; a shared parameter appears once."""
        return self.named_tensors(own_parameters, prefix, recurse, remove_duplicate)

    def parameters(self, recurse: bool = True) -> Iterator[Parameter]:
        return (parameter for _, parameter in self.named_parameters(recurse=recurse))

    def named_buffers(self, prefix: str = "", recurse: bool = True,
                      remove_duplicate: bool = True) -> Iterator[tuple[str, Tensor]]:
        """(name, tensor) of what is saved and moved like the parameters but not trained."""
        return self.named_tensors(own_buffers, prefix, recurse, remove_duplicate)

    def buffers(self, recurse: bool = True) -> Iterator[Tensor]:
        return (buffer for _, buffer in self.named_buffers(recurse=recurse))

    def named_tensors(self, tensors_of: Callable, prefix: str = "", recurse: bool = True,
                      remove_duplicate: bool = True) -> Iterator[tuple[str, Any]]:
        seen = set()
        modules = self.named_modules(None, prefix, remove_duplicate) if recurse else [(prefix, self)]
        for path, module in modules:
            for name, tensor in tensors_of(module):
                if not (remove_duplicate and id(tensor) in seen):
                    seen.add(id(tensor))
                    yield joined(path, name), tensor

    def _named_members(self, get_members_fn: Callable, prefix: str = "", recurse: bool = True,
                       remove_duplicate: bool = True) -> Iterator[tuple[str, Any]]:
        """(name, member) of what get_members_fn(module) gives as (name, member), except None."""
        def members_of(module):
            return ((name, member) for name, member in get_members_fn(module) if member is not None)
        return self.named_tensors(members_of, prefix, recurse, remove_duplicate)

    @property
    def _non_persistent_buffers_set(self) -> Unsaved:
        """PyTorch's set of the buffers that are not in the state_dict."""
        return Unsaved(self)

    def get_submodule(self, target: str) -> "Module":
        """The module named `target`, as in named_modules: model.get_submodule('encoder.layers.0')."""
        return named(dict(self.named_modules(remove_duplicate=False)), target, self, "module")

    def get_parameter(self, target: str) -> Parameter:
        """The parameter named `target`, as in named_parameters."""
        return named(dict(self.named_parameters(remove_duplicate=False)), target, self, "parameter")

    def get_buffer(self, target: str) -> Tensor:
        """The buffer named `target`, as in named_buffers."""
        return named(dict(self.named_buffers(remove_duplicate=False)), target, self, "buffer")

    # Registering by name

    def register_buffer(self, name: str, tensor: Tensor | None, persistent: bool = True) -> None:
        """Add a tensor that belongs to the module but is not trained, e.g. running statistics.

        It moves with the module and, if `persistent`, is in the state_dict. None reserves the name.
        """
        if tensor is not None and not isinstance(tensor, Tensor):
            raise TypeError(f"register_buffer({name!r}): a buffer should be a Tensor or None, "
                            f"got {type(tensor).__name__}")
        self.attach(name, tensor, "register_buffer")
        record(self, name, "_buffers", persistent)

    def register_parameter(self, name: str, param: Parameter | None) -> None:
        """self.name = param, for a name given as a string."""
        if param is not None and not isinstance(param, Parameter):
            raise TypeError(f"register_parameter({name!r}): expected a Parameter or None, got "
                            f"{type(param).__name__}; wrap it in nn.Parameter(...)")
        self.attach(name, param, "register_parameter")
        if param is None:
            record(self, name, "_parameters")

    def add_module(self, name: str, module: "Module | None") -> None:
        """self.name = module, for a name given as a string."""
        if module is not None:
            check_module(module, type(self).__name__)
        self.attach(name, module, "add_module")
        if module is None:
            record(self, name, "_modules")

    register_module = add_module

    def attach(self, name: str, value: Any, caller: str) -> None:
        check_name(self, name, caller)
        setattr(self, name, value)

    # Saving and loading

    def state_dict(self, destination: dict | None = None, prefix: str = "", keep_vars: bool = False) -> dict:
        """Name -> tensor of all parameters and persistent buffers, with PyTorch's names.

        The tensors share the module's memory and change as it trains; keep a copy with deepcopy. prefix: put
        in front of all names. keep_vars: return the parameters and buffers themselves. destination: a dict
        to write into. A module below that defines state_dict or _save_to_state_dict is asked by it.
        """
        found = {} if destination is None else destination
        for hook in self._state_pre_hooks:
            hook(self, prefix, keep_vars)
        self._save_to_state_dict(found, prefix, keep_vars)
        for name, child in members(self, Module):
            child.state_dict(destination=found, prefix=f"{prefix}{name}.", keep_vars=keep_vars)
        for hook in self._state_hooks:
            found = hook(self, found, prefix, {}) or found
        return found

    def _save_to_state_dict(self, destination: dict, prefix: str, keep_vars: bool) -> None:
        """Write what this module itself saves into `destination`."""
        for name, tensor in own_state(self):
            kept = keep_vars or not isinstance(tensor, Tensor)
            destination[prefix + name] = tensor if kept else tensor.detach()

    def _load_from_state_dict(self, state_dict: dict, prefix: str, local_metadata: dict, strict: bool,
                              missing_keys: list, unexpected_keys: list, error_msgs: list) -> None:
        """Called by load_state_dict for each module before anything is copied.

        A module that defines it may rename or remove entries of `state_dict` and then calls this one, which
        calls the hooks and lists the names that are missing.
        """
        for hook in self._load_pre_hooks:
            hook(state_dict, prefix, local_metadata, strict, missing_keys, unexpected_keys, error_msgs)
        missing_keys += [prefix + name for name, _ in own_state(self) if prefix + name not in state_dict]

    def get_extra_state(self) -> Any:
        """More state for the state_dict, saved as _extra_state; define it together with set_extra_state."""
        raise NotImplementedError(f"{type(self).__name__} has no get_extra_state()")

    def set_extra_state(self, state: Any) -> None:
        """Restore what get_extra_state() returned; called by load_state_dict."""
        raise NotImplementedError(f"{type(self).__name__} has no set_extra_state(state)")

    def load_state_dict(self, state_dict: dict, strict: bool = True, assign: bool = False) -> LoadResult:
        """Copy tensors or arrays into the parameters and buffers of the same names.

        assign: adopt the given arrays, with their dtype and device, instead of copying; the Parameters stay
        the same objects. Raises ValueError, and changes nothing, if a shape differs or, with `strict`, if
        names are missing or unexpected. Returns (missing_keys, unexpected_keys).
        """
        if not hasattr(state_dict, "items"):
            raise TypeError(f"load_state_dict takes a dict of names and tensors, got {state_dict!r:.60}; "
                            "read a file first: model.load_state_dict(minigrad.load(path)), "
                            "or minigrad.io.load(path, model)")
        given, missing, unexpected, trouble = dict(state_dict), [], [], []
        for path, module in self.named_modules(remove_duplicate=False):
            module._load_from_state_dict(given, path and path + ".", {}, strict, missing, unexpected, trouble)
        own = dict(self.named_state())
        given = {name: value if isinstance(value, Tensor) or is_extra(name) else np.asarray(value)
                 for name, value in given.items()}
        unexpected += [name for name in given if name not in own]
        if strict and missing:
            trouble.append("missing: " + ", ".join(missing))
        if strict and unexpected:
            trouble.append("unexpected: " + ", ".join(unexpected))
        common = [name for name in own if name in given and not is_extra(name)]
        for name in common:
            if given[name].dtype.kind not in "fiubc":
                trouble.append(f"{name}: expected numbers, got {given[name].dtype}")
            elif tuple(own[name].shape) != tuple(given[name].shape):
                trouble.append(f"{name}: the module has shape {tuple(own[name].shape)}, "
                               f"the state_dict {tuple(given[name].shape)}")
        if trouble:
            raise ValueError("\n  ".join([
                f"load_state_dict: these weights do not fit this {type(self).__name__}", *trouble]))
        with uninterrupted(), no_grad():
            self.load_extra_state(given)
            for name in common:
                value = given[name] if isinstance(given[name], Tensor) else Tensor(given[name])
                if assign:
                    own[name].data = value
                else:
                    own[name].copy_(value)
        result = Loaded(missing, unexpected)
        for module in self.modules():
            for hook in module._load_post_hooks:
                hook(module, result)
        return result

    def load_extra_state(self, given: dict) -> None:
        """Call every set_extra_state(); if one raises, those before it get their old state back."""
        changed = []
        try:
            for path, module in self.named_modules(remove_duplicate=False):
                defines = type(module).get_extra_state is not Module.get_extra_state
                if defines and joined(path, EXTRA) in given:
                    changed.append((module, copy.deepcopy(module.get_extra_state())))
                    module.set_extra_state(given[joined(path, EXTRA)])
        except BaseException:
            for module, state in changed:
                module.set_extra_state(state)
            raise

    def named_state(self) -> Iterator[tuple[str, Any]]:
        return self.named_tensors(own_state, remove_duplicate=False)

    # Changing all modules and tensors

    def apply(self, fn: Callable[["Module"], object]) -> "Module":
        """Call fn(module) for all modules, children first; returns the module."""
        for child in self.children():
            child.apply(fn)
        fn(self)
        return self

    def train(self, mode: bool = True) -> "Module":
        """Set `training` here and in all modules below; it does not affect gradients."""
        for module in self.modules():
            module.training = bool(mode)
        return self

    def eval(self) -> "Module":
        """train(False): dropout does nothing, batch norm uses its running statistics."""
        return self.train(False)

    def requires_grad_(self, requires_grad: bool = True) -> "Module":
        """Set requires_grad of all parameters: True trains them, False freezes them."""
        for parameter in self.parameters():
            parameter.requires_grad_(requires_grad)
        return self

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Set the gradients to None, or to 0."""
        for parameter in self.parameters():
            if set_to_none:
                parameter.grad = None
            else:
                zero_gradient(parameter)

    def to(self, *args: Any, device: str | None = None, dtype: Any = None, non_blocking: bool = False,
           memory_format: Any = None) -> "Module":
        """Move parameters and buffers to a device, or convert the floating-point ones to a dtype, in place.

        Complex ones change to another complex dtype only: a real one would drop their imaginary parts.

        model.to('cuda'), model.to(minigrad.float64), or model.to(tensor) for its device and dtype. The
        Parameters stay the same objects, so an optimizer that holds them keeps working. non_blocking has no
        effect. memory_format: the memory layout of the tensors with its number of axes.
        """
        for arg in args:
            if isinstance(arg, Tensor):
                device, dtype = arg.device, arg.dtype
            elif isinstance(arg, str):
                device = arg
            elif arg is not None and not isinstance(arg, bool):
                dtype = arg
        device = None if device is None else Device(device)
        if dtype is not None and np.dtype(dtype).kind not in "fc":
            raise TypeError(f"{type(self).__name__}.to: parameters are floating-point or complex, "
                            f"got {np.dtype(dtype)}")
        with uninterrupted():
            for tensor in [*self.parameters(), *self.buffers()]:
                for each in (tensor, tensor.grad):
                    if each is not None:
                        kind = dtype if each.is_floating_point() or (
                            dtype is not None and each.dtype.kind == np.dtype(dtype).kind == "c") else None
                        moved = each.data.to(device=device, dtype=kind)
                        order = getattr(memory_format, "order", None)
                        if order and len(order) == each.ndim:
                            moved = moved.contiguous(memory_format=memory_format)
                        each.data = moved
        return self

    def cpu(self) -> "Module":
        return self.to("cpu")

    def cuda(self, device: int | None = None) -> "Module":
        return self.to(Device("cuda", device))

    def float(self) -> "Module":
        return self.to(np.dtype("float32"))

    def double(self) -> "Module":
        return self.to(np.dtype("float64"))

    def half(self) -> "Module":
        return self.to(np.dtype("float16"))

    def bfloat16(self) -> "Module":
        """float32, with a warning: NumPy has no bfloat16."""
        return self.to(BFLOAT16)

    def type(self, dst_type: Any) -> "Module":
        """The same as to(dtype)."""
        return self.to(dtype=dst_type)

    def share_memory(self) -> "Module":
        """Does nothing: threads share memory, and minigrad.parallel shares what its processes need."""
        return self

    # Hooks

    def register_forward_hook(self, hook: Callable, *, prepend: bool = False, with_kwargs: bool = False,
                              always_call: bool = False) -> Handle:
        """Call hook(module, args, output) after forward; it may return a new output.

        with_kwargs: hook(module, args, kwargs, output). prepend: run it before the existing hooks. Returns a
        handle whose remove() removes the hook.
        """
        if always_call:
            raise ValueError("register_forward_hook: always_call=True is not supported; write `try: ... "
                             "finally: ...` around the call of the model")
        return self.add_hook("_hooks", hook, prepend, with_kwargs)

    def register_forward_pre_hook(self, hook: Callable, *, prepend: bool = False,
                                  with_kwargs: bool = False) -> Handle:
        """Call hook(module, args) before forward; it may return new arguments.

        with_kwargs: hook(module, args, kwargs), which may return a pair (args, kwargs).
        """
        return self.add_hook("_pre_hooks", hook, prepend, with_kwargs)

    def register_full_backward_pre_hook(self, hook: Callable, prepend: bool = False) -> Handle:
        """Call hook(module, grad_output) before backward enters a module that returns one tensor.

        grad_output is a tuple with the gradient of that tensor; the hook may return a new one.
        """
        return self.add_hook("_backward_pre_hooks", hook, prepend)

    def register_full_backward_hook(self, hook: Callable, prepend: bool = False) -> Handle:
        """Call hook(module, grad_input, grad_output) after backward has passed through the module.

        Both are tuples: the gradients of the positional arguments, for which the hook may return new ones,
        and the gradients of the outputs; None for a missing gradient.
        """
        return self.add_hook("_backward_hooks", hook, prepend)

    def register_state_dict_pre_hook(self, hook: Callable) -> Handle:
        """Call hook(module, prefix, keep_vars) before state_dict() reads this module."""
        return self.add_hook("_state_pre_hooks", hook)

    def register_state_dict_post_hook(self, hook: Callable) -> Handle:
        """Call hook(module, state_dict, prefix, local_metadata) after state_dict() has read this module."""
        return self.add_hook("_state_hooks", hook)

    _register_state_dict_hook = register_state_dict_post_hook

    def register_load_state_dict_pre_hook(self, hook: Callable) -> Handle:
        """Call hook(module, state_dict, prefix, ...) before load_state_dict() fills this module.

        The hook may change the state_dict. It also gets local_metadata, strict, missing_keys,
        unexpected_keys and error_msgs, lists that it may add to.
        """
        return self._register_load_state_dict_pre_hook(hook, with_module=True)

    def _register_load_state_dict_pre_hook(self, hook: Callable, with_module: bool = False) -> Handle:
        return self.add_hook("_load_pre_hooks", functools.partial(hook, self) if with_module else hook)

    def register_load_state_dict_post_hook(self, hook: Callable) -> Handle:
        """Call hook(module, result) after load_state_dict() has filled this module."""
        return self.add_hook("_load_post_hooks", hook)

    def add_hook(self, kind: str, hook: Callable, prepend: bool = False,
                 with_kwargs: bool = False) -> Handle:
        if kind not in vars(self):
            setattr(self, kind, [])
        hooks = getattr(self, kind)
        hooks.insert(0 if prepend else len(hooks), hook)
        if with_kwargs:
            self._take_keywords = (*self._take_keywords, hook)
        return Handle(hooks, hook)

    # Printing

    def extra_repr(self) -> str:
        """The text inside the parentheses: the settings of the constructor."""
        return ""

    def __repr__(self):
        settings = self.extra_repr()
        return self._text(settings.split("\n") if settings else [],
                          [f"({name}): {child!r}" for name, child in self._modules.items()])

    def _text(self, settings: list[str], children: list[str]) -> str:
        """The class with its settings and children; one line of settings without children is on its line."""
        rows = [*settings, *(child.replace("\n", "\n  ") for child in children)]
        if len(rows) > len(children) + 1 or children:
            rows = ["", *rows]
        return f"{self._get_name()}(" + "\n  ".join(rows) + ("\n)" if len(rows) > 1 else ")")

    def _get_name(self) -> str:
        return type(self).__name__


def zero_gradient(p: Tensor) -> None:
    """Write zeros into the gradient of p, or replace it if it is a result, from create_graph=True."""
    if p.grad is not None and p.grad.node is None:
        p.grad.array[...] = 0
        p.grad.written()
    elif p.grad is not None:
        p.grad = zeros_like(p.grad.detach())


def note_replaced(old, new):
    """Remember that `new`, a Module or Parameter, has taken the place of `old` in a module."""
    def forgotten(key):
        return lambda _: REPLACED.pop(key, None)
    for p in parameters_of(old):
        REPLACED[id(p)] = (weakref.ref(p, forgotten(id(p))), weakref.ref(new))
    for p in parameters_of(new):        # it may hold the old one, or come back
        REPLACED.pop(id(p), None)


def parameters_of(value):
    return list(value.parameters()) if isinstance(value, Module) else [value]


def members(module, kind):
    """(name, object) of the attributes of a kind, Module or Parameter."""
    for name, value in vars(module).items():
        if isinstance(value, kind):
            yield name, value
        elif isinstance(value, (list, tuple, dict)) and not name.startswith("_"):
            warn_of_plain(module, name, value)


def warn_of_plain(module, name, container):
    """Warn, once for a module and name, of Modules and Parameters that only a plain container holds."""
    told = TOLD.setdefault(module, set())
    if name in told:
        return
    held = list(inside(container, set()))
    if not held:
        return
    told.add(name)
    known = {id(each) for each in (*module.modules(), *module.parameters())}
    if any(id(each) not in known for each in held):
        kind, many = ("Module", "Modules") if any(isinstance(each, Module) for each in held) else (
            "Parameter", "Parameters")
        plain = type(container).__name__
        instead = f"nn.{kind}Dict" if isinstance(container, dict) else f"nn.{kind}List"
        warnings.warn(
            f"{type(module).__name__}.{name} is a {plain} of {many}, which are not trained, saved or moved "
            f"with the module; write self.{name} = {instead}(...), or call it _{name} if that is meant",
            stacklevel=1)


def inside(container, seen):
    """The Modules and Parameters in nested lists, tuples and dicts, which may hold themselves."""
    seen.add(id(container))
    for value in container.values() if isinstance(container, dict) else container:
        if isinstance(value, (Module, Parameter)):
            yield value
        elif isinstance(value, (list, tuple, dict)) and id(value) not in seen:
            yield from inside(value, seen)


def own_parameters(module):
    return members(module, Parameter)


def own_buffers(module):
    for name in module_buffers(module):
        tensor = vars(module)[name]
        if tensor is not None:
            yield name, tensor


def own_state(module):
    """(name, tensor) of what the module itself saves."""
    yield from own_parameters(module)
    yield from ((name, tensor) for name, tensor in own_buffers(module) if module._persistent[name])
    if type(module).get_extra_state is not Module.get_extra_state:
        yield EXTRA, module.get_extra_state()


def is_extra(name):
    return name.rpartition(".")[2] == EXTRA


def joined(prefix, name):
    return f"{prefix}.{name}" if prefix else name


def named(found, target, module, what):
    if target in found:
        return found[target]
    close = closest(target, found)
    hint = f"did you mean {close!r}?" if close else "it has " + ", ".join(filter(None, found))
    raise AttributeError(f"{type(module).__name__} has no {what} {target!r}; {hint}")


def check_name(module, name, caller):
    """Refuse a name that cannot be an attribute of the module, or that every such module has."""
    if not isinstance(name, str) or not name or "." in name:
        raise ValueError(f"{caller}: a name must be a string without dots, got {name!r}")
    if hasattr(type(module), name):
        raise ValueError(f"{caller}: {name!r} is already an attribute of every {type(module).__name__}; "
                         "choose another name")


def check_module(value, owner):
    """Refuse a value that is not a Module, and explain how to make it one."""
    if isinstance(value, Module):
        return
    got = type(value).__name__
    if isinstance(value, type) and issubclass(value, Module):
        got = f"the class {value.__name__}; create a layer, {value.__name__}(...)"
    elif isinstance(value, (list, tuple)):
        got = f"a {got}; unpack it, (*layers)"
    elif callable(value):
        got = f"the function {getattr(value, '__name__', value)}; use a layer, e.g. nn.ReLU() for relu"
    raise TypeError(f"{owner} holds Modules, got {got}")
