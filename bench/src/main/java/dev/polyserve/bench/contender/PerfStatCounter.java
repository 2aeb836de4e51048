package dev.polyserve.bench.contender;

import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/// Counts with `perf stat`: in the kernel, at about 50 ns per call.
final class PerfStatCounter implements SystemCallCounter {
    private static final String NAME = "perf";
    private static final String CALLS = "raw_syscalls:sys_enter";
    private static final String SWITCHES = "context-switches";
    private static final String SEPARATOR = ";";
    private static final String ACKNOWLEDGED = "ack";

    private final TracerProcess perf;

    private PerfStatCounter(TracerProcess perf) {
        this.perf = perf;
    }

    /// Starts counting.
    static PerfStatCounter attach(String program, List<Long> pids) throws ContenderException, InterruptedException {
        String list = pids.stream().map(String::valueOf).collect(Collectors.joining(","));
        // perf takes a moment to attach, so it starts disabled and waits for commands on its standard input.
        TracerProcess perf = TracerProcess.start(NAME, List.of(program, "stat", "-x", SEPARATOR, "-D", "-1",
                "--control", "fd:0,1", "-e", CALLS + "," + SWITCHES, "-p", list));
        try {
            send(perf, "enable");
            return new PerfStatCounter(perf);
        } catch (ContenderException | InterruptedException | RuntimeException e) {
            perf.close();
            throw e;
        }
    }

    @Override
    public Count stop() throws ContenderException, InterruptedException {
        try {
            send(perf, "disable");
        } catch (ContenderException e) {
            // perf reports and ends after the last process that it observes.
            if (!perf.hasEnded()) {
                throw e;
            }
        }
        List<String> report = perf.interrupt();
        return new Count(value(report, CALLS), OptionalLong.of(value(report, SWITCHES)), NAME);
    }

    @Override
    public void close() {
        perf.close();
    }

    /// Each reply ends in a zero byte, which then begins the next line.
    private static void send(TracerProcess perf, String command) throws ContenderException, InterruptedException {
        perf.writeLine(command);
        perf.await(line -> line.endsWith(ACKNOWLEDGED));
    }

    private long value(List<String> report, String event) throws ContenderException, InterruptedException {
        for (String line : report) {
            String[] fields = line.split(SEPARATOR, -1);
            if (fields.length > 2 && fields[2].startsWith(event) && !fields[0].isEmpty()
                    && fields[0].chars().allMatch(Character::isDigit)) {
                return Long.parseLong(fields[0]);
            }
        }
        throw perf.failed("did not count " + event);
    }
}
