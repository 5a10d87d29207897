"""Optimizer: everything around an update rule. A subclass defines its defaults and two methods.

    class Signum(Optimizer):
        '''Bernstein et al. 2018, arXiv:1802.04434, algorithm 2.'''
        elementwise = True

        def __init__(self, params, lr=1e-4, beta=0.9):
            super().__init__(params, dict(lr=lr, beta=beta))

        def init_state(self, xp, p, **settings):
            return {"m": xp.zeros_like(p)}

        def update(self, xp, p, g, state, *, lr, beta):
            m = state["m"]
            m *= beta
            m += (1 - beta) * g
            p -= lr * xp.sign(m)

`xp` is the array library (NumPy or CuPy) and `p` and `g` are its arrays; the state holds arrays and numbers.
Write `p` and arrays of the state in place, assign numbers (state["product"] = ...), and only read `g`. The
settings are those of p's group. state["step"] counts the updates of p, from 1. A complex parameter and its
state come as pairs of real numbers, (..., 2).

PyTorch's way works too: a subclass with its own step() that loops over self.param_groups, changes the tensors
p under no_grad() and keeps tensors in self.state[p].
"""

import math
import weakref
from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from minigrad.autograd import Handle, Parameter, Tensor, enable_grad
from minigrad.autograd.errors import NamesArguments
from minigrad.autograd.writes import CLOCK
from minigrad.backend import MODULES, library_of, move, quiet
from minigrad.hints import closest, warn
from minigrad.interrupts import uninterrupted
from minigrad.nn.module import REPLACED, Module, parameters_of, zero_gradient
from minigrad.ops.numbers.complex import from_pairs, pairs

Params = Iterable[Tensor] | Iterable[tuple[str, Tensor]] | Iterable[dict]
IMPLEMENTATIONS = ("foreach", "fused", "capturable", "differentiable")     # PyTorch's; they change no number
LATER = ("decoupled_weight_decay",)     # settings that files of older versions lack


AT_LEAST_0 = (lambda value: is_number(value) and 0 <= value < math.inf, "a number of at least 0")
RANGES = {      # setting -> (is a value valid?, what is)
    **dict.fromkeys(("lr", "momentum", "eps", "weight_decay", "alpha", "lr_decay", "momentum_decay",
                     "initial_accumulator_value"), AT_LEAST_0),
    "rho": (lambda value: is_number(value) and 0 <= value <= 1, "a number from 0 to 1"),
    "betas": (lambda value: is_pair(value) and all(0 <= beta < 1 for beta in value),
              "two numbers of at least 0 and below 1"),
    "etas": (lambda value: is_pair(value) and 0 < value[0] < 1 < value[1],
             "two numbers, one between 0 and 1 and one above 1"),
}


