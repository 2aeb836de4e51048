package dev.polyserve.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// Runs the program in a process of its own, started directly or by another command.
final class ServedProcess implements AutoCloseable {
    private static final int TIMEOUT_SECONDS = 40;

    final LineSink out = new LineSink();
    final LineSink err = new LineSink();
    private final Process process;

    private ServedProcess(Process process) {
        this.process = process;
        out.collect(process.getInputStream());
        err.collect(process.getErrorStream());
    }

    /// The command that runs the program.
    static List<String> program(String... arguments) {
        return program(PackagedProgram.shortLived(), arguments);
    }

    /// The command that runs the program in a JVM with these options: the packaged one with its caches, or, outside the
    /// tests of a build that come after the packaging, the classes of these tests.
    static List<String> program(List<String> options, String... arguments) {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-ea"));
        String jar = System.getProperty("polyserve.cli.jar");
        if (jar == null) {
            command.addAll(options);
            command.addAll(List.of("--enable-native-access=ALL-UNNAMED",
                    "--add-opens=java.base/java.lang=ALL-UNNAMED", "-cp", System.getProperty("java.class.path"),
                    Main.class.getName()));
        } else {
            command.addAll(cacheOptions());
            command.addAll(options);
            command.addAll(List.of("-jar", jar));
        }
        command.addAll(List.of(arguments));
        return command;
    }

    /// The options for the caches of the packaged program; none for the classes of these tests.
    static List<String> cacheOptions() {
        String jar = System.getProperty("polyserve.cli.jar");
        return jar == null ? List.of() : PackagedProgram.cacheOptions(Path.of(jar));
    }

    /// Starts a command that ends with the program's command.
    static ServedProcess start(List<String> before, Map<String, String> environment, String... arguments)
            throws IOException {
        List<String> command = new ArrayList<>(before);
        command.addAll(program(arguments));
        return run(command, environment);
    }

    /// Starts a command that replaces itself by the program.
    static ServedProcess run(List<String> command, Map<String, String> environment) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().putAll(environment);
        return new ServedProcess(builder.start());
    }

    /// Starts the program.
    static ServedProcess start(String... arguments) throws IOException {
        return start(List.of(), Map.of(), arguments);
    }

    /// Waits for the ready line, and returns its port.
    int awaitPort() throws InterruptedException {
        String line = out.awaitContaining("polyserve: serving ");
        String endpoint = line.substring(line.indexOf(" on ") + 4, line.indexOf(" with "));
        return Integer.parseInt(endpoint.substring(endpoint.lastIndexOf(':') + 1));
    }

    /// The process id; a starting command has replaced itself by the program.
    long pid() {
        return process.pid();
    }

    void signal(String name) throws IOException {
        Signals.send(name, pid());
    }

    /// Waits until the process has ended.
    ///
    /// @return its exit status
    int awaitStatus() throws InterruptedException {
        assertThat(process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)).as("it ends; it said " + err.text()).isTrue();
        return process.exitValue();
    }

    @Override
    public void close() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }
}
