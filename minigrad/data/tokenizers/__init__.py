"""The tokenizers of pretrained models: text becomes ids of pieces of words, and back.

    wordpiece     WordPieceTokenizer, BERT's: words, and the longest known pieces of unknown words
    byte_bpe      ByteBPETokenizer, GPT-2's: any text, as pairs of bytes that training has merged
    file          tokenizer.json, the file in which both are stored, and special tokens inside a text

Both give the ids that the library `tokenizers` of Hugging Face gives, and read and write its files.
"""
