"""Ops against PyTorch's of the same name: rows of the table; argument names, positions and defaults."""

import operator

import numpy as np
import pytest
from cases.ops import CASES
from cases.row import assert_close, gradients, numbers, on

import minigrad


def function_of(torch, case):
    """PyTorch's function for a row."""
    if callable(case.torch):
        return case.torch
    if case.torch:
        return operator.attrgetter(case.torch)(torch)
    name = case.name.split()[0]
    for home in (torch.nn.functional, torch, torch.Tensor):
        if hasattr(home, name):
            return getattr(home, name)
    raise AttributeError(f"PyTorch has no {name}; say torch=False in the row {case.name!r}")


def host(y):
    return y.numpy(force=True) if type(y).__module__ == "torch" else np.asarray(y)


CONSTANTS_IN_FLOAT32 = {"hardsigmoid", "celu alpha"}            # PyTorch's constants, also for float64
TRIGAMMA = {"lgamma", "lgamma of negative numbers", "digamma", "digamma of negative numbers", "polygamma 0",
            "polygamma 1", "mvlgamma"}          # PyTorch's is right to 1e-10
SERIES = {"special.airy_ai", "special.bessel_j0", "special.bessel_j1", "special.bessel_y0",
          "special.bessel_y1"}                  # PyTorch's float64 is right to 1e-6
DIFFERENTIATED = {f"special.{name}" for name in
                  "entr erfcx i0e i1 i1e log_ndtr ndtr ndtri xlog1py zeta".split()}  # of torch.special's
ORDERS = {"floor_divide": 0, "hardsigmoid": 1, "multilabel_margin_loss": 1,
          "multilabel_margin_loss none": 1}         # how often PyTorch can differentiate it, if not twice


@pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel")
@pytest.mark.filterwarnings("ignore:reduction. 'mean' divides the total loss")
@pytest.mark.parametrize("case", [case for case in CASES if case.torch is not False],
                         ids=lambda case: case.name)
def test_values_and_derivatives_are_those_of_pytorch(torch, case, checked):
    precision = "float32" if case.name in CONSTANTS_IN_FLOAT32 | TRIGAMMA | SERIES else "float64"
    exact = np.finfo(precision).eps ** (2 / 3)      # like gradcheck: two formulas for a derivative differ
    orders = ORDERS.get(case.name, 2) if case.differentiable else 0
    orders = 0 if case.name.startswith("special.") and case.name not in DIFFERENTIATED else orders
    wanted = [orders > 0 and isinstance(each, tuple) for each in case.inputs]
    theirs = [torch.tensor(a, requires_grad=w) for a, w in zip(case.arrays(), wanted)]
    ours = [minigrad.tensor(a, requires_grad=w) for a, w in zip(case.arrays(), wanted)]
    results = case.run(ours, on("cpu"))
    expected = case.run(theirs, torch.tensor, function_of(torch, case))
    line = "Ops", case.name.split()[0]
    checked.worst(*line, "value", assert_close(results, [*map(host, expected)], precision))
    checked.count(*line, "PyTorch rows")
    ours, theirs = ([x for x in inputs if x.requires_grad] for inputs in (ours, theirs))
    for order in range(1, orders + 1):
        expected = [y for y in expected if torch.is_tensor(y) and y.requires_grad]
        if not expected:
            break
        settings = dict(create_graph=True, allow_unused=True)
        results = gradients(results, ours, **settings)
        expected = torch.autograd.grad(expected, theirs, [y.detach() for y in expected], **settings)
        results = [minigrad.zeros_like(x) if g is None else g for g, x in zip(results, ours)]
        expected = [torch.zeros_like(x) if g is None else g for g, x in zip(expected, theirs)]
        off = assert_close(results, [*map(host, expected)], precision, f"derivative of order {order}:", exact)
        checked.worst(*line, ("gradient", "second gradient")[order - 1], off)


# The same source, run by both libraries


