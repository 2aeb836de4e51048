package dev.polyserve.bench.load;

import com.sun.management.UnixOperatingSystemMXBean;
import dev.polyserve.Endpoint;
import dev.polyserve.loop.SelectorMultiplexer;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// The connected clients of one contender, on event loops of the load generator; idle between runs.
///
/// **Thread**: one at a time.
public final class LoadGenerator implements AutoCloseable {
    private static final int SPARE_DESCRIPTORS = 100;
    private static final int GREETING = 'h';
    private static final int GREETING_MILLIS = 10_000;
    private static final long LOOP_TIMEOUT_SECONDS = 60;

    private final List<LoadLoop> loops = new ArrayList<>();
    private final Plan plan;
    private final SocketAddress server;

    private LoadGenerator(Plan plan) throws MeasurementException {
        this.plan = plan;
        this.server = ClientSockets.address(plan.endpoint());
    }

    /// The settings of the clients.
    ///
    /// @param endpoint the contender's endpoint
    /// @param traffic what the clients send
    /// @param connections number of connections
    /// @param loops number of load generator threads
    /// @param maySpin true to let a loop poll its sockets without waiting when a request is due in less than a
    ///         millisecond; false where the contender needs the processor
    public record Plan(Endpoint endpoint, LoadProfile traffic, int connections, int loops, boolean maySpin) {}

    /// Connects all clients.
    ///
    /// @throws MeasurementException when a connection cannot be made; no connection stays open then
    public static LoadGenerator open(Plan plan) throws MeasurementException {
        requireDescriptors(plan.connections() + plan.traffic().extraConnections());
        LoadGenerator load = new LoadGenerator(plan);
        try {
            load.connect();
            return load;
        } catch (IOException e) {
            load.close();
            throw new MeasurementException("cannot connect to " + plan.endpoint() + ": " + e.getMessage(), e);
        } catch (MeasurementException | RuntimeException e) {
            load.close();
            throw e;
        }
    }

