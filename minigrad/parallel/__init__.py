"""Training, and inference, on several processes of one machine: each computes a part of the batch.

    with minigrad.parallel.Team(model, F.cross_entropy, workers=2) as team:
        for x, y in loader:
            optimizer.zero_grad()
            loss = team.backward(x, y)      # gradients and loss are the whole batch's
            optimizer.step()
        output = team.forward(x)            # without a graph

NumPy's elementwise functions use one core; a second process uses the second. Read communicator.py for
what the processes need of each other, shared.py for how they get it on one machine, workers.py for their
life and death, and team.py for the training step.
"""

from minigrad.parallel.communicator import Communicator
from minigrad.parallel.shared import SharedCommunicator
from minigrad.parallel.team import Team

__all__ = ["Communicator", "SharedCommunicator", "Team"]
