package dev.polyserve.run;

import dev.polyserve.ConnectionInfo;
import dev.polyserve.Datagram;
import dev.polyserve.DatagramHandler;
import dev.polyserve.Endpoint;
import dev.polyserve.Limit;
import dev.polyserve.Networks;
import dev.polyserve.OnFull;
import dev.polyserve.Options;
import dev.polyserve.RequestResult;
import dev.polyserve.ServerListener;
import dev.polyserve.conversation.BufferBudget;
import dev.polyserve.conversation.ServerContext;
import dev.polyserve.io.DatagramPort;
import dev.polyserve.io.DatagramSender;
import dev.polyserve.loop.EventLoop;
import dev.polyserve.loop.Multiplexer;
import dev.polyserve.proxy.ProxyHeader;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// Drives the datagram handler of one port: receives, calls the handler, and sends the replies.
///
/// On an event loop, the handler runs at once, on the buffer that the system filled. Under the other models, each
/// datagram is copied and passed to the model's executor; the limit on connections also bounds the number of datagrams
/// in progress. A PROXY header in front of a datagram is taken off first. Copies and replies count against the server's
/// buffer budget. Once that is exhausted, receiving pauses, and the system drops datagrams for which its own buffer has
/// no room.
///
/// **Thread**: the accept loop's; handlers run where the model runs them.
final class DatagramDriver implements Multiplexer.Ready, DatagramSender.Outcome {
    private static final int DATAGRAMS_PER_TURN = 64;

    private final EventLoop loop;
    private final DatagramPort port;
    private final DatagramSender sender;
    private final DatagramProxyHeaders proxyHeaders;
    private final DatagramHandler handler;
    private final ServerContext context;
    private final Options options;
    private final AcceptGate acceptLimit;
    private final ServerCounters counters;
    private final ServerListener events;
    private final BufferBudget budget;
    private final @Nullable Executor executor;
    private final int capacity;
    private final DatagramObserver observer;
    private final boolean inline;
    private final ByteBuffer buffer;
    private final DatagramReplyBuffer reply = new DatagramReplyBuffer();
    private final AtomicInteger inFlight = new AtomicInteger();
    /// The bytes reserved in the budget for the datagram that is being received.
    private int reserved;
    private final Backoff backoff = new Backoff();
    private volatile boolean roomAwaited;
    private Multiplexer.@Nullable Watch watch;
    private EventLoop.@Nullable Delayed pause;
    private boolean resumes;

    /// @param asked the endpoint that the server was given; the port has the real one
    DatagramDriver(Runner runner, DatagramPort port, Endpoint asked, DatagramHandler handler, ServerContext context,
            AcceptGate acceptLimit, ServerCounters counters, DatagramObserver observer) {
        ModelConcurrency concurrency = runner.concurrency();
        this.loop = runner.loops().getFirst();
        this.port = port;
        this.sender = port.sender();
        this.proxyHeaders = new DatagramProxyHeaders(asked, port.endpoint(), context);
        this.handler = handler;
        this.context = context;
        this.options = context.options();
        this.budget = context.budget();
        this.acceptLimit = acceptLimit;
        this.counters = counters;
        this.events = context.listener();
        this.executor = concurrency.datagramExecutor().orElse(null);
        this.capacity = Math.min(concurrency.capacity().getAsInt(), options.limits().connections());
        this.observer = observer;
        this.inline = concurrency.inline();
        // One byte more than the limit, so that a longer datagram is detected.
        this.buffer = ByteBuffer.allocateDirect(options.limits().datagramBytes() + 1);
    }

    DatagramPort port() {
        return port;
    }

    /// Starts or stops watching the port, according to the accept policy and the room.
    void arm() {
        loop.assertOwner();
        if (pause != null) {
            return;
        }
        int interest = acceptLimit.any() && hasRoom() ? Multiplexer.READ : 0;
        if (watch == null && interest == 0) {
            return;
        }
        try {
            if (watch == null) {
                watch = loop.watch(port, interest, this);
            } else {
                loop.change(watch, interest);
            }
        } catch (IOException e) {
            failed(e);
            return;
        }
        if (interest != 0) {
            resumeHeld();
        }
    }

