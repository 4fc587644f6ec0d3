"""A process that has the engine loaded and forks a child for each solve: 20 ms, where starting one takes a second.

The server loads everything once, in one thread, and freezes what it has loaded, so that no child looks for garbage in
it. A child is as one that was started by itself: it has its own session, limits, environment, messages and end, and
nothing of one solve is left for the next. The server ends with its parent, however that ends, as their socket does, and
a child whose parent has lost interest is killed. Where a system cannot fork safely there is no server, and children are
started by themselves (`processes.py`).

A request is four handles (the child's input, output, standard error, and a socket for how it stands), then the length
of a JSON object and the object. On that socket the server writes the child's process id, and later its exit code.
"""

from __future__ import annotations

import gc
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import traceback
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from pathlib import Path
from struct import Struct
from typing import IO, TYPE_CHECKING, Any

from optimizer.running.entry import Parent
from optimizer.running.process_limits import ONE_THREAD, cap

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

_NUMBER = Struct(">i")
#: Handles of one request.
HANDLES = 4
#: What the system calls a forked child: its command line is the server's.
CHILD_NAME = "paigong-solver"


# --- the parent ---------------------------------------------------------------------------------------------------


class ForkServer:
    """A server, and requests to it.

    Parameters
    ----------
    module
        Of ours, by its dotted name: its `load()` loads what children need, and is called once.
    is_split_off
        Whether the server is a fork of this process itself, and has what that has loaded: for one that has nothing
        open yet that a server must not hold. A process with threads starts one all the same.
    """

    def __init__(self, module: str, *, is_split_off: bool = False) -> None:
        self._lock = threading.Lock()
        self._control, theirs = socket.socketpair()
        self.process: subprocess.Popen[bytes] | SplitProcess
        with theirs:
            if is_split_off and _has_one_thread():
                self.process = SplitProcess(partial(self._be_server, module, theirs))
                return
            self.process = subprocess.Popen(
                [sys.executable, "-m", "optimizer.running.entry", __name__, "{}", module, str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                # A process with threads must not fork.
                env={**os.environ, **ONE_THREAD},
                pass_fds=(theirs.fileno(),),
                # Ctrl-C reaches the parent alone.
                start_new_session=True,
            )

    def _be_server(self, module: str, control: socket.socket) -> None:
        """Serve in the process that was split off."""
        self._control.close()
        os.environ.update(ONE_THREAD)
        _serve(module, control)

    @property
    def is_alive(self) -> bool:
        """Whether the process runs."""
        return self.process.poll() is None

    def fork(
        self, module: str, arguments: Sequence[str], limits: Mapping[str, int], env: Mapping[str, str]
    ) -> ForkedProcess:
        """Ask for a child; it begins as soon as the server has loaded everything.

        Raises
        ------
        OSError
            When the server has ended.
        """
        asked = {
            "module": module,
            "arguments": list(arguments),
            "limits": dict(limits),
            "env": dict(env),
            "folder": str(Path.cwd()),
        }
        content = json.dumps(asked).encode()
        (stdin, to_child), (from_child, stdout), (last_words, stderr) = os.pipe(), os.pipe(), os.pipe()
        ours, theirs = socket.socketpair()
        try:
            with self._lock:
                head = _NUMBER.pack(len(content))
                socket.send_fds(self._control, [head], [stdin, stdout, stderr, theirs.fileno()])
                self._control.sendall(content)
        except OSError:
            ours.close()
            for handle in (to_child, from_child, last_words):
                os.close(handle)
            raise
        finally:
            theirs.close()
            for handle in (stdin, stdout, stderr):
                os.close(handle)
        return ForkedProcess(ours, to_child, from_child, last_words)

    def close(self) -> None:
        """Let it end when its last child has."""
        self._control.close()

    def end(self) -> None:
        """Kill it; what it has forked finds the end of its messages."""
        self.close()
        self.process.kill()
        self.process.wait()


class SplitProcess:
    """A fork of this process that does one thing and ends, as far as `subprocess.Popen` is needed: looking, killing.

    Ctrl-C does not reach it, and it has neither our input nor our outputs.
    """

    def __init__(self, run: Callable[[], None]) -> None:
        self.returncode: int | None = None
        self.pid = os.fork()
        if self.pid == 0:
            code = 1
            try:
                os.setsid()
                with open(os.devnull, "r+b", buffering=0) as nothing:
                    for number in range(3):
                        os.dup2(nothing.fileno(), number)
                run()
                code = 0
            finally:
                os._exit(code)

    def poll(self) -> int | None:
        """Return the exit code, `None` while the process runs."""
        return self._look(os.WNOHANG)

    def wait(self) -> int | None:
        """Wait for the end and return the exit code."""
        return self._look(0)

    def kill(self) -> None:
        """Kill the process."""
        if self.poll() is None:
            os.kill(self.pid, signal.SIGKILL)

    def _look(self, options: int) -> int | None:
        if self.returncode is None:
            pid, status = os.waitpid(self.pid, options)
            self.returncode = os.waitstatus_to_exitcode(status) if pid else None
        return self.returncode


class ForkedProcess:
    """A child of the server, as far as `subprocess.Popen` is needed: messages, waiting, killing.

    Parameters
    ----------
    standing
        The socket on which the server says how the child stands.
    """

    def __init__(self, standing: socket.socket, to_child: int, from_child: int, last_words: int) -> None:
        self._standing = standing
        self._told = b""
        self.stdin: IO[bytes] = os.fdopen(to_child, "wb")
        self.stdout: IO[bytes] = os.fdopen(from_child, "rb")
        self.stderr: IO[bytes] = os.fdopen(last_words, "rb")
        self.returncode: int | None = None

    @property
    def pid(self) -> int | None:
        """The process id; `None` before the child has begun."""
        self.poll()
        return self._number(0)

    def _number(self, place: int) -> int | None:
        at = place * _NUMBER.size
        return _NUMBER.unpack_from(self._told, at)[0] if len(self._told) >= at + _NUMBER.size else None

    def poll(self) -> int | None:
        """Return the exit code, `None` while the child runs."""
        with suppress(subprocess.TimeoutExpired):
            self.wait(0.0)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the end and return the exit code.

        Raises
        ------
        subprocess.TimeoutExpired
            When the child still runs after so many seconds.
        """
        while self.returncode is None:
            if not select.select([self._standing], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired(CHILD_NAME, timeout or 0.0)
            more = self._standing.recv(2 * _NUMBER.size - len(self._told))
            self._told += more
            if not more:
                # Without its server nobody could say when it ends.
                self.kill()
            elif (code := self._number(1)) is not None:
                self._end(code)
        return self.returncode

    def kill(self) -> None:
        """Kill the child; one that has not begun never will."""
        if self.returncode is None:
            self.send_signal(signal.SIGKILL)
            self._end(-signal.SIGKILL)

    def send_signal(self, number: int) -> None:
        """Send a signal to the child; one that has ended, or has not begun, does not get it."""
        # The server waits for a child only when the socket is closed: until then the number is this child's.
        pid = self._number(0)
        if self.returncode is None and pid is not None:
            with suppress(ProcessLookupError):
                os.kill(pid, number)

    def _end(self, code: int) -> None:
        self.returncode = code
        self._standing.close()


# --- the server ---------------------------------------------------------------------------------------------------


def serve(_parent: Parent, module: str, handle: str) -> None:
    """Serve in a process that was started for it; `handle` is the number of the socket on which requests come."""
    with socket.socket(fileno=int(handle)) as control:
        _serve(module, control)


def _serve(module: str, control: socket.socket) -> None:
    """Load what a module names, then fork a child a request until the parent is gone and the last child has ended."""
    # Who ends it is its parent; a signal to all processes of a service would leave the solves under way without it.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    # What is loaded stays: looking for garbage in it meanwhile took a tenth of the time.
    gc.disable()
    import_module(module).load()
    gc.freeze()
    gc.enable()
    if _has_one_thread():
        _Nursery(control).run()


def _has_one_thread() -> bool:
    """Return whether this process may fork: another thread may hold a lock that no child would ever see opened."""
    return len(os.listdir("/proc/self/task")) == 1


@dataclass(slots=True)
class _Running:
    """A child as the server sees it."""

    pid: int
    standing: socket.socket
    is_ended: bool = False


class _Nursery:
    """The loop of the server.

    Parameters
    ----------
    control
        Where requests come from; its end is the parent's.
    """

    def __init__(self, control: socket.socket) -> None:
        self._control = control
        self._children: list[_Running] = []
        self._is_open = True
        self._woken, self._wake = socket.socketpair()
        for end in (self._woken, self._wake):
            end.setblocking(False)

    def run(self) -> None:
        """Serve until there is nobody left to serve."""
        signal.set_wakeup_fd(self._wake.fileno(), warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        while self._is_open or self._children:
            watched = [self._woken, *(child.standing for child in self._children)]
            ready = select.select([*watched, self._control] if self._is_open else watched, [], [])[0]
            if self._woken in ready:
                with suppress(BlockingIOError):
                    self._woken.recv(4_096)
                for child in self._children:
                    self._tell_end(child)
            for child in [child for child in self._children if child.standing in ready]:
                self._part_from(child)
            if self._control in ready:
                self._take_request()

    def _tell_end(self, child: _Running) -> None:
        """Tell the exit code of a child that has ended; its process id stays taken until the parent knows."""
        ended = os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        if ended is not None and not child.is_ended:
            child.is_ended = True
            code = ended.si_status if ended.si_code == os.CLD_EXITED else -ended.si_status
            with suppress(OSError):
                child.standing.sendall(_NUMBER.pack(code))

    def _part_from(self, child: _Running) -> None:
        """Take leave of a child whose parent waits no longer for it, running or not."""
        os.kill(child.pid, signal.SIGKILL)
        os.waitpid(child.pid, 0)
        child.standing.close()
        self._children.remove(child)

    def _take_request(self) -> None:
        try:
            head, handles, _, _ = socket.recv_fds(self._control, _NUMBER.size, HANDLES)
            content = self._received(_NUMBER.unpack(head)[0]) if len(head) == _NUMBER.size else None
        except OSError:
            handles, content = [], None
        if content is None:
            self._is_open = False
            for handle in handles:
                os.close(handle)
            return
        standing = socket.socket(fileno=handles[3])
        # Where the system has no room for another process, the parent finds that the child has not begun.
        with suppress(OSError):
            pid = os.fork()
            if pid == 0:
                self._be_child(json.loads(content), handles[:3], standing)
            self._children.append(_Running(pid, standing))
            standing.sendall(_NUMBER.pack(pid))
        for handle in handles[:3]:
            os.close(handle)
        if not any(child.standing is standing for child in self._children):
            standing.close()

    def _received(self, size: int) -> bytes | None:
        content = b""
        while len(content) < size:
            more = self._control.recv(size - len(content))
            if not more:
                return None
            content += more
        return content

    def _be_child(self, asked: dict[str, Any], handles: Sequence[int], standing: socket.socket) -> None:
        """Go on as a child that was started by itself; never return."""
        code = 1
        try:
            signal.set_wakeup_fd(-1)
            for default in (signal.SIGCHLD, signal.SIGTERM):
                signal.signal(default, signal.SIG_DFL)
            for end in (self._control, self._woken, self._wake, standing, *(one.standing for one in self._children)):
                end.close()
            os.setsid()
            for number, handle in enumerate(handles):
                os.dup2(handle, number)
                os.close(handle)
            os.environ.clear()
            os.environ.update(asked["env"])
            tempfile.tempdir = None
            os.chdir(asked["folder"])
            with suppress(OSError):
                Path("/proc/self/comm").write_text(CHILD_NAME, encoding="ascii")
            cap(**asked["limits"])
            with suppress(BrokenPipeError):
                import_module(asked["module"]).serve(Parent(), *asked["arguments"])
            code = 0
        except BaseException:
            traceback.print_exc()
        finally:
            with suppress(OSError, ValueError):
                sys.stdout.flush()
                sys.stderr.flush()
            os._exit(code)
