package dev.polyserve.faults;

import dev.polyserve.DrainReport;
import dev.polyserve.Model;
import dev.polyserve.OnFull;
import dev.polyserve.Options;
import dev.polyserve.Server;
import dev.polyserve.ServerBuilder;
import dev.polyserve.ServerStats;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// The program of the server under test. [ServerProcess] starts it and sends it commands.
///
/// Arguments are `name=value`. It prints `ready ENDPOINT…` or `refused REASON`, then answers each line of standard
/// input with one line. At the end of input it prints `end` and waits a short time to be killed, because a JVM that
/// exits by itself waits 300 ms for threads in system calls; so it never outlives its test. It exits with status 1 when
/// the server stops without a request.
final class FaultServer {
    /// The last line of a normal end.
    static final String END = "end";
    private static final PrintStream OUT = System.out;
    private static final Pattern OTHER_MEMORY = Pattern.compile("Other \\(reserved=(\\d+)");
    private static final int ORPHAN_SECONDS = 5;

    private final ArmedFailures failures = new ArmedFailures();
    private final Optional<BlockingLogHandler> stuckLog;
    private final Services services;
    private final Server server;
    private volatile boolean asked;

    private FaultServer(Map<String, String> settings) throws IOException {
        stuckLog = settings.containsKey("log") ? Optional.of(BlockingLogHandler.install()) : Optional.empty();
        services = new Services(Services.Kind.valueOf(settings.getOrDefault("service", "ECHO")), failures);
        List<String> endpoints = List.of(settings.getOrDefault("listen", "tcp://127.0.0.1:0").split(",", -1));
        ServerBuilder builder = Server.at(endpoints.getFirst());
        endpoints.stream().skip(1).forEach(builder::listen);
        services.into(builder, Mode.Style.valueOf(settings.getOrDefault("style", "HANDLER")));
        builder.datagrams((request, reply) -> {
            reply.writeEmpty();
            reply.write(request.payload());
        });
        server = builder.model(model(settings)).options(options -> options(options, settings))
                .listener(new FailingListener(failures)).filter(_ -> {
                    failures.pass(ArmedFailures.Place.FILTER);
                    return true;
                }).start();
    }

    static void main(String[] arguments) throws Exception {
        Map<String, String> settings = new HashMap<>();
        for (String argument : arguments) {
            String[] parts = argument.split("=", 2);
            settings.put(parts[0], parts[1]);
        }
        if (settings.containsKey(TrainingRun.SETTING)) {
            TrainingRun.serveInEachMode();
        }
        FaultServer running;
        try {
            running = new FaultServer(settings);
        } catch (IOException e) {
            OUT.println("refused " + e.getMessage());
            System.exit(2);
            return;
        }
        running.reportWhenDone();
        OUT.println("ready " + running.server.endpoints().stream().map(Object::toString)
                .collect(Collectors.joining(" ")));
        running.runCommands();
        OUT.println(END);
        TimeUnit.SECONDS.sleep(ORPHAN_SECONDS);
        System.exit(0);
    }

    private static Model model(Map<String, String> settings) {
        Model named = Model.named(settings.getOrDefault("model", "virtual"));
        String threads = settings.get("threads");
        return named.id().equals("thread-pool") && threads != null
                ? Model.threadPool(Integer.parseInt(threads))
                : named;
    }

