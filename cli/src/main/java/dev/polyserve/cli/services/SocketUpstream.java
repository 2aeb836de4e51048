package dev.polyserve.cli.services;

import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// A server, connected by a channel in blocking mode.
///
/// The system reports a reset to one call only. If that call is a write, the next read returns the end, as after a whole
/// answer. So the failure of a write is kept, and the reader throws it instead of returning the end.
///
/// **Thread**: as for [Upstream].
final class SocketUpstream implements Upstream {
    /// A write that waits for an upstream with a closed output delays the end for this time; after a reset, the write
    /// returns at once.
    private static final long WRITE_RETURNS_MILLIS = 1000;

    private final SocketChannel channel;
    private final BrokenPipe brokenPipe;
    /// Held during a write, so that the reader sees what the write in progress was told. Fair: the reader waits for one
    /// write.
    private final ReentrantLock writing = new ReentrantLock(true);
    /// Written under `writing`.
    private @Nullable IOException lost;

    /// @param channel a connected channel, owned by this
    SocketUpstream(SocketChannel channel, BrokenPipe brokenPipe) {
        this.channel = channel;
        this.brokenPipe = brokenPipe;
    }

    @Override
    public void write(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            writing.lock();
            try {
                channel.write(bytes);
            } catch (IOException e) {
                if (!brokenPipe.isCauseOf(e)) {
                    lost = e;
                }
                throw e;
            } finally {
                writing.unlock();
            }
        }
    }

    @Override
    public void endOutput() throws IOException {
        channel.shutdownOutput();
    }

    @Override
    public void abandonOutput() {
        // The server detects the end when the channel is closed.
    }

    @Override
    public int read(ByteBuffer into) throws IOException, InterruptedException {
        int count = channel.read(into);
        if (count < 0) {
            throwIfLost();
        }
        return count;
    }

    private void throwIfLost() throws IOException, InterruptedException {
        if (!writing.tryLock(WRITE_RETURNS_MILLIS, TimeUnit.MILLISECONDS)) {
            return;
        }
        try {
            IOException why = lost;
            if (why != null) {
                throw new IOException(why.getMessage(), why);
            }
        } finally {
            writing.unlock();
        }
    }

    @Override
    public boolean awaitExit() {
        return false;
    }

    /// SO_LINGER with zero time; Unix sockets have no reset.
    @Override
    public void resetOnClose() throws IOException {
        if (channel.isOpen() && channel.supportedOptions().contains(StandardSocketOptions.SO_LINGER)) {
            channel.setOption(StandardSocketOptions.SO_LINGER, 0);
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    @Override
    public Thread unstarted(String name, Runnable body) {
        return Thread.ofVirtual().name(name).unstarted(body);
    }
}
