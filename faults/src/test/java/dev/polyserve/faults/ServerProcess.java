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

/// A process of a [FaultServer], controlled by its test.
///
/// **Thread**: the test's.
final class ServerProcess implements AutoCloseable {
    private static final int ANSWER_SECONDS = 20;
    private static final int EXIT_SECONDS = 10;
    /// The marker for the end of its output; no answer contains a line break.
    private static final String NO_MORE = "\n";
    private static final int CRASH_REPORT_HEAD = 60;
    private static final int REFUSED_STATUS = 2;
    /// The pauses after failures to accept: 5 ms, 10 ms … 640 ms, 1 s.
    private static final int PAUSES_UNTIL_LONG = 8;
    private static final Duration PAUSES_OBSERVED = Duration.ofSeconds(2);
    private static final Pattern PORT = Pattern.compile("(?:tcp|udp)://[^ ]*:(\\d+)");

    private final Process process;
    private final Writer commands;
    private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();
    private final List<String> log = new CopyOnWriteArrayList<>();
    private final CompletableFuture<Void> allSaid;
    /// Whether the model uses the processor while it is idle.
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

    /// The options that make a JVM write its crash report to the expected file, and no core dump.
    static List<String> crashOptions() {
        return List.of("-XX:ErrorFile=" + crashReport("%p"), "-XX:-CreateCoredumpOnCrash");
    }

    private static Path crashReport(String pid) {
        return Path.of(System.getProperty("java.io.tmpdir"), "polyserve-faults-crash-" + pid + ".log");
    }

    /// The crash report, if the process crashed.
    Path crashReport() {
        return crashReport(Long.toString(pid()));
    }

    /// Reads lines on a platform thread, because a virtual thread would block a carrier for each pipe.
    private static CompletableFuture<Void> collect(String what, InputStream from, Collection<String> into) {
        var ended = new CompletableFuture<Void>();
        Thread.ofPlatform().daemon().name("collects " + what).start(() -> {
            try (var lines = new BufferedReader(new InputStreamReader(from, StandardCharsets.UTF_8))) {
                for (String line; (line = lines.readLine()) != null;) {
                    into.add(line);
                }
            } catch (IOException e) {
                throw new UncheckedIOException("the " + what + " of the process cannot be read", e);
            } finally {
                ended.complete(null);
            }
        });
        return ended;
    }

    /// The first line: `ready …` or `refused …`.
    String greeting() {
        return greeting;
    }

    InetSocketAddress address() {
        return address(0);
    }

    /// The address of one of the endpoints with a port.
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

    // --- commands ---

    String ask(String command) throws Exception {
        tell(command);
        return nextAnswer();
    }

    void tell(String command) {
        try {
            commands.write(command + "\n");
            commands.flush();
        } catch (IOException e) {
            throw new IllegalStateException("cannot send to the server '" + command + "': " + endDescription(), e);
        }
    }

    String nextAnswer() throws InterruptedException {
        String answer = answers.poll(ANSWER_SECONDS, TimeUnit.SECONDS);
        if (answer == null) {
            throw new AssertionError("no answer from the server within " + ANSWER_SECONDS + " s; it logged " + log);
        }
        // A JVM that crashes writes comments to its output first.
        if (answer.equals(NO_MORE) || answer.startsWith("#")) {
            throw new IllegalStateException("the server does not answer: " + endDescription());
        }
        return answer;
    }

    /// The description of a process that has ended or does not answer: exit status, last line, log and crash report.
    private String endDescription() {
        String end = soon(process.onExit()) && soon(allSaid.copy())
                ? "the process ended with status " + process.exitValue()
                : "the process is alive but has closed its input or output, or its children are alive";
        answers.remove(NO_MORE);
        String said = String.join("\n", answers);
        answers.add(NO_MORE);
        return end + "; last answer: " + said + "\nlog: " + String.join("\n", log) + crash();
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
                    .collect(Collectors.joining("\n", "\ncrash report: " + report + "\n", ""));
        } catch (NoSuchFileException e) {
            return "\nno crash report";
        } catch (IOException | UncheckedIOException e) {
            return "\nthe crash report cannot be read: " + e;
        }
    }

    /// The value of a counter; 0 when it is absent.
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

    /// The lines logged so far.
    List<String> log() {
        return log;
    }

    ProcessMemory memory() throws Exception {
        return ProcessMemory.of(numbers(ask("memory")));
    }

    // --- resources ---

    Footprint footprint() throws Exception {
        Map<String, Long> counts = counts();
        return new Footprint(Footprint.descriptors(pid()), List.of(ask("threads").split("\\|", -1)),
                counts.getOrDefault("active", -1L), counts.getOrDefault("inside", -1L),
                counts.getOrDefault("bufferedBytes", -1L));
    }

    /// As [ProcessorTime#requireBelow].
    void requireCoresBelow(double cores) throws Exception {
        ProcessorTime.requireBelow(cores, pid());
    }

    /// Requires of a server that cannot accept that it retries and logs once per pause, which reaches its maximum of a
    /// second, and uses little processor time. A `polling` server uses the processor for its connections, independent of
    /// its listener.
    void requireRareAccepts() throws Exception {
        Eventually.holds(() -> assertThat(count("acceptErrors")).as("the pauses have become long")
                .isGreaterThanOrEqualTo(PAUSES_UNTIL_LONG));
        int linesBefore = log.size();
        long errorsBefore = count("acceptErrors");
        double cores = ProcessorTime.coresUsed(pid(), PAUSES_OBSERVED);
        if (!polling) {
            assertThat(cores).as("cores used").isLessThan(0.1);
        }
        assertThat(count("acceptErrors") - errorsBefore).as("how often it has asked")
                .isLessThanOrEqualTo(2 * PAUSES_OBSERVED.toSeconds());
        assertThat(log.size() - linesBefore).as("lines logged")
                .isLessThanOrEqualTo(2 * (int) PAUSES_OBSERVED.toSeconds());
    }

    /// Runs a few connections at once, so that lazily created resources exist.
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
            // The thread of a connection ends a moment after the connection.
            assertThat(ask("threads")).doesNotContain(" /");
        });
    }

    void requireNoDefectLogged() {
        assertThat(log).as("log").noneMatch(line -> line.startsWith("SEVERE") || line.contains("defect"));
    }

    /// Waits until the process has exited by itself.
    ///
    /// @return the exit status
    int awaitExit(Duration atMost) throws InterruptedException {
        endExpected = true;
        assertThat(process.waitFor(atMost.toMillis(), TimeUnit.MILLISECONDS)).as("ended within " + atMost).isTrue();
        return process.exitValue();
    }

    /// Requires that a running server is idle and uses no more memory than one without clients, then ends it by closing
    /// its input.
    ///
    /// The test fails when the server does not confirm its end, or ended otherwise.
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
            // Answers that the test did not read.
            answers.clear();
            Eventually.holds(() -> memory().requireAtRest());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Exception e) {
            throw new IllegalStateException("the server cannot be checked for idleness: " + endDescription(), e);
        }
    }

    private void end() {
        try {
            commands.close();
        } catch (IOException e) {
            // The process has ended or is ending; the code below finds out how.
        }
        boolean ended = confirmsTheEnd();
        // By its handle, which does not close the streams of the readers.
        process.toHandle().destroyForcibly();
        process.onExit().join();
        if (!ended && !endExpected && !refused()) {
            throw new AssertionError("the server did not end when its input was closed: " + endDescription());
        }
    }

    /// Whether the last line confirms the end; skips answers that the test did not read.
    private boolean confirmsTheEnd() {
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
