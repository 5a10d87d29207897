"""Optimizer: everything around an update rule. A subclass is its defaults and two methods.

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

`p`, `g` and what the state holds are arrays of the library `xp`, or numbers. `p` and arrays of the state
are written in place, numbers as state["product"] = ..., and `g` is only read. The settings are those of
p's group, and state["step"] counts the updates of p from 1.

PyTorch's way works too: a step() of one's own that goes through self.param_groups, moves the tensors p under
no_grad() and keeps tensors in self.state[p].
"""

import functools
import math
from collections import defaultdict

import numpy as np

from minigrad.autograd import Handle, Parameter, Tensor, enable_grad
from minigrad.autograd.errors import NamesArguments
from minigrad.backend import MODULES, library_of, move, quiet
from minigrad.hints import closest


class Optimizer(NamesArguments):
    """Moves parameters by the rule in `update`, with settings per group of parameters.

    params      tensors that require a gradient, or dicts that name groups with settings of their own:
                [{"params": body.parameters()}, {"params": head.parameters(), "lr": 1e-2}]
    defaults    the settings, a dict; their names are the keyword arguments of `update`

    elementwise = True in a subclass says that its rule treats every element alike, whichever its
    neighbours. Large parameters then come in blocks of rows that fit into the processor's cache, so
    that a plain formula of many operations reads main memory once.

    Every optimizer also takes PyTorch's foreach, fused and capturable, which choose among its implementations
    and change nothing here.
    """

    elementwise = False
    names = {}              # what state_dict() calls entries of the state, where PyTorch calls them otherwise
    counts = True           # does the optimizer of PyTorch keep "step"?
    also_takes = ("foreach", "fused", "capturable", "differentiable")
    pre_hooks = post_hooks = ()

    def __init_subclass__(cls):
        if "__init__" in vars(cls):
            cls.__init__ = without_implementation(cls.__init__)
        if "step" in vars(cls):
            cls.step = hooked(cls.step)

    def __init__(self, params, defaults):
        self.defaults = dict(defaults)
        self.param_groups = []
        self.state = defaultdict(dict)      # parameter -> {"step": its updates, ...}, after its first one
        for group in as_groups(params, type(self).__name__):
            self.add_param_group(group)

    def init_state(self, xp, p, **settings):
        """What the rule remembers about the array p between steps: a dict of arrays."""
        return {}

    def update(self, xp, p, g, state, **settings):
        """Move the array p against its gradient g, in place."""
        raise NotImplementedError(f"{type(self).__name__} is an Optimizer without a rule: define "
                                  "update(self, xp, p, g, state, *, lr, ...)")

    def step(self, closure=None):
        """Move every parameter that has a gradient.

        closure: called first, to compute the loss and its gradients anew; its loss is returned.
        """
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
                    moving.append((p, settings))
        with quiet():
            for p, settings in moving:
                self.step_one(p, settings)
        return loss

    def step_one(self, p, settings):
        array, g = p.array, p.grad.array
        xp = MODULES[type(array)]
        state = self.state[p]
        if not state:
            state.update({"step": 0, **self.init_state(xp, array, **settings)})
        state["step"] += 1
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
            raise ValueError(f"{type(self).__name__}: the state has no {missing}; init_state makes it before "
                             "the first step, so switch on what needs it (momentum, ...) before that"
                             ) from missing
        p.written()

    def settings(self, group):
        """The group's settings that `update` takes; NumPy scalars, which make float64, as Python numbers."""
        settings = {name: group[name] for name in self.defaults}
        for name, value in settings.items():
            if type(value) not in PLAIN:
                settings[name] = plain(value)
        return settings

    def register_step_pre_hook(self, hook):
        """Call hook(optimizer, args, kwargs) before every step; it may return other (args, kwargs).

        Returns a handle whose remove() takes the hook away again.
        """
        return self.add_hook("pre_hooks", hook)

    def register_step_post_hook(self, hook):
        """Call hook(optimizer, args, kwargs) after every step."""
        return self.add_hook("post_hooks", hook)

    def add_hook(self, kind, hook):
        hooks = vars(self).setdefault(kind, [])
        hooks.append(hook)
        return Handle(hooks, hook)

    def zero_grad(self, set_to_none=True):
        """Forget the gradients: .grad becomes None, or zeros."""
        for group in self.param_groups:
            for p in group["params"]:
                if set_to_none:
                    p.grad = None
                elif p.grad is not None:
                    p.grad = Tensor(MODULES[type(p.array)].zeros_like(p.array))

    def add_param_group(self, group):
        """Train more parameters: {"params": tensors, and settings where they differ from the defaults}."""
        name = type(self).__name__
        if not isinstance(group, dict) or "params" not in group:
            raise TypeError(f"{name}: a parameter group is a dict with an entry 'params', "
                            f"got {described(group)}")
        params = group["params"]
        params = [params] if isinstance(params, Tensor) else list(params)
        taken = {id(p) for p in self.parameters()}
        for i, p in enumerate(params):
            self.check_parameter(i, p)
            if id(p) in taken:
                raise ValueError(f"{name}: parameter {i}, of shape {tuple(p.shape)}, is there twice; "
                                 "it would be moved twice in every step")
            taken.add(id(p))
        for setting in set(group) - set(self.defaults) - {"params", "name", "initial_lr"}:
            close = closest(setting, self.defaults)
            hint = f"did you mean {close!r}?" if close else f"it has {', '.join(self.defaults)}"
            raise ValueError(f"{name}: no setting {setting!r} for a parameter group; {hint}")
        group = {name: number_of(value) for name, value in {**self.defaults, **group}.items() if name != "params"}
        group["params"] = params
        check_settings(name, group)
        self.param_groups.append(group)

    def state_dict(self):
        """All it takes to continue: {"state": {0: {"step": 3, ...}, ...}, "param_groups": [...]}.

        Parameters are numbered from 0 through all groups. The tensors are the state itself, no copies. Entries have
        PyTorch's names: saved with minigrad.save, its optimizer of the same name goes on from them.
        """
        number = {p: i for i, p in enumerate(self.parameters())}
        return {
            "state": {number[p]: {self.names.get(name, name): Tensor(value) if type(value) in MODULES else value
                                  for name, value in state.items()}
                      for p, state in self.state.items()},
            "param_groups": [{**group, "params": [number[p] for p in group["params"]]}
                             for group in self.param_groups]}

    def load_state_dict(self, state_dict):
        """Continue from what state_dict() gave, here or in PyTorch, with parameters in the same order.

        Everything is checked first: an error changes nothing. Raises ValueError where groups, shapes or
        names differ from those of this optimizer.
        """
        name = type(self).__name__
        if not isinstance(state_dict, dict) or not {"state", "param_groups"} <= set(state_dict):
            raise ValueError(f"{name}: expected what state_dict() gives, a dict with 'state' and "
                             f"'param_groups', got {described(state_dict)}")
        saved = [dict(group) for group in state_dict["param_groups"]]
        here = [len(group["params"]) for group in self.param_groups]
        there = [len(group["params"]) for group in saved]
        if here != there:
            raise ValueError(f"{name}: the saved state is of groups with {there} parameters, "
                             f"this optimizer has groups with {here}")
        groups = []
        for group, now in zip(saved, self.param_groups):
            for setting, value in now.items():      # JSON makes lists of tuples
                if isinstance(value, tuple) and isinstance(group.get(setting), list):
                    group[setting] = tuple(group[setting])
            group = {setting: number_of(value) for setting, value in group.items() if setting not in self.also_takes}
            group["params"] = now["params"]
            check_settings(name, group)
            if not set(self.defaults) <= set(group):
                raise ValueError(f"{name}: the saved state lacks {sorted(set(self.defaults) - set(group))}; "
                                 "it is of another kind of optimizer")
            groups.append(group)
        number = dict(enumerate((p, group) for group in groups for p in group["params"]))
        state = {}
        for i, entries in state_dict["state"].items():
            if i not in number:
                raise ValueError(f"{name}: saved state for parameter {i!r}, but there are {len(number)}")
            p, group = number[i]
            state[p] = self.checked_state(i, p, entries, group)
        for now, group in zip(self.param_groups, groups):
            now.clear()
            now.update(group)
        self.state = defaultdict(dict, state)

    def checked_state(self, i, p, entries, group):
        """Saved `entries` for parameter i as its state, in arrays of its own beside p."""
        own_names = {theirs: ours for ours, theirs in self.names.items()}
        entries = {own_names.get(key, key): value for key, value in entries.items() if value is not None}
        if type(self).update is Optimizer.update:       # no rule, but a step() that makes its own state
            return copied(entries, p.device)
        if not self.counts:
            entries = {"step": 1, **entries}            # which is past the first one
        expected = {"step": 0, **self.init_state(MODULES[type(p.array)], p.array, **self.settings(group))}
        name = f"{type(self).__name__}: the saved state of parameter {i}, of shape {tuple(p.shape)},"
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

    def parameters(self):
        """All parameters, group after group."""
        return [p for group in self.param_groups for p in group["params"]]

    def check_parameter(self, i, p):
        """Parameter i of a group should be a leaf tensor that wants a gradient."""
        name = type(self).__name__
        if not isinstance(p, Tensor):
            raise TypeError(f"{name}: parameter {i} should be a Tensor, got {described(p)}")
        if p.node is not None:
            raise ValueError(f"{name}: parameter {i}, of shape {tuple(p.shape)}, is the result of "
                             f"{p.node.op.name}; only leaf tensors, made with requires_grad=True, "
                             "can be trained")
        if not p.requires_grad and not isinstance(p, Parameter):    # a Parameter may be frozen for a while
            raise ValueError(f"{name}: parameter {i}, of shape {tuple(p.shape)}, does not require a "
                             "gradient; make it with requires_grad=True")

    def check_gradient(self, p):
        """A gradient of its own making (p.grad = ...) may fit its parameter or not."""
        array, g = p.array, p.grad.array
        if type(g) is not type(array):
            raise RuntimeError(f"{type(self).__name__}: a parameter is on {p.device}, its gradient on "
                               f"{p.grad.device}; move one with .to(...)")
        if g.shape != array.shape:
            raise ValueError(f"{type(self).__name__}: a parameter has shape {tuple(array.shape)}, "
                             f"its gradient {tuple(g.shape)}; they must be equal")
        if g.dtype != array.dtype:
            raise TypeError(f"{type(self).__name__}: a parameter of shape {tuple(array.shape)} is "
                            f"{array.dtype}, its gradient {g.dtype}; convert it with .to({array.dtype})")
        for name, value in self.state.get(p, {}).items():
            if type(value) in MODULES and type(value) is not type(array):
                raise RuntimeError(f"{type(self).__name__}: a parameter moved to {p.device} after its first "
                                   f"step, its {name} did not; make the optimizer after model.to(...)")

    def __repr__(self):
        settings = "".join(f", {name}={value!r}" for name, value in self.defaults.items())
        return f"{type(self).__name__}({len(self.parameters())} parameters{settings})"


