package dev.polyserve.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.polyserve.cli.PackagedProgram;
import dev.polyserve.cli.StallReports;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A process of the packaged program: `polyserve serve …`.
///
/// **Thread**: the test's.
final class CommandLine implements AutoCloseable {
    private static final int EXIT_SECONDS = 20;
    private static final Duration READY_AT_MOST = Duration.ofSeconds(30);
    private static final Pattern READY = Pattern.compile("polyserve: serving .* on (\\S+?)(?:, .*)? with .*");
    private static final Pattern PORT = Pattern.compile(".*:(\\d+)");

    private final Process process;
    /// Whether the model uses the processor while it is idle.
    private final boolean polling;
    private final Writer typed;
    private final List<String> shown = new CopyOnWriteArrayList<>();
    private final Path errors;

    private CommandLine(Process process, boolean polling, Path errors) {
        this.process = process;
        this.polling = polling;
        this.errors = errors;
        this.typed = process.outputWriter(StandardCharsets.UTF_8);
        BufferedReader lines = process.inputReader(StandardCharsets.UTF_8);
        Thread.ofPlatform().daemon().name("output-reader").start(() -> {
            try (lines) {
                for (String line; (line = lines.readLine()) != null;) {
                    shown.add(line);
                }
            } catch (IOException e) {
                throw new UncheckedIOException("the output of the program cannot be read", e);
            }
        });
    }

    /// Starts a service and waits for its ready line.
    static CommandLine serve(Path directory, String... arguments) throws Exception {
        return serve(directory, List.of(), List.of(arguments));
    }

    /// Starts a service in a JVM with these options and waits for its ready line.
    static CommandLine serve(Path directory, List<String> options, List<String> arguments) throws Exception {
        return serve(directory, List.of(), options, arguments);
    }

    /// Starts a service by a command that ends with the program's arguments, and waits for its ready line.
    static CommandLine serve(Path directory, List<String> before, List<String> options, List<String> arguments)
            throws Exception {
        var program = start(directory, before, options, arguments);
        try {
            program.awaitReady();
            return program;
        } catch (Exception | Error e) {
            program.close();
            throw e;
        }
    }

    /// Waits for the ready line.
    void awaitReady() throws Exception {
        Eventually.holds(READY_AT_MOST, () -> assertThat(shown).as("output; errors: " + errors())
                .anyMatch(line -> READY.matcher(line).matches()));
    }

    /// Starts a service without waiting for its ready line.
    static CommandLine start(Path directory, List<String> options, List<String> arguments) throws Exception {
        return start(directory, List.of(), options, arguments);
    }

    private static CommandLine start(Path directory, List<String> before, List<String> options, List<String> arguments)
            throws Exception {
        Path jar = requiredJar();
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-ea",
                        "-Dstdin.encoding=UTF-8", "-Dstdout.encoding=UTF-8", "-jar", jar.toString(), "serve"));
        command.addAll(1, PackagedProgram.shortLived());
        command.addAll(1, options);
        command.addAll(1, PackagedProgram.cacheOptions(jar));
        command.addAll(arguments);
        command.addAll(0, before);
        Path errors = directory.resolve("errors");
        return new CommandLine(new ProcessBuilder(command).redirectError(errors.toFile()).start(),
                arguments.contains("polling"), errors);
    }

    /// The packaged program; skips the test when it is missing.
    static Path requiredJar() {
        Path jar = Path.of(System.getProperty("basedir", "."), "..", "cli", "target",
                System.getProperty("polyserve.jar", "polyserve.jar")).toAbsolutePath().normalize();
        assumeTrue(Files.exists(jar), () -> "needs the packaged program " + jar + ", which ./mvnw verify builds");
        return jar;
    }

    /// The endpoint in the ready line.
    String endpoint() {
        return shown.stream().map(READY::matcher).filter(Matcher::matches).map(ready -> ready.group(1)).findFirst()
                .orElseThrow(() -> new AssertionError("not ready: " + shown));
    }

    int port() {
        Matcher port = PORT.matcher(endpoint());
        assertThat(port.matches()).as("a port in " + endpoint()).isTrue();
        return Integer.parseInt(port.group(1));
    }

    long pid() {
        return process.pid();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /// The lines on standard output so far.
    List<String> shown() {
        return shown;
    }

    /// The log so far, without reports of short delays of the machine.
    String errors() throws IOException {
        return StallReports.removedFrom(Files.readString(errors));
    }

    /// Writes a line to standard input.
    void type(String line) throws IOException {
        typed.write(line + "\n");
        typed.flush();
    }

    /// Waits until the program has exited by itself.
    ///
    /// @return the exit status
    int awaitExit(Duration atMost) throws InterruptedException {
        assertThat(process.waitFor(atMost.toMillis(), TimeUnit.MILLISECONDS)).as("ended within " + atMost).isTrue();
        return process.exitValue();
    }

    /// Requires that a ready server and its workers are idle, then terminates it as a service manager does.
    @Override
    public void close() {
        try {
            requireIdle();
        } finally {
            process.toHandle().destroy();
            process.onExit().orTimeout(EXIT_SECONDS, TimeUnit.SECONDS).join();
        }
    }

    private void requireIdle() {
        boolean ready = shown.stream().anyMatch(line -> READY.matcher(line).matches());
        if (!ready || polling) {
            return;
        }
        try {
            ProcessorTime.requireIdle(process.toHandle());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Exception e) {
            throw new IllegalStateException("the processor time of the server cannot be read", e);
        }
    }
}
