"""Files: save weights and training runs as safetensors; read PyTorch's files without executing them.

    io.save("net.safetensors", model)                       the weights
    io.load("net.safetensors", model)
    io.load("model.safetensors.index.json", model)          weights in several files
    io.save_checkpoint("run.safetensors", model=model, optimizer=optimizer, extra={"epoch": 3})
    extra = io.load_checkpoint("run.safetensors", model=model, optimizer=optimizer)
    minigrad.save(model.state_dict(), "net.pt")             PyTorch's format, for exchanging weights
    minigrad.load("net.pt")
    io.load_onnx("net.onnx")                                {name: tensor}, without the graph

A new file replaces an old one only when it is complete. Every file has a checksum, which is verified before
anything is loaded.
"""

from minigrad.hints import missing as _missing
from minigrad.io.checkpoint import load, load_checkpoint, save, save_checkpoint
from minigrad.io.onnx import load_onnx
from minigrad.io.safetensors import load_safetensors, save_safetensors

__all__ = ["load", "load_checkpoint", "load_onnx", "load_safetensors", "save", "save_checkpoint",
           "save_safetensors"]


def __getattr__(name):
    raise _missing(__name__, name, __all__)
