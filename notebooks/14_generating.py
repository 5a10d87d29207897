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
# # 14. Generating: VAE, GAN, diffusion
#
# So far a picture came in and an answer came out. Now it is the other way round: out of random numbers shall
# come a picture of a digit that nobody has written. There is no right answer to compare with, so where does
# the loss come from? Three ideas have shaped the field:
#
# - a *variational autoencoder* learns a code from which pictures can be rebuilt, and keeps the codes so tidy
#   that a random code gives a picture, too;
# - a *generative adversarial network* lets two networks compete: one draws, the other tells drawings from
#   real pictures;
# - a *diffusion model* learns to take a little noise away, and starts from nothing but noise.
#
# You build all three, each with small networks. They learn within a minute or so, so do not expect them to
# draw as the large ones do. You will measure how well they draw, too.
#
# You need lessons 5 (losses, optimizers), 9 (digits) and, for the sigmoid, 11. The lesson takes about an
# hour.

# %% tags=["setup", "remove-cell"]
# Where minigrad is missing, such as in a browser or in Colab, this cell installs it.
try:
    import minigrad.course
except ImportError:
    print("Installing minigrad: this takes a moment.")
    # %pip install -q minigrad-edu matplotlib

# %%
import matplotlib.pyplot as plt
import numpy as np

import minigrad
from minigrad import nn, optim
from minigrad.course import effort, grade
from minigrad.data import mnist
from minigrad.distributions import Normal, kl_divergence
from minigrad.nn import functional as F

minigrad.manual_seed(0)
plt.rcParams.update({"figure.dpi": 90, "figure.constrained_layout.use": True, "axes.grid": True,
                     "grid.alpha": 0.3, "axes.spines.top": False, "axes.spines.right": False})

# %% [markdown]
# ## 1. Digits, and a judge
#
# To save time, the pictures are small: each pixel is the mean of 2 by 2 pixels of MNIST. That makes 14 by 14
# of them, 196 numbers from 0 (paper) to 1 (ink).

# %%
def digits(count):
    """(pictures, labels): (count, 196) from 0 to 1, and (count,)."""
    images, labels = mnist("train")
    small = images[:count].reshape(-1, 14, 2, 14, 2).mean((2, 4)).reshape(-1, 196) / 255
    return minigrad.tensor(small, dtype=minigrad.float32), minigrad.tensor(labels[:count])


def show(rows, width=20):
    """Draw rows of pictures: {title: (N, 196)}, of each the first ones."""
    fig, axes = plt.subplots(len(rows), 1, figsize=(9, 0.62 * len(rows)), squeeze=False)
    for ax, (title, pictures) in zip(axes[:, 0], rows.items()):
        strip = pictures[:width].detach().numpy().reshape(-1, 14, 14).transpose(1, 0, 2).reshape(14, -1)
        ax.imshow(strip, cmap="gray_r", vmin=0, vmax=1)
        ax.set_ylabel(title, rotation=0, ha="right", va="center")
        ax.set(xticks=[], yticks=[])
        ax.grid(False)
        ax.spines[:].set_visible(False)
    plt.show()


learnt, kept_back = effort((20_000, 2000), fast=(500, 300), browser=(8000, 2000))
pictures, answers = digits(learnt + kept_back)
images, labels = pictures[:learnt], answers[:learnt]
test_images, test_labels = pictures[learnt:], answers[learnt:]
show({"real": images, "noise": minigrad.rand(20, 196)})

# %% [markdown]
# All networks of this lesson are trained alike: Adam, random batches, a learning rate that falls to 0.

# %%
def rows_of(count, batch=100):
    """A random batch: the numbers of its rows."""
    return minigrad.randint(0, count, (batch,))


def train(modules, loss_of, steps, lr):
    """Minimise loss_of(a batch of pictures, their labels) with Adam; the loss of each step."""
    optimizer = optim.Adam([p for module in modules for p in module.parameters()], lr=lr)
    schedule = optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    losses = []
    for _ in range(steps):
        rows = rows_of(len(images))
        loss = loss_of(images[rows], labels[rows])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        losses.append(loss.item())
    return losses