class Optimizer(NamesArguments):
    """Moves parameters by the rule in `update`, with settings per group of parameters.

    params      tensors that require a gradient, or dicts, one per group with its own settings:
                [{"params": body.parameters()}, {"params": head.parameters(), "lr": 1e-2}].
                With named_parameters() in place of parameters(), the groups and state_dict() have
                "param_names", and errors name the parameter
    defaults    the settings, a dict; their names are the keyword arguments of `update`

    A subclass sets elementwise = True if its rule updates each element independently of the others. Large
    parameters are then passed in blocks of rows that fit in the processor's cache, so a formula of many
    operations reads main memory once.

    Where PyTorch's optimizer takes foreach, fused, capturable or differentiable, which select one of its
    implementations, minigrad's takes and keeps them too. They change no number; a step with
    differentiable=True is refused where p or its gradient requires a gradient.
    """

    elementwise = False
    names = {}              # entry of the state -> PyTorch's name for it, used by state_dict()
    counts = True           # does PyTorch's optimizer keep "step"?
    pre_hooks = post_hooks = ()
    hooked = False          # the hooks of this step have begun: super().step() runs none

    ranges: dict = RANGES   # of the settings

    doors = ("add_param_group", "load_state_dict")

    rule: tuple[str, ...] = ()      # the settings that update takes

    def __init__(self, params: Params, defaults: dict, **implementation: bool | None):
        if implementation.get("fused") and (
                implementation.get("foreach") or implementation["differentiable"]):
            raise RuntimeError(f"{type(self).__name__}: fused=True, foreach=True and differentiable=True "
                               "exclude one another")
        self.rule, self.defaults = tuple(defaults), {**defaults, **implementation}
        self.param_groups = []
        self.state = defaultdict(dict)      # parameter -> {"step": its number of updates, ...}
        self._clock = repr(CLOCK)
        for group in as_groups(params, type(self).__name__):
            self.add_param_group(group)

    # With *_ a type checker lets a subclass name its settings.
    def init_state(self, xp: Any, p: Any, *_: Any, **settings: Any) -> dict:
        """The initial state of the array p: arrays and numbers that the rule keeps between steps."""
        return {}

    def update(self, xp: Any, p: Any, g: Any, state: dict, *_: Any, **settings: Any) -> None:
        """Update the array p in place, given its gradient g."""
        raise NotImplementedError(f"{type(self).__name__} has no update rule: define "
                                  "update(self, xp, p, g, state, *, lr, ...)")

    def step(self, closure: Callable[[], Tensor] | None = None) -> Tensor | None:
        """Update every parameter that has a gradient: run the pre-hooks, `_step`, then the post-hooks.

        closure: called first, to recompute the loss and its gradients; step returns that loss.
        """
        if closure is not None and not callable(closure):
            raise TypeError(f"{type(self).__name__}.step: closure must be a function that computes the loss "
                            f"and its gradients, got {closure!r:.60}")
        if self.hooked or not (self.pre_hooks or self.post_hooks):
            return self._step(closure)
        return self.between_hooks(type(self)._step, (self,) if closure is None else (self, closure), {})

    def between_hooks(self, step: Callable, args: tuple, settings: dict) -> Any:
        """step(*args, **settings), where args[0] is the optimizer, as PyTorch's hooks get it."""
        for hook in tuple(self.pre_hooks):
            changed = hook(self, args, settings)
            if changed is not None:
                args, settings = changed
        self.hooked = True
        try:
            result = step(*args, **settings)
        finally:
            vars(self).pop("hooked", None)
        for hook in tuple(self.post_hooks):
            hook(self, args, settings)
        return result

    def _step(self, closure=None):
        """What a step does between the hooks; a subclass whose rule is not `update` redefines it."""
        loss = None
        if closure is not None:
            with enable_grad():
                loss = closure()
        moving = []
        for group in self.param_groups:
            settings = self.settings(group)
            for p in group["params"]:
                if p.grad is not None:
                    self.check_gradient(p)
                    if group.get("differentiable") and (p.requires_grad or p.grad.requires_grad):
                        raise RuntimeError(
                            f"{type(self).__name__}: a step with differentiable=True would be recorded, but "
                            "it writes into a leaf; write p - lr * g, g from minigrad.autograd.grad(..., "
                            f"create_graph=True){self.which(p)}")
                    moving.append((p, settings))
                elif REPLACED and id(p) in REPLACED:
                    self.warn_replaced(REPLACED[id(p)][1]())
        if not moving and not any(state.get("step", 1) for state in self.state.values()):
            self.warn_without_gradients()
        with uninterrupted(), quiet():
            for p, settings in moving:
                self.step_one(p, settings)
        return loss

    def warn_replaced(self, new: Any) -> None:
        """Warn once if `new`, which took the place of parameters, has gradients that the step ignores."""
        held = set(map(id, self.parameters()))
        missed = [p for p in ([] if new is None else parameters_of(new))
                  if p.grad is not None and id(p) not in held]
        if not missed:
            return
        for key in [key for key, (_, each) in REPLACED.items() if each() is new]:
            del REPLACED[key]
        what = "a layer" if isinstance(new, Module) else "a parameter"
        warn(f"{type(self).__name__}: {what} was replaced after the optimizer was made, which holds "
             f"the old one; {len(missed)} that took its place, the first of shape "
             f"{tuple(missed[0].shape)}, will not be trained. Create the optimizer once the model "
             "is complete")

    def warn_without_gradients(self) -> None:
        """Warn of a step that has no gradient, and had none before, though something has been computed."""
        before, self._clock = self._clock, repr(CLOCK)      # next(CLOCK) would advance it
        if self._clock != before:
            warn(f"{type(self).__name__}: none of the {len(self.parameters())} parameters has a "
                 "gradient, so step() changes nothing; call backward() before, and create the "
                 "optimizer with the parameters of the model that computes the loss")

    def step_one(self, p: Tensor, settings: dict) -> None:
        array, g = p.array, p.grad.array
        xp = MODULES[type(array)]
        state = self.state[p]
        if not state:
            state.update(self.first_state(p, settings))
        state["step"] += 1
        if array.dtype.kind == "c":
            return self.step_pairs(p, settings)
        block = library_of(array).block
        try:
            if not self.elementwise or array.size <= block:
                self.update(xp, array, g, state, **settings)
            else:
                rows = max(1, block * len(array) // array.size)
                for start in range(0, len(array), rows):
                    part = slice(start, start + rows)
                    part_of_state = {name: value[part] if type(value) in MODULES else value
                                     for name, value in state.items()}
                    self.update(xp, array[part], g[part], part_of_state, **settings)
                state.update({name: value for name, value in part_of_state.items()
                              if type(value) not in MODULES})
        except KeyError as missing:
            raise ValueError(f"{type(self).__name__}: the state has no {missing}; init_state creates it "
                             "before the first step, so turn on the setting that needs it (momentum, ...) "
                             "before then") from missing
        p.written()

    def first_state(self, p: Tensor, settings: dict) -> dict:
        """The state before the first step. Arrays that hold pairs for a complex p are made complex."""
        xp, array = MODULES[type(p.array)], p.array
        if array.dtype.kind != "c":
            return {"step": 0, **self.init_state(xp, array, **settings)}
        shape, state = (*array.shape, 2), self.init_state(xp, pairs(array), **settings)
        return {"step": 0, **{name: from_pairs(value) if getattr(value, "shape", None) == shape else value
                              for name, value in state.items()}}

    def step_pairs(self, p: Tensor, settings: dict) -> None:
        """Update a complex p as the pairs of real numbers that it is, as PyTorch does."""
        state = self.state[p]
        parts = {name: pairs(value) if type(value) in MODULES and value.dtype.kind == "c" else value
                 for name, value in state.items()}
        self.update(MODULES[type(p.array)], pairs(p.array), pairs(p.grad.array), parts, **settings)
        state.update({name: value for name, value in parts.items() if type(value) not in MODULES})
        p.written()

    def settings(self, group: dict) -> dict:
        """The group's settings for `update`; NumPy scalars as Python numbers, else they widen to float64."""
        settings = {name: group[name] for name in self.rule}
        for name, value in settings.items():
            if type(value) not in PLAIN:
                settings[name] = plain(value)
        return settings

    def register_step_pre_hook(self, hook: Callable) -> Handle:
        """Call hook(optimizer, args, kwargs) before every step; it may return new (args, kwargs).

        args is (optimizer, ...) and kwargs is {...}, with a closure where the caller of step has put it.
        Returns a handle whose remove() removes the hook.
        """
        return self.add_hook("pre_hooks", hook)

    def register_step_post_hook(self, hook: Callable) -> Handle:
        """Call hook(optimizer, args, kwargs) after every step."""
        return self.add_hook("post_hooks", hook)

    def add_hook(self, kind: str, hook: Callable) -> Handle:
        vars(self).setdefault("step", HookedStep(self))
        hooks = vars(self).setdefault(kind, [])
        hooks.append(hook)
        return Handle(hooks, hook)

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Clear the gradients: .grad becomes None, or zeros."""
        for group in self.param_groups:
            for p in group["params"]:
                if set_to_none:
                    p.grad = None
                else:
                    zero_gradient(p)

    def add_param_group(self, group: dict) -> None:
        """Add parameters: {"params": tensors, and the settings that differ from the defaults}."""
        name = type(self).__name__
        if not isinstance(group, dict) or "params" not in group:
            raise TypeError(f"{name}: a parameter group should be a dict with a key 'params', "
                            f"got {described(group)}")
        params = group["params"]
        params, names = split_names([params] if isinstance(params, Tensor) else listed(params, name), name)
        names = names or group.get("param_names")
        if names and len(names) != len(params):
            raise ValueError(f"{name}: {len(names)} names in 'param_names' for {len(params)} parameters")
        if self.param_groups and bool(names) != ("param_names" in self.param_groups[0]):
            raise ValueError(f"{name}: this group has {'' if names else 'no '}names of parameters, the first "
                             f"has {'none' if names else 'some'}; give named_parameters() in every group, or "
                             "in none")
        taken = {id(p) for p in self.parameters()}
        for i, p in enumerate(params):
            which = numbered(i, names)
            self.check_parameter(which, p)
            if id(p) in taken:
                raise ValueError(f"{name}: parameter {which}, of shape {tuple(p.shape)}, is given twice; "
                                 "each step would update it twice")
            taken.add(id(p))
        for setting in set(group) - set(self.defaults) - {"params", "param_names", "name", "initial_lr"}:
            close = closest(setting, self.defaults)
            hint = f"did you mean {close!r}?" if close else f"it has {', '.join(self.defaults)}"
            raise ValueError(f"{name}: no setting {setting!r} for a parameter group; {hint}")
        group = {setting: number_of(value) for setting, value in {**self.defaults, **group}.items()
                 if setting != "params"}
        group["params"] = params
        if names:
            group["param_names"] = list(names)
        check_settings(name, group, self.ranges)
        self.param_groups.append(group)

    def state_dict(self) -> dict:
        """Everything needed to resume: {"state": {0: {"step": 3, ...}, ...}, "param_groups": [...]}.

        Parameters are numbered from 0 across all groups. The tensors share memory with the state. Entries
        have PyTorch's names: PyTorch's optimizer of the same name can load a file that minigrad.save wrote.
        """
        number = {p: i for i, p in enumerate(self.parameters())}
        return {
            "state": {number[p]: {self.names.get(key, key): Tensor(value) if type(value) in MODULES else value
                                  for key, value in state.items() if self.counts or key != "step"}
                      for p, state in self.state.items() if self.counts or set(state) != {"step"}},
            "param_groups": [{**group, "params": [number[p] for p in group["params"]]}
                             for group in self.param_groups]}

    def load_state_dict(self, state_dict: dict) -> None:
        """Resume from a state_dict() of minigrad or PyTorch, with parameters in the same order.

        Raises ValueError if groups, shapes or names differ from this optimizer's. Everything is checked
        first: an error changes nothing.
        """
        name = type(self).__name__
        if not isinstance(state_dict, dict) or not {"state", "param_groups"} <= set(state_dict):
            raise ValueError(f"{name}: expected a state_dict(), a dict with 'state' and "
                             f"'param_groups', got {described(state_dict)}")
        saved = [dict(group) for group in state_dict["param_groups"]]
        here = [len(group["params"]) for group in self.param_groups]
        there = [len(group["params"]) for group in saved]
        if here != there:
            raise ValueError(f"{name}: the saved groups have {there} parameters, "
                             f"this optimizer's groups have {here}")
        groups = []
        for group, now in zip(saved, self.param_groups):
            for setting, value in now.items():      # JSON turns tuples into lists
                if isinstance(value, tuple) and isinstance(group.get(setting), list):
                    group[setting] = tuple(group[setting])
            group = {setting: number_of(value) for setting, value in group.items()
                     if setting in now or setting not in IMPLEMENTATIONS}
            group = {**{name: now[name] for name in (*IMPLEMENTATIONS, *LATER) if name in now}, **group}
            group["params"] = now["params"]
            if "param_names" in now:
                group.setdefault("param_names", now["param_names"])
            check_settings(name, group, self.ranges)
            if not set(self.defaults) <= set(group):
                raise ValueError(f"{name}: the saved state lacks {sorted(set(self.defaults) - set(group))}; "
                                 "it comes from another kind of optimizer")
            groups.append({**{setting: group[setting] for setting in now if setting in group}, **group})
        number = dict(enumerate((p, group) for group in groups for p in group["params"]))
        state = {}
        names = self.parameter_names()
        for i, entries in state_dict["state"].items():
            if i not in number:
                raise ValueError(f"{name}: saved state for parameter {i!r}, but there are {len(number)} "
                                 "parameters")
            p, group = number[i]
            state[p] = self.checked_state(numbered(i, names), p, entries, group)
        with uninterrupted():
            for now, group in zip(self.param_groups, groups):
                now.clear()
                now.update(group)
            self.state = defaultdict(dict, state)

    def checked_state(self, which: str, p: Tensor, entries: dict, group: dict) -> dict:
        """The state of a parameter from its saved `entries`, copied to p's device."""
        own_names = {theirs: ours for ours, theirs in self.names.items()}
        entries = {own_names.get(key, key): value for key, value in entries.items() if value is not None}
        if type(self).update is Optimizer.update:       # a subclass whose step() makes its own state
            return copied(entries, p)
        if not self.counts:
            entries = {"step": 1, **entries}            # past the first step
        expected = self.first_state(p, self.settings(group))
        name = f"{type(self).__name__}: the saved state of parameter {which}, of shape {tuple(p.shape)},"
        if set(entries) != set(expected):
            raise ValueError(f"{name} has {sorted(entries)}, but this optimizer keeps {sorted(expected)}")
        state = {}
        for key, fresh in expected.items():
            value = array_of(entries[key])
            if type(fresh) in MODULES:
                if getattr(value, "shape", None) != fresh.shape:
                    raise ValueError(f"{name} has {key} of shape {tuple(getattr(value, 'shape', ()))}, "
                                     f"expected {tuple(fresh.shape)}")
                fresh[...] = move(value, p.device)
                value = fresh
            else:
                value = number_of(entries[key])
                if not is_number(value):
                    raise ValueError(f"{name} has {key}={described(value)}, expected a number")
            state[key] = int(value) if key == "step" else value
        return state

    def parameters(self) -> list[Tensor]:
        """All parameters, in the order of the groups."""
        return [p for group in self.param_groups for p in group["params"]]

    def parameter_names(self) -> list[str]:
        """The names of all parameters, in the order of the groups; [] if they have none."""
        return [name for group in self.param_groups for name in group.get("param_names", ())]

    def which(self, p: Tensor) -> str:
        """The end of an error about p: its number, and its name if it has one."""
        number = next(i for i, each in enumerate(self.parameters()) if each is p)
        return f"; it is parameter {numbered(number, self.parameter_names())}"

    def check_parameter(self, which: str, p: Tensor) -> None:
        """Refuse a parameter of a group unless it is a leaf tensor that requires a gradient."""
        name = type(self).__name__
        if not isinstance(p, Tensor):
            raise TypeError(f"{name}: parameter {which} should be a Tensor, got {described(p)}")
        if p.node is not None:
            raise ValueError(f"{name}: parameter {which}, of shape {tuple(p.shape)}, is the result of "
                             f"{p.node.op.name}; only leaf tensors, created with requires_grad=True, "
                             "can be trained")
        if not p.requires_grad and not isinstance(p, Parameter):    # a Parameter may be frozen for a while
            raise ValueError(f"{name}: parameter {which}, of shape {tuple(p.shape)}, does not require a "
                             "gradient; create it with requires_grad=True")

    def check_gradient(self, p: Tensor) -> None:
        """Refuse a gradient that does not fit p: anyone can assign p.grad."""
        try:
            array, g = p.array, p.grad.array
        except AttributeError:
            raise TypeError(f"{type(self).__name__}: the gradient of a parameter of shape {tuple(p.shape)} "
                            f"should be a Tensor or None, got {described(p.grad)}{self.which(p)}") from None
        if type(g) is not type(array):
            raise RuntimeError(f"{type(self).__name__}: a parameter is on {p.device}, its gradient on "
                               f"{p.grad.device}; move one with .to(...){self.which(p)}")
        if g.shape != array.shape:
            raise ValueError(f"{type(self).__name__}: a parameter has shape {tuple(array.shape)}, "
                             f"its gradient {tuple(g.shape)}; they must be equal{self.which(p)}")
        if g.dtype != array.dtype:
            raise TypeError(f"{type(self).__name__}: a parameter of shape {tuple(array.shape)} is "
                            f"{array.dtype}, its gradient {g.dtype}; convert it with .to({array.dtype})"
                            f"{self.which(p)}")
        for name, value in self.state.get(p, {}).items():
            if type(value) in MODULES and type(value) is not type(array):
                raise RuntimeError(f"{type(self).__name__}: a parameter moved to {p.device} after its first "
                                   f"step, its {name} did not; create the optimizer after model.to(...)"
                                   f"{self.which(p)}")

    def __repr__(self):
        groups = "".join(
            f"\nParameter Group {i}\n" + "".join(
                f"    {name}: {group[name]}\n" for name in sorted(group) if name != "params")
            for i, group in enumerate(self.param_groups))
        return f"{type(self).__name__} ({groups})"


class HookedStep:
    """The step() of an optimizer between its hooks: they see its arguments as they are given, also where a
    subclass defines a step() of its own. Refers to the optimizer weakly, as it is one of its attributes.
    """

    def __init__(self, optimizer):
        self.optimizer = weakref.ref(optimizer)

    def __call__(self, *args, **settings):
        optimizer = self.optimizer()
        return optimizer.between_hooks(type(optimizer).step, (optimizer, *args), settings)

    def __reduce__(self):       # a copy belongs to the copy of the optimizer
        return HookedStep, (self.optimizer(),)


def number_of(setting):
    """A one-element tensor as a number: in PyTorch lr and step may be tensors."""
    return setting.item() if hasattr(setting, "numel") and setting.numel() == 1 else setting


def array_of(value):
    """The array of a minigrad or PyTorch tensor; any other value unchanged."""
    if isinstance(value, Tensor):
        return value.array
    return np.asarray(value.cpu()) if hasattr(value, "cpu") else value


def copied(value, p):
    """A copy of nested dicts and lists, their tensors on p's device, those of floats in p's dtype."""
    if isinstance(value, Tensor) or hasattr(value, "cpu"):
        array = move(array_of(value), p.device)
        return Tensor(array.astype(p.array.dtype if array.dtype.kind in "fc" else array.dtype))
    if isinstance(value, dict):
        return {name: copied(each, p) for name, each in value.items()}
    return [copied(each, p) for each in value] if isinstance(value, list) else value


def as_groups(params, name):
    """Tensors or groups of tensors, as a list of groups."""
    if isinstance(params, Tensor):
        raise TypeError(f"{name}: expected a list of parameters, got one tensor; put it in a list: [tensor]")
    params = listed(params, name)
    if not params:
        raise ValueError(f"{name}: no parameters to train; the list is empty, or the generator "
                         "model.parameters() was already consumed")
    if all(isinstance(group, dict) for group in params):
        return params
    return [{"params": params}]


def listed(params, name):
    """An iterable of parameters, of pairs of a name and a parameter, or of groups, as a list."""
    if hasattr(params, "parameters"):
        raise TypeError(f"{name}: expected parameters, got a {type(params).__name__}; "
                        "pass its parameters: model.parameters()")
    if isinstance(params, (set, frozenset)):
        raise TypeError(f"{name}: expected parameters in a fixed order, got a set; pass a list")
    if isinstance(params, dict):
        instead = "put the group in a list" if "params" in params else "pass its .items() or .values()"
        raise TypeError(f"{name}: expected a list of parameters or of groups, got a dict; {instead}")
    if isinstance(params, str) or not hasattr(params, "__iter__"):
        raise TypeError(f"{name}: expected a list of parameters or of groups, got {described(params)}")
    return list(params)


def split_names(params, name):
    """Parameters and their names, from pairs of both or from parameters alone."""
    pairs = [p for p in params if isinstance(p, tuple)]
    for pair in pairs:
        if len(pair) != 2 or not isinstance(pair[0], str):
            raise TypeError(f"{name}: expected tensors, or pairs of a name and a tensor, got "
                            f"({', '.join(map(described, pair))})")
    if pairs and len(pairs) != len(params):
        raise ValueError(f"{name}: {len(pairs)} of {len(params)} parameters have a name; pass "
                         "model.named_parameters() for all of them, or model.parameters()")
    return ([p for _, p in pairs] if pairs else params), [each for each, _ in pairs]


def numbered(i, names):
    """The number of a parameter, and its name if it has one."""
    return f"{i} {names[i]!r}" if i < len(names or ()) else str(i)


def check_settings(name, group, ranges):
    """Refuse settings that are not numbers or are out of range."""
    for setting, value in group.items():
        fits, expected = ranges.get(setting, (None, None))
        if fits and not fits(value):
            raise ValueError(f"{name}: {setting} must be {expected}, got {value!r}")


def is_number(value):
    return isinstance(value, (int, float, np.integer, np.floating))


def is_pair(value):
    return isinstance(value, (tuple, list)) and len(value) == 2 and all(map(is_number, value))


PLAIN = {float, int, bool, type(None)}      # types of most settings


def plain(value):
    """NumPy scalars and one-element tensors as Python numbers, also inside tuples and lists."""
    if isinstance(value, (tuple, list)):
        return tuple(map(plain, value))
    return value.item() if isinstance(value, np.generic) else number_of(value)


def described(value):
    return repr(value) if isinstance(value, (int, float, str, type(None))) else f"a {type(value).__name__}"
