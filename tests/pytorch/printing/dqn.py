"""Deep Q-learning with a replay memory and a target network on a corridor."""
# ruff: noqa: UP008, UP031, UP032 - public programs are written so
import random
from collections import deque, namedtuple

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
import torch.optim as optim

random.seed(0)
np.random.seed(0)
torch.manual_seed(0)
torch.backends.cudnn.deterministic = True
Transition = namedtuple("Transition", ("state", "action", "next_state", "reward", "done"))


class Corridor:
    """Walk right to the end; the observation is a float64 array, as from Gym."""

    def reset(self):
        self.at = 0
        return self.observe()

    def observe(self):
        return np.eye(6)[self.at]

    def step(self, action):
        self.at = max(0, min(5, self.at + (1 if action == 1 else -1)))
        return self.observe(), float(self.at == 5), self.at == 5, {}


class ReplayMemory:
    def __init__(self, capacity):
        self.memory = deque([], maxlen=capacity)

    def push(self, *args):
        self.memory.append(Transition(*args))

    def sample(self, batch_size):
        return Transition(*zip(*random.sample(self.memory, batch_size)))


class DQN(nn.Module):
    def __init__(self, n_observations, n_actions):
        super(DQN, self).__init__()
        self.layer1 = nn.Linear(n_observations, 16)
        self.value, self.advantage = nn.Linear(16, 1), nn.Linear(16, n_actions)

    def forward(self, x):
        x = F.relu(self.layer1(x))
        advantage = self.advantage(x)
        return self.value(x) + advantage - advantage.mean(-1, keepdim=True)


env, memory = Corridor(), ReplayMemory(200)
policy_net, target_net = DQN(6, 2), DQN(6, 2)
print(target_net.load_state_dict(policy_net.state_dict()))
target_net.eval()
optimizer = optim.RMSprop(policy_net.parameters(), lr=0.005)
steps = 0
for episode in range(10):
    state, total = env.reset(), 0.0
    for t in range(30):
        eps = 0.1 + 0.8 * 0.97 ** steps
        steps += 1
        if random.random() > eps:
            with torch.no_grad():
                action = policy_net(torch.Tensor(state).unsqueeze(0)).max(1)[1].view(1, 1).item()
        else:
            action = random.randrange(2)
        next_state, reward, done, _ = env.step(action)
        memory.push(state, action, next_state, reward, done)
        state, total = next_state, total + reward
        if len(memory.memory) >= 16:
            batch = memory.sample(16)
            states = torch.FloatTensor(np.array(batch.state))
            nexts = torch.FloatTensor(np.array(batch.next_state))
            actions = torch.LongTensor(batch.action).unsqueeze(1)
            rewards, dones = torch.tensor(batch.reward), torch.BoolTensor(batch.done)
            q = policy_net(states).gather(1, actions)
            best = policy_net(nexts).argmax(1, keepdim=True)
            future = target_net(nexts).gather(1, best).squeeze(1).detach()
            loss = F.smooth_l1_loss(q, (rewards + 0.9 * future * (~dones).float()).unsqueeze(1))
            optimizer.zero_grad()
            loss.backward()
            for param in policy_net.parameters():
                param.grad.data.clamp_(-1, 1)
            optimizer.step()
        if done:
            break
    for target, source in zip(target_net.parameters(), policy_net.parameters()):
        target.data.copy_(0.5 * target.data + 0.5 * source.data)
    if len(memory.memory) >= 16:
        print("episode {} steps {} loss {:.5f} reward {}".format(episode, t + 1, loss.item(), total))
print(policy_net(torch.eye(6)).argmax(1))
