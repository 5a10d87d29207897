"""torch.utils.weak: dictionaries whose keys are tensors, which they do not keep alive."""

from weakref import WeakKeyDictionary, ref as WeakRef


class WeakIdKeyDictionary(WeakKeyDictionary):
    """A dictionary whose keys are compared by identity, as tensors are anyway as keys."""


WeakTensorKeyDictionary, WeakIdRef, TensorWeakRef = WeakIdKeyDictionary, WeakRef, WeakRef
