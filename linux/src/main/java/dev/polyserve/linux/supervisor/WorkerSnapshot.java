package dev.polyserve.linux.supervisor;

import dev.polyserve.WorkerInfo;
import java.time.Duration;

/// A worker at one moment.
record WorkerSnapshot(int number, long pid, State state, long active, long served,
        Duration age) implements WorkerInfo {}
