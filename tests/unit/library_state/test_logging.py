"""How loggers are configured goes to another process and comes back, handlers included."""

from __future__ import annotations

from pathlib import Path

from tests.unit.library_state.processes import run

KEEPER = """
import logging
class Keeper(logging.Handler):
    def __init__(self):
        super().__init__()
        self.kept = []
    def emit(self, record):
        self.kept.append(self.format(record))
"""


def test_levels_and_switches() -> None:
    run(
        "import logging\nassert get('logging') is None\n"
        "log = logging.getLogger('a.b'); log.setLevel(10); log.propagate = False; log.disabled = True\n"
        "logging.disable(15)\n"
        "logging.addLevelName(25, 'NEWS')\n"
        "logging.captureWarnings(True)\n"
        "see = lambda: (log.level, log.propagate, log.disabled, logging.root.manager.disable, "
        "logging.getLevelName(25), logging.getLevelName('NEWS'), logging._warnings_showwarning is None)\n"
        "changed, value = see(), sent('logging')\nput('logging', None)\n"
        "assert see() == (0, True, False, 0, 'Level 25', 'Level NEWS', True), see()\nassert get('logging') is None\n"
        "put('logging', value)\nassert see() == changed and get('logging') == value\n"
    )


def test_a_handler_of_a_stream_writes_to_this_processs() -> None:
    said = run(
        "import logging\nlogging.basicConfig(stream=sys.stdout, format='%(name)s %(message)s', level=20)\n"
        "value = sent('logging')\nput('logging', None)\nassert not logging.root.handlers\n"
        "put('logging', value)\n(handler,) = logging.root.handlers\nassert handler.stream is sys.stdout\n"
        "logging.getLogger('x').info('news')\nput('logging', value)\nassert logging.root.handlers == [handler]\n"
    )
    assert said == "x news\n"


def test_what_a_handler_collects_is_its_own() -> None:
    run(
        KEEPER + "handler = Keeper()\nlogging.root.addHandler(handler)\nlogging.warning('one')\n"
        "value = get('logging')\nassert value.loggers[''].handlers[0][2]['kept'] is handler.kept\n"
        "import cloudpickle\nvalue = cloudpickle.loads(cloudpickle.dumps(value))\n"
        "value.loggers[''].handlers[0][2]['kept'].append('two')\nput('logging', value)\n"
        "assert logging.root.handlers == [handler] and handler.kept == ['one', 'two']\n"
    )


def test_a_file_goes_on_where_it_was(tmp_path: Path) -> None:
    run(
        "import logging\nlogging.basicConfig(filename='log.txt', filemode='w')\nlogging.warning('one')\n"
        "value = sent('logging')\nput('logging', None)\nput('logging', value)\n"
        "handler = logging.root.handlers[0]\nlogging.warning('two')\nhandler.close()\n",
        tmp_path,
    )
    assert (tmp_path / "log.txt").read_text() == "WARNING:root:one\nWARNING:root:two\n"


def test_a_handler_that_cannot_leave_says_so_when_it_is_needed() -> None:
    said = run(
        KEEPER + "import threading\nhandler = Keeper()\nhandler.other = threading.Lock()\n"
        "handler.setLevel(30)\nlog = logging.getLogger('far')\nlog.propagate = False\nlog.addHandler(handler)\n"
        "value = sent('logging')\nput('logging', None)\nput('logging', value)\n(there,) = log.handlers\n"
        "assert there is not handler and there.level == 30\nsys.stderr = sys.stdout\n"
        "log.info('low'); print('nothing yet'); log.warning('high'); log.warning('higher')\n"
        "back = sent('logging')\nlog.handlers[:] = [handler]\nput('logging', back)\nassert log.handlers == [handler]\n"
    )
    quiet, loud = said.splitlines()
    assert quiet == "nothing yet"
    assert "Keeper" in loud
    assert "cannot leave the kernel" in loud


def test_what_a_library_configures_when_it_is_imported_stays() -> None:
    run(
        "import logging\nfrom cellburst.library_state import logging_\n"
        "before = logging_.configured()\nlogging.getLogger('lib').setLevel(40)\n"
        "logging_.keep_for_libraries(logging_.configured() - before)\n"
        "logging.getLogger('lib').setLevel(10)\nlogging.getLogger('mine').setLevel(10)\nget('logging')\n"
        "put('logging', None)\nassert logging.getLogger('lib').level == 40 and logging.getLogger('mine').level == 0\n"
    )


def test_a_handler_in_a_variable_and_in_its_logger_is_one_object() -> None:
    run(
        KEEPER + "from cellburst.payload import pickling\n"
        "handler = Keeper(); handler.setLevel(40); handler.setFormatter(logging.Formatter('%(message)s!'))\n"
        "logging.root.addHandler(handler)\n"
        "body, buffers = pickling.dump({'variable': handler, 'state': get('logging')}, 1 << 60)\n"
        "lock, logging.root.handlers[:] = handler.lock, []\n"
        "found = pickling.load(b''.join(body), buffers, {})\nput('logging', found['state'])\n"
        "(there,) = logging.root.handlers\nassert there is found['variable'] and there is not handler\n"
        "assert there.lock is not None and there.lock is not lock and there.level == 40\n"
        "logging.error('on'); logging.warning('off')\nassert there.kept == ['on!']\n"
    )