    /// Schedules a later task for the datagrams that the port already holds, so that other work of the loop runs first.
    private void resumeHeld() {
        if (!resumes && port.holdsReceived()) {
            resumes = true;
            loop.post(() -> {
                resumes = false;
                if (pause == null) {
                    ready(Multiplexer.READ);
                }
            });
        }
    }

    /// Releases the port, after the last reply. **Thread**: any.
    void close() {
        try {
            port.close();
        } catch (IOException e) {
            events.acceptFailed(port.endpoint(), e, Duration.ZERO);
        }
    }

    @Override
    public void ready(int readiness) {
        loop.assertOwner();
        loop.turnBegins();
        receiveSome();
        sender.flush(this);
    }

    private void receiveSome() {
        for (int left = DATAGRAMS_PER_TURN; left > 0; left--) {
            if (!acceptLimit.any() || !hasRoom()) {
                arm();
                return;
            }
            if (!reserve()) {
                events.limitReached(Limit.BUFFER_TOTAL);
                pauseReceiving();
                return;
            }
            try {
                SocketAddress peer = receiveReserved();
                if (peer == null) {
                    return;
                }
                backoff.succeeded();
                received(peer);
            } catch (IOException | RuntimeException | Error e) {
                failed(e);
                return;
            }
        }
        resumeHeld();
    }

    /// Reserves room for the longest datagram if datagrams are copied: the length of the next one is not known in
    /// advance.
    private boolean reserve() {
        reserved = executor == null ? 0 : (int) Math.min(buffer.capacity(), budget.most());
        return budget.tryTake(reserved);
    }

    /// Receives a datagram and releases the unused part of the reservation.
    private @Nullable SocketAddress receiveReserved() throws IOException {
        int held = 0;
        try {
            SocketAddress peer = port.receive(buffer.clear());
            if (peer != null) {
                held = Math.min(reserved, buffer.position());
            }
            return peer;
        } finally {
            budget.give(reserved - held);
            reserved = held;
        }
    }

    private void received(SocketAddress from) {
        loop.assertOwner();
        counters.datagramIn();
        boolean truncated = buffer.position() > options.limits().datagramBytes();
        if (truncated) {
            events.limitReached(Limit.DATAGRAM);
            buffer.position(options.limits().datagramBytes());
        }
        buffer.flip();
        acceptLimit.used();
        Received request = opened(from, truncated);
        if (request == null || !verified(request)) {
            budget.give(reserved);
            observer.answer(RequestResult.REJECTED);
            return;
        }
        if (executor == null) {
            handleHere(request);
            if (!acceptLimit.any()) {
                sender.flush(this); // so that the last datagram is answered before its result is reported
            }
            observer.answer(RequestResult.SERVED);
            return;
        }
        if (options.onFull() == OnFull.REJECT && inFlight.get() >= capacity) {
            budget.give(reserved);
            events.limitReached(Limit.CONNECTIONS);
            observer.answer(RequestResult.REJECTED);
            return;
        }
        handleElsewhere(executor, copied(request), reserved);
    }

    /// The datagram in the buffer, without its PROXY header; null when that is malformed or missing.
    private @Nullable Received opened(SocketAddress from, boolean truncated) {
        SocketAddress local = port.local();
        Networks senders = proxyHeaders.senders();
        if (senders.isEmpty()) {
            return new Received(from, local, null, buffer, truncated);
        }
        Optional<ProxyHeader> header = proxyHeaders.take(buffer, from, senders);
        if (header.isEmpty()) {
            return null;
        }
        ProxiedAddresses proxied = header.get().route()
                .map(route -> new ProxiedAddresses(header.get(), route, from, local)).orElse(null);
        return new Received(from, local, proxied, buffer.slice(), truncated);
    }

    private boolean verified(Received request) {
        if (!context.options().access().admits(request.peer())) {
            events.limitReached(Limit.NETWORK);
            return false;
        }
        try {
            ByteBuffer payload = request.payload();
            int end = payload.limit();
            boolean verified = handler.verify(request);
            payload.limit(end).position(0);
            return verified;
        } catch (Throwable e) { // any failure affects only this datagram
            events.datagramFailed(port.endpoint(), request.peer(), e);
            return false;
        }
    }

