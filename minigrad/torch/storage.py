"""torch.storage: the memory of tensors, as far as programs ask for it."""

from minigrad.torch.names import TypedStorage as TypedStorage, UntypedStorage as UntypedStorage

_TensorStorage = _LegacyStorage = TypedStorage
