"""The agent's process from its start to its end."""

from __future__ import annotations

import gc
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
from msgspec.structs import replace

from cellburst._version import __version__
from cellburst.agent.agent import Agent
from cellburst.agent.bucket_thread import BucketThread
from cellburst.agent.checkpoints import Checkpoints
from cellburst.agent.closing import Closing
from cellburst.agent.crossing import Crossing
from cellburst.agent.hand import Hand
from cellburst.agent.log import log
from cellburst.agent.machine_use import UseMeter
from cellburst.agent.metadata import Metadata
from cellburst.agent.opening import Opened, open_run
from cellburst.agent.places import folders_of, settings_of
from cellburst.agent.saving import SavingThread
from cellburst.agent.spot import INTERVAL, SpotThread
from cellburst.agent.supervising import DISTRUSTED, DONE, NOT_FIT, WRONG
from cellburst.agent.surroundings import run_here
from cellburst.agent.taking import TakingThread
from cellburst.backends.local import LocalBackend
from cellburst.bucket.machine_side import MachineSide
from cellburst.bucket.orders import Orders
from cellburst.errors import AccessError, CloudError, TamperedError, UsageError
from cellburst.model.agent import AgentConfig
from cellburst.model.machine import MachineState, name_after
from cellburst.paths import Folders
from cellburst.pool import gpu
from cellburst.pool.capacity import usable_cores
from cellburst.pool.loop import PoolLoop

CRASHED = 1
_NAME_TRIES = 30  # a second between two
_USE_EVERY = 5.0  # seconds between two looks at what the machine is used for
_TOLD = 5.0  # seconds for a task between SIGTERM and its interrupt
_MADE_UP = 0.25  # seconds between two looks for a notice in a made-up cloud, whose time may be quick
_SPOT_MARGIN = 25.0  # seconds before a machine is taken away in which everything is written


def run(path: str, key: bytes, turn: int) -> int:
    """Be the agent; the exit code. ``turn`` counts those of this machine, from 1."""
    os.umask(0o077)
    try:
        config = msgspec.json.decode(Path(path).read_bytes(), type=AgentConfig)
    except (OSError, msgspec.MsgspecError) as error:
        log(f"{path} cannot be used: {error}")
        return WRONG
    try:
        config = replace(config, machine=_own_name(config))
        log(f"cellburst {__version__} on {config.machine} of run {config.run}, turn {turn}")
        return Process(config, key, turn).serve()
    except TamperedError as error:
        log(f"nothing is executed: {error}")
        return DISTRUSTED
    except (UsageError, AccessError) as error:
        log(str(error))
        return WRONG
    except CloudError as error:
        log(str(error))
        return CRASHED


def _own_name(config: AgentConfig) -> str:
    """Machines that were asked for together are told the same, and differ in their place. Raises UsageError."""
    metadata = Metadata(config.metadata)
    for _ in range(_NAME_TRIES):
        index = metadata.launch_index()
        if index is not None:
            return name_after(config.machine, index)
        time.sleep(1.0)
    raise UsageError("the machine cannot be told its name: the metadata service does not answer")


def _note_end(side: MachineSide) -> None:
    """Whoever leaves with nothing left to do may be the last: then the run's end is written down."""
    try:
        side.note_end()
    except CloudError as error:
        log(f"whether the run has ended could not be seen: {error}")