def hooked(step):
    """The method step, with the optimizer's hooks around it."""
    @functools.wraps(step)
    def stepping(*args, **settings):        # with the optimizer among the args, as PyTorch's hooks see them
        self = args[0]
        for hook in tuple(self.pre_hooks):
            changed = hook(self, args, settings)
            if changed is not None:
                args, settings = changed
        result = step(*args, **settings)
        for hook in tuple(self.post_hooks):
            hook(self, args, settings)
        return result
    return stepping


Optimizer.step = hooked(Optimizer.step)


def without_implementation(init):
    """The constructor, without PyTorch's choice among implementations."""
    @functools.wraps(init)
    def constructor(self, *args, foreach=None, fused=None, capturable=False, differentiable=False, **settings):
        if differentiable:
            raise ValueError(f"{type(self).__name__}: differentiable=True is not possible, parameters are moved in "
                             "place; write p - lr * g of minigrad.autograd.grad(..., create_graph=True)")
        init(self, *args, **settings)
    return constructor


def number_of(setting):
    """A setting given as a tensor of one element, as lr and step may be in PyTorch, as a number."""
    return setting.item() if hasattr(setting, "numel") and setting.numel() == 1 else setting


def array_of(value):
    """The array of a Tensor, of PyTorch too; what is none as it is."""
    if isinstance(value, Tensor):
        return value.array
    return np.asarray(value.cpu()) if hasattr(value, "cpu") else value


