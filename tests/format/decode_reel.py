#!/usr/bin/env python3
"""Decodes a reel with stock tools, written from format/FORMAT.md alone: a second opinion on what the format says.

usage: decode_reel.py FILE SCHEMA

Prints `call ABI NUMBER ERRNO COUNT` for each combination, `kind NUMBER COUNT` for each kind of event, and sums over the
fields of all calls and the times of facts about descriptors (modulo 2^64), sorted.
"""

import collections
import re
import subprocess
import sys

MASK = (1 << 64) - 1
TOKEN = re.compile(rb'\s*(?:([A-Za-z][A-Za-z0-9]*) = |"((?:[^"\\]|\\.)*)"|([(),])|([^\s(),"]+))', re.S)
ESCAPES = {b"n": b"\n", b"t": b"\t", b"r": b"\r", b"a": b"\a", b"b": b"\b", b"f": b"\f", b"v": b"\v"}


def unescape(text):
    def one(match):
        code = match.group(1)
        return ESCAPES.get(code) or (bytes([int(code, 8)]) if code.isdigit() else bytes([int(code[1:], 16)])
                                     if code[:1] == b"x" else code)
    return re.sub(rb"\\([0-7]{3}|x[0-9a-fA-F]{2}|.)", one, text, flags=re.S)


def messages(text):
    """The structures that `capnp decode` printed: dictionaries of numbers, bytes and dictionaries."""
    stack, name, at = [], None, 0
    while match := TOKEN.match(text, at):
        at = match.end()
        field, string, sign, word = match.groups()
        if field is not None:
            name = field.decode()
        elif sign == b"(":
            stack.append((name, {}))
        elif sign == b")":
            owner, structure = stack.pop()
            if not stack:
                yield structure
            else:
                stack[-1][1][owner] = structure
        elif string is not None:
            stack[-1][1][name] = unescape(string)
        elif word is not None:
            stack[-1][1][name] = int(word)


class Column:
    """A column of numbers; empty means that all are zero."""

    def __init__(self, data):
        self.data, self.at = data, 0

    def more(self):
        return self.at < len(self.data)

    def byte(self):
        if not self.data:
            return 0
        self.at += 1
        return self.data[self.at - 1]

    def varint(self):
        value = shift = 0
        while self.data:
            part = self.byte()
            value |= (part & 0x7F) << shift
            shift += 7
            if part < 0x80:
                break
        return value

    def signed(self):
        value = self.varint()
        return (value >> 1) ^ -(value & 1)

    def bytes(self, count):
        self.at += count
        assert self.at <= len(self.data)
        return self.data[self.at - count:self.at]


def to_signed(value):
    value &= MASK
    return value - (1 << 64) if value >> 63 else value


def table(lengths, content):
    lengths, content, entries = Column(lengths), Column(content), []
    while lengths.more():
        entries.append(content.bytes(lengths.varint()))
    return entries


def content_table(places, lengths, content):
    """The contents of each place."""
    places, lengths, content, found, place = Column(places), Column(lengths), Column(content), {}, 0
    while places.more():
        place += places.varint()
        count = places.varint()
        sizes = [lengths.varint() for _ in range(count >> 1)]
        if count & 1:
            assert len(set(sizes)) == 1
            planes = content.bytes(sum(sizes))
            found[place] = [planes[row::len(sizes)] for row in range(len(sizes))]
        else:
            found[place] = [content.bytes(size) for size in sizes]
        place += 1
    assert not lengths.more() and not content.more()
    return found


class Blocks:
    """The blocks of the last call with a key and an outcome."""

    def __init__(self):
        self.layout, self.contents = 0, {}


class Caller:
    """The last call with a key by a task. One that is new begins as another one ended."""

    def __init__(self, other=None):
        self.first, self.ip, self.stack, self.others = (other.first, other.ip, other.stack, other.others) if other else (0, 0, b"", [0] * 5)
        self.by_descriptor = {}

    def choose(self, first):
        descriptor = first if first < 1024 else None
        self.others = self.by_descriptor.setdefault(descriptor, list(self.others))


class Key:
    def __init__(self, abi, number):
        self.abi, self.number = abi, number
        self.result = self.flags = 0
        self.blocks = [Blocks(), Blocks(), Blocks()]
        self.callers, self.caller = {}, None

    def called_by(self, task):
        self.caller = self.callers.setdefault(task, Caller(self.caller))
        return self.caller


