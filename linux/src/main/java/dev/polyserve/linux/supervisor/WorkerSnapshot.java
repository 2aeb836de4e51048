package dev.polyserve.linux.supervisor;

import dev.polyserve.WorkerInfo;
import java.time.Duration;

/// What a supervisor knows of a worker at one moment.
record WorkerSnapshot(int number, long pid, State state, long active, long served,
        Duration age) implements WorkerInfo {}
