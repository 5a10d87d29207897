"""torch.utils._pytree: nested lists, tuples and dicts, taken apart into leaves and put together."""

from collections import OrderedDict, defaultdict, deque
from collections.abc import Callable
from typing import Any, NamedTuple


class TreeSpec(NamedTuple):
    """What a tree was: its type, None for a leaf, its keys, and the specs of its children."""

    type: Any
    context: Any
    children_specs: tuple

    @property
    def num_leaves(self) -> int:
        return 1 if self.type is None else sum(each.num_leaves for each in self.children_specs)


LeafSpec = TreeSpec(None, None, ())


def children(tree: Any) -> tuple[Any, list] | None:
    """(context, children) of a container, or None for a leaf."""
    kind = type(tree)
    if kind in (dict, OrderedDict, defaultdict):
        return list(tree), list(tree.values())
    if kind in (list, tuple, deque) or isinstance(tree, tuple) and hasattr(tree, "_fields"):
        return None, list(tree)
    return None


def tree_flatten(tree: Any, is_leaf: Callable[[Any], bool] | None = None) -> tuple[list, TreeSpec]:
    """The leaves from left to right, and the spec with which tree_unflatten builds the tree again."""
    parts = None if is_leaf is not None and is_leaf(tree) else children(tree)
    if parts is None:
        return [tree], LeafSpec
    flat = [tree_flatten(each, is_leaf) for each in parts[1]]
    return ([leaf for leaves, _ in flat for leaf in leaves],
            TreeSpec(type(tree), parts[0], tuple(spec for _, spec in flat)))


def tree_unflatten(leaves: Any, treespec: TreeSpec) -> Any:
    """The tree of `treespec` with these leaves. Raises ValueError for a wrong number of leaves."""
    leaves = list(leaves)
    if len(leaves) != treespec.num_leaves:
        raise ValueError(f"tree_unflatten: the tree has {treespec.num_leaves} leaves, got {len(leaves)}")
    return build(iter(leaves), treespec)


def build(leaves, spec):
    if spec.type is None:
        return next(leaves)
    parts = [build(leaves, each) for each in spec.children_specs]
    if spec.type in (dict, OrderedDict):
        return spec.type(zip(spec.context, parts))
    if spec.type is defaultdict:
        return dict(zip(spec.context, parts))
    return spec.type(*parts) if hasattr(spec.type, "_fields") else spec.type(parts)


def tree_leaves(tree: Any, is_leaf: Callable[[Any], bool] | None = None) -> list:
    return tree_flatten(tree, is_leaf)[0]


def tree_structure(tree: Any, is_leaf: Callable[[Any], bool] | None = None) -> TreeSpec:
    return tree_flatten(tree, is_leaf)[1]


def tree_map(func: Callable[..., Any], tree: Any, *rests: Any,
             is_leaf: Callable[[Any], bool] | None = None) -> Any:
    """The tree of func(leaf, ...) for the leaves of `tree` and, side by side, of `rests`."""
    leaves, spec = tree_flatten(tree, is_leaf)
    others = [tree_leaves(each, is_leaf) for each in rests]
    return tree_unflatten([func(*each) for each in zip(leaves, *others)], spec)


def tree_map_only(kind: Any, func: Callable[[Any], Any], tree: Any, **settings: Any) -> Any:
    """tree_map for the leaves of a type; the others stay."""
    return tree_map(lambda leaf: func(leaf) if isinstance(leaf, kind) else leaf, tree, **settings)


def tree_any(pred: Callable[[Any], bool], tree: Any) -> bool:
    return any(map(pred, tree_leaves(tree)))


def tree_all(pred: Callable[[Any], bool], tree: Any) -> bool:
    return all(map(pred, tree_leaves(tree)))
