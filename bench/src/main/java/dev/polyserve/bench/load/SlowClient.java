package dev.polyserve.bench.load;

import dev.polyserve.io.ChannelSource;
import dev.polyserve.loop.Multiplexer;
import java.io.IOException;
import java.nio.channels.SocketChannel;

/// A client that sends as fast as it may, and reads nothing. A server that lets it go does right.
final class SlowClient implements LoadClient, Multiplexer.Ready {
    private static final int PIECE_BYTES = 64 << 10;
    /// A server without back-pressure would take anything: this is enough to see it.
    private static final long MOST_BYTES = 64L << 20;

    private final SocketChannel channel;
    private final ByteStream stream;
    private long sent;
    @SuppressWarnings("NullAway.Init") // set by attach, before anything else
    private LoadLoop loop;
    @SuppressWarnings("NullAway.Init")
    private Multiplexer.Watch watch;

    SlowClient(SocketChannel channel, ByteStream stream) {
        this.channel = channel;
        this.stream = stream;
    }

    @Override
    public void attach(LoadLoop itsLoop) throws IOException {
        loop = itsLoop;
        channel.configureBlocking(false);
        ChannelSource source = () -> channel;
        watch = loop.multiplexer().watch(source, Multiplexer.WRITE, this);
    }

    @Override
    public void ready(int readiness) {
        try {
            sent += channel.write(stream.outgoing(sent, PIECE_BYTES));
            if (sent >= MOST_BYTES) {
                loop.multiplexer().change(watch, 0);
            }
        } catch (IOException e) {
            // The server let it go, as it may.
            assert sent > 0 : e;
            loop.multiplexer().forget(watch);
        }
    }

    @Override
    public void request(long intendedNanos) {
        throw new IllegalStateException("a slow client has its own pace");
    }

    @Override
    public void flush() {
        // It sends when there is room.
    }

    @Override
    public void giveUp(LatencyRecorder recorder, long nowNanos) {
        // It waits for nothing.
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
