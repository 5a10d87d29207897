"""torch.distributed: one process. minigrad.parallel.Team trains on several."""

from typing import Any

from minigrad.hints import missing as _missing

_INSTEAD = dict.fromkeys(
    ("init_process_group", "all_gather", "all_reduce", "broadcast", "barrier", "new_group", "reduce", "scatter",
     "send", "recv", "all_gather_object", "destroy_process_group"),
    "this is one process; minigrad.parallel.Team trains on several")
ProcessGroup = Store = Work = type("ProcessGroup", (), {})
group = type("group", (), {"WORLD": None})


def is_available() -> bool:
    return False


is_initialized = is_nccl_available = is_gloo_available = is_mpi_available = is_torchelastic_launched = is_available


def get_world_size(group: Any = None) -> int:
    return 1


def get_rank(group: Any = None) -> int:
    return 0


def __getattr__(name):
    raise _missing("torch.distributed", name, (), _INSTEAD)
