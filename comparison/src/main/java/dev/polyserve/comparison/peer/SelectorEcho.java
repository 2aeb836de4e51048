package dev.polyserve.comparison.peer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/// One thread, one selector, one buffer for all connections.
///
/// Written as in the documentation of [java.nio.channels.Selector], with `select(Consumer)`. Tuned: one direct buffer
/// for all connections; a reply is written at once, and waits for writability only when the write is incomplete; until
/// then the client is not read from.
final class SelectorEcho implements PeerServer {
    private static final int BUFFER_BYTES = 64 << 10;

    private final ByteBuffer shared = ByteBuffer.allocateDirect(BUFFER_BYTES);

    @Override
    public void serve(InetSocketAddress address) throws IOException {
        try (var selector = Selector.open(); var listener = ServerSocketChannel.open()) {
            listener.bind(address, BACKLOG);
            listener.configureBlocking(false);
            listener.register(selector, SelectionKey.OP_ACCEPT);
            while (true) {
                selector.select(this::handle);
            }
        }
    }

    private void handle(SelectionKey key) {
        if (key.isAcceptable()) {
            accept(key);
            return;
        }
        try {
            if (key.attachment() instanceof ByteBuffer rest) {
                writeRest(key, rest);
            } else {
                echo(key);
            }
        } catch (IOException e) {
            // A reset by the client needs no reply; the load generator reports it.
            close(key);
        }
    }

    private static void accept(SelectionKey key) {
        try {
            SocketChannel client;
            while ((client = ((ServerSocketChannel) key.channel()).accept()) != null) {
                client.configureBlocking(false);
                client.setOption(StandardSocketOptions.TCP_NODELAY, true);
                client.register(key.selector(), SelectionKey.OP_READ);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot accept: " + e.getMessage(), e);
        }
    }

    private void echo(SelectionKey key) throws IOException {
        var client = (SocketChannel) key.channel();
        if (client.read(shared.clear()) < 0) {
            close(key);
            return;
        }
        client.write(shared.flip());
        if (shared.hasRemaining()) {
            key.attach(ByteBuffer.allocateDirect(shared.remaining()).put(shared).flip());
            key.interestOps(SelectionKey.OP_WRITE);
        }
    }

    private static void writeRest(SelectionKey key, ByteBuffer rest) throws IOException {
        ((SocketChannel) key.channel()).write(rest);
        if (!rest.hasRemaining()) {
            key.attach(null);
            key.interestOps(SelectionKey.OP_READ);
        }
    }

    private static void close(SelectionKey key) {
        try {
            key.channel().close();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot close a connection: " + e.getMessage(), e);
        }
    }
}