reader = nn.Sequential(nn.Linear(196, 128), nn.ReLU(), nn.Linear(128, 10))
train([reader], lambda x, y: F.cross_entropy(reader(x), y), effort(1200, fast=60, browser=400), 0.003)
right = (reader(test_images).argmax(1) == test_labels).float().mean().item()
print(f"the reader reads {right:.1%} of {len(test_images)} unseen digits right")

# %% [markdown]
# This *reader* shall be the judge of what we draw. Three numbers:
#
# - *sure*: the share of pictures for which one of its ten probabilities is above 0.9;
# - *kinds*: how many different digits it sees, $e^H$ with the *entropy* $H = -\sum_k s_k \ln s_k$ of the
#   shares $s_k$ of the ten digits. All equally often gives 10, always the same one gives 1;
# - *distance*: how much the pictures as a whole differ from real ones, in the 128 numbers that the reader
#   computes before its answer. It compares their means $m$ and covariances $C$: $|m - m'|^2 +
#   \operatorname{tr}(C + C' - 2\sqrt{C C'})$. (A covariance says how two of the numbers vary together, $C$ is
#   the matrix of all of them, and $\operatorname{tr}$ is the sum of a diagonal.) With the features of a large
#   network it is known as the Fréchet Inception Distance (Heusel et al. 2017, arXiv:1706.08500). Smaller is
#   better.

# %%
def features(pictures):
    x = reader[:2](pictures).detach().numpy().astype(float)
    return x.mean(0), np.cov(x.T)


def distance(pictures, others):
    (m, c), (n, d) = features(pictures), features(others)
    roots = np.sqrt(np.maximum(np.linalg.eigvals(c @ d).real, 0))
    return ((m - n) ** 2).sum() + np.trace(c) + np.trace(d) - 2 * roots.sum()


verdicts = {}


def judge(name, pictures):
    """Print and note the three numbers; the distance is that to the unseen digits."""
    p = reader(pictures).softmax(1).detach().numpy()
    shares = np.bincount(p.argmax(1), minlength=10) / len(p)
    kinds = np.exp(-sum(share * np.log(share) for share in shares if share > 0))
    verdicts[name] = (p.max(1) > 0.9).mean(), kinds, distance(pictures, test_images)
    print("{:22} sure {:4.0%}   kinds {:4.1f}   distance {:6.1f}".format(name, *verdicts[name]))


count = effort(1000, fast=200)
judge("real digits", images[:count])
judge("noise", minigrad.rand(count, 196))
judge("one digit, repeated", images[:1].expand(count, 196))

# %% [markdown]
# Nothing can be better than the first line: real digits, compared with others. (Two samples differ by chance,
# so their distance is not 0.) The other lines show why one number is not enough: a reader that has seen
# nothing but digits takes noise for some digit, too, and often surely so; and who always draws the same digit
# shows one kind only. The distance notices both.
#
# ## 2. A code for pictures
#
# An *autoencoder* consists of two networks. The *encoder* turns 196 numbers into a few, the *code*; the
# *decoder* turns the code into a picture. Both learn together, with the loss that the picture should come out
# as it went in. The code is a bottleneck: it has room only for what makes the difference between digits. Each
# pixel is a number from 0 to 1, so the loss is the cross entropy between two answers, paper and ink, as in
# lesson 11, for a logit $a$ and a pixel $x$: $-x \ln \sigma(a) - (1 - x) \ln(1 - \sigma(a))$.

# %%
CODE = 8


def network(*widths):
    """Linear layers of these widths with ReLU between them."""
    layers = [layer for pair in zip(widths, widths[1:]) for layer in (nn.Linear(*pair), nn.ReLU())]
    return nn.Sequential(*layers[:-1])


def missing(logits, x):
    """How badly logits describe the pictures x: the mean over pictures of the sum over pixels, in nats."""
    return F.binary_cross_entropy_with_logits(logits, x, reduction="sum") / len(x)


encoder, decoder = network(196, 256, CODE), network(CODE, 256, 196)
steps = effort(1500, fast=60, browser=300)
train([encoder, decoder], lambda x, y: missing(decoder(encoder(x)), x), steps, 0.003)

codes = encoder(test_images)
print("standard deviations of the numbers in the codes:", codes.std(0).detach().numpy().round(1))
drawn = decoder(minigrad.randn(count, CODE) * codes.std(0)).sigmoid()
show({"real": test_images, "rebuilt": decoder(codes).sigmoid(), "random code": drawn})
judge("autoencoder", drawn)

