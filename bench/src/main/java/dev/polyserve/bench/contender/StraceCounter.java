package dev.polyserve.bench.contender;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Counts with `strace -c`, which stops the contender at each system call.
final class StraceCounter implements SystemCallCounter {
    private static final String NAME = "strace";
    private static final Pattern ATTACHED = Pattern.compile(".*Process \\d+ attached.*");
    private static final Pattern TOTAL = Pattern.compile("(\\d+)\\s+total");

    private final TracerProcess strace;

    private StraceCounter(TracerProcess strace) {
        this.strace = strace;
    }

    /// Starts counting.
    static StraceCounter attach(String program, List<Long> pids) throws ContenderException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(program, "-f", "-c", "-U", "calls,name"));
        pids.forEach(pid -> command.addAll(List.of("-p", pid.toString())));
        TracerProcess strace = TracerProcess.start(NAME, command);
        try {
            for (int i = 0; i < pids.size(); i++) {
                strace.await(line -> ATTACHED.matcher(line).matches());
            }
            return new StraceCounter(strace);
        } catch (ContenderException | InterruptedException | RuntimeException e) {
            strace.close();
            throw e;
        }
    }

    @Override
    public Count stop() throws ContenderException, InterruptedException {
        List<String> report = strace.interrupt();
        Matcher total = TOTAL.matcher(report.isEmpty() ? "" : report.getLast());
        if (!total.matches()) {
            throw strace.failed("made no summary");
        }
        return new Count(Long.parseLong(total.group(1)), OptionalLong.empty(), NAME);
    }

    @Override
    public void close() {
        strace.close();
    }
}
