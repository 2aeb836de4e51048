package dev.polyserve.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// `serve exec`: commands that are slow, cannot start, or leave processes behind, and clients that disconnect.
@EnabledOnOs(OS.LINUX)
@Timeout(300)
class CommandFaultsTest {
    private static final int BIG_BYTES = 20_000_000;
    private static final int WAIT_MILLIS = 60_000;
    private static final int CONNECTIONS = Requirements.rounds(300, 5_000);
    /// One in this many clients resets its connection, and one leaves a process behind.
    private static final int ODD = 25;
    private static final int REFUSED = 3;
    private static final int ATTEMPTS = 3;
    /// The system keeps 15 letters of a thread's name.
    private static final String ACCEPT_LOOP = "polyserve-accep";
    private static final String OTHER_LOOP = "polyserve-loop-";

    @TempDir
    private Path directory;

    private CommandLine serve(String... command) throws Exception {
        String[] arguments = new String[command.length + 5];
        System.arraycopy(new String[]{"exec", "--quiet", "--listen", "tcp://127.0.0.1:0", "--"}, 0, arguments, 0, 5);
        System.arraycopy(command, 0, arguments, 5, command.length);
        return CommandLine.serve(directory, arguments);
    }

    private static Socket connect(CommandLine server) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
        socket.setSoTimeout(WAIT_MILLIS);
        return socket;
    }

    private static String talk(CommandLine server, String request) throws IOException {
        try (Socket socket = connect(server)) {
            socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
            socket.shutdownOutput();
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void aSlowCommandAnswersInFullAfterTheClientsHalfClose() throws Exception {
        byte[] big = new byte[BIG_BYTES];
        new Random(14).nextBytes(big);
        Path kept = directory.resolve("kept");
        try (CommandLine server = serve("sh", "-c", "cat >" + kept + "; sleep 3; cat " + kept);
                Socket socket = connect(server)) {
            FutureTask<Boolean> sending = new FutureTask<>(() -> {
                OutputStream out = socket.getOutputStream();
                out.write(big);
                socket.shutdownOutput();
                return true;
            });
            Thread.ofPlatform().daemon().start(sending);
            byte[] answer = socket.getInputStream().readAllBytes();
            assertThat(sending.get()).isTrue();
            assertThat(Arrays.equals(answer, big)).as("the same %d bytes; received %d", big.length, answer.length)
                    .isTrue();
        }
    }

    @Test
    void manyConnectionsLeakNothing() throws Exception {
        String marker = "100000." + System.nanoTime();
        try (CommandLine server = serve("sh", "-c",
                "read line; case $line in stay) sleep " + marker + " & esac; echo $line")) {
            talkMany(server, ODD);
            Map<String, Integer> before = Footprint.descriptors(server.pid());
            talkMany(server, CONNECTIONS);
            Eventually.holds(() -> {
                assertThat(children(server.pid())).as("processes of the server").isEmpty();
                assertThat(living(marker)).as("processes left behind").isEmpty();
                assertThat(Footprint.descriptors(server.pid())).as("descriptors; before: %s", before)
                        .allSatisfy(
                                (kind, count) -> assertThat(count).isLessThanOrEqualTo(before.getOrDefault(kind, 0)));
            });
            assertThat(talk(server, "still there\n")).isEqualTo("still there\n");
            assertThat(server.errors()).doesNotContain("defect");
        }
    }

    private static void talkMany(CommandLine server, int count) throws IOException {
        for (int i = 0; i < count; i++) {
            switch (i % ODD) {
                case 0 -> {
                    try (Socket socket = connect(server)) {
                        socket.setSoLinger(true, 0);
                    }
                }
                case 1 -> assertThat(talk(server, "stay\n")).isEqualTo("stay\n");
                default -> assertThat(talk(server, i + "\n")).isEqualTo(i + "\n");
            }
        }
    }

    /// The child processes of a process, including zombies.
    private static List<String> children(long parent) throws IOException {
        return processes().filter(stat -> stat.startsWith(parent + " ", stat.lastIndexOf(')') + 4)).toList();
    }

    private static Stream<String> processes() throws IOException {
        try (Stream<Path> all = Files.list(Path.of("/proc"))) {
            return all.filter(path -> path.getFileName().toString().matches("\\d+"))
                    .map(path -> textOf(path.resolve("stat"))).filter(stat -> !stat.isEmpty()).toList().stream();
        }
    }

    /// The processes with this argument; zombies have no arguments.
    private static List<String> living(String argument) throws IOException {
        try (Stream<Path> all = Files.list(Path.of("/proc"))) {
            return all.filter(path -> path.getFileName().toString().matches("\\d+"))
                    .map(path -> textOf(path.resolve("cmdline")))
                    .filter(line -> line.startsWith("sleep\0") && line.contains(argument)).toList();
        }
    }

    /// Empty when the process has ended meanwhile.
    private static String textOf(Path file) {
        try {
            return Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return "";
        }
    }

    @Test
    void aProcessLimitCostsSomeClientsAndNoRetryStorm() throws Exception {
        try (CommandLine server = serve("echo", "served")) {
            assertThat(talk(server, "")).isEqualTo("served\n");
            long refused = 0;
            // Threads that the loop starts by the same call may fail in place of the commands.
            for (int attempt = 0; attempt < ATTEMPTS && refused == 0; attempt++) {
                refused = refusedAtProcessLimit(server);
            }
            assertThat(refused).as("clients that were refused").isPositive();
            assertThat(talk(server, "")).isEqualTo("served\n");
            Eventually
                    .holds(() -> assertThat(server.errors())
                            .contains("cannot start echo: this user or its control group"
                                    + " may have no more processes", "trying again in 5 ms"));
            assertThat(server.errors().lines().filter(line -> line.contains("cannot start")).count())
                    .isLessThanOrEqualTo(refused);
        }
    }

    /// The number of clients that were refused while processes could not be started.
    private static long refusedAtProcessLimit(CommandLine server) throws Exception {
        try (SystemCallInjection injection = SystemCallInjection.of(server.pid(), "clone3", "EAGAIN",
                "1.." + REFUSED)) {
            long refused = 0;
            while (talk(server, "").isEmpty()) {
                refused++;
            }
            assertThat(injection.failures()).as("failures, of commands and threads").isGreaterThanOrEqualTo(REFUSED);
            assertThat(injection.calls()).as("each refused client cost one attempt")
                    .filteredOn(call -> call.injected() && !call.ofThread()).hasSize((int) refused);
            return refused;
        }
    }

    @Test
    void afterAFailureOnAnotherLoopTheAcceptLoopStartsTheNextCommand() throws Exception {
        boolean injected = false;
        while (!injected) {
            injected = failsOnBothLoops();
        }
    }

    /// Whether it was commands that could not be started: a loop that is delayed starts a thread by the same call.
    private boolean failsOnBothLoops() throws Exception {
        try (CommandLine server = serve("cat"); Socket held = connect(server)) {
            held.getOutputStream().write('x');
            assertThat(held.getInputStream().read()).as("the accept loop has a command").isEqualTo('x');
            try (SystemCallInjection injection = SystemCallInjection.of(server.pid(), "clone3", "EAGAIN", "1..2")) {
                List<String> answers = new ArrayList<>();
                for (String request : List.of("a", "b", "c", "d")) {
                    answers.add(talk(server, request));
                }
                if (failedStarts(server, injection).anyMatch(SystemCallInjection.Call::ofThread)) {
                    return false;
                }
                assertThat(answers).as("the accept loop has failed twice").containsExactly("", "", "", "d");
                Eventually.holds(() -> assertThat(failedStarts(server, injection).map(call -> name(server, call)))
                        .containsExactly(OTHER_LOOP, ACCEPT_LOOP, ACCEPT_LOOP));
            }
            assertThat(talk(server, "still there")).isEqualTo("still there");
            return true;
        }
    }

    /// The starts that have failed on a loop, in order; other threads of the JVM start threads by the same call.
    private static Stream<SystemCallInjection.Call> failedStarts(CommandLine server, SystemCallInjection injection)
            throws IOException {
        return injection.calls().stream().filter(SystemCallInjection.Call::injected)
                .filter(call -> List.of(ACCEPT_LOOP, OTHER_LOOP).contains(name(server, call)));
    }

    /// The name of the calling thread.
    private static String name(CommandLine server, SystemCallInjection.Call call) {
        return textOf(Path.of("/proc/" + server.pid() + "/task/" + call.thread() + "/comm")).strip();
    }
}