# %% [markdown]
# It rebuilds pictures it has never seen. But a random code gives something in between, even if its numbers
# are spread as those of real codes are. Nothing in the loss asks that the codes of digits fill a known region
# without gaps. So nobody knows where to take a new code from.
#
# ## 3. The variational autoencoder
#
# Kingma and Welling (2013, arXiv:1312.6114) give each picture not a point but a small cloud: the encoder
# returns the mean $\mu$ and the spread $\sigma$ of a normal distribution, and the code $z$ is *drawn* from
# it. So the decoder sees neighbouring codes as well, and the gaps close. And a second term in the loss pulls
# all clouds towards the standard normal distribution (mean 0, spread 1), from which new codes can be drawn:
#
# $$\text{loss} = \underbrace{-\log p(x \mid z)}_{\text{is the picture rebuilt?}}
#   + \underbrace{\mathrm{KL}\big(\mathcal N(\mu, \sigma^2)\,\big\|\,\mathcal N(0, 1)\big)}_{
#   \text{how much does the code tell?}}$$
#
# The negative of this loss is called *ELBO*, evidence lower bound: it is never more than $\log p(x)$, the
# logarithm of the probability that the decoder draws exactly $x$ from a random code. So who makes the loss
# small makes the training pictures likely. The *KL divergence* (Kullback-Leibler) measures in nats how far
# one distribution is from another. It is 0 if they are the same.
#
# There is a hitch. How does a gradient pass through a random draw? By drawing the randomness somewhere else:
# with noise $\epsilon$ from the standard normal distribution,
#
# $$z = \mu + \sigma\,\epsilon$$
#
# is spread as it should be, and depends on $\mu$ and $\sigma$ by plain arithmetic. This is the
# *reparametrisation*. Networks give $\log \sigma^2$ instead of $\sigma$, because it may have any sign.
#
# ### Exercise 14.1: draw so that gradients get through

# %% tags=["exercise"]
def draw(mean, log_variance, noise):
    """Codes with this mean and logarithm of the variance, from standard normal noise; all of one shape."""
    ...


# %% tags=["check"]
grade("14.1", draw)

# %% [markdown]
# <details><summary>Hint</summary>
#
# $\sigma$ is the root of the variance, and the variance is `log_variance.exp()`. The root of $e^v$ is
# $e^{v/2}$.
# </details>
#
# <details><summary>Solution</summary>
#
# ```python
# def draw(mean, log_variance, noise):
#     return mean + (log_variance / 2).exp() * noise
# ```
# </details>

# %% [markdown]
# For normal distributions the divergence needs no drawing at all. For a single number of the code, the
# integral $\int q(z) \log \frac{q(z)}{p(z)}\,dz$ with $q = \mathcal N(\mu, \sigma^2)$ and
# $p = \mathcal N(0, 1)$ is
#
# $$\mathrm{KL} = \tfrac12\left(\mu^2 + \sigma^2 - \log \sigma^2 - 1\right),$$
#
# (Kingma and Welling, appendix B), and for independent numbers the divergences add up.
#
# ### Exercise 14.2: how far from the standard normal?
#
# If it is right, a variational autoencoder is trained with it and draws.

# %% tags=["exercise"]
def kl(mean, log_variance):
    """The divergence of each code from the standard normal distribution: (N, code), (N, code) -> (N,)."""
    ...


# %% tags=["check"]
grade("14.2", kl)

# %% [markdown]
# <details><summary>Hint</summary>
#
# Write the formula with `mean` and `log_variance`, then `.sum(1)`.
# </details>
#
# <details><summary>Solution</summary>
#
# ```python
# def kl(mean, log_variance):
#     return ((mean ** 2 + log_variance.exp() - log_variance - 1) / 2).sum(1)
# ```
# </details>

# %% [markdown]
# minigrad has both in `minigrad.distributions`: `rsample` draws with reparametrisation, `kl_divergence` knows
# the formula. With them, the whole model is a few lines.

# %%
encoder, decoder = network(196, 256, 2 * CODE), network(CODE, 256, 196)
standard = Normal(minigrad.zeros(CODE), minigrad.ones(CODE))
terms = []


