"""An encoder-decoder Transformer with all its masks, teacher forcing and greedy decoding."""

import math

import numpy as np
import torch
from torch import Tensor, nn
from torch.optim.lr_scheduler import LambdaLR

PAD, BOS, EOS = 0, 1, 2


class PositionalEncoding(nn.Module):
    def __init__(self, d_model: int, dropout: float = 0.0, maxlen: int = 16):
        super().__init__()
        position = torch.arange(0, maxlen).reshape(maxlen, 1)
        div = torch.exp(torch.arange(0, d_model, 2) * (-math.log(10000.0) / d_model))
        pe = torch.zeros((maxlen, d_model))
        pe[:, 0::2] = torch.sin(position * div)
        pe[:, 1::2] = torch.cos(position * div)
        self.dropout = nn.Dropout(dropout)
        self.register_buffer("pe", pe.unsqueeze(0))

    def forward(self, x: Tensor) -> Tensor:
        return self.dropout(x + self.pe[:, :x.size(1)])


class Seq2Seq(nn.Module):
    def __init__(self, vocab: int, d_model: int = 8, nhead: int = 2):
        super().__init__()
        self.d_model = d_model
        self.src_emb = nn.Embedding(vocab, d_model, padding_idx=PAD)
        self.tgt_emb = nn.Embedding(vocab, d_model, padding_idx=PAD)
        self.pos = PositionalEncoding(d_model)
        self.transformer = nn.Transformer(d_model=d_model, nhead=nhead, num_encoder_layers=1,
                                          num_decoder_layers=2, dim_feedforward=16, dropout=0.0,
                                          batch_first=True, norm_first=False)
        self.generator = nn.Linear(d_model, vocab)
        for p in self.parameters():
            if p.dim() > 1:
                nn.init.xavier_uniform_(p)

    def forward(self, src, tgt):
        T = tgt.size(1)
        causal = torch.triu(torch.ones(T, T, dtype=torch.bool, device=tgt.device), diagonal=1)
        src_pad, tgt_pad = (src == PAD), (tgt == PAD)
        out = self.transformer(self.embed(self.src_emb, src), self.embed(self.tgt_emb, tgt), tgt_mask=causal,
                               src_key_padding_mask=src_pad, tgt_key_padding_mask=tgt_pad,
                               memory_key_padding_mask=src_pad)
        return self.generator(out)

    def embed(self, table, tokens):
        return self.pos(table(tokens) * math.sqrt(self.d_model))

    def encode(self, src, mask):
        return self.transformer.encoder(self.embed(self.src_emb, src), src_key_padding_mask=mask)

    def decode(self, ys, memory, mask):
        causal = nn.Transformer.generate_square_subsequent_mask(ys.size(1)).to(memory)
        return self.transformer.decoder(self.embed(self.tgt_emb, ys), memory, tgt_mask=causal,
                                        memory_key_padding_mask=mask)


@torch.no_grad()
def greedy_decode(model, src, max_len):
    mask = src.eq(PAD)
    memory = model.encode(src, mask)
    ys = torch.full((src.size(0), 1), BOS, dtype=torch.long, device=src.device)
    for _ in range(max_len):
        logits = model.generator(model.decode(ys, memory, mask)[:, -1])
        next_word = logits.argmax(dim=-1, keepdim=True)
        ys = torch.cat([ys, next_word], dim=1)
    return ys


def build():
    return Seq2Seq(vocab=9)


def inputs(rng):
    src = rng.integers(3, 9, (4, 6))
    tgt = np.concatenate([np.full((4, 1), BOS), src[:, ::-1], np.full((4, 1), EOS)], axis=1)    # backwards
    src[1, 4:] = PAD
    tgt[2, 6:] = PAD
    return src, tgt


def train(model, src, tgt):
    criterion = nn.CrossEntropyLoss(ignore_index=PAD, label_smoothing=0.1)
    optimizer = torch.optim.Adam(model.parameters(), lr=1.0, betas=(0.9, 0.98), eps=1e-9)
    d, warmup = model.d_model, 20
    scheduler = LambdaLR(optimizer,
                         lambda step: d ** -0.5 * min((step + 1) ** -0.5, (step + 1) * warmup ** -1.5))
    model.train()
    losses = []
    for _ in range(8):
        logits = model(src, tgt[:, :-1])        # the next token, given the correct ones so far
        optimizer.zero_grad()
        loss = criterion(logits.reshape(-1, logits.shape[-1]), tgt[:, 1:].reshape(-1))
        loss.backward()
        optimizer.step()
        scheduler.step()
        losses.append(loss.item())
    return losses


def outputs(model, src, tgt):
    model.eval()
    with torch.no_grad():
        logits = model(src, tgt[:, :-1])
    return logits[tgt[:, :-1] != PAD], greedy_decode(model, src, max_len=5)
