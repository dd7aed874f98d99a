"""One row of the table: a figure with its spread, and whether it meets its target."""
import statistics
from dataclasses import asdict, dataclass, field


@dataclass
class Row:
    what: str                 # the workload
    who: str                  # the tool or mode
    unit: str                 # "x native", "ns a call", …
    samples: list = field(default_factory=list)   # one a round
    target: float = None
    at_least: bool = False    # the target is a lower bound
    floor: float = None       # the same figure of a program that does only the unavoidable part, in the same run
    note: str = ""

    @property
    def figure(self):
        return statistics.median(self.samples)

    def verdict(self):
        """met, floor (missed, but within 10 % of what cannot be avoided), missed, or nothing where there is no target."""
        if self.target is None:
            return ""
        if self.figure >= self.target if self.at_least else self.figure <= self.target:
            return "met"
        if not self.floor:
            return "missed"
        near = self.figure >= self.floor / 1.1 if self.at_least else self.figure <= 1.1 * self.floor
        return "floor" if near else "missed"

    def as_dict(self):
        return asdict(self) | {"figure": self.figure, "verdict": self.verdict()}


def number(value):
    return f"{value:.3f}" if abs(value) < 10 else f"{value:.1f}" if abs(value) < 1000 else f"{value:,.0f}"


def table(rows):
    """Markdown: the README shows it as it is."""
    lines = ["| workload | recorded by | figure | spread | unit | target | |", "| --- | --- | ---: | ---: | --- | ---: | --- |"]
    for row in rows:
        target = "" if row.target is None else f"{'≥' if row.at_least else '≤'} {row.target:g}"
        spread = f"{number(min(row.samples))} … {number(max(row.samples))}"
        verdict = row.verdict()
        if row.floor and verdict in ("floor", "missed"):
            verdict += f" {number(row.floor)}" if verdict == "floor" else f", floor {number(row.floor)}"
        note = f"{verdict}{'; ' if verdict and row.note else ''}{row.note}"
        lines.append(f"| {row.what} | {row.who} | {number(row.figure)} | {spread} | {row.unit} | {target} | {note} |")
    return "\n".join(lines)


def publish(path, name, text):
    """Puts `text` between the marks <!-- overhead:NAME:begin --> and <!-- overhead:NAME:end --> of a page."""
    begin, end = f"<!-- overhead:{name}:begin -->", f"<!-- overhead:{name}:end -->"
    with open(path) as file:
        page = file.read()
    if begin not in page or end not in page:
        raise ValueError(f"{path} has no marks for the table '{name}'")
    with open(path, "w") as file:
        file.write(page[:page.index(begin) + len(begin)] + "\n" + text + "\n" + page[page.index(end):])