def vae_loss(x, y):
    mean, log_variance = encoder(x).chunk(2, 1)
    cloud = Normal(mean, (log_variance / 2).exp())
    rebuilt, told = missing(decoder(cloud.rsample()), x), kl_divergence(cloud, standard).sum(1).mean()
    terms.append((rebuilt.item(), told.item()))
    return rebuilt + told


train([encoder, decoder], vae_loss, effort(2500, fast=60, browser=400), 0.003)
drawn = decoder(minigrad.randn(count, CODE)).sigmoid()

fig, ax = plt.subplots(figsize=(6, 3))
for values, style, label in zip(np.transpose(terms), ["C0-", "C1--"], ["the picture", "the code (KL)"]):
    smooth = np.convolve(values, np.ones(20) / 20, "valid")
    ax.semilogy(smooth, style, label=label)
ax.set(xlabel="steps", ylabel="loss (nats per picture)", title="The two terms, mean over 20 steps")
ax.legend()
plt.show()
show({"VAE": drawn})
judge("VAE", drawn)

# %% [markdown]
# And because the space of codes has no gaps, one can walk in it. Here are the pictures on straight lines from
# the code of one real digit to that of another.

# %%
walks = {}
for start, end in [(0, 1), (2, 3), (4, 8)]:
    a, b = (encoder(test_images[i:i + 1]).chunk(2, 1)[0] for i in (start, end))
    share = minigrad.linspace(0, 1, 20)[:, None]
    title = f"{test_labels[start].item()} to {test_labels[end].item()}"
    walks[title] = decoder(a + share * (b - a)).sigmoid()
show(walks)

# %% [markdown]
# The pictures are soft. That is a consequence of the loss: where the decoder does not know whether a pixel
# has ink, the best it can do pixel by pixel is grey.
#
# ## 4. A contest
#
# Goodfellow et al. (2014, arXiv:1406.2661) have no loss for pixels at all. Their *generator* $G$ makes a
# picture of random numbers. Their *discriminator* $D$ sees a picture and says how likely it is a real one, as
# a logit: a number whose sigmoid is the probability. $D$ learns to tell them apart, $G$ learns to be taken
# for real:
#
# $$L_D = -\log \sigma(D(x)) - \log\big(1 - \sigma(D(G(z)))\big), \qquad L_G = -\log \sigma(D(G(z))).$$
#
# In a pure contest, $L_G$ would be the negative of $L_D$. The part of it that depends on $G$ is $\log(1 -
# \sigma(D(G(z))))$. But at the beginning $D$ recognises every drawing, $\sigma$ is nearly 0, and this loss is
# nearly flat: it *saturates*. The form above, also proposed in the paper (section 3), has its steepest slope
# just there.
#
# ### Exercise 14.3: two losses, one contest
#
# Compute both from logits. A logit can be $-200$, and then $\log \sigma$ is fine, but $\sigma$ is 0 in
# float32: do not compute the one by the other.

# %% tags=["exercise"]
def gan_losses(real, fake):
    """(loss of the discriminator, loss of the generator), from its logits for real and for drawn pictures.

    The discriminator's is the sum of two means, over the real and over the drawn pictures."""
    ...


# %% tags=["check"]
grade("14.3", gan_losses)

# %% [markdown]
# <details><summary>Hint</summary>
#
# $-\log \sigma(a) = \log(1 + e^{-a})$, which is `F.softplus(-a)`, and $-\log(1 - \sigma(a))$ is
# `F.softplus(a)`.
# </details>
#
# <details><summary>Solution</summary>
#
# ```python
# def gan_losses(real, fake):
#     critic = F.softplus(-real).mean() + F.softplus(fake).mean()
#     return critic, F.softplus(-fake).mean()
# ```
# </details>

# %% [markdown]
# The two take turns. Note `detach`: the step of the discriminator must not change the generator.
# `nn.LeakyReLU(0.2)` multiplies a negative number by 0.2, where ReLU makes it 0, so that it has a slope
# there, too. Dropout makes the discriminator a little worse; if it wins completely, the generator learns
# nothing more.

