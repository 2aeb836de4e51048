package dev.polyserve.bench.contender;

import dev.polyserve.Endpoint;
import dev.polyserve.bench.service.BenchService;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.security.CodeSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// Starts contenders, and ends all it started when it is closed: by whoever made it, or by a shutdown hook.
///
/// **Thread**: one starts; any may close.
public final class Launcher implements AutoCloseable {
    /// How long a contender may take until it serves.
    public static final Duration PATIENCE = Duration.ofSeconds(20);
    /// Somebody who is already there answers at once, or is not there.
    private static final Duration PATIENCE_WITH_EXISTING = Duration.ofSeconds(2);
    private static final long KNOCK_MILLIS = 20;
    private static final String DRAIN_TIMEOUT = "--drain-timeout";

    private final PolyserveProgram program;
    private final ProcessorPlacement placement;
    private final Duration patience;
    private final Set<StartedProcess> started = ConcurrentHashMap.newKeySet();
    /// Guarded by this.
    private boolean closed;

    /// A launcher with the usual patience.
    public Launcher(PolyserveProgram program, ProcessorPlacement placement) {
        this(program, placement, PATIENCE);
    }

    /// A launcher.
    ///
    /// @param program how `polyserve` is run
    /// @param placement where contenders run
    /// @param patience how long one may take until it serves
    public Launcher(PolyserveProgram program, ProcessorPlacement placement, Duration patience) {
        this.program = program;
        this.placement = placement;
        this.patience = patience;
    }

    /// Starts a contender and returns when it serves.
    ///
    /// @throws ContenderException in one sentence, when it [cannot][Contender#cannotServe], ends, or does not listen in
    ///         time; nothing of it is left then
    public RunningContender start(Contender contender, BenchService service, LoadTransport transport)
            throws ContenderException, InterruptedException {
        var reason = contender.cannotServe(service, transport);
        if (reason.isPresent()) {
            throw new ContenderException(reason.get());
        }
        try {
            return switch (contender) {
                case Contender.Ours ours -> startOurs(ours, service, transport);
                case Contender.Peer peer -> startPeer(peer, service, transport);
                case Contender.Existing existing -> meet(existing);
            };
        } catch (IOException e) {
            throw new ContenderException(contender.name() + " has no place to listen at: " + e.getMessage(), e);
        }
    }

    /// Ends all that it started and that still run, within seconds, and starts nothing more. Any thread, any number of
    /// times, also while the JVM shuts down.
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
        }
        started.parallelStream().forEach(StartedProcess::close);
    }

    private RunningContender startOurs(Contender.Ours ours, BenchService service, LoadTransport transport)
            throws ContenderException, InterruptedException, IOException {
        FreeEndpoint place = FreeEndpoint.ofItsChoice(transport);
        boolean otherStyle = ours.style() == Contender.Style.PROTOCOL && service.protocol() == service.handler();
        return start(ours.name(), program.with(serve(ours, service, place.endpoint())), place,
                new ReadyCheck.ReadyLine(), otherStyle
                        ? List.of(ours.name() + " runs a handler here, because this service has no event style")
                        : List.of());
    }

    private RunningContender startPeer(Contender.Peer peer, BenchService service, LoadTransport transport)
            throws ContenderException, InterruptedException, IOException {
        FreeEndpoint place = FreeEndpoint.free(transport);
        return start(peer.name(), List.of("bash", "-c", peer.filledIn(service, place.endpoint())), place,
                new ReadyCheck.Answer(place.endpoint()), List.of());
    }

    private RunningContender start(String name, List<String> command, FreeEndpoint place, ReadyCheck readiness,
            List<String> remarks)
            throws ContenderException, InterruptedException {
        StartedProcess process = launch(name, command, place, readiness);
        try {
            Endpoint endpoint = readiness.await(process, patience);
            return new RunningContender(name, endpoint, process, process.processes(), remarks);
        } catch (ContenderException | InterruptedException | RuntimeException e) {
            process.close();
            throw e;
        }
    }

    /// From here on it is known to [#close], or it is not started.
    private synchronized StartedProcess launch(String name, List<String> command, FreeEndpoint place,
            ReadyCheck readiness)
            throws ContenderException {
        if (closed) {
            place.leftovers().run();
            throw new ContenderException(name + " is not started, because the benchmark ends");
        }
        StartedProcess process = StartedProcess.start(name, placement.before(), command, place, readiness::said);
        started.removeIf(StartedProcess::isGone);
        started.add(process);
        return process;
    }

    private static RunningContender meet(Contender.Existing existing) throws ContenderException, InterruptedException {
        String name = existing.name();
        Endpoint endpoint = existing.endpoint();
        long deadline = System.nanoTime() + PATIENCE_WITH_EXISTING.toNanos();
        while (!ConnectProbe.isAnswered(endpoint)) {
            if (System.nanoTime() - deadline >= 0) {
                throw new ContenderException(name.equals(endpoint.toString())
                        ? "nobody serves at " + endpoint
                        : name + " does not serve at " + endpoint);
            }
            Thread.sleep(KNOCK_MILLIS);
        }
        Processes processes = Listeners.processes(endpoint);
        String remark = processes.roots().isEmpty()
                ? name + " was there before, and its processes are not known here, so its costs are not told"
                : name + " was there before, so it runs on the processors that it was given then";
        return new RunningContender(name, endpoint, new ExistingServer(name, processes), processes, List.of(remark));
    }

    private static List<String> serve(Contender.Ours ours, BenchService service, Endpoint endpoint) {
        Class<?> handler = ours.handler(service);
        List<String> words = new ArrayList<>(List.of("serve", "--handler", handler.getName(), "--class-path",
                origin(handler), "--listen", endpoint.toString(), "--model", ours.model(), "--quiet"));
        if (!ours.options().contains(DRAIN_TIMEOUT)) {
            words.addAll(List.of(DRAIN_TIMEOUT, "1s")); // its clients are ours, and gone by then
        }
        words.addAll(ours.options());
        return words;
    }

    /// The jar or the directory that a class is from.
    private static String origin(Class<?> type) {
        CodeSource source = type.getProtectionDomain().getCodeSource();
        if (source == null) {
            throw new IllegalStateException("nothing says where " + type.getName() + " is from");
        }
        try {
            return Path.of(source.getLocation().toURI()).toString();
        } catch (URISyntaxException e) {
            throw new IllegalStateException(type.getName() + " is from no file: " + source.getLocation(), e);
        }
    }
}
