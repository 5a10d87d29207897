#!/usr/bin/env bash
# Package: torch==2.13.0
# Guess: an epoch of a RandomSampler with a generator of its own draws one permutation from it.
# Seen: it draws two and uses one; a DataLoader with that generator first draws a seed for its workers, even
#     if it has none.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder"
"$folder/bin/pip" install --quiet --disable-pip-version-check torch==2.13.0

cat > "$folder/expected" <<'END'
first epoch is the first permutation True
second epoch is the second permutation False the third True
DataLoader: the first permutation False the one after a 64-bit number True
END

"$folder/bin/python" -W ignore - > "$folder/seen" <<'END'
import torch
from torch.utils.data import DataLoader, RandomSampler

def generator():
    return torch.Generator().manual_seed(0)

data, g = range(50), generator()
orders = [torch.randperm(50, generator=g).tolist() for _ in range(3)]
sampler = RandomSampler(data, generator=generator())
epochs = [list(sampler), list(sampler)]
print("first epoch is the first permutation", epochs[0] == orders[0])
print("second epoch is the second permutation", epochs[1] == orders[1], "the third", epochs[1] == orders[2])
loader = DataLoader(data, batch_size=None, shuffle=True, generator=generator())
g = generator()
torch.empty((), dtype=torch.int64).random_(generator=g)
after = torch.randperm(50, generator=g).tolist()
found = list(loader)
print("DataLoader: the first permutation", found == orders[0], "the one after a 64-bit number", found == after)
END

diff "$folder/expected" "$folder/seen"
echo "seen again: torch==2.13.0"
# Matters: a hand-written loop over randperm does not give the batches of a DataLoader with the same seed.
