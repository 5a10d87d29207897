"""The tokenizers of language models: text becomes ids of pieces of words, and back.

    wordpiece     WordPieceTokenizer, BERT's: words, and the longest known pieces of unknown words
    byte_bpe      ByteBPETokenizer, GPT-2's: any text, as pairs of bytes that training has merged
    characters    CharacterTokenizer, of single characters
    file          tokenizer.json, the file in which both are stored, and special tokens inside a text

The first two give the ids that the library `tokenizers` of Hugging Face gives, and read and write its files.
"""
