"""Data-parallel training and inference: several processes on one machine each compute part of a batch.

    with minigrad.parallel.Team(model, F.cross_entropy, workers=2) as team:
        for x, y in loader:
            optimizer.zero_grad()
            loss = team.backward(x, y)      # loss and gradients of the whole batch
            optimizer.step()
        output = team.forward(x)            # without a graph

NumPy's elementwise functions use one core; more processes use the others. Read communicator.py for the
operations that the processes share, shared.py for their implementation on one machine, workers.py for
how processes start and end, and team.py for the training step.
"""

from minigrad.parallel.communicator import Communicator
from minigrad.parallel.shared import SharedCommunicator
from minigrad.parallel.team import Team

__all__ = ["Communicator", "SharedCommunicator", "Team"]
