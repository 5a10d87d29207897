"""Networks on real data; each file is a lesson to read from top to bottom.

    balance.py       a policy balances a pole on a cart, by trial and error
    emoji.py         a textbook CNN, a ResNet or an Inception on emoji
    entities.py      a pretrained BERT marks people, places and products in posts
    fine_tune.py     a pretrained BERT trained further on film reviews
    forecast.py      recurrent networks and a WaveNet forecast time series
    generate.py      a GAN, a VAE or a diffusion model draws digits
    gpt.py           a small GPT writes like Shakespeare
    house_price.py   a multi-layer perceptron, 3 -> 10 -> 1, on house sales
    masked_words.py  a small BERT finds hidden words, then learns a task from few examples
    mnist.py         a convolutional network on handwritten digits
    recognise.py     pretrained networks for speech, kinds of files, faces and pronunciation
    recommend.py     films that someone will like, from made ratings
    search.py        a pretrained BERT finds film reviews by meaning
    sentiment.py     a Transformer encoder on film reviews
    spelling.py      a Transformer and an LSTM with attention learn how words are spoken
    translate.py     an LSTM with attention translates verses into French

`python -m minigrad demo NAME` runs one (../cli.py). index.py lists them with their options, lesson.py has the
helpers that all share. The other files belong to some: inputs.py to those that read houses or pictures,
words.py to sentiment, ratings.py to recommend, series.py to forecast, preparation.py and valuation.py to
house-price, generators.py and judge.py to generate, pairs.py to spelling and translate, sound.py to
recognise.
"""
