# SPDX-License-Identifier: Apache-2.0
"""Makes test/fixtures/training/events.tfevents: scalars in a file of TensorBoard's, written by TensorBoard itself.

    python test/python/make_events.py
"""
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.summary.writer.record_writer import RecordWriter

from common import FIXTURES

OUT = FIXTURES / "training" / "events.tfevents"


def scalars(wall_time, step, values):
    summary = Summary(value=[Summary.Value(tag=tag, simple_value=value) for tag, value in values.items()])
    return Event(wall_time=wall_time, step=step, summary=summary)


OUT.parent.mkdir(parents=True, exist_ok=True)
with open(OUT, "wb") as file:
    writer = RecordWriter(file)
    for event in (
        Event(wall_time=1_700_000_000.25, file_version="brain.Event:2"),
        scalars(1_700_000_001.5, 1, {"train/loss": 4.25, "train/learning_rate": 1e-4}),
        scalars(1_700_000_002, 40_000_000_000, {"evaluation/rücklauf": -0.125}),
    ):
        writer.write(event.SerializeToString())
    writer.flush()
