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

/// The clients of one contender, connected, on event loops of our own; they rest between runs.
///
/// **Thread**: one at a time.
public final class Load implements AutoCloseable {
    private static final int SPARE_DESCRIPTORS = 100;
    private static final int GREETING = 'h';
    private static final int GREETING_MILLIS = 10_000;
    private static final long ANSWER_SECONDS = 60;

    private final List<LoadLoop> loops = new ArrayList<>();
    private final Plan plan;
    private final SocketAddress server;

    private Load(Plan plan) throws LoadException {
        this.plan = plan;
        this.server = Sockets.address(plan.endpoint());
    }

    /// How the clients are made.
    ///
    /// @param endpoint where the contender listens
    /// @param traffic what they do
    /// @param connections how many
    /// @param loops threads of the generator
    /// @param maySpin whether a loop may ask its sockets without waiting when a request is due in less than a millisecond:
    ///        not where the contender needs the processor
    public record Plan(Endpoint endpoint, ClientTraffic traffic, int connections, int loops, boolean maySpin) {}

    /// Connects all clients.
    ///
    /// @throws LoadException when that cannot be; nothing stays open
    public static Load open(Plan plan) throws LoadException {
        requireDescriptors(plan.connections() + plan.traffic().connectionsBeside());
        Load load = new Load(plan);
        try {
            load.connect();
            return load;
        } catch (IOException e) {
            load.close();
            throw new LoadException("cannot connect to " + plan.endpoint() + ": " + e.getMessage(), e);
        } catch (LoadException | RuntimeException e) {
            load.close();
            throw e;
        }
    }

