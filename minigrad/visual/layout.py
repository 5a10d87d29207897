"""Graph layout: layers from top to bottom, few crossings, short and straight lines.

Four steps, after Sugiyama, Tagawa and Toda 1981, IEEE Trans. SMC 11, 109-125:

    layers      a box is one layer above the highest box that reads it
    rails       a line across several layers gets a stop in each of them; all readers share one rail
    order       sort each layer by the mean position of the neighbours, in sweeps down and up
    places      move boxes as close to their neighbours as the widths allow

Boxes are numbered 0, 1, ... with inputs before their readers; stops get the numbers after them.
"""

from statistics import fmean

ORDER_SWEEPS, PLACE_SWEEPS = 16, 40
GAP = 20            # pixels between two boxes in a layer
LAYER_GAP = 30      # pixels between two layers
PORT_GAP = 14       # pixels between two lines that end at the same box
STOP_WIDTH = 4      # pixels

# How strongly a line pulls its ends together: the trunk stays straight, branches bend.
RAIL, TRUNK, BRANCH = 8.0, 1.0, 0.001


def layered(sizes, inputs):
    """Lay out boxes of the given (width, height) -> (centres, lines, (width, height)), in pixels.

    inputs: for each box, the boxes it reads. A line is (x, y, bottom, to_x, top, to_y, reader): it starts
    at (x, y), is vertical down to `bottom`, the end of its layer, and again from `top`, the start of the
    next layer. It ends at (to_x, to_y), at the box `reader`, or at a stop if reader is None.
    """
    layer = layers(inputs)
    above, origin = rails(inputs, layer)
    below = [[] for _ in layer]
    for item, neighbours in enumerate(above):
        for neighbour in neighbours:
            below[neighbour].append(item)
    rows = [[] for _ in range(max(layer) + 1)]
    for item in sorted(range(len(layer)), key=origin.__getitem__):
        rows[layer[item]].append(item)
    rows = ordered(rows, above, below)

    widths = [w for w, _ in sizes] + [STOP_WIDTH] * (len(layer) - len(sizes))
    x = placed(rows, above, below, widths, strengths(inputs, above))
    left = min(x[i] - w / 2 for i, w in enumerate(widths))
    x = [each - left for each in x]
    tops, bottoms, y = [], [], 0.0
    for row in rows:
        tops.append(y)
        bottoms.append(y + max((sizes[i][1] for i in row if i < len(sizes)), default=0))
        y = bottoms[-1] + LAYER_GAP
    middle = [(tops[level] + bottoms[level]) / 2 for level in layer]

    lines = []
    for item, neighbours in enumerate(above):
        level = layer[item]
        is_box = item < len(sizes)
        to_y = middle[item] - sizes[item][1] / 2 if is_box else bottoms[level]
        for to_x, source in zip(ports(x[item], [x[n] for n in neighbours], widths[item]), neighbours):
            y = middle[source] + sizes[source][1] / 2 if source < len(sizes) else bottoms[level - 1]
            lines.append((x[source], y, bottoms[level - 1], to_x, tops[level], to_y, item
                          if is_box else None))
    width = max(x[i] + w / 2 for i, w in enumerate(widths))
    return [(x[i], middle[i]) for i in range(len(sizes))], lines, (width, bottoms[-1])


def layers(inputs):
    """The layer of each box, 0 at the top: the lowest that is above all its readers."""
    height = [0] * len(inputs)
    for box in reversed(range(len(inputs))):
        for source in inputs[box]:
            height[source] = max(height[source], height[box] + 1)
    top = max(height)
    return [top - h for h in height]


def rails(inputs, layer):
    """(above, origin): the neighbours of each box or stop in the layer above, and the box a rail starts at.

    Appends the layers of the stops to `layer`.
    """
    above, origin = [[] for _ in inputs], list(range(len(inputs)))
    stops = {}                      # (box, layer) -> the stop of its rail there
    for reader, sources in enumerate(inputs):
        for source in sources:
            at = source
            for level in range(layer[source] + 1, layer[reader]):
                if (source, level) not in stops:
                    stops[source, level] = len(layer)
                    layer.append(level)
                    above.append([at])
                    origin.append(source)
                at = stops[source, level]
            above[reader].append(at)
    return above, origin


