"""Making sure that an interrupt is noticed.

A signal that arrives just before the main thread begins to wait in the system (or that the system hands to another
thread) is noted by Python and acted upon when the wait is over, which may be in an hour. So a helper thread follows
every SIGINT with a signal that does nothing but end the wait. With the same signal the pool makes a worker look at its
page, where a notice may be (notices.py).
"""

from __future__ import annotations

import _thread
import os
import signal
import threading
import time

from cellburst.worker.notices import notices

_POKE = signal.SIGURG
_DELAYS = (0.02, 0.2)  # seconds after the interrupt, and after the first poke
_descriptor = -1


def follow_interrupts() -> None:
    """From now on, in this process; to be called in the main thread."""
    global _descriptor
    read, _descriptor = os.pipe()
    os.set_blocking(_descriptor, False)
    signal.signal(_POKE, _poked)
    keep_following()
    _thread.start_new_thread(_poke_after_interrupts, (read, threading.get_ident()))


def keep_following() -> None:
    """Undo what a task may have done to that: event loops set the descriptor for themselves."""
    signal.set_wakeup_fd(_descriptor, warn_on_full_buffer=False)


def take_no_signals() -> None:
    """Leave all signals to other threads than this one."""
    signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())


def _poke_after_interrupts(read: int, main_thread: int) -> None:
    take_no_signals()
    while data := os.read(read, 4096):
        if signal.SIGINT in data:
            for delay in _DELAYS:
                time.sleep(delay)
                signal.pthread_kill(main_thread, _POKE)


def _poked(*_: object) -> None:
    """A handler, because a signal that is ignored ends no wait."""
    notices.heed()
