# ---
# jupyter:
#   jupytext:
#     formats: ipynb,py:percent
#     notebook_metadata_filter: -jupytext.text_representation.jupytext_version
#     text_representation:
#       extension: .py
#       format_name: percent
#       format_version: '1.3'
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 6. Saving, loading, resuming
#
# A training can take minutes, or weeks. Then the lid of the laptop closes, or somebody else needs the
# machine. What must be in a file so that the training goes on as if nothing had happened? And how do you hand
# a trained model to somebody who was not there? In this lesson you write such a file by hand, byte by byte,
# and read one; you find out what belongs to a training besides its weights; and you see a run that was
# interrupted and still ends *bit for bit* where the uninterrupted one does.
#
# You need lesson 5: modules, losses, optimizers. The lesson takes about 50 minutes.

# %% tags=["setup", "remove-cell"]
# Where minigrad is missing, such as in a browser or in Colab, this cell installs it.
try:
    import minigrad.course
except ImportError:
    print("Installing minigrad: this takes a moment.")
    # %pip install -q minigrad-edu matplotlib

# %% tags=["given"]
import copy
import json
import os
import struct

# %%
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

import minigrad
from minigrad import io, nn, optim
from minigrad.course import effort, grade
from minigrad.data import DataLoader, TensorDataset, mnist
from minigrad.nn import functional as F
from minigrad.train import Checkpoint, EarlyStopping, Trainer, accuracy

plt.rcParams.update({"figure.dpi": 90, "figure.constrained_layout.use": True, "axes.grid": True,
                     "grid.alpha": 0.3, "axes.spines.top": False, "axes.spines.right": False})
folder = Path(tempfile.mkdtemp())       # for the files of this lesson; removed at its end

# %% [markdown]
# ## What changes during a training?
#
# A small network learns to read 2,000 handwritten digits, in batches of 64 that are drawn at random. The
# learning rate shrinks from step to step.

# %%
images, labels = mnist("train")
images, labels = images[:2500].reshape(2500, -1) / np.float32(255), labels[:2500]
x, y = minigrad.tensor(images[:2000]), minigrad.tensor(labels[:2000])
x_new, y_new = minigrad.tensor(images[2000:]), minigrad.tensor(labels[2000:])


def build(seed):
    """(a network, its optimizer, a generator of random numbers), all new."""
    minigrad.manual_seed(seed)
    model = nn.Sequential(nn.Linear(784, 32), nn.ReLU(), nn.Linear(32, 10))
    return model, optim.Adam(model.parameters(), lr=0.03), np.random.default_rng(seed)


def train(model, optimizer, generator, start, stop):
    """Train from step `start` to step `stop`; returns the loss on all 2,000 digits after each step."""
    losses = []
    for step in range(start, stop):
        optimizer.param_groups[0]["lr"] = 0.03 / (1 + step / 100)
        rows = generator.integers(0, len(x), 64)
        loss = F.cross_entropy(model(x[rows]), y[rows])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        with minigrad.no_grad():
            losses.append(F.cross_entropy(model(x), y).item())
    return losses


half = effort(100, fast=10, browser=60)
model, optimizer, generator = build(seed=0)
losses = train(model, optimizer, generator, 0, half)
print(f"loss after step 1: {losses[0]:.3f}, after step {half}: {losses[-1]:.3f}")
print("in the model:    ", list(model.state_dict()))
memory = optimizer.state_dict()["state"][0]
print("in the optimizer:", {name: tuple(np.shape(value)) for name, value in memory.items()}, "of the first")

# %% [markdown]
# Four things are different now from what they were at the start. Each has a method that gives it to you.
#
# | what | where it is | why it matters |
# |---|---|---|
# | the weights | `model.state_dict()` | they are what was learned |
# | the optimizer's memory | `optimizer.state_dict()` | Adam's steps depend on its *moments* |
# | the state of the random generator | `generator.bit_generator.state` | it decides which batches come |
# | the position | `step` | here, the learning rate depends on it |
#
# (Adam's moments are running means of the gradients and of their squares. In other trainings the position
# also says which part of the data comes next.)
#
# A `state_dict` is a plain dict from names to tensors. Beware: it holds *the* tensors of the model, not
# copies of them. That is right for writing them to a file at once. It is wrong for keeping them while the
# training goes on.

