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

/// Starts contenders, and ends all of them when it is closed, by its owner or by a shutdown hook.
///
/// **Thread**: one thread starts contenders; any thread may close.
public final class ContenderLauncher implements AutoCloseable {
    /// The default time within which a contender must be ready to serve.
    public static final Duration START_TIMEOUT = Duration.ofSeconds(20);
    /// A server that already runs answers at once, or not at all.
    private static final Duration EXISTING_TIMEOUT = Duration.ofSeconds(2);
    private static final long PROBE_INTERVAL_MILLIS = 20;
    private static final String DRAIN_TIMEOUT = "--drain-timeout";
    private static final String MAX_PER_IP = "--max-per-ip";

    private final PolyserveProgram program;
    private final ProcessorPlacement placement;
    private final Duration startTimeout;
    private final Set<ContenderRootProcess> started = ConcurrentHashMap.newKeySet();
    /// Guarded by this.
    private boolean closed;

    /// Creates a launcher with [#START_TIMEOUT].
    public ContenderLauncher(PolyserveProgram program, ProcessorPlacement placement) {
        this(program, placement, START_TIMEOUT);
    }

    /// Creates a launcher.
    ///
    /// @param program how `polyserve` is run
    /// @param placement the processors that contenders run on
    /// @param startTimeout the time within which a contender must be ready to serve
    public ContenderLauncher(PolyserveProgram program, ProcessorPlacement placement, Duration startTimeout) {
        this.program = program;
        this.placement = placement;
        this.startTimeout = startTimeout;
    }

    /// Starts a contender and returns when it serves.
    ///
    /// @throws ContenderException in one sentence, when the contender [cannot][Contender#cannotServe] serve, ends, or
    ///         does not listen in time. No process of it is left then
    public RunningContender start(Contender contender, BenchService service, LoadTransport transport)
            throws ContenderException, InterruptedException {
        var reason = contender.cannotServe(service, transport);
        if (reason.isPresent()) {
            throw new ContenderException(reason.get());
        }
        try {
            return switch (contender) {
                case Contender.Polyserve polyserve -> startPolyserve(polyserve, service, transport);
                case Contender.Peer peer -> startPeer(peer, service, transport);
                case Contender.Existing existing -> attach(existing);
            };
        } catch (IOException e) {
            throw new ContenderException(contender.name() + " has no endpoint to listen on: " + e.getMessage(), e);
        }
    }

    /// Ends all contenders that still run, within seconds. Afterwards [#start] fails. May be called by any thread, any
    /// number of times, also while the JVM shuts down.
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
        }
        started.parallelStream().forEach(ContenderRootProcess::close);
    }

    private RunningContender startPolyserve(Contender.Polyserve polyserve, BenchService service,
            LoadTransport transport)
            throws ContenderException, InterruptedException, IOException {
        FreeEndpoint free = FreeEndpoint.chosenByContender(transport);
        List<String> command = program.with(serve(polyserve, service, free.endpoint()));
        return start(new Launch(polyserve.name(), command, free, new ContenderReadyCheck.ReadyLine(),
                program.endTimeout()), polyserve.remarks(service));
    }

    private RunningContender startPeer(Contender.Peer peer, BenchService service, LoadTransport transport)
            throws ContenderException, InterruptedException, IOException {
        FreeEndpoint free = FreeEndpoint.find(transport);
        List<String> command = List.of("bash", "-c", peer.filledIn(service, free.endpoint()));
        return start(new Launch(peer.name(), command, free, new ContenderReadyCheck.Answer(free.endpoint()),
                PolyserveProgram.END_TIMEOUT), List.of());
    }

    /// What is started.
    ///
    /// @param endTimeout how long it may take to end after TERM, before it is killed
    private record Launch(String name, List<String> command, FreeEndpoint free, ContenderReadyCheck readyCheck,
            Duration endTimeout) {}

    private RunningContender start(Launch launch, List<String> remarks)
            throws ContenderException, InterruptedException {
        ContenderRootProcess process = registered(launch);
        try {
            Endpoint endpoint = launch.readyCheck.await(process, startTimeout);
            return new RunningContender(launch.name, endpoint, process, process.processes(), remarks);
        } catch (ContenderException | InterruptedException | RuntimeException e) {
            process.close();
            throw e;
        }
    }

    /// Registers the process for [#close], or does not start it.
    private synchronized ContenderRootProcess registered(Launch launch) throws ContenderException {
        if (closed) {
            launch.free.cleanup().run();
            throw new ContenderException(launch.name + " is not started, because the benchmark is ending");
        }
        ContenderRootProcess process = ContenderRootProcess.start(launch.name, placement.commandPrefix(),
                launch.command, launch.free, launch.endTimeout, launch.readyCheck::acceptLine);
        started.removeIf(ContenderRootProcess::isGone);
        started.add(process);
        return process;
    }

    private static RunningContender attach(Contender.Existing existing)
            throws ContenderException, InterruptedException {
        String name = existing.name();
        Endpoint endpoint = existing.endpoint();
        long deadline = System.nanoTime() + EXISTING_TIMEOUT.toNanos();
        while (!ConnectProbe.isAnswered(endpoint)) {
            if (System.nanoTime() - deadline >= 0) {
                throw new ContenderException(name.equals(endpoint.toString())
                        ? "no server answers at " + endpoint
                        : name + " does not answer at " + endpoint);
            }
            Thread.sleep(PROBE_INTERVAL_MILLIS);
        }
        ContenderProcesses processes = ListeningProcesses.processes(endpoint);
        String remark = processes.roots().isEmpty()
                ? name + " was already running, and its processes are not visible, so its costs are not measured"
                : name + " was already running, so it keeps the processors it was started on";
        return new RunningContender(name, endpoint, new ExistingServer(name, processes), processes, List.of(remark));
    }

    private static List<String> serve(Contender.Polyserve polyserve, BenchService service, Endpoint endpoint) {
        Class<?> handler = polyserve.handler(service);
        List<String> words = new ArrayList<>(List.of("serve", "--handler", handler.getName(), "--class-path",
                origin(handler), "--listen", endpoint.toString(), "--model", polyserve.model(), "--quiet"));
        if (!polyserve.options().contains(MAX_PER_IP)) {
            words.addAll(List.of(MAX_PER_IP, "0")); // all connections of the load generator have one address
        }
        if (!polyserve.options().contains(DRAIN_TIMEOUT)) {
            words.addAll(List.of(DRAIN_TIMEOUT, "1s")); // the only clients are the load generator's, and have closed by then
        }
        words.addAll(polyserve.options());
        return words;
    }

    /// The jar or the directory that contains a class.
    private static String origin(Class<?> type) {
        CodeSource source = type.getProtectionDomain().getCodeSource();
        if (source == null) {
            throw new IllegalStateException("the location of " + type.getName() + " is not known");
        }
        try {
            return Path.of(source.getLocation().toURI()).toString();
        } catch (URISyntaxException e) {
            throw new IllegalStateException(type.getName() + " was not loaded from a file: " + source.getLocation(), e);
        }
    }
}
