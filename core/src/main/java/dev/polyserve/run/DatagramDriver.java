package dev.polyserve.run;

import dev.polyserve.DatagramHandler;
import dev.polyserve.Endpoint;
import dev.polyserve.Limit;
import dev.polyserve.Networks;
import dev.polyserve.OnFull;
import dev.polyserve.Options;
import dev.polyserve.RequestResult;
import dev.polyserve.conversation.BufferBudget;
import dev.polyserve.conversation.ServerContext;
import dev.polyserve.io.DatagramPort;
import dev.polyserve.io.DatagramSender;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// Drives the datagram handler of one port: receives, calls the handler, and sends the replies.
///
/// On an event loop, the handler runs at once, on the buffer that the system filled. Under the other models, each
/// datagram is copied and passed to the model's executor; the limit on connections also bounds the number of datagrams
/// in progress. Copies and replies count against the server's
/// buffer budget. Once that is exhausted, receiving pauses, and the system drops datagrams for which its own buffer has
/// no room.
///
/// **Thread**: the accept loop's; handlers run where the model runs them.
final class DatagramDriver extends DatagramReceiver {
    private final DatagramSender sender;
    private final DatagramHandler handler;
    private final Options options;
    private final BufferBudget budget;
    private final @Nullable Executor executor;
    private final int capacity;
    private final DatagramObserver observer;
    private final boolean inline;
    private final DatagramReplyBuffer reply = new DatagramReplyBuffer();
    private final AtomicInteger inFlight = new AtomicInteger();
    /// The bytes reserved in the budget for the datagram that is being received.
    private int reserved;
    private volatile boolean roomAwaited;

    /// @param asked the endpoint that the server was given; the port has the real one
    DatagramDriver(Runner runner, DatagramPort port, Endpoint asked, DatagramHandler handler, ServerContext context,
            AcceptGate acceptLimit, ServerCounters counters, DatagramObserver observer) {
        super(runner.loops().getFirst(), port, asked, context, acceptLimit, counters);
        ModelConcurrency concurrency = runner.concurrency();
        this.sender = port.sender();
        this.handler = handler;
        this.options = context.options();
        this.budget = context.budget();
        this.executor = concurrency.datagramExecutor().orElse(null);
        this.capacity = Math.min(concurrency.capacity().getAsInt(), options.limits().connections());
        this.observer = observer;
        this.inline = concurrency.inline();
    }

    @Override
    boolean isOpen() {
        return acceptLimit.any() && hasRoom();
    }

    @Override
    void turnEnds() {
        sender.flush(this);
    }

    /// Reserves room for the longest datagram if datagrams are copied: the length of the next one is not known in
    /// advance.
    @Override
    boolean reserve() {
        reserved = executor == null ? 0 : (int) Math.min(buffer.capacity(), budget.most());
        return budget.tryTake(reserved);
    }

    /// Receives a datagram and releases the unused part of the reservation.
    @Override
    @Nullable SocketAddress receive() throws IOException {
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

    @Override
    void received(SocketAddress from) {
        loop.assertOwner();
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
        Networks senders = headerSenders();
        return senders.isEmpty()
                ? new Received(from, port.local(), null, buffer, truncated)
                : withoutHeader(from, senders, truncated);
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
}
