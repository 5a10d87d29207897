"""Networks on real data; each file is a lesson to read from top to bottom.

    fine_tune.py     a pretrained BERT trained further on film reviews
    house_price.py   a multi-layer perceptron, 3 -> 10 -> 1, on house sales
    mnist.py         a convolutional network on handwritten digits
    search.py        a pretrained BERT that finds film reviews by meaning; nothing is trained
    sentiment.py     a Transformer encoder on film reviews

`python -m minigrad demo NAME` runs one (../cli.py). index.py lists them with their options, lesson.py has the
helpers they share.
"""
