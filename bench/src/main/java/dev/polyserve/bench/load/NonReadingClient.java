package dev.polyserve.bench.load;

import dev.polyserve.io.PollableChannel;
import dev.polyserve.loop.Multiplexer;
import java.io.IOException;
import java.nio.channels.SocketChannel;

/// A client that sends as fast as it can, and never reads. A server may close its connection.
final class NonReadingClient implements LoadClient, Multiplexer.Ready {
    private static final int PIECE_BYTES = 64 << 10;
    /// A server without back-pressure accepts any amount: this much is enough to show it.
    private static final long MAX_BYTES = 64L << 20;

    private final SocketChannel channel;
    private final LoadPayload stream;
    private long sent;
    @SuppressWarnings("NullAway.Init") // set by attach, before anything else
    private LoadLoop loop;
    @SuppressWarnings("NullAway.Init")
    private Multiplexer.Watch watch;

    NonReadingClient(SocketChannel channel, LoadPayload stream) {
        this.channel = channel;
        this.stream = stream;
    }

    @Override
    public void attach(LoadLoop owner) throws IOException {
        loop = owner;
        channel.configureBlocking(false);
        PollableChannel source = () -> channel;
        watch = loop.multiplexer().watch(source, Multiplexer.WRITE, this);
    }

    @Override
    public void ready(int readiness) {
        try {
            sent += channel.write(stream.outgoing(sent, PIECE_BYTES));
            if (sent >= MAX_BYTES) {
                loop.multiplexer().change(watch, 0);
            }
        } catch (IOException e) {
            // The server closed the connection, as it may.
            assert sent > 0 : e;
            loop.multiplexer().forget(watch);
        }
    }

    @Override
    public void request(long intendedNanos) {
        throw new IllegalStateException("a slow client is not paced");
    }

    @Override
    public void flush() {
        // The client sends whenever the socket is writable.
    }

    @Override
    public void giveUp(LatencyRecorder recorder, long nowNanos) {
        // The client waits for no reply.
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