# %%
state = model.state_dict()
kept = copy.deepcopy(state)
train(model, optimizer, generator, half, half + 1)
print(f"after one more step: state['0.bias'][0] is {state['0.bias'][0].item():.5f}, "
      f"in the copy it is {kept['0.bias'][0].item():.5f}")

# %% tags=["given"]
def restore(saved, model, optimizer, generator):
    """Put what `snapshot` returned back; returns the number of the next step."""
    model.load_state_dict(saved["model"])
    optimizer.load_state_dict(saved["optimizer"])
    generator.bit_generator.state = saved["generator"]
    return saved["step"]


# %% [markdown]
# ### Exercise 6.1: all that a training consists of
#
# Return a dict with the keys `"model"`, `"optimizer"`, `"generator"` and `"step"`, from which the function
# `restore` can put everything back, even if the training has gone on in the meantime. `copy.deepcopy(object)`
# copies an object with all that is in it.

# %% tags=["exercise"]
def snapshot(model, optimizer, generator, step):
    """A dict of all that changes in a training; `step` is the number of the step that comes next."""
    ...


# %% tags=["check"]
grade("6.1", snapshot)

# %% [markdown]
# <details><summary>Hint</summary>
#
# A dict with four entries, each from the table above. Then one call of `copy.deepcopy` around all of it.
# </details>
#
# <details><summary>Solution</summary>
#
# ```python
# def snapshot(model, optimizer, generator, step):
#     return copy.deepcopy({"model": model.state_dict(), "optimizer": optimizer.state_dict(),
#                           "generator": generator.bit_generator.state, "step": step})
# ```
# </details>

# %% [markdown]
# ## Bit for bit
#
# Now the experiment, with minigrad's own functions and a real file. `io.save_checkpoint` writes model and
# optimizer, and what you give it as `extra`: here the step and the state of the generator. Then everything is
# built anew, *with another seed*, as if the program had been started again, and `io.load_checkpoint` puts the
# old state into it. A second run loads only the weights: the optimizer starts anew. And a third one does not
# restore the generator.

# %%
stop = effort(200, fast=20, browser=120)
run = build(seed=0)
first = train(*run, 0, half)
io.save_checkpoint(folder / "run.safetensors", model=run[0], optimizer=run[1],
                   extra={"step": half, "generator": run[2].bit_generator.state})
uninterrupted = first + train(*run, half, stop)

curves = {}
for name in ["everything restored", "optimizer forgotten", "generator forgotten"]:
    model, optimizer, generator = build(seed=1)
    others = {} if name == "optimizer forgotten" else {"optimizer": optimizer}
    extra = io.load_checkpoint(folder / "run.safetensors", model=model, **others)
    if name != "generator forgotten":
        generator.bit_generator.state = extra["generator"]
    curves[name] = train(model, optimizer, generator, extra["step"], stop)
    difference = np.abs(np.array(curves[name]) - uninterrupted[half:]).max()
    print(f"{name}: largest difference of a loss to the uninterrupted run {difference:g}")

# %%
fig, axes = plt.subplots(1, 2, figsize=(11, 3.6), sharex=True)
steps = np.arange(1, stop + 1)
for ax, names in zip(axes, [["everything restored"], ["optimizer forgotten", "generator forgotten"]]):
    ax.plot(steps, uninterrupted, color="0.6", linewidth=5, label="uninterrupted")
    for name, style in zip(names, ["C0-", "C1--"] if len(names) == 1 else ["C1-", "C2--"]):
        ax.plot(steps[half:], curves[name], style, label=name)
    ax.axvline(half + 0.5, color="k", linestyle=":", label="interruption")
    ax.set(xlabel="step", yscale="log", title=" and ".join(names))
    ax.legend()
