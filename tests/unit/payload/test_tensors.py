"""torch's tensors: what shares memory goes on sharing it, and gradients, histories and attributes come back."""

from __future__ import annotations

from typing import Any

import pytest

from cellburst.errors import PlaceholderError
from cellburst.payload import tensors
from cellburst.payload.delta import pack_delta, unpack_delta
from cellburst.payload.placeholders import reason_of
from cellburst.payload.snapshot import Snapshot
from cellburst.settings import Settings

from .conftest import Kernel
from .twice import same

torch = pytest.importorskip("torch")
SETUP = "import numpy as np, torch\nfrom torch import nn\ntorch.manual_seed(0)\n"
CASES = {
    "a view is written to": ("x = torch.zeros(3, 4); y = x[:, ::2]", "y += 1; y[0, 0] = 7"),
    "the base is written to": ("x = torch.zeros(3, 4); y = x[:, ::2]", "x[0, 0] = 7"),
    "the base is not sent": ("x = torch.zeros(3, 4); y = x[1]", "y[0] = 7", "y"),
    "the view is not sent": ("x = torch.zeros(3, 4); y = x[1]", "x[1, 0] = 7", "x"),
    "new views": ("x = torch.zeros(3, 4)", "y = x[:, ::2]; z = x.t(); z[0, 0] = -1; f = x.view(-1); d = x.detach()"),
    "all new": ("", "x = torch.arange(12.).view(3, 4); y = x[:, 1]; y *= 10; t = x.T; again = x"),
    "one by two names": ("x = y = torch.ones(3)", "y[0] = 5; z = x"),
    "in containers": ("x = torch.ones(3); box = [x, {'k': x[1:]}]", "box[1]['k'][0] = 4; box.append(x[:1])"),
    "other types": (
        "a = torch.arange(5); b = torch.tensor([True, False]); c = torch.ones(2, dtype=torch.bfloat16)",
        "a += 1; b[1] = True; c *= 2; d = torch.tensor(3, dtype=torch.uint8); e = torch.tensor([1 + 2j]).conj()",
    ),
    "empty": ("a = torch.empty(0); b = torch.ones(0, 3)", "c = torch.empty(2, 0); a.resize_(2).fill_(1)"),
    "expanded": ("x = torch.ones(3, 1)", "y = x.expand(3, 4); x[1] = 5"),
    "reformed": ("x = torch.arange(6); y = x[:3]", "x.unsqueeze_(0); y.resize_(2)"),
    "grown": ("x = torch.arange(6); y = x[:3]", "x.resize_(100).fill_(4)"),
    "other data": (
        "x = torch.arange(6.); p = nn.Parameter(torch.ones(3))",
        "x.data = torch.ones(2); p.data = p.data.double()",
    ),
    "made of an array": ("a = np.ones(3)", "t = torch.from_numpy(a); t[1] = 7"),
    "both new": ("", "a = np.ones(3); t = torch.from_numpy(a); t[1] = 7"),
    "both there": ("a = np.ones(3); t = torch.from_numpy(a)", "a += 1; t[0] = 5; u = t[1:]; b = a[1:]"),
    "the array is not sent": ("a = np.ones(3); t = torch.from_numpy(a)", "t[0] = 5", "t np torch"),
    "the tensor is not sent": ("a = np.ones(3); t = torch.from_numpy(a)", "a[0] = 5", "a np torch"),
    "of a part of an array": ("a = np.arange(10.); t = torch.from_numpy(a[2:5])", "t[0] = -1; a[4] = -2; b = a[::2]"),
    "a new one of a part": ("a = np.arange(10.)", "t = torch.from_numpy(a[2:5]); t[0] = -1"),
    "an array of a tensor": ("t = torch.ones(3)", "a = t.numpy(); a[1] = 4; b = a[1:]"),
    "an array of a tensor that is there": ("t = torch.ones(3); a = t.numpy()[1:]", "a[0] = 4; t[2] = 8; b = a[:1]"),
    "an array of a new tensor": ("", "t = torch.ones(3); a = t.numpy(); a[1] = 4"),
    "an array of a new tensor alone": ("", "a = torch.ones(3).numpy(); b = a[1:]"),
    "a leaf": ("w = torch.ones(2, requires_grad=True)", "v = torch.zeros(2).requires_grad_(); w.requires_grad_(False)"),
    "gradients": (
        "w = torch.tensor([1.0, -2.0], requires_grad=True)",
        "loss = (w**2).sum() + w.prod(); loss.backward(); g = w.grad; n = loss.item()",
    ),
    "gradients again": (
        "w = torch.tensor([1.0, -2.0], requires_grad=True); (w * 2).sum().backward(); g = w.grad",
        "(w * 3).sum().backward(); h = w.grad\nwith torch.no_grad(): w -= 0.1 * w.grad",
    ),
    "gradients set to zero": ("w = torch.ones(2, requires_grad=True); (w * 2).sum().backward()", "w.grad.zero_()"),
    "no gradient any more": ("w = torch.ones(2, requires_grad=True); w.sum().backward()", "w.grad = None"),
    "inference": ("w = torch.ones(2)", "with torch.inference_mode(): v = w * 2; u = v[1:]"),
    "attributes": ("x = torch.ones(2); x.note = [1]", "x.note.append(2); x.more = 'x'; y = torch.ones(1); y.of = x"),
    "a module": (
        "net = nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3), nn.Dropout()); first = net[0].weight",
        "net.eval(); first.data.fill_(2); net[1](torch.ones(4, 3)); net[2].p = 0.3; b = net[0].bias",
    ),
    "shared parameters": (
        "a = nn.Linear(3, 3); b = nn.Linear(3, 3); b.weight = a.weight",
        "import copy; c = copy.deepcopy(a)\nwith torch.no_grad(): b.weight[0, 0] = 9",
    ),
    "trained": (
        "net = nn.Linear(2, 1); opt = torch.optim.Adam(net.parameters(), lr=0.1); w = net.weight; x = torch.rand(5, 2)",
        "for _ in range(3):\n    opt.zero_grad(); l = (net(x) ** 2).mean(); l.backward(); opt.step()\nlast = l.item()",
    ),
    "trained on": (
        "net = nn.Linear(2, 1); opt = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9); x = torch.rand(5, 2)\n"
        "(net(x) ** 2).mean().backward(); opt.step()",
        "opt.zero_grad(set_to_none=False); (net(x) ** 2).mean().backward(); opt.step(); n = opt.param_groups[0]['lr']",
    ),
    "a state dict": ("net = nn.Linear(2, 1)", "s = net.state_dict(); s['bias'][0] = 5"),
    "a parameter as an array": ("p = nn.Parameter(torch.ones(3))", "a = p.detach().numpy(); a[1] = 5; b = p.data"),
    "the same grad for two": (
        "p, q = (torch.ones(2, requires_grad=True) for _ in 'ab'); p.grad = q.grad = torch.zeros(2)",
        "p.grad += 1; (q * 2).sum().backward()",
    ),
    "a tensor that refers to itself": ("x = torch.ones(2); x.me = x", "x.me.me[0] = 3; y = torch.ones(1); y.me = [y]"),
    "sparse": ("", "s = torch.eye(3).to_sparse()"),
    "large": (
        "x = torch.zeros(80_000); y = x[5:]",
        "y[0] = 1; z = x.view(2, -1); big = torch.ones(80_000); part = big[7:]",
    ),
    "large, with an array": (
        "a = np.zeros(40_000); t = torch.from_numpy(a); x = torch.zeros(80_000); b = x.numpy()",
        "a[3] = 1; t[4] = 2; b[5] = 3; x[6] = 4; c = b[1:]; u = t[1:]; v = torch.from_numpy(a)[2:]",
    ),
    "of a class of its own": (
        "class Named(torch.Tensor): pass\nt = torch.ones(2).as_subclass(Named); t.label = 'one'",
        "t += 1; u = t[1:]; u.label = 'two'; a = t.numpy(); a[0] = 9",
    ),
    "a buffer": (
        "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
        "        self.register_buffer('b', torch.ones(2))\nnet = Net()",
        "net.b += 1; net.register_buffer('c', net.b[:1]); net.double()",
    ),
    "learning rates that change": (
        "net = nn.Linear(2, 1); opt = torch.optim.SGD(net.parameters(), lr=1.0)",
        "opt.param_groups[0]['lr'] = 0.5; opt.add_param_group({'params': [nn.Parameter(torch.ones(1))]})",
    ),
    "hooks of what was summed up": (
        "log = []\ndef note(p): log.append(2)\nw = torch.ones(2, requires_grad=True)",
        "handle = w.register_post_accumulate_grad_hook(note); (w * 2).sum().backward(); del handle",
    ),
    "random generators": ("g = torch.Generator().manual_seed(8)", "x = torch.rand(2, generator=g)"),
    "used as an index and a key": ("x = torch.arange(3); d = {x: 'a'}", "d[x] += 'b'; x[0] = 7; s = {x}"),
    "hooks": (
        "log = []\ndef note(g): log.append(1)\nw = torch.ones(2, requires_grad=True)",
        "handle = w.register_hook(note); (w * 2).sum().backward(); del handle",
    ),
}