# %%
generator = network(32, 256, 256, 196)
critic = nn.Sequential(nn.Linear(196, 256), nn.LeakyReLU(0.2), nn.Dropout(0.3),
                       nn.Linear(256, 128), nn.LeakyReLU(0.2), nn.Dropout(0.3), nn.Linear(128, 1))
of_generator = optim.Adam(generator.parameters(), lr=0.0005, betas=(0.5, 0.999))
of_critic = optim.Adam(critic.parameters(), lr=0.0005, betas=(0.5, 0.999))
balance = []
for _ in range(effort(3000, fast=60, browser=200)):
    x, fake = images[rows_of(len(images))], generator(minigrad.randn(100, 32)).sigmoid()
    real_logit, fake_logit = critic(x), critic(fake.detach())
    loss = F.softplus(-real_logit).mean() + F.softplus(fake_logit).mean()
    of_critic.zero_grad()
    loss.backward()
    of_critic.step()

    loss = F.softplus(-critic(fake)).mean()
    of_generator.zero_grad()
    loss.backward()
    of_generator.step()
    balance.append([(real_logit > 0).float().mean().item(), (fake_logit < 0).float().mean().item()])

drawn = generator(minigrad.randn(count, 32)).sigmoid()
fig, ax = plt.subplots(figsize=(6, 3))
for shares, style, label in zip(np.transpose(balance), ["C0-", "C1--"],
                                ["real, taken for real", "drawn, found out"]):
    ax.plot(np.convolve(shares, np.ones(50) / 50, "valid") * 100, style, label=label)
ax.axhline(50, color="k", ls=":", label="guessing")
ax.set(xlabel="steps", ylabel="right answers (%)", ylim=(0, 102),
       title="How well the discriminator does, mean over 50 steps")
ax.legend(loc="lower right")
plt.show()
show({"GAN": drawn})
judge("GAN", drawn)

# %% [markdown]
# Watch the balance instead of the losses: there is no loss here that should fall. At 50 % for both, the
# discriminator would only be guessing, and the drawings would be perfect, or the discriminator weak. Near 100
# % the generator has little to go by. Soft grey would be found out, so the strokes are darker than those of
# the VAE, though many a digit is in pieces after so short a contest. And nothing asks the generator to draw
# *all* digits: some may become rare, which shows in *kinds*. In bad cases only one picture is left, which is
# called *mode collapse*.
#
# ## 5. Out of noise
#
# The third idea makes the difficult step, from noise to picture, out of many easy ones. The way *from the
# picture to noise* is easy: in each of $T$ steps, shrink the picture a little and add a little noise,
#
# $$x_t = \sqrt{1 - \beta_t}\; x_{t-1} + \sqrt{\beta_t}\; \epsilon,$$
#
# with a *schedule* of small variances $\beta_t$. After enough steps nothing but noise is left. A network then
# learns one step of the way back (Sohl-Dickstein et al. 2015; Ho et al. 2020, arXiv:2006.11239).
#
# For training we need pictures at any step $t$. All the steps before are sums of independent normal noise,
# and those add up to a single one. With $\bar\alpha_t = \prod_{s \le t} (1 - \beta_s)$, what is left of the
# picture's variance, it is one jump (Ho et al., equation 4):
#
# $$x_t = \sqrt{\bar\alpha_t}\; x_0 + \sqrt{1 - \bar\alpha_t}\; \epsilon.$$

# %%
T = 40
betas = minigrad.linspace(0.002, 0.2, T)
alpha_bar = (1 - betas).cumprod(0)
signal, spread = alpha_bar.sqrt(), (1 - alpha_bar).sqrt()

moments = [0, 2, 5, 8, 11, 15, 20, 26, 32, 39]
epsilon = minigrad.randn(1, 196)
stages = {}
for i in (0, 1, 4):
    x = 2 * test_images[i:i + 1] - 1
    steps = [(signal[t] * x + spread[t] * epsilon + 1) / 2 for t in moments]
    stages[f"a {test_labels[i].item()}"] = minigrad.cat(steps)
show(stages, width=len(moments))
fig, ax = plt.subplots(figsize=(6, 2.6))
ax.plot(signal.numpy(), "C0o-", ms=3, label="factor of the picture")
ax.plot(spread.numpy(), "C1s--", ms=3, label="factor of the noise")
ax.set(xlabel="step t", ylabel="factor", title="The schedule")
ax.legend()
plt.show()
print("the pictures above are at the steps", *moments)

