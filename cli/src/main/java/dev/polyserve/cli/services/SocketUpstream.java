package dev.polyserve.cli.services;

import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/// A server, connected by a channel in blocking mode.
///
/// **Thread**: as for [Upstream].
///
/// @param channel a connected channel, owned by this
record SocketUpstream(SocketChannel channel) implements Upstream {
    @Override
    public void write(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
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
    public int read(ByteBuffer into) throws IOException {
        return channel.read(into);
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