    private static void requireDescriptors(int connections) throws LoadException {
        if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
                && unix.getOpenFileDescriptorCount() + connections + SPARE_DESCRIPTORS > unix
                        .getMaxFileDescriptorCount()) {
            throw new LoadException("there is no room for " + connections + " connections: this process may open "
                    + unix.getMaxFileDescriptorCount()
                    + " descriptors; allow more with ulimit -n, or take fewer with --connections");
        }
    }

    private void connect() throws IOException, LoadException {
        for (int i = 0; i < loopCount(); i++) {
            loops.add(new LoadLoop("bench-load-" + i, new SelectorMultiplexer(), plan.maySpin(), System::nanoTime));
        }
        switch (plan.traffic()) {
            case ClientTraffic.Exchanges exchanges ->
                staying(plan.connections(), i -> exchanging(exchanges, i, Part.PACED));
            case ClientTraffic.Work work -> {
                var amount = new WorkStream.Amount(work.requestBytes(), work.waitMicros(), work.multiplications());
                staying(plan.connections(), i -> working(amount, i, Part.PACED));
            }
            case ClientTraffic.Mixed mixed -> mixed(mixed);
            case ClientTraffic.MostlyIdle idle -> staying(plan.connections(),
                    i -> exchanging(idle, i, i < idle.active() ? Part.PACED : Part.SILENT));
            case ClientTraffic.SlowReaders slow -> staying(plan.connections(), i -> i < plan.connections() - slow.slow()
                    ? exchanging(slow, i, Part.PACED)
                    : new Member(new SlowClient(connected(i), new PatternStream(i)), Part.SILENT));
            case ClientTraffic.Churn churn -> attach(members(churners(churn)));
            case ClientTraffic.Broadcast broadcast -> attach(members(List.of(broadcaster(broadcast))));
            case ClientTraffic.Datagrams datagrams -> attach(members(datagramClients(datagrams)));
        }
    }

    /// No loop without a client that the pacing asks.
    private int loopCount() {
        return switch (plan.traffic()) {
            case ClientTraffic.Broadcast _ -> 1;
            case ClientTraffic.MostlyIdle idle -> Math.min(plan.loops(), idle.active());
            case ClientTraffic.SlowReaders slow -> Math.clamp(plan.connections() - slow.slow(), 1, plan.loops());
            case ClientTraffic.Exchanges _, ClientTraffic.Work _, ClientTraffic.Mixed _, ClientTraffic.Churn _, ClientTraffic.Datagrams _ ->
                Math.min(plan.loops(), plan.connections());
        };
    }

    /// A client and its part.
    private record Member(LoadClient client, Part part) {}

    /// Makes the client of this number, connected.
    @FunctionalInterface
    private interface Maker {
        Member make(int number) throws IOException;
    }

    /// Clients whose connections stay.
    private void staying(int count, Maker maker) throws IOException, LoadException {
        List<Member> members = new ArrayList<>();
        try {
            for (int i = 0; i < count; i++) {
                members.add(maker.make(i));
            }
        } finally {
            // Those that are there belong to the loops, also when one more was refused.
            attach(members);
        }
    }

    /// The heavy ones first, so that each loop has its share of them.
    private void mixed(ClientTraffic.Mixed mixed) throws IOException, LoadException {
        var light = new WorkStream.Amount(mixed.requestBytes(), 0, 0);
        var heavy = new WorkStream.Amount(mixed.requestBytes(), 0, mixed.heavyMultiplications());
        staying(mixed.heavy() + plan.connections(),
                i -> i < mixed.heavy() ? working(heavy, i, Part.BUSY) : working(light, i, Part.PACED));
    }

    private Member exchanging(ClientTraffic traffic, int number, Part part) throws IOException {
        return exchanging(new PatternStream(number), traffic.requestBytes(), number, part);
    }

    private Member working(WorkStream.Amount amount, int number, Part part) throws IOException {
        return exchanging(new WorkStream(amount, number, loopOf(number).outgoing()), amount.requestBytes(), number,
                part);
    }

    private Member exchanging(ByteStream stream, int requestBytes, int number, Part part) throws IOException {
        return new Member(
                new ExchangeClient("connection " + (number + 1), connected(number), stream, requestBytes, part), part);
    }

    private SocketChannel connected(int number) throws IOException {
        return Sockets.connected(server, number);
    }

    private static List<Member> members(List<? extends LoadClient> clients) {
        return clients.stream().map(client -> new Member(client, Part.PACED)).toList();
    }

    private List<LoadClient> churners(ClientTraffic.Churn churn) {
        List<LoadClient> clients = new ArrayList<>();
        for (int i = 0; i < plan.connections(); i++) {
            clients.add(new ChurnClient("client " + (i + 1), server, new PatternStream(i), churn.requestBytes()));
        }
        return clients;
    }

    private Broadcaster broadcaster(ClientTraffic.Broadcast broadcast) throws IOException, LoadException {
        List<SocketChannel> channels = new ArrayList<>();
        try {
            for (int i = 0; i < plan.connections(); i++) {
                channels.add(greeted(connected(i)));
            }
            return new Broadcaster(channels, 1, broadcast.requestBytes());
        } catch (IOException | LoadException e) {
            for (SocketChannel channel : channels) {
                channel.close();
            }
            throw e;
        }
    }

    /// Says a byte and hears it: only then it is sure to hear what comes.
    private static SocketChannel greeted(SocketChannel channel) throws IOException, LoadException {
        channel.write(ByteBuffer.wrap(new byte[]{GREETING}));
        ByteBuffer answer = ByteBuffer.allocate(1);
        if (channel.getRemoteAddress() instanceof InetSocketAddress) {
            channel.socket().setSoTimeout(GREETING_MILLIS);
            int heard = channel.socket().getInputStream().read();
            answer.put(0, (byte) heard);
        } else if (channel.read(answer) != 1) {
            answer.put(0, (byte) -1);
        }
        if (answer.get(0) != GREETING) {
            channel.close();
            throw new LoadException("the server does not broadcast: it did not return a client's first byte");
        }
        return channel;
    }

    private List<LoadClient> datagramClients(ClientTraffic.Datagrams datagrams) throws IOException {
        List<LoadClient> clients = new ArrayList<>();
        for (int i = 0; i < plan.connections(); i++) {
            DatagramChannel channel = Sockets.datagramChannel(server);
            clients.add(new DatagramLoadClient("client " + (i + 1), channel, i, datagrams.requestBytes()));
        }
        return clients;
    }

    private LoadLoop loopOf(int number) {
        return loops.get(number % loops.size());
    }

    /// Spreads the clients over the loops.
    private void attach(List<Member> members) throws LoadException {
        for (LoadLoop loop : loops) {
            for (Part part : Part.values()) {
                List<LoadClient> clients = new ArrayList<>();
                for (int i = 0; i < members.size(); i++) {
                    if (loopOf(i).equals(loop) && members.get(i).part() == part) {
                        clients.add(members.get(i).client());
                    }
                }
                await(loop.attach(clients, part));
            }
        }
    }

    /// Begins to load: first for `leadIn`, which does not count, then for `counted`.
    public Run begin(Pacing pacing, Duration leadIn, Duration counted) {
        long fromNanos = System.nanoTime() + leadIn.toNanos();
        long toNanos = fromNanos + counted.toNanos();
        long patienceNanos = TimeUnit.SECONDS.toNanos(2) + counted.toNanos();
        List<CompletableFuture<Recording>> parts = loops.stream()
                .map(loop -> loop.run(share(pacing), fromNanos, toNanos, patienceNanos)).toList();
        return new Run(fromNanos, toNanos, parts);
    }

    private Pacing share(Pacing pacing) {
        return switch (pacing) {
            case Pacing.Closed closed -> closed;
            case Pacing.Open open -> new Pacing.Open(open.requestsPerSecond() / loops.size()
                    / (plan.traffic() instanceof ClientTraffic.Broadcast ? plan.connections() : 1));
        };
    }

    /// How many requests have been answered so far, without the heavy ones. **Thread**: any.
    public long answered() {
        return loops.stream().mapToLong(LoadLoop::answeredEver).sum();
    }

    /// Closes all clients.
    @Override
    public void close() {
        loops.forEach(LoadLoop::close);
    }

    private static <T> T await(CompletableFuture<T> future) throws LoadException {
        try {
            return future.get(ANSWER_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof LoadException failed) {
                throw failed;
            }
            throw new LoadException("the generator broke: " + e.getCause(), e);
        } catch (TimeoutException e) {
            throw new LoadException("the generator does not answer", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LoadException("the load was interrupted", e);
        }
    }

    /// A run that has begun.
    ///
    /// @param fromNanos when counting begins, by [System#nanoTime]
    /// @param toNanos when it ends
    /// @param parts of the loops
    public record Run(long fromNanos, long toNanos, List<CompletableFuture<Recording>> parts) {
        /// Waits for its end and the last replies.
        ///
        /// @throws LoadException when the contender did something wrong meanwhile
        public Recording await() throws LoadException {
            List<Recording> recordings = new ArrayList<>();
            for (CompletableFuture<Recording> part : parts) {
                recordings.add(Load.await(part));
            }
            return Recording.beside(recordings);
        }
    }
}
