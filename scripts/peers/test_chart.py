"""The chart shows every single measurement: `python3 scripts/peers/test_chart.py`."""

import argparse
import csv
import importlib.machinery
import importlib.util
import re
import sys
import tempfile
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
LOADER = importlib.machinery.SourceFileLoader("run", str(Path(__file__).with_name("run")))
run = importlib.util.module_from_spec(importlib.util.spec_from_loader("run", LOADER))
sys.modules["run"] = run
LOADER.exec_module(run)

WORKLOAD = {"id": "W1", "sizes": "784-30-10", "title": "mini-batch 10", "kind": "train"}


def row(name, times, own):
    made = run.Row(run.Program(name, name, [name]), version="1", values=times, times=times)
    made.accuracies, made.memory = [95.0] * len(times), [1.0] * len(times)
    made.ratios = [theirs / ours for theirs, ours in zip(times, own)] if own else []
    return made


def files(rows):
    """The chart and the rounds of some rows."""
    with tempfile.TemporaryDirectory() as directory:
        out, done = Path(directory), [(WORKLOAD, rows, {})]
        run.write_svg(out, done, argparse.Namespace(cpu="a & b"))
        run.write_csv(out, done)
        with open(out / "peers-rounds.csv", newline="") as file:
            return (out / "peers.svg").read_text(), list(csv.DictReader(file))


class Chart(unittest.TestCase):
    def test_every_round_is_a_dot(self):
        own = [10.0, 11.0, 10.5]
        svg, rounds = files([row("nablab", own, own), row("numpy", [40.0, 44.0, 90.0], own)])
        self.assertEqual(svg.count("<circle"), 3)
        self.assertEqual([r["ratio"] for r in rounds], ["1.000"] * 3 + ["4.000", "4.000", "8.571"])
        # Equal ones stand beneath one another, and none leaves the picture.
        places = re.findall(r'<circle cx="([0-9.]+)" cy="([0-9.]+)"', svg)
        self.assertEqual(places[0][0], places[1][0])
        self.assertEqual(len(set(places)), 3)
        self.assertTrue(all(float(x) < run.PANEL_WIDTH for x, _ in places))

    def test_without_nablab_the_rounds_are_those_of_times(self):
        svg, rounds = files([row("numpy", [40.0, 44.0], None), row("torch", [80.0, 81.0], None)])
        self.assertEqual(svg.count("<circle"), 4)
        self.assertEqual([r["ratio"] for r in rounds], [""] * 4)


class Kept(unittest.TestCase):
    def test_other_workloads_are_kept_and_those_measured_again_are_not(self):
        workloads = {"W1": WORKLOAD, "W8": {**WORKLOAD, "id": "W8", "kind": "sweep"}}
        own, theirs = [10.0, 11.0, 10.5], [40.0, 44.0, 90.0]
        rows = [row("nablab", own, own), row("numpy", theirs, own)]
        rows[1].check, rows[1].date, rows[1].note = "ok", "2026-11-26", "a, b"
        everything = [made.program for made in rows]
        with tempfile.TemporaryDirectory() as directory:
            out = Path(directory)
            self.assertEqual(run.kept(out, ["W8"], workloads, everything), {})
            done = [(workloads["W1"], rows, {}), (workloads["W8"], rows, {})]
            run.write_csv(out, done)
            before = {path.name: path.read_text() for path in out.iterdir()}
            found = run.kept(out, ["W8"], workloads, everything)
            self.assertEqual(list(found), ["W1"])
            kept = found["W1"][1][1]
            self.assertEqual((kept.values, kept.check, kept.date, kept.note), (theirs, "ok", "2026-11-26", "a, b"))
            # What is kept is written as it was.
            run.write_csv(out, list(run.kept(out, [], workloads, everything).values()))
            self.assertEqual({path.name: path.read_text() for path in out.iterdir()}, before)
            # Medians alone of older files are no rounds, but as many as they say.
            (out / "peers-rounds.csv").unlink()
            kept = run.kept(out, ["W8"], workloads, everything)["W1"][1][1]
            self.assertEqual((kept.values, kept.rounds), ([44.0], 3))
            self.assertIn("3 rounds", run.measured([kept]))


if __name__ == "__main__":
    unittest.main()