SLOW = {"trained", "trained on", "learning rates that change"}  # the first use of an optimizer loads a compiler
PARAMETERS = [
    pytest.param(case, id=name, marks=[pytest.mark.slow] if name in SLOW else []) for name, case in CASES.items()
]


@pytest.mark.parametrize("case", PARAMETERS)
def test_leaves_what_a_plain_cell_leaves(case: tuple[str, ...], kernel: Kernel) -> None:
    setup, cell, *sent = case
    same(kernel, SETUP + setup, cell, *(f"{names} torch np nn" for names in sent))


def test_what_did_not_change_is_not_sent(kernel: Kernel) -> None:
    kernel.here(SETUP + "x = torch.rand(500_000); box = [x[1:]]; w = nn.Parameter(torch.rand(300_000))")
    kernel.there("total = x.sum().item() + w.sum().item(); y = box[0][1:]; z = w")
    assert kernel.returned.size < 2000
    assert kernel.ns["y"].untyped_storage() is kernel.ns["x"].untyped_storage()
    assert kernel.ns["z"] is kernel.ns["w"]
    kernel.there("x[17] = 5")
    assert kernel.returned.size < 3000
    assert kernel.ns["box"][0][16] == 5


def test_a_graph_stays_where_it_was_made_and_that_is_said(kernel: Kernel) -> None:
    kernel.here(SETUP + "w = torch.tensor([1.0, 2.0], requires_grad=True); seen = [w]")
    delta = kernel.there("loss = (w * w).sum(); box = {'k': loss * 2}; v = w.detach() * 2")
    assert {"the graph of loss", "the graph of box['k']"} == set(delta.unreturned)
    loss = kernel.ns["loss"]
    assert repr(loss) == "tensor(5., grad_fn=<SumBackward0>)"
    assert loss.requires_grad
    assert not loss.is_leaf
    with pytest.raises(PlaceholderError, match="in the cell that calculates it"):
        loss.backward()
    assert kernel.ns["seen"][0].grad is None
    with pytest.raises(AssertionError, match="PlaceholderError: going back through SumBackward0"):
        kernel.there("loss.backward()")


