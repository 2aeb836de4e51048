package dev.polyserve.lab;

import dev.polyserve.lab.client.LabClientRole;
import dev.polyserve.lab.client.LabClientRunContext;
import dev.polyserve.lab.client.LabClient;
import dev.polyserve.lab.recording.ClientPortToLaneMap;
import dev.polyserve.lab.recording.ConnectionStateTracker;
import dev.polyserve.lab.recording.LabEventSorter;
import dev.polyserve.lab.recording.LabRunDescription;
import dev.polyserve.lab.recording.LabRecordingItem;
import dev.polyserve.lab.recording.LabEvent;
import dev.polyserve.lab.recording.LabRecording;
import dev.polyserve.lab.recording.LabServerSample;
import dev.polyserve.text.JsonObjectWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A run: servers that serve the same clients for some time, and the recording of that.
///
/// ```
///   STARTING: the servers start ─▶ RUNNING: the clients talk ──time passes, stop──▶ OVER
/// ```
///
/// **Thread**: any.
public final class LabRun {
    private enum State {
        STARTING, RUNNING, OVER
    }

    /// How often what has come is recorded.
    private static final long COLLECT_MILLIS = 50;
    private static final int COLLECTIONS_PER_SAMPLE = 4;
    /// How long servers have, at the end, to send what they record.
    private static final long LAST_MILLIS = 200;
    /// How long the run before may take to end.
    private static final int BEFORE_SECONDS = 30;

    private final String id;
    private final LabRunRequest request;
    private final LabServerProgram program;
    private final Instant startedAt = Instant.now();
    private final LabEventSorter order = new LabEventSorter();
    private final ConnectionStateTracker states = new ConnectionStateTracker();
    private final LabRecording recording = new LabRecording();
    private final AtomicBoolean headChanged = new AtomicBoolean(true);
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final CountDownLatch over = new CountDownLatch(1);
    /// Opens when the run before this one is over.
    private final CountDownLatch before;
    private volatile State state = State.STARTING;
    private volatile @Nullable String whyOver;
    private final LabClientRunContext clients;
    /// When the clients began; 0: they have not.
    private volatile long clientsFromMicros;
    private volatile List<LabRunServer> servers = List.of();
    private final AtomicLong unrecorded = new AtomicLong();

    private LabRun(String id, LabRunRequest request, LabServerProgram program, CountDownLatch before) {
        this.id = id;
        this.request = request;
        this.program = program;
        this.before = before;
        this.clients = new LabClientRunContext(System.nanoTime(), order, new ClientPortToLaneMap());
    }

    /// Starts a run. Its servers start once the run before has ended, so that few run at once however many runs are asked for.
    static LabRun start(String id, LabRunRequest request, LabServerProgram program, Optional<LabRun> before) {
        LabRun run = new LabRun(id, request, program,
                before.map(one -> one.over).orElseGet(() -> new CountDownLatch(0)));
        Thread.ofVirtual().name("lab-run").start(run::live);
        return run;
    }

    /// Its name, unique in this lab.
    public String id() {
        return id;
    }

    /// The run without its events, as JSON.
    public String head() {
        return headObject().toString();
    }

    private JsonObjectWriter headObject() {
        String why = whyOver;
        JsonObjectWriter head = new JsonObjectWriter().put("version", 1).put("id", id).put("startedAt", startedAt)
                .put("workload", request.workload().id()).put("seconds", request.seconds())
                .put("state", lowerCase(state));
        if (clientsFromMicros > 0) {
            head.put("clientsFrom", clientsFromMicros);
        }
        if (why != null) {
            head.put("over", why);
        }
        List<LabClientRole> roles = request.workload().roles(request.clients());
        List<String> described = new ArrayList<>();
        for (int client = 0; client < roles.size(); client++) {
            described.add(new JsonObjectWriter().put("id", client).put("role", roles.get(client).label()).toString());
        }
        return head.put("unrecorded", unrecorded.get() + order.dropped())
                .putAll("servers", servers.stream().map(server -> JsonObjectWriter.of(server.json())).toList())
                .putAll("clients", described);
    }

    private static String lowerCase(Enum<?> name) {
        return name.name().toLowerCase(Locale.ROOT);
    }

    /// The whole run so far, as JSON.
    public String recorded() {
        List<LabRecordingItem> items = recording.all();
        return headObject().putAll("events", members(items, LabEvent.class))
                .putAll("samples", members(items, LabServerSample.class)).toString();
    }

    /// The objects of one kind.
    private static List<String> members(List<LabRecordingItem> items, Class<? extends LabRecordingItem> kind) {
        return items.stream().filter(kind::isInstance).map(LabRecordingItem::json)
                .map(json -> json.substring(json.indexOf(':') + 1, json.length() - 1)).toList();
    }

    /// The items so far.
    List<LabRecordingItem> items() {
        return recording.all();
    }

    /// Waits for items after a position.
    ///
    /// @param position 0 at first, then [Batch#next]
    public Batch after(long position, Duration atMost) throws InterruptedException {
        LabRecording.Batch batch = recording.after(position, atMost);
        return new Batch(batch.items().stream().map(LabRecordingItem::json).toList(), batch.next(), batch.last());
    }

