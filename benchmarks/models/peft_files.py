"""Exchange LoRA with Hugging Face's `peft`, in both directions: `python -m benchmarks.models.peft_files`.

It needs peft, transformers and PyTorch, takes the tiny BERT of the tests, and prints the table in
docs/models/peft.md: the largest difference of a token's vector between the two.
"""

import tempfile
import warnings
from pathlib import Path

import numpy as np
import peft as theirs
import torch
import transformers

import minigrad
from minigrad import models, peft

TINY = Path(__file__).parents[2] / "tests/models/tiny"
TEXTS = ["a quiet film that stays with you", "Loud! and not so good, is it"]
CONFIGS = {
    "names in a list": dict(r=3, lora_alpha=7, target_modules=["query", "value"]),
    "a regular expression": dict(r=2, lora_alpha=2, target_modules=r".*layer\.1.*(key|dense)"),
    "all three embeddings": dict(r=4, lora_alpha=1, target_modules=[
        "word_embeddings", "position_embeddings", "token_type_embeddings"]),
    "scaled by the root of the rank": dict(r=4, lora_alpha=4, target_modules=["query"], use_rslora=True),
    "with norms trained as a whole": dict(r=2, lora_alpha=4, target_modules=["query"],
                                          modules_to_save=["LayerNorm"]),
}


def main():
    encoder = models.from_pretrained(TINY)
    batch = encoder.tokenizer.encode_batch(TEXTS)
    there = batch.attention_mask == 1

    def fresh():
        return models.from_pretrained(TINY).model

    def bert():
        return transformers.BertModel.from_pretrained(TINY)

    def with_minigrad(model):
        with minigrad.no_grad():
            return model.eval()(*map(minigrad.tensor, batch)).numpy()[there]

    def with_torch(model):
        with torch.no_grad():
            given = {name: torch.tensor(array) for name, array in batch._asdict().items()}
            return model.eval()(**given).last_hidden_state.numpy()[there]

    print("| LoRA | peft's in minigrad | both merged | minigrad's copy in peft | minigrad's own in peft |")
    print("|---|---|---|---|---|")
    torch.manual_seed(0)
    minigrad.manual_seed(0)
    for what, config in CONFIGS.items():
        with tempfile.TemporaryDirectory() as folder:
            a, b, c = (Path(folder) / name for name in "abc")
            model = theirs.get_peft_model(bert(), theirs.LoraConfig(**config))
            for p in model.parameters():
                if p.requires_grad:
                    p.data += 0.3 * torch.randn_like(p)
            model.save_pretrained(a)
            y, ours = with_torch(model), peft.load(fresh(), a)
            found = [np.abs(with_minigrad(ours) - y).max()]
            peft.save(ours, b)
            found.append(np.abs(with_minigrad(peft.merge(ours)) - with_torch(model.merge_and_unload())).max())
            found.append(np.abs(with_torch(theirs.PeftModel.from_pretrained(bert(), b)) - y).max())
            ours = peft.add_lora(fresh(), config["target_modules"], config["r"], float(config["lora_alpha"]),
                                 also=config.get("modules_to_save", ()),
                                 rank_stabilized=config.get("use_rslora", False))
            with minigrad.no_grad():
                for p in ours.parameters():
                    if p.requires_grad:
                        p.add_(0.3 * minigrad.randn(*p.shape))
            peft.save(ours, c)
            y = with_torch(theirs.PeftModel.from_pretrained(bert(), c))
            found.append(np.abs(with_minigrad(ours) - y).max())
        print(f"| {what} | " + " | ".join(f"{each:.1e}" for each in found) + " |")
    print(f"peft {theirs.__version__}, transformers {transformers.__version__}, PyTorch {torch.__version__}")


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    transformers.logging.set_verbosity_error()
    main()
