package dev.polyserve.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

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

/// `polyserve serve …` from the packaged program, as somebody at a terminal has it.
///
/// **Thread**: its test's.
final class CommandLine implements AutoCloseable {
    private static final int EXIT_SECONDS = 20;
    private static final Duration READY_AT_MOST = Duration.ofSeconds(30);
    private static final Pattern READY = Pattern.compile("polyserve: serving .* on (\\S+?)(?:, .*)? with .*");
    private static final Pattern PORT = Pattern.compile(".*:(\\d+)");

    private final Process process;
    /// Whether its model uses the processor though it has nothing to do.
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
        Thread.ofPlatform().daemon().name("collects what is shown").start(() -> {
            try (lines) {
                for (String line; (line = lines.readLine()) != null;) {
                    shown.add(line);
                }
            } catch (IOException e) {
                throw new UncheckedIOException("what the program shows cannot be read", e);
            }
        });
    }

    /// Starts a service and waits until it says that it is ready.
    static CommandLine serve(Path directory, String... arguments) throws Exception {
        return serve(directory, List.of(), List.of(arguments));
    }

    /// Starts a service in a Java machine with these options, and waits until it says that it is ready.
    static CommandLine serve(Path directory, List<String> options, List<String> arguments) throws Exception {
        return serve(directory, List.of(), options, arguments);
    }

    /// The same, by a command that ends in the program's.
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

    /// Waits until it says that it is ready.
    void awaitReady() throws Exception {
        Eventually.holds(READY_AT_MOST, () -> assertThat(shown).as("what it shows; its errors: " + errors())
                .anyMatch(line -> READY.matcher(line).matches()));
    }

    /// Starts a service that need not become ready.
    static CommandLine start(Path directory, List<String> options, List<String> arguments) throws Exception {
        return start(directory, List.of(), options, arguments);
    }

    private static CommandLine start(Path directory, List<String> before, List<String> options, List<String> arguments)
            throws Exception {
        Path jar = requiredJar();
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:TieredStopAtLevel=1",
                        "-Dstdin.encoding=UTF-8", "-Dstdout.encoding=UTF-8", "-jar", jar.toString(), "serve"));
        command.addAll(1, options);
        command.addAll(1, StartUpCache.ofTheProgram());
        command.addAll(arguments);
        command.addAll(0, before);
        Path errors = directory.resolve("errors");
        return new CommandLine(new ProcessBuilder(command).redirectError(errors.toFile()).start(),
                arguments.contains("polling"), errors);
    }

    /// The packaged program; without it the test is skipped.
    static Path requiredJar() {
        Path jar = Path.of(System.getProperty("basedir", "."), "..", "cli", "target",
                System.getProperty("polyserve.jar", "polyserve.jar")).toAbsolutePath().normalize();
        assumeTrue(Files.exists(jar), () -> "needs the packaged program " + jar + ", which ./mvnw verify makes");
        return jar;
    }

    /// Where it listens, as it says.
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

    /// The lines on its standard output so far.
    List<String> shown() {
        return shown;
    }

    String errors() throws IOException {
        return Files.readString(errors);
    }

    /// Types a line at its terminal.
    void type(String line) throws IOException {
        typed.write(line + "\n");
        typed.flush();
    }

    /// Waits until it has ended by itself.
    ///
    /// @return its exit status
    int awaitExit(Duration atMost) throws InterruptedException {
        assertThat(process.waitFor(atMost.toMillis(), TimeUnit.MILLISECONDS)).as("ended within " + atMost).isTrue();
        return process.exitValue();
    }

    /// A server that is ready, and its workers, have to be idle now. Ends it as a service manager would.
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
            throw new IllegalStateException("it cannot be seen whether the server is idle", e);
        }
    }
}