# %% [markdown]
# (For diffusion the pixels go from $-1$ to $1$, so that picture and noise are of about the same size.)
#
# ### Exercise 14.4: to step t in one jump
#
# Each picture of the batch has its own $t$, counted from 0: at `t = 0` there has been one step of noise.

# %% tags=["exercise"]
def noised(x, noise, t, betas):
    """x (N, D) after steps 0 to t (N,) of noise; noise (N, D) is standard normal, betas (T,) the schedule."""
    ...


# %% tags=["check"]
grade("14.4", noised)

# %% [markdown]
# <details><summary>Hint</summary>
#
# `(1 - betas).cumprod(0)` holds all $\bar\alpha$; `[t]` takes one for each picture; `[:, None]` makes a
# column of them, which stretches over the pixels.
# </details>
#
# <details><summary>Solution</summary>
#
# ```python
# def noised(x, noise, t, betas):
#     left = (1 - betas).cumprod(0)[t][:, None]
#     return left.sqrt() * x + (1 - left).sqrt() * noise
# ```
# </details>

# %% [markdown]
# Ho et al. train a network to predict the noise $\epsilon$ in $x_t$, by the simplest of all losses (their
# equation 14):
#
# $$L = \big\|\epsilon - \epsilon_\theta(x_t, t)\big\|^2.$$
#
# Who knows the noise knows the picture, and the other way round: $x_0 = (x_t - \sqrt{1 - \bar\alpha_t}\,
# \epsilon) / \sqrt{\bar\alpha_t}$. For a network as small as ours it is easier to guess the picture, since
# pictures are simpler than noise. So its last layer gives the picture, and the error of the noise is
# $\bar\alpha_t / (1 - \bar\alpha_t)$ times the error of the picture. We leave this factor out: it would give
# nearly all weight to the first few steps, where hardly any noise is to be seen. (`F.silu(x)` is
# $x\,\sigma(x)$, a ReLU whose bend is smooth.)

# %%
class Guess(nn.Module):
    """The picture, from -1 to 1, behind the noise in x (N, 196) at the steps t (N,)."""

    def __init__(self, width=256):
        super().__init__()
        self.step = nn.Embedding(T, width)          # tells the network how much noise there is
        self.first, self.second = nn.Linear(196, width), nn.Linear(width, width)
        self.last = nn.Linear(width, 196)

    def forward(self, x, t):
        h = F.silu(self.first(x) + self.step(t))
        h = h + F.silu(self.second(h) + self.step(t))
        return self.last(h).tanh()


guess = Guess()


def diffusion_loss(x, y):
    x, t, epsilon = 2 * x - 1, minigrad.randint(0, T, (len(x),)), minigrad.randn(*x.shape)
    return F.mse_loss(guess(signal[t][:, None] * x + spread[t][:, None] * epsilon, t), x)


losses = train([guess], diffusion_loss, effort(3000, fast=60, browser=400), 0.003)
print(f"squared error per pixel: first {losses[0]:.3f}, mean of the last 100 {np.mean(losses[-100:]):.3f}; "
      f"of the mean picture {(2 * (images - images.mean(0))).square().mean().item():.3f}")

# %% [markdown]
# ### Exercise 14.5: one step back
#
# Now backwards, from $t = T - 1$ to $0$ (Ho et al., algorithm 2). With the predicted noise $\hat\epsilon$,
# the mean of $x_{t-1}$ is
#
# $$\frac{1}{\sqrt{1 - \beta_t}} \left(x_t - \frac{\beta_t}{\sqrt{1 - \bar\alpha_t}}\;\hat\epsilon\right),$$
#
# and around it there is fresh noise with variance $\beta_t$, except in the very last step, $t = 0$. Why add
# noise when we want to get rid of it? The guess at large $t$ is a blur of all digits that are possible. The
# noise decides among them, little by little, and the network corrects what does not fit.
#
# If it is right, a trained network draws with your step.

# %% tags=["exercise"]
def step_back(x, predicted, t, betas, noise):
    """x at step t - 1, from x (N, D) at step t, a Python int; predicted and noise: (N, D); betas: (T,)."""
    ...


