package dev.polyserve.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// A [FaultServer] in a process of its own, as its test sees it.
///
/// **Thread**: its test's.
final class ServerProcess implements AutoCloseable {
    private static final int ANSWER_SECONDS = 20;
    private static final int EXIT_SECONDS = 10;
    /// The last answer, after the end of its output: nothing that it can say has a line break.
    private static final String NO_MORE = "\n";
    private static final int CRASH_REPORT_HEAD = 60;
    private static final int REFUSED_STATUS = 2;
    private static final Pattern PORT = Pattern.compile("(?:tcp|udp)://[^ ]*:(\\d+)");

    private final Process process;
    private final Writer commands;
    private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();
    private final List<String> log = new CopyOnWriteArrayList<>();
    private final CompletableFuture<Void> allSaid;
    /// Whether its model uses the processor though it has nothing to do.
    private final boolean polling;
    private String greeting = "";
    private boolean endExpected;

    private ServerProcess(Process process, boolean polling) {
        this.process = process;
        this.polling = polling;
        this.commands = process.outputWriter(StandardCharsets.UTF_8);
        this.allSaid = CompletableFuture.allOf(
                collect("answers", process.getInputStream(), answers).thenRun(() -> answers.add(NO_MORE)),
                collect("log", process.getErrorStream(), log));
    }

    static ServerProcess start(Settings settings) throws Exception {
        var server = new ServerProcess(new ProcessBuilder(settings.command()).start(), settings.mode().polling());
        try {
            server.greeting = server.nextAnswer();
            return server;
        } catch (Exception | Error e) {
            try {
                server.close();
            } catch (AssertionError end) {
                e.addSuppressed(end);
            }
            throw e;
        }
    }

    /// What makes a JVM leave its crash report where this finds it, and nothing else.
    static List<String> crashOptions() {
        return List.of("-XX:ErrorFile=" + crashReport("%p"), "-XX:-CreateCoredumpOnCrash");
    }

    private static Path crashReport(String pid) {
        return Path.of(System.getProperty("java.io.tmpdir"), "polyserve-faults-crash-" + pid + ".log");
    }

    /// Where its crash report is, if it crashed.
    Path crashReport() {
        return crashReport(Long.toString(pid()));
    }

    /// In a thread that waits for nothing but these lines: a virtual one would need a carrier of its own for each pipe.
    private static CompletableFuture<Void> collect(String what, InputStream from, Collection<String> into) {
        var ended = new CompletableFuture<Void>();
        Thread.ofPlatform().daemon().name("collects " + what).start(() -> {
            try (var lines = new BufferedReader(new InputStreamReader(from, StandardCharsets.UTF_8))) {
                for (String line; (line = lines.readLine()) != null;) {
                    into.add(line);
                }
            } catch (IOException e) {
                throw new UncheckedIOException("the process's " + what + " cannot be read", e);
            } finally {
                ended.complete(null);
            }
        });
        return ended;
    }

    /// What it said first: `ready …` or `refused …`.
    String greeting() {
        return greeting;
    }

    InetSocketAddress address() {
        return address(0);
    }