def namespace(library, functional, make):
    """The names that expressions may use: m the library, F its functional, one tensor of each kind."""
    tensors = {name: make(value) for name, value in NUMBERS.items()}
    return {"m": library, "F": functional, "np": np, **tensors}


rng = np.random.default_rng(0)
X, Y, KERNEL = (rng.normal(size=size).astype("f4") for size in [(2, 3, 4), (2, 3, 4), (2, 3, 3)])
V, IDS = X[0, 0], np.array([0, 2, 1, 2])
NUMBERS = dict(x=X, y=Y, k=KERNEL, v=V, h=V.astype("f2"), d=V.astype("f8"), s=np.float32(1.5),
               e=np.zeros((0, 3), "f4"), n=IDS, i=IDS.astype("int32"), u=IDS.astype("uint8"), b=IDS > 0)

EXPRESSIONS = {
    "reductions": """
        x.sum(1) x.sum(1,True) x.sum((0,2)) x.sum([0,2]) x.sum(-1,keepdim=True) x.sum() m.sum(x,1)
        m.sum(x,dim=(0,1)) x.mean(1) x.mean((0,1),True) x.mean() m.mean(x,-1,True) x.var() x.var(1)
        x.var(1,False) x.var(False) x.var(dim=1,correction=0) x.var((0,1),keepdim=True)
        x.std(1,True,True) x.std() m.std(x,0,correction=2) m.var_mean(x,1)
        m.std_mean(x,dim=1,keepdim=True) x.max() x.max(1) x.max(1).values x.max(dim=1).indices
        x.max(1,True)[0] x.max(-1,keepdim=True)[1] x.min(1) x.max(y) m.max(x,1) m.max(x,y)
        m.min(x,0) x.amax(1) x.amax((0,1)) x.amax() x.amin(dim=1,keepdim=True) x.argmax()
        x.argmax(1) x.argmax(1,True) x.argmin(dim=-1) x.median() x.median(1) x.sort() x.sort(1)
        x.sort(1,True) x.sort(descending=True) x.argsort() x.argsort(1,True) x.topk(2) x.topk(2,1)
        x.topk(2,1,False) m.topk(x,2,dim=0) x.prod() x.prod(1) x.prod(1,True) x.cumsum(1)
        x.logsumexp(1) x.logsumexp((0,1),True) x.softmax(-1) x.softmax(1) x.log_softmax(dim=1)
        m.softmax(x,1) F.softmax(x,-1) F.log_softmax(x,dim=1) x.norm() x.norm(1) x.norm(2,1)
        x.norm(dim=1) x.norm(2,(0,1),True) m.norm(x,1,0) x.norm(float('inf')) x.all() x.any(1)
        (x>0).all(1,True) (x>0).any(dim=-1) x.count_nonzero() m.count_nonzero(x,1) x.nansum()
        x.aminmax() x.aminmax(dim=1,keepdim=True) b.sum() u.sum() i.prod() u.cumsum(0) e.sum()
        e.sum(0) e.sum(1) e.prod(0) e.all() e.logsumexp(0) s.sum(0) s.max(0) s.softmax(-1)
        s.cumsum(0) s.prod(0) s.median(0) s.sort() s.argmax() s.flip(0) s.norm() s.topk(1)
        s.logsumexp(-1) s.mean(0)""",
    "shapes": """
        x.transpose(1,2) x.transpose(0,-1) x.permute(2,0,1) x.permute((2,0,1)) m.permute(x,(2,0,1))
        m.transpose(x,0,1) x.reshape(6,4) x.reshape((6,4)) x.reshape(-1) x.reshape(2,-1)
        x.view(6,-1) m.reshape(x,(4,6)) x.flatten() x.flatten(1) x.flatten(0,1) m.flatten(x,1)
        x.unflatten(2,(2,2)) x.squeeze() x[:1].squeeze(0) x.squeeze(0) x[:1].squeeze((0,1))
        x.unsqueeze(0) x.unsqueeze(-1) m.unsqueeze(x,1) x.movedim(0,-1) x.movedim((0,1),(1,2))
        x[:,:1].expand(2,5,4) x[:,:1].expand(-1,5,-1) x[:,:1].expand(6,2,5,4) x.expand_as(x)
        x[0].t() v.t() x[0].T x.mT m.cat((x,y)) m.cat([x,y],1) m.cat([x,y],dim=-1) m.stack([x,y])
        m.stack((x,y),1) m.stack([x,y],dim=-1) x.split(2,1) x.split([1,2],dim=1) m.split(x,1)
        x.chunk(2,2) m.chunk(x,2) x.unbind() x.unbind(1) m.unbind(x,-1) x.repeat(2,1,3)
        x.repeat((2,1,1,2)) x.tile(2) x.tile(2,1,1,1) x.repeat_interleave(2)
        x.repeat_interleave(2,1) x.repeat_interleave(m.tensor([1,2]),0) m.repeat_interleave(v,3)
        x.flip(0,1) x.flip((0,)) x.flip([2]) m.flip(x,(0,)) x.roll(1) x.roll(1,0)
        x.roll((1,-1),(0,2)) m.roll(x,2,dims=1) x.tril() x.tril(1) x.triu(-1) m.triu(x,diagonal=1)
        x.diagonal() x.diagonal(1) x.diagonal(0,1,2) x.diagonal(offset=-1,dim1=0,dim2=2) v.diag()
        v.diag(1) x[0].diag() x[0].diag(diagonal=-1) m.diag(v) m.broadcast_to(v,(2,4))
        m.meshgrid(v,v,indexing='ij') m.meshgrid([v,v],indexing='xy') F.pad(x,(1,2))
        F.pad(x,(1,0,2,1)) F.pad(x,(1,1),'constant',5.0) F.pad(x,(-1,1))
        F.pad(x,(1,2),mode='reflect') F.pad(x,(1,2),'replicate') F.pad(x,(1,2),'circular')
        F.pad(x,(1,1),value=2) x.size() x.size(1) x.shape x.dim() x.ndim x.numel() len(x)
        x.is_contiguous() x.element_size()""",
    "indexing": """
        x[0] x[0,1] x[...,0] x[:,None] x[1:] x[:,::2] x[x>0] x[n[:1]] x[:,:,n] x[0,n[:2],n[:2]]
        x[[1,0]] x[m.tensor([1,1])] v.gather(0,n) x.gather(2,n.reshape(1,1,4))
        m.gather(x,2,n.expand(2,3,4)) x.index_select(2,n) m.index_select(x,2,n)
        m.zeros(3).scatter_add(0,n,v) m.zeros(3).index_add(0,n,v)
        m.zeros(3).index_add(0,n,v,alpha=2) x.masked_fill(x>0,0) x.masked_fill(b,-1.5)
        m.masked_fill(x,b,1.0) x.masked_select(x>0) m.masked_select(x,b) x.narrow(1,0,2)
        m.narrow(x,-1,-2,2) x.take_along_dim(n.reshape(1,1,4),2) v.take_along_dim(n) F.one_hot(n)
        F.one_hot(n,5) F.embedding(n,x[0]) F.embedding(n,x[0],padding_idx=0) m.where(x>0,x,y)
        m.where(x>0,x,0) m.where(b,1.0,v) m.where(b,n,0) m.where(b,n,0.5) x.where(x>0,y)
        x.where(x>0,0)""",
    "operators": """
        x+y x-1 1-x 2*x x/2 2/x x**2 2**x x**-1 x**0.5 x//0.3 x%0.7 -x abs(x) x@y.mT x>0 x>=y x==y
        x!=0 ~b b&b b|b b^b n&1 n|4 n^1 n*2.5 n/2 n//2 n%2 n**2 n+1 1.5+n n*True b+1 b*0.5 b+b u*2
        u/255 u*300.5 u+n i*n i*v h*v h*n h*2.5 d*v d*n v*n n*v v*b v/n n/v n//v v//2 v**n n**v 2**n
        v>n n==v s*n s*d d*s v*m.tensor(2.0,dtype=m.float64) n*m.tensor(2.0,dtype=m.float64)
        n*np.float32(2) v*np.float64(2) np.float64(2)*v v+np.int64(3) h*np.float64(2)
        d*np.float32(2) n.float() n.double() v.long() v.int() v.half() v.bool() n.to(m.float32)
        v.to(m.float64) v.type_as(n) n.sqrt() u.exp() b.sin() n.abs() n.sign() n.neg() n.clamp(1,2)
        v.clamp(0,1) v.clamp(min=0) v.clamp(max=0) v.clip(0,1) m.clamp(v,min=v.mean())
        m.clamp(v,-v.abs(),v.abs()*0.5) n.clamp(0.5) m.maximum(n,v) m.maximum(v,d) m.minimum(n,i)""",
    "elementwise functions": """
        m.add(x,y) m.add(x,y,alpha=2) x.add(1) x.sub(y,alpha=0.5) m.sub(n,n,alpha=2) m.mul(x,2)
        m.div(x,y) m.div(x,y,rounding_mode='floor') x.div(0.3,rounding_mode='trunc')
        n.div(2,rounding_mode='floor') n.div(2,rounding_mode='trunc') m.true_divide(n,2)
        m.floor_divide(v,0.3) m.fmod(v,0.3) m.remainder(v,-0.3) m.pow(v,2) m.pow(2,v) v.pow(n)
        v.square() v.reciprocal() n.reciprocal() v.round() v.round(decimals=1) v.trunc() v.frac()
        v.floor() v.ceil() n.floor() v.sigmoid() n.sigmoid() v.tanh() v.relu() n.relu() v.erf()
        v.exp2() v.atan2(v) m.hypot(v,v) m.logaddexp(v,v) m.xlogy(v,v.abs()) m.xlogy(0,v)
        m.lerp(x,y,0.3) x.lerp(y,y) m.addcmul(x,y,y) x.addcmul(y,y,value=0.5)
        m.addcdiv(x,y,y,value=2) m.nan_to_num(v) v.nan_to_num(0.0,1.0,2.0) m.isclose(v,v+1e-9)
        m.allclose(v,v) m.equal(v,v) m.isnan(v) m.isinf(v) n.isfinite() m.logical_and(v,n)
        m.logical_not(v) v.logical_or(b) m.logical_xor(b,n) m.bitwise_and(n,n) m.bitwise_not(n)""",
    "products": """
        x[0]@y[0].T x@y.transpose(1,2) v@v x@v v@y.mT[0] m.matmul(x,y.mT) m.mm(x[0],y[0].T)
        m.bmm(x,y.mT) m.dot(v,v) m.outer(v,v) m.addmm(x[0][:,:3],x[0],y[0].T)
        m.addmm(x[0][:,:3],x[0],y[0].T,beta=0.5,alpha=2) m.einsum('bij,bkj->bik',x,y)
        m.einsum('bij,bij->b',[x,y]) m.einsum('...i->...',x) m.einsum('ii',x[0][:,:3])
        m.tensordot(x,y,3) m.tensordot(x,y,dims=([0,1],[0,1])) m.tensordot(v,v,0) m.trace(x[0])
        F.linear(x,x[0]) F.linear(x,x[0],v[:3]) F.linear(x,v) n@n i@i m.cosine_similarity(x,y)
        m.cosine_similarity(x,y,-1) F.normalize(x) F.normalize(x,1.0,-1)""",
    "layers": """
        F.conv1d(x,k[:,:,:2]) F.conv1d(x,k,None,1,1) F.conv1d(x,k,v[:2],2,1,1)
        F.conv1d(x,k,padding='same') F.conv_transpose1d(x,x[0][:,None])
        F.conv_transpose1d(x,x[0][:,None],v[:1],2,1,1) F.max_pool1d(x,2) F.max_pool1d(x,2,1)
        F.max_pool1d(x,3,2,1) F.max_pool2d(x,2) F.max_pool2d(x,(2,2),1,1) F.avg_pool1d(x,2)
        F.avg_pool2d(x,2,1) F.avg_pool2d(x,3,2,1,True,False) F.adaptive_avg_pool1d(x,2)
        F.adaptive_avg_pool2d(x,(1,None)) F.adaptive_max_pool1d(x,2) F.unfold(x,2)
        F.unfold(x[None],(2,3),1,1,2) F.fold(x.reshape(1,4,6),(3,4),2) F.layer_norm(x,(4,))
        F.layer_norm(x,(3,4),x[0],y[0],0.1) F.rms_norm(x,(4,)) F.rms_norm(x,(4,),v,0.1)
        F.batch_norm(x,None,None,training=True) F.batch_norm(x,v[:3],v[:3].abs())
        F.batch_norm(x,None,None,v[:3],v[:3],True,0.1,0.1) F.group_norm(x,3)
        F.group_norm(x,1,v[:3],v[:3],0.1) F.instance_norm(x) F.scaled_dot_product_attention(x,y,x)
        F.scaled_dot_product_attention(x,y,x,x[0]@y[0].T>0)
        F.scaled_dot_product_attention(x,y,x,None,0.0,True)
        F.scaled_dot_product_attention(x,y,x,scale=0.1) F.dropout(x,0.5,False) F.dropout(x,0.0)""",
    "losses": """
        F.cross_entropy(x[0],n[:3]) F.cross_entropy(x[0],n[:3],v.abs())
        F.cross_entropy(x[0],n[:3],reduction='sum',label_smoothing=0.1)
        F.cross_entropy(x,n.reshape(2,2).repeat(1,2)) F.cross_entropy(x[0],n[:3],ignore_index=2)
        F.cross_entropy(v,n[1]) F.cross_entropy(x,y.softmax(1)) F.nll_loss(x[0],n[:3])
        F.nll_loss(x[0],n[:3],v.abs(),reduction='none') F.mse_loss(x,y)
        F.mse_loss(x,y,reduction='sum') F.l1_loss(x,y,reduction='none') F.huber_loss(x,y)
        F.huber_loss(x,y,'sum',0.5) F.huber_loss(x,y,delta=0.3) F.smooth_l1_loss(x,y,beta=0.3)
        F.binary_cross_entropy(x.sigmoid(),y.sigmoid())
        F.binary_cross_entropy_with_logits(x,y.sigmoid())
        F.binary_cross_entropy_with_logits(x,y.sigmoid(),pos_weight=v.abs(),reduction='none')
        F.kl_div(x,y.softmax(-1),reduction='batchmean')
        F.kl_div(x,y,reduction='sum',log_target=True)""",
    "activations": """
        F.relu(x) F.relu(x,True) F.gelu(x) F.gelu(x,approximate='tanh') F.leaky_relu(x,0.2)
        F.elu(x,0.5) F.softplus(x,2,3) F.hardtanh(x,-0.5,0.5) F.threshold(x,0.1,5.0) F.glu(x)
        F.glu(x,2) F.prelu(x,v[:3]) F.silu(x) F.mish(x) F.selu(x) F.celu(x,0.5) F.relu6(x)
        F.logsigmoid(x) F.softsign(x) F.tanhshrink(x) F.hardswish(x)""",
    "creation": """
        m.zeros(2,3) m.zeros((2,3)) m.ones([2]) m.zeros(2,dtype=m.int64) m.full((2,),1.5)
        m.full((2,),1) m.full((),True) m.arange(5) m.arange(1,4) m.arange(0,1,0.25) m.arange(3.0)
        m.arange(5,0,-2) m.linspace(0,1,5) m.eye(3) m.eye(2,3) m.zeros_like(n)
        m.ones_like(x,dtype=m.int32) m.full_like(x,2) m.tensor([1,2]) m.tensor([1.0]) m.tensor(True)
        m.tensor([[1,2],[3,4]],dtype=m.float64) m.tensor([]) m.tensor(np.ones(2))
        m.tensor(3.5).item() m.as_tensor([1.5]) m.from_numpy(np.arange(3)) x.new_zeros(2,3)
        n.new_ones((2,)) d.new_full((2,),1) x.new_tensor([1,2]) x.tolist() n.clone() x.detach()
        v.long().tolist() x.contiguous() m.empty(2,0) m.zeros(0).sum()
        x.double().sum().item().__class__.__name__ bool(b[0]) float(v[0]) int(n[1])""",
    "corners": """
        m.addmm(x[0]*float('nan'),x[0],m.eye(4),beta=0) m.addmv(v*float('nan'),m.eye(4),v,beta=0)
        m.addr(m.eye(4)*float('nan'),v,v,beta=0,alpha=2)
        m.baddbmm(x*float('nan'),x,m.eye(4).expand(2,4,4),beta=0)
        m.addbmm(x[0]*float('nan'),x,m.eye(4).expand(2,4,4),beta=0) m.nansum(n) m.nansum(b,0)
        m.scatter_reduce(i,0,n,i,'mean') m.scatter_reduce(u,0,n,u,'mean',include_self=False)
        m.linalg.solve(2*m.eye(3).expand(2,3,3),x[:,:,0]) m.linalg.matrix_rank(e) m.linalg.qr(e.T)
        m.linalg.matrix_exp(m.zeros(2,0,0)) m.linalg.lstsq(e.T,m.ones(3,2)).solution
        m.histogram(m.ones(3),4) m.histogram(e,4) m.trapezoid(e.T) m.histc(m.ones(3),4) m.histc(v,3,1,1)
        m.cov(s)""",
}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("expression", " ".join(EXPRESSIONS.values()).split())
def test_means_what_it_means_in_pytorch(torch, expression):
    from minigrad.nn import functional
    ours = eval(expression, namespace(minigrad, functional, minigrad.tensor))
    theirs = eval(expression, namespace(torch, torch.nn.functional, torch.tensor))
    assert_same(torch, ours, theirs)