def copied(value, device):
    """Tensors in nested dicts and lists as copies on a device."""
    if isinstance(value, Tensor) or hasattr(value, "cpu"):
        return Tensor(move(array_of(value), device).copy())
    if isinstance(value, dict):
        return {name: copied(each, device) for name, each in value.items()}
    return [copied(each, device) for each in value] if isinstance(value, list) else value


def as_groups(params, name):
    """Tensors or groups of them, as a list of groups."""
    if isinstance(params, Tensor):
        raise TypeError(f"{name}: expected a list of parameters, got one tensor; put it in a list: [tensor]")
    if hasattr(params, "parameters"):
        raise TypeError(f"{name}: expected parameters, got a {type(params).__name__}; "
                        "pass what it trains: model.parameters()")
    if isinstance(params, (set, frozenset)):
        raise TypeError(f"{name}: expected parameters in a fixed order, got a set; pass a list")
    if isinstance(params, dict) or not hasattr(params, "__iter__"):
        raise TypeError(f"{name}: expected a list of parameters or of groups, got {described(params)}")
    params = list(params)
    if not params:
        raise ValueError(f"{name}: no parameters to train; the list is empty, or the generator "
                         "model.parameters() was used up before")
    if all(isinstance(group, dict) for group in params):
        return params
    return [{"params": params}]