class Calls:
    def __init__(self, chunk, count):
        fields = collections.defaultdict(bytes, chunk.get("calls", {}))
        self.columns = {name: Column(data) for name, data in fields.items()}
        numbers = Column(fields["keyNumbers"])
        self.keys = [Key(abi, numbers.signed()) for abi in fields["keyAbis"]]
        self.layouts = table(fields["layoutLengths"], fields["layoutTags"])
        self.contents = content_table(fields["contentPlaces"], fields["contentLengths"], fields["contentBytes"])
        self.fresh = collections.Counter()
        self.ends = {}
        self.recent_end = chunk.get("baseTime", 0)
        self.position = 0
        self.arrange(count)

    def column(self, name):
        return self.columns.setdefault(name, Column(b""))

    def split(self, name):
        return (self.column(name + "High").signed() * 256) + self.column(name + "Low").byte()

    def arrange(self, count):
        """Brings the columns whose values stand by task or by key into the order of the calls."""
        self.tasks = [self.column("tasks").varint() for _ in range(count)]
        by_task = sorted(range(count), key=lambda call: min(self.tasks[call], 63))
        self.call_keys = {call: self.column("keys").varint() for call in by_task}
        by_key = sorted(range(count), key=lambda call: min(self.call_keys[call], 63))
        self.found = [None] * count
        for call in by_key:
            self.found[call] = self.decode(call)

    def decode(self, call):
        """All of a call but its start, which depends on other calls."""
        key = self.keys[self.call_keys[call]]
        group = min(self.call_keys[call], 63)
        caller = key.called_by(self.tasks[call])
        gap, duration, on_cpu = self.split("gaps"), to_signed(self.split("durations")), self.column("onCpu").varint()
        changes = self.column("changes").byte()
        details = self.column("details").byte() if changes & 0x80 else 0
        if changes & 1:
            caller.first = (caller.first + self.column("args0").signed()) & MASK
        caller.choose(caller.first)
        for slot in range(1, 6):
            if changes >> slot & 1:
                caller.others[slot - 1] = (caller.others[slot - 1] + self.column(f"args{slot}").signed()) & MASK
        if changes & 0x40:
            large = key.result >= 1 << 32 or key.result < -(1 << 32)
            key.result = to_signed(self.column("results").signed() + (key.result if large else 0))
        if details & 1:
            key.flags = self.column("flags").varint()
        if details & 2:
            caller.ip = (caller.ip + self.column("ips").signed()) & MASK
        blocks = key.blocks[0 if key.result < 0 else 1 if key.result == 0 else 2]
        if details & 4:
            blocks.layout = self.column("layouts").varint()
        args = [caller.first] + caller.others
        sums = self.blocks(key, blocks, group, args)
        if details & 8:
            code, place = self.column("stacks").varint(), group * 9 + 8
            caller.stack = b"" if code == 0 else self.next_of(place) if code == 1 else self.known(code - 2, place)
        sums["on_cpu"] += 0 if on_cpu == 0 else duration if on_cpu == 1 else on_cpu - 2
        sums["duration"] += duration
        sums["args"] += sum((slot + 1) * value for slot, value in enumerate(args))
        sums["result"] += key.result
        sums["flags"] += key.flags
        sums["ip"] += caller.ip
        sums["stack"] += sum(caller.stack)
        error = -key.result if -4096 < key.result < 0 else 0
        return gap, duration, sums, (key.abi, key.number, error)

    def next(self, sums):
        call = self.position
        self.position += 1
        task = self.tasks[call]
        gap, duration, found, kind = self.found[call]
        start = to_signed(gap + self.ends.get(task, self.recent_end))
        self.recent_end = self.ends[task] = to_signed(start + duration)
        sums.update(found)
        sums["start"] += start
        return kind

    def next_of(self, place):
        self.fresh[place] += 1
        return self.contents[place][self.fresh[place] - 1]

    def known(self, reference, place):
        index = reference >> 1
        if reference & 1:
            place, index = index % 576, index // 576
        return self.contents[place][index]

    def content(self, blocks, group, position):
        code, place = self.column("blockContents").varint(), group * 9 + min(position, 7)
        content = blocks.contents[position] if code == 1 else self.next_of(place) if code == 0 else self.known(code - 2, place)
        if position < 8:
            blocks.contents[position] = content
        return content

    def blocks(self, key, state, group, args):
        sums = collections.Counter()
        word = 4 if key.abi in (1, 2) else 8
        words, cursor, end = [], 0, args[0]
        for position, tag in enumerate(self.layouts[state.layout - 1] if state.layout else b""):
            source = tag & 7
            if source == 6:
                cursor = (cursor + self.column("blockPointers").varint()) % len(words)
                address = words[cursor]
                cursor += 1
            elif source == 7:
                address = (end + self.column("blockAddresses").signed()) & MASK
            else:
                address = args[source]
            content = self.content(state, group, position)
            wanted = len(content) if tag & 0x40 else self.column("blockWanted").varint()
            end = (address + len(content)) & MASK
            words += [int.from_bytes(content[at:at + word], "little") for at in range(0, len(content) - word + 1, word)]
            sums["blocks"] += 1
            sums["block_address"] += address
            sums["block_bytes"] += sum(content)
            sums["block_wanted"] += wanted
            sums["block_phase_and_end"] += (tag >> 3 & 1) + 16 * (tag >> 4 & 3)
        return sums


def main():
    file, schema = sys.argv[1:]
    content = subprocess.run(["zstd", "-dcq", file], check=True, stdout=subprocess.PIPE).stdout
    text = subprocess.run(["capnp", "decode", schema, "Chunk"], check=True, input=content, stdout=subprocess.PIPE).stdout
    counts, kinds, sums = collections.Counter(), collections.Counter(), collections.Counter()
    for chunk in messages(text):
        order = Column(chunk.get("order", b""))
        runs = []
        while order.more():
            runs.append((order.varint(), order.varint()))
        calls = Calls(chunk, sum(count for kind, count in runs if kind == 0))
        fact_times, waiting = Column(chunk.get("fdFacts", {}).get("time", b"")), 0
        for kind, count in runs:
            kinds[kind] += count
            if kind == 7:
                waiting += count
            if kind == 0:
                for _ in range(count):
                    counts[calls.next(sums)] += 1
                    while waiting:
                        waiting -= 1
                        sums["fact_time"] += calls.recent_end + fact_times.signed()
        while waiting:
            waiting -= 1
            sums["fact_time"] += chunk.get("baseTime", 0) + fact_times.signed()
        for name, column in calls.columns.items():
            tables = name.startswith(("key", "layoutLengths", "layoutTags", "content")) and name != "keys"
            assert tables or not column.more(), name
    lines = [f"call {abi} {number} {error} {count}" for (abi, number, error), count in counts.items()]
    lines += [f"kind {kind} {count}" for kind, count in kinds.items()]
    lines += [f"sum {name} {total & MASK}" for name, total in sums.items()]
    print("\n".join(sorted(lines)))


main()