def assert_same(torch, ours, theirs):
    if torch.is_tensor(theirs):
        assert tuple(ours.shape) == tuple(theirs.shape)
        assert str(ours.dtype) == str(theirs.dtype).removeprefix("torch.")
        close = dict(rtol=2e-3 if ours.dtype == "float16" else 1e-5, atol=1e-6)
        np.testing.assert_allclose(numbers(ours.double()), host(theirs.double()), **close)
    elif isinstance(theirs, tuple) and not isinstance(theirs, torch.Size):
        assert len(ours) == len(theirs)
        for one, other in zip(ours, theirs):
            assert_same(torch, one, other)
        for name in ("values", "indices"):
            assert hasattr(ours, name) == hasattr(theirs, name)
    else:
        assert ours == theirs


# Corners, poles and ties

EDGES = [0.0, -0.0, 1.0, -1.0, 0.5, 2.0, -3.0, 3.0, 6.0, np.inf, -np.inf]
ROWS = np.array([[0, 0, 0], [2, 0, 3], [3, 1, 3], [2, 2, 2], [-1, 2, -3], [0, 0, 4]], dtype="f8")
AT_EDGES = """
    m.sqrt(x) m.rsqrt(x) m.log(x) m.log1p(x) m.log2(x) m.reciprocal(x) m.abs(x) m.asin(x) m.acos(x) m.acosh(x)
    m.atanh(x) m.erfinv(x) m.erf(x) m.exp(x) m.expm1(x) m.tanh(x) m.sigmoid(x) m.sinc(x) m.logit(x)
    m.logit(x,0.1) m.pow(x,0.5) m.pow(x,0) m.pow(x,1) m.pow(x,2) m.pow(x,-1) m.pow(x,1.5) m.pow(0.0,x)
    m.pow(2,x) m.pow(x,y) m.atan2(x,y) m.hypot(x,y) m.copysign(x,y) m.maximum(x,y) m.minimum(x,y) m.fmax(x,y)
    m.fmin(x,y) m.fmod(x,y) m.remainder(x,y) m.div(x,y) m.div(x,y,rounding_mode='trunc')
    m.div(x,y,rounding_mode='floor') m.mul(x,y) m.logaddexp(x,y) m.logaddexp2(x,y) m.xlogy(x,y) m.xlogy(x,2.0)
    m.xlogy(x,0.0) m.lerp(x,y,0.3) m.clamp(x,0,1) m.clamp(x,2,1) m.clamp(x,1,1) m.clamp(x,min=y)
    m.clamp(x,max=y) m.where(x>y,x,y) F.relu(x) F.relu6(x) F.hardtanh(x) F.hardsigmoid(x) F.hardswish(x)
    F.leaky_relu(x) F.elu(x) F.selu(x) F.celu(x) F.prelu(x[None],w) F.gelu(x) F.silu(x) F.mish(x)
    F.softplus(x) F.logsigmoid(x)
    F.softsign(x) F.hardshrink(x) F.softshrink(x) F.threshold(x,1.0,5.0) F.softplus(x,2,6) r.prod(1)
    r.cumprod(1) r.amax(1) r.amin(1) r.max(1).values r.min(1).values r.max() r.min() r.median() r.nanmedian()
    r.median(1).values r.logsumexp(1) r.logcumsumexp(1) r.std(1) r.std(1,correction=0) r.var(1) r.norm(dim=1)
    r.norm(1,1) r.norm(0.5,1) r.norm(1.5,1) r.norm(3,1) r.norm(-1,1) r.norm(-2,1) r.norm(0,1)
    r.norm(float('inf'),1) r.norm(float('-inf'),1) F.normalize(r) F.normalize(r,1.0) m.cdist(r,r)
    m.cdist(r,r,1.0) m.cdist(r,r,0.5) m.cdist(r,r,3.0) F.pdist(r) F.pairwise_distance(r,r,eps=0.0)
    F.pairwise_distance(r,r) F.cosine_similarity(r,r.flip(0)) m.renorm(r,2,0,1.0) F.layer_norm(r,(3,))
    F.lp_pool1d(r,2,3) F.mse_loss(x,y,reduction='none') F.l1_loss(r,r.flip(1))
    F.huber_loss(x,y,reduction='none') F.smooth_l1_loss(x,y,reduction='none')
    F.smooth_l1_loss(x,y,reduction='none',beta=2.0) F.huber_loss(x,y,'none',2.0)
    F.margin_ranking_loss(x,y,s,reduction='none') F.margin_ranking_loss(x,y,s,1.0,reduction='none')
    F.hinge_embedding_loss(x,s,reduction='none') F.hinge_embedding_loss(x,s,3.0,reduction='none')
    F.soft_margin_loss(x,s,reduction='none') F.cosine_embedding_loss(r,r.flip(1),-b,reduction='none')
    F.cosine_embedding_loss(r,r.flip(1),b,reduction='none')
    F.cosine_embedding_loss(r,r,-b,1.0,reduction='none') F.triplet_margin_loss(r,r.flip(1),r.flip(0),eps=0.0)
    F.triplet_margin_loss(r,r,r.flip(1),swap=True,reduction='none') F.multi_margin_loss(r,n,reduction='none')
    F.multi_margin_loss(r,n,2,reduction='none') F.multilabel_margin_loss(r,t,reduction='none')
    F.binary_cross_entropy(p,q,reduction='none') F.binary_cross_entropy(p,q)
    F.binary_cross_entropy_with_logits(x,u,reduction='none') F.multilabel_soft_margin_loss(r,(r>0)*1.0)
    F.kl_div(x,u,reduction='none') F.kl_div(x,-3+0*u,reduction='none',log_target=True)
    F.poisson_nll_loss(x,u,reduction='none') F.poisson_nll_loss(x.abs(),u,False,reduction='none')
    F.poisson_nll_loss(x,3*u,full=True,reduction='none') F.gaussian_nll_loss(x,u,y.abs(),reduction='none')
    F.gaussian_nll_loss(x,u,y.abs(),reduction='none',full=True) F.cross_entropy(r,n) F.cross_entropy(z,n)
    F.cross_entropy(z,n,ignore_index=1) F.cross_entropy(z,n,reduction='none',label_smoothing=0.1)
    F.cross_entropy(z,n,r[1].detach()) F.nll_loss(z,n) F.nll_loss(z,n,ignore_index=1)
    F.cross_entropy(z,n*0-100) F.nll_loss(z,n*0-100) F.cross_entropy(z,n*0-100,label_smoothing=0.1)
    F.log_softmax(z,1) F.softmax(z,1)"""


