"""Write LoRA for the tiny BERT with Hugging Face's peft, and what it computes, for test_peft.py.

    pip install peft==0.21.2 transformers==5.24.0 torch==2.13.0 && python tests/models/write_lora.py
"""

import json
import os
import shutil
from pathlib import Path

import peft
import torch
import transformers

from minigrad.data import WordPieceTokenizer
from minigrad.io import save_safetensors

TINY, FOLDER = Path(__file__).parent / "tiny", Path(__file__).parent / "lora"
TEXTS = ["a quiet film that stays with you", "Loud!"]

if __name__ == "__main__":
    tokenizer = WordPieceTokenizer.from_vocab(TINY / "vocab.txt")
    torch.manual_seed(0)
    config = peft.LoraConfig(r=2, lora_alpha=3, lora_dropout=0.1,
                             target_modules=["query", "output.dense", "word_embeddings"])
    model = peft.get_peft_model(transformers.BertModel.from_pretrained(TINY), config).eval()
    for name, parameter in model.named_parameters():
        if "lora_" in name:
            torch.nn.init.normal_(parameter, std=0.3)
    shutil.rmtree(FOLDER, ignore_errors=True)
    model.save_pretrained(FOLDER)
    (FOLDER / "README.md").unlink(missing_ok=True)
    config = FOLDER / "adapter_config.json"
    said = json.loads(config.read_text())
    said["base_model_name_or_path"] = "tiny"
    said["target_modules"].sort()
    config.write_text(json.dumps(said, indent=2, sort_keys=True) + "\n")
    batch = tokenizer.encode_batch(TEXTS)
    with torch.no_grad():
        x = model(**{key: torch.tensor(array) for key, array in batch._asdict().items()}).last_hidden_state
    save_safetensors(FOLDER / "expected.safetensors", {"vectors": x.numpy()},
                     {"peft": peft.__version__, "transformers": transformers.__version__})
    for path in FOLDER.iterdir():
        os.chmod(path, 0o644)
