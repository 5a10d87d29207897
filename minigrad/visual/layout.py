"""Where the boxes of a drawing go: layers from top to bottom, few crossings, short and straight lines.

In four steps, after Sugiyama, Tagawa and Toda 1981, IEEE Trans. SMC 11, 109-125:

    layers      a box stands right above the first box that reads it
    rails       a line over several layers gets a stop in each between; all readers branch off one rail
    order       within a layer by the mean place of the neighbours, swept down and up
    places      from left to right as near to the neighbours as the widths allow

Boxes are numbers 0, 1, ... with inputs before their readers; a stop is a number after these.
"""

from statistics import fmean

ORDER_SWEEPS, PLACE_SWEEPS = 16, 40
GAP = 20            # pixels between two boxes of a layer
LAYER_GAP = 30      # pixels between two layers
PORT_GAP = 14       # pixels between two lines that end at one box
STOP_WIDTH = 4      # pixels

# How strongly a line pulls its two ends together: the trunk is straight, what joins it gives way.
RAIL, TRUNK, BRANCH = 8.0, 1.0, 0.001


def layered(sizes, inputs):
    """(centres, lines, (width, height)) in pixels, for boxes of these (width, height).

    inputs: for each box the boxes that it reads. A line is (x, y, bottom, to_x, top, to_y, reader): it
    leaves at (x, y), is vertical down to `bottom` and from `top` on, where the layers end and begin, and
    arrives at (to_x, to_y), at the box `reader`, or at a stop, where it is None.
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
            lines.append((x[source], y, bottoms[level - 1], to_x, tops[level], to_y, item if is_box else None))
    width = max(x[i] + w / 2 for i, w in enumerate(widths))
    return [(x[i], middle[i]) for i in range(len(sizes))], lines, (width, bottoms[-1])


def layers(inputs):
    """The layer of each box, 0 on top: as low as its readers let it be."""
    height = [0] * len(inputs)
    for box in reversed(range(len(inputs))):
        for source in inputs[box]:
            height[source] = max(height[source], height[box] + 1)
    top = max(height)
    return [top - h for h in height]


def rails(inputs, layer):
    """(above, origin): what each box or stop hangs on, in the layer above it, and the box it comes from.

    Adds the layers of the stops to `layer`.
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
    """The rows, each in an order with few crossings."""
    place = {item: i for row in rows for i, item in enumerate(row)}
    best, fewest = rows, crossings(rows, above, place)
    for sweep in range(ORDER_SWEEPS):
        if not fewest:
            break
        neighbours, order = ((above, rows) if sweep % 2 == 0 else (below, rows[::-1]))
        for row in order:
            row.sort(key=lambda item: fmean(place[n] for n in neighbours[item]) if neighbours[item] else place[item])
            place.update((item, i) for i, item in enumerate(row))
        count = crossings(rows, above, place)
        if count < fewest:
            best, fewest = [list(row) for row in rows], count
    return best


def crossings(rows, above, place):
    """How many pairs of lines between neighbouring layers cross."""
    total = 0
    for row in rows:
        ends = [end for item in row for end in sorted(place[n] for n in above[item])]
        total += sum(a > b for i, b in enumerate(ends) for a in ends[:i])
    return total


def strengths(inputs, above):
    """(box or stop, what it hangs on) -> the strength of this line."""
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
    """The x of each box and stop: the sum over the lines of pull * (distance in x)^2 is small.

    Sweeps place row after row as near to its neighbours as it can be; the first ones look only at the
    rows they come from, so that a long trunk is straight at once.
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
                wanted.append(sum(p * x[n] for p, n in zip(pulls, neighbours)) / weight if weight else x[item])
                weights.append(weight or BRANCH)
            gaps = [(widths[a] + widths[b]) / 2 + GAP for a, b in zip(row, row[1:])]
            for item, at in zip(row, spread(wanted, weights, gaps)):
                x[item] = at
    return x


def spread(wanted, weights, gaps):
    """The places nearest to the wanted ones, in weighted squares, of which each keeps its gap to the next.

    Less the gaps before it a place must not be smaller than the one before: isotonic regression, solved by
    pooling neighbours that are in the wrong order into blocks.

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
    """Where on the top of a box at x the lines from these places arrive: below them where that is possible."""
    half = max(0.0, width / 2 - 10)
    left, right = x - half, x + half
    order = sorted(range(len(sources)), key=sources.__getitem__)
    wanted = [left, *(min(max(sources[i], left), right) for i in order), right]
    gap = min(PORT_GAP, 2 * half / max(1, len(order) - 1))
    gaps = [0.0, *[gap] * (len(order) - 1), 0.0]
    weights = [1e9, *[1.0] * len(order), 1e9]       # the ends stay where they are
    found = dict(zip(order, spread(wanted, weights, gaps)[1:]))
    return [found[i] for i in range(len(sources))]
