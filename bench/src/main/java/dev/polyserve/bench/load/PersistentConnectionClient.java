package dev.polyserve.bench.load;

import dev.polyserve.io.PollableChannel;
import dev.polyserve.loop.Multiplexer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/// A client with one persistent connection for all requests and replies.
///
/// ```
///   0 … received … sent … due        stream positions: verified, accepted by the kernel, requested
/// ```
final class PersistentConnectionClient implements LoadClient, Multiplexer.Ready {
    private final String name;
    private final SocketChannel channel;
    private final LoadPayload stream;
    private final int requestBytes;
    private final RequestTrigger trigger;
    /// The intended send time of each outstanding request.
    private final LongQueue intended = new LongQueue();
    private long completed;
    private long received;
    private long sent;
    private long due;
    @SuppressWarnings("NullAway.Init") // set by attach, before anything else
    private LoadLoop loop;
    @SuppressWarnings("NullAway.Init")
    private Multiplexer.Watch watch;

    PersistentConnectionClient(String name, SocketChannel channel, LoadPayload stream, int requestBytes,
            RequestTrigger trigger) {
        this.name = name;
        this.channel = channel;
        this.stream = stream;
        this.requestBytes = requestBytes;
        this.trigger = trigger;
    }

    @Override
    public void attach(LoadLoop owner) throws IOException {
        loop = owner;
        channel.configureBlocking(false);
        PollableChannel source = () -> channel;
        watch = loop.multiplexer().watch(source, Multiplexer.READ, this);
    }

    @Override
    public void request(long intendedNanos) {
        intended.add(intendedNanos);
        due += requestBytes;
        loop.requested(1);
    }

    @Override
    public void ready(int readiness) {
        try {
            if ((readiness & Multiplexer.READ) != 0) {
                receive();
            }
            send();
        } catch (IOException e) {
            loop.fail(name + " failed: " + e.getMessage(), e);
        }
    }

    @Override
    public void flush() {
        try {
            send();
        } catch (IOException e) {
            loop.fail(name + " failed: " + e.getMessage(), e);
        }
    }

    private void receive() throws IOException {
        ByteBuffer in = loop.incoming();
        int length;
        do {
            length = channel.read(in.clear());
            if (length < 0) {
                loop.fail(name + " was closed by the server with " + intended.size() + " replies outstanding", null);
                return;
            }
            verify(in.flip());
        } while (length == in.capacity());
    }

    private void verify(ByteBuffer in) {
        int wrong = stream.firstWrong(received, in);
        if (wrong >= 0) {
            int expected = stream.piece(received + wrong, 1).get() & 0xFF;
            loop.fail(name + ": byte " + (received + wrong) + " of the replies is " + (in.get(wrong) & 0xFF)
                    + " instead of " + expected, null);
            return;
        }
        received += in.remaining();
        if (received > sent) {
            loop.fail(name + ": the server returned " + (received - sent) + " bytes more than it received", null);
            return;
        }
        long nowNanos = loop.progressNanos();
        for (long whole = received / requestBytes; completed < whole; completed++) {
            replied(intended.removeFirst(), nowNanos);
        }
    }

    private void replied(long intendedNanos, long nowNanos) {
        switch (trigger) {
            case PACED -> loop.answered(intendedNanos, nowNanos);
            case BUSY -> loop.heavyAnswered(nowNanos);
            case SILENT -> throw new IllegalStateException(name + " has no outstanding request");
        }
        if (loop.continuesWith(trigger)) {
            request(nowNanos);
        }
    }

    @Override
    public boolean hasOutstanding() {
        return intended.size() > 0;
    }

    private void send() throws IOException {
        sent = ClientSockets.send(channel, stream, sent, due);
        loop.multiplexer().change(watch, sent < due ? Multiplexer.READ | Multiplexer.WRITE : Multiplexer.READ);
    }

    @Override
    public void giveUp(LatencyRecorder recorder, long nowNanos) {
        recorder.givenUp(intended, nowNanos);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