axes[0].set(ylabel="loss on 2,000 digits")
plt.show()

# %% [markdown]
# On the left, the thin line lies exactly on the thick one: the difference printed above is zero, in every
# bit. On the right you see what it costs to forget. Without its moments, Adam does not know how large the
# gradients are, and its first steps are as large as those of a training that begins. Without the generator,
# the run sees other batches: not worse, only another run, and one that nobody can repeat.
#
# Why care about the last bit? Because "about the same" hides mistakes. If a resumed run is equal to the last
# bit, nothing was forgotten. If it is only similar, you do not know.

# %% [markdown]
# ## How is it written down?
#
# A file is a row of bytes. *Pickle*, Python's own format for objects, is the easiest way to fill one, and
# PyTorch's `torch.save` does it. But a pickle is not data: it is a *program*, a list of instructions that
# builds the objects, and one instruction is "call this function with these arguments". Any function. Who
# reads a pickle that a stranger made runs the stranger's program. (minigrad reads PyTorch's files with an
# interpreter of its own that knows a short list of harmless functions and refuses all others.)
#
# Weights need no program. The format *safetensors* holds names, shapes and numbers, and nothing else:
#
# | bytes | what |
# |---|---|
# | 8 | $N$, the length of the header, an unsigned integer with its smallest byte first (*little-endian*) |
# | $N$ | the header, a text in JSON: for each tensor its `dtype`, `shape` and `data_offsets` |
# | the rest | the numbers themselves, row by row, all tensors without gaps |
#
# `data_offsets` are the tensor's first byte and the byte after its last, counted from the end of the header.
# (Source: https://huggingface.co/docs/safetensors, "Format".) Let us look into such a file.

# %%
small = nn.Linear(2, 2)
with minigrad.no_grad():
    small.weight.copy_(minigrad.tensor([[1.0, -2.0], [0.5, 0.0]]))
    small.bias.copy_(minigrad.tensor([3.0, 4.0]))
io.save(folder / "small.safetensors", small)
content = (folder / "small.safetensors").read_bytes()

length, = struct.unpack("<Q", content[:8])      # <: little-endian, Q: 8 bytes, unsigned
header = json.loads(content[8:8 + length])
print(f"{len(content)} bytes, of which the header has {length}:")
for name, entry in header.items():
    print(f"    {name}: {entry}")
begin, end = header["weight"]["data_offsets"]
data = content[8 + length:]
print("the bytes of the weight:", data[begin:end].hex(" ", 4))
print("and as numbers:         ", np.frombuffer(data[begin:end], "<f4"))

# %% [markdown]
# `__metadata__` is for remarks; minigrad puts a checksum there, so that a damaged file is noticed. F32 is a
# `float32`, four bytes each. In the picture, each cell is a byte.

# %%
kinds = np.zeros(len(content), int)
kinds[8:] = 1
for i, name in enumerate(["bias", "weight"], 2):
    begin, end = header[name]["data_offsets"]
    kinds[8 + length + begin:8 + length + end] = i