    /// Items of a run.
    ///
    /// @param items JSON objects with one member each: `event`, `sample` or `head`
    /// @param next the position after them
    /// @param last whether none follow
    public record Batch(List<String> items, long next, boolean last) {}

    /// Has the run end soon.
    public void stop() {
        stopping.countDown();
    }

    /// Waits until the run is over.
    ///
    /// @return whether it is
    public boolean awaitEnd(Duration atMost) throws InterruptedException {
        return over.await(atMost.toMillis(), TimeUnit.MILLISECONDS);
    }

    // --- its own thread ---

    private void live() {
        Path directory = null;
        try {
            directory = Files.createTempDirectory("polyserve-lab");
            end(run(directory));
        } catch (IOException e) {
            end("it has failed: " + e.getMessage());
        } catch (InterruptedException e) {
            end("it was interrupted");
        } finally {
            delete(directory);
            over.countDown();
        }
    }

    /// Runs servers and clients.
    ///
    /// @return why the run is over
    private String run(Path directory) throws InterruptedException {
        startServers(directory);
        if (!isStopped() && servers.stream().noneMatch(LabRunServer::isServing)) {
            return "no server serves";
        }
        serve();
        return isStopped() ? "it was stopped" : "its time has passed";
    }

    private boolean isStopped() {
        return stopping.getCount() == 0;
    }

    private void startServers(Path directory) throws InterruptedException {
        List<LabRunServer> made = new ArrayList<>();
        for (LabRunRequest.ServerRequest server : request.servers()) {
            made.add(new LabRunServer(made.size(), server, clients, this::changed));
        }
        servers = List.copyOf(made);
        record();
        boolean _ = before.await(BEFORE_SECONDS, TimeUnit.SECONDS);
        List<Thread> starts = isStopped()
                ? List.of()
                : made.stream().map(server -> startOf(server, directory)).toList();
        for (Thread start : starts) {
            while (!start.join(Duration.ofMillis(COLLECT_MILLIS))) {
                record();
                if (isStopped()) {
                    start.interrupt();
                }
            }
        }
    }

    private Thread startOf(LabRunServer server, Path directory) {
        return Thread.ofVirtual().name("lab-start")
                .start(() -> server.start(program, directory, request.workload().openFiles()));
    }

    private void changed() {
        headChanged.set(true);
    }

    private void serve() throws InterruptedException {
        servers.forEach(LabRunServer::begin);
        List<LabClient> made = new ArrayList<>();
        List<LabClientRole> roles = request.workload().roles(request.clients());
        for (int client = 0; client < roles.size(); client++) {
            for (int server = 0; server < servers.size(); server++) {
                LabRunServer to = servers.get(server);
                if (to.isServing()) {
                    made.add(new LabClient(clients, server, to.port(), client, roles.get(client), to.isOurs()));
                }
            }
        }
        clientsFromMicros = clients.micros(System.nanoTime());
        state = State.RUNNING;
        changed();
        made.forEach(LabClient::start);
        try {
            collectUntilStopped();
        } finally {
            made.forEach(LabClient::stop);
        }
        for (LabClient client : made) {
            client.awaitEnd();
        }
        // What the servers record of the end comes, too.
        boolean _ = over.await(LAST_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void collectUntilStopped() throws InterruptedException {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(request.seconds());
        for (int turns = 0; System.nanoTime() - until < 0
                && !stopping.await(COLLECT_MILLIS, TimeUnit.MILLISECONDS); turns++) {
            if (turns % COLLECTIONS_PER_SAMPLE == 0) {
                for (LabRunServer server : servers) {
                    if (server.isServing()) {
                        order.add(server.sample(clients.micros(System.nanoTime())));
                    }
                }
            }
            record();
        }
    }

    /// Records what is old enough, and the head if it has changed.
    private void record() {
        record(clients.micros(System.nanoTime()) - LabEventSorter.HELD_MICROS);
    }

    private void record(long upToMicros) {
        List<LabRecordingItem> items = new ArrayList<>();
        if (headChanged.getAndSet(false)) {
            items.add(new LabRunDescription(clients.micros(System.nanoTime()), head()));
        }
        order.take(upToMicros).stream().flatMap(item -> states.follow(item).stream()).forEach(items::add);
        unrecorded.addAndGet(recording.add(items));
    }

    private void end(String why) {
        String allWhy = why;
        for (LabRunServer server : servers) {
            try {
                server.close();
            } catch (IOException e) {
                allWhy += "; a socket of the lab cannot be closed: " + e.getMessage();
            }
        }
        state = State.OVER;
        whyOver = allWhy;
        changed();
        record(Long.MAX_VALUE);
        recording.end();
    }

    private static void delete(@Nullable Path directory) {
        if (directory == null) {
            return;
        }
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                Files.deleteIfExists(file);
            }
            Files.deleteIfExists(directory);
        } catch (IOException e) {
            System.getLogger(LabRun.class.getName()).log(System.Logger.Level.WARNING,
                    "cannot remove " + directory + ": " + e.getMessage());
        }
    }
}
