#!/usr/bin/env bash
# Package: peft==0.21.2, torch==2.13.0, transformers==5.24.0, numpy==2.4.6
# Guess: LoRA on a feed-forward layer of torch.nn.TransformerEncoder changes the output in training and in eval() alike.
# Seen: in eval() a batch_first encoder computes what it computes without LoRA, even where gradients are recorded: peft
#     has frozen its weights, so PyTorch takes its fast path, which reads the layer's weight and passes over the adapter.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder"
"$folder/bin/pip" install --quiet --disable-pip-version-check peft==0.21.2 torch==2.13.0 transformers==5.24.0 numpy==2.4.6

cat > "$folder/expected" <<'END'
batch_first, train(), the adapter changes the output: True
batch_first, eval() with gradients: False
batch_first, eval() without gradients: False
time first, eval() without gradients: True
END

"$folder/bin/python" -W ignore - > "$folder/seen" <<'END'
import torch
from peft import LoraConfig, get_peft_model
from torch import nn


def changed(batch_first, training, gradients):
    """Does an adapter of arbitrary weights change what the encoder computes?"""
    torch.manual_seed(0)
    layer = nn.TransformerEncoderLayer(8, 2, 16, dropout=0.0, batch_first=batch_first)
    model = nn.TransformerEncoder(layer, 1).train(training)
    x = torch.randn(2, 3, 8)
    with torch.set_grad_enabled(gradients):
        before = model(x)
        adapted = get_peft_model(model, LoraConfig(r=2, target_modules=["linear1"])).train(training)
        with torch.no_grad():
            for name, p in adapted.named_parameters():
                if "lora_" in name:
                    p.copy_(torch.linspace(0, 1, p.numel()).reshape(p.shape))
        after = adapted.base_model.model(x)
    return not torch.allclose(before, after, atol=1e-5)


print("batch_first, train(), the adapter changes the output:", changed(True, True, True))
print("batch_first, eval() with gradients:", changed(True, False, True))
print("batch_first, eval() without gradients:", changed(True, False, False))
print("time first, eval() without gradients:", changed(False, False, False))
END

diff "$folder/expected" "$folder/seen"
echo "seen again: peft==0.21.2, torch==2.13.0"
# Matters: whoever trains such an adapter sees the loss fall, and then measures the untrained model.
