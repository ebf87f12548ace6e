"""Interrupts that come again until they are heard: each case in a process of its own, which it may end."""

import subprocess
import sys

import pytest

BEGIN = """
import os, signal, threading, time
from wayfare.emulator import interrupts
interrupts.AGAIN_S = 0.05

def interrupt(number=signal.SIGINT):
    os.kill(os.getpid(), number)
    time.sleep(0.01)

def heard(seconds):
    try:
        time.sleep(seconds)
    except KeyboardInterrupt:
        return True
    return False
"""


def said_by(text, code=0):
    done = subprocess.run([sys.executable, "-c", BEGIN + text], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == code, done.stderr
    return done.stdout.split()


def test_an_interrupt_that_a_destructor_swallows_comes_again_until_the_block_is_left():
    said = said_by("""
class Swallowing:
    def __del__(self):
        interrupt()

with interrupts.insistent_interrupts():
    Swallowing()
    print(heard(30), heard(30))
print(heard(0.2), signal.getsignal(signal.SIGINT) is signal.default_int_handler)
print(signal.getsignal(signal.SIGALRM) is signal.SIG_DFL)
""")
    assert said == ["True", "True", "False", "True", "True"]


def test_nothing_comes_again_where_nothing_is_interrupted_or_the_handler_takes_it():
    said = said_by("""
heards = []
signal.signal(signal.SIGTERM, lambda *_: heards.append("taken"))
with interrupts.insistent_interrupts():
    interrupt(signal.SIGTERM)
    print(heard(0.2), *heards)
""")
    assert said == ["False", "taken"]


@pytest.mark.parametrize(
    "otherwise",
    [
        "thread = threading.Thread(target=block); thread.start(); thread.join()",
        "signal.signal(signal.SIGALRM, lambda *_: None); block()",
    ],
    ids=["not the main thread", "an alarm in use"],
)
def test_signals_stay_as_they_are_where_they_are_somebody_elses(otherwise):
    said = said_by(f"""
def block():
    with interrupts.insistent_interrupts():
        print(signal.getsignal(signal.SIGINT) is signal.default_int_handler)
{otherwise}
""")
    assert said == ["True"]


def test_a_signal_that_is_ignored_or_ends_the_process_still_does():
    said = said_by(
        """
signal.signal(signal.SIGINT, signal.SIG_IGN)
with interrupts.insistent_interrupts():
    interrupt()
    print("ignored", flush=True)
    interrupt(signal.SIGTERM)
""",
        code=-15,
    )
    assert said == ["ignored"]