    private static void requireDescriptors(int connections) throws MeasurementException {
        if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
                && unix.getOpenFileDescriptorCount() + connections + SPARE_DESCRIPTORS > unix
                        .getMaxFileDescriptorCount()) {
            throw new MeasurementException(
                    "too few descriptors for " + connections + " connections: the limit of this process is "
                            + unix.getMaxFileDescriptorCount()
                            + "; raise it with ulimit -n, or use fewer with --connections");
        }
    }

    private void connect() throws IOException, MeasurementException {
        for (int i = 0; i < loopCount(); i++) {
            loops.add(new LoadLoop("bench-load-" + i, new SelectorMultiplexer(), plan.maySpin(), System::nanoTime));
        }
        switch (plan.traffic()) {
            case LoadProfile.Exchanges exchanges ->
                persistent(plan.connections(), i -> exchanging(exchanges, i, RequestTrigger.PACED));
            case LoadProfile.Work work -> {
                var amount = new SimulatedWorkPayload.Amount(work.requestBytes(), work.waitMicros(),
                        work.multiplications());
                persistent(plan.connections(), i -> working(amount, i, RequestTrigger.PACED));
            }
            case LoadProfile.Mixed mixed -> mixed(mixed);
            case LoadProfile.MostlyIdle idle -> persistent(plan.connections(),
                    i -> exchanging(idle, i, i < idle.active() ? RequestTrigger.PACED : RequestTrigger.SILENT));
            case LoadProfile.SlowReaders slow -> persistent(plan.connections(),
                    i -> i < plan.connections() - slow.slow()
                            ? exchanging(slow, i, RequestTrigger.PACED)
                            : new Member(new NonReadingClient(connected(i), new PseudoRandomPayload(i)),
                                    RequestTrigger.SILENT));
            case LoadProfile.Churn churn -> attach(members(churners(churn)));
            case LoadProfile.Broadcast broadcast -> attach(members(List.of(broadcaster(broadcast))));
            case LoadProfile.Datagrams datagrams -> attach(members(datagramClients(datagrams)));
        }
    }

    /// The number of loops; each loop gets at least one client that follows the pacing.
    private int loopCount() {
        return switch (plan.traffic()) {
            case LoadProfile.Broadcast _ -> 1;
            case LoadProfile.MostlyIdle idle -> Math.min(plan.loops(), idle.active());
            case LoadProfile.SlowReaders slow -> Math.clamp(plan.connections() - slow.slow(), 1, plan.loops());
            case LoadProfile.Exchanges _, LoadProfile.Work _, LoadProfile.Mixed _, LoadProfile.Churn _, LoadProfile.Datagrams _ ->
                Math.min(plan.loops(), plan.connections());
        };
    }

    private record Member(LoadClient client, RequestTrigger trigger) {}

    /// Creates the connected client with this number.
    @FunctionalInterface
    private interface ClientFactory {
        Member create(int number) throws IOException;
    }

    /// Creates clients with persistent connections.
    private void persistent(int count, ClientFactory factory) throws IOException, MeasurementException {
        List<Member> members = new ArrayList<>();
        try {
            for (int i = 0; i < count; i++) {
                members.add(factory.create(i));
            }
        } finally {
            // Attach what was created, also after a failure, so that the loops close those connections.
            attach(members);
        }
    }

    /// Heavy clients come first, so that each loop gets its share of them.
    private void mixed(LoadProfile.Mixed mixed) throws IOException, MeasurementException {
        var light = new SimulatedWorkPayload.Amount(mixed.requestBytes(), 0, 0);
        var heavy = new SimulatedWorkPayload.Amount(mixed.requestBytes(), 0, mixed.heavyMultiplications());
        persistent(mixed.heavy() + plan.connections(),
                i -> i < mixed.heavy()
                        ? working(heavy, i, RequestTrigger.BUSY)
                        : working(light, i, RequestTrigger.PACED));
    }

    private Member exchanging(LoadProfile traffic, int number, RequestTrigger trigger) throws IOException {
        return exchanging(new PseudoRandomPayload(number), traffic.requestBytes(), number, trigger);
    }

    private Member working(SimulatedWorkPayload.Amount amount, int number, RequestTrigger trigger) throws IOException {
        return exchanging(new SimulatedWorkPayload(amount, number, loopOf(number).outgoing()), amount.requestBytes(),
                number, trigger);
    }

    private Member exchanging(LoadPayload stream, int requestBytes, int number, RequestTrigger trigger)
            throws IOException {
        return new Member(
                new PersistentConnectionClient("connection " + (number + 1), connected(number), stream, requestBytes,
                        trigger),
                trigger);
    }

    private SocketChannel connected(int number) throws IOException {
        return ClientSockets.connected(server, number);
    }

    private static List<Member> members(List<? extends LoadClient> clients) {
        return clients.stream().map(client -> new Member(client, RequestTrigger.PACED)).toList();
    }

    private List<LoadClient> churners(LoadProfile.Churn churn) {
        List<LoadClient> clients = new ArrayList<>();
        for (int i = 0; i < plan.connections(); i++) {
            clients.add(new ChurnClient("client " + (i + 1), server, new PseudoRandomPayload(i), churn.requestBytes()));
        }
        return clients;
    }

    private BroadcastClients broadcaster(LoadProfile.Broadcast broadcast) throws IOException, MeasurementException {
        List<SocketChannel> channels = new ArrayList<>();
        try {
            for (int i = 0; i < plan.connections(); i++) {
                channels.add(registered(connected(i)));
            }
            return new BroadcastClients(channels, 1, broadcast.requestBytes());
        } catch (IOException | MeasurementException e) {
            for (SocketChannel channel : channels) {
                channel.close();
            }
            throw e;
        }
    }

    /// Sends one byte and waits for its echo: then the connection is registered with the broadcast.
    private static SocketChannel registered(SocketChannel channel) throws IOException, MeasurementException {
        channel.write(ByteBuffer.wrap(new byte[]{GREETING}));
        ByteBuffer answer = ByteBuffer.allocate(1);
        if (channel.getRemoteAddress() instanceof InetSocketAddress) {
            channel.socket().setSoTimeout(GREETING_MILLIS);
            int first = channel.socket().getInputStream().read();
            answer.put(0, (byte) first);
        } else if (channel.read(answer) != 1) {
            answer.put(0, (byte) -1);
        }
        if (answer.get(0) != GREETING) {
            channel.close();
            throw new MeasurementException(
                    "the server does not broadcast: it did not return the first byte of a client");
        }
        return channel;
    }

    private List<LoadClient> datagramClients(LoadProfile.Datagrams datagrams) throws IOException {
        List<LoadClient> clients = new ArrayList<>();
        for (int i = 0; i < plan.connections(); i++) {
            DatagramChannel channel = ClientSockets.datagramChannel(server);
            clients.add(new DatagramLoadClient("client " + (i + 1), channel, i, datagrams.requestBytes()));
        }
        return clients;
    }

    private LoadLoop loopOf(int number) {
        return loops.get(number % loops.size());
    }

    /// Distributes the clients over the loops.
    private void attach(List<Member> members) throws MeasurementException {
        for (LoadLoop loop : loops) {
            for (RequestTrigger trigger : RequestTrigger.values()) {
                List<LoadClient> clients = new ArrayList<>();
                for (int i = 0; i < members.size(); i++) {
                    if (loopOf(i).equals(loop) && members.get(i).trigger() == trigger) {
                        clients.add(members.get(i).client());
                    }
                }
                await(loop.attach(clients, trigger));
            }
        }
    }

    /// Starts a run: first for `leadIn`, which is not counted, then for `counted`.
    public Run begin(RequestPacing pacing, Duration leadIn, Duration counted) {
        long fromNanos = System.nanoTime() + leadIn.toNanos();
        long toNanos = fromNanos + counted.toNanos();
        long replyTimeoutNanos = TimeUnit.SECONDS.toNanos(2) + counted.toNanos();
        List<CompletableFuture<LoadRunResult>> parts = loops.stream()
                .map(loop -> loop.run(share(pacing), fromNanos, toNanos, replyTimeoutNanos)).toList();
        return new Run(fromNanos, toNanos, parts);
    }

    private RequestPacing share(RequestPacing pacing) {
        return switch (pacing) {
            case RequestPacing.Closed closed -> closed;
            case RequestPacing.Open open -> new RequestPacing.Open(open.requestsPerSecond() / loops.size()
                    / (plan.traffic() instanceof LoadProfile.Broadcast ? plan.connections() : 1));
        };
    }

    /// The number of requests answered so far, without the heavy ones. **Thread**: any.
    public long answered() {
        return loops.stream().mapToLong(LoadLoop::answeredEver).sum();
    }

    /// Closes all clients.
    @Override
    public void close() {
        loops.forEach(LoadLoop::close);
    }

    private static <T> T await(CompletableFuture<T> future) throws MeasurementException {
        try {
            return future.get(LOOP_TIMEOUT_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof MeasurementException failed) {
                throw failed;
            }
            throw new MeasurementException("the load generator failed: " + e.getCause(), e);
        } catch (TimeoutException e) {
            throw new MeasurementException("the load generator does not answer", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new MeasurementException("the load was interrupted", e);
        }
    }

    /// A run in progress.
    ///
    /// @param fromNanos when counting begins, as of [System#nanoTime]
    /// @param toNanos when counting ends
    /// @param parts the results of the loops
    public record Run(long fromNanos, long toNanos, List<CompletableFuture<LoadRunResult>> parts) {
        /// Waits for the end of the run and the last replies.
        ///
        /// @throws MeasurementException when the contender made an error during the run
        public LoadRunResult await() throws MeasurementException {
            List<LoadRunResult> recordings = new ArrayList<>();
            for (CompletableFuture<LoadRunResult> part : parts) {
                recordings.add(LoadGenerator.await(part));
            }
            return LoadRunResult.merge(recordings);
        }
    }
}