    /// The address of one of its endpoints that have a port.
    InetSocketAddress address(int index) {
        Matcher ports = PORT.matcher(greeting);
        for (int i = 0; i <= index; i++) {
            assertThat(ports.find()).as("a port in: " + greeting + String.join("\n", log)).isTrue();
        }
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(ports.group(1)));
    }

    long pid() {
        return process.pid();
    }

    ProcessHandle handle() {
        return process.toHandle();
    }

    // --- talking to it ---

    String ask(String command) throws Exception {
        tell(command);
        return nextAnswer();
    }

    void tell(String command) {
        try {
            commands.write(command + "\n");
            commands.flush();
        } catch (IOException e) {
            throw new IllegalStateException("cannot tell the server '" + command + "': " + obituary(), e);
        }
    }

    String nextAnswer() throws InterruptedException {
        String answer = answers.poll(ANSWER_SECONDS, TimeUnit.SECONDS);
        if (answer == null) {
            throw new AssertionError("no answer from the server within " + ANSWER_SECONDS + " s; it logged " + log);
        }
        // A JVM that crashes writes comments to its output first.
        if (answer.equals(NO_MORE) || answer.startsWith("#")) {
            throw new IllegalStateException("the server answers no more: " + obituary());
        }
        return answer;
    }

    /// All that is known of a process that is gone, or about to be, though its test still wants something of it.
    private String obituary() {
        String end = soon(process.onExit()) && soon(allSaid.copy())
                ? "its process ended with status " + process.exitValue()
                : "its process lives, but has closed its input or output, or its children live";
        answers.remove(NO_MORE);
        String said = String.join("\n", answers);
        answers.add(NO_MORE);
        return end + "; last it said: " + said + "\nit logged: " + String.join("\n", log) + crash();
    }

    private static boolean soon(CompletableFuture<?> end) {
        try {
            end.orTimeout(EXIT_SECONDS, TimeUnit.SECONDS).join();
            return true;
        } catch (CompletionException e) {
            return false;
        }
    }

    private String crash() {
        Path report = crashReport();
        try (Stream<String> lines = Files.lines(report)) {
            return lines.takeWhile(line -> !line.startsWith("Registers:")).limit(CRASH_REPORT_HEAD)
                    .collect(Collectors.joining("\n", "\nit crashed, see " + report + "\n", ""));
        } catch (NoSuchFileException e) {
            return "\nit left no crash report";
        } catch (IOException | UncheckedIOException e) {
            return "\nits crash report cannot be read: " + e;
        }
    }

    /// The value of one counter; 0 when it is not there.
    long count(String counter) throws Exception {
        return counts().getOrDefault(counter, 0L);
    }

    private Map<String, Long> counts() throws Exception {
        return numbers(ask("stats"));
    }

    /// Reads `name=number …`.
    static Map<String, Long> numbers(String answer) {
        Map<String, Long> numbers = new HashMap<>();
        for (String word : answer.split(" ", -1)) {
            String[] parts = word.split("=", -1);
            assertThat(parts).as("a number in the answer: " + answer).hasSize(2);
            numbers.put(parts[0], Long.parseLong(parts[1]));
        }
        return numbers;
    }

    /// What it logged so far.
    List<String> log() {
        return log;
    }

    Memory memory() throws Exception {
        return Memory.of(numbers(ask("memory")));
    }

    // --- looking at it ---

    Footprint footprint() throws Exception {
        Map<String, Long> counts = counts();
        return new Footprint(Footprint.descriptors(pid()), List.of(ask("threads").split("\\|", -1)),
                counts.getOrDefault("active", -1L), counts.getOrDefault("inside", -1L),
                counts.getOrDefault("bufferedBytes", -1L));
    }

    /// How much of a core it uses on average while that time passes.
    double coresUsedFor(Duration time) throws Exception {
        return ProcessorTime.coresUsed(pid(), time);
    }

    /// A few conversations at once, so that what is made once has been made.
    void warmUp(int atOnce) throws Exception {
        if (!PORT.matcher(greeting).find() || greeting.contains("udp:")) {
            return;
        }
        try (Clients clients = Clients.connected(this, atOnce)) {
            for (Client client : clients) {
                client.converses();
            }
        }
        Eventually.holds(() -> {
            assertThat(count("active")).isZero();
            // A thread of a connection, named after its peer, ends a moment after the connection.
            assertThat(ask("threads")).doesNotContain(" /");
        });
    }

    void requireNoDefectLogged() {
        assertThat(log).as("log").noneMatch(line -> line.startsWith("SEVERE") || line.contains("defect"));
    }

    /// Waits until it has ended by itself.
    ///
    /// @return its exit status
    int awaitExit(Duration atMost) throws InterruptedException {
        endExpected = true;
        assertThat(process.waitFor(atMost.toMillis(), TimeUnit.MILLISECONDS)).as("ended within " + atMost).isTrue();
        return process.exitValue();
    }

    /// A server that serves has to be idle now, and to hold no more memory than one without clients. It ends with its input,
    /// and says so. One that does not, or that ended otherwise, has failed its test.
    @Override
    public void close() {
        try {
            if (process.isAlive() && greeting.startsWith("ready ") && !endExpected) {
                requireRest();
            }
        } finally {
            end();
        }
    }

    private void requireRest() {
        try {
            if (!polling) {
                ProcessorTime.requireIdle(handle());
            }
            // What it has said and the test did not want to know.
            answers.clear();
            Eventually.holds(() -> memory().requireAtRest());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Exception e) {
            throw new IllegalStateException("it cannot be seen whether the server is at rest: " + obituary(), e);
        }
    }

    private void end() {
        try {
            commands.close();
        } catch (IOException e) {
            // It has ended or is about to: what follows finds out how.
        }
        boolean ended = saysTheEnd();
        // By its handle, which leaves the streams to their readers.
        process.toHandle().destroyForcibly();
        process.onExit().join();
        if (!ended && !endExpected && !refused()) {
            throw new AssertionError("the server did not end with its input: " + obituary());
        }
    }

    /// Whether its last word is that it ends now; what it said before, and nobody wanted to know, is passed over.
    private boolean saysTheEnd() {
        try {
            String said;
            do {
                said = answers.poll(EXIT_SECONDS, TimeUnit.SECONDS);
            } while (said != null && !said.equals(NO_MORE) && !said.equals(FaultServer.END));
            return FaultServer.END.equals(said);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private boolean refused() {
        return greeting.startsWith("refused ") && process.exitValue() == REFUSED_STATUS;
    }
}