    private static Options options(Options options, Map<String, String> settings) {
        // All clients of a test have one address.
        Options changed = options.withLimits(l -> l.withConnectionsPerAddress(0));
        for (Map.Entry<String, String> setting : settings.entrySet()) {
            String value = setting.getValue();
            changed = switch (setting.getKey()) {
                case "connections" -> changed.withMaxConnections(Integer.parseInt(value));
                case "per-address" -> changed.withLimits(l -> l.withConnectionsPerAddress(Integer.parseInt(value)));
                case "queue" -> changed.withLimits(l -> l.withQueue(Integer.parseInt(value)));
                case "datagram" -> changed.withLimits(l -> l.withDatagramBytes(Integer.parseInt(value)));
                case "on-full" -> changed.withOnFull(OnFull.valueOf(value));
                case "drain-quiet" ->
                    changed.withTimeouts(t -> t.withDrainQuiet(Duration.ofMillis(Long.parseLong(value))));
                case "close" -> changed.withTimeouts(t -> t.withClose(Duration.ofMillis(Long.parseLong(value))));
                case "hand-off" ->
                    changed.withTimeouts(t -> t.withHandOff(Duration.ofMillis(Long.parseLong(value))));
                case "stall" -> changed.withTimeouts(t -> t.withStall(Duration.ofMillis(Long.parseLong(value))));
                case "write-stall" ->
                    changed.withTimeouts(t -> t.withWriteStall(Duration.ofMillis(Long.parseLong(value))));
                default -> changed;
            };
        }
        return changed;
    }

    private void reportWhenDone() {
        Thread.ofPlatform().name("over").daemon().start(() -> {
            try {
                server.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException("this thread is never interrupted", e);
            }
            if (!asked) {
                OUT.println("over");
                System.exit(1);
            }
        });
    }

    private void runCommands() throws Exception {
        var commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line; (line = commands.readLine()) != null;) {
            String[] words = line.split(" ", -1);
            if (words[0].equals("drain")) {
                drain(Duration.ofMillis(Long.parseLong(words[1])));
            } else {
                OUT.println(answer(words));
            }
        }
    }

    private String answer(String[] words) throws Exception {
        return switch (words[0]) {
            case "stats" -> stats();
            case "threads" -> LiveThreads.ofTheLibrary().collect(Collectors.joining("|"));
            case "memory" -> "heap=" + heapBytes() + " native=" + nativeBytes();
            case "take" -> {
                stuckLog.orElseThrow().take();
                yield "taking";
            }
            case "arm" -> {
                failures.arm(ArmedFailures.Place.valueOf(words[1]), ArmedFailures.Thrown.valueOf(words[2]),
                        Arrays.stream(words).skip(3).map(ArmedFailures.Place::valueOf).findFirst());
                yield "armed";
            }
            case "pause" -> {
                server.pause();
                yield "paused";
            }
            case "resume" -> {
                server.resume();
                yield "resumed";
            }
            case "close" -> {
                asked = true;
                server.close();
                yield "closed";
            }
            default -> throw new IllegalArgumentException("unknown command " + words[0]);
        };
    }

    private String stats() {
        ServerStats stats = server.stats();
        String reached = stats.reached().entrySet().stream().map(entry -> " " + entry.getKey() + "=" + entry.getValue())
                .collect(Collectors.joining());
        return "active=" + stats.active() + " accepted=" + stats.accepted() + " rejected=" + stats.rejected()
                + " failed="
                + stats.failed() + " acceptErrors=" + stats.acceptErrors() + " datagramsIn=" + stats.datagramsIn()
                + " datagramsOut=" + stats.datagramsOut() + " bufferedBytes=" + stats.bufferedBytes() + " inside="
                + services.inside() + " mostInside=" + services.mostInside() + reached;
    }

    /// Not by the management beans: the JDK needs as much processor time to load these as for the start of a server.
    private static long heapBytes() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    /// The native memory in the JVM's accounting: `-                     Other (reserved=123456, committed=123456)`.
    private static String nativeBytes() {
        Matcher other = OTHER_MEMORY.matcher(DiagnosticCommand.run("VM.native_memory summary scale=B"));
        return other.find() ? other.group(1) : "0";
    }

    /// Answers when the drain has ended, so that other commands can be sent meanwhile.
    private void drain(Duration deadline) {
        asked = true;
        Thread.ofPlatform().name("drain").daemon().start(() -> {
            try {
                DrainReport report = server.drain(deadline);
                OUT.println("finished=" + report.finished() + " aborted=" + report.aborted() + " millis="
                        + report.took().toMillis());
            } catch (InterruptedException e) {
                throw new IllegalStateException("this thread is never interrupted", e);
            }
        });
    }
}