width = 32
cells = np.full(-(-len(content) // width) * width, -1)
cells[:len(content)] = kinds
fig, ax = plt.subplots(figsize=(9, 4.2))
colours = ["#d9d9d9", "#e69f00", "#c9dcec", "#56b4e9", "#009e73"]
ax.pcolormesh(cells.reshape(-1, width)[::-1] + 1, cmap=plt.matplotlib.colors.ListedColormap(colours),
              vmin=-0.5, vmax=4.5, edgecolors="w")
rows = len(cells) // width
for i, byte in enumerate(content):
    text = chr(byte) if 8 <= i < 8 + length else f"{byte:02x}"
    ax.text(i % width + 0.5, rows - i // width - 0.5, text, ha="center", va="center", fontsize=7)
for i, name in enumerate(["length of the header", "header", "bias", "weight"], 1):
    ax.plot([], [], "s", color=colours[i], markersize=10, label=name)
ax.set(xlabel="byte in its row of 32", ylabel="rows", title="A file of two tensors", yticks=[])
ax.grid(False)
ax.legend(ncols=4, loc="upper center", bbox_to_anchor=(0.5, -0.15))
plt.show()

# %% [markdown]
# ## Names
#
# A model is a tree: a network holds blocks, a block holds layers, a layer holds arrays. A file knows only a
# list of names. So the way to an array becomes its name, with dots in between: `blocks.0.weight` is the
# weight in the first of the blocks.
#
# ### Exercise 6.2: a name for each array

# %% tags=["exercise"]
def flatten(tree, prefix=""):
    """A flat dict from names to arrays; prefix stands in front of each name.

    tree is a dict whose values are arrays, or dicts or lists of the same kind; the parts of a list are
    called 0, 1, 2, ... So {"blocks": [{"weight": w}], "bias": b} gives {"blocks.0.weight": w, "bias": b}.
    """
    ...


# %% tags=["check"]
grade("6.2", flatten)

# %% [markdown]
# <details><summary>Hint</summary>
#
# Call `flatten` for each part that is a dict or a list, with the name so far and a dot as `prefix`.
# `enumerate(list)` gives the numbers and parts of a list.
# </details>
#
# <details><summary>Solution</summary>
#
# ```python
# def flatten(tree, prefix=""):
#     flat = {}
#     for key, value in tree.items() if isinstance(tree, dict) else enumerate(tree):
#         if isinstance(value, (dict, list)):
#             flat |= flatten(value, f"{prefix}{key}.")
#         else:
#             flat[f"{prefix}{key}"] = value
#     return flat
# ```
# </details>

# %% tags=["given"]
DTYPES = {"F32": "float32", "F64": "float64", "I64": "int64"}
CODES = {"float32": "F32", "float64": "F64", "int64": "I64"}      # the names of types in the format

# %% [markdown]
# ## Write the file
#
# ### Exercise 6.3: a safetensors file by hand
#
# Make the bytes of a file from a dict of arrays. Useful: `array.tobytes()` gives the raw bytes,
# `str(array.dtype)` the name of its type, which `CODES` translates, `json.dumps(header).encode()` the header
# as bytes, and `struct.pack("<Q", number)` eight bytes. When your function is right, minigrad loads a trained
# network from *your* file.

# %% tags=["exercise"]
def to_bytes(tensors):
    """The bytes of a safetensors file with these tensors, a dict from names to NumPy arrays."""
    ...


# %% tags=["check"]
grade("6.3", to_bytes)

# %% [markdown]
# <details><summary>Hint</summary>
#
# Go through the tensors and collect two things: `data`, all raw bytes so far, and `header`. The offsets of a
# tensor are `len(data)` before and after you have added its bytes.
# </details>
#
# <details><summary>Solution</summary>
#
# ```python
# def to_bytes(tensors):
#     header, data = {}, b""
#     for name, array in tensors.items():
#         raw = array.tobytes()
#         header[name] = {"dtype": CODES[str(array.dtype)], "shape": list(array.shape),
#                         "data_offsets": [len(data), len(data) + len(raw)]}
#         data += raw
#     text = json.dumps(header).encode()
#     return struct.pack("<Q", len(text)) + text + data
# ```
# </details>

# %% [markdown]
# ## Read it, and believe nothing
#
# Reading is easier: you have done it above. But a file comes from elsewhere. It may be cut off in the middle,
# or somebody may have made it in order to harm you. A header may claim that a tensor has $-1$ elements, or
# that it begins before the file does. A reader checks every number *before* it uses it. That is what makes a
# format safe: not that it is simple, but that a reader can refuse everything that is not right.

# %%
for what, changed in [("cut off", content[:-4]), ("a wrong length", b"\xff" * 8 + content[8:]),
                      ("another shape", content.replace(b'"shape":[2,2]', b'"shape":[2,9]')),
                      ("one bit turned over", content[:-1] + bytes([content[-1] ^ 1]))]:
    (folder / "changed.safetensors").write_bytes(changed)
    try:
        io.load(folder / "changed.safetensors", small)
    except ValueError as error:
        print(f"{what}: {str(error).partition(': ')[2].partition('; ')[0].partition('. ')[0]}")

# %% [markdown]
# ### Exercise 6.4: read it, and believe nothing
#
# Return the tensors of a file as a dict of arrays. Raise `ValueError` if the file ends too early, if bytes
# are left over, if a dtype is not in `DTYPES`, or if shape, offsets and the number of bytes do not fit
# together. (`json.loads` raises a `ValueError` for a text that is not JSON, and `np.frombuffer(bytes, dtype)`
# and `reshape` refuse some things, too.) Skip the entry `"__metadata__"`.

# %% tags=["exercise"]
def from_bytes(content):
    """The arrays in the bytes of a safetensors file, by name. Raises ValueError if the file is not valid."""
    ...


# %% tags=["check"]
grade("6.4", from_bytes)

# %% [markdown]
# <details><summary>Hint</summary>
#
# What must hold for the offsets of a tensor: `0 <= begin <= end <= len(data)`, and `end - begin` is the
# number of elements times `np.dtype(...).itemsize`. No size is below 0. And all tensors together have as many
# bytes as the data.
# </details>
#
# <details><summary>Solution</summary>
#
# ```python
# def from_bytes(content):
#     length = int.from_bytes(content[:8], "little")
#     if len(content) < 8 or length > len(content) - 8:
#         raise ValueError("the file ends inside its header")
#     header, data = json.loads(content[8:8 + length]), content[8 + length:]
#     tensors, used = {}, 0
#     for name, entry in header.items():
#         if name == "__metadata__":
#             continue
#         if entry["dtype"] not in DTYPES or any(size < 0 for size in entry["shape"]):
#             raise ValueError(f"{name} has dtype {entry['dtype']} and shape {entry['shape']}")
#         dtype, (begin, end) = np.dtype(DTYPES[entry["dtype"]]), entry["data_offsets"]
#         if not 0 <= begin <= end <= len(data) or end - begin != dtype.itemsize * np.prod(entry["shape"]):
#             raise ValueError(f"the bytes of {name} do not fit its shape or the file")
#         tensors[name] = np.frombuffer(data[begin:end], dtype).reshape(entry["shape"])
#         used += end - begin
#     if used != len(data):
#         raise ValueError("the file has bytes that belong to no tensor")
#     return tensors
# ```
#
# Two tensors that share their bytes, with a gap elsewhere, would still slip through. minigrad's reader, in
# `minigrad/io/safetensors.py`, sorts the tensors by their offsets and finds that, too.
# </details>

# %% [markdown]
# ## Never half a file
#
# The most dangerous moment for a checkpoint is when the next one is written over it. `open(path, "wb")`
# empties the file *first*. If the power fails now, the old state is gone and the new one is not there yet.
# The remedy is as old as it is simple: write to another file beside it, and when it is complete, give it the
# name. The operating system does that, `os.replace(other, path)`, in one step: whoever looks sees the old
# file or the new one, and never half of one.
#
# ### Exercise 6.5: a file that is never half written
#
# `pieces` gives the bytes of the new file one piece after another, and it may stop with an error. Then the
# old file must be as it was, nothing else may lie around, and the error must reach the caller.

# %% tags=["exercise"]
def save_safely(path, pieces):
    """Write all pieces, an iterable of bytes, to the file at path, a str; the old file stays until then."""
    ...


# %% tags=["check"]
grade("6.5", save_safely)

# %% [markdown]
# <details><summary>Hint</summary>
#
# `try:` write all pieces to `path + ".part"`, then `os.replace`. `except BaseException:` remove the part if
# it exists, and `raise` without arguments, which passes the same error on. (`except Exception` would miss
# Ctrl-C.)
# </details>
#
# <details><summary>Solution</summary>
#
# ```python
# def save_safely(path, pieces):
#     aside = path + ".part"
#     try:
#         with open(aside, "wb") as file:
#             for piece in pieces:
#                 file.write(piece)
#         os.replace(aside, path)
#     except BaseException:
#         if os.path.exists(aside):
#             os.remove(aside)
#         raise
# ```
#
# minigrad's version, in `minigrad/files.py`, also waits until the disk has the bytes (`os.fsync`) and keeps
# the permissions of the old file.
# </details>

# %% [markdown]
# ## Which state is worth keeping?
#
# The last one, to go on. But to *use* the model, you want the best one, and that may have been earlier. If a
# network trains for too long on too little data, it learns its examples by heart: the loss on them falls on,
# while the loss on other digits rises again. (Lesson 7 looks at this closely.) So you keep aside some data,
# the *validation set*, measure after each epoch, keep the weights whenever the loss on it is the lowest so
# far, and stop when it has not improved for a while, the *patience*. That is *early stopping*.
#
# minigrad's `Trainer` does it with two callbacks: `EarlyStopping` stops and brings back the best weights, and
# `Checkpoint` writes the whole state after each epoch, or only after the best.

# %%
def new_trainer(path):
    minigrad.manual_seed(0)
    model = nn.Sequential(nn.Linear(784, 32), nn.ReLU(), nn.Linear(32, 10))
    return Trainer(model, F.cross_entropy, optim.Adam(model.parameters(), lr=0.005), metrics=[accuracy],
                   callbacks=[EarlyStopping(patience=5), Checkpoint(path)])


batches = DataLoader(TensorDataset(x[:500], y[:500]), batch_size=50, shuffle=True)
validation = DataLoader(TensorDataset(x_new, y_new), batch_size=500)
epochs = effort(40, fast=4, browser=40)

trainer = new_trainer(folder / "epoch.safetensors")
history = trainer.fit(batches, validation, epochs=epochs, verbose=False)
best = history.best()
print(f"{len(history)} epochs; the best is epoch {best['epoch']}, validation loss {best['val_loss']:.3f}")
print("stopped:", trainer.stopped)
print(f"loss of the model now, on the validation set: {trainer.evaluate(validation)['loss']:.3f}")

fig, ax = plt.subplots(figsize=(7, 3.4))
numbers = [row["epoch"] for row in history]
ax.plot(numbers, history["loss"], "C0o-", markersize=3, label="500 digits it learns from")
ax.plot(numbers, history["val_loss"], "C1s--", markersize=3, label="500 other digits")
ax.plot(best["epoch"], best["val_loss"], "k*", markersize=14, label="best state: keep this one")
ax.set(xlabel="epoch", ylabel="loss", title="The best state is not the last one")
ax.legend()
plt.show()

# %% [markdown]
# And the last experiment once more, with the `Trainer`: train for three epochs, forget everything, build a
# new trainer, `resume`, and train up to the end. The history of both runs must agree in every bit.

# %%
interrupted = new_trainer(folder / "part.safetensors")
interrupted.fit(batches, validation, epochs=3, verbose=False)

resumed = new_trainer(folder / "part.safetensors")
print("epochs already trained:", resumed.resume(folder / "part.safetensors"))
again = resumed.fit(batches, validation, total_epochs=epochs, verbose=False)
print("the same history in every bit:", list(again) == list(history))
for name in os.listdir(folder):
    os.remove(folder / name)
os.rmdir(folder)

# %% [markdown]
# ## What you have learned
#
# - A training has weights, the optimizer's memory, the state of random generators and a position in the data.
#   Forget one, and the resumed run is another run.
# - A `state_dict` maps names to tensors, the live ones: copy what you keep in memory.
# - safetensors: 8 bytes of length, a JSON header, raw numbers. It holds no program, so a reader can check it
#   and refuse it. A pickle is a program.
# - A new file takes the name of the old one only when it is complete.
# - Keep two states: the last one to resume, the best one to use.
#
# In lesson 7 all of it comes together: real data, a real question, and models that you have to judge.
