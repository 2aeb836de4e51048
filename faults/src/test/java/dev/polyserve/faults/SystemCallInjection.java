package dev.polyserve.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Makes system calls of a running process fail, with strace, until it is closed.
///
/// **Thread**: the test's.
final class SystemCallInjection implements AutoCloseable {
    private static final int DETACH_SECONDS = 40;
    private static final Pattern CALL = Pattern
            .compile("(\\d+) +(\\d+\\.\\d+) (?:<\\.\\.\\. )?(\\w+)(?:\\(| resumed).*");

    private final Process strace;
    private final Path directory;

    private SystemCallInjection(Process strace, Path directory) {
        this.strace = strace;
        this.directory = directory;
    }

    /// A traced call.
    ///
    /// @param thread the id of the calling thread
    /// @param atSeconds the time of its return
    /// @param name the name of the system call
    /// @param injected whether it was made to fail
    /// @param ofThread whether it starts a thread, and no process
    record Call(String thread, double atSeconds, String name, boolean injected, boolean ofThread) {}

    /// Makes the calls fail that `when` selects: `1..3`, `2+3`, `1+`.
    static SystemCallInjection of(ServerProcess server, String call, String error, String when) throws Exception {
        return attach(server.pid(), List.of("-e", "trace=" + call, "-e", rule(call, error, when)));
    }

    /// Traces calls without making any fail.
    static SystemCallInjection none(ServerProcess server, String calls) throws Exception {
        return attach(server.pid(), List.of("-e", "trace=" + calls));
    }

    /// Makes calls fail, and also traces another call.
    static SystemCallInjection watching(ServerProcess server, String other, String call, String error, String when)
            throws Exception {
        return attach(server.pid(), List.of("-e", "trace=" + call + "," + other, "-e", rule(call, error, when)));
    }

    /// Makes calls of any process fail.
    static SystemCallInjection of(long pid, String call, String error, String when) throws Exception {
        return attach(pid, List.of("-e", "trace=" + call, "-e", rule(call, error, when)));
    }

    /// Makes calls on one socket fail.
    static SystemCallInjection onSocket(ServerProcess server, String inode, String call, String error, String when)
            throws Exception {
        return attach(server.pid(),
                List.of("-e", "trace=" + call, "-P", "socket:[" + inode + "]", "-e", rule(call, error, when)));
    }

    private static String rule(String call, String error, String when) {
        return "inject=" + call + ":error=" + error + ":when=" + when;
    }

    private static SystemCallInjection attach(long pid, List<String> what) throws Exception {
        Requirements.program("strace");
        Path directory = Files.createTempDirectory("polyserve-strace");
        List<String> command = new ArrayList<>(List.of("strace", "-f", "-ttt", "-p", Long.toString(pid), "-o",
                directory.resolve("calls").toString()));
        command.addAll(what);
        Process strace = new ProcessBuilder(command).redirectError(directory.resolve("messages").toFile()).start();
        var injection = new SystemCallInjection(strace, directory);
        try {
            Eventually.holds(() -> assertThat(injection.messages()).containsAnyOf(" attached", "strace: attach"));
            assumeFalse(injection.messages().contains("strace: attach"),
                    () -> "needs the permission to trace a process: " + injection.messages());
            return injection;
        } catch (Exception | Error e) {
            injection.close();
            throw e;
        }
    }

    private String messages() {
        try {
            return Files.readString(directory.resolve("messages"));
        } catch (IOException e) {
            throw new AssertionError("strace wrote no messages file", e);
        }
    }

    /// The traced calls so far, in order.
    List<Call> calls() throws IOException {
        List<Call> calls = new ArrayList<>();
        Map<String, String> begun = new HashMap<>();
        for (String line : Files.readAllLines(directory.resolve("calls"))) {
            Matcher call = CALL.matcher(line);
            if (!call.matches()) {
                continue;
            }
            String thread = call.group(1);
            if (line.contains("<unfinished")) {
                begun.put(thread, line);
            } else {
                // The line of a resumed call does not repeat its arguments.
                String whole = line.contains(" resumed>") ? begun.getOrDefault(thread, "") + line : line;
                calls.add(new Call(thread, Double.parseDouble(call.group(2)), call.group(3),
                        line.contains("(INJECTED)"), whole.contains("CLONE_THREAD")));
            }
        }
        return calls;
    }

    /// The number of calls that failed so far.
    long failures() throws IOException {
        return calls().stream().filter(Call::injected).count();
    }

    /// The time from each failed call to the next call.
    List<Duration> pausesAfterFailures() throws IOException {
        List<Call> calls = calls();
        List<Duration> pauses = new ArrayList<>();
        for (int i = 0; i + 1 < calls.size(); i++) {
            if (calls.get(i).injected()) {
                pauses.add(Duration.ofNanos((long) (1e9 * (calls.get(i + 1).atSeconds() - calls.get(i).atSeconds()))));
            }
        }
        return pauses;
    }

    /// The next call of the same thread after each failed call.
    List<String> callsAfterFailures() throws IOException {
        List<Call> calls = calls();
        List<String> next = new ArrayList<>();
        for (int i = 0; i < calls.size(); i++) {
            Call failed = calls.get(i);
            if (failed.injected()) {
                calls.stream().skip(i + 1L).filter(call -> call.thread().equals(failed.thread())).findFirst()
                        .ifPresent(call -> next.add(call.name()));
            }
        }
        return next;
    }

    /// Ends the tracing; the process continues.
    @Override
    public void close() throws IOException {
        strace.destroy();
        strace.onExit().orTimeout(DETACH_SECONDS, TimeUnit.SECONDS).join();
        Files.deleteIfExists(directory.resolve("calls"));
        Files.deleteIfExists(directory.resolve("messages"));
        Files.delete(directory);
    }
}
