#!/usr/bin/env bash
# Package: torch==2.13.0
# Guess: with initial_lr in the group, every scheduler continues from last_epoch=3 with the
#     learning rate of epoch 4; and after both states are loaded, the lr is the saved one.
# Seen: LambdaLR does; LinearLR, PolynomialLR and CosineAnnealingLR scale the group's lr instead, and
#     ConstantLR ends at twice the initial lr. A ConstantLR created after the optimizer's state was
#     loaded trains on at half the saved lr, although its own state is loaded too.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder"
"$folder/bin/pip" install --quiet --disable-pip-version-check torch==2.13.0

cat > "$folder/expected" <<'END'
LambdaLR from epoch 4: [0.2, 0.1667, 0.1429, 0.125] last_epoch=3: [0.2, 0.1667, 0.1429, 0.125]
LinearLR from epoch 4: [0.5, 0.6, 0.7, 0.8] last_epoch=3: [1.0, 1.2, 1.4, 1.6]
ConstantLR from epoch 4: [0.5, 0.5, 1.0, 1.0] last_epoch=3: [1.0, 1.0, 2.0, 2.0]
PolynomialLR from epoch 4: [0.6, 0.5, 0.4, 0.3] last_epoch=3: [1.0, 0.8333, 0.6667, 0.5]
CosineAnnealingLR from epoch 4: [0.75, 0.6294, 0.5, 0.3706] last_epoch=3: [1.0, 0.8392, 0.6667, 0.4941]
created after loading: 0.25 saved: 0.5
END

"$folder/bin/python" -W ignore - > "$folder/seen" <<'END'
import torch
from torch.optim import lr_scheduler as schedulers

def rates(make, last_epoch, epochs):
    group = dict(params=[torch.zeros(1, requires_grad=True)], lr=1.0, initial_lr=1.0)
    optimizer = torch.optim.SGD([group])
    scheduler, seen = make(optimizer, last_epoch), []
    for _ in range(epochs):
        seen.append(round(optimizer.param_groups[0]["lr"], 4))
        optimizer.step()
        scheduler.step()
    return seen

for name, make in [
        ("LambdaLR", lambda o, e: schedulers.LambdaLR(o, lambda epoch: 1 / (1 + epoch), last_epoch=e)),
        ("LinearLR", lambda o, e: schedulers.LinearLR(o, 0.1, total_iters=9, last_epoch=e)),
        ("ConstantLR", lambda o, e: schedulers.ConstantLR(o, 0.5, total_iters=6, last_epoch=e)),
        ("PolynomialLR", lambda o, e: schedulers.PolynomialLR(o, 10, last_epoch=e)),
        ("CosineAnnealingLR", lambda o, e: schedulers.CosineAnnealingLR(o, 12, last_epoch=e))]:
    print(name, "from epoch 4:", rates(make, -1, 8)[4:], "last_epoch=3:", rates(make, 3, 4))

old, new = (torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0) for _ in range(2))
saved = schedulers.ConstantLR(old, 0.5).state_dict()
new.load_state_dict(old.state_dict())
schedulers.ConstantLR(new, 0.5).load_state_dict(saved)
print("created after loading:", new.param_groups[0]["lr"], "saved:", old.param_groups[0]["lr"])
END

diff "$folder/expected" "$folder/seen"
echo "seen again: torch==2.13.0"
# Matters: a resumed run trains at another rate unless the group's lr is restored too, so save the
#     states of both instead of counting epochs, and load the optimizer's after creating the scheduler.
