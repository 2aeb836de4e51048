package dev.polyserve.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polyserve.cli.PackagedProgram;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Writer;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A server as a job of a terminal: in the background, where the kernel signals processes that read or write the
/// terminal, and when the terminal is closed. script(1) provides the terminal, with a shell.
@EnabledOnOs(OS.LINUX)
@Timeout(120)
class TerminalJobTest {
    private static final double IDLE_CORES = 0.2;
    private static final Pattern JOB = Pattern.compile("job=(\\d+)");
    private static final Pattern READY = Pattern.compile("serving \\S+ on tcp://127\\.0\\.0\\.1:(\\d+) with");

    @TempDir
    private Path directory;
    private Process script;
    private Writer typed;

    @BeforeEach
    void openTerminal() throws Exception {
        Requirements.program("script");
        Path shell = Files.writeString(directory.resolve("shell"), "exec bash --norc --noprofile -i\n");
        script = new ProcessBuilder("script", "-qc", "exec bash " + shell, "/dev/null").redirectErrorStream(true)
                .redirectOutput(shown().toFile()).start();
        typed = script.outputWriter(StandardCharsets.UTF_8);
    }

    @AfterEach
    void closeTerminal() throws IOException {
        script.descendants().forEach(ProcessHandle::destroyForcibly);
        script.destroyForcibly();
        typed.close();
    }

    private Path shown() {
        return directory.resolve("shown");
    }

    private void type(String line) throws IOException {
        typed.write(line + "\n");
        typed.flush();
    }

    /// Starts a server in the background of the terminal.
    ///
    /// @param streams the redirections of its output; empty for the terminal
    private ProcessHandle serve(String before, List<String> arguments, String streams) throws Exception {
        List<String> words = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-ea"));
        words.addAll(PackagedProgram.shortLived());
        words.addAll(PackagedProgram.cacheOptions(CommandLine.requiredJar()));
        words.addAll(List.of("-jar", CommandLine.requiredJar().toString(), "serve"));
        words.addAll(arguments);
        words.addAll(List.of("--listen", "tcp://127.0.0.1:0"));
        String command = words.stream().map(word -> "'" + word + "'").collect(Collectors.joining(" "));
        // In a file, because a terminal limits the length of a line.
        Path job = Files.writeString(directory.resolve("job"),
                before + "\n" + command + " " + streams + " &\necho job=$!\n");
        type(". " + job);
        return ProcessHandle.of(Long.parseLong(awaitShown(JOB))).orElseThrow();
    }

    private String awaitShown(Pattern pattern) throws Exception {
        List<String> found = new ArrayList<>();
        Eventually.holds(() -> {
            Matcher matcher = pattern.matcher(Files.readString(shown(), StandardCharsets.ISO_8859_1));
            assertThat(matcher.find()).as(pattern + " in the output").isTrue();
            found.add(matcher.group(1));
        });
        return found.getLast();
    }

    private static boolean isInForeground(ProcessHandle job) throws IOException {
        String[] status = status(job);
        return status[2].equals(status[5]);
    }

    /// Returns state, ppid, pgrp, session, tty_nr, tpgid and what follows them (proc_pid_stat(5)).
    private static String[] status(ProcessHandle process) throws IOException {
        String stat = Files.readString(Path.of("/proc/" + process.pid() + "/stat"));
        return stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
    }

    private static void converse(int port) throws IOException {
        try (Socket client = new Socket(InetAddress.getLoopbackAddress(), port)) {
            client.setSoTimeout(60_000);
            client.getOutputStream().write("x\n".getBytes(StandardCharsets.US_ASCII));
            assertThat(client.getInputStream().read()).isPositive();
        }
    }

    /// A server that has just started may still be at that.
    private static void requireIdle(ProcessHandle server) throws Exception {
        ProcessorTime.requireBelow(IDLE_CORES, server.pid());
    }

