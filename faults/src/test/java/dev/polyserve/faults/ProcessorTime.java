package dev.polyserve.faults;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/// What a process takes of the processors, without its children.
final class ProcessorTime {
    private static final double TICKS_PER_SECOND = 100;

    private ProcessorTime() {}

    /// How much of a core it uses on average while that time passes.
    static double coresUsed(long pid, Duration time) throws Exception {
        long before = ticks(pid);
        long began = System.nanoTime();
        TimeUnit.NANOSECONDS.sleep(time.toNanos());
        return (ticks(pid) - before) / TICKS_PER_SECOND / ((System.nanoTime() - began) / 1e9);
    }

    private static long ticks(long pid) throws IOException {
        String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
        String[] afterName = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        return Long.parseLong(afterName[11]) + Long.parseLong(afterName[12]);
    }
}
