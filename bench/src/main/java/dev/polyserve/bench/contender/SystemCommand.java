package dev.polyserve.bench.contender;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// A program of the system, run to its end.
final class SystemCommand {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private SystemCommand() {}

    /// How it went.
    ///
    /// @param status its exit status; -1 when it did not start or did not end in time
    /// @param lines of its output, errors among them: the last [OutputTail#LINES]
    record Result(int status, List<String> lines) {
        boolean succeeded() {
            return status == 0;
        }

        /// What it said last, or that it said nothing.
        String lastLine() {
            return lines.isEmpty() ? "status " + status : lines.getLast();
        }
    }

    /// Runs it, a minute at most.
    static Result run(List<String> command) throws InterruptedException {
        Process process;
        try {
            process = new ProcessBuilder(command).redirectErrorStream(true)
                    .redirectInput(ProcessBuilder.Redirect.from(OutputTail.NOTHING)).start();
        } catch (IOException e) {
            return new Result(-1, List.of(String.valueOf(e.getMessage())));
        }
        try {
            OutputTail output = OutputTail.of(process.getInputStream(), command.getFirst());
            if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                return new Result(-1,
                        List.of(command.getFirst() + " did not end within " + PATIENCE.toSeconds() + " s"));
            }
            output.awaitEnd();
            return new Result(process.exitValue(), output.lines());
        } finally {
            process.destroyForcibly();
        }
    }
}
