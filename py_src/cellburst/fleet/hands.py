"""Carries out what the core decides: EC2 in a few threads, each run's bucket in one of its own."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from cellburst import faults
from cellburst.aws import made_up
from cellburst.aws.session import Session
from cellburst.errors import CellburstError, CloudError
from cellburst.fleet import effects as fx
from cellburst.fleet import facts
from cellburst.fleet.cloud import Cloud, Site
from cellburst.fleet.effects import Effect
from cellburst.fleet.follower import Follower, Opened, Post
from cellburst.model.run import Run
from cellburst.wire import fleet as wire

_THREADS = 16
_BETWEEN = fx.LeaveTable | fx.Ask | fx.LookAgain
_OF_TASKS = fx.Know | fx.Hand | fx.Revoke | fx.EndEarly | fx.GiveUp
_OF_BUCKET = _OF_TASKS | fx.Expect | fx.Follow | fx.Gone | fx.LetGo | _BETWEEN

Opener = Callable[[Cloud, Run], tuple[Opened, Site | None]]
"""Makes what a run needs (role, queue, inputs), and opens its bucket. Raises CellburstError, OSError.

Of a run that was started elsewhere nothing is made, and no machine is launched: there is no site."""
Bringer = Callable[[Cloud, Run, int, int], None]
"""Fetches the blobs of a result. Raises CellburstError, OSError."""
Cleaner = Callable[[Cloud, str], None]
"""Removes what a run needed beside its bucket. Raises CellburstError."""


class Hands:
    """Does what it is told, in threads, and posts what came of it."""

    def __init__(
        self,
        env: str,
        session: Callable[[str, str], Session],
        opener: Opener,
        bringer: Bringer,
        cleaner: Cleaner,
        post: Post,
    ) -> None:
        self._env = env
        self._session = session
        self._opener = opener
        self._bringer = bringer
        self._cleaner = cleaner
        self._post = post
        self._pool = ThreadPoolExecutor(_THREADS, "cellburst-ec2")
        self._clouds: dict[tuple[str, str, str], Cloud] = {}
        self._followers: dict[str, Follower] = {}
        self._sites: dict[str, Site] = {}
        self._of: dict[str, Cloud] = {}

    def do(self, effect: Effect) -> None:
        """Begin to do it."""
        match effect:
            case fx.Prepare():
                self._follow(effect.run).do(effect)
            case _ if isinstance(effect, _OF_BUCKET):
                follower = self._followers.get(effect.run)
                if follower is not None:
                    follower.do(effect)
            case fx.Knock():
                self._submit(lambda: self._knock(effect))
            case fx.Launch():
                self._submit(lambda: self._of[effect.run].launch(effect, self._sites[effect.run]))
            case fx.Look():
                self._submit(self._look)
            case fx.End():
                for cloud in self._clouds.values():
                    self._submit(partial(cloud.end, effect.ids))
            case fx.ReadConsole():
                for cloud in self._clouds.values():
                    self._submit(partial(cloud.console, effect.id))
            case fx.AskPrices():
                for cloud in self._clouds.values():
                    self._submit(partial(cloud.prices, effect.types))
            case fx.Bring():
                self._submit(lambda: self._bring(effect))
            case fx.Unfollow():
                follower = self._followers.pop(effect.run, None)
                if follower is not None:
                    follower.stop()
            case fx.Clean():
                self._submit(lambda: self._clean(effect))

    def know(self, run: Run) -> None:
        """A run that is served from now on; its thread starts."""
        self._follow(run)

    def reach(self, region: str, endpoint: str = "", env: str = "") -> Cloud:
        """The cloud of a region, for runs of this environment or of ``env``. Raises CloudError, UsageError."""
        key = (region, endpoint, env or self._env)
        if key not in self._clouds:
            self._clouds[key] = Cloud(self._session(region, endpoint), env or self._env)
        return self._clouds[key]

    def close(self) -> None:
        """Do nothing more; what is under way is let be."""
        for follower in self._followers.values():
            follower.stop()
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _follow(self, run: Run) -> Follower:
        if run.id not in self._followers:
            self._followers[run.id] = Follower(run.id, lambda: self._open(run), self._post)
        return self._followers[run.id]

    def _open(self, run: Run) -> Opened:
        cloud = self._of[run.id] = self.cloud_of(run)
        try:
            opened, site = self._opener(cloud, run)
        except CellburstError:
            if made_up.has_stopped(run.plan):
                raise CloudError(made_up.STOPPED) from None
            raise
        if site is not None:
            self._sites[run.id] = site
        faults.point("fleet.prepared")
        return opened

    def cloud_of(self, run: Run) -> Cloud:
        """Where a run with a plan is. Raises CloudError, UsageError."""
        assert run.plan is not None
        env = run.elsewhere.env if run.elsewhere is not None else ""
        return self.reach(run.plan.region, run.plan.endpoint, env)

    def _submit(self, call: Callable[[], Any]) -> None:
        def work() -> None:
            found = call()
            if found is not None:
                self._post(found)

        self._pool.submit(work).add_done_callback(self._failed)

    def _failed(self, future: Any) -> None:
        error = None if future.cancelled() else future.exception()
        if error is not None:  # a mistake of ours: nobody goes on as if nothing had happened
            self._post(error)

    def _look(self) -> facts.Seen | facts.Unseen:
        found: list[Any] = []
        asked = float("inf")
        for cloud in list(self._clouds.values()):
            seen = cloud.look()
            if isinstance(seen, facts.Unseen):
                return seen
            found += seen.instances
            asked = min(asked, seen.asked)
        return facts.Seen(tuple(found), asked) if found or asked < float("inf") else facts.Seen((), 0.0)

    def _knock(self, effect: fx.Knock) -> facts.CloudStopped | None:
        if not made_up.has_stopped(effect.plan):
            return None
        for key in [key for key in self._clouds if key[1] == effect.plan.endpoint]:
            self._clouds.pop(key, None)  # else nothing could be seen in those that are there
        return facts.CloudStopped(effect.run)

    def _bring(self, effect: fx.Bring) -> fx.Tell:
        error = ""
        try:
            self._bringer(self.cloud_of(effect.run), effect.run, effect.index, effect.generation)
        except (CellburstError, OSError) as failure:
            lost = f"{made_up.STOPPED}: what was left there is gone"
            error = lost if made_up.has_stopped(effect.run.plan) else str(failure)
        return fx.Tell(wire.Fetched(effect.request, error))  # also of runs that are over

    def _clean(self, effect: fx.Clean) -> facts.Cleaned:
        follower = self._followers.pop(effect.run, None)
        if follower is not None:
            follower.stop()
        try:
            for cloud in [self._of[effect.run]] if effect.run in self._of else list(self._clouds.values()):
                self._cleaner(cloud, effect.run)
        except (CellburstError, OSError) as error:
            return facts.Cleaned(effect.run, str(error))
        faults.point("fleet.cleaned")
        return facts.Cleaned(effect.run)