def ordered(rows, above, below):
    """Sort each row to reduce crossings."""
    place = {item: i for row in rows for i, item in enumerate(row)}
    best, fewest = rows, crossings(rows, above, place)
    for sweep in range(ORDER_SWEEPS):
        if not fewest:
            break
        neighbours, order = ((above, rows) if sweep % 2 == 0 else (below, rows[::-1]))
        for row in order:
            row.sort(key=lambda item: (fmean(place[n] for n in neighbours[item]) if neighbours[item]
                                       else place[item]))
            place.update((item, i) for i, item in enumerate(row))
        count = crossings(rows, above, place)
        if count < fewest:
            best, fewest = [list(row) for row in rows], count
    return best


def crossings(rows, above, place):
    """The number of crossing lines between adjacent layers."""
    total = 0
    for row in rows:
        ends = [end for item in row for end in sorted(place[n] for n in above[item])]
        total += sum(a > b for i, b in enumerate(ends) for a in ends[:i])
    return total


def strengths(inputs, above):
    """(item, neighbour) -> the strength of the line between them."""
    boxes = len(inputs)
    strength = {}
    for item, neighbours in enumerate(above):
        for neighbour in neighbours:
            if item >= boxes and neighbour >= boxes:
                pull = RAIL
            elif item >= boxes or neighbour >= boxes or not inputs[neighbour]:
                pull = BRANCH
            else:
                pull = TRUNK
            strength[item, neighbour] = strength[neighbour, item] = pull
    return strength


def placed(rows, above, below, widths, strength):
    """The x of each box and stop, chosen to minimise the sum over lines of pull * (distance in x)^2.

    Each sweep moves one row after another as close to its neighbours as possible. Early sweeps only use
    the row they come from, which makes a long trunk straight at once.
    """
    x = [0.0] * len(widths)
    for sweep in range(PLACE_SWEEPS):
        down, settled = sweep % 2 == 0, sweep > PLACE_SWEEPS // 2
        for row in rows if down else reversed(rows):
            wanted, weights = [], []
            for item in row:
                neighbours = above[item] + below[item] if settled else above[item] if down else below[item]
                pulls = [strength[item, n] for n in neighbours]
                weight = sum(pulls)
                pulled = sum(p * x[n] for p, n in zip(pulls, neighbours))
                wanted.append(pulled / weight if weight else x[item])
                weights.append(weight or BRANCH)
            gaps = [(widths[a] + widths[b]) / 2 + GAP for a, b in zip(row, row[1:])]
            for item, at in zip(row, spread(wanted, weights, gaps)):
                x[item] = at
    return x


def spread(wanted, weights, gaps):
    """The positions closest to the wanted ones, by weighted squares, that keep the gaps between neighbours.

    After subtracting the gaps, positions must not decrease: isotonic regression, solved by merging
    neighbours in the wrong order into blocks.

    >>> spread([0, 0, 10], [1, 1, 1], [4, 4])
    [-2.0, 2.0, 10.0]
    """
    offsets = [0.0]
    for gap in gaps:
        offsets.append(offsets[-1] + gap)
    blocks = []                     # (mean, weight, length)
    for want, weight, offset in zip(wanted, weights, offsets):
        mean, length = want - offset, 1
        while blocks and blocks[-1][0] > mean:
            before, before_weight, before_length = blocks.pop()
            mean = (mean * weight + before * before_weight) / (weight + before_weight)
            weight, length = weight + before_weight, length + before_length
        blocks.append((mean, weight, length))
    means = [mean for mean, _, length in blocks for _ in range(length)]
    return [mean + offset for mean, offset in zip(means, offsets)]


def ports(x, sources, width):
    """Where on the top edge of a box at x its incoming lines end: straight below the sources if possible."""
    half = max(0.0, width / 2 - 10)
    left, right = x - half, x + half
    order = sorted(range(len(sources)), key=sources.__getitem__)
    wanted = [left, *(min(max(sources[i], left), right) for i in order), right]
    gap = min(PORT_GAP, 2 * half / max(1, len(order) - 1))
    gaps = [0.0, *[gap] * (len(order) - 1), 0.0]
    weights = [1e9, *[1.0] * len(order), 1e9]       # the ends are fixed
    found = dict(zip(order, spread(wanted, weights, gaps)[1:]))
    return [found[i] for i in range(len(sources))]
