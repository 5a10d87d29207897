"""SimCLR on small patterns: two noisy views of each image, and the normalised cross entropy between them."""
# ruff: noqa: UP008, UP031, UP032 - public programs are written so
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import DataLoader, Dataset, random_split

torch.manual_seed(3)


class Patterns(Dataset):
    def __init__(self, n):
        self.images = torch.rand(n, 1, 8, 8).round()

    def __len__(self):
        return len(self.images)

    def __getitem__(self, i):
        x = self.images[i]
        views = [x + 0.1 * torch.randn_like(x) for _ in range(2)]
        return views[0], torch.flip(views[1], dims=[-1]), i


class Encoder(nn.Module):
    def __init__(self, dim=8):
        super().__init__()
        self.f = nn.Sequential(
            nn.Conv2d(1, 4, 3, padding=1, bias=False), nn.BatchNorm2d(4), nn.ReLU(inplace=True),
            nn.MaxPool2d(2), nn.Conv2d(4, 8, 3, padding=1, bias=False), nn.AdaptiveAvgPool2d((1, 1)))
        self.g = nn.Sequential(
            nn.Linear(8, 16, bias=False), nn.BatchNorm1d(16), nn.ReLU(), nn.Linear(16, dim))

    def forward(self, x):
        feature = torch.flatten(self.f(x), start_dim=1)
        return F.normalize(feature, dim=-1), F.normalize(self.g(feature), dim=-1)


train, test = random_split(Patterns(40), [32, 8], generator=torch.Generator().manual_seed(42))
loader = DataLoader(train, batch_size=8, shuffle=True, num_workers=0, pin_memory=False, drop_last=True)
model = Encoder()
optimizer = torch.optim.Adam(model.parameters(), lr=3e-3, weight_decay=1e-6)
scaler = torch.amp.GradScaler("cuda", enabled=False)
for epoch in range(3):
    model.train()
    total = 0.0
    for pos_1, pos_2, index in loader:
        out = torch.cat([model(pos_1)[1], model(pos_2)[1]], dim=0)
        sim = torch.exp(torch.mm(out, out.t().contiguous()) / 0.5)
        mask = (torch.ones_like(sim) - torch.eye(len(out))).bool()
        sim = sim.masked_select(mask).view(len(out), -1)
        pos = torch.exp(torch.sum(out[:8] * out[8:], dim=-1) / 0.5)
        loss = (-torch.log(torch.cat([pos, pos], dim=0) / sim.sum(dim=-1))).mean()
        optimizer.zero_grad()
        scaler.scale(loss).backward()
        scaler.step(optimizer)
        scaler.update()
        total += loss.item() * len(index)
    print("Train Epoch: [{}/{}] Loss: {:.4f}".format(epoch + 1, 3, total / len(train)))
model.eval()
with torch.inference_mode():
    bank = torch.cat([model(x.unsqueeze(0))[0] for x in train.dataset.images[train.indices]], 0)
    query = torch.cat([model(test[i][0].unsqueeze(0))[0] for i in range(len(test))], 0)
    weight, nearest = torch.mm(query, bank.T).topk(k=3, dim=-1)
print(test.indices, nearest.tolist())
print(weight.mean(0))
