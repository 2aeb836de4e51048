package dev.polyserve.lab;

import dev.polyserve.Endpoint;
import dev.polyserve.admin.status.AcceptQueueLength;
import dev.polyserve.bench.process.FreePort;
import dev.polyserve.lab.LabRunRequest.ServerRequest;
import dev.polyserve.lab.client.LabClientRunContext;
import dev.polyserve.lab.recording.LabServerSample;
import dev.polyserve.lab.server.LabServerArguments;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// One server of a run: its processes, what it records, and its state.
///
/// ```
///   STARTING ─▶ SERVING ─▶ ENDED
///      ├─▶ FAILED   └─ it ends by itself ─▲
///      └─ it is stopped ───────────────────▲
/// ```
///
/// **Thread**: any.
final class LabRunServer implements AutoCloseable {
    private enum State {
        STARTING, SERVING, ENDED, FAILED
    }

    private static final Duration START = Duration.ofSeconds(30);
    private static final String HOST = "127.0.0.1";

    private final int id;
    private final ServerRequest request;
    private final LabClientRunContext run;
    private final Runnable whenChanged;
    private final LabServerProcesses processes = new LabServerProcesses();
    private volatile State state = State.STARTING;
    private volatile String message = "";
    private volatile int port;
    private volatile @Nullable LabRecordReceiver receiver;
    private volatile @Nullable LabServerProcess process;

    /// @param whenChanged runs when what [#json] says has changed
    LabRunServer(int id, ServerRequest request, LabClientRunContext run, Runnable whenChanged) {
        this.id = id;
        this.request = request;
        this.run = run;
        this.whenChanged = whenChanged;
    }

    /// Starts the server, and returns when it serves, or cannot. An interrupt ends the wait for that.
    ///
    /// @param directory for its socket
    /// @param openFiles up to which number its descriptors are in use
    void start(LabServerProgram program, Path directory, int openFiles) {
        try {
            Optional<String> command = request.against();
            if (command.isPresent()) {
                startOther(command.get());
            } else {
                startOurs(program, directory, openFiles);
            }
            enter(State.SERVING, "");
        } catch (LabException e) {
            enter(State.FAILED, String.valueOf(e.getMessage()));
        } catch (IOException e) {
            enter(State.FAILED, "the server " + request.label() + " cannot be started: " + e.getMessage());
        } catch (InterruptedException e) {
            enter(State.ENDED, "it was stopped before it served");
            Thread.currentThread().interrupt();
        }
    }

    private void startOurs(LabServerProgram program, Path directory, int openFiles)
            throws IOException, LabException, InterruptedException {
        LabRecordReceiver receives = new LabRecordReceiver(directory.resolve("records" + id), id, run, processes,
                whenChanged);
        receiver = receives;
        LabServerProcess started = LabServerProcess.start(program.command(new LabServerArguments(request.model(),
                request.loops(), request.handOff(), receives.path(), openFiles)));
        process = started;
        began(started, started.pid());
        port = (int) started.awaitNumber("the server " + request.label(), START);
    }

    private void startOther(String command) throws IOException, LabException, InterruptedException {
        int free = FreePort.tcp();
        LabServerProcess started = LabServerProcess.shell(command.replace("{port}", Integer.toString(free)));
        process = started;
        long pid = started.awaitNumber("'" + command + "'", START);
        began(started, pid);
        started.awaitListening(command, pid, free, START);
        port = free;
    }

    private void began(LabServerProcess started, long pid) {
        boolean _ = processes.add(pid);
        var _ = started.whenEnded().thenAccept(how -> {
            if (state == State.SERVING) {
                enter(State.ENDED, how);
            }
        });
    }

    private void enter(State next, String why) {
        state = next;
        message = why;
        whenChanged.run();
    }

    boolean isServing() {
        return state == State.SERVING;
    }

    int port() {
        return port;
    }

    /// Whether it does what clients ask for, and records.
    boolean isOurs() {
        return request.against().isEmpty();
    }

    /// The run begins now.
    void begin() {
        processes.begin();
    }

    /// Its figures now. What events tell is added in their order.
    LabServerSample sample(long micros) {
        if (!isOurs()) {
            // Processes that it has started since.
            processes.pids().stream().findFirst().flatMap(ProcessHandle::of).stream()
                    .flatMap(ProcessHandle::descendants).forEach(child -> {
                        boolean _ = processes.add(child.pid());
                    });
        }
        return new LabServerSample(micros, id, backlog(), LabServerSample.Connections.UNKNOWN, 0, processes.sample());
    }

    private OptionalLong backlog() {
        return AcceptQueueLength.of(List.of(new Endpoint.Tcp(HOST, port))).stream()
                .mapToLong(AcceptQueueLength::waiting)
                .findFirst();
    }

    /// What is known of it. Members without a value are left out.
    Map<String, Object> json() {
        LabRecordReceiver receives = receiver;
        Map<String, Object> known = new LinkedHashMap<>();
        known.put("id", id);
        request.against().ifPresentOrElse(command -> known.put("against", command),
                () -> known.put("model", request.model()));
        known.put("label", request.label());
        known.put("loops", request.loops());
        known.put("handOff", request.handOff());
        known.put("pids", processes.pids());
        known.put("port", port);
        known.put("state", state.name().toLowerCase(Locale.ROOT));
        if (!message.isEmpty()) {
            known.put("message", message);
        }
        known.put("dropped", receives == null ? 0 : receives.dropped());
        known.put("systemCallsFrom", systemCallsFrom());
        return known;
    }

    /// Which system calls are counted.
    private String systemCallsFrom() {
        return switch (request.model()) {
            case "polling", "select", "poll", "epoll", "epoll-et", "io_uring", "process", "process-pool" -> "all";
            default -> "reads and writes";
        };
    }

    @Override
    public void close() throws IOException {
        if (state == State.SERVING || state == State.STARTING) {
            enter(State.ENDED, "");
        }
        LabServerProcess started = process;
        if (started != null) {
            started.close();
        }
        LabRecordReceiver receives = receiver;
        if (receives != null) {
            receives.close();
        }
    }
}
