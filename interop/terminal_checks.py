"""`create-serving-app` on a pseudo-terminal: its questions, and Ctrl-C at each of them. Arguments: a folder, Node, the command."""

import fcntl
import os
import pty
import select
import struct
import sys
import termios
import time

LIMIT_S = 30
DIRECTORY, TEMPLATE, MANAGER, INSTALL = b"Where should it go?", b"What is it?", b"Which package manager?", b"Install its dependencies"


class Terminal:
    def __init__(self, cwd, node, *command):
        self.screen = b""
        self.pid, self.file = pty.fork()
        if self.pid == 0:
            os.chdir(cwd)
            os.environ["TERM"] = "xterm"
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
            os.execv(node, [node, *command])

    def read(self, until=None):
        """What is shown up to a text, or up to the end."""
        start = time.monotonic()
        while until is None or until not in self.screen:
            if time.monotonic() - start > LIMIT_S:
                raise AssertionError(f"no {until!r} after {LIMIT_S} s, but {self.screen!r}")
            if not select.select([self.file], [], [], 1)[0]:
                continue
            try:
                chunk = os.read(self.file, 65536)
            except OSError:
                chunk = b""
            if chunk == b"":
                break
            self.screen += chunk
        assert until is None or until in self.screen, f"no {until!r}, but {self.screen!r}"

    def press(self, keys):
        os.write(self.file, keys)

    def exit_code(self):
        self.read()
        os.close(self.file)
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


def answers_make_a_project(cwd, command):
    terminal = Terminal(cwd, *command)
    terminal.read(DIRECTORY)
    terminal.press(b"my-app\r")
    terminal.read(TEMPLATE)
    terminal.press(b"\x1b[B\r")
    terminal.read(MANAGER)
    terminal.press(b"\r")
    terminal.read(INSTALL)
    terminal.press(b"n")
    assert terminal.exit_code() == 0, terminal.screen
    with open(os.path.join(cwd, "my-app", "README.md"), encoding="utf-8") as file:
        assert "canary" in file.read(), "the second template was chosen, and another was made"


def ctrl_c_writes_nothing(cwd, command):
    questions = [DIRECTORY, TEMPLATE, MANAGER, INSTALL]
    for last in questions:
        before = sorted(os.listdir(cwd))
        terminal = Terminal(cwd, *command)
        for question in questions:
            terminal.read(question)
            if question == last:
                break
            terminal.press(b"given-up\r" if question == DIRECTORY else b"\r")
        terminal.press(b"\x03")
        code = terminal.exit_code()
        said = [line for line in terminal.screen.splitlines() if b"create-serving-app:" in line]
        assert code == 1, f"Ctrl-C at {last!r} ends with {code}: {terminal.screen!r}"
        assert len(said) == 1, f"Ctrl-C at {last!r} says {said!r}"
        assert sorted(os.listdir(cwd)) == before, f"Ctrl-C at {last!r} leaves {os.listdir(cwd)}"


def ctrl_c_while_it_installs_says_so(cwd, command):
    programs = os.path.join(cwd, "programs")
    os.mkdir(programs)
    with open(os.path.join(programs, "npm"), "w", encoding="utf-8") as file:
        file.write("#!/bin/sh\necho installing\nexec sleep 60\n")
    os.chmod(file.name, 0o755)
    before = os.environ["PATH"]
    os.environ["PATH"] = programs + os.pathsep + before
    terminal = Terminal(cwd, *command, "cut-short", "--template", "lookup", "--pm", "npm", "--install")
    os.environ["PATH"] = before
    terminal.read(b"installing")
    terminal.press(b"\x03")
    assert terminal.exit_code() == 1, terminal.screen
    assert terminal.screen.count(b"create-serving-app: given up") == 1, terminal.screen
    assert os.path.exists(os.path.join(cwd, "cut-short", "README.md")), "the project is not whole"
    assert [name for name in os.listdir(cwd) if name.startswith(".create-serving-app")] == []


def flags_leave_nothing_to_ask(cwd, command):
    terminal = Terminal(cwd, *command, "all-said", "--template", "lookup", "--pm", "npm", "--no-install")
    assert terminal.exit_code() == 0, terminal.screen
    assert DIRECTORY not in terminal.screen and TEMPLATE not in terminal.screen, terminal.screen


def main():
    cwd, *command = sys.argv[1:]
    checks = [answers_make_a_project, ctrl_c_writes_nothing, ctrl_c_while_it_installs_says_so, flags_leave_nothing_to_ask]
    for check in checks:
        check(cwd, command)
    print(f"{len(checks)} checks on a terminal")


main()
