package dev.polyserve.cli.services;

import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/// A server, over a channel that waits.
///
/// **Thread**: as [Upstream].
///
/// @param channel owned, a connected one
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
        // It hears of the end by close().
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
        return channel.read(into);
    }

    @Override
    public boolean awaitExit() {
        return false;
    }

    /// SO_LINGER without a time; Unix sockets have no reset.
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
