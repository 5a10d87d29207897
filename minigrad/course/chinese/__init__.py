"""简体中文: what the course says, in simplified Chinese. WORDS in each file: {English: 中文}."""
