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

/// A program that watches others until it is told to stop, and reports at its end.
///
/// **Thread**: one at a time.
final class CountingProgram implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final int LINES_WAITING = 4096;

    private final String name;
    private final Process process;
    /// What nobody has waited for yet; more than that is not waited for any more.
    private final BlockingQueue<String> said = new LinkedBlockingQueue<>(LINES_WAITING);
    private final OutputTail errors;
    private final OutputTail answers;

    private CountingProgram(String name, Process process) {
        this.name = name;
        this.process = process;
        this.errors = OutputTail.of(process.getErrorStream(), name, this::hear);
        this.answers = OutputTail.of(process.getInputStream(), name, this::hear);
    }

    static CountingProgram start(String name, List<String> command) throws ContenderException {
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("LC_ALL", "C"); // its report is read by us
        try {
            return new CountingProgram(name, builder.start());
        } catch (IOException e) {
            throw new ContenderException(name + " does not start (" + e.getMessage() + ")", e);
        }
    }

    /// Waits until it says such a line, on either stream.
    void await(Predicate<String> line) throws ContenderException, InterruptedException {
        CompletableFuture<Process> ended = process.onExit();
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() - deadline < 0) {
            String next = said.poll(20, TimeUnit.MILLISECONDS);
            if (next != null && line.test(next)) {
                return;
            }
            if (next == null && ended.isDone()) {
                throw failed("ended");
            }
        }
        throw failed("did not answer within " + PATIENCE.toSeconds() + " s");
    }

    /// Writes a line to its input.
    void tell(String line) throws ContenderException, InterruptedException {
        try {
            process.getOutputStream().write((line + "\n").getBytes(StandardCharsets.US_ASCII));
            process.getOutputStream().flush();
        } catch (IOException e) {
            throw failed("ended");
        }
    }

    /// Interrupts it, as Ctrl-C does, and returns its report: what it wrote to its error output.
    List<String> interrupt() throws ContenderException, InterruptedException {
        // Java itself can only send TERM and KILL.
        SystemCommand.Result sent = SystemCommand.run(List.of("bash", "-c", "kill -INT " + process.pid()));
        if (!sent.succeeded() || !process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
            throw failed("did not end within " + PATIENCE.toSeconds() + " s");
        }
        errors.awaitEnd();
        return errors.lines();
    }

    private boolean hear(String line) {
        said.offer(line); // what does not fit was not waited for
        return true;
    }

    /// A sentence part of what went wrong, with the first of what it said last.
    ContenderException failed(String how) throws InterruptedException {
        errors.awaitEnd();
        List<String> words = errors.lines().isEmpty() ? answers.lines() : errors.lines();
        String why = words.stream().filter(word -> !word.equals("Error:")).findFirst().orElse("without a word");
        return new ContenderException(name + " " + how + " (" + why + ")");
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