def test_a_graph_that_was_used_up_is_no_loss(kernel: Kernel) -> None:
    kernel.here(SETUP + "w = torch.tensor([1.0, 2.0], requires_grad=True)")
    assert not kernel.there("loss = (w * w).sum(); loss.backward()").unreturned
    plain = (kernel.ns["w"] * kernel.ns["w"]).sum()
    plain.backward()
    with pytest.raises(RuntimeError) as expected:
        plain.backward()
    with pytest.raises(RuntimeError) as found:
        kernel.ns["loss"].backward()
    assert str(found.value) == str(expected.value)
    assert not kernel.there("again = loss + 1; n = loss.item()", "loss").unreturned


def test_the_kernels_own_graph_stays_usable(kernel: Kernel) -> None:
    kernel.here(SETUP + "w = torch.tensor([1.0, 2.0], requires_grad=True); loss = (w * w).sum()")
    kernel.there("n = loss.item(); m = w.sum().item()")
    kernel.ns["loss"].backward()
    assert kernel.ns["w"].grad.tolist() == [2, 4]


def test_torch_notices_what_was_written_elsewhere(kernel: Kernel) -> None:
    kernel.here(SETUP + "w = torch.tensor([1.0, 2.0], requires_grad=True); loss = (w * w).sum()")
    kernel.there("with torch.no_grad(): w.mul_(2)", "w torch")
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        kernel.ns["loss"].backward()


def test_a_tensor_that_comes_to_have_a_graph(kernel: Kernel) -> None:
    kernel.here(SETUP + "w = torch.ones(2, requires_grad=True); x = torch.ones(2); same = x")
    delta = kernel.there("x *= w * 3")
    assert set(delta.unreturned) == {"the graph of x"} | ({"the graph of same"} & set(delta.unreturned))
    x = kernel.ns["x"]
    assert kernel.ns["same"] is x
    assert x.tolist() == [3, 3]
    assert not x.is_leaf
    kernel.there("x.detach_()")
    assert x.is_leaf
    assert not x.requires_grad


class _Elsewhere:
    """Arrives as a tensor that lies on a device that nobody has."""

    def __reduce__(self) -> Any:
        return tensors.on_device, ("cuda:7", torch.zeros, ((2,), torch.float32, 0, False, "cuda:7"))


def test_a_tensor_on_a_device_that_is_not_here_is_a_placeholder(kernel: Kernel) -> None:
    kernel.ns.update(x=1)
    before = Snapshot.take(kernel.ns)
    kernel.ns.update(net={"weight": _Elsewhere(), "bias": torch.ones(1)})
    packed = pack_delta(before, kernel.ns, None, False, kernel.blobs, Settings())
    delta = unpack_delta(packed, kernel.blobs, kernel.ns)
    found = delta.assigned["net"]["weight"]
    assert [reason_of(one).name for one in delta.placeholders] == ["net['weight']"]
    with pytest.raises(PlaceholderError, match=r"a tensor on cuda:7, which is not here; move it with .cpu\(\)"):
        found + 1
    assert delta.assigned["net"]["bias"].tolist() == [1]
