"""Speaks the sampler's side of the protocol in place of the real shell: peer.py ATTACK_FILE LOG.

The attack file holds the name of an attack of attacks.py and is read once per session. Each attack adds a line to the log when it has begun.
"""
import os
import signal
import sys
import time

import attacks
import honest


class Peer:
    """The two ends of the stream, and the nonce that marks the headers."""

    def __init__(self, log):
        self.nonce = ""
        self._log = log

    def read_line(self):
        """A line that the service wrote, without its end; None at the end of input."""
        line = sys.stdin.buffer.readline()
        return line.decode().rstrip("\n") if line else None

    def write(self, text):
        data = text.encode("utf-8", "surrogateescape") if isinstance(text, str) else text
        while data:
            data = data[os.write(1, data):]

    def read_script(self):
        """Reads the sampler's script up to its last line, and learns the nonce from it."""
        while (line := self.read_line()) != "main":
            if line is None:
                sys.exit(0)
            if line.startswith("n="):
                self.nonce = line[2:].split(" ")[0]

    def hello(self, epoch, up):
        self.write(f"\n@{self.nonce} hello 1 pid={os.getpid()} ppid=1 epoch={epoch} up={up} user=fleet\n")

    def begin(self, sequence, up):
        self.write(f"\n@{self.nonce} frame {sequence} {up}\n")

    def section(self, name, body, started, done):
        self.write(self.section_bytes(name, body, started, done))

    def section_bytes(self, name, body, started, done):
        data = body.encode("utf-8", "surrogateescape")
        return b"".join([f"\n@{self.nonce} {name} 0 {started} {done} {len(data)}\n".encode(), data, f"\n@{self.nonce} .\n".encode()])

    def end(self, sequence):
        self.write(f"\n@{self.nonce} end {sequence}\n")

    def played(self, attack):
        with open(self._log, "a") as log:
            log.write(attack + "\n")


def main(attack_file, log):
    signal.alarm(600)  # ends the peer even if an attack ignores signals
    with open(attack_file) as file:
        name = file.read().strip()
    attack = attacks.ATTACKS[name]()
    peer = Peer(log)
    attack.before_hello(peer)
    peer.read_script()
    peer.hello(*attack.clock(time.time(), honest.uptime()))
    while (line := peer.read_line()) is not None:
        if line:
            sequence, *words = line.split(" ")
            attack.frame(peer, sequence, words)
    attack.at_end(peer)


try:
    main(*sys.argv[1:])
except BrokenPipeError:
    os._exit(0)
