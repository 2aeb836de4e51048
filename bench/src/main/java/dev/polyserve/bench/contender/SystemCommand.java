package dev.polyserve.bench.contender;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// Runs a program of the system to its end.
final class SystemCommand {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    private SystemCommand() {}

    /// The result of a run.
    ///
    /// @param status its exit status; -1 when it did not start or did not end in time
    /// @param lines of its output, standard error included: the last [ProcessOutputTail#LINES]
    record Result(int status, List<String> lines) {
        boolean succeeded() {
            return status == 0;
        }

        /// The last line of its output, or its status when there is no output.
        String lastLine() {
            return lines.isEmpty() ? "status " + status : lines.getLast();
        }
    }

    /// Runs the program, for a minute at most.
    static Result run(List<String> command) throws InterruptedException {
        Process process;
        try {
            process = new ProcessBuilder(command).redirectErrorStream(true)
                    .redirectInput(ProcessBuilder.Redirect.from(ProcessOutputTail.EMPTY_INPUT)).start();
        } catch (IOException e) {
            return new Result(-1, List.of(String.valueOf(e.getMessage())));
        }
        try {
            ProcessOutputTail output = ProcessOutputTail.of(process.getInputStream(), command.getFirst());
            if (!process.waitFor(TIMEOUT.toSeconds(), TimeUnit.SECONDS)) {
                return new Result(-1,
                        List.of(command.getFirst() + " did not end within " + TIMEOUT.toSeconds() + " s"));
            }
            output.awaitEnd();
            return new Result(process.exitValue(), output.lines());
        } finally {
            process.destroyForcibly();
        }
    }
}
