#!/usr/bin/env bash
# Package: torch==2.13.0
# Guess: randint takes one 32-bit number of the CPU generator per element while the range fits into 32 bits,
#     and two from 2^32 on.
# Seen: it takes two from a range of 2^28 on.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder"
"$folder/bin/pip" install --quiet --disable-pip-version-check torch==2.13.0

cat > "$folder/expected" <<'END'
range 2^24 one number
range 2^27 one number
range 2^28 - 1 one number
range 2^28 two numbers
range 2^31 two numbers
range 2^33 two numbers
END

"$folder/bin/python" -W ignore - > "$folder/seen" <<'END'
import torch

after = {}
for count, name in [(100, "one number"), (200, "two numbers")]:
    torch.manual_seed(0)
    torch.randint(10, (count,))
    after[torch.rand(1).item()] = name
for text, high in [("2^24", 2**24), ("2^27", 2**27), ("2^28 - 1", 2**28 - 1), ("2^28", 2**28),
                   ("2^31", 2**31), ("2^33", 2**33)]:
    torch.manual_seed(0)
    torch.randint(high, (100,))
    print("range", text, after[torch.rand(1).item()])
END

diff "$folder/expected" "$folder/seen"
echo "seen again: torch==2.13.0"
# Matters: whoever repeats PyTorch's numbers from a seed gets all later ones wrong, too.
