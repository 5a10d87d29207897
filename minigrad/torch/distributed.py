"""torch.distributed: one process. minigrad.parallel.Team trains on several."""

from typing import Any

ProcessGroup = Store = Work = type("ProcessGroup", (), {})
group = type("group", (), {"WORLD": None})


def is_available() -> bool:
    return False


is_initialized = is_nccl_available = is_gloo_available = is_mpi_available = is_available


def get_world_size(group: Any = None) -> int:
    return 1


def get_rank(group: Any = None) -> int:
    return 0


def init_process_group(*settings: Any, **named: Any) -> None:
    """Raises RuntimeError: this is one process. So do the functions that send tensors between processes."""
    raise RuntimeError("torch.distributed: this is one process; minigrad.parallel.Team trains on several")


all_gather = all_gather_object = all_reduce = all_to_all = barrier = broadcast = init_process_group
broadcast_object_list = gather = irecv = isend = new_group = recv = reduce = init_process_group
reduce_scatter = scatter = send = init_process_group


def destroy_process_group(group: Any = None) -> None:
    pass


class ReduceOp:
    """How numbers of several processes are combined."""

    SUM, AVG, PRODUCT, MIN, MAX = "sum", "avg", "product", "min", "max"