# %% tags=["check"]
grade("14.5", step_back)

# %% [markdown]
# <details><summary>Hint</summary>
#
# The mean is the formula, with `(1 - betas).cumprod(0)[t]` for $\bar\alpha_t$. Then
# `+ betas[t].sqrt() * noise if t > 0`.
# </details>
#
# <details><summary>Solution</summary>
#
# ```python
# def step_back(x, predicted, t, betas, noise):
#     left = (1 - betas).cumprod(0)[t]
#     mean = (x - betas[t] / (1 - left).sqrt() * predicted) / (1 - betas[t]).sqrt()
#     return mean + betas[t].sqrt() * noise if t > 0 else mean
# ```
# </details>

# %% [markdown]
# The same loop for the network above. The first picture shows how a few digits come out of the noise, and
# what the network takes them for on the way.

# %%
x, seen, guessed = minigrad.randn(count, 196), [], []
with minigrad.no_grad():
    for t in reversed(range(T)):
        picture = guess(x, minigrad.full((count,), t, dtype=minigrad.int64))
        if t in moments:
            seen.append(x[:3])
            guessed.append(picture[:3])
        predicted = (x - signal[t] * picture) / spread[t]
        x = (x - betas[t] / spread[t] * predicted) / (1 - betas[t]).sqrt()
        if t > 0:
            x = x + betas[t].sqrt() * minigrad.randn(*x.shape)
drawn = ((x + 1) / 2).clamp(0, 1)

paths = {}
for i in range(3):
    paths[f"x, digit {i + 1}"] = minigrad.stack([(each[i] + 1) / 2 for each in seen])
    paths["its guess" + " " * i] = minigrad.stack([(each[i] + 1) / 2 for each in guessed])
show(paths, width=len(moments))
show({"diffusion": drawn})
judge("diffusion", drawn)

# %% [markdown]
# ## 6. Which one is best?

# %%
names = ["real digits", "autoencoder", "VAE", "GAN", "diffusion", "noise"]
fig, axes = plt.subplots(1, 3, figsize=(9, 2.8), sharey=True)
titles = ["sure (larger is better)", "kinds (larger is better)", "distance (smaller is better)"]
units = ["share of the pictures", "digits", "squared features (log scale)"]
for k, (ax, title, unit) in enumerate(zip(axes, titles, units)):
    values = [verdicts[name][k] for name in names]
    bars = ax.barh(names, values, color=["C7", "C2", "C0", "C1", "C4", "C7"],
                   hatch=["", "..", "", "//", "xx", ""])
    ax.bar_label(bars, [f" {value:.3g}" for value in values], fontsize=8)
    ax.set(xlabel=unit, xscale="log" if k == 2 else "linear")
    ax.set_title(title, fontsize=10)
    ax.margins(x=0.25)
axes[0].invert_yaxis()
plt.show()

# %% [markdown]
# Believe this picture only for these networks and these few minutes. A judge of 128 features is a crude one,
# and it has its tastes: it does not mind grey as much as you do. What holds beyond this lesson:
#
# - A VAE trains quietly and gives a code that one can walk in, and rather soft pictures.
# - A GAN draws sharp strokes in a single pass. Its training is a balance that can tip over, and it may forget
#   kinds.
# - A diffusion model trains as quietly as any regression. It pays when it draws: one run of the network for
#   each step, here 40 for a picture. Large image models today are mostly of this family.
#
# And a question that no such number answers: does it draw new digits, or has it learnt some by heart? Look at
# the most similar training picture of each.

# %%
nearest = minigrad.cdist(drawn[:20], images).argmin(1)
show({"diffusion": drawn, "most similar": images[nearest]})

# %% [markdown]
# ## What you have learned
#
# - An autoencoder finds a code; a VAE makes the space of codes one that can be drawn from. Its loss has two
#   terms, one for the picture and one for what the code tells.
# - Randomness that is drawn outside lets gradients pass: $z = \mu + \sigma\,\epsilon$.
# - In a GAN the loss is another network. Watch the balance, not the loss.
# - Diffusion adds noise by a formula and learns to take it away; it draws step by step.
# - Judge drawings by more than one number, know what noise would get, and look at them.
#
# In lesson 15 you find out why such trainings are fast or slow, and what to do about it.
