"""torch.multiprocessing: Python's own module. Tensors travel between processes as copies."""

import multiprocessing
from multiprocessing import *  # noqa: F403
from typing import Any


def set_sharing_strategy(strategy: str) -> None:
    pass


def get_all_sharing_strategies() -> set[str]:
    return {"file_system"}


def spawn(fn: Any, args: tuple = (), nprocs: int = 1, join: bool = True, daemon: bool = False,
          start_method: str = "spawn") -> Any:
    """Call fn(number of the process, *args) in `nprocs` processes."""
    return start_processes(fn, args, nprocs, join, daemon, start_method)


def start_processes(fn: Any, args: tuple = (), nprocs: int = 1, join: bool = True, daemon: bool = False,
                    start_method: str = "spawn") -> Any:
    """spawn with another way to start processes."""
    context: Any = multiprocessing.get_context(start_method)
    workers = [context.Process(target=fn, args=(i, *args), daemon=daemon) for i in range(nprocs)]
    for worker in workers:
        worker.start()
    if not join:
        return workers
    for worker in workers:
        worker.join()
    failed = [i for i, worker in enumerate(workers) if worker.exitcode]
    if failed:
        raise RuntimeError(f"spawn: process {failed[0]} ended with exit code {workers[failed[0]].exitcode}")
