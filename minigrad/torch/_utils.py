"""torch._utils."""


def _flatten_dense_tensors(tensors):
    import minigrad
    return minigrad.cat([each.reshape(-1) for each in tensors])


def _unflatten_dense_tensors(flat, tensors):
    parts = flat.split([each.numel() for each in tensors])
    return tuple(part.reshape(each.shape) for part, each in zip(parts, tensors))
