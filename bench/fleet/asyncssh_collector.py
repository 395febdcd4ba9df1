#!/usr/bin/python3
"""The collector to compare with: runs six commands per poll with asyncssh, over kept connections or a new one for each poll."""
import argparse
import asyncio
import time

import asyncssh

COMMANDS = (
    """top -bn1 | grep "Cpu(s)" | awk '{print $2}'""",
    """free -m | awk 'NR==2{printf "%d %d %.1f", $3, $2, $3*100/$2}'""",
    """cat /proc/loadavg | awk '{print $1, $2, $3}'""",
    "tmux list-sessions -F '#{session_name}|#{session_created}|#{session_attached}|#{session_windows}|#{session_activity}' 2>/dev/null || echo \"\"",
    "nvidia-smi --query-gpu=index,name,power.draw,power.limit,memory.used,memory.total,utilization.gpu,temperature.gpu"
    " --format=csv,noheader,nounits 2>/dev/null || echo \"\"",
    "nvidia-smi --query-compute-apps=pid,process_name,used_memory --format=csv,noheader,nounits 2>/dev/null || echo \"\"",
)


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--user", required=True)
    parser.add_argument("--key", required=True)
    parser.add_argument("--known-hosts", required=True)
    parser.add_argument("--hosts", type=int, required=True)
    parser.add_argument("--rounds", type=int, required=True, help="polls of each host")
    parser.add_argument("--interval", type=float, required=True, help="seconds between two polls of a host; hosts are spread over it")
    parser.add_argument("--fresh", action="store_true", help="a new connection for each poll")
    return parser.parse_args()


async def ask(connection: asyncssh.SSHClientConnection) -> None:
    answers = [await connection.run(command) for command in COMMANDS]
    # Empty output would be cheaper; the first five commands always print something.
    if not all(answer.stdout.strip() for answer in answers[:5]):
        raise RuntimeError(f"a command printed nothing: {[answer.stdout for answer in answers]}")


async def watch(number: int, o: argparse.Namespace, connecting: asyncio.Semaphore, begin: float) -> None:
    async def connect() -> asyncssh.SSHClientConnection:
        async with connecting:
            return await asyncssh.connect("127.0.0.1", o.port, username=o.user, client_keys=[o.key], known_hosts=o.known_hosts, agent_path=None, config=None)

    kept = None if o.fresh else await connect()
    for turn in range(o.rounds):
        await asyncio.sleep(begin + o.interval * (turn + number / o.hosts) - time.monotonic())
        if kept:
            await ask(kept)
        else:
            async with await connect() as connection:
                await ask(connection)
    if kept:
        kept.close()
        await kept.wait_closed()


async def main() -> None:
    o = options()
    # Kept connections get time to connect before the first poll; a host that is late polls at once.
    begin = time.monotonic() + (0 if o.fresh else 0.1 * o.hosts)
    connecting = asyncio.Semaphore(16)
    await asyncio.gather(*(watch(number, o, connecting, begin) for number in range(o.hosts)))


asyncio.run(main())
