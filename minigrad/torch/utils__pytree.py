"""torch.utils._pytree: nested lists, tuples and dicts, taken apart into leaves and put together."""

from collections import OrderedDict, defaultdict, deque, namedtuple
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


    def is_leaf(self) -> bool:
        return self.type is None


LEAF = TreeSpec(None, None, ())
PyTree = Context = Any


class LeafSpec(TreeSpec):
    """The spec of a leaf."""

    def __new__(cls, *settings: Any) -> Any:
        return LEAF


class NodeDef(NamedTuple):
    """How a container comes apart and together."""

    type: Any
    flatten_fn: Callable[[Any], tuple]
    unflatten_fn: Callable[[Any, Any], Any]


class KeyEntry(NamedTuple):
    """One step on the way to a leaf: an index, or the key of a dict."""

    key: Any

    def __str__(self) -> str:
        return f"[{self.key!r}]"

    def get(self, parent: Any) -> Any:
        return parent[self.key]

    @property
    def idx(self) -> Any:
        return self.key


SequenceKey = MappingKey = KeyEntry
SUPPORTED_NODES: dict[Any, NodeDef] = {}


def register_pytree_node(cls: Any, flatten_fn: Any, unflatten_fn: Any, **settings: Any) -> None:
    """A program's own container: flatten_fn gives (children, context), unflatten_fn(children, context) it."""
    SUPPORTED_NODES[cls] = NodeDef(cls, flatten_fn, unflatten_fn)


_register_pytree_node = register_pytree_node


def _get_node_type(tree: Any) -> Any:
    kind = type(tree)
    return namedtuple if isinstance(tree, tuple) and hasattr(tree, "_fields") else kind


def _list_flatten(tree: Any) -> tuple[list, Any]:
    return list(tree), None


def _list_unflatten(values: Any, context: Any = None) -> list:
    return list(values)


def _dict_flatten(tree: Any) -> tuple[list, Any]:
    return list(tree.values()), list(tree)


def _dict_unflatten(values: Any, context: Any) -> dict:
    return dict(zip(context, values))


def _list_flatten_with_keys(tree: Any) -> tuple[list, Any]:
    return [(KeyEntry(i), each) for i, each in enumerate(tree)], None


def _dict_flatten_with_keys(tree: Any) -> tuple[list, Any]:
    return [(KeyEntry(key), each) for key, each in tree.items()], list(tree)


register_pytree_node(dict, _dict_flatten, _dict_unflatten)
register_pytree_node(OrderedDict, _dict_flatten, lambda values, keys: OrderedDict(zip(keys, values)))
register_pytree_node(
    defaultdict, lambda tree: (list(tree.values()), (tree.default_factory, list(tree))),
    lambda values, context: defaultdict(context[0], zip(context[1], values)))
register_pytree_node(list, _list_flatten, _list_unflatten)
register_pytree_node(tuple, _list_flatten, lambda values, context: tuple(values))
register_pytree_node(deque, lambda tree: (list(tree), tree.maxlen),
                     lambda values, length: deque(values, maxlen=length))
register_pytree_node(namedtuple, lambda tree: (list(tree), type(tree)), lambda values, kind: kind(*values))


def children(tree: Any) -> tuple[Any, list] | None:
    """(context, children) of a container, or None for a leaf."""
    node = SUPPORTED_NODES.get(_get_node_type(tree))
    if node is None:
        return None
    parts, context = node.flatten_fn(tree)
    return context, list(parts)


def tree_flatten(tree: Any, is_leaf: Callable[[Any], bool] | None = None) -> tuple[list, TreeSpec]:
    """The leaves from left to right, and the spec with which tree_unflatten builds the tree again."""
    parts = None if is_leaf is not None and is_leaf(tree) else children(tree)
    if parts is None:
        return [tree], LEAF
    flat = [tree_flatten(each, is_leaf) for each in parts[1]]
    return ([leaf for leaves, _ in flat for leaf in leaves],
            TreeSpec(_get_node_type(tree), parts[0], tuple(spec for _, spec in flat)))


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
    return SUPPORTED_NODES[spec.type].unflatten_fn(parts, spec.context)


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


def tree_is_leaf(tree: Any, is_leaf: Callable[[Any], bool] | None = None) -> bool:
    return is_leaf is not None and is_leaf(tree) or children(tree) is None


def tree_iter(tree: Any, is_leaf: Callable[[Any], bool] | None = None) -> Any:
    return iter(tree_leaves(tree, is_leaf))


def tree_flatten_with_path(tree: Any, is_leaf: Callable[[Any], bool] | None = None) -> tuple[list, TreeSpec]:
    """[(path, leaf), ...] and the spec; a path is the keys and indices that lead to the leaf."""
    def walk(node, path):
        if tree_is_leaf(node, is_leaf):
            return [(path, node)]
        keys = list(node) if isinstance(node, dict) else range(len(children(node)[1]))
        return [found for key, each in zip(keys, children(node)[1])
                for found in walk(each, (*path, KeyEntry(key)))]
    return walk(tree, ()), tree_structure(tree, is_leaf)


def tree_map_with_path(func: Callable[..., Any], tree: Any, *rests: Any,
                       is_leaf: Callable[[Any], bool] | None = None) -> Any:
    """The tree of func(path, leaf, ...)."""
    pairs, spec = tree_flatten_with_path(tree, is_leaf)
    others = [tree_leaves(each, is_leaf) for each in rests]
    return tree_unflatten([func(path, leaf, *more) for (path, leaf), *more in zip(pairs, *others)], spec)


def keystr(path: Any) -> str:
    return "".join(map(str, path))
