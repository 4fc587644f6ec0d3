"""Where the command `paigong` begins: nothing is loaded yet, so that Ctrl-C is answered from the first moment."""

from __future__ import annotations

import atexit
import sys

#: What a shell says of a command that Ctrl-C ended: 128 and the number of the signal.
INTERRUPTED = 130


def main() -> None:
    """Load the command line, which takes a moment, and run it."""
    try:
        from optimizer.running.process_limits import leave_garbage, seldom_look_for_garbage, start_no_threads

        atexit.register(leave_garbage)
        start_no_threads()
        if sys.argv[1:2] == ["plan"]:
            seldom_look_for_garbage()
            from optimizer.running.preloaded import split_off_server

            # What solves takes longest to load: it begins before the command line, in a process of its own.
            split_off_server()
        from api.cli import main as run

        run()
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