def edges(library, functional, make):
    """The tensors for AT_EDGES: those that want a gradient, and all that an expression may use."""
    x, y = np.array(np.meshgrid(EDGES, EDGES)).reshape(2, -1)
    p, q = np.array(np.meshgrid([0.0, 1.0, 0.5, 1e-9], [0.0, 1.0, 0.3])).reshape(2, -1)
    z = ROWS - np.where(np.eye(6, 3), np.inf, 0)
    leaves = dict(x=x, y=y, r=ROWS, p=p, z=z, w=np.array([0.25]))
    leaves = {name: make(a, requires_grad=True) for name, a in leaves.items()}
    rest = dict(q=q, u=(y > 0) * 1.0, s=np.where(y > 0, 1.0, -1.0), b=np.ones(6),
                n=np.array([0, 1, 2, 0, 1, 2]),
                t=np.array([[0, -1, -1], [1, 0, -1], [0, 2, -1], [2, 1, 0], [1, -1, 0], [2, -1, -1]]))
    return leaves, {"m": library, "F": functional, **leaves, **{name: make(a) for name, a in rest.items()}}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("expression", AT_EDGES.split())
def test_values_and_slopes_at_corners_are_those_of_pytorch_where_it_has_one(torch, expression):
    from minigrad.nn import functional
    found = []
    for library, home in ((minigrad, functional), (torch, torch.nn.functional)):
        leaves, names = edges(library, home, library.tensor)
        y = eval(expression, names)
        used = [leaf for name, leaf in leaves.items() if name in expression]
        slopes = library.autograd.grad(y, used, library.ones_like(y), allow_unused=True)
        found.append([host(y.detach()), *[np.zeros(leaf.shape) if g is None else host(g)
                                          for g, leaf in zip(slopes, used)]])
    for what, ours, theirs in zip(["value", *["slope"] * 5], *found):
        known = ~np.isnan(theirs)
        np.testing.assert_allclose(ours[known], theirs[known], rtol=1e-6, atol=1e-9, err_msg=what)


@pytest.mark.parametrize("equation, shapes", [
    ("b h i d, b h j d -> b h i j", [(2, 3, 4, 5), (2, 3, 6, 5)]),
    ("bhid,bhjd->bhji", [(2, 3, 4, 5), (2, 3, 6, 5)]), ("bhij,bhjd->bihd", [(2, 3, 4, 5), (2, 3, 5, 6)]),
    ("ij,kj->ki", [(2, 3), (4, 3)]), ("bij,jk->bki", [(2, 3, 4), (4, 5)]), ("bi,bi->bi", [(2, 3), (2, 3)]),
    ("ij,jk,kl->li", [(2, 3), (3, 4), (4, 5)])])
def test_einsum_lies_in_memory_as_in_pytorch(torch, equation, shapes):
    """Dropout fills its mask in the order of the memory."""
    results = [library.einsum(equation, *(library.ones(*shape) for shape in shapes))
               for library in (torch, minigrad)]
    assert results[0].stride() == results[1].stride()