    private static void requireIdleAndEnds(ProcessHandle server) throws Exception {
        requireIdle(server);
        Signals.send("TERM", server.pid());
        server.onExit().get(20, TimeUnit.SECONDS);
    }

    @Test
    void continuesInTheBackgroundAndReadsInTheForeground() throws Exception {
        ProcessHandle server = serve("", List.of("reply"), "");
        int port = Integer.parseInt(awaitShown(READY));
        try (Socket client = new Socket(InetAddress.getLoopbackAddress(), port)) {
            client.setSoTimeout(60_000);
            assertThat(client.getInputStream().read()).isPositive();
            awaitShown(Pattern.compile("(\\[1] connected)"));
            requireIdle(server);
            type("fg");
            Eventually.holds(() -> assertThat(isInForeground(server)).isTrue());
            type("1 the answer");
            BufferedReader heard = new BufferedReader(
                    new InputStreamReader(client.getInputStream(), StandardCharsets.UTF_8));
            // The rest of the greeting precedes it.
            assertThat(heard.readLine()).isNotNull();
            assertThat(heard.readLine()).isEqualTo("the answer");
        }
        requireIdleAndEnds(server);
    }

    @ParameterizedTest
    @ValueSource(strings = {"virtual", "epoll", "process-pool"})
    void continuesToServeOnATerminalWithTostop(String model) throws Exception {
        Requirements.model(model);
        ProcessHandle server = serve("stty tostop", List.of("echo", "--model", model), "");
        converse(Integer.parseInt(awaitShown(READY)));
        awaitShown(Pattern.compile("(closed #1)"));
        requireIdleAndEnds(server);
    }

    @Test
    void endsWithItsTerminal() throws Exception {
        Path errors = directory.resolve("errors");
        ProcessHandle server = serve("", List.of("echo"), "2>" + errors);
        converse(Integer.parseInt(awaitShown(READY)));
        // The shell forwards the signal to its jobs. It must not read the end of its input before it handles the
        // signal, since it forwards nothing then: a shell that waits for another program does not read. The signal
        // must end that program, or the shell waits on: a child that has not executed it yet loses the signal.
        type("sleep 1000");
        Eventually.holds(() -> assertThat(shell().children().filter(TerminalJobTest::isSleep)).hasSize(1));
        script.destroyForcibly();
        requireEndsWithTerminal(server, errors);
    }

    /// A terminal emulator sends HUP first and closes the terminal afterwards.
    @Test
    void endsWithItsTerminalWhenTheSignalComesFirst() throws Exception {
        Path errors = directory.resolve("errors");
        ProcessHandle server = serve("", List.of("echo"), "2>" + errors);
        converse(Integer.parseInt(awaitShown(READY)));
        stopShell();
        Signals.send("HUP", server.pid());
        Eventually.holds(() -> assertThat(errors).content().contains("no configuration file to read again"));
        // Without a shell, no other signal reaches the server.
        shell().destroyForcibly();
        script.destroyForcibly();
        requireEndsWithTerminal(server, errors);
    }

    /// The shell of the terminal, which leads its session.
    private ProcessHandle shell() {
        return script.children().findFirst().orElseThrow();
    }

    private static boolean isSleep(ProcessHandle process) {
        return process.info().command().filter(program -> program.endsWith("sleep")).isPresent();
    }

    /// Stops the shell, and returns when it is stopped: CONT would take back a STOP that has not stopped it yet.
    private void stopShell() throws Exception {
        ProcessHandle shell = shell();
        Signals.send("STOP", shell.pid());
        Eventually.holds(() -> assertThat(status(shell)[0]).isEqualTo("T"));
    }

    private static void requireEndsWithTerminal(ProcessHandle server, Path errors) throws Exception {
        try {
            server.onExit().get(20, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new AssertionError("still there, having said: " + Files.readString(errors), e);
        }
        assertThat(errors).content().contains("the terminal was closed, so the server ends", "drained in ");
    }
}