AT_LEAST_0 = (lambda value: is_number(value) and 0 <= value < math.inf, "a number of at least 0")
RANGES = {      # setting -> does a value fit, and what does
    **dict.fromkeys(("lr", "momentum", "eps", "weight_decay", "alpha", "lr_decay", "momentum_decay",
                     "initial_accumulator_value"), AT_LEAST_0),
    "rho": (lambda value: is_number(value) and 0 <= value <= 1, "a number from 0 to 1"),
    "betas": (lambda value: is_pair(value) and all(0 <= beta < 1 for beta in value),
              "two numbers of at least 0 and below 1"),
    "etas": (lambda value: is_pair(value) and 0 < value[0] < 1 < value[1],
             "two numbers, one between 0 and 1 and one above 1"),
}


def check_settings(name, group):
    """Refuse settings that are no numbers or out of range."""
    for setting, value in group.items():
        fits, expected = RANGES.get(setting, (None, None))
        if fits and not fits(value):
            raise ValueError(f"{name}: {setting} must be {expected}, got {value!r}")


def is_number(value):
    return isinstance(value, (int, float, np.integer, np.floating))


def is_pair(value):
    return isinstance(value, (tuple, list)) and len(value) == 2 and all(map(is_number, value))


PLAIN = {float, int, bool, type(None)}      # most settings are of these


def plain(value):
    """NumPy scalars, also in a tuple, as Python numbers."""
    if isinstance(value, (tuple, list)):
        return tuple(map(plain, value))
    return value.item() if isinstance(value, np.generic) else value


def described(value):
    return repr(value) if isinstance(value, (int, float, str, type(None))) else f"a {type(value).__name__}"