class Process:
    """Puts the parts together."""

    def __init__(
        self,
        config: AgentConfig,
        key: bytes,
        turn: int,
        opening: Callable[[AgentConfig, bytes, int, Folders], Opened] = open_run,
    ) -> None:
        self._config = config
        self._opening = opening
        self._turn = turn
        self._key = key
        self._code = DONE
        self._gpus = gpu.gpus(settings_of(config, 1).fake_gpus)
        workers = config.workers or len(self._gpus) // max(1, config.gpus) or usable_cores()
        self._settings = settings_of(config, workers)
        self._folders = folders_of(config)
        self._loop = PoolLoop()
        self._crossing = Crossing(self._loop)
        self._backend = LocalBackend(self._folders, self._settings, self._loop, workers)
        self._hand = Hand(workers, self._settings.batch_seconds)
        self._meter = UseMeter()
        self._state = MachineState.RUNNING
        self._at_risk = ""

    def serve(self) -> int:
        """Until the machine is to end; the exit code."""
        self._folders.create()
        self._backend.warm_up()  # the pool starts while the run is fetched
        opened = self._opening(self._config, self._key, self._turn, self._folders)
        why = self._unfit()
        if why:
            return self._refuse(opened, why)
        self._start(opened)
        gc.freeze()
        self._loop.run()
        self._backend.forget(self._config.run)
        self._backend.close()
        log(f"{self._agent.ended} tasks have ended here")
        return self._code

    def _unfit(self) -> str:
        if self._config.gpus > len(self._gpus):
            here = f"each task wants {self._config.gpus} GPUs, and this machine has {len(self._gpus)}"
            return gpu.trouble() or here
        return ""

    def _refuse(self, opened: Opened, why: str) -> int:
        log(why)
        opened.side.say(MachineState.ENDING, why)
        until = time.monotonic() + 30.0
        while not opened.side.close() and time.monotonic() < until:
            time.sleep(1.0)
        return NOT_FIT

    def _start(self, opened: Opened) -> None:
        config, loop, crossing = self._config, self._loop, self._crossing
        own = config.gpus or (len(self._gpus) // self._hand.capacity if self._gpus else 0)
        run = run_here(config.run, opened.record, opened.payload, Path(config.data, "work"), own)
        self._hand.careful = opened.record.at_most_once
        self._agent = agent = Agent(config.machine, run, self._hand, loop, self._backend)
        checkpoints = Checkpoints(
            opened.store, opened.keys, self._folders.files / config.run, config.machine, opened.signer, opened.public_of
        )
        saving = SavingThread(checkpoints, crossing)
        self._bucket = bucket = BucketThread(opened.side, crossing, self._obey, self._crash)
        taking = TakingThread(opened.side.take, saving.restore, crossing, agent.taken, self._crash)
        self._closing = Closing(agent, loop, self._backend, bucket, saving, self._settings.cancel_grace, loop.stop)
        self._backend.listen(agent)
        loop.on_signal(signal.SIGTERM, self._told_to_end)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        agent.begin(bucket, taking, saving, self._turn, opened.side.adopt)
        for thread in (saving, bucket, taking):
            thread.start()
        if config.spot:
            metadata, often = Metadata(config.metadata), _MADE_UP if config.endpoint else INTERVAL
            SpotThread(metadata, crossing, self._taken_away, self._may_go, often).start()
        self._look_at_use()

    # what happens

    def _obey(self, orders: Orders) -> None:
        if orders.end and not self._agent.closing:
            self._bucket.ask(_note_end)
        if orders.end:
            now = time.monotonic()
            left = max(0.0, self._config.deadline - time.time())
            late, over = "lifetime" in orders.end, "all tasks" in orders.end
            self._closing.begin(orders.end, now + left / 2 if late else now, now + 0.9 * left, hurried=late or over)
        self._agent.obey(orders)

    def _taken_away(self, moment: float) -> None:
        now = time.monotonic()
        left = max(0.0, moment - time.time())
        when = time.strftime("%H:%M:%S UTC", time.gmtime(moment))
        until = now + max(left / 2, left - _SPOT_MARGIN)
        self._closing.begin(
            f"spot machine taken away at {when}", until, now + max(0.9 * left, left - 2.0), notice=moment
        )

    def _may_go(self) -> None:
        self._at_risk = "AWS says that this spot machine is likely to be taken away"
        log(self._at_risk)

    def _told_to_end(self) -> None:
        now = time.monotonic()
        self._closing.begin("told to end (SIGTERM)", now + _TOLD, now + 60.0)

    def _crash(self, error: BaseException) -> None:
        """A thread has met what must not happen: end, and let the next agent go on with what the pool has."""
        import traceback

        traceback.print_exception(error)
        self._code = CRASHED
        os._exit(CRASHED)

    def _look_at_use(self) -> None:
        use = self._meter.look()
        if not self._agent.closing:
            reason = self._at_risk
            self._bucket.ask(lambda side: side.say(MachineState.RUNNING, reason, use))
        self._loop.later(_USE_EVERY, self._look_at_use)
