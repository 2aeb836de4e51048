package dev.polyserve.bench.contender;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/// A program that observes other processes until it is interrupted, and then prints a report.
///
/// **Thread**: one at a time.
final class TracerProcess implements AutoCloseable {
    private static final Duration REPLY_TIMEOUT = Duration.ofSeconds(20);
    private static final int MAX_UNREAD_LINES = 4096;

    private final String name;
    private final Process process;
    /// Lines that have not been awaited yet. When the queue is full, further lines are dropped.
    private final BlockingQueue<String> unread = new LinkedBlockingQueue<>(MAX_UNREAD_LINES);
    private final ProcessOutputTail errors;
    private final ProcessOutputTail answers;

    private TracerProcess(String name, Process process) {
        this.name = name;
        this.process = process;
        this.errors = ProcessOutputTail.of(process.getErrorStream(), name, this::enqueue);
        this.answers = ProcessOutputTail.of(process.getInputStream(), name, this::enqueue);
    }

    static TracerProcess start(String name, List<String> command) throws ContenderException {
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("LC_ALL", "C"); // the report is parsed
        try {
            return new TracerProcess(name, builder.start());
        } catch (IOException e) {
            throw new ContenderException(name + " does not start (" + e.getMessage() + ")", e);
        }
    }

    /// Waits until the program prints a matching line, on either stream.
    void await(Predicate<String> line) throws ContenderException, InterruptedException {
        CompletableFuture<Process> ended = process.onExit();
        long deadline = System.nanoTime() + REPLY_TIMEOUT.toNanos();
        while (System.nanoTime() - deadline < 0) {
            String next = unread.poll(20, TimeUnit.MILLISECONDS);
            if (next != null && line.test(next)) {
                return;
            }
            if (next == null && ended.isDone()) {
                throw failed("ended");
            }
        }
        throw failed("did not answer within " + REPLY_TIMEOUT.toSeconds() + " s");
    }

    /// Writes a line to the standard input of the program.
    void writeLine(String line) throws ContenderException, InterruptedException {
        try {
            process.getOutputStream().write((line + "\n").getBytes(StandardCharsets.US_ASCII));
            process.getOutputStream().flush();
        } catch (IOException e) {
            throw failed("ended");
        }
    }

    /// Whether the program has ended by itself.
    boolean hasEnded() {
        return !process.isAlive();
    }

    /// Interrupts the program, as Ctrl-C does, and returns its report: the lines of its standard error.
    List<String> interrupt() throws ContenderException, InterruptedException {
        // ProcessHandle can only send TERM and KILL. The program may have ended by itself meanwhile.
        SystemCommand.run(List.of("bash", "-c", "kill -INT " + process.pid()));
        if (!process.waitFor(REPLY_TIMEOUT.toSeconds(), TimeUnit.SECONDS)) {
            throw failed("did not end within " + REPLY_TIMEOUT.toSeconds() + " s");
        }
        errors.awaitEnd();
        return errors.lines();
    }

    private boolean enqueue(String line) {
        unread.offer(line); // a full queue drops the line: it has not been awaited
        return true;
    }

    /// An exception that says how the program failed, with the first line of its last output.
    ContenderException failed(String how) throws InterruptedException {
        errors.awaitEnd();
        List<String> words = errors.lines().isEmpty() ? answers.lines() : errors.lines();
        String why = words.stream().filter(word -> !word.equals("Error:")).findFirst().orElse("no output");
        return new ContenderException(name + " " + how + " (" + why + ")");
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