    private Received copied(Received request) {
        try {
            ByteBuffer payload = request.payload();
            ByteBuffer copy = ByteBuffer.allocate(payload.remaining()).put(payload).flip();
            return new Received(request.from(), request.to(), request.header(), copy, request.truncated());
        } catch (RuntimeException | Error e) {
            budget.give(reserved);
            throw e;
        }
    }

    private void handleElsewhere(Executor elsewhere, Received request, int held) {
        inFlight.incrementAndGet();
        observer.datagramBegan();
        if (!inline) {
            observer.answer(RequestResult.SERVED);
        }
        try {
            elsewhere.execute(() -> {
                try {
                    answerThere(request);
                } finally {
                    left(held);
                }
            });
        } catch (RuntimeException | Error e) {
            left(held);
            events.datagramFailed(port.endpoint(), request.peer(), e);
        }
    }

    private void answerThere(Received request) {
        DatagramReplyBuffer answer = new DatagramReplyBuffer(budget);
        try {
            handleThere(request, answer);
        } finally {
            answer.release();
        }
    }

    private void left(int held) {
        budget.give(held);
        inFlight.decrementAndGet();
        observer.datagramEnded();
        if (inline) {
            observer.answer(RequestResult.SERVED);
        }
        if (roomAwaited) {
            roomAwaited = false;
            loop.post(this::arm);
        }
    }

    private boolean hasRoom() {
        if (executor == null || options.onFull() == OnFull.REJECT || inFlight.get() < capacity) {
            return true;
        }
        roomAwaited = true;
        // A handler may have ended between the two checks, before it could see `roomAwaited`.
        return inFlight.get() < capacity;
    }

    /// Calls the handler on the loop. Its reply is sent with the others of this turn.
    private void handleHere(Received request) {
        reply.reset();
        try {
            handler.handle(request, reply);
            if (reply.written()) {
                sender.collect(reply.bytes(), request.from(), request.to(), this);
            }
        } catch (Throwable e) { // any failure affects only this datagram
            events.datagramFailed(port.endpoint(), request.peer(), e);
        }
    }

    /// Calls the handler on another thread and sends its reply.
    private void handleThere(Received request, DatagramReplyBuffer answer) {
        try {
            handler.handle(request, answer);
            if (answer.written()) {
                if (sender.send(answer.bytes(), request.from(), request.to())) {
                    sent();
                } else {
                    failed(request.from(), DatagramSender.noRoom());
                }
            }
        } catch (Throwable e) { // as above
            events.datagramFailed(port.endpoint(), request.peer(), e);
        }
    }

    @Override
    public void sent() {
        counters.datagramOut();
    }

    @Override
    public void failed(SocketAddress to, IOException why) {
        events.datagramFailed(port.endpoint(), to, why);
    }

    private void failed(Throwable error) {
        events.acceptFailed(port.endpoint(), error, Duration.ofNanos(pauseReceiving()));
    }

    private long pauseReceiving() {
        loop.assertOwner();
        long nanos = backoff.failedNanos();
        if (watch != null) {
            loop.change(watch, 0);
        }
        if (pause == null) {
            pause = loop.schedule(nanos, () -> {
                pause = null;
                arm();
            });
        }
        return nanos;
    }

    /// A datagram.
    ///
    /// @param from the real sender, to which the reply goes
    /// @param to the real address that it arrived at
    /// @param header what its PROXY header says; null: there is none, or it names no addresses
    private record Received(SocketAddress from, SocketAddress to, @Nullable ProxiedAddresses header,
            ByteBuffer payload, boolean truncated) implements Datagram {
        @Override
        public SocketAddress peer() {
            return header == null ? from : header.peer();
        }

        @Override
        public SocketAddress local() {
            return header == null ? to : header.local();
        }

        @Override
        public Optional<ConnectionInfo.Proxied> proxied() {
            return Optional.ofNullable(header);
        }
    }
}
