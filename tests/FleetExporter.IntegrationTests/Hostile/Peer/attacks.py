"""Attacks by a hostile host. Each attack answers correctly except where it attacks."""
import os
import signal
import time

import honest
import values


class Attack:
    """An honest host; attacks replace parts of it."""

    def __init__(self):
        self.tick = 0

    def before_hello(self, peer):
        pass

    def clock(self, epoch, up):
        """The host's time for hello."""
        return int(epoch), f"{up:.2f}"

    def frame(self, peer, sequence, words):
        self.tick += 1
        up = honest.uptime()
        peer.begin(sequence, f"{up:.2f}")
        for word in words:
            body = self.body(word)
            if body is None:
                body = honest.answer(word)
            else:
                peer.played(type(self).__name__)
            peer.section(word, body, *self.times(up, honest.uptime()))
        peer.end(sequence)

    def times(self, started, done):
        """The uptimes around a section."""
        return f"{started:.2f}", f"{done:.2f}"

    def body(self, word):
        """The attack's answer to a word; None for a correct answer."""

    def at_end(self, peer):
        pass


class EndlessLine(Attack):
    def frame(self, peer, sequence, words):
        peer.played("EndlessLine")
        peer.begin(sequence, "1.00")
        while True:
            peer.write(b"x" * 65536)


class NoiseBeforeHello(Attack):
    def before_hello(self, peer):
        peer.played("NoiseBeforeHello")
        noise = os.urandom(65536) + b"\n@0123456789abcdef0123456789abcdef hello 1 pid=1 ppid=1 epoch=1 up=1 user=root\n"
        while True:
            peer.write(noise)


class Trickle(Attack):
    """One byte per second in a section of the maximum length."""

    def frame(self, peer, sequence, words):
        peer.played("Trickle")
        peer.write(f"\n@{peer.nonce} {words[0]} 0 1.00 1.00 {4 * 1024 * 1024}\n")
        while True:
            peer.write(b"x")
            time.sleep(1)


class Flood(Attack):
    """Endless complete sections, as fast as possible."""

    def frame(self, peer, sequence, words):
        peer.played("Flood")
        peer.begin(sequence, "1.00")
        times = self.times(honest.uptime(), honest.uptime())
        headers = f"\n@{peer.nonce} nonsense\n\n@{peer.nonce} end 0\n".encode()
        block = b"".join(peer.section_bytes(word, honest.answer(word), *times) + headers for word in words)
        while True:
            peer.write(block * 100)


class OutOfOrder(Attack):
    """Late, twice, in the wrong order, with ends of other frames and sections that were not requested."""

    def frame(self, peer, sequence, words):
        peer.played("OutOfOrder")
        time.sleep(3)
        times = self.times(honest.uptime(), honest.uptime())
        for word in [*reversed(words), "gpu", "passwd", *words, "host"]:
            peer.section(word, honest.answer(word), *times)
            peer.end(int(sequence) - 1)
            peer.end(int(sequence) + 1)
        peer.end(sequence)
        peer.end(sequence)


class IgnoresEnd(Attack):
    """Keeps its output open, and writes to it, after the service has closed the stream."""

    def before_hello(self, peer):
        for number in (signal.SIGHUP, signal.SIGTERM, signal.SIGINT, signal.SIGPIPE):
            signal.signal(number, signal.SIG_IGN)

    def body(self, word):
        return honest.answer(word)

    def at_end(self, peer):
        while True:
            try:
                peer.write(b"x" * 1024)
            except OSError:
                pass
            time.sleep(0.01)


class Rows(Attack):
    def body(self, word):
        return "T1:::a:\n" * 400_000 if word == "temperature" else None


class DeepXml(Attack):
    def body(self, word):
        return honest.gpu_details("<a>" * 200_000 + "</a>" * 200_000) if word == "gpu_details" else None


class ManyGpus(Attack):
    def body(self, word):
        if word == "gpu":
            return honest.gpu(f"GPU-{i:08x}" for i in range(30_000))
        if word == "gpu_processes":
            return "".join(f"GPU-{i % 30_000:08x}, {i}, python, 1\n" for i in range(100_000))


class NewIds(Attack):
    """About 100,000 new ids a minute. Each answer alone stays within the limits, but for that of the XIDs."""

    def body(self, word):
        first = self.tick * 1_000 + time.time_ns() // 1_000_000_000 * 1_000_000
        if word == "tmux":
            return honest.tmux([honest.session(i, f"s{i}", attached=1) for i in range(first, first + 1_000)])
        if word == "gpu":
            return honest.gpu(f"GPU-{i:016x}" for i in range(first, first + 64))
        if word == "xid":
            return "".join(f"[ {4242 + i}.000000] NVRM: Xid (PCI:{i:04x}:3b:00): {i % 999}, x\n" for i in range(40_000))


class Numbers(Attack):
    def body(self, word):
        return values.extremes(honest.answer(word), self.tick)

    def times(self, started, done):
        return (values.extreme(self.tick), f"{done:.2f}") if self.tick % 3 == 0 else (f"{started:.2f}", f"{done:.2f}")


class Divisors(Attack):
    """Divisors of ratios and rates are zero or nearly zero."""

    def body(self, word):
        if word == "gpu":
            return honest.gpu().replace(" 81559,", " 0,")
        return honest.tmux().replace(" 5000 500 ", f" {5000 * self.tick} 500 ") if word == "tmux" else honest.answer(word)

    def times(self, started, done):
        return ("4.9e-324", "4.9e-324") if self.tick % 2 else ("0", "0")


class Names(Attack):
    def body(self, word):
        return values.hostile_names(word)


class Clock(Attack):
    """Epoch and uptime jump back and forth, and each answer is from another boot."""

    def clock(self, epoch, up):
        return [0, 1, int(epoch), 4102444800, 32503679999][os.getpid() % 5], [0, 1, 0.01, 999999999][os.getpid() % 4]

    def times(self, started, done):
        return [("0", "0"), ("999999999", "0"), ("0.01", "999999999.99"), (f"{started:.2f}", f"{done:.2f}")][self.tick % 4]

    def body(self, word):
        if word == "system":
            return honest.system().replace("btime=1760000000", f"btime={self.tick % 2 * 32503679999}").replace("1111", f"{self.tick:04x}")
        return honest.answer(word)


ATTACKS = {attack.__name__: attack for attack in Attack.__subclasses__()}
