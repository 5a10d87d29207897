"""Three networks on real data; each file is a lesson to read from top to bottom.

    house_price.py   a multi-layer perceptron, 3 -> 10 -> 1, on house sales
    mnist.py         a convolutional network on handwritten digits
    sentiment.py     a Transformer encoder on film reviews

`python -m minigrad demo NAME` runs one (../cli.py). lesson.py has the helpers they share;
exercise.py checks the exercises of the notebooks.
"""
