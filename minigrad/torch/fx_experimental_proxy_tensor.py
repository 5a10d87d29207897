"""torch.fx.experimental.proxy_tensor: no function is being traced."""


def get_proxy_mode() -> None:
    return None
